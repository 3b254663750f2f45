"""Taking documents out of use and giving up drafts."""

from django.utils.translation import gettext_lazy

from setsquare.domains.documents.commands.releasing import EndOfForce, end_force, recall_copies
from setsquare.domains.documents.meanings import WITHDRAWN
from setsquare.domains.documents.models import Document, Revision
from setsquare.domains.documents.next_steps import close_steps
from setsquare.domains.documents.replacing import Replacement, replace_by
from setsquare.domains.documents.rules import CONTROLLERS, nothing_open
from setsquare.domains.documents.states import TALK
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body
from setsquare.kernel.commands.declaration import Reason, command, owner
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task


class Withdraw(Body):
    """What is used in its place."""

    replaced_by: Replacement = None


@command(
    "document",
    "withdraw",
    label=gettext_lazy("Withdraw"),
    past=gettext_lazy("withdrew it"),
    body=Withdraw,
    who=CONTROLLERS,
    conditions=(nothing_open,),
    signature=WITHDRAWN,
    reason=Reason.ALWAYS,
    danger=True,
    bulk=True,
    hint=gettext_lazy("It is no longer to be used: its reading ends and its copies are recalled."),
)
def withdraw(act: Act, body: Withdraw) -> None:
    """Take a document out of use for good."""
    take_out_of_use(act, body.replaced_by)


def take_out_of_use(act: Act, replacement: Record | None) -> None:
    """Withdraw the act's document with its revision in force; ends its reading and recalls its copies."""
    replace_by(act, replacement)
    document: Document = act.detail
    document.next_review = None
    if recalled := recall_copies(act, document):
        sentence = gettext_noop("%(number)s is no longer in use. Controlled copies recalled: %(count)s.")
        act.conclude(sentence, count=recalled)
    else:
        act.conclude(gettext_noop("%(number)s is no longer in use; nobody is asked to read it any more."))
    act.warn_of_rules()
    act.finish(Task.objects.filter(record=act.record, kind="periodic_review"), "withdrawn")
    if document.current is not None:
        act.also("revision", "withdraw", document.current.record, {"at": act.now})


@command(
    "revision",
    "withdraw",
    label=gettext_lazy("Withdraw"),
    past=gettext_lazy("withdrew it with its document"),
    body=EndOfForce,
    reason=Reason.NEVER,
)
def withdraw_revision(act: Act, body: EndOfForce) -> None:
    """End the force of a revision whose document is withdrawn; part of withdrawing it."""
    end_force(act, body.at, "withdrawn")


@command(
    "revision",
    "discard",
    label=gettext_lazy("Discard the draft"),
    past=gettext_lazy("discarded it"),
    who=(*CONTROLLERS, owner()),
    reason=Reason.ALWAYS,
    danger=True,
    bulk=True,
    tolerates=TALK | {"escalate"},
    hint=gettext_lazy("The draft is given up for good; its number is not used again."),
)
def discard(act: Act, _body: Body) -> None:
    """Give up a draft."""
    revision: Revision = act.detail
    revision.is_open = False
    revision.save()
    revision.working_texts.all().delete()
    close_steps(act, "not_needed")
    act.also("document", "close_revision", revision.document.record)
    act.conclude(gettext_noop("%(number)s is discarded; its number is not used again."))
