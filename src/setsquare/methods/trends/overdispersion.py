"""Do counts vary as Poisson's would? Everything that takes them for Poisson rests on that.

Sources: R. A. Fisher, Statistical Methods for Research Workers (1925), the index of dispersion; J. B. S. Haldane,
Biometrika 29 (1937), the moments of chi-squared given the total; P. McCullagh and J. A. Nelder, Generalized Linear
Models, 2nd ed. (1989), 6.2.3.
"""

import dataclasses
from typing import Any, Literal

import numpy as np

from ..figures import intervals
from ..inputs import Floats, one_of
from ..results import Result, Table, plain
from .given import Counts, level

READINGS = ("as Poisson", "more than Poisson", "less than Poisson", "too little to say")
Reference = Literal["chi-squared", "conditional"]


@dataclasses.dataclass(frozen=True)
class Dispersion(Result):
    """The index of dispersion with its test; numbers for a column, arrays (series,) for a table."""

    index: Any
    """chi-squared over its degrees of freedom: 1 on average where counts are Poisson with one rate."""
    chi_squared: Any
    degrees: Any
    p: Any
    """Of either direction: twice the smaller tail."""
    p_over: Any
    """Of counts that vary more than Poisson's."""
    p_under: Any
    """Of counts that vary less."""
    reading: Any
    """One of `READINGS`; a tuple of them for a table."""
    alpha: float
    method: str

    def table(self) -> Table:
        """Return a row for each series."""
        names = ("index", "chi_squared", "degrees", "p", "p_over", "p_under")
        columns = [plain(np.atleast_1d(getattr(self, name))) for name in names]
        readings = [self.reading] if isinstance(self.reading, str) else list(self.reading)
        return Table((*names, "reading"), tuple(zip(*columns, readings, strict=True)))

    def figure(self, most: int = 20) -> dict[str, Any]:
        """Return the index of the first `most` series beside what Poisson counts have, as an ECharts option."""
        from scipy.special import chdtri  # noqa: PLC0415 - loads when first used

        rows = []
        pairs = zip(np.atleast_1d(self.index)[:most], np.atleast_1d(self.degrees), strict=False)
        for place, (index, degrees) in enumerate(pairs, 1):
            tails_ = 1 - self.alpha / 2, self.alpha / 2
            band = tuple(float(chdtri(degrees, tail)) / degrees if degrees > 0 else np.nan for tail in tails_)
            rows.append((f"series {place}", index, (band[0], band[1])))
        return intervals(
            "Dispersion, beside that of Poisson counts", "index", rows, upright=(("Poisson", 1.0),)
        )


def dispersion(
    counts: Any, exposure: Any = 1.0, *, reference: Reference = "chi-squared", alpha: float = 0.05
) -> Dispersion:
    """Test whether counts vary as Poisson's with one rate for each unit of exposure.

    chi-squared = sum of (y - E r)^2 / (E r), with r = sum of y / sum of E; the index is that over its k - 1 degrees
    of freedom; with equal exposures, variance over mean. `reference`: Fisher's chi-squared distribution, good where
    most expected counts exceed about 1; or ``conditional``: a gamma distribution with the exact mean k - 1 and
    variance 2 (k - 1) + (sum of 1 / q - k^2 - 2 (k - 1)) / n of chi-squared given the total n, where q = E / sum of
    E (Haldane 1937), for sparse counts. Either falls to 0 with chi-squared, though counts may well be even by chance:
    `p_under` is no less than the probability, given the total, of the counts seen in any order of equal exposures.

    A trend in the rate counts as dispersion, too: see `rate_trend`, whose own dispersion is around the trend.
    `counts`: shape (k,) or (series, k), missing ones are left out; `exposure`: one number, or for each count. Where
    there are fewer than two counts, or no event, index and p are NaN. Raises ValueError at `counts` or `exposure`
    where they are no counts, or not exposures above 0.

    >>> found = dispersion([3, 5, 2, 14, 0, 6])
    >>> round(found.index, 3), round(found.p_over, 4), found.reading
    (4.8, 0.0002, 'more than Poisson')
    """
    given = Counts(counts, exposure)
    one_of("reference", reference, ("chi-squared", "conditional"))
    limit = level("alpha", alpha)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = given.exposure * (given.total / given.exposure.sum(axis=1))[:, None]
    chi = pearson(given, expected)
    degrees = np.where(given.total > 0, given.points - 1, 0.0)
    if reference == "conditional":
        over, under = _conditional(given, chi, degrees)
    else:
        over, under = tails(chi, degrees)
    under = np.maximum(under, as_even(given, expected, under))
    index, both = _over(chi, degrees), np.minimum(1.0, 2 * np.minimum(over, under))
    read = readings(index, both, limit)
    shaped = given.shaped
    return Dispersion(
        shaped(index), shaped(chi), shaped(degrees), shaped(both), shaped(over), shaped(under),
        read[0] if given.single else read, limit, reference,
    )  # fmt: skip


def pearson(given: Counts, expected: Floats, spread: Any = 0.0) -> Floats:
    """Return Pearson's chi-squared of each series; the variance of a count is mu + `spread` mu^2."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = (given.counts - expected) ** 2 / (expected + spread * expected**2)
    return np.asarray(np.where(given.held & (expected > 0), terms, 0.0).sum(axis=1))


def tails(chi: Floats, degrees: Floats) -> tuple[Floats, Floats]:
    """Return the upper and the lower tail of chi-squared; NaN without degrees of freedom."""
    from scipy.special import chdtr, chdtrc  # noqa: PLC0415 - loads when first used

    some = degrees > 0
    safe = np.where(some, degrees, 1.0)
    return np.where(some, chdtrc(safe, chi), np.nan), np.where(some, chdtr(safe, chi), np.nan)


def as_even(given: Counts, expected: Floats, under: Floats) -> Floats:
    """Return the multinomial probability of the counts, in any order where all expect alike; 0 where not needed."""
    from scipy.special import gammaln, xlogy  # noqa: PLC0415 - loads when first used

    made = np.zeros(given.count)
    for row in np.flatnonzero(under < 0.5):
        held = given.held[row]
        counts, shares = given.counts[row, held], expected[row, held] / given.total[row]
        logs = gammaln(counts.sum() + 1) + (xlogy(counts, shares) - gammaln(counts + 1)).sum()
        if shares.max() - shares.min() < 1e-9:
            alike = np.unique(counts, return_counts=True)[1]
            logs += gammaln(len(counts) + 1) - gammaln(alike + 1).sum()
        made[row] = np.exp(min(logs, 0.0))
    return made


def readings(index: Floats, p: Floats, alpha: float) -> tuple[str, ...]:
    """Say in words what each index means."""
    places = np.where(np.isnan(p), 3, np.where(p > alpha, 0, np.where(index > 1, 1, 2)))
    return tuple(READINGS[place] for place in places)


def _over(chi: Floats, degrees: Floats) -> Floats:
    return np.where(degrees > 0, chi / np.where(degrees > 0, degrees, 1.0), np.nan)


def _conditional(given: Counts, chi: Floats, degrees: Floats) -> tuple[Floats, Floats]:
    """Return the tails of the gamma distribution with the moments of chi-squared given the total."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = given.exposure / given.exposure.sum(axis=1, keepdims=True)
        turned = np.where(given.held, 1 / shares, 0.0).sum(axis=1)
        variance = 2 * degrees + (turned - given.points**2 - 2 * degrees) / given.total
        freedom = 2 * degrees**2 / variance
        over, under = tails(chi * freedom / degrees, freedom)
    # One event is as unequal as it has to be: with equal exposures there is no variance.
    still = (degrees > 0) & ~(variance > 1e-12)
    return np.where(still, 1.0, over), np.where(still, 1.0, under)
