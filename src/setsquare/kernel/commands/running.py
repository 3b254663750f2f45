"""Carrying out commands: one transaction each, from the lock to the trail entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from setsquare.kernel.authority.deciding import ALLOWED, Decision
from setsquare.kernel.commands.act import Act, now
from setsquare.kernel.commands.altered import Claimed, claim, entering_altered, state_found
from setsquare.kernel.commands.authorising import decide, why_not_authorised, why_unconfirmed
from setsquare.kernel.commands.bodies import (
    Body,
    check_reasons,
    name_fields,
    naming_fields,
    parse,
    read_in_part,
    shows_nothing,
)
from setsquare.kernel.commands.declaration import (
    Actor,
    Command,
    Rule,
    Situation,
    command_of,
    commands_of,
    everybody,
    is_momentary,
)
from setsquare.kernel.commands.entering import Signing, enter, note_signing, settle, sign, sign_both
from setsquare.kernel.commands.errors import (
    NotFound,
    NotPermitted,
    Refused,
    SignatureRefused,
    VersionMissing,
    WrongState,
)
from setsquare.kernel.commands.fresh import check_fresh
from setsquare.kernel.commands.manners import (
    GLASS,
    GLASS_BROKEN,
    OUTRIGHT,
    Breaking,
    Broken,
    Keeping,
    Kept,
    Manner,
    Prepared,
    as_given,
    keeper_of,
    manner_of,
    prepared_by,
)
from setsquare.kernel.commands.seconding import note_hands
from setsquare.kernel.database.rows import insert_all
from setsquare.kernel.events.models import Event
from setsquare.kernel.records.along import TASKS, carry_over, forget
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.seeing import may_see, read_anew
from setsquare.kernel.records.things import Label, thing_of
from setsquare.kernel.search.index import index
from setsquare.kernel.signatures.batches import OfBatch, verify_of_batch
from setsquare.kernel.signatures.credentials import Credentials, CredentialsRefused, Proof, prove
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.sentences import quoted


@dataclass(frozen=True)
class Outcome:
    """What came of a command."""

    record: Record
    entry: Entry
    signature: Signature | None
    conclusion: str = ""
    """What the command tells of its outcome (`Act.conclude`), in the language of whoever did it; usually empty."""
    unchanged: bool = False
    """Whether everything was so already: nothing was done, and the entry is the one before."""
    secret: str = ""
    """What the command shows this once and nothing keeps (`Act.reveal`), such as a new token; usually empty."""
    waits: bool = False
    """Whether it was not done but waits for a countersignature: the record is what keeps it."""


class Unchanged(Exception):
    """Everything is so already: what was done is taken back, as it would leave an entry that tells nothing."""


def carry_out(
    thing: str,
    name: str,
    actor: Actor,
    *,
    record: Record | None = None,
    body: Any = None,
    version: int | None = None,
    reason: str = "",
    credentials: Credentials | OfBatch | None = None,
    glass: str = "",
    waits: bool = False,
) -> Outcome:
    """Carry out a command as `actor`; the only way by which a record changes.

    `credentials` prove who signs, at this moment or in a batch that the actor signed before. `version` is the one that
    the person saw, and a signature needs it; if others changed the record since, in a way that the command does not
    tolerate, it is stale. `glass` is the reason for breaking the glass. Where a countersignature is needed and the
    caller `waits`, the command is kept for that. Raises the errors of `commands.errors`; then nothing was changed.
    """
    command = command_of(thing, name)
    situation = _situation(command, actor, record)
    if record is not None and record.type != command.thing:
        raise NotFound(record.number)
    given = body if isinstance(body, command.body) else _read(command, situation, body)
    check_reasons({"reason": reason, GLASS: glass})
    manner = manner_of(glass, waits=waits)
    situation.breaking = bool(manner.glass)
    signing = None
    if command.signature is not None or manner.glass:
        check_before(command, situation, given, version)
        signing = _prove(command, situation, credentials, version)

    def perform() -> Outcome:
        with naming_fields(command.body, partial(_bodies, command)), transaction.atomic():
            return perform_now(
                command, actor, record, given, reason=reason, version=version, signing=signing, manner=manner
            )

    try:
        return entering_altered(perform)
    except Unchanged:
        return _as_before(command, situation.subject)
    except Kept as kept:
        plain = as_given(body or {})
        return _keep(replace(kept.prepared, body=plain), actor, signing)


def _keep(prepared: Prepared, actor: Actor, signing: Signing | None) -> Outcome:
    """Keep what needs a countersignature, signed by who wants to do it; its reason is as private as what is kept."""
    with transaction.atomic():
        body, relied = Keeping(prepared=prepared), prepared.decision.relied
        kept = _kept(keeper_of(Keeping), actor, body, "", signing, relied)
    return replace(kept, waits=True)


def _kept(
    keeper: Command,
    actor: Actor,
    body: Body,
    reason: str,
    signing: Signing | None,
    relied: Sequence[Mapping[str, Any]] = (),
) -> Outcome:
    return perform_now(
        keeper, actor, None, body, reason=reason, version=None, signing=signing, nested=True, relied=relied
    )


def _as_before(command: Command, record: Record) -> Outcome:
    kept = read_anew(thing_of(command.thing), record.pk)
    entry = Entry.objects.get(record=kept, seq=kept.version)
    return Outcome(kept, entry, None, _("Nothing was changed."), unchanged=True)


def _read(command: Command, situation: Situation, data: Any) -> Body:
    """Return the command's body; where it does not fit, what else is in the way is told together with it."""
    try:
        return parse(command.body, data or {}, situation.actor)
    except Refused as refused:
        if why_not_yet(command, situation) is None:
            read = read_in_part(command.body, data or {}, situation.actor) if command.foresees else {}
            foreseen = command.foreseen(situation.actor, situation.record, read)
            refused.fields = {**command.in_the_way(situation), **foreseen, **refused.fields}
            name_fields(refused, command.body, partial(_bodies, command))
        raise


def _bodies(command: Command) -> list[type[Body]]:
    """Return what the commands of the same type take: where their fields are named that are in this one's way."""
    return [known.body for known in commands_of(command.thing)]


def rehearse(thing: str, name: str, actor: Actor, *, body: Any = None, reason: str = "") -> None:
    """Try a command that makes a record, and take it back: refused as `carry_out` would refuse it.

    Nothing is signed, as nothing of it is kept.
    """
    command = command_of(thing, name)
    situation = _situation(command, actor, None)
    given = body if isinstance(body, command.body) else _read(command, situation, body)
    check_reasons({"reason": reason})

    def perform() -> Outcome:
        with naming_fields(command.body, partial(_bodies, command)), transaction.atomic():
            outcome = perform_now(command, actor, None, given, reason=reason, version=None, signing=None)
            transaction.set_rollback(True)
            return outcome

    entering_altered(perform)


def _within(command: Command, actor: Actor, record: Record | None, body: Any, reason: str) -> Record:
    """Carry out a command inside another one: rights were decided there, everything else holds."""
    given = body if isinstance(body, command.body) else parse(command.body, body or {}, actor)
    return perform_now(
        command, actor, record, given, reason=reason, version=None, signing=None, nested=True
    ).record


def _situation(command: Command, actor: Actor, record: Record | None) -> Situation:
    if command.creates != (record is None):
        raise NotFound(record.number if record else "")
    return Situation(actor, thing_of(command.thing), record)


def _may_see(situation: Situation) -> bool:
    record, user = situation.record, situation.actor.user
    return record is None or user is None or may_see(situation.thing, user, record)


def why_not_permitted(command: Command, situation: Situation) -> Label | None:
    """Return why the actor may not, or None."""
    if situation.actor.user is None:
        return None
    if not situation.actor.user.is_active:
        return _("This sign-in is no longer active.")
    if not command.who:
        return _("Only the system does this.")
    first: Label | None = None
    for rule in command.who:
        why = rule(situation)
        if why is None:
            return None
        first = first or why
    return why_unconfirmed(command, situation.user) or first


def _barring(command: Command) -> tuple[Rule, ...]:
    """Return what may keep somebody from a command whose rights allow it: duties kept apart, and rules in force."""
    return *command.barred, partial(why_not_authorised, command)


def why_barred(command: Command, situation: Situation) -> Label | None:
    """Return what keeps the person from a command that their rights allow, or None."""
    return next((why for rule in _barring(command) if (why := rule(situation)) is not None), None)


def _why_not_conditions(command: Command, situation: Situation) -> Label | None:
    """Return every reason at once, so that nobody mends one thing only to be told of the next."""
    if situation.actor.user is None:
        return None
    occasion = (command.occasion,) if command.occasion is not None else ()
    rules = (*_barring(command), *occasion, *command.conditions)
    reasons = [str(why) for rule in rules if (why := rule(situation)) is not None]
    return " ".join(dict.fromkeys(reasons)) or None


def why_not_yet(command: Command, situation: Situation) -> Label | None:
    """Return why a person who sees the record cannot do this now, whatever they would give; obstacles aside."""
    if (why := why_not_permitted(command, situation)) is not None:
        return why
    if not _may_see(situation):
        return NotFound().sentence
    wrong = why_wrong_state(command, situation.record) if situation.record is not None else None
    return wrong or _why_not_conditions(command, situation)


def why_wrong_state(command: Command, record: Record) -> Label | None:
    """Return why the record's state does not allow the command, or None."""
    lifecycle = thing_of(command.thing).lifecycle
    move = lifecycle.move(command.name)
    if record.state in move.sources:
        return None
    if command.done_already and record.state in (move.target, *move.targets):
        return command.done_already
    names = " / ".join(_(lifecycle.state(code).label) for code in move.sources)
    return _("%(number)s is “%(state)s”; this is done while it is “%(states)s”.") % {
        "number": record.number,
        "state": _(lifecycle.state(record.state).label),
        "states": names,
    }


def check_before(
    command: Command, situation: Situation, body: Body | None = None, version: int | None = None
) -> None:
    """Raise what refuses a command whatever is given to it: NotPermitted, NotFound, Stale or WrongState."""
    _check_rights(command, situation, body, version)
    _check_state(command, situation)
    _check_conditions(command, situation)


def _check_state(command: Command, situation: Situation) -> None:
    record = situation.record
    if record is None or (why := why_wrong_state(command, record)) is None:
        return
    lifecycle = situation.thing.lifecycle
    states = lifecycle.move(command.name).sources
    known = {known.name: known for known in commands_of(command.thing) if known.who and not known.danger}
    ways = lifecycle.ways(record.state, states, known)
    first = [name for name in ways if why_not_permitted(known[name], situation) is None]
    sentence = str(why)
    if first:
        labels = " / ".join(quoted(known[name].label) for name in first)
        sentence = _("%(sentence)s Before that: %(commands)s.") % {"sentence": sentence, "commands": labels}
    raise WrongState(sentence, record.state, states, first)


def _check_conditions(command: Command, situation: Situation) -> None:
    """Refuse for good whom the command is kept from, and for now where the record is not ready for it."""
    if (why := _why_not_conditions(command, situation)) is None:
        return
    if why_barred(command, situation) is not None:
        decision = decide(situation, command)
        raise NotPermitted(why, breakable=decision.breakable, ways=decision.ways)
    raise WrongState(why)


def _check_rights(
    command: Command, situation: Situation, body: Body | None, version: int | None, *, claimed: bool = False
) -> None:
    if command.creates:
        unit = getattr(body, "unit", None)
        situation.unit_id = unit.pk if unit is not None else None
        situation.place_id = command.place_of(situation.actor, body) if body is not None else None
    if why := why_not_permitted(command, situation):
        if not _may_see(situation):
            raise NotFound(situation.subject.number)
        if any(is_momentary(rule) for rule in command.who):  # theirs to do, until something happened to it
            check_fresh(command, situation, version, claimed=claimed)
            _check_state(command, situation)
        raise NotPermitted(why)
    if everybody in command.who and situation.actor.user is not None and not _may_see(situation):
        raise NotFound(situation.subject.number)


def _prove(
    command: Command,
    situation: Situation,
    credentials: Credentials | OfBatch | None,
    version: int | None,
) -> Signing | None:
    """Prove who signs; where nothing is signed after all, credentials have to be right all the same."""
    meaning = command.meaning(situation) or (GLASS_BROKEN if situation.breaking else None)
    user = situation.actor.user
    try:
        if meaning is None:
            if user is not None and isinstance(credentials, Credentials):
                prove(user, credentials)
            return None
        if user is None:
            raise SignatureRefused(_("The system does not sign."))
        if credentials is not None and situation.record is not None and version is None:
            raise VersionMissing(situation.record)
        unruled = None if situation.authority.rules else situation.authority
        if isinstance(credentials, OfBatch):
            batch = verify_of_batch(user, meaning.code, credentials)
            return Signing(meaning, Proof(batch.method), batch, credentials.item, unruled)
        return Signing(meaning, prove(user, credentials), unruled=unruled)
    except CredentialsRefused as refusal:
        raise SignatureRefused(str(refusal)) from None


def _lock(record: Record, *, nested: bool) -> Claimed:
    """Claim the record for this transaction; raises NotFound where it is gone.

    What the checks before read along with it still holds; what an outer command read may be what that has changed.
    """
    claimed = claim(record)
    if claimed is None:
        raise NotFound(record.number)
    if not nested:
        carry_over(record, claimed.record)
    return claimed


def _check_now(
    command: Command, situation: Situation, body: Body, version: int | None, *, nested: bool
) -> None:
    """Refuse what may not or cannot be done to the record as it is locked; rights were decided by an outer command."""
    if nested:
        _check_state(command, situation)
        return
    _check_rights(command, situation, body, version, claimed=True)
    check_fresh(command, situation, version, claimed=True)
    _check_state(command, situation)
    _check_conditions(command, situation)


def perform_now(
    command: Command,
    actor: Actor,
    record: Record | None,
    body: Body,
    *,
    reason: str,
    version: int | None,
    signing: Signing | None,
    nested: bool = False,
    manner: Manner = OUTRIGHT,
    relied: Sequence[Mapping[str, Any]] = (),
) -> Outcome:
    """Carry out a command within the transaction that is open, from the claim of the record to the entry."""
    thing = thing_of(command.thing)
    claimed = _lock(record, nested=nested) if record is not None else None
    locked = claimed.record if claimed is not None else None
    found = state_found(claimed) if claimed is not None else {}
    situation = Situation(actor, thing, locked)
    if signing is not None and signing.unruled is not None:
        situation.authority = signing.unruled
    situation.breaking = bool(manner.glass)
    _check_now(command, situation, body, version, nested=nested)
    decision = decide(situation, command) if not nested else ALLOWED
    manner.check(decision, situation, command)
    act = Act(
        command, thing, actor, now(), _given_reason(command, situation, reason), situation, _within, locked
    )
    act.relied = decision.overridden if manner.glass else relied or decision.relied
    note_signing(act, body, signing, manner.countersigning)
    meaning = command.meaning(situation) if manner.keeps(decision) else None
    if locked is not None:
        act.now = max(act.now, locked.changed)
        act.stored.note(thing.detail_of(locked))
        act.stored.note(locked)
    before = (
        {**found, "version": locked.version} if command.edits and locked is not None and not nested else None
    )
    made = _performed(act, body)
    done = locked or made
    if done is None:
        raise TypeError(f"{command.key} returned no record")
    settle(act, done)
    note_hands(act, situation.hands.values())
    if before is not None and not act.beside.plain() and before == thing.state_of(done):
        raise Unchanged
    if manner.keeps(decision):
        raise Kept(prepared_by(act, body, found, meaning, decision))
    seen = found if locked and not command.signs_made else None
    return _entered(act, done, manner, decision, signing, seen)


def _given_reason(command: Command, situation: Situation, reason: str) -> str:
    reason = "" if shows_nothing(reason) else reason.strip()
    if command.needs_reason(situation.record) and not reason and situation.actor.user is not None:
        raise Refused({"reason": _("Say why; the reason is kept in the record's history.")})
    return reason


def _entered(
    act: Act,
    done: Record,
    manner: Manner,
    decision: Decision,
    signing: Signing | None,
    seen: dict[str, Any] | None,
) -> Outcome:
    """Enter and sign what was done, and have everybody know who has to."""
    entry = enter(act, done, manner.told(decision, act.own_name))
    signature = sign(act, done, entry, signing, seen) if signing else None
    if manner.countersigning is not None:
        signature = sign_both(act, done, entry, manner.countersigning, seen)
    if act.command.reindexes and act.thing.search is not None:
        index(done, act.thing.search(done))
    act.emit(f"{act.command.thing}.{act.command.name}", done, version=done.version)
    insert_all(Event, act.pending)
    forget(done, TASKS)
    if manner.glass:
        broken = Breaking(broken=Broken(done, entry, act.command, manner.glass, decision))
        review = _kept(keeper_of(Breaking), act.actor, broken, manner.glass, None)
        act.conclusion = " ".join(filter(None, (act.conclusion, review.conclusion)))
    return Outcome(done, entry, signature, act.conclusion, secret=act.secret)


def _performed(act: Act, body: Body) -> Record | None:
    """Run the command's function; what it refuses is told together with what of the record is in the way."""
    obstacles = dict(act.command.in_the_way(act.situation))
    values = {name: getattr(body, name) for name in type(body).model_fields}
    foreseen = act.command.foreseen(act.actor, act._record, values)
    if foreseen:
        raise Refused({**obstacles, **foreseen})
    try:
        made = act.command.perform(act, body)
    except Refused as refused:
        refused.fields = {**obstacles, **refused.fields}
        raise
    if obstacles:
        raise Refused(obstacles)
    return made


def why_in_the_way(command: Command, situation: Situation) -> Label | None:
    """Return everything that is in the way of a command in this state, as sentences one after another."""
    condition = _why_not_conditions(command, situation)
    told = [*([condition] if condition else []), *command.in_the_way(situation).values()]
    return " ".join(str(sentence) for sentence in told) or None
