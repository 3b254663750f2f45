"""What follows from events for change requests."""

from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.leaving import LEFT_BEHIND, owned_by, people_of
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event
from setsquare.kernel.tasks.models import Task


@subscribe(LEFT_BEHIND)
def hand_over(event: Event) -> None:
    """Hand a change request of who left to who takes over; delivered twice, nothing is left to hand over."""
    people = people_of(event)
    record = event.record
    if people is None or record is None or record.type != "change_request":
        return
    person, heir = people
    body: dict[str, User | None] = {"person": person, "to": heir}
    if heir is not None and owned_by(person).filter(pk=record.pk).exists():
        carry_out("change_request", "pass_on", Actor.system(), record=record, body=body)
    if Task.objects.filter(record=record, assignee=person, done__isnull=True).exists():
        carry_out("change_request", "ask_again", Actor.system(), record=record, body=body)
