"""What neighbours that resemble one another do to the variance of Kendall's S.

Source: K. H. Hamed and A. R. Rao, A modified Mann-Kendall trend test for autocorrelated data, Journal of Hydrology 204
(1998) 182-196.
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
    left = values - slopes[:, None] * np.arange(n)
    # Differences that are rounding alone are ties.
    left = np.round(left, 12 - int(np.ceil(np.log10(max(float(np.abs(left).max()), 1e-290)))))
    scores = _ranks(left)
    scores -= scores.mean(axis=1, keepdims=True)
    lags = np.arange(1, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = _products(scores) / (scores**2).sum(axis=1, keepdims=True)
    r = np.where(np.abs(r) > float(quantile(SURE)) / np.sqrt(n), r, 0.0)
    weights = (n - lags) * (n - lags - 1.0) * (n - lags - 2.0)
    made = 1 + 2 * (r @ weights) / (n * (n - 1.0) * (n - 2.0))
    return np.where(made > 0, made, 1.0)


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
