"""The clock's job of the programming interface: answers are kept for a day."""

from django.utils import timezone

from setsquare.faces.api.models import Answer
from setsquare.faces.api.repeating import KEPT
from setsquare.kernel.events.clock import every


@every(hours=1)
def forget_old_answers() -> int:
    """Delete the answers that are older than a day; returns how many."""
    return Answer.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]
