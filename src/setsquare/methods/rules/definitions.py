"""Run rules as data: what a rule looks for, how a set of them treats the edge cases, and sets of one's own."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, Self

from ..inputs import number, one_of, whole
from ..results import Part, Table

PATTERNS = ("limits", "beyond", "within", "trend", "alternating", "range")
ALL_SIDES = ("same", "either", "both", "upper", "lower")
SIDES = {
    "within": ("either", "both"),
    "trend": ("same", "upper", "lower"),
    "alternating": ("either",),
    "range": ("either", "both"),
}
"""The sides that a pattern may ask for, the usual one first; all of them where nothing is said."""
WAYS = {"same": "rising or falling", "upper": "rising", "lower": "falling"}
LEAST = {"trend": 2, "alternating": 3, "range": 2}
"""The fewest points of patterns that are always of points in a row."""
MOST_RULES = 64


@dataclasses.dataclass(frozen=True)
class Conventions(Part):
    """What a set of rules does at the edges; packages differ here, and so do counts of signals."""

    on_centre: str = "break"
    """A point on the centre line, for rules of one side: ``break`` ends the run, ``skip`` leaves the point out as if
    it were not there, ``count`` lets it belong to either side."""
    on_limit: str = "inside"
    """A point on a limit or on the edge of a zone is ``inside`` of it, ``beyond`` it, or ``neither``."""
    ties: str = "break"
    """Equal neighbours in a trend: ``break`` ends it, ``skip`` leaves the second out, ``count`` continues it."""
    missing: str = "break"
    """A missing point: ``break`` ends every pattern (it counts as a point that fits none), ``skip`` joins its
    neighbours."""
    excluded: str = "count"
    """A point that limits were computed without: ``count`` treats it like any other, ``skip`` leaves it out, ``break``
    ends every pattern."""
    full_window: bool = False
    """Whether "2 of 3" needs three points before it may signal, so that two of the first two do not."""

    def __post_init__(self) -> None:
        allowed = {
            "on_centre": ("break", "skip", "count"),
            "on_limit": ("inside", "beyond", "neither"),
            "ties": ("break", "skip", "count"),
            "missing": ("break", "skip"),
            "excluded": ("count", "skip", "break"),
            "full_window": (False, True),
        }
        for name, values in allowed.items():
            if getattr(self, name) not in values:
                said = ", ".join(str(value) for value in values)
                raise ValueError(f"{name}: give one of {said}, not {getattr(self, name)!r}")


@dataclasses.dataclass(frozen=True)
class Rule(Part):
    """One pattern that points may form: ``points`` of ``window`` points in a row that lie or move in one way.

    ``pattern`` is one of:

    - ``limits``: outside the chart's own limits;
    - ``beyond``: further than ``sigmas`` from the centre; of 0 sigmas it is the side of the centre line;
    - ``within``: nearer than ``sigmas`` to the centre;
    - ``trend``: each higher than the one before, or each lower; ``points`` counts points, one more than steps;
    - ``alternating``: up and down in turn;
    - ``range``: two of ``points`` in a row that differ by more than ``sigmas``.

    ``sides``: ``same`` (all above or all below), ``either`` (anyhow), ``both`` (some above and some below; of a
    ``range`` one beyond + ``sigmas`` / 2 and the other beyond - ``sigmas`` / 2), ``upper`` or ``lower`` only (of a
    ``trend`` upwards or downwards). A ``warning`` calls for a look at the other rules and rejects nothing.

    Raises ValueError at the name of what does not fit.

    >>> Rule("shift", "beyond", points=7).says
    '7 points in a row on one side of the centre line'
    """

    name: str
    pattern: str
    points: int = 1
    window: int = 0
    """Of how many points in a row; 0 stands for all of ``points``."""
    sigmas: float = 0.0
    sides: str = ""
    """Where nothing is said, ``either`` for ``within``, ``alternating`` and ``range``, ``same`` for the others."""
    warning: bool = False

    def __post_init__(self) -> None:
        if not str(self.name or "").strip():
            raise ValueError("name: give the rule a name")
        one_of("pattern", self.pattern, tuple(PATTERNS))
        allowed = SIDES.get(self.pattern, ALL_SIDES)
        if not self.sides:
            object.__setattr__(self, "sides", allowed[0])
        if self.sides not in allowed:
            said = ", ".join(allowed)
            raise ValueError(f"sides: give one of {said} with {self.pattern}, not {self.sides!r}")
        whole("points", self.points, least=LEAST.get(self.pattern, 1))
        if not self.window:
            object.__setattr__(self, "window", self.points)
        whole("window", self.window, least=self.points)
        if self.window > self.points and self.pattern in LEAST:
            raise ValueError(f"window: a pattern of {self.pattern} is of points in a row; leave it out")
        number("sigmas", self.sigmas, least=0)
        if not self.sigmas and (
            self.pattern in ("within", "range") or (self.of_zone and self.sides == "either")
        ):
            raise ValueError("sigmas: give more than 0, how far from the centre or from one another")

    @property
    def of_zone(self) -> bool:
        """Whether the rule looks at how far from the centre points are."""
        return self.pattern == "beyond"

    @property
    def needs_sigma(self) -> bool:
        """Whether the rule cannot be applied where a chart has no sigma."""
        return self.pattern in ("beyond", "within", "range") and self.sigmas > 0

    @property
    def says(self) -> str:
        """The rule in words."""
        many = f"{self.points} of {self.window}" if self.window > self.points else f"{self.points}"
        many = "a point" if self.window == 1 else f"{many} points in a row"
        level = {"upper": "above", "lower": "below"}.get(self.sides)
        side = (
            {"same": " on one side", "both": " on both sides"}.get(self.sides, "") if self.window > 1 else ""
        )
        if self.pattern == "limits":
            return f"{many} {level} the limits" if level else f"{many} outside the limits{side}"
        if self.pattern == "beyond" and not self.sigmas:
            return f"{many}{f' {level}' if level else f'{side} of'} the centre line"
        if self.pattern == "beyond":
            return f"{many} more than {self.sigmas:g} sigma {level or 'from'} the centre{side}"
        if self.pattern == "within":
            return f"{many} within {self.sigmas:g} sigma of the centre{side}"
        if self.pattern == "trend":
            return f"{many} {WAYS[self.sides]}"
        if self.pattern == "alternating":
            return f"{many} up and down in turn"
        return f"{'two of ' if self.points > 2 else ''}{many} more than {self.sigmas:g} sigma apart{side}"


@dataclasses.dataclass(frozen=True)
class RuleSet(Part):
    """Rules under a name and a version, with their conventions; a result keeps the set that it was found by.

    >>> from setsquare.methods.rules import NELSON
    >>> eight = NELSON.only(1, 2).changed("nelson-2", points=8)
    >>> [rule.says for rule in eight.rules]
    ['a point outside the limits', '8 points in a row on one side of the centre line']
    >>> eight.version
    '1984, changed'
    """

    name: str
    version: str
    rules: tuple[Rule, ...]
    conventions: Conventions = Conventions()

    def __post_init__(self) -> None:
        for key in ("name", "version"):
            if not str(getattr(self, key) or "").strip():
                raise ValueError(f"{key}: give the set of rules a {key}")
        names = [rule.name for rule in self.rules]
        if not names:
            raise ValueError("rules: give at least one")
        if len(names) > MOST_RULES:
            raise ValueError(f"rules: give {MOST_RULES} or fewer, not {len(names)}")
        if len(set(names)) < len(names):
            raise ValueError("rules: two have one name")

    def rule(self, which: str | int) -> Rule:
        """Return a rule by its name, or by its number from 1 on; ValueError at ``rule`` where there is none."""
        return self.rules[self.place(which)]

    def place(self, which: str | int) -> int:
        """Return the place of a rule in the set, from 0 on."""
        if isinstance(which, int) and 1 <= which <= len(self.rules):
            return which - 1
        names = [rule.name for rule in self.rules]
        if which not in names:
            raise ValueError(f"rule: give one of {', '.join(names)}, or its number, not {which!r}")
        return names.index(str(which))

    def only(self, *which: str | int) -> Self:
        """Return the set with these rules on and all others off."""
        return self._with(self.rule(one) for one in which)

    def without(self, *which: str | int) -> Self:
        """Return the set with these rules off."""
        off = {self.rule(one).name for one in which}
        return self._with(rule for rule in self.rules if rule.name not in off)

    def changed(self, which: str | int, **fields: Any) -> Self:
        """Return the set with other values in one of its rules, such as ``points=8``."""
        place = self.place(which)
        if (
            "points" in fields
            and "window" not in fields
            and self.rules[place].window == self.rules[place].points
        ):
            fields["window"] = 0
        try:
            made = dataclasses.replace(self.rules[place], **fields)
        except TypeError:
            unknown = set(fields) - {field.name for field in dataclasses.fields(Rule)}
            raise ValueError(f"{min(unknown)}: a rule has no such value") from None
        return self._with(made if at == place else rule for at, rule in enumerate(self.rules))

    def treating(self, **conventions: Any) -> Self:
        """Return the set with other conventions, such as ``on_centre="skip"``."""
        unknown = set(conventions) - {field.name for field in dataclasses.fields(Conventions)}
        if unknown:
            raise ValueError(f"{min(unknown)}: is no convention")
        made = self._with(self.rules)
        return dataclasses.replace(made, conventions=dataclasses.replace(self.conventions, **conventions))

    def table(self) -> Table:
        """Return a row for each rule, in words."""
        rows = ((rule.name, rule.says, "warning" if rule.warning else "signal") for rule in self.rules)
        return Table(("rule", "says", "kind"), tuple(rows))

    def _with(self, rules: Iterable[Rule]) -> Self:
        mark = ", changed"
        version = self.version if self.version.endswith(mark) else self.version + mark
        return dataclasses.replace(self, rules=tuple(rules), version=version)


def define(definition: Mapping[str, Any]) -> RuleSet:
    """Make a set of rules from a plain definition, such as JSON; ``RuleSet.to_dict`` gives it back.

    Raises ValueError at the name of what is missing, unknown or does not fit.

    >>> ours = define({
    ...     "name": "filling line", "version": "3",
    ...     "rules": [
    ...         {"name": "out", "pattern": "limits"},
    ...         {"name": "shift", "pattern": "beyond", "points": 7},
    ...         {"name": "drift", "pattern": "trend", "points": 5, "sides": "upper"},
    ...     ],
    ...     "conventions": {"on_centre": "skip"},
    ... })
    >>> ours.rules[2].says, define(ours.to_dict()) == ours
    ('5 points in a row rising', True)
    """
    given = _fields("definition", definition, RuleSet, needed=("name", "version", "rules"))
    if isinstance(given["rules"], str | Mapping) or not isinstance(given["rules"], Iterable):
        raise ValueError("rules: give a list of rules")
    rules = tuple(Rule(**_fields("rules", one, Rule, needed=("name", "pattern"))) for one in given["rules"])
    conventions = Conventions(**_fields("conventions", given.get("conventions") or {}, Conventions))
    return RuleSet(given["name"], given["version"], rules, conventions)


def _fields(name: str, given: Any, of: type[Any], needed: Iterable[str] = ()) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise ValueError(f"{name}: give names and values, not {given!r}")
    known = [field.name for field in dataclasses.fields(of)]
    for key in given:
        if key not in known:
            raise ValueError(f"{key}: is unknown; give some of {', '.join(known)}")
    for key in needed:
        if key not in given:
            raise ValueError(f"{key}: is missing in {name}")
    return dict(given)
