"""Chains behind run lengths, charts designed from them, and what is refused."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from setsquare.methods import charts, rules, run_lengths
from setsquare.methods.constants import c4, c5, d2, d3
from setsquare.methods.run_lengths.chain import Chain
from tests.methods.checked import checked

pytestmark = pytest.mark.once


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(0, 10**6))
def test_moments_and_quantiles_of_any_chain_are_those_of_its_survivals(many: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    moves = chance.dirichlet(np.ones(many + 1), size=many)[:, :many] * 0.97
    early = np.sort(chance.uniform(0.5, 1, size=seed % 4))[::-1]
    early[:1] = 1.0
    start = chance.dirichlet(np.ones(many)) * (early[-1] * 0.9 if early.size else 1.0)
    chain = Chain(moves, start, early)
    left = chain.survivals(3000)
    mean, deviation = chain.moments()
    points = np.arange(1, 3001)
    chances = -np.diff(left)
    assert mean == pytest.approx(left.sum(), rel=1e-9)
    assert deviation == pytest.approx(np.sqrt(chances @ (points - mean) ** 2), rel=1e-6)
    for share in (0.05, 0.5, 0.95, 0.999):
        most = int(chain.quantile(share))
        assert 1 - left[most] >= share - 1e-12 and (most == 0 or 1 - left[most - 1] < share + 1e-12)


@checked("D. M. Hawkins, JQT 25 (1993), as Montgomery, table 9.4, prints it", "run_lengths.design_cusum")
@pytest.mark.parametrize(
    "k, h", [(0.25, 8.01), (0.5, 4.77), (0.75, 3.34), (1.0, 2.52), (1.25, 1.99), (1.5, 1.61)]
)
def test_the_limits_of_cusums_for_370(k: float, h: float) -> None:
    assert run_lengths.design_cusum(370, shift=1.0, k=k).parameters["h"] == pytest.approx(h, abs=0.007)


@checked("S. V. Crowder, JQT 21 (1989): widths for an ARL of 250", "run_lengths.design_ewma")
def test_the_widths_of_crowder() -> None:
    found = [
        run_lengths.design_ewma(250, shift=1.0, weight=weight, steady=True).parameters["width"]
        for weight in (0.05, 0.1, 0.15, 0.2, 0.25)
    ]
    assert [round(one, 2) for one in found] == [2.32, 2.55, 2.65, 2.72, 2.76]


@pytest.mark.parametrize(
    "design",
    [
        lambda arl, shift: run_lengths.design_cusum(arl, shift),
        lambda arl, shift: run_lengths.design_cusum(arl, shift, head_start=0.5),
        lambda arl, shift: run_lengths.design_cusum(arl, shift, two_sided=False),
        lambda arl, shift: run_lengths.design_ewma(arl, shift, weight=0.2),
        lambda arl, shift: run_lengths.design_mewma(arl, shift, measures=3, weight=0.3),
    ],
)
def test_a_design_keeps_the_average_that_was_wanted(design: Any) -> None:
    for arl, shift in ((50, 1.5), (300, 1.0)):
        found = design(arl, shift)
        assert found.run_lengths.arl[0] == pytest.approx(arl, rel=1e-6)
        assert found.arl1 == found.run_lengths.arl[1] < arl


def test_no_other_weight_or_reference_finds_the_shift_sooner() -> None:
    best = run_lengths.design_ewma(300, 1.0, steady=True)
    for weight in (best.parameters["weight"] * 0.8, best.parameters["weight"] * 1.25):
        assert run_lengths.design_ewma(300, 1.0, weight=weight, steady=True).arl1 > best.arl1
    cusum = run_lengths.design_cusum(300, 1.0)
    for k in (0.4, 0.6):
        assert run_lengths.design_cusum(300, 1.0, k=k).arl1 > cusum.arl1


@settings(max_examples=25, deadline=None)
@given(st.floats(20, 2000), st.floats(0.3, 3), st.floats(1.1, 15))
def test_no_smaller_subgroup_reaches_the_average_wanted(arl0: float, shift: float, arl1: float) -> None:
    found = run_lengths.design_xbar(arl0, shift, arl1)
    n, width = int(found.parameters["n"]), found.parameters["width"]
    assert found.run_lengths.arl[0] == pytest.approx(arl0)
    assert found.arl1 <= arl1 * (1 + 1e-9)
    if n > 1:
        assert run_lengths.xbar(shift, n=n - 1, width=width).arl[0] > arl1


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 3), st.floats(0.05, 1.2), st.floats(1, 6))
def test_run_lengths_grow_with_the_limit_and_shrink_with_the_shift(shift: float, k: float, h: float) -> None:
    near, far = (run_lengths.cusum([shift, shift + 0.3], k=k, h=limit).arl for limit in (h, h + 0.5))
    assert (far > near).all()
    assert near[1] < near[0] + 1e-9 and far[1] < far[0] + 1e-9
    assert (near >= 1).all()


def test_what_never_signals_or_later_than_can_be_told_is_infinite() -> None:
    for found in (
        run_lengths.p([0.0], centre=0.01, n=20),
        run_lengths.xbar([0.0], width=40),
        run_lengths.cusum([0.0], k=1, h=40),
    ):
        assert found.arl[0] == found.sdrl[0] == found.quantiles[0, 2] == np.inf
        assert found.to_dict()["arl"] == [None]
    assert run_lengths.xbar([1.0], width=40, start="steady").arl[0] == np.inf
    for soon in (
        run_lengths.cusum([30.0]),
        run_lengths.ewma([30.0]),
        run_lengths.mewma([30.0], measures=2, weight=0.5),
    ):
        assert soon.arl[0] == pytest.approx(1) and soon.quantiles.tolist() == [[1.0] * 5]
        assert soon.sdrl[0] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: run_lengths.cusum([], h=4), "shift: is empty"),
        (lambda: run_lengths.cusum([0, None], h=4), "shift: 1 of 2"),
        (lambda: run_lengths.cusum(float("inf"), h=4), "shift: holds an infinite"),
        (lambda: run_lengths.cusum(0, h=0), "h: give more than 0"),
        (lambda: run_lengths.cusum(0, k=-1), "k: give 0 or more"),
        (lambda: run_lengths.cusum(0, h=4, head_start=3), "head_start: give less than h, at most h / 2"),
        (lambda: run_lengths.cusum(0, start="late"), "start: give zero or steady"),
        (lambda: run_lengths.cusum(0, probabilities=[0.5, 1]), "probabilities: give numbers between"),
        (lambda: run_lengths.ewma(0, weight=0), "weight: give more than 0"),
        (lambda: run_lengths.mewma(-1, measures=2), "shift: is a distance"),
        (lambda: run_lengths.mewma(1, measures=0), "measures: give 1 or more"),
        (lambda: run_lengths.xbar(0, rules=("nelson",)), "rules: give zone rules"),  # type: ignore[arg-type]
        (lambda: run_lengths.nelson(3), "numbers: give zone rules"),
        (lambda: run_lengths.individuals(0, moving_range=3, rules=run_lengths.nelson(2)), "rules: cannot be"),
        (lambda: run_lengths.p(1.2, centre=0.1, n=10), "p: give fractions"),
        (lambda: run_lengths.p(0.1, centre=1, n=10), "centre: give less than 1"),
        (lambda: run_lengths.c(-1, centre=3), "mean: give 0 or more"),
        (lambda: run_lengths.design_xbar(370, 1e-4, 2), "arl1: not even subgroups"),
        (lambda: run_lengths.design_cusum(1, 1), "arl0: give more than 1"),
        (lambda: run_lengths.design_ewma(370, 0), "shift: give more than 0"),
        (lambda: run_lengths.r(0, n=5), "ratio: give more than 0"),
        (lambda: run_lengths.s(1, n=1), "n: give 2 or more"),
        (lambda: run_lengths.r(1, n=5, limits=(2, 1)), "limits: give more than 2"),
        (lambda: run_lengths.ZoneRule("odd", 4, 3, 1.0), "count: give 1 to span"),
        (lambda: run_lengths.ZoneRule("odd", 1, 3, 1.0, 1.0), "high: give more than low"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(call: Any, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        call()
    assert str(refused.value).startswith(message)


# Charts of spread, and run rules as zone rules


@checked("scipy, studentized_range and chi2", "run_lengths.r", "run_lengths.s", by="program")
@pytest.mark.parametrize("n", [2, 5, 10])
def test_the_charts_of_spread_signal_as_often_as_scipy_says(n: int) -> None:
    low, high = max(0.0, d2(n) - 3 * d3(n)), d2(n) + 3 * d3(n)
    for ratio in (0.7, 1.0, 1.4):
        law = stats.studentized_range(n, np.inf)
        signal = law.sf(high / ratio) + law.cdf(low / ratio)
        assert run_lengths.r(ratio, n=n).arl[0] == pytest.approx(1 / signal, rel=1e-6)
        ends = np.array([max(0.0, c4(n) - 3 * c5(n)), c4(n) + 3 * c5(n)]) / ratio
        signal = stats.chi2(n - 1).sf((n - 1) * ends[1] ** 2) + stats.chi2(n - 1).cdf((n - 1) * ends[0] ** 2)
        found = run_lengths.s(ratio, n=n)
        assert found.arl[0] == pytest.approx(1 / signal)
        assert found.quantiles[0].tolist() == stats.geom(signal).ppf(found.probabilities).tolist()


@checked("the charts themselves", "run_lengths.r", "run_lengths.s", by="simulation")
def test_the_charts_of_spread_signal_as_often_as_they_do() -> None:
    values = np.random.default_rng(8).normal(scale=1.3, size=(60_000, 5))
    for chart, found in ((charts.xbar_r, run_lengths.r), (charts.xbar_s, run_lengths.s)):
        share = chart(values, mean=0, sigma=1).spread.beyond.mean()
        wanted = 1 / found(1.3, n=5).arl[0]
        assert share == pytest.approx(wanted, abs=4 * np.sqrt(wanted / 60_000))


def test_the_charts_of_spread_take_limits_of_ones_own() -> None:
    assert run_lengths.r(1, n=5, limits=(None, None)).arl[0] == np.inf
    upper, lower = (run_lengths.s(1, n=5, limits=ends).arl[0] for ends in ((None, 1.9), (0.3, None)))
    both = run_lengths.s(1, n=5, limits=(0.3, 1.9)).arl[0]
    assert 1 / both == pytest.approx(1 / upper + 1 / lower)


@checked("western_electric and nelson, written by hand", "run_lengths.zone_rules", by="twin")
def test_run_rules_are_turned_into_zone_rules() -> None:
    for rule_set, by_hand in (
        (rules.WESTERN_ELECTRIC, run_lengths.western_electric()),
        (rules.NELSON.only(1, 2, 5, 6, 7), run_lengths.nelson(1, 2, 5, 6, 7)),
        (rules.NELSON.only(8).changed(1, sides="either"), run_lengths.nelson(8)),
        (rules.NELSON.only(5).changed(1, sides="upper"), run_lengths.nelson(5)[:1]),
        (rules.WESTGARD.only("1-2s", "2-2s"), (run_lengths.ZoneRule("", 2, 2, 2.0, side="above"),
                                               run_lengths.ZoneRule("", 2, 2, 2.0, side="below"))),
    ):  # fmt: skip
        made = run_lengths.zone_rules(rule_set)
        assert [dataclasses.replace(one, name="") for one in made] == [
            dataclasses.replace(one, name="") for one in by_hand
        ]
    assert run_lengths.zone_rules("qcc-2.7", width=2.5)[0].low == 2.5
    found = run_lengths.xbar(0, rules=run_lengths.zone_rules("western-electric"))
    assert found.arl[0] == pytest.approx(91.75, abs=0.005)  # Champ and Woodall (1987)


@pytest.mark.parametrize(
    ("rule_set", "message"),
    [
        ("nelson", "rules: nelson-3 looks at how values follow one another"),
        (rules.NELSON.only(4), "rules: nelson-4 looks at how"),
        (rules.NELSON.only(8), "rules: nelson-8 wants points on both sides"),
        (rules.WESTGARD, "rules: R-4s looks at how"),
        ("qcc-western-electric", "rules: qcc-2 waits for a full window of 3 points"),
        ("none", "rules: give one of"),
    ],
)
def test_run_rules_that_are_none_of_zones_are_refused(rule_set: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run_lengths.zone_rules(rule_set)
