"""Factor models of correlations: minimum residuals and maximum likelihood, and oblique rotation.

Sources: D. N. Lawley and A. E. Maxwell, Factor Analysis as a Statistical Method (1971), for both through the
uniquenesses; H. H. Harman and W. H. Jones, Psychometrika 31 (1966), for minres; R. I. Jennrich, Psychometrika 67
(2002), for rotation by gradient projection.
"""

import dataclasses
from typing import Literal

import numpy as np

from ..inputs import Floats

Method = Literal["ml", "minres"]
METHODS: tuple[Method, ...] = ("ml", "minres")
LEAST = 0.005
"""The smallest uniqueness that is looked for, as R's factanal has it; one there is a Heywood case."""
STARTS = 7
ROUNDS = 500


@dataclasses.dataclass(frozen=True)
class Factors:
    """Loadings, shape (questions, factors), and uniquenesses of standardised questions."""

    loadings: Floats
    unique: Floats
    discrepancy: float
    """The minimised function: of likelihood, or half the sum of squared residual eigenvalues."""

    @property
    def heywood(self) -> bool:
        """Whether a question has (next to) no error of its own, which is a sign of a wrong model."""
        return bool((self.unique <= LEAST * 1.001).any())


def extract(correlation: Floats, count: int, method: Method) -> Factors:
    """Return `count` factors, unrotated, the sum of each one's loadings being positive."""
    from scipy.optimize import minimize  # noqa: PLC0415 - loads when first used

    start = (1 - 0.5 * count / len(correlation)) / np.diag(np.linalg.pinv(correlation))
    found = minimize(
        _likelihood if method == "ml" else _residuals,
        np.clip(start, LEAST, 1.0),
        args=(correlation, count),
        jac=True,
        method="L-BFGS-B",
        bounds=[(LEAST, 1.0)] * len(correlation),
        options={"maxiter": 1000, "ftol": 1e-14, "gtol": 1e-9},
    )
    unique = np.asarray(found.x, dtype=np.float64)
    scale = np.sqrt(unique) if method == "ml" else np.ones(len(unique))
    reduced = correlation / np.outer(scale, scale) if method == "ml" else correlation - np.diag(unique)
    values, vectors = np.linalg.eigh(reduced)
    roots = values[::-1][:count] - (1.0 if method == "ml" else 0.0)
    loadings = scale[:, None] * vectors[:, ::-1][:, :count] * np.sqrt(np.maximum(roots, 0.0))
    return Factors(loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0), unique, float(found.fun))


def _likelihood(unique: Floats, correlation: Floats, count: int) -> tuple[float, Floats]:
    scale = np.sqrt(unique)
    values, vectors = np.linalg.eigh(correlation / np.outer(scale, scale))
    rest = np.maximum(values[: len(values) - count], 1e-300)
    fit = float((rest - np.log(rest) - 1.0).sum())
    loadings = scale[:, None] * vectors[:, ::-1][:, :count] * np.sqrt(np.maximum(values[::-1][:count] - 1, 0))
    model = np.diag(loadings @ loadings.T) + unique - np.diag(correlation)
    return fit, model / unique**2


def _residuals(unique: Floats, correlation: Floats, count: int) -> tuple[float, Floats]:
    values, vectors = np.linalg.eigh(correlation - np.diag(unique))
    rest = values[: len(values) - count]
    return 0.5 * float((rest**2).sum()), -(vectors[:, : len(values) - count] ** 2 @ rest)


def oblimin(loadings: Floats) -> tuple[Floats, Floats]:
    """Rotate obliquely by direct quartimin; return the pattern and the correlations of factors.

    Minimises the sum over pairs of factors of products of squared loadings. The criterion has local minima, above all
    where factors are alike, so that the unrotated solution and seven random ones are all tried and the best is kept.
    """
    rng = np.random.default_rng(1)
    count = loadings.shape[1]
    starts = [np.eye(count), *(np.linalg.qr(rng.standard_normal((count, count)))[0] for _ in range(STARTS))]
    found = [_rotated(loadings, start) for start in starts]
    _value, pattern, turn = min(found, key=lambda one: one[0])
    return pattern, turn.T @ turn


def _rotated(loadings: Floats, turn: Floats) -> tuple[float, Floats, Floats]:
    """Descend by gradient projection until the projected gradient is next to zero."""
    value, slope, pattern = _quartimin(loadings, turn)
    step = 1.0
    for _ in range(ROUNDS):
        projected = slope - turn * (turn * slope).sum(axis=0)
        size = float(np.sqrt((projected**2).sum()))
        if size < 1e-7:
            break
        step *= 2.0
        for _ in range(30):
            tried = turn - step * projected
            tried /= np.sqrt((tried**2).sum(axis=0))
            new, new_slope, new_pattern = _quartimin(loadings, tried)
            if new < value - 0.5 * size**2 * step:
                break
            step /= 2.0
        turn, value, slope, pattern = tried, new, new_slope, new_pattern
    return value, pattern, turn


def _quartimin(loadings: Floats, turn: Floats) -> tuple[float, Floats, Floats]:
    inverse = np.linalg.inv(turn)
    pattern = loadings @ inverse.T
    squares = pattern**2
    others = squares.sum(axis=1, keepdims=True) - squares
    gradient = pattern * others
    return float((squares * others).sum() / 4.0), -(pattern.T @ gradient @ inverse).T, pattern
