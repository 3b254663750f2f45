"""Measures the quality methods beside plain numpy, in one run: ``python benchmarks/methods.py``.

Every line is a median in milliseconds. Beside each chart stand the same chart as a plain numpy sketch (below, as
somebody would write it in a notebook), and numpy's single pass over the data, its sum. Memory is the most that a call
held at once, by tracemalloc, as a multiple of the data. The PyPI packages shewhart and mfgqc are measured too where
they can be imported, once and on the first ``--peer-points`` points, because they take seconds; nothing else needs
them. It prints no verdict: what else a machine does changes the times, but hardly the ratios of one run.
"""

import argparse
import importlib
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

from setsquare.methods import charts, rules, sampling

Sketch = Callable[[Any], Any]
D2 = {2: 1.128379167, 5: 2.325928947}
D4_OF_5 = 2.114497


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--charts", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--peer-points", type=int, default=50_000)
    asked = parser.parse_args()
    chance = np.random.default_rng(1)
    values = chance.normal(10, 1, asked.points)
    many = chance.normal(10, 1, (asked.charts, 25, 5))
    against_sketches(values, many, asked.repeats)
    others(values, chance, asked.repeats)
    peers(values[: asked.peer_points], asked.peer_points)
    plans(asked.repeats)
    imports()


def against_sketches(values: Any, many: Any, repeats: int) -> None:
    """Measure what the sketches measure too."""
    k = len(values)
    wide = np.random.default_rng(2).normal(10, 1, (k, 5))
    rows: list[tuple[str, Any, Sketch, Sketch]] = [
        (f"Xbar and R, {k:,} values by 5", values[: k - k % 5].reshape(-1, 5), charts.xbar_r, sketch_xbar),
        (f"Xbar and R, {k:,} subgroups of 5", wide, charts.xbar_r, sketch_xbar),
        (f"I-MR of {k:,}, all eight Nelson rules", values, individuals, sketch_individuals),
        (f"{len(many):,} Xbar and R charts of 25 x 5", many, charts.xbar_r, sketch_xbar),
        ("the same, all eight Nelson rules", many, xbar_and_rules, sketch_xbar_and_rules),
    ]
    heading("chart", "ours", "sketch", "ratio", "one pass", "memory")
    for name, data, ours, sketch in rows:
        # In turn, so that whatever else the machine does falls on both alike.
        pairs = [(once(ours, data), once(sketch, data), once(np.sum, data)) for _ in range(repeats)]
        took, plain, floor = (statistics.median(column) for column in zip(*pairs, strict=True))
        line(
            name,
            f"{took:.1f}",
            f"{plain:.1f}",
            f"{took / plain:.2f}",
            f"{floor:.2f}",
            f"{peak(ours, data):.2f}x",
        )


def others(values: Any, chance: Any, repeats: int) -> None:
    """Measure the other charts, of which there is no sketch."""
    counts = chance.binomial(100, 0.1, len(values)).astype(np.float64)
    both = np.stack([counts, chance.integers(90, 110, len(values)).astype(np.float64)])
    stages = np.repeat(["before", "after"], [len(values) // 2, len(values) - len(values) // 2])
    calls: list[tuple[str, Any, Callable[[Any], Any]]] = [
        ("EWMA", values, charts.ewma),
        ("CUSUM", values, charts.cusum),
        ("p, one size", counts, lambda data: charts.p(data, 100)),
        ("p, sizes that vary", both, lambda data: charts.p(*data)),
        ("p, Laney, sizes that vary", both, lambda data: charts.p(*data, laney=True)),
        ("c, exact limits", counts, lambda data: charts.c(data, limits="probability")),
        ("t", values, charts.t),
        ("I-MR in two stages", values, lambda data: charts.individuals(data, stages=stages)),
        ("T2 of pairs", values.reshape(-1, 2), charts.t2),
        ("MEWMA of pairs", values.reshape(-1, 2), charts.mewma),
    ]
    heading(f"of {len(values):,} values", "ours", "one pass", "memory")
    for name, data, call in calls:
        once(call, data)  # loads what it needs of scipy
        took = statistics.median(once(call, data) for _ in range(max(repeats // 3, 1)))
        floor = statistics.median(once(np.sum, data) for _ in range(repeats))
        line(name, f"{took:.1f}", f"{floor:.2f}", f"{peak(call, data):.2f}x")


def peers(values: Any, k: int) -> None:
    """Measure I-MR and Xbar of other packages, as far as they are there, on fewer points."""
    heading(f"other packages, {k:,} values", "I-MR and rules", "Xbar and R")
    groups = values[: k - k % 5].reshape(-1, 5)
    line("setsquare", f"{once(individuals, values):.1f}", f"{once(xbar_and_rules, groups):.1f}")
    try:
        pandas = importlib.import_module("pandas")
        table = pandas.DataFrame({"x": groups.ravel(), "group": np.arange(groups.size) // 5})
    except ImportError:
        line("shewhart and mfgqc need pandas", "not here", "")
        return
    for name, measure in (("shewhart", of_shewhart), ("mfgqc", of_mfgqc)):
        try:
            package = importlib.import_module(name)
        except ImportError:
            line(name, "not here", "")
            continue
        line(f"{name} {package.__version__}", *(f"{took:.0f}" for took in measure(package, table)))


def of_shewhart(package: Any, table: Any) -> tuple[float, float]:
    """Milliseconds of both charts in shewhart."""
    return (
        once(lambda data: package.imr(data, value="x"), table),
        once(lambda data: package.xbar_r(data, value="x", subgroup="group"), table),
    )


def of_mfgqc(package: Any, table: Any) -> tuple[float, float]:
    """Milliseconds of both charts in mfgqc."""
    alone = package.load(table[["x"]], measure="x")
    grouped = package.load(table, measure="x", subgroup="group")
    return (
        once(lambda data: data.control_chart("i_mr"), alone),
        once(lambda data: data.control_chart("xbar_r"), grouped),
    )


def plans(repeats: int) -> None:
    """Measure look-ups and searches of sampling plans, the first call and those after it."""
    good, bad = (0.01, 0.95), (0.03, 0.10)
    calls: list[tuple[str, Callable[[Any], Any]]] = [
        ("ISO 2859-1 look-up", lambda _: sampling.standard_plan(4000, 0.65)),
        ("plan search, binomial", lambda _: sampling.find_plan(good, bad)),
        ("plan search, Poisson", lambda _: sampling.find_plan(good, bad, model="poisson")),
        (
            "plan search, lot of 3,000",
            lambda _: sampling.find_plan(good, bad, model="hypergeometric", lot_size=3000),
        ),
        ("plan search, variables", lambda _: sampling.find_variables_plan(good, bad)),
    ]
    heading("sampling", "first", "median")
    for name, call in calls:
        first = once(call, None)
        line(name, f"{first:.2f}", f"{statistics.median(once(call, None) for _ in range(repeats)):.3f}")


def imports(times: int = 7) -> None:
    """Measure imports in fresh processes, numpy's share apart."""
    heading("import in a fresh process", "all", "without numpy")
    families = importlib.import_module("setsquare.methods").__all__
    for name in ("setsquare.methods", *(f"setsquare.methods.{family}" for family in families)):
        code = (
            "import time; a = time.perf_counter(); import numpy; b = time.perf_counter(); "
            f"import {name}; c = time.perf_counter(); print(c - a, c - b)"
        )
        said = [
            subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - own code
            for _ in range(times)
        ]
        both = [[float(word) * 1e3 for word in one.stdout.split()] for one in said]
        line(name, *(f"{statistics.median(column):.0f}" for column in zip(*both, strict=True)))


def individuals(values: Any) -> Any:
    """Ours: both charts, and all eight rules."""
    both = charts.individuals(values)
    return both, rules.signals(both.location, rules.NELSON)


def xbar_and_rules(values: Any) -> Any:
    """Ours: both charts, and all eight rules of the means."""
    both = charts.xbar_r(values)
    return both, rules.signals(both.location, rules.NELSON)


def sketch_xbar(values: Any) -> Any:
    """Means and ranges column by column (twice as fast as along the axis), their limits, and what is beyond."""
    columns = [values[..., place] for place in range(5)]
    mean = sum(columns) / 5
    high, low = columns[0], columns[0]
    for column in columns[1:]:
        high, low = np.maximum(high, column), np.minimum(low, column)
    spread = high - low
    centre, average = mean.mean(axis=-1, keepdims=True), spread.mean(axis=-1, keepdims=True)
    reach = 3 * average / D2[5] / 5**0.5
    return mean, spread, np.abs(mean - centre) > reach, spread > D4_OF_5 * average


def sketch_individuals(values: Any) -> Any:
    """Moving ranges, limits, and the eight rules by sums over windows."""
    ranges = np.abs(np.diff(values))
    scores = (values - values.mean()) / (ranges.mean() / D2[2])
    return ranges, ranges > 3.267 * ranges.mean(), sketch_rules(scores)


def sketch_xbar_and_rules(values: Any) -> Any:
    """The Xbar sketch, and the eight rules by sums over windows."""
    mean, spread, *_ = sketch_xbar(values)
    sigma = spread.mean(axis=-1, keepdims=True) / D2[5] / 5**0.5
    return mean, spread, sketch_rules((mean - mean.mean(axis=-1, keepdims=True)) / sigma)


def sketch_rules(scores: Any) -> list[Any]:
    """Points that complete each of Nelson's eight patterns."""

    def of(region: Any, k: int, n: int) -> Any:
        sums = np.cumsum(region, axis=-1, dtype=np.int32)
        sums[..., n:] = sums[..., n:] - sums[..., :-n]
        return sums >= k

    steps = np.diff(scores, axis=-1)
    turns = steps[..., 1:] * steps[..., :-1] < 0
    above, below = scores > 1, scores < -1
    far = above | below
    return [
        np.abs(scores) > 3,
        of(scores > 0, 9, 9) | of(scores < 0, 9, 9),
        of(steps > 0, 5, 5) | of(steps < 0, 5, 5),
        of(turns, 12, 12),
        of(scores > 2, 2, 3) & (scores > 2) | of(scores < -2, 2, 3) & (scores < -2),
        of(above, 4, 5) & above | of(below, 4, 5) & below,
        of(~far, 15, 15),
        of(far, 8, 8) & of(above, 1, 8) & of(below, 1, 8),
    ]


def once(call: Callable[[Any], Any], data: Any) -> float:
    """Milliseconds of one call."""
    began = time.perf_counter()
    call(data)
    return (time.perf_counter() - began) * 1e3


def peak(call: Callable[[Any], Any], data: Any) -> float:
    """The most memory of a call, as a multiple of its data."""
    tracemalloc.start()
    kept = call(data)
    most: float = tracemalloc.get_traced_memory()[1] / data.nbytes
    tracemalloc.stop()
    del kept
    return most


def heading(first: str, *others: str) -> None:
    """Print the heads of columns."""
    print()
    line(first, *others)
    print("-" * (44 + 11 * len(others)))


def line(first: str, *others: str) -> None:
    """Print one line of columns."""
    print(f"{first:44}" + "".join(f"{other:>11}" for other in others), flush=True)


if __name__ == "__main__":
    main()
