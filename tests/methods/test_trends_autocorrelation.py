"""A trend among values that resemble their neighbours."""

import math

import numpy as np
import pytest
from scipy import stats

from setsquare.methods import trends
from tests.methods.checked import checked

pytestmark = pytest.mark.once


def ranks_apart(values):
    """The factor of Hamed and Rao, lag by lag in plain Python."""
    n = len(values)
    slope = trends.mann_kendall(values).slope
    ranks = stats.rankdata(np.round(values - slope * np.arange(n), 9))
    off = ranks - ranks.mean()
    total = 0.0
    for lag in range(1, n):
        r = sum(off[i] * off[i + lag] for i in range(n - lag)) / sum(off**2)
        if abs(r) > stats.norm.ppf(0.975) / math.sqrt(n):
            total += (n - lag) * (n - lag - 1) * (n - lag - 2) * r
    return 1 + 2 / (n * (n - 1) * (n - 2)) * total


def carried_over(series, k, share, seed):
    """Series in which each value carries over a share of the one before."""
    noise = np.random.default_rng(seed).normal(size=(series, k + 30))
    for place in range(1, k + 30):
        noise[:, place] += share * noise[:, place - 1]
    return noise[:, 30:]


@checked("K. H. Hamed and A. R. Rao (1998), lag by lag in plain Python", "trends.mann_kendall", by="twin")
def test_the_variance_is_corrected_for_autocorrelation():
    values = carried_over(6, 40, 0.6, 1)
    found = trends.mann_kendall(values, correction="hamed-rao")
    plain = trends.mann_kendall(values, method="normal")
    wanted = [ranks_apart(one) for one in values]
    assert found.variance_factor == pytest.approx(wanted)
    assert found.variance == pytest.approx(plain.variance * wanted)
    assert found.statistic.tolist() == plain.statistic.tolist() and not found.exact.any()
    assert (found.correction, plain.correction, plain.variance_factor) == ("hamed-rao", "none", 1.0)
    wide = np.array(wanted) > 1
    assert (found.p[wide] >= plain.p[wide]).all() and (found.interval[1] >= plain.interval[1])[wide].all()
    alone = trends.mann_kendall(values[2], correction="hamed-rao")
    assert (alone.p, alone.variance_factor) == pytest.approx((found.p[2], found.variance_factor[2]))


@checked("level where values carry over", "trends.mann_kendall", by="simulation")
def test_corrected_for_autocorrelation_a_trend_is_seen_less_often_where_there_is_none():
    values = carried_over(400, 120, 0.6, 2)
    plain, found = (trends.mann_kendall(values, correction=one).p for one in ("none", "hamed-rao"))
    # The estimated autocorrelations of detrended values are too small, so that not all is made up for.
    assert (plain < 0.05).mean() > 0.22
    assert (found < 0.05).mean() < 0.6 * (plain < 0.05).mean()
    white = carried_over(400, 60, 0.0, 3)
    assert (trends.mann_kendall(white, correction="hamed-rao").p < 0.05).mean() < 0.1
    rising = values + 0.1 * np.arange(120)
    assert (trends.mann_kendall(rising, correction="hamed-rao").p < 0.05).mean() > 0.9


def test_a_correction_for_autocorrelation_at_the_edges():
    for values in ([1.0, 2.0], [3.0, 3.0, 3.0, 3.0, 3.0], [1.0, 2.0, 4.0]):
        found = trends.mann_kendall(values, correction="hamed-rao")
        assert found.variance_factor == 1.0 and 0 < found.p <= 1
    line = trends.mann_kendall(0.1 * np.arange(20), correction="hamed-rao")
    assert line.variance_factor == 1.0
    turning = trends.mann_kendall([1.0, -1.0] * 8, correction="hamed-rao")
    assert turning.variance_factor > 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: trends.mann_kendall([1, None, 3, 2], correction="hamed-rao"), "correction: needs every"),
        (
            lambda: trends.mann_kendall([1, 3, 2], time=[1, 2, 4], correction="hamed-rao"),
            "correction: needs points",
        ),
        (
            lambda: trends.mann_kendall([1, 3, 2], method="exact", correction="hamed-rao"),
            "correction: has no exact",
        ),
        (lambda: trends.mann_kendall([1, 3, 2], correction="yue"), "correction: give one of none, hamed-rao"),
        (
            lambda: trends.mann_kendall(range(7), correction="first-order"),
            "correction: needs 8 values or more",
        ),
        (
            lambda: trends.mann_kendall([1, None, 3, 2, 4, 5, 7, 6], correction="first-order"),
            "correction: needs every",
        ),
    ],
)
def test_a_correction_that_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def by_pairs(values):
    """The factor where each value carries over a share of the one before, pair by pair in plain Python.

    The variance of the sum of signs of all pairs, as Hamed and Rao have it for the ranks' correlations.
    """
    n = len(values)
    slope = trends.mann_kendall(values).slope
    ranks = stats.rankdata(np.round(values - slope * np.arange(n), 9))
    z = stats.norm.ppf((ranks - 0.375) / (n + 0.25))
    z = z - z.mean()
    r = sum(z[i] * z[i + 1] for i in range(n - 1)) / sum(z**2)
    r = (n * r + 2) / (n - 4)
    total = 0.0
    for lag in range(1, n):
        total += (n - lag) * (n - lag - 1) * (n - lag - 2) * 6 / math.pi * math.asin(r**lag / 2)
    return 1 + 2 / (n * (n - 1) * (n - 2)) * total


@checked("K. H. Hamed (2009), lag by lag in plain Python", "trends.mann_kendall", by="twin")
def test_the_variance_is_corrected_for_what_each_value_carries_over():
    values = carried_over(6, 40, 0.5, 5)
    found = trends.mann_kendall(values, correction="first-order")
    assert found.variance_factor == pytest.approx([by_pairs(one) for one in values])
    assert found.correction == "first-order" and not found.exact.any()


@pytest.mark.parametrize("correction", ["hamed-rao", "first-order"])
def test_a_correction_does_not_mind_the_unit_of_time(correction):
    values = carried_over(1, 40, 0.5, 7)[0] + 0.2 * np.arange(40)
    one = trends.mann_kendall(values, correction=correction)
    other = trends.mann_kendall(values, time=3 + 12.0 * np.arange(40), correction=correction)
    assert other.variance_factor == pytest.approx(one.variance_factor) and other.p == pytest.approx(one.p)
    assert other.slope == pytest.approx(one.slope / 12)


@checked("level and power where values carry over", "trends.mann_kendall", by="simulation")
@pytest.mark.parametrize(
    ("k", "share", "most"), [(40, 0.0, 0.08), (40, 0.3, 0.09), (60, 0.5, 0.09), (120, 0.6, 0.09)]
)
def test_corrected_by_the_first_order_the_level_is_kept(k, share, most):
    values = carried_over(800, k, share, 11)
    found = trends.mann_kendall(values, correction="first-order").p
    assert 0.03 < (found < 0.05).mean() < most
    # A trend that is there is seen nearly as often as without any correction.
    rising = values + np.arange(k) * 6 / k
    assert (trends.mann_kendall(rising, correction="first-order").p < 0.05).mean() > 0.75


def test_values_that_are_not_normal_are_corrected_as_well():
    values = np.exp(1.2 * carried_over(800, 60, 0.5, 13) * math.sqrt(0.75))
    plain, found = (trends.mann_kendall(values, correction=one).p for one in ("none", "first-order"))
    assert (plain < 0.05).mean() > 0.2 and (found < 0.05).mean() < 0.1
    assert trends.mann_kendall([3.0] * 9, correction="first-order").variance_factor == 1.0


@checked("pymannkendall 1.4.3, hamed_rao_modification_test, quoted", "trends.mann_kendall", by="program")
def test_the_corrected_test_is_that_of_pymannkendall():
    values = [
        -1.61, -0.71, -1.84, -0.03, 0.27, 1.3, 1.89, 0.32, -0.41, -0.24, 0.83, 1.6, 0.52, -0.0, -0.49, -0.55, -0.22,
        0.11, 2.51, 1.41, 0.99, 1.5, 0.42, 0.37, 0.75, 1.75, 0.29, 2.11, 1.51, 1.68, 2.49, 2.8, 3.41, 2.91, 2.44, 2.51,
        1.26, 2.74, 1.66, 0.54,
    ]  # fmt: skip
    found = trends.mann_kendall(values, correction="hamed-rao")
    assert (found.p, found.z) == pytest.approx((3.770550485904245e-05, 4.121107728880724), rel=1e-9)
    assert found.variance == pytest.approx(8955.735923834609)
