"""The search for a change point: the statistic of every split, of the series seen and of many simulated ones."""

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..inputs import Floats, whole
from .given import level

if TYPE_CHECKING:
    from numpy.random import Generator  # loads with the first simulation

BATCH = 100
MOST, MOST_SIMULATIONS = 2000, 100_000
TINY = 1e-9
"""Statistics closer than this are equal; more than rounding, less than any data tell apart."""


class Levels(Protocol):
    """A series whose level may change: its statistic, and series as likely as a stretch of it under one level."""

    seen: Any

    def profile(self, series: Any) -> Floats:
        """Return twice the log likelihood ratio of each split, shape (n, k - 1), of series of shape (n, k)."""

    def resample(self, generator: "Generator", part: slice, many: int) -> Any:
        """Return resampled stretches, shape (many, length)."""

    def beside(self, left: Any, right: Any) -> Any:
        """Return series made of stretches."""


class Rates:
    """Counts of Poisson rates; where they are permuted, series are pairs of counts and exposures."""

    def __init__(self, y: Floats, exposure: Floats, null: str) -> None:
        self.y, self.exposure, self.null = y, exposure, null
        self.seen = (y[None], exposure[None])
        n = np.arange(y.sum() + 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            self.n_log_n: Floats = np.where(n > 0, n * np.log(n), 0.0)

    def level(self, part: slice) -> float:
        """Return the rate of a stretch."""
        return float(self.y[part].sum() / self.exposure[part].sum())

    def profile(self, series: Any) -> Floats:
        """Return 2 (sum over both sides of y log(y / E), less that of the whole)."""
        counts, bases = series
        left, base = np.cumsum(counts, axis=1), np.cumsum(bases, axis=1)
        total, whole_base = left[:, -1:], base[:, -1:]
        left, base = left[:, :-1], base[:, :-1]
        inside = self._log(left) + self._log(total - left) - self._log(total)
        return np.asarray(
            2 * (inside - left * np.log(base / whole_base) - (total - left) * np.log(1 - base / whole_base))
        )

    def resample(self, generator: "Generator", part: slice, many: int) -> Any:
        """Return multinomial counts of the same total, or the same counts with their exposures in another order."""
        y, exposure = self.y[part], self.exposure[part]
        if self.null == "poisson":
            drawn = generator.multinomial(int(y.sum()), exposure / exposure.sum(), size=many)
            return drawn, exposure[None]
        order = generator.permuted(np.tile(np.arange(len(y)), (many, 1)), axis=1)
        return y[order], exposure[order]

    def beside(self, left: Any, right: Any) -> Any:
        """Return counts beside counts, exposures beside exposures."""
        return tuple(np.concatenate(both, axis=1) for both in zip(left, right, strict=True))

    def _log(self, counts: Any) -> Floats:
        return np.asarray(self.n_log_n[counts.astype(np.intp)])


class Means:
    """Values of one variance."""

    def __init__(self, values: Floats) -> None:
        self.x = values - values.mean()
        self.seen = self.x[None]
        self.total = float((self.x**2).sum())
        k = len(values)
        sizes = np.arange(1, k)
        self.weight: Floats = k / (sizes * (k - sizes))

    def profile(self, series: Any) -> Floats:
        """Return k log(sum of squares around one mean / that around the means of both sides)."""
        left = np.cumsum(series, axis=1)[:, :-1]
        if self.total == 0:
            return np.zeros(left.shape)
        share = left**2 * self.weight / self.total
        return np.asarray(-len(self.x) * np.log(np.maximum(1 - share, 1e-12)))

    def resample(self, generator: "Generator", part: slice, many: int) -> Any:
        """Return the same values in another order."""
        return generator.permuted(np.tile(self.x[part], (many, 1)), axis=1)

    def beside(self, left: Any, right: Any) -> Any:
        """Return values beside values."""
        return np.concatenate([left, right], axis=1)


class Scan:
    """The search over all places of the points that are there; `held` are their places in what was given."""

    def __init__(self, levels: Levels, held: NDArray[np.intp], least: int, name: str) -> None:
        few = whole("least", least, least=1)
        if not 2 * few <= len(held) <= MOST:
            raise ValueError(f"{name}: give {2 * few} to {MOST}, not {len(held)}")
        self.levels, self.held, self.k = levels, held, len(held)
        self.open = slice(few - 1, self.k - few)
        """Splits looked at: split s has the points 0 .. s on its left."""
        self.statistics: Floats = levels.profile(levels.seen)[0]
        self.best = float(self.statistics[self.open].max())
        # Of places that are equal the first.
        self.at = int(np.argmax(self.statistics[self.open] >= self.best - TINY)) + few

    def search(self, confidence: float, simulations: int, seed: int) -> "Scan":
        """Find p and the confidence set; returns itself."""
        self.confidence = level("confidence", confidence)
        self.simulations = whole("simulations", simulations, least=99, most=MOST_SIMULATIONS)
        generator = np.random.default_rng(whole("seed", seed))
        null = self._greatest(self.levels.resample(generator, slice(0, self.k), self.simulations))
        self.p = float((1 + (null >= self.best - TINY).sum()) / (self.simulations + 1))
        splits = range(self.open.start, self.open.stop)
        self.likely = [
            split + 1 for split in splits if split + 1 == self.at or self._is_likely(split, generator)
        ]
        return self

    def _greatest(self, series: Any, split: int | None = None) -> Floats:
        """Return the greatest statistic of each series, or how far a split falls behind it."""
        profiles = self.levels.profile(series)
        greatest = profiles[:, self.open].max(axis=1)
        return np.asarray(greatest if split is None else greatest - profiles[:, split])

    def _is_likely(self, split: int, generator: "Generator") -> bool:
        """Tell whether a change at this split falls behind the best as far as it does in enough simulated series.

        They are simulated in batches until that is sure; none among the first 200 counts as sure.
        """
        behind = self.best - self.statistics[split] - TINY
        wanted = (1 - self.confidence) * (self.simulations + 1)
        reached, tried = 1, 0
        while reached <= wanted and tried < self.simulations:
            many = min(BATCH, self.simulations - tried)
            left, right = (
                self.levels.resample(generator, part, many)
                for part in (slice(0, split + 1), slice(split + 1, self.k))
            )
            reached += int((self._greatest(self.levels.beside(left, right), split) >= behind).sum())
            tried += many
            if (reached == 1 and tried >= 2 * BATCH) or reached + self.simulations - tried <= wanted:
                return False
        return reached > wanted
