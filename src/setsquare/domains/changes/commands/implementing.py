"""Carrying an accepted change out, up to its end."""

from collections.abc import Sequence
from typing import Annotated

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.changes.looking import ask_to_look, no_part_in_it
from setsquare.domains.changes.models import ChangeRequest
from setsquare.domains.changes.queries import OPENED, affected_by, opened_by
from setsquare.domains.changes.rules import CLOSERS, OWNERS, finish_all
from setsquare.domains.changes.work import CLOSE as CLOSING
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, RecordRef, Shown, Widget
from setsquare.kernel.commands.declaration import Meaning, Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import Label, thing_of
from setsquare.kernel.writing.sentences import some

Outcome = Annotated[
    str,
    Field(min_length=1, max_length=5000),
    Shown(gettext_lazy("What came of it"), widget=Widget.LONG_TEXT),
]


class NoteOpened(Body):
    """The revisions in which the change is made."""

    revisions: Annotated[Sequence[RecordRef], Shown(gettext_lazy("Revisions"), of="revision")]


class NoteHindrance(Body):
    """A document in which the change could not be begun."""

    document: Annotated[str, Shown(gettext_lazy("Document"))]
    why: Annotated[str, Shown(gettext_lazy("Why"))]


class Implement(Body):
    """What was done."""

    outcome: Outcome


def _has_documents(situation: Situation) -> Label | None:
    if affected_by(situation.subject).exists():
        return None
    return _("It affects no document. Set the affected documents, or report it as implemented.")


def _nothing_open(situation: Situation) -> Label | None:
    for revision in opened_by(situation.subject):
        if revision.state in thing_of(revision.type).lifecycle.open_states:
            return _("%(number)s is still in work; the change is done when it is effective.") % {
                "number": revision.number
            }
    return None


@command(
    "change_request",
    "open_revisions",
    label=gettext_lazy("Open revisions"),
    past=gettext_lazy("had the revisions opened"),
    who=OWNERS,
    conditions=(_has_documents,),
    reason=Reason.NEVER,
    hint=gettext_lazy("Opens a draft of each affected document that has none for this change yet."),
    reindexes=False,
)
def open_revisions(act: Act, _body: Body) -> None:
    """Ask for the revisions of documents that were added later, or whose draft was discarded."""
    act.say(gettext_noop("of %(count)s documents"), count=affected_by(act.record).count())
    act.conclude(
        gettext_noop("A draft is opened of each affected document that has none for %(number)s yet.")
    )


@command(
    "change_request",
    "note_opened",
    label=gettext_lazy("Link opened revisions"),
    past=gettext_lazy("opened the revisions"),
    body=NoteOpened,
    reindexes=False,
)
def note_opened(act: Act, body: NoteOpened) -> None:
    """Link the revisions in which the change is made; the system does this."""
    for revision in body.revisions:
        act.link(revision, OPENED)
    act.say(gettext_noop("%(numbers)s"), numbers=", ".join(revision.number for revision in body.revisions))


@command(
    "change_request",
    "note_hindrance",
    label=gettext_lazy("Note a hindrance"),
    past=gettext_lazy("could not go on with a document"),
    body=NoteHindrance,
    reindexes=False,
)
def note_hindrance(act: Act, body: NoteHindrance) -> None:
    """Tell the owner why the change does not go on by itself in a document; the system does this."""
    act.say(gettext_noop("%(document)s: %(why)s"), document=body.document, why=body.why)
    act.tell(
        act.record.owner,
        "change",
        gettext_noop("%(number)s needs you, because of %(document)s: %(why)s"),
        number=act.record.number,
        document=body.document,
        why=body.why[:200],
    )


@command(
    "change_request",
    "complete",
    label=gettext_lazy("Complete"),
    past=gettext_lazy("found every revision effective"),
    reindexes=False,
)
def complete(act: Act, _body: Body) -> None:
    """End the implementation once every revision is effective; the system does this."""
    _implemented(act)


@command(
    "change_request",
    "implement",
    label=gettext_lazy("Report as implemented"),
    past=gettext_lazy("reported it as implemented"),
    body=Implement,
    who=OWNERS,
    conditions=(_nothing_open,),
    reason=Reason.NEVER,
)
def implement(act: Act, body: Implement) -> None:
    """Report that a change is made which does not end by itself, such as one without documents."""
    act.detail.outcome = body.outcome
    _implemented(act)


@command(
    "change_request",
    "close",
    label=gettext_lazy("Close"),
    past=gettext_lazy("closed it"),
    body=Implement,
    who=CLOSERS,
    barred=(no_part_in_it,),
    signature=Meaning(
        "looked_at",
        gettext_lazy("Result looked at"),
        gettext_lazy("I have looked at what came of this change; it is as written here."),
    ),
    reason=Reason.NEVER,
    prominent=True,
    initial=lambda situation: {"outcome": situation.detail.outcome},
)
def close(act: Act, body: Implement) -> None:
    """Look at what came of a change that others made, and close it by signature."""
    if act.situation.task(CLOSING.code) is not None:
        act.complete(CLOSING.code, "done")
    act.detail.outcome = body.outcome
    finish_all(act, "closed")
    act.conclude(gettext_noop("%(number)s is closed; nothing more is asked for."))


def _implemented(act: Act) -> None:
    if _nothing_open(act.situation) is not None:
        raise Refused(str(_nothing_open(act.situation)))
    change: ChangeRequest = act.detail
    change.implemented = act.now
    if change.verify:
        asked = ask_to_look(act)
        act.move_to("implemented")
        sentence = gettext_noop("%(number)s is implemented. Asked to look at what came of it: %(name)s.")
        act.conclude(sentence, name=some(asked))
        return
    finish_all(act, "closed")
    act.move_to("closed")
    act.conclude(gettext_noop("%(number)s is implemented and closed; nothing more is asked for."))
    act.tell_all(
        {act.record.owner, change.requested_by} - {act.actor.user},
        "change",
        gettext_noop("%(number)s %(title)s is implemented and closed."),
        number=act.record.number,
        title=act.record.title,
    )
