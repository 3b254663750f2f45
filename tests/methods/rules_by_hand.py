"""The rules again, one point after another in plain Python, as twins of the vectorised search."""

import math
from itertools import groupby
from typing import Any

from setsquare.methods.rules import Rule, RuleSet

Places = tuple[set[int], set[int]]


def found_by_hand(
    scores: list[float], rules: RuleSet, stages: list[Any] | None = None, excluded: set[int] = frozenset()
) -> dict[str, Places]:
    """Places that complete and that belong, by rule; scores are told in sigmas with limits at 3."""
    labels = stages or [0] * len(scores)
    made: dict[str, Places] = {rule.name: (set(), set()) for rule in rules.rules}
    for _, group in groupby(range(len(scores)), key=lambda place: labels[place]):
        places = list(group)
        for rule in rules.rules:
            complete, belong = one_stage(places, scores, rule, rules, excluded)
            made[rule.name][0].update(complete)
            made[rule.name][1].update(belong)
    return made


def one_stage(
    places: list[int], scores: list[float], rule: Rule, rules: RuleSet, excluded: set[int]
) -> Places:
    ways = rules.conventions
    x = {
        place: math.nan if ways.excluded == "break" and place in excluded else scores[place]
        for place in places
    }
    if ways.excluded == "skip":
        places = [place for place in places if place not in excluded]
    if ways.missing == "skip":
        broken = excluded if ways.excluded == "break" else set()
        places = [place for place in places if place in broken or not math.isnan(x[place])]
    if rule.pattern == "beyond" and not rule.sigmas and ways.on_centre == "skip":
        places = [place for place in places if x[place] != 0]
    if rule.pattern in ("trend", "alternating") and ways.ties == "skip":
        places = [place for at, place in enumerate(places) if not at or x[place] != x[places[at - 1]]]
    complete: set[int] = set()
    belong: set[int] = set()
    for at in range(len(places)):
        window = places[max(0, at - rule.window + 1) : at + 1]
        members = matched(rule, window, x, ways)
        if members:
            complete.add(places[at])
            belong |= members
    return complete, belong


def matched(rule: Rule, window: list[int], x: dict[int, float], ways: Any) -> set[int]:
    """Members of the pattern that ends at the last place of a window; none where there is none."""
    values = [x[place] for place in window]
    if rule.pattern == "trend":
        ways_up = {"same": (1, -1), "upper": (1,), "lower": (-1,)}[rule.sides]
        full = len(window) == rule.points
        return set(window) if full and any(monotone(values, way, ways.ties) for way in ways_up) else set()
    if rule.pattern == "alternating":
        steps = [second - first for first, second in zip(values, values[1:], strict=False)]
        turns = all(one * two < 0 for one, two in zip(steps, steps[1:], strict=False))
        return set(window) if len(window) == rule.points and turns else set()
    if rule.pattern == "range":
        last = window[-1]
        far = {place for place in window[:-1] if apart(x[place], x[last], rule, ways)}
        return far | {last} if far else set()
    if ways.full_window and rule.points < rule.window and len(window) < rule.window:
        return set()
    found: set[int] = set()
    for region in regions(rule):
        members = [place for place in window if inside(x[place], rule, region, ways)]
        if len(members) < rule.points or members[-1] != window[-1]:
            continue
        if rule.sides == "both" and len(set().union(*(sides(x[place], ways) for place in members))) < 2:
            continue
        found |= set(members)
    return found


def regions(rule: Rule) -> tuple[int, ...]:
    """Sides of the centre that members lie on: 1, -1, or 0 for both."""
    return {"same": (1, -1), "upper": (1,), "lower": (-1,)}.get(rule.sides, (0,))


def sides(value: float, ways: Any) -> set[int]:
    if value == 0:
        return {1, -1} if ways.on_centre == "count" else set()
    return {1 if value > 0 else -1}


def inside(value: float, rule: Rule, region: int, ways: Any) -> bool:
    if math.isnan(value):
        return False
    if rule.pattern == "within":
        edge = ways.on_limit == "inside"
        return abs(value) <= rule.sigmas if edge else abs(value) < rule.sigmas
    level = 3.0 if rule.pattern == "limits" else rule.sigmas
    on = ways.on_limit == "beyond" if level else ways.on_centre == "count"
    return any(
        way * value > level or (on and way * value == level) for way in ((region,) if region else (1, -1))
    )


def monotone(values: list[float], way: int, ties: str) -> bool:
    steps = [way * (second - first) for first, second in zip(values, values[1:], strict=False)]
    return all(step >= 0 if ties == "count" else step > 0 for step in steps)


def apart(first: float, second: float, rule: Rule, ways: Any) -> bool:
    if math.isnan(first) or math.isnan(second):
        return False
    on = ways.on_limit == "beyond"
    if rule.sides == "either":
        away = abs(first - second)
        return away > rule.sigmas or (on and away == rule.sigmas)
    low, high = sorted((first, second))
    half = rule.sigmas / 2
    return (high > half or (on and high == half)) and (low < -half or (on and low == -half))
