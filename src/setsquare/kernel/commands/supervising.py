"""Deeds that were prepared under supervision: who may countersign them, and carrying them out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import User
from setsquare.kernel.authority.deciding import Decision
from setsquare.kernel.authority.ways import ways_to
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.altered import entering_altered
from setsquare.kernel.commands.authorising import (
    MOST_LOOKED_AT,
    could,
    decide,
    decide_on_supervisor,
    leads_in,
    line_may,
    owing_supervisors,
    permissions_for,
    supervisors,
)
from setsquare.kernel.commands.bodies import parse
from setsquare.kernel.commands.declaration import Actor, Command, Situation, command_of
from setsquare.kernel.commands.errors import CommandError, NotPermitted, Refused, Stale, WrongState
from setsquare.kernel.commands.manners import Countersigning, Kept, Manner, Prepared
from setsquare.kernel.commands.owing import Hand
from setsquare.kernel.commands.references import named_in
from setsquare.kernel.commands.running import (
    Outcome,
    Unchanged,
    perform_now,
    why_not_permitted,
    why_wrong_state,
)
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.seeing import may_see
from setsquare.kernel.records.things import BY_READING, Label, thing_of

WHOM = frozenset({"person", "people"})
"""Fields of a command's input that name whom it is about."""


@dataclass(frozen=True)
class Deed:
    """What waits for a countersignature, as it was prepared."""

    command: str
    """Its full name, such as `revision.approve`."""
    record: Record | None
    by: User
    body: Mapping[str, Any]
    reason: str
    version: int | None
    unit_id: int

    @property
    def known(self) -> Command:
        """Return the command; raises KeyError where no version has it any more."""
        return command_of(*self.command.split("."))

    def before(self, user: User) -> Situation:
        """Return the situation of somebody before what it is about."""
        return Situation(Actor(user), thing_of(self.known.thing), self.record, self.unit_id)


def why_no_right(deed: Deed, situation: Situation) -> Label | None:
    """Return why somebody’s roles do not let them countersign a deed; `situation` is theirs before what it is about."""
    needed = permissions_for(deed.known)
    if needed and not needed & situation.permissions and not _leads(deed, situation):
        return _("Your roles do not allow this in this unit.")
    return None


def _leads(deed: Deed, situation: Situation) -> bool:
    return line_may(deed.known) and leads_in(situation.user, deed.unit_id)


def is_about(command: Command, body: Mapping[str, Any], record: Record | None, user: User) -> bool:
    """Tell whether a deed is about somebody: by what it is given, as it is kept, or by the record."""
    thing = thing_of(command.thing)
    if record is not None and user.username in thing.about(record):
        return True
    named = named_in(command.body, body, () if thing.favours else WHOM)
    return user.username.lower() in {name.lower() for kind, name in named if kind is User}


def why_no_supervisor(deed: Deed, situation: Situation) -> Label | None:
    """Return why somebody does not countersign a deed whose roles allow it."""
    return why_kept_apart(deed, situation) or relied_on(deed, situation).sentence or None


def why_kept_apart(deed: Deed, situation: Situation) -> Label | None:
    """Return why duties that are kept apart do not let somebody countersign a deed, whatever they are qualified in."""
    if deed.by.pk == situation.user.pk:
        return _("You prepared this; somebody else countersigns it.")
    if is_about(deed.known, deed.body, deed.record, situation.user):
        return _("This is about you; somebody else countersigns it.")
    for rule in deed.known.barred:
        if (why := rule(situation)) is not None:
            return why
    if relied_on(deed, situation).lacks:  # which is told instead, and costs no query
        return None
    hand = hand_in(deed, situation)
    return hand.told if hand is not None and hand.others else None


def hand_in(deed: Deed, situation: Situation) -> Hand | None:
    """Return that somebody may countersign a deed by the hand alone of who prepared it, and who else may."""
    owed = owing_supervisors(deed.by, situation, deed.known)
    giver = owed.get(situation.user.pk)
    if giver is None:
        return None
    theirs = deed.before(deed.by)
    others = supervisors(theirs, deed.known).exclude(pk__in=owed).order_by("name", "pk")
    names = tuple(
        one.name
        for one in others[:MOST_LOOKED_AT]
        if not is_about(deed.known, deed.body, deed.record, one) and could(one, theirs, deed.known)
    )
    return Hand(giver, (deed.by,), permissions_for(deed.known), deed.unit_id, names)


def sees_what_it_makes(deed: Deed, user: User) -> bool:
    """Tell whether somebody may know what a deed that makes a record is given, before there is that record.

    That is who may countersign it, and who would see the record: whose roles let them make one there, or read one where
    that is all it takes. Of a confidential type that is not said before there is a record.
    """
    try:
        situation = deed.before(user)
    except KeyError:  # no version has the command any more
        return False
    thing = situation.thing
    enough = permissions_for(deed.known) | ({thing.read} if thing.scope in BY_READING else frozenset())
    if not thing.confidential and enough & situation.permissions:
        return True
    return why_no_right(deed, situation) is None and why_no_supervisor(deed, situation) is None


def why_not_now(deed: Deed, situation: Situation) -> Label | None:
    """Return why a deed cannot be carried out as things stand, as far as that is cheap to tell."""
    if deed.record is None:
        return None
    if not may_see(situation.thing, situation.user, deed.record):
        return _("You do not see what this is about.")
    if (why := why_wrong_state(deed.known, deed.record)) is not None:
        return why
    return None


class Over(StrEnum):
    """Why a deed that waits cannot be carried out any more, whoever countersigns it."""

    LEFT = "left"
    MOVED_ON = "moved_on"
    NOT_ALLOWED = "not_allowed"
    SO_ALREADY = "so_already"
    IMPOSSIBLE = "impossible"


def why_over(deed: Deed) -> Over | None:
    """Return why a deed is over before it was countersigned; None where it can still be, or prepared anew.

    What rules of authority ask is left aside: a qualification that lapsed can be renewed.
    """
    try:
        situation = deed.before(deed.by)
    except KeyError:  # no version has the command any more
        return Over.IMPOSSIBLE
    if not deed.by.is_active:
        return Over.LEFT
    if deed.record is not None and why_wrong_state(deed.known, deed.record) is not None:
        return Over.MOVED_ON
    if why_not_permitted(deed.known, situation) is not None:
        return Over.NOT_ALLOWED
    if deed.record is None or deed.record.version == deed.version:
        return None
    if not may_see(situation.thing, deed.by, deed.record):
        return Over.NOT_ALLOWED
    return _over_as_tried(deed)


def is_outdated(deed: Deed) -> bool:
    """Tell whether others changed a deed's record so that it has to be prepared anew before somebody countersigns it.

    As countersigning it would: what the command tolerates changes nothing of that.
    """
    if deed.record is None or deed.record.version == deed.version:
        return False
    try:
        entering_altered(lambda: _rehearsed(deed, deed.version))
    except Stale:
        return why_over(deed) is None
    except (Kept, Unchanged, CommandError):
        return False
    return False


def _over_as_tried(deed: Deed) -> Over | None:
    """Try a deed on its record, which others changed, and take it back."""
    try:
        entering_altered(lambda: _rehearsed(deed, None))
    except (Kept, NotPermitted):
        return None
    except Unchanged:
        return Over.SO_ALREADY
    except CommandError:
        return Over.IMPOSSIBLE
    return None


def _rehearsed(deed: Deed, version: int | None) -> None:
    with transaction.atomic():
        _rehearse(deed, Actor(deed.by), version)


def _rehearse(deed: Deed, actor: Actor, version: int | None = None) -> None:
    """Carry a deed out on its record as it is now, up to its entry; raises Kept, or what refuses it.

    With the `version` on which it was prepared, it is refused as stale where others changed the record since.
    """
    perform_now(
        deed.known,
        actor,
        deed.record,
        parse(deed.known.body, deed.body, actor),
        reason=deed.reason,
        version=version,
        signing=None,
        manner=Manner(rehearsed=True),
    )


def relied_on(deed: Deed, situation: Situation) -> Decision:
    """Return the decision by which somebody may countersign a deed."""
    return decide_on_supervisor(situation, deed.known)


def decided_on(deed: Deed, situation: Situation) -> Decision:
    """Return the same with what leads to what is lacking, as it is told to the person."""
    decision = relied_on(deed, situation)
    needs = dict.fromkeys(lack.need for lack in decision.lacks if lack.need is not None)
    return decision.with_ways(ways_to(situation.user, tuple(needs)))


def carry_out_prepared(act: Act, deed: Deed, countersigning: Countersigning) -> Outcome:
    """Carry a deed out as its requester’s, within the act of countersigning it; raises WrongState where it cannot."""
    actor = Actor(deed.by, act.actor.channel, act.actor.request)
    try:
        return perform_now(
            deed.known,
            actor,
            deed.record,
            parse(deed.known.body, deed.body, actor),
            reason=deed.reason,
            version=deed.version,
            signing=None,
            manner=Manner(countersigning=countersigning),
        )
    except Unchanged:
        raise WrongState(_("Everything is so already: there is nothing left to countersign.")) from None
    except Stale as stale:
        who = ", ".join(dict.fromkeys(p.entry.actor_name or _("the system") for p in stale.passages))
        sentence = _(
            "%(number)s was changed by %(who)s since this was prepared. %(name)s has to look at it and prepare it anew."
        )
        values = {"number": stale.record.number, "who": who, "name": deed.by.name}
        raise WrongState(sentence % values) from None
    except CommandError as refused:
        decision = decide(deed.before(deed.by), deed.known)
        if (
            decision.lacks and not decision.supervised
        ):  # in the words of others: they learn no level and no date
            sentence = _("%(name)s may not do this any more, not even under supervision. %(why)s")
            raise WrongState(sentence % {"name": deed.by.name, "why": decision.for_others}) from None
        sentence = _("This cannot be carried out now. %(name)s would be told: %(why)s")
        raise WrongState(sentence % {"name": deed.by.name, "why": _told(refused)}) from None


def _told(refused: CommandError) -> str:
    told = refused.fields.values() if isinstance(refused, Refused) else (refused.sentence,)
    return " ".join(str(sentence) for sentence in told)


def prepare_anew(act: Act, deed: Deed) -> Prepared:
    """Try a deed on its record as it is now, and return it as it would be carried out; raises what refuses it."""
    try:
        with transaction.atomic():
            _rehearse(deed, Actor(deed.by, act.actor.channel, act.actor.request))
    except Kept as kept:
        prepared = kept.prepared
    except Unchanged:
        raise WrongState(_("Everything is so already: take it back.")) from None
    if not prepared.decision.supervised:
        raise WrongState(_("You may do this yourself by now: take it back, and do it."))
    return prepared
