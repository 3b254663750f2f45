"""Did the mean or the spread change? Power of the t tests and of the F test."""

from typing import Any

import numpy as np

from ..inputs import number
from .result import Asked, Power, answer, asked

NORMAL = "values are normal, or n is large"
INDEPENDENT = "values are independent of one another"


def two_means(
    change: float,
    sd: float,
    *,
    sd_before: float | None = None,
    n: int | None = None,
    power: float | None = None,
    n_before: int | None = None,
    ratio: float = 1.0,
    alpha: float = 0.05,
    alternative: str = "two-sided",
) -> Power:
    """Power of telling the mean after an action from the one before, or the least n for a power.

    ``change``: after minus before; ``sd``: standard deviation of values after the action, and before it unless
    ``sd_before`` is another; the test is then Welch's. ``n``: values after, or ``power``; before: ``n_before`` where
    they are there already, otherwise ``ratio`` n. ``alternative``: after is ``less``, ``greater``, or ``two-sided``.

    Noncentral t with change / se and n + n_before - 2 degrees of freedom, exact; with ``sd_before`` Satterthwaite's
    degrees of the true standard deviations, which is close. Source: NIST e-Handbook 7.3.1; Cohen, Statistical Power
    Analysis, chapter 2. Assumes normal, independent values.

    Raises ValueError at ``change`` of 0, ``sd`` not above 0, ``n`` below 2, ``n`` and ``power`` together, and where the
    power cannot be reached.

    >>> two_means(0.5, 1.0, power=0.8).after
    64
    """
    shift, spread = _change(change), number("sd", sd, above=0)
    other = spread if sd_before is None else number("sd_before", sd_before, above=0)
    ask = asked("n", n, power, n_before, ratio, alpha, alternative, 2)

    def reached(one: int, known: int) -> float:
        parts = spread**2 / one, other**2 / known
        degrees = float(one + known - 2)
        if sd_before is not None:
            degrees = sum(parts) ** 2 / (parts[0] ** 2 / (one - 1) + parts[1] ** 2 / (known - 1))
        return _t_power(shift / np.sqrt(sum(parts)), degrees, ask)

    equal, method = ("standard deviations before and after are the same", "t test")
    if sd_before is not None:
        equal, method = ("both may differ in spread", "Welch's t test")
    effect, assumed = f"a change of the mean by {shift:g}", (NORMAL, INDEPENDENT, equal)
    return answer(ask, reached, "two means", method, "values", effect, assumed, rises=shift > 0, least=2)


def paired_means(
    change: float,
    sd: float,
    *,
    n: int | None = None,
    power: float | None = None,
    alpha: float = 0.05,
    alternative: str = "two-sided",
) -> Power:
    """Power of the paired t test: the same n units measured before and after; or the least n for a power.

    ``change``: mean of the differences, after minus before; ``sd``: standard deviation of the differences. Noncentral t
    with change / (sd / sqrt(n)) and n - 1 degrees of freedom. Source: NIST e-Handbook 7.2.2.2. Assumes normal
    differences of independent units. Errors as in ``two_means``.

    >>> paired_means(0.5, 1.0, power=0.8).after
    34
    """
    shift, spread = _change(change), number("sd", sd, above=0)
    ask = asked("n", n, power, None, 1.0, alpha, alternative, 2)

    def reached(one: int, _: int) -> float:
        return _t_power(shift / spread * np.sqrt(one), one - 1, ask)

    assumed = ("differences are normal, or n is large", "units are independent of one another")
    effect = f"a mean change by {shift:g}"
    return answer(
        ask, reached, "paired means", "paired t test", "pairs", effect, assumed, rises=shift > 0, least=2
    )


def two_variances(
    sd_ratio: float,
    *,
    n: int | None = None,
    power: float | None = None,
    n_before: int | None = None,
    ratio: float = 1.0,
    alpha: float = 0.05,
    alternative: str = "less",
) -> Power:
    """Power of the F test that the spread changed by the factor `sd_ratio` (after / before); or the least n for it.

    Where F = s_after^2 / s_before^2 is below its alpha quantile, it fell; P(F < q / sd_ratio^2). Sizes and sides as in
    ``two_means``, though ``less`` unless something else is said. Source: NIST e-Handbook 1.3.5.9; Duncan, Quality
    Control and Industrial Statistics, chapter 26. Assumes normal values strictly: long tails alone let it signal.

    Raises ValueError at ``sd_ratio`` not above 0 or 1, ``n`` below 2, ``n`` and ``power`` together, and where the power
    cannot be reached.

    >>> two_variances(0.5, power=0.9).after
    20
    """
    factor = number("sd_ratio", sd_ratio, above=0)
    if factor == 1:
        raise ValueError("sd_ratio: is 1, so that there is nothing to find")
    ask = asked("n", n, power, n_before, ratio, alpha, alternative, 2)

    def reached(one: int, known: int) -> float:
        from scipy.special import fdtr, fdtrc, fdtri  # noqa: PLC0415 - loads when first used

        degrees = one - 1, known - 1
        made = 0.0
        for side, risk in ask.sides:
            if side == "less":
                made += fdtr(*degrees, fdtri(*degrees, risk) / factor**2)
            else:
                made += fdtrc(*degrees, fdtri(*degrees, 1 - risk) / factor**2)
        return float(made)

    effect = f"a change of the standard deviation by the factor {factor:g}"
    assumed = ("values are normal: long tails alone let the F test signal", INDEPENDENT)
    return answer(
        ask, reached, "two variances", "F test", "values", effect, assumed, rises=factor > 1, least=2
    )


def _change(change: Any) -> float:
    made = number("change", change)
    if made == 0:
        raise ValueError("change: is 0, so that there is nothing to find")
    return made


def _t_power(away: float, degrees: float, ask: Asked) -> float:
    """Chance that t, whose numerator lies `away` from 0 in its standard errors, falls among the rejected ones."""
    from scipy.special import nctdtr, stdtrit  # noqa: PLC0415 - loads when first used

    made = 0.0
    for side, risk in ask.sides:
        towards = -away if side == "less" else away
        made += 1 - float(nctdtr(degrees, towards, stdtrit(degrees, 1 - risk)))
    return made
