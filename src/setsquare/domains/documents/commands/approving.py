"""Approval of a revision by the steps of its route."""

from typing import Annotated

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.documents.commands.deciding import undecided
from setsquare.domains.documents.commands.reviewing import close_tasks, forget_approval, incomplete
from setsquare.domains.documents.comparing import size_of
from setsquare.domains.documents.fields import READ_BY
from setsquare.domains.documents.meanings import APPROVALS, APPROVED, EDITORIAL
from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.next_steps import ask_to_schedule, ask_to_work_on, close_steps
from setsquare.domains.documents.permissions import CONTROL
from setsquare.domains.documents.revising import take_out_unshown
from setsquare.domains.documents.routes import leaves_enough, open_step, route_of
from setsquare.domains.documents.rules import (
    WRITERS,
    asked_of_all,
    asked_to,
    may_sign_instead,
    no_open_comments,
    not_author,
    review_finished,
    signatures_so_far,
    signs_once,
)
from setsquare.domains.documents.states import ASIDE, TALK
from setsquare.domains.documents.working import nothing_unsaved
from setsquare.kernel.accounts.rights import who_may
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Person, Shown, Widget
from setsquare.kernel.commands.declaration import Meaning, Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.sentences import some


class SendForApproval(Body):
    """How the route is to be taken."""

    approvers: Annotated[
        list[Person],
        Field(max_length=50),
        Shown(
            gettext_lazy("Approvers"),
            gettext_lazy("Empty: all whom the route names. Otherwise only these of them."),
            Widget.PEOPLE,
        ),
    ] = []
    days: Annotated[int, Field(ge=1, le=90), Shown(gettext_lazy("Days for each step"))] = 7


def _incomplete(situation: Situation) -> dict[str, Label]:
    """Return all that a revision lacks before it can be approved, by field."""
    revision: Revision = situation.detail
    found = incomplete(situation) | undecided(situation)
    if revision.kind == Revision.Kind.EDITORIAL and not revision.reason:
        found["why"] = _("Say why it is changed: who approves an editorial change sees that first.")
    return found


@command(
    "revision",
    "send_for_approval",
    label=gettext_lazy("Send for approval"),
    past=gettext_lazy("sent it for approval"),
    body=SendForApproval,
    who=WRITERS,
    conditions=(review_finished, no_open_comments, nothing_unsaved),
    obstacles=_incomplete,
    prominent=True,
    deciding=READ_BY,
    tolerates=TALK | ASIDE | {"review", "plan_reading"},
)
def send_for_approval(act: Act, body: SendForApproval) -> None:
    """Put the revision on its approval route, as its type has it now."""
    revision: Revision = act.detail
    if act.record.state == "draft":
        revision.round += 1
    revision.route = route_of(revision, body.approvers)
    revision.sent = act.now
    take_out_unshown(act, revision)
    close_steps(act)
    revision.step_days = body.days
    open_step(act, revision, 1)
    act.conclude(
        gettext_noop("%(number)s is on its way to approval. Asked to sign first: %(names)s."),
        names=_asked_to_sign(act),
    )


def _asked_to_sign(act: Act) -> str:
    """Return who is asked to sign the revision now, by name."""
    waiting = Task.objects.filter(record=act.record, kind="approve", done__isnull=True)
    return some(waiting.order_by("id").values_list("assignee__name", flat=True))


def _meaning(situation: Situation) -> Meaning | None:
    revision: Revision = situation.detail
    if revision.kind == Revision.Kind.EDITORIAL:
        return EDITORIAL
    if not 0 < revision.step <= len(revision.route):
        return APPROVED
    return APPROVALS.get(revision.route[revision.step - 1]["meaning"], APPROVED)


SIGNED_AS = {
    "checked": gettext_noop("as checked, in the step “%(step)s”"),
    "verified": gettext_noop("as verified, in the step “%(step)s”"),
    "approved": gettext_noop("as approved, in the step “%(step)s”"),
    "released": gettext_noop("as released, in the step “%(step)s”"),
}
"""What the history tells of a signature, by its meaning."""


class Approve(Body):
    """What an approver confirms of an editorial change."""

    editorial: Annotated[
        bool,
        Shown(
            gettext_lazy("The change is editorial"),
            gettext_lazy(
                "For an editorial change: you have looked at what changed, and nothing that people do changes."
            ),
        ),
    ] = False


@command(
    "revision",
    "approve",
    label=gettext_lazy("Approve"),
    past=gettext_lazy("signed it"),
    body=Approve,
    who=(asked_to("approve"),),
    barred=(not_author, may_sign_instead, signs_once, leaves_enough),
    conditions=(no_open_comments,),
    signature=_meaning,
    meanings=(EDITORIAL, APPROVED, *APPROVALS.values()),
    reason=Reason.NEVER,
    prominent=True,
    tolerates=(ASIDE | {"approve"}) - {"relocate"},
    bound_to=frozenset({"step"}),
)
def approve(act: Act, body: Approve) -> None:
    """Sign the current step, and no other; the last signature of the last step approves the revision."""
    revision: Revision = act.detail
    step = revision.route[revision.step - 1]
    act.say(SIGNED_AS.get(step["meaning"], SIGNED_AS["approved"]), step=step["name"])
    _check_editorial(act, revision, confirmed=body.editorial)
    mine = act.complete("approve", "approved")
    given = sum(each.step == revision.step for each in signatures_so_far(act.situation)) + 1
    approvals = [
        each for each in asked_of_all(act.situation) if each.kind == "approve" and each.pk != mine.pk
    ]
    waiting = [each for each in approvals if each.done is None]
    if step["mode"] == "some" and given >= step["needed"]:
        act.finish(waiting, "not_needed")
    elif waiting:
        act.move_to("in_approval")
        sentence = gettext_noop("You have signed %(number)s. Still to sign this step: %(names)s.")
        act.conclude(sentence, names=some(each.assignee.name for each in waiting))
        return
    if revision.step < len(revision.route):
        open_step(act, revision, revision.step + 1)
        act.move_to("in_approval")
        sentence = gettext_noop("You have signed %(number)s. Next to sign: %(names)s.")
        act.conclude(sentence, names=_asked_to_sign(act))
        return
    revision.approved = act.now
    act.move_to("approved")
    _tell_approved(act)


def _check_editorial(act: Act, revision: Revision, *, confirmed: bool) -> None:
    """Have the approver of an editorial change confirm that it is one; the trail keeps that and the size."""
    if revision.kind != Revision.Kind.EDITORIAL:
        if confirmed:
            raise Refused(
                {"editorial": _("This is a normal change; only an editorial one is confirmed as such.")}
            )
        return
    if not confirmed:
        sentence = _("Look at what changed and confirm that it is editorial; if it is not, reject it.")
        raise Refused({"editorial": sentence})
    size = size_of(revision)
    if size is None:
        act.say(gettext_noop("as approved, as it is editorial; what changed cannot be counted in words"))
        return
    act.say(
        gettext_noop(
            "as approved, as it is editorial. Passages changed: %(passages)s;"
            " words added: %(added)s, removed: %(removed)s"
        ),
        passages=size.passages,
        added=size.words_added,
        removed=size.words_removed,
    )


def _tell_approved(act: Act) -> None:
    record = act.record
    controllers = who_may(CONTROL, record.unit_id)
    asked = ask_to_schedule(act, controllers)  # who are told by that
    act.tell_all(
        {record.owner, *controllers} - {act.user, *asked},
        "approved",
        gettext_noop("%(number)s %(title)s is approved."),
        number=record.number,
        title=record.title,
    )
    if asked == [act.user]:
        act.conclude(gettext_noop("%(number)s is approved. Now set when it takes effect."))
    else:
        sentence = gettext_noop("%(number)s is approved. Asked to set when it takes effect: %(names)s.")
        act.conclude(sentence, names=some(person.name for person in asked))


@command(
    "revision",
    "reject",
    label=gettext_lazy("Reject"),
    past=gettext_lazy("rejected it"),
    who=(asked_to("approve"),),
    barred=(not_author, signs_once),
    reason=Reason.ALWAYS,
    danger=True,
    tolerates=TALK | ASIDE | {"approve", "plan_reading"},
    hint=gettext_lazy("It goes back to draft; signatures made so far no longer count."),
)
def reject(act: Act, _body: Body) -> None:
    """Send the revision back to draft, with the reason."""
    act.complete("approve", "rejected")
    close_tasks(act, "returned")
    forget_approval(act.detail)
    ask_to_work_on(act)
    act.tell(
        act.record.owner,
        "rejected",
        gettext_noop("%(who)s rejected %(number)s: %(reason)s"),
        who=act.user.name,
        number=act.record.number,
        reason=act.reason[:200],
    )
    act.conclude(
        gettext_noop("%(number)s is a draft again. %(name)s is told why and works on it."),
        name=act.record.owner.name,
    )
