"""Charts with a memory: EWMA and the tabular CUSUM, of single values or of subgroup means."""

import dataclasses
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, Unpack

import numpy as np

from ..inputs import Bools, Floats, flag, number, one_of, opened
from ..results import Table, plain
from .lines import FEW
from .phases import Frame, Phasing, Used, draw, frame, settle
from .result import Chart, Marks, Stage
from .series import Series
from .subgroups import Subgroups, Summary


@dataclasses.dataclass(frozen=True)
class Cusum(Chart):
    """A CUSUM chart: ``points`` is the sum above the target, ``below`` the sum below it as a positive number.

    Both in sigmas of the plotted statistic, to be held against ``upper``, which is h; ``beyond`` is either's signal.
    """

    below: Floats = dataclasses.field(default_factory=lambda: np.zeros(0))
    signal_above: Bools = dataclasses.field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    signal_below: Bools = dataclasses.field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    def table(self) -> Table:
        """Return a row for each point, the sum below the target last."""
        rows = super().table()
        below = plain(self.below.ravel())
        pairs = zip(rows.rows, below, strict=True)
        return Table((*rows.columns, "below"), tuple((*row, one) for row, one in pairs))

    def figure(self, chart: int = 0, *, signals: Marks | None = None) -> dict[str, Any]:
        """Return the chart as an ECharts option, the sum below the target drawn downwards."""
        made = super().figure(chart, signals=signals)
        below = -(self.below[chart] if self.below.ndim == 2 else self.below)
        made["series"].append(
            {"name": "below", "type": "line", "data": plain(below), "itemStyle": {"color": "#2a8f8f"}}
        )
        return made


def ewma(
    values: Any,
    *,
    weight: float = 0.2,
    width: float = 3.0,
    steady: bool = False,
    estimator: str | None = None,
    **phasing: Unpack[Phasing],
) -> Chart:
    """Chart of the exponentially weighted moving average z_i = weight x_i + (1 - weight) z_(i-1), z_0 the mean.

    Limits are mean +- width sd(z_i), where var z_i = weight^2 var x_i + (1 - weight)^2 var z_(i-1): exact from the
    first point on and for unequal subgroups; ``steady`` draws those of a long run, sigma sqrt(weight / (2 - weight)),
    from the start. Source: Roberts (1959); Lucas and Saccucci (1990); NIST e-Handbook 6.3.2.4.

    ``values``: single values of shape (k,); subgroups in rows, (k, n); many charts of subgroups (charts, k, n), many
    of single values as (charts, k, 1); or a ``Summary``. ``estimator`` of sigma: ``rbar`` for subgroups and ``mr``
    for single values where none is named. z starts anew in each stage. A missing point is a gap and leaves z as it
    was. Raises ValueError at ``weight`` outside (0, 1], and as ``xbar_r`` and ``individuals`` do.

    >>> ewma([52.0, 47.0, 53.0], weight=0.3, mean=50, sigma=2).points.round(3).tolist()
    [50.6, 49.52, 50.564]
    """
    weight, width = number("weight", weight, above=0, most=1), number("width", width, above=0)
    steady = flag("steady", steady)
    held, points, sizes, stages, shown = _settled(values, estimator, phasing)
    smooth = np.empty(points.shape)
    spreads = {}
    for part, stage in zip(held.slices, stages, strict=True):
        mean = np.reshape(np.asarray(stage.mean, np.float64), (-1, 1))
        _filter(points[:, part], weight, 1 - weight, mean, out=smooth[:, part])
        spreads[part.start] = _spread(points[:, part], sizes[:, part], weight, steady)
    starts = [part.start for part in held.slices]

    def around(part: slice, mean: Floats, sigma: Floats) -> tuple[Any, Any, Any, Any]:
        start = starts[bisect_right(starts, part.start) - 1]
        spread = sigma * spreads[start](slice(part.start - start, part.stop - start))
        return mean, mean - width * spread, mean + width * spread, spread

    rule = f"{width:g} sigma, weight {weight:g}" + (", steady" if steady else "")
    return draw(held, "ewma", rule, smooth, shown, stages, around)


def cusum(
    values: Any,
    *,
    k: float = 0.5,
    h: float = 5.0,
    head_start: float = 0.0,
    estimator: str | None = None,
    **phasing: Unpack[Phasing],
) -> Cusum:
    """Tabular CUSUM: C+ = max(0, C+ + z - k) above the target and C- = max(0, C- - z - k) below it.

    z is (point - mean) / (sigma / sqrt(n)); ``k`` (half the shift to find), ``h`` (the limit) and ``head_start`` (fast
    initial response, commonly h / 2) are in sigmas of the plotted statistic. A sum signals above h, and goes on.
    Source: Page (1954); Lucas and Crosier (1982); NIST e-Handbook 6.3.2.3. Computed from cumulative sums and their
    running minimum over short stretches, which agrees with the recursion to rounding.

    ``values``, ``estimator``, stages and missing points as in ``ewma``. The target is ``mean``. Raises ValueError at
    ``k`` or ``head_start`` below 0, at ``h`` not above 0, at ``sigma`` where it is 0.

    >>> chart = cusum([1.0, 2.0, 0.5, -3.0], mean=0, sigma=1, h=1.5)
    >>> chart.points.tolist(), chart.below.tolist(), chart.beyond.tolist()
    ([0.5, 2.0, 2.0, 0.0], [0.0, 0.0, 0.0, 2.5], [False, True, True, True])
    """
    k, h = number("k", k, least=0), number("h", h, above=0)
    head_start = number("head_start", head_start, least=0)
    held, points, sizes, stages, shown = _settled(values, estimator, phasing)
    above, below = np.empty(points.shape), np.empty(points.shape)
    for part, stage in zip(held.slices, stages, strict=True):
        mean, sigma = (np.reshape(np.asarray(one, np.float64), (-1, 1)) for one in (stage.mean, stage.sigma))
        if (sigma == 0).any():
            raise ValueError("sigma: is 0, so that no value can be told in sigmas")
        _sum(
            points[:, part],
            mean,
            _level(sizes[:, part]),
            sigma,
            (k, head_start),
            (above[:, part], below[:, part]),
        )
    rule = f"k {k:g}, h {h:g}" + (f", head start {head_start:g}" if head_start else "")
    chart = draw(held, "cusum", rule, above, shown, stages, lambda _, m, s: (0.0, np.nan, h, np.nan))
    high, low = above > h, below > h
    row: Any = 0 if held.single else slice(None)
    fields = {field.name: getattr(chart, field.name) for field in dataclasses.fields(chart)}
    fields["beyond"] = (high | low)[row]
    return Cusum(**fields, below=below[row], signal_above=high[row], signal_below=low[row])


def _spread(points: Floats, sizes: Floats, weight: float, steady: bool) -> Callable[[slice], Any]:
    """Give the standard deviations of z in sigmas of one value for a stretch of a stage: (charts or 1, m), or one."""
    size = _level(sizes)
    if steady:
        return lambda part: np.sqrt(weight / (2 - weight) / (size if size.shape[1] == 1 else size[:, part]))
    if size.shape[1] == 1 < points.shape[1]:
        # 1 - (1 - weight)^(2 i) by its logarithm, which loses no digits; i counts the points that are there.
        fade = 2 * np.log1p(-weight) if weight < 1 else -np.inf
        share = -weight / (2 - weight) / size
        if np.isfinite(points.sum()):
            return lambda part: np.sqrt(np.expm1(fade * np.arange(part.start + 1.0, part.stop + 1)) * share)
        many = np.cumsum(~np.isnan(points), axis=1, dtype=np.int32)

        def known(part: slice) -> Any:
            there = ~np.isnan(points[:, part])
            return np.sqrt(np.expm1(fade * np.where(there, many[:, part], np.nan)) * share)

        return known
    shares = np.where(np.isnan(points), np.nan, 1 / size)
    _filter(shares, weight**2, (1 - weight) ** 2, 0.0, out=shares)
    np.sqrt(shares, out=shares)
    return lambda part: shares[:, part]


def _level(sizes: Floats) -> Floats:
    """Take one point of sizes that are equal all along."""
    return sizes[:, :1] if not sizes.strides[1] or (sizes == sizes[:, :1]).all() else sizes


def _settled(
    values: Any, estimator: str | None, phasing: Phasing
) -> tuple[Frame, Floats, Floats, tuple[Stage, ...], Any]:
    """Take values as points with sizes (1 where missing), and find mean and sigma of each stage."""
    given = values if isinstance(values, Summary) else _array(values)
    if isinstance(given, np.ndarray) and (given.ndim == 1 or (given.ndim == 3 and given.shape[2] == 1)):
        series = Series("values", given if given.ndim == 1 else given[:, :, 0])
        held = frame(series.count, series.k, series.single, phasing)
        named = "mr" if estimator is None else estimator
        one_of("estimator", named, ("mr", "mr_median", "mssd", "sd"))

        def of_values(part: slice, use: Used) -> tuple[Any, Any, str, str]:
            return series.mean(part, use), series.sigma(named, 2, part, use), "mean of values", named

        stages = settle(held, series.values, of_values)
        return held, series.values, np.broadcast_to(1.0, (1, series.k)), stages, 1
    groups = Subgroups("values", given)
    held = frame(groups.count, groups.k, groups.single, phasing)
    chosen = "rbar" if estimator is None else estimator

    def of_groups(part: slice, use: Used) -> tuple[Any, Any, str, str]:
        sigma = np.zeros(held.count) if held.sigma is not None else groups.sigma(chosen, part, use)
        mean = groups.weighted_mean(groups.mean, part, use)
        return mean, sigma, "mean of means weighted by size", chosen

    stages = settle(held, groups.mean, of_groups)
    sizes = np.broadcast_to(np.maximum(np.asarray(groups.size, np.float64), 1), groups.mean.shape)
    return held, groups.mean, sizes, stages, groups.size


def _array(values: Any) -> Any:
    given = opened(values)
    if isinstance(given, list | tuple) and given and isinstance(given[0], list | tuple):
        return given if len({len(row) for row in given}) > 1 else np.asarray(given, dtype=object)
    return np.asarray(given)


def _tiles(values: Floats) -> Iterator[slice]:
    step = max(FEW // len(values), 1)
    for start in range(0, values.shape[1], step):
        yield slice(start, min(start + step, values.shape[1]))


def _filter(values: Floats, gain: float, keep: float, mean: Floats | float, out: Floats) -> None:
    """Put y_i = gain (x_i - mean) + keep y_(i-1) along rows, from y_0 = 0, plus the mean into `out`.

    A missing x gives a gap and keeps y.
    """
    from scipy.signal import lfilter  # noqa: PLC0415 - loads when first used

    state = np.zeros((len(values), 1))
    for tile in _tiles(values):
        off = values[:, tile] - mean
        if np.isfinite(off.sum()):
            out[:, tile], state = lfilter([gain], [1.0, -keep], off, axis=1, zi=state)
        else:
            # Missing values are put last, where they touch nothing, and back afterwards.
            missing = np.isnan(off)
            order = np.argsort(missing, axis=1, kind="stable")
            made, _ = lfilter([gain], [1.0, -keep], np.take_along_axis(off, order, 1), axis=1, zi=state)
            np.put_along_axis(out[:, tile], order, made, 1)
            many = np.count_nonzero(~missing, axis=1)[:, None]
            last = np.take_along_axis(made, np.maximum(many - 1, 0), 1)
            state = np.where(many > 0, keep * last, state)
        out[:, tile] += mean


def _sum(
    points: Floats,
    mean: Floats,
    size: Floats,
    sigma: Floats,
    design: tuple[float, float],
    out: tuple[Floats, Floats],
) -> None:
    """Put the sums above and below the mean of one stage into `out`; design is k and head start.

    C_i = max(0, C_(i-1) + score - k) is S_i - min(-C_0, smallest S so far), tile by tile from the last C.
    """
    k, head_start = design
    for made, way in zip(out, (1.0, -1.0), strict=True):
        last = np.full((len(points), 1), head_start)
        for tile in _tiles(points):
            scores = points[:, tile] - mean
            scores *= way * np.sqrt(size if size.shape[1] == 1 else size[:, tile]) / sigma
            scores -= k
            missing = None if np.isfinite(scores.sum()) else np.isnan(scores)
            if missing is not None:
                scores[missing] = 0.0
            np.cumsum(scores, axis=1, out=scores)
            lowest = np.minimum.accumulate(scores, axis=1)
            np.minimum(lowest, -last, out=lowest)
            scores -= lowest
            last = scores[:, -1:].copy()
            if missing is not None:
                scores[missing] = np.nan
            made[:, tile] = scores
