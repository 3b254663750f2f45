"""Rules held against a chart, or many: which points complete a pattern, and which belong to one."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..charts import Chart, Charts
from ..charts.lines import TILE, stretch
from ..figures import bars
from ..inputs import Bools, Floats, column, is_table, one_of, opened, table
from ..results import Part, Result, Table, plain
from .definitions import Conventions, Rule, RuleSet
from .patterns import Block, Levels, packing, unpacked
from .presets import NELSON, PRESETS


@dataclasses.dataclass(frozen=True)
class Skipped(Part):
    """A rule that could not be held against a chart, and why."""

    rule: str
    reason: str


@dataclasses.dataclass(frozen=True)
class Signals(Result):
    """What a set of rules found on a chart, with the set itself, so that the finding can be explained later.

    A point that *completes* a pattern is where the rule signals; the points that *belong* to one are all that made it
    up. A pattern that goes on is completed again by every further point.
    """

    rules: RuleSet
    completing: NDArray[np.unsignedinteger[Any]]
    """Shape (k,) or (charts, k): bit r of a point is set where it completes a pattern of rule r of the set."""
    belonging: NDArray[np.unsignedinteger[Any]]
    """The same of points that belong to a pattern."""
    skipped: tuple[Skipped, ...] = ()

    def completes(self, rule: str | int | None = None) -> Bools:
        """Return the points that complete a pattern of one rule, or of any that is no mere warning."""
        return self._taken(self.completing, rule)

    def belongs(self, rule: str | int | None = None) -> Bools:
        """Return the points that belong to a pattern of one rule, or of any that is no mere warning."""
        return self._taken(self.belonging, rule)

    def counts(self) -> dict[str, int]:
        """Return how many points complete a pattern, by rule."""
        return {rule.name: int(self.completes(rule.name).sum()) for rule in self.rules.rules}

    def reasons(self, chart: int = 0) -> dict[int, tuple[tuple[str, bool], ...]]:
        """Return by place the rules that a point completes (True) or only belongs to, in words, for a figure."""
        made: dict[int, tuple[tuple[str, bool], ...]] = {}
        for place, rule, complete in self._each(chart):
            made[place] = (*made.get(place, ()), (f"{rule.name}: {rule.says}", complete))
        return made

    def table(self) -> Table:
        """Return a row for each point and rule: what it completes, or belongs to."""
        many = self.completing.ndim == 2
        rows: list[tuple[Any, ...]] = []
        for chart in range(len(self.completing) if many else 1):
            for place, rule, complete in self._each(chart):
                row = (place, rule.name, "completes" if complete else "belongs", rule.says)
                rows.append((chart, *row) if many else row)
        heads = ("place", "rule", "point", "says")
        return Table(("chart", *heads) if many else heads, tuple(rows))

    def figure(self) -> dict[str, Any]:
        """Return how many points complete each rule's pattern, as an ECharts option.

        The points themselves are marked on their chart: ``chart.figure(signals=found)``.
        """
        found = self.counts()
        title = f"Run rules, {self.rules.name}"
        return bars(title, "points that complete a pattern", found, {"points": list(found.values())})

    def _each(self, chart: int) -> Iterator[tuple[int, Rule, bool]]:
        """Yield the places of a chart with each rule whose pattern they complete (True) or only belong to."""
        complete, belong = (one[chart] if one.ndim == 2 else one for one in (self.completing, self.belonging))
        for place in np.flatnonzero(complete | belong).tolist():
            ends, parts = int(complete[place]), int(belong[place])
            for at, rule in enumerate(self.rules.rules):
                if (ends | parts) >> at & 1:
                    yield place, rule, bool(ends >> at & 1)

    def to_dict(self) -> dict[str, Any]:
        """Return the set of rules and, for each rule, the places (or pairs of chart and place) that it found."""
        found = {
            rule.name: {
                "completes": plain(_places(self.completes(rule.name))),
                "belongs": plain(_places(self.belongs(rule.name))),
            }
            for rule in self.rules.rules
        }
        return {"rules": self.rules.to_dict(), "found": found, "skipped": plain(self.skipped)}

    def _taken(self, bits: NDArray[Any], rule: str | int | None) -> Bools:
        if rule is None:
            chosen = [at for at, one in enumerate(self.rules.rules) if not one.warning]
        else:
            chosen = [self.rules.place(rule)]
        mask = bits.dtype.type(sum(1 << at for at in chosen))
        return np.asarray(bits & mask != 0)


def signals(chart: Chart | Any, rules: RuleSet | str = NELSON, *, runs: Any = None) -> Signals:
    """Hold rules against a chart of k points, or many of k points each.

    ``chart``: a chart, one of a pair; or values told in sigmas from the centre, shape (k,) or (charts, k), whose limits
    are at 3. Zones are centre +- sigmas times the chart's own sigma at each point, so they follow unequal subgroups.
    Patterns do not cross a stage. ``rules``: a set, or the name of a published one (see ``PRESETS``). ``runs``: a label
    for each point, which a rule of ``range`` stays within (Westgard's R-4s); without it neighbours are compared.

    Rules of zones and runs assume independent points, roughly normal where sigmas count. Rules that need a sigma are
    skipped, with the reason, on a chart that has none (run charts, t, T2); so are all but those of its limits on charts
    whose points carry over what came before (EWMA, CUSUM, MEWMA). Constant values lie on the centre
    line: only that all of them are near it is found (Nelson's rule 7).
    Raises ValueError at ``chart``, ``rules`` or ``runs`` where these are no such thing.

    >>> found = signals([0.5, 0.2, 1.1, 0.4, 0.8, 0.3, 0.6, 0.9, 0.7, 3.2], "nelson")
    >>> found.counts()["nelson-2"], found.completes("nelson-1").nonzero()[0].tolist()
    (2, [9])
    >>> found.belongs("nelson-2").all()
    np.True_
    """
    held = _chart(chart)
    chosen = rule_set(rules)
    single = held.points.ndim == 1
    shape = (1, held.points.size) if single else held.points.shape
    skipped = tuple(_skipped(held, chosen))
    out = {one.rule for one in skipped}
    dtype = np.min_scalar_type((1 << len(chosen.rules)) - 1)
    complete, belong = np.zeros(shape, dtype), np.zeros(shape, dtype)
    labels = _labels(runs, held.points.shape[-1])
    for rows, part in _tiles(shape[0], held.stage, chosen):
        block, dropped = _block(held, rows, part, chosen.conventions, labels)
        order = None
        if dropped is not None:
            order = packing(dropped)
            block = block.packed(order, dropped, chosen.conventions)
        for at, rule in enumerate(chosen.rules):
            if rule.name in out:
                continue
            for bits, found in zip((complete, belong), block.found(rule), strict=True):
                placed = found if order is None else unpacked(found, order)
                bits[rows, part] |= placed.view(np.uint8) * dtype.type(1 << at)
    row: Any = 0 if single else slice(None)
    return Signals(chosen, complete[row], belong[row], skipped)


def _places(found: Bools) -> Any:
    places = np.argwhere(found)
    return places if found.ndim == 2 else places[:, 0]


def _chart(given: Any) -> Chart:
    if isinstance(given, Chart):
        return given
    if isinstance(given, Charts):
        raise ValueError("chart: give one of the pair, location or spread")
    many = is_table(opened(given))
    scores = table("chart", given, missing=True) if many else column("chart", given, missing=True)

    def level(value: float) -> Floats:
        return np.broadcast_to(np.float64(value), scores.shape)

    stage: NDArray[np.signedinteger] = np.broadcast_to(np.int64(0), scores.shape[-1:])
    with np.errstate(invalid="ignore"):
        beyond = np.abs(scores) > 3
    return Chart(
        "scores", "3 sigma", scores, level(0), level(-3), level(3), level(1), level(1), beyond, stage, ()
    )


def rule_set(given: Any) -> RuleSet:
    """Return a set of rules, or the published one of that name; raises ValueError at ``rules``."""
    if isinstance(given, str):
        return PRESETS[one_of("rules", given, tuple(PRESETS))]
    if not isinstance(given, RuleSet):
        raise ValueError(
            "rules: give a set of rules, or the name of one; define() makes a set from a mapping"
        )
    return given


REMEMBERING = ("ewma", "cusum", "mewma")
"""Kinds of charts whose points hold what came before, so that neighbours are no independent evidence."""


def _skipped(chart: Chart, rules: RuleSet) -> list[Skipped]:
    made = []
    lacking = np.isnan(_lean(np.atleast_2d(chart.sigma))).all()
    for rule in rules.rules:
        if chart.kind in REMEMBERING and (rule.pattern != "limits" or rule.window > 1):
            made.append(Skipped(rule.name, f"the points of a chart of {chart.kind} depend on those before"))
        elif rule.needs_sigma and lacking:
            made.append(Skipped(rule.name, f"a chart of {chart.kind} has no sigma to tell zones by"))
    return made


def _labels(runs: Any, k: int) -> NDArray[np.int64] | None:
    if runs is None:
        return None
    try:
        labels = np.asarray(opened(runs))
    except ValueError:
        labels = np.asarray(None)  # rows of unequal length
    if labels.shape != (k,):
        raise ValueError(f"runs: give a label for each of the {k} points")
    try:
        _, numbers = np.unique(labels, return_inverse=True)
    except TypeError:
        raise ValueError("runs: holds labels that are missing or not of one kind") from None
    return np.asarray(numbers, dtype=np.int64)[None]


def _tiles(charts: int, stage: NDArray[np.signedinteger], rules: RuleSet) -> Iterator[tuple[slice, slice]]:
    """Cut rows, and long stages, into tiles; tiles of a stage overlap, so that every pattern lies in one of them."""
    ways, longest = rules.conventions, max(rule.window for rule in rules.rules)
    # Where points are left out, a pattern may reach back any distance.
    skipping = "skip" in (ways.on_centre, ways.ties, ways.missing, ways.excluded)
    for part in _parts(stage):
        length = part.stop - part.start
        many = max(TILE // length, 1)
        step = length if skipping else max(TILE, 8 * longest)
        for row in range(0, charts, many):
            for start in range(part.start, part.stop, step):
                begin = max(start - longest, part.start)
                yield slice(row, row + many), slice(begin, min(start + step, part.stop))


def _parts(stage: NDArray[np.signedinteger]) -> list[slice]:
    if not stage.strides[0]:
        return [slice(0, len(stage))]
    starts = [0, *(np.flatnonzero(np.diff(stage)) + 1).tolist()]
    return [slice(start, stop) for start, stop in zip(starts, [*starts[1:], len(stage)], strict=True)]


def _block(
    chart: Chart, rows: slice, part: slice, ways: Conventions, labels: NDArray[np.int64] | None
) -> tuple[Block, Bools | None]:
    """Cut a stage out of a chart; with the points to leave out by convention, None where there are none."""
    points: Floats = np.atleast_2d(chart.points)[rows, part]
    beyond: Bools = np.atleast_2d(chart.beyond)[rows, part]
    levels = Levels(*(_lean(line) for line in _lines(chart, rows, part)))
    out = np.zeros(points.shape, dtype=np.bool_)
    for one in chart.excluded if ways.excluded != "count" else ():
        if part.start <= one.index < part.stop:
            row: Any = slice(None) if one.chart is None else one.chart - rows.start
            if one.chart is None or 0 <= row < len(out):
                out[row, one.index - part.start] = True
    if ways.excluded == "break" and out.any():
        points, beyond = np.where(out, np.nan, points), beyond & ~out
    dropped = out if ways.excluded == "skip" else None
    if ways.missing == "skip":
        lacking = np.isnan(points)
        if ways.excluded == "break":
            lacking &= ~out
        dropped = lacking if dropped is None else lacking | dropped
    if len(points) > points.shape[1]:
        # Many short rows: laid out by columns, so that each pass runs along memory.
        points, beyond = np.asfortranarray(points), np.asfortranarray(beyond)
    run = None if labels is None else labels[:, part]
    block = Block(points, beyond, levels, ways, run)
    return block, dropped if dropped is not None and dropped.any() else None


def _lines(chart: Chart, rows: slice, part: slice) -> list[Floats]:
    """Cut centre, sigma, lower and upper out of a chart; of one alone no more than this stretch is made."""
    names = ("centre", "sigma", "lower", "upper")
    if chart.points.ndim == 1:
        return [stretch(chart, name, part) for name in names]
    return [getattr(chart, name)[rows, part] for name in names]


def _lean(line: Floats) -> Floats:
    """Take one point of a line that repeats one number."""
    return line if line.strides[1] else line[:, :1]
