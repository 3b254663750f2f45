"""Hand-made pages beside the generic ones: what a domain shows that its declaration cannot say.

A package of the web face has a module `pages` that calls `extend` for its record types; it is loaded at the start.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _

from setsquare.faces.web.addresses import numbered
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing
from setsquare.kernel.representation.past import Past
from setsquare.kernel.tasks.kinds import Group, kind_of

if TYPE_CHECKING:
    from setsquare.faces.web.forms.fields import Field
    from setsquare.faces.web.records.states import Words

RecordView = Callable[[HttpRequest, Thing, Record], HttpResponseBase]
"""A whole page of one record; `setsquare.faces.web.records.page.frame_of` gives its head and tabs."""
Context = Mapping[str, Any]
OPEN_TASKS = "_open_tasks"
"""Under what name a situation knows how many tasks of its record are open, once the tabs have counted them."""


def always(_situation: Situation) -> bool:
    """Show a tab on every record of the type."""
    return True


@dataclass(frozen=True)
class Tab:
    """A further tab of a record's page, at `<record>/<code>/`."""

    code: str
    label: Label
    view: RecordView
    shown: Callable[[Situation], bool] = always
    count: Callable[[Record], int | None] = lambda _record: None


@dataclass(frozen=True)
class Part:
    """A part of the generic page, made by hand: its template and what the template reads."""

    template: str
    context: Callable[[HttpRequest, Thing, Record], Context]


@dataclass(frozen=True)
class PastPart:
    """A part made by hand of the page of a record as it stood: its template and what the template reads."""

    template: str
    context: Callable[[HttpRequest, Thing, Past], Context]


@dataclass(frozen=True)
class Rows:
    """How the rows of a value of the trail are told, which is a mapping of them by key, such as comments by number."""

    label: Callable[[str], str]
    """What a row is called, by its key."""
    told: Callable[[Mapping[str, Any] | None, Mapping[str, Any], "Words"], tuple[str | None, str | None]]
    """Tells a row before and after; before is None for one that is new, or shown alone."""
    people: frozenset[str] = frozenset()
    """What in a row is somebody's sign-in name."""
    text: str = ""
    """What in a row is the digest of a text, which can be told by its words."""


@dataclass(frozen=True)
class HandMade:
    """What is made by hand for one record type; everything else stays generic."""

    tabs: tuple[Tab, ...] = ()
    first_label: Label = _("Overview")
    """What the first tab is called."""
    overview: Part | None = None
    """Above the sections of the first tab: the content itself. With `asks` in its context it has the primary button."""
    below: Part | None = None
    """Below the sections of the first tab: what belongs to the record, such as the sessions of a course."""
    aside: Part | None = None
    """Beside the first tab, instead of the facts about the record."""
    head: Callable[[HttpRequest, dict[str, Any]], None] | None = None
    """Changes what the head of the record's pages shows: kind, further facts, which command is prominent."""
    commands: Mapping[str, RecordView] = field(default_factory=dict)
    """Commands that have a page of their own instead of the dialog, such as an editor."""
    creating: Mapping[str, Callable[[HttpRequest, Thing], HttpResponseBase]] = field(default_factory=dict)
    """The same for creating commands."""
    register: tuple[tuple[Label, str, str], ...] = ()
    """Further ways to look at the register: label, name of the URL, icon."""
    register_needs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Of these ways, by the name of the URL, those whose page answers only to who has one of these permissions."""
    navigation: tuple[tuple[Label, str, str], ...] = ()
    """Pages that stand in the navigation after the register: label, name of the URL, icon."""
    values: Mapping[str, Callable[[Any, HttpRequest], str]] = field(default_factory=dict)
    """How values of the trail are told in the history, by their name in the state."""
    compared: Mapping[str, Callable[[Record, int, int], str]] = field(default_factory=dict)
    """Where two of the texts under a name in the state are compared, by the entries that they stand in."""
    rows: Mapping[str, Rows] = field(default_factory=dict)
    """The same for values that are rows by key: each row is told by itself."""
    icons: Mapping[str, str] = field(default_factory=dict)
    """Icons of commands."""
    before: Mapping[str, Callable[[Situation], Mapping[str, Any] | None]] = field(default_factory=dict)
    """By command what a person may do first where it cannot be done yet: label, url and icon, or None."""
    beneath: Mapping[str, Callable[[Situation], Sequence[tuple[Label, str]]]] = field(default_factory=dict)
    """By command where to look before deciding, beneath what the person has before them: label and address."""
    warned: Mapping[str, Callable[[Situation], Label | None]] = field(default_factory=dict)
    """By command what the person is warned of before they do it, though nothing keeps them from it; None: nothing."""
    asked: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Fields of commands asked for in another way than derived, by command and field: `quote` is shown only."""
    furnished: Mapping[str, Callable[[Situation, "Sequence[Field]"], None]] = field(default_factory=dict)
    """By command what gives its fields choices that only the record knows, such as the groups of a draft."""
    idle: Mapping[str, Callable[[Situation], bool]] = field(default_factory=dict)
    """By command whether a record's page leaves it out because nothing would come of it, though it may be done."""
    tasks: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    """Where a kind of task is done, by the record's number, when that is not the first tab of its page."""
    then: "PastPart | None" = None
    """Above the facts of a record as it stood: the content that it had."""


@dataclass
class _Registry:
    made: dict[str, HandMade] = field(default_factory=dict)
    urls: list[URLPattern | URLResolver] = field(default_factory=list)
    links: dict[str, tuple[Label, Label]] = field(default_factory=dict)
    blocks: list[Callable[[HttpRequest], str]] = field(default_factory=list)


_registry = _Registry()
_NONE = HandMade()


def extend(thing_code: str, **parts: Any) -> None:
    """Add hand-made parts to the pages of a record type; tabs add up, everything else replaces."""
    before = _registry.made.get(thing_code, _NONE)
    tabs = (*before.tabs, *parts.pop("tabs", ()))
    _registry.made[thing_code] = replace(before, tabs=tabs, **parts)


def hand_made(thing_code: str) -> HandMade:
    """Return what is made by hand for a record type."""
    return _registry.made.get(thing_code, _NONE)


def tab_codes() -> frozenset[str]:
    """Return the codes of every hand-made tab of every type."""
    return frozenset(tab.code for made in _registry.made.values() for tab in made.tabs)


def add_urls(patterns: Sequence[URLPattern | URLResolver]) -> None:
    """Add addresses of hand-made pages; they come before the generic ones."""
    _registry.urls.extend(patterns)


def own_urls() -> list[URLPattern | URLResolver]:
    """Return the addresses of hand-made pages."""
    return list(_registry.urls)


def add_block(address: Callable[[HttpRequest], str]) -> None:
    """Add a block to the first page, asked for once that stands there; `address` is empty for whom it is not."""
    _registry.blocks.append(address)


def blocks_for(request: HttpRequest) -> list[str]:
    """Return where the blocks of a person’s first page are asked for."""
    return [address for of in _registry.blocks if (address := of(request))]


def name_link(kind: str, outwards: Label, inwards: Label) -> None:
    """Say how a kind of link is called from its source and from its target: Affects, Affected by."""
    _registry.links[kind] = (outwards, inwards)


def link_words(kind: str) -> tuple[Label, Label]:
    """Return how a kind of link is called from either end."""
    plain = kind.replace("_", " ").capitalize()
    return _registry.links.get(kind, (plain, plain))


_TASK_ICONS = {Group.READ: "book", Group.REVIEW: "eye", Group.SIGN: "signature", Group.DO: "checkbox"}


def task_group(kind: str) -> Group:
    """Return where a kind of task stands among a person's work."""
    try:
        return kind_of(kind).group
    except KeyError:  # of a domain that this installation no longer has
        return Group.DO


def task_address(kind: str, type_code: str, number: str) -> str:
    """Return where a task is done: the page that its domain names, else the record's."""
    own = hand_made(type_code).tasks.get(kind)
    return own(number) if own is not None else numbered(type_code, number)


def task_words(kind: str) -> tuple[Label, str]:
    """Return a kind of task's label and icon."""
    icon = _TASK_ICONS[task_group(kind)]
    try:
        return kind_of(kind).label, icon
    except KeyError:
        return kind.replace("_", " ").capitalize(), icon


name_link("refers_to", _("Refers to"), _("Referred to by"))
name_link("affects", _("Affects"), _("Affected by"))
name_link("opened", _("Opened"), _("Opened by"))
name_link("replaced_by", _("Replaced by"), _("Replaces"))
name_link("supersedes", _("Supersedes"), _("Superseded by"))
name_link("implements", _("Implements"), _("Implemented by"))
name_link("relates_to", _("Related to"), _("Related to"))
