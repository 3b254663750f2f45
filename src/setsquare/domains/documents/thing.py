"""The record types of documents: the document, its revisions, and the types that rule them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from setsquare.domains.documents import states
from setsquare.domains.documents.deciding.in_words import decision_state, past_decision
from setsquare.domains.documents.discussion import discussion_of
from setsquare.domains.documents.in_words import CONTENTS
from setsquare.domains.documents.models import Document, DocumentType, Revision
from setsquare.domains.documents.permissions import CONTROL, READ, WORK
from setsquare.domains.documents.replacing import REPLACED_BY, replacing
from setsquare.domains.documents.scopes import (
    document_scope,
    readable_then,
    revision_scope,
    type_scope,
    works_with,
    wrong_marks,
)
from setsquare.domains.documents.texts import document_words, type_words
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import permissions_in
from setsquare.kernel.qualifications.subjects import as_a_whole, tell_parts
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.proof import Proof
from setsquare.kernel.records.seeing import may_see
from setsquare.kernel.records.things import (
    Column,
    Element,
    Fact,
    Filter,
    Hidden,
    Kind,
    Label,
    Section,
    Thing,
    register,
)
from setsquare.kernel.representation.past import Rows
from setsquare.kernel.trail.everything import PERMISSION as TRAIL

CHANGES: dict[str, Label] = {"normal": _("Normal"), "editorial": _("Editorial")}
READINGS: dict[str, Label] = {
    "whole": _("The whole document"),
    "changes": _("What changed"),
    "passages": _("Chosen sections first"),
    "nothing": _("Nothing"),
}
YES_NO: dict[str, Label] = {"yes": _("Yes"), "no": _("No")}
DUE: dict[str, Label] = {
    "overdue": _("Overdue"),
    "30": _("Within 30 days"),
    "90": _("Within 90 days"),
    "none": _("Not reviewed periodically"),
}


def _kinds(user: User) -> dict[str, Label]:
    kinds = DocumentType.objects.filter(record__in=DOCUMENT_TYPE.visible_to(user))
    return dict(kinds.order_by("record__title").values_list("code", "record__title"))


def _kinds_by_code() -> dict[str, Label]:
    return dict(DocumentType.objects.order_by("record__title").values_list("code", "record__title"))


def _areas(user: User) -> dict[str, Label]:
    named = Document.objects.exclude(area="").filter(record__in=DOCUMENT.visible_to(user))
    return {area: area for area in named.order_by("area").values_list("area", flat=True).distinct()}


def _review_due(value: str, _user: User) -> Q:
    if value == "none":
        return Q(document__next_review__isnull=True)
    days = 0 if value == "overdue" else int(value)
    bound = timezone.localdate() + dt.timedelta(days=days)
    last = "lt" if value == "overdue" else "lte"
    return Q(state="effective", **{f"document__next_review__{last}": bound})


def _has_open(value: str, user: User) -> Q:
    has = Q(document__open_revision__in=REVISION.visible_to(user).values("pk"))
    return ~has if value == "no" else has


def knows_discussion(record: Record, user: User) -> bool:
    """Tell whether `user` knows what was said of a revision and who has read it: no reader, but an auditor."""
    if record.owner_id == user.pk:
        return True
    if not permissions_in(user, record.unit_id).isdisjoint({WORK, CONTROL, TRAIL}):
        return True
    return works_with(record, user)


def knows_work(record: Record, user: User) -> bool:
    """Tell whether `user` knows of a document's revisions in work: who works on it, reads the trail or sees the one."""
    if not permissions_in(user, record.unit_id).isdisjoint({WORK, CONTROL, TRAIL}):
        return True
    opened = record.document.open_revision
    return opened is not None and may_see(REVISION, user, opened.record)


def _mine(value: str, user: User) -> Q:
    mine = Q(owner=user) | Q(document__open_revision__record__owner=user)
    return mine if value == "yes" else ~mine


def in_force(record: Record) -> Record | None:
    """Return the revision in force, whose approval was signed in the document's place."""
    current = record.document.current
    return current.record if current is not None else None


def document_state(record: Record) -> Mapping[str, Any]:
    """Return what the trail keeps of a document besides its columns: its audience, its copies, who approved it before.

    The last is there as long as a revision is in force that was approved outside: who carries it over signs it. Of one
    that is withdrawn also what replaces it, if anything does.
    """
    document: Document = record.document
    audience = document.audience.select_related("role", "unit", "person").order_by("id")
    copies = document.copies.select_related("holder", "revision").order_by("id")
    current = document.current
    outside = (
        {
            "revision": current,
            "by": current.approved_outside_by,
            "on": current.approved_outside_on,
            "content": current.content_id or current.file_id,
            "evidence": current.evidence_id,
        }
        if current is not None and current.approved_outside_by
        else None
    )
    replacement = replacing(record).first() if record.state == "withdrawn" else None
    return {
        **({"approved_outside": outside} if outside is not None else {}),
        **({REPLACED_BY: replacement} if replacement is not None else {}),
        "audience": [{"role": row.role, "unit": row.unit, "person": row.person} for row in audience],
        "copies": [
            {
                "copy": copy.label,
                "holder": copy.holder,
                "place": copy.place,
                "until": copy.until,
                "issued": copy.issued,
                "recalled": copy.recalled,
                "reconciled": copy.reconciled,
                "outcome": copy.outcome,
                "note": copy.note,
            }
            for copy in copies
        ],
    }


def revision_state(record: Record) -> Mapping[str, Any]:
    """Return what the trail keeps of a revision besides its columns: its discussion, and what was decided with it.

    All columns of a comment are kept: who resolved it when is evidence that it was resolved before the approval.
    """
    comments = discussion_of(record.revision)
    numbers = {comment.pk: comment.number for comment in comments}
    return {
        "comments": {
            str(comment.number): {
                "by": comment.author.username,
                "at": comment.at,
                "answers": numbers[comment.answers_id] if comment.answers_id is not None else None,
                "text": comment.text_id,
                "about": comment.about_id,
                "quote": comment.quote,
                "prefix": comment.prefix,
                "suffix": comment.suffix,
                "block": comment.block,
                "state": "resolved" if comment.resolved else "open",
                "resolved": comment.resolved,
                "resolved_by": comment.resolved_by.username if comment.resolved_by else None,
            }
            for comment in comments
        },
        **decision_state(record.revision),
    }


def revision_restored(record: Record, state: Mapping[str, Any], rows: Rows) -> None:
    """Give a revision as it stood what was decided on its reading and training."""
    record.revision.decided = past_decision(state.get("decision"), rows)


DOCUMENT = register(
    Thing(
        code="document",
        puts_right=True,
        slug="documents",
        name=_("Document"),
        plural=_("Documents"),
        element=Element.GOVERNANCE,
        icon="file-text",
        lifecycle=states.DOCUMENT,
        read=READ,
        numbering="DOC-{n:03}",
        model=Document,
        proof=Proof(holds=frozenset({"effective"})),
        description=_("The standards that the organisation works by, from draft to confirmed reading."),
        columns=(
            Column("number", _("Number"), "number", sortable=True),
            Column("title", _("Title"), "title", sortable=True),
            Column("type", _("Type"), "document__kind__record__title", shown=False),
            Column("state", _("State"), "state", Kind.STATE, sortable=True),
            Column("revision", _("Revision"), "document__current__ordinal", Kind.NUMBER),
            Column(
                "open_revision", _("In work"), "document__open_revision__record", Kind.RECORD, shown=False
            ),
            Column(
                "effective", _("Effective since"), "document__effective_since", Kind.DATETIME, sortable=True
            ),
            Column("next_review", _("Next review"), "document__next_review", Kind.DUE, sortable=True),
            Column("owner", _("Owner"), "owner", Kind.PERSON),
            Column("unit", _("Unit"), "unit", Kind.UNIT, shown=False),
            Column("area", _("Process area"), "document__area", sortable=True, shown=False),
            Column("standards", _("Standards"), "document__standards", Kind.LIST, shown=False),
            Column("language", _("Language"), "document__language", shown=False),
            Column("changed", _("Changed"), "changed", Kind.DATETIME, sortable=True, shown=False),
        ),
        filters=(
            Filter("type", _("Type"), "document__kind", choices=_kinds),
            Filter("area", _("Process area"), "document__area", choices=_areas),
            Filter("review", _("Review due"), choices=DUE, condition=_review_due),
            Filter("open", _("Has a revision in work"), choices=YES_NO, condition=_has_open),
            Filter("mine", _("Mine"), choices=YES_NO, condition=_mine),
            Filter("effective", _("Effective since"), "document__effective_since", Kind.DATETIME),
        ),
        sections=(
            Section(
                _("Document"),
                (
                    Fact(_("Type"), "document__kind__record", Kind.RECORD),
                    Fact(_("In force"), "document__current__record", Kind.RECORD),
                    Fact(_("Effective since"), "document__effective_since", Kind.DATETIME),
                    Fact(_("In work"), "document__open_revision__record", Kind.RECORD),
                    Fact(_("Owner"), "owner", Kind.PERSON),
                    Fact(_("Unit"), "unit", Kind.UNIT),
                    Fact(_("Process area"), "document__area"),
                    Fact(_("Standards"), "document__standards", Kind.LIST),
                    Fact(_("Language"), "document__language"),
                    Fact(_("Keywords"), "document__keywords"),
                ),
            ),
            Section(
                _("Periodic review"),
                (
                    Fact(_("Months between reviews"), "document__review_months", Kind.NUMBER),
                    Fact(_("Last review"), "document__last_review", Kind.DATE),
                    Fact(_("Next review"), "document__next_review", Kind.DUE),
                ),
            ),
            Section(
                _("External document"),
                (
                    Fact(_("Publisher"), "document__publisher"),
                    Fact(_("Edition"), "document__edition"),
                    Fact(_("Licensed copy"), "document__copy_place"),
                ),
            ),
        ),
        related=(
            "document__kind__record",
            "document__current__record",
            "document__current__decision",
            "document__open_revision__record",
        ),
        search=document_words,
        scope=document_scope,
        kind_of=lambda record: str(record.document.kind.code),
        kinds=_kinds_by_code,
        private=Hidden(
            keys=frozenset({"open_revision"}), deeds=frozenset({"new_revision", "close_revision"})
        ),
        privy=knows_work,
        guarded=frozenset({"document__open_revision__record"}),
        parts=document_state,
        signed=in_force,
        derived=wrong_marks,
        labels={
            "audience": _("Audience"),
            "copies": _("Controlled copies"),
            "approved_outside": _("Approval outside Setsquare"),
            REPLACED_BY: _("Replaced by"),
        },
    )
)

REVISION = register(
    Thing(
        code="revision",
        puts_right=True,
        slug="revisions",
        name=_("Revision"),
        plural=_("Revisions"),
        element=Element.GOVERNANCE,
        icon="versions",
        lifecycle=states.REVISION,
        read=READ,
        numbering="REV-{n:05}",
        model=Revision,
        proof=Proof(holds=frozenset({"effective"}), never=frozenset({"discarded"})),
        description=_("Every version of every document, from draft to superseded."),
        columns=(
            Column("number", _("Number"), "number", sortable=True),
            Column("title", _("Title"), "title", sortable=True),
            Column("document", _("Document"), "revision__document__record", Kind.RECORD, shown=False),
            Column("kind", _("Change"), "revision__kind", Kind.CHOICE, choices=CHANGES),
            Column("state", _("State"), "state", Kind.STATE, sortable=True),
            Column("effective_from", _("To take effect"), "revision__effective_from", Kind.DATETIME),
            Column("effective_at", _("In force from"), "revision__effective_at", Kind.DATETIME),
            Column(
                "superseded_at", _("In force until"), "revision__superseded_at", Kind.DATETIME, shown=False
            ),
            Column("owner", _("Author"), "owner", Kind.PERSON),
            Column("unit", _("Unit"), "unit", Kind.UNIT),
            Column("changed", _("Changed"), "changed", Kind.DATETIME, sortable=True, shown=False),
        ),
        filters=(
            Filter("type", _("Type"), "revision__document__kind", choices=_kinds),
            Filter("kind", _("Change"), "revision__kind", choices=CHANGES),
            Filter("effective_at", _("In force from"), "revision__effective_at", Kind.DATETIME),
        ),
        sections=(
            Section(
                _("Revision"),
                (
                    Fact(_("Document"), "revision__document__record", Kind.RECORD),
                    Fact(_("Change"), "revision__kind", Kind.CHOICE, CHANGES),
                    Fact(_("What changed"), "revision__summary", Kind.LONG_TEXT),
                    Fact(_("Why"), "revision__reason", Kind.LONG_TEXT),
                    Fact(_("Author"), "owner", Kind.PERSON),
                    Fact(_("Unit"), "unit", Kind.UNIT),
                    Fact(_("File"), "revision__file_name"),
                ),
            ),
            Section(
                _("Dates"),
                (
                    Fact(_("Submitted"), "revision__submitted", Kind.DATETIME),
                    Fact(_("Sent for approval"), "revision__sent", Kind.DATETIME),
                    Fact(_("Approved"), "revision__approved", Kind.DATETIME),
                    Fact(_("To take effect"), "revision__effective_from", Kind.DATETIME),
                    Fact(_("In force from"), "revision__effective_at", Kind.DATETIME),
                    Fact(_("In force until"), "revision__superseded_at", Kind.DATETIME),
                ),
            ),
            Section(
                _("Approval outside Setsquare"),
                (
                    Fact(_("Approved by"), "revision__approved_outside_by"),
                    Fact(_("Approved on"), "revision__approved_outside_on", Kind.DATE),
                ),
            ),
            Section(
                _("Reading"),
                (
                    Fact(_("To be read"), "revision__reading", Kind.CHOICE, READINGS),
                    Fact(_("Days to read"), "revision__reading_days", Kind.NUMBER),
                    Fact(_("Reading is signed"), "revision__reading_signature", Kind.BOOLEAN),
                    Fact(_("Decided on reading and training"), "revision__decided", Kind.LIST),
                ),
            ),
        ),
        related=("revision__document__record", "revision__document__kind__record", "revision__decision"),
        scope=revision_scope,
        authors=lambda record: {record.owner.username, *record.revision.authors},
        kind_of=lambda record: str(record.revision.document.kind.code),
        kinds=_kinds_by_code,
        private=Hidden(
            keys=frozenset({"comments"}),
            notes=frozenset({"comment", "reply", "resolve", "reopen_comment", "review"}),
            tasks=frozenset({"read"}),
        ),
        privy=knows_discussion,
        parts=revision_state,
        restore=revision_restored,
        readable_then=readable_then,
        labels={
            "ordinal": _("Revision"),
            "authors": _("Written by"),
            "round": _("Submitted how often"),
            "route": _("Approval route"),
            "step": _("Step that is signed"),
            "step_days": _("Days for each step"),
            "reading_base": _("Last revision to be read"),
            "is_open": _("In work"),
            "comments": _("Comments"),
            "decision": _("Decided on reading and training"),
        },
        in_navigation=False,
        searchable=False,
    )
)

DOCUMENT_TYPE = register(
    Thing(
        code="document_type",
        slug="document-types",
        name=_("Document type"),
        plural=_("Document types"),
        element=Element.ADMINISTRATION,
        icon="template",
        lifecycle=states.DOCUMENT_TYPE,
        read=READ,
        numbering="DT-{n:02}",
        model=DocumentType,
        description=_("How documents are numbered, written, approved, read and reviewed."),
        columns=(
            Column("title", _("Name"), "title", sortable=True),
            Column("code", _("Code"), "document_type__code", sortable=True),
            Column("pattern", _("Numbers"), "document_type__number_pattern"),
            Column("content", _("Content"), "document_type__content", Kind.CHOICE, choices=CONTENTS),
            Column("review_months", _("Months between reviews"), "document_type__review_months", Kind.NUMBER),
            Column("state", _("State"), "state", Kind.STATE, sortable=True),
        ),
        sections=(
            Section(
                _("Proposed, and waiting for somebody else’s signature"),
                (
                    Fact(_("Proposed by"), "document_type__proposed_by", Kind.LIST),
                    Fact(_("What would change"), "document_type__amendments", Kind.AMENDMENTS),
                ),
                sparse=True,
            ),
            Section(
                _("Document type"),
                (
                    Fact(_("Code"), "document_type__code"),
                    Fact(_("Numbers"), "document_type__number_pattern"),
                    Fact(_("Description"), "document_type__description", Kind.LONG_TEXT),
                    Fact(_("Content"), "document_type__content", Kind.CHOICE, CONTENTS),
                    Fact(_("Required sections"), "document_type__required_sections", Kind.LIST),
                    Fact(_("Template"), "document_type__template__body", Kind.MARKDOWN),
                    Fact(_("Published by others"), "document_type__external", Kind.BOOLEAN),
                ),
            ),
            Section(
                _("Approval and review"),
                (
                    Fact(_("Reviewed before approval"), "document_type__review_required", Kind.BOOLEAN),
                    Fact(_("Approval route"), "document_type__route_in_words", Kind.STEPS),
                    Fact(_("Months between reviews"), "document_type__review_months", Kind.NUMBER),
                ),
            ),
            Section(
                _("Reading"),
                (
                    Fact(_("Default audience"), "document_type__audience_in_words", Kind.LIST),
                    Fact(_("Days to read"), "document_type__reading_days", Kind.NUMBER),
                    Fact(_("Reading is signed"), "document_type__reading_signature", Kind.BOOLEAN),
                    Fact(
                        _("Asks for a decision on reading and training"),
                        "document_type__decision_required",
                        Kind.BOOLEAN,
                    ),
                ),
            ),
        ),
        related=("document_type__template", "document_type__proposed_template"),
        search=type_words,
        scope=type_scope,
        labels={"proposed": _("Proposed"), "never_adopted": _("Never adopted yet")},
    )
)
tell_parts("document", as_a_whole)
