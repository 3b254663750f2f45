"""When and why certificates were revoked or refused, as far as a reader may know: what stands beside their state."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from setsquare.domains.training.models import Certificate
from setsquare.domains.training.thing import CERTIFICATES
from setsquare.kernel.accounts.models import User
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import heard
from setsquare.kernel.writing.sentences import told

ENDED_BY = {"revoked": ("revoke", "lose_ground"), "refused": ("refuse",)}
"""By which commands a certificate came to be what counts for nothing, by its state."""


class Ending(NamedTuple):
    """When a certificate was revoked or refused, and why; empty where the reader may not know or nobody said."""

    at: dt.datetime
    why: str


def endings_of(reader: User, certificates: Sequence[Certificate]) -> dict[int, Ending]:
    """Return when and why those of the certificates that were revoked or refused were so, by their ids; one query.

    Nobody gives a reason where the ground of one is void: what was said of that stands in its place.
    """
    over = {one.pk: one.record for one in certificates if one.record.state in ENDED_BY}
    if not over:
        return {}
    commands = {command for several in ENDED_BY.values() for command in several}
    entries = Entry.objects.filter(record__in=over, command__in=commands).order_by("record", "seq")
    found: dict[int, Ending] = {}
    for entry in entries.select_related("actor").defer("state"):
        record = over[entry.record_id]
        if entry.command not in ENDED_BY[record.state]:
            continue
        for known in heard([entry], CERTIFICATES.hidden_from(reader, record)):
            note = known.note or {}
            found[record.pk] = Ending(
                known.at, known.reason or told(str(note.get("text", "")), note.get("values"))
            )
    return found
