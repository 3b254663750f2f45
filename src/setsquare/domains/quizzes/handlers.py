"""What quizzes do upon events and by the clock."""

import structlog
from django.utils import timezone

from setsquare.domains.quizzes.commands.attempting import GRACE
from setsquare.domains.quizzes.models import QuizAttempt
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import CommandError
from setsquare.kernel.commands.handing_over import hand_over
from setsquare.kernel.commands.leaving import LEFT_BEHIND
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.clock import every
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event

log = structlog.get_logger()


@every(seconds=30)
def hand_in_what_ran_out() -> int:
    """Hand in attempts whose time is over, with what was answered."""
    over = timezone.now() - GRACE
    waiting = QuizAttempt.objects.filter(submitted__isnull=True, deadline__lt=over, record__state="started")
    done = 0
    for attempt in waiting.select_related("record").order_by("deadline")[:500]:
        try:
            carry_out("quiz_attempt", "expire", Actor.system(), record=attempt.record)
            done += 1
        except CommandError as refused:  # handed in or declared void at this very moment
            log.info("clock_command_refused", command="quiz_attempt.expire", why=str(refused))
    return done


@subscribe(LEFT_BEHIND)
def left_behind(event: Event) -> None:
    """Hand a quiz of who left to who takes over."""
    hand_over(event, owned=("quiz",))
