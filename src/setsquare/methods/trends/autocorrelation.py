"""What neighbours that resemble one another do to the variance of Kendall's S.

Sources: K. H. Hamed and A. R. Rao, A modified Mann-Kendall trend test for autocorrelated data, Journal of Hydrology 204
(1998) 182-196; K. H. Hamed, Enhancing the effectiveness of prewhitening in trend analysis of hydrologic data, Journal
of Hydrology 368 (2009) 143-155, for the bias of an autocorrelation beside a trend; M. G. Kendall, Rank Correlation
Methods, for the correlation of ranks of normal values.
"""

import numpy as np

from ..inputs import Floats
from .tails import quantile

SURE = 0.95
"""Autocorrelations within this interval around 0, that of white noise, are taken as 0, as the paper does."""


def variance_factor(values: Floats, slopes: Floats) -> Floats:
    """Return by what the variance of S is to be multiplied, shape (series,), of values of shape (series, k).

    1 + 2 / (n (n - 1) (n - 2)) sum over lags i of (n - i) (n - i - 1) (n - i - 2) r_i, with the autocorrelations r_i of
    the ranks of what is left after `slopes` are taken out, as far as they differ from 0 (beyond z / sqrt(n)). Where
    that is not above 0, as values that alternate may have it, it is 1, and so it is below 4 values.

    >>> float(variance_factor(np.array([[1.0, 2, 4, 3, 1, 0, 1, 3, 4, 2]]), np.zeros(1)).round(3)[0])
    0.623
    """
    series, n = values.shape
    if n < 4:
        return np.ones(series)
    scores = _ranks(_left(values, slopes))
    scores -= scores.mean(axis=1, keepdims=True)
    lags = np.arange(1, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = _products(scores) / (scores**2).sum(axis=1, keepdims=True)
    r = np.where(np.abs(r) > float(quantile(SURE)) / np.sqrt(n), r, 0.0)
    weights = (n - lags) * (n - lags - 1.0) * (n - lags - 2.0)
    made = 1 + 2 * (r @ weights) / (n * (n - 1.0) * (n - 2.0))
    return np.where(made > 0, made, 1.0)


FEWEST = 8
"""Values of a series from which a correlation of neighbours beside a trend can be told at all."""
MOST = 0.99


def first_order_factor(values: Floats, slopes: Floats) -> Floats:
    """Return by what the variance of S is to be multiplied where each value carries over a share of the one before.

    r is the correlation of neighbours among the normal scores of what is left after `slopes` are taken out; beside a
    trend it is too small by (2 + 4 r) / n, so that (n r + 2) / (n - 4) is taken. A first-order autoregression has r^i
    at lag i, ranks of normal values then 6 / pi asin(r^i / 2), and with these the factor is that of `variance_factor`:
    two numbers are estimated where that estimates n - 1. It is 1 where nothing varies.

    >>> rising = [1.0, 2, 4, 3, 1, 0, 1, 3, 4, 5, 4, 2]
    >>> float(first_order_factor(np.array([rising]), np.zeros(1)).round(3)[0])
    5.373
    """
    from scipy.special import ndtri  # noqa: PLC0415 - loads when first used

    n = values.shape[1]
    scores: Floats = ndtri((_ranks(_left(values, slopes)) - 0.375) / (n + 0.25))
    scores -= scores.mean(axis=1, keepdims=True)
    spread = (scores**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = (scores[:, 1:] * scores[:, :-1]).sum(axis=1) / spread
    r = np.clip((n * r + 2) / (n - 4), -MOST, MOST)
    lags = np.arange(1, n)
    weights = (n - lags) * (n - lags - 1.0) * (n - lags - 2.0)
    ranks = 6 / np.pi * np.arcsin(r[:, None] ** lags / 2)
    return np.where(spread > 0, 1 + 2 * (ranks @ weights) / (n * (n - 1.0) * (n - 2.0)), 1.0)


def _left(values: Floats, slopes: Floats) -> Floats:
    """Return what is left after slopes are taken out; differences that are rounding alone are ties."""
    left = values - slopes[:, None] * np.arange(values.shape[1])
    return np.round(left, 12 - int(np.ceil(np.log10(max(float(np.abs(left).max()), 1e-290)))))


def _ranks(values: Floats) -> Floats:
    """Mean ranks along rows."""
    made = np.empty(values.shape)
    for row, one in enumerate(values):
        ordered = np.sort(one)
        made[row] = (np.searchsorted(ordered, one, "left") + np.searchsorted(ordered, one, "right") + 1) / 2
    return made


def _products(scores: Floats) -> Floats:
    """Sums of products at each lag from 1 on, shape (series, k - 1), by Fourier's transform."""
    n = scores.shape[1]
    power = np.abs(np.fft.rfft(scores, 2 * n, axis=1)) ** 2
    return np.asarray(np.fft.irfft(power, axis=1)[:, 1:n])
