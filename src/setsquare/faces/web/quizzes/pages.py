"""Where the hand-made pages of quizzes hang."""

from typing import Any

from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.faces.web.pages import Part, PastPart, Tab, add_urls, extend
from setsquare.faces.web.quizzes import bank, figures, mine, taking

ICONS = {
    "set_rules": "adjustments-horizontal",
    "add_question": "plus",
    "import_questions": "upload",
    "discard_draft": "trash",
    "withdraw": "circle-x",
    "void": "circle-x",
}
WAYS = ((gettext_lazy("My quizzes"), "my_quizzes", "user-check"),)


def told_text(_value: Any, _request: HttpRequest) -> str:
    """Tell a content in the history by saying that it is one, not by its digest."""
    return _("(content)")


def told_versions(value: Any, _request: HttpRequest) -> str:
    """Tell versions in the history by their numbers and what changed with each."""
    return "; ".join(f"{one['edition']}: {one['summary']}" for one in value or ())


def told_answers(value: Any, _request: HttpRequest) -> str:
    """Tell answers in the history by question, as places among the options or as they were written."""
    return "; ".join(f"{code}: {', '.join(answer)}" for code, answer in sorted((value or {}).items()))


def told_drawn(value: Any, _request: HttpRequest) -> str:
    """Tell the questions that were drawn by their codes."""
    return ", ".join(one["question"] for one in value or ())


extend(
    "quiz",
    overview=Part("quizzes/overview.html.jinja", bank.overview_part),
    then=PastPart("quizzes/overview.html.jinja", bank.overview_then),
    tabs=(
        Tab("draft", gettext_lazy("Draft"), bank.draft_tab, bank.draft_shown),
        Tab(
            "versions",
            gettext_lazy("Versions"),
            bank.versions_tab,
            bank.knows,
            count=lambda record: record.quiz.edition,
        ),
        Tab("statistics", gettext_lazy("Statistics"), figures.statistics_tab, bank.knows),
    ),
    commands={"change_question": bank.change_page},
    register=WAYS,
    values={"content": told_text, "draft": told_text, "editions": told_versions},
    icons=ICONS,
)
extend(
    "quiz_attempt",
    overview=Part("quizzes/attempt.html.jinja", taking.attempt_part),
    register=WAYS,
    values={"answers": told_answers, "drawn": told_drawn},
    icons=ICONS,
)
add_urls(
    [
        path("quizzes/mine/", mine.mine_page, name="my_quizzes"),
        path("quizzes/<number:number>/start/", taking.start_page, name="quiz_start"),
        path(
            "quizzes/<number:number>/statistics/export/<slug:form>/",
            figures.statistics_export,
            name="quiz_statistics_export",
        ),
        path("quizzes/<number:number>/export/<slug:form>/", bank.quiz_export, name="quiz_export"),
        path("quiz-attempts/<number:number>/take/", taking.take_page, name="quiz_take"),
        path("quiz-attempts/<number:number>/take/keep/", taking.keep_page, name="quiz_keep"),
    ]
)
