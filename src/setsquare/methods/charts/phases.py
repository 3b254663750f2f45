"""Where limits come from: computed, given or frozen, stage by stage, and without what was excluded."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from ..inputs import Bools, Floats, floats, graspable, opened
from .lines import Limits, Lines
from .result import Chart, Charts, Exclusion, Stage


class Staging(TypedDict, total=False):
    """Which points limits are computed from; see ``Frame``."""

    stages: Any
    exclude: Mapping[Any, str] | None
    baseline: int | None


class Phasing(Staging, total=False):
    """What every chart of one measure takes by name beside its data; see ``Frame``."""

    mean: Any
    sigma: Any
    frozen: Stage | Chart | Charts | None


Used = Bools | None
"""Points to compute with, shape (charts, points); None for all."""
Estimate = Callable[[slice, Used], tuple[Any, Any, str, str]]
"""Computes mean and sigma, shape (charts,), of a stretch of points, and says how."""


@dataclasses.dataclass(frozen=True)
class Frame:
    """The stages of `count` charts of `k` points each, and the points that their limits are computed from.

    ``stages``: a label for each point; each stage has limits of its own, and its points follow one another.
    ``exclude``: reasons by place, or by (chart, place) among many; computed without, still plotted.
    ``baseline``: compute from so many first points of each stage only, and hold the others against that.
    ``mean``, ``sigma``: known values, one for all charts or one for each. ``frozen``: a stage of an earlier chart.
    """

    count: int
    k: int
    single: bool
    names: tuple[str, ...]
    slices: tuple[slice, ...]
    used: Used
    excluded: tuple[Exclusion, ...]
    mean: Floats | None
    sigma: Floats | None
    given: str

    @cached_property
    def stage(self) -> NDArray[np.signedinteger]:
        """The number of each point's stage; of one stage alone, a view that takes no memory."""
        if len(self.slices) == 1:
            return np.broadcast_to(np.zeros((), dtype=np.int64), (self.k,))
        numbers = np.arange(len(self.slices), dtype=np.min_scalar_type(-len(self.slices)))
        return np.repeat(numbers, [part.stop - part.start for part in self.slices])


def frame(count: int, k: int, single: bool, asked: Phasing | Staging, takes: type = Phasing) -> Frame:
    """Check what was asked for against the data's shape; ValueError begins with the argument's name."""
    phasing: Any = asked
    unknown = set(phasing) - set(takes.__annotations__)
    if unknown:
        raise ValueError(f"{min(unknown)}: is no argument of this chart")
    names, slices = _stages(phasing.get("stages"), k)
    excluded = _excluded(phasing.get("exclude"), count, k)
    used = _used(count, k, excluded, phasing.get("baseline"), slices)
    mean, sigma, given = phasing.get("mean"), phasing.get("sigma"), "given"
    frozen = phasing.get("frozen")
    if frozen is not None:
        if mean is not None or sigma is not None:
            raise ValueError("frozen: give either this or mean and sigma")
        if isinstance(frozen, Charts):
            frozen = frozen.location
        if isinstance(frozen, Chart):
            frozen = frozen.stages[-1]
        if not isinstance(frozen, Stage):
            raise ValueError("frozen: give a chart or a stage of one")
        mean, sigma, given = frozen.mean, frozen.sigma, "frozen"
    known_sigma = _known("sigma", sigma, count)
    if known_sigma is not None and (known_sigma < 0).any():
        raise ValueError("sigma: is negative")
    return Frame(
        count, k, single, names, slices, used, excluded, _known("mean", mean, count), known_sigma, given
    )


def _stages(labels: Any, k: int) -> tuple[tuple[str, ...], tuple[slice, ...]]:
    if labels is None:
        return ("1",), (slice(0, k),)
    given = opened(labels)
    if not isinstance(given, np.ndarray):
        if isinstance(given, str | bytes) or not isinstance(given, Iterable):
            raise ValueError("stages: give a label for each point")
        given = list(given)
    many = given.size if isinstance(given, np.ndarray) else len(given)
    if many != k:
        raise ValueError(f"stages: has {many} labels, but there are {k} points")
    if isinstance(given, np.ndarray):
        given = given.reshape(k)  # one label alone may be without a dimension
    if isinstance(given, np.ndarray) and given.ndim == 1 and given.dtype != object:
        starts = [0, *(np.flatnonzero(given[1:] != given[:-1]) + 1).tolist()]
        firsts = given[starts].tolist()
    else:
        starts = [0, *(place for place in range(1, k) if given[place] != given[place - 1])]
        firsts = [given[start] for start in starts]
    try:
        again = len(set(firsts)) < len(firsts)
    except TypeError:
        raise ValueError("stages: give a label for each point, not a list of them") from None
    if again:
        raise ValueError("stages: a stage comes back after another; give it a name of its own")
    names = [str(first) for first in firsts]
    stops = [*starts[1:], k]
    return tuple(names), tuple(slice(start, stop) for start, stop in zip(starts, stops, strict=True))


def _excluded(reasons: Mapping[Any, str] | None, count: int, k: int) -> tuple[Exclusion, ...]:
    made = []
    if reasons is not None and not isinstance(reasons, Mapping):
        raise ValueError("exclude: give reasons by place, such as {14: 'new batch of raw material'}")
    for place, reason in (reasons or {}).items():
        chart, index = place if isinstance(place, tuple) and len(place) == 2 else (None, place)
        fits = all(isinstance(one, int | np.integer) for one in (index, 0 if chart is None else chart))
        if not fits or not 0 <= index < k or (chart is not None and not 0 <= chart < count):
            raise ValueError(f"exclude: there is no point {place!r}")
        if not str(reason or "").strip():
            raise ValueError(f"exclude: say why point {place!r} is excluded")
        made.append(Exclusion(int(index), str(reason), None if chart is None else int(chart)))
    return tuple(made)


def _used(
    count: int, k: int, excluded: tuple[Exclusion, ...], baseline: int | None, slices: tuple[slice, ...]
) -> Used:
    if not excluded and baseline is None:
        return None
    used = np.ones((count, k), dtype=np.bool_)
    for one in excluded:
        used[slice(None) if one.chart is None else one.chart, one.index] = False
    if baseline is not None:
        for part in slices:
            length = part.stop - part.start
            if not isinstance(baseline, int | np.integer) or not 1 <= baseline <= length:
                raise ValueError(f"baseline: give a whole number from 1 to {length}, not {baseline!r}")
            used[:, part.start + int(baseline) : part.stop] = False
    return used


def _known(name: str, value: Any, count: int) -> Floats | None:
    if value is None:
        return None
    made = floats(name, value)
    if not np.isfinite(made).all():
        raise ValueError(f"{name}: give a finite number")
    if name == "sigma":
        graspable(name, made)
    if made.ndim > 1 or (made.ndim == 1 and made.size != count):
        raise ValueError(f"{name}: give one number, or one for each of the {count} charts")
    return np.broadcast_to(made, (count,))


def settle(held: Frame, points: Floats, estimate: Estimate, *, needs_sigma: bool = True) -> tuple[Stage, ...]:
    """Find mean and sigma of each stage: known ones first, computed otherwise."""
    made = []
    for name, part in zip(held.names, held.slices, strict=True):
        mean, sigma, used = held.mean, held.sigma, np.zeros(held.count, dtype=np.int64)
        mean_from = sigma_from = held.given
        if mean is None or (sigma is None and needs_sigma):
            use = None if held.used is None else held.used[:, part]
            computed = estimate(part, use)
            if mean is None:
                mean, mean_from = np.broadcast_to(computed[0], (held.count,)), computed[2]
            if sigma is None:
                sigma, sigma_from = np.broadcast_to(computed[1], (held.count,)), computed[3]
            used = _counted(points[:, part], use)
            _refuse(held, name, mean, sigma)
        if sigma is None:
            sigma = np.full(held.count, np.nan)
        found: list[Any] = [mean, sigma, used]
        if held.single:
            found = [one[0].item() for one in found]
        made.append(
            Stage(name, part.start, part.stop - 1, found[0], found[1], mean_from, sigma_from, found[2])
        )
    return tuple(made)


def _counted(points: Floats, use: Used) -> NDArray[np.int64]:
    whole = bool(np.isfinite(points.sum()))
    if whole and use is None:
        return np.full(len(points), points.shape[1], dtype=np.int64)
    held = ~np.isnan(points) if use is None else use & ~np.isnan(points)
    return np.asarray(held.sum(axis=1), dtype=np.int64)


def _refuse(held: Frame, name: str, mean: Any, sigma: Any) -> None:
    """Refuse where one chart cannot be computed; among many, that one's limits are missing (NaN)."""
    if held.single and (np.isnan(mean).any() or np.isnan(sigma).any()):
        where = f" of stage {name}" if len(held.names) > 1 else ""
        raise ValueError(f"values: too few points{where} to compute limits from; give mean and sigma")


def draw(
    held: Frame, kind: str, rule: str, points: Floats, size: Any, stages: tuple[Stage, ...], limits: Limits
) -> Chart:
    """Put points, limits and stages together as a chart."""
    known = []
    for part, stage in zip(held.slices, stages, strict=True):
        mean, sigma = (np.reshape(np.asarray(one, np.float64), (-1, 1)) for one in (stage.mean, stage.sigma))
        known.append((part, mean, sigma))
    lines = Lines(held.count, known, limits)
    beyond = lines.beyond(points)
    moving: list[Any] = lines.each(held.single)
    centre, lower, upper, spread = moving
    size = np.broadcast_to(np.asarray(size, dtype=np.float64), points.shape)
    row: Any = 0 if held.single else slice(None)
    return Chart(
        kind,
        rule,
        points[row],
        centre,
        lower,
        upper,
        spread,
        size[row],
        beyond[row],
        held.stage,
        stages,
        held.excluded,
    )
