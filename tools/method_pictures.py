"""Draws the pictures of `docs/methods/`, one a family: ``tools/method_pictures.py``; needs the extra ``plots``.

Each is what a result's own `figure()` answers, drawn by `setsquare.methods.plotting`. The same data and the same
version of matplotlib give the same bytes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

import setsquare.methods as m
from setsquare.methods.plotting import draw

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "methods" / "pictures"


def _random(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def charts() -> Any:
    """Return means and ranges of subgroups that move up at the 18th."""
    rows = _random(4).normal(50, 2, (25, 5)) + np.where(np.arange(25) >= 17, 2.2, 0.0)[:, None]
    return m.charts.xbar_r(rows, baseline=15)


def advise() -> Any:
    """Return which techniques watch a measured process in subgroups for a small shift."""
    return m.advise.advise("monitor", data_kind="measured", subgroup=5, shift=1.0)


def rules() -> Any:
    """Return single values in which Nelson's rules find a run."""
    x = _random(9).normal(10, 1, 30) + np.where(np.arange(30) >= 16, 0.9, 0.0)
    chart = m.charts.individuals(x, baseline=15).location
    return chart.figure(signals=m.rules.signals(chart, "nelson"))


def capability() -> Any:
    """Return a process that is capable but off its target."""
    return m.capability.capability(_random(1).normal(10.3, 0.3, (30, 5)), lower=9, upper=11.5)


def measurement() -> Any:
    """Return a gauge study of ten parts by three operators."""
    g = _random(3)
    part, person, _ = (axis.ravel() for axis in np.indices((10, 3, 3)))
    y = g.normal(0, 3, 10)[part] + g.normal(0, 0.7, 3)[person] + g.normal(0, 0.8, len(part))
    return m.measurement.crossed_study(y, part, person, tolerance=20)


def sampling() -> Any:
    """Return what the smallest plan through two points accepts."""
    plan = m.sampling.find_plan((0.01, 0.95), (0.06, 0.10)).plan
    return m.sampling.characteristic(plan, np.linspace(0, 0.1, 81).tolist(), lot_size=2000)


def trends() -> Any:
    """Return complaints by month on a rising number of deliveries."""
    months = np.arange(24)
    counts = _random(5).poisson(0.01 * (900 + 10 * months) * 1.03**months)
    return m.trends.rate_trend(counts, 900 + 10 * months)


def pareto() -> Any:
    """Return causes of complaints in their order."""
    causes = {"wrong label": 104, "late": 91, "broken": 43, "missing part": 38, "colour": 12, "other part": 9}
    return m.pareto.pareto(list(causes), list(causes.values()))


def run_lengths() -> Any:
    """Return how long a CUSUM takes for shifts of several sizes."""
    return m.run_lengths.cusum(np.linspace(0, 3, 31).tolist(), k=0.5, h=5)


def verification() -> Any:
    """Return how many items show that a share of defects was halved."""
    return m.verification.two_proportions(0.08, 0.04, power=0.8, n_before=600)


def tolerance() -> Any:
    """Return limits that hold 95 % of all values."""
    return m.tolerance.normal(_random(6).normal(20, 0.5, 40), coverage=0.95)


def risk() -> Any:
    """Return a matrix by products of scores."""
    return m.risk.matrix_by_score((5, 5))


def reliability() -> Any:
    """Return the items of a survey and how each goes with the rest."""
    g = _random(2)
    common = g.normal(0, 1, (120, 1))
    answers = np.clip(np.rint(3 + common * [0.9, 0.8, 0.8, 0.6, 0.1] + g.normal(0, 0.7, (120, 5))), 1, 5)
    return m.reliability.cronbach_alpha(answers)


FAMILIES: tuple[Callable[[], Any], ...] = (
    advise, charts, rules, capability, measurement, sampling, trends, pareto, run_lengths, verification, tolerance,
    risk, reliability,
)  # fmt: skip


def main() -> None:
    """Write every picture anew."""
    PICTURES.mkdir(exist_ok=True)
    # Text as text keeps files small; a fixed salt and no date keep them the same.
    with matplotlib.rc_context(
        {"svg.fonttype": "none", "svg.hashsalt": "setsquare", "font.family": "sans-serif"}
    ):
        for make in FAMILIES:
            draw(make()).savefig(PICTURES / f"{make.__name__}.svg", metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main()
