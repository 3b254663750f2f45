"""What follows from events for authority rules."""

from setsquare.kernel.commands.handing_over import hand_over
from setsquare.kernel.commands.leaving import LEFT_BEHIND
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event


@subscribe(LEFT_BEHIND)
def left_behind(event: Event) -> None:
    """Hand a rule of who left to who takes over, let lapse what they prepared, and ask others what they were asked."""
    asked = ("authority_rule", "supervised_deed", "override")
    hand_over(event, owned=("authority_rule", "supervised_deed"), asked=asked)
