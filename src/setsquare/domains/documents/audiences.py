"""Who has to read a document, expanded to people; and what a person has to read."""

from collections.abc import Collection, Iterable, Mapping

from django.db.models import Exists, OuterRef, QuerySet

from setsquare.domains.documents.deciding.asked import (
    Asking,
    anybody,
    asking,
    askings,
    lacking,
    reached,
    unread_by,
)
from setsquare.domains.documents.fields import AudienceRow
from setsquare.domains.documents.models import Audience, Document, Revision
from setsquare.domains.documents.scopes import audiences_of, wrongly_marked
from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.commands.bodies import why_closed
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.tasks.models import Task


def refuse_closed(rows: Iterable[AudienceRow], kept: Collection[str]) -> None:
    """Refuse rows of an audience with a closed unit, other than those in it already, by their codes."""
    for place, row in enumerate(rows):
        if row.unit is not None and row.unit.code not in kept and (why := why_closed(row.unit)):
            raise Refused({f"audience.{place}.unit": why})


def audience_rows(
    document: Document, rows: Iterable[AudienceRow], kept: Iterable[Mapping[str, str]] | None = None
) -> list[Audience]:
    """Return an audience's rows, not stored; `kept` is one as a document type keeps it, by codes.

    A row without a unit is for the document's own. Codes that are no longer known are left out.
    """
    made = [
        Audience(
            document=document,
            role=row.role,
            unit=None if row.person else row.unit or document.record.unit,
            person=row.person,
        )
        for row in rows
    ]
    for row in kept or ():
        role = Role.objects.filter(code=row["role"]).first() if row["role"] else None
        unit = Unit.objects.filter(code=row["unit"]).first() if row["unit"] else document.record.unit
        person = (
            User.objects.filter(username=row["person"], is_active=True).first() if row["person"] else None
        )
        known = (role or not row["role"]) and unit and (person or not row["person"])
        if known:
            made.append(Audience(document=document, role=role, unit=None if person else unit, person=person))
    return made


def place_audience(document: Document, rows: list[Audience]) -> None:
    """Store a document's audience anew, each row once, and mark what reaches beyond the document's own unit."""
    document.audience.all().delete()
    kept = {(row.role_id, row.unit_id, row.person_id): row for row in reversed(rows)}
    for row in reversed(kept.values()):
        Audience.objects.create(document=document, role=row.role, unit=row.unit, person=row.person)
    mark_what_reaches_beyond(document.audience.all())


def mark_what_reaches_beyond(audience: QuerySet[Audience]) -> None:
    """Mark which of these rows reach people whom the document's own unit would not let read it.

    It follows the unit tree, and has to be done anew where that changes.
    """
    for rows, outside in wrongly_marked(audience):
        Audience.objects.filter(pk__in=rows.values("pk")).update(outside=outside)


def readers(document: Document) -> QuerySet[User]:
    """Return the active people of a document's audience."""
    known = "audience" in getattr(document, "_prefetched_objects_cache", {})
    rows = document.audience.all() if known else document.audience.select_related("role", "unit")
    return User.objects.filter(reached(rows), is_active=True)


def reaches_nobody(revision: Revision) -> bool:
    """Tell whether people should read the revision, but its document's audience has nobody in it."""
    return revision.reading != Revision.Reading.NOTHING and not readers(revision.document).exists()


def readers_of(revision: Revision, asked: Iterable[Asking] | None = None) -> QuerySet[User]:
    """Return the active people who have to read a revision now, or have read it."""
    wanted = askings(revision) if asked is None else asked
    return readers(revision.document).filter(anybody(wanted))


def not_asked_yet(revision: Revision) -> QuerySet[User]:
    """Return who has to read the revision and was neither asked nor has read enough."""
    waiting = Task.objects.filter(record_id=revision.pk, kind="read", done__isnull=True)
    return (
        readers(revision.document)
        .filter(lacking(revision, askings(revision)))
        .exclude(pk__in=waiting.values("assignee_id"))
        .order_by("pk")
    )


def asked_in_vain(revision: Revision) -> QuerySet[User]:
    """Return who is asked to read the revision and no longer has to."""
    asked = Task.objects.filter(record_id=revision.pk, kind="read", done__isnull=True)
    people = User.objects.filter(pk__in=asked.values("assignee_id"))
    return people.exclude(pk__in=readers_of(revision).values("pk")).order_by("pk")


def to_read_by(user: User) -> QuerySet[Revision]:
    """Return the revisions that a person has to read now and was not asked to."""
    asked = Task.objects.filter(kind="read", assignee=user, record=OuterRef("pk"), done__isnull=True)
    return (
        unread_by(user)
        .filter(document__in=audiences_of(user).values("document_id"))
        .exclude(Exists(asked))
        .select_related("record", "document__record")
        .order_by("pk")
    )


def asked_in_vain_of(user: User) -> QuerySet[Task]:
    """Return the open reading tasks of a person that their units and roles no longer ask for."""
    tasks = Task.objects.filter(assignee=user, kind="read", done__isnull=True, record__type="revision")
    if not user.is_active:
        return tasks.select_related("record")
    still = asking(user).filter(document__in=audiences_of(user).values("document_id"))
    return tasks.exclude(record_id__in=still.values("pk")).select_related("record")
