"""Drawing the questions of an attempt, and marking its answers. Pure but for chance.

An answer is a list of short texts: the places of the options chosen as they were shown, counted from 1; `true` or
`false`; a number or a text as it was written. Of an ordering, it says of each option as shown at which place it comes,
of a matching question which of the belongings it belongs to, both from 1, and 0 where that is not said yet. No answer
is an empty list.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import SystemRandom
from typing import Any

from django.utils.translation import gettext as _

from setsquare.domains.quizzes.content import (
    CHOICES,
    LINE,
    MULTIPLE,
    NUMBER,
    ORDERING,
    PLACED,
    TRUE_FALSE,
    TRUTHS,
    Content,
    Question,
    decimal_of,
    truth_in_words,
)

Drawn = Sequence[Mapping[str, Any]]
"""Of each question asked, in order: `question` its code, `order` the options' places in the content as shown."""
Answers = Mapping[str, Sequence[str]]
"""By the code of the question."""
OPEN = "0"
"""What is said of an option of which nothing is said yet."""
_chance = SystemRandom()


@dataclass(frozen=True)
class Score:
    """What an attempt reached."""

    points: int
    most: int

    @property
    def percent(self) -> Decimal:
        """Return the share in percent, rounded to one place, but never up to a whole percent that is not reached.

        Pass marks are whole: what is not reached does not look as if it were.
        """
        tenths = (2000 * self.points + self.most) // (2 * self.most)
        if tenths % 10 == 0 and not self.reaches(tenths // 10):
            tenths -= 1
        return (Decimal(tenths) / 10).quantize(Decimal("0.1"))

    def reaches(self, percent: int) -> bool:
        """Tell whether the share is at least so many percent, exactly."""
        return self.points * 100 >= percent * self.most


def draw(content: Content) -> list[dict[str, Any]]:
    """Return the questions that an attempt asks, in the order in which it asks them."""
    questions = list(content.in_use)
    if content.asked < len(questions):
        chosen = {question.code for question in _chance.sample(questions, content.asked)}
        questions = [question for question in questions if question.code in chosen]
    if content.rules.shuffled:
        _chance.shuffle(questions)
    drawn = []
    for question in questions:
        order = list(range(len(question.options)))
        if content.rules.shuffled or question.kind in PLACED:
            _chance.shuffle(order)
        drawn.append({"question": question.code, "order": order})
    return drawn


def misfit(question: Question, answer: Sequence[str]) -> str:
    """Return why this cannot be an answer to a question, empty where it can."""
    if not answer:
        return ""
    if question.kind in CHOICES:
        places = {str(place + 1) for place in range(len(question.options))}
        if len(set(answer)) < len(answer) or not places.issuperset(answer):
            sentence = _("Choose among 1 to %(most)s, each once.")
            return sentence % {"most": len(question.options)}
        if question.kind != MULTIPLE and len(answer) > 1:
            return _("Choose one.")
        return ""
    if question.kind in PLACED:
        return _misplaced(question, answer)
    if len(answer) > 1:
        return _("Give one answer.")
    if question.kind == TRUE_FALSE and answer[0] not in TRUTHS:
        return _("Answer “true” or “false”.")
    if question.kind == NUMBER and decimal_of(answer[0]) is None:
        return _("Write a number, such as 12.5.")
    return _("Write %(most)s characters at most.") % {"most": LINE} if len(answer[0]) > LINE else ""


def _misplaced(question: Question, answer: Sequence[str]) -> str:
    most = len(question.options) if question.kind == ORDERING else len(question.belongings)
    if len(answer) != len(question.options) or not {str(n) for n in range(most + 1)}.issuperset(answer):
        sentence = _(
            "Say of each of the %(n)s options a number from 1 to %(most)s; 0 where you leave it open."
        )
        return sentence % {"n": len(question.options), "most": most}
    said = [one for one in answer if one != OPEN]
    if question.kind == ORDERING and len(set(said)) < len(said):
        return _("Give each place once.")
    return ""


def placed(question: Question, answer: Sequence[str], order: Sequence[int]) -> dict[int, int]:
    """Return what an answer says of options, by their place in the content: 0 for what it leaves open."""
    if len(answer) != len(order) or not all(one.isascii() and one.isdigit() for one in answer):
        return {}
    return {place: int(said) for place, said in zip(order, answer, strict=True)}


def _is_placed_right(question: Question, answer: Sequence[str], order: Sequence[int]) -> bool:
    said = placed(question, answer, order)
    if question.kind == ORDERING:
        return bool(said) and all(place + 1 == number for place, number in said.items())
    right = {text: number for number, text in enumerate(question.belongings, 1)}
    return bool(said) and all(
        right[question.options[place].match] == number for place, number in said.items()
    )


def chosen(answer: Sequence[str], order: Sequence[int]) -> set[int]:
    """Return the places in the content of the options that an answer chooses."""
    return {
        order[int(one) - 1]
        for one in answer
        if one.isascii() and one.isdigit() and 0 < int(one) <= len(order)
    }


def is_right(question: Question, answer: Sequence[str], order: Sequence[int]) -> bool:
    """Tell whether an answer is right; a multiple choice is where all that is right was chosen and nothing else."""
    if not answer:
        return False
    if question.kind in CHOICES:
        right = {place for place, option in enumerate(question.options) if option.right}
        return chosen(answer, order) == right
    if question.kind in PLACED:
        return _is_placed_right(question, answer, order)
    if question.kind == NUMBER:
        given, wanted = decimal_of(answer[0]), decimal_of(question.accepted[0])
        return given is not None and wanted is not None and abs(given - wanted) <= question.off_by
    if question.kind == TRUE_FALSE:
        return answer[0] == question.accepted[0]
    return _plain(answer[0]) in {_plain(one) for one in question.accepted}


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def marks(content: Content, drawn: Drawn, answers: Answers) -> dict[str, int]:
    """Return the points for each question that was drawn, in order."""
    found = {}
    for one in drawn:
        question = content.by_code[one["question"]]
        right = is_right(question, answers.get(question.code, ()), one["order"])
        found[question.code] = question.points if right else 0
    return found


def score(content: Content, drawn: Drawn, answers: Answers) -> Score:
    """Return what an attempt reached."""
    most = sum(content.by_code[one["question"]].points for one in drawn)
    return Score(sum(marks(content, drawn, answers).values()), most)


def in_words(question: Question, answer: Sequence[str], order: Sequence[int]) -> str:
    """Return an answer as it was given."""
    if question.kind in CHOICES:
        return "; ".join(question.options[place].text for place in sorted(chosen(answer, order)))
    if question.kind in PLACED:
        return _placed_in_words(question, placed(question, answer, order))
    if question.kind == TRUE_FALSE and answer:
        return truth_in_words(answer[0])
    return answer[0] if answer else ""


def _placed_in_words(question: Question, said: Mapping[int, int]) -> str:
    """Return it in the words of what is right, so that both can be laid side by side."""
    told = {place: number for place, number in said.items() if number}
    if question.kind == ORDERING:
        ordered = sorted(told.items(), key=lambda one: one[1])
        return "; ".join(f"{number}. {question.options[place].text}" for place, number in ordered)
    belongings = question.belongings
    return "; ".join(
        f"{question.options[place].text} – {belongings[number - 1]}"
        for place, number in sorted(told.items())
        if number <= len(belongings)
    )
