"""Reading the trail of the whole organisation, for those who may."""

from collections.abc import Iterable, Iterator

from django.db.models import Q, QuerySet

from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import permissions_in, units_where
from setsquare.kernel.records.things import Hidden, all_things, thing_of, visible_to
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import heard

PERMISSION = "trail.read"
NARROWED_BY = {"command": "command", "channel": "channel", "type": "record__type", "number": "record__number"}
"""What a reader may narrow it by besides the person and the time, and where that stands."""


def may_read(user: User) -> bool:
    """Tell whether the person may read the trail of any unit."""
    return PERMISSION in permissions_in(user, None)


def readable_by(user: User) -> QuerySet[Entry]:
    """Return the entries about records of the units whose trail `user` may read, without the states after them.

    What is told only to those who see the record (`Thing.confidential`), they find here, and nobody else does; so it is
    with deeds that tell of people, for those who are privy to them (`Thing.privy_by`).
    """
    known = Q(record__type__in=[thing.code for thing in all_things() if not thing.confidential])
    if told := {thing.code for thing in all_things() if thing.confidential}:
        known |= Q(record_id__in=visible_to(user, types=told).values("pk"))
    entries = Entry.objects.filter(known, record__unit_id__in=units_where(user, PERMISSION))
    for thing in all_things():
        if thing.privy_by:
            of_people = Q(record__type=thing.code, command__in=thing.private.deeds | thing.private.notes)
            entries = entries.exclude(
                of_people, ~Q(record__unit_id__in=units_where(user, *thing.privy_by)), ~Q(actor=user)
            )
    return entries.select_related("record", "actor", "on_behalf_of").defer("state")


def heard_by(entries: Iterable[Entry], user: User) -> Iterator[Entry]:
    """Yield entries of any records as `user` hears of them: without reasons that are told to fewer (`Hidden.reasons`).

    Each record is asked for once. Notes are told: whoever may not know them does not find the entry (`readable_by`).
    """
    known: dict[int, Hidden] = {}
    for entry in entries:
        thing = thing_of(entry.record.type)
        if entry.command in thing.private.reasons:
            if entry.record_id not in known:
                hidden = thing.hidden_from(user, entry.record)
                known[entry.record_id] = Hidden(reasons=hidden.reasons, by=hidden.by)
            yield from heard([entry], known[entry.record_id])
        else:
            yield entry
