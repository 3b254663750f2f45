"""Capability: reference cases, twins in scipy, and what has no answer."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.diagnostic import normal_ad

from setsquare.methods import capability as c
from setsquare.methods import charts
from setsquare.methods.capability.fitting import FAMILIES, distribution
from setsquare.methods.capability.spread import within
from tests.methods.cases_capability import ADAPTERS, QCC
from tests.methods.checked import checked
from tests.methods.reference import differences, load, reaching

CASES = load()
few = settings(max_examples=25, deadline=None)


@reaching(ADAPTERS)
def test_reference_case(name):
    case = CASES[name]
    if "expected_exact_constants" in case:
        # Our number is the one by the exact d2; qcc's own, by d2 of three decimals, is within 4e-5 of it.
        made = ADAPTERS[name](case)
        exact = case | {"expected": case["expected_exact_constants"], "tolerance": {"rel": 1e-9}}
        assert differences(exact, made) == []
        near = {key: case["expected"][key] for key in QCC}
        allowed = case["tolerance"] if "abs" in case["tolerance"] else {"rel": 4e-5}
        allowed = {key: value + 1.1e-4 for key, value in allowed.items()} if "abs" in allowed else allowed
        assert differences(case | {"expected": near, "tolerance": allowed}, made) == []
    else:
        assert differences(case, ADAPTERS[name](case)) == []


@checked(
    "the normal tails: 2,700 ppm beyond three sigma, 3.4 beyond six with a shift of 1.5",
    "capability.from_summary",
)  # fmt: skip
def test_parts_per_million_of_known_sigma_levels():
    # The normal tails: 2,700 ppm beyond three sigma on both sides, 3.4 ppm beyond six with a shift of 1.5.
    three = c.from_summary(0, 1, 100, lower=-3, upper=3)
    assert (round(three.ppm), round(three.p.value, 12)) == (2700, 1.0)
    six = c.from_summary(1.5, 1, 100, upper=6, shift=1.5)
    assert (round(six.ppm, 1), round(six.sigma_level, 6)) == (3.4, 6.0)


@checked("location and scale", "capability.capability", by="twin")
@few
@given(st.integers(0, 10**6), st.floats(0.1, 50), st.floats(-20, 20))
def test_indices_do_not_mind_the_unit(seed, scale, shift):
    rows = np.random.default_rng(seed).normal(10, 1, (12, 4))
    first = c.capability(rows, lower=6, upper=13, target=9.5, stable=True)
    second = c.capability(
        rows * scale + shift,
        lower=6 * scale + shift,
        upper=13 * scale + shift,
        target=9.5 * scale + shift,
        stable=True,
    )
    for name in ("cp", "cpl", "cpu", "cpk", "cpm", "pp", "ppk"):
        one, other = getattr(first, name), getattr(second, name)
        assert other.value == pytest.approx(one.value, rel=1e-8)
        assert other.interval == pytest.approx(one.interval, rel=1e-8)
        assert one.interval[0] < one.value < one.interval[1]
    assert first.cpk.value == min(first.cpl.value, first.cpu.value) <= first.cp.value
    assert first.observed == second.observed


@checked("mirrored values", "capability.capability", by="twin")
def test_mirrored_values_swap_the_sides():
    x = np.random.default_rng(2).normal(1, 1, 50)
    one = c.capability(x, lower=-2, upper=5, stable=True)
    other = c.capability(-x, lower=-5, upper=2, stable=True)
    assert (one.cpl.value, one.cpu.value) == pytest.approx((other.cpu.value, other.cpl.value))


def test_one_limit_defines_one_side():
    found = c.capability([9.0, 10.0, 11.0, 10.5], upper=15, stable=True)
    assert math.isnan(found.cp.value) and math.isnan(found.cpm.value) and math.isnan(found.cpl.value)
    assert found.cpk.value == found.cpu.value
    assert found.overall.ppm_lower == 0.0


@checked("sigma of 3,000 normal subgroups by every estimator", "capability.capability", by="simulation")
def test_the_estimator_is_named_and_can_be_chosen():
    rows = np.random.default_rng(7).normal(0, 2, (3000, 5))
    for name, text in (("rbar", "range"), ("sbar", "standard deviation"), ("pooled", "pooled")):
        found = c.capability(rows, lower=-9, upper=9, estimator=name, stable=True).within.spread
        assert text in found.method and found.sd == pytest.approx(2, rel=0.02)
    single = c.capability(rows.ravel(), lower=-9, upper=9, stable=True).within.spread
    assert "moving range" in single.method and single.sd == pytest.approx(2, rel=0.03)


@checked("variance of each estimator of sigma", "capability.capability", by="simulation")
def test_degrees_of_an_estimator_are_those_of_its_variance():
    generator = np.random.default_rng(5)
    for name, shape in (("rbar", (20, 5)), ("sbar", (20, 5)), ("moving range", (60, 1))):
        found = [within(generator.normal(0, 1, shape), name) for _ in range(900)]
        sds = np.array([one.sd for one in found])
        assert sds.mean() == pytest.approx(1, abs=0.01)
        assert 1 / (2 * (sds.std() / sds.mean()) ** 2) == pytest.approx(found[0].degrees, rel=0.12)


def test_rows_of_unequal_length_and_missing_values():
    ragged = c.capability([[1.0, 2.0, 3.0], [2.0, 3.0], [4.0]], lower=0, upper=6, stable=True)
    assert ragged.n == 6
    holes = c.capability(
        [[1.0, 2.0, 3.0], [2.0, None, 3.0], [4.0, None, None]], lower=0, upper=6, stable=True
    )
    assert holes.cp == ragged.cp


@checked(
    "the chart of the same subgroups, as qcc has its UWAVE-R, UWAVE-SD and RMSDF",
    "capability.capability",
    by="twin",
)
def test_the_spread_within_is_the_charts_sigma():
    rows = np.random.default_rng(4).normal(10, 1, (30, 5))
    rows[::3, 3:] = np.nan
    for name in ("rbar", "sbar", "pooled"):
        found = c.capability(rows, lower=6, upper=14, estimator=name, stable=True).within.spread.sd
        assert found == pytest.approx(charts.xbar_r(rows, estimator=name).location.stages[0].sigma, rel=1e-12)


@checked("95 % of intervals hold Ppk", "capability.capability", by="simulation")
def test_the_interval_holds_ppk_as_often_as_it_says():
    generator = np.random.default_rng(8)
    held = 0
    for _ in range(600):
        low, high = c.capability(generator.normal(0, 1, 60), lower=-4, upper=5, stable=True).ppk.interval
        held += low <= 4 / 3 <= high
    assert 0.92 <= held / 600 <= 0.98


@checked("95 % of intervals hold Cpm, off target", "capability.capability", by="simulation")
def test_the_interval_of_cpm_has_the_degrees_of_the_noncentral_chi_squared():
    # Two standard deviations off target Cpm is 4 / (3 sqrt 5); qcc's degrees, without the square, are a fifth of these.
    generator = np.random.default_rng(4)
    held = wide = 0
    for _ in range(600):
        x = generator.normal(2, 1, 60)
        ask = {"lower": -4, "upper": 4, "target": 0, "stable": True}
        low, high = c.capability(x, **ask).overall.pm.interval
        held += low <= 4 / (3 * math.sqrt(5)) <= high
        low, high = c.capability(x, **ask, degrees="qcc").overall.pm.interval
        wide += low <= 4 / (3 * math.sqrt(5)) <= high
    assert 0.92 <= held / 600 <= 0.98 < 0.995 < wide / 600


def test_a_process_that_is_not_stable():
    with pytest.warns(UserWarning, match="not stable"):
        found = c.capability([1.0, 2.0, 3.0], lower=0, upper=4, stable=False)
    assert "not stable" in found.warnings[0]
    with pytest.raises(ValueError, match=r"^stable: "):
        c.capability([1.0, 2.0, 3.0], lower=0, upper=4, stable=False, unstable="refuse")
    assert "nobody" in c.capability([1.0, 2.0, 3.0], lower=0, upper=4).warnings[0]


@checked("statsmodels, normal_ad", "capability.anderson_darling", by="program")
@pytest.mark.parametrize("seed", range(4))
def test_anderson_darling_agrees_with_statsmodels(seed):
    generator = np.random.default_rng(seed)
    for x in (generator.normal(5, 2, 40), generator.exponential(1, 40), generator.uniform(0, 1, 300)):
        wanted, p = normal_ad(x)
        found = c.anderson_darling(x)
        assert (found.statistic, found.p) == (pytest.approx(wanted), pytest.approx(p, rel=1e-6))


@checked("5 % of normal samples are found odd", "capability.anderson_darling", by="simulation")
def test_anderson_darling_finds_a_normal_sample_odd_as_often_as_it_says():
    generator = np.random.default_rng(1)
    found = sum(c.anderson_darling(generator.normal(0, 1, 30)).p < 0.05 for _ in range(2000))
    assert 0.035 <= found / 2000 <= 0.065


def test_a_far_outlier_is_never_normal():
    assert c.anderson_darling([*range(200), 1e9]).p < 1e-20


@checked("no neighbouring parameters are likelier", "capability.fit", by="twin")
@pytest.mark.parametrize("family", FAMILIES)
def test_no_neighbour_of_a_fit_is_likelier(family):
    x = np.random.default_rng(3).gamma(3, 2, 80)
    found = c.fit(x, family)
    for name, value in found.parameters.items():
        for factor in (0.999, 1.001):
            other = distribution(family, found.parameters | {name: value * factor})
            assert other.logpdf(x).sum() <= found.log_likelihood + 1e-7


@checked("the usual index, where the fit is normal", "capability.fitted_capability", by="twin")
def test_percentiles_of_a_normal_fit_are_the_usual_index():
    x = np.random.default_rng(6).normal(0, 1, 200)
    found = c.fitted_capability(x, "normal", lower=-3, upper=4)
    spread = stats.norm.ppf(0.99865)
    assert found.ppk == pytest.approx(min(x.mean() + 3, 4 - x.mean()) / (spread * x.std()))
    assert found.ppm == pytest.approx(
        1e6 * (stats.norm.cdf((-3 - x.mean()) / x.std()) + stats.norm.sf((4 - x.mean()) / x.std()))
    )


@checked("the family that 2,000 values are drawn from", "capability.compare_fits", by="simulation")
def test_the_right_family_comes_first():
    x = np.random.default_rng(9).weibull(1.5, 2000)
    assert c.compare_fits(x)[0].family == "weibull"
    assert {found.family for found in c.compare_fits([-1.0, 0.5, 2.0])} == {"normal", "logistic", "gumbel"}


@checked("scipy, boxcox", "capability.box_cox_capability", "capability.box_cox_power", by="program")
def test_box_cox_agrees_with_scipy():
    x = np.random.default_rng(10).lognormal(1, 0.5, 100)
    found = c.box_cox_capability(x, upper=20)
    made, power = stats.boxcox(x)
    assert found.parameter == pytest.approx(power, abs=1e-6)
    wanted = (stats.boxcox(np.array([20.0]), power)[0] - made.mean()) / (3 * made.std(ddof=1))
    assert found.indices.pk.value == pytest.approx(wanted, rel=1e-6)
    assert c.box_cox_capability(x, lower=0, upper=20, power=0).transformed.lower == -math.inf


@checked(
    "the index without a transformation, far from zero; the unit",
    "capability.box_cox_capability", by="twin",
)  # fmt: skip
def test_box_cox_far_from_zero_and_over_many_units():
    x = np.random.default_rng(13).uniform(0, 1, 40)
    far = c.box_cox_capability(1e6 + x, upper=1e6 + 3)
    assert -5 <= far.parameter <= 5
    assert far.indices.pk.value == pytest.approx((3 - x.mean()) / (3 * x.std(ddof=1)), rel=1e-3)
    one, other = (c.box_cox_capability(x * unit, upper=2 * unit) for unit in (1, 1e9))
    assert other.indices.pk.value == pytest.approx(one.indices.pk.value, rel=1e-6)


@checked(
    "samples of sinh, logistic, lognormal and Weibull form become normal",
    "capability.johnson", by="simulation",
)  # fmt: skip
@pytest.mark.parametrize(
    ("seed", "make"),
    [
        (1, lambda g: np.sinh(g.normal(0, 1, 400) / 1.5)),
        (2, lambda g: 1 / (1 + np.exp(-g.normal(0.5, 1, 400)))),
        (3, lambda g: g.lognormal(0, 0.6, 400)),
        (4, lambda g: 5 + 2 * g.weibull(1.2, 400)),
    ],
)
def test_johnson_makes_curved_data_normal(seed, make):
    x = make(np.random.default_rng(seed))
    found = c.johnson(x)
    made = found.transform(x)
    assert found.normality.p > 0.05
    assert c.anderson_darling(x).p < found.normality.p
    assert (np.argsort(made) == np.argsort(x)).all()
    assert (abs(made.mean()), made.std()) == (pytest.approx(0, abs=0.2), pytest.approx(1, abs=0.15))


@checked("parameters of a known SU and SB from their exact quantiles", "capability.johnson", by="twin")
def test_percentiles_give_back_the_johnson_curve_they_come_from():
    # Exact quantiles of a known SU, in a long sample: its parameters are found again.
    z = stats.norm.ppf((np.arange(1, 4001) - 0.5) / 4000)
    x = 3 + 2 * np.sinh((z - 0.5) / 1.8)
    found = c.johnson(x)
    assert found.kind == "SU"
    assert (found.gamma, found.eta, found.epsilon, found.scale) == pytest.approx((0.5, 1.8, 3, 2), rel=0.01)
    y = 1 + 4 / (1 + np.exp(-(z - 0.7) / 1.3))
    found = c.johnson(y)
    assert found.kind == "SB"
    assert (found.gamma, found.eta, found.epsilon, found.scale) == pytest.approx((0.7, 1.3, 1, 4), rel=0.01)


@checked("closed forms of exact intervals at zero", "capability.defectives", "capability.defects", by="twin")
def test_defectives_and_defects_without_any():
    none = c.defectives(0, 100)
    assert (none.share, none.z) == (0.0, math.inf)
    assert none.interval[1] == pytest.approx(1 - 0.025 ** (1 / 100))
    clean = c.defects(0, 10)
    assert clean.interval == (0.0, pytest.approx(-math.log(0.025) / 10))
    assert c.defectives([1, 2], [50, 50]).share == 0.03
    assert c.defectives(100, 100).interval[1] == 1.0


@pytest.mark.parametrize(
    ("ask", "argument"),
    [
        (lambda: c.capability([1.0, 2.0]), "lower"),
        (lambda: c.capability([1.0, 2.0], lower=2, upper=1), "upper"),
        (lambda: c.capability([1.0], upper=3), "values"),
        (lambda: c.capability([1.0, 1.0], upper=3), "values"),
        (lambda: c.capability([[1.0, 1.0], [2.0, 2.0]], upper=3), "values"),
        (lambda: c.capability([1.0, math.inf], upper=3), "values"),
        (lambda: c.capability([1.0, 2.0], upper=3, estimator="rbar"), "values"),
        (lambda: c.capability([1.0, 2.0], upper=3, estimator="range"), "estimator"),
        (lambda: c.capability([1.0, 2.0], upper=3, confidence=95), "confidence"),
        (lambda: c.capability([1.0, 2.0], upper=3, sides="both"), "sides"),
        (lambda: c.capability([1.0, 2.0], upper=math.nan), "upper"),
        (lambda: c.from_summary(1, 0, 10, upper=2), "sd"),
        (lambda: c.anderson_darling([1.0] * 9), "values"),
        (lambda: c.anderson_darling([1.0, 2.0]), "values"),
        (lambda: c.shapiro_wilk([1.0, 2.0]), "values"),
        (lambda: c.fit([0.0, 1.0, 2.0], "weibull"), "values"),
        (lambda: c.fit([1.0, 2.0, 3.0], "beta"), "family"),
        (lambda: c.box_cox_capability([-1.0, 2.0, 3.0], upper=4), "values"),
        (lambda: c.box_cox_capability([1.0, 2.0, 3.0], lower=-1), "lower"),
        (lambda: c.johnson([1.0, 2.0, 3.0]), "values"),
        (lambda: c.defectives(5, 4), "counts"),
        (lambda: c.defectives([1, 2], [10]), "sizes"),
        (lambda: c.defects(1.5, 4), "counts"),
        (lambda: c.defects(1, 0), "units"),
    ],
)
def test_a_refusal_begins_with_the_argument(ask, argument):
    with pytest.raises(ValueError, match=rf"^{argument}: "):
        ask()


def test_results_become_json_tables_and_pictures():
    x = np.random.default_rng(12).gamma(4, 1, 60)
    found = c.capability(x, upper=12, stable=True)
    for result in (found, c.anderson_darling(x)):
        json.dumps(result.figure(), allow_nan=False)
    for result in (
        found,
        c.johnson_capability(x, lower=0.2, upper=9),
        c.fitted_capability(x, "gamma", upper=12),
        c.defects(1, 9),
    ):
        json.dumps(result.to_dict(), allow_nan=False)
        assert result.table().rows
