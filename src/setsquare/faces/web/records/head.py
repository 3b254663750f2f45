"""The head of a record's page, the same on each of its tabs: number, title, state, commands, tabs."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from setsquare.faces.web.access import situation_of
from setsquare.faces.web.addresses import command_address, record_address, register_address
from setsquare.faces.web.pages import HandMade, hand_made
from setsquare.faces.web.values import state_shown
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.commands.running import Offer, offers
from setsquare.kernel.database.statements import planned_cursor
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.seeing import may_see
from setsquare.kernel.records.things import Thing, thing_of
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.tasks.models import Task


def head_of(request: HttpRequest, thing: Thing, record: Record, current: str = "") -> dict[str, Any]:
    """Return the context of a record's page for its tab `current` (empty: the first)."""
    situation = situation_of(request, thing, record)
    word = state_shown(thing, record.state)
    context: dict[str, Any] = {
        "page_title": f"{record.number} {record.title}",
        "crumbs": [(thing.plural, register_address(thing)), (record.number, "")],
        "thing": thing,
        "record": record,
        "situation": situation,
        "state": {"word": word.text, "colour": word.extra},
        "commands": commands_shown(situation),
        "tabs": _tabs(situation, current),
        "here": record_address(record),
        "kind": thing.name,
        "head_facts": [],
    }
    if (own := hand_made(thing.code).head) is not None:
        own(request, context)
    return context


def commands_shown(situation: Situation) -> list[dict[str, Any]]:
    """Return a record's commands as the macro `commands` shows them: one of them prominent at most."""
    thing, record = situation.thing, situation.subject
    offered = [offer for offer in offers(situation) if offer.command.listed]
    made = hand_made(thing.code)
    ready = [offer for offer in offered if offer.command.prominent and offer.why_not is None]
    asked = {task.kind for task in vars(situation).get("tasks", ())}  # known where a rule asked for them
    prominent = next((offer for offer in ready if offer.command.name in asked), ready[0] if ready else None)
    return [_command(offer, record, made, primary=offer is prominent) for offer in offered]


def _command(offer: Offer, record: Record, made: HandMade, *, primary: bool) -> dict[str, Any]:
    command = offer.command
    return {
        "name": command.name,
        "label": command.label,
        "url": command_address(record, command.name),
        "icon": made.icons.get(command.name, "signature" if offer.meaning is not None else ""),
        "why_not": offer.why_not,
        "primary": primary,
        "aside": not offer.of_this_state,
        "danger": command.danger,
        "dialog": command.name not in made.commands,
        "key": "e" if command.name == "edit" and offer.why_not is None else "",
        "confirm": "",
        "hint": command.hint,
    }


def _tabs(situation: Situation, current: str) -> list[dict[str, Any]]:
    record = situation.subject
    made = hand_made(situation.thing.code)
    counts = _counts(situation, signed_beside(situation.user, situation.thing, record))
    tabs: list[tuple[str, Any, int | None]] = [("", made.first_label, None)]
    tabs += [(tab.code, tab.label, tab.count(record)) for tab in made.tabs if tab.shown(situation)]
    tabs += [
        ("history", _("History"), record.version),
        ("links", _("Links"), None),
        ("files", _("Files"), counts["files"]),
        ("tasks", _("Tasks"), counts["tasks"]),
        ("signatures", _("Signatures"), counts["signatures"]),
    ]
    return [
        {
            "label": label,
            "url": record_address(record, code),
            "current": code == current,
            "count": count or None,
        }
        for code, label, count in tabs
    ]


_COUNTS = f"""
SELECT (SELECT COUNT(*) FROM {Attachment._meta.db_table} WHERE record_id = %s AND removed IS NULL),
(SELECT COUNT(*) FROM {Signature._meta.db_table} WHERE record_id IN (%s, %s)),
(SELECT COUNT(*) FROM {Task._meta.db_table} WHERE record_id = %s AND done IS NULL
"""  # noqa: S608 - names of tables


def signed_beside(user: User, thing: Thing, record: Record) -> Record | None:
    """Return the record that was signed in place of this one, where there is one that the person may see."""
    other = thing.signed(record)
    return other if other is not None and may_see(thing_of(other.type), user, other) else None


def _counts(situation: Situation, beside: Record | None) -> dict[str, int]:
    """Return how much stands on the tabs, by one query. Links are not counted: some may lead to what is not seen."""
    record, user, thing = situation.subject, situation.user, situation.thing
    kinds = sorted(thing.hidden_from(user, record).tasks) if thing.private.tasks else []
    mine = f" AND (assignee_id = %s OR kind NOT IN ({', '.join(['%s'] * len(kinds))}))" if kinds else ""
    places = [record.pk, record.pk, (beside or record).pk, record.pk, *([user.pk, *kinds] if kinds else ())]
    with planned_cursor() as cursor:
        cursor.execute(f"{_COUNTS}{mine})", places)
        files, signatures, tasks = cursor.fetchone()
    return {"files": files, "tasks": tasks, "signatures": signatures}
