"""The form by which one group or component of a draft is changed, filled with what it says."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from setsquare.faces.web.dialogs.asking import Asking
from setsquare.faces.web.dialogs.command import answer, command_form
from setsquare.faces.web.forms.fields import fields_of
from setsquare.kernel.commands.declaration import Command, Situation, command_of
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing


def change_page(request: HttpRequest, thing: Thing, record: Record) -> HttpResponseBase:
    """Show the form for the item whose code the address gives, or carry the change out."""
    return answer(request, thing, command_of(thing.code, "change_item"), record, _filled)


def _filled(
    request: HttpRequest, command: Command, situation: Situation, asking: Asking, **more: Any
) -> HttpResponse:
    item = situation.detail.latest.by_code.get(request.GET.get("code", ""))
    if request.method == "GET" and item is not None:
        said = item.model_dump(include={"code", "kind", "title", "text", "levels"})
        asking.fields = fields_of(command.body, said, {}, situation.user)
    return command_form(request, command, situation, asking, **more)
