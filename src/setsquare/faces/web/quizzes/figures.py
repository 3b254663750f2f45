"""The statistics of a quiz on the screen, and as a table to take away."""

import math
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from setsquare.domains.quizzes.models import Quiz
from setsquare.domains.quizzes.scopes import knows_answers
from setsquare.domains.quizzes.statistics import (
    ENOUGH,
    HEADS,
    Figures,
    QuestionFigures,
    figures,
    table_of,
)
from setsquare.domains.quizzes.table import MEDIA_TYPES
from setsquare.domains.quizzes.thing import QUIZZES
from setsquare.faces.web.access import person_of, record_at, signed_in
from setsquare.faces.web.quizzes.bank import knows, sent, version_name
from setsquare.faces.web.records.head import head_of
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing
from setsquare.kernel.representation.tables import csv_rows
from setsquare.kernel.representation.workbooks import xlsx_parts
from setsquare.kernel.writing.sentences import in_percent
from setsquare.methods.exams import AnalysedItem


def asked_version(request: HttpRequest, quiz: Quiz) -> int:
    """Return the version that is asked for, without a choice the one in force; 0 where there is none."""
    given = request.GET.get("version", "")
    if not given:
        return quiz.edition
    known = {str(one["edition"]) for one in quiz.editions}
    if given not in known:
        raise Http404
    return int(given)


def statistics_tab(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Show what the attempts at a version tell."""
    quiz: Quiz = record.quiz
    context = head_of(request, thing, record, "statistics")
    if not knows(context["situation"]):
        raise Http404
    edition = asked_version(request, quiz)
    content = quiz.at(edition)
    context |= {
        "edition": edition,
        "versions": [(one["edition"], version_name(str(one["edition"]))) for one in reversed(quiz.editions)],
    }
    if content is not None:
        found = figures(quiz, edition, content)
        context |= _context(found, record)
    return render(request, "quizzes/statistics.html.jinja", context)


def _context(found: Figures, record: Record) -> dict[str, Any]:
    analysis = found.analysis
    tiles = [
        {"label": _("Attempts"), "value": found.attempts, "note": _("by %(n)s people") % {"n": found.people}},
        {"label": _("Passed"), "value": _percent(found.passed, found.attempts), "note": ""},
        {"label": _("Mean result"), "value": _percent(found.mean_percent, 100), "note": ""},
        {
            "label": _("Reliability"),
            "value": _number(analysis.alpha) if analysis is not None else "–",
            "note": _("Cronbach’s alpha, KR-20"),
        },
    ]
    names = [f"{10 * place}–{10 * place + 10}" for place in range(10)]
    questions = [_question_shown(one) for one in found.questions]
    export = reverse("quiz_statistics_export", args=[record.number, "xlsx"])
    return {
        "found": found,
        "tiles": tiles,
        "enough": ENOUGH,
        "spread": {
            "kind": "bar",
            "labels": names,
            "axis": _("Percent reached"),
            "series": [{"name": _("Attempts"), "values": list(found.spread)}],
        },
        "difficulty": {
            "kind": "bar",
            "labels": [one.question.code for one in found.questions],
            "axis": _("Question"),
            "series": [
                {
                    "name": _("Right in %"),
                    "values": [
                        in_percent(_right(one.item), one.item.answered) if one.item.answered else None
                        for one in found.questions
                    ],
                }
            ],
        },
        "questions": questions,
        "remarked": [row for row in questions if row["remarks"]],
        "exports": [
            (form.upper(), export.replace("xlsx", form) + f"?version={found.edition}") for form in MEDIA_TYPES
        ],
    }


def _question_shown(one: QuestionFigures) -> dict[str, Any]:
    item = one.item
    return {
        "code": one.question.code,
        "text": one.question.text,
        "section": one.question.section,
        "answered": item.answered,
        "unanswered": one.unanswered,
        "difficulty": _percent(_right(item), item.answered),
        "correlation": _number(item.rest_correlation),
        "upper_lower": _number(item.upper_lower),
        "remarks": one.remarks,
        "chosen": [
            {"text": option.text, "right": option.right, "count": option.count} for option in one.chosen
        ],
    }


def _number(value: float) -> str:
    return "–" if math.isnan(value) else number_format(round(value, 2), decimal_pos=2)


def _percent(part: float, whole: int) -> str:
    return "–" if not whole or math.isnan(part) else f"{in_percent(part, whole)}\u00a0%"


def _right(item: AnalysedItem) -> int:
    """Return how many had a question right: its points are given whole or not at all."""
    return round(item.difficulty * item.answered) if item.answered else 0


@signed_in
def statistics_export(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Send the statistics of a version as a table, a row for each question."""
    record = record_at(request, QUIZZES, number)
    quiz: Quiz = record.quiz
    if form not in MEDIA_TYPES or not knows_answers(record, person_of(request)):
        raise Http404
    edition = asked_version(request, quiz)
    content = quiz.at(edition)
    if content is None:
        raise Http404
    rows = table_of(figures(quiz, edition, content))
    data = (
        "".join(csv_rows(HEADS, rows)).encode()
        if form == "csv"
        else b"".join(xlsx_parts(_("Statistics"), HEADS, rows))
    )
    return sent(data, f"{record.number} statistics {edition}.{form}", MEDIA_TYPES[form])
