"""What the attempts at a version of a quiz tell: of the quiz, and of each of its questions.

Of questions each person's first attempt counts alone: who takes a quiz again has seen it.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from setsquare.domains.quizzes.content import (
    CHOICES,
    PLACED,
    TRUE_FALSE,
    TRUTHS,
    Content,
    Question,
    truth_in_words,
)
from setsquare.domains.quizzes.models import Quiz, QuizAttempt
from setsquare.domains.quizzes.scoring import chosen, in_words, is_right, marks
from setsquare.kernel.writing.sentences import quoted
from setsquare.methods.exams import AnalysedItem, ItemAnalysis, item_analysis

ENOUGH = 8
"""Of fewer people nothing is said of a question in words."""
MANY = 20
"""Of fewer people it says nothing that an option was never chosen."""
EASY, HARD, WEAK, AGAINST = 0.95, 0.2, 0.2, -0.1
MOST_TEXTS = 8
"""Different numbers or texts that are told of a question."""


@dataclass(frozen=True)
class Chosen:
    """An answer, and how often it was given."""

    text: str
    right: bool
    count: int


@dataclass(frozen=True)
class QuestionFigures:
    """What the attempts tell of one question."""

    question: Question
    item: AnalysedItem
    chosen: tuple[Chosen, ...]
    unanswered: int

    @property
    def remarks(self) -> list[str]:
        """Return what is to be looked at, in words."""
        return list(_remarks(self)) if self.item.answered >= ENOUGH else []


@dataclass(frozen=True)
class Figures:
    """What the attempts at a version tell."""

    edition: int
    attempts: int
    passed: int
    mean_percent: float
    people: int
    spread: tuple[int, ...]
    """Attempts that reached 0 to under 10 %, ... , 90 to 100 %."""
    analysis: ItemAnalysis | None
    """None where nobody handed one in."""
    questions: tuple[QuestionFigures, ...]


def figures(quiz: Quiz, edition: int, content: Content) -> Figures:
    """Return what the attempts tell that were handed in and are not void; in one query."""
    rows = QuizAttempt.objects.filter(quiz=quiz, edition=edition, record__state__in=("passed", "failed"))
    done = list(
        rows.order_by("started", "pk").values("person_id", "drawn", "answers", "percent", "record__state")
    )
    first = list({row["person_id"]: row for row in reversed(done)}.values())[::-1]
    percents = [row["percent"] for row in done if row["percent"] is not None]
    spread = Counter(min(int(percent // 10), 9) for percent in percents)
    analysis = _analysed(content, first) if first else None
    items = {item.name: item for item in analysis.questions} if analysis is not None else {}
    return Figures(
        edition=edition,
        attempts=len(done),
        passed=sum(row["record__state"] == "passed" for row in done),
        mean_percent=float(sum(percents, Decimal(0)) / len(percents)) if percents else math.nan,
        people=len(first),
        spread=tuple(spread[place] for place in range(10)),
        analysis=analysis,
        questions=tuple(
            _of_question(question, items[question.code], first)
            for question in content.questions
            if question.code in items
        ),
    )


def _analysed(content: Content, rows: Sequence[dict[str, Any]]) -> ItemAnalysis:
    asked = {one["question"] for row in rows for one in row["drawn"]}
    questions = [question for question in content.questions if question.code in asked]
    points = []
    for row in rows:
        got = marks(content, row["drawn"], row["answers"])
        points.append([got.get(question.code) for question in questions])
    return item_analysis(
        points, [question.points for question in questions], names=[question.code for question in questions]
    )


def _of_question(question: Question, item: AnalysedItem, rows: Sequence[dict[str, Any]]) -> QuestionFigures:
    given: Counter[Any] = Counter()
    unanswered = 0
    for row in rows:
        order = next((one["order"] for one in row["drawn"] if one["question"] == question.code), None)
        if order is None:
            continue
        answer = row["answers"].get(question.code, [])
        unanswered += not answer
        if question.kind in CHOICES:
            given.update(chosen(answer, order))
        elif answer:
            given[answer[0] if question.kind == TRUE_FALSE else in_words(question, answer, order)] += 1
    return QuestionFigures(question, item, tuple(_chosen(question, given)), unanswered)


def _chosen(question: Question, given: Counter[Any]) -> Iterator[Chosen]:
    if question.kind in CHOICES:
        for place, option in enumerate(question.options):
            yield Chosen(option.text, option.right, given[place])
    elif question.kind == TRUE_FALSE:
        for said in TRUTHS:
            yield Chosen(truth_in_words(said), said in question.accepted, given[said])
    else:
        for text, count in given.most_common(MOST_TEXTS):
            right = (
                text == question.right_in_words if question.kind in PLACED else is_right(question, [text], ())
            )
            yield Chosen(text, right, count)


def _remarks(one: QuestionFigures) -> Iterator[str]:
    item = one.item
    if item.rest_correlation < AGAINST:
        yield _(
            "Those who do well otherwise get it wrong more often. Look whether the right answer is marked right, and "
            "whether the wording misleads."
        )
    elif item.rest_correlation < WEAK:
        yield _("It hardly tells those who know from those who do not.")
    if item.difficulty >= EASY:
        yield _("Nearly everybody has it right, so it tells nobody apart.")
    elif item.difficulty <= HARD:
        yield _("Nearly nobody has it right: too hard, not taught, or not clear.")
    if one.question.kind in CHOICES and item.answered >= MANY:
        never = [option.text for option in one.chosen if not option.count and not option.right]
        if never:
            yield _("Nobody chooses: %(options)s.") % {"options": "; ".join(map(quoted, never))}


HEADS = (
    "code",
    "section",
    "question",
    "points",
    "answered",
    "difficulty",
    "correlation",
    "upper_lower",
    "remarks",
)
"""Headings of the statistics as a table."""


def table_of(found: Figures) -> Iterator[list[str]]:
    """Yield a row for each question, as an export has it; what cannot be reckoned is empty."""
    for one in found.questions:
        question, item = one.question, one.item
        numbers = (item.difficulty, item.rest_correlation, item.upper_lower)
        yield [
            question.code,
            question.section,
            question.text,
            str(question.points),
            str(item.answered),
            *("" if math.isnan(number) else f"{number:.3f}" for number in numbers),
            " ".join(one.remarks),
        ]


def values_of(found: Figures) -> dict[str, Any]:
    """Return the statistics as JSON holds them."""
    analysis = found.analysis.to_dict() if found.analysis is not None else {}
    items = {item["name"]: item for item in analysis.pop("questions", ())}
    return {
        "version": found.edition,
        "attempts": found.attempts,
        "passed": found.passed,
        "share_passed": found.passed / found.attempts if found.attempts else None,
        "mean_percent": None if math.isnan(found.mean_percent) else round(found.mean_percent, 2),
        "people": found.people,
        "spread": list(found.spread),
        "alpha": analysis.get("alpha"),
        "standard_error": analysis.get("error"),
        "questions": [
            {
                "code": one.question.code,
                "section": one.question.section,
                "text": one.question.text,
                "answered": one.item.answered,
                "unanswered": one.unanswered,
                "difficulty": items[one.question.code]["difficulty"],
                "rest_correlation": items[one.question.code]["rest_correlation"],
                "upper_lower": items[one.question.code]["upper_lower"],
                "chosen": [
                    {"text": option.text, "right": option.right, "count": option.count}
                    for option in one.chosen
                ],
                "remarks": one.remarks,
            }
            for one in found.questions
        ],
    }
