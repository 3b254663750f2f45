"""The list of a session on paper: to be signed by who is there, or what came of it once it is closed."""

import datetime as dt

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from setsquare.domains.training.models import IN_LINE, Attendance, TrainingSession
from setsquare.domains.training.roster import hidden_of_session
from setsquare.domains.training.thing import RESULTS
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import OPEN
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.typesetting.lists import ListSheet, Part, list_pdf

EMPTY_ROWS = 5
"""Rows for those who come without being enrolled."""


def may_print(record: Record, user: User) -> bool:
    """Tell whether somebody has the list of a session: who gives or runs it and so sees everybody."""
    return record.state != "cancelled" and hidden_of_session(record, user) == OPEN


def attendance_pdf(record: Record) -> bytes:
    """Return the attendance list of a session as PDF."""
    return list_pdf(attendance_sheet(record))


def attendance_sheet(record: Record) -> ListSheet:
    """Return all that the attendance list of a session shows, by the clocks of its unit."""
    session: TrainingSession = record.training_session
    place, now = zone(record.unit), timezone.now()
    people = session.attendances.exclude(IN_LINE).select_related("person__unit")
    rows = list(people.order_by("person__name", "pk"))
    closed, kind = record.state == "closed", _("Attendance list")
    facts: list[tuple[str, str]] = [
        (_("Course"), f"{session.course.record.number} {session.course.record.title}"),
        (_("Session"), record.number),
        (_("Starts"), _moment(session.starts, place)),
        (_("Ends"), _moment(session.ends, place)),
        (_("Place or link"), session.place),
        (_("Trainer"), session.trainer.name),
        *((_("Attendance confirmed"), told) for told in _confirmed(record, place)),
    ]
    return ListSheet(
        organisation=Unit.objects.get(parent__isnull=True).name,
        kind=kind,
        title=record.title,
        facts=[(label, value) for label, value in facts if value],
        parts=[_attended(rows) if closed else _to_sign(rows, session)],
        foot=f"{record.number} · {kind}",
        printed_at=_moment(now, place),
        produced=now,
        language=translation.get_language() or "en",
    )


def _attended(rows: list[Attendance]) -> Part:
    told = [[*_who(row.person), str(RESULTS.get(row.result, "")), row.reason] for row in rows]
    head = [_("Name"), _("Job title"), _("Unit"), _("Result"), _("Why")]
    return Part(_("People"), head, told, [3, 3, 3, 3, 3], none=_("Nobody took part."))


def _to_sign(rows: list[Attendance], session: TrainingSession) -> Part:
    """Return the rows to be signed, with some for who comes besides as far as there are places."""
    free = (
        EMPTY_ROWS
        if session.capacity is None
        else min(max(session.capacity - sum(not row.waiting for row in rows), 0), EMPTY_ROWS)
    )
    told = [[*_who(row.person), ""] for row in rows] + [["", "", "", ""]] * free
    head = [_("Name"), _("Job title"), _("Unit"), _("Signature")]
    return Part(_("People"), head, told, [3, 3, 3, 4], none=_("Nobody is enrolled."), tall=True)


def _who(person: User) -> list[str]:
    return [person.name, person.title, person.unit.name if person.unit is not None else ""]


def _confirmed(record: Record, place: dt.tzinfo) -> list[str]:
    """Return who confirmed the attendance by signature, and when."""
    made = Signature.objects.filter(record=record, meaning="session_closed").order_by("at", "id")
    return [f"{one.printed_name}, {_moment(one.at, place)}" for one in made]


def _moment(moment: dt.datetime, place: dt.tzinfo) -> str:
    return f"{formats.date_format(moment.astimezone(place), 'DATETIME_FORMAT')} ({place})"
