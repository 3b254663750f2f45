"""Working on the draft of a quiz: what a command puts into it, and why it may not."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from setsquare.domains.quizzes.content import Content, Question, faults
from setsquare.domains.quizzes.keeping import written
from setsquare.domains.quizzes.models import Quiz
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.things import Label


def put(act: Act, content: Content, field: Callable[[str], str]) -> None:
    """Make `content` the draft; refuse what contradicts itself, each at the field that `field` names for its place.

    A draft that says what is in force already is none.
    """
    if found := faults(content):
        wrong: dict[str, Label] = {}
        for place, sentence in found.items():
            wrong.setdefault(field(place), sentence)
        raise Refused(wrong)
    quiz: Quiz = act.detail
    digest = act.text(written(content)).digest
    if digest == (quiz.draft or quiz.content):
        return
    if digest == quiz.content:
        quiz.draft, quiz.authors = "", []
        return
    quiz.draft = digest
    if act.actor.user is not None and act.actor.user.username not in quiz.authors:
        quiz.authors = [*quiz.authors, act.actor.user.username]


def question_at(act: Act, code: str) -> Question:
    """Return the draft's question with this code; refuse where there is none."""
    found: Question | None = act.detail.latest.by_code.get(code)
    if found is None:
        raise Refused({"code": _("There is no question “%(code)s” in this quiz.") % {"code": code}})
    return found


def free_code(content: Content) -> str:
    """Return the next code of a question that nobody gave one."""
    number = len(content.questions) + 1
    while f"Q{number}" in content.by_code:
        number += 1
    return f"Q{number}"


def placed(content: Content, question: Question, place: int | None) -> Content:
    """Return a content with a question at a place from 1, otherwise last; it may stand elsewhere now."""
    others = [one for one in content.questions if one.code != question.code]
    index = len(others) if place is None else min(place - 1, len(others))
    return content.having(questions=(*others[:index], question, *others[index:]))
