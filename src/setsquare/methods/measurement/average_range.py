"""Gauge repeatability and reproducibility by averages and ranges.

Source: AIAG Measurement Systems Analysis (4th edition), chapter III-B. The constants K1, K2, K3 printed there are 1
/ d2 (trials), 1 / d2* (operators, one group) and 1 / d2* (parts, one group), rounded to four decimals; here they
come from the integrals.
"""

import math
from collections.abc import Sequence

from ..constants import d2, d2_star, range_degrees
from ..inputs import Column, Floats, listed, number
from .bounds import Term, interval
from .gauge import GaugeStudy, asked, component, distinct
from .groups import crossed

_BELOW = "the estimate of reproducibility is below zero and was set to zero"


def average_range_study(
    values: Column,
    parts: Column,
    operators: Column | None = None,
    *,
    constants: Sequence[float] | None = None,
    multiplier: float = 6.0,
    tolerance: float | None = None,
    process: float | None = None,
    confidence: float = 0.95,
) -> GaugeStudy:
    """Return the crossed study by averages and ranges.

    EV = K1 R, R being the average range of the cells; AV^2 = (K2 X)^2 - EV^2 / (p r), not below zero, X being the
    range of the operators' averages; PV = K3 Rp, Rp being the range of the parts' averages; GRR^2 = EV^2 + AV^2; TV^2
    = GRR^2 + PV^2. There is no interaction in it: where it matters, use `crossed_study`. `constants` gives K1, K2, K3
    as printed (0.5908, 0.5231, 0.3146 for three trials, three operators, ten parts) in place of exact ones. One
    operator, or none, leaves AV out (K2 is then not used).

    Intervals: each range is taken for a chi variable with the same coefficient of variation, and combined as mean
    squares are; that is an approximation. Two trials or more; otherwise units, errors and constant values as in
    `crossed_study`.

    >>> parts, people = [1, 1, 2, 2, 1, 1, 2, 2], list("AAAABBBB")
    >>> study = average_range_study([1.0, 1.1, 2.0, 2.1, 1.2, 1.1, 2.2, 2.1], parts, people)
    >>> round(study["repeatability"].sd, 4), round(study["part"].sd, 4), study.distinct
    (0.0886, 0.7071, 9)
    """
    ask = asked(multiplier, tolerance, process, confidence)
    cube, _, _ = crossed(values, parts, operators)
    p, o, r = cube.shape
    if r < 2:
        raise ValueError("values: give two trials or more of each part by each operator")
    factors = _constants(constants, p, o, r)
    lines, warnings = _sources(cube, *factors)
    size = {name: of for name, of, _ in lines}
    total = size["total"]
    made = tuple(
        component(name, of, interval(terms, ask.confidence), total, ask) for name, of, terms in lines
    )
    whole, ratio = distinct(math.sqrt(size["part"]), math.sqrt(size["gauge"]))
    method = "crossed, averages and ranges" if o > 1 else "one operator, averages and ranges"
    return GaugeStudy(
        method, made, (), (), False, None, ask.confidence, ask.multiplier, ask.tolerance, ask.process, whole, ratio,
        factors, warnings,
    )  # fmt: skip


Line = tuple[str, float, list[Term]]


def _sources(cube: Floats, k1: float, k2: float, k3: float) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """Return the sources of variation, and what is to be said of them."""
    p, o, r = cube.shape
    repeat = (k1 * float((cube.max(axis=2) - cube.min(axis=2)).mean())) ** 2, range_degrees(r, p * o)
    part = (k3 * _range(cube.mean(axis=(1, 2)))) ** 2, range_degrees(p, 1)
    if o == 1:
        return _alone(repeat, part), ()
    raw = (k2 * _range(cube.mean(axis=(0, 2)))) ** 2, range_degrees(o, 1)
    warnings = () if raw[0] >= repeat[0] / (p * r) else (_BELOW,)
    return _lines(repeat, raw, part, p * r), warnings


def _range(of: Floats) -> float:
    return float(of.max() - of.min())


def _alone(repeat: tuple[float, float], part: tuple[float, float]) -> tuple[Line, ...]:
    """Return the sources where one operator measured: the gauge is its repeatability."""
    own: list[Term] = [(1.0, *repeat)]
    other: list[Term] = [(1.0, *part)]
    total = repeat[0] + part[0]
    return (
        ("gauge", repeat[0], own),
        ("repeatability", repeat[0], own),
        ("part", part[0], other),
        ("total", total, own + other),
    )


def _lines(
    first: tuple[float, float], second: tuple[float, float], third: tuple[float, float], each: int
) -> tuple[Line, ...]:
    """Return each source's name, its variance, and how it is made of the squares of three ranges."""
    reproduce = max(0.0, second[0] - first[0] / each)
    gauge = first[0] + reproduce
    of_gauge: list[Term] = [(1 - 1 / each, *first), (1.0, *second)]
    return (
        ("gauge", gauge, of_gauge),
        ("repeatability", first[0], [(1.0, *first)]),
        ("reproducibility", reproduce, [(1.0, *second), (-1 / each, *first)]),
        ("part", third[0], [(1.0, *third)]),
        ("total", gauge + third[0], [*of_gauge, (1.0, *third)]),
    )


def _constants(given: Sequence[float] | None, p: int, o: int, r: int) -> tuple[float, float, float]:
    if given is None:
        return 1 / d2(r), 1 / d2_star(o, 1) if o > 1 else math.nan, 1 / d2_star(p, 1)
    three = listed("constants", given)
    if len(three) != 3:
        raise ValueError("constants: give K1, K2 and K3")
    k1, k2, k3 = (number("constants", value, above=0) for value in three)
    return k1, k2, k3
