"""Whom a revision asks to read it, and who still has to: after what was decided on it and on those before."""

from collections.abc import Iterable
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    PositiveIntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from setsquare.domains.documents.deciding.models import Decision, Named
from setsquare.domains.documents.models import Revision, decision_of
from setsquare.domains.documents.scopes import reaching
from setsquare.kernel.accounts.models import UnitPath, User
from setsquare.kernel.accounts.rights import holders_within
from setsquare.kernel.tasks.models import Task

Asking = tuple[int, Q]
"""From which ordinal on somebody has to have read a document, and who that is: a condition on people."""
WAITING = Q(record__state="approved", decision__threshold__isnull=False, decision__waived__isnull=True)
"""Revisions that are read before they take effect."""


def reached(rows: Iterable[Any]) -> Q:
    """Return the condition on people to be within rows of a person, a unit, or a role within a unit."""
    found = Q(pk__in=[])
    for row in rows:
        if row.person_id is not None:
            found |= Q(pk=row.person_id)
        elif row.role is not None and row.unit is not None:
            found |= Q(pk__in=holders_within(row.role, row.unit).order_by().values("pk"))
        else:
            below = UnitPath.objects.filter(ancestor_id=row.unit_id).values("descendant_id")
            found |= Q(unit_id__in=below)
    return found


def is_read_early(revision: Revision) -> bool:
    """Tell whether people read the revision before it takes effect, which waits for them."""
    return _waiting(revision) is not None


def _waiting(revision: Revision) -> Decision | None:
    decision = decision_of(revision) if revision.record.state == "approved" else None
    return decision if decision is not None and decision.waits else None


def askings(revision: Revision) -> list[Asking]:
    """Return who has to have read since when, the latest first: of what is in force, or is read before it is."""
    if (decision := _waiting(revision)) is not None:
        return asked_by(revision.ordinal, decision)
    base = revision.reading_base
    parts = Decision.objects.filter(
        who=Decision.Who.PART,
        revision__document=revision.document_id,
        revision__ordinal__gt=base or 0,
        revision__ordinal__lte=revision.ordinal,
        revision__effective_at__isnull=False,
    )
    found = [(part.revision.ordinal, reached(part.readers)) for part in parts.select_related("revision")]
    found.sort(key=lambda asking: -asking[0])
    return [*found, *([(base, Q())] if base is not None else [])]


def asked_by(ordinal: int, decision: Decision) -> list[Asking]:
    """Return whom a decision itself asks to read its revision."""
    if decision.who == Decision.Who.NOBODY:
        return []
    return [(ordinal, reached(decision.readers) if decision.who == Decision.Who.PART else Q())]


def confirmed(document: int, since: int) -> QuerySet[Task]:
    """Return the confirmed readings of a document's revisions from ordinal `since` on.

    What somebody confirmed before a revision was taken back and approved anew says nothing of the text of today.
    """
    return counted().filter(record__revision__document=document, record__revision__ordinal__gte=since)


def counted() -> QuerySet[Task]:
    """Return the confirmed readings of what revisions say as they were approved last."""
    as_approved = Q(record__revision__approved__isnull=True, record__revision__effective_at__isnull=False)
    return Task.objects.filter(
        as_approved | Q(opened__gte=F("record__revision__approved")), kind="read", outcome="confirmed"
    )


def lacking(revision: Revision, asked: Iterable[Asking]) -> Q:
    """Return the condition on people to have to read a revision and not to have read enough."""
    found = Q(pk__in=[])
    for ordinal, who in asked:
        enough = confirmed(revision.document_id, ordinal).values("assignee_id")
        found |= who & ~Q(pk__in=enough)
    return found


def anybody(asked: Iterable[Asking]) -> Q:
    """Return the condition on people to be asked by any of these; an empty one where everybody is."""
    found = Q(pk__in=[])
    for _ordinal, who in asked:
        if not who:
            return who
        found |= who
    return found


def unread_by(user: User) -> QuerySet[Revision]:
    """Return the revisions that a person's audiences have to read now, and of which the person has not read enough."""
    read = counted().filter(assignee=user)
    since = read.filter(
        record__revision__document=OuterRef("document"), record__revision__ordinal__gte=OuterRef("asks_since")
    )
    of_part = read.filter(
        record__revision__document=OuterRef("decision__revision__document"),
        record__revision__ordinal__gte=OuterRef("decision__revision__ordinal"),
    )
    unread = _parts_of(user).exclude(Exists(of_part))
    return _read_now().filter((Q(asks_since__isnull=False) & ~Exists(since)) | Exists(unread))


def asking(user: User) -> QuerySet[Revision]:
    """Return the revisions that a person's audiences have to read now, if the person is in them."""
    return _read_now().filter(Q(asks_since__isnull=False) | Exists(_parts_of(user)))


def _read_now() -> QuerySet[Revision]:
    """Return the revisions that are read now, with since when everybody has to have read, and above what a part."""
    everybody = When(WAITING & Q(decision__who=Decision.Who.EVERYBODY), then=F("ordinal"))
    early = When(WAITING, then=Value(None))
    return Revision.objects.filter(WAITING | Q(record__state="effective"), record__type="revision").annotate(
        asks_since=Case(everybody, early, default=F("reading_base"), output_field=PositiveIntegerField()),
        asks_above=Case(
            When(WAITING, then=F("ordinal") - 1),
            default=Coalesce(F("reading_base"), 0),
            output_field=IntegerField(),
        ),
    )


def _parts_of(user: User) -> QuerySet[Named]:
    """Return the parts of audiences that reach a person and that the revision of the outer row asks."""
    asked = Named.objects.filter(
        course__isnull=True,
        decision__revision__document=OuterRef("document"),
        decision__revision__ordinal__gt=OuterRef("asks_above"),
        decision__revision__ordinal__lte=OuterRef("ordinal"),
    )
    counts = Q(decision__revision__effective_at__isnull=False) | Q(decision=OuterRef("pk"))
    return reaching(asked.filter(counts), user)
