"""Trends of counts and values: published numbers, statsmodels and scipy as second opinions, brute force."""

import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from setsquare.methods import trends
from setsquare.methods.trends.kendall import disorder
from tests.methods.cases_trends import ADAPTERS
from tests.methods.checked import checked
from tests.methods.reference import differences, load, reaching

pytestmark = pytest.mark.once
few = settings(max_examples=25, deadline=None)
CASES = load()
MODELS = ("poisson", "quasi", "negative binomial")


def overdispersed(seed, series=4, k=30):
    generator = np.random.default_rng(seed)
    exposure = generator.uniform(20, 80, (series, k))
    return generator.negative_binomial(2, 2 / (2 + 0.1 * exposure)), exposure


# Dispersion


@checked("scipy, chi2, with Bortkiewicz' horse kicks", "trends.dispersion", by="program")
def test_dispersion_is_variance_over_mean_where_exposures_are_equal():
    """Fisher's index, with Bortkiewicz' horse kicks: 200 corps-years, mean 0.61, variance 0.6109."""
    kicks = np.repeat([0, 1, 2, 3, 4], [109, 65, 22, 3, 1])
    found = trends.dispersion(kicks)
    assert found.index == pytest.approx(kicks.var(ddof=1) / kicks.mean())
    assert found.p_over == pytest.approx(stats.chi2.sf(199 * found.index, 199))
    assert found.reading == "as Poisson"


def test_dispersion_reads_both_ways():
    assert trends.dispersion([5, 5, 5, 5, 5, 5, 5, 5]).reading == "less than Poisson"
    assert trends.dispersion([0, 0, 20, 1, 0, 19, 0, 2]).reading == "more than Poisson"
    assert trends.dispersion([0, 0, 0]).reading == "too little to say"
    assert math.isnan(trends.dispersion([4]).index)


@checked("mean and variance over every way that events can fall", "trends.dispersion", by="twin")
@pytest.mark.parametrize("exposure", [(1, 1, 1), (1, 2, 5), (0.2, 3, 3)])
def test_the_conditional_reference_has_the_exact_mean_and_variance(exposure):
    """Chi-squared over all ways of 5 events falling on 3 periods, against the gamma's two moments."""
    shares = np.array(exposure) / sum(exposure)
    ways = [way for way in itertools.product(range(6), repeat=3) if sum(way) == 5]
    chances = np.array([stats.multinomial.pmf(way, 5, shares) for way in ways])
    chi = np.array([trends.dispersion(way, exposure).chi_squared for way in ways])
    mean, variance = (chances * chi).sum(), (chances * chi**2).sum() - (chances * chi).sum() ** 2
    assert mean == pytest.approx(2)
    degrees = 2 * mean**2 / variance
    for way, value in zip(ways, chi, strict=True):
        found = trends.dispersion(way, exposure, reference="conditional")
        assert found.p_over == pytest.approx(stats.gamma.sf(value, degrees / 2, scale=2 * mean / degrees))


@checked("the multinomial distribution of even counts", "trends.dispersion", by="twin")
def test_even_counts_are_as_improbable_as_they_are():
    # Of 3 events in 3 months one falls into each with 3! / 3^3; chi-squared alone, being 0, would say never.
    for reference in ("chi-squared", "conditional"):
        found = trends.dispersion([1, 1, 1], reference=reference)
        assert (found.p_under, found.reading) == (pytest.approx(6 / 27), "as Poisson")
    assert trends.dispersion([0, 1, 1, 1]).p_under >= 24 / 64  # three months of four
    assert trends.dispersion([5, 5, 5, 5]).p_under == pytest.approx(math.factorial(20) / 120**4 / 4**20)
    assert trends.dispersion([2, 4], [1, 2]).p_under == pytest.approx(15 * (1 / 3) ** 2 * (2 / 3) ** 4)
    assert trends.rate_trend([0, 0, 0, 5]).reading == "as Poisson"  # as its endless slope has it, for sure
    assert trends.rate_trend([1, 1, 1, 1]).dispersion_p == pytest.approx(2 * 24 / 256)


@checked("level where counts are sparse and exposures unequal", "trends.dispersion", by="simulation")
def test_the_conditional_reference_keeps_its_level_where_counts_are_sparse():
    generator = np.random.default_rng(3)
    exposure = np.geomspace(0.05, 20, 40)
    counts = generator.poisson(0.02 * exposure, (20_000, 40))
    counts = counts[counts.sum(axis=1) > 1]
    fisher, conditional = (
        (trends.dispersion(counts, exposure, reference=reference).p_over <= 0.01).mean()
        for reference in ("chi-squared", "conditional")
    )
    assert conditional < 0.03 < fisher


# Rates


@reaching(ADAPTERS)
def test_a_reference_case_is_reached(name):
    assert differences(CASES[name], ADAPTERS[name](CASES[name])) == []


@checked("statsmodels, GLM of the Poisson family, quasi by scale X2", "trends.rate_trend", by="program")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("model", ["poisson", "quasi"])
def test_rate_trend_is_that_of_a_generalised_linear_model(model, seed):
    counts, exposure = overdispersed(seed)
    time = np.sort(np.random.default_rng(seed).uniform(2000, 2010, 30))
    found = trends.rate_trend(counts, exposure, time=time, model=model)
    quasi = model == "quasi"
    for row in range(len(counts)):
        glm = sm.GLM(
            counts[row], sm.add_constant(time - 2005), family=sm.families.Poisson(), exposure=exposure[row]
        )
        fit = glm.fit(scale="X2" if quasi else None, use_t=quasi, tol=1e-14)
        assert found.slope[row] == pytest.approx(fit.params[1], rel=1e-7)
        assert found.intercept[row] + 2005 * found.slope[row] == pytest.approx(fit.params[0], rel=1e-7)
        assert found.error[row] == pytest.approx(fit.bse[1], rel=1e-6)
        assert found.p[row] == pytest.approx(fit.pvalues[1], rel=1e-5)
        assert np.log([end[row] for end in found.interval]) == pytest.approx(fit.conf_int()[1], rel=1e-6)
        assert found.dispersion[row] == pytest.approx(fit.pearson_chi2 / 28)
        assert found.fitted[row] * exposure[row] == pytest.approx(fit.fittedvalues, rel=1e-7)


@checked("statsmodels, NegativeBinomial", "trends.rate_trend", by="program")
@pytest.mark.parametrize("seed", range(3))
def test_the_negative_binomial_is_the_most_likely_one(seed):
    counts, exposure = overdispersed(seed)
    found = trends.rate_trend(counts, exposure, model="negative binomial")
    design = sm.add_constant(np.arange(30.0))
    for row in range(len(counts)):
        near = [found.intercept[row] + 0.1, found.slope[row] - 0.01, found.alpha[row] * 1.2]
        model = sm.NegativeBinomial(counts[row], design, exposure=exposure[row])
        fit = model.fit(start_params=near, disp=0, method="newton", maxiter=200, tol=1e-12)
        assert [found.slope[row], found.alpha[row]] == pytest.approx(fit.params[1:], rel=1e-5)
        family = sm.families.NegativeBinomial(alpha=found.alpha[row])
        glm = sm.GLM(counts[row], design, family=family, exposure=exposure[row]).fit(tol=1e-12)
        assert found.error[row] == pytest.approx(glm.bse[1], rel=1e-5)


def test_counts_that_vary_no_more_than_poissons_have_no_alpha():
    counts = [4, 5, 5, 4, 6, 5, 5, 6]
    one, other = (trends.rate_trend(counts, model=model) for model in ("poisson", "negative binomial"))
    assert other.alpha == 0
    assert (other.slope, other.p) == pytest.approx((one.slope, one.p))


@checked("statsmodels, deviance of a GLM with the slope as offset", "trends.rate_trend", by="program")
@pytest.mark.parametrize("seed", range(3))
def test_the_likelihood_interval_ends_where_the_deviance_says(seed):
    """At either end the model with that slope as an offset lacks the chi-squared quantile in deviance."""
    counts, exposure = overdispersed(seed)
    found = trends.rate_trend(counts, exposure, by="likelihood")
    time = np.arange(30.0)

    def deviance(row, slope):
        offset = np.log(exposure[row]) + slope * time
        return (
            sm.GLM(counts[row], np.ones(30), family=sm.families.Poisson(), offset=offset)
            .fit(tol=1e-14)
            .deviance
        )

    for row in range(len(counts)):
        best = deviance(row, found.slope[row])
        for end in found.interval:
            lacks = deviance(row, math.log(end[row])) - best
            assert lacks == pytest.approx(stats.chi2.ppf(0.95, 1), rel=1e-6)
        assert found.p[row] == pytest.approx(stats.chi2.sf(deviance(row, 0) - best, 1), rel=1e-6)


@checked("the interval is all slopes that the score test keeps", "trends.rate_trend", by="twin")
def test_the_score_interval_holds_what_the_score_test_does_not_reject():
    counts, exposure = overdispersed(5)
    found = trends.rate_trend(counts, exposure, by="score")
    time = np.arange(30.0)
    for end in found.interval:
        tilted = exposure * np.exp(np.log(end)[:, None] * time)
        again = trends.rate_trend(counts, tilted, by="score")
        assert again.p == pytest.approx(0.05, rel=1e-6)


def test_a_trend_of_rates_by_hand():
    """Two periods: the ratio of rates is the estimate itself, and its error the root of 1/x + 1/y."""
    found = trends.rate_trend([10, 40], [100, 200])
    assert found.ratio == pytest.approx(2.0)
    assert found.error == pytest.approx(math.sqrt(1 / 10 + 1 / 40))
    assert trends.rate_trend([10, 40], [100, 200], time=[0, 12], per=12).ratio == pytest.approx(2.0)


@checked("units of exposure and time, many series at once, time turned round", "trends.rate_trend", by="twin")
@few
@given(st.lists(st.integers(0, 30), min_size=3, max_size=12), st.sampled_from(MODELS), st.floats(0.01, 100))
def test_units_of_exposure_and_of_time_change_nothing_but_the_unit(counts, model, scale):
    counts[0] += 1
    one = trends.rate_trend(counts, 3.0, model=model)
    other = trends.rate_trend(
        counts, 3.0 * scale, model=model, time=7 + scale * np.arange(len(counts)), per=scale
    )
    assert other.ratio == pytest.approx(one.ratio, rel=1e-6, abs=1e-12)
    assert other.p == pytest.approx(one.p, rel=1e-5, abs=1e-9)
    assert other.dispersion == pytest.approx(one.dispersion, rel=1e-6, abs=1e-12, nan_ok=True)


@few
@given(st.integers(0, 10**6), st.sampled_from(MODELS))
def test_many_series_at_once_are_each_on_its_own(seed, model):
    counts, exposure = overdispersed(seed, series=3, k=12)
    table = trends.rate_trend(counts, exposure, model=model)
    for row in range(3):
        one = trends.rate_trend(counts[row], exposure[row], model=model)
        assert [table.ratio[row], table.p[row], table.alpha[row]] == pytest.approx(
            [one.ratio, one.p, one.alpha], rel=1e-6
        )


@few
@given(st.integers(0, 10**6), st.sampled_from(["wald", "likelihood", "score"]))
def test_time_turned_round_turns_the_ratio_round(seed, by):
    counts, exposure = overdispersed(seed, series=2, k=10)
    one, other = (
        trends.rate_trend(counts[:, ::step], exposure[:, ::step], by=by, alternative=side)
        for step, side in ((1, "greater"), (-1, "less"))
    )
    assert other.ratio == pytest.approx(1 / one.ratio, rel=1e-7)
    assert other.interval[0] == pytest.approx(1 / one.interval[1], rel=1e-6)
    assert other.p == pytest.approx(one.p, rel=1e-6)


@checked("level of test and interval", "trends.rate_trend", by="simulation")
@pytest.mark.parametrize("by", ["wald", "likelihood", "score"])
@pytest.mark.parametrize("model", ["poisson", "quasi"])
def test_tests_of_no_trend_keep_their_level(model, by):
    counts = np.random.default_rng(11).poisson(4, (8000, 20))
    found = trends.rate_trend(counts, model=model, by=by)
    assert (found.p <= 0.05).mean() == pytest.approx(0.05, abs=0.009)
    assert ((found.interval[0] > 1) | (found.interval[1] < 1)).mean() == pytest.approx(0.05, abs=0.009)


@checked("level where counts vary more than Poisson's", "trends.rate_trend", by="simulation")
def test_only_quasi_and_negative_binomial_keep_their_level_where_counts_vary_more():
    generator = np.random.default_rng(12)
    counts = generator.poisson(generator.gamma(2, 2.5, (3000, 40)))
    rejected = {model: (trends.rate_trend(counts, model=model).p <= 0.05).mean() for model in MODELS}
    assert rejected["poisson"] > 0.2
    assert rejected["quasi"] == pytest.approx(0.05, abs=0.015)
    assert rejected["negative binomial"] == pytest.approx(0.06, abs=0.02)


@pytest.mark.parametrize("model", MODELS)
def test_a_rate_without_events_or_with_all_at_one_end(model):
    found = trends.rate_trend([[0, 0, 0, 0], [0, 0, 0, 6], [6, 0, 0, 0], [1, 2, 2, 3]], model=model)
    assert math.isnan(found.ratio[0]) and found.p[0] == 1
    assert (found.interval[0][0], found.interval[1][0]) == (0, math.inf)
    assert found.ratio[1] == math.inf and found.ratio[2] == 0
    assert (found.interval[0][2], found.interval[1][1]) == (0, math.inf)
    assert found.interval[0][1] == pytest.approx(1 / found.interval[1][2])
    assert (found.interval[0][1] > 1) == (found.p[1] < 0.05)
    exact = 2 * 6 * math.log(4)
    wanted = stats.t.sf(math.sqrt(exact), 2) if model == "quasi" else stats.norm.sf(math.sqrt(exact))
    assert found.p[1:3] == pytest.approx(2 * wanted)
    assert json.dumps(found.to_dict(), allow_nan=False)


def test_counts_without_any_scatter_have_no_trend():
    found = trends.rate_trend([3, 3, 3, 3], 0.7, model="quasi")
    assert (found.dispersion, found.ratio, found.interval, found.p) == (0, 1, (1, 1), 1)


def test_gaps_are_left_out():
    whole = trends.rate_trend([3, 5, 9], [10, 20, 30], time=[0, 2, 3])
    for counts, exposure in (([3, None, 5, 9], [10, 15, 20, 30]), ([3, 0, 5, 9], [10, 0, 20, 30])):
        gap = trends.rate_trend(counts, exposure)
        assert (gap.ratio, gap.p, gap.points) == pytest.approx((whole.ratio, whole.p, 3))
        assert math.isnan(gap.rates[1])


def test_columns_of_pandas_serve():
    frame = pd.DataFrame({"n": [3, 5, 9], "hours": [10, 20, 30]})
    assert (
        trends.rate_trend(frame["n"], frame["hours"]).ratio
        == trends.rate_trend([3, 5, 9], [10, 20, 30]).ratio
    )


@pytest.mark.parametrize(
    ("arguments", "options", "begins"),
    [
        (([1, 2.5],), {}, "counts: give whole numbers"),
        (([1, -2],), {}, "counts: give whole numbers"),
        (([],), {}, "counts: is empty"),
        ((["a", "b"],), {}, "counts: holds something"),
        (([1, math.inf],), {}, "counts: holds an infinite"),
        (([None, None],), {}, "counts: every value is missing"),
        (([[[1]]],), {}, "counts: give a column"),
        (([5],), {}, "counts: give two or more"),
        (([1, 2], [1, 2, 3]), {}, "exposure: give one number"),
        (([1, 2], [1, -2]), {}, "exposure: holds a negative"),
        (([1, 2], [1, 0]), {}, "exposure: is 0 where"),
        (([1, 2], [1, None]), {}, "exposure: is missing"),
        (([0, 0], 0), {}, "exposure: is 0 everywhere"),
        (([1, 2],), {"time": [1, 1]}, "time: every point"),
        (([1, 2],), {"time": [1]}, "time: give 2 values"),
        (([1, 2],), {"time": [1, None]}, "time: holds a missing"),
        (([1, 2],), {"model": "gaussian"}, "model: give one of"),
        (([1, 2],), {"by": "hand"}, "by: give one of"),
        (([1, 2],), {"by": "score", "model": "negative binomial"}, "by: of the negative"),
        (([1, 2],), {"alternative": "up"}, "alternative: give one of"),
        (([1, 2],), {"confidence": 1}, "confidence: give less than 1"),
        (([1, 2],), {"per": 0}, "per: give more than 0"),
    ],
)
def test_a_rate_trend_refuses_by_the_arguments_name(arguments, options, begins):
    with pytest.raises(ValueError) as refused:
        trends.rate_trend(*arguments, **options)
    assert str(refused.value).startswith(begins)


def test_a_figure_shows_rates_with_their_trend():
    found = trends.rate_trend([[1, 2, 4], [3, None, 1]], 10)
    figure = found.figure(1)
    assert figure["series"][0]["data"] == [[0, 0.3], [1, None], [2, 0.1]]
    assert len(found.table().rows) == 2 and json.dumps(figure, allow_nan=False)
    with pytest.raises(ValueError, match="^series: there is no series 2"):
        found.figure(2)


# Any shape


@checked("all orders of the values, with ties", "trends.mann_kendall", by="twin")
@few
@given(st.lists(st.integers(0, 4), min_size=2, max_size=7))
def test_exact_p_counts_all_orders_with_their_ties(values):
    def statistic(order):
        return sum(np.sign(b - a) for a, b in itertools.combinations(order, 2))

    every = np.array([statistic(order) for order in itertools.permutations(values)])
    for side, wanted in (
        ("two-sided", np.abs(every) >= abs(statistic(values))),
        ("greater", every >= statistic(values)),
        ("less", every <= statistic(values)),
    ):
        found = trends.mann_kendall(values, alternative=side)
        assert found.exact
        assert found.p == pytest.approx(wanted.mean())
    assert found.variance == pytest.approx(every.var())


@checked("scipy, kendalltau and theilslopes", "trends.mann_kendall", by="program")
@pytest.mark.parametrize("n", [3, 12, 25, 40])
def test_untied_values_have_scipys_p_and_tau_and_slope(n):
    values = np.random.default_rng(n).normal(size=n)
    found = trends.mann_kendall(values)
    kendall = stats.kendalltau(np.arange(n), values, method="exact")
    assert (found.tau, found.p) == pytest.approx((kendall.statistic, kendall.pvalue))
    sen = stats.theilslopes(values)
    assert found.slope == pytest.approx(sen.slope)
    assert found.intercept == pytest.approx(np.median(values - sen.slope * np.arange(n)))


def test_tied_values_have_the_tau_of_scipy():
    values, time = np.random.default_rng(4).integers(0, 6, 50), np.arange(50)
    found = trends.mann_kendall(values, continuity=False)
    kendall = stats.kendalltau(time, values, method="asymptotic")
    assert (found.tau, found.p) == pytest.approx((kendall.statistic, kendall.pvalue))
    assert not found.exact


@checked(
    "R. O. Gilbert, Statistical Methods for Environmental Pollution Monitoring (1987), table A18",
    "trends.mann_kendall",
)
def test_the_critical_values_of_kendalls_table():
    for n, s, published in ((4, 6, 0.042), (5, 8, 0.042), (8, 16, 0.031), (10, 21, 0.036)):
        chances = disorder(n)
        values = len(chances) - 1 - 2 * np.arange(len(chances))
        assert chances[values >= s].sum() == pytest.approx(published, abs=5e-4)


@checked("cover of the slope's interval", "trends.mann_kendall", by="simulation")
@pytest.mark.parametrize("method", ["exact", "normal"])
@pytest.mark.parametrize("n", [5, 6, 9, 20])
def test_the_slopes_interval_holds_the_slope_as_often_as_it_says(n, method):
    generator = np.random.default_rng(n)
    values = 0.3 * np.arange(n) + generator.normal(size=(6000, n))
    found = trends.mann_kendall(values, method=method)
    held = ((found.interval[0] < 0.3) & (found.interval[1] > 0.3)).mean()
    assert held > 0.945
    # Test and interval of the exact method agree.
    if method == "exact":
        outside = (found.interval[0] > 0) | (found.interval[1] < 0)
        assert (outside == (found.p <= 0.05)).all()


@few
@given(st.lists(st.floats(-50, 50).map(lambda x: round(x, 1)), min_size=2, max_size=15), st.floats(0.1, 10))
def test_s_does_not_mind_the_scale_and_the_slope_follows_it(values, scale):
    one = trends.mann_kendall(values)
    other = trends.mann_kendall(np.array(values) * scale + 3, time=2 * np.arange(len(values)))
    assert (other.statistic, other.p) == pytest.approx((one.statistic, one.p))
    assert other.slope == pytest.approx(one.slope * scale / 2, abs=1e-9)
    turned = trends.mann_kendall(values[::-1])
    assert (turned.statistic, turned.slope) == pytest.approx((-one.statistic, -one.slope), abs=1e-9)


def test_many_series_have_their_own_gaps_and_ties():
    rows = [
        [1, 3, 2, 5, 4, 6],
        [2, 2, 2, 2, 2, 2],
        [1, None, 3, None, 2, None],
        [None, None, 7, None, None, None],
    ]
    table = trends.mann_kendall(rows)
    for place, row in enumerate(rows[:3]):
        one = trends.mann_kendall(row)
        assert [table.slope[place], table.p[place], table.statistic[place]] == [
            one.slope,
            one.p,
            one.statistic,
        ]
    assert (table.slope[1], table.p[1]) == (0, 1)
    assert math.isnan(table.slope[3]) and math.isnan(table.p[3])
    assert json.dumps(table.figure(2), allow_nan=False) and len(table.table().rows) == 4


def test_points_come_in_the_order_of_time():
    values, time = [1.0, 2.0, 4.0, 3.0], [1, 2, 5, 3]
    assert trends.mann_kendall(values, time=time).statistic == 6
    assert trends.mann_kendall(values, time=time).p == trends.mann_kendall([1, 2, 3, 4]).p


@checked("each season alone, put together by hand", "trends.seasonal_mann_kendall", by="twin")
def test_seasons_are_summed():
    """S, variance and slopes of each season on its own, put together by hand."""
    values = np.random.default_rng(9).normal(size=36).round(1) + np.tile([0, 5, 9, 2], 9)
    found = trends.seasonal_mann_kendall(values, period=4, names=["spring", "summer", "autumn", "winter"])
    parts = [trends.mann_kendall(values[season::4]) for season in range(4)]
    assert found.statistic == sum(part.statistic for part in parts)
    assert found.variance == pytest.approx(sum(part.variance for part in parts))
    slopes = [
        (values[b] - values[a]) / (b - a)
        for season in range(4)
        for a, b in itertools.combinations(range(season, 36, 4), 2)
    ]
    assert found.slope == pytest.approx(np.median(slopes))
    assert [season[0] for season in found.seasons] == ["spring", "summer", "autumn", "winter"]
    scores = np.array([season[2] for season in found.seasons])
    spread = (scores**2).sum() - 4 * scores.mean() ** 2
    assert found.heterogeneity_p == pytest.approx(stats.chi2.sf(spread, 3))


def test_seasons_hide_a_trend_from_the_plain_test():
    time = np.arange(48)
    values = 20 * np.sin(2 * np.pi * time / 12) + 0.1 * time + np.random.default_rng(2).normal(0, 0.5, 48)
    assert trends.mann_kendall(values).p > 0.1
    assert trends.seasonal_mann_kendall(values).p < 1e-6


@checked("level of the test", "trends.seasonal_mann_kendall", by="simulation")
def test_the_seasonal_test_keeps_its_level():
    values = np.random.default_rng(21).normal(size=(4000, 60))
    assert (trends.seasonal_mann_kendall(values).p <= 0.05).mean() == pytest.approx(0.045, abs=0.01)


@pytest.mark.parametrize(
    ("function", "arguments", "options", "begins"),
    [
        (trends.mann_kendall, ([1],), {}, "values: give two or more"),
        (trends.mann_kendall, (np.zeros(5001),), {}, "values: give 5000 or fewer"),
        (trends.mann_kendall, ([1, 2],), {"time": [3, 3]}, "time: "),
        (trends.mann_kendall, ([1, 2, 3],), {"time": [3, 4, 3]}, "time: two points"),
        (trends.mann_kendall, (np.arange(41),), {"method": "exact"}, "method: exact goes up to"),
        (trends.mann_kendall, ([1, math.inf],), {}, "values: holds an infinite"),
        (trends.seasonal_mann_kendall, (np.arange(23),), {}, "values: give two periods"),
        (trends.seasonal_mann_kendall, (np.arange(24),), {"names": ["a"]}, "names: give 12"),
        (trends.seasonal_mann_kendall, (np.arange(24),), {"period": 1}, "period: give 2"),
        (trends.dispersion, ([1, 2],), {"reference": "t"}, "reference: give chi-squared or conditional"),
    ],
)
def test_refusals_begin_with_the_arguments_name(function, arguments, options, begins):
    with pytest.raises(ValueError) as refused:
        function(*arguments, **options)
    assert str(refused.value).startswith(begins)
