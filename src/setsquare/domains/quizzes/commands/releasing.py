"""Releasing a draft as the next version, or dropping it."""

from typing import Annotated

from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.quizzes.models import Quiz
from setsquare.domains.quizzes.rules import (
    MANAGERS,
    WRITERS,
    complete,
    not_alone,
    something_new,
    writers_of_draft,
)
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, Widget
from setsquare.kernel.commands.declaration import Meaning, Reason, command
from setsquare.kernel.commands.seconding import SecondTo
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import plain

RELEASED = Meaning(
    "quiz_released",
    gettext_lazy("Released as the version in force"),
    gettext_lazy("I release these questions and rules; people are examined by them from now on."),
)


class Release(Body):
    """What is new in the version."""

    summary: Annotated[
        str,
        Field(min_length=1, max_length=2000),
        Shown(
            gettext_lazy("What changed"),
            gettext_lazy("Without giving answers away; of a first version what it covers."),
            Widget.LONG_TEXT,
        ),
    ]


@command(
    "quiz",
    "release",
    label=gettext_lazy("Release"),
    past=gettext_lazy("released it"),
    body=Release,
    who=MANAGERS,
    barred=(not_alone, SecondTo("quiz.release", writers_of_draft)),
    conditions=(something_new,),
    obstacles=complete,
    signature=RELEASED,
    reason=Reason.NEVER,
    prominent=True,
    reindexes=False,
)
def release(act: Act, body: Release) -> None:
    """Put the draft into force as the next version; attempts that were begun go on with theirs."""
    quiz: Quiz = act.detail
    asked = quiz.latest.asked
    quiz.edition += 1
    authors = quiz.authors
    quiz.content, quiz.draft, quiz.authors = quiz.draft, "", []
    quiz.released, quiz.released_by = act.now, act.user
    quiz.editions = [
        *quiz.editions,
        {
            "edition": quiz.edition,
            "content": quiz.content,
            "released": plain(act.now),
            "by": act.user.username,
            "authors": authors,
            "summary": body.summary,
        },
    ]
    act.say(
        gettext_noop("version %(edition)s: %(summary)s"), edition=quiz.edition, summary=body.summary[:300]
    )
    act.conclude(
        gettext_noop("%(number)s is in force as version %(edition)s; it asks one question.")
        if asked == 1
        else gettext_noop("%(number)s is in force as version %(edition)s; it asks %(asked)s questions."),
        edition=quiz.edition,
        asked=asked,
    )


@command(
    "quiz",
    "discard_draft",
    label=gettext_lazy("Discard the draft"),
    past=gettext_lazy("discarded the draft of the next version"),
    who=WRITERS,
    conditions=(something_new,),
    reason=Reason.NEVER,
    danger=True,
    hint=gettext_lazy("The version in force stays as it is."),
    reindexes=False,
)
def discard_draft(act: Act, _body: Body) -> None:
    """Drop what was drafted; the history keeps it."""
    quiz: Quiz = act.detail
    quiz.draft, quiz.authors = "", []
    act.conclude(gettext_noop("The draft of %(number)s is dropped; the version in force stays as it is."))
