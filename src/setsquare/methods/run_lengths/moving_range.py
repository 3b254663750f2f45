"""Single values and their moving ranges on two charts at once: an integral equation over the last value."""

from functools import lru_cache

import numpy as np

from ..inputs import Floats
from ..quadrature import legendre, unit_legendre
from .chain import Chain, bell

MANY = 16
"""Nodes in each piece between kinks."""


def moving_range_chain(delta: float, ratio: float, width: float, limit: float) -> Chain:
    """The chain among the last value before the first one (any) and nodes within (-width, width).

    From x the next value y may lie within the limits and `limit` of x. Where those bounds meet, the run length as a
    function of x has kinks: at width - limit, width - 2 limit and so on, and their mirror images. Between them it is a
    polynomial through Gauss-Legendre nodes, integrated over what of each piece can be reached.
    """
    pieces = _pieces(width, limit)
    places = np.concatenate([piece for piece, _ in pieces])
    moves = np.zeros((len(places) + 1, len(places) + 1))
    at = 1
    for piece, (low, high) in pieces:
        to = slice(at, at + MANY)
        moves[0, to] = _reached(piece, low, high, delta, ratio)
        for row, last in enumerate(places, 1):
            first, end = max(low, last - limit), min(high, last + limit)
            if first < end:
                moves[row, to] = _reached(piece, first, end, delta, ratio)
        at += MANY
    start = np.zeros(len(moves))
    start[0] = 1.0
    return Chain(moves, start)


def _reached(piece: Floats, first: float, end: float, delta: float, ratio: float) -> Floats:
    """Chances of a next value in (first, end), told by the values at the nodes of the piece that it lies in."""
    places, weights = legendre(first, end, MANY)
    density = weights * bell((places - delta) / ratio) / ratio
    return density @ _lagrange(piece, places)


def _lagrange(piece: Floats, places: Floats) -> Floats:
    """Values at `places` of the polynomials that are 1 at one node and 0 at the others; barycentric form."""
    share = _barycentric() / (places[:, None] - piece + 1e-300)
    exact = places[:, None] == piece
    share = np.where(exact.any(axis=1, keepdims=True), exact, share)
    return np.asarray(share / share.sum(axis=1, keepdims=True))


@lru_cache(maxsize=1)
def _barycentric() -> Floats:
    place, weight = unit_legendre(MANY)
    signs = (-1.0) ** np.arange(MANY)
    return np.asarray(signs * np.sqrt((1 - place**2) * weight))


def _pieces(width: float, limit: float) -> list[tuple[Floats, tuple[float, float]]]:
    kinks = width - limit * np.arange(1, int(2 * width / limit) + 1)
    ends = np.unique(np.round(np.concatenate(([-width, width], kinks, -kinks)), 12))
    return [
        (legendre(low, high, MANY)[0], (low, high)) for low, high in zip(ends[:-1], ends[1:], strict=True)
    ]
