"""The bank of questions on the screen, for who knows the answers; its draft, its versions, and what differs."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from setsquare.domains.quizzes import table
from setsquare.domains.quizzes.commands.drafting import KINDS, SHOWN, SetRules
from setsquare.domains.quizzes.content import CHOICES, TRUE_FALSE, Content, Question
from setsquare.domains.quizzes.differing import Difference, difference
from setsquare.domains.quizzes.models import Quiz
from setsquare.domains.quizzes.scopes import knows_answers
from setsquare.domains.quizzes.standing import standings
from setsquare.domains.quizzes.thing import QUIZZES
from setsquare.faces.web.access import person_of, record_at, signed_in, situation_of
from setsquare.faces.web.addresses import command_address, record_address
from setsquare.faces.web.dialogs.asking import Asking
from setsquare.faces.web.dialogs.command import answer, command_form
from setsquare.faces.web.forms.fields import fields_of
from setsquare.faces.web.quizzes.mine import standing_shown
from setsquare.faces.web.records.head import head_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.bodies import shown
from setsquare.kernel.commands.declaration import Command, Situation, command_of
from setsquare.kernel.commands.running import why_not_permitted, why_wrong_state
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing
from setsquare.kernel.representation.past import Past

DRAFT = "draft"


def knows(situation: Situation) -> bool:
    """Show a tab to those who know the answers."""
    return knows_answers(situation.subject, situation.user)


def overview_part(request: HttpRequest, _thing: Thing, record: Record) -> dict[str, Any]:
    """Show how the person stands to the quiz; to who knows the answers its questions as well."""
    quiz: Quiz = record.quiz
    person, now = person_of(request), timezone.now()
    standing = standings([quiz], person, now)[quiz.pk]
    context: dict[str, Any] = {"standing": standing_shown(standing, now), "asks": not standing.why_not(now)}
    if not knows_answers(record, person):
        return context
    beside = quiz.drafted if quiz.in_force is not None else None
    context |= questions_shown(request, record, quiz.in_force or quiz.latest, writes=beside is None)
    if quiz.in_force is not None and beside is not None:
        words = difference(quiz.in_force, beside).in_words
        context["draft"] = {"words": words, "url": record_address(record, DRAFT)}
    return context


def overview_then(request: HttpRequest, _thing: Thing, past: Past) -> dict[str, Any]:
    """Show the questions as they stood, to who knows the answers."""
    if not past.readable or not knows_answers(past.record, person_of(request)):
        return {}
    quiz: Quiz = past.record.quiz
    return questions_shown(request, past.record, quiz.in_force or quiz.latest, writes=False)


def draft_shown(situation: Situation) -> bool:
    """Show the tab where there is a draft beside what is in force, to who knows the answers."""
    quiz: Quiz = situation.detail
    return bool(quiz.draft and quiz.content) and knows(situation)


def draft_tab(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Show the draft of the next version, and what it changes."""
    quiz: Quiz = record.quiz
    context = head_of(request, thing, record, DRAFT)
    if not draft_shown(context["situation"]) or quiz.in_force is None or quiz.drafted is None:
        raise Http404
    found = difference(quiz.in_force, quiz.drafted)
    context |= questions_shown(request, record, quiz.drafted, writes=True, found=found)
    context |= changes_shown(found, quiz.in_force, quiz.drafted)
    return render(request, "quizzes/draft.html.jinja", context)


def versions_tab(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """List the versions, and compare two of them; without a choice the newest with the one before."""
    quiz: Quiz = record.quiz
    context = head_of(request, thing, record, "versions")
    if not knows(context["situation"]):
        raise Http404
    people = User.objects.in_bulk({one["by"] for one in quiz.editions}, field_name="username")
    context["rows"] = [
        {**one, "released": parse_datetime(one["released"]), "by": people.get(one["by"])}
        for one in reversed(quiz.editions)
    ]
    known = [*([DRAFT] if quiz.draft else []), *(str(one["edition"]) for one in reversed(quiz.editions))]
    context["known"] = [(code, version_name(code)) for code in known]
    if len(known) > 1:
        old, new = (
            _chosen(request, name, known, usual) for name, usual in (("from", known[1]), ("to", known[0]))
        )
        before, after = version_of(quiz, old), version_of(quiz, new)
        context |= {"old": old, "new": new, **changes_shown(difference(before, after), before, after)}
    return render(request, "quizzes/versions.html.jinja", context)


def version_of(quiz: Quiz, code: str) -> Content:
    """Return a version by its number, or the `draft`; raises Http404."""
    found = (
        quiz.drafted if code == DRAFT else quiz.at(int(code)) if code.isdigit() and len(code) < 9 else None
    )
    if found is None:
        raise Http404
    return found


def version_name(code: str) -> str:
    """Return what a version is called."""
    return _("Draft") if code == DRAFT else _("Version %(number)s") % {"number": code}


def _chosen(request: HttpRequest, name: str, known: list[str], usual: str) -> str:
    given = request.GET.get(name, "")
    return given if given in known else usual


def questions_shown(
    request: HttpRequest, record: Record, content: Content, *, writes: bool, found: Difference | None = None
) -> dict[str, Any]:
    """Return what the template of the bank reads."""
    writes = writes and _may_write(request, record)
    marks = {} if found is None else {one.code: "added" for one in found.added}
    marks |= {} if found is None else {new.code: "changed" for _old, new in found.changed}
    rows = [
        _row(record, question, marks.get(question.code, ""), writes=writes) for question in content.questions
    ]
    edition = "?version=draft" if found is not None else ""
    return {
        "bank": [row for row in rows if not row["question"].retired],
        "retired": [row for row in rows if row["question"].retired],
        "downloads": [
            (form.upper(), reverse("quiz_export", args=[record.number, form]) + edition)
            for form in table.MEDIA_TYPES
        ]
        if record.pk is not None
        else [],
    }


def _may_write(request: HttpRequest, record: Record) -> bool:
    add = command_of("quiz", "add_question")
    if record.pk is None or why_wrong_state(add, record):
        return False
    return why_not_permitted(add, situation_of(request, QUIZZES, record)) is None


def _row(record: Record, question: Question, mark: str, *, writes: bool) -> dict[str, Any]:
    def command(name: str) -> str:
        return f"{command_address(record, name)}?{urlencode({'code': question.code})}" if writes else ""

    return {
        "question": question,
        "kind": KINDS[question.kind],
        "mark": mark,
        "change": command("change_question"),
        "move": command("move_question"),
        "retire": command("restore_question" if question.retired else "retire_question"),
    }


def changes_shown(found: Difference, old: Content, new: Content) -> dict[str, Any]:
    """Return what differs between two contents, each question and rule before and after."""
    was, now = old.rules.model_dump(), new.rules.model_dump()
    return {
        "found": found,
        "changed_rules": [
            (shown(SetRules, name).label, _rule(name, was[name]), _rule(name, now[name]))
            for name in found.rules
        ],
        "changed_questions": [(after, list(_told(before, after))) for before, after in found.changed],
    }


def _rule(name: str, value: Any) -> str:
    if name == "shows":
        return str(SHOWN[value])
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "" if value is None else str(value)


def _told(old: Question, new: Question) -> Sequence[tuple[str, str, str]]:
    def said(one: Question) -> Mapping[str, str]:
        return {
            _("Kind"): str(KINDS[one.kind]),
            _("Question"): one.text,
            _("Options"): "\n".join(
                f"{'✓' if option.right else '–'} {option.text}"
                for option in one.options
                if one.kind in CHOICES
            ),
            _("Right answer"): "" if one.kind in CHOICES else one.right_in_words,
            _("Points"): str(one.points),
            _("Section"): one.section,
            _("Explanation"): one.explanation,
        }

    before, after = said(old), said(new)
    return [(name, before[name], after[name]) for name in after if before[name] != after[name]]


def change_page(request: HttpRequest, thing: Thing, record: Record) -> HttpResponseBase:
    """Show the form for the question whose code the address gives, or carry the change out."""
    return answer(request, thing, command_of(thing.code, "change_question"), record, _filled)


def _filled(
    request: HttpRequest, command: Command, situation: Situation, asking: Asking, **more: Any
) -> HttpResponse:
    question = situation.detail.latest.by_code.get(request.GET.get("code", ""))
    if request.method == "GET" and question is not None and knows(situation):
        said = question.model_dump(mode="json", exclude={"retired"})
        if question.kind == TRUE_FALSE:
            said |= {"truth": question.accepted[0] if question.accepted else None, "accepted": []}
        asking.fields = fields_of(command.body, said, {}, situation.user)
    return command_form(request, command, situation, asking, **more)


@signed_in
def quiz_export(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Send the questions with what is right as a table, to who knows it."""
    record = record_at(request, QUIZZES, number)
    if form not in table.MEDIA_TYPES or not knows_answers(record, person_of(request)):
        raise Http404
    quiz: Quiz = record.quiz
    code = request.GET.get("version", "")
    content = version_of(quiz, code) if code else (quiz.in_force or quiz.latest)
    return sent(
        table.written(content, form), f"{record.number} {record.title}.{form}", table.MEDIA_TYPES[form]
    )


def sent(data: bytes, name: str, media_type: str) -> HttpResponse:
    """Return a file to take away."""
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    return response
