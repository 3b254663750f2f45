"""What a substitute may not do of the tasks that they stand in for: standing in gives nobody other rights."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from setsquare.kernel.accounts.models import User
from setsquare.kernel.authority.asking import Before
from setsquare.kernel.commands.declaration import Actor, Situation, command_of
from setsquare.kernel.commands.errors import NotFound
from setsquare.kernel.commands.running import why_barred, why_not_permitted
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, thing_of, visible_to
from setsquare.kernel.tasks.kinds import kind_of
from setsquare.kernel.tasks.models import Task


def kept_from(
    substitute: User, tasks: Iterable[Task], *, begun: bool = True, told_to_others: bool = False
) -> Mapping[int, Label]:
    """Return why the substitute may not do tasks of others, in the words in which they are told, by the task's id.

    With `told_to_others`, in words that tell nothing of what they hold. Needs `record` and `assignee` read along.
    Before they stand in (`begun`) it is not asked whether they see the record: some are seen only by who is asked.
    """
    theirs = [task for task in tasks if task.assignee_id != substitute.pk]
    unseen = _unseen(substitute, theirs) if begun else frozenset()
    rights: dict[int, frozenset[str]] = {}
    rules: dict[tuple[str, int], Before] = {}
    supervisors: dict[Any, Sequence[User]] = {}
    kept: dict[int, Label] = {}
    for task in theirs:
        situation = Situation(Actor(substitute), thing_of(task.record.type), task.record)
        situation.tasks, situation.supervisors, situation.closely = (task,), supervisors, False
        situation.told_to_others = told_to_others
        if task.record.unit_id not in rights:
            rights[task.record.unit_id] = situation.permissions
        situation.permissions = rights[task.record.unit_id]
        place = task.record.type, task.record.unit_id
        situation.authority = rules.get(place) or rules.setdefault(place, situation.authority)
        why = NotFound().sentence if task.record_id in unseen else _why_not(situation, task)
        if why is not None:
            kept[task.pk] = why
    return kept


def _why_not(situation: Situation, task: Task) -> Label | None:
    command = command_of(situation.thing.code, kind_of(task.kind).command)
    return why_not_permitted(command, situation) or why_barred(command, situation)


def _unseen(person: User, tasks: Sequence[Task]) -> frozenset[int]:
    asked = {task.record_id for task in tasks}
    if not asked:
        return frozenset()
    types = {task.record.type for task in tasks}
    found = Record.objects.filter(pk__in=asked, id__in=visible_to(person, types=types).values("pk"))
    return frozenset(asked - set(found.values_list("pk", flat=True)))
