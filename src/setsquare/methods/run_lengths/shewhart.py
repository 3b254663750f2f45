"""Run lengths of Shewhart charts: means and single values, with run rules or ranges, and counts exactly."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..inputs import Floats, number, whole
from .chain import Chain, lasting
from .moving_range import moving_range_chain
from .result import PROBABILITIES, RunLengths, described, limits_of, started, values_of
from .rules import Rules, ZoneRule, rules_chain, zones

MOST_COUNTED, MOST_PIECES = 10_000_000, 100
Limits = tuple[float | None, float | None]


def xbar(
    shift: Any,
    *,
    n: int = 1,
    width: float = 3.0,
    ratio: float = 1.0,
    rules: Rules = (),
    start: str = "zero",
    probabilities: Sequence[float] = PROBABILITIES,
) -> RunLengths:
    """Run lengths of a chart of means of `n` with limits at `width` sigma, and further signals by zone `rules`.

    ``shift``: of the mean in sigmas of a single value, one or many; ``ratio``: sigma of values to that in control.
    Without rules 1 / P(signal), geometric. With rules (``western_electric``, ``nelson``, ``ZoneRule``) the ARL is that
    of the Markov chain over what the rules remember. ``start`` "steady": the shift comes after long without a signal.
    Source: Champ and Woodall (1987), Technometrics 29; Montgomery, Statistical Quality Control, section 6.2.

    Assumes independent normal values, mean and sigma known. Raises ValueError at ``shift``, ``n``, ``width`` and
    ``ratio`` not above 0, ``rules``, ``start``, ``probabilities``.

    >>> xbar([0, 1]).arl.round(2).tolist()
    [370.4, 43.89]
    >>> from setsquare.methods.run_lengths import western_electric
    >>> xbar([0, 1], rules=western_electric(2, 3, 4)).arl.round(2).tolist()
    [91.75, 9.22]
    """
    n, width, ratio = whole("n", n, least=1), number("width", width, above=0), number("ratio", ratio, above=0)
    every = _with_limits(width, rules)
    edges, holds = zones(every)

    def chances(delta: float, spread: float) -> Floats:
        from scipy.special import ndtr  # noqa: PLC0415 - loads when first used

        ends = (np.concatenate(([-np.inf], edges, [np.inf])) - delta) / spread
        # From the nearer end, so that far tails keep their digits.
        right, left = ndtr(-ends[:-1]) - ndtr(-ends[1:]), ndtr(ends[1:]) - ndtr(ends[:-1])
        return np.asarray(np.where(ends[1:] > 0, right, left))

    def chain(delta: float) -> Chain:
        return rules_chain(every, holds, chances(delta * np.sqrt(n), ratio))

    design = {"n": n, "width": width, "ratio": ratio, "rules": [rule.name for rule in rules]}
    of = "shift of the mean in sigmas of a value"
    given = values_of("shift", shift)
    before = rules_chain(every, holds, chances(0.0, 1.0))
    return _described("xbar", design, of, given, chain, before, start, probabilities)


def individuals(
    shift: Any,
    *,
    width: float = 3.0,
    moving_range: float | None = None,
    ratio: float = 1.0,
    rules: Rules = (),
    start: str = "zero",
    probabilities: Sequence[float] = PROBABILITIES,
) -> RunLengths:
    """Run lengths of a chart of single values, together with that of moving ranges of two where its limit is given.

    ``moving_range``: upper limit of the ranges in sigmas, 3.686 for three sigma (d2 + 3 d3). Both charts together need
    an integral equation over the last value, solved by collocation piece by piece, as it has kinks; rules cannot be
    added then. The other arguments, assumptions and errors are those of ``xbar`` with n = 1.
    Source: Crowder (1987), JQT 19 (2), 98-102.

    >>> individuals([0, 1], moving_range=3.686).arl.round(1).tolist()
    [105.4, 37.5]
    """
    if moving_range is None:
        made = xbar(shift, width=width, ratio=ratio, rules=rules, start=start, probabilities=probabilities)
        return dataclasses.replace(made, chart="individuals")
    if not isinstance(rules, tuple) or rules:
        raise ValueError("rules: cannot be computed together with moving ranges; give one of both")
    width, ratio = number("width", width, above=0), number("ratio", ratio, above=0)
    limit = number("moving_range", moving_range, above=0)
    if width / limit > MOST_PIECES:
        raise ValueError(f"moving_range: give more than a {MOST_PIECES}th of width")

    def chain(delta: float) -> Chain:
        return moving_range_chain(delta, ratio, width, limit)

    design = {"width": width, "moving_range": limit, "ratio": ratio}
    of = "shift of the mean in sigmas of a value"
    given = values_of("shift", shift)
    before = moving_range_chain(0.0, 1.0, width, limit)
    return _described("individuals and moving range", design, of, given, chain, before, start, probabilities)


def p(
    p: Any,
    *,
    centre: float,
    n: int,
    width: float = 3.0,
    limits: Limits | None = None,
    rules: Rules = (),
    start: str = "zero",
    probabilities: Sequence[float] = PROBABILITIES,
) -> RunLengths:
    """Run lengths of a p chart (and an np chart, which signals at the same counts), exactly from the binomial.

    ``p``: the true fraction nonconforming, one or many; ``centre``: the fraction that the limits were made for; limits
    at centre +- ``width`` sqrt(centre (1 - centre) / n), or ``limits`` as (lower, upper) fractions, None for none. A
    point on a limit is no signal, nor is a count of 0 where the lower limit is 0 or less. Assumes binomial counts.
    Source: Montgomery, Statistical Quality Control, section 7.2.

    Raises ValueError at ``p`` and ``centre`` outside [0, 1] and (0, 1), ``n``, ``width``, ``limits``, ``rules``,
    ``start``, ``probabilities``.

    >>> p([0.2, 0.3], centre=0.2, n=50, limits=(0.0303, 0.3697)).arl.round(1).tolist()
    [369.8, 7.1]
    """
    from scipy.special import bdtr  # noqa: PLC0415 - loads when first used

    n, middle = whole("n", n, least=1, most=MOST_COUNTED), number("centre", centre, above=0, most=1)
    if middle == 1:
        raise ValueError("centre: give less than 1")
    given = values_of("p", p)
    if (given < 0).any() or (given > 1).any():
        raise ValueError("p: give fractions from 0 to 1")
    counts = np.arange(n + 1.0)

    def chances(true: float) -> Floats:
        return np.asarray(np.diff(bdtr(counts, n, true), prepend=0.0))

    sigma = np.sqrt(middle * (1 - middle) / n)
    every, holds = _of_counts(counts / n, middle, sigma, width, limits, rules)
    design = {
        "centre": middle,
        "n": n,
        "width": width,
        "limits": limits,
        "rules": [one.name for one in rules],
    }
    return _of_chances(
        "p", design, "fraction nonconforming", given, middle, every, holds, chances, start, probabilities
    )


np_ = p


def u(
    rate: Any,
    *,
    centre: float,
    size: float = 1.0,
    width: float = 3.0,
    limits: Limits | None = None,
    rules: Rules = (),
    start: str = "zero",
    probabilities: Sequence[float] = PROBABILITIES,
) -> RunLengths:
    """Run lengths of a u chart with areas of `size`, exactly from the Poisson distribution.

    ``rate``: the true number of nonconformities per unit, one or many; ``centre``: the rate that the limits were made
    for; limits at centre +- ``width`` sqrt(centre / size), or ``limits`` as (lower, upper) rates. Points on a limit,
    other arguments and errors as in ``p``. Assumes Poisson counts.

    >>> u([2.0, 4.0], centre=2.0, size=4).arl.round(1).tolist()
    [269.0, 2.3]
    """
    middle, size = number("centre", centre, above=0), number("size", size, above=0)
    return _of_rates("u", rate, middle, size, width, limits, rules, start, probabilities)


def c(
    mean: Any,
    *,
    centre: float,
    width: float = 3.0,
    limits: Limits | None = None,
    rules: Rules = (),
    start: str = "zero",
    probabilities: Sequence[float] = PROBABILITIES,
) -> RunLengths:
    """Run lengths of a c chart, exactly from the Poisson distribution: ``u`` of areas of 1.

    >>> c([16.0, 24.0], centre=16.0).arl.round(1).tolist()
    [438.3, 5.6]
    """
    middle = number("centre", centre, above=0)
    return _of_rates("c", mean, middle, 1.0, width, limits, rules, start, probabilities)


def _of_rates(
    chart: str,
    rate: Any,
    centre: float,
    size: float,
    width: float,
    limits: Limits | None,
    rules: Rules,
    start: str,
    probabilities: Sequence[float],
) -> RunLengths:
    from scipy.special import pdtr  # noqa: PLC0415 - loads when first used

    name = "mean" if chart == "c" else "rate"
    given = values_of(name, rate)
    if (given < 0).any():
        raise ValueError(f"{name}: give 0 or more")
    most = size * max(float(given.max()), centre)
    if most > MOST_COUNTED:
        raise ValueError(
            f"{name}: expects more than {MOST_COUNTED:,} events at a point; give less, or a smaller size"
        )
    counts = np.arange(np.ceil(most + 12 * np.sqrt(most) + 60))

    def chances(true: float) -> Floats:
        made: Floats = np.diff(pdtr(counts, size * true), prepend=0.0)
        made[-1] += 1 - made.sum()
        return made

    every, holds = _of_counts(counts / size, centre, np.sqrt(centre / size), width, limits, rules)
    design = {
        "centre": centre,
        "size": size,
        "width": width,
        "limits": limits,
        "rules": [one.name for one in rules],
    }
    of = "nonconformities per unit"
    return _of_chances(chart, design, of, given, centre, every, holds, chances, start, probabilities)


def _of_counts(
    points: Floats, centre: float, sigma: float, width: float, limits: Limits | None, rules: Rules
) -> tuple[Rules, Any]:
    """Which rules each count satisfies, given limits first."""
    width = number("width", width, above=0)
    z = (points - centre) / sigma
    # Counts that are on a bound but for rounding are on it.
    z = np.where(np.abs(z - np.rint(z)) < 1e-12 * (1 + np.abs(z)), np.rint(z), z)
    every = _with_limits(width, rules)
    holds = np.column_stack([rule.holds(z) for rule in every])
    if limits is not None:
        low, high = limits_of(limits)
        beyond = np.zeros(len(points), dtype=np.bool_)
        if low is not None:
            beyond |= points < low
        if high is not None:
            beyond |= points > high
        holds[:, 0] = beyond
    return every, holds


def _of_chances(
    chart: str,
    design: dict[str, Any],
    of: str,
    given: Floats,
    centre: float,
    every: Rules,
    holds: Any,
    chances: Callable[[float], Floats],
    start: str,
    probabilities: Sequence[float],
) -> RunLengths:
    def chain(true: float) -> Chain:
        return rules_chain(every, holds, chances(true))

    return _described(chart, design, of, given, chain, chain(centre), start, probabilities)


def _with_limits(width: float, rules: Rules) -> Rules:
    if not isinstance(rules, tuple | list) or not all(isinstance(rule, ZoneRule) for rule in rules):
        raise ValueError("rules: give zone rules, such as western_electric(2, 3, 4)")
    return (ZoneRule(f"1 of 1 beyond {width:g} sigma", 1, 1, width), *rules)


def _described(
    chart: str,
    design: dict[str, Any],
    of: str,
    given: Floats,
    chain: Callable[[float], Chain],
    before: Chain,
    start: str,
    probabilities: Sequence[float],
) -> RunLengths:
    begin = started(start)
    state = lasting(before.moves) if begin == "steady" else before.start

    def runs(value: float) -> Chain:
        return Chain(chain(value).moves, state)

    return described(chart, design, of, given, runs, start=begin, probabilities=probabilities)
