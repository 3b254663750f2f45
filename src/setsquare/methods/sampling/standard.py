"""Code letters and single plans of ISO 2859-1 and ANSI/ASQ Z1.4, looked up in tables with the arrows followed once."""

import functools
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ..inputs import of_kind, one_of
from . import tables
from .lots import CodeLetters, PlanForLot, Severity, checked_severity, preferred
from .plans import AttributePlan

Standard = Literal["ISO 2859-1", "Z1.4"]
STANDARDS: tuple[Standard, ...] = ("ISO 2859-1", "Z1.4")
Cell: TypeAlias = tuple[str, int, int, int]
LETTERS = CodeLetters(tables.LEVELS, tables.LOTS, tables.LOT_LETTERS)


@dataclass(frozen=True)
class StandardPlan(PlanForLot):
    """A plan as the standard prescribes it.

    `letter` is the code letter of the lot, `used_letter` the one where the table's arrow ends. Where the sample would
    be the whole lot or more, `whole_lot` is true and `n` is the lot size. Only Z1.4's reduced inspection has a gap
    between `accept` and `reject`; a count within it accepts the lot and ends reduced inspection.
    """

    standard: Standard
    n: int
    accept: int
    reject: int
    whole_lot: bool

    @property
    def plan(self) -> AttributePlan:
        """The plan for `characteristic`; a count below the rejection number accepts."""
        return AttributePlan((self.n,), (self.reject - 1,), (self.reject,))

    def figure(self) -> dict[str, Any]:
        """Return the OC curve of the plan (binomial) as an ECharts option."""
        return self.plan.figure()


def code_letter(lot_size: int, level: str = "II") -> str:
    """Return the sample size code letter (ISO 2859-1:1999 table 1; the same in Z1.4 and MIL-STD-105E).

    Raises ValueError at ``lot_size`` (below 2) or ``level`` (S-1 to S-4, I, II, III).

    >>> code_letter(1000)
    'J'
    """
    return LETTERS.of(lot_size, level)


def standard_plan(
    lot_size: int,
    aql: float,
    *,
    level: str = "II",
    severity: str = "normal",
    standard: str = "ISO 2859-1",
) -> StandardPlan:
    """Look up the single sampling plan for a lot (tables 2-A, 2-B, 2-C).

    `aql` is one of the 26 preferred values: percent nonconforming up to 10, or nonconformities per 100 items. Along the
    arrows both the sample size and the numbers of the first plan reached are taken. The two standards differ in reduced
    inspection only.

    Raises ValueError at ``lot_size``, ``level``, ``aql`` (no preferred value), ``severity``, ``standard``.

    >>> found = standard_plan(1000, 1.0)
    >>> found.letter, found.n, found.accept, found.reject
    ('J', 80, 2, 3)
    >>> standard_plan(120, 1.0).used_letter
    'E'
    """
    letter = code_letter(lot_size, level)
    lot = int(lot_size)
    column = preferred(aql, tables.AQLS)
    kind, book = checked_severity(severity), checked_standard(standard)
    used, n, accept, reject = _resolved(kind, book)[letter][column]
    return StandardPlan(
        book,
        kind,
        level,
        tables.AQLS[column],
        lot,
        letter,
        used,
        min(n, lot),
        accept,
        reject,
        n >= lot,
    )


def one_step_tighter(plan: StandardPlan) -> int | None:
    """Return the acceptance number at the next smaller AQL for the sample that was drawn; None where there is none.

    The row of `used_letter` is read, so that it concerns the same sample; ISO 2859-1 asks for it where the acceptance
    number is 2 or more, and there the sample is always the same.

    >>> one_step_tighter(standard_plan(1000, 1.0))
    1
    """
    of_kind("plan", plan, StandardPlan, "a plan that standard_plan() looks up")
    column = preferred(plan.aql, tables.AQLS)
    if column == 0:
        return None
    used, _n, accept, _reject = _resolved(plan.severity, plan.standard)[plan.used_letter][column - 1]
    return accept if used == plan.used_letter else None


def checked_standard(standard: str) -> Standard:
    """Return the standard by its name; raises ValueError at ``standard``."""
    return one_of("standard", standard, STANDARDS)


@functools.cache
def _resolved(severity: Severity, standard: Standard) -> dict[str, tuple[Cell, ...]]:
    """Return for each letter and AQL the plan at the end of the arrows."""
    sizes = tables.REDUCED_SIZES if severity == "reduced" else tables.SIZES
    if severity == "reduced":
        text = tables.REDUCED if standard == "ISO 2859-1" else tables.REDUCED_WITH_GAP
    else:
        text = tables.NORMAL if severity == "normal" else tables.TIGHTENED
    rows = [line.split()[1:] for line in text.strip().splitlines()]
    return {
        tables.LETTERS[row]: tuple(_followed(rows, sizes, row, column) for column in range(len(tables.AQLS)))
        for row in range(len(tables.LETTERS) - 1)
    }


def _followed(rows: list[list[str]], sizes: tuple[int, ...], row: int, column: int) -> Cell:
    while (cell := rows[row][column]) in "v^":
        row += 1 if cell == "v" else -1
    accept, _slash, reject = cell.partition("/")
    return tables.LETTERS[row], sizes[row], int(accept), int(reject or int(accept) + 1)
