"""How far judges agree who rank or measure: Kendall's W and intraclass correlations."""

import dataclasses
import math
from typing import Any, Literal

import numpy as np

from ..figures import intervals
from ..inputs import Floats, flag, number, one_of, rescaled, table
from ..results import Part, Result


@dataclasses.dataclass(frozen=True)
class Concordance(Part):
    """Kendall's W, from 0 (none) to 1 (all rank alike), with its chi-squared test."""

    w: float
    chi_squared: float
    degrees: int
    p: float
    subjects: int
    raters: int
    method: str = "Kendall W, corrected for ties"


def kendall_w(scores: Any, *, correct: bool = True) -> Concordance:
    """Return Kendall's coefficient of concordance; a row of `scores` is a subject, a column a judge.

    W = 12 S / (m^2 (n^3 - n) - m T), S being the sum of squares of the rank sums about their mean and T the sum of
    t^3 - t over the ties of each judge (0 without `correct`). chi-squared = m (n - 1) W with n - 1 degrees of
    freedom, rough for n of 7 or fewer. NaN where every judge gave all subjects one score. Two subjects and two
    judges or more, no missing values.

    Source: M. G. Kendall and B. Babington Smith, Annals of Mathematical Statistics 10 (1939).

    >>> kendall_w([[1, 1, 2], [2, 2, 1], [3, 3, 3]]).w.__round__(4)
    0.7778
    """
    from scipy.special import chdtrc  # noqa: PLC0415 - loads when first used

    made, correct = _scores(scores), flag("correct", correct)
    n, m = made.shape
    sums, tied = _rank_sums(made)
    spread = float(((sums - sums.mean()) ** 2).sum())
    ties = tied if correct else 0.0
    room = m**2 * (n**3 - n) - m * ties
    w = 12 * spread / room if room > 0 else math.nan
    square = m * (n - 1) * w
    return Concordance(
        w, square, n - 1, float(chdtrc(n - 1, square)), n, m,
        "Kendall W, corrected for ties" if correct else "Kendall W, without correction for ties",
    )  # fmt: skip


def _rank_sums(made: Floats) -> tuple[Floats, float]:
    """Return the sum of each subject's ranks (the mean rank where tied), and the sum of t^3 - t over all ties."""
    sums, tied = np.zeros(len(made)), 0.0
    for judge in made.T:
        _, place, counts = np.unique(judge, return_inverse=True, return_counts=True)
        sums += (np.cumsum(counts) - (counts - 1) / 2)[place]
        tied += float((counts.astype(np.float64) ** 3 - counts).sum())
    return sums, tied


@dataclasses.dataclass(frozen=True)
class Intraclass(Result):
    """An intraclass correlation with its F-test against zero and its interval; `form` as McGraw and Wong write it."""

    form: str
    icc: float
    interval: tuple[float, float]
    f: float
    degrees: tuple[float, float]
    p: float
    confidence: float
    subjects: int
    raters: int
    method: str = "analysis of variance, McGraw and Wong"

    def figure(self) -> dict[str, Any]:
        """Return the correlation with its interval, as an ECharts option."""
        rows = [(self.form, self.icc, self.interval)]
        return intervals("Intraclass correlation", "correlation", rows, upright=(("none", 0.0),))


def intraclass(
    scores: Any,
    *,
    model: Literal["oneway", "twoway"] = "twoway",
    kind: Literal["agreement", "consistency"] = "agreement",
    unit: Literal["single", "average"] = "single",
    confidence: float = 0.95,
) -> Intraclass:
    """Return the intraclass correlation; a row of `scores` is a subject, a column a judge.

    With the mean squares of subjects R, judges C, error E and within subjects W, n subjects and k judges: ICC(1) =
    (R - W) / (R + (k - 1) W); ICC(C,1) = (R - E) / (R + (k - 1) E); ICC(A,1) = (R - E) / (R + (k - 1) E + k (C - E)
    / n); of averages ICC(1,k) = (R - W) / R, ICC(C,k) = (R - E) / R, ICC(A,k) = (R - E) / (R + (C - E) / n). `kind`
    does not matter for the one-way model. In the terms of Shrout and Fleiss: (1,1), (3,1), (2,1), (1,k), (3,k),
    (2,k).

    Subjects and judges are random, errors normal. Where nothing varies the coefficient is NaN. Two subjects and two
    judges or more, no missing values.

    Source: K. O. McGraw and S. P. Wong, Psychological Methods 1 (1996), tables 4 and 7.

    >>> scores = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> intraclass(scores).icc.__round__(2)
    0.29
    """
    one_of("model", model, ("oneway", "twoway"))
    one_of("kind", kind, ("agreement", "consistency"))
    one_of("unit", unit, ("single", "average"))
    level = number("confidence", confidence, least=0.5, most=0.9999)
    made = rescaled(_scores(scores))
    n, k = made.shape
    subject, judge, error, within = _squares(made)
    if model == "oneway":
        single, ends, below, degrees = _ratio(subject, within, n, k, n * (k - 1), level)
        form = "ICC(1)"
    elif kind == "consistency":
        single, ends, below, degrees = _ratio(subject, error, n, k, (n - 1) * (k - 1), level)
        form = "ICC(C,1)"
    else:
        single, ends = _agreement(subject, judge, error, n, k, level)
        below, degrees, form = error, (n - 1, (n - 1) * (k - 1)), "ICC(A,1)"
    if unit == "average":
        single, ends = _stepped(single, k), (_stepped(ends[0], k), _stepped(ends[1], k))
        form = "ICC(k)" if model == "oneway" else form.replace("1", "k")
    f = subject / below if below else (math.inf if subject else math.nan)
    return Intraclass(form, single, ends, f, degrees, _upper(f, degrees), level, n, k)


def _squares(made: Floats) -> tuple[float, float, float, float]:
    """Return the mean squares of subjects, judges, error and within subjects."""
    n, k = made.shape
    rows, columns, middle = made.mean(axis=1), made.mean(axis=0), made.mean()
    rest = made - rows[:, None] - columns[None, :] + middle
    return (
        k * float(((rows - middle) ** 2).sum()) / (n - 1),
        n * float(((columns - middle) ** 2).sum()) / (k - 1),
        float((rest**2).sum()) / ((n - 1) * (k - 1)),
        float(((made - rows[:, None]) ** 2).sum()) / (n * (k - 1)),
    )


def _scores(scores: Any) -> Floats:
    made = table("scores", scores)
    if len(made) < 2:
        raise ValueError("scores: give two subjects or more")
    if made.shape[1] < 2:
        raise ValueError("scores: give two judges or more")
    return made


def _upper(f: float, degrees: tuple[float, float]) -> float:
    from scipy.special import fdtrc  # noqa: PLC0415 - loads when first used

    if math.isinf(f):
        return 0.0
    return float(fdtrc(*degrees, f))


def _stepped(single: float, k: int) -> float:
    """Return the average's correlation from that of one (Spearman and Brown); minus infinity at the lowest possible."""
    below = 1 + (k - 1) * single
    return k * single / below if below > 0 else -math.inf


def _ratio(
    subject: float, below: float, n: int, k: int, rest: int, level: float
) -> tuple[float, tuple[float, float], float, tuple[int, int]]:
    from scipy.special import fdtri  # noqa: PLC0415 - loads when first used

    def of(f: float) -> float:
        return (f - 1) / (f + k - 1)

    degrees = n - 1, rest
    if below == 0:
        single = 1.0 if subject else math.nan
        return single, (single, single), below, degrees
    f, side = subject / below, 0.5 + level / 2
    low, high = f / float(fdtri(n - 1, rest, side)), f * float(fdtri(rest, n - 1, side))
    return of(f), (of(low), of(high)), below, degrees


def _agreement(
    subject: float, judge: float, error: float, n: int, k: int, level: float
) -> tuple[float, tuple[float, float]]:
    from scipy.special import fdtri  # noqa: PLC0415 - loads when first used

    below = subject + (k - 1) * error + k * (judge - error) / n
    if below <= 0 or subject == judge == error == 0:
        return math.nan, (math.nan, math.nan)
    single = (subject - error) / below
    if single >= 1:
        return 1.0, (1.0, 1.0)
    a = k * single / (n * (1 - single))
    b = 1 + k * single * (n - 1) / (n * (1 - single))
    top = (a * judge + b * error) ** 2
    v = top / ((a * judge) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1)))
    side = 0.5 + level / 2
    large, small = float(fdtri(n - 1, v, side)), float(fdtri(v, n - 1, side))
    rest = k * judge + (k * n - k - n) * error
    low = n * (subject - large * error) / (large * rest + n * subject)
    high = n * (small * subject - error) / (rest + n * small * subject)
    return single, (low, high)
