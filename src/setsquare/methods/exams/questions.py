"""How the questions of a test do: how difficult each is, whether it tells apart, and how reliable the whole is.

Sources: G. F. Kuder and M. W. Richardson, Psychometrika 2 (1937); T. L. Kelley, Journal of Educational Psychology 30
(1939), upper and lower groups of 27 %; R. L. Ebel and D. A. Frisbie, Essentials of Educational Measurement (1991), 13.
"""

import dataclasses
import math
import statistics
from collections.abc import Sequence
from typing import Any

from ..figures import bars
from ..results import Part, Result, Table


@dataclasses.dataclass(frozen=True)
class AnalysedItem(Part):
    """One question of a test; NaN where too few answered, or all alike."""

    name: str
    answered: int
    difficulty: float
    """The mean share of its points: 1 where everybody had it right."""
    rest_correlation: float
    """Of its points with the share of points in the other questions: point-biserial where it is right or wrong."""
    upper_lower: float
    """Its difficulty in the best group less that in the worst."""


@dataclasses.dataclass(frozen=True)
class ItemAnalysis(Result):
    """A test and its questions. `error` is the standard error of measurement of the sum of points."""

    people: int
    mean: float
    """Mean share of points."""
    sd: float
    alpha: float
    """Cronbach's alpha, KR-20 where questions are right or wrong; NaN where not everybody had all questions."""
    error: float
    group: float
    questions: tuple[AnalysedItem, ...]

    def table(self) -> Table:
        """Return a row for each question."""
        heads = ("question", "answered", "difficulty", "correlation with the rest", "upper less lower group")
        return Table(
            heads,
            tuple(
                (one.name, one.answered, one.difficulty, one.rest_correlation, one.upper_lower)
                for one in self.questions
            ),
        )

    def figure(self) -> dict[str, Any]:
        """Return difficulty and correlation of the questions as bars, an ECharts option."""
        made = {
            "difficulty": [one.difficulty for one in self.questions],
            "correlation": [one.rest_correlation for one in self.questions],
        }
        return bars("Questions", "share, correlation", [one.name for one in self.questions], made)


def item_analysis(
    points: Any, most: Sequence[float], *, names: Sequence[Any] | None = None, group: float = 0.27
) -> ItemAnalysis:
    """Return how the questions of a test do; a row of `points` is a person, a column a question worth `most`.

    A question that a person was not asked is missing (None, NaN); one that was asked and not answered has 0 points.
    Of each question: difficulty, mean of points / most; the correlation of its points with the share that the person
    has of the points of all other questions asked; and difficulty in the upper less that in the lower `group` of people
    by their share of points, who are tied at the edge of a group counted in part, each alike. alpha = k / (k - 1)
    (1 - sum of the questions' variances / variance of the sum), which is KR-20 where each is right or wrong.

    Sources: G. F. Kuder and M. W. Richardson, Psychometrika 2 (1937); T. L. Kelley, J. Educ. Psych. 30 (1939). Raises
    ValueError at ``points`` (empty, less than 0, more than `most`), ``most``, ``names``, ``group``.

    >>> found = item_analysis([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]], [1, 1, 1])
    >>> found.alpha, [one.difficulty for one in found.questions]
    (0.75, [0.75, 0.5, 0.25])
    >>> round(found.questions[1].rest_correlation, 4), found.questions[1].upper_lower
    (0.7071, 1.0)
    """
    given, worth = _rows(points), _numbers("most", most)
    called = [str(n + 1) for n in range(len(worth))] if names is None else [str(name) for name in names]
    if any(len(row) != len(worth) for row in given) or len(called) != len(worth):
        raise ValueError(f"most: give {max(map(len, given))} values and as many names")
    if any(value <= 0 for value in worth) or not all(map(_possible, given, [worth] * len(given))):
        raise ValueError("points: give 0 or more, and no more than a question is worth")
    (share,) = _numbers("group", [group])
    if not 0 < share <= 0.5:
        raise ValueError(f"group: give more than 0 and at most 0.5, not {share:g}")
    people = [_Person(row, worth) for row in given]
    upper, lower = _groups([person.total for person in people], share)
    questions = tuple(_question(name, n, people, worth[n], (upper, lower)) for n, name in enumerate(called))
    alpha, error = _alpha(given)
    kept = [person.total for person in people if not math.isnan(person.total)]
    mean = statistics.fmean(kept) if kept else math.nan
    sd = statistics.stdev(kept) if len(kept) > 1 else math.nan
    return ItemAnalysis(len(kept), mean, sd, alpha, error, share, questions)


class _Person:
    """The points of one person, None where a question was not asked, and their share of what they could have."""

    def __init__(self, points: list[float | None], worth: list[float]) -> None:
        self.points = points
        self.got = math.fsum(value for value in points if value is not None)
        self.could = math.fsum(most for value, most in zip(points, worth, strict=True) if value is not None)
        self.total = self.got / self.could if self.could > 0 else math.nan

    def share_of_others(self, question: int, worth: float) -> float:
        """Return the share of points in all questions asked but one."""
        could = self.could - worth
        return (self.got - (self.points[question] or 0.0)) / could if could > 1e-12 else math.nan


def _rows(points: Any) -> list[list[float | None]]:
    """Return the points as they were given, in rows of one length: what is missing at the end is filled up."""
    try:
        rows = [[_number("points", value) for value in _opened(row)] for row in _opened(points)]
    except TypeError:
        raise ValueError("points: give a table of numbers, a row for each person") from None
    if not rows or not any(value is not None for row in rows for value in row):
        raise ValueError("points: is empty")
    longest = max(map(len, rows))
    return [[*row, *([None] * (longest - len(row)))] for row in rows]


def _numbers(name: str, values: Any) -> list[float]:
    try:
        made = [_number(name, value) for value in _opened(values)]
    except TypeError:
        raise ValueError(f"{name}: give a list of numbers, not {values!r}") from None
    found = [value for value in made if value is not None]
    if len(found) < len(made):
        raise ValueError(f"{name}: {len(made) - len(found)} of {len(made)} values are missing")
    return found


def _opened(values: Any) -> Any:
    """Return an array or a table of another library as lists."""
    if isinstance(values, str | bytes):
        raise TypeError
    made = values.to_numpy() if hasattr(values, "to_numpy") else values
    return made.tolist() if hasattr(made, "tolist") else made


def _number(name: str, value: Any) -> float | None:
    """Return a number, None where it is missing; raises ValueError at `name` where it is none."""
    if value is None or type(value).__name__ in ("NAType", "MaskedConstant"):
        return None
    try:
        if isinstance(value, str | bytes):
            raise TypeError
        made = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: holds something that is not a number") from None
    except OverflowError:
        made = math.inf
    if math.isnan(made):
        return None
    if abs(made) > _LARGEST:
        raise ValueError(f"{name}: holds a value beyond {_LARGEST:g}, which cannot be computed with")
    return made


_LARGEST = 1e150


def _possible(row: list[float | None], worth: list[float]) -> bool:
    return all(value is None or 0 <= value <= most + 1e-9 for value, most in zip(row, worth, strict=True))


def _groups(totals: list[float], share: float) -> tuple[list[float], list[float]]:
    """Return how much each person counts in the upper and in the lower group."""
    size = max(round(share * sum(not math.isnan(total) for total in totals)), 1)
    return _best(totals, size), _best([-total for total in totals], size)


def _best(totals: list[float], size: int) -> list[float]:
    known = sorted((total for total in totals if not math.isnan(total)), reverse=True)
    if not known:
        return [0.0] * len(totals)
    edge = known[size - 1]
    above, tied = sum(t > edge + 1e-12 for t in known), sum(abs(t - edge) <= 1e-12 for t in known)
    part = (size - above) / tied
    return [1.0 if t > edge + 1e-12 else part if abs(t - edge) <= 1e-12 else 0.0 for t in totals]


def _question(
    name: str, place: int, people: list[_Person], worth: float, groups: tuple[list[float], list[float]]
) -> AnalysedItem:
    asked = [(n, value / worth) for n, one in enumerate(people) if (value := one.points[place]) is not None]
    own = [value for _n, value in asked]
    others = [people[n].share_of_others(place, worth) for n, _value in asked]
    ends = [_weighted(own, [group[n] for n, _value in asked]) for group in groups]
    difficulty = statistics.fmean(own) if own else math.nan
    return AnalysedItem(name, len(own), difficulty, _correlation(own, others), ends[0] - ends[1])


def _weighted(values: list[float], weights: list[float]) -> float:
    return statistics.fmean(values, weights) if sum(weights) > 0 else math.nan


def _correlation(a: list[float], b: list[float]) -> float:
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if not math.isnan(y)]
    if len(pairs) < 2 or any(statistics.pstdev(side) < 1e-12 for side in zip(*pairs, strict=True)):
        return math.nan
    return statistics.correlation(*zip(*pairs, strict=True))


def _alpha(points: list[list[float | None]]) -> tuple[float, float]:
    """Return alpha and the standard error of measurement; NaN where they cannot be reckoned."""
    whole = [[value for value in row if value is not None] for row in points]
    k = len(points[0])
    if len(whole) < 2 or any(len(row) < k for row in whole):
        return math.nan, math.nan
    total = statistics.variance([math.fsum(row) for row in whole])
    own = math.fsum(statistics.variance(column) for column in zip(*whole, strict=True))
    if k < 2 or total <= 0:
        return math.nan, math.nan
    alpha = k / (k - 1) * (1 - own / total)
    return alpha, math.sqrt(max(total * (1 - alpha), 0.0))
