"""Who may do something in a unit, what the others lack, and what somebody may do themself."""

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from setsquare.domains.authority.in_words import command_areas, command_choices, done_by_people, kinds_of
from setsquare.domains.authority.looking import (
    BY_THE_RECORD,
    WhoMay,
    found_among,
    units_looked_at,
    what_may,
    who_may,
)
from setsquare.domains.authority.thing import AUTHORITY_RULES
from setsquare.faces.web.access import person_of, signed_in
from setsquare.faces.web.addresses import numbered, register_address
from setsquare.faces.web.authority.ways import ways_shown
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.units import by_tree
from setsquare.kernel.records.things import Label, thing_of

PEOPLE = 50
"""People on a page."""
MAY, MAY_NOT = "may", "may_not"


def _unit(request: HttpRequest, units: list[Unit]) -> Unit:
    """Return the unit that is asked for, else the person's own; 404 where nobody may look."""
    code, own = request.GET.get("unit", ""), person_of(request).unit_id
    if not units or (code and all(unit.code != code for unit in units)):
        raise Http404
    fitting = [unit for unit in units if (unit.code == code if code else unit.pk == own)]
    return fitting[0] if fitting else units[0]


def _commands() -> list[tuple[str, list[tuple[str, Label]]]]:
    """Return the commands under the headings of their areas, in the order of these."""
    areas = command_areas()
    found: dict[str, list[tuple[str, Label]]] = {}
    for key, label in command_choices().items():
        found.setdefault(str(areas[key]), []).append((key, label))
    return sorted(found.items())


def _frame(title: str, lead: str) -> dict[str, Any]:
    crumbs = [(AUTHORITY_RULES.plural, register_address(AUTHORITY_RULES)), (title, "")]
    return {"page_title": title, "page_lead": lead, "crumbs": crumbs}


@signed_in
def who_page(request: HttpRequest) -> HttpResponse:
    """Show who may carry out a command in a unit, and what the others lack."""
    units = list(units_looked_at(person_of(request)))
    unit = _unit(request, units)
    command = done_by_people().get(request.GET.get("command", ""))
    kind, show = request.GET.get("kind", ""), request.GET.get("show", MAY)
    context = _frame(_("Who may …?"), _("By their roles in the unit, and by the rules in force there."))
    kinds = kinds_of([command.thing]) if command is not None else {}
    kind = kind if kind in kinds else ""  # another command was chosen since
    context |= {
        "commands": _commands(),
        "command": command.key if command is not None else "",
        "units": by_tree(units),
        "unit": unit,
        "kinds": kinds.items(),
        "kind": kind,
    }
    if command is not None:
        context |= _found(request, who_may(command, unit, kind), MAY_NOT if show == MAY_NOT else MAY)
    return render(request, "authority/who.html.jinja", context)


def _found(request: HttpRequest, found: WhoMay, show: str) -> dict[str, Any]:
    pages = {name: Paginator(getattr(found, name), PEOPLE) for name in (MAY, MAY_NOT)}
    page = pages[show].get_page(request.GET.get("page"))
    people: list[User] = list(page.object_list)
    kept = found.why_not(people, person_of(request)) if show == MAY_NOT else {}
    asked = [(name, request.GET.get(name, "")) for name in ("command", "unit", "kind")]
    labels = {MAY: _("May (%(count)s)"), MAY_NOT: _("May not (%(count)s)")}
    if found.record_alone:
        labels = {MAY: _("Meet the rules (%(count)s)"), MAY_NOT: _("Do not meet them (%(count)s)")}
    ways = [
        {
            "label": labels[name] % {"count": pages[name].count},
            "url": f"?{urlencode([*asked, ('show', name)])}",
            "current": name == show,
        }
        for name in (MAY, MAY_NOT)
    ]
    rules = [
        {
            "number": rule.number,
            "url": numbered("authority_rule", rule.number),
            "apart": rule.independent,
            "by_meaning": rule in found.by_meaning,
        }
        for rule in (*found.rules, *found.by_meaning)
    ]
    return {
        "ways": ways,
        "people": [(person, kept.get(person.pk)) for person in people],
        "pages": page,
        "query": [*asked, ("show", show)],
        "rules": rules,
        "meets": found.rules,
        "by_the_record": found.by_the_record,
        "record_alone": BY_THE_RECORD if found.record_alone else "",
        "show": show,
    }


@signed_in
def mine_page(request: HttpRequest) -> HttpResponse:
    """Show what a person's roles allow in a unit, and what rules keep them from."""
    user = person_of(request)
    units = list(units_looked_at(user))
    unit = _unit(request, units)
    words, kept = request.GET.get("q", "")[:100], request.GET.get("kept") == "true"
    found = found_among(what_may(user, unit), words, kept=kept)
    allowed = groupby(found, key=lambda one: one.command.thing)
    context = _frame(
        _("What may I …?"),
        _("What your roles allow here, and what a rule asks for besides. Records may ask for more."),
    )
    context |= {
        "units": by_tree(units),
        "unit": unit,
        "find": words,
        "kept": kept,
        "ways_shown": ways_shown,
        "groups": [(thing_of(code).plural, thing_of(code).icon, list(rows)) for code, rows in allowed],
    }
    return render(request, "authority/mine.html.jinja", context)
