"""Lines that are computed when asked for, what memory a chart takes, and values that differ only by rounding."""

import copy
import pickle
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setsquare.methods import charts, rules
from setsquare.methods.charts.lines import TILE

pytestmark = pytest.mark.once

CHANCE = np.random.default_rng(1)
LONG = CHANCE.normal(10, 1, 3 * TILE + 17)
COUNTS = CHANCE.binomial(100, 0.1, len(LONG)).astype(np.float64)
SIZES = CHANCE.integers(90, 110, len(LONG)).astype(np.float64)
NAN = float("nan")


def test_moving_limits_are_their_formula_over_more_than_one_tile():
    made = charts.p(COUNTS, SIZES)
    mean = COUNTS.sum() / SIZES.sum()
    reach = 3 * np.sqrt(mean * (1 - mean) / SIZES)
    share = COUNTS / SIZES
    assert np.allclose(made.upper, mean + reach, rtol=1e-13)
    assert np.allclose(made.lower, np.maximum(mean - reach, 0), rtol=1e-13)
    assert (made.beyond == ((share > made.upper) | (share < made.lower))).all()
    first = made.upper
    assert made.lower is not None and np.shares_memory(made.upper, first), (
        "a line is made again though it is held"
    )


def test_the_limits_of_a_long_ewma_are_exact_in_each_stage():
    cut = TILE + 5
    stages = np.repeat(["a", "b"], [cut, len(LONG) - cut])
    made = charts.ewma(LONG, weight=0.05, mean=10, sigma=1, stages=stages)
    step = np.concatenate([np.arange(1, cut + 1), np.arange(1, len(LONG) - cut + 1)])
    spread = np.sqrt(0.05 / 1.95 * (1 - 0.95 ** (2.0 * step)))
    assert np.allclose(made.sigma, spread, rtol=1e-12)
    assert np.allclose(made.upper, 10 + 3 * spread, rtol=1e-12)
    last = 10.0
    for place in (*range(5), *range(TILE - 3, TILE + 12)):
        last = made.points[place - 1] if place not in (0, cut) else 10.0
        assert made.points[place] == pytest.approx(0.05 * LONG[place] + 0.95 * last)


def test_a_long_cusum_goes_on_from_tile_to_tile():
    made = charts.cusum(LONG, mean=10, sigma=1, k=0.25, head_start=2)
    for way, sums in ((1, made.points), (-1, made.below)):
        wanted = np.maximum(0, np.concatenate([[2.0], sums[:-1]]) + way * (LONG - 10) - 0.25)
        assert np.abs(sums - wanted).max() < 1e-9


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([1.0, 2.0, 5.0, NAN]), min_size=2, max_size=30), st.floats(0.05, 1))
def test_an_ewma_leaves_missing_points_out(values: list[float], weight: float):
    if all(np.isnan(values)):
        return
    many = charts.ewma(np.array([values, values])[:, :, None], weight=weight, mean=2, sigma=1)
    there = [value for value in values if not np.isnan(value)]
    alone = charts.ewma(there, weight=weight, mean=2, sigma=1)
    held = ~np.isnan(values)
    for row in many.points:
        assert row[held] == pytest.approx(alone.points)
        assert np.isnan(row[~held]).all()
    assert many.sigma[0][held] == pytest.approx(alone.sigma)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_chart_is_copied_and_sent_with_its_lines(copied: Callable[[Any], Any]):
    for chart in (
        charts.p(COUNTS[:50], SIZES[:50]),
        charts.ewma(LONG[:50]),
        charts.individuals(LONG[:50]).location,
    ):
        again = copied(chart)
        for name in ("points", "centre", "lower", "upper", "sigma", "beyond"):
            assert np.array_equal(getattr(again, name), getattr(chart, name), equal_nan=True)
        assert again.stages == chart.stages


@pytest.mark.parametrize("value", [0.1, 0.7, 1 / 3, 1e-9, 123456.7])
def test_equal_values_lie_on_their_limits_whatever_their_mean_rounds_to(value: float):
    for size in (2, 3, 7):
        both = charts.xbar_r([[value] * size] * 9)
        assert not both.location.beyond.any()
        assert not charts.xbar_s([[value] * size] * 9).location.beyond.any()
        assert not charts.ewma([[value] * size] * 9).beyond.any()
    assert not charts.individuals([value] * 11).location.beyond.any()


BOTH = np.stack([COUNTS, SIZES])
LACKING = np.where(np.arange(len(LONG)) % 97, LONG, NAN)


def read(chart: charts.Chart) -> charts.Chart:
    """Look at every line, one after another."""
    for name in ("centre", "lower", "upper", "sigma"):
        assert not np.isnan(getattr(chart, name)).all()
    return chart


LABELS = np.repeat([1, 2], [TILE, len(LONG) - TILE])


@pytest.mark.parametrize(
    ("data", "call"),
    [
        (LONG[: 5 * TILE // 2].reshape(-1, 5), charts.xbar_r),
        (LONG[: 5 * TILE // 2].reshape(-1, 5), charts.xbar_s),
        (LONG[: 5 * TILE // 2].reshape(-1, 5), charts.median_r),
        (LONG, lambda data: rules.signals(charts.individuals(data).location)),
        (
            LONG[: 25 * 5 * 1500].reshape(1500, 25, 5),
            lambda data: rules.signals(charts.xbar_r(data).location),
        ),
        (LONG, charts.run),
        (LONG, charts.ewma),
        (LONG, charts.cusum),
        (COUNTS, lambda data: charts.p(data, 100)),
        (COUNTS, lambda data: charts.p(data, 100, laney=True)),
        (BOTH, lambda data: charts.p(*data)),
        (BOTH, lambda data: charts.u(*data, laney=True)),
        (BOTH, lambda data: charts.np_(*data)),
        (COUNTS, charts.c),
        (COUNTS, charts.g),
        (COUNTS, charts.t),
        (LONG, lambda data: charts.individuals(data, stages=LABELS)),
        (LONG, lambda data: charts.individuals(data, baseline=1000)),
        (LONG, lambda data: charts.individuals(data, exclude={5: "spill"})),
        (LACKING, charts.ewma),
        (LACKING, charts.cusum),
        (LONG, lambda data: read(charts.ewma(data))),
        (LACKING, lambda data: read(charts.ewma(data))),
        (LONG, lambda data: read(charts.individuals(data, stages=LABELS).location)),
        (BOTH, lambda data: read(charts.p(*data))),
        (BOTH, lambda data: rules.signals(charts.p(*data))),
        (LONG[: 2 * TILE].reshape(-1, 2), charts.t2),
        (LONG[: 2 * TILE].reshape(-1, 2), charts.mewma),
    ],
)
def test_a_chart_takes_at_most_three_times_the_memory_of_its_data(data: Any, call: Callable[[Any], Any]):
    call(data)  # loads what it needs of scipy
    tracemalloc.start()
    kept = call(data)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert kept is not None
    # Tiles are a fixed amount, which counts against data of so few of them.
    assert most <= 3 * data.nbytes + 16 * TILE
