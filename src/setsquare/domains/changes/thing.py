"""The record type of change requests."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from setsquare.domains.changes import work
from setsquare.domains.changes.models import ChangeRequest, listed
from setsquare.domains.changes.permissions import ASSESS, DECIDE, READ
from setsquare.domains.changes.queries import AFFECTS, OPENED, numbers_linked
from setsquare.domains.changes.states import CHANGE_REQUEST
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import permissions_in
from setsquare.kernel.links.models import Link
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.proof import Proof
from setsquare.kernel.records.things import (
    Column,
    Element,
    Fact,
    Filter,
    Hidden,
    Kind,
    Label,
    SearchText,
    Section,
    Thing,
    default_scope,
    register,
    visible_to,
)
from setsquare.kernel.representation.past import Rows
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.everything import PERMISSION as TRAIL

PRIORITIES: dict[str, Label] = {"low": _("Low"), "normal": _("Normal"), "urgent": _("Urgent")}
KINDS = (work.ASSESS, work.DECIDE, work.CLOSE)


def change_scope(thing: Thing, user: User) -> Q:
    """Those of the units in which a person reads change requests, and those that concern them themself."""
    asked = Task.objects.filter(assignee=user, done__isnull=True, record__type=thing.code)
    mine = Q(change_request__requested_by=user) | Q(pk__in=asked.values("record_id"))
    return default_scope(thing, user) | mine


def change_state(record: Record) -> Mapping[str, Any]:
    """Return what the trail keeps of a change request besides its columns: its links."""
    return {
        "affected": numbers_linked(record, AFFECTS),
        "opened": numbers_linked(record, OPENED),
    }


def change_restored(record: Record, state: Mapping[str, Any], _rows: Rows) -> None:
    """Give a change request as it stood the links that it had."""
    record.change_request.affected = listed(state.get("affected") or ())
    record.change_request.opened = listed(state.get("opened") or ())


def change_words(record: Record) -> SearchText:
    """Return what search finds a change request by."""
    change: ChangeRequest = record.change_request
    texts = (change.what, change.why, change.quality, change.regulatory, change.training, change.risk)
    return SearchText(
        record.title,
        " ".join(numbers_linked(record, AFFECTS)),
        "\n\n".join(text for text in (*texts, change.decision, change.outcome) if text),
    )


def knows_documents(record: Record, user: User) -> bool:
    """Tell whether `user` knows which documents a change concerns: who works on it, or sees all of them anyway."""
    if user.pk in (record.owner_id, record.change_request.requested_by_id):
        return True
    if not permissions_in(user, record.unit_id).isdisjoint({ASSESS, DECIDE, TRAIL}):
        return True
    named = Link.objects.filter(source=record, kind__in=(AFFECTS, OPENED))
    return not named.exclude(target__in=visible_to(user).values("pk")).exists()


def _affects(number: str, _user: User) -> Q:
    links = Link.objects.filter(kind=AFFECTS, target__number__iexact=number)
    return Q(pk__in=links.values("source_id"))


CHANGE_REQUESTS = register(
    Thing(
        code="change_request",
        puts_right=True,
        slug="change-requests",
        name=_("Change request"),
        plural=_("Change requests"),
        element=Element.GOVERNANCE,
        icon="git-pull-request",
        lifecycle=CHANGE_REQUEST,
        read=READ,
        numbering="CR-{year}-{n:04}",
        model=ChangeRequest,
        proof=Proof(
            holds=frozenset({"accepted", "in_implementation", "implemented", "closed"}),
            never=frozenset({"rejected", "cancelled"}),
        ),
        description=_("What should change in the standards, why, with what impact, and what was decided."),
        columns=(
            Column("number", _("Number"), "number", sortable=True),
            Column("title", _("Title"), "title", sortable=True),
            Column("state", _("State"), "state", Kind.STATE, sortable=True),
            Column("priority", _("Priority"), "change_request__priority", Kind.CHOICE, choices=PRIORITIES),
            Column("requested_by", _("Requested by"), "change_request__requested_by", Kind.PERSON),
            Column("owner", _("Owner"), "owner", Kind.PERSON, shown=False),
            Column("unit", _("Unit"), "unit", Kind.UNIT),
            Column("wanted_by", _("Wanted by"), "change_request__wanted_by", Kind.DUE, sortable=True),
            Column(
                "decided", _("Decided"), "change_request__decided", Kind.DATETIME, sortable=True, shown=False
            ),
            Column("decided_by", _("Decided by"), "change_request__decided_by", Kind.PERSON, shown=False),
            Column("changed", _("Changed"), "changed", Kind.DATETIME, sortable=True),
        ),
        filters=(
            Filter("priority", _("Priority"), "change_request__priority", choices=PRIORITIES),
            Filter("requested_by", _("Requested by"), "change_request__requested_by", Kind.PERSON),
            Filter("wanted_by", _("Wanted by"), "change_request__wanted_by", Kind.DATE),
            Filter("decided", _("Decided"), "change_request__decided", Kind.DATETIME),
            Filter("affects", _("Affects the document"), kind=Kind.TEXT, condition=_affects),
        ),
        sections=(
            Section(
                _("Request"),
                (
                    Fact(_("What should change"), "change_request__what", Kind.LONG_TEXT),
                    Fact(_("Why"), "change_request__why", Kind.LONG_TEXT),
                    Fact(_("Documents that it affects"), "change_request__affected", Kind.MARKDOWN),
                    Fact(_("Requested by"), "change_request__requested_by", Kind.PERSON),
                    Fact(_("Priority"), "change_request__priority", Kind.CHOICE, PRIORITIES),
                    Fact(_("Wanted by"), "change_request__wanted_by", Kind.DUE),
                    Fact(_("Owner"), "owner", Kind.PERSON),
                    Fact(_("Unit"), "unit", Kind.UNIT),
                ),
            ),
            Section(
                _("Impact"),
                (
                    Fact(_("Quality"), "change_request__quality", Kind.LONG_TEXT),
                    Fact(_("Regulations"), "change_request__regulatory", Kind.LONG_TEXT),
                    Fact(_("Training"), "change_request__training", Kind.LONG_TEXT),
                    Fact(_("Cost"), "change_request__cost", Kind.LONG_TEXT),
                    Fact(_("Risk"), "change_request__risk", Kind.LONG_TEXT),
                    Fact(_("Assessed by"), "change_request__assessed_by", Kind.PERSON),
                    Fact(_("Assessed"), "change_request__assessed", Kind.DATETIME),
                ),
            ),
            Section(
                _("Decision"),
                (
                    Fact(_("Reason"), "change_request__decision", Kind.LONG_TEXT),
                    Fact(_("Decided by"), "change_request__decided_by", Kind.PERSON),
                    Fact(_("Decided"), "change_request__decided", Kind.DATETIME),
                    Fact(_("Result looked at before closing"), "change_request__verify", Kind.BOOLEAN),
                    Fact(_("Revisions in which it is made"), "change_request__opened", Kind.MARKDOWN),
                    Fact(_("Implemented"), "change_request__implemented", Kind.DATETIME),
                    Fact(_("What came of it"), "change_request__outcome", Kind.LONG_TEXT),
                ),
            ),
        ),
        related=(
            "change_request__requested_by",
            "change_request__assessed_by",
            "change_request__decided_by",
        ),
        search=change_words,
        scope=change_scope,
        parts=change_state,
        private=Hidden(
            keys=frozenset({"affected", "opened"}), notes=frozenset({"set_affected", "note_opened"})
        ),
        privy=knows_documents,
        restore=change_restored,
    )
)
