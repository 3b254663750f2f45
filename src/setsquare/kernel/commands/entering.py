"""What a command leaves behind: the rows as they are now, the trail entry, the signature."""

import hashlib
from dataclasses import dataclass
from typing import Any

from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.declaration import Meaning
from setsquare.kernel.commands.errors import SignatureRefused
from setsquare.kernel.database.rows import insert
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.credentials import CredentialsRefused, Proof
from setsquare.kernel.signatures.models import Batch, Signature
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.canonical import canonical


@dataclass(frozen=True)
class Signing:
    """A signature about to be made: its meaning and how the signer proved who they are."""

    meaning: Meaning
    proof: Proof
    batch: Batch | None = None
    """The one signature for many, of which this is an item."""
    item: str = ""


def settle(act: Act, record: Record) -> None:
    """Put the record into the state that the lifecycle table or the outcome says, and store it."""
    lifecycle = act.thing.lifecycle
    if not act.command.creates:
        move = lifecycle.move(act.command.name)
        if act.target or move.target:
            record.state = act.target or str(move.target)
    elif act.target:
        record.state = act.target
    record.changed = act.now
    state = lifecycle.state(record.state)
    record.closed = (record.closed or act.now) if state.final else None
    detail = act.thing.detail_of(record)
    for row in (detail, record):
        if row is not None:
            act.stored.save(row)


def enter(act: Act, record: Record) -> Entry:
    """Enter in the trail what the command did, with the full state that it left."""
    state = canonical(act.thing.state_of(record))
    return insert(
        Entry(
            record=record,
            seq=record.version,
            at=act.now,
            actor=act.actor.user,
            on_behalf_of=act.on_behalf_of,
            actor_name=act.actor.user.name if act.actor.user else "",
            on_behalf_of_name=act.on_behalf_of.name if act.on_behalf_of else "",
            command=act.command.name,
            reason=act.reason,
            channel=act.actor.channel,
            request=act.actor.request,
            note=act.note,
            beside=act.beside.plain(),
            state=state.decode(),
            digest=hashlib.sha256(state).hexdigest(),
        )
    )


def sign(act: Act, record: Record, entry: Entry, signing: Signing, seen: dict[str, Any] | None) -> Signature:
    """Bind the signature to what the signer saw: the record's state before the command, or the one that it made."""
    try:
        signing.proof.use()
    except CredentialsRefused as refusal:
        raise SignatureRefused(str(refusal)) from None
    at = signing.batch.at if signing.batch is not None else act.now
    content = {
        "record": seen if seen is not None else act.thing.state_of(record),
        "meaning": signing.meaning.code,
        "signer": act.user.username,
        "printed_name": act.user.name,
        "at": at.isoformat().replace("+00:00", "Z"),
        "on_behalf_of": act.on_behalf_of.username if act.on_behalf_of else None,
        "on_behalf_of_name": act.on_behalf_of.name if act.on_behalf_of else None,
        "method": signing.proof.method,
        "reason": act.reason,
    }
    if signing.batch is not None:
        content |= {"batch": signing.batch.digest, "item": signing.item}
    signed = canonical(content)
    return insert(
        Signature(
            record=record,
            entry=entry,
            signer=act.user,
            on_behalf_of=act.on_behalf_of,
            printed_name=act.user.name,
            printed_title=act.user.title,
            on_behalf_of_name=act.on_behalf_of.name if act.on_behalf_of else "",
            meaning=signing.meaning.code,
            at=at,
            method=signing.proof.method,
            reason=act.reason,
            signed=signed.decode(),
            digest=hashlib.sha256(signed).hexdigest(),
        )
    )
