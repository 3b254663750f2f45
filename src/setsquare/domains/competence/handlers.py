"""What follows from events and by the clock for competence."""

import datetime as dt

import structlog
from django.db.models import Exists, OuterRef
from django.utils import timezone

from setsquare.domains.competence.models import Assessment
from setsquare.domains.competence.work import REASSESS
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import CommandError
from setsquare.kernel.commands.handing_over import hand_over
from setsquare.kernel.commands.leaving import LEFT_BEHIND
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.clock import every
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.tasks.models import Task

RENEW_BEFORE = dt.timedelta(days=60)
"""How long before an assessment ends somebody is asked to see to the next one."""
MOST = 500
"""Assessments for which one round of the clock asks."""
log = structlog.get_logger()


@subscribe(LEFT_BEHIND)
def left_behind(event: Event) -> None:
    """Hand what somebody who left owned to who takes over, and ask others what they were asked."""
    hand_over(event, owned=("framework", "role_profile", "assessment"), asked=("assessment",))


@every(hours=6)
def ask_for_the_next() -> int:
    """Ask, once, for a new assessment of whoever's agreed one ends soon and still counts."""
    today = timezone.localdate()
    asked = Task.objects.filter(kind=REASSESS.code)
    counting = Qualification.objects.filter(evidence_id=OuterRef("pk"), ended__isnull=True, level__gt=0)
    ending = Assessment.objects.filter(
        Exists(counting),
        record__state="agreed",
        person__is_active=True,
        valid_until__range=(today, today + RENEW_BEFORE),
    ).exclude(pk__in=asked.values("record_id"))
    done = 0
    for assessment in ending.select_related("record").order_by("valid_until", "pk")[:MOST]:
        try:
            carry_out("assessment", "ask_renewal", Actor.system(), record=assessment.record)
            done += 1
        except CommandError as refused:
            log.warning(
                "clock_command_refused",
                command="assessment.ask_renewal",
                record=assessment.record.number,
                why=str(refused),
            )
    return done
