"""What a command leaves behind: the rows as they are now, the trail entry, the signature."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from setsquare.kernel.accounts.models import User
from setsquare.kernel.authority.asking import Before
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body
from setsquare.kernel.commands.declaration import Meaning
from setsquare.kernel.commands.errors import SignatureRefused
from setsquare.kernel.commands.manners import COUNTERSIGNED, Countersigning, Keeping, as_given
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
    unruled: Before | None = None
    """Set where no rule of authority was to be asked just before: it is not asked for again."""


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


def enter(act: Act, record: Record, authority: dict[str, Any] | None = None) -> Entry:
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
            authority=authority,
            state=state.decode(),
            digest=hashlib.sha256(state).hexdigest(),
        )
    )


@dataclass(frozen=True)
class _By:
    """Who signs, when, and how they proved who they are."""

    user: User
    at: dt.datetime
    method: str
    relied: Iterable[Mapping[str, Any]]
    on_behalf_of: User | None = None


def note_signing(
    act: Act, body: Body, signing: Signing | None, countersigning: Countersigning | None
) -> None:
    """Have the act know how it is signed, and what it is given, which is signed along with the record.

    What is kept to be countersigned has a digest of its own.
    """
    act.signed_by = signing.proof.method if signing is not None else ""
    if (signing is not None or countersigning is not None) and not isinstance(body, Keeping):
        act.given = {name: value for name, value in as_given(body).items() if value not in (None, "", [], {})}


def sign(act: Act, record: Record, entry: Entry, signing: Signing, seen: dict[str, Any] | None) -> Signature:
    """Bind the signature to what the signer saw: the record's state before the command, or the one that it made."""
    try:
        signing.proof.use()
    except CredentialsRefused as refusal:
        raise SignatureRefused(str(refusal)) from None
    at = signing.batch.at if signing.batch is not None else act.now
    by = _By(act.user, at, signing.proof.method, act.relied, act.on_behalf_of)
    beside = {"batch": signing.batch.digest, "item": signing.item} if signing.batch is not None else {}
    return _signed(act, record, entry, signing.meaning.code, by, seen, beside)


def sign_both(
    act: Act, record: Record, entry: Entry, countersigning: Countersigning, seen: dict[str, Any] | None
) -> Signature | None:
    """Bind two signatures to what was prepared: that of who prepared it, if it takes one, and the countersignature."""
    of = countersigning
    beside = {"deed": of.number, "deed_digest": of.digest}
    own = None
    if of.method:
        by = _By(act.user, of.at, of.method, act.relied, act.on_behalf_of)
        own = _signed(act, record, entry, of.meaning, by, seen, beside)
    by = _By(of.supervisor, act.now, of.supervisor_method, of.relied)
    _signed(act, record, entry, COUNTERSIGNED.code, by, seen, beside)
    return own


def _signed(
    act: Act,
    record: Record,
    entry: Entry,
    meaning: str,
    by: _By,
    seen: dict[str, Any] | None,
    beside: Mapping[str, str],
) -> Signature:
    content = {
        "record": seen if seen is not None else act.thing.state_of(record),
        "meaning": meaning,
        "signer": by.user.username,
        "printed_name": by.user.name,
        "at": by.at.isoformat().replace("+00:00", "Z"),
        "on_behalf_of": by.on_behalf_of.username if by.on_behalf_of else None,
        "on_behalf_of_name": by.on_behalf_of.name if by.on_behalf_of else None,
        "method": by.method,
        "reason": act.reason,
        "authority": list(by.relied),
        **({"given": dict(act.given)} if act.given else {}),
        **beside,
    }
    signed = canonical(content)
    return insert(
        Signature(
            record=record,
            entry=entry,
            signer=by.user,
            on_behalf_of=by.on_behalf_of,
            printed_name=by.user.name,
            printed_title=by.user.title,
            on_behalf_of_name=by.on_behalf_of.name if by.on_behalf_of else "",
            meaning=meaning,
            at=by.at,
            method=by.method,
            reason=act.reason,
            signed=signed.decode(),
            digest=hashlib.sha256(signed).hexdigest(),
            authority=list(by.relied) or None,
        )
    )
