"""Records that were changed otherwise than by commands: found before the next command, and entered in the trail.

A command enters the whole state of its record. Without this, whatever somebody had changed in the database would
stand in that entry as if whoever acted next had done it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from setsquare.kernel.commands.act import now
from setsquare.kernel.commands.errors import WrongState
from setsquare.kernel.database.statements import planned_cursor
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.seeing import read_anew
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.sealing.findings import FOUND_ALTERED
from setsquare.kernel.sealing.replay import differences
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.canonical import canonical

_CLAIM = f"""
UPDATE {Record._meta.db_table} SET version = version + 1 WHERE id = %s RETURNING (
    SELECT digest FROM {Entry._meta.db_table} entry WHERE entry.record_id = %s AND entry.seq = version - 1
)
"""  # noqa: S608 - names of tables
MOST = 5
"""Records of one command that may be found altered, each of which is entered first."""
Done = TypeVar("Done")

log = structlog.get_logger()


class Altered(Exception):
    """A record is not what its newest entry says; `keys` are those of its state."""

    def __init__(self, record: Record, keys: list[str]) -> None:
        self.record = record
        self.keys = keys
        super().__init__(record.number)


@dataclass(frozen=True)
class Claimed:
    """A record that this transaction has claimed: read anew, its version already the next one."""

    record: Record
    entered: str | None
    """The digest of the state in its newest entry; null where it has none, which the verifier tells of."""


def claim(record: Record) -> Claimed | None:
    """Claim a record for this transaction; None where it is gone."""
    with planned_cursor() as cursor:
        cursor.execute(_CLAIM, [record.pk, record.pk])
        found = cursor.fetchone()
    if found is None:
        return None
    claimed = read_anew(thing_of(record.type), record.pk)
    entered = found[0]
    if entered is None:  # who waited for another command is not shown by PostgreSQL what that one entered
        newest = Entry.objects.filter(record=claimed.pk, seq=claimed.version - 1)
        entered = newest.values_list("digest", flat=True).first()
    return Claimed(claimed, entered)


def state_found(found: Claimed) -> dict[str, Any]:
    """Return the state in which a claimed record was found; raises Altered where its newest entry says otherwise."""
    claimed = found.record
    state = {**thing_of(claimed.type).state_of(claimed), "version": claimed.version - 1}
    if found.entered in (None, hashlib.sha256(canonical(state)).hexdigest()):
        return state
    if keys := differences(Entry.objects.get(record=claimed.pk, seq=claimed.version - 1), state):
        raise Altered(claimed, keys)
    return state


def entering_altered(perform: Callable[[], Done]) -> Done:
    """Carry out in a transaction; where a record is found altered, enter that first and begin anew."""
    for _record in range(MOST):
        try:
            return perform()
        except Altered as altered:
            enter_altered(altered.record)
    sentence = _(
        "Too many records were changed otherwise than by commands; have an administrator verify them."
    )
    raise WrongState(sentence)


def enter_altered(found: Record) -> None:
    """Enter in the trail, as the system, how a record was found that was changed otherwise than by commands."""
    with transaction.atomic():
        claimed = claim(found)
        if claimed is None:
            return
        record = claimed.record
        try:
            state_found(claimed)
        except Altered as altered:
            keys = altered.keys
        else:
            transaction.set_rollback(True)  # somebody else entered it at this very moment
            return
        log.warning("found_altered", record=record.number, keys=keys)
        record.changed = max(now(), record.changed)
        record.save(update_fields=["changed"])
        state = canonical(thing_of(record.type).state_of(record))
        Entry.objects.create(
            record=record,
            seq=record.version,
            at=record.changed,
            command=FOUND_ALTERED,
            channel="worker",
            note={"text": gettext_noop("%(keys)s"), "values": {"keys": ", ".join(keys)}},
            beside={},
            state=state.decode(),
            digest=hashlib.sha256(state).hexdigest(),
        )
