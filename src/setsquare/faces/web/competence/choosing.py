"""Choosing what a role profile asks for: the components of a framework with their levels to choose from.

The page posts what is shown of one framework; what the profile asks for besides stays as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render

from setsquare.domains.competence.content import GROUP, Content, Item
from setsquare.domains.competence.models import Framework
from setsquare.domains.competence.profile import asked
from setsquare.domains.competence.thing import FRAMEWORKS
from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import command_address, record_address, register_address
from setsquare.faces.web.competence.content import MOST, MOST_GROUPS
from setsquare.faces.web.dialogs.asking import Asking
from setsquare.faces.web.dialogs.command import answer
from setsquare.faces.web.forms.fields import Field
from setsquare.kernel.commands.declaration import Command, Situation, command_of
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing

NAMES = ("required", "desired", "months")
BY_FRAMEWORK, GROUP_SHOWN = "framework", "group"


@dataclass
class Row:
    """What is chosen of one component: as typed, with the sentences that refuse it."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, Sequence[Label]] = field(default_factory=dict)


def choose_page(request: HttpRequest, thing: Thing, record: Record) -> HttpResponseBase:
    """Show the components of a framework to choose from, or set what was chosen."""
    if request.method == "POST":
        request.POST = _with_rows(request.POST, record)  # type: ignore[assignment]
    return answer(request, thing, command_of(thing.code, "set_requirements"), record, _page)


def _with_rows(form: QueryDict, record: Record) -> QueryDict:
    """Return a posted page as the command's form has it: rows that are asked for, shown ones and others."""
    number = form.get(BY_FRAMEWORK, "")
    shown = form.getlist("component")
    rows = [
        row
        for row in asked(record.role_profile)
        if row["framework"] != number or row["component"] not in shown
    ]
    for place, code in enumerate(shown):
        chosen = {name: form.get(f"{name}.{place}", "").strip() for name in NAMES}
        if any(chosen.values()):
            rows.append({"framework": number, "component": code, **chosen})
    made = form.copy()
    for place, row in enumerate(rows):
        for name, value in row.items():
            made[f"requirements.{place}.{name}"] = "" if value is None else str(value)
    return made


def _page(
    request: HttpRequest,
    command: Command,
    situation: Situation,
    asking: Asking,
    *,
    conflict: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    record = situation.subject
    chosen = dict(_chosen(asking.fields[0]))
    frameworks = _frameworks(request, {number for number, _code in chosen})
    wanted = request.POST.get(BY_FRAMEWORK) or request.GET.get(BY_FRAMEWORK, "")
    used = [one for one in frameworks if any(number == one.record.number for number, _code in chosen)]
    shown = next(
        (one for one in frameworks if one.record.number == wanted), next(iter(used or frameworks), None)
    )
    here = command_address(record, command.name)
    context = {
        "page_title": command.label,
        "page_lead": f"{record.number} {record.title}",
        "crumbs": [
            (situation.thing.plural, register_address(situation.thing)),
            (record.number, record_address(record)),
            (command.label, ""),
        ],
        "command": command,
        "asking": asking,
        "conflict": conflict,
        "action": here,
        "cancel_url": record_address(record),
        "frameworks_url": register_address(FRAMEWORKS),
        "ways": [_way(one, one is shown, here, chosen) for one in frameworks],
    }
    if shown is not None:
        context |= _components(request, shown, chosen, here)
    return render(request, "competence/choose.html.jinja", context, status=status)


def _frameworks(request: HttpRequest, numbers: set[str]) -> list[Framework]:
    """Return the frameworks in force that the person sees, and those of which something is asked for already."""
    seen = (
        FRAMEWORKS.visible_to(person_of(request))
        .exclude(state__in=("draft", "discarded"))
        .select_related("framework")
    )
    rows = [one for one in seen.order_by("number") if one.state == "in_force" or one.number in numbers]
    return [one.framework for one in rows]


def _chosen(rows: Field) -> Iterator[tuple[tuple[str, str], Row]]:
    """Yield what the form's rows hold, by framework and component."""
    for inner in rows.rows:
        by_name = {one.name.rpartition(".")[2]: one for one in inner}
        framework = by_name["framework"].value
        number = framework[0]["value"] if framework else ""
        row = Row()
        for name in NAMES:
            row.values[name] = str(by_name[name].value or "")
        row.errors = {name: one.errors for name, one in by_name.items() if one.errors}
        component = by_name["component"].value
        yield (number, component[0]["value"] if component else ""), row


def _way(
    framework: Framework, current: bool, here: str, chosen: Mapping[tuple[str, str], Row]
) -> dict[str, Any]:
    number = framework.record.number
    return {
        "label": f"{number} {framework.record.title}",
        "url": f"{here}?{urlencode({BY_FRAMEWORK: number})}",
        "current": current,
        "count": sum(1 for other, _code in chosen if other == number),
    }


def _components(
    request: HttpRequest, framework: Framework, chosen: Mapping[tuple[str, str], Row], here: str
) -> dict[str, Any]:
    content = framework.in_force or Content()
    number = framework.record.number
    groups = [item for item in content.below.get("", []) if item.kind == GROUP]
    asked_group = request.POST.get(GROUP_SHOWN) or request.GET.get(GROUP_SHOWN, "")
    many = len(content.components) > MOST
    group = asked_group if asked_group in content.by_code else groups[0].code if many and groups else ""
    walked = [(content.by_code[group], 0), *content.walk(group, 1)] if group else list(content.walk())
    retired = [code for other, code in chosen if other == number and code not in content.by_code]
    rows = [_shown(item, content, chosen.get((number, item.code), Row())) for item, _depth in walked][:MOST]
    rows += [_gone(code, chosen[number, code], content) for code in retired]
    return {
        "number": number,
        "group": group,
        "groups": [
            (
                one.title,
                f"{here}?{urlencode({BY_FRAMEWORK: number, GROUP_SHOWN: one.code})}",
                one.code == group,
            )
            for one in groups[:MOST_GROUPS]
        ]
        if many
        else [],
        "rows": rows,
    }


def _shown(item: Item, content: Content, row: Row) -> dict[str, Any]:
    ranks = set(item.ranks)
    return {
        "item": item,
        "group": item.kind == GROUP,
        "levels": [level for level in content.scale if level.rank in ranks],
        "row": row,
        "retired": False,
    }


def _gone(code: str, row: Row, content: Content) -> dict[str, Any]:
    """Return a component that a later edition left out: it stays as it is, or is no longer asked for."""
    ranks = {row.values["required"], row.values["desired"]}
    return {
        "item": {"code": code, "title": ""},
        "group": False,
        "levels": [level for level in content.scale if str(level.rank) in ranks],
        "row": row,
        "retired": True,
    }
