"""What a certificate rests on: who signed that it was earned or is genuine, when, and where that stands."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from setsquare.domains.training.corrections import CORRECTED, REFUSED, last_standing
from setsquare.domains.training.models import Certificate
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import meaning_label
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.trail.models import Entry

SIGNED_ON_COURSE = {"sign_off": "signed_off", "read": "course_read"}
"""What is signed on the course itself, by what the certificate comes from."""


class Holding(Protocol):
    """A certificate, as far as what it rests on follows from it."""

    record: Record
    record_id: int
    person: User
    course_id: int
    course: Any
    session_id: int | None
    source: str


class Ground(NamedTuple):
    """One thing that a certificate rests on."""

    record: Record
    """Where it stands."""
    who: str
    what: str
    at: dt.datetime
    meaning: str = ""
    """The code of what the signature says; empty where nobody signed."""


def grounds_of(certificate: Holding) -> list[Ground]:
    """Return what a certificate rests on, in the order in which it came; by three queries at most.

    What was signed of it before it was corrected says nothing of what it says now.
    """
    entries = list(_entries([certificate.record_id]))
    signed = Q(record=certificate.record_id)
    if certificate.session_id is not None:
        signed |= Q(record=certificate.session_id, meaning="session_closed")
    if meaning := SIGNED_ON_COURSE.get(certificate.source):
        signed |= Q(pk__in=_on_course(certificate, meaning))
    rows = Signature.objects.filter(signed).select_related("record")
    found = [_signature(row) for row in _since_corrected(rows.order_by("at", "id"), entries)]
    if certificate.source == "quiz":
        found = [*_attempt(certificate), *found]
    return found or _entered(entries, certificate.record)


def all_grounds(certificates: Sequence[Certificate]) -> dict[int, list[Ground]]:
    """Return what each of many certificates rests on, by their ids; by three queries, however many."""
    keys = [one.pk for one in certificates]
    courses = [one.course_id for one in certificates if one.source in SIGNED_ON_COURSE]
    sessions = [one.session_id for one in certificates if one.session_id is not None]
    asked = Q(record__in=keys) | Q(record__in=sessions, meaning="session_closed")
    asked |= Q(record__in=courses, meaning__in=SIGNED_ON_COURSE.values())
    signed: dict[int, list[Signature]] = {}
    for row in Signature.objects.filter(asked).select_related("record").order_by("at", "id"):
        signed.setdefault(row.record_id, []).append(row)
    passed = _all_attempts([one for one in certificates if one.source == "quiz"])
    entered: dict[int, list[Entry]] = {}
    for entry in _entries(keys):
        entered.setdefault(entry.record_id, []).append(entry)
    found: dict[int, list[Ground]] = {}
    for one in certificates:
        entries = entered.get(one.pk, [])
        rows = _since_corrected(_of_one(one, signed), entries)
        grounds = [*passed.get(one.pk, ()), *map(_signature, rows)]
        found[one.pk] = grounds or _entered(entries, one.record)
    return found


def _entries(keys: Sequence[int]) -> QuerySet[Entry]:
    """Return by which entries certificates were made and corrected, in their order."""
    told = Q(seq=1) | Q(command__in=(CORRECTED, REFUSED))
    entries = Entry.objects.filter(told, record__in=keys).order_by("record_id", "seq")
    return entries.only("record", "seq", "command", "actor_name", "at")


def _since_corrected(rows: Iterable[Signature], entries: Sequence[Entry]) -> list[Signature]:
    """Return the signatures without those of a certificate that came before its last correction."""
    last = last_standing(entries)
    if last is None:
        return list(rows)
    return [row for row in rows if row.record_id != last.record_id or row.entry_id > last.pk]


def _of_one(certificate: Certificate, signed: Mapping[int, Sequence[Signature]]) -> list[Signature]:
    """Return those of the signatures that a certificate rests on, as `grounds_of` asks for them."""
    rows = list(signed.get(certificate.pk, ()))
    if certificate.session_id is not None:
        rows += [row for row in signed.get(certificate.session_id, ()) if row.meaning == "session_closed"]
    if meaning := SIGNED_ON_COURSE.get(certificate.source):
        on_course = [
            row
            for row in signed.get(certificate.course_id, ())
            if row.meaning == meaning
            and row.at <= certificate.record.created
            and (meaning != "course_read" or row.signer_id == certificate.person_id)
        ]
        rows += on_course[-1:]
    return sorted(rows, key=lambda row: (row.at, row.pk))


def _all_attempts(certificates: Sequence[Certificate]) -> dict[int, list[Ground]]:
    """Return the attempts by which quizzes were passed, by certificate; one query where any comes from a quiz."""
    if not certificates:
        return {}
    rows = Qualification.objects.filter(
        user__in=[one.person_id for one in certificates],
        subject__in=[one.course.quiz_id for one in certificates],
        level__gt=0,
    )
    found: dict[int, list[Ground]] = {}
    for row in rows.select_related("evidence").order_by("given", "id"):
        for one in certificates:
            same = (one.person_id, one.course.quiz_id) == (row.user_id, row.subject_id)
            if same and row.given <= one.record.created:
                found[one.pk] = [_passed(row, one)]
    return found


def grounds_told(record: Record) -> list[dict[str, Any]]:
    """Return what a certificate rests on as values: what its page says, for programs and the command line."""
    return [
        {
            "what": one.what,
            "meaning": one.meaning or None,
            "who": one.who,
            "at": one.at,
            "record": one.record.number,
        }
        for one in grounds_of(record.certificate)
    ]


def _on_course(certificate: Holding, meaning: str) -> QuerySet[Signature, int]:
    """Return the signature on the course by which the certificate was issued: the last before it was made."""
    rows = Signature.objects.filter(
        record=certificate.course_id, meaning=meaning, at__lte=certificate.record.created
    )
    if meaning == "course_read":
        rows = rows.filter(signer=certificate.person)
    return rows.order_by("-at", "-id").values_list("pk", flat=True)[:1]


def _attempt(certificate: Holding) -> list[Ground]:
    """Return the attempt by which the person passed the quiz, which nobody signs."""
    rows = Qualification.objects.filter(
        user=certificate.person,
        subject=certificate.course.quiz_id,
        given__lte=certificate.record.created,
        level__gt=0,
    )
    row = rows.select_related("evidence").order_by("-given", "-id").first()
    if row is None:
        return []
    return [_passed(row, certificate)]


def _passed(row: Qualification, certificate: Holding) -> Ground:
    return Ground(row.evidence, certificate.person.name, _("Quiz passed, without a signature"), row.given)


def _signature(row: Signature) -> Ground:
    return Ground(row.record, row.printed_name, str(meaning_label(row.meaning)), row.at, row.meaning)


def _entered(entries: Sequence[Entry], record: Record) -> list[Ground]:
    """Return who entered a certificate that nobody signed, and who corrected it last."""
    corrected = last_standing(entries)
    told = [(entry, _("Entered without a signature")) for entry in entries[:1]]
    told += [(corrected, _("Corrected without a signature"))] if corrected is not None else []
    return [Ground(record, entry.actor_name or _("Setsquare"), what, entry.at) for entry, what in told]
