"""What follows from events for change requests."""

from setsquare.kernel.commands.handing_over import hand_over
from setsquare.kernel.commands.leaving import LEFT_BEHIND
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event


@subscribe(LEFT_BEHIND)
def left_behind(event: Event) -> None:
    """Hand a change request of who left to who takes over, and ask others what they were asked."""
    hand_over(event, owned=("change_request",), asked=("change_request",))
