"""Who wrote on revisions: whoever is in charge of each first, then everybody else who edited it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from setsquare.kernel.accounts.models import User

if TYPE_CHECKING:
    from setsquare.domains.documents.models import Revision


def authors_of(revisions: Iterable["Revision"]) -> list[list[User]]:
    """Return the authors of each revision; one query for all, none where each has one author alone."""
    rows = list(revisions)
    owners = {row.record.owner.username: row.record.owner for row in rows}
    others = {name for row in rows for name in row.authors} - set(owners)
    found = User.objects.filter(username__in=others) if others else ()
    people = owners | {person.username: person for person in found}
    return [
        [people[name] for name in dict.fromkeys([row.record.owner.username, *row.authors]) if name in people]
        for row in rows
    ]
