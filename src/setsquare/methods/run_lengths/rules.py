"""Run rules as a Markov chain: which zone each point falls in is all that they remember (Champ and Woodall 1987)."""

import dataclasses
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ..inputs import Bools, Floats, number
from ..results import Part
from .chain import Chain

if TYPE_CHECKING:
    from ..rules.definitions import Rule, RuleSet

MOST_STATES = 4000


@dataclasses.dataclass(frozen=True)
class ZoneRule(Part):
    """Signal when `count` of the last `span` points lie between `low` and `high`, in sigmas from the centre line.

    ``side``: above the centre line, below it (the mirror image), or on either side (the distance is what counts).
    Bounds belong to neither side of them: a point on a limit is not beyond it.
    """

    name: str
    count: int
    span: int
    low: float
    high: float = np.inf
    side: Literal["above", "below", "either"] = "either"

    def __post_init__(self) -> None:
        if not 1 <= self.count <= self.span:
            raise ValueError(f"count: give 1 to span ({self.span}), not {self.count}")
        if not self.low < self.high:
            raise ValueError(f"high: give more than low ({self.low:g}), not {self.high:g}")

    def holds(self, z: Floats) -> Bools:
        """Say which points lie in the zone."""
        distance = {"above": z, "below": -z, "either": np.abs(z)}[self.side]
        return np.asarray((self.low < distance) & (distance < self.high))


Rules = tuple[ZoneRule, ...]


def western_electric(*numbers: int) -> Rules:
    """Return the zone rules of the Western Electric handbook (1956) by number, all four where none is given.

    1: a point beyond 3 sigma; 2: two of three beyond 2 sigma; 3: four of five beyond 1 sigma; 4: eight in a row; 2 to 4
    on one side of the centre line. Raises ValueError at ``numbers``.

    >>> [rule.name for rule in western_electric(2)]
    ['2 of 3 beyond 2 sigma above', '2 of 3 beyond 2 sigma below']
    """
    made = {1: (1, 1, 3.0), 2: (2, 3, 2.0), 3: (4, 5, 1.0), 4: (8, 8, 0.0)}
    return _chosen(made, numbers or (1, 2, 3, 4))


def nelson(*numbers: int) -> Rules:
    """Return the zone rules among those of Nelson (1984) by number; 1, 2, 5 and 6 where none is given.

    1: a point beyond 3 sigma; 2: nine in a row on one side; 5: two of three beyond 2 sigma on one side; 6: four of
    five beyond 1 sigma on one side; 7: fifteen in a row within 1 sigma; 8: eight in a row beyond 1 sigma on either
    side. 3 and 4 look at the order of values, not at zones: they are no such chain. Raises ValueError at ``numbers``.

    >>> nelson(2)[0].span
    9
    """
    made = {1: (1, 1, 3.0), 2: (9, 9, 0.0), 5: (2, 3, 2.0), 6: (4, 5, 1.0)}
    whole: dict[int, Rules] = {
        7: (ZoneRule("15 of 15 within 1 sigma", 15, 15, -1.0, 1.0),),
        8: (ZoneRule("8 of 8 beyond 1 sigma on either side", 8, 8, 1.0),),
    }
    chosen = numbers or (1, 2, 5, 6)
    return tuple(
        rule
        for one in chosen
        for rule in (whole[one] if isinstance(one, int) and one in whole else _chosen(made, (one,)))
    )


def zone_rules(rules: "RuleSet | str", *, width: float = 3.0) -> Rules:
    """Turn run rules, as ``rules.signals`` takes them, into zone rules of the Markov chain.

    ``rules``: a set, or the name of a published one; ``width``: where the chart's limits are, in sigmas. A rule of one
    side becomes one of zones for each side; what only warns is left out. A point on a bound is on neither side of it,
    whatever the set says of that, which matters for counts alone. Source: Champ and Woodall (1987), Technometrics 29.

    Raises ValueError at ``rules`` where one is no rule of zones (trends, points up and down in turn, ranges, both sides
    asked for) or waits for a full window; ``.without(...)`` and ``.changed(...)`` of the set make it fit.

    >>> from setsquare.methods import rules
    >>> [rule.name for rule in zone_rules(rules.NELSON.only(1, 5))]
    ['nelson-1', 'nelson-5 above', 'nelson-5 below']
    >>> zone_rules(rules.NELSON.only(8))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: rules: nelson-8 wants points on both sides, which no zone tells; ...
    """
    from ..rules.search import rule_set  # noqa: PLC0415 - loads when first used

    chosen, limit = rule_set(rules), number("width", width, above=0)
    return tuple(
        zone
        for rule in chosen.rules
        if not rule.warning
        for zone in _zoned(rule, limit, chosen.conventions.full_window)
    )


def _zoned(rule: "Rule", limit: float, waits: bool) -> Rules:
    if rule.pattern in ("trend", "alternating", "range"):
        raise ValueError(
            f"rules: {rule.name} looks at how values follow one another, not at zones; leave it out by"
            f" .without({rule.name!r})"
        )
    if rule.sides == "both":
        raise ValueError(
            f"rules: {rule.name} wants points on both sides, which no zone tells; .changed({rule.name!r},"
            " sides='either') comes nearest"
        )
    if waits and rule.window > rule.points:
        raise ValueError(
            f"rules: {rule.name} waits for a full window of {rule.window} points, which the chain does not;"
            " give the set by .treating(full_window=False)"
        )
    if rule.pattern == "within":
        return (ZoneRule(rule.name, rule.points, rule.window, -rule.sigmas, rule.sigmas),)
    low = limit if rule.pattern == "limits" else float(rule.sigmas)
    sides: dict[str, tuple[Literal["above", "below", "either"], ...]] = {
        "same": ("above", "below") if rule.window > 1 else ("either",),
        "either": ("either",),
        "upper": ("above",),
        "lower": ("below",),
    }
    found = sides[rule.sides]
    return tuple(
        ZoneRule(
            rule.name if len(found) == 1 else f"{rule.name} {side}", rule.points, rule.window, low, side=side
        )
        for side in found
    )


def _chosen(made: dict[int, tuple[int, int, float]], numbers: Sequence[int]) -> Rules:
    found: list[ZoneRule] = []
    for one in numbers:
        if not isinstance(one, int | np.integer) or one not in made:
            raise ValueError(f"numbers: give zone rules among {', '.join(map(str, made))}, not {one!r}")
        count, span, low = made[one]
        words = f"{count} of {span} beyond {low:g} sigma"
        if span == 1:
            found.append(ZoneRule(words, count, span, low))
        else:
            found += [ZoneRule(f"{words} above", count, span, low, side="above")]
            found += [ZoneRule(f"{words} below", count, span, low, side="below")]
    return tuple(found)


def zones(rules: Rules) -> tuple[Floats, Bools]:
    """Return the bounds between zones in sigmas, and which rules hold in each zone, shape (zones, rules)."""
    bounds = {0.0} if any(rule.low == 0 for rule in rules) else set()
    for rule in rules:
        for bound in (rule.low, rule.high):
            if np.isfinite(bound):
                bounds |= {bound, -bound}
    edges = np.array(sorted(bounds))
    middles = np.concatenate(([edges[0] - 1], (edges[1:] + edges[:-1]) / 2, [edges[-1] + 1]))
    return edges, np.column_stack([rule.holds(middles) for rule in rules])


def rules_chain(rules: Rules, holds: Bools, chances: Floats) -> Chain:
    """The chain for points that satisfy the rules as in each row of `holds`, with the chance of each row."""
    patterns, places = np.unique(holds, axis=0, return_inverse=True)
    chance = np.bincount(places.ravel(), weights=chances, minlength=len(patterns))
    after = _states(rules, tuple(tuple(bool(one) for one in row) for row in patterns))
    moves = np.zeros((len(after), len(after)))
    for place, to in enumerate(after.T):
        going = to >= 0
        np.add.at(moves, (np.flatnonzero(going), to[going]), chance[place])
    start = np.zeros(len(after))
    start[0] = 1.0
    return Chain(moves, start)


History = tuple[int, ...]


@lru_cache(maxsize=64)
def _states(rules: Rules, patterns: tuple[tuple[bool, ...], ...]) -> NDArray[np.int64]:
    """Find all states from none of the past on: the state after each pattern, -1 for a signal; (states, patterns).

    A state is, for each rule, the last span - 1 points as bits, the newest lowest, without those that can no longer
    take part in a signal.
    """
    first: History = (0,) * len(rules)
    numbers, after, waiting = {first: 0}, [], [first]
    steps = [_memory(rule.count, rule.span) for rule in rules]
    for state in waiting:
        row = []
        for pattern in patterns:
            to = _next(rules, steps, state, pattern)
            if to is not None and to not in numbers:
                numbers[to] = len(numbers)
                waiting.append(to)
                if len(waiting) > MOST_STATES:
                    raise ValueError(f"rules: need more than {MOST_STATES:,} states together; give fewer")
            row.append(-1 if to is None else numbers[to])
        after.append(row)
    return np.array(after, dtype=np.int64)


def _next(
    rules: Rules, memory: list[Callable[[int], int]], state: History, pattern: Sequence[bool]
) -> History | None:
    made = []
    for rule, keep, bits, holds in zip(rules, memory, state, pattern, strict=True):
        now = bits << 1 | holds
        if holds and now.bit_count() >= rule.count:
            return None
        made.append(keep(now))
    return tuple(made)


def _memory(count: int, span: int) -> Callable[[int], int]:
    """Make the function that keeps of a history what may still take part in a signal.

    A point of age i (0 the newest) takes part if, after j more points that all hold, the window reaches back to it and
    has enough: j + those of age below span - j.
    """

    def keep(bits: int) -> int:
        reach = 0
        for more in range(1, span):
            window = bits & ((1 << (span - more)) - 1)
            if more + window.bit_count() >= count:
                reach = span - more
                break
        return bits & ((1 << reach) - 1)

    return keep
