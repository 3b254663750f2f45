"""Letting older certificates lapse by the clock where their course has to be taken anew."""

import structlog
from django.db.models import Exists, OuterRef, Q

from setsquare.domains.training.commands.retraining import Lapse
from setsquare.domains.training.models import Trainee
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import CommandError
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.clock import every
from setsquare.kernel.qualifications.models import Qualification

AT_A_TIME = 500
"""Certificates that one round of the clock lets lapse."""
log = structlog.get_logger()


@every(seconds=60)
def let_lapse() -> int:
    """Have certificates from before a retraining count no longer than its people have for it."""
    held = Qualification.objects.filter(
        Q(until__isnull=True) | Q(until__gt=OuterRef("retraining__lapses")),
        user=OuterRef("person"),
        subject=OuterRef("retraining__course"),
        topic="",
        ended__isnull=True,
        since__lt=OuterRef("retraining__lapses"),
        evidence__certificate__issued__lt=OuterRef("retraining__since"),
    )
    rows = Trainee.objects.filter(Exists(held), retraining__lapses__isnull=False)
    done = 0
    for row in rows.select_related("retraining").order_by("retraining__lapses", "pk")[:AT_A_TIME]:
        shown = Qualification.objects.filter(
            user=row.person_id, subject=row.retraining.course_id, topic="", ended__isnull=True
        )
        evidence = shown.select_related("evidence").get().evidence
        try:
            body = Lapse(until=row.retraining.lapses)  # type: ignore[arg-type]  # asked for above
            carry_out("certificate", "lapse_earlier", Actor.system(), record=evidence, body=body)
            done += 1
        except CommandError as refused:
            log.warning("clock_command_refused", record=evidence.number, why=str(refused))
    return done
