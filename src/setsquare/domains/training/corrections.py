"""Corrections of certificates that were given: which of them stand, and what was there before one that waits."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from setsquare.domains.training.models import Certificate
from setsquare.kernel.accounts.models import User
from setsquare.kernel.trail.models import Entry

CORRECTED, REFUSED = "rectify", "refuse"
CONTENT = ("issued", "expires", "issuer", "external_number", "source")
"""What a correction changes of a certificate, besides who answers for it."""
DAYS = ("issued", "expires")
ANSWERS = ("handed_in_by", "eased_by")
"""Who may not verify it, as they entered or gave it."""


def came_by(certificate: Certificate) -> str:
    """Return the command by which a certificate was made."""
    first = Entry.objects.filter(record=certificate.pk, seq=1).values_list("command", flat=True)
    return first.first() or ""


def last_standing(entries: Iterable[Entry]) -> Entry | None:
    """Return of a certificate's entries, in their order, the last correction that was not refused."""
    found: list[Entry] = []
    for entry in entries:
        if entry.command == CORRECTED:
            found.append(entry)
        elif entry.command == REFUSED and found:
            found.pop()
    return found[-1] if found else None


def correction_waits(certificate: Certificate) -> bool:
    """Tell whether a certificate that was given before waits to be verified as it says something else now.

    Only what was given can be corrected, so one that was submitted and never given has no correction.
    """
    waits = certificate.record.state == "submitted"
    return waits and Entry.objects.filter(record=certificate.pk, command=CORRECTED).exists()


def before_correction(certificate: Certificate) -> Mapping[str, Any] | None:
    """Return what a certificate said before the correction that waits to be verified; None where none waits."""
    if not correction_waits(certificate):
        return None
    entries = Entry.objects.filter(record=certificate.pk)
    last = entries.filter(command=CORRECTED).latest("seq")
    return entries.get(seq=last.seq - 1).values


def counts_as_before(certificate: Certificate) -> bool:
    """Tell whether a certificate waits for a correction that left its days alone: until that is verified, it counts."""
    before = before_correction(certificate)
    if before is None:
        return False
    days: list[dt.date | None] = [getattr(certificate, name) for name in DAYS]
    return [before[name] for name in DAYS] == [day and day.isoformat() for day in days]


def give_back(certificate: Certificate, before: Mapping[str, Any]) -> None:
    """Have a certificate say again what it said before; nothing is saved."""
    for field in Certificate._meta.concrete_fields:
        if field.name in CONTENT:
            setattr(certificate, field.name, field.to_python(before[field.name]))
    for name in ANSWERS:
        username = before.get(name)
        setattr(certificate, name, User.objects.get(username=username) if username else None)
