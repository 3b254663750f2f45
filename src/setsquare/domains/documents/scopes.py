"""Who sees which documents, as conditions on Record: subqueries only, which cost the same for all."""

import datetime as dt
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from setsquare.domains.documents.models import Audience
from setsquare.domains.documents.permissions import CONTROL, READ, WORK
from setsquare.kernel.accounts.models import Grant, UnitPath, User
from setsquare.kernel.accounts.prepared import Prepared
from setsquare.kernel.accounts.rights import acts_for, in_force, units_where
from setsquare.kernel.events.models import Event
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing
from setsquare.kernel.tasks.models import Task

Rows = TypeVar("Rows", bound=Model)
ISSUED = ("effective", "superseded", "withdrawn")
"""States of a revision that is or was in force."""


def audiences_of(user: User, now: dt.datetime | None = None) -> QuerySet[Audience]:
    """Return the audiences that a person belongs to now: as themself, as member of a unit or holder of a role."""
    return reaching(Audience.objects.all(), user, now)


def reaching(rows: QuerySet[Rows], user: User, now: dt.datetime | None = None) -> QuerySet[Rows]:
    """Return those of rows of a person, a unit, or a role within a unit that reach a person now."""
    above = UnitPath.objects.filter(descendant_id=user.unit_id).values("ancestor_id")
    held = Grant.objects.filter(in_force(now or timezone.now()), user=user, role=OuterRef("role")).filter(
        Q(unit__paths_up__ancestor=OuterRef("unit")) | Q(unit__paths_down__descendant=OuterRef("unit"))
    )
    return rows.filter(Q(person=user) | Q(role__isnull=True, unit_id__in=above) | Exists(held))


def wrongly_marked(audience: QuerySet[Audience]) -> tuple[tuple[QuerySet[Audience], bool], ...]:
    """Return the rows that reach beyond their document's unit and are not marked so, and the reverse, with their mark.

    What the unit's own readers would see by their unit alone is not outside; a person by name always is.
    """
    own, unit = OuterRef("document__record__unit"), OuterRef("unit")
    near = UnitPath.objects.filter(Q(ancestor=own, descendant=unit) | Q(ancestor=unit, descendant=own))
    beyond = audience.filter(Q(person__isnull=False) | ~Exists(near), outside=False)
    within = audience.filter(Exists(near), person__isnull=True, outside=True)
    return (beyond, True), (within, False)


def wrong_marks(record: Record) -> tuple[str, ...]:
    """Return what does not follow from where the units of a document stand; a move may be on its way."""
    audience = Audience.objects.filter(document__record=record)
    if not any(rows.exists() for rows, _outside in wrongly_marked(audience)):
        return ()
    moving = Event.objects.filter(name="unit.move", delivered__isnull=True)
    return () if moving.exists() else ("outside (audience)",)


def _outside(user: User, now: dt.datetime) -> QuerySet[Audience]:
    """Return the audiences by which `user` reads what their units would not let them see; they are few."""
    return audiences_of(user, now).filter(outside=True)


def _asked_of(user: User, now: dt.datetime) -> QuerySet[Task]:
    """Return the open tasks on revisions that `user` may do: their own and those of whom they stand in for."""
    may_do = Q(assignee=user) | ~Q(kind="read")
    return Task.objects.filter(
        may_do, assignee_id__in=acts_for(user, now), done__isnull=True, record__type="revision"
    )


_documents_outside = Prepared(lambda user, now: _outside(user, now).values("document_id"))
_revisions_outside = Prepared(lambda user, now: _outside(user, now).values("document__revisions__record_id"))
_documents_asked = Prepared(lambda user, now: _asked_of(user, now).values("record__revision__document_id"))
_revisions_asked = Prepared(lambda user, now: _asked_of(user, now).values("record_id"))


def document_scope(_thing: Thing, user: User) -> Q:
    """Documents in force or withdrawn for readers, upwards too; those in preparation for who works on them."""
    issued = Q(state__in=("effective", "withdrawn"))
    return (
        (issued & Q(unit_id__in=units_where(user, READ, upwards=True)))
        | _worked_on_by(user)
        | Q(pk__in=_documents_asked(user))
        | (issued & Q(pk__in=_documents_outside(user)))
    )


def revision_scope(_thing: Thing, user: User) -> Q:
    """Revisions that are or were in force for readers; open and discarded ones for who works on them."""
    issued = Q(state__in=ISSUED)
    in_work = Q(state__in=("draft", "in_review", "in_approval", "approved"))
    took_part = Exists(Task.objects.filter(record=OuterRef("pk"), assignee=user))
    return (
        (issued & Q(unit_id__in=units_where(user, READ, upwards=True)))
        | _worked_on_by(user)
        | Q(pk__in=_revisions_asked(user))
        | (in_work & took_part)
        | (issued & Q(pk__in=_revisions_outside(user)))
    )


def readable_then(record: Record, state: str, user: User) -> bool:
    """Tell whether `user` may read what a revision said in an earlier state: of a draft who works on it, as today."""
    return state in ISSUED or works_with(record, user)


def works_with(record: Record, user: User) -> bool:
    """Tell whether `user` works on a revision or was asked to review or approve it; the row remembers it."""
    known: dict[int, bool] = vars(record).setdefault("_works_with", {})
    if user.pk not in known:
        asked = Task.objects.filter(record=OuterRef("pk"), kind__in=("review", "approve"))
        took_part = Exists(asked.filter(assignee_id__in=acts_for(user)))
        found = Record.objects.filter(_worked_on_by(user) | took_part, pk=record.pk)
        known[user.pk] = found.exists()
    return known[user.pk]


def type_scope(_thing: Thing, user: User) -> Q:
    """Document types are seen by everybody who reads documents in or below their unit."""
    return Q(unit_id__in=units_where(user, READ, upwards=True)) | Q(unit_id__in=units_where(user, CONTROL))


def _worked_on_by(user: User) -> Q:
    return (
        Q(unit_id__in=units_where(user, WORK))
        | Q(unit_id__in=units_where(user, CONTROL))
        | Q(owner_id=user.pk)
    )
