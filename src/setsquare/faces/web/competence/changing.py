"""The form by which one group or component of a draft is changed, filled with what it says."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from setsquare.domains.competence.content import GROUP, Content
from setsquare.faces.web.dialogs.asking import Asking
from setsquare.faces.web.dialogs.command import answer, command_form
from setsquare.faces.web.forms.fields import Field, choose_among, fields_of
from setsquare.kernel.commands.declaration import Command, Situation, command_of
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing


def change_page(request: HttpRequest, thing: Thing, record: Record) -> HttpResponseBase:
    """Show the form for the item whose code the address gives, or carry the change out."""
    return answer(request, thing, command_of(thing.code, "change_item"), record, _filled)


def offer_names(situation: Situation, fields: Sequence[Field]) -> None:
    """Have what stands in the draft be chosen by code or title: the item, the group above it, and levels by name."""
    content: Content = situation.detail.latest
    items = {item.code: f"{item.code} {item.title}" for item in content.items}
    levels = {str(level.rank): f"{level.code} {level.name}" for level in content.scale}
    for one in fields:
        if one.name == "code" and one.kind != "hidden":
            choose_among(one, items, _("Find by code or title …"))
            one.label, one.hint = _("Component or group"), ""
        elif one.name == "levels":
            _name_levels(one, levels)
    offer_groups(situation, fields)


def offer_new(situation: Situation, fields: Sequence[Field]) -> None:
    """Have what a new item stands below and its levels be chosen by name; its own code is new."""
    offer_names(situation, [one for one in fields if one.name != "code"])


def offer_groups(situation: Situation, fields: Sequence[Field]) -> None:
    """Have the group below which something stands be chosen among those of the draft, by code or title."""
    content: Content = situation.detail.latest
    groups = {item.code: f"{item.code} {item.title}" for item in content.items if item.kind == GROUP}
    for one in fields:
        if one.name == "parent":
            choose_among(one, groups, _("Find by code or title …"))
            one.hint = _("A group; left empty: at the top.")


def _name_levels(rows: Field, levels: Mapping[str, str]) -> None:
    """Have the level of each row be chosen by name."""
    for row in (*rows.rows, rows.blank):
        for inner in row:
            if inner.name.endswith(".level"):
                choose_among(inner, levels, _("Choose a level …"))
                inner.label, inner.hint = _("Level"), ""


def _filled(
    request: HttpRequest, command: Command, situation: Situation, asking: Asking, **more: Any
) -> HttpResponse:
    item = situation.detail.latest.by_code.get(request.GET.get("code", ""))
    if request.method == "GET" and item is not None:
        said = item.model_dump(include={"code", "kind", "title", "text", "levels"})
        asking.fields = fields_of(command.body, said, {}, situation.user)
    return command_form(request, command, situation, asking, **more)
