"""What people did and are asked to do, as JSON values: the trail, signatures, tasks and notices."""

import json

from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.errors import Stale
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.seeing import may_see
from setsquare.kernel.records.things import OPEN, Hidden, Thing, plain, thing_of
from setsquare.kernel.representation.past import Past, files_then, signatures_then, signed_openly
from setsquare.kernel.representation.records import Values, attachment, mention
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import Passage, without
from setsquare.kernel.trail.reading import withheld as left_out
from setsquare.kernel.writing.canonical import canonical
from setsquare.kernel.writing.sentences import told


def person(user: User | None) -> Values | None:
    """Return how a person is named; None stands for the system."""
    return None if user is None else {"username": user.username, "name": user.name}


def named(user: User | None, name: str) -> Values | None:
    """Return a person with the name they had at that time; None stands for the system."""
    return None if user is None else {"username": user.username, "name": name}


def entry(found: Entry, thing: Thing) -> Values:
    """Return an entry of the trail, without the state after it."""
    return {
        "version": found.seq,
        "at": plain(found.at),
        "by": named(found.actor, found.actor_name),
        "on_behalf_of": named(found.on_behalf_of, found.on_behalf_of_name),
        "command": found.command,
        "sentence": sentence_of(found, thing),
        "reason": found.reason,
        "channel": found.channel,
        "request": found.request,
        **({"authority": found.authority} if found.authority else {}),
        "digest": found.digest,
    }


def passage(found: Passage, thing: Thing) -> Values:
    """Return an entry of the trail with what it changed."""
    changes = [
        {"path": change.path, "before": change.before, "after": change.after} for change in found.changes
    ]
    return {**entry(found.entry, thing), "changes": changes}


def changed_meanwhile(error: Stale) -> list[Values]:
    """Return what others changed, oldest first, for the person whose command came too late."""
    return [passage(found, thing_of(error.record.type)) for found in error.passages]


def reason_of(found: Signature, hidden: Hidden) -> str:
    """Return the reason that was given with a signature; empty where it is hidden from the reader."""
    if found.entry.command in hidden.unreasoned and found.signer.username not in hidden.by:
        return ""
    return found.reason


def signature(found: Signature, hidden: Hidden = OPEN) -> Values:
    """Return a signature with exactly what was signed, but for what is hidden of the record from the reader.

    The digest is that of the whole; `withheld` names what is left out of it, `authority` the rules that the signer met.
    """
    signed, withheld, reason = found.signed, [], reason_of(found, hidden)
    if hidden.keys or hidden.part or reason != found.reason:
        content = json.loads(signed)
        withheld = left_out(content["record"], hidden)
        for name in ("given", *(["reason"] if reason != found.reason else [])):
            if content.pop(name, None) is not None:
                withheld.append(name)
        signed = canonical({**content, "record": without(content["record"], hidden)}).decode()
    return {
        "version": found.entry.seq,
        "by": {"username": found.signer.username, "name": found.printed_name, "title": found.printed_title},
        "on_behalf_of": named(found.on_behalf_of, found.on_behalf_of_name),
        "meaning": found.meaning,
        "at": plain(found.at),
        "method": found.method,
        "reason": reason,
        "signed": signed,
        "digest": found.digest,
        **({"authority": found.authority} if found.authority else {}),
        **({"withheld": withheld} if withheld else {}),
    }


def earlier(past: Past, thing: Thing, reader: User) -> Values:
    """Return a record as it stood, with the signatures made by then and the files it had, as far as the reader sees.

    Where another record is signed in its place, such as the revision in force of a document, with those on that one.
    """
    signed = thing.signed(past.record)
    seen = [signed] if signed is not None and may_see(thing_of(signed.type), reader, signed) else []
    hidden = {one.pk: thing_of(one.type).hidden_from(reader, one) for one in (past.record, *seen)}
    made = signed_openly(signatures_then(past, *seen), reader, past.record, *seen)
    return {
        **past.state,
        "uid": str(past.record.uid),
        "changed": plain(past.entry.at),
        "as_of": plain(past.at),
        "signatures": [signature(one, hidden[one.record_id]) for one in made],
        "files": [attachment(found) for found in files_then(past)],
    }


def task(found: Task) -> Values:
    """Return what somebody is asked to do; needs `record` and `assignee` read along."""
    return {
        "id": found.pk,
        "kind": found.kind,
        "record": mention(found.record),
        "assignee": person(found.assignee),
        "due": plain(found.due),
        "opened": plain(found.opened),
        "step": found.step,
        "details": plain(found.details),
        "done": plain(found.done),
        "outcome": found.outcome,
    }


def notice(found: Notice) -> Values:
    """Return a notice as a sentence in the reader's language; needs `record` read along."""
    return {
        "id": found.pk,
        "kind": found.kind,
        "sentence": told(found.text, found.values),
        "record": mention(found.record) if found.record is not None else None,
        "at": plain(found.at),
        "read": plain(found.read),
    }
