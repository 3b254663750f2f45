"""Sending notices by mail: each person's waiting ones in one message, at once or at seven in their morning."""

import datetime as dt
import smtplib
from collections.abc import Sequence
from email.utils import formataddr
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.events.clock import every
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.writing.sentences import told

log = structlog.get_logger("setsquare.mail")

MOST_ATTEMPTS = 14
"""After so many failures (about four days of growing pauses) a notice stays in the application only."""
PAUSE = dt.timedelta(seconds=20)
"""The first pause after a failure; each further one is twice as long."""
MOST_IN_ONE = 30
"""Notices in one message; the rest is counted."""
MOST_AT_ONCE = 200
"""People who are written to in one round."""
MORNING = 7
"""Hour of the person's day from which the daily message is sent."""


@every(seconds=20)
def send_waiting() -> int:
    """Mail what waits to everybody whose time it is; returns how many messages went out."""
    waiting = Notice.objects.filter(mailed__isnull=True, mail_attempts__lt=MOST_ATTEMPTS)
    people = list(
        User.objects.filter(pk__in=waiting.values("user_id"))
        .select_related("unit")
        .order_by("pk")[:MOST_AT_ONCE]
    )
    return sum(_send_to(person) for person in people)


def zone_of(person: User) -> ZoneInfo:
    """Return the time zone of a person: their own, or their unit's."""
    return ZoneInfo(person.time_zone) if person.time_zone else zone(person.unit)


def _due(person: User, now: dt.datetime) -> dt.datetime | None:
    """Return the time up to which the person's notices are to be sent now; None where it is not their hour."""
    if person.digest == User.Digest.IMMEDIATE:
        return now
    local = now.astimezone(zone_of(person))
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return morning if local >= morning else None


def _send_to(person: User) -> int:
    waiting = Notice.objects.filter(user=person, mailed__isnull=True)
    now = timezone.now()
    if not person.email or not person.is_active or person.digest == User.Digest.NEVER:
        waiting.update(mailed=now)
        return 0
    until = _due(person, now)
    told = waiting.filter(at__lte=until).select_related("record").order_by("at", "id") if until else []
    notices = [notice for notice in told if notice.at + PAUSE * (2**notice.mail_attempts - 1) <= now]
    if not notices:
        return 0
    sent = Notice.objects.filter(pk__in=[notice.pk for notice in notices])
    try:
        message_to(person, notices).send()
    except (smtplib.SMTPException, OSError) as error:
        sent.update(mail_attempts=F("mail_attempts") + 1)
        log.warning("mail_failed", user=person.username, error=str(error))
        return 0
    sent.update(mailed=now)
    return 1


def message_to(person: User, notices: Sequence[Notice]) -> EmailMultiAlternatives:
    """Return the message that tells a person of their notices, in their language and time zone."""
    with translation.override(person.language), timezone.override(zone_of(person)):
        context = _context(notices)
        message = EmailMultiAlternatives(
            subject=context["subject"],
            body=render_to_string("mail/notices.txt.jinja", context),
            to=[formataddr((" ".join(person.name.split()), person.email))],
            headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
        )
        message.attach_alternative(render_to_string("mail/notices.html.jinja", context), "text/html")
    return message


def sentence_of(notice: Notice) -> str:
    """Return a notice as a sentence in the language that is in force, its dates written out."""
    values = dict(notice.values)
    for name, value in values.items():
        if name == "due" and isinstance(value, str) and value:
            due = timezone.localtime(dt.datetime.fromisoformat(value))
            values[name] = date_format(due, "DATE_FORMAT")
    return told(notice.text, values)


def _context(notices: Sequence[Notice]) -> dict[str, Any]:
    shown = [
        {
            "title": sentence_of(notice),
            "note": notice.record.told if notice.record else "",
            "url": _address(notice),
        }
        for notice in notices[:MOST_IN_ONE]
    ]
    more = len(notices) - len(shown)
    single = len(notices) == 1
    number = len(notices)
    subject = (
        shown[0]["title"] if single else ngettext("%(n)s notice", "%(n)s notices", number) % {"n": number}
    )
    lines = [ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more}] if more else []
    return {
        "subject": " ".join(subject.split())[:200],
        "preheader": shown[0]["title"],
        "organisation_name": Unit.objects.filter(parent=None).values_list("name", flat=True).first()
        or "Setsquare",
        "items": shown if not single else [],
        "lines": lines if not single else [shown[0]["note"]],
        "action_label": _("Open it") if single else _("Open my work"),
        "action_url": shown[0]["url"] if single else f"{settings.SETSQUARE.address}/",
        "foot": "",
        "language": translation.get_language(),
    }


def _address(notice: Notice) -> str:
    base = settings.SETSQUARE.address.rstrip("/")
    if notice.record is None:
        return f"{base}/notices/"
    return f"{base}/{thing_of(notice.record.type).slug}/{quote(notice.record.number, safe='/')}/"
