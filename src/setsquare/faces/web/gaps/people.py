"""One person's gaps: as radar and table, on the page of their own and on the person's record; who could stand in."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from setsquare.domains.competence.content import Level
from setsquare.domains.competence.gaps.cells import Stand, counted, stand
from setsquare.domains.competence.gaps.people import follows, people_shown
from setsquare.domains.competence.gaps.standing import ENOUGH, STANDINGS, Cell
from setsquare.domains.competence.gaps.standing_in import StandIn, stand_ins_of
from setsquare.domains.competence.models import Component
from setsquare.domains.competence.permissions import SEEING
from setsquare.faces.web.access import person_of, signed_in
from setsquare.faces.web.addresses import numbered, view_address
from setsquare.faces.web.competence.content import levels_in_words
from setsquare.faces.web.gaps.asking import Asked
from setsquare.faces.web.gaps.courses import courses_for, plan_address
from setsquare.faces.web.gaps.words import COLOURS, words
from setsquare.faces.web.records.head import head_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing, visible_to

LEAST_AXES, MOST_AXES = 3, 14
"""A radar with fewer is no area, so bars are drawn; with more nobody can read it."""
STAND_INS = 25
"""Of them on a page."""


def person_at(asked: Asked, username: str) -> User:
    """Return a person whose gaps somebody sees; missing and hidden ones look the same."""
    found = User.objects.filter(username=username).select_related("unit").first()
    if found is None or not follows(asked.user, found):
        raise Http404
    return found


def stand_of(asked: Asked, person: User) -> Stand:
    """Return how a person stands, to what one of their profiles asks where one is chosen."""
    found = stand([person], asked.everything)
    if (number := asked.wanted.get("profile")) is None:
        return found
    chosen = [pk for pk, rows in found.asks.items() if rows[0].profile.record.number == number]
    if not chosen:
        raise Http404
    return stand([person], asked.everything.only(chosen[0]), {chosen[0]: found.asks[chosen[0]]})


@signed_in
def mine_page(request: HttpRequest) -> HttpResponse:
    """Show a person their own gaps."""
    asked = Asked(request, ("at", "profile"))
    context = asked.frame(
        _("My competence gaps"), _("What your role profiles ask of you, and what you hold."), "gaps_mine"
    )
    context |= body(asked, asked.user, view_address("gaps_mine"))
    return render(request, "gaps/person.html.jinja", context)


@signed_in
def person_page(request: HttpRequest, username: str) -> HttpResponse:
    """Show the gaps of somebody whose competence one follows."""
    asked = Asked(request, ("at", "profile"))
    person = person_at(asked, username)
    lead = _("What the role profiles of %(name)s ask for, and what is held.") % {"name": person.name}
    context = asked.frame(person.name, lead, "")
    context |= body(asked, person, view_address("gaps_person", username))
    return render(request, "gaps/person.html.jinja", context)


def tab_shown(situation: Situation) -> bool:
    """Tell whether the tab with gaps is on somebody's record."""
    if not SEEING.isdisjoint(situation.permissions):  # a person's record is of their unit
        return True
    return follows(situation.user, situation.subject.person_file.user)


def person_tab(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Show gaps on the record of the person; 404 where one does not follow their competence."""
    asked = Asked(request, ("at", "profile"))
    person = record.person_file.user
    if not follows(person_of(request), person):
        raise Http404
    context = asked.frame("", "", "")
    context |= head_of(request, thing, record, "gaps") | body(asked, person, request.path)
    return render(request, "gaps/person_tab.html.jinja", context)


def body(asked: Asked, person: User, here: str) -> dict[str, Any]:
    """Return what is shown of a person, wherever it stands."""
    found = stand_of(asked, person)
    every = stand([person], asked.everything) if "profile" in asked.wanted else found
    cells = found.of(person)
    rows = [(one, cells[one.pk]) for one in found.components if one.pk in cells]
    counts = counted(cells.values())
    told = words()
    profiles = sorted(
        (asks[0].profile.record for asks in every.asks.values()), key=lambda one: one.number_key
    )
    evidence = visible_to(asked.user, types={"assessment"}).filter(
        pk__in={cell.evidence_id for _one, cell in rows if cell.evidence_id is not None}
    )
    shown_by = dict(evidence.values_list("pk", "number"))
    return {
        "here": here,
        "person": person,
        "courses": courses_for(asked, person, rows),
        "plan_url": plan_address(asked, person, rows),
        "mine": person.pk == asked.user.pk,
        "rows": [
            {**_shown(one, cell, found), "evidence": _evidence(shown_by.get(cell.evidence_id or 0))}
            for one, cell in rows
        ],
        "tally": [
            {"label": told[one], "value": counts[one], "colour": COLOURS[one]}
            for one in STANDINGS
            if one in counts
        ],
        "enough": sum(counts.get(one, 0) for one in ENOUGH),
        "radars": radars(rows),
        "profile_ways": [
            {
                "label": label,
                "url": here + asked.query(profile=number),
                "current": asked.wanted.get("profile", "") == number,
            }
            for label, number in [(_("All together"), ""), *((one.title, one.number) for one in profiles)]
        ],
        "stand_ins_url": view_address("gaps_stand_ins", person.username) + asked.query(profile=""),
        "exports": asked.exports("person", person=person.username),
    }


def _evidence(number: str | None) -> tuple[str, str] | None:
    """Return the number of an assessment and where it stands; None where the reader does not see it."""
    return (number, numbered("assessment", number)) if number is not None else None


def _shown(component: Component, cell: Cell, found: Stand) -> dict[str, Any]:
    asking = [
        rows[0].profile.record.title
        for rows in found.asks.values()
        for row in rows
        if row.component_id == component.pk
    ]
    return {
        "component": component,
        "cell": cell,
        "word": words()[cell.standing],
        "colour": COLOURS[cell.standing],
        "profiles": asking,
    }


def radars(rows: list[tuple[Component, Cell]]) -> list[dict[str, Any]]:
    """Return a chart of what is required, desired and held for each framework, whose levels are its own.

    By component, or by group where they are many; bars where there are too few for an area.
    """
    by_framework: dict[int, list[tuple[Component, Cell]]] = {}
    for component, cell in rows:
        by_framework.setdefault(component.framework_id, []).append((component, cell))
    drawn = {pk: groups for pk, own in by_framework.items() if (groups := _axes(own))}
    known = {component.framework_id: component.framework for component, _cell in rows}
    return [
        _radar(known[pk].record.title, scale, groups, len(by_framework[pk]) > MOST_AXES)
        for pk, groups in drawn.items()
        if (scale := (known[pk].in_force or known[pk].latest).scale)
    ]


Axes = dict[tuple[str, str], list[Cell]]
"""What a radar shows, by code and title of each axis."""


def _axes(rows: list[tuple[Component, Cell]]) -> Axes:
    groups: Axes = {}
    for component, cell in rows:
        axis = component if len(rows) <= MOST_AXES else component.parent or component
        groups.setdefault((axis.code, axis.title), []).append(cell)
    return groups if len(groups) <= MOST_AXES else {}


def _radar(title: str, scale: Sequence[Level], groups: Axes, grouped: bool) -> dict[str, Any]:
    series = (
        (_("Required"), "orange", [[one.required for one in cells] for cells in groups.values()]),
        (_("Desired"), "grey", [_desired(cells) for cells in groups.values()]),
        (pgettext("level", "Held"), "teal", [[one.level for one in cells] for cells in groups.values()]),
    )
    shown = [(name, colour, values) for name, colour, values in series if any(values)]
    return {
        "title": title,
        "note": levels_in_words(scale),
        "chart": {
            **({"kind": "radar"} if len(groups) >= LEAST_AXES else {"kind": "bar", "horizontal": True}),
            "most": scale[-1].rank,
            "labels": [title for _code, title in groups],
            "codes": [code for code, _title in groups],
            "axis": _("Group, on average") if grouped else _("Component"),
            "series": [
                {"name": name, "values": [_mean(one) for one in values]} for name, _c, values in shown
            ],
            "colours": [colour for _name, colour, _values in shown],
        },
    }


def _desired(cells: list[Cell]) -> list[int]:
    """Return what is best of each; nothing where no more than what is required would be."""
    return [one.desired or one.required for one in cells] if any(one.desired for one in cells) else []


def _mean(values: list[int]) -> float | None:
    return round(sum(values) / len(values), 1) if values else None


def found_stand_ins(asked: Asked, person: User, *, limit: int, offset: int = 0) -> list[StandIn]:
    """Return who could stand in for a person, among those whose competence one follows."""
    people = people_shown(asked.user, asked.everything, unit=asked.unit)
    return stand_ins_of(person, people, asked.everything, limit=limit, offset=offset)


@signed_in
def stand_ins_page(request: HttpRequest, username: str) -> HttpResponse:
    """Show who could stand in for somebody, who lacks least first."""
    asked = Asked(request, ("at", "unit"))
    person = person_at(asked, username)
    given = request.GET.get("page", "")
    page = max(int(given), 1) if given.isascii() and given.isdigit() and len(given) < 6 else 1
    found = found_stand_ins(asked, person, limit=STAND_INS + 1, offset=(page - 1) * STAND_INS)
    here = view_address("gaps_stand_ins", username)
    sentence = _(
        "Who else meets at least half of what the role profiles of %(name)s ask for; who lacks least comes first."
    )
    context = asked.frame(
        _("Stand-ins for %(name)s") % {"name": person.name}, sentence % {"name": person.name}, ""
    )
    context["crumbs"].insert(1, (person.name, view_address("gaps_person", username)))
    context |= {
        "here": here,
        "person": person,
        "rows": [
            (one, view_address("gaps_person", one.person.username) + asked.query(unit=""))
            for one in found[:STAND_INS]
        ],
        "next": here + asked.query(page=str(page + 1)) if len(found) > STAND_INS else "",
        "previous": here + asked.query(page=str(page - 1) if page > 2 else "") if page > 1 else "",
        "exports": asked.exports("stand-ins", person=username),
    }
    return render(request, "gaps/stand_ins.html.jinja", context)
