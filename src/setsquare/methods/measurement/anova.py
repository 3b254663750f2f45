"""Gauge repeatability and reproducibility from the analysis of variance, crossed and nested.

Sources: AIAG Measurement Systems Analysis (4th edition), chapter III-B; D. C. Montgomery, Introduction to Statistical
Quality Control, section 8.7; NIST/SEMATECH e-Handbook 2.4.4 (gauge studies) and 3.2.3 (nested and crossed tables);
R. K. Burdick, C. M. Borror and D. C. Montgomery, Design and Analysis of Gauge R&R Studies (2005), for unequal trials.
Intervals as in `bounds`. Operators and parts are random effects; the errors are independent and normal.
"""

import math
from typing import Literal

from ..inputs import Column, number, one_of, whole
from .bounds import Term, interval
from .gauge import AnovaRow, Asked, GaugeStudy, asked, component, distinct
from .groups import Cells, cells, nested

Denominator = Literal["interaction", "repeatability"]


Square = tuple[float, float]
"""A mean square (or a sum of squares) and its degrees of freedom."""


def crossed_study(
    values: Column,
    parts: Column,
    operators: Column | None = None,
    *,
    pooling: float | None = 0.05,
    denominator: Denominator = "interaction",
    multiplier: float = 6.0,
    tolerance: float | None = None,
    process: float | None = None,
    confidence: float = 0.95,
) -> GaugeStudy:
    """Return the study in which every operator measures every part, by analysis of variance.

    Variances: repeatability = MSe; interaction = (MSpo - MSe) / r; operator = (MSo - MSpo) / (p r); part = (MSp -
    MSpo) / (o r), each zero where negative (p parts, o operators, r trials). Where the interaction's p is above
    `pooling`, its sum of squares joins the error's and MSe stands for MSpo; None never pools. With one trial there is
    no separate error, and the two are always one. `pooling` is 0.05 as in Minitab and SixSigma; 0.25 is in use too.

    `denominator`: part and operator are tested against the interaction's mean square (their definition as random
    effects), or against the repeatability's, as AIAG prints them. Once pooled there is one denominator. It does not
    touch variances.

    One operator, or none (a gauge that nobody's hand is in, type 3): MSe and part = (MSp - MSe) / r only. Missing
    values are left out. Cells with unequally many trials are analysed by their unweighted means, r being the harmonic
    mean of the trials; shares and intervals are then approximate, and `warnings` says so.

    Units: variance in squared units of `values`, `tolerance` is the width of the tolerance and `process` the known
    standard deviation of the process, in their units. Values that are all equal give variances of zero and shares of
    NaN. Raises ValueError for infinite values, fewer than two parts, a part that an operator never measured, or one
    operator without a second trial.

    >>> study = crossed_study([1.0, 1.1, 2.0, 2.1, 1.2, 1.1, 2.2, 2.1], [1, 1, 2, 2, 1, 1, 2, 2], list("AAAABBBB"))
    >>> study.pooled, round(study["gauge"].study, 1), study.distinct
    (True, 12.6, 11)
    """
    ask = asked(multiplier, tolerance, process, confidence)
    limit = None if pooling is None else number("pooling", pooling, least=0, most=1)
    one_of("denominator", denominator, ("interaction", "repeatability"))
    made = cells(values, parts, operators)
    notes = () if made.balanced else (_UNBALANCED,)
    if made.means.shape[1] == 1:
        return _one_operator(made, ask, notes)
    return _crossed(made, ask, limit, denominator, notes)


def _crossed(
    made: Cells, ask: Asked, limit: float | None, denominator: Denominator, notes: tuple[str, ...]
) -> GaugeStudy:
    part, operator, both, error, total = _crossed_sums(made)
    full, reduced = _crossed_tables(part, operator, both, error, total, denominator)
    pooled = error[1] == 0 or (limit is not None and not _kept(both, error, limit))
    rest = (both[0] + error[0], both[1] + error[1]) if pooled else error
    inner, within = _mean_square(rest if pooled else both), _mean_square(rest)
    shape = (*made.means.shape, made.trials)
    sources = crossed_terms(_mean_square(part), _mean_square(operator), inner, within, shape, pooled=pooled)
    return _study(_CROSSED, sources, ask, full, reduced if pooled else (), pooled, limit, notes)


_CROSSED = "crossed, analysis of variance"
_UNBALANCED = "cells have unequally many trials: analysed by their unweighted means, which is approximate"


def _one_operator(made: Cells, ask: Asked, notes: tuple[str, ...]) -> GaugeStudy:
    if not made.degrees:
        raise ValueError("values: give two trials or more of each part where there is one operator")
    r, column = made.trials, made.means[:, 0]
    part = float(r * ((column - column.mean()) ** 2).sum()), len(column) - 1.0
    error = made.within, made.degrees
    rows = (
        _row("part", part, error),
        _row("repeatability", error),
        _row("total", (made.total, part[1] + error[1])),
    )
    sources: dict[str, list[Term]] = {
        "repeatability": [(1.0, *_mean_square(error))],
        "part": [(1 / r, *_mean_square(part)), (-1 / r, *_mean_square(error))],
    }
    return _study("one operator, analysis of variance", sources, ask, rows, (), False, None, notes)


def _mean_square(of: Square) -> Square:
    return of[0] / of[1], of[1]


def nested_study(
    values: Column,
    parts: Column,
    operators: Column,
    *,
    multiplier: float = 6.0,
    tolerance: float | None = None,
    process: float | None = None,
    confidence: float = 0.95,
) -> GaugeStudy:
    """Return the study in which each operator measures parts of their own (destructive tests), by analysis of variance.

    Variances: repeatability = MSe, part within operator = (MSp - MSe) / r, operator = (MSo - MSp) / (p r), each
    zero where negative (p parts of each operator, r trials). The operator is tested against the parts, these
    against the error. A part's name counts within its operator. Units, errors and constant values as in
    `crossed_study`; two trials or more.

    >>> study = nested_study([1.0, 1.1, 2.0, 2.1, 1.5, 1.4, 2.2, 2.1], [1, 1, 2, 2, 3, 3, 4, 4], list("AAAABBBB"))
    >>> [round(row.f, 2) for row in study.anova[:2]]
    [0.17, 149.0]
    """
    ask = asked(multiplier, tolerance, process, confidence)
    cube, _ = nested(values, parts, operators)
    o, p, r = cube.shape
    if r < 2:
        raise ValueError("values: give two trials or more of each part")
    cells, lines, middle = cube.mean(axis=2), cube.mean(axis=(1, 2)), cube.mean()
    operator = float(p * r * ((lines - middle) ** 2).sum()), float(o - 1)
    part = float(r * ((cells - lines[:, None]) ** 2).sum()), float(o * (p - 1))
    error = float(((cube - cells[:, :, None]) ** 2).sum()), float(o * p * (r - 1))
    total = float(((cube - middle) ** 2).sum()), float(cube.size - 1)
    rows = (
        _row("operator", operator, part),
        _row("part", part, error),
        _row("repeatability", error),
        _row("total", total),
    )
    mo, mp, me = (s / d for s, d in (operator, part, error))
    sources: dict[str, list[Term]] = {
        "repeatability": [(1.0, me, error[1])],
        "reproducibility": [(1 / (p * r), mo, operator[1]), (-1 / (p * r), mp, part[1])],
        "part": [(1 / r, mp, part[1]), (-1 / r, me, error[1])],
    }
    return _study("nested, analysis of variance", sources, ask, rows, (), False, None)


def from_mean_squares(
    part: float,
    operator: float,
    repeatability: float,
    interaction: float | None = None,
    *,
    parts: int,
    operators: int,
    trials: int,
    multiplier: float = 6.0,
    tolerance: float | None = None,
    process: float | None = None,
    confidence: float = 0.95,
) -> GaugeStudy:
    """Return a crossed study from the mean squares that somebody printed; without `interaction` it was pooled.

    Formulas as in `crossed_study`; the tables of variance are empty.

    >>> study = from_mean_squares(9.81799, 1.58363, 0.03997, parts=10, operators=3, trials=3, tolerance=8)
    >>> round(study["gauge"].variance, 5), round(study["gauge"].tolerance, 2), study.distinct
    (0.09143, 22.68, 4)
    """
    p, o, r = (
        whole(name, size, least=least)
        for name, size, least in (("parts", parts, 2), ("operators", operators, 2), ("trials", trials, 1))
    )
    ask = asked(multiplier, tolerance, process, confidence)
    pooled = interaction is None
    within = number("repeatability", repeatability, least=0), float(p * o * (r - 1))
    if interaction is None:
        inner = within = within[0], float(p * o * r - p - o + 1)
    else:
        inner = number("interaction", interaction, least=0), float((p - 1) * (o - 1))
        if r < 2:
            raise ValueError("trials: give 2 or more, or no interaction")
    sources = crossed_terms(
        (number("part", part, least=0), p - 1.0),
        (number("operator", operator, least=0), o - 1.0),
        inner,
        within,
        (p, o, r),
        pooled=pooled,
    )
    return _study("crossed, from mean squares", sources, ask, (), (), pooled, None)


def crossed_terms(
    part: Square,
    operator: Square,
    inner: Square,
    within: Square,
    shape: tuple[int, int, float],
    *,
    pooled: bool,
) -> dict[str, list[Term]]:
    """Return each source's variance as a combination of mean squares."""
    p, o, r = shape
    sources: dict[str, list[Term]] = {
        "repeatability": [(1.0, *within)],
        "operator": [(1 / (p * r), *operator), (-1 / (p * r), *inner)],
        "part": [(1 / (o * r), *part), (-1 / (o * r), *inner)],
    }
    if not pooled:
        sources["interaction"] = [(1 / r, *inner), (-1 / r, *within)]
    return sources


def _crossed_sums(made: Cells) -> tuple[Square, Square, Square, Square, Square]:
    (p, o), r = made.means.shape, made.trials
    middle = made.means.mean()
    rows, columns = made.means.mean(axis=1), made.means.mean(axis=0)
    both = made.means - rows[:, None] - columns[None, :] + middle
    return (
        (float(o * r * ((rows - middle) ** 2).sum()), p - 1.0),
        (float(p * r * ((columns - middle) ** 2).sum()), o - 1.0),
        (float(r * (both**2).sum()), (p - 1.0) * (o - 1.0)),
        (made.within, made.degrees),
        (made.total, float(made.counts.sum() - 1)),
    )


def _crossed_tables(
    part: Square, operator: Square, both: Square, error: Square, total: Square, denominator: Denominator
) -> tuple[tuple[AnovaRow, ...], tuple[AnovaRow, ...]]:
    against = error if denominator == "repeatability" else both
    rest = both[0] + error[0], both[1] + error[1]
    full = (
        _row("part", part, against),
        _row("operator", operator, against),
        _row("interaction", both, error),
        _row("repeatability", error),
        _row("total", total),
    )
    reduced = (
        _row("part", part, rest),
        _row("operator", operator, rest),
        _row("repeatability", rest),
        _row("total", total),
    )
    return full, reduced


def _row(source: str, of: Square, against: Square | None = None) -> AnovaRow:
    square = of[0] / of[1] if of[1] and source != "total" else math.nan
    f = p = math.nan
    if against is not None and against[1]:
        f, p = _f_test(of, against)
    return AnovaRow(source, int(of[1]), of[0], square, f, p)


def _f_test(of: Square, against: Square) -> tuple[float, float]:
    from scipy.special import fdtrc  # noqa: PLC0415 - loads when first used

    below = against[0] / against[1]
    above = of[0] / of[1]
    if below == 0:
        return (math.inf, 0.0) if above else (math.nan, math.nan)
    return above / below, float(fdtrc(of[1], against[1], above / below))


def _kept(both: Square, error: Square, limit: float) -> bool:
    """Whether the interaction is a source of its own; without any variation at all it is none."""
    _, p = _f_test(both, error)
    return p <= limit


def _variance(terms: list[Term]) -> float:
    return max(0.0, math.fsum(factor * square for factor, square, _ in terms))


def _merged(groups: list[list[Term]]) -> list[Term]:
    """Add combinations: factors of the same mean square are summed."""
    factors: dict[tuple[float, float], float] = {}
    for terms in groups:
        for factor, square, degrees in terms:
            factors[square, degrees] = factors.get((square, degrees), 0.0) + factor
    return [(0.0 if abs(factor) < 1e-15 else factor, *key) for key, factor in factors.items()]


_ORDER = ("gauge", "repeatability", "reproducibility", "operator", "interaction", "part", "total")


def _study(
    method: str,
    sources: dict[str, list[Term]],
    ask: Asked,
    full: tuple[AnovaRow, ...],
    reduced: tuple[AnovaRow, ...],
    pooled: bool,
    limit: float | None,
    notes: tuple[str, ...] = (),
) -> GaugeStudy:
    variance = {name: _variance(terms) for name, terms in sources.items()}
    warnings = notes + tuple(
        f"the estimate of {name} is below zero and was set to zero"
        for name, terms in sources.items()
        if sum(factor * square for factor, square, _ in terms) < 0
    )
    terms = dict(sources)
    if "reproducibility" not in sources:
        made = [name for name in ("operator", "interaction") if name in sources]
        if made:
            terms["reproducibility"] = _merged([sources[name] for name in made])
            variance["reproducibility"] = sum(variance[name] for name in made)
    gauge = [name for name in ("repeatability", "reproducibility") if name in terms]
    variance["gauge"] = sum(variance[name] for name in gauge)
    variance["total"] = variance["gauge"] + variance["part"]
    terms["gauge"] = _merged([terms[name] for name in gauge])
    terms["total"] = _merged([terms["gauge"], terms["part"]])
    found = [name for name in _ORDER if name in terms]
    lines = tuple(
        component(
            name,
            variance[name],
            interval(terms[name], ask.confidence),
            variance["total"],
            ask,
        )
        for name in found
    )
    whole, raw = distinct(math.sqrt(variance["part"]), math.sqrt(variance["gauge"]))
    return GaugeStudy(
        method, lines, full, reduced, pooled, limit, ask.confidence, ask.multiplier, ask.tolerance,
        ask.process, whole, raw,
        warnings=warnings,
    )  # fmt: skip
