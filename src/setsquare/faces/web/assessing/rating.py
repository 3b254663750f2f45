"""The forms by which components are rated and levels agreed, with what each level means in reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.competence.assessing import METHODS
from setsquare.domains.competence.commands.agreeing import AGREED_UNSHOWN
from setsquare.domains.competence.content import Content, Item
from setsquare.domains.competence.models import Assessment, ProfileRequirement
from setsquare.domains.competence.profile import PROFILES
from setsquare.domains.competence.showing import is_shown
from setsquare.domains.competence.standing import Line, held_in, names_of_levels
from setsquare.faces.web.access import wants_dialog
from setsquare.faces.web.addresses import command_address, numbered, record_address, register_address
from setsquare.faces.web.assessing.evidence import evidence_shown, why_warn
from setsquare.faces.web.dialogs.asking import Asking
from setsquare.faces.web.dialogs.command import answer, command_form
from setsquare.faces.web.forms.fields import Field
from setsquare.faces.web.times import day_text
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Command, Situation, command_of
from setsquare.kernel.qualifications.days import months_later
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing

MOST = 60
"""Components that a form shows at once; of a larger framework those that count here, and a group at a time."""
ROWS = {"rate": "ratings", "agree": "levels"}


@dataclass
class Asked:
    """One component of the form, with its fields as they were filled."""

    item: Item
    group: str
    name: str
    """The names of its fields begin so."""
    choices: list[dict[str, Any]]
    level: str = ""
    reason: str = ""
    level_errors: tuple[Label, ...] = ()
    reason_errors: tuple[Label, ...] = ()
    needed: str = ""
    """The level that the person's roles ask for."""
    rated: str = ""
    """How it was rated, where the level is to be agreed."""
    because: str = ""
    held: Line | None = None
    """What the person holds of it now."""
    asked_by: Sequence[tuple[str, str, str]] = ()
    """By which role profiles it is asked for: the level, the profile's name, its address where it may be seen."""


def rate_page(request: HttpRequest, thing: Thing, record: Record) -> HttpResponseBase:
    """Show the components to rate, or take the ratings."""
    return answer(request, thing, command_of(thing.code, "rate"), record, _rate_form)


def agree_page(request: HttpRequest, thing: Thing, record: Record) -> HttpResponseBase:
    """Show the ratings to agree on, or take the signed agreement."""
    return answer(request, thing, command_of(thing.code, "agree"), record, _agree_form)


def _rate_form(
    request: HttpRequest, command: Command, situation: Situation, asking: Asking, **more: Any
) -> HttpResponse:
    assessment: Assessment = situation.detail
    content = assessment.framework.in_force
    if wants_dialog(request) or content is None:
        return command_form(request, command, situation, asking, **more)
    filled = _filled(asking, "ratings")
    needed = needed_of(assessment.person, assessment.framework_id)
    shown = _shown(content, request.GET.get("group", ""), {*filled, *needed})
    groups = _groups(content)
    names = names_of_levels(assessment.framework)
    asked = [
        _asked(content, item, groups.get(item.code, ""), f"ratings.{place}.", filled.get(item.code))
        for place, item in enumerate(shown)
    ]
    for one in asked:
        one.needed = names.get(needed.get(one.item.code, 0), "") if one.item.code in needed else ""
    context = _context(command, situation, asking, **more) | {
        "first": [one for one in asked if one.needed],
        "groups": _by_group([one for one in asked if not one.needed]),
        "choices_of_groups": _tops(content) if len(content.components) > MOST else [],
        "group": request.GET.get("group", ""),
    }
    return render(request, "assessing/rate.html.jinja", context, status=more.get("status", 200))


def _agree_form(
    request: HttpRequest, command: Command, situation: Situation, asking: Asking, **more: Any
) -> HttpResponse:
    assessment: Assessment = situation.detail
    content = assessment.framework.in_force
    if wants_dialog(request) or content is None:
        return command_form(request, command, situation, asking, **more)
    filled = _filled(asking, "levels")
    names = names_of_levels(assessment.framework)
    rows = list(assessment.ratings.select_related("component").order_by("component__place", "id"))
    held = held_in(assessment.person, assessment.framework.record, situation.user)
    profiles = _profiles(assessment, names, situation.user)
    asked = []
    for place, row in enumerate(rows):
        known = content.by_code.get(row.component.code)
        item = known or Item(code=row.component.code, title=row.component.title)
        one = _asked(content, item, "", f"levels.{place}.", filled.get(item.code))
        one.rated, one.because = names.get(row.level, str(row.level)), row.reason
        one.level = one.level or str(row.level)
        if row.level and all(choice["value"] != str(row.level) for choice in one.choices):
            one.choices.append({"value": str(row.level), "label": one.rated})
        one.held, one.asked_by = held.get(item.code), profiles.get(item.code, ())
        asked.append(one)
    if asking.meaning is not None and not is_shown(situation.subject):
        asking.meaning = replace(asking.meaning, statement=AGREED_UNSHOWN)
    rest = [_with_last_day(known, assessment) for known in asking.fields if known.name != "levels"]
    context = _context(command, situation, asking, **more) | {
        "asked_rows": asked,
        "rest": rest,
        "assessment": assessment,
        "method": METHODS[assessment.method],
        "evidence": evidence_shown(situation.subject, situation.user),
        "warning": why_warn(situation),
        "framework_url": numbered("framework", assessment.framework.record.number),
    }
    return render(request, "assessing/agree.html.jinja", context, status=more.get("status", 200))


def _with_last_day(field: Field, assessment: Assessment) -> Field:
    """Return a field of the form; the months say until which day they let it hold."""
    given = str(field.value)
    if field.name == "months" and not field.errors and given.isascii() and given.isdigit():
        sentence = _(
            "From the day of the assessment; with %(months)s it holds until %(day)s. Emptied: for good."
        )
        until = day_text(months_later(assessment.day, int(given)))
        field.hint = sentence % {"months": given, "day": until}
    return field


def _context(
    command: Command,
    situation: Situation,
    asking: Asking,
    *,
    conflict: Mapping[str, Any] | None = None,
    **_more: Any,
) -> dict[str, Any]:
    record, thing = situation.subject, situation.thing
    return {
        "page_title": command.label,
        "page_lead": f"{record.number} {record.title}",
        "crumbs": [
            (thing.plural, register_address(thing)),
            (record.number, record_address(record)),
            (command.label, ""),
        ],
        "command": command,
        "record": record,
        "asking": asking,
        "action": command_address(record, command.name),
        "cancel_url": record_address(record),
        "conflict": conflict,
    }


def _filled(asking: Asking, name: str) -> dict[str, dict[str, Field]]:
    """Return the fields of the rows as they were filled, by the component's code."""
    rows = next((known.rows for known in asking.fields if known.name == name), [])
    found = [{one.name.rpartition(".")[2]: one for one in row} for row in rows]
    return {str(row["component"].value): row for row in found}


def _asked(
    content: Content,
    item: Item,
    group: str,
    name: str,
    filled: Mapping[str, Field] | None,
) -> Asked:
    one = Asked(item, group, name, _choices(content, item))
    if filled is not None:
        one.level, one.reason = str(filled["level"].value), str(filled["reason"].value)
        wrong = (*filled["component"].errors, *filled["level"].errors)
        one.level_errors, one.reason_errors = wrong, tuple(filled["reason"].errors)
    return one


def _choices(content: Content, item: Item) -> list[dict[str, Any]]:
    """Return the levels at which a component can be, each with what it means there."""
    found = []
    for level in content.scale:
        at = item.at(level.rank)
        if at is not None:
            hint = "\n".join([at.text or level.text, *(f"– {line}" for line in at.indicators)]).strip()
            found.append({"value": str(level.rank), "label": f"{level.code} {level.name}", "hint": hint})
    return found


def needed_of(person: User, framework: int) -> dict[str, int]:
    """Return the levels that the person's role profiles ask for in a framework, by component; the highest of each."""
    found: dict[str, int] = {}
    for row in _requirements(person, framework):
        code = row.component.code
        found[code] = max(row.required, found.get(code, 0))
    return found


def _requirements(person: User, framework: int) -> QuerySet[ProfileRequirement]:
    today = timezone.localdate()
    unended = Q(profile__holdings__until__isnull=True) | Q(profile__holdings__until__gte=today)
    given = Q(profile__holdings__person=person, profile__holdings__since__lte=today) & unended
    titled = Q(profile__titles__title=person.title) if person.title else Q(pk__in=[])
    rows = ProfileRequirement.objects.filter(
        given | titled, profile__record__state="in_force", component__framework=framework
    )
    return rows.select_related("component").distinct()


def _profiles(
    assessment: Assessment, names: Mapping[int, str], reader: User
) -> dict[str, list[tuple[str, str, str]]]:
    """Return by component at which level the person's role profiles ask for it, and which of them do."""
    rows = _requirements(assessment.person, assessment.framework_id).select_related("profile__record")
    known = list(rows.order_by("-required", "profile__record__number_key"))
    seen = set(
        PROFILES.visible_to(reader)
        .filter(pk__in={row.profile_id for row in known})
        .values_list("pk", flat=True)
    )
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in known:
        profile = row.profile.record
        url = numbered("role_profile", profile.number) if row.profile_id in seen else ""
        level = names.get(row.required, str(row.required))
        found.setdefault(row.component.code, []).append((level, f"{profile.number} {profile.title}", url))
    return found


def _shown(content: Content, group: str, counting: set[str]) -> list[Item]:
    """Return the components that the form shows, in their order: all, of a large framework what counts and a group."""
    walked = [item for item, _depth in content.walk() if item.kind == "component"]
    if len(walked) <= MOST:
        return walked
    chosen = {item.code for item, _depth in content.walk(group)} if group in content.by_code else set()
    return [item for item in walked if item.code in counting or item.code in chosen]


def _groups(content: Content) -> dict[str, str]:
    """Return the titles of the groups above each component, from the top."""
    found: dict[str, str] = {"": ""}
    for item, _depth in content.walk():
        above = found.get(item.parent, "")
        own = item.title if item.kind == "group" else ""
        found[item.code] = " › ".join(part for part in (above, own) if part)
    return found


def _by_group(asked: list[Asked]) -> list[tuple[str, list[Asked]]]:
    found: dict[str, list[Asked]] = {}
    for one in asked:
        found.setdefault(one.group, []).append(one)
    return list(found.items())


def _tops(content: Content) -> list[Item]:
    return [item for item in content.below.get("", []) if item.kind == "group"]
