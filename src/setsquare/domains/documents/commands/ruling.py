"""Adopting what somebody else proposed of a document type."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.documents.meanings import ADOPTED
from setsquare.domains.documents.models import DocumentType
from setsquare.domains.documents.permissions import APPROVE, CONTROL
from setsquare.domains.documents.ruling import as_proposed, close, drop, not_its_author, put_in
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body
from setsquare.kernel.commands.declaration import Reason, Situation, command, permitted
from setsquare.kernel.commands.entrusting import entrusts
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import Fact, Kind, Label

PROPOSAL = (
    Fact(gettext_lazy("Proposed by"), "document_type__proposed_by", Kind.LIST),
    Fact(gettext_lazy("Why"), "document_type__proposed_because", Kind.LONG_TEXT),
    Fact(gettext_lazy("What would change"), "document_type__amendments", Kind.AMENDMENTS),
)
"""What somebody looks at who decides about a proposal."""


DECIDERS = (permitted(CONTROL), permitted(APPROVE))
entrusts("document_type")


def _something_proposed(situation: Situation) -> Label | None:
    """Rule: something waits here."""
    return _("Nothing is proposed here.") if situation.detail.proposed is None else None


def _tell_authors(act: Act, text: str, **values: str) -> None:
    kind: DocumentType = act.detail
    authors = User.objects.filter(username__in=(kind.proposed or {}).get("authors", []))
    act.tell_all(
        authors.exclude(pk=act.user.pk), "type", text, name=act.user.name, type=act.record.title, **values
    )


@command(
    "document_type",
    "adopt",
    label=gettext_lazy("Adopt what is proposed"),
    past=gettext_lazy("adopted what was proposed"),
    who=DECIDERS,
    barred=(not_its_author,),
    occasion=_something_proposed,
    signature=ADOPTED,
    reason=Reason.NEVER,
    prominent=True,
    deciding=PROPOSAL,
    hint=gettext_lazy("It holds for what is made and sent on its way from then on."),
)
def adopt(act: Act, _body: Body) -> None:
    """Let what somebody else proposed hold from now on, by signature."""
    kind: DocumentType = act.detail
    put_in(kind, as_proposed(kind), kind.proposed_template or kind.template)
    _tell_authors(act, gettext_noop("%(name)s adopted what you proposed for the type %(type)s."))
    drop(act, kind, "approved")
    kind.never_adopted = False
    act.conclude(
        gettext_noop("What was proposed for the type %(type)s holds from now on."), type=act.record.title
    )


@command(
    "document_type",
    "decline",
    label=gettext_lazy("Decline what is proposed"),
    past=gettext_lazy("declined what was proposed"),
    who=DECIDERS,
    occasion=_something_proposed,
    reason=Reason.ALWAYS,
    danger=True,
    deciding=PROPOSAL,
    hint=gettext_lazy("What holds now goes on; a type that was never adopted is retired."),
)
def decline(act: Act, _body: Body) -> None:
    """Leave everything as it is; who proposed it may take it back in this way as well."""
    kind: DocumentType = act.detail
    _tell_authors(
        act,
        gettext_noop("%(name)s declined what you proposed for the type %(type)s: %(reason)s"),
        reason=act.reason[:200],
    )
    if kind.never_adopted:  # who wrote it stays its author, whoever takes it up again
        close(act, "rejected")
        act.move_to("retired")
        act.conclude(gettext_noop("The type %(type)s is declined and retired."), type=act.record.title)
        return
    drop(act, kind, "rejected")
    act.move_to("in_use")
    act.conclude(gettext_noop("The type %(type)s stays as it was."), type=act.record.title)
