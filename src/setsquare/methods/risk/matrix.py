"""Risk matrices of any size: built, validated, and used for inherent and residual risk."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..figures import bars
from ..inputs import Column, Floats, column, listed, number, of_kind, one_of, same_length
from ..results import BELOW, BESIDE, Result, Table, plain
from .ordering import Whole, labels, ranks

LEVELS = ("low", "medium", "high")
MOST_CLASSES = 100
MATRIX = "a matrix, such as risk_matrix() or matrix_by_score() makes"


@dataclass(frozen=True)
class RiskMatrix(Result):
    """A level for each likelihood and consequence.

    `cells` has the places of `levels` (from the mildest to the gravest), a row for each likelihood from the least on, a
    column for each consequence from the mildest on. `likelihood_edges` and `consequence_edges` are the bounds of the
    classes as quantities, one more than there are classes; equal parts of 0 to 1 where nothing is known.
    """

    likelihoods: tuple[str, ...]
    consequences: tuple[str, ...]
    levels: tuple[str, ...]
    cells: NDArray[np.int64]
    likelihood_edges: tuple[float, ...]
    consequence_edges: tuple[float, ...]

    def level(self, likelihood: int | str, consequence: int | str) -> str:
        """Return the level of a cell by its classes' places (from 1) or names; ValueError at what is none."""
        row = _place("likelihood", likelihood, self.likelihoods)
        return self.levels[int(self.cells[row, _place("consequence", consequence, self.consequences)])]

    def table(self) -> Table:
        """Return the matrix as it is drawn, the most likely row first."""
        rows = tuple(
            (name, *(self.levels[place] for place in row.tolist()))
            for name, row in zip(self.likelihoods[::-1], self.cells[::-1], strict=True)
        )
        return Table(("likelihood", *self.consequences), rows)

    def figure(self, counts: Any = None) -> dict[str, Any]:
        """Return the matrix as a heat map, an ECharts option; `counts` (like `cells`) are written into the cells."""
        top = len(self.levels) - 1
        shown = None if counts is None else np.asarray(counts)
        data = [
            {"value": [column, row, int(level)], "label": {"show": shown is not None}}
            | ({} if shown is None else {"name": str(shown[row, column])})
            for (row, column), level in np.ndenumerate(self.cells)
        ]
        return {
            "title": {"text": "Risk matrix"},
            "xAxis": {"type": "category", **BELOW, "name": "consequence", "data": list(self.consequences)},
            "yAxis": {"type": "category", **BESIDE, "name": "likelihood", "data": list(self.likelihoods)},
            "visualMap": {
                "show": False, "min": 0, "max": top, "inRange": {"color": ["#4c9a52", "#f2c037", "#c9362b"]},
            },
            "series": [{"type": "heatmap", "data": plain(data), "label": {"formatter": "{b}"}}],
        }  # fmt: skip


@dataclass(frozen=True)
class Assessment(Result):
    """Risks placed in a matrix: the level of each, ranked by level, then by consequence, then by likelihood.

    `counts` is how many risks each cell holds, like the matrix's cells. Risks of one cell share a rank: the matrix
    cannot tell them apart.
    """

    names: tuple[str, ...]
    levels: tuple[str, ...]
    order: tuple[int, ...]
    ranks: tuple[int, ...]
    counts: NDArray[np.int64]
    matrix: RiskMatrix
    likelihood: tuple[int, ...]
    consequence: tuple[int, ...]

    def table(self) -> Table:
        """Return the risks, gravest first."""
        rows = tuple(
            (
                self.ranks[place],
                self.names[place],
                self.matrix.likelihoods[self.likelihood[place] - 1],
                self.matrix.consequences[self.consequence[place] - 1],
                self.levels[place],
            )
            for place in self.order
        )
        return Table(("rank", "name", "likelihood", "consequence", "level"), rows)

    def figure(self) -> dict[str, Any]:
        """Return the matrix with the number of risks in each cell, as an ECharts option."""
        return self.matrix.figure(self.counts)


@dataclass(frozen=True)
class Treatment(Result):
    """What treatment did: inherent and residual levels of each risk, how far they moved, and what to look at."""

    inherent: Assessment
    residual: Assessment
    steps: tuple[int, ...]
    """How many levels each risk came down; negative where it rose."""
    above_appetite: tuple[str, ...]
    """Names of risks whose residual level is above the accepted one."""
    warnings: tuple[str, ...]

    def table(self) -> Table:
        """Return a row for each risk."""
        rows = zip(self.inherent.names, self.inherent.levels, self.residual.levels, self.steps, strict=True)
        return Table(("name", "inherent", "residual", "steps down"), tuple(rows))

    def figure(self) -> dict[str, Any]:
        """Return how many risks had each level before, and have it after, as an ECharts option."""
        levels = self.inherent.matrix.levels
        counts = {
            name: [one.levels.count(level) for level in levels]
            for name, one in (("inherent", self.inherent), ("residual", self.residual))
        }
        return bars("Risks before and after treatment", "risks", levels, counts)


def risk_matrix(
    cells: Sequence[Sequence[Any]],
    *,
    levels: Sequence[str] = LEVELS,
    likelihoods: Sequence[Any] | None = None,
    consequences: Sequence[Any] | None = None,
    likelihood_edges: Sequence[float] | None = None,
    consequence_edges: Sequence[float] | None = None,
) -> RiskMatrix:
    """Return a risk matrix from its cells, validated.

    `cells` has a row for each likelihood, the least first, of the levels' names. Levels go from the mildest to the
    gravest, and may not fall where likelihood or consequence rises. Source: ISO 31010 (2019), B.10.3. What a matrix of
    whatever colours can and cannot tell is checked by `cox_conditions`.

    Raises ValueError at ``cells`` (rows of unequal length, an unknown level, a level that falls), ``levels``,
    ``likelihoods``, ``consequences``, ``likelihood_edges`` and ``consequence_edges`` (not rising, wrong number).

    >>> made = risk_matrix([["low", "low"], ["low", "high"]], likelihoods=["rare", "often"])
    >>> made.level("often", 2)
    'high'
    """
    named = _levels(levels)
    rows = [listed("cells", row) for row in listed("cells", cells)]
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise ValueError("cells: give rows of one length, one for each likelihood")
    for row in rows:
        for cell in row:
            if not isinstance(cell, str) or cell not in named:
                raise ValueError(f"cells: {cell!r} is none of the levels {', '.join(named)}")
    places = np.array([[named.index(cell) for cell in row] for row in rows], dtype=np.int64)
    called = (
        _classes("likelihoods", likelihoods, len(rows)),
        _classes("consequences", consequences, len(rows[0])),
    )
    _monotone(places, *called)
    return RiskMatrix(
        *called,
        named,
        places,
        _edges("likelihood_edges", likelihood_edges, len(rows)),
        _edges("consequence_edges", consequence_edges, len(rows[0])),
    )


def matrix_by_score(
    size: tuple[int, int] = (5, 5),
    *,
    starts: Sequence[float] = (5, 15),
    score: str = "product",
    levels: Sequence[str] = LEVELS,
    likelihoods: Sequence[Any] | None = None,
    consequences: Sequence[Any] | None = None,
) -> RiskMatrix:
    """Return the matrix whose levels begin at given scores of the classes' places, as many procedures define theirs.

    `size` is (likelihoods, consequences), `score` the product or the sum of the places from 1, `starts` the least score
    of each level but the first. Source: the habit that ISO 31010 (2019), B.10.3 describes; the scores are ordinal, and
    the result seldom holds `cox_conditions`.

    Raises ValueError at ``size``, ``starts`` (not rising, or not one fewer than levels), ``score``, and as
    `risk_matrix`.

    >>> matrix_by_score((3, 3), starts=(3, 6)).table().rows[0]
    ('3', 'medium', 'high', 'high')
    """
    rows, columns = _size(size)
    one_of("score", score, ("product", "sum"))
    least, levels = column("starts", starts), _levels(levels)
    if len(least) != len(levels) - 1 or (np.diff(least) <= 0).any():
        raise ValueError(f"starts: give {len(levels) - 1} rising scores, one for each level but the first")
    one, other = np.arange(1, rows + 1)[:, None], np.arange(1, columns + 1)[None, :]
    scores = one * other if score == "product" else one + other
    places = np.searchsorted(least, scores, side="right")
    cells = [[levels[place] for place in row] for row in places]
    return risk_matrix(cells, levels=levels, likelihoods=likelihoods, consequences=consequences)


def matrix_by_threshold(
    likelihood_edges: Sequence[float],
    consequence_edges: Sequence[float],
    threshold: float,
    *,
    levels: Sequence[str] = LEVELS,
    likelihoods: Sequence[Any] | None = None,
    consequences: Sequence[Any] | None = None,
) -> RiskMatrix:
    """Return the matrix that tells risks below a threshold from those above, as far as its classes can.

    Risk is likelihood times consequence, as quantities. A cell is of the first level where all of it lies at or below
    the threshold, of the last where all of it lies at or above, of the middle one where the threshold crosses it. So
    no risk of a high cell is smaller than one of a low cell (weak consistency), by construction.

    Source: L. A. Cox, Risk Analysis 28 (2008). Raises ValueError at ``likelihood_edges``, ``consequence_edges``,
    ``threshold`` (not above 0), ``levels`` (three are needed).

    >>> made = matrix_by_threshold([0, 0.1, 0.5, 1], [0, 10, 50, 100], 10)
    >>> made.level(3, 3), made.level(1, 1), made.level(2, 2)
    ('high', 'low', 'medium')
    """
    levels = _levels(levels)
    if len(levels) != 3:
        raise ValueError(f"levels: give three, below, crossed and above, not {len(levels)}")
    threshold = number("threshold", threshold, above=0)
    likely = np.array(_edges("likelihood_edges", likelihood_edges, None))
    grave = np.array(_edges("consequence_edges", consequence_edges, None))
    least, most = np.outer(likely[:-1], grave[:-1]), np.outer(likely[1:], grave[1:])
    places = np.where(most <= threshold, 0, np.where(least >= threshold, 2, 1))
    return risk_matrix(
        [[levels[place] for place in row] for row in places],
        levels=levels,
        likelihoods=likelihoods,
        consequences=consequences,
        likelihood_edges=likely.tolist(),
        consequence_edges=grave.tolist(),
    )


def assess(
    matrix: RiskMatrix, likelihood: Column, consequence: Column, *, names: Sequence[Any] | None = None
) -> Assessment:
    """Place risks in a matrix by the places of their classes (from 1), and rank them with ties.

    Source: ISO 31010 (2019), B.10.3. Raises ValueError at ``likelihood`` and ``consequence`` (no class of the matrix,
    missing, lengths differ), ``names``.

    >>> assess(matrix_by_score(), [5, 1, 5], [5, 1, 5], names=["fire", "dust", "flood"]).ranks
    (1, 3, 1)
    """
    of_kind("matrix", matrix, RiskMatrix, MATRIX)
    rows = _classed("likelihood", likelihood, len(matrix.likelihoods))
    columns = _classed("consequence", consequence, len(matrix.consequences))
    same_length(likelihood=rows.astype(np.float64), consequence=columns.astype(np.float64))
    places = matrix.cells[rows - 1, columns - 1]
    order, ranked = ranks(places, columns, rows)
    counts = np.zeros(matrix.cells.shape, dtype=np.int64)
    np.add.at(counts, (rows - 1, columns - 1), 1)
    return Assessment(
        labels(names, len(rows)),
        tuple(matrix.levels[place] for place in places),
        order,
        ranked,
        counts,
        matrix,
        tuple(rows.tolist()),
        tuple(columns.tolist()),
    )


def compare_assessments(
    matrix: RiskMatrix,
    inherent: tuple[Column, Column],
    residual: tuple[Column, Column],
    *,
    appetite: str | None = None,
    names: Sequence[Any] | None = None,
) -> Treatment:
    """Hold risks after treatment against those before: (likelihoods, consequences) of each, by places from 1.

    `appetite` is the gravest level that is accepted, by default the mildest. Warnings name risks that rose, that stay
    in their cell although they count as treated, and whose likelihood and consequence are both said to have fallen by
    two classes or more, which few controls do. Source: ISO 31000 (2018), 6.5, and ISO 31010 (2019).

    Raises ValueError at ``inherent`` and ``residual`` (as `assess`), ``appetite``, ``names``.

    >>> found = compare_assessments(matrix_by_score(), ([5, 4], [4, 4]), ([1, 4], [4, 4]), names=["a", "b"])
    >>> found.steps, found.above_appetite
    ((2, 0), ('b',))
    """
    of_kind("matrix", matrix, RiskMatrix, MATRIX)
    before, after = (
        _assessed(name, matrix, pair, names)
        for name, pair in (("inherent", inherent), ("residual", residual))
    )
    if len(before.names) != len(after.names):
        raise ValueError(f"residual: has {len(after.names)} risks, but inherent has {len(before.names)}")
    accepted = matrix.levels[0] if appetite is None else appetite
    one_of("appetite", accepted, matrix.levels)
    rank = {level: place for place, level in enumerate(matrix.levels)}
    steps = tuple(rank[one] - rank[two] for one, two in zip(before.levels, after.levels, strict=True))
    above = tuple(
        name for name, level in zip(after.names, after.levels, strict=True) if rank[level] > rank[accepted]
    )
    return Treatment(before, after, steps, above, _doubts(before, after))


def _assessed(name: str, matrix: RiskMatrix, pair: Any, names: Sequence[Any] | None) -> Assessment:
    try:
        likelihood, consequence = pair
    except (TypeError, ValueError):
        raise ValueError(f"{name}: give the likelihoods and the consequences") from None
    try:
        return assess(matrix, likelihood, consequence, names=names)
    except ValueError as error:
        raise error if str(error).startswith("names") else ValueError(f"{name}: {error}") from None


def _doubts(before: Assessment, after: Assessment) -> tuple[str, ...]:
    moves = np.array(
        [
            np.subtract(before.likelihood, after.likelihood),
            np.subtract(before.consequence, after.consequence),
        ]
    )
    found = []
    for chosen, sentence in (
        ((moves < 0).any(axis=0), "residual likelihood or consequence is above the inherent one"),
        ((moves == 0).all(axis=0), "treatment moves the risk nowhere in the matrix"),
        ((moves >= 2).all(axis=0), "both likelihood and consequence fall by two classes or more"),
    ):
        named = [before.names[place] for place in np.flatnonzero(chosen)]
        if named:
            more = f" and {len(named) - 5} more" if len(named) > 5 else ""
            found.append(f"{sentence}: {', '.join(named[:5])}{more}")
    return tuple(found)


def _classed(name: str, values: Column, count: int) -> Whole:
    made = column(name, values)
    if ((made < 1) | (made > count) | (made != np.floor(made))).any():
        raise ValueError(f"{name}: give places of classes, whole numbers from 1 to {count}")
    return made.astype(np.int64)


def _levels(levels: Any) -> tuple[str, ...]:
    named = tuple(str(level) for level in listed("levels", levels))
    if isinstance(levels, str) or len(named) < 2 or len(set(named)) < len(named):
        raise ValueError("levels: give two names or more, each once, from the mildest to the gravest")
    return named


def _size(size: Any) -> tuple[int, int]:
    try:
        rows, columns = (int(one) for one in size)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("size: give the numbers of likelihoods and consequences") from None
    if not (1 <= rows <= MOST_CLASSES and 1 <= columns <= MOST_CLASSES):
        raise ValueError(f"size: give 1 to {MOST_CLASSES} classes of each")
    return rows, columns


def _classes(name: str, given: Sequence[Any] | None, count: int) -> tuple[str, ...]:
    if given is None:
        return tuple(str(place + 1) for place in range(count))
    made = tuple(str(one) for one in listed(name, given))
    if len(made) != count or len(set(made)) < count:
        raise ValueError(f"{name}: give {count} names, each once, not {len(made)}")
    return made


def _edges(name: str, given: Sequence[float] | None, count: int | None) -> tuple[float, ...]:
    if given is None:
        return tuple(np.linspace(0.0, 1.0, (count or 1) + 1).tolist())
    made: Floats = column(name, given)
    if len(made) < 2 or (count is not None and len(made) != count + 1):
        raise ValueError(
            f"{name}: give {'two or more' if count is None else count + 1} bounds, not {len(made)}"
        )
    if made[0] < 0 or (np.diff(made) <= 0).any():
        raise ValueError(f"{name}: give bounds that rise, from 0 or more")
    return tuple(made.tolist())


def _place(name: str, value: int | str, names: tuple[str, ...]) -> int:
    if isinstance(value, str) and value in names:
        return names.index(value)
    if isinstance(value, Integral) and 1 <= int(value) <= len(names):
        return int(value) - 1
    raise ValueError(f"{name}: give one of {', '.join(names)}, or its place from 1 to {len(names)}")


def _monotone(places: Whole, likelihoods: tuple[str, ...], consequences: tuple[str, ...]) -> None:
    for axis, what in ((0, "likelihood"), (1, "consequence")):
        falls = np.argwhere(np.diff(places, axis=axis) < 0)
        if len(falls):
            row, place = falls[0]
            raise ValueError(
                f"cells: the level falls where {what} rises from ({likelihoods[row]}, {consequences[place]})"
            )
