"""Role profiles on the screen: what one asks for, who has it, and which ones a person has."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import ngettext

from setsquare.domains.competence.content import Level
from setsquare.domains.competence.models import Component, Framework, ProfileHolding, RoleProfile
from setsquare.domains.competence.permissions import READ
from setsquare.domains.competence.profile import PROFILES, as_asked, titles
from setsquare.domains.competence.queries import holders, holdings_of, profiles_of, why_held
from setsquare.domains.competence.thing import FRAMEWORKS
from setsquare.domains.organisation.models import PersonFile
from setsquare.domains.organisation.queries import directory
from setsquare.faces.web.access import person_of, situation_of
from setsquare.faces.web.addresses import command_address, numbered, record_address, view_address
from setsquare.faces.web.records.head import head_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Situation, command_of
from setsquare.kernel.commands.running import why_not_permitted, why_wrong_state
from setsquare.kernel.database.keyset import CursorError, Cut, Key, cut
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing
from setsquare.kernel.representation.past import Past

PEOPLE = 50
"""People on a page."""
BY_NAME = Key("name", User._meta.get_field("name"))


def profile_part(request: HttpRequest, _thing: Thing, record: Record) -> dict[str, Any]:
    """Show what a profile asks for, and the job titles that map onto it."""
    profile: RoleProfile = record.role_profile
    rows = list(profile.requirements.select_related("component__framework__record"))
    return {
        "groups": _in_words(
            [as_asked(one) for one in rows], [one.component for one in rows], person_of(request)
        ),
        "titles": titles(profile),
        "choose_url": command_address(record, "set_requirements")
        if may_do(request, record, "set_requirements")
        else "",
        "titles_url": command_address(record, "set_titles") if may_do(request, record, "set_titles") else "",
        "table_url": record_address(record, "table"),
        "coverage_url": view_address("gaps_role", record.number) if record.state == "in_force" else "",
    }


def profile_then(request: HttpRequest, _thing: Thing, past: Past) -> dict[str, Any]:
    """Show what a profile asked for, and its job titles, as they stood."""
    rows = past.state.get("requirements") or []
    return {"groups": _asked_then(rows, person_of(request)), "titles": past.state.get("titles") or []}


def may_do(request: HttpRequest, record: Record, name: str) -> bool:
    """Tell whether the person may carry out a command on a profile now."""
    command = command_of("role_profile", name)
    if why_wrong_state(command, record):
        return False
    return why_not_permitted(command, situation_of(request, PROFILES, record)) is None


def _asked_then(rows: Sequence[Mapping[str, Any]], reader: User) -> list[dict[str, Any]]:
    """Return in words what the trail says that was asked for."""
    found = Component.objects.filter(
        framework__record__number__in={row["framework"] for row in rows},
        code__in={row["component"] for row in rows},
    )
    return _in_words(rows, found.select_related("framework__record"), reader)


def _in_words(
    rows: Sequence[Mapping[str, Any]], found: Iterable[Component], reader: User
) -> list[dict[str, Any]]:
    """Return what is asked for by framework, each component with its title and the names of its levels.

    Frameworks that the reader may see lead to their content.
    """
    numbers = {row["framework"] for row in rows}
    components = {(one.framework.record.number, one.code): one for one in found}
    open_ = set(
        FRAMEWORKS.visible_to(reader).filter(number__in=numbers).values_list("number", flat=True)
        if numbers
        else ()
    )
    groups: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: _place(components, row)):
        number = row["framework"]
        component = components.get((number, row["component"]))
        url = numbered("framework", number) if number in open_ else ""
        title = component.framework.record.title if component is not None else ""
        group = groups.setdefault(number, {"number": number, "title": title, "url": url, "rows": []})
        group["rows"].append(_told(row, component, url))
    return list(groups.values())


def _place(components: Mapping[tuple[str, str], Component], row: Mapping[str, Any]) -> tuple[str, int]:
    component = components.get((row["framework"], row["component"]))
    return row["framework"], component.place if component is not None else 0


def _told(row: Mapping[str, Any], component: Component | None, url: str) -> dict[str, Any]:
    levels = scale_of(component.framework) if component is not None else {}
    code = row["component"]
    return {
        "code": code,
        "title": component.title if component is not None else "",
        "url": f"{url}?q={code}" if url else "",
        "retired": component is not None and component.retired is not None,
        "required": levels.get(row["required"]) or _unnamed(row["required"]),
        "desired": (levels.get(row["desired"]) or _unnamed(row["desired"])) if row["desired"] else None,
        "months": row["months"],
    }


def scale_of(framework: Framework) -> dict[int, Level]:
    """Return the levels of a framework in force by rank."""
    content = framework.in_force
    return {level.rank: level for level in content.scale} if content is not None else {}


def _unnamed(rank: int) -> Level:
    return Level(rank=rank, code=str(rank), name="–")


def told_requirements(value: Any, _request: HttpRequest) -> str:
    """Tell in the history what a profile asks for: each component with its levels."""
    lines = []
    for row in value or ():
        levels = f"{row['required']} → {row['desired']}" if row["desired"] else str(row["required"])
        months = row["months"] or 0
        within = (
            ngettext(", within %(n)s month", ", within %(n)s months", months) % {"n": months}
            if months
            else ""
        )
        lines.append(f"{row['framework']} {row['component']}: {levels}{within}")
    return "; ".join(lines)


def told_given(value: Any, _request: HttpRequest) -> str:
    """Tell in the history to whom a profile was given, and from when until when."""
    names = dict(
        User.objects.filter(username__in=[row["person"] for row in value or ()]).values_list(
            "username", "name"
        )
    )
    return "; ".join(
        f"{names.get(row['person'], row['person'])} {_day(row['since'])}–{_day(row['until'])}"
        for row in value or ()
    )


def _day(text: str | None) -> str:
    day = parse_date(text) if text else None
    return date_format(day, "SHORT_DATE_FORMAT") if day is not None else ""


# --- who has it -----------------------------------------------------------------------------------


def holders_tab(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Show who has a profile, of the people whom the person knows, and why."""
    profile: RoleProfile = record.role_profile
    known = holders(profile).filter(pk__in=directory(person_of(request)).order_by().values("pk"))
    page = people_page(known.select_related("unit"), request.GET.get("after", ""), "profiles.holders")
    why = why_held(profile, page.rows)
    files = PersonFile.objects.filter(user__in=page.rows).values_list("user_id", "record__number")
    urls = {user: numbered("person", number) for user, number in files}
    context = head_of(request, thing, record, "holders")
    here = record_address(record, "holders")
    context |= {
        "people": [{"person": one, "url": urls.get(one.pk, ""), "why": why[one.pk]} for one in page.rows],
        "coming": _coming(request, profile),
        "next": f"{here}?after={page.next}" if page.next else "",
        "previous": f"{here}?after={page.previous}" if page.previous else "",
        "assign_url": command_address(record, "assign") if may_do(request, record, "assign") else "",
        "unassign_url": command_address(record, "unassign") if may_do(request, record, "unassign") else "",
    }
    return render(request, "competence/holders.html.jinja", context)


def people_page(people: Any, cursor: str, name: str) -> Cut[User]:
    """Return a page of people by name; a cursor of another list begins anew."""
    try:
        return cut(people, BY_NAME, descending=False, limit=PEOPLE, cursor=cursor, name=name)
    except CursorError:
        return cut(people, BY_NAME, descending=False, limit=PEOPLE, name=name)


def _coming(request: HttpRequest, profile: RoleProfile) -> list[ProfileHolding]:
    """Return who has it from a later day on, of the people whom the person knows."""
    known = directory(person_of(request)).order_by().values("pk")
    rows = profile.holdings.filter(since__gt=timezone.localdate(), person__in=known)
    return list(rows.select_related("person").order_by("since", "person__name")[:PEOPLE])


def reads_profiles(situation: Situation) -> bool:
    """Show a person's profiles to who reads profiles where that person works."""
    return READ in situation.permissions


def person_tab(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Show which profiles a person has, of those that the reader may see, and why."""
    user: User = record.person_file.user
    seen = PROFILES.visible_to(person_of(request)).values("pk")
    found = profiles_of(user).filter(pk__in=seen).prefetch_related("requirements")
    context = head_of(request, thing, record, "profiles")
    context |= {
        "title": user.title,
        "rows": [
            {
                "profile": one.record,
                "url": record_address(one.record),
                "why": why,
                "count": len(one.requirements.all()),
            }
            for one, why in holdings_of(user, found)
        ],
    }
    return render(request, "competence/person.html.jinja", context)
