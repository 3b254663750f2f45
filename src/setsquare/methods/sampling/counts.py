"""Probabilities of counts in a sample, vectorised; scipy.special only, which loads in a third of scipy.stats' time."""

from typing import Any

import numpy as np

from ..inputs import Floats
from .plans import Model


def probabilities(model: Model, size: int, p: Floats, most: int) -> Floats:
    """Return P(count = 0 .. most) of one binomial or Poisson sample, shape (len(p), most + 1)."""
    from scipy import special  # noqa: PLC0415 - loads when first used

    counts = np.arange(most + 1, dtype=np.float64)
    quality = p[:, None]
    if model == "poisson":
        mean = size * quality
        return np.asarray(np.exp(special.xlogy(counts, mean) - mean - special.gammaln(counts + 1)))
    possible = np.minimum(counts, size)
    logs = (
        special.gammaln(size + 1)
        - special.gammaln(possible + 1)
        - special.gammaln(size - possible + 1)
        + special.xlogy(possible, quality)
        + special.xlog1py(size - possible, -quality)
    )
    return np.where(counts <= size, np.exp(logs), 0.0)


def without_replacement(size: Any, bad: Any, lot: Any, counts: Any) -> Floats:
    """Return P(count) of a sample of `size` from `lot` items of which `bad` are nonconforming; arguments broadcast."""
    from scipy import special  # noqa: PLC0415 - loads when first used

    size, bad, lot, counts = np.broadcast_arrays(
        *(np.asarray(v, np.float64) for v in (size, bad, lot, counts))
    )
    possible = (counts >= 0) & (counts <= bad) & (counts <= size) & (size - counts <= lot - bad)
    size, bad, lot, counts = (np.where(possible, values, 0.0) for values in (size, bad, lot, counts))

    def ways(total: Floats, chosen: Floats) -> Any:
        return special.gammaln(total + 1) - special.gammaln(chosen + 1) - special.gammaln(total - chosen + 1)

    logs = ways(bad, counts) + ways(lot - bad, size - counts) - ways(lot, size)
    return np.where(possible, np.exp(logs), 0.0)


def at_most(model: Model, accept: Any, size: Any, p: float, lot: int | None = None) -> Floats:
    """Return P(count <= accept) of one sample; `accept` and `size` broadcast.

    For the hypergeometric model `p` is the number of nonconforming items in the lot of `lot` items.
    """
    from scipy import special  # noqa: PLC0415 - loads when first used

    accept, size = np.broadcast_arrays(np.asarray(accept, np.float64), np.asarray(size, np.float64))
    if model == "poisson":
        return np.asarray(special.pdtr(accept, size * p))
    if model == "binomial":
        # bdtr gives NaN above the sample size, where acceptance is certain.
        sure = accept >= size
        cut = np.where(sure, 0.0, accept)
        return np.where(sure, 1.0, special.betainc(np.where(sure, 1.0, size - cut), cut + 1, 1.0 - p))
    if lot is None:
        raise ValueError("lot_size: the hypergeometric model needs it")
    return _at_most_of_lot(accept, size, p, lot)


def _at_most_of_lot(accept: Floats, size: Floats, bad: float, lot: int) -> Floats:
    """Sum the shorter tail from its largest term outwards, each term from the one before.

    Terms fall at least as a normal density with variance of the count, so that some ten roots of the count hold all
    that a double can tell.
    """
    mode = np.floor((size + 1) * (bad + 1) / (lot + 2))
    below = accept < mode
    start = np.where(below, accept, accept + 1)
    steps = np.arange(int(10 * np.sqrt(accept.max(initial=0) + 1)) + 100)
    first = without_replacement(size, bad, lot, start)
    start, size, down = start[..., None], size[..., None], below[..., None]
    count = np.where(down, start - steps, start + steps)
    rest = lot - bad - size
    over = np.where(down, count * (rest + count), (bad - count) * (size - count))
    under = np.where(down, (bad - count + 1) * (size - count + 1), (count + 1) * (rest + count + 1))
    ratios = np.maximum(over, 0.0) / np.maximum(under, 1.0)
    # Once a term is nought, so are all beyond it.
    possible = np.where(down, (count > 0) & (rest + count > 0), (count < bad) & (count < size))
    tail = first * (1.0 + np.cumprod(np.where(possible, ratios, 0.0), axis=-1).sum(axis=-1))
    return np.asarray(np.clip(np.where(below, tail, 1.0 - tail), 0.0, 1.0))
