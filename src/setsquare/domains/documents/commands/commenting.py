"""The discussion of a revision: comments on passages, answers, and what was settled."""

from typing import Annotated

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.documents.fields import Words
from setsquare.domains.documents.models import Comment, Revision
from setsquare.domains.documents.next_steps import ask_author
from setsquare.domains.documents.rules import WRITERS, takes_part
from setsquare.domains.documents.states import ASIDE, TALK
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop

PARTICIPANTS = (*WRITERS, takes_part)
BESIDE = TALK | ASIDE | {"review", "approve", "plan_reading"}
EXCERPT = 80
"""Characters of a passage or remark that the trail and notices show."""

Remark = Annotated[Words, Field(min_length=1)]


class NewComment(Body):
    """A remark, on a passage or on the whole."""

    text: Annotated[Remark, Shown(gettext_lazy("Comment"), widget=Widget.LONG_TEXT)]
    quote: Annotated[
        str, Field(max_length=2000), Shown(gettext_lazy("Passage"), gettext_lazy("Empty: on the whole."))
    ] = ""
    prefix: Annotated[
        str, Field(max_length=200), Shown(gettext_lazy("Words before"), widget=Widget.HIDDEN)
    ] = ""
    suffix: Annotated[
        str, Field(max_length=200), Shown(gettext_lazy("Words after"), widget=Widget.HIDDEN)
    ] = ""
    block: Annotated[int | None, Field(ge=0), Shown(gettext_lazy("Block"), widget=Widget.HIDDEN)] = None


def add_comment(act: Act, text: str, answers: Comment | None = None, **place: object) -> Comment:
    """Add a comment to the act's revision and tell those it concerns."""
    revision: Revision = act.detail
    last = revision.comments.aggregate(last=Max("number"))["last"] or 0
    made = Comment.objects.create(
        revision=revision,
        number=last + 1,
        answers=answers,
        author=act.user,
        at=act.now,
        text=act.text(text),
        about=revision.content,
        **place,
    )
    concerned = {act.record.owner}
    if answers is not None:
        concerned |= {answers.author, *(reply.author for reply in answers.replies.select_related("author"))}
    ask_author(act)
    for person in sorted(concerned - {act.user}, key=lambda person: person.pk):
        act.tell(
            person,
            "comment",
            gettext_noop("%(who)s commented on %(number)s: %(remark)s"),
            who=act.user.name,
            number=act.record.number,
            remark=shortened(text),
        )
    return made


def shortened(text: str) -> str:
    """Return the beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1].rstrip() + "…"


@command(
    "revision",
    "comment",
    among_workers=True,
    label=gettext_lazy("Comment"),
    past=gettext_lazy("commented"),
    body=NewComment,
    who=PARTICIPANTS,
    reason=Reason.NEVER,
    listed=False,
    tolerates=BESIDE,
)
def comment(act: Act, body: NewComment) -> None:
    """Comment on a passage or on the whole revision."""
    place = body.model_dump(include={"quote", "prefix", "suffix", "block"})
    made = add_comment(act, body.text, **place)
    act.say(gettext_noop("#%(comment)s %(remark)s"), comment=made.number, remark=shortened(body.text))


class ThreadBody(Body):
    """Which comment."""

    comment: Annotated[int, Field(ge=1), Shown(gettext_lazy("Comment"), gettext_lazy("Its number."))]


def _thread(act: Act, number: int) -> Comment:
    revision: Revision = act.detail
    found = revision.comments.select_related("answers", "author").filter(number=number).first()
    if found is None:
        raise Refused({"comment": _("There is no comment #%(number)s here.") % {"number": number}})
    return found.answers or found


class Reply(ThreadBody):
    """An answer to a comment."""

    text: Annotated[Remark, Shown(gettext_lazy("Answer"), widget=Widget.LONG_TEXT)]


@command(
    "revision",
    "reply",
    among_workers=True,
    label=gettext_lazy("Answer"),
    past=gettext_lazy("answered a comment"),
    body=Reply,
    who=PARTICIPANTS,
    reason=Reason.NEVER,
    listed=False,
    tolerates=BESIDE,
)
def reply(act: Act, body: Reply) -> None:
    """Answer within a thread."""
    thread = _thread(act, body.comment)
    add_comment(act, body.text, thread)
    act.say(gettext_noop("#%(comment)s %(remark)s"), comment=thread.number, remark=shortened(body.text))


@command(
    "revision",
    "resolve",
    among_workers=True,
    label=gettext_lazy("Resolve"),
    past=gettext_lazy("resolved a comment"),
    body=ThreadBody,
    who=PARTICIPANTS,
    reason=Reason.NEVER,
    listed=False,
    tolerates=BESIDE,
)
def resolve(act: Act, body: ThreadBody) -> None:
    """Settle a thread."""
    thread = _thread(act, body.comment)
    if thread.resolved is not None:
        raise Refused({"comment": _("Comment #%(number)s is resolved already.") % {"number": thread.number}})
    thread.resolved = act.now
    thread.resolved_by = act.user
    thread.save()
    ask_author(act)
    act.say(gettext_noop("#%(comment)s"), comment=thread.number)


@command(
    "revision",
    "reopen_comment",
    among_workers=True,
    label=gettext_lazy("Reopen"),
    past=gettext_lazy("reopened a comment"),
    body=ThreadBody,
    who=PARTICIPANTS,
    reason=Reason.NEVER,
    listed=False,
    tolerates=BESIDE,
)
def reopen_comment(act: Act, body: ThreadBody) -> None:
    """Take up a thread again."""
    thread = _thread(act, body.comment)
    if thread.resolved is None:
        raise Refused({"comment": _("Comment #%(number)s is open.") % {"number": thread.number}})
    thread.resolved = None
    thread.resolved_by = None
    thread.save()
    ask_author(act)
    act.say(gettext_noop("#%(comment)s"), comment=thread.number)
