"""What a rule would change, shown before it is approved or withdrawn."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from setsquare.domains.authority.in_words import told
from setsquare.domains.authority.looking import BY_THE_RECORD
from setsquare.domains.authority.models import AuthorityRule
from setsquare.domains.authority.simulating import (
    GAIN,
    LOSE,
    NOWHERE,
    SHARED,
    THEN,
    Effect,
    commands_of_change,
    effect,
    units_of_change,
)
from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import record_address
from setsquare.faces.web.records.head import head_of
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.units import by_tree
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing, visible_to

PEOPLE = 25
"""People on a page."""
MOST_COUNTED = 3
"""Commands of which a form tells how many would gain or lose them: a query each."""
MOST_LOOKED_AT = 25
"""Commands of which a form tells that nobody could do them: a query each."""
TASKS = 25
"""Open tasks that are listed."""


def effect_told(situation: Situation) -> list[tuple[Label, str]]:
    """Return what approving or withdrawing a rule would change, with where that is shown, command by command."""
    rule: AuthorityRule = situation.detail
    units = units_of_change(situation.user, rule)
    commands = commands_of_change(rule) if units else []
    here = f"{record_address(situation.subject)}effect/"
    if len(commands) > MOST_COUNTED:
        return [(_("What it would change"), here)]
    return [
        (_told(effect(rule, command, units[0])), f"{here}?{urlencode({'command': command.key})}")
        for command in commands
    ]


def nobody_left(situation: Situation) -> str | None:
    """Return that nobody could do what a rule is about once it is in force: its approval would be refused then."""
    rule: AuthorityRule = situation.detail
    unit = next((one for one in units_of_change(situation.user, rule) if one.pk == rule.record.unit_id), None)
    if unit is None:
        return None
    for command in commands_of_change(rule)[:MOST_LOOKED_AT]:
        found = effect(rule, command, unit)
        if not found.by_meaning and not found.people(THEN).exists():
            sentence = _(
                "With this rule, nobody could do “%(command)s” any more in %(unit)s: it cannot be put into force"
                " like this."
            )
            return sentence % {"command": told(command), "unit": unit.name}
    return None


def _told(found: Effect) -> str:
    if found.record_alone:
        sentence = _("What it would change: who may is up to the record (%(command)s)")
    elif found.counts[SHARED]:
        sentence = _(
            "What it would change: %(lose)s would lose it, %(shared)s of whom could still do it with a"
            " countersignature; %(gain)s would gain it (%(command)s)"
        )
    else:
        sentence = _("What it would change: %(lose)s would lose it, %(gain)s would gain it (%(command)s)")
    counts = {} if found.record_alone else found.counts
    values = {name: counts.get(code) for name, code in (("lose", LOSE), ("shared", SHARED), ("gain", GAIN))}
    return sentence % {**values, "command": told(found.command)}


def effect_tab(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Show for one of the rule's commands who would gain it, who would lose it, and which open tasks that concerns."""
    rule: AuthorityRule = record.authority_rule
    context = head_of(request, thing, record, "effect")
    commands = {command.key: command for command in commands_of_change(rule)}
    units = units_of_change(person_of(request), rule)
    if not units or not commands:
        why = _("No command is known any more at which this rule is asked.") if units else NOWHERE
        return render(request, "authority/effect.html.jinja", context | {"nothing": why})
    asked = next((unit for unit in units if unit.code == request.GET.get("unit")), units[0])
    chosen = commands.get(request.GET.get("command", "")) or next(iter(commands.values()))
    context |= {
        "withdrawal": record.state == "in_force",
        "deeds": [(key, told(command)) for key, command in commands.items()],
        "command": chosen.key,
        "units": by_tree(units),
        "unit": asked,
        "rule": rule,
        **_shown(request, effect(rule, chosen, asked), asked),
    }
    return render(request, "authority/effect.html.jinja", context)


def _shown(request: HttpRequest, found: Effect, unit: Unit) -> dict[str, Any]:
    counts = found.counts
    show = request.GET.get("show", "")
    labels = {
        LOSE: _("Would lose it (%(count)s)"),
        SHARED: _("Of these, with a countersignature (%(count)s)"),
        GAIN: _("Would gain it (%(count)s)"),
        THEN: _("May then (%(count)s)"),
    }
    if found.record_alone:
        labels = {THEN: _("Meet the rules then (%(count)s)")}
    first = LOSE if counts[LOSE] or not counts[GAIN] else GAIN
    show = show if show in labels else (first if first in labels else THEN)
    asked = [("command", found.command.key), ("unit", unit.code)]
    tasks = list(found.tasks[:TASKS])
    task_count, stranded = found.task_counts if tasks else (0, 0)
    addresses = _addresses(person_of(request), [task.record for task in tasks])
    pages = Paginator(found.people(show), PEOPLE)
    pages.count = counts[show]  # it need not be counted again
    return {
        "ways": [
            {
                "label": labels[code] % {"count": counts[code]},
                "url": f"?{urlencode([*asked, ('show', code)])}",
                "current": code == show,
            }
            for code in labels
        ],
        "show": show,
        "people": pages.get_page(request.GET.get("page")),
        "query": [*asked, ("show", show)],
        "record_alone": BY_THE_RECORD if found.record_alone else "",
        "may_now": counts["now"],
        "may_then": counts[THEN],
        "tasks": [(task, task.stranded, addresses.get(task.record_id, "")) for task in tasks],
        "unattended": found.unattended,
        "task_count": task_count,
        "stranded": stranded,
    }


def _addresses(user: User, records: Sequence[Record]) -> dict[int, str]:
    """Return where records stand, by their id, as far as the person sees them."""
    types, keys = {one.type for one in records}, [one.pk for one in records]
    seen = visible_to(user, types=types).filter(pk__in=keys) if records else ()
    return {one.pk: record_address(one) for one in seen}
