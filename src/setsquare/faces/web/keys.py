"""The key of a form: a form that is sent twice is carried out once."""

import datetime as dt
import secrets

from django.utils import timezone

from setsquare.faces.web.models import SentForm
from setsquare.kernel.accounts.models import User
from setsquare.kernel.events.clock import every
from setsquare.kernel.records.models import Record

KEPT = dt.timedelta(days=7)
LONGEST = 40


def new_key() -> str:
    """Return a key for a form that is about to be shown."""
    return secrets.token_urlsafe(18)


def claim(key: str, user: User) -> SentForm | None:
    """Take the key for this request; None where the same form was carried out already.

    Must be called in the transaction that carries the form out: a second request waits for its end, and a refusal
    gives the key back.
    """
    if not key or len(key) > LONGEST:
        key = new_key()
    sent, made = SentForm.objects.get_or_create(key=key, defaults={"user": user, "at": timezone.now()})
    return sent if made else None


def outcome_of(key: str, user: User) -> Record | None:
    """Return the record that came of a form sent before by the same person."""
    sent = SentForm.objects.filter(key=key, user=user).select_related("record").first()
    return sent.record if sent else None


def keep_outcome(sent: SentForm, record: Record) -> None:
    """Note what came of the form."""
    sent.record = record
    sent.save(update_fields=["record"])


@every(hours=24)
def forget_old() -> int:
    """Drop the keys of forms that nobody can have open any more."""
    return SentForm.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]
