"""How far judges agree beyond chance: the kappas of Cohen, Fleiss, Conger and Light.

Ratings are names of categories; a subject with a missing one is refused, or left out where `missing` is "rows". Where
chance alone gives full agreement (everything was put into one category) kappa is not defined and NaN.
"""

import dataclasses
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from ..figures import intervals
from ..inputs import Bools, Column, Floats, listed, number, one_of, opened, table
from ..results import Result, Table
from .groups import Places, names

Weights = Literal["none", "linear", "squared"]
Missing = Literal["refuse", "rows"]


@dataclasses.dataclass(frozen=True)
class Kappa(Result):
    """A kappa with its test against chance.

    `error0` is the standard error where judges agree by chance, from which z and p (two-sided) come; `error` that
    for the interval. Both are NaN where `method` has no formula for them.
    """

    method: str
    kappa: float
    observed: float
    expected: float
    error0: float
    z: float
    p: float
    error: float
    interval: tuple[float, float]
    confidence: float
    subjects: int
    raters: int
    categories: tuple[str, ...]
    each: tuple[tuple[str, float, float], ...] = ()
    """For each category its name, its kappa and the kappa's z (Fleiss only)."""

    def table(self) -> Table:
        """Return kappa, and that of each category where there is one."""
        head = ("category", "kappa", "z")
        return Table(head, (("all", self.kappa, self.z), *self.each))

    def figure(self) -> dict[str, Any]:
        """Return kappa with its interval, and below it that of each category, as an ECharts option."""
        nothing = math.nan, math.nan
        rows = [("all", self.kappa, self.interval), *((name, kappa, nothing) for name, kappa, _ in self.each)]
        return intervals(f"Kappa, {self.method}", "kappa", rows, upright=(("chance", 0.0),))


def cohen_kappa(
    first: Column,
    second: Column,
    *,
    weights: Weights = "none",
    categories: Sequence[Any] | None = None,
    missing: Missing = "refuse",
    confidence: float = 0.95,
) -> Kappa:
    """Return Cohen's kappa of two judges, weighted where categories are ordered.

    kappa = (po - pe) / (1 - pe), po and pe being the weighted share of agreement seen and expected by chance.
    Weights of k categories: 1 on the diagonal and 0 elsewhere, or 1 - |i - j| / (k - 1) ("linear"), or 1 - (i -
    j)^2 / (k - 1)^2 ("squared"). Errors: J. L. Fleiss, J. Cohen and B. S. Everitt, Psychological Bulletin 72
    (1969). `categories` gives the order and those that nobody used; otherwise they are those that occur, in the
    order of numbers or of the alphabet.

    Source: J. Cohen, Educational and Psychological Measurement 20 (1960) and Psychological Bulletin 70 (1968). Raises
    ValueError for columns of unequal length, missing values unless `missing` is "rows", or a rating that is not among
    `categories`.

    >>> found = cohen_kappa(list("aabbb"), list("aabba"))
    >>> round(found.kappa, 4)
    0.6154
    """
    weighing = _weighing(weights)
    level = number("confidence", confidence, least=0.5, most=0.9999)
    coded, found = _coded({"first": first, "second": second}, categories, missing)
    n, k = len(coded), len(found)
    weight = _weights(k, weighing)
    observed, expected, share = _weighted_agreement(coded, weight)
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    method = "Cohen" if weights == "none" else f"Cohen, {weights} weights"
    both = (weight @ columns)[:, None] + (weight.T @ rows)[None, :]
    chance = rows[:, None] * columns[None, :]
    kappa = _beyond(observed, expected)
    if math.isnan(kappa):
        return _kappa(method, observed, expected, math.nan, math.nan, level, n, 2, found)
    null = float((chance * (weight - both) ** 2).sum()) - expected**2
    alone = float((share * (weight - both * (1 - kappa)) ** 2).sum())
    variance = alone - (kappa - expected * (1 - kappa)) ** 2
    scale = (1 - expected) * math.sqrt(n)
    errors = math.sqrt(max(0.0, null)) / scale, math.sqrt(max(0.0, variance)) / scale
    return _kappa(method, observed, expected, *errors, level, n, 2, found)


def fleiss_kappa(
    ratings: Any,
    *,
    categories: Sequence[Any] | None = None,
    missing: Missing = "refuse",
    confidence: float = 0.95,
) -> Kappa:
    """Return Fleiss' kappa of several judges, a row of `ratings` for each subject.

    The judges need not be the same for all subjects, only as many. po = sum of n_ij (n_ij - 1) / (N m (m - 1)), pe =
    sum of p_j^2 over the categories j. The errors are those by chance alone (J. L. Fleiss, J. C. M. Nee and J. R.
    Landis, Psychological Bulletin 86, 1979), which also make the interval. Each category has a kappa of its own
    against all others.

    Source: J. L. Fleiss, Psychological Bulletin 76 (1971). Two judges or more for each subject.

    >>> round(fleiss_kappa([["a", "a", "a"], ["a", "b", "b"], ["b", "b", "b"]]).kappa, 4)
    0.55
    """
    level = number("confidence", confidence, least=0.5, most=0.9999)
    coded, found = _table(ratings, categories, missing)
    return _fleiss(_counts(coded, len(found)), coded.shape[1], found, level)


def fleiss_from_counts(
    counts: Any, *, categories: Sequence[Any] | None = None, confidence: float = 0.95
) -> Kappa:
    """Return Fleiss' kappa from how many judges put each subject into each category: a row for each subject.

    As `fleiss_kappa`, for tables as Fleiss (1971) prints them and statsmodels takes them. `categories` names the
    columns. Raises ValueError at ``counts`` (no whole numbers from 0, rows with different sums, fewer than two judges)
    and ``categories``.

    >>> round(fleiss_from_counts([[3, 0], [1, 2], [0, 3]]).kappa, 4)
    0.55
    """
    level = number("confidence", confidence, least=0.5, most=0.9999)
    made = table("counts", counts)
    if (made < 0).any() or (made != np.floor(made)).any():
        raise ValueError("counts: give whole numbers from 0, how many judges chose each category")
    judges = made.sum(axis=1)
    if judges.min() != judges.max() or judges[0] < 2:
        raise ValueError("counts: each row has to hold the same number of judges, two or more")
    named = range(1, made.shape[1] + 1) if categories is None else listed("categories", categories)
    found = tuple(str(name) for name in named)
    if len(found) != made.shape[1]:
        raise ValueError(f"categories: give {made.shape[1]} names, not {len(found)}")
    return _fleiss(made, int(judges[0]), found, level)


def _fleiss(counts: Floats, m: int, found: tuple[str, ...], level: float) -> Kappa:
    n = len(counts)
    share = counts.sum(axis=0) / (n * m)
    observed = _pairs_agree(counts, m)
    expected = float((share**2).sum())
    spread = share * (1 - share)
    pairs = n * m * (m - 1)
    total = float(spread.sum())
    if total == 0:
        return _kappa("Fleiss", observed, expected, math.nan, math.nan, level, n, m, found)
    variance = 2 / (total**2 * pairs) * (total**2 - float((spread * (1 - 2 * share)).sum()))
    error = math.sqrt(max(0.0, variance))
    lost = (counts * (m - counts)).sum(axis=0)
    alone = math.sqrt(2 / pairs)
    each = tuple(
        (name, single, single / alone)
        for name, single in zip(
            found,
            (1 - x / (pairs * s) if s else math.nan for x, s in zip(lost, spread, strict=True)),
            strict=True,
        )
    )
    return _kappa("Fleiss", observed, expected, error, error, level, n, m, found, each)


def conger_kappa(
    ratings: Any,
    *,
    categories: Sequence[Any] | None = None,
    missing: Missing = "refuse",
    confidence: float = 0.95,
) -> Kappa:
    """Return Conger's exact kappa of several judges, the same for all subjects; a row of `ratings` is a subject.

    As Fleiss' kappa, but chance is that of the judges' own shares: pe is the mean over all pairs of judges of
    Cohen's. It has no test against chance here; `error` and interval come from leaving out one subject at a time (the
    jackknife), NaN where kappa is not defined without one.

    Source: A. J. Conger, Psychological Bulletin 88 (1980).

    >>> round(conger_kappa([["a", "a", "a"], ["a", "b", "b"], ["b", "b", "b"]]).kappa, 4)
    0.5714
    """
    coded, found = _table(ratings, categories, missing)
    level = number("confidence", confidence, least=0.5, most=0.9999)

    def agreement(kept: Places) -> tuple[float, float]:
        n, m = kept.shape
        shares = np.stack([np.bincount(kept[:, rater], minlength=len(found)) / n for rater in range(m)])
        together = shares.sum(axis=0)
        expected = (float((together**2).sum()) - float((shares**2).sum())) / (m * (m - 1))
        return _pairs_agree(_counts(kept, len(found)), m), expected

    error = _jackknife(coded, lambda kept: _beyond(*agreement(kept)))
    n, m = coded.shape
    return _kappa("Conger", *agreement(coded), math.nan, error, level, n, m, found)


def light_kappa(
    ratings: Any,
    *,
    weights: Weights = "none",
    categories: Sequence[Any] | None = None,
    missing: Missing = "refuse",
    confidence: float = 0.95,
) -> Kappa:
    """Return Light's kappa: the mean of Cohen's over all pairs of judges; a row of `ratings` is a subject.

    NaN where one pair's is not defined. It has no test against chance here; `error` and interval as in
    `conger_kappa`. `observed` and `expected` are the means of the pairs'.

    Source: R. J. Light, Psychological Bulletin 76 (1971).

    >>> round(light_kappa([["a", "a", "a"], ["a", "b", "b"], ["b", "b", "b"]]).kappa, 4)
    0.6
    """
    weight = _weighing(weights)
    coded, found = _table(ratings, categories, missing)
    level = number("confidence", confidence, least=0.5, most=0.9999)
    each = _weights(len(found), weight)

    def pairs(kept: Places) -> list[tuple[float, float]]:
        judges = range(kept.shape[1])
        return [_weighted_agreement(kept[:, [a, b]], each)[:2] for a, b in itertools.combinations(judges, 2)]

    def mean(kept: Places) -> float:
        return float(np.mean([_beyond(*pair) for pair in pairs(kept)]))

    observed, expected = (float(value) for value in np.mean(pairs(coded), axis=0))
    n, m = coded.shape
    error = _jackknife(coded, mean)
    return _kappa("Light", observed, expected, math.nan, error, level, n, m, found, kappa=mean(coded))


def _jackknife(coded: Places, statistic: Callable[[Places], float]) -> float:
    """Return the standard error of a statistic of subjects: sqrt((n - 1) / n times the squares about the mean)."""
    n = len(coded)
    if n < 3:
        return math.nan
    apart = np.array([statistic(np.delete(coded, place, axis=0)) for place in range(n)])
    return math.sqrt((n - 1) / n * float(((apart - apart.mean()) ** 2).sum()))


def _weighted_agreement(coded: Places, weight: Floats) -> tuple[float, float, Floats]:
    """Return the weighted agreement of two judges, that by chance, and the table of shares."""
    k = len(weight)
    share = np.bincount(coded[:, 0] * k + coded[:, 1], minlength=k * k).reshape(k, k) / len(coded)
    return float((weight * share).sum()), float(share.sum(axis=1) @ weight @ share.sum(axis=0)), share


def _kappa(
    method: str, observed: float, expected: float, error0: float, error: float, level: float, n: int, m: int,
    found: tuple[str, ...], each: tuple[tuple[str, float, float], ...] = (), kappa: float | None = None,
) -> Kappa:  # fmt: skip
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 - loads when first used

    kappa = _beyond(observed, expected) if kappa is None else kappa
    z = kappa / error0 if error0 > 0 else math.nan
    half = float(ndtri(0.5 + level / 2)) * error
    p = float(2 * ndtr(-abs(z)))
    ends = (max(-1.0, kappa - half), min(1.0, kappa + half)) if not math.isnan(half) else (math.nan, math.nan)
    return Kappa(method, kappa, observed, expected, error0, z, p, error, ends, level, n, m, found, each)


def _beyond(observed: float, expected: float) -> float:
    return (observed - expected) / (1 - expected) if 1 - expected > 1e-12 else math.nan


def _pairs_agree(counts: Floats, raters: int) -> float:
    return float((counts * (counts - 1)).sum()) / (len(counts) * raters * (raters - 1))


def _counts(coded: Places, categories: int) -> Floats:
    n = len(coded)
    flat = (coded + np.arange(n)[:, None] * categories).ravel()
    return np.bincount(flat, minlength=n * categories).reshape(n, categories).astype(np.float64)


def _weighing(weights: Weights) -> Weights:
    one_of("weights", weights, ("none", "linear", "squared"))
    return weights


def _weights(k: int, weights: Weights) -> Floats:
    place = np.arange(k, dtype=np.float64)
    apart = np.abs(place[:, None] - place[None, :])
    if weights == "none" or k == 1:
        same: Floats = np.eye(k)
        return same
    near: Floats = 1.0 - np.power(apart / (k - 1), 1 if weights == "linear" else 2)
    return near


def _table(ratings: Any, categories: Sequence[Any] | None, missing: str) -> tuple[Places, tuple[str, ...]]:
    given = opened(ratings)
    try:
        array = np.array([list(row) for row in given], dtype=object)
    except TypeError:
        raise ValueError("ratings: give a row of ratings for each subject") from None
    if array.ndim != 2 or array.size == 0:
        raise ValueError("ratings: give a row of ratings for each subject, all of one length")
    if array.shape[1] < 2:
        raise ValueError("ratings: give two ratings or more for each subject")
    array = array[_whole(array, missing)]
    if not len(array):
        raise ValueError("ratings: no subject has all ratings")
    found, places = names("ratings", array.ravel())
    return _ordered("ratings", found, places.reshape(array.shape), categories)


def _whole(array: Any, missing: str) -> Bools:
    """Return which rows have no missing rating, all of them where missing ones are to be refused."""
    one_of("missing", missing, ("refuse", "rows"))
    if missing == "refuse":
        return np.ones(len(array), dtype=np.bool_)
    return np.array([all(one is not None and one == one for one in row) for row in array], dtype=np.bool_)


def _coded(
    columns: dict[str, Column], categories: Sequence[Any] | None, missing: str
) -> tuple[Places, tuple[str, ...]]:
    if one_of("missing", missing, ("refuse", "rows")) != "refuse":
        lists = {name: listed(name, values) for name, values in columns.items()}
        if len({len(values) for values in lists.values()}) == 1:
            there = _whole(list(zip(*lists.values(), strict=True)), missing)
            columns = {
                name: [one for one, held in zip(values, there, strict=True) if held]
                for name, values in lists.items()
            }
    apart = {name: names(name, values) for name, values in columns.items()}
    (first, (_, one)), (second, (_, two)) = apart.items()
    if len(one) != len(two):
        raise ValueError(f"{second}: has {len(two)} values, but {first} has {len(one)}")
    labels = [np.array(found, dtype=object)[places] for found, places in apart.values()]
    found, places = names(first, np.concatenate(labels))
    return _ordered(first, found, places.reshape(2, -1).T, categories)


def _ordered(
    name: str, found: tuple[str, ...], places: Places, categories: Sequence[Any] | None
) -> tuple[Places, tuple[str, ...]]:
    if categories is None:
        return places, found
    wanted = tuple(str(category) for category in listed("categories", categories))
    if len(set(wanted)) != len(wanted):
        raise ValueError("categories: holds a category twice")
    strange = [category for category in found if category not in wanted]
    if strange:
        raise ValueError(f"{name}: holds {strange[0]!r}, which is not among the categories")
    rank = np.array([wanted.index(category) for category in found], dtype=np.intp)
    return rank[places], wanted
