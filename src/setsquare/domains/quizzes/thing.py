"""The record types of quizzes: the quizzes themselves, and attempts at them."""

from collections.abc import Mapping

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from setsquare.domains.quizzes.models import Quiz, QuizAttempt
from setsquare.domains.quizzes.permissions import READ, SEE
from setsquare.domains.quizzes.scopes import (
    ORDER,
    attempt_scope,
    hidden_of_attempt,
    knows_answers,
    people_followed_by,
    quiz_scope,
)
from setsquare.domains.quizzes.states import ATTEMPT, QUIZ
from setsquare.kernel.accounts.models import User
from setsquare.kernel.qualifications.subjects import as_a_whole, tell_followed, tell_parts
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.proof import Proof
from setsquare.kernel.records.things import (
    Column,
    Element,
    Fact,
    Filter,
    Hidden,
    Kind,
    Label,
    SearchText,
    Section,
    Thing,
    register,
)

DRAFTING = frozenset(
    {
        "set_rules",
        "add_question",
        "change_question",
        "move_question",
        "retire_question",
        "restore_question",
        "import_questions",
        "discard_draft",
    }
)
"""Commands of which only those are told who know the questions."""
WHOSE: dict[str, Label] = {"me": _("Mine"), "others": _("Others’")}


def quiz_words(record: Record) -> SearchText:
    """Return what search finds a quiz by; its questions are not among it, as whoever searches may take it."""
    return SearchText(record.title, body=record.quiz.purpose)


def attempt_words(record: Record) -> SearchText:
    """Return what search finds an attempt by."""
    attempt: QuizAttempt = record.quiz_attempt
    return SearchText(record.title, keywords=f"{attempt.quiz.record.number} {attempt.person.name}")


def _whose(value: str, user: User) -> Q:
    own = Q(quiz_attempt__person_id=user.pk)
    return own if value == "me" else ~own


def _quizzes_seen(user: User) -> Mapping[str, Label]:
    seen = QUIZZES.visible_to(user).order_by("number")
    return {number: f"{number} {title}" for number, title in seen.values_list("number", "title")}


QUIZZES = register(
    Thing(
        code="quiz",
        slug="quizzes",
        name=_("Quiz"),
        plural=_("Quizzes"),
        element=Element.LEADERSHIP,
        area=_("Training"),
        icon="help",
        lifecycle=QUIZ,
        read=READ,
        numbering="QZ-{n:03}",
        model=Quiz,
        description=_("Questions by which it shows who knows what, in released versions."),
        columns=(
            Column("number", _("Number"), "number", sortable=True),
            Column("title", _("Title"), "title", sortable=True),
            Column("state", _("State"), "state", Kind.STATE, sortable=True),
            Column("edition", _("Version"), "quiz__edition", Kind.NUMBER, sortable=True),
            Column("released", _("Released"), "quiz__released", Kind.DATETIME, sortable=True),
            Column("owner", _("Owner"), "owner", Kind.PERSON),
            Column("unit", _("Unit"), "unit", Kind.UNIT),
            Column("changed", _("Changed"), "changed", Kind.DATETIME, sortable=True, shown=False),
        ),
        sections=(
            Section(
                _("Quiz"),
                (
                    Fact(_("What it is for"), "quiz__purpose", Kind.LONG_TEXT),
                    Fact(_("Extent"), "quiz__extent"),
                    Fact(_("Passed with"), "quiz__pass_mark"),
                    Fact(_("Attempts"), "quiz__attempts_allowed"),
                    Fact(_("Counts for"), "quiz__validity"),
                    Fact(_("Shown afterwards"), "quiz__shown_after"),
                    Fact(_("Version in force"), "quiz__version_in_words"),
                    Fact(_("Released by"), "quiz__released_by", Kind.PERSON),
                ),
            ),
        ),
        related=("quiz__released_by",),
        search=quiz_words,
        scope=quiz_scope,
        private=Hidden(
            keys=frozenset({"content", "draft", "authors", "editions"}), deeds=DRAFTING, notes=frozenset()
        ),
        privy=knows_answers,
        authors=lambda record: {record.owner.username, *record.quiz.authors},
        labels={
            "edition": _("Version"),
            "content": _("Content in force"),
            "draft": _("Draft of the content"),
            "authors": _("Authors of the draft"),
            "editions": _("Versions"),
        },
    )
)

ATTEMPTS = register(
    Thing(
        code="quiz_attempt",
        slug="quiz-attempts",
        name=_("Attempt at a quiz"),
        plural=_("Attempts at quizzes"),
        element=Element.LEADERSHIP,
        area=_("Training"),
        icon="clipboard-check",
        lifecycle=ATTEMPT,
        read=READ,
        read_by_too=SEE,
        numbering="QA-{n:05}",
        model=QuizAttempt,
        description=_("Who took which quiz, when, and what came of it."),
        columns=(
            Column("number", _("Number"), "number", sortable=True),
            Column("person", _("Person"), "quiz_attempt__person", Kind.PERSON),
            Column("quiz", _("Quiz"), "quiz_attempt__quiz__record", Kind.RECORD),
            Column("title", _("Title"), "title", sortable=True),
            Column("state", _("State"), "state", Kind.STATE, sortable=True),
            Column("percent", _("Percent"), "quiz_attempt__percent", Kind.NUMBER, sortable=True),
            Column("started", _("Begun"), "quiz_attempt__started", Kind.DATETIME, sortable=True),
            Column("submitted", _("Handed in"), "quiz_attempt__submitted", Kind.DATETIME, sortable=True),
            Column("edition", _("Version"), "quiz_attempt__edition", Kind.NUMBER, shown=False),
            Column("unit", _("Unit"), "unit", Kind.UNIT, shown=False),
        ),
        filters=(
            Filter("state", _("State"), "state", Kind.STATE),
            Filter("whose", _("Whose"), choices=WHOSE, condition=_whose),
            Filter("quiz", _("Quiz"), "quiz_attempt__quiz__record__number", choices=_quizzes_seen),
            Filter("person", _("Person"), "quiz_attempt__person", Kind.PERSON),
        ),
        sections=(
            Section(
                _("Attempt"),
                (
                    Fact(_("Quiz"), "quiz_attempt__quiz__record", Kind.RECORD),
                    Fact(_("Version"), "quiz_attempt__edition", Kind.NUMBER),
                    Fact(_("Person"), "quiz_attempt__person", Kind.PERSON),
                    Fact(_("Begun"), "quiz_attempt__started", Kind.DATETIME),
                    Fact(_("To be handed in by"), "quiz_attempt__deadline", Kind.DATETIME),
                    Fact(_("Answered"), "quiz_attempt__progress"),
                    Fact(_("Handed in"), "quiz_attempt__submitted", Kind.DATETIME),
                    Fact(_("Result"), "quiz_attempt__result"),
                ),
            ),
        ),
        related=("quiz_attempt__quiz__record", "quiz_attempt__person"),
        guarded=frozenset({"quiz_attempt__quiz__record"}),
        search=attempt_words,
        scope=attempt_scope,
        confidential=True,
        private=Hidden(keys=ORDER.keys | {"answers"}),
        hides=hidden_of_attempt,
        authors=lambda record: {record.quiz_attempt.person.username},
        about=lambda record: (record.quiz_attempt.person.username,),
        proof=Proof(
            holds=frozenset({"passed"}),
            never=frozenset({"started", "void"}),
            person="quiz_attempt__person",
        ),
        labels={
            "drawn": _("Questions drawn"),
            "answers": _("Answers"),
            "points": _("Points"),
            "most": _("Points that there are"),
            "another": _("Another attempt granted"),
        },
    )
)
tell_parts("quiz", as_a_whole)
tell_followed("quiz", people_followed_by)
