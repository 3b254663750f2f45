"""Favourable shares with Wilson's interval, by groups, without giving single people away."""

import dataclasses
import math
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from ..figures import ROOM, intervals
from ..inputs import Bools, Column, Floats, column, flag, listed, number, table, whole
from ..results import BELOW, Result, Table


@dataclasses.dataclass(frozen=True)
class FavourableShare(Result):
    """The share of favourable answers of one question in one group; NaN where nobody answered or it is suppressed."""

    question: str
    group: str
    share: float
    interval: tuple[float, float]
    favourable: int | None
    answered: int | None
    missing: int | None
    suppressed: bool = False
    """The counts of a suppressed group are None: they would give away what the share must not."""

    def figure(self) -> dict[str, Any]:
        """Return the share with its interval, as an ECharts option."""
        rows = [(f"{self.question}, {self.group}", self.share, self.interval)]
        return intervals("Favourable answers", "share", rows)


@dataclasses.dataclass(frozen=True)
class FavourableShares(Result):
    """Shares of all questions and groups; the group of everybody comes first, named "all"."""

    shares: tuple[FavourableShare, ...]
    confidence: float
    minimum: int
    method: str = "Wilson score interval"

    def table(self) -> Table:
        """Return a row for each question and group."""
        heads = (
            "question",
            "group",
            "share",
            "low",
            "high",
            "favourable",
            "answered",
            "missing",
            "suppressed",
        )
        return Table(
            heads,
            tuple(
                (s.question, s.group, s.share, *s.interval, s.favourable, s.answered, s.missing, s.suppressed)
                for s in self.shares
            ),
        )

    def figure(self) -> dict[str, Any]:
        """Return the shares with their intervals, an ECharts option; suppressed ones are left out."""
        shown = [one for one in self.shares if not math.isnan(one.share)]
        # One line for all intervals, broken after each.
        ends: list[list[float | None]] = []
        for place, one in enumerate(shown):
            ends += [[one.interval[0], place], [one.interval[1], place], [None, place]]
        return {
            "title": {"text": "Favourable answers"},
            "grid": ROOM,
            "xAxis": {"type": "value", "min": 0, "max": 1, **BELOW, "name": "share"},
            "yAxis": {
                "type": "category",
                "data": [f"{one.question}, {one.group}" for one in shown],
                "inverse": True,
            },
            "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
            "series": [
                {"name": "share", "type": "bar", "barMaxWidth": 24, "data": [one.share for one in shown]},
                {
                    "name": "interval",
                    "type": "line",
                    "symbol": "rect",
                    "symbolSize": [2, 12],
                    "itemStyle": {"color": "#777777"},
                    "data": ends,
                },
            ],
        }


def favourable_share(
    answers: Column, favourable: Collection[float] = (4, 5), *, confidence: float = 0.95
) -> FavourableShare:
    """Return the share of answers to one question that are favourable, with Wilson's interval.

    Missing answers are counted apart and in no share. Centre and half width with p = x / n and the normal quantile z:
    (p + z^2 / 2n) / (1 + z^2 / n) and z sqrt(p (1 - p) / n + z^2 / 4n^2) / (1 + z^2 / n). It assumes that who answers
    is a random sample of a large group; where nearly everybody answered, it is wider than needed.

    Sources: E. B. Wilson, JASA 22 (1927); R. G. Newcombe, Statistics in Medicine 17 (1998), method 3. Raises ValueError
    at ``answers`` (empty, infinite, all missing), ``favourable`` (empty), ``confidence``.

    >>> found = favourable_share([5, 4, 4, 2, 3, None])
    >>> found.share, found.answered, [round(end, 3) for end in found.interval]
    (0.6, 5, [0.231, 0.882])
    """
    given = column("answers", answers, missing=True)
    level = number("confidence", confidence, least=0.5, most=0.9999)
    return _share("1", "all", given, np.isin(given, _wanted(favourable)), level)


def favourable_shares(
    answers: Any,
    favourable: Collection[float] = (4, 5),
    *,
    items: Sequence[Any] | None = None,
    by: Sequence[Any] | None = None,
    minimum: int = 5,
    confidence: float = 0.95,
) -> FavourableShares:
    """Return the favourable share of each question (a column of `answers`), for everybody and each group in `by`.

    Groups in which fewer than `minimum` people answered a question are suppressed, as is the next smallest group where
    otherwise the one suppressed could be found by subtraction (`suppressed_groups`); all of a survey with too few
    people is. Method and sources as `favourable_share`.

    Raises ValueError at ``answers``, ``favourable``, ``items``, ``by`` (another length), ``minimum``, ``confidence``.

    >>> found = favourable_shares([[5, 4], [4, 2], [2, 2], [5, 5], [4, 1]], by=list("aaaab"), minimum=2)
    >>> [(one.group, one.suppressed) for one in found.shares if one.question == "1"]
    [('all', False), ('a', True), ('b', True)]
    """
    given = table("answers", answers, missing=True)
    level = number("confidence", confidence, least=0.5, most=0.9999)
    least = whole("minimum", minimum, least=1)
    names = (
        [str(place + 1) for place in range(given.shape[1])]
        if items is None
        else [str(one) for one in listed("items", items)]
    )
    if len(names) != given.shape[1]:
        raise ValueError(f"items: give {given.shape[1]} names, not {len(names)}")
    said = [] if by is None else listed("by", by)
    if by is not None and len(said) != len(given):
        raise ValueError(f"by: has {len(said)} values, but there are {len(given)} people")
    labels = np.array([str(one) for one in said], dtype=object)
    groups = sorted(set(labels.tolist()))
    hits = np.isin(given, _wanted(favourable))
    made = []
    for place, name in enumerate(names):
        values, good = given[:, place], hits[:, place]
        parts = [labels == group for group in groups]
        answered = [int((~np.isnan(values[part])).sum()) for part in parts]
        all_answered = int((~np.isnan(values)).sum())
        hidden = [all_answered < least, *(suppressed_groups(answered, least) if groups else ())]
        for group, part, hide in zip(
            ["all", *groups], [np.ones(len(given), dtype=np.bool_), *parts], hidden, strict=True
        ):
            one = _share(name, group, values[part], good[part], level)
            made.append(_hidden(one) if hide else one)
    return FavourableShares(tuple(made), level, least)


def suppressed_groups(
    sizes: Sequence[int], minimum: int = 5, *, total_shown: bool = True
) -> tuple[bool, ...]:
    """Return which groups must not be shown, so that nobody can be recognised.

    Groups with 1 to `minimum` - 1 people are suppressed; empty ones tell nothing and are shown as empty. Where the
    total is shown as well, the suppressed groups together must hold `minimum` people or more, and be two or more, for
    otherwise they follow by subtraction: then the smallest of the others are suppressed too, as few as are needed.

    Source: primary and complementary suppression, A. Hundepool and others, Statistical Disclosure Control (2012),
    chapter 4. It protects one table; several tables about the same people can still be played off against each other.
    Raises ValueError at ``sizes`` (negative, not whole), ``minimum``.

    >>> suppressed_groups([3, 12, 8, 40])
    (True, False, True, False)
    """
    least = whole("minimum", minimum, least=1)
    counts = [whole("sizes", size, least=0) for size in listed("sizes", sizes)]
    hidden = [0 < count < least for count in counts]
    if not flag("total_shown", total_shown) or not any(hidden):
        return tuple(hidden)
    rest = sorted((count, place) for place, count in enumerate(counts) if count >= least)
    for _count, place in rest:
        together = sum(count for count, hide in zip(counts, hidden, strict=True) if hide)
        if sum(hidden) > 1 and together >= least:
            break
        hidden[place] = True
    return tuple(hidden)


def wilson(found: float, n: float, level: float) -> tuple[float, float]:
    """Return Wilson's interval of a share; NaN of nothing."""
    from scipy.special import ndtri  # noqa: PLC0415 - loads when first used

    if n == 0:
        return math.nan, math.nan
    z = float(ndtri(0.5 + level / 2))
    share, extra = found / n, z * z / n
    middle = (share + extra / 2) / (1 + extra)
    half = z * math.sqrt(share * (1 - share) / n + extra / (4 * n)) / (1 + extra)
    return (0.0 if found == 0 else middle - half), (1.0 if found == n else middle + half)


def _share(question: str, group: str, values: Floats, good: Bools, level: float) -> FavourableShare:
    lacking = int(np.isnan(values).sum())
    answered, found = len(values) - lacking, int(good.sum())
    share = found / answered if answered else math.nan
    return FavourableShare(question, group, share, wilson(found, answered, level), found, answered, lacking)


def _hidden(one: FavourableShare) -> FavourableShare:
    nothing = math.nan
    return FavourableShare(one.question, one.group, nothing, (nothing, nothing), None, None, None, True)


def _wanted(favourable: Collection[float]) -> list[float]:
    wanted = [number("favourable", one) for one in listed("favourable", favourable)]
    if not wanted:
        raise ValueError("favourable: give the answers that count as favourable")
    return wanted
