"""What of an attempt may be shown, and to whom: the one place from which every face takes its questions.

Before it is handed in: what is asked, without what is right. Afterwards: what was answered, and what is right as far
as `shows_right` allows.
"""

from collections.abc import Sequence
from typing import Any

from setsquare.domains.quizzes.content import (
    CHOICES,
    MATCHING,
    MULTIPLE,
    ORDERING,
    PLACED,
    TRUE_FALSE,
    TRUTHS,
    Question,
    truth_in_words,
)
from setsquare.domains.quizzes.models import QuizAttempt
from setsquare.domains.quizzes.scopes import shows_right
from setsquare.domains.quizzes.scoring import in_words, is_right
from setsquare.kernel.accounts.models import User


def asked(question: Question, order: Sequence[int]) -> dict[str, Any]:
    """Return a question as whoever takes the quiz may see it; options are chosen by their `value`.

    Where there are `items`, one is chosen for each of these, in their order.
    """
    options: list[tuple[str, str]] = []
    if question.kind in CHOICES:
        options = [(str(n), question.options[place].text) for n, place in enumerate(order, 1)]
    elif question.kind == TRUE_FALSE:
        options = [(said, truth_in_words(said)) for said in TRUTHS]
    elif question.kind == MATCHING:
        options = [(str(n), text) for n, text in enumerate(question.belongings, 1)]
    elif question.kind == ORDERING:
        options = [(str(n), str(n)) for n in range(1, len(order) + 1)]
    items = [question.options[place].text for place in order] if question.kind in PLACED else []
    return {
        "question": question.code,
        "kind": question.kind,
        "several": question.kind == MULTIPLE,
        "section": question.section,
        "text": question.text,
        "points": question.points,
        "items": items,
        "options": [{"value": value, "text": text} for value, text in options],
    }


def questions_asked(attempt: QuizAttempt) -> list[dict[str, Any]]:
    """Return the questions of an attempt in their order, each with what is answered so far."""
    content = attempt.content
    return [
        {
            **asked(content.by_code[one["question"]], one["order"]),
            "answer": attempt.answers.get(one["question"], []),
        }
        for one in attempt.drawn
    ]


def questions_answered(attempt: QuizAttempt, reader: User) -> list[dict[str, Any]]:
    """Return the questions of an attempt that was handed in, each with its answer in words.

    With what is right only for a reader who may know it; none at all for others than its person.
    """
    right = shows_right(attempt, reader)
    if attempt.submitted is None or not (right or attempt.person_id == reader.pk):
        return []
    content, rows = attempt.content, []
    for one in attempt.drawn:
        question = content.by_code[one["question"]]
        answer = attempt.answers.get(question.code, [])
        row = {
            name: value
            for name, value in asked(question, one["order"]).items()
            if name not in ("options", "items")
        }
        row["answer"] = in_words(question, answer, one["order"])
        if right:
            row["is_right"] = is_right(question, answer, one["order"])
            row["right_answer"] = question.right_in_words
            row["explanation"] = question.explanation
        rows.append(row)
    return rows


def questions_for(attempt: QuizAttempt, reader: User) -> list[dict[str, Any]]:
    """Return what a reader may see of an attempt's questions now; to who did not begin it none before it is in."""
    if attempt.submitted is None:
        mine = attempt.person_id == reader.pk and attempt.record.state == "started"
        return questions_asked(attempt) if mine else []
    return questions_answered(attempt, reader)
