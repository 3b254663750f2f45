"""Why a person needs a course: as themself, for their unit or role, because of a gap, or anew."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from setsquare.domains.training.closing.queries import still_lacking
from setsquare.domains.training.closing.told import part_in_words
from setsquare.domains.training.models import Requirement, Shortfall
from setsquare.domains.training.needs import requirements_of
from setsquare.domains.training.retraining.queries import still_to_do
from setsquare.kernel.accounts.models import User
from setsquare.kernel.qualifications.subjects import Parts, parts_of
from setsquare.kernel.records.models import Record

Part = tuple[int, str]
"""A part of a subject, such as a component of a framework: the subject's id, and the part's code."""


class AskedFor(NamedTuple):
    """A role profile that a person has, and the level at which it asks for a part of a subject."""

    name: str
    level: int


AskedBy = Callable[[User], Mapping[Part, Sequence[AskedFor]]]


def _by_nothing(_person: User) -> Mapping[Part, Sequence[AskedFor]]:
    return {}


def why_needed(
    person: User, asked_by: AskedBy = _by_nothing, *, of_others: bool = False, gaps_told: bool = True
) -> dict[int, list[str]]:
    """Return by course why a person needs it, a line for each reason; four queries.

    Where that is a gap, `asked_by` says which of their role profiles ask for what they lack. `of_others` tells it in
    words for others than that person, and without what they lack where `gaps_told` is not so.
    """
    needs = list(requirements_of(person).select_related("role", "unit", "lacking").order_by("id"))
    gaps = list(still_lacking().filter(person=person).select_related("lacking").order_by("id"))
    anew = still_to_do().filter(person=person).select_related("retraining__because").order_by("id")
    lacking = [need.lacking for need in needs if need.lacking is not None]
    parts = parts_of([*lacking, *(gap.lacking for gap in gaps)]) if gaps_told else {}
    asked = asked_by(person) if parts else {}
    found: dict[int, list[str]] = {}
    for need in needs:
        found.setdefault(need.course_id, []).append(_of_need(need, parts, of_others, gaps_told))
    for gap in gaps:
        part = part_in_words(gap.lacking, gap.topic, gap.level, parts) if gaps_told else ""
        found.setdefault(gap.course_id, []).append(_of_gap(part, of_others))
    because_of_gaps: list[Requirement | Shortfall] = [*needs, *gaps]
    for row in because_of_gaps:
        if row.lacking is not None:
            found[row.course_id] += _askings(row.lacking, row.topic, asked, parts, of_others)
    for trainee in anew:
        again = trainee.retraining
        told = _("to be taken anew because of %(number)s: %(why)s")
        words = {"number": again.because.number, "why": again.reason}
        found.setdefault(again.course_id, []).append(told % words)
    return {course: list(dict.fromkeys(lines)) for course, lines in found.items()}


def _of_need(need: Requirement, parts: Parts, of_others: bool, gaps_told: bool) -> str:
    names = " · ".join(one.name for one in (need.role, need.unit) if one is not None)
    if names:
        told = _("needed by: %(names)s") % {"names": names}
    else:
        told = _("needed by name") if of_others else _("needed of you by name")
    if need.lacking is None or need.level is None or not gaps_told:
        return told
    part = part_in_words(need.lacking, need.topic, need.level, parts)
    sentence = _("%(needed)s, to reach %(part)s") if of_others else _("%(needed)s, as you lack %(part)s")
    return sentence % {"needed": told, "part": part}


def _of_gap(part: str, of_others: bool) -> str:
    if not part:
        return _("asked because of a gap")
    sentence = _("asked to reach %(part)s") if of_others else _("asked because you lack %(part)s")
    return sentence % {"part": part}


def _askings(
    subject: Record,
    topic: str,
    asked: Mapping[Part, Sequence[AskedFor]],
    parts: Parts,
    of_others: bool,
) -> list[str]:
    """Return what asks for a part that somebody lacks, a line for each."""
    told = _("your role profile %(profile)s asks for %(part)s")
    if of_others:
        told = _("the role profile %(profile)s asks for %(part)s")
    return [
        told % {"profile": one.name, "part": part_in_words(subject, topic, one.level, parts)}
        for one in asked.get((subject.pk, topic), ())
    ]
