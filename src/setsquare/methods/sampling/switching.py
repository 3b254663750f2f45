"""Switching rules as a state machine: what the next lot is inspected by, from how the lots before it came out."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from ..inputs import flag, of_kind, one_of, whole
from ..results import Part
from .lots import Severity, checked_severity

Rules = Literal["ISO 2859-1", "Z1.4", "ISO 3951-1", "Z1.9"]
RULES: tuple[Rules, ...] = ("ISO 2859-1", "Z1.4", "ISO 3951-1", "Z1.9")
AMERICAN: tuple[Rules, ...] = ("Z1.4", "Z1.9")
"""Rules that count accepted lots in a row where ISO has a switching score."""
STATE = "where the series of lots stands, as begin() and after_lot() answer it"
SCORE_FOR_REDUCED = 30
LOTS_FOR_REDUCED = 10
LOTS_WATCHED = 5
REJECTED_ON_TIGHTENED = 5


@dataclass(frozen=True)
class Switching(Part):
    """Where a series of lots stands.

    `severity` is what the next lot is inspected by; `stopped` says that sampling inspection is discontinued until the
    supplier has improved. `score` is the switching score (for Z1.4 and Z1.9 the number of lots accepted in a row on
    normal inspection), `recent` the last lots (at most five, newest last) since the last switch, `rejected` the lots
    not accepted since tightened inspection began. `reason` says what the last lot changed, "" where nothing.
    """

    rules: Rules
    severity: Severity = "normal"
    stopped: bool = False
    score: int = 0
    recent: tuple[bool, ...] = ()
    rejected: int = 0
    reason: str = ""


def begin(rules: str = "ISO 2859-1", severity: str = "normal") -> Switching:
    """Return the state before the first lot; inspection begins normal unless the authority says otherwise.

    Raises ValueError at ``rules`` (ISO 2859-1, Z1.4, ISO 3951-1, Z1.9) or ``severity``.

    >>> begin().severity
    'normal'
    """
    return Switching(one_of("rules", rules, RULES), checked_severity(severity))


def after_lot(
    state: Switching,
    accepted: bool,
    *,
    accept_number: int | None = None,
    accepted_one_step_tighter: bool | None = None,
    in_gap: bool = False,
    steady: bool = True,
    reduced_wanted: bool = True,
) -> Switching:
    """Return the state after a lot on original inspection (leave resubmitted lots out).

    - normal to tightened: 2 of 5 or fewer consecutive lots not accepted;
    - tightened to normal: 5 consecutive lots accepted;
    - normal to reduced, while production is `steady` and the authority wants it: ISO 2859-1:1999 at a switching score
      of 30: with an acceptance number of 0 or 1 an accepted lot adds 2, with 2 or more a lot that would also have been
      accepted at an AQL one step tighter adds 3, any other lot sets the score to 0. ISO 3951-1 counts 3 for each lot
      that also holds one step tighter, which is its ten lots in a row. A double plan of ISO 2859-1 counts 3 for each
      lot accepted by its first sample (give `accept_number=2` and `accepted_one_step_tighter`). Z1.4 and Z1.9 (since
      2003, whose limit numbers are optional and not applied here): 10 lots accepted in a row;
    - reduced to normal: a lot is not accepted, or (Z1.4) its count lies `in_gap`, or production is not `steady`, or
      reduced inspection is not wanted any more;
    - discontinued: 5 lots not accepted since tightened inspection began; go on with `resume`.

    Raises ValueError at ``state`` (discontinued), ``accept_number`` (ISO 2859-1 on normal inspection needs it),
    ``accepted_one_step_tighter`` (where the rule needs it, or true for a lot that is not accepted).

    >>> state = begin()
    >>> for lot in (True, False, True, False):
    ...     state = after_lot(state, lot, accept_number=1)
    >>> state.severity
    'tightened'
    """
    of_kind("state", state, Switching, STATE)
    if state.stopped:
        raise ValueError("state: inspection is discontinued; resume it after the supplier has improved")
    accepted, in_gap = flag("accepted", accepted), flag("in_gap", in_gap)
    wanted = flag("steady", steady) & flag("reduced_wanted", reduced_wanted)
    tighter = _tighter(accepted, accepted_one_step_tighter)
    recent = (*state.recent, accepted)[-LOTS_WATCHED:]
    if state.severity == "tightened":
        return _after_tightened(state, recent)
    if state.severity == "reduced":
        why = _end_of_reduced(accepted, in_gap, steady, reduced_wanted)
        return Switching(state.rules, "normal", reason=why) if why else _on(state, recent)
    score = _score(state, accepted, accept_number, tighter)
    return _after_normal(state, recent, score, wanted)


def _tighter(accepted: bool, tighter: Any) -> bool | None:
    made = None if tighter is None else flag("accepted_one_step_tighter", tighter)
    if made and not accepted:
        raise ValueError(
            "accepted_one_step_tighter: a lot that is not accepted is not accepted one step tighter"
        )
    return made


def resume(state: Switching) -> Switching:
    """Return the state after the supplier's improvement: sampling goes on, tightened.

    Raises ValueError at ``state`` where inspection was not discontinued.

    >>> resume(Switching("ISO 2859-1", "tightened", stopped=True)).severity
    'tightened'
    """
    of_kind("state", state, Switching, STATE)
    if not state.stopped:
        raise ValueError("state: inspection was not discontinued")
    return Switching(state.rules, "tightened", reason="resumed after improvement")


def _on(state: Switching, recent: tuple[bool, ...]) -> Switching:
    return dataclasses.replace(state, recent=recent, reason="")


def _after_normal(state: Switching, recent: tuple[bool, ...], score: int, may_reduce: bool) -> Switching:
    if recent.count(False) >= 2:
        return Switching(
            state.rules, "tightened", reason="2 of 5 or fewer consecutive lots were not accepted"
        )
    wanted = LOTS_FOR_REDUCED if state.rules in AMERICAN else SCORE_FOR_REDUCED
    if score >= wanted and may_reduce:
        what = "lots accepted in a row" if state.rules in AMERICAN else "the switching score"
        return Switching(state.rules, "reduced", reason=f"{what}: {score}")
    return dataclasses.replace(_on(state, recent), score=score)


def _after_tightened(state: Switching, recent: tuple[bool, ...]) -> Switching:
    rejected = state.rejected + (not recent[-1])
    if rejected >= REJECTED_ON_TIGHTENED:
        why = f"{rejected} lots were not accepted on tightened inspection"
        return Switching(state.rules, "tightened", stopped=True, recent=recent, rejected=rejected, reason=why)
    if len(recent) == LOTS_WATCHED and all(recent):
        return Switching(state.rules, "normal", reason="5 consecutive lots were accepted")
    return dataclasses.replace(state, recent=recent, rejected=rejected, reason="")


def _end_of_reduced(accepted: bool, in_gap: bool, steady: bool, wanted: bool) -> str:
    if not accepted:
        return "a lot was not accepted"
    if in_gap:
        return "the count lay between acceptance and rejection number"
    if not steady:
        return "production is irregular or delayed"
    return "" if wanted else "reduced inspection is no longer wanted"


def _score(state: Switching, accepted: bool, accept_number: int | None, tighter: bool | None) -> int:
    if state.rules in AMERICAN:
        return state.score + 1 if accepted else 0
    if state.rules == "ISO 2859-1":
        if accept_number is None:
            raise ValueError("accept_number: the switching score needs the plan's acceptance number")
        if whole("accept_number", accept_number, least=0) <= 1:
            return state.score + 2 if accepted else 0
    if accepted and tighter is None:
        raise ValueError("accepted_one_step_tighter: the switching score needs it")
    return state.score + 3 if tighter else 0
