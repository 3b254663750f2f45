"""Tabs that tell who holds which role where, and the organisation as a tree."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.domains.organisation.models import PersonFile, UnitFile
from setsquare.domains.organisation.permissions import known
from setsquare.domains.organisation.queries import Branch, delegations, directory, holdings, tree
from setsquare.domains.organisation.thing import knows_why_away
from setsquare.faces.web.access import person_of, signed_in
from setsquare.faces.web.addresses import command_address, numbered, register_address
from setsquare.faces.web.records.head import head_of
from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.commands.offering import offers
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing, thing_of

MOST = 500
"""People or grants that a tab lists."""


def person_tab(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Show which roles a person holds, and who stands in for whom."""
    user: User = record.person_file.user
    context = head_of(request, thing, record, "rights")
    offered = {offer.command.name: offer for offer in offers(context["situation"])}
    may_revoke = "revoke_role" in offered and offered["revoke_role"].why_not is None
    may_end = "end_delegation" in offered and offered["end_delegation"].why_not is None
    revoke, end = command_address(record, "revoke_role"), command_address(record, "end_delegation")
    context |= {
        "why_away": knows_why_away(record, person_of(request)),
        "grants": [
            (
                grant,
                f"{revoke}?{urlencode({'role': grant.role.code, 'unit': grant.unit.code})}"
                if may_revoke
                else "",
            )
            for grant in holdings(user=user)[:MOST]
        ],
        "past": [grant for grant in holdings(user=user, past=True)[:MOST] if _is_over(grant)],
        "delegations": [
            (
                given,
                given.last,
                f"{end}?{urlencode({'substitute': given.substitute.username})}" if may_end else "",
            )
            for given in delegations(user)
            if given.absent_id == user.pk
        ],
        "taken": [(given, given.last) for given in delegations(user) if given.substitute_id == user.pk],
    }
    return render(request, "organisation/person.html.jinja", context)


def role_tab(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Show what a role lets its holders do, and who they are."""
    role = record.role_file.role
    words = known()
    context = head_of(request, thing, record, "holders")
    held = role.permissions.order_by("permission").values_list("permission", flat=True)
    grants = list(holdings(role=role)[:MOST])
    context |= {"may": [words.get(code, code) for code in held], "grants": grants, "address": _people(grants)}
    return render(request, "organisation/role.html.jinja", context)


def unit_tab(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Show who works in a unit and below, and who holds a role there."""
    unit = record.unit_file.part
    context = head_of(request, thing, record, "people")
    people = list(directory(person_of(request), unit=unit)[:MOST])
    grants = list(holdings(unit=unit)[:MOST])
    context |= {"people": people, "grants": grants, "address": _people(grants) | _numbers(people)}
    return render(request, "organisation/unit.html.jinja", context)


@signed_in
def tree_page(request: HttpRequest) -> HttpResponse:
    """Show the organisation as a tree of units with how many people work in each."""
    thing = thing_of("unit")
    numbers = dict(UnitFile.objects.values_list("part_id", "record__number"))
    context = {
        "page_title": _("The organisation"),
        "page_lead": thing.description,
        "crumbs": [(thing.plural, register_address(thing)), (_("As a tree"), "")],
        "nodes": [_node(branch, numbers) for branch in tree(person_of(request))],
    }
    return render(request, "organisation/tree.html.jinja", context)


def _node(branch: Branch, numbers: dict[int, str]) -> dict[str, Any]:
    people = branch.people_within
    number = numbers.get(branch.unit.pk, "")
    return {
        "label": branch.unit.name,
        "number": branch.unit.code,
        "url": numbered("unit", number) if number else "",
        "icon": "building",
        "note": ngettext("%(n)s person", "%(n)s people", people) % {"n": people},
        "open": True,
        "children": [_node(below, numbers) for below in branch.below],
    }


def _people(grants: list[Grant]) -> dict[int, str]:
    return _numbers([grant.user for grant in grants])


def _numbers(people: list[User]) -> dict[int, str]:
    files = PersonFile.objects.filter(user__in=people).values_list("user_id", "record__number")
    return {user: numbered("person", number) for user, number in files}


def _is_over(grant: Grant) -> bool:
    return grant.ends is not None and grant.ends <= timezone.now()
