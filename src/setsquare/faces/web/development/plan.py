"""A development plan on the screen: bars for what is reached, and what can be done with each action."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.development.looking import Standing, done_of, standings
from setsquare.domains.development.models import Action, DevelopmentPlan, Note
from setsquare.domains.development.scopes import leads
from setsquare.domains.development.thing import CONFIDENCE, KINDS, STATES
from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import command_address, record_address
from setsquare.faces.web.records.states import Words
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing, visible_to
from setsquare.kernel.representation.past import Past

COLOURS = {"on_track": "green", "at_risk": "orange", "off_track": "red"}
STATE_COLOURS = {"open": "blue", "done": "green", "dropped": "grey"}


def plan_part(request: HttpRequest, _thing: Thing, record: Record) -> dict[str, Any]:
    """Show the plan as it is now."""
    plan: DevelopmentPlan = record.development_plan
    shown = _shown(plan, person_of(request), timezone.localdate(), commands=_commands(request, record))
    comments = _comments(record, plan) if shown["ended"] else []
    notes = [_note(row) for row in plan.all_notes[len(comments) :]]
    return shown | {"aim": plan.aim, "person_of": plan.person, "comments": comments, "notes": notes}


def _comments(record: Record, plan: DevelopmentPlan) -> list[dict[str, Any]]:
    """Return what the person said of how it ended: what was noted last, as nothing else is noted after the end."""
    number = record.trail.filter(command="comment").count()
    return [_note(row) for row in plan.all_notes[:number]]


def plan_then(request: HttpRequest, _thing: Thing, past: Past) -> dict[str, Any]:
    """Show the plan as it stood, with what its person held then."""
    plan: DevelopmentPlan = past.record.development_plan
    return _shown(plan, person_of(request), timezone.localdate(past.at), at=past.at)


def _commands(request: HttpRequest, record: Record) -> Mapping[str, Any]:
    """Return what the reader may do with the actions: of all of them, or of their own."""
    if record.state != "agreed":
        return {}
    plan: DevelopmentPlan = record.development_plan
    user = person_of(request)
    writes = user.pk == plan.person_id or leads(user, plan.person)
    return {"record": record, "user": user, "writes": writes}


def _shown(
    plan: DevelopmentPlan,
    reader: User,
    today: dt.date,
    *,
    at: dt.datetime | None = None,
    commands: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    rows = standings(plan, at)
    seen = _seen(reader, [row.target.subject for row in rows], plan.all_actions)
    running = plan.record.state == "agreed"
    return {
        "ended": plan.record.state in ("completed", "cancelled"),
        "targets": [_target(row, seen, plan, today if running else None) for row in rows],
        "actions": [
            _action(row, seen, today if running else None, commands or {}) for row in plan.all_actions
        ],
        "notes": [_note(row) for row in plan.all_notes],
        "actions_done": done_of(plan.all_actions),
        "targets_met": (sum(row.met for row in rows), len(rows)),
    }


def _seen(reader: User, subjects: Collection[Record], actions: Collection[Action]) -> set[int]:
    """Return the ids of those records of a plan that the reader may see, by one query."""
    named = [*subjects, *(action.about for action in actions if action.about is not None)]
    if not named:
        return set()
    found = visible_to(reader, types={record.type for record in named})
    return set(found.filter(pk__in=[record.pk for record in named]).values_list("pk", flat=True))


def _linked(record: Record, seen: set[int]) -> dict[str, str]:
    """Return a record as the plan names it: by its number alone where the reader may not see it."""
    if record.pk not in seen:
        return {"number": record.number, "title": "", "url": ""}
    return {"number": record.number, "title": record.title, "url": record_address(record)}


def _target(row: Standing, seen: set[int], plan: DevelopmentPlan, today: dt.date | None) -> dict[str, Any]:
    target = row.target
    due = target.due or plan.ends
    return {
        "number": target.number,
        "subject": _linked(target.subject, seen),
        "topic": row.topic,
        "aim": row.aim,
        "now": row.now,
        "held": min(row.held, target.level),
        "level": target.level,
        "met": row.met,
        "met_on": target.met,
        "due": due,
        "late": today is not None and not row.met and due < today,
    }


def _action(
    row: Action, seen: set[int], today: dt.date | None, commands: Mapping[str, Any]
) -> dict[str, Any]:
    opened = row.state == Action.State.OPEN
    writes = opened and commands.get("writes", False)
    does = opened and bool(commands) and (writes or commands["user"].pk == row.responsible_id)
    query = f"?action={row.number}"
    return {
        "number": row.number,
        "what": row.what,
        "kind": KINDS[row.kind],
        "about": _linked(row.about, seen) if row.about is not None else None,
        "responsible": row.responsible,
        "due": row.due,
        "late": today is not None and opened and row.due < today,
        "word": STATES[row.state],
        "colour": STATE_COLOURS[row.state],
        "result": row.result,
        "finish": command_address(commands["record"], "finish_action") + query if does else "",
        "drop": command_address(commands["record"], "drop_action") + query if writes else "",
    }


def _note(row: Note) -> dict[str, Any]:
    return {
        "author": row.author,
        "day": row.day,
        "text": row.text,
        "word": CONFIDENCE[row.confidence] if row.confidence else "",
        "colour": COLOURS.get(row.confidence, ""),
        "next_review": row.next_review,
    }


# --- in the history -------------------------------------------------------------------------------


def target_label(number: str) -> str:
    """Return what a target is called in the history."""
    return _("Target %(number)s") % {"number": number}


def action_label(number: str) -> str:
    """Return what an action is called in the history."""
    return _("Action %(number)s") % {"number": number}


def note_label(number: str) -> str:
    """Return what a note is called in the history."""
    return _("Note %(number)s") % {"number": number}


def told(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], words: Words
) -> tuple[str | None, str | None]:
    """Tell a row of the trail before and after."""
    return _in_words(before, words) if before is not None else None, _in_words(after, words)


def _in_words(row: Mapping[str, Any], words: Words) -> str:
    named: dict[str, Mapping[str, Label]] = {"kind": KINDS, "state": STATES, "confidence": CONFIDENCE}
    labels = {
        "level": _("At level"),
        "due": _("Due"),
        "met": _("Met"),
        "held": _("Held at the end"),
        "next_review": _("Next review"),
    }
    parts = []
    for key, value in row.items():
        if value is None or value == "":
            continue
        said = str(named[key][value]) if key in named else words.names.get(value, words.value(key, value))
        parts.append(f"{labels[key]}: {said}" if key in labels else str(said))
    return " · ".join(parts)
