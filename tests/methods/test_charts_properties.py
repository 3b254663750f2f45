"""Control charts by what holds for any data: invariance, twins computed by loops, false alarms against theory."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from setsquare.methods import charts
from tests.methods.checked import checked

pytestmark = pytest.mark.once

FEW = settings(max_examples=30, deadline=None)
SEEDS = st.integers(0, 10**6)


def rows(seed: int, k: int = 12, n: int = 4) -> Any:
    return np.random.default_rng(seed).normal(10, 2, (k, n))


@checked("location and scale", "charts.xbar_r", "charts.xbar_s", "charts.median_r", by="twin")
@FEW
@given(SEEDS, st.floats(-1e3, 1e3), st.floats(0.01, 100))
@pytest.mark.parametrize("chart", [charts.xbar_r, charts.xbar_s, charts.median_r])
def test_shifting_and_stretching_the_data_shifts_and_stretches_the_limits(
    chart: Any, seed: int, shift: float, scale: float
):
    values = rows(seed)
    plain, moved = chart(values), chart(values * scale + shift)
    assert moved.location.upper == pytest.approx(plain.location.upper * scale + shift, rel=1e-9, abs=1e-7)
    assert moved.spread.upper == pytest.approx(plain.spread.upper * scale, rel=1e-9, abs=1e-7)
    assert (moved.location.beyond == plain.location.beyond).all()


@checked("the chart of the raw values", "charts.xbar_r", by="twin")
@FEW
@given(SEEDS)
@pytest.mark.parametrize("estimator", ["rbar", "rbar_mv", "sbar", "sbar_mv", "pooled"])
def test_statistics_of_subgroups_give_the_chart_of_their_values(estimator: str, seed: int):
    values = rows(seed)
    values[np.random.default_rng(seed).random(values.shape) < 0.1] = np.nan
    size = (~np.isnan(values)).sum(axis=1)
    if (size < 2).any():
        return
    summary = charts.Summary(
        size, np.nanmean(values, 1), np.nanmax(values, 1) - np.nanmin(values, 1), np.nanstd(values, 1, ddof=1)
    )
    raw, made = (charts.xbar_r(one, estimator=estimator) for one in (values, summary))
    assert made.location.lower == pytest.approx(raw.location.lower)
    assert made.spread.upper == pytest.approx(raw.spread.upper)


@checked(
    "each chart alone",
    "charts.xbar_r", "charts.xbar_s", "charts.individuals", "charts.run", "charts.p", "charts.c", "charts.g",
    "charts.t", "charts.ewma", "charts.cusum", "charts.t2", "charts.mewma", by="twin",
)  # fmt: skip
@FEW
@given(SEEDS)
def test_many_charts_in_one_call_are_each_chart_alone(seed: int):
    cube = np.stack([rows(seed), rows(seed + 1), rows(seed + 2)])
    flat = cube[:, :, 0]
    stages = ["a"] * 5 + ["b"] * 7
    calls = [
        (cube, lambda x: charts.xbar_r(x, stages=stages, exclude={2: "spill"}).location),
        (cube, lambda x: charts.xbar_s(x).spread),
        (flat, lambda x: charts.individuals(x, span=3, baseline=8).location),
        (flat, lambda x: charts.individuals(x, estimator="mr_median").location),
        (flat, charts.run),
        (np.floor(flat * 5), lambda x: charts.p(x.clip(0), 200, laney=True)),
        (np.floor(flat.clip(0)), lambda x: charts.c(x, limits="probability")),
        (np.floor(flat.clip(0)), charts.g),
        (flat.clip(0.1), charts.t),
        (cube, charts.ewma),
        (cube, charts.cusum),
        (cube, charts.t2),
        (cube, lambda x: charts.mewma(x, limit=9)),
    ]
    for data, chart in calls:
        many = chart(data)
        for place, one in enumerate(data):
            alone = chart(one)
            for name in ("points", "centre", "lower", "upper", "beyond"):
                assert np.allclose(getattr(many, name)[place], getattr(alone, name), equal_nan=True)


@checked("its recursion, point by point", "charts.cusum", by="twin")
@FEW
@given(SEEDS, st.sampled_from([0.0, 2.5]), st.floats(0, 1.5))
def test_the_cusum_is_that_of_its_recursion(seed: int, head: float, k: float):
    values = np.random.default_rng(seed).normal(0.3, 1, 60)
    values[::17] = np.nan
    made = charts.cusum(values, mean=0, sigma=1, k=k, head_start=head)
    above = below = head
    for place, value in enumerate(values):
        if np.isnan(value):
            assert np.isnan(made.points[place])
            continue
        above, below = max(0, above + value - k), max(0, below - value - k)
        assert made.points[place] == pytest.approx(above, abs=1e-11)
        assert made.below[place] == pytest.approx(below, abs=1e-11)


@checked("its recursion, point by point", "charts.ewma", by="twin")
@FEW
@given(SEEDS, st.floats(0.05, 1))
def test_the_ewma_and_its_variance_are_those_of_their_recursion(seed: int, weight: float):
    chance = np.random.default_rng(seed)
    size = chance.integers(1, 6, 30)
    mean = chance.normal(5, 1, 30)
    mean[7] = np.nan
    made = charts.ewma(charts.Summary(size, mean=mean), mean=5, sigma=2, weight=weight)
    last, variance = 5.0, 0.0
    for place in range(30):
        if np.isnan(mean[place]):
            assert np.isnan(made.points[place])
            continue
        last = weight * mean[place] + (1 - weight) * last
        variance = weight**2 * 4 / size[place] + (1 - weight) ** 2 * variance
        assert made.points[place] == pytest.approx(last)
        assert made.sigma[place] == pytest.approx(variance**0.5)


@checked("loops over subgroups", "charts.xbar_r", "charts.xbar_s", by="twin")
def test_subgroup_statistics_are_those_of_loops():
    values = rows(3)
    values[2, 1], values[5, 1:] = np.nan, np.nan
    made, medians = charts.xbar_s(values), charts.median_r(values).location.points
    for place, row in enumerate(values):
        held = row[~np.isnan(row)]
        assert made.location.points[place] == pytest.approx(held.mean())
        assert medians[place] == pytest.approx(np.median(held))
        if len(held) > 1:
            assert made.spread.points[place] == pytest.approx(held.std(ddof=1))


def test_wide_subgroups_are_reduced_as_narrow_ones():
    values = np.random.default_rng(4).normal(size=(20, 40))
    made = charts.xbar_r(values)
    assert made.location.points == pytest.approx(values.mean(axis=1))
    assert made.spread.points == pytest.approx(np.ptp(values, axis=1))


@checked("scipy, exact distributions", "charts.np_", "charts.c", by="program")
@pytest.mark.parametrize("family", ["p", "c"])
def test_probability_limits_leave_out_at_most_what_they_say(family: str):
    for mean in (0.02, 0.1, 0.4):
        if family == "p":
            made, law = (
                charts.np_([2, 3], 80, mean=mean, limits="probability", confidence=0.99),
                stats.binom(80, mean),
            )
        else:
            made, law = (
                charts.c([2, 3], mean=mean * 50, limits="probability", confidence=0.99),
                stats.poisson(mean * 50),
            )
        low, high = made.lower[0], made.upper[0]
        assert law.cdf(low - 1) < 0.005 <= law.cdf(low)
        assert law.sf(high) <= 0.005 < law.sf(high - 1)


@checked("scipy, geom", "charts.g", by="program")
def test_geometric_limits_are_the_quantiles_of_scipy():
    # Of mean 0 every value is 0; scipy takes the logarithm of 0 there.
    always = charts.g([0, 0], mean=0.0, limits="probability")
    assert (always.lower[0], always.upper[0], always.beyond.any()) == (0, 0, False)
    for mean in (0.3, 4.0, 120.0):
        made = charts.g([1, 2], mean=mean, limits="probability")
        wanted = stats.geom(1 / (mean + 1)).ppf([0.00135, 0.99865]) - 1
        assert [made.lower[0], made.upper[0]] == pytest.approx(np.maximum(wanted, 0))


@checked("the plain chart, where nothing is overdispersed", "charts.p", by="simulation")
def test_laneys_chart_is_the_plain_one_where_nothing_is_overdispersed():
    chance = np.random.default_rng(5)
    size = np.full(20_000, 400)
    defective = chance.binomial(size, 0.1)
    plain, made = charts.p(defective, size), charts.p(defective, size, laney=True)
    assert made.upper[0] - made.centre[0] == pytest.approx(plain.upper[0] - plain.centre[0], rel=0.02)


@checked("0.27 % false alarms", "charts.xbar_r", "charts.xbar_s", by="simulation")
@pytest.mark.parametrize("chart", [charts.xbar_r, charts.xbar_s])
def test_false_alarms_of_means_are_as_many_as_theory_says(chart: Any):
    # Three sigma: 0.0027 of the points, 540 of 200,000 with a standard deviation of 23.
    values = np.random.default_rng(6).normal(size=(200_000, 5))
    assert 450 < chart(values).location.beyond.sum() < 630


@checked("sigma of normal subgroups by every estimator", "charts.xbar_r", by="simulation")
@pytest.mark.parametrize("estimator", ["rbar", "rbar_mv", "sbar", "sbar_mv", "pooled"])
def test_estimators_of_sigma_are_unbiased(estimator: str):
    values = np.random.default_rng(7).normal(0, 3, size=(4000, 10, 4))
    values[:, ::3, 2:] = np.nan
    sigma = charts.xbar_r(values, estimator=estimator).location.stages[0].sigma
    assert sigma.mean() == pytest.approx(3, abs=4 * sigma.std() / 4000**0.5)


@checked("sigma of single normal values by every estimator", "charts.individuals", by="simulation")
@pytest.mark.parametrize("estimator", ["mr", "mr_median", "mssd", "sd"])
def test_estimators_of_individuals_find_sigma(estimator: str):
    values = np.random.default_rng(8).normal(0, 3, size=100_000)
    assert charts.individuals(values, estimator=estimator).location.stages[0].sigma == pytest.approx(
        3, rel=0.02
    )


@checked("false alarms as asked for, in both phases", "charts.t2", "charts.t2_subgroups", by="simulation")
@pytest.mark.parametrize(("phase", "subgroups"), [(1, False), (2, False), (1, True), (2, True)])
def test_false_alarms_of_t2_are_as_many_as_was_asked_for(phase: int, subgroups: bool):
    chance = np.random.default_rng(9)
    shape = (4000, 12, 3, 2) if subgroups else (4000, 12, 2)
    chart = charts.t2_subgroups if subgroups else charts.t2
    first, later = chance.normal(size=shape), chance.normal(size=shape)
    made = chart(first, confidence=0.95) if phase == 1 else chart(later, reference=first, confidence=0.95)
    assert made.beyond.mean() == pytest.approx(0.05, abs=0.004)


@checked("run length of 200", "charts.mewma", by="simulation")
def test_the_mewma_limit_keeps_its_average_run_length():
    made = charts.mewma(
        np.random.default_rng(10).normal(size=(1500, 1000, 2)),
        arl=100,
        steady=True,
        mean=[0, 0],
        covariance=np.eye(2),
    )
    signalled = made.beyond.any(axis=1)
    assert signalled.mean() > 0.999
    assert made.beyond.argmax(axis=1).mean() + 1 == pytest.approx(100, rel=0.08)


@FEW
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=30))
def test_a_long_column_is_laid_out_by_its_labels(labels: list[str]):
    names, made = charts.arrange(list(range(len(labels))), labels)
    assert names == list(dict.fromkeys(labels))
    for name, row in zip(names, made, strict=True):
        assert row[~np.isnan(row)].tolist() == [place for place, one in enumerate(labels) if one == name]
