"""Two rates: before and after, here and there, by the exact test given their sum.

Sources: J. Przyborowski and H. Wilenski, Biometrika 31 (1940); E. L. Lehmann and J. P. Romano, Testing Statistical
Hypotheses (2005), 4.5; M. P. Fay, The R Journal 2/1 (2010), for tests that agree with their intervals; K. J. Rothman
and S. Greenland, Modern Epidemiology, 2nd ed. (1998), 14, for mid-P.
"""

import dataclasses
from typing import Any, Literal

import numpy as np

from ..inputs import Floats, number, one_of
from ..results import Table
from .given import ALTERNATIVES, Alternative, level
from .pairs import Compared, Pair, forest, mover
from .solving import bisect
from .tails import quantile, two_tails

Method = Literal["exact", "mid-p"]
TwoSided = Literal["central", "likelihood"]


@dataclasses.dataclass(frozen=True)
class TwoRates(Compared):
    """Two rates compared; the difference's interval is from the score intervals of both (MOVER)."""

    interval: tuple[Any, Any]
    """The ratio's."""
    null: float

    def table(self) -> Table:
        """Return a row for each pair."""
        return self._rows("ratio", self.interval, "difference", self.difference_interval)

    def figure(self, most: int = 20) -> dict[str, Any]:
        """Return the ratios of the first `most` pairs with their intervals, as an ECharts option."""
        return forest("Two rates", "ratio of rates", 1.0, self.ratio, self.interval, most)


def two_rates(
    first: Any,
    first_exposure: Any,
    second: Any,
    second_exposure: Any,
    *,
    null: float = 1.0,
    method: Method = "exact",
    two_sided: TwoSided = "central",
    alternative: Alternative = "two-sided",
    confidence: float = 0.95,
) -> TwoRates:
    """Compare two rates, exactly given the sum of events.

    Given n = x + y, the first count is binomial with pi = E1 r / (E1 r + E2), r being the ratio of rates; under the
    hypothesis r = `null`. ``exact``: its tails, and Clopper and Pearson's interval of pi turned into one of r;
    ``mid-p``: with the probability of what was seen counted by half, in test and interval, less conservative and
    without a guarantee. `two_sided`: ``central``, twice the smaller tail, which agrees with the interval;
    ``likelihood``, all counts no more probable than the one seen, as R's poisson.test.

    Counts are Poisson: where they vary more (see `dispersion`), p is too small. Numbers, or columns of one length.
    Without any event p is 1, the ratio NaN, its interval 0 to infinity. Raises ValueError at the argument that does
    not fit.

    >>> found = two_rates(11, 800, 23, 3000)
    >>> round(found.ratio, 4), [round(end, 4) for end in found.interval], round(found.p, 4)
    (1.7935, [0.7893, 3.8298], 0.1687)
    """
    given = Pair("exposure", first, first_exposure, second, second_exposure)
    one_of("method", method, ("exact", "mid-p"))
    one_of("two_sided", two_sided, ("central", "likelihood"))
    one_of("alternative", alternative, ALTERNATIVES)
    sure, ratio_null = level("confidence", confidence), number("null", null, above=0.0)
    half = 0.5 if method == "mid-p" else 0.0
    p = _p(given, ratio_null, half, two_sided, alternative)
    low, high = _shares(given.x, given.y, (1 - sure) / 2, half)
    odds = given.of_y / given.of_x
    one, other = given.x / given.of_x, given.y / given.of_y
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, ends = one / other, tuple(end / (1 - end) * odds for end in (low, high))
    apart = mover((one, other), *(_score_interval(*each, float(quantile(sure))) for each in given.parts))
    shaped = given.shaped
    return TwoRates(
        method, shaped(one), shaped(other), shaped(ratio), shaped(one - other), (shaped(apart[0]), shaped(apart[1])),
        shaped(p), two_sided, sure, alternative, (shaped(ends[0]), shaped(ends[1])), ratio_null,
    )  # fmt: skip


def _p(given: Pair, null: float, half: float, two_sided: str, alternative: str) -> Floats:
    share = given.of_x * null / (given.of_x * null + given.of_y)
    if two_sided == "likelihood" and alternative == "two-sided":
        return np.array([_likelihood_p(*each, half) for each in zip(given.x, given.y, share, strict=True)])
    return two_tails(*_tails(given.x, given.y, share, half), alternative)


def _tails(x: Floats, y: Floats, share: Floats, half: float) -> tuple[Floats, Floats]:
    """Return P(at most x) and P(at least x) of a binomial count among x + y, the probability of x less by `half`."""
    from scipy.special import betainc  # noqa: PLC0415 - loads when first used

    # P(at least x) is the incomplete beta function of x and y + 1; of x = 0 it is 1.
    least = np.where(x > 0, betainc(np.maximum(x, 1), y + 1, share), 1.0)
    more = np.where(y > 0, betainc(x + 1, np.maximum(y, 1), share), 0.0)
    most = np.where(y > 0, betainc(np.maximum(y, 1), x + 1, 1 - share), 1.0)
    fewer = np.where(x > 0, betainc(y + 1, np.maximum(x, 1), 1 - share), 0.0)
    return most - half * (most - fewer), least - half * (least - more)


def _shares(x: Floats, y: Floats, tail: float, half: float) -> tuple[Floats, Floats]:
    """Return the interval of the binomial share of x among x + y."""
    from scipy.special import betaincinv  # noqa: PLC0415 - loads when first used

    if half:
        zero, one = np.zeros(len(x)), np.ones(len(x))
        low = bisect(lambda share: _tails(x, y, share, half)[1] - tail, zero, one)
        high = bisect(lambda share: tail - _tails(x, y, share, half)[0], zero, one)
    else:
        low = betaincinv(np.maximum(x, 1), y + 1, tail)
        high = betaincinv(x + 1, np.maximum(y, 1), 1 - tail)
    return np.where(x > 0, low, 0.0), np.where(y > 0, high, 1.0)


def _likelihood_p(x: float, y: float, share: float, half: float) -> float:
    """Return the probability of all counts that are no more probable than x."""
    from scipy.special import gammaln, xlog1py, xlogy  # noqa: PLC0415 - loads when first used

    n = x + y
    counts = np.arange(n + 1)
    logs = gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1)
    chances = np.exp(logs + xlogy(counts, share) + xlog1py(n - counts, -share))
    seen = chances[int(x)]
    return float(min(1.0, chances[chances <= seen * (1 + 1e-7)].sum() - half * seen))


def _score_interval(counts: Floats, exposure: Floats, reach: float) -> tuple[Floats, Floats]:
    """Return the score interval of a rate, where (x - E r)^2 = z^2 E r."""
    middle = counts + reach**2 / 2
    half = reach * np.sqrt(counts + reach**2 / 4)
    return (middle - half) / exposure, (middle + half) / exposure
