"""The vectorised search for patterns: many rows of points at once, each rule in a few passes over bytes.

Points are first told apart by comparisons (one pass each over the numbers); everything after that works on arrays of
truth values, shape (charts, points), in which "n in a row" and "k of n" are sums and products of shifted copies.
"""

import dataclasses
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..charts.lines import ROUNDING
from ..inputs import Bools, Floats
from .definitions import Conventions, Rule

Found = tuple[Bools, Bools]
"""Which points complete a pattern, and which belong to one."""


class Levels(NamedTuple):
    """The lines that points are held against, of their shape or of one point, (charts or 1, 1)."""

    centre: Floats
    sigma: Floats
    lower: Floats
    upper: Floats


@dataclasses.dataclass
class Block:
    """Points of one stage that follow one another, shape (charts, m), with the lines they are held against.

    ``beyond`` are points outside the limits as the chart says. ``run`` are numbers of the runs that a ``range`` stays
    within, shape (1, m), or (charts, m) once points were taken out.
    """

    points: Floats
    beyond: Bools
    at: Levels
    ways: Conventions
    run: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        self._zones: dict[float, tuple[Bools, Bools]] = {}

    def found(self, rule: Rule) -> Found:
        """Look for one rule's pattern."""
        if rule.pattern == "range":
            return self._range(rule)
        if rule.pattern in ("trend", "alternating"):
            skipping = self.ways.ties == "skip"
            return self._without(self._ties(), rule) if skipping and self._ties().any() else self._steps(rule)
        if rule.pattern == "beyond" and not rule.sigmas and self.ways.on_centre == "skip":
            off = self.zone(0.0)
            on = ~(off[0] | off[1] | np.isnan(self.points))
            if on.any():
                return self._without(on, rule)
        return self._zone_rule(rule)

    def zone(self, sigmas: float) -> tuple[Bools, Bools]:
        """Points above and below the centre by more than so many sigmas; of 0 the centre line's convention holds."""
        if sigmas not in self._zones:
            reach = sigmas * self.at.sigma if sigmas else 0.0
            slack = ROUNDING * (np.abs(self.at.centre) + reach)
            if self.ways.on_limit == "beyond" if sigmas else self.ways.on_centre == "count":
                made = (
                    self.points >= self.at.centre + reach - slack,
                    self.points <= self.at.centre - reach + slack,
                )
            else:
                made = (
                    self.points > self.at.centre + reach + slack,
                    self.points < self.at.centre - reach - slack,
                )
            self._zones[sigmas] = made
        return self._zones[sigmas]

    def near(self, sigmas: float) -> Bools:
        """Points within so many sigmas of the centre; those on the edge by convention."""
        if self.ways.on_limit == "neither":
            reach = sigmas * self.at.sigma
            slack = ROUNDING * (np.abs(self.at.centre) + reach)
            made = self.points < self.at.centre + reach - slack
            made &= self.points > self.at.centre - reach + slack
            return made
        above, below = self.zone(sigmas)
        made = above | below
        made |= np.isnan(self.points)
        made |= np.isnan(self.at.centre + self.at.sigma)
        return np.logical_not(made, out=made)

    def outside(self) -> tuple[Bools, Bools]:
        """Points above and below the chart's own limits."""
        slack = ROUNDING * np.maximum(np.abs(self.at.upper), np.abs(self.at.lower))
        slack = np.where(np.isfinite(slack), slack, 0.0)
        if self.ways.on_limit == "beyond":
            return self.points >= self.at.upper - slack, self.points <= self.at.lower + slack
        return self.points > self.at.upper + slack, self.points < self.at.lower - slack

    def _zone_rule(self, rule: Rule) -> Found:
        if rule.pattern == "within":
            near = self.near(rule.sigmas)
            return self._gathered(rule, near, self.zone(0.0))
        plain = rule.pattern == "limits" and rule.window == 1 and rule.sides in ("same", "either")
        if plain and self.ways.on_limit != "beyond":
            return self.beyond, self.beyond
        above, below = self.outside() if rule.pattern == "limits" else self.zone(rule.sigmas)
        if rule.sides == "same" and rule.window > 1:
            high, low = self._gathered(rule, above), self._gathered(rule, below)
            return high[0] | low[0], high[1] | low[1]
        region = {"upper": above, "lower": below}.get(rule.sides)
        return self._gathered(rule, above | below if region is None else region, (above, below))

    def _gathered(self, rule: Rule, region: Bools, sides: tuple[Bools, Bools] | None = None) -> Found:
        """Find ``points`` of ``window`` in a row that lie in a region, the last of them being in it."""
        if rule.window == 1:
            return region, region
        if rule.points == rule.window:
            complete = in_a_row(region, rule.points)
        else:
            complete = at_least(region, rule.points, rule.window)
            complete &= region
            if self.ways.full_window:
                complete[:, : rule.window - 1] = False
        if rule.sides == "both" and sides is not None:
            for side in sides:
                complete &= any_of(side & region, rule.window)
        belong = before(complete, rule.window)
        if rule.points < rule.window:
            belong &= region
        return complete, belong

    def _steps(self, rule: Rule) -> Found:
        """Find trends and alternations from the steps between neighbours."""
        complete = np.zeros_like(self.points, dtype=np.bool_)
        first, second = self.points[:, :-1], self.points[:, 1:]
        if self.ways.ties == "count" and rule.pattern == "trend":
            up, down = second >= first, second <= first
        else:
            up, down = second > first, second < first
        if rule.pattern == "alternating":
            turns = up[:, 1:] & down[:, :-1]
            turns |= down[:, 1:] & up[:, :-1]
            complete[:, 2:] = in_a_row(turns, rule.points - 2)
            return complete, before(complete, rule.points)
        for step, side in ((up, "upper"), (down, "lower")):
            if rule.sides in ("same", side):
                complete[:, 1:] |= in_a_row(step, rule.points - 1)
        return complete, before(complete, rule.points)

    def _range(self, rule: Rule) -> Found:
        """Find two points of one run that lie far apart; both belong, the later one completes."""
        complete, belong = (np.zeros_like(self.points, dtype=np.bool_) for _ in range(2))
        if rule.sides == "both":
            above, below = self.zone(rule.sigmas / 2)
            scores = None
        else:
            with np.errstate(invalid="ignore", divide="ignore"):
                scores = (self.points - self.at.centre) / self.at.sigma
        for lag in range(1, min(rule.points, self.points.shape[1])):
            if scores is None:
                apart = above[:, lag:] & below[:, :-lag]
                apart |= below[:, lag:] & above[:, :-lag]
            else:
                away, most = np.abs(scores[:, lag:] - scores[:, :-lag]), rule.sigmas * (1 + ROUNDING)
                least = rule.sigmas * (1 - ROUNDING)
                apart = away >= least if self.ways.on_limit == "beyond" else away > most
            if self.run is not None:
                apart &= self.run[:, lag:] == self.run[:, :-lag]
            complete[:, lag:] |= apart
            belong[:, lag:] |= apart
            belong[:, :-lag] |= apart
        return complete, belong

    def _ties(self) -> Bools:
        made = np.zeros_like(self.points, dtype=np.bool_)
        np.equal(self.points[:, 1:], self.points[:, :-1], out=made[:, 1:])
        return made

    def _without(self, dropped: Bools, rule: Rule) -> Found:
        """Find a rule in what is left when some points are taken out."""
        order = packing(dropped)
        ways = dataclasses.replace(self.ways, on_centre="break", ties="break")
        complete, belong = self.packed(order, dropped, ways).found(rule)
        return unpacked(complete, order), unpacked(belong, order)

    def packed(self, order: NDArray[np.intp], dropped: Bools, ways: Conventions) -> "Block":
        """Return the block with dropped points taken out and missing ones in their place at the end of each row."""
        shape = self.points.shape

        def moved(line: Any) -> Any:
            return (
                line
                if line.shape[1] == 1 < shape[1]
                else np.take_along_axis(np.broadcast_to(line, shape), order, 1)
            )

        points, beyond = moved(self.points), moved(self.beyond)
        gone = np.arange(shape[1]) >= (shape[1] - dropped.sum(axis=1))[:, None]
        points[gone], beyond[gone] = np.nan, False
        run = None if self.run is None else moved(self.run)
        return Block(points, beyond, Levels(*map(moved, self.at)), ways, run)


def packing(dropped: Bools) -> NDArray[np.intp]:
    """Return the places of each row's points with the dropped ones last, both in order."""
    return np.argsort(dropped, axis=1, kind="stable")


def unpacked(found: Bools, order: NDArray[np.intp]) -> Bools:
    """Put what was found among packed points back to their places."""
    made = np.zeros(found.shape, dtype=np.bool_)
    np.put_along_axis(made, order, found, 1)
    return made


def in_a_row(region: Bools, n: int) -> Bools:
    """Points at which n points in a row end that all lie in a region; by doubling, so in log n passes."""
    made, length = region.copy(order="K"), 1
    while length < n:
        step = min(length, n - length)
        np.logical_and(
            made[:, step:], made[:, : max(made.shape[1] - step, 0)].copy(order="K"), out=made[:, step:]
        )
        made[:, :step] = False
        length += step
    return made


def any_of(region: Bools, n: int) -> Bools:
    """Points at which one of the last n points lies in a region."""
    made, length = region.copy(order="K"), 1
    while length < n:
        step = min(length, n - length)
        made[:, step:] |= made[:, : max(made.shape[1] - step, 0)].copy(order="K")
        length += step
    return made


def before(complete: Bools, n: int) -> Bools:
    """Points that are one of the n points in a row that end at a complete one."""
    made, length = complete.copy(order="K"), 1
    while length < n:
        step = min(length, n - length)
        made[:, : max(made.shape[1] - step, 0)] |= made[:, step:].copy(order="K")
        length += step
    return made


def at_least(region: Bools, k: int, n: int) -> Bools:
    """Points at which k of the last n points (or of fewer at the start) lie in a region."""
    many: NDArray[np.integer[Any]] = region.astype(np.uint8 if n < 256 else np.int64)
    one = region.view(np.uint8)
    for lag in range(1, min(n, region.shape[1])):
        many[:, lag:] += one[:, :-lag]
    return np.asarray(many >= k)
