"""Taking a quiz on the screen: one page of questions, kept as one goes, handed in once."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from setsquare.domains.quizzes.commands.attempting import Answered, AnswerRow
from setsquare.domains.quizzes.content import PLACED
from setsquare.domains.quizzes.models import QuizAttempt
from setsquare.domains.quizzes.scopes import shows_right
from setsquare.domains.quizzes.scoring import OPEN, misfit
from setsquare.domains.quizzes.showing import questions_answered, questions_asked
from setsquare.domains.quizzes.thing import ATTEMPTS, QUIZZES
from setsquare.faces.web.access import actor_of, person_of, record_at, redirect_for, signed_in
from setsquare.faces.web.addresses import numbered, record_address, register_address
from setsquare.kernel.commands.errors import CommandError, NotFound, WrongState
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing


@require_POST
@signed_in
def start_page(request: HttpRequest, number: str) -> HttpResponse:
    """Begin a quiz, or go on with what was begun."""
    record = record_at(request, QUIZZES, number)
    running = QuizAttempt.objects.filter(
        quiz_id=record.pk, person=person_of(request), record__state="started"
    ).select_related("record")
    attempt = running.first()
    if attempt is not None:
        return redirect_for(request, reverse("quiz_take", args=[attempt.record.number]))
    try:
        done = carry_out("quiz_attempt", "start", actor_of(request), body={"quiz": record})
    except CommandError as refused:
        messages.error(request, str(refused.sentence))
        return redirect_for(request, record_address(record))
    return redirect_for(request, reverse("quiz_take", args=[done.record.number]))


def _own(request: HttpRequest, number: str) -> Record:
    """Return the person's own attempt; that of another one is not there to be taken."""
    record = record_at(request, ATTEMPTS, number)
    if record.quiz_attempt.person_id != person_of(request).pk:
        raise Http404
    return record


@signed_in
def take_page(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show the questions; posted, keep the answers and hand the attempt in."""
    record = _own(request, number)
    if request.method == "POST":
        return _sent(request, record)
    if record.state != "started":
        return redirect_for(request, record_address(record))
    return _shown(request, record, {}, {})


@require_POST
@signed_in
def keep_page(request: HttpRequest, number: str) -> HttpResponse:
    """Keep what was answered so far; what cannot be an answer waits until it is put right."""
    record = _own(request, number)
    given, wrong = _given(request, record.quiz_attempt)
    try:
        carry_out("quiz_attempt", "answer", actor_of(request), record=record, body=_body(given, wrong))
    except CommandError as refused:
        return JsonResponse({"detail": str(refused.sentence)}, status=409)
    return JsonResponse({"saved_at": timezone.now().isoformat(), "wrong": list(wrong.values())})


def _sent(request: HttpRequest, record: Record) -> HttpResponseBase:
    attempt: QuizAttempt = record.quiz_attempt
    given, wrong = _given(request, attempt)
    left = _unanswered(attempt, given)
    sure = left <= _sure(request)
    name = "submit" if "submit" in request.POST and not wrong and sure else "answer"
    try:
        done = carry_out("quiz_attempt", name, actor_of(request), record=record, body=_body(given, wrong))
    except NotFound:
        raise Http404 from None
    except WrongState as refused:
        sentence = str(refused.sentence)
        if refused.state and refused.state != "started":
            sentence = _("%(number)s was handed in already; what you sent now does not count.")
            sentence %= {"number": record.number}
        messages.error(request, sentence)
        return redirect_for(request, record_address(record))
    except CommandError as refused:
        return _shown(request, record, given, {"": str(refused.sentence)})
    if wrong:
        return _shown(request, done.record, given, wrong)
    if "submit" in request.POST and not sure:
        return _shown(request, done.record, given, {}, left)
    if name == "answer":
        messages.success(request, _("Your answers are kept; you can go on at any time."))
        return redirect_for(request, register_address(QUIZZES) + "mine/")
    tell = messages.success if done.record.state == "passed" else messages.info
    tell(request, done.conclusion)
    return redirect_for(request, record_address(record))


def _unanswered(attempt: QuizAttempt, given: Mapping[str, list[str]]) -> int:
    """Return to how many questions nothing is answered, with what was sent now."""
    return sum(not given.get(one["question"], attempt.answers.get(one["question"])) for one in attempt.drawn)


def _sure(request: HttpRequest) -> int:
    """Return how many questions the person said may stay without an answer."""
    given = request.POST.get("sure", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 0


def _given(request: HttpRequest, attempt: QuizAttempt) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return what was answered since the page was shown, and what of it cannot be an answer, by question.

    A field that still says what it said then is left out: a page that stood open elsewhere takes nothing back.
    """
    given, wrong = {}, {}
    for place, one in enumerate(attempt.drawn):
        answer = [text.strip() for text in request.POST.getlist(f"q{place}") if text.strip()]
        if attempt.content.by_code[one["question"]].kind in PLACED and set(answer) == {OPEN}:
            answer = []
        if "|".join(answer) == request.POST.get(f"was{place}", ""):
            continue
        given[one["question"]] = answer
        if why := misfit(attempt.content.by_code[one["question"]], answer):
            wrong[one["question"]] = why
    return given, wrong


def _body(given: Mapping[str, list[str]], wrong: Mapping[str, str]) -> Answered:
    rows = [AnswerRow(question=code, answer=answer) for code, answer in given.items() if code not in wrong]
    return Answered(answers=rows)


def _shown(
    request: HttpRequest,
    record: Record,
    given: Mapping[str, list[str]],
    wrong: Mapping[str, str],
    left: int = 0,
) -> HttpResponse:
    """Show the questions; where so many are `left` without an answer, ask whether it is to be handed in."""
    attempt: QuizAttempt = record.quiz_attempt
    questions = [
        {
            **one,
            "place": place,
            "answer": given.get(one["question"], one["answer"]),
            "was": "|".join(one["answer"]),
            "error": wrong.get(one["question"], ""),
        }
        for place, one in enumerate(questions_asked(attempt))
    ]
    context = {
        "page_title": record.title,
        "crumbs": [
            (QUIZZES.plural, register_address(QUIZZES)),
            (attempt.quiz.record.number, numbered("quiz", attempt.quiz.record.number)),
            (record.number, ""),
        ],
        "record": record,
        "attempt": attempt,
        "rules": attempt.content.rules,
        "questions": questions,
        "left": left,
        "first_left": next((place for place, one in enumerate(questions, 1) if not one["answer"]), 0),
        "answered": sum(1 for one in questions if one["answer"]),
        "whole_error": wrong.get("", ""),
        "keep_url": reverse("quiz_keep", args=[record.number]),
    }
    return render(request, "quizzes/take.html.jinja", context, status=422 if wrong else 200)


def attempt_part(request: HttpRequest, _thing: Thing, record: Record) -> dict[str, Any]:
    """Show what came of an attempt, and of each question as much as the person may know."""
    attempt: QuizAttempt = record.quiz_attempt
    person = person_of(request)
    own = attempt.person_id == person.pk
    running = record.state == "started"
    right = shows_right(attempt, person)
    rules = attempt.content.rules
    return {
        "attempt": attempt,
        "own": own,
        "running": running,
        "asks": own and running,
        "take_url": reverse("quiz_take", args=[record.number]) if own and running else "",
        "rules": rules,
        "right": right,
        "shows": rules.shows,
        "questions": questions_answered(attempt, person),
    }
