"""Did the share or the rate fall? Power of two proportions and of two rates, exactly and by normal approximation."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from ..inputs import Floats, number, one_of
from ..sampling.counts import at_most, without_replacement
from .result import Asked, Power, answer, asked

Method = Literal["exact", "normal"]
METHODS: tuple[Method, ...] = ("exact", "normal")
MOST_COUNTS = 5e4
"""How far counts may lie from their means that an exact power goes through: a tenth of a second each time."""


def two_proportions(
    before: float,
    after: float,
    *,
    n: int | None = None,
    power: float | None = None,
    n_before: int | None = None,
    ratio: float = 1.0,
    alpha: float = 0.05,
    alternative: str = "less",
    method: str = "exact",
) -> Power:
    """Power of telling a proportion after an action from the one before, or the least n for a power.

    ``before``, ``after``: the true proportions; ``n``: items after the action, or ``power`` (0.8 where neither is
    given); items before: ``n_before`` where they are there already, otherwise ``ratio`` n. ``alternative``: after is
    ``less``, ``greater``, or ``two-sided`` (either at alpha / 2).

    ``method`` "exact": power of Fisher's test, summed over all outcomes; n is the least from which on the power holds
    (power is ragged in n: none of the next twenty lacks it). "normal": Phi((|d| - z s0) / s1) of the pooled z test,
    s0 with the mean proportion, s1 with each its own. Source: Fleiss, Statistical Methods for Rates and Proportions,
    chapter 3; NIST e-Handbook 7.2.4.2. Assumes independent items and constant proportions.

    Raises ValueError at ``before`` and ``after`` outside [0, 1] or equal, at ``n`` and ``power`` together, at
    ``alternative`` where the effect goes the other way, at ``method`` where exact would take too long, and where the
    power cannot be reached.

    >>> two_proportions(0.10, 0.05, power=0.8).after
    371
    >>> round(two_proportions(0.10, 0.05, n=343, method="normal").power, 3)
    0.801
    """
    first, second = (number(key, one, least=0, most=1) for key, one in (("before", before), ("after", after)))
    if first == second:
        raise ValueError("after: is the same as before; give the effect that should be found")
    ask = asked("n", n, power, n_before, ratio, alpha, alternative)
    chosen = _fisher_power if one_of("method", method, METHODS) == "exact" else _pooled_power

    def reached(one: int, known: int) -> float:
        return chosen(first, second, known, one, ask)

    made = "Fisher's exact test" if method == "exact" else "z test with pooled variance"
    effect = f"a change from {100 * first:g} % to {100 * second:g} %"
    assumed = ("items are independent", "the proportion is constant before, and constant after")
    return answer(
        ask, reached, "two proportions", made, "items", effect, assumed, rises=second > first,
        ragged=method == "exact",
    )  # fmt: skip


def two_rates(
    before: float,
    after: float,
    *,
    exposure: int | None = None,
    power: float | None = None,
    exposure_before: int | None = None,
    ratio: float = 1.0,
    alpha: float = 0.05,
    alternative: str = "less",
    method: str = "exact",
    dispersion: float = 1.0,
    unit: str = "months",
) -> Power:
    """Power of telling a rate of events after an action from the one before, or the least exposure for a power.

    ``before``, ``after``: the true rates for one ``unit`` of exposure (months, thousands of items ...); ``exposure``:
    whole units after the action, or ``power``; ``exposure_before`` where it is there already, otherwise ``ratio`` times
    that after. ``alternative`` as in ``two_proportions``.

    ``method`` "exact": the conditional test, that is the binomial test of the events after among all, its power summed
    over all outcomes. "normal": of the logarithm of the rate ratio, variance ``dispersion`` (1 / events before +
    1 / events after), where ``dispersion`` above 1 is that of a quasi-Poisson model.
    Source: Przyborowski and Wilenski (1940), Biometrika 31; Gu et al. (2008), Biometrical Journal 50. Assumes Poisson
    counts (or their dispersion) and constant rates.

    Raises ValueError at ``before`` not above 0, ``after`` below 0 or equal, at ``dispersion`` other than 1 with the
    exact method, at ``exposure`` and ``power`` together, and where the power cannot be reached.

    >>> found = two_rates(4.0, 2.0, power=0.8, exposure_before=24)
    >>> found.after, round(found.power, 2)
    (7, 0.82)
    """
    first, second, spread, exact = _rates(before, after, dispersion, method)
    ask = asked("exposure", exposure, power, exposure_before, ratio, alpha, alternative)

    def reached(one: int, known: int) -> float:
        if exact:
            return _conditional_power(first * known, second * one, one / (one + known), ask)
        error = np.sqrt(spread * (1 / (first * known) + 1 / (second * one)))
        return normal_power(float(np.log(second / first)), error, ask)

    made, unit = "conditional exact test" if exact else "z test of the log rate ratio", str(unit)
    assumed = (
        "events are independent of one another" if spread == 1 else f"the dispersion of counts is {spread:g}",
        "the rate is constant before, and constant after",
    )
    effect = f"a change from {first:g} to {second:g} events in one of the {unit}"
    return answer(ask, reached, "two rates", made, unit, effect, assumed, rises=second > first, ragged=exact)


def _rates(before: Any, after: Any, dispersion: Any, method: str) -> tuple[float, float, float, bool]:
    first, second = number("before", before, above=0), number("after", after, least=0)
    spread, exact = number("dispersion", dispersion, above=0), one_of("method", method, METHODS) == "exact"
    if first == second:
        raise ValueError("after: is the same as before; give the effect that should be found")
    if exact and spread != 1:
        raise ValueError("dispersion: the exact method is for Poisson counts, of 1; give method='normal'")
    if not exact and second == 0:
        raise ValueError("after: give more than 0, or method='exact'")
    return first, second, spread, exact


def normal_power(distance: float, error: float, ask: Asked) -> float:
    """Power of a z test of an estimate that lies `distance` above what is to be disproved."""
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 - loads when first used

    z = distance / error
    return float(sum(ndtr((-z if side == "less" else z) + ndtri(alpha)) for side, alpha in ask.sides))


def _pooled_power(first: float, second: float, known: int, one: int, ask: Asked) -> float:
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 - loads when first used

    mean = (first * known + second * one) / (known + one)
    null = np.sqrt(mean * (1 - mean) * (1 / known + 1 / one))
    true = np.sqrt(first * (1 - first) / known + second * (1 - second) / one)
    distance = second - first
    if true == 0:
        return float(any((distance < 0) == (side == "less") for side, _ in ask.sides))
    return float(
        sum(
            ndtr(((-distance if side == "less" else distance) + ndtri(a) * null) / true)
            for side, a in ask.sides
        )
    )


def _fisher_power(first: float, second: float, known: int, one: int, ask: Asked) -> float:
    # Given all, many after are few before.
    return sum(
        _fisher_less(first, second, known, one, alpha)
        if side == "less"
        else _fisher_less(second, first, one, known, alpha)
        for side, alpha in ask.sides
    )


def _fisher_less(first: float, second: float, known: int, one: int, alpha: float) -> float:
    """P(the hypergeometric chance of so few after, given all, is at most alpha), over the counts before that matter."""
    _countable(_reach(known, first) + _reach(one, second), f"{known:,} before and {one:,} after")
    low, before = _likely(known, first)
    most = _rejected_after(low, len(before), known, one, alpha * (1 + 1e-9))
    some = most >= 0
    return float(before[some] @ at_most("binomial", most[some], one, second))


def _rejected_after(low: int, many: int, known: int, one: int, alpha: float) -> Floats:
    """For each count before, `low` and the next ones, the largest count after that the test rejects; -1 for none.

    It never falls while the count before grows, so one walk finds all, each chance from the one before it: with one
    item more among all, a count of at most x is lost where x stood and the item came after the action.
    """
    both = known + one

    def fewer(x: int) -> float:
        return float(at_most("hypergeometric", x, low + x, one, both))

    x = _bisected(lambda count: fewer(count) <= alpha, one)
    # The chances of x, of at most x, and of none after, given all.
    at, up_to = (float(without_replacement(low + x, one, both, x)), fewer(x)) if x >= 0 else (0.0, 0.0)
    none, found = float(without_replacement(low, one, both, 0)), np.empty(many)
    for b in range(low, low + many):
        while x < one:
            rest = both - b - x
            further = at * (one - x) / (x + 1) * (b + x + 1) / rest if x >= 0 else none
            total = up_to - at * (one - x) / rest + further
            if total > alpha:
                break
            x, at, up_to = x + 1, further, total
        found[b - low] = x
        if b < known:
            rest = both - b - x
            up_to -= at * (one - x) / rest
            at *= (known - b) / (b + 1) * ((b + x + 1) / rest)
            none *= (known - b) / (both - b)
    return found


def _reach(n: int, p: float) -> float:
    """Return how far from its mean a binomial count matters."""
    return float(9 * np.sqrt(n * p * (1 - p)) + 25)


def _likely(n: int, p: float) -> tuple[int, Floats]:
    """Return the first count that matters, and probabilities from there on to the last that does."""
    reach = _reach(n, p)
    low, high = max(0, int(n * p - reach)), min(n, int(n * p + reach))
    return low, _binomial(n, p, np.arange(low, high + 1, dtype=np.float64))


def _binomial(n: int, p: float, k: Any) -> Floats:
    from scipy.special import gammaln, xlog1py, xlogy  # noqa: PLC0415 - loads when first used

    logs = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + xlogy(k, p) + xlog1py(n - k, -p)
    return np.asarray(np.exp(logs))


def _conditional_power(first: float, second: float, share: float, ask: Asked) -> float:
    """Sum over totals of the chance that the count after, binomial given the total, lies among the rejected ones.

    `first` and `second` are events expected before and after, `share` the part of all exposure that lies after.
    """
    from scipy.special import gammaln, xlogy  # noqa: PLC0415 - loads when first used

    mean = first + second
    reach = 9 * np.sqrt(mean) + 25
    _countable(reach, f"some {mean:,.0f} events")
    totals = np.arange(max(0, int(mean - reach)), int(mean + reach) + 1, dtype=np.float64)
    chance = np.exp(xlogy(totals, mean) - mean - gammaln(totals + 1))
    made = 0.0
    for side, alpha in ask.sides:
        null, true = (share, second / mean) if side == "less" else (1 - share, first / mean)
        most = _rejected_of(int(totals[0]), len(totals), null, alpha * (1 + 1e-9))
        some = most >= 0
        made += float(chance[some] @ at_most("binomial", most[some], totals[some], true))
    return made


def _rejected_of(low: int, many: int, share: float, alpha: float) -> Floats:
    """For each total, `low` and the next ones, the largest binomial count that the test rejects; a walk as above."""
    x = _bisected(lambda count: float(at_most("binomial", count, low, share)) <= alpha, low)
    at, up_to, none = 0.0, 0.0, (1 - share) ** low
    if x >= 0:
        at, up_to = float(_binomial(low, share, x)), float(at_most("binomial", x, low, share))
    odds, found = share / (1 - share), np.empty(many)
    for total in range(low, low + many):
        while x < total:
            further = at * (total - x) / (x + 1) * odds if x >= 0 else none
            if up_to + further > alpha:
                break
            x, at, up_to = x + 1, further, up_to + further
        found[total - low] = x
        up_to -= share * at
        at *= (1 - share) * ((total + 1) / (total + 1 - x))
        none *= 1 - share
    return found


def _bisected(rejected: Callable[[int], bool], most: int) -> int:
    """Return the largest count that is rejected, as all smaller ones are; -1 where none is."""
    low, high = -1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if rejected(middle) else (low, middle)
    return low


def _countable(reach: float, what: str) -> None:
    if reach > MOST_COUNTS:
        raise ValueError(f"method: exact goes through too many outcomes of {what}; give method='normal'")
