"""Capability and the control chart; limits that no value can pass; targets and thresholds."""

import itertools
import math
import warnings
from typing import Any

import numpy as np
import pytest
from scipy import stats

from setsquare.methods import capability as c
from setsquare.methods import charts, rules
from tests.methods.checked import checked

CALM = np.random.default_rng(3).normal(10, 1, (25, 4))
WILD = CALM + np.where(np.arange(25) == 20, 4.0, 0.0)[:, None]
SPECIFIED = {"lower": 4.0, "upper": 16.0}


def quietly(values: Any, **given: Any) -> c.Capability:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return c.capability(values, **SPECIFIED, **given)


def test_a_calm_process_is_stable_without_being_asked() -> None:
    assert (quietly(CALM).stable, quietly(CALM).warnings) == (True, ())
    assert quietly(CALM.ravel()).stable is True


def test_a_wild_subgroup_warns_or_is_refused() -> None:
    with pytest.warns(UserWarning, match="1 of 25 points of the xbar chart are beyond its limits"):
        found = c.capability(WILD, **SPECIFIED)
    assert found.stable is False and "not stable" in found.warnings[0]
    with pytest.raises(ValueError, match=r"^stable: the control chart says"):
        c.capability(WILD, **SPECIFIED, unstable="refuse")
    with pytest.raises(ValueError, match=r"^unstable: "):
        c.capability(WILD, **SPECIFIED, unstable="stop")


def test_the_chart_or_its_rules_may_be_given() -> None:
    assert quietly(WILD, stable=charts.xbar_r(CALM)).stable is True
    assert quietly(WILD, stable=True).stable is True
    pair = charts.xbar_r(WILD)
    for given in (pair, pair.location, rules.signals(pair.location, "nelson")):
        with pytest.warns(UserWarning, match="not stable"):
            assert c.capability(CALM, **SPECIFIED, stable=given).stable is False
    with pytest.raises(ValueError, match=r"^stable: give True, False, a control chart"):
        c.capability(CALM, **SPECIFIED, stable="yes")


def test_few_values_leave_it_open() -> None:
    found = quietly([9.0, 10.0, 11.0])
    assert found.stable is None and "nobody knows" in found.warnings[0]


@checked("one in ten at most, long series and short", "capability.capability", by="simulation")
def test_a_stable_process_is_seldom_called_unstable() -> None:
    generator = np.random.default_rng(6)
    for points in (25, 100, 1000):
        called = 0
        for _ in range(200):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                called += not c.capability(generator.normal(0, 1, points), lower=-4, upper=4).stable
        assert called / 200 < 0.2, points
    far = generator.normal(0, 1, 1000)
    far[500] = 7.0
    with pytest.warns(UserWarning, match="not stable"):
        c.capability(far, lower=-4, upper=4)


def test_other_capabilities_look_at_their_own_chart() -> None:
    x = np.random.default_rng(2).lognormal(0, 0.5, 60)
    for asked in (
        lambda y, **given: c.fitted_capability(y, "lognormal", upper=9, **given),
        lambda y, **given: c.box_cox_capability(y, upper=9, power=0, **given),
    ):
        assert asked(x).stable is True
        shifted = np.concatenate([x[:50], 30 * x[50:]])
        with pytest.warns(UserWarning, match="not stable"):
            assert asked(shifted).stable is False
        with pytest.raises(ValueError, match=r"^stable: "):
            asked(shifted, unstable="refuse")
    with pytest.raises(ValueError, match=r"^stable: "):
        c.johnson_capability(x, upper=9, stable=False, unstable="refuse")
    with pytest.warns(UserWarning, match="p chart"):
        assert c.defectives([2, 3, 1, 2, 3, 2, 1, 30], [100] * 8).stable is False
    with pytest.warns(UserWarning, match="u chart"):
        assert c.defects([2, 3, 1, 2, 3, 2, 1, 30], [10] * 8).stable is False
    assert (c.defectives(2, 100).stable, c.defects([2, 3], [10, 10]).stable) == (None, None)


@checked(
    "the same with no limit on that side", "capability.capability", "capability.fitted_capability", by="twin"
)
def test_a_boundary_limits_nothing_that_could_go_wrong() -> None:
    x = np.abs(np.random.default_rng(4).normal(0, 1, 50))
    found = c.capability(x, lower=0, upper=5, boundary="lower", stable=True)
    plain = c.capability(x, upper=5, stable=True)
    assert found.within.to_dict() == plain.within.to_dict()
    assert found.limits.lower == 0 and math.isnan(found.cp.value) and found.overall.ppm_lower == 0
    fitted = c.fitted_capability(x, "weibull", lower=0, upper=5, boundary="lower", stable=True)
    assert math.isnan(fitted.ppl) and fitted.ppm_lower == 0
    assert [mark["name"] for mark in found.figure()["series"][0]["markLine"]["data"]] == ["lower", "upper"]
    for given, argument in (
        ({"lower": 0.5, "upper": 5, "boundary": "lower"}, "boundary"),
        ({"upper": 5, "boundary": "lower"}, "boundary"),
        ({"lower": 0, "boundary": "lower"}, "boundary"),
        ({"lower": 0, "upper": 5, "boundary": "left"}, "boundary"),
    ):
        with pytest.raises(ValueError, match=rf"^{argument}: "):
            c.capability(x, stable=True, **given)


@checked("NIST/SEMATECH e-Handbook 6.1.6, mean 16 and sd 2 within 8 and 20", "capability.from_summary")
def test_the_example_of_the_handbook() -> None:
    found = c.from_summary(16, 2, 100, lower=8, upper=20)
    assert [round(one.value, 4) for one in (found.p, found.pl, found.pu, found.pk)] == [
        1.0,
        1.3333,
        0.6667,
        0.6667,
    ]


@checked("L. K. Chan, S. W. Cheng and F. A. Spiring, Journal of Quality Technology 20 (1988), definition",
         "capability.from_summary", by="twin")  # fmt: skip
def test_a_target_with_one_limit_has_its_cpm() -> None:
    upper = c.from_summary(1.0, 2.0, 30, upper=9.0, target=0.0)
    assert upper.pm.value == pytest.approx(9 / (3 * math.sqrt(4 + 1)))
    mirrored = c.from_summary(-1.0, 2.0, 30, lower=-9.0, target=0.0)
    assert mirrored.pm == upper.pm
    both = c.from_summary(1.0, 2.0, 30, lower=-9.0, upper=9.0)
    assert both.pm == upper.pm


@checked("scipy, fits with the location fixed", "capability.fit", by="program")
@pytest.mark.parametrize(
    ("family", "other"),
    [("lognormal", stats.lognorm), ("weibull", stats.weibull_min), ("gamma", stats.gamma)],
)
def test_a_threshold_moves_the_fit(family: Any, other: Any) -> None:
    x = 5 + np.random.default_rng(8).gamma(2, 1, 60)
    found = c.fit(x, family, threshold=5)
    assert found.parameters == pytest.approx(c.fit(x - 5, family).parameters)
    shape, _, scale = other.fit(x, floc=5)
    assert found.log_likelihood == pytest.approx(other.logpdf(x, shape, 5, scale).sum(), abs=1e-4)
    ppk = c.fitted_capability(x, family, upper=20, threshold=5, stable=True).ppk
    assert ppk == pytest.approx(c.fitted_capability(x - 5, family, upper=15, stable=True).ppk)


def test_a_threshold_is_refused_where_it_makes_no_sense() -> None:
    with pytest.raises(ValueError, match=r"^threshold: "):
        c.fit([1.0, 2.0, 3.0], "normal", threshold=1)
    with pytest.raises(ValueError, match=r"^values: have to be above 1 "):
        c.fit([1.0, 2.0, 3.0], "gamma", threshold=1)


@pytest.mark.parametrize(("n", "kind"), list(itertools.product((2, 3, 8), ("ties", "spread", "outlier"))))
def test_few_values_and_ties_have_an_answer(n: int, kind: str) -> None:
    x = {"ties": [1.0] * (n - 1) + [2.0], "spread": list(range(n)), "outlier": [*range(n - 1), 1e12]}[kind]
    found = c.capability(x, lower=-1, upper=2e12, stable=True)
    low, high = found.ppk.interval
    assert low < found.ppk.value < high and found.cpk.value > 0
    assert len(found.figure()["series"][0]["data"]) <= 60
