"""Tolerance intervals against published factors, by the share that they hold, and by their definition."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from setsquare.methods import tolerance
from tests.methods.checked import checked

pytestmark = pytest.mark.once

FEW = settings(max_examples=25, deadline=None)
SHARES = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


# Normal values


@checked(
    "R. E. Odeh and D. B. Owen (1980), table 3.4.1, and ISO 16269-6 as quoted: two-sided, 95 % with 95 %",
    "tolerance.k_factor",
)
def test_the_two_sided_factors_of_odeh_and_owen() -> None:
    found = [round(tolerance.k_factor(n), 3) for n in range(2, 11)]
    assert found == [36.519, 9.789, 6.341, 5.077, 4.422, 4.020, 3.746, 3.546, 3.393]


@checked("NIST e-Handbook 7.2.6.3, 43 wafers, 90 % with 99 %", "tolerance.k_factor")
def test_the_factors_of_nist() -> None:
    """NIST prints 2.217 by Howe; 1.8752 by an approximation and 1.8740 by the noncentral t."""
    wanted = {"coverage": 0.9, "confidence": 0.99}
    assert round(tolerance.k_factor(43, method="howe", **wanted), 3) == 2.217  # type: ignore[arg-type]
    assert round(tolerance.k_factor(43, side="upper", **wanted), 3) == 1.874  # type: ignore[arg-type]
    assert tolerance.k_factor(43, **wanted) == pytest.approx(2.2173, rel=0.003)  # type: ignore[arg-type]


@checked("R. E. Odeh and D. B. Owen (1980), table 1.4, one-sided, 95 % with 95 %", "tolerance.k_factor")
def test_the_one_sided_factors() -> None:
    published = {5: 4.203, 10: 2.911, 20: 2.396, 30: 2.220, 50: 2.065, 100: 1.927}
    for n, factor in published.items():
        assert round(tolerance.k_factor(n, side="lower"), 3) == factor


@checked("the integral as it stands, by scipy.integrate", "tolerance.k_factor", by="twin")
@pytest.mark.parametrize(
    "n, coverage, confidence", [(2, 0.5, 0.5), (6, 0.99, 0.9), (40, 0.9, 0.99), (300, 0.999, 0.95)]
)
def test_the_two_sided_factor_gives_its_confidence(n: int, coverage: float, confidence: float) -> None:
    k = tolerance.k_factor(n, coverage=coverage, confidence=confidence)

    def holds(x: float) -> float:
        half = np.sqrt(stats.ncx2.ppf(coverage, 1, x * x))
        return float(stats.chi2.sf((n - 1) * (half / k) ** 2, n - 1) * stats.norm.pdf(x, scale=n**-0.5))

    assert 2 * integrate.quad(holds, 0, 9 / np.sqrt(n), limit=200)[0] == pytest.approx(confidence, abs=1e-7)


@checked("samples, and the share between their limits", "tolerance.k_factor", by="simulation")
@pytest.mark.parametrize("side, known", [("two", False), ("upper", False), ("lower", True), ("two", True)])
def test_the_share_is_held_with_the_confidence(side: str, known: bool) -> None:
    values = np.random.default_rng(1).normal(size=(60_000, 6))
    k = tolerance.k_factor(6, coverage=0.8, confidence=0.9, side=side, sigma_known=known)
    spread = 1.0 if known else values.std(axis=1, ddof=1)
    mean = values.mean(axis=1)
    low = -np.inf if side == "upper" else mean - k * spread
    high = np.inf if side == "lower" else mean + k * spread
    held = stats.norm.cdf(high) - stats.norm.cdf(low)
    assert (held >= 0.8).mean() == pytest.approx(0.9, abs=0.005)


def test_with_many_values_the_factor_is_that_of_the_distribution() -> None:
    assert tolerance.k_factor(10**7) == pytest.approx(stats.norm.ppf(0.975), rel=1e-3)
    assert tolerance.k_factor(10**6, side="upper") == pytest.approx(stats.norm.ppf(0.95), rel=2e-3)
    assert tolerance.k_factor(8, degrees=7) == tolerance.k_factor(8)
    assert tolerance.k_factor(4, degrees=30) < tolerance.k_factor(4)


@FEW
@given(st.integers(2, 60), SHARES, SHARES)
def test_factors_grow_with_what_is_asked_and_fall_with_n(n: int, coverage: float, confidence: float) -> None:
    for side in ("two", "upper"):
        k = tolerance.k_factor(n, coverage=coverage, confidence=confidence, side=side)
        assert tolerance.k_factor(n, coverage=coverage + 0.005, confidence=confidence, side=side) > k
        assert tolerance.k_factor(n, coverage=coverage, confidence=confidence + 0.005, side=side) > k
        if confidence > 0.6:
            assert tolerance.k_factor(n + 1, coverage=coverage, confidence=confidence, side=side) < k


@FEW
@given(
    st.integers(0, 10**6),
    st.floats(-1e3, 1e3),
    st.floats(0.01, 100),
    st.sampled_from(["two", "lower", "upper"]),
)
def test_limits_move_with_the_values(seed: int, shift: float, scale: float, side: str) -> None:
    values = np.random.default_rng(seed).normal(size=9)
    plain, moved = tolerance.normal(values, side=side), tolerance.normal(values * scale + shift, side=side)
    for end in ("low", "high"):
        wanted = getattr(plain, end) * scale + shift
        assert getattr(moved, end) == pytest.approx(wanted, rel=1e-9, abs=1e-7)
    positive = np.exp(values)
    logs = tolerance.lognormal(positive, side=side)
    assert (logs.low, logs.high) == pytest.approx((np.exp(plain.low), np.exp(plain.high)), abs=1e-12)


def test_missing_values_are_left_out_and_constant_ones_have_no_width() -> None:
    assert tolerance.normal([1.0, None, 2.0, 3.0]).n == 3
    constant = tolerance.normal([5.0, 5.0, 5.0])
    assert constant.low == constant.high == 5.0
    assert tolerance.normal([5.0], sigma=1.0).high == pytest.approx(
        5 + tolerance.k_factor(1, sigma_known=True)
    )


@FEW
@given(st.floats(0.02, 3), SHARES, st.sampled_from(["two", "upper"]))
def test_the_least_size_for_a_factor(more: float, coverage: float, side: str) -> None:
    k = float(stats.norm.ppf((1 + coverage) / 2 if side == "two" else coverage)) * (1 + more) + 0.05
    n = tolerance.sample_size_for_k(k, coverage=coverage, side=side)
    assert tolerance.k_factor(n, coverage=coverage, side=side) <= k
    assert n == 2 or tolerance.k_factor(n - 1, coverage=coverage, side=side) > k


# Without a distribution


@checked("S. S. Wilks (1941); ISO 16269-6 and NIST e-Handbook 7.2.6.3 as quoted", "tolerance.sample_size")
def test_the_sizes_of_wilks() -> None:
    assert [
        tolerance.sample_size(coverage=p, confidence=c, side="upper")
        for p, c in ((0.95, 0.95), (0.99, 0.95), (0.9, 0.9))
    ] == [59, 299, 22]
    assert [
        tolerance.sample_size(coverage=p, confidence=c) for p, c in ((0.95, 0.95), (0.99, 0.95), (0.9, 0.9))
    ] == [93, 473, 38]


@FEW
@given(st.integers(5, 400), SHARES, SHARES, st.sampled_from(["two", "lower", "upper"]))
def test_between_sorted_values_lies_the_share(n: int, coverage: float, confidence: float, side: str) -> None:
    values = np.random.default_rng(n).permutation(np.arange(1.0, n + 1))
    if n < tolerance.sample_size(coverage=coverage, confidence=confidence, side=side):
        with pytest.raises(ValueError, match=f"^values: {n} are too few"):
            tolerance.distribution_free(values, coverage=coverage, confidence=confidence, side=side)
        return
    found = tolerance.distribution_free(values, coverage=coverage, confidence=confidence, side=side)
    out = {"two": found.low + n + 1 - found.high, "lower": found.low, "upper": n + 1 - found.high}[side]
    law = stats.beta(n - out + 1, out)
    assert found.reached == pytest.approx(law.sf(coverage)) and found.reached >= confidence
    assert stats.beta(n - out, out + 1).sf(coverage) < confidence + 1e-12


# Counts and Weibull values


def quantile(law: Any, share: float) -> float:
    """The first count up to which lies the share, where rounding does not decide: from below what may be next to it."""
    found = max(float(law.ppf(share)), 0.0)
    return found - 1 if found and law.cdf(found - 1) >= share * (1 - 1e-12) else found


@FEW
@given(
    st.integers(1, 300),
    st.floats(0, 1),
    st.integers(1, 500),
    SHARES,
    SHARES,
    st.sampled_from(["two", "lower", "upper"]),
)
@checked(
    "the limits of Clopper and Pearson and of Garwood, and quantiles, by scipy",
    "tolerance.binomial",
    "tolerance.poisson",
    by="twin",
)
def test_counts_to_come(
    n: int, share: float, size: int, coverage: float, confidence: float, side: str
) -> None:
    count, parts = round(share * n), 2 if side == "two" else 1
    risk, tail = (1 - confidence) / parts, (1 - coverage) / parts
    found = tolerance.binomial(count, n, size=size, coverage=coverage, confidence=confidence, side=side)
    low = stats.beta.ppf(risk, count, n - count + 1) if count else 0.0
    high = stats.beta.ppf(1 - risk, count + 1, n - count) if count < n else 1.0
    wanted = quantile(stats.binom(size, low), tail), quantile(stats.binom(size, high), 1 - tail)
    assert found.low == (0 if side == "upper" else max(wanted[0], 0))
    assert found.high == (np.inf if side == "lower" else wanted[1])
    rates = tolerance.poisson(count, n, size=size, coverage=coverage, confidence=confidence, side=side)
    low = stats.chi2.ppf(risk, 2 * count) / 2 / n * size if count else 0.0
    high = stats.chi2.ppf(1 - risk, 2 * count + 2) / 2 / n * size
    if side != "upper":
        assert rates.low == quantile(stats.poisson(low), tail)
    if side != "lower":
        assert rates.high == quantile(stats.poisson(high), 1 - tail)


@checked("samples, and the share between their limits", "tolerance.weibull", by="simulation")
@pytest.mark.parametrize("side", ["lower", "upper", "two"])
def test_the_share_of_weibull_values_is_held_with_the_confidence(side: str) -> None:
    law = stats.weibull_min(1.7, scale=50)
    chance = np.random.default_rng(3)
    held = []
    for _ in range(80):
        values = law.rvs(7, random_state=chance)
        found = tolerance.weibull(values, coverage=0.8, confidence=0.7, side=side)
        held.append(law.cdf(found.high) - law.cdf(found.low) >= 0.8)
    if side == "two":
        assert np.mean(held) > 0.7
    else:
        assert np.mean(held) == pytest.approx(0.7, abs=0.13)  # 2.5 standard errors


@FEW
@given(st.integers(0, 10**6), st.floats(0.01, 100), st.floats(0.3, 3))
def test_weibull_limits_follow_units_and_powers(seed: int, scale: float, power: float) -> None:
    values = np.random.default_rng(seed).weibull(2.0, 12) + 1e-6
    plain = tolerance.weibull(values, coverage=0.9, side="lower")
    moved = tolerance.weibull(scale * values**power, coverage=0.9, side="lower")
    assert moved.low == pytest.approx(scale * plain.low**power, rel=1e-6)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: tolerance.normal([]), "values: is empty"),
        (lambda: tolerance.normal([1.0]), "values: give 2 or more"),
        (lambda: tolerance.normal([1.0, float("inf")]), "values: holds an infinite"),
        (lambda: tolerance.normal([1, 2], coverage=1), "coverage: give less than 1"),
        (lambda: tolerance.normal([1, 2], confidence=0), "confidence: give more than 0"),
        (lambda: tolerance.normal([1, 2], side="both"), "side: give one of two, lower, upper"),
        (lambda: tolerance.normal([1, 2], method="z"), "method: give exact or howe"),
        (lambda: tolerance.normal([1, 2], sigma=0), "sigma: give more than 0"),
        (lambda: tolerance.k_factor(1), "n: give 2 or more"),
        (lambda: tolerance.normal_from_summary(1, -1, 5), "sd: give 0 or more"),
        (lambda: tolerance.lognormal([1, 0]), "values: give values above 0"),
        (lambda: tolerance.weibull([1, 0]), "values: give values above 0"),
        (lambda: tolerance.weibull([2, 2]), "values: give 2 or more that differ"),
        (lambda: tolerance.binomial(5, 4), "count: give 4 or less"),
        (lambda: tolerance.poisson(-1), "count: give 0 or more"),
        (lambda: tolerance.poisson(1, 0), "exposure: give more than 0"),
        (lambda: tolerance.sample_size_for_k(1.9, coverage=0.95), "k: give more than 1.96"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(call: Any, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        call()
    assert str(refused.value).startswith(message)
