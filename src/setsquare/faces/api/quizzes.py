"""What quizzes have besides what every record has: the questions of an attempt, the bank, its statistics."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.domains.quizzes import table
from setsquare.domains.quizzes.content import Content
from setsquare.domains.quizzes.models import Quiz
from setsquare.domains.quizzes.scopes import knows_answers
from setsquare.domains.quizzes.showing import questions_for
from setsquare.domains.quizzes.statistics import figures, values_of
from setsquare.domains.quizzes.thing import ATTEMPTS, QUIZZES
from setsquare.faces.api.answering import PRIVATE, digest_of, respond
from setsquare.faces.api.callers import caller_of
from setsquare.faces.api.describing import parameter, says
from setsquare.faces.api.reading import Parameters
from setsquare.faces.api.registers import find
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import NotFound, NotPermitted, Refused
from setsquare.kernel.records.models import Record


def add_quizzes(api: NinjaAPI) -> None:
    """Add the addresses of questions and statistics; they come before the generic ones."""
    version = parameter("version", "A number, or draft; without it what is in force, before that the draft.")
    form = parameter("format", "A table.", enum=list(table.MEDIA_TYPES), default="csv")
    tags = [str(QUIZZES.plural)]
    api.get(
        f"/{ATTEMPTS.slug}/{{path:number}}:questions",
        operation_id="quiz_attempts.questions",
        summary="What an attempt asks; once it is handed in, what was answered and may be known of it",
        tags=[str(ATTEMPTS.plural)],
        openapi_extra=says("The questions.", "Page", errors=(404,)),
    )(questions)
    api.get(
        f"/{QUIZZES.slug}/{{path:number}}:export",
        operation_id="quizzes.take_away",
        summary="Take the questions away with what is right, for who manages the quiz",
        tags=tags,
        openapi_extra=says(
            "The file.",
            None,
            parameters=[form, version],
            errors=(404, 422),
            media_type="application/octet-stream",
        ),
    )(bank)
    api.get(
        f"/{QUIZZES.slug}/{{path:number}}:statistics",
        operation_id="quizzes.statistics",
        summary="What the attempts at a version tell of the quiz and of each question",
        tags=tags,
        openapi_extra=says("The statistics.", "Values", parameters=[version], errors=(404, 422)),
    )(statistics)


def questions(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the questions of an attempt, as far as the caller may see them."""
    caller = caller_of(request)
    caller.require(Scope.READ, ATTEMPTS.code)
    record = find(ATTEMPTS, caller.user, number)
    items = questions_for(record.quiz_attempt, caller.user)
    return respond(request, {"items": items}, tag=digest_of(items))


def _known(request: HttpRequest, number: str) -> Record:
    caller = caller_of(request)
    caller.require(Scope.READ, QUIZZES.code)
    record = find(QUIZZES, caller.user, number)
    if not knows_answers(record, caller.user):
        raise NotPermitted(_("Questions and statistics are for who manages the quiz."))
    return record


def content_of(quiz: Quiz, version: str) -> Content:
    """Return a version by its number, or the `draft`; without a choice what is in force, before that the draft."""
    if not version:
        return quiz.in_force or quiz.latest
    found = quiz.drafted if version == "draft" else None
    if version.isascii() and version.isdigit() and len(version) < 9:
        found = quiz.at(int(version))
    if found is None:
        raise NotFound
    return found


def bank(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the questions of a quiz as a table."""
    record = _known(request, number)
    asked = Parameters(request, "format", "version")
    form = asked.text("format") or "csv"
    if form not in table.MEDIA_TYPES:
        expected = ", ".join(table.MEDIA_TYPES)
        raise Refused({"format": _("Choose one of: %(expected)s.") % {"expected": expected}})
    data = table.written(content_of(record.quiz, asked.text("version")), form)
    answer = HttpResponse(data, content_type=table.MEDIA_TYPES[form])
    name = f"{record.number} {record.title}.{form}"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = PRIVATE
    return answer


def statistics(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with what the attempts at a version tell."""
    record = _known(request, number)
    quiz: Quiz = record.quiz
    version = Parameters(request, "version").text("version") or str(quiz.edition)
    if version == "draft" or version == "0":
        raise NotFound
    content = content_of(quiz, version)
    values = values_of(figures(quiz, int(version), content))
    return respond(request, values, tag=digest_of(values))
