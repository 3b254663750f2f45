"""The head of a record's page, the same on each of its tabs: number, title, state, commands, tabs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import IntegerField
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.utils.translation import gettext as _

from setsquare.domains.authority.models import Override, SupervisedDeed
from setsquare.faces.web.access import situation_of
from setsquare.faces.web.addresses import command_address, record_address, register_address
from setsquare.faces.web.authority.beside import deeds_on
from setsquare.faces.web.authority.ways import ways_shown
from setsquare.faces.web.pages import OPEN_TASKS, HandMade, hand_made
from setsquare.faces.web.values import state_shown
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.prepared import Asked
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.commands.manners import GLASS
from setsquare.kernel.commands.offering import Offer, offers
from setsquare.kernel.database.statements import stand_in
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.seeing import may_see
from setsquare.kernel.records.things import OPEN, Thing, thing_of
from setsquare.kernel.representation.files import held_by
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry


def head_of(request: HttpRequest, thing: Thing, record: Record, current: str = "") -> dict[str, Any]:
    """Return the context of a record's page for its tab `current` (empty: the first)."""
    situation = situation_of(request, thing, record)
    word = state_shown(thing, record.state)
    counts = _counts(situation)
    context: dict[str, Any] = {
        "page_title": f"{record.number} {record.told}",
        "crumbs": [(thing.plural, register_address(thing)), (record.number, "")],
        "thing": thing,
        "record": record,
        "situation": situation,
        "state": {"word": word.text, "colour": word.extra},
        "commands": commands_shown(situation),
        "tabs": _tabs(situation, counts, current),
        "out_of_the_ordinary": deeds_on(record, situation.user) if counts["deeds"] else [],
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
    idle = made.idle
    offered = [
        one for one in offered if one.command.name not in idle or not idle[one.command.name](situation)
    ]
    ready = [offer for offer in offered if offer.command.prominent and offer.why_not is None]
    asked = {task.kind for task in vars(situation).get("tasks", ())}  # known where a rule asked for them
    prominent = next((offer for offer in ready if offer.command.name in asked), ready[0] if ready else None)
    shown = [_command(offer, record, made, primary=offer is prominent) for offer in offered]
    return shown + [_breaking(offer, record, made) for offer in offered if offer.breakable]


def _breaking(offer: Offer, record: Record, made: HandMade) -> dict[str, Any]:
    """Return the way to do by breaking the glass what rules keep the person from."""
    command = offer.command
    return {
        "name": f"{command.name}-glass",
        "label": _("Break the glass: %(command)s") % {"command": command.label},
        "url": f"{command_address(record, command.name)}?{GLASS}=1",
        "icon": "alert-triangle",
        "why_not": None,
        "primary": False,
        "aside": True,
        "danger": True,
        "dialog": command.name not in made.commands,
        "key": "",
        "confirm": "",
        "hint": _("In an emergency; with a reason, an alarm and a review."),
    }


def _command(offer: Offer, record: Record, made: HandMade, *, primary: bool) -> dict[str, Any]:
    command = offer.command
    return {
        "name": command.name,
        "label": command.label,
        "url": command_address(record, command.name),
        "icon": made.icons.get(command.name, "signature" if offer.meaning is not None else ""),
        "why_not": offer.why_not,
        "primary": primary,
        "aside": not offer.of_this_state or command.secondary,
        "danger": command.danger,
        "dialog": command.name not in made.commands,
        "key": "e" if command.name == "edit" and offer.why_not is None else "",
        "confirm": "",
        "ways": ways_shown(offer.ways) if offer.why_not is not None else [],
        "hint": _("It needs a countersignature.") if offer.countersigned else command.hint,
    }


def _tabs(situation: Situation, counts: Mapping[str, int], current: str) -> list[dict[str, Any]]:
    record = situation.subject
    made = hand_made(situation.thing.code)
    tabs: list[tuple[str, Any, int | None]] = [("", made.first_label, None)]
    tabs += [(tab.code, tab.label, tab.count(record)) for tab in made.tabs if tab.shown(situation)]
    tabs += [
        ("history", _("History"), counts["history"]),
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


@dataclass(frozen=True)
class _Untold:
    """What of what stands on the tabs is not told to a reader, and so not counted."""

    tasks: tuple[str, ...]
    deeds: tuple[str, ...]
    """Of the record: commands that its history and signatures leave out."""
    beside: tuple[str, ...]
    """The same of what was signed in its place."""
    own: bool
    """Whether the reader's own deeds are told all the same."""


_FILES = f"(SELECT COUNT(*) FROM {Attachment._meta.db_table} WHERE record_id = %s AND removed IS NULL)"  # noqa: S608
_SIGNATURES = f"(SELECT COUNT(*) FROM {Signature._meta.db_table} WHERE record_id IN (%s, %s))"  # noqa: S608
_SIGNED = (
    f"SELECT COUNT(*) FROM {Signature._meta.db_table} s JOIN {Entry._meta.db_table} e ON e.id = s.entry_id"  # noqa: S608
)
_ENTRIES = f"SELECT COUNT(*) FROM {Entry._meta.db_table} e WHERE e.record_id = %s"  # noqa: S608
_OPEN_TASKS = f"FROM {Task._meta.db_table} WHERE record_id = %s AND done IS NULL"
_DEEDS = (
    f"((SELECT COUNT(*) FROM {SupervisedDeed._meta.db_table} WHERE target_id = %s AND countersigned_by_id IS NULL)"  # noqa: S608
    f" + (SELECT COUNT(*) FROM {Override._meta.db_table} WHERE target_id = %s))"
)
_RECORD, _BESIDE = stand_in(3), stand_in(4)


def signed_beside(user: User, thing: Thing, record: Record) -> Record | None:
    """Return the record that was signed in place of this one, where there is one that the person may see."""
    other = thing.signed(record)
    return other if other is not None and may_see(thing_of(other.type), user, other) else None


def _counts(situation: Situation) -> dict[str, int]:
    """Return how much stands on the tabs, by one query. Links are not counted: some may lead to what is not seen.

    The signatures are those of the record, and of what was signed in its place where the person may see that.
    """
    record, user, thing = situation.subject, situation.user, situation.thing
    other = thing.signed(record)
    untold = _untold(situation, other)
    found = []
    if other is not None:
        found = _counted_beside(other.type, untold).rows(user, record=record.pk, beside=other.pk)
    if not found:
        found = _counted(thing.code, untold).rows(user, record=record.pk, beside=record.pk)
    files, signatures, tasks, all_tasks, deeds, *told = found[0]
    vars(situation)[OPEN_TASKS] = all_tasks
    if not all_tasks:
        vars(situation).setdefault("tasks", ())  # none is open: nobody need look for the person's own
    if files and thing.private.files and thing.hidden_from(user, record).files:
        files = held_by(record, thing.private).filter(removed__isnull=True).count()
    history = told[0] if told else record.version
    return {"files": files, "tasks": tasks, "signatures": signatures, "deeds": deeds, "history": history}


def _untold(situation: Situation, other: Record | None) -> _Untold:
    """Return what is hidden from the person of the record, and of what was signed in its place."""
    user, thing = situation.user, situation.thing
    shown = thing.private
    hidden = thing.hidden_from(user, situation.subject) if shown.tasks or shown.deeds else OPEN
    theirs: frozenset[str] = frozenset()
    if other is not None and (beside := thing_of(other.type)).private.deeds:
        theirs = beside.hidden_from(user, other).deeds
    kinds, deeds = tuple(sorted(hidden.tasks)), tuple(sorted(hidden.deeds))
    return _Untold(kinds, deeds, tuple(sorted(theirs)), own=bool(hidden.by))


@lru_cache
def _counted(code: str, untold: _Untold) -> Asked[Record]:
    """Return the query of what is told on the tabs of a type's records."""
    return Asked(
        lambda user, _now: Record.objects.filter(pk=_RECORD, type=code).values_list(*_numbers(user, untold)),
        lambda: {_RECORD: "record", _BESIDE: "beside"},
    )


@lru_cache
def _counted_beside(code: str, untold: _Untold) -> Asked[Record]:
    """Return the same, with no answer where the person does not see what was signed beside, of the type `code`."""
    return Asked(
        lambda user, _now: (
            thing_of(code).visible_to(user).filter(pk=_BESIDE).values_list(*_numbers(user, untold))
        ),
        lambda: {_RECORD: "record", _BESIDE: "beside"},
    )


def _numbers(user: User, untold: _Untold) -> list[RawSQL]:
    kinds = untold.tasks
    own = f" AND (assignee_id = %s OR kind NOT IN ({', '.join(['%s'] * len(kinds))}))" if kinds else ""
    asked: list[tuple[str, list[Any]]] = [
        (_FILES, [_RECORD]),
        _signatures(user, untold),
        (f"(SELECT COUNT(*) {_OPEN_TASKS}{own})", [_RECORD, *([user.pk, *kinds] if kinds else ())]),
        (f"(SELECT COUNT(*) {_OPEN_TASKS})", [_RECORD]),
        (_DEEDS, [_RECORD, _RECORD]),
    ]
    if untold.deeds:
        told, given = _but_for(untold.deeds, "e.actor_id", user if untold.own else None)
        asked.append((f"({_ENTRIES}{told})", [_RECORD, *given]))
    return [RawSQL(sql, given, output_field=IntegerField()) for sql, given in asked]  # noqa: S611 - constants


def _signatures(user: User, untold: _Untold) -> tuple[str, list[Any]]:
    if not untold.deeds and not untold.beside:
        return _SIGNATURES, [_RECORD, _BESIDE]
    here, given = _but_for(untold.deeds, "s.signer_id", user)
    there, given_there = _but_for(untold.beside, "s.signer_id", user)
    where = f"(s.record_id = %s{here}) OR (s.record_id = %s AND s.record_id <> %s{there})"
    return f"({_SIGNED} WHERE {where})", [_RECORD, *given, _BESIDE, _RECORD, *given_there]


def _but_for(deeds: tuple[str, ...], who: str, user: User | None) -> tuple[str, list[Any]]:
    """Return the condition that an entry is by none of the commands, or else of the person themself; and its values."""
    if not deeds:
        return "", []
    others = f"e.command NOT IN ({', '.join(['%s'] * len(deeds))})"
    return (f" AND ({others} OR {who} = %s)", [*deeds, user.pk]) if user else (f" AND {others}", [*deeds])
