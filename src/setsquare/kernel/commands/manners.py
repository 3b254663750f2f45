"""How a command is carried out where rules of authority do not let a person do it outright.

Under supervision it is not carried out but kept, until somebody else countersigns it; in an emergency it is carried out
by breaking the glass, and reviewed afterwards. What keeps both is declared by a domain (`keep_by`): a creating command
of the system that takes a `Keeping` or a `Breaking`.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, PlainValidator, WithJsonSchema

from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.authority.deciding import Decision
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, shows_nothing
from setsquare.kernel.commands.declaration import Command, Meaning, Situation, command_of
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.files.models import Upload
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, plain
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.canonical import canonical

GLASS = "glass"
"""The field of the reason for breaking the glass."""
GLASS_BROKEN = Meaning(
    "glass_broken",
    gettext_lazy("Done by breaking the glass"),
    gettext_lazy("I do this although a rule asks for more than I hold. I answer for it when it is reviewed."),
)
COUNTERSIGNED = Meaning(
    "countersigned",
    gettext_lazy("Countersigned"),
    gettext_lazy("I have looked at what was prepared, and answer for it together with who prepared it."),
)


@dataclass(frozen=True)
class Prepared:
    """What somebody wants to do who needs a countersignature: tried, and found to be possible."""

    command: Command
    record: Record | None
    unit: Unit
    by: User
    body: Mapping[str, Any]
    reason: str
    version: int | None
    """The version of the record that they looked at."""
    seen: str
    """SHA-256 of the record's state at that version."""
    meaning: str
    """What their signature says; empty where the command takes none."""
    decision: Decision
    situation: Situation

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of what was prepared, as canonical JSON: both signatures are bound to it."""
        content = {
            "command": self.command.key,
            "record": self.record.number if self.record is not None else None,
            "version": self.version,
            "seen": self.seen,
            "unit": self.unit.code,
            "by": self.by.username,
            "body": self.body,
            "reason": self.reason,
            "meaning": self.meaning,
        }
        return _digest_of(content)


@dataclass(frozen=True)
class Broken:
    """What was done by breaking the glass."""

    record: Record
    entry: Entry
    command: Command
    why: str
    decision: Decision


_AS_IT_IS = (PlainValidator(lambda value: value), WithJsonSchema({"type": "object"}))


class Keeping(Body):
    """What is to wait for a countersignature."""

    prepared: Annotated[Prepared, *_AS_IT_IS, Shown(gettext_lazy("What was prepared"))]


class Breaking(Body):
    """What was done by breaking the glass."""

    broken: Annotated[Broken, *_AS_IT_IS, Shown(gettext_lazy("What was done"))]


@dataclass(frozen=True)
class Countersigning:
    """The deed that is carried out as somebody countersigns it, and how both proved who they are."""

    number: str
    digest: str
    at: dt.datetime
    """When the requester prepared it."""
    meaning: str
    method: str
    """How the requester signed; empty where the command takes no signature."""
    supervisor: User
    supervisor_method: str
    relied: tuple[Mapping[str, Any], ...]
    """The rules that the supervisor meets, and by what."""


@dataclass(frozen=True)
class Manner:
    """In which manner a command is carried out."""

    waits: bool = False
    """Whether it may be kept for a countersignature, where one is needed."""
    rehearsed: bool = False
    """Whether it is only tried, to be prepared anew."""
    glass: str = ""
    """The reason for breaking the glass."""
    countersigning: Countersigning | None = None

    def check(self, decision: Decision, situation: Situation, command: Command) -> None:
        """Refuse a manner that the decision or the record does not go with."""
        if self.countersigning is not None:
            meaning = command.meaning(situation)
            if self.countersigning.meaning != (meaning.code if meaning is not None else ""):
                raise Refused(_("What the signature would say is another by now."))
        if self.glass and not decision.lacks:
            sentence = _("Nothing keeps you from this; there is no glass to break.")
            raise Refused({GLASS: sentence})
        if self.glass and not decision.breakable:
            raise NotPermitted(decision.sentence)
        if decision.supervised and not (self.waits or self.rehearsed or self.glass or self.countersigning):
            sentence = _("%(why)s You may do it under supervision, one at a time and on its own form.")
            raise NotPermitted(sentence % {"why": decision.sentence})

    def keeps(self, decision: Decision) -> bool:
        """Tell whether the command is kept rather than carried out."""
        return self.rehearsed or (self.waits and decision.supervised and not self.glass)

    def told(self, decision: Decision, asked: User | None = None) -> dict[str, Any] | None:
        """Return what the entry says of it, as JSON; None where it was done outright.

        `asked` is whose task a substitute did by breaking the glass, in their own name.
        """
        if self.countersigning is not None:
            by = self.countersigning.supervisor
            deed = self.countersigning.number
            return {"countersigned_by": by.username, "name": by.name, "deed": deed}
        if self.glass:
            broken: dict[str, Any] = {
                "glass": self.glass,
                "rules": [one["rule"] for one in decision.overridden],
            }
            return broken if asked is None else {**broken, "asked": asked.username, "asked_name": asked.name}
        return None


OUTRIGHT = Manner()


def manner_of(glass: str, *, waits: bool) -> Manner:
    """Return in which manner somebody asks for a command; raises Refused where the glass is broken without a reason."""
    if glass and shows_nothing(glass):
        raise Refused({GLASS: _("Say why the glass has to be broken: somebody else judges it afterwards.")})
    return Manner(waits=waits, glass=glass.strip())


class Kept(Exception):
    """A command was not carried out but has to be kept: everything that it did is taken back."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        super().__init__(prepared.command.key)


Reviews = Callable[[Collection[tuple[int, int]]], Mapping[tuple[int, int], str]]
"""Finds the numbers under which uses of break-glass are reviewed, by id and version of the record they were done to."""
_reviews: list[Reviews] = []


def find_reviews_by(find: Reviews) -> Reviews:
    """Declare by which function the reviews of uses of break-glass are found."""
    _reviews.append(find)
    return find


def manners_told(signatures: Iterable[Signature]) -> dict[int, str]:
    """Return of signatures not made outright, by their ids, how: countersigned, or by breaking the glass.

    Needs `entry` read along; it takes a query where the glass was broken.
    """
    made = [(one, one.entry.authority) for one in signatures if one.entry.authority]
    places = {(one.record_id, one.entry.seq) for one, said in made if "glass" in said}
    numbers = {place: number for find in _reviews if places for place, number in find(places).items()}
    found = {}
    for one, said in made:
        if "glass" in said:
            number = numbers.get((one.record_id, one.entry.seq), "")
            values = {"number": number, "why": said["glass"], "asked": said.get("asked_name", "")}
            sentence = (
                _(
                    "Done by breaking the glass in their own name alone, though %(asked)s was asked;"
                    " reviewed as %(number)s. Why: %(why)s"
                )
                if values["asked"]
                else _("Done by breaking the glass, reviewed as %(number)s. Why: %(why)s")
            )
            found[one.pk] = sentence % values
        elif one.meaning != COUNTERSIGNED.code:
            sentence = _("“%(command)s” prepared under supervision; countersigned by %(name)s (%(deed)s)")
            found[one.pk] = sentence % {"command": _label(one), "name": said["name"], "deed": said["deed"]}
        else:
            sentence = _("Countersigned “%(command)s”, prepared by %(name)s (%(deed)s)")
            values = {"command": _label(one), "name": one.entry.actor_name, "deed": said["deed"]}
            found[one.pk] = sentence % values
    return found


def _label(signature: Signature) -> Label:
    """Return what the command is called that was signed; its name where no version knows it any more."""
    try:
        return command_of(signature.record.type, signature.entry.command).label
    except KeyError:
        return signature.entry.command


_keepers: dict[type[Body], tuple[str, str]] = {}


def keep_by(body: type[Body], thing: str, name: str) -> None:
    """Declare the command that keeps what waits for a countersignature, or what was done by breaking the glass."""
    _keepers[body] = thing, name


def keeper_of(body: type[Body]) -> Command:
    """Return the command that keeps it."""
    return command_of(*_keepers[body])


def _digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of canonical JSON, named as such: bare digests in a state are those of texts and files."""
    return f"sha256:{hashlib.sha256(canonical(dict(content))).hexdigest()}"


def as_given(value: Any) -> Any:
    """Return a command's input as JSON that can be given again: people, records and files by their names."""
    if isinstance(value, BaseModel):
        return {name: as_given(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Upload):
        return value.blob_id
    if isinstance(value, Mapping):
        return {str(name): as_given(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_given(one) for one in value]
    return plain(value)


def prepared_by(
    act: Act, body: Body, found: Mapping[str, Any], meaning: Meaning | None, decision: Decision
) -> Prepared:
    """Return what was tried, to be kept: of the record as it was before."""
    record = act.situation.record
    return Prepared(
        command=act.command,
        record=record,
        unit=Unit.objects.get(pk=act.situation.place_id or 0),
        by=act.user,
        body=as_given(body),
        reason=act.reason,
        version=found["version"] if record is not None else None,
        seen=_digest_of(found) if record is not None else "",
        meaning=meaning.code if meaning is not None else "",
        decision=decision,
        situation=act.situation,
    )
