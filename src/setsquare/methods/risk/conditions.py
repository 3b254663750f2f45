"""What a risk matrix can tell: Cox's conditions, and how many risks it cannot tell apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..figures import bars
from ..inputs import Bools, Floats, of_kind, whole
from ..results import Part, Result, Table
from .matrix import MATRIX, RiskMatrix

ROUNDING = 1e-12
Condition = Literal["weak consistency", "betweenness", "consistent colouring"]


@dataclass(frozen=True)
class Violation(Part):
    """Two cells, or one, in which a condition does not hold; cells are (likelihood, consequence) by their names."""

    condition: Condition
    cells: tuple[tuple[str, str], ...]
    sentence: str


@dataclass(frozen=True)
class CoxConditions(Result):
    """Whether the three conditions hold, where they do not, and what the matrix can resolve.

    `unresolved` is the share of pairs of risks, spread evenly over likelihood and consequence, that get the same level.
    `reversed` is the share of pairs that get different levels in the wrong order, the smaller risk the graver level.
    """

    weak_consistency: bool
    betweenness: bool
    consistent_colouring: bool
    violations: tuple[Violation, ...]
    unresolved: float
    reversed: float

    @property
    def warnings(self) -> tuple[str, ...]:
        """The violations as sentences."""
        return tuple(violation.sentence for violation in self.violations)

    def table(self) -> Table:
        """Return a row for each violation."""
        return Table(
            ("condition", "what is wrong"), tuple((one.condition, one.sentence) for one in self.violations)
        )

    def figure(self) -> dict[str, Any]:
        """Return the shares of pairs of risks that the matrix does not tell apart, or tells wrongly, as bars."""
        names = ["of one level", "in the wrong order"]
        return bars(
            "What the matrix cannot tell",
            "share of pairs",
            names,
            {"share": [self.unresolved, self.reversed]},
        )


def cox_conditions(matrix: RiskMatrix, *, grid: int = 24) -> CoxConditions:
    """Check a matrix against Cox's conditions, with risk = likelihood x consequence on the matrix's edges.

    - **weak consistency**: every risk in a cell of the gravest level is at least as large as every risk in a cell of
      the mildest;
    - **betweenness**: no line along which both likelihood and consequence rise leads from the mildest level into the
      gravest without passing another; so that small errors cannot turn the one into the other. It breaks where two such
      cells share an edge or, going up, a corner (a matrix of two levels never holds it);
    - **consistent colouring**: a cell all of whose risks exceed every risk of the mildest level, and which reaches as
      high as some cell of the gravest, is of the gravest level too; and the other way round for the mildest.

    The third is our reading of Cox's words as a rule that can be checked. `grid` is the number of points a side and
    cell from which `reversed` is estimated.

    Source: L. A. Cox, What's wrong with risk matrices?, Risk Analysis 28 (2008), 497-512. Raises ValueError at
    ``grid``.

    >>> from setsquare.methods.risk import matrix_by_score, matrix_by_threshold
    >>> cox_conditions(matrix_by_threshold([0, 0.2, 0.4, 0.6, 0.8, 1], [0, 0.2, 0.4, 0.6, 0.8, 1], 0.25)).violations
    ()
    >>> found = cox_conditions(matrix_by_score())
    >>> found.weak_consistency, found.consistent_colouring
    (True, False)
    """
    of_kind("matrix", matrix, RiskMatrix, MATRIX)
    grid = whole("grid", grid, least=1, most=200)
    likely, grave = np.array(matrix.likelihood_edges), np.array(matrix.consequence_edges)
    least, most = np.outer(likely[:-1], grave[:-1]), np.outer(likely[1:], grave[1:])
    mild, worst = matrix.cells == 0, matrix.cells == len(matrix.levels) - 1
    found = [
        *_weak(matrix, mild, worst, least, most),
        *_between(matrix, mild, worst),
        *_coloured(matrix, mild, worst, least, most),
    ]
    broken = {violation.condition for violation in found}
    unresolved, wrong = _resolution(matrix, likely, grave, grid)
    return CoxConditions(
        "weak consistency" not in broken,
        "betweenness" not in broken,
        "consistent colouring" not in broken,
        tuple(found),
        unresolved,
        wrong,
    )


def _weak(matrix: RiskMatrix, mild: Bools, worst: Bools, least: Floats, most: Floats) -> Iterator[Violation]:
    if not mild.any() or not worst.any():
        return
    high = np.unravel_index(np.argmax(np.where(mild, most, -np.inf)), mild.shape)
    low = np.unravel_index(np.argmin(np.where(worst, least, np.inf)), worst.shape)
    if least[low] < most[high] * (1 - ROUNDING):
        cells = _named(matrix, high), _named(matrix, low)
        sentence = (
            f"risks up to {most[high]:g} are {matrix.levels[0]} (in {_said(cells[0])}), "
            f"while risks from {least[low]:g} are {matrix.levels[-1]} (in {_said(cells[1])})"
        )
        yield Violation("weak consistency", cells, sentence)


def _between(matrix: RiskMatrix, mild: Bools, worst: Bools) -> Iterator[Violation]:
    rows, columns = mild.shape
    for row, column in np.argwhere(mild):
        for up, right in ((1, 0), (0, 1), (1, 1)):
            there = (row + up, column + right)
            if there[0] < rows and there[1] < columns and worst[there]:
                cells = _named(matrix, (row, column)), _named(matrix, there)
                sentence = (
                    f"{matrix.levels[0]} {_said(cells[0])} borders on {matrix.levels[-1]} {_said(cells[1])}"
                )
                yield Violation("betweenness", cells, sentence)


def _coloured(
    matrix: RiskMatrix, mild: Bools, worst: Bools, least: Floats, most: Floats
) -> Iterator[Violation]:
    if not mild.any() or not worst.any():
        return
    top, bottom = most[mild].max(), least[worst].min()
    graver = ~worst & (least >= top * (1 - ROUNDING)) & (most >= most[worst].min() * (1 - ROUNDING))
    milder = ~mild & (most <= bottom * (1 + ROUNDING)) & (least <= least[mild].max() * (1 + ROUNDING))
    # Between a largest mild and a smallest grave risk that are equal, a cell may belong to either.
    for chosen, level in ((graver & ~mild, matrix.levels[-1]), (milder & ~worst, matrix.levels[0])):
        for at in np.argwhere(chosen):
            cell = _named(matrix, at)
            own = matrix.levels[int(matrix.cells[tuple(at)])]
            sentence = f"{_said(cell)} is {own}, but its risks are as those of cells that are {level}"
            yield Violation("consistent colouring", (cell,), sentence)


def _resolution(matrix: RiskMatrix, likely: Floats, grave: Floats, grid: int) -> tuple[float, float]:
    """Return the shares of pairs with one level, and with levels in the wrong order, of evenly spread risks."""
    middles = (np.arange(grid) + 0.5) / grid
    rows = (likely[:-1, None] + np.diff(likely)[:, None] * middles).ravel()
    columns = (grave[:-1, None] + np.diff(grave)[:, None] * middles).ravel()
    weight = np.outer(np.repeat(np.diff(likely), grid), np.repeat(np.diff(grave), grid)).ravel()
    weight /= weight.sum()
    level = np.repeat(np.repeat(matrix.cells, grid, axis=0), grid, axis=1).ravel()
    held = np.bincount(level, weights=weight, minlength=len(matrix.levels))
    order = np.argsort(np.outer(rows, columns).ravel(), kind="stable")
    wrong = 0.0
    # Going up from the smallest risk, the weight of graver levels passed already is in the wrong order.
    steps = np.zeros((len(order), len(matrix.levels)))
    steps[np.arange(len(order)), level[order]] = weight[order]
    passed = np.cumsum(steps, axis=0)
    for place in range(len(matrix.levels) - 1):
        graver = passed[:, place + 1 :].sum(axis=1)
        wrong += float((graver * steps[:, place]).sum())
    return float((held**2).sum()), 2 * wrong


def _named(matrix: RiskMatrix, at: Any) -> tuple[str, str]:
    row, column = at
    return matrix.likelihoods[int(row)], matrix.consequences[int(column)]


def _said(cell: tuple[str, str]) -> str:
    return f"likelihood {cell[0]}, consequence {cell[1]}"
