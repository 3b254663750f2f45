"""Courses that close gaps, on the pages of gaps: what leads there, who lacks a component, and asking people."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from setsquare.domains.competence.gaps.cells import stand
from setsquare.domains.competence.gaps.people import who_lack
from setsquare.domains.competence.gaps.standing import Cell
from setsquare.domains.competence.models import Component
from setsquare.domains.competence.thing import FRAMEWORKS
from setsquare.domains.development.scopes import leads
from setsquare.domains.training.permissions import MANAGE
from setsquare.domains.training.thing import COURSES
from setsquare.faces.web.access import actor_of, record_at, redirect_for, signed_in
from setsquare.faces.web.addresses import numbered, view_address
from setsquare.faces.web.gaps.asking import NAMES, Asked
from setsquare.faces.web.gaps.heat import page_of
from setsquare.faces.web.gaps.words import words
from setsquare.faces.web.navigation import reach_of
from setsquare.flows.gaps_to_courses import (
    Offer,
    ask,
    asked_since,
    helps,
    of_component,
    offers,
    part_of,
    standing_of,
    standing_to,
    trained_by,
)
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.errors import CommandError

PLANNED = 10
"""Gaps with which the form of a plan is filled."""


def component_address(component: Component) -> str:
    """Return the page of who lacks a component."""
    return view_address("gaps_component", component.framework.record.number, component.code)


def courses_for(asked: Asked, person: User, rows: Sequence[tuple[Component, Cell]]) -> list[dict[str, Any]]:
    """Return the courses that lead a person further in what they lack, each with how it can be asked for."""
    short = [(component, cell) for component, cell in rows if cell.gap]
    found = offers(asked.user, [component for component, _cell in short]) if short else {}
    if not found:
        return []
    courses = {one.course.pk for several in found.values() for one in several}
    standing = standing_to(person, courses)
    runs = _runs_training(asked) and trained_by(asked.user, User.objects.filter(pk=person.pk)).exists()
    return [
        {
            "component": component,
            "number": one.course.number,
            "title": one.course.title,
            "url": numbered("course", one.course.number),
            "level": one.level,
            "standing": standing.get(one.course.pk, ""),
            "ask_url": _ask_address(component, person) if runs and one.course.pk not in standing else "",
        }
        for component, cell in short
        for one in found.get(part_of(component), ())
        if helps(one, cell)
    ]


def _ask_address(component: Component, person: User) -> str:
    about = component.framework.record.number, component.code
    return f"{view_address('gaps_ask', *about)}?{urlencode({'person': person.username})}"


def _runs_training(asked: Asked) -> bool:
    """Tell whether somebody may run training anywhere, and looks at today: nobody is asked for another day."""
    return asked.day is None and MANAGE in reach_of(asked.request).permissions


def plan_address(asked: Asked, person: User, rows: Sequence[tuple[Component, Cell]]) -> str:
    """Return where a plan of a person's is written, filled with their gaps of one framework; empty where not."""
    gaps = [(component, cell) for component, cell in rows if cell.gap]
    creating = reach_of(asked.request).creating.get("development_plan", ())
    if not gaps or not any(command.name == "create" for command in creating):
        return ""
    if person.pk != asked.user.pk and not leads(asked.user, person):
        return ""
    number = gaps[0][0].framework.record.number
    of_one = [(one, cell) for one, cell in gaps if one.framework.record.number == number][:PLANNED]
    told = {"person": person.username}
    for place, (component, cell) in enumerate(of_one):
        at = f"targets.{place}"
        told |= {f"{at}.subject": number, f"{at}.topic": component.code, f"{at}.level": str(cell.required)}
    return f"/development-plans/new/create/?{urlencode(told)}"


def _component_at(asked: Asked, number: str, code: str) -> Component:
    """Return a component that is asked of people whom somebody follows, or whose framework they see; else 404."""
    found = Component.objects.filter(framework__record__number=number, code=code)
    component = found.select_related("framework__record").first()
    if component is None:
        raise Http404
    if component.pk in {row.component_id for rows in asked.all_asks.values() for row in rows}:
        return component
    if FRAMEWORKS.visible_to(asked.user).filter(pk=component.framework_id).exists():
        return component
    raise Http404


@signed_in
def component_page(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """Show who lacks a component at the level that is asked of them, and the courses that lead there."""
    asked = Asked(request, ("at", "unit", "profile"))
    component = _component_at(asked, number, code)
    people = who_lack(asked.counted, asked.asking, component.pk)
    page = page_of(people, request.GET.get("after", ""))
    found = stand(page.rows, asked.asking, of_component(asked.asks, component))
    here = component_address(component)
    context = asked.frame(
        component.title,
        _("Who lacks it at the level that is asked of them, as far as you follow them."),
        "gaps_components",
    )
    context["crumbs"].insert(1, (_("Components"), view_address("gaps_components")))
    named = words()
    leading = offers(asked.user, [component]).get(part_of(component), ())
    many, counts = _counted(asked, people, leading, component)
    notes = _notes(asked, page.rows, leading, component) if counts else {}
    context |= {
        "here": here,
        "component": component,
        "number": many,
        "people": [
            {
                "person": person,
                "url": view_address("gaps_person", person.username) + asked.query(unit="", profile=""),
                "cell": cell,
                "word": named[cell.standing],
                "notes": notes.get(person.pk, ()),
            }
            for person in page.rows
            if (cell := found.cells.get((person.pk, component.pk))) is not None
        ],
        "offers": [
            {
                "course": one.course,
                "level": one.level,
                "url": numbered("course", one.course.number),
                **counts.get(one.course.pk, {}),
            }
            for one in leading
        ],
        "runs": bool(counts),
        "ask_words": all_of_them,
        "ask_url": view_address("gaps_ask", number, code) + asked.query(),
        "next": here + asked.query(after=page.next) if page.next else "",
        "previous": here + asked.query(after=page.previous) if page.previous else "",
    }
    return render(request, "gaps/component.html.jinja", context)


def _counted(
    asked: Asked, people: QuerySet[User], leading: Sequence[Offer], component: Component
) -> tuple[int, dict[int, dict[str, int]]]:
    """Return how many people there are, and of those whose training the reader runs how they stand to each course.

    One look at them counts all of it: who completed a course, who is asked to take it, who is left to be asked.
    """
    if not _runs_training(asked):
        return people.count(), {}
    trained = Q(pk__in=trained_by(asked.user, User.objects.all()).values("pk"))
    wanted = {
        f"{name}_{one.course.pk}": Count("pk", filter=trained & condition)
        for one in leading
        for name, condition in vars(standing_of(one, component)).items()
    }
    found = people.order_by().aggregate(many=Count("pk"), **wanted)
    names = ("completed", "asked", "left")
    return found["many"], {
        one.course.pk: {name: found[f"{name}_{one.course.pk}"] for name in names} for one in leading
    }


def _notes(
    asked: Asked, people: Sequence[User], leading: Sequence[Offer], component: Component
) -> dict[int, list[str]]:
    """Return how those of the people whose training the reader runs stand to the courses, a line for each."""
    keys = [person.pk for person in people]
    mine = trained_by(asked.user, User.objects.filter(pk__in=keys)).order_by()
    told: dict[str, Any] = {}
    for one in leading:
        standing = standing_of(one, component)
        told[f"completed_{one.course.pk}"] = _case(standing.completed)
        told[f"asked_{one.course.pk}"] = _case(standing.asked)
        told[f"since_{one.course.pk}"] = asked_since(one.course)
    found: dict[int, list[str]] = {}
    rows: Any = mine.values("pk", **told)
    for row in rows:
        for one in leading:
            number, pk = one.course.number, one.course.pk
            if row[f"completed_{pk}"]:
                line = _("%(number)s: completed; an assessment shows the level") % {"number": number}
            elif row[f"asked_{pk}"]:
                at = row[f"since_{pk}"] or timezone.now()  # who was asked this moment has no task yet
                day = formats.date_format(timezone.localdate(at))
                line = _("%(number)s: asked on %(day)s") % {"number": number, "day": day}
            else:
                continue
            found.setdefault(row["pk"], []).append(line)
    return found


def _case(condition: Q) -> Case:
    return Case(When(condition, then=Value(value=True)), default=Value(value=False))


@require_POST
@signed_in
def ask_page(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """Ask a person, or all those of a page whose training one runs, to take a course because they lack a component."""
    asked = Asked(request, (*NAMES, "person"))
    component = _component_at(asked, number, code)
    course = record_at(request, COURSES, request.POST.get("course", "")[:100])
    people = trained_by(asked.user, who_lack(asked.counted, asked.asking, component.pk))
    username = asked.wanted.get("person", "")
    if username:
        people = people.filter(username=username)
    try:
        outcome = ask(actor_of(request), course, component, people, asked.asking)
    except CommandError as refused:
        messages.error(request, str(refused))
    else:
        if outcome is None:
            messages.info(
                request,
                _("There is nobody left to ask whom %(number)s leads further.") % {"number": course.number},
            )
        else:
            messages.success(request, outcome.conclusion)
    return redirect_for(
        request,
        view_address("gaps_person", username)
        if username
        else component_address(component) + asked.query(person=""),
    )


def all_of_them(count: int) -> str:
    """Return the words of the button that asks everybody."""
    return ngettext("Ask %(count)s person", "Ask all %(count)s of them", count) % {"count": count}
