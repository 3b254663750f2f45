"""Changing the draft of a quiz: its rules and its questions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from pydantic import Field

from setsquare.domains.quizzes.content import (
    CODE,
    LINE,
    MOST_ACCEPTED,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    TEXT,
    TRUE_FALSE,
    Content,
    Kind,
    Option,
    Question,
    Rules,
    Shows,
)
from setsquare.domains.quizzes.drafts import free_code, placed, put, question_at
from setsquare.domains.quizzes.rules import WRITERS
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop

KINDS = {
    "single": gettext_lazy("Single choice"),
    "multiple": gettext_lazy("Multiple choice"),
    "true_false": gettext_lazy("True or false"),
    "number": pgettext_lazy("kind of answer", "Number"),
    "text": gettext_lazy("Short text"),
    "ordering": gettext_lazy("Ordering"),
    "matching": gettext_lazy("Matching"),
}
SHOWN = {
    "never": gettext_lazy("The result only"),
    "passed": gettext_lazy("The right answers, once passed"),
    "always": gettext_lazy("The right answers"),
}
TRUE_OR_FALSE = {"true": gettext_lazy("True"), "false": gettext_lazy("False")}
Which = Annotated[
    str, Field(min_length=1, max_length=CODE), Shown(gettext_lazy("Code"), widget=Widget.HIDDEN)
]
"""The code of what is changed: typed over in its form, it would be another one that is overwritten."""


class SetRules(Body):
    """By what the quiz is taken and passed."""

    pass_percent: Annotated[
        int,
        Field(ge=1, le=100),
        Shown(gettext_lazy("Pass mark in %"), gettext_lazy("Of the points; exactly this much is enough.")),
    ] = 80
    attempts: Annotated[
        int | None,
        Field(ge=1, le=100),
        Shown(gettext_lazy("Attempts"), gettext_lazy("For each person. Left empty: any number.")),
    ] = None
    wait_days: Annotated[
        int,
        Field(ge=0, le=365),
        Shown(gettext_lazy("Days between attempts"), gettext_lazy("After one that was not passed.")),
    ] = 0
    minutes: Annotated[
        int | None,
        Field(ge=1, le=1440),
        Shown(
            gettext_lazy("Minutes"),
            gettext_lazy("After which it is handed in as it is. Left empty: no limit."),
        ),
    ] = None
    draw: Annotated[
        int | None,
        Field(ge=1, le=MOST_QUESTIONS),
        Shown(
            gettext_lazy("Questions drawn"),
            gettext_lazy("By chance, for each attempt anew. Left empty: all questions."),
        ),
    ] = None
    shuffled: Annotated[bool, Shown(gettext_lazy("Questions and options in another order each time"))] = True
    shows: Annotated[Shows, Shown(gettext_lazy("Shown afterwards"), choices=SHOWN)] = "passed"
    validity_months: Annotated[
        int | None,
        Field(ge=1, le=600),
        Shown(gettext_lazy("Counts for months"), gettext_lazy("Once passed. Left empty: for good.")),
    ] = None


class OptionRow(Body):
    """An answer to choose."""

    text: Annotated[str, Field(min_length=1, max_length=LINE), Shown(gettext_lazy("Option"))]
    right: Annotated[bool, Shown(gettext_lazy("Right"))] = False
    match: Annotated[
        str,
        Field(max_length=LINE),
        Shown(gettext_lazy("Belongs to"), gettext_lazy("Of a matching question.")),
    ] = ""


class ChangeQuestion(Body):
    """What a question says."""

    code: Which
    kind: Annotated[Kind, Shown(gettext_lazy("Kind"), choices=KINDS)] = "single"
    text: Annotated[
        str, Field(min_length=1, max_length=TEXT), Shown(gettext_lazy("Question"), widget=Widget.LONG_TEXT)
    ]
    options: Annotated[
        Sequence[OptionRow],
        Field(max_length=MOST_OPTIONS),
        Shown(
            gettext_lazy("Options"),
            gettext_lazy(
                "Of a choice, mark those that are right. Of an ordering, write them in the right order; they are "
                "shown in another one."
            ),
        ),
    ] = ()
    truth: Annotated[
        Literal["true", "false"] | None,
        Shown(
            gettext_lazy("It is"),
            gettext_lazy("Of a question of true or false: which of both is right."),
            choices=TRUE_OR_FALSE,
        ),
    ] = None
    accepted: Annotated[
        list[Annotated[str, Field(max_length=LINE)]],
        Field(max_length=MOST_ACCEPTED),
        Shown(
            gettext_lazy("Right answer"),
            gettext_lazy(
                "Where nothing is chosen: the number, or each text that is accepted on a line of its own. Capitals "
                "and spaces make no difference."
            ),
            Widget.LONG_TEXT,
        ),
    ] = []
    tolerance: Annotated[
        str,
        Field(max_length=40),
        Shown(gettext_lazy("Tolerance"), gettext_lazy("How far a number may be off. Left empty: exactly.")),
    ] = ""
    points: Annotated[
        int,
        Field(ge=1, le=100),
        Shown(
            gettext_lazy("Points"), gettext_lazy("All of them where the answer is wholly right, else none.")
        ),
    ] = 1
    section: Annotated[
        str,
        Field(max_length=CODE),
        Shown(gettext_lazy("Section"), gettext_lazy("The topic that it belongs to.")),
    ] = ""
    explanation: Annotated[
        str,
        Field(max_length=TEXT),
        Shown(
            gettext_lazy("Explanation"),
            gettext_lazy("Shown afterwards together with the right answer."),
            Widget.LONG_TEXT,
        ),
    ] = ""


class AddQuestion(ChangeQuestion):
    """A question, and where it stands."""

    code: Annotated[
        str,
        Field(max_length=CODE),
        Shown(
            gettext_lazy("Code"),
            gettext_lazy("It stays what attempts and statistics refer to. Left empty: the next number."),
        ),
    ] = ""
    place: Annotated[
        int | None,
        Field(ge=1),
        Shown(pgettext_lazy("in an order", "Place"), gettext_lazy("From 1; left empty: last.")),
    ] = None


class MoveQuestion(Body):
    """Where a question goes."""

    code: Which
    place: Annotated[
        int | None,
        Field(ge=1),
        Shown(pgettext_lazy("in an order", "Place"), gettext_lazy("From 1; left empty: last.")),
    ] = None


class WhichQuestion(Body):
    """Which question."""

    code: Annotated[str, Field(min_length=1, max_length=CODE), Shown(gettext_lazy("Code"))]


def right_answer(body: ChangeQuestion) -> tuple[str, ...]:
    """Return what is right where nothing is chosen; refuse true or false of another kind, and both at once."""
    accepted = tuple(line for line in body.accepted if line)
    if body.truth is None and body.kind == TRUE_FALSE and not accepted:
        raise Refused({"truth": _("Choose whether it is true or false.")})
    if body.truth is None:
        return accepted
    if body.kind != TRUE_FALSE:
        raise Refused(
            {"truth": _("Only of a question of true or false one of both is right; leave it empty here.")}
        )
    if accepted not in ((), (body.truth,)):
        raise Refused({"accepted": _("What is right was chosen already; leave this empty.")})
    return (body.truth,)


def _question(body: ChangeQuestion, code: str, *, retired: bool = False) -> Question:
    return Question(
        code=code,
        options=tuple(Option(text=row.text, right=row.right, match=row.match) for row in body.options),
        accepted=right_answer(body),
        retired=retired,
        **body.model_dump(include={"kind", "section", "text", "tolerance", "points", "explanation"}),
    )


def _of(content: Content, code: str) -> Callable[[str], str]:
    """Return the form's field for a place in the content: what concerns the question stands there."""
    place = next(n for n, question in enumerate(content.questions) if question.code == code)
    mine = f"questions.{place}."
    return lambda where: where.removeprefix(mine) if where.startswith(mine) else "code"


def _rules_as_is(situation: Situation) -> Mapping[str, Any]:
    rules: dict[str, Any] = situation.detail.latest.rules.model_dump()
    return rules


def _four_options(_situation: Situation) -> Mapping[str, Any]:
    return {"kind": "single", "points": 1, "options": [{"text": ""}] * 4}


@command(
    "quiz",
    "set_rules",
    label=gettext_lazy("Set the rules"),
    past=gettext_lazy("set the rules of the draft"),
    body=SetRules,
    who=WRITERS,
    reason=Reason.NEVER,
    initial=_rules_as_is,
    edits=True,
    reindexes=False,
)
def set_rules(act: Act, body: SetRules) -> None:
    """Say anew by what the quiz is taken and passed; it holds with the next release."""
    put(act, act.detail.latest.having(rules=Rules(**body.model_dump())), lambda place: place)
    act.conclude(gettext_noop("The draft of %(number)s has new rules; they hold with its next release."))


@command(
    "quiz",
    "add_question",
    label=gettext_lazy("Add a question"),
    past=gettext_lazy("added to the draft"),
    body=AddQuestion,
    who=WRITERS,
    reason=Reason.NEVER,
    initial=_four_options,
    reindexes=False,
)
def add_question(act: Act, body: AddQuestion) -> None:
    """Add a question to the draft."""
    content: Content = act.detail.latest
    code = body.code or free_code(content)
    if code in content.by_code:
        raise Refused({"code": _("The code “%(code)s” is used already.") % {"code": code}})
    if len(content.questions) >= MOST_QUESTIONS:
        raise Refused({"code": _("A quiz has %(most)s questions at most.") % {"most": MOST_QUESTIONS}})
    wanted = placed(content, _question(body, code), body.place)
    put(act, wanted, _of(wanted, code))
    act.say(gettext_noop("%(code)s"), code=code)
    act.conclude(gettext_noop("Question %(code)s is in the draft of %(number)s."), code=code)


@command(
    "quiz",
    "change_question",
    label=gettext_lazy("Change the question"),
    past=gettext_lazy("changed in the draft"),
    body=ChangeQuestion,
    who=WRITERS,
    reason=Reason.NEVER,
    listed=False,
    edits=True,
    reindexes=False,
)
def change_question(act: Act, body: ChangeQuestion) -> None:
    """Change what a question of the draft says; attempts keep the version that they answered."""
    before = question_at(act, body.code)
    wanted = act.detail.latest.with_question(_question(body, before.code, retired=before.retired))
    put(act, wanted, _of(wanted, before.code))
    act.say(gettext_noop("%(code)s"), code=before.code)
    act.conclude(gettext_noop("Question %(code)s was changed in the draft of %(number)s."), code=before.code)


@command(
    "quiz",
    "move_question",
    label=gettext_lazy("Move"),
    past=gettext_lazy("moved in the draft"),
    body=MoveQuestion,
    who=WRITERS,
    reason=Reason.NEVER,
    listed=False,
    edits=True,
    reindexes=False,
)
def move_question(act: Act, body: MoveQuestion) -> None:
    """Move a question of the draft to another place."""
    question = question_at(act, body.code)
    put(act, placed(act.detail.latest, question, body.place), lambda _place: "code")
    act.say(gettext_noop("%(code)s"), code=question.code)
    act.conclude(gettext_noop("Question %(code)s was moved in the draft of %(number)s."), code=question.code)


def _retire(act: Act, code: str, *, retired: bool) -> None:
    question = question_at(act, code)
    if question.retired == retired:
        sentence = _("“%(code)s” is retired already.") if retired else _("“%(code)s” is not retired.")
        raise Refused({"code": sentence % {"code": code}})
    put(
        act,
        act.detail.latest.with_question(question.model_copy(update={"retired": retired})),
        lambda _place: "code",
    )
    act.say(gettext_noop("%(code)s"), code=code)


@command(
    "quiz",
    "retire_question",
    label=gettext_lazy("Retire"),
    past=gettext_lazy("retired in the draft"),
    body=WhichQuestion,
    who=WRITERS,
    reason=Reason.NEVER,
    listed=False,
    danger=True,
    hint=gettext_lazy(
        "It is not asked any more from the next version on. It stays in the bank, never deleted."
    ),
    reindexes=False,
)
def retire_question(act: Act, body: WhichQuestion) -> None:
    """Have a question asked no more; it stays in the bank."""
    _retire(act, body.code, retired=True)
    act.conclude(
        gettext_noop("With the next release of %(number)s, question %(code)s is asked no more."),
        code=body.code,
    )


@command(
    "quiz",
    "restore_question",
    label=gettext_lazy("Ask it again"),
    past=gettext_lazy("took up again in the draft"),
    body=WhichQuestion,
    who=WRITERS,
    reason=Reason.NEVER,
    listed=False,
    reindexes=False,
)
def restore_question(act: Act, body: WhichQuestion) -> None:
    """Have a retired question asked again."""
    _retire(act, body.code, retired=False)
    act.conclude(
        gettext_noop("With the next release of %(number)s, question %(code)s is asked again."), code=body.code
    )
