"""How a quiz comes about, what it is for, who goes on with it, and its end."""

import secrets
from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.quizzes.content import Content
from setsquare.domains.quizzes.keeping import written
from setsquare.domains.quizzes.models import Quiz
from setsquare.domains.quizzes.rules import MANAGERS, WRITERS
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, UnitRef, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, as_it_is, command
from setsquare.kernel.commands.leaving import PASSED_ON, PassOn, take_over
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record


class EditQuiz(Body):
    """What the quiz is for."""

    title: Annotated[str, Field(min_length=1, max_length=300), Shown(gettext_lazy("Title"))]
    purpose: Annotated[
        str,
        Field(max_length=5000),
        Shown(
            gettext_lazy("What it is for"),
            gettext_lazy("And what to know before it is begun, such as what may be used."),
            Widget.LONG_TEXT,
        ),
    ] = ""


HomeUnit = Annotated[UnitRef, Shown(gettext_lazy("Unit"), gettext_lazy("It is known there and below."))]


class CreateQuiz(EditQuiz):
    """A new quiz, and the unit whose it is."""

    unit: HomeUnit


def _in_own_unit(situation: Situation) -> Mapping[str, Any]:
    unit = situation.user.unit
    return {"unit": unit.code if unit is not None else ""}


@command(
    "quiz",
    "create",
    label=gettext_lazy("New quiz"),
    past=gettext_lazy("began the quiz"),
    body=CreateQuiz,
    who=MANAGERS,
    creates=True,
    initial=_in_own_unit,
)
def create(act: Act, body: CreateQuiz) -> Record:
    """Begin a quiz as a draft without questions."""
    record = act.create(
        title=body.title,
        unit=body.unit,
        owner=act.user,
        purpose=body.purpose,
        draft=act.text(written(Content(salt=secrets.token_hex(16)))).digest,
        authors=[act.user.username],
    )
    act.conclude(
        gettext_noop("%(number)s was made as a draft. Set its rules and add questions, then release it.")
    )
    return record


@command(
    "quiz",
    "edit",
    label=gettext_lazy("Edit"),
    past=gettext_lazy("edited what it is for"),
    body=EditQuiz,
    who=WRITERS,
    initial=as_it_is,
    edits=True,
)
def edit(act: Act, body: EditQuiz) -> None:
    """Say anew what the quiz is for; its questions stay."""
    act.record.title = body.title
    act.detail.purpose = body.purpose
    act.conclude(gettext_noop("%(number)s is described anew; its questions are as they were."))


@command(
    "quiz",
    "withdraw",
    label=gettext_lazy("Withdraw"),
    past=gettext_lazy("withdrew it"),
    who=MANAGERS,
    reason=Reason.ALWAYS,
    danger=True,
    hint=gettext_lazy(
        "Nobody begins it any more. What was begun can be handed in, and what was passed counts on."
    ),
    reindexes=False,
)
def withdraw(act: Act, _body: Body) -> None:
    """End a quiz; a draft of it is dropped, its versions are kept."""
    quiz: Quiz = act.detail
    if quiz.content:
        quiz.draft, quiz.authors = "", []
    act.conclude(gettext_noop("%(number)s is withdrawn; what was passed counts on."))
    act.warn_of_rules()


@command("quiz", "pass_on", **PASSED_ON, reason=Reason.NEVER)
def pass_on(act: Act, body: PassOn) -> None:
    """Give the quiz to who takes over from somebody who left; the system does this."""
    take_over(act, body)
