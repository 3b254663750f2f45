"""Entrusting tasks to who may: what rules of authority keep somebody from moves on to whom they allow it.

Authority lapses at the very moment at which a qualification does. The clock finds the open tasks of those whom it left,
whatever the record type, and asks others in their place.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import structlog
from django.db.models import Case, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext_lazy, override

from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import substitutes_of
from setsquare.kernel.authority.asking import Before, binding, rules_of
from setsquare.kernel.authority.deciding import Decision, RuleInForce
from setsquare.kernel.authority.models import Rule, Target
from setsquare.kernel.authority.people import standings
from setsquare.kernel.authority.ways import ways_to
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.authorising import able, concerning, decide
from setsquare.kernel.commands.declaration import (
    Actor,
    Command,
    Reason,
    Situation,
    all_commands,
    command,
    command_of,
)
from setsquare.kernel.commands.errors import CommandError
from setsquare.kernel.commands.overdue import MOST_TASKS, TaskList, open_of
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.commands.standing_in import kept_from
from setsquare.kernel.events.clock import every
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.tasks.kinds import kind_of, personal_kinds
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.sentences import some

ENTRUST = "entrust"
MOST_LOOKED_AT = 20
"""Of how many people who meet the rules it is looked at whether the record keeps them from a task."""
log = structlog.get_logger()


class Suspended(NamedTuple):
    """An open task of somebody whom rules keep from it at present."""

    task: Task
    rules: tuple[RuleInForce, ...]
    decision: Decision

    @property
    def why(self) -> str:
        """Return what keeps them from it, with what leads there, as the person is told in their language."""
        person = self.task.assignee
        needs = dict.fromkeys(lack.need for lack in self.decision.lacks if lack.need is not None)
        with override(person.language):
            return self.decision.with_ways(ways_to(person, tuple(needs))).sentence

    @property
    def lacking(self) -> str:
        """Return what is lacking as others are told."""
        return self.decision.for_others


def entrusts(thing: str) -> None:
    """Declare the command by which what people are asked on records of a type moves on to who may."""
    command(
        thing,
        ENTRUST,
        label=gettext_lazy("Entrust to who may"),
        past=gettext_lazy("entrusted what was asked to who may"),
        body=TaskList,
        reason=Reason.NEVER,
        reindexes=False,
    )(_entrust)


def suspended(tasks: Iterable[Task]) -> list[Suspended]:
    """Return those of open tasks that rules in force keep their people from, by two queries for each type and unit.

    Needs `record` and `assignee` read along.
    """
    found = []
    for (thing, unit_id), of_place in groupby(sorted(tasks, key=_place), key=_place):
        rules = rules_of(binding(thing, unit_id))
        chosen = list(of_place) if rules else []
        supervisors: dict[Any, Sequence[User]] = {}
        known = standings({task.assignee for task in chosen}, rules, unit_id, timezone.now())
        for task in chosen:
            situation = Situation(Actor(task.assignee), thing_of(thing), task.record)
            situation.tasks, situation.supervisors, situation.closely = (task,), supervisors, False
            situation.authority = Before(rules, known[task.assignee_id])
            done_by = _done_by(task)
            decision = decide(situation, done_by)
            if decision.lacks and not decision.supervised:
                asked = tuple(concerning(rules, situation, done_by))
                found.append(Suspended(task, asked, decision))
    return found


def _place(task: Task) -> tuple[str, int]:
    return task.record.type, task.record.unit_id


def _done_by(task: Task) -> Command:
    return command_of(task.record.type, kind_of(task.kind).command)


def heirs(one: Suspended) -> list[User]:
    """Return who may do a task in place of its person and is not asked yet: substitutes and their manager first."""
    task = one.task
    people = able(_done_by(task), one.rules, task.record.unit_id, timezone.now())
    asked = _open(task.record, task.kind, task.step).values("assignee_id")
    near = [*substitutes_of(task.assignee).values_list("pk", flat=True), task.assignee.manager_id]
    nearness = Case(When(pk__in=near, then=0), default=1)
    chosen = people.exclude(pk__in=asked).order_by(nearness, "name", "pk")[:MOST_LOOKED_AT]
    return [person for person in chosen if not kept_from(person, [task], begun=False)]


def _open(record: Record, kind: str, step: int) -> QuerySet[Task]:
    return Task.objects.filter(record=record, kind=kind, step=step, done__isnull=True)


def _entrust(act: Act, body: TaskList) -> None:
    """Ask others in place of those whom rules keep from these tasks; where nobody may, the line is told."""
    waiting = open_of(act, body)
    for task in waiting:
        task.record = act.record
    for one in suspended(waiting):
        task = one.task
        others = [] if _with_others(one) else heirs(one)
        if others and not kind_of(task.kind).one_does:
            others = others[:1]
        if others or _with_others(one):
            act.finish([task], "entrusted")
            for person in others:
                act.ask(task.kind, person, task.due, step=task.step, **task.details)
            _tell(act, one, others)
        elif task.escalated is None:
            act.escalate([task])
            _alarm(act, one)


def _with_others(one: Suspended) -> bool:
    """Tell whether others are asked the same who may, so that nobody has to be asked in this one's place."""
    task = one.task
    if not kind_of(task.kind).one_does:
        return False
    waiting = list(_open(task.record, task.kind, task.step).select_related("record", "assignee"))
    kept = {each.task.pk for each in suspended(waiting)}
    return any(each.pk not in kept for each in waiting)


def _tell(act: Act, one: Suspended, others: list[User]) -> None:
    person = one.task.assignee
    names = some(other.name for other in others)
    if others:
        act.say(gettext_noop("to %(names)s in place of %(person)s"), names=names, person=person.name)
    else:
        act.say(gettext_noop("to those who are asked besides %(person)s"), person=person.name)
    text = gettext_noop("%(number)s %(title)s no longer waits for you: %(why)s")
    act.tell(person, "entrusted", text, number=act.record.number, title=act.record.title, why=one.why)


def _alarm(act: Act, one: Suspended) -> None:
    person = one.task.assignee
    owners = User.objects.filter(owned__number__in=[rule.number for rule in one.rules])
    told = {act.record.owner, *owners, *([person.manager] if person.manager is not None else [])}
    text = gettext_noop("Nobody may do what %(number)s %(title)s asks of %(person)s: %(why)s")
    values = {"number": act.record.number, "title": act.record.title, "person": person.name}
    act.tell_all({each for each in told if each.is_active}, "gap", text, why=one.lacking, **values)
    act.say(gettext_noop("to nobody, as nobody else may; %(person)s is still asked"), person=person.name)


@every(minutes=5)
def entrust_to_who_may() -> int:
    """Ask others wherever rules have come to keep somebody from what they are asked."""
    if not Rule.objects.exists():
        return 0
    types = [declared.thing for declared in all_commands() if declared.name == ENTRUST]
    bound = Target.objects.filter(thing__in=types).values("thing")
    of_types = (
        Q(record__type__in=types) if Target.objects.filter(thing="").exists() else Q(record__type__in=bound)
    )
    waiting = Task.objects.filter(of_types, done__isnull=True).exclude(kind__in=personal_kinds())
    kept = suspended(waiting.select_related("record__unit", "assignee__manager").order_by("id"))
    due = [one for one in kept if one.task.escalated is None or _with_others(one) or heirs(one)][:MOST_TASKS]
    for _record_id, of_record in groupby(sorted(due, key=_record), key=_record):
        chosen = [one.task for one in of_record]
        _carry_out(chosen[0].record, [task.pk for task in chosen])
    return len(due)


def _record(one: Suspended) -> int:
    return one.task.record_id


def _carry_out(record: Record, tasks: list[int]) -> None:
    try:
        carry_out(record.type, ENTRUST, Actor.system(), record=record, body={"tasks": tasks})
    except CommandError as refused:
        log.warning("clock_command_refused", command=ENTRUST, record=record.number, why=str(refused))
