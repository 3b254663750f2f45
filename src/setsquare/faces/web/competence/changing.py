"""The form by which one group or component of a draft is changed, filled with what it says."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from setsquare.domains.competence.content import GROUP, Content
from setsquare.faces.web.dialogs.asking import Asking
from setsquare.faces.web.dialogs.command import answer, command_form
from setsquare.faces.web.forms.fields import Field, Option, fields_of
from setsquare.kernel.commands.declaration import Command, Situation, command_of
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing


def change_page(request: HttpRequest, thing: Thing, record: Record) -> HttpResponseBase:
    """Show the form for the item whose code the address gives, or carry the change out."""
    return answer(request, thing, command_of(thing.code, "change_item"), record, _filled)


def offer_groups(situation: Situation, fields: Sequence[Field]) -> None:
    """Have the group below which something stands be chosen among those of the draft, by code or title."""
    content: Content = situation.detail.latest
    groups = {item.code: f"{item.code} {item.title}" for item in content.items if item.kind == GROUP}
    for one in fields:
        if one.name == "parent":
            one.kind, one.placeholder = "unit", _("Find by code or title …")
            one.hint = _("A group; left empty: at the top.")
            one.choices = [Option(value=code, text=text, hint="") for code, text in groups.items()]
            code = one.value
            one.value = [Option(value=code, text=groups.get(code, code), hint="")] if code else []


def _filled(
    request: HttpRequest, command: Command, situation: Situation, asking: Asking, **more: Any
) -> HttpResponse:
    item = situation.detail.latest.by_code.get(request.GET.get("code", ""))
    if request.method == "GET" and item is not None:
        said = item.model_dump(include={"code", "kind", "title", "text", "levels"})
        asking.fields = fields_of(command.body, said, {}, situation.user)
    return command_form(request, command, situation, asking, **more)
