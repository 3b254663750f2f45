"""Tail probabilities and quantiles of standardised statistics, by the name of the alternative."""

from typing import Any

import numpy as np

from ..inputs import Floats


def p_value(statistic: Any, alternative: str, degrees: Any = np.inf) -> Floats:
    """Return p of a standardised statistic: normal, or Student's t where `degrees` are finite; they broadcast."""
    from scipy.special import ndtr, stdtr  # noqa: PLC0415 - loads when first used

    z, df = np.broadcast_arrays(np.asarray(statistic, np.float64), np.asarray(degrees, np.float64))
    signed = {"two-sided": -np.abs(z), "greater": -z, "less": z}[alternative]
    finite = np.isfinite(df)
    below = np.where(finite, stdtr(np.where(finite, df, 1.0), signed), ndtr(signed))
    return np.asarray(2 * below if alternative == "two-sided" else below)


def quantile(confidence: float, degrees: Any = np.inf) -> Floats:
    """Return how many standard errors a two-sided interval reaches to either side."""
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415 - loads when first used

    df = np.asarray(degrees, np.float64)
    finite = np.isfinite(df)
    share = 0.5 + confidence / 2
    return np.asarray(np.where(finite, stdtrit(np.where(finite, df, 1.0), share), ndtri(share)))


def two_tails(lower: Floats, upper: Floats, alternative: str) -> Floats:
    """Return p from P(at most what was seen) and P(at least that); two-sided is twice the smaller, at most 1."""
    if alternative == "greater":
        return upper
    if alternative == "less":
        return lower
    return np.asarray(np.minimum(1.0, 2 * np.minimum(lower, upper)))
