"""How many months until a change of a monthly count shows in an interrupted time series."""

from typing import Any

import numpy as np

from ..inputs import flag, number, whole
from .counts import normal_power
from .result import Power, answer, asked

METHOD = "z test of the step in a Poisson regression"


def interrupted_series(
    rate: float,
    rate_ratio: float,
    *,
    months_before: int,
    months: int | None = None,
    power: float | None = None,
    trend: bool = False,
    dispersion: float = 1.0,
    autocorrelation: float = 0.0,
    alpha: float = 0.05,
    alternative: str = "less",
) -> Power:
    """Power of seeing a step in a series of monthly counts, or the least number of months after it for a power.

    ``rate``: mean count of one month before; ``rate_ratio``: factor by which it changes (0.5 for a halving).
    ``months_before`` months are known. The model is log mean = a + [b time] + c step, fitted by (quasi-)Poisson
    regression; c is judged by a z test whose standard error is that of the information matrix at the truth. ``trend``
    says that b is fitted too: it must be where the rate may have been moving anyhow, and costs much.
    ``dispersion`` is the variance of counts over their mean; ``autocorrelation`` rho of neighbouring months multiplies
    the variance by (1 + rho) / (1 - rho). Any equal periods will do for months. Source: Wagner et al.
    (2002), J. Clin. Pharm. Therapeutics 27, on segmented regression; Signorini (1991), Biometrika 78, on the power of
    Poisson regression. Assumes a step at once, and enough counts for the normal approximation (10 events or so on each
    side).

    Raises ValueError at ``rate`` and ``rate_ratio`` not above 0, a ``rate_ratio`` of 1, ``months_before`` below 1 (2
    with a trend), ``dispersion`` not above 0, ``autocorrelation`` outside [0, 1), ``months`` and ``power`` together,
    and where the power cannot be reached.

    >>> interrupted_series(4.0, 0.5, months_before=24, power=0.8).after
    8
    >>> interrupted_series(4.0, 0.5, months_before=24, power=0.8, trend=True).after
    48
    """
    mean, factor, spread, rho = _checked(rate, rate_ratio, dispersion, autocorrelation)
    known = whole("months_before", months_before, least=2 if flag("trend", trend) else 1)
    ask = asked("months", months, power, known, 1.0, alpha, alternative)

    def reached(after: int, before: int) -> float:
        variance = spread * (1 + rho) / (1 - rho) * _variance(mean, factor, before, after, trend)
        return normal_power(float(np.log(factor)), float(np.sqrt(variance)), ask)

    effect = f"a change of the rate from {mean:g} to {mean * factor:g} a month"
    assumed = (
        "the change comes at once and stays",
        "a trend is fitted and taken out" if trend else "there is no trend but the step",
        f"counts vary {spread:g} times as much as Poisson counts",
        f"the correlation of neighbouring months is {rho:g}",
    )
    return answer(ask, reached, "interrupted series", METHOD, "months", effect, assumed, rises=factor > 1)


def _checked(
    rate: Any, rate_ratio: Any, dispersion: Any, autocorrelation: Any
) -> tuple[float, float, float, float]:
    mean, factor = number("rate", rate, above=0), number("rate_ratio", rate_ratio, above=0)
    if factor == 1:
        raise ValueError("rate_ratio: is 1, so that there is nothing to find")
    spread, rho = (
        number("dispersion", dispersion, above=0),
        number("autocorrelation", autocorrelation, least=0),
    )
    if rho >= 1:
        raise ValueError("autocorrelation: give less than 1")
    return mean, factor, spread, rho


def _variance(mean: float, factor: float, before: int, after: int, trend: bool) -> float:
    """Variance of the step's coefficient: its place in the inverse of X' W X, W the means of the months."""
    step = np.repeat([0.0, 1.0], [before, after])
    columns = [step, np.ones_like(step)]
    if trend:
        time = np.arange(before + after, dtype=np.float64)
        columns.append((time - time.mean()) / len(time))
    design = np.column_stack(columns)
    weights = mean * np.where(step > 0, factor, 1.0)
    return float(np.linalg.inv(design.T @ (design * weights[:, None]))[0, 0])
