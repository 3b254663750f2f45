"""Plans by variables as a standard gives them for a lot: ANSI/ASQ Z1.9 looked up, ISO 3951-1 computed."""

import functools
import math
from dataclasses import dataclass
from typing import Any, Literal

from ..inputs import one_of
from . import variables_tables as tables
from .lots import CodeLetters, PlanForLot, Severity, checked_severity, preferred
from .matched import matched_variables_plan
from .nonconforming import estimated_share
from .standard import standard_plan
from .tables import AQLS
from .variables import Sigma, VariablesPlan, checked_sigma

Book = Literal["Z1.9", "ISO 3951-1"]
BOOKS: tuple[Book, ...] = ("Z1.9", "ISO 3951-1")
LETTERS = CodeLetters(tables.LEVELS, tables.LOTS, tables.LOT_LETTERS)
SHIFT: dict[Severity, int] = {"normal": 0, "tightened": -1, "reduced": 1}
"""Columns of Z1.9 between the AQL that is asked for and the one whose plan is used."""


@dataclass(frozen=True)
class StandardVariablesPlan(PlanForLot):
    """A plan by variables for a lot.

    `plan` holds n and k; `maximum` is M, the largest estimated fraction nonconforming that is accepted (for two limits
    judged together; NaN for ISO 3951-1, which has no plan of its own here). `letter` is the code letter of the lot,
    `used_letter` the one where the table's arrow ends. `origin` says where the constants come from.
    """

    standard: Book
    whole_lot: bool
    """Whether the plan asks for as many items as the lot has, or more: then all are measured."""
    plan: VariablesPlan
    maximum: float
    tighter_k: float
    """The k that the same sample has at the next smaller AQL, which the switching score of ISO 3951-1 asks for."""
    origin: str

    def figure(self) -> dict[str, Any]:
        """Return the OC curve of the plan, for one limit, as an ECharts option."""
        return self.plan.figure()


def variables_code_letter(lot_size: int, level: str = "II") -> str:
    """Return the code letter of Z1.9 (table A-2 of 2003; its lots are not quite those of Z1.4).

    Raises ValueError at ``lot_size`` (below 2) or ``level`` (S-3, S-4, I, II, III).

    >>> variables_code_letter(1000)
    'J'
    """
    return LETTERS.of(lot_size, level)


def standard_variables_plan(
    lot_size: int,
    aql: float,
    *,
    level: str = "II",
    severity: str = "normal",
    sigma: str = "unknown",
    standard: str = "Z1.9",
) -> StandardVariablesPlan:
    """Return the plan by variables that a standard gives a lot.

    **Z1.9** (standard deviation method and known variability; AQLs from 0.10 to 10). For unknown sigma k is the
    constant with which a sample of n accepts a lot at the AQL with the probability that the standard was designed
    with, from 0.89 at n = 3 to 0.99 at n = 200: k = t(1 - P; n - 1, sqrt(n) z) / sqrt(n), the quantile of the
    noncentral t. It agrees with the printed constants to their two or three digits. For known sigma n and M are the
    tabled ones and k = z(M) sqrt((n - 1) / n). Tightened inspection uses the plan of the next smaller AQL, reduced
    inspection smaller samples at the next larger. M = I_x(n / 2 - 1, n / 2 - 1) with x = max(0, 1/2 - k sqrt(n) /
    (2 (n - 1))), the incomplete beta function.

    **ISO 3951-1**: not its printed tables, but the smallest plan that meets the points of 95 % and 10 % acceptance of
    the ISO 2859-1 plan for the same lot, which is what the standard is built to do (see `matched_variables_plan`).
    All 26 AQLs but those whose plan accepts everything.

    Sources: MIL-STD-414 (1957); G. J. Lieberman and G. J. Resnikoff, JASA 50 (1955); ANSI/ASQ Z1.9; ISO 3951-1.
    Assumes normal data. Raises ValueError at ``lot_size``, ``aql``, ``level``, ``severity``, ``sigma``, ``standard``.

    >>> found = standard_variables_plan(1000, 1.0)
    >>> found.plan.n, round(found.plan.k, 2), round(found.maximum, 4)
    (35, 1.89, 0.0266)
    >>> standard_variables_plan(100, 2.5, sigma="known").plan.n
    5
    """
    kind, how = checked_severity(severity), checked_sigma(sigma)
    looked_up = _z19 if one_of("standard", standard, BOOKS) == "Z1.9" else _iso
    return looked_up(lot_size, aql, level, kind, how)


def _z19(lot_size: int, aql: float, level: str, severity: Severity, sigma: Sigma) -> StandardVariablesPlan:
    letter = variables_code_letter(lot_size, level)
    place = preferred(aql, tables.AQLS[1:-1]) + 1
    known, column = tables.AQLS[place], place + SHIFT[severity]
    start = tables.REDUCED_ROWS[tables.LETTERS.index(letter)] if severity == "reduced" else letter
    row, n, k, maximum = _cell(sigma, start, column)
    tighter = _tighter(sigma, row, n, column)
    plan = VariablesPlan(n, k, sigma, f"Z1.9 {severity} {letter}, AQL {known:g}")
    origin = "computed from the acceptance at the AQL" if sigma == "unknown" else "table of MIL-STD-414"
    return StandardVariablesPlan(
        "Z1.9",
        severity,
        level,
        known,
        int(lot_size),
        letter,
        _letter_of(row, severity),
        n >= int(lot_size),
        plan,
        maximum,
        tighter,
        origin,
    )


def _iso(lot_size: int, aql: float, level: str, severity: Severity, sigma: Sigma) -> StandardVariablesPlan:
    counted = standard_plan(lot_size, aql, level=level, severity=severity)
    try:
        found = matched_variables_plan(counted, sigma=sigma)
    except ValueError as error:
        raise ValueError(f"aql: {str(error).partition(': ')[2]}") from None
    tighter = _matched_tighter(counted.lot_size, counted.aql, level, severity, found.plan)
    return StandardVariablesPlan(
        "ISO 3951-1", severity, level, counted.aql, counted.lot_size, counted.letter, counted.used_letter,
        found.plan.n >= counted.lot_size, found.plan, math.nan, tighter,
        "matched to ISO 2859-1, not the printed constants",
    )  # fmt: skip


@functools.cache
def _cell(sigma: Sigma, start: str, column: int) -> tuple[str, int, float, float]:
    """Return row, n, k and M of the first row from `start` on that has a plan."""
    for row in tables.ROWS[tables.ROWS.index(start) :]:
        if row == "i" and start != "i":
            continue
        if sigma == "unknown" and tables.AQLS[column] >= tables.FIRST_AQL.get(row, 0.0):
            n = tables.SIZES[row]
            k = constant(n, tables.AQLS[column] / 100, tables.ACCEPTED_AT_AQL[row])
            return row, n, k, estimated_share(n, k)
        if sigma == "known" and (cell := _known()[row][column]) != ".":
            size, _colon, percent = cell.partition(":")
            share = float(percent) / 100
            return row, int(size), _known_constant(int(size), share), share
    raise AssertionError("the last row has every plan")


def _letter_of(row: str, severity: Severity) -> str:
    return tables.LETTERS[tables.REDUCED_ROWS.rindex(row)] if severity == "reduced" else row


def _tighter(sigma: Sigma, row: str, n: int, column: int) -> float:
    """Return k at the next smaller AQL for the same sample; NaN where the table ends."""
    if not column:
        return math.nan
    if sigma == "unknown":
        return constant(n, tables.AQLS[column - 1] / 100, tables.ACCEPTED_AT_AQL[row])
    return _cell(sigma, row, column - 1)[2]


def _matched_tighter(lot: int, aql: float, level: str, severity: Severity, plan: VariablesPlan) -> float:
    column = preferred(aql, AQLS)
    if not column:
        return math.nan
    counted = standard_plan(lot, AQLS[column - 1], level=level, severity=severity)
    other = matched_variables_plan(counted, sigma=plan.sigma)
    return constant(plan.n, other.producer[0], other.producer[1], plan.sigma)


@functools.cache
def _known() -> dict[str, list[str]]:
    lines = [line.split() for line in tables.KNOWN.strip().splitlines()]
    return {row: cells for row, *cells in lines}


def constant(n: int, quality: float, accepted: float, sigma: Sigma = "unknown") -> float:
    """Return the k with which a sample of `n` accepts lots of `quality` with the probability `accepted`.

    >>> round(constant(10, 0.025, 0.90), 2)
    1.41
    """
    from scipy import special  # noqa: PLC0415 - loads when first used

    root, z = math.sqrt(n), -float(special.ndtri(quality))
    if sigma == "known":
        return z - float(special.ndtri(accepted)) / root
    return float(special.nctdtrit(n - 1, root * z, 1.0 - accepted)) / root


def _known_constant(n: int, share: float) -> float:
    from scipy import special  # noqa: PLC0415 - loads when first used

    return -float(special.ndtri(share)) * math.sqrt((n - 1) / n)
