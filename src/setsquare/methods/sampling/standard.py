"""Code letters and single plans of ISO 2859-1 and ANSI/ASQ Z1.4, looked up in tables with the arrows followed once."""

import functools
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..inputs import number, whole
from ..results import Result
from . import tables
from .plans import AttributePlan

Severity = Literal["normal", "tightened", "reduced"]
Standard = Literal["ISO 2859-1", "Z1.4"]
SEVERITIES: tuple[Severity, ...] = ("normal", "tightened", "reduced")
STANDARDS: tuple[Standard, ...] = ("ISO 2859-1", "Z1.4")
Cell: TypeAlias = tuple[str, int, int, int]


@dataclass(frozen=True)
class StandardPlan(Result):
    """A plan as the standard prescribes it.

    `letter` is the code letter of the lot, `used_letter` the one where the table's arrow ends. Where the sample would
    be the whole lot or more, `whole_lot` is true and `n` is the lot size. Only Z1.4's reduced inspection has a gap
    between `accept` and `reject`; a count within it accepts the lot and ends reduced inspection.
    """

    standard: Standard
    severity: Severity
    level: str
    aql: float
    lot_size: int
    letter: str
    used_letter: str
    n: int
    accept: int
    reject: int
    whole_lot: bool

    @property
    def plan(self) -> AttributePlan:
        """The plan for `characteristic`; a count below the rejection number accepts."""
        return AttributePlan((self.n,), (self.reject - 1,), (self.reject,))


def code_letter(lot_size: int, level: str = "II") -> str:
    """Return the sample size code letter (ISO 2859-1:1999 table 1; the same in Z1.4 and MIL-STD-105E).

    Raises ValueError at ``lot_size`` (below 2) or ``level`` (S-1 to S-4, I, II, III).

    >>> code_letter(1000)
    'J'
    """
    lot = whole("lot_size", lot_size, least=2)
    if level not in tables.LEVELS:
        raise ValueError(f"level: give one of {', '.join(tables.LEVELS)}, not {level!r}")
    row = next((row for row, most in enumerate(tables.LOTS) if lot <= most), len(tables.LOTS))
    return tables.LOT_LETTERS[row][tables.LEVELS.index(level)]


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
    column = aql_index(aql)
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
    column = aql_index(plan.aql)
    if column == 0:
        return None
    used, _n, accept, _reject = _resolved(plan.severity, plan.standard)[plan.used_letter][column - 1]
    return accept if used == plan.used_letter else None


def aql_index(aql: float) -> int:
    """Return which of the preferred values an AQL is; raises ValueError at ``aql``."""
    value = number("aql", aql, above=0.0)
    for index, known in enumerate(tables.AQLS):
        if abs(value - known) <= 1e-9 * known:
            return index
    raise ValueError(f"aql: give one of {', '.join(f'{known:g}' for known in tables.AQLS)}, not {value:g}")


def checked_severity(severity: str) -> Severity:
    """Return the severity by its name; raises ValueError at ``severity``."""
    for known in SEVERITIES:
        if severity == known:
            return known
    raise ValueError(f"severity: give one of {', '.join(SEVERITIES)}, not {severity!r}")


def checked_standard(standard: str) -> Standard:
    """Return the standard by its name; raises ValueError at ``standard``."""
    for known in STANDARDS:
        if standard == known:
            return known
    raise ValueError(f"standard: give one of {', '.join(STANDARDS)}, not {standard!r}")


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
