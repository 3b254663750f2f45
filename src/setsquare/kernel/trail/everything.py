"""Reading the trail of the whole organisation, for those who may."""

from django.db.models import Q, QuerySet

from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import permissions_in, units_where
from setsquare.kernel.records.things import all_things, visible_to
from setsquare.kernel.trail.models import Entry

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
