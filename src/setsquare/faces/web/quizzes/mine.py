"""How a person stands to quizzes: which to take, which are held and until when."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.quizzes.models import Quiz
from setsquare.domains.quizzes.standing import BEGUN, FAILED, HELD, LAPSED, UNTAKEN, Standing, standings
from setsquare.domains.quizzes.thing import ATTEMPTS, QUIZZES
from setsquare.domains.training.models import Course
from setsquare.faces.web.access import person_of, signed_in
from setsquare.faces.web.addresses import numbered, register_address
from setsquare.kernel.accounts.models import User
from setsquare.kernel.qualifications.days import last_day
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.models import Task

WORDS: dict[str, tuple[Label, str]] = {
    BEGUN: (gettext_lazy("Begun"), "blue"),
    FAILED: (gettext_lazy("Not passed"), "orange"),
    LAPSED: (gettext_lazy("No longer valid"), "orange"),
    UNTAKEN: (gettext_lazy("Not taken yet"), "grey"),
    HELD: (gettext_lazy("Passed"), "green"),
}
"""The most pressing first."""
MOST = 200


def standing_shown(standing: Standing, now: dt.datetime) -> dict[str, Any]:
    """Return how a person stands to a quiz, as pages show it."""
    record = standing.quiz.record
    word, colour = WORDS[standing.code]
    why_not = standing.why_not(now)
    running = standing.running
    return {
        "code": standing.code,
        "number": record.number,
        "title": record.title,
        "url": numbered("quiz", record.number),
        "extent": standing.quiz.extent,
        "word": word,
        "colour": colour,
        "until": last_day(standing.held.until) if standing.held is not None else None,
        "for_good": standing.held is not None and standing.held.until is None,
        "why_not": why_not if running is None else "",
        "start_url": reverse("quiz_start", args=[record.number]) if not why_not else "",
        "resume_url": reverse("quiz_take", args=[running.record.number]) if running is not None else "",
        "deadline": running.deadline if running is not None else None,
        "attempts": [
            {
                "number": one.record.number,
                "url": numbered("quiz_attempt", one.record.number),
                "result": one.result,
                "state": one.record.state,
                "submitted": one.submitted,
            }
            for one in reversed(standing.attempts)
            if one.submitted is not None
        ][:5],
    }


@signed_in
def mine_page(request: HttpRequest) -> HttpResponse:
    """Show a person the quizzes that they can take or hold, those first that a course asks of them."""
    user, now = person_of(request), timezone.now()
    seen = QUIZZES.visible_to(user).filter(state="in_force")
    quizzes = list(
        Quiz.objects.filter(pk__in=seen.values("pk"))
        .select_related("record__owner")
        .order_by("record__number")[:MOST]
    )
    found = standings(quizzes, user, now)
    asked = asked_by_courses(user)
    rows = [{**standing_shown(found[quiz.pk], now), "course": asked.get(quiz.pk)} for quiz in quizzes]
    places = list(WORDS)
    rows.sort(
        key=lambda row: (
            row["course"] is None or row["code"] == HELD,
            places.index(row["code"]),
            row["number"],
        )
    )
    context = {
        "page_title": _("My quizzes"),
        "page_lead": _("What you can take, what you passed, and until when it counts."),
        "crumbs": [(QUIZZES.plural, register_address(QUIZZES)), (_("My quizzes"), "")],
        "rows": rows,
        "attempts_url": f"{register_address(ATTEMPTS)}?whose=me",
    }
    return render(request, "quizzes/mine.html.jinja", context)


def asked_by_courses(user: User) -> dict[int, dict[str, Any]]:
    """Return the courses that a person is asked to take and that name a quiz, by the id of the quiz."""
    tasks = Task.objects.filter(assignee=user, done__isnull=True, kind="train").values("record_id")
    courses = Course.objects.filter(pk__in=tasks, quiz__isnull=False).select_related("record")
    return {
        course.quiz_id: {
            "number": course.record.number,
            "title": course.record.title,
            "url": numbered("course", course.record.number),
        }
        for course in courses.order_by("-record__number")
        if course.quiz_id is not None
    }
