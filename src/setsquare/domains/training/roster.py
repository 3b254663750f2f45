"""Whom of those who take part in a session a reader sees, and of whom they read why they were absent."""

import json
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext as _

from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.domains.training.models import TrainingSession
from setsquare.domains.training.permissions import MANAGE, SEE
from setsquare.domains.training.scopes import people_followed_by
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import led_by, permissions_in, units_where
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import OPEN, Hidden
from setsquare.kernel.trail.models import Entry

PEOPLE, WAITING = "people", "waiting"
PRIVATE = Hidden(
    keys=frozenset({PEOPLE, WAITING}),
    deeds=frozenset({"enrol_me", "leave"}),
    notes=frozenset({"enrol", "withdraw", "record_attendance", "close"}),
)
"""What of a session tells of people."""


def knows_why(user: User) -> Q:
    """Return the condition on people of whom somebody reads why they were absent: themself, whom they lead or run."""
    return Q(pk=user.pk) | led_by(user) | Q(unit_id__in=units_where(user, ADMINISTER))


class Seen:
    """Whose rows a reader sees; each person is asked for once, whatever states of a session name them."""

    def __init__(self, reader: User) -> None:
        self._reader = reader
        self._closely: dict[str, bool | None] = {}

    def look_up(self, names: Iterable[str]) -> None:
        """Ask for all of these at once."""
        new = set(names) - self._closely.keys()
        if not new:
            return
        self._closely |= dict.fromkeys(new)
        closely = Case(When(knows_why(self._reader), then=Value(value=True)), default=Value(value=False))
        found = User.objects.filter(people_followed_by(self._reader) | knows_why(self._reader))
        rows = found.filter(username__in=new).annotate(closely=closely)
        self._closely |= dict(rows.values_list("username", "closely"))

    def taking_part(self, rows: Collection[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the rows of whom the reader sees, with the reason of whom they know that closely."""
        self.look_up(row["person"] for row in rows)
        return [
            row if self._closely[row["person"]] else {**row, "reason": ""}
            for row in rows
            if self._closely[row["person"]] is not None
        ]

    def in_line(self, names: Collection[str]) -> list[str]:
        """Return those who wait and whom the reader sees."""
        self.look_up(names)
        return [name for name in names if self._closely[name] is not None]


def hidden_of_session(record: Record, user: User) -> Hidden:
    """Return what of a session's people is hidden from `user`: nothing from who gives or runs it.

    Others see their own row, and those of whom they lead or whose training they see. What names several people, such as
    who was enrolled, is told to who sees them all: also those who were taken off, as it is told of all that was.
    """
    session: TrainingSession = record.training_session
    permissions = permissions_in(user, record.unit_id)
    if user.pk in (record.owner_id, session.trainer_id) or MANAGE in permissions:
        return OPEN
    seen = Seen(user)
    whole = _sees_all(seen, {row.person.username for row in session.roster})
    if whole:
        ever = _ever_named(record)
        whole = _sees_all(seen, ever) and (bool(ever) or SEE in permissions)
    return Hidden(
        keys=PRIVATE.keys,
        deeds=frozenset() if whole else PRIVATE.deeds,
        notes=frozenset() if whole else PRIVATE.notes,
        part={PEOPLE: seen.taking_part, WAITING: seen.in_line},
        by=frozenset({user.username}),
    )


def _sees_all(seen: Seen, names: Collection[str]) -> bool:
    return len(seen.in_line(names)) == len(names)


def _ever_named(record: Record) -> set[str]:
    """Return the sign-in names of all who took part in a session or waited at any time, as its trail says."""
    states = Entry.objects.filter(record_id=record.pk).values_list("state", flat=True)
    names: set[str] = set()
    for state in map(json.loads, states):
        names.update(row["person"] for row in state.get(PEOPLE) or ())
        names.update(state.get(WAITING) or ())
    return names


def narrow_session(record: Record, hidden: Hidden) -> None:
    """Leave on the row of a session those whom the reader sees, and how many there are while places are to be had."""
    session: TrainingSession = record.training_session
    taking_part = [row for row in session.roster if not row.in_line]
    told = [{"person": row.person.username, "reason": row.reason} for row in taking_part]
    reasons = {one["person"]: one["reason"] for one in hidden.part[PEOPLE](told)}
    line = sorted((row for row in session.roster if row.in_line), key=lambda row: row.pk)
    seen = set(hidden.part[WAITING]([row.person.username for row in line]))
    session.people = [
        row.with_reason(reasons[row.person.username]) for row in taking_part if row.person.username in reasons
    ]
    session.waiting = [row.person.name for row in line if row.person.username in seen]
    if hidden.notes:
        session.shown = _("Who else takes part is known to whoever gives or runs the session.")
        if not has_places(session, record.state):
            session.places = ""


def has_places(session: TrainingSession, state: str) -> bool:
    """Tell whether everybody is told how many places are taken, as one may still be left."""
    return session.capacity is not None and state == "planned"
