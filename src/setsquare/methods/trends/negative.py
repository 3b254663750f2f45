"""The negative binomial likelihood of a level and a slope, many series at once; the variance is mu + alpha mu^2.

Sources: J. F. Lawless, Canadian Journal of Statistics 15 (1987); J. M. Hilbe, Negative Binomial Regression, 2nd ed.
(2011), 8. Level and slope (by scoring) and 1 / alpha (by Newton's steps of its logarithm) take turns until neither
moves: the two are orthogonal, so few turns are needed.
"""

import numpy as np

from ..inputs import Bools, Floats
from .given import Counts

SMALLEST = 1e-6
"""A series whose alpha falls below is Poisson's."""


def fit(given: Counts, u: Floats, level: Floats, slope: Floats) -> tuple[Floats, Floats, Floats]:
    """Return level, slope and alpha of greatest likelihood, from Poisson's level and slope; each shape (series,).

    alpha is 0 where the counts vary no more than Poisson's: (y - mu)^2 - y sums to 0 or less.
    """
    level, slope, alpha = level.copy(), slope.copy(), np.zeros(len(level))
    usable = np.isfinite(level) & np.isfinite(slope)
    mu = means(given, u, np.where(usable, level, 0.0), np.where(usable, slope, 0.0))
    extra = ((given.counts - mu) ** 2 - given.counts).sum(axis=1)
    active = np.flatnonzero(usable & (extra > 0))
    alpha[active] = extra[active] / (mu[active] ** 2).sum(axis=1)
    for _ in range(500):
        if not len(active):
            break
        part = _Part(given, u, active, level[active], slope[active], alpha[active])
        moved = part.turn()
        level[active], slope[active], alpha[active] = part.level, part.slope, part.alpha
        alpha[active[part.alpha < SMALLEST]] = 0.0
        active = active[(moved > 1e-11) & (part.alpha >= SMALLEST)]
    return level, slope, alpha


def variance_of_slope(given: Counts, u: Floats, level: Floats, slope: Floats, alpha: Floats) -> Floats:
    """Return the slope's variance, from the expected information with alpha as it is."""
    mu = means(given, u, level, slope)
    weight = mu / (1 + alpha[:, None] * mu)
    total = weight.sum(axis=1)
    middle = (weight * u).sum(axis=1) / total
    return np.asarray(1 / (weight * (u - middle[:, None]) ** 2).sum(axis=1))


def means(given: Counts, u: Floats, level: Floats, slope: Floats) -> Floats:
    """Return the expected counts, shape (series, k)."""
    return given.exposure * np.exp(np.clip(level[:, None] + slope[:, None] * u, -700, 700))


class _Part:
    """The series that still move."""

    def __init__(
        self, given: Counts, u: Floats, rows: np.ndarray, level: Floats, slope: Floats, alpha: Floats
    ) -> None:
        self.y, self.exposure, self.held = given.counts[rows], given.exposure[rows], given.held[rows]
        self.u, self.level, self.slope, self.alpha = u, level, slope, alpha

    def turn(self) -> Floats:
        """Move level, slope and alpha once each; returns how far the farthest of them moved."""
        mu = self.exposure * np.exp(self.level[:, None] + self.slope[:, None] * self.u)
        share = 1 / (1 + self.alpha[:, None] * mu)
        rest, weight = (self.y - mu) * share, mu * share
        s0, s1, s2 = (np.asarray((weight * self.u**power).sum(axis=1)) for power in (0, 1, 2))
        g0, g1 = rest.sum(axis=1), (rest * self.u).sum(axis=1)
        determinant = s0 * s2 - s1**2
        up = np.clip((s2 * g0 - s1 * g1) / determinant, -1, 1)
        along = np.clip((s0 * g1 - s1 * g0) / determinant, -2, 2)
        self.level, self.slope = self.level + up, self.slope + along
        mu = self.exposure * np.exp(self.level[:, None] + self.slope[:, None] * self.u)
        step = _step_of_theta(self.y, mu, self.held, 1 / self.alpha)
        self.alpha = self.alpha * np.exp(-step)
        return np.asarray(np.max(np.abs([up, along, step]), axis=0))


def _step_of_theta(y: Floats, mu: Floats, held: Bools, theta: Floats) -> Floats:
    """Return Newton's step of the logarithm of theta = 1 / alpha; one uphill where the curve is not concave."""
    from scipy.special import digamma, zeta  # noqa: PLC0415 - loads when first used

    t = theta[:, None]
    both = t + mu
    first = digamma(y + t) - digamma(t) + np.log(t / both) + 1 - (y + t) / both
    # zeta(2, x) is the trigamma function.
    second = zeta(2, y + t) - zeta(2, t) + 1 / t - 2 / both + (y + t) / both**2
    slope = theta * np.where(held, first, 0.0).sum(axis=1)
    curve = theta**2 * np.where(held, second, 0.0).sum(axis=1) + slope
    with np.errstate(divide="ignore", invalid="ignore"):
        newton = -slope / curve
    return np.asarray(np.clip(np.where(curve < 0, newton, np.sign(slope)), -1, 1))
