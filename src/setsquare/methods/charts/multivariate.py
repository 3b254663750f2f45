"""Charts of several measures at once: Hotelling's T2 and the MEWMA, one chart or many."""

import dataclasses
from collections.abc import Iterator
from typing import Any, Unpack

import numpy as np

from ..inputs import Floats, flag, floats, number, whole
from ..results import Part
from .lines import ROUNDING, TILE
from .phases import Frame, Staging, frame
from .result import Chart, Stage

PHASES = (1, 2)


@dataclasses.dataclass(frozen=True)
class Multivariate(Chart):
    """A chart of a squared distance; each stage's mean is its vector and its ``sigma`` its covariance matrix.

    Shapes (p,) and (p, p), or (charts, p) and (charts, p, p). ``centre`` is the median of the distribution that the
    limit is a quantile of (NaN for MEWMA); ``sigma`` and ``lower`` are NaN.
    """


@dataclasses.dataclass(frozen=True)
class Reference(Part):
    """A mean vector and a covariance matrix of single values, and from how much they were estimated."""

    mean: Floats
    covariance: Floats
    points: Floats
    """Points (values or subgroups) computed with; infinite where both are known. Shape (charts,)."""
    how: str


def t2(
    values: Any,
    *,
    phase: int = 1,
    confidence: float = 0.9973,
    reference: Any = None,
    mean: Any = None,
    covariance: Any = None,
    frozen: Stage | Chart | None = None,
    **phasing: Unpack[Staging],
) -> Multivariate:
    """Hotelling's T2 of single observations of p measures: (x - m)' S^-1 (x - m), S with divisor k - 1.

    Upper limit in phase 1 (the points that m and S were computed from): (k - 1)^2 / k times the beta quantile with
    p / 2 and (k - p - 1) / 2; in phase 2 (other points): p (k + 1) (k - 1) / (k (k - p)) times the F quantile with p
    and k - p; of known ``mean`` and ``covariance``: chi-squared with p. ``confidence`` is for each point.
    Source: Tracy, Young and Mason (1992); NIST e-Handbook 6.5.4.3.

    ``values``: shape (k, p), or (charts, k, p). ``reference``: earlier observations to compute m and S from, of the
    same form; ``frozen``: an earlier chart, or a stage of one, whose m and S are held on to; the limit is then that of
    phase 2. Points with a missing measure are gaps. Excluded points and those
    after ``baseline`` are held against phase 2 limits.
    Assumes multivariate normal, independent observations. Raises ValueError at ``values`` where k is not above
    p + 1 or S is singular.

    >>> chart = t2([[1, 2], [2, 1], [3, 4], [4, 3], [5, 5], [2, 4]], confidence=0.99)
    >>> round(float(chart.upper[0]), 3)
    3.973
    """
    raw, single = _cube("values", values, 2)
    groups = raw[:, :, None, :]
    before: Floats | Reference | None = None
    if reference is not None:
        before = _cube("reference", reference, 2)[0][:, :, None, :]
    if frozen is not None:
        before = _frozen(frozen, raw.shape, reference, mean, covariance)
    return _hotelling(groups, single, before, phase, confidence, mean, covariance, phasing)


def t2_subgroups(
    values: Any,
    *,
    phase: int = 1,
    confidence: float = 0.9973,
    reference: Any = None,
    mean: Any = None,
    covariance: Any = None,
    frozen: Stage | Chart | None = None,
    **phasing: Unpack[Staging],
) -> Multivariate:
    """Hotelling's T2 of means of k subgroups of n: n (xbar - m)' S^-1 (xbar - m), S the mean covariance within.

    Upper limit: p (k - 1) (n - 1) / d times the F quantile with p and d = k n - k - p + 1 in phase 1, with k + 1 for
    k - 1 in phase 2; of known ``mean`` and ``covariance``: chi-squared with p. Source: Alt (1985); Montgomery.

    ``values``: shape (k, n, p), or (charts, k, n, p); n of 2 or more; a subgroup with a missing value is a gap. Other
    arguments and errors as in ``t2``.

    >>> chart = t2_subgroups([[[1, 2], [2, 1]], [[3, 4], [4, 6]], [[5, 5], [6, 5]]])
    >>> chart.points.shape
    (3,)
    """
    raw, single = _cube("values", values, 3)
    if raw.shape[2] < 2:
        raise ValueError("values: subgroups of one tell nothing of the covariance within; use t2")
    before: Floats | Reference | None = None
    if reference is not None:
        before = _cube("reference", reference, 3)[0]
        if before.shape[2] != raw.shape[2]:
            raise ValueError("reference: its subgroups are of another size")
    if frozen is not None:
        before = _frozen(frozen, raw.shape, reference, mean, covariance)
    return _hotelling(raw, single, before, phase, confidence, mean, covariance, phasing)


def mewma(
    values: Any,
    *,
    weight: float = 0.1,
    limit: float | None = None,
    arl: float = 200.0,
    steady: bool = False,
    mean: Any = None,
    covariance: Any = None,
    frozen: Stage | Chart | None = None,
    **phasing: Unpack[Staging],
) -> Multivariate:
    """Multivariate EWMA: Z' V^-1 Z with Z_i = weight (x_i - m) + (1 - weight) Z_(i-1) from Z_0 = 0.

    V is weight / (2 - weight) (1 - (1 - weight)^(2 i)) S, exact for each i, or its long-run value where ``steady``. The
    ``limit``, where none is given, is that whose in-control average run length is ``arl`` with steady V, by the
    integral equation over the length of Z. Source: Lowry et al. (1992); Rigdon (1995); Knoth (2017).

    ``values``: shape (k, p), or (charts, k, p), without missing values; m and S are computed from them (divisor
    k - 1) where not given, or ``frozen`` from an earlier chart. Z starts anew in each stage. Raises ValueError as
    ``t2`` does.

    >>> chart = mewma([[1.0, 0.0], [1.0, 1.0]], mean=[0, 0], covariance=[[1, 0], [0, 1]], limit=8.66)
    >>> chart.points.round(3).tolist()
    [1.0, 2.547]
    """
    raw, single = _cube("values", values, 2)
    if np.isnan(raw).any():
        raise ValueError("values: holds missing values, which a MEWMA cannot be computed over")
    weight = number("weight", weight, above=0, most=1)
    steady = flag("steady", steady)
    held = frame(raw.shape[0], raw.shape[1], single, phasing, Staging)
    width = raw.shape[2]
    high = _limit_for(width, weight, arl) if limit is None else number("limit", limit, above=0)
    before = None if frozen is None else _frozen(frozen, raw.shape, None, mean, covariance)
    points, stages = np.empty(raw.shape[:2]), []
    for place, part in enumerate(held.slices):
        known = before or _reference(raw[:, part, None, :], _use(held, part), mean, covariance)
        points[:, part] = _mewma_points(raw[:, part], known, weight, steady)
        stages.append(_stage(held, place, known))
    rule = f"weight {weight:g}, limit {high:.6g}"
    nothing, upper = (np.broadcast_to(one, points.shape) for one in (np.nan, high))
    return _made("mewma", rule, held, points, nothing, upper, 1, tuple(stages))


def _limit_for(measures: int, weight: float, arl: float) -> float:
    from ..run_lengths import mewma_limit  # noqa: PLC0415 - loads when first used

    return mewma_limit(measures, weight, number("arl", arl, above=1))


def _mewma_points(values: Floats, known: Reference, weight: float, steady: bool) -> Floats:
    from scipy.signal import lfilter  # noqa: PLC0415 - loads when first used

    made, root = np.empty(values.shape[:2]), _root(known.covariance)
    state = np.zeros((len(values), 1, values.shape[2]))
    for tile in _tiles(values):
        off = values[:, tile] - known.mean[:, None, :]
        smooth, state = lfilter([weight], [1.0, weight - 1], off, axis=1, zi=state)
        made[:, tile] = _lengths(smooth, root) * (2 - weight) / weight
        if not steady:
            made[:, tile] /= 1 - (1 - weight) ** (2.0 * np.arange(tile.start + 1, tile.stop + 1))
    return made


def _hotelling(
    groups: Floats,
    single: bool,
    before: Floats | Reference | None,
    phase: int,
    confidence: float,
    mean: Any,
    covariance: Any,
    phasing: Staging,
) -> Multivariate:
    """Compute T2 of (charts, k, n, p) stage by stage."""
    if whole("phase", phase, least=1) not in PHASES:
        raise ValueError(f"phase: give 1 or 2, not {phase!r}")
    confidence = number("confidence", confidence, above=0)
    if confidence >= 1:
        raise ValueError(f"confidence: give less than 1, not {confidence:g}")
    if isinstance(before, np.ndarray):
        if (before.shape[0], before.shape[3]) != (groups.shape[0], groups.shape[3]):
            raise ValueError("reference: has another number of charts or measures than values")
        before = _reference(before, np.ones(before.shape[:2], np.bool_), mean, covariance)
    charts, k, n, width = groups.shape
    held = frame(charts, k, single, phasing, Staging)
    means = _means(groups)
    points, middle, high = (np.empty((charts, k)) for _ in range(3))
    stages = []
    for place, part in enumerate(held.slices):
        use = _use(held, part)
        known = _reference(groups[:, part], use, mean, covariance) if before is None else before
        points[:, part] = n * _distances(means[:, part], known)
        own = use if before is None and phase == 1 else np.zeros_like(use)
        for kept, share in ((middle, 0.5), (high, confidence)):
            first, second = (_limit(one, known.points, n, width, share)[:, None] for one in (1, 2))
            kept[:, part] = np.where(own, first, second)
        stages.append(_stage(held, place, known))
    return _made(
        "T2",
        f"probability {confidence:g}, phase {1 if before is None and phase == 1 else 2}",
        held,
        points,
        middle,
        high,
        n,
        tuple(stages),
    )


def _limit(phase: int, points: Floats, n: int, width: int, share: float) -> Floats:
    """Quantile of T2 by phase, shape (charts,); chi-squared where mean and covariance are known."""
    from scipy.special import betaincinv, chdtri, fdtri  # noqa: PLC0415 - loads when first used

    if np.isinf(points).all():
        return np.full(points.shape, chdtri(width, 1 - share))
    if n == 1:
        if phase == 1:
            return np.asarray(
                (points - 1) ** 2 / points * betaincinv(width / 2, (points - width - 1) / 2, share)
            )
        free = points - width
        return np.asarray(width * (points + 1) * (points - 1) / (points * free) * fdtri(width, free, share))
    free = points * (n - 1) - width + 1
    factor = width * (points + (1 if phase == 2 else -1)) * (n - 1) / free
    return np.asarray(factor * fdtri(width, free, share))


def _reference(groups: Floats, use: Any, mean: Any, covariance: Any) -> Reference:
    """Mean vector and covariance of (charts, k, n, p) over the used points that lack nothing."""
    charts, _, n, width = groups.shape
    known_mean, known_covariance = _vector(mean, charts, width), _matrix(covariance, charts, width)
    if (known_mean is None) != (known_covariance is None):
        raise ValueError(
            f"{'mean' if known_mean is None else 'covariance'}: give both mean and covariance, or neither"
        )
    if known_mean is not None and known_covariance is not None:
        return Reference(known_mean, known_covariance, np.full(charts, np.inf), "given")
    means = _means(groups)
    there = use & ~np.isnan(means).any(axis=2)
    many = there.sum(axis=1)
    free = many * (n - 1) - width + 1 if n > 1 else many - width - 1
    if (free <= 0).any():
        raise ValueError(f"values: too few points to compute {width} means and their covariance from")
    centre = np.zeros((charts, width))
    for tile in _tiles(means):
        centre += np.where(there[:, tile, None], means[:, tile], 0.0).sum(axis=1)
    centre /= many[:, None]
    found = np.zeros((charts, width, width))
    for tile in _tiles(groups):
        middle = centre[:, None, None, :] if n == 1 else means[:, tile, None, :]
        off = np.where(there[:, tile, None, None], groups[:, tile] - middle, 0.0).reshape(charts, -1, width)
        found += np.matmul(off.transpose(0, 2, 1), off)
    found /= (many - 1 if n == 1 else many * (n - 1))[:, None, None]
    how = "sample covariance" if n == 1 else "covariance pooled within subgroups"
    return Reference(centre, found, many.astype(np.float64), how)


def _frozen(frozen: Any, shape: tuple[int, ...], reference: Any, mean: Any, covariance: Any) -> Reference:
    """Take mean and covariance from the last stage of an earlier chart, with how many points they rest on."""
    if any(one is not None for one in (reference, mean, covariance)):
        raise ValueError("frozen: give either this, or reference, or mean and covariance")
    stage = frozen.stages[-1] if isinstance(frozen, Chart) else frozen
    if not isinstance(stage, Stage):
        raise ValueError("frozen: give a chart or a stage of one")
    charts, width = shape[0], shape[-1]
    if np.shape(stage.sigma)[-2:] != (width, width) or np.shape(stage.mean)[:-1] not in ((), (charts,)):
        raise ValueError(f"frozen: is no chart of {width} measures, or of another number of charts")
    known_mean = np.broadcast_to(np.asarray(stage.mean, np.float64), (charts, width))
    known_covariance = np.broadcast_to(np.asarray(stage.sigma, np.float64), (charts, width, width))
    used = np.broadcast_to(np.asarray(stage.used, np.float64), (charts,))
    return Reference(known_mean, known_covariance, np.where(used > 0, used, np.inf), "frozen")


def _means(groups: Floats) -> Floats:
    """Means of subgroups (charts, k, n, p); of single values a view of these."""
    return groups[:, :, 0] if groups.shape[2] == 1 else groups.mean(axis=2)


def _distances(values: Floats, known: Reference) -> Floats:
    """Squared distances of (charts, k, p) from the mean in terms of the covariance, tile by tile."""
    made, root = np.empty(values.shape[:2]), _root(known.covariance)
    for tile in _tiles(values):
        made[:, tile] = _lengths(values[:, tile] - known.mean[:, None, :], root)
    return made


def _tiles(values: Floats) -> Iterator[slice]:
    step = max(TILE * values.shape[1] // values.size, 1)
    for start in range(0, values.shape[1], step):
        yield slice(start, min(start + step, values.shape[1]))


def _root(covariance: Floats) -> Floats:
    """Cholesky's root of covariances (charts, p, p); ValueError at ``values`` where one is singular."""
    try:
        root = np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        raise ValueError(
            "values: their covariance is singular: a measure is constant or follows from others"
        ) from None
    scale = np.diagonal(root, axis1=1, axis2=2) / np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    if (scale < 1e-7).any():
        raise ValueError("values: their covariance is singular: a measure is constant or follows from others")
    return np.asarray(root)


def _lengths(off: Floats, root: Floats) -> Floats:
    solved = np.linalg.solve(root, off.transpose(0, 2, 1))
    solved *= solved
    return np.asarray(solved.sum(axis=1))


def _cube(name: str, values: Any, inner: int) -> tuple[Floats, bool]:
    made = floats(name, values)
    if made.ndim not in (inner, inner + 1) or not made.size:
        raise ValueError(
            f"{name}: give {inner} dimensions, the measures last, or {inner + 1} for many charts"
        )
    if np.isinf(made).any():
        raise ValueError(f"{name}: holds an infinite value")
    return (made[None], True) if made.ndim == inner else (made, False)


def _vector(mean: Any, charts: int, width: int) -> Floats | None:
    if mean is None:
        return None
    made = floats("mean", mean)
    if made.shape not in ((width,), (charts, width)) or not np.isfinite(made).all():
        raise ValueError(f"mean: give {width} numbers")
    return np.broadcast_to(made, (charts, width))


def _matrix(covariance: Any, charts: int, width: int) -> Floats | None:
    if covariance is None:
        return None
    made = floats("covariance", covariance)
    if made.shape not in ((width, width), (charts, width, width)) or not np.isfinite(made).all():
        raise ValueError(f"covariance: give a matrix of {width} by {width} numbers")
    if not np.allclose(made, np.swapaxes(made, -1, -2)):
        raise ValueError("covariance: is not symmetric")
    return np.broadcast_to(made, (charts, width, width))


def _use(held: Frame, part: slice) -> Any:
    if held.used is None:
        return np.ones((held.count, part.stop - part.start), dtype=np.bool_)
    return held.used[:, part]


def _stage(held: Frame, place: int, known: Reference) -> Stage:
    part = held.slices[place]
    row: Any = 0 if held.single else slice(None)
    used = np.where(np.isinf(known.points), 0, known.points).astype(np.int64)
    how = known.how if known.how in ("given", "frozen") else "mean of points"
    return Stage(
        held.names[place],
        part.start,
        part.stop - 1,
        known.mean[row],
        known.covariance[row],
        how,
        known.how,
        used[row],
    )


def _made(
    kind: str,
    rule: str,
    held: Frame,
    points: Floats,
    centre: Floats,
    upper: Floats,
    size: float,
    stages: tuple[Stage, ...],
) -> Multivariate:
    row: Any = 0 if held.single else slice(None)
    nothing = np.broadcast_to(np.nan, points.shape)[row]
    sizes = np.broadcast_to(np.asarray(size, np.float64), points.shape)[row]
    beyond = points > upper * (1 + ROUNDING)
    return Multivariate(
        kind,
        rule,
        points[row],
        centre[row],
        nothing,
        upper[row],
        nothing,
        sizes,
        beyond[row],
        held.stage,
        stages,
        held.excluded,
    )
