"""Declaring commands: who may, from which states to which, with what input, reason and signature."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.prepared import Asked
from setsquare.kernel.accounts.rights import permissions_in, stands_in_for
from setsquare.kernel.authority.asking import Before, before
from setsquare.kernel.authority.deciding import Decision, Way, lacking
from setsquare.kernel.authority.ways import ways_to
from setsquare.kernel.commands.bodies import Body
from setsquare.kernel.commands.owing import Hand
from setsquare.kernel.database.statements import stand_in
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Fact, Label, Thing, thing_of
from setsquare.kernel.tasks.kinds import personal_kinds
from setsquare.kernel.tasks.models import Task

if TYPE_CHECKING:
    from setsquare.kernel.commands.act import Act


@dataclass(frozen=True)
class Actor:
    """Who acts, and by which way they came in. A null user is the system, which signs nothing."""

    user: User | None
    channel: str = "web"
    request: str = ""

    @classmethod
    def system(cls, channel: str = "worker") -> "Actor":
        """Return the system as actor."""
        return cls(None, channel)


_RECORD = stand_in(3)


def _open_tasks(user: User, now: dt.datetime) -> QuerySet[Task]:
    theirs = Q(assignee=user) | Q(assignee_id__in=stands_in_for(user, now).values("absent_id"))
    tasks = Task.objects.filter(theirs, record_id=_RECORD, done__isnull=True)
    return tasks.select_related("assignee").order_by("step", "id")


_OPEN_TASKS: Asked[Task] = Asked(_open_tasks, lambda: {_RECORD: "record"})


class Situation:
    """An actor before a record: what rules look at. Each question costs at most one query, asked once."""

    def __init__(self, actor: Actor, thing: Thing, record: Record | None, unit_id: int | None = None) -> None:
        self.actor = actor
        self.thing = thing
        self.record = record
        self.unit_id = record.unit_id if record is not None else unit_id
        self.place_id = self.unit_id
        """Where rules of authority are asked: also where a record is to be made whose unit is not given but follows."""
        self.now = timezone.now()
        self.breaking = False
        """Whether the person breaks the glass: rules that allow it do not keep them from it."""
        self.told_to_others = False
        """Whether somebody else is told what keeps the person from it: they learn no level and no date."""
        self.closely = True
        """Whether it is looked at who sees this one record among those who may countersign; not in a list of many."""
        self.supervisors: dict[Any, Sequence[User]] = {}
        """Who may countersign, by what rules ask of them: looked up once."""
        self.attended: dict[str | int, bool] = {}
        """Whether somebody may countersign, by command; and whether somebody sees the record, by their id."""
        self.hands: dict[tuple[str, frozenset[int], int | None], Hand | None] = {}
        """By whose hand alone the person may do something to what these made, by command, their ids and the unit."""

    @property
    def user(self) -> User:
        """Return the person; raises TypeError for the system, whom no rule is asked about."""
        if self.actor.user is None:
            raise TypeError("the system has no rights of its own")
        return self.actor.user

    @property
    def subject(self) -> Record:
        """Return the record; raises TypeError where one is only being made."""
        if self.record is None:
            raise TypeError("there is no record yet")
        return self.record

    @cached_property
    def detail(self) -> Any:
        """Return the record's detail row."""
        return self.thing.detail_of(self.subject)

    @cached_property
    def about(self) -> frozenset[str]:
        """Return the sign-in names of those whom the record is about."""
        return frozenset(self.thing.about(self.subject))

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Return what the person may do in the record's unit."""
        return permissions_in(self.user, self.unit_id)

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """Return the record's open tasks of the person and of those whom the person stands in for."""
        return tuple(_OPEN_TASKS.instances(self.user, record=self.subject.pk))

    @cached_property
    def authority(self) -> Before:
        """Return the rules of authority that may be asked here, and what the person has of what they ask."""
        return before(self.user, self.thing.code, self.place_id)

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        """Return what leads to all that rules ask for here and the person lacks; looked up where they are refused."""
        return ways_to(self.user, lacking(self.authority.rules, self.authority.standing, self.now))

    def task(self, kind: str) -> Task | None:
        """Return the open task of this kind that the person may do: their own first, then a delegated one."""
        mine = [
            task
            for task in self.tasks
            if task.kind == kind and (task.assignee_id == self.user.pk or kind not in personal_kinds())
        ]
        return next((t for t in mine if t.assignee_id == self.user.pk), mine[0] if mine else None)


Rule = Callable[[Situation], Label | None]
"""Returns None where all is well, otherwise the sentence that says why not."""


@dataclass(frozen=True)
class Permitted:
    """Rule: the person holds `permission` in the record's unit."""

    permission: str

    def __call__(self, situation: Situation) -> Label | None:
        """Return None where the person holds it, otherwise why not."""
        if self.permission in situation.permissions:
            return None
        return _("Your roles do not allow this in this unit.")


_momentary: set[Rule] = set()


def momentary(rule: Rule) -> Rule:
    """Mark a rule that lets in those whose turn it is: where the state is another, that is told instead."""
    _momentary.add(rule)
    return rule


def is_momentary(rule: Rule) -> bool:
    """Tell whether a rule lets in those whose turn it is, which it may be in another state."""
    return rule in _momentary


def permitted(permission: str) -> Rule:
    """Rule: the person holds `permission` in the record's unit."""
    return Permitted(permission)


class Foretold(NamedTuple):
    """Whom a rule may let in, as far as that can be told without the record."""

    permission: str
    line: bool = False
    """Whether also the line managers of people in the unit."""


_foretold: dict[Rule, Foretold] = {}


def by_permission(permission: str, *, line: bool = False) -> Callable[[Rule], Rule]:
    """Mark a rule that lets in who holds `permission` where the record's person is, with `line` also their manager."""

    def mark(rule: Rule) -> Rule:
        _foretold[rule] = Foretold(permission, line)
        return rule

    return mark


def foretold(rule: Rule) -> Foretold | None:
    """Return whom a rule may let in; None where only the record tells."""
    return Foretold(rule.permission) if isinstance(rule, Permitted) else _foretold.get(rule)


def assigned(kind: str) -> Rule:
    """Rule: the person, or somebody for whom they stand in, has an open task of this kind on the record."""

    def rule(situation: Situation) -> Label | None:
        if situation.task(kind) is not None:
            return None
        return _("This is not among your tasks now.")

    return momentary(rule)


_of_its_own: set[Rule] = set()


def of_its_own(rule: Rule) -> Rule:
    """Mark a rule that lets in only whose record it is, or who wrote on it: nobody independent of it."""
    _of_its_own.add(rule)
    return rule


def only_its_own(command: "Command") -> bool:
    """Tell whether a command is only ever done by those of whom the record is: nobody is independent of it then."""
    return bool(command.who) and _of_its_own.issuperset(command.who)


@of_its_own
def owns(situation: Situation) -> Label | None:
    """Rule: the owner.

    Whose it is, others are told: it is looked up where somebody reads that.
    """
    return None if situation.subject.owner_id == situation.user.pk else only_owner(situation.subject)


def owner() -> Rule:
    """Rule: the person owns the record."""
    return owns


def _only(record: Record) -> str:
    return _("Only the owner, %(name)s, may do this.") % {"name": record.owner.name}


only_owner = lazy(_only, str)
"""Says that a record's owner alone may do this; it looks up who that is where somebody reads it."""


def everybody(_situation: Situation) -> Label | None:
    """Rule: whoever can see the record."""
    return None


def anybody() -> Rule:
    """Rule: everybody who can see the record."""
    return everybody


def as_it_is(situation: Situation) -> Mapping[str, Any]:
    """Return the record's values by name, for the form of a command that edits them (`initial=as_it_is`)."""
    return situation.thing.state_of(situation.subject)


class Reason(StrEnum):
    """When a reason is asked for."""

    NEVER = "never"
    CONTROLLED = "controlled"
    """Where the record's state is under control (signed or effective)."""
    ALWAYS = "always"


@dataclass(frozen=True)
class Meaning:
    """What a signature says, such as approval or confirmation of reading."""

    code: str
    label: Label
    statement: Label
    """What the signer is shown and agrees to: “I have read and understood ...”."""

    def __post_init__(self) -> None:
        """Make the meaning known by its code."""
        _meanings.setdefault(self.code, self)


_meanings: dict[str, Meaning] = {}


def all_meanings() -> tuple[Meaning, ...]:
    """Return everything that a signature may say."""
    return tuple(_meanings.values())


def meaning_label(code: str) -> Label:
    """Return what a signature says, in the reader's language; the code itself where no version knows it any more."""
    return _meanings[code].label if code in _meanings else code.replace("_", " ").capitalize()


class Empty(Body):
    """The body of a command that takes nothing."""


Perform = Callable[["Act", Any], Record | None]


@dataclass(frozen=True)
class Command:
    """One way to change records of one type."""

    thing: str
    name: str
    label: Label
    """Imperative, as on a button: Submit for review."""
    past: Label
    """As the trail tells it after the person's name: submitted it for review."""
    perform: Perform
    body: type[Body] = Empty
    who: tuple[Rule, ...] = ()
    """Any of these lets the person in; none at all: only the system."""
    barred: tuple[Rule, ...] = ()
    """Each of these may keep a person out whose rights allow it: duties that are kept apart."""
    decided: Callable[[Situation], Decision] | None = None
    """By what rules of authority say elsewhere who may, in place of those on its own record type: as who countersigns
    a deed does by the rules on what that is about. It tells what leads to what is lacking."""
    conditions: tuple[Rule, ...] = ()
    """What has to be true of the record besides, whoever asks: it can be done once that is so."""
    done_already: Label | None = None
    """Told in place of the state to who does it once more, where the record stands as this very command left it."""
    occasion: Rule | None = None
    """What there has to be for it to be done to: where it is missing, no page offers the command."""
    obstacles: Callable[[Situation], Mapping[str, Label]] | None = None
    """What of the record has to be put right first, all of it, by field: the button says so before it is pressed."""
    mended_by: tuple[str, ...] = ()
    """Names of commands of the same record by which what its `obstacles` tell of is put right: a refusal links them."""
    foresees: Callable[[Situation, Mapping[str, Any]], Mapping[str, Label]] | None = None
    """What is wrong with the values given, as far as they could be read, by field: told at once with all that does not
    fit. The function need not look at it again."""
    signature: Meaning | Callable[[Situation], Meaning | None] | None = None
    meanings: tuple[Meaning, ...] = ()
    """All that its signature may say, where the record chooses (`signature` is a function)."""
    reason: Reason = Reason.CONTROLLED
    creates: bool = False
    made_in: Callable[[Actor, Any], int | None] | None = None
    """In which unit, by its id, the record is made, where none is given but it follows, as from a person: rules of
    authority are asked there. Whether the person's roles allow it, the command itself looks at."""
    prominent: bool = False
    """The next thing to do in this state: the one prominent button."""
    secondary: bool = False
    """Stands in the menu, after what is done more often."""
    danger: bool = False
    bulk: bool = False
    """May be done to many selected records at once."""
    listed: bool = True
    """Whether the record's page offers it among its commands (some have a place of their own)."""
    reindexes: bool = True
    """Whether search has to read the record anew."""
    edits: bool = False
    """Whether it sets facts and nothing else: where all of them are so already, nothing is done and no entry made."""
    among_workers: bool = False
    """Whether only those who work on the record are told what was said: readers of it are not."""
    never_locked: bool = False
    """Whether rules of authority give way where nobody meets them: it is by this that they are put right."""
    outright: bool = False
    """Whether it is only ever done outright: neither kept for a countersignature nor done by breaking the glass."""
    tolerates: frozenset[str] = frozenset()
    """Commands that may have happened since the person looked, without making theirs stale."""
    signs_made: bool = False
    """Whether its signature is bound to the state that it makes, rather than to the one that was there."""
    bound_to: frozenset[str] = frozenset()
    """Names of values of the record's state that no command may have changed since the person looked, tolerated or not:
    what a signature says is chosen by them."""
    hint: Label = ""
    initial: Callable[[Situation], Mapping[str, Any]] | None = None
    """What its form is filled with at first."""
    deciding: tuple[Fact, ...] = ()
    """What of the record the person has before them while deciding: its form shows it above what it asks."""

    @property
    def key(self) -> str:
        """Return its full name, `document.withdraw`."""
        return f"{self.thing}.{self.name}"

    @cached_property
    def sayings(self) -> frozenset[str]:
        """Return the codes of all that its signature may say, whatever the record."""
        chosen = (self.signature,) if isinstance(self.signature, Meaning) else self.meanings
        return frozenset(meaning.code for meaning in chosen)

    def meaning(self, situation: Situation) -> Meaning | None:
        """Return the meaning of the signature that it takes here, if any."""
        if self.signature is None or isinstance(self.signature, Meaning):
            return self.signature
        return self.signature(situation)

    def place_of(self, actor: Actor, body: Body) -> int | None:
        """Return the id of the unit in which it makes a record, as far as that is known before."""
        unit: Unit | None = getattr(body, "unit", None)
        if self.made_in is not None:
            return self.made_in(actor, body)
        return unit.pk if unit is not None else None

    def in_the_way(self, situation: Situation) -> Mapping[str, Label]:
        """Return what of the record has to be put right before this can be done, by field."""
        return (
            self.obstacles(situation) if self.obstacles is not None and situation.record is not None else {}
        )

    def foreseen(self, actor: Actor, record: Record | None, given: Mapping[str, Any]) -> Mapping[str, Label]:
        """Return what is wrong with the values given, which need not be all of the body, by field."""
        if self.foresees is None:
            return {}
        unit = given.get("unit") if self.creates else None
        return self.foresees(Situation(actor, thing_of(self.thing), record, unit.pk if unit else None), given)

    def needs_reason(self, record: Record | None) -> bool:
        """Tell whether a reason has to be given."""
        if self.reason is Reason.ALWAYS:
            return True
        if self.reason is Reason.NEVER or record is None:
            return False
        return thing_of(self.thing).lifecycle.state(record.state).controlled


@dataclass
class _Registry:
    """Every command by its key, and what pages ask of them most, kept so that nobody looks through them all."""

    commands: dict[str, Command] = field(default_factory=dict)
    of_thing: dict[str, list[Command]] = field(default_factory=dict)
    creating: list[Command] = field(default_factory=list)

    def add(self, made: Command) -> None:
        self.commands[made.key] = made
        self.of_thing.setdefault(made.thing, []).append(made)
        if made.creates and made.listed:
            self.creating.append(made)

    def forget(self, known: Command) -> None:
        del self.commands[known.key]
        self.of_thing[known.thing].remove(known)
        if known in self.creating:
            self.creating.remove(known)


_registry = _Registry()


def command(thing: str, name: str, **declared: Any) -> Callable[[Perform], Perform]:
    """Declare the decorated function as the command `name` of record type `thing`; see `Command` for the rest."""

    def declare(perform: Perform) -> Perform:
        made = Command(thing=thing, name=name, perform=perform, **declared)
        if made.key in _registry.commands:
            raise ImproperlyConfigured(f"command {made.key} is declared twice")
        _registry.add(made)
        return perform

    return declare


def command_of(thing: str, name: str) -> Command:
    """Return a command; raises KeyError."""
    return _registry.commands[f"{thing}.{name}"]


def commands_of(thing: str) -> tuple[Command, ...]:
    """Return every command of a record type, in the order of declaration."""
    return tuple(_registry.of_thing.get(thing, ()))


def creating_commands() -> tuple[Command, ...]:
    """Return the commands that make a record and stand in the navigation, in the order of declaration."""
    return tuple(_registry.creating)


def all_commands() -> tuple[Command, ...]:
    """Return every command."""
    return tuple(_registry.commands.values())
