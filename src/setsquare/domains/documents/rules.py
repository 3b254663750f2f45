"""Who may do what with documents, beyond what their permissions say, and what has to be true first."""

from django.db.models import QuerySet
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.domains.documents.discussion import discussion_of
from setsquare.domains.documents.models import Comment, Document, Revision
from setsquare.domains.documents.permissions import APPROVE, CONTROL, WORK
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.declaration import Rule, Situation, command_of, momentary, owner, permitted
from setsquare.kernel.commands.running import why_not_permitted, why_wrong_state
from setsquare.kernel.database.statements import Statement, stand_in
from setsquare.kernel.records.along import TASKS, along
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.everything import PERMISSION as TRAIL

WRITERS = (permitted(WORK), permitted(CONTROL), owner())
CONTROLLERS = (permitted(CONTROL),)
RESPONSIBLE = (permitted(CONTROL), owner())


def controls(act: Act | Situation) -> bool:
    """Tell whether the actor controls documents in the unit; the system does."""
    situation = act if isinstance(act, Situation) else act.situation
    return act.actor.user is None or CONTROL in situation.permissions


def works_on(situation: Situation) -> bool:
    """Tell whether the person writes or controls documents here, or owns this one."""
    permissions = situation.permissions
    return WORK in permissions or CONTROL in permissions or situation.subject.owner_id == situation.user.pk


def oversees(situation: Situation) -> bool:
    """Tell whether the person may know who has read what: who works on documents, owns it, or reads the trail."""
    return TRAIL in situation.permissions or works_on(situation)


def sees_discussion(situation: Situation) -> bool:
    """Tell whether the person may know the remarks on a revision: who takes part now, or works on documents here."""
    comment = command_of("revision", "comment")
    return works_on(situation) or (
        why_wrong_state(comment, situation.subject) is None and why_not_permitted(comment, situation) is None
    )


def wrote(user: User, revision: Revision) -> bool:
    """Tell whether a person is an author of the revision: its owner, or anybody who wrote on it."""
    return revision.record.owner_id == user.pk or user.username in revision.authors


def an_author(situation: Situation) -> Label | None:
    """Rule: the person wrote the revision."""
    if wrote(situation.user, situation.detail):
        return None
    return _("Its authors do this, or who controls documents.")


def may_settle(user: User, revision: Revision, thread: Comment) -> bool:
    """Tell whether a person may settle a comment: who raised it, or an author of the revision, who answers it."""
    return thread.author_id == user.pk or wrote(user, revision)


def asked_to(kind: str) -> Rule:
    """Rule: the person, or somebody for whom they stand in, has an open task of this kind; else whose turn it is.

    The sentence is made where somebody reads it alone: most pages only ask whether the person may.
    """

    def rule(situation: Situation) -> Label | None:
        return None if situation.task(kind) is not None else _turn(situation, kind)

    return momentary(rule)


def _whose_turn(situation: Situation, kind: str) -> str:
    """Return why it is not the person's turn, and whose it is, as far as they may know that."""
    if wrote(situation.user, situation.detail):
        return _("You wrote on this revision; somebody else has to decide on it.")
    plain = _("This is not among your tasks now.")
    asked = [task for task in asked_of_all(situation) if task.kind == kind and task.done is None]
    took_part = any(task.assignee_id == situation.user.pk for task in asked_of_all(situation))
    if not asked or not (took_part or oversees(situation)):
        return plain
    names = ", ".join(task.assignee.name for task in asked)
    return _("%(sentence)s It is the turn of: %(names)s.") % {"sentence": plain, "names": names}


_turn = lazy(_whose_turn, str)


def did_not_write(situation: Situation) -> Label | None:
    """Rule: who wrote it does not judge it."""
    if wrote(situation.user, situation.detail):
        return _("You wrote on this revision; somebody else has to decide on it.")
    return None


def not_author(situation: Situation) -> Label | None:
    """Rule: who wrote it does not approve it, and nobody approves in an author's place."""
    if (why := did_not_write(situation)) is not None:
        return why
    task = situation.task("approve")
    if task is not None and wrote(task.assignee, situation.detail):
        return _("%(name)s wrote on this revision; nobody can decide on it in their place.") % {
            "name": task.assignee.name
        }
    return None


def may_sign_instead(situation: Situation) -> Label | None:
    """Rule: who signs in the place of somebody who is away may approve documents here themself."""
    task = situation.task("approve")
    needed = CONTROL if situation.detail.kind == Revision.Kind.EDITORIAL else APPROVE
    if task is None or task.assignee_id == situation.user.pk or needed in situation.permissions:
        return None
    return _("You stand in for %(name)s, but your roles do not let you approve documents here.") % {
        "name": task.assignee.name
    }


def signs_once(situation: Situation) -> Label | None:
    """Rule: a person signs a revision once, whatever the step, in their own place or in another's."""
    task = situation.task("approve")
    if task is None or situation.user.pk not in {each.done_by_id for each in signatures_so_far(situation)}:
        return None
    if task.assignee_id == situation.user.pk:
        return _("You have signed a step of this revision already; somebody else has to sign this one.")
    return _("You have signed this revision already; somebody else has to sign for %(name)s.") % {
        "name": task.assignee.name
    }


def approvals(revision: Revision) -> QuerySet[Task]:
    """Return the approvals that count: those given since the revision was last sent for approval."""
    return Task.objects.filter(
        record_id=revision.pk, kind="approve", outcome="approved", opened__gte=revision.sent
    )


def no_open_comments(situation: Situation) -> Label | None:
    """Rule: every comment is resolved."""
    count = sum(one.answers_id is None and one.resolved is None for one in comments_on(situation))
    if not count:
        return None
    return ngettext(
        "%(count)s comment is open; it has to be resolved first.",
        "%(count)s comments are open; they have to be resolved first.",
        count,
    ) % {"count": count}


_RECORD = stand_in(1)
_REVIEWS_AND_APPROVALS: Statement[Task] = Statement(
    lambda: (
        Task.objects.filter(record_id=_RECORD, kind__in=("review", "approve"))
        .select_related("assignee", "done_by")
        .order_by("opened", "id")
    ),
    lambda: {_RECORD: "record"},
)


def comments_on(situation: Situation) -> list[Comment]:
    """Return every comment of the revision with its author and text."""
    return discussion_of(situation.detail)


def review_finished(situation: Situation) -> Label | None:
    """Rule: what has to be reviewed was, by all reviewers of this round, and none of them asked for changes."""
    revision: Revision = situation.detail
    if situation.subject.state == "draft":
        return (
            _("Documents of this type are reviewed first: submit it for review.")
            if _reviewed(revision)
            else None
        )
    asked = reviews_asked(situation)
    waiting = [task.assignee.name for task in asked if task.done is None]
    if waiting:
        return _("The review by %(names)s is not done yet.") % {"names": ", ".join(waiting)}
    unhappy = [task.assignee.name for task in asked if task.outcome == "changes_needed"]
    if unhappy:
        return _("%(names)s asked for changes: take it back to draft, change it and submit it again.") % {
            "names": ", ".join(unhappy)
        }
    return None


def reviews_asked(situation: Situation) -> list[Task]:
    """Return the reviews of the present round."""
    since = situation.detail.submitted
    asked = [task for task in asked_of_all(situation) if task.kind == "review"]
    return [task for task in asked if since is not None and task.opened >= since]


def asked_of_all(situation: Situation) -> list[Task]:
    """Return the reviews and approvals that were ever asked for, by one query for each record that was ever sent."""
    record = situation.subject
    if not situation.detail.round:
        return []
    return along(record, TASKS, lambda: _REVIEWS_AND_APPROVALS.instances(record=record.pk))


def signatures_so_far(situation: Situation) -> list[Task]:
    """Return the approvals that count of those asked for: given since the revision was last sent for approval."""
    since = situation.detail.sent
    approved = [
        task for task in asked_of_all(situation) if (task.kind, task.outcome) == ("approve", "approved")
    ]
    return [task for task in approved if since is not None and task.opened >= since]


def _reviewed(revision: Revision) -> bool:
    return revision.kind == Revision.Kind.NORMAL and revision.document.kind.review_required


def nothing_open(situation: Situation) -> Label | None:
    """Rule: the document has no revision in work."""
    document: Document = situation.detail
    if document.open_revision_id is None:
        return None
    sentence = _(
        "%(number)s is in work; a document has one open revision at a time. Let it take effect or discard it first."
    )
    return sentence % {"number": open_number(document)}


def open_number(document: Document) -> str:
    """Return the number of the revision in work."""
    revision = document.open_revision
    return revision.record.number if revision is not None else ""


def takes_part(situation: Situation) -> Label | None:
    """Rule: the person was asked to review or approve the revision."""
    if any(task.assignee_id == situation.user.pk for task in asked_of_all(situation)):
        return None
    if situation.task("review") or situation.task("approve"):
        return None
    return _("Only those who write, review or approve it take part in its discussion.")


def reads_it(situation: Situation) -> Label | None:
    """Rule: the person was asked to read the revision; nobody reads in another's place."""
    if any(task.kind == "read" and task.assignee_id == situation.user.pk for task in situation.tasks):
        return None
    return _("You are not asked to read this now.")
