"""What all the people whom somebody follows come to: by component, by role, and what hangs on one person alone."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from setsquare.domains.competence.gaps.cells import components_in, counted, requirements_of, stand
from setsquare.domains.competence.gaps.narrowing import profile_for
from setsquare.domains.competence.gaps.people import people_counted, people_shown
from setsquare.domains.competence.gaps.standing import ENOUGH
from setsquare.domains.competence.gaps.totals import coverage, numbers_of_holders, single_points
from setsquare.domains.competence.models import RoleProfile
from setsquare.faces.web.access import signed_in
from setsquare.faces.web.addresses import view_address
from setsquare.faces.web.gaps.asking import Asked
from setsquare.faces.web.gaps.heat import page_of
from setsquare.kernel.accounts.models import User

ROWS = 50
"""Components on a page."""


@signed_in
def components_page(request: HttpRequest) -> HttpResponse:
    """Show for each component how those stand of whom it is asked."""
    asked = Asked(request, ("at", "unit", "profile"))
    page = Paginator(components_in(asked.asks), ROWS).get_page(request.GET.get("page"))
    context = asked.frame(
        _("Components"),
        _("How many of those of whom a component is asked have what is needed."),
        "gaps_components",
    )
    context |= {
        "here": view_address("gaps_components"),
        "rows": coverage(asked.counted, asked.asking, list(page.object_list)),
        "pages": page,
        "query": list(asked.wanted.items()),
        "exports": asked.exports("components"),
    }
    return render(request, "gaps/components.html.jinja", context)


@signed_in
def roles_page(request: HttpRequest) -> HttpResponse:
    """Show the role profiles that the people have whom somebody follows."""
    asked = Asked(request, ("at", "unit"))
    numbers = numbers_of_holders(asked.within, asked.everything)
    context = asked.frame(
        _("Roles"), _("The role profiles of the people whose competence you follow."), "gaps_roles"
    )
    context |= {
        "here": view_address("gaps_roles"),
        "rows": [
            {
                "record": record,
                "url": view_address("gaps_role", record.number) + asked.query(),
                "people": numbers.get(record.pk, 0),
                "asks": len(asked.all_asks[record.pk]),
            }
            for record in asked.profiles
        ],
    }
    return render(request, "gaps/roles.html.jinja", context)


def profile_at(asked: Asked, number: str) -> RoleProfile:
    """Return a profile in force that somebody may read, or that somebody has whom they follow; else 404."""
    found = profile_for(asked.user, number, asked.everything)
    if found is None:
        raise Http404
    return found


@signed_in
def role_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show who has a role profile, and how many of them meet each component that it asks for."""
    asked = Asked(request, ("at", "unit"))
    profile = profile_at(asked, number)
    asking = asked.everything.only(profile.pk)
    people = people_shown(asked.user, asking, unit=asked.unit)
    counting = people_counted(asked.user, asking, unit=asked.unit)
    page = page_of(people, request.GET.get("after", ""))
    asks = requirements_of([profile.pk])
    levels = {row.component_id: row.required for row in asks.get(profile.pk, ())}
    found = stand(page.rows, asking, asks)
    here = view_address("gaps_role", number)
    context = asked.frame(
        profile.record.title,
        _("Who has this role profile, as far as you follow them, and how far they meet it."),
        "gaps_roles",
    )
    rows = []
    for person in page.rows:
        counts = counted(found.of(person).values())
        rows.append(
            {
                "person": person,
                "url": view_address("gaps_person", person.username) + asked.query(unit="", profile=number),
                "enough": sum(counts.get(one, 0) for one in ENOUGH),
                "counts": [
                    (code, counts[code]) for code, _word, _colour in context["legend"] if code in counts
                ],
            }
        )
    context["crumbs"].insert(1, (_("Roles"), view_address("gaps_roles")))
    context |= {
        "here": here,
        "profile": profile,
        "coverage": coverage(counting, asking, components_in(asks), levels) if rows else [],
        "people": rows,
        "total": len(components_in(asks)),
        "next": here + asked.query(after=page.next) if page.next else "",
        "previous": here + asked.query(after=page.previous) if page.previous else "",
        "exports": asked.exports("role", profile=number),
    }
    return render(request, "gaps/role.html.jinja", context)


@signed_in
def single_points_page(request: HttpRequest) -> HttpResponse:
    """Show what is asked for in a unit and at most one person there holds."""
    asked = Asked(request, ("at", "unit"))
    context = asked.frame(
        _("Single points of failure"),
        _("What role profiles ask for and at most one of the people whose competence you follow holds."),
        "gaps_single_points",
    )
    found = single_points(asked.within, asked.everything)
    context |= {
        "here": view_address("gaps_single_points"),
        "nobody": [one for one in found if one.only is None],
        "one": [(one, _address(one.only.user, asked)) for one in found if one.only is not None],
        "exports": asked.exports("single-points"),
    }
    return render(request, "gaps/single_points.html.jinja", context)


def _address(person: User, asked: Asked) -> str:
    return view_address("gaps_person", person.username) + asked.query(unit="")
