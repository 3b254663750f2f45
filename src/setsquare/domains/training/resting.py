"""What a certificate rests on: who signed that it was earned or is genuine, when, and where that stands."""

import datetime as dt
from typing import Any, NamedTuple, Protocol

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

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
    """Return what a certificate rests on, in the order in which it came; by three queries at most."""
    signed = Q(record=certificate.record_id)
    if certificate.session_id is not None:
        signed |= Q(record=certificate.session_id, meaning="session_closed")
    if meaning := SIGNED_ON_COURSE.get(certificate.source):
        signed |= Q(pk__in=_on_course(certificate, meaning))
    rows = Signature.objects.filter(signed).select_related("record")
    found = [
        Ground(row.record, row.printed_name, str(meaning_label(row.meaning)), row.at, row.meaning)
        for row in rows.order_by("at", "id")
    ]
    if certificate.source == "quiz":
        found = [*_attempt(certificate), *found]
    return found or _entered(certificate)


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
    return [Ground(row.evidence, certificate.person.name, _("Quiz passed, without a signature"), row.given)]


def _entered(certificate: Holding) -> list[Ground]:
    """Return who entered a certificate that nobody signed."""
    entry = Entry.objects.filter(record=certificate.record_id, seq=1).only("actor_name", "at").first()
    if entry is None:
        return []
    who = entry.actor_name or _("Setsquare")
    return [Ground(certificate.record, who, _("Entered without a signature"), entry.at)]
