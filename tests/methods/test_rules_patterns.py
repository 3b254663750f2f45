"""The vectorised rules against twins in plain Python, against theory, and what no change of scale may alter."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setsquare.methods import charts, rules
from setsquare.methods.rules import Conventions, Rule, RuleSet
from tests.methods.checked import checked
from tests.methods.rules_by_hand import found_by_hand

pytestmark = pytest.mark.once

SOME = settings(max_examples=60, deadline=None)
SCORES = st.lists(
    st.sampled_from(
        [-3.5, -3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, math.nan]
    ),
    min_size=1,
    max_size=40,
)
WAYS = st.builds(
    Conventions,
    on_centre=st.sampled_from(["break", "skip", "count"]),
    on_limit=st.sampled_from(["inside", "beyond", "neither"]),
    ties=st.sampled_from(["break", "skip", "count"]),
    missing=st.sampled_from(["break", "skip"]),
    excluded=st.sampled_from(["count", "skip", "break"]),
    full_window=st.booleans(),
)
SHORT = (
    Rule("limits", "limits"),
    Rule("2 limits", "limits", 2),
    Rule("side", "beyond", 3),
    Rule("side of", "beyond", 3, 4),
    Rule("upper", "beyond", 2, sides="upper"),
    Rule("lower zone", "beyond", 2, 3, 1, "lower"),
    Rule("2 of 3", "beyond", 2, 3, 2),
    Rule("3 of 5", "beyond", 3, 5, 1, "either"),
    Rule("mixture", "beyond", 3, sigmas=1, sides="both"),
    Rule("mixture of", "beyond", 3, 5, 1, "both"),
    Rule("near", "within", 3, sigmas=1),
    Rule("near of", "within", 3, 4, 1),
    Rule("near both", "within", 3, sigmas=1, sides="both"),
    Rule("trend", "trend", 3),
    Rule("rise", "trend", 4, sides="upper"),
    Rule("turns", "alternating", 4),
    Rule("range", "range", 2, sigmas=4),
    Rule("range of", "range", 4, sigmas=4, sides="both"),
)


def on_chart(scores: Any, stages: list[str] | None = None, exclude: Any = None) -> charts.Chart:
    """The scores as a chart with the mean 0 and sigma 1, which scores alone could not give stages."""
    return charts.individuals(scores, mean=0, sigma=1, stages=stages, exclude=exclude).location


def places(of: rules.Signals, rule: Rule) -> tuple[set[int], set[int]]:
    return tuple(set(np.flatnonzero(one(rule.name)).tolist()) for one in (of.completes, of.belongs))  # type: ignore[return-value]


@checked("The rules in plain Python", "rules.signals", by="twin")
@settings(max_examples=200, deadline=None)
@given(SCORES.filter(lambda one: not all(map(math.isnan, one))), WAYS, st.data())
def test_every_pattern_is_found_as_by_hand(scores: list[float], ways: Conventions, data: st.DataObject):
    chosen = RuleSet("short", "1", SHORT, ways)
    cut = data.draw(st.integers(0, len(scores)))
    stages = ["a"] * cut + ["b"] * (len(scores) - cut)
    out = data.draw(st.sets(st.integers(0, len(scores) - 1), max_size=4))
    got = rules.signals(on_chart(scores, stages, dict.fromkeys(out, "spill")), chosen)
    wanted = found_by_hand(scores, chosen, stages, out)
    for rule in SHORT:
        assert places(got, rule) == wanted[rule.name], (rule.name, scores, ways, stages, out)


@SOME
@given(SCORES.filter(lambda one: not all(map(math.isnan, one))), st.sampled_from(sorted(rules.PRESETS)))
def test_every_published_set_is_found_as_by_hand(scores: list[float], name: str):
    scores = [
        *scores,
        *(0.3 * (place % 2) for place in range(16)),
        *scores,
        *(place / 9 for place in range(9)),
    ]
    wanted = found_by_hand(scores, rules.PRESETS[name])
    got = rules.signals(scores, name)
    for rule in rules.PRESETS[name].rules:
        assert places(got, rule) == wanted[rule.name], rule.name


@pytest.mark.parametrize("ways", [{}, {"missing": "skip"}, {"on_centre": "skip"}, {"ties": "skip"}])
def test_long_charts_and_many_charts_are_found_as_one_alone(ways: dict[str, str]):
    chance = np.random.default_rng(1)
    long = chance.normal(size=150_000).round(1)
    long[::1013] = np.nan
    chosen = rules.NELSON.treating(**ways)
    whole = rules.signals(long, chosen)
    # Patterns across the borders of what is looked at together: the same in a window shifted by a third of it.
    for start in (65_000, 130_000, 40_000):
        piece = rules.signals(long[start : start + 3000], chosen)
        inner = slice(start + 100, start + 2900)
        assert (whole.completing[inner] == piece.completing[100:2900]).all()
        assert (whole.belonging[inner] == piece.belonging[100:2900]).all()
    for rows in (long.reshape(6000, 25), long.reshape(25, 6000)):
        many = rules.signals(rows, chosen)
        for place in (0, 7, len(rows) - 1):
            alone = rules.signals(rows[place], chosen)
            assert (many.completing[place] == alone.completing).all()
            assert (many.belonging[place] == alone.belonging).all()


@SOME
@given(st.integers(0, 2**32 - 1), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_location_and_scale_change_nothing(seed: int, shift: float, scale: float):
    values = np.random.default_rng(seed).normal(size=(3, 60))
    plain = rules.signals(charts.individuals(values).location)
    moved = rules.signals(charts.individuals(values * scale + shift).location)
    assert (plain.completing == moved.completing).all()


@SOME
@given(SCORES.filter(lambda one: not all(map(math.isnan, one))))
def test_turning_a_chart_upside_down_changes_nothing(scores: list[float]):
    for name in ("nelson", "westgard-all", "jasp-nelson"):
        first, second = (rules.signals(sign * np.array(scores), name) for sign in (1, -1))
        assert (first.completing == second.completing).all()


@SOME
@given(SCORES.filter(lambda one: not all(map(math.isnan, one))), st.integers(2, 9))
def test_a_longer_run_signals_less_and_what_completes_belongs(scores: list[float], points: int):
    shorter = rules.signals(scores, RuleSet("s", "1", (Rule("run", "beyond", points),)))
    longer = rules.signals(scores, RuleSet("s", "1", (Rule("run", "beyond", points + 1),)))
    assert not (longer.completes() & ~shorter.completes()).any()
    for one in (shorter, longer):
        assert not (one.completes() & ~one.belongs()).any()


NORMAL_BEYOND = {1: 0.15865525393145707, 2: 0.022750131948179195, 3: 0.0013498980316300933}


def euler(n: int) -> int:
    """How many orders of n values go up and down in turn, beginning upwards (Euler's numbers, OEIS A000111)."""
    numbers = [1, 1]
    while len(numbers) <= n:
        m = len(numbers) - 1
        numbers.append(sum(math.comb(m, k) * numbers[k] * numbers[m - k] for k in range(m + 1)) // 2)
    return numbers[n]


def false_alarm(rule: Rule) -> float:
    """Chance that a point of independent normal ones completes a pattern, long after the start."""
    p = NORMAL_BEYOND.get(int(rule.sigmas), 0.5)
    n, k = rule.window, rule.points
    if rule.pattern == "limits":
        return 2 * NORMAL_BEYOND[3]
    if rule.pattern == "trend":
        return 2 / math.factorial(n)
    if rule.pattern == "alternating":
        return 2 * euler(n) / math.factorial(n)
    if rule.pattern == "within":
        return (1 - 2 * p) ** n
    if rule.pattern == "range":
        p = NORMAL_BEYOND[int(rule.sigmas) // 2]
        return 2 * p * (1 - (1 - p) ** (n - 1))
    if rule.sides == "either":
        return (2 * p) ** n
    if rule.sides == "both":
        return (2 * p) ** n - 2 * p**n
    # Both sides at once do not happen: the last point is on one of them.
    return 2 * p * sum(math.comb(n - 1, m) * p**m * (1 - p) ** (n - 1 - m) for m in range(k - 1, n))


@checked("False alarms of each rule by theory", "rules.signals", by="simulation")
@pytest.mark.parametrize(
    "name", ["nelson", "western-electric", "nist", "aiag", "westgard-all", "westgard-of-three"]
)
def test_false_alarms_of_each_rule_are_as_many_as_theory_says(name: str):
    scores = np.random.default_rng(2).normal(size=1_000_000)
    found = rules.signals(scores, name)
    for rule in rules.PRESETS[name].rules:
        got, wanted = float(found.completes(rule.name).mean()), false_alarm(rule)
        # Patterns come in clusters of up to the window's length, which widens the spread of their number.
        spread = math.sqrt(wanted * 2 * rule.window / 1_000_000)
        assert got == pytest.approx(wanted, abs=5 * spread), rule.name


@checked("Champ and Woodall (1987), average run lengths", "rules.signals", by="simulation")
def test_the_average_run_length_of_western_electric_is_the_published_one():
    # Champ and Woodall (1987): 91.75 with all four, 370.40 by limits alone; 152.73 by limits and runs of 8.
    scores = np.random.default_rng(3).normal(size=(4_000, 1_500))
    whole = rules.WESTERN_ELECTRIC
    for chosen, published in ((whole, 91.75), (whole.only(1, 4), 152.73)):
        first = rules.signals(scores, chosen).completes()
        assert first.any(axis=1).mean() > 0.999
        lengths = first.argmax(axis=1) + 1
        assert lengths.mean() == pytest.approx(published, abs=5 * lengths.std() / math.sqrt(4_000))
