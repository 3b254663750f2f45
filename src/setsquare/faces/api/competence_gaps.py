"""Gaps of competence, for programs: by person, by component, by role, who could stand in, what hangs on one person."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.domains.competence.gaps.asking import Asking
from setsquare.domains.competence.gaps.cells import Stand, stand
from setsquare.domains.competence.gaps.narrowing import day_of, person_followed, profile_named, unit_named
from setsquare.domains.competence.gaps.people import people_shown
from setsquare.domains.competence.gaps.standing import STANDINGS, AsOf
from setsquare.domains.competence.gaps.standing_in import stand_ins_of
from setsquare.domains.competence.gaps.told import coverage_told, person_told, stand_in_told, thin_told
from setsquare.domains.competence.gaps.totals import coverage, single_points
from setsquare.domains.competence.thing import FRAMEWORKS
from setsquare.faces.api.answering import digest_of, list_of, respond
from setsquare.faces.api.callers import Caller, caller_of
from setsquare.faces.api.describing import parameter, says
from setsquare.faces.api.personal import PAGED
from setsquare.faces.api.reading import Parameters
from setsquare.flows.gaps_to_courses import Part, numbers
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import Refused

DAY = parameter("at", "The day; without it now. What expires by then counts as gone.", format="date")
UNIT = parameter("unit", "Code of the unit: people of it and all below.")
PROFILE = parameter("profile", "Number of the role profile: what it alone asks for, of those who have it.")
WHO = parameter("person", "Sign-in name of somebody whose competence you follow.")
MOST = 200


def add_competence_gaps(api: NinjaAPI) -> None:
    """Add the lists; they come before the generic addresses."""
    narrowed = (
        parameter("q", "Words of the name."),
        parameter("person", "Sign-in name of one person."),
        parameter("gaps", "Only people who lack something.", kind="boolean"),
        parameter("standing", "Only what stands so.", enum=STANDINGS),
    )
    lists: tuple[tuple[str, str, tuple[Any, ...], Callable[[HttpRequest], HttpResponse]], ...] = (
        ("gaps", "What people lack of what is asked of them", (*PAGED, DAY, UNIT, PROFILE, *narrowed), gaps),
        ("coverage", "How many have what is needed, by component", (DAY, UNIT, PROFILE), covered),
        (
            "stand-ins",
            "Who could stand in for somebody, who lacks least first",
            (DAY, UNIT, WHO),
            standing_in,
        ),
        ("single-points", "What nobody or one person alone holds", (DAY, UNIT), thin),
    )
    for name, summary, parameters, view in lists:
        api.get(
            f"/{FRAMEWORKS.slug}:{name}",
            operation_id=f"{FRAMEWORKS.slug}.{name.replace('-', '_')}",
            summary=summary,
            tags=[str(FRAMEWORKS.plural)],
            openapi_extra=says("A page.", "Page", parameters=parameters, errors=(404, 422)),
        )(view)


def _asked(request: HttpRequest, *names: str) -> tuple[Caller, Parameters, Asking, QuerySet[User]]:
    """Return who asks, for what, at which day, and the people of the unit whose gaps they see."""
    caller = caller_of(request)
    caller.require(Scope.READ, FRAMEWORKS.code)
    asked = Parameters(request, "at", "unit", *names)
    every = Asking(AsOf.of(day_of(asked.text("at"))))
    asking = every.only(profile_named(caller.user, asked.text("profile"), every))
    unit = unit_named(asked.text("unit"))
    people = people_shown(
        caller.user,
        asking,
        unit=unit,
        words=asked.text("q"),
        only_gaps="gaps" in names and asked.flag("gaps"),
    )
    return caller, asked, asking, people


def gaps(request: HttpRequest) -> HttpResponse:
    """Answer with people, each with how they stand to what is asked of them."""
    names = ("limit", "after", "profile", "q", "person", "gaps", "standing")
    caller, asked, asking, people = _asked(request, *names)
    standing = asked.text("standing")
    if standing and standing not in STANDINGS:
        raise Refused({"standing": _("Choose one of: %(expected)s.") % {"expected": ", ".join(STANDINGS)}})
    if asked.text("person"):
        people = people.filter(pk=person_followed(caller.user, asked.text("person")).pk)
    found: list[Stand] = []
    courses: dict[Part, list[str]] = {}

    def along(page: Sequence[User]) -> None:
        found.append(stand(page, asking))
        courses.update(numbers(caller.user, found[0].components))

    return list_of(
        request,
        people,
        "name",
        lambda person: person_told(person, found[0], standing, courses),
        asked,
        descending=False,
        along=along,
    )


def covered(request: HttpRequest) -> HttpResponse:
    """Answer with the components, each with how many have what is needed."""
    _caller, _given, asking, people = _asked(request, "profile")
    items = coverage_told(coverage(people, asking))
    return respond(request, {"items": items}, tag=digest_of(items))


def standing_in(request: HttpRequest) -> HttpResponse:
    """Answer with those who could stand in for somebody."""
    caller, asked, asking, people = _asked(request, "person")
    person = person_followed(caller.user, asked.text("person"))
    items = [stand_in_told(one) for one in stand_ins_of(person, people, asking, limit=MOST)]
    return respond(request, {"items": items}, tag=digest_of(items))


def thin(request: HttpRequest) -> HttpResponse:
    """Answer with what at most one of the people holds."""
    _caller, _given, asking, people = _asked(request)
    items = [thin_told(one) for one in single_points(people, asking)]
    return respond(request, {"items": items}, tag=digest_of(items))
