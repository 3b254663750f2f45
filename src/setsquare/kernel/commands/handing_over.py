"""Handing over what somebody leaves behind, for record types that go by the usual commands."""

from collections.abc import Mapping

from setsquare.kernel.commands.declaration import Actor, command_of
from setsquare.kernel.commands.leaving import owned_by, people_of
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.models import Event
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task


def hand_over(event: Event, *, owned: tuple[str, ...] = (), asked: tuple[str, ...] = ()) -> None:
    """Deal with a record that somebody left behind, as an event of `LEFT_BEHIND` names it.

    One that they own, of the types `owned`, is passed on (`pass_on`); where they are asked something on one of the
    types `asked`, others are asked (`ask_again`). Delivered twice, nothing is left to do.
    """
    people, record = people_of(event), event.record
    if people is None or record is None:
        return
    person, heir = people
    given = {"person": person, "to": heir}
    if record.type in owned and heir is not None and owned_by(person).filter(pk=record.pk).exists():
        _by_system("pass_on", record, given)
    waiting = Task.objects.filter(record=record, assignee=person, done__isnull=True)
    if record.type in asked and waiting.exists():
        _by_system("ask_again", record, given)


def _by_system(name: str, record: Record, given: Mapping[str, object]) -> None:
    taken = command_of(record.type, name).body.model_fields
    body = {field: value for field, value in given.items() if field in taken}
    carry_out(record.type, name, Actor.system(), record=record, body=body)
