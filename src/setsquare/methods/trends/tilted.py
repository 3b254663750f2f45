"""The Poisson likelihood of a slope in time, many series at once, with the level of each eliminated.

Given its total n, a Poisson series with rates exp(a + b t) is multinomial: an event falls on time t with a probability
in proportion to E exp(b t), free of a. So b is the one parameter of an exponential family: its mean m(b) and variance
v(b) of t under those probabilities give the estimate (m(b) = the events' mean time), the information n v(b), the
likelihood and the score; each is exactly that of the two-parameter model with a at its maximum.
"""

import numpy as np

from ..inputs import Bools, Floats
from .given import Counts
from .solving import bisect, root

ROUNDING = 1e-12
"""A slope or a dispersion below is none."""


class Tilted:
    """The family of each series, on times scaled to 0 to 1; slopes are those of scaled time."""

    def __init__(self, given: Counts, time: Floats) -> None:
        self.first, self.range = float(time.min()), float(np.ptp(time))
        self.u: Floats = (time - self.first) / self.range
        self.n = given.total
        with np.errstate(divide="ignore", invalid="ignore"):
            self.logs: Floats = np.log(given.exposure)
            self.mean: Floats = (given.counts * self.u).sum(axis=1) / self.n
        self.low: Floats = np.where(given.held, self.u, np.inf).min(axis=1)
        self.high: Floats = np.where(given.held, self.u, -np.inf).max(axis=1)
        gap = float(np.diff(np.unique(self.u)).min())
        spread = np.where(given.held, self.logs, -np.inf).max(axis=1) - np.where(
            given.held, self.logs, np.inf
        ).min(axis=1)
        self.far: Floats = (60 + np.where(np.isfinite(spread), spread, 0.0)) / gap

    def moments(self, slope: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the logarithm of the sum of E exp(b u), and the mean and variance of u, at slopes (series,)."""
        logs = self.logs + slope[:, None] * self.u
        top = logs.max(axis=1, keepdims=True)
        top = np.where(np.isfinite(top), top, 0.0)
        weights = np.exp(logs - top)
        total = weights.sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            weights /= total
            mean = (weights * self.u).sum(axis=1)
            variance = (weights * (self.u - mean[:, None]) ** 2).sum(axis=1)
            return (np.log(total) + top)[:, 0], mean, variance

    def estimate(self) -> Floats:
        """Return the slope of greatest likelihood; infinite where all events fall on the first or the last time.

        NaN without an event, or where there is one time only.
        """
        defined = (self.n > 0) & (self.high > self.low)
        up, down = defined & (self.mean >= self.high - 1e-12), defined & (self.mean <= self.low + 1e-12)
        goal = np.where(defined & ~up & ~down, self.mean, self.moments(np.zeros(len(self.n)))[1])

        def short(slope: Floats) -> tuple[Floats, Floats]:
            _, mean, variance = self.moments(slope)
            return mean - goal, variance

        found = root(short, -self.far, self.far, np.zeros(len(self.n)))
        found = np.where(np.abs(found) < ROUNDING, 0.0, found)
        found = np.where(up, np.inf, np.where(down, -np.inf, found))
        return np.where(defined, found, np.nan)

    def information(self, slope: Floats) -> Floats:
        """Return n v(b), the inverse of the slope's variance."""
        return self.n * self.moments(slope)[2]

    def deviance(self, slope: Floats, best: Floats) -> Floats:
        """Return twice what the logarithm of the likelihood lacks at `slope` of that at `best`."""
        return np.asarray(np.maximum(0.0, 2 * (self._top(best) - self._log_likelihood(slope))))

    def score(self, slope: Floats) -> Floats:
        """Return the standardised score, (sum of u - n m) / sqrt(n v), at slopes."""
        _, mean, variance = self.moments(slope)
        with np.errstate(all="ignore"):
            return (self.mean - mean) * np.sqrt(self.n / variance)

    def likelihood_ends(self, best: Floats, reach: Floats) -> tuple[Floats, Floats]:
        """Return both slopes at which the deviance is `reach`^2; infinite where the estimate is."""
        top = self._top(best)
        at = np.clip(np.nan_to_num(best), -self.far, self.far)

        def end(side: int) -> Floats:
            def beyond(way: Floats) -> tuple[Floats, Floats]:
                slope = at + side * way
                log, mean, _ = self.moments(slope)
                lacking = 2 * (top - self.n * (self.mean * slope - log)) - reach**2
                return lacking, side * 2 * self.n * (mean - self.mean)

            return at + side * root(beyond, np.zeros(len(at)), 2 * self.far)

        return self._unbounded(best, end(-1), end(1))

    def score_ends(self, best: Floats, reach: Floats) -> tuple[Floats, Floats]:
        """Return both slopes at which the standardised score is `reach` and minus that."""
        at = np.clip(np.nan_to_num(best), -self.far, self.far)
        lower = bisect(lambda slope: reach - np.nan_to_num(self.score(slope)), -self.far, at)
        upper = bisect(lambda slope: -reach - np.nan_to_num(self.score(slope)), at, self.far)
        return self._unbounded(best, lower, upper)

    def _log_likelihood(self, slope: Floats) -> Floats:
        log, _, _ = self.moments(slope)
        return np.asarray(self.n * (self.mean * slope - log))

    def _top(self, best: Floats) -> Floats:
        """Return the greatest log likelihood; where the slope is infinite, that of all events at the end."""
        made = self._log_likelihood(np.where(np.isfinite(best), best, 0.0))
        for infinite, end in ((np.inf, self.high), (-np.inf, self.low)):
            at_end: Bools = self.u[None, :] == end[:, None]
            with np.errstate(divide="ignore"):
                last = -self.n * np.log(np.where(at_end, np.exp(self.logs), 0.0).sum(axis=1))
            made = np.where(best == infinite, last, made)
        return made

    def _unbounded(self, best: Floats, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        lower = np.where((best == -np.inf) | np.isnan(best), -np.inf, lower)
        upper = np.where((best == np.inf) | np.isnan(best), np.inf, upper)
        return lower, upper
