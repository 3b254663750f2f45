"""The discussion of a revision: comments on passages, answers, and what was settled."""

from collections.abc import Collection
from functools import lru_cache
from typing import Annotated, Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.documents.discussion import forget_discussion
from setsquare.domains.documents.fields import Words
from setsquare.domains.documents.models import Comment, Revision
from setsquare.domains.documents.next_steps import ask_author
from setsquare.domains.documents.rules import WRITERS, may_settle, takes_part, wrote
from setsquare.domains.documents.states import ASIDE, TALK
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, command, momentary
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.files.models import Text
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.writing.passages import passage_in, words_shown

PARTICIPANTS = (*WRITERS, momentary(takes_part))
BESIDE = TALK | ASIDE | {"review", "approve", "plan_reading"}
EXCERPT = 80
"""Characters of a passage or remark that the trail and notices show."""

Remark = Annotated[Words, Field(min_length=1)]


class NewComment(Body):
    """A remark, on a passage or on the whole."""

    text: Annotated[Remark, Shown(gettext_lazy("Comment"), widget=Widget.LONG_TEXT)]
    quote: Annotated[
        str,
        Field(max_length=2000),
        Shown(
            gettext_lazy("Passage"),
            gettext_lazy("Words of the text, as they are read. Empty: on the whole."),
        ),
    ] = ""
    prefix: Annotated[
        str, Field(max_length=200), Shown(gettext_lazy("Words before"), widget=Widget.HIDDEN)
    ] = ""
    suffix: Annotated[
        str, Field(max_length=200), Shown(gettext_lazy("Words after"), widget=Widget.HIDDEN)
    ] = ""
    block: Annotated[int | None, Field(ge=0), Shown(gettext_lazy("Block"), widget=Widget.HIDDEN)] = None


def add_comment(
    act: Act, text: str, answers: Comment | None = None, *, but: Collection[User] = (), **place: object
) -> Comment:
    """Add a comment to the act's revision and tell those it concerns, those aside who are told otherwise (`but`)."""
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
    forget_discussion(revision)
    concerned = {act.record.owner}
    if answers is not None:
        concerned |= {answers.author, *(reply.author for reply in answers.replies.select_related("author"))}
    ask_author(act)
    for person in sorted(concerned - {act.user, *but}, key=lambda person: person.pk):
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


@lru_cache(maxsize=64)
def _words_of(digest: str) -> str:
    """Return a text as it is read; a text never changes."""
    return words_shown(Text.objects.values_list("body", flat=True).get(pk=digest))


def _place(act: Act, body: NewComment) -> dict[str, Any]:
    """Return what a comment is on; refuse words that the revision's text does not have."""
    place = body.model_dump(include={"quote", "prefix", "suffix", "block"})
    revision: Revision = act.detail
    if not body.quote:
        return place
    if revision.content_id is None and revision.file_id is not None:
        sentence = _("Its content is a file: leave the passage empty, and name the place in your comment.")
        raise Refused({"quote": sentence})
    words = _words_of(revision.content_id) if revision.content_id is not None else ""
    passage = passage_in(words, body.quote)
    if passage is None:
        sentence = _(
            "These words are not in the text as it stands; give them as they are read there,"
            " or leave the passage empty to comment on the whole."
        )
        raise Refused({"quote": sentence})
    return {**place, "quote": passage}


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
    made = add_comment(act, body.text, **_place(act, body))
    if act.record.owner_id == act.user.pk:
        act.conclude(gettext_noop("Your comment on %(number)s is added."))
    else:
        sentence = gettext_noop("Your comment on %(number)s is added, and %(name)s is told.")
        act.conclude(sentence, name=act.record.owner.name)
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


class Resolve(ThreadBody):
    """Which comment is settled, and how."""

    answer: Annotated[
        Words,
        Shown(
            gettext_lazy("Answer"),
            gettext_lazy("What came of it. An author answers what somebody else raised; it stays with it."),
            Widget.LONG_TEXT,
        ),
    ] = ""


@command(
    "revision",
    "resolve",
    among_workers=True,
    label=gettext_lazy("Resolve"),
    past=gettext_lazy("resolved a comment"),
    body=Resolve,
    who=PARTICIPANTS,
    reason=Reason.NEVER,
    listed=False,
    tolerates=BESIDE,
)
def resolve(act: Act, body: Resolve) -> None:
    """Settle a thread: whoever raised it does, or an author who answers it."""
    thread = _thread(act, body.comment)
    if thread.resolved is not None:
        raise Refused({"comment": _("Comment #%(number)s is resolved already.") % {"number": thread.number}})
    _check_may_settle(act, thread)
    answer = body.answer or _answered(act, thread)
    if body.answer:
        add_comment(act, body.answer, thread, but={thread.author})
    thread.resolved = act.now
    thread.resolved_by = act.user
    thread.save()
    forget_discussion(act.detail)
    ask_author(act)
    if thread.author_id != act.user.pk:
        _tell_who_raised(act, thread, answer)
    if body.answer:
        act.say(gettext_noop("#%(comment)s %(remark)s"), comment=thread.number, remark=shortened(body.answer))
    else:
        act.say(gettext_noop("#%(comment)s"), comment=thread.number)


def _check_may_settle(act: Act, thread: Comment) -> None:
    if not may_settle(act.user, act.detail, thread):
        sentence = _(
            "%(name)s made this comment: they resolve it, or an author of the revision who answers it."
        )
        raise NotPermitted(sentence % {"name": thread.author.name})


def _answered(act: Act, thread: Comment) -> str:
    """Return the answer by which a thread may be settled without a further one; whoever raised it needs none."""
    revision: Revision = act.detail
    last = thread.replies.select_related("author", "text").order_by("-number").first()
    if last is not None and wrote(last.author, revision):
        return last.text.body
    if thread.author_id != act.user.pk:
        sentence = _("Say what came of it: %(name)s raised this, and the answer stays with the comment.")
        raise Refused({"answer": sentence % {"name": thread.author.name}})
    return ""


def _tell_who_raised(act: Act, thread: Comment, answer: str) -> None:
    told = (
        gettext_noop(
            "%(who)s resolved your comment #%(comment)s on %(number)s: %(remark)s"
            " — You can reopen it while the revision is in review."
        )
        if act.record.state == "in_review"
        else gettext_noop("%(who)s resolved your comment #%(comment)s on %(number)s: %(remark)s")
    )
    act.tell(
        thread.author,
        "comment",
        told,
        who=act.user.name,
        comment=thread.number,
        number=act.record.number,
        remark=shortened(answer),
    )


class Reopen(ThreadBody):
    """Which comment is taken up again, and why."""

    text: Annotated[
        Words,
        Shown(
            gettext_lazy("What is still open"),
            gettext_lazy("It is asked for where somebody else resolved the comment."),
            Widget.LONG_TEXT,
        ),
    ] = ""


@command(
    "revision",
    "reopen_comment",
    among_workers=True,
    label=gettext_lazy("Reopen"),
    past=gettext_lazy("reopened a comment"),
    body=Reopen,
    who=PARTICIPANTS,
    reason=Reason.NEVER,
    listed=False,
    tolerates=BESIDE,
)
def reopen_comment(act: Act, body: Reopen) -> None:
    """Take up a thread again; what is still open is asked for, so that who resolved it has something to answer."""
    thread = _thread(act, body.comment)
    if thread.resolved is None:
        raise Refused({"comment": _("Comment #%(number)s is open.") % {"number": thread.number}})
    if not body.text and thread.resolved_by_id not in (None, act.user.pk):
        raise Refused({"text": _("Say what is still open: somebody else took this for settled.")})
    thread.resolved = None
    thread.resolved_by = None
    thread.save()
    forget_discussion(act.detail)
    if body.text:
        add_comment(act, body.text, thread)
        act.say(gettext_noop("#%(comment)s %(remark)s"), comment=thread.number, remark=shortened(body.text))
    else:
        ask_author(act)
        act.say(gettext_noop("#%(comment)s"), comment=thread.number)
