"""Sizes and power of verifications: statsmodels, published sizes, every outcome counted through, simulation."""

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import TTestIndPower, TTestPower
from statsmodels.stats.proportion import power_proportions_2indep
from statsmodels.stats.rates import power_poisson_ratio_2indep

from setsquare.methods import verification
from tests.methods.checked import checked

pytestmark = pytest.mark.once

STATSMODELS = {"less": "smaller", "greater": "larger", "two-sided": "two-sided"}
FEW = settings(max_examples=25, deadline=None)
SIDES = st.sampled_from(["less", "greater", "two-sided"])


# Proportions and rates


@FEW
@given(st.floats(0.02, 0.98), st.floats(0.02, 0.98), st.integers(5, 500), st.integers(5, 500), SIDES)
@checked("statsmodels, power_proportions_2indep", "verification.two_proportions", by="program")
def test_the_power_of_two_proportions_by_normal_approximation(
    before: float, after: float, n: int, known: int, side: str
) -> None:
    if abs(before - after) < 1e-6:
        return
    found = verification.two_proportions(
        before, after, n=n, n_before=known, alternative=side, method="normal"
    )
    theirs = power_proportions_2indep(
        after - before, before, n, ratio=known / n, alternative=STATSMODELS[side]
    )
    assert found.power == pytest.approx(theirs.power, abs=1e-9)


@checked("scipy, fisher_exact on every outcome", "verification.two_proportions", by="twin")
@pytest.mark.parametrize("side", ["less", "greater"])
def test_the_exact_power_of_two_proportions_is_summed_over_every_outcome(side: str) -> None:
    for before, after, known, n in ((0.5, 0.2, 14, 18), (0.1, 0.6, 9, 7)):
        made = sum(
            stats.binom.pmf(x, n, after) * stats.binom.pmf(y, known, before)
            for x in range(n + 1)
            for y in range(known + 1)
            if stats.fisher_exact([[x, n - x], [y, known - y]], alternative=side).pvalue <= 0.05 * (1 + 1e-9)
        )
        found = verification.two_proportions(before, after, n=n, n_before=known, alternative=side)
        assert found.power == pytest.approx(made, rel=1e-9)


@checked("scipy, hypergeom and binom on every outcome", "verification.two_proportions", by="twin")
@pytest.mark.parametrize(("known", "n", "alpha"), [(900, 700, 0.05), (40, 2000, 0.01), (3000, 9, 0.2)])
def test_the_exact_power_of_many_items_is_the_same_walk(known: int, n: int, alpha: float) -> None:
    x, y = np.arange(min(n, 300) + 1), np.arange(min(known, 400) + 1)[:, None]
    few = stats.hypergeom.cdf(x, known + n, n, x + y) <= alpha * (1 + 1e-9)
    chance = stats.binom.pmf(x, n, 0.05) * stats.binom.pmf(y, known, 0.08)
    found = verification.two_proportions(0.08, 0.05, n=n, n_before=known, alpha=alpha)
    assert found.power == pytest.approx(float(chance[few].sum()), rel=1e-9)


def test_the_size_for_a_small_effect_is_that_of_sums_over_every_outcome() -> None:
    """The sums took half a minute."""
    assert verification.two_proportions(0.1, 0.09).after == 10_824
    assert verification.two_rates(20.0, 19.5).after == 981


@checked(
    "J. L. Fleiss, Statistical Methods for Rates and Proportions, formula of chapter 3",
    "verification.two_proportions",
)
def test_the_size_of_two_proportions_that_textbooks_give() -> None:
    """0.65 against 0.45, two-sided 5 %, power 0.9: (z sqrt(2 p q) + z' sqrt(p1 q1 + p2 q2))^2 / d^2."""
    found = verification.two_proportions(0.65, 0.45, power=0.9, alternative="two-sided", method="normal")
    z = stats.norm.ppf([0.975, 0.9])
    formula = (z[0] * np.sqrt(2 * 0.55 * 0.45) + z[1] * np.sqrt(0.65 * 0.35 + 0.45 * 0.55)) ** 2 / 0.2**2
    assert found.after == int(np.ceil(formula))


@FEW
@given(st.floats(0.5, 20), st.floats(0.5, 20), st.integers(1, 60), st.floats(1, 4))
@checked("statsmodels, power_poisson_ratio_2indep", "verification.two_rates", by="program")
def test_the_power_of_two_rates_by_normal_approximation(
    before: float, after: float, months: int, dispersion: float
) -> None:
    if abs(before - after) < 1e-6:
        return
    found = verification.two_rates(before, after, exposure=months, method="normal", dispersion=dispersion)
    theirs = power_poisson_ratio_2indep(
        after, before, months, value=1, dispersion=dispersion, alternative="smaller", return_results=False
    )
    assert found.power == pytest.approx(theirs, abs=1e-9)


@checked("scipy, binomtest on every outcome", "verification.two_rates", by="twin")
@pytest.mark.parametrize("side", ["less", "greater"])
def test_the_exact_power_of_two_rates_is_summed_over_every_outcome(side: str) -> None:
    before, after, known, months = 2.0, 0.8, 4, 7
    outcomes = [(x, y) for x in range(35) for y in range(35) if x + y]
    made = sum(
        stats.poisson.pmf(x, after * months) * stats.poisson.pmf(y, before * known)
        for x, y in outcomes
        if stats.binomtest(x, x + y, months / (months + known), alternative=side).pvalue <= 0.05 * (1 + 1e-9)
    )
    found = verification.two_rates(before, after, exposure=months, exposure_before=known, alternative=side)
    assert found.power == pytest.approx(made, rel=1e-7)


@settings(max_examples=5, deadline=None)
@given(st.floats(0.15, 0.5), st.floats(0.1, 0.45), st.sampled_from([0.7, 0.8, 0.9]))
def test_no_smaller_size_keeps_the_power_and_none_shortly_above_lacks_it(
    p: float, factor: float, power: float
) -> None:
    found = verification.two_proportions(p, p * factor, power=power, ratio=1.5)
    n = int(found.after)

    def reached(size: int) -> float:
        return verification.two_proportions(p, p * factor, n=size, ratio=1.5).power

    assert found.power >= power
    assert all(reached(size) >= power for size in range(n, n + 21))
    assert n == 1 or reached(n - 1) < power


def test_a_two_sided_power_is_that_of_both_sides_at_half_the_risk() -> None:
    halves = [
        verification.two_rates(3, 1, exposure=12, alternative=side, alpha=0.025).power
        for side in ("less", "greater")
    ]
    both = verification.two_rates(3, 1, exposure=12, alternative="two-sided").power
    assert both == pytest.approx(sum(halves))


def test_where_too_little_is_known_from_before_no_time_after_is_enough() -> None:
    with pytest.raises(ValueError, match="^power: not even 10,000,000 after the action reach 0.8"):
        verification.two_rates(1.0, 0.5, power=0.8, exposure_before=3, method="normal")
    assert verification.two_rates(1.0, 0.0, power=0.8, exposure_before=12).after == 5


# Means and variances


@FEW
@given(st.floats(0.1, 2), st.integers(3, 60), st.floats(0.5, 3), SIDES)
@checked(
    "statsmodels, TTestIndPower and TTestPower",
    "verification.two_means",
    "verification.paired_means",
    by="program",
)
def test_the_power_of_t_tests(change: float, n: int, ratio: float, side: str) -> None:
    # They take the share of n2 unrounded.
    known = int(np.ceil(ratio * n - 1e-9))
    found = verification.two_means(change, 1.0, n=n, n_before=known, alternative=side)
    theirs = TTestIndPower().power(change, n, 0.05, known / n, alternative=STATSMODELS[side])
    paired = verification.paired_means(change, 1.0, n=n, alternative=side)
    alone = TTestPower().power(change, n, 0.05, alternative=STATSMODELS[side])
    for ours, one in ((found.power, theirs), (paired.power, alone)):
        # Theirs is NaN where the chance of a wrong side is next to nothing.
        assert np.isnan(one) or ours == pytest.approx(one, abs=1e-7)


@checked(
    "J. Cohen, Statistical Power Analysis, table 2.4.1 (two-tailed 5 %, power 0.80)", "verification.two_means"
)
def test_the_sizes_of_cohen() -> None:
    found = [verification.two_means(change, 1.0, power=0.8).after for change in (0.2, 0.5, 0.8, 1.0)]
    assert found == [394, 64, 26, 17]


@checked("simulation of Welch's test", "verification.two_means", by="simulation")
def test_the_power_of_welchs_test() -> None:
    chance = np.random.default_rng(1)
    after, before = chance.normal(1.2, 1, (40_000, 12)), chance.normal(0, 2.5, (40_000, 25))
    test = stats.ttest_ind(after, before, axis=1, equal_var=False)
    found = verification.two_means(1.2, 1.0, sd_before=2.5, n=12, n_before=25)
    assert found.power == pytest.approx((test.pvalue <= 0.05).mean(), abs=0.008)


@checked("simulation of the F test", "verification.two_variances", by="simulation")
def test_the_power_of_the_f_test() -> None:
    chance = np.random.default_rng(2)
    after, before = chance.normal(0, 0.6, (40_000, 15)), chance.normal(0, 1, (40_000, 20))
    ratio = after.var(axis=1, ddof=1) / before.var(axis=1, ddof=1)
    less = (ratio < stats.f.ppf(0.05, 14, 19)).mean()
    both = ((ratio < stats.f.ppf(0.025, 14, 19)) | (ratio > stats.f.ppf(0.975, 14, 19))).mean()
    found = verification.two_variances(0.6, n=15, n_before=20)
    assert found.power == pytest.approx(less, abs=0.008)
    two = verification.two_variances(0.6, n=15, n_before=20, alternative="two-sided")
    assert two.power == pytest.approx(both, abs=0.008)


@FEW
@given(st.floats(0.3, 3), st.sampled_from([0.6, 0.8, 0.95]), SIDES)
def test_the_least_size_of_means_has_the_power_and_one_less_lacks_it(
    change: float, power: float, side: str
) -> None:
    signed = -change if side == "less" else change
    found = verification.two_means(signed, 1.0, power=power, alternative=side)
    assert found.power >= power and found.wanted == power
    if found.after > 2:
        assert verification.two_means(signed, 1.0, n=int(found.after) - 1, alternative=side).power < power


# An interrupted series


def test_without_a_trend_a_series_is_two_rates() -> None:
    found = verification.interrupted_series(4.0, 0.5, months_before=24, months=9)
    rates = verification.two_rates(4.0, 2.0, exposure_before=24, exposure=9, method="normal")
    assert found.power == pytest.approx(rates.power)
    spread = verification.interrupted_series(
        4.0, 0.5, months_before=24, months=9, dispersion=1.5, autocorrelation=0.2
    )
    assert spread.power == pytest.approx(
        verification.two_rates(4, 2, exposure_before=24, exposure=9, method="normal", dispersion=2.25).power
    )


@checked(
    "simulation of a Poisson regression with a trend, fitted by statsmodels",
    "verification.interrupted_series",
    by="simulation",
)
def test_the_power_of_a_step_beside_a_trend() -> None:
    chance = np.random.default_rng(3)
    step = np.repeat([0.0, 1.0], [30, 20])
    design = np.column_stack((np.ones(50), np.linspace(-1, 1, 50), step))
    rejected = []
    for _ in range(200):
        counts = chance.poisson(12.0 * np.where(step > 0, 0.65, 1.0))
        made = sm.GLM(counts, design, family=sm.families.Poisson()).fit()
        rejected.append(made.params[2] / made.bse[2] < stats.norm.ppf(0.05))
    found = verification.interrupted_series(12.0, 0.65, months_before=30, months=20, trend=True)
    assert np.mean(rejected) == pytest.approx(found.power, abs=0.09)


# Demonstrations


@checked(
    "success run, and NIST e-Handbook 8.3.1.3",
    "verification.demonstrate_proportion",
    "verification.demonstrate_rate",
)
def test_how_long_without_recurrence() -> None:
    """22, 59 and 299 items without a failure for 10, 5 and 1 % at 90, 95 and 95 %; test lengths of 2.30, 3.89, 5.32."""
    sizes = [
        verification.demonstrate_proportion(p, confidence=sure).size
        for p, sure in ((0.1, 0.9), (0.05, 0.95), (0.01, 0.95))
    ]
    assert sizes == [22, 59, 299]
    factors = [verification.demonstrate_rate(1.0, confidence=0.9, failures=few).size for few in range(3)]
    assert factors == pytest.approx([2.30, 3.89, 5.32], abs=0.005)


@FEW
@given(st.floats(0.005, 0.5), st.floats(0.5, 0.999), st.integers(0, 5))
def test_the_least_trial_shows_it_and_one_item_less_does_not(
    p: float, confidence: float, failures: int
) -> None:
    found = verification.demonstrate_proportion(p, confidence=confidence, failures=failures)
    n = int(found.size)
    assert (
        found.reached == pytest.approx(1 - stats.binom.cdf(failures, n, p))
        and found.reached >= confidence - 1e-12
    )
    assert 1 - stats.binom.cdf(failures, n - 1, p) < confidence + 1e-12
    shown = verification.demonstrate_proportion(n=n, confidence=confidence, failures=failures)
    assert shown.at_most <= p * (1 + 1e-9)
    assert shown.at_most == pytest.approx(stats.beta.ppf(confidence, failures + 1, n - failures))
    rate = verification.demonstrate_rate(p, confidence=confidence, failures=failures)
    assert verification.demonstrate_rate(
        exposure=rate.size, confidence=confidence, failures=failures
    ).at_most == pytest.approx(p)
    assert (
        rate.reached
        == pytest.approx(1 - stats.poisson.cdf(failures, p * rate.size))
        == pytest.approx(confidence)
    )


def test_results_speak_to_a_quality_manager() -> None:
    found = verification.two_rates(4.0, 2.0, power=0.8, exposure_before=24)
    assert found.sentence == (
        "With 24 months before and 7 months after the action, the chance is 82 % that a one-sided test at 5 % will "
        "show a change from 4 to 2 events in one of the months, if it is there."
    )
    shown = verification.demonstrate_rate(2.0, unit="months")
    assert shown.sentence == (
        "1.498 months with no event show with 95 % confidence that the rate is less than 2 events in one of the months."
    )
    assert verification.demonstrate_proportion(0.05, failures=1).sentence == (
        "93 items with at most 1 failure show with 95 % confidence that the proportion that fails is less than 0.05."
    )
    assert found.curve[0, 0] == 1 and (found.curve[:, 1] <= 1).all()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: verification.two_proportions(0.1, 0.1), "after: is the same"),
        (lambda: verification.two_proportions(1.1, 0.1), "before: give 1 or less"),
        (lambda: verification.two_proportions(0.2, 0.1, n=5, power=0.8), "n: give it or power"),
        (lambda: verification.two_proportions(0.2, 0.1, n=2.5), "n: give a whole number"),  # type: ignore[arg-type]
        (lambda: verification.two_proportions(0.2, 0.1, power=1.0), "power: give less than 1"),
        (lambda: verification.two_proportions(0.2, 0.1, power=0.01), "power: give more than 0.05"),
        (lambda: verification.two_proportions(0.2, 0.1, alpha=0.5), "alpha: give less than 0.5"),
        (lambda: verification.two_proportions(0.2, 0.1, alternative="lower"), "alternative: give one of"),
        (lambda: verification.two_proportions(0.2, 0.1, method="z"), "method: give exact or normal"),
        (lambda: verification.two_proportions(0.2, 0.1, n_before=0), "n_before: give 1 or more"),
        (lambda: verification.two_rates(0, 1), "before: give more than 0"),
        (lambda: verification.two_rates(2, 1, dispersion=2), "dispersion: the exact method"),
        (lambda: verification.two_rates(2, 0, method="normal"), "after: give more than 0"),
        (lambda: verification.two_means(0, 1), "change: is 0"),
        (lambda: verification.two_means(1, 0), "sd: give more than 0"),
        (lambda: verification.two_means(1, 1, n=1), "n: give 2 or more"),
        (lambda: verification.two_variances(1), "sd_ratio: is 1"),
        (lambda: verification.interrupted_series(4, 1, months_before=12), "rate_ratio: is 1"),
        (
            lambda: verification.interrupted_series(4, 0.5, months_before=1, trend=True),
            "months_before: give 2",
        ),
        (
            lambda: verification.interrupted_series(4, 0.5, months_before=9, autocorrelation=1),
            "autocorrelation: give",
        ),
        (lambda: verification.demonstrate_proportion(), "at_most: give it, or n"),
        (lambda: verification.demonstrate_proportion(0.1, failures=3, n=3), "failures: give less than n"),
        (lambda: verification.demonstrate_rate(0.1, confidence=1), "confidence: give less than 1"),
        (lambda: verification.demonstrate_rate(), "at_most: give it, or exposure"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(call: Any, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        call()
    assert str(refused.value).startswith(message)
