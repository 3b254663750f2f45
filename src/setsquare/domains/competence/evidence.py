"""What can be evidence of an assessment: what shows something of its person, as it stood on the day of the assessment.

What is kept and signed of it are the numbers of the records, and the names and digests of the files.
"""

import copy
import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from setsquare.domains.competence.models import Assessment
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.links.models import Link
from setsquare.kernel.records.along import along
from setsquare.kernel.records.expiring import reckon
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.proofs import (
    People,
    named,
    names_of_types,
    people_of,
    showing_of,
    state_told,
)
from setsquare.kernel.records.things import OPEN, Hidden, thing_of, value_at, visible_to
from setsquare.kernel.trail.models import Entry

SHOWN_BY = "shown_by"
"""The kind of link from an assessment to a record that is evidence of it."""
RECORDS, FILES = "evidence", "evidence_files"
"""The keys under which an assessment's state holds its evidence."""
SETS = "set_evidence"
"""The command by which records come to be evidence, or no longer are."""


@dataclass(frozen=True)
class Piece:
    """A record that is named as evidence."""

    record: Record
    person: str = ""
    """Whom it is about."""
    state: str = ""
    """In which state it is, where it is not in force."""
    why_not: str = ""
    """Why it does not count as evidence of the assessment; empty where it does."""


def linked(record: Record) -> list[Record]:
    """Return the records that are named as evidence of an assessment, by their numbers; whoever sees them."""
    return along(record, "evidence", lambda: _linked(record))


def _linked(record: Record) -> list[Record]:
    links = Link.objects.filter(source=record, kind=SHOWN_BY)
    rows = Record.objects.filter(pk__in=links.values("target_id")).select_related("owner", "unit")
    return list(rows.order_by("number_key", "pk"))


def kept_files(record: Record) -> list[Attachment]:
    """Return the same as `files_of`, as they were read along with the record."""
    return along(record, "evidence_files", lambda: list(files_of(record)))


def files_of(record: Record) -> QuerySet[Attachment]:
    """Return the files that are evidence of an assessment, in the order in which they were added."""
    return Attachment.objects.filter(record=record, removed__isnull=True).order_by("id")


def evidence_state(record: Record) -> Mapping[str, Any]:
    """Return what the trail keeps of the evidence: records by number, files by name and digest."""
    links = Link.objects.filter(source=record, kind=SHOWN_BY).order_by("target__number_key", "target_id")
    return {
        RECORDS: list(links.values_list("target__number", flat=True)),
        FILES: [
            {"name": name, "file": digest} for name, digest in files_of(record).values_list("name", "blob")
        ],
    }


def pieces(records: Sequence[Record], assessment: Assessment) -> list[Piece]:
    """Return records as pieces of evidence of an assessment, each with why it does not count."""
    rows = [copy.copy(one) for one in records]
    reckon(rows)
    fitting = Record.objects.filter(showing_of(assessment.person), pk__in=[one.pk for one in rows])
    theirs = set(fitting.values_list("pk", flat=True)) if rows else set()
    people = people_of(rows)
    return [
        Piece(
            one,
            named(one, people),
            state_told(one),
            _why_not(one, assessment, people, theirs=one.pk in theirs),
        )
        for one in rows
    ]


def counts(records: Sequence[Record], assessment: Assessment) -> bool:
    """Tell whether any of these records counts as evidence of an assessment."""
    return any(not piece.why_not for piece in pieces(records, assessment))


def _why_not(record: Record, assessment: Assessment, people: People, *, theirs: bool) -> str:
    """Return why a record is no evidence of an assessment; empty where it is."""
    thing = thing_of(record.type)
    if thing.proof is None:
        sentence = _("%(number)s (%(kind)s) shows nothing of what somebody is able to. What does: %(kinds)s.")
        return sentence % {"number": record.number, "kind": thing.name, "kinds": names_of_types()}
    if record.pk == assessment.pk:
        return _("An assessment is no evidence of itself.")
    if not theirs:
        values = {"number": record.number, "person": assessment.person.name, "names": named(record, people)}
        if values["names"]:
            return _("%(number)s is about %(names)s, not about %(person)s.") % values
        return _("%(number)s is not about %(person)s.") % values
    return _why_over(record, assessment)


def _why_over(record: Record, assessment: Assessment) -> str:
    """Return that a record showed nothing on the day of the assessment, by its state; empty where it did."""
    thing, day = thing_of(record.type), assessment.day
    if thing.proof is None:
        return ""
    state = _(thing.lifecycle.state(record.state).label)
    if record.state in thing.proof.never:
        return _("%(number)s shows nothing: it is “%(state)s”.") % {"number": record.number, "state": state}
    last = value_at(record, thing.proof.last) if thing.proof.last else None
    if last is not None and last < day:
        sentence = _("%(number)s was over by the day of the assessment: it held until %(day)s.")
        return sentence % {"number": record.number, "day": date_format(last)}
    by_day = thing.expiry is not None and record.state == thing.expiry.into and last is not None
    if record.state in thing.proof.ended and not by_day and _was_so(record, day):
        sentence = _("%(number)s was “%(state)s” by the day of the assessment, %(day)s.")
        return sentence % {"number": record.number, "state": state, "day": date_format(day)}
    return ""


def _was_so(record: Record, day: dt.date) -> bool:
    """Tell whether a record was in its state by the end of a day, or was not there yet."""
    ends = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone(record.unit))
    before = Entry.objects.filter(record=record, at__lt=ends).order_by("-seq")
    state = before.values_list("state", flat=True).first()
    return state is None or json.loads(state)["state"] == record.state


def seen_of(reader: User, numbers: Iterable[str]) -> set[str]:
    """Return which of these records somebody may see; two queries, where there are any."""
    wanted = set(numbers)
    if not wanted:
        return set()
    types = set(Record.objects.filter(number__in=wanted).values_list("type", flat=True))
    seen = visible_to(reader, types=types).filter(number__in=wanted)
    return set(seen.values_list("number", flat=True))


def hidden_of_assessment(record: Record, reader: User) -> Hidden:
    """Return what somebody does not see of an assessment: the numbers of evidence that they may not see.

    Asked of what is evidence now and of what ever was.
    """
    states = Entry.objects.filter(record=record, command=SETS).values_list("state", flat=True)
    numbers = {number for state in states for number in json.loads(state).get(RECORDS) or ()}
    numbers |= {one.number for one in linked(record)}
    unseen = numbers - seen_of(reader, numbers)
    if not unseen:
        return OPEN

    def left(value: Any) -> Collection[str]:
        return [number for number in value or () if number not in unseen]

    return Hidden(part={RECORDS: left})
