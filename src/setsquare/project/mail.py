"""Mail where no SMTP server is set: written to the log instead of being sent."""

from collections.abc import Sequence

import structlog
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

log = structlog.get_logger("setsquare.mail")


class LogBackend(BaseEmailBackend):
    """Logs to whom and about what; the text only at level DEBUG, for it may hold a secret link."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Log ``email_messages`` and return how many there were."""
        note = (
            log.debug if settings.SETSQUARE.mode == "demo" else log.warning
        )  # the demo's people are invented
        for message in email_messages:
            note("mail not sent, no SMTP server is set", to=message.recipients(), subject=message.subject)
            log.debug("mail text", text=message.body)
        return len(email_messages)
