"""Changing the draft of a framework's content: its scale, its attributes, its groups and components."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from pydantic import Field

from setsquare.domains.competence.content import (
    CODE,
    LINE,
    MOST_INDICATORS,
    MOST_LEVELS,
    NAME,
    TEXT,
    Attribute,
    Content,
    Descriptor,
    Item,
    Level,
)
from setsquare.domains.competence.drafts import item_at, placed, put, without
from setsquare.domains.competence.rules import WRITERS
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop

Code = Annotated[
    str,
    Field(min_length=1, max_length=CODE),
    Shown(gettext_lazy("Code"), gettext_lazy("Unique in the framework; it stays what others refer to.")),
]
Which = Annotated[
    str, Field(min_length=1, max_length=CODE), Shown(gettext_lazy("Code"), widget=Widget.HIDDEN)
]
"""The code of what is changed: typed over in its form, it would be another one that is overwritten."""
Title = Annotated[str, Field(min_length=1, max_length=NAME), Shown(gettext_lazy("Title"))]
LongText = Annotated[str, Field(max_length=TEXT), Shown(gettext_lazy("Text"), widget=Widget.LONG_TEXT)]
Rank = Annotated[
    int,
    Field(ge=1, le=MOST_LEVELS),
    Shown(gettext_lazy("Rank"), gettext_lazy("Of the level on the scale; 1 is the lowest.")),
]
KINDS = {"component": gettext_lazy("Component"), "group": gettext_lazy("Group")}
ItemKind = Annotated[
    Literal["component", "group"],
    Shown(
        gettext_lazy("Kind"),
        gettext_lazy("A group holds others; a component is described at levels."),
        choices=KINDS,
    ),
]
Parent = Annotated[
    str,
    Field(max_length=CODE),
    Shown(gettext_lazy("Below"), gettext_lazy("The code of a group; left empty: at the top.")),
]
Place = Annotated[
    int | None,
    Field(ge=1),
    Shown(
        pgettext_lazy("in an order", "Place"),
        gettext_lazy("Among those below the same group, from 1; left empty: last."),
    ),
]


class ScaleRow(Body):
    """A level; the rows stand from the lowest to the highest."""

    code: Annotated[
        str,
        Field(min_length=1, max_length=20),
        Shown(gettext_lazy("Code"), gettext_lazy("As people say it, such as 1, A or II.")),
    ]
    name: Annotated[str, Field(min_length=1, max_length=NAME), Shown(gettext_lazy("Name"))]
    text: LongText = ""


class SetScale(Body):
    """All levels, from the lowest to the highest."""

    scale: Annotated[
        Sequence[ScaleRow],
        Field(min_length=1, max_length=MOST_LEVELS),
        Shown(gettext_lazy("Levels"), gettext_lazy("From the lowest to the highest.")),
    ]


class AttributeRow(Body):
    """What one level means for one attribute."""

    code: Annotated[str, Field(min_length=1, max_length=CODE), Shown(gettext_lazy("Code"))]
    title: Title
    level: Rank
    text: LongText = ""


class SetAttributes(Body):
    """What each level means whatever the component, such as autonomy: a row for each attribute and level."""

    attributes: Annotated[
        Sequence[AttributeRow],
        Field(max_length=500),
        Shown(
            gettext_lazy("Attributes"),
            gettext_lazy("A row for each attribute and level; rows with the same code are one attribute."),
        ),
    ] = ()


class LevelRow(Body):
    """What one level means for a component."""

    level: Rank
    text: LongText = ""
    indicators: Annotated[
        list[Annotated[str, Field(max_length=LINE)]],
        Field(max_length=MOST_INDICATORS),
        Shown(
            gettext_lazy("Indicators"),
            gettext_lazy("By what it is recognised, one a line."),
            Widget.LONG_TEXT,
        ),
    ] = []


Levels = Annotated[
    Sequence[LevelRow],
    Field(max_length=MOST_LEVELS),
    Shown(gettext_lazy("Levels"), gettext_lazy("Those at which the component is described.")),
]


class ChangeItem(Body):
    """What a group or component says."""

    code: Which
    kind: ItemKind = "component"
    title: Title
    text: LongText = ""
    levels: Levels = ()


class AddItem(ChangeItem):
    """A group or component, and where it stands."""

    code: Code
    parent: Parent = ""
    place: Place = None


class MoveItem(Body):
    """Where a group or component goes, with all that stands below it."""

    code: Code
    parent: Parent = ""
    place: Place = None


class RemoveItem(Body):
    """What goes."""

    code: Code


def _levels(rows: Sequence[LevelRow]) -> tuple[Descriptor, ...]:
    made = [
        Descriptor(level=row.level, text=row.text, indicators=tuple(line for line in row.indicators if line))
        for row in rows
    ]
    return tuple(sorted(made, key=lambda one: one.level))


def _item(body: ChangeItem, parent: str) -> Item:
    """Return the item of a form; rows of levels that say nothing are left out of a group."""
    silent = body.kind == "group" and not any(row.text or row.indicators for row in body.levels)
    return Item(
        code=body.code,
        parent=parent,
        kind=body.kind,
        title=body.title,
        text=body.text,
        levels=() if silent else _levels(body.levels),
    )


def _at(content: Content, code: str, form: str = "code") -> Any:
    """Return a function from a place in the content to the form's field: what concerns the item stands there."""
    place = next((n for n, item in enumerate(content.items) if item.code == code), None)
    mine = f"items.{place}."

    def field(where: str) -> str:
        return where.removeprefix(mine).split(".")[0] if where.startswith(mine) else form

    return field


def _scale_as_is(situation: Situation) -> Mapping[str, Any]:
    scale = situation.detail.latest.scale
    return {"scale": [level.model_dump(include={"code", "name", "text"}) for level in scale]}


def _attributes_as_is(situation: Situation) -> Mapping[str, Any]:
    rows = [
        {"code": one.code, "title": one.title, "level": at.level, "text": at.text}
        for one in situation.detail.latest.attributes
        for at in one.levels
    ]
    return {"attributes": rows}


def _levels_of_scale(situation: Situation) -> Mapping[str, Any]:
    return {"levels": [{"level": level.rank} for level in situation.detail.latest.scale]}


@command(
    "framework",
    "add_item",
    label=gettext_lazy("Add a component"),
    past=gettext_lazy("added to the draft"),
    body=AddItem,
    who=WRITERS,
    reason=Reason.NEVER,
    initial=_levels_of_scale,
)
def add_item(act: Act, body: AddItem) -> None:
    """Add a group or component to the draft."""
    content = act.detail.latest
    if body.code in content.by_code:
        raise Refused({"code": _("The code “%(code)s” is used already.") % {"code": body.code}})
    wanted = placed(content, _item(body, body.parent), body.place)
    put(act, wanted, _at(wanted, body.code), body.code)
    act.say(gettext_noop("%(code)s %(title)s"), code=body.code, title=body.title)
    act.conclude(gettext_noop("%(code)s is in the draft of %(number)s."), code=body.code)


@command(
    "framework",
    "change_item",
    label=gettext_lazy("Change it"),
    past=gettext_lazy("changed in the draft"),
    body=ChangeItem,
    who=WRITERS,
    reason=Reason.NEVER,
    listed=False,
    edits=True,
)
def change_item(act: Act, body: ChangeItem) -> None:
    """Change what a group or component of the draft says."""
    before = item_at(act, body.code)
    after = _item(body, before.parent)
    content = act.detail.latest
    items = tuple(after if item.code == body.code else item for item in content.items)
    put(act, content.having(items=items), _at(content, body.code), body.code)
    act.say(gettext_noop("%(code)s %(title)s"), code=body.code, title=body.title)
    act.conclude(gettext_noop("%(code)s was changed in the draft of %(number)s."), code=body.code)


@command(
    "framework",
    "move_item",
    label=gettext_lazy("Move"),
    past=gettext_lazy("moved in the draft"),
    body=MoveItem,
    who=WRITERS,
    reason=Reason.NEVER,
    listed=False,
    edits=True,
)
def move_item(act: Act, body: MoveItem) -> None:
    """Move a group or component of the draft to another place."""
    item = item_at(act, body.code)
    moved = placed(act.detail.latest, item.model_copy(update={"parent": body.parent}), body.place)
    put(act, moved, _at(moved, body.code, "parent"), body.code)
    act.say(gettext_noop("%(code)s %(title)s"), code=item.code, title=item.title)
    act.conclude(gettext_noop("%(code)s was moved in the draft of %(number)s."), code=body.code)


@command(
    "framework",
    "remove_item",
    label=gettext_lazy("Remove"),
    past=gettext_lazy("removed from the draft"),
    body=RemoveItem,
    who=WRITERS,
    reason=Reason.NEVER,
    listed=False,
    danger=True,
    hint=gettext_lazy("All that stands below it goes along. Once released, it is retired, never deleted."),
)
def remove_item(act: Act, body: RemoveItem) -> None:
    """Take a group or component out of the draft, with all that stands below it."""
    item = item_at(act, body.code)
    content, count = without(act.detail.latest, body.code)
    put(act, content, lambda _place: "code", body.code)
    act.say(gettext_noop("%(code)s %(title)s"), code=item.code, title=item.title)
    act.conclude(gettext_noop("Removed from the draft: %(count)s."), count=count)


@command(
    "framework",
    "set_scale",
    label=gettext_lazy("Set the scale"),
    past=gettext_lazy("set the scale of the draft"),
    body=SetScale,
    who=WRITERS,
    reason=Reason.NEVER,
    initial=_scale_as_is,
    edits=True,
)
def set_scale(act: Act, body: SetScale) -> None:
    """Say anew which levels there are."""
    content: Content = act.detail.latest
    scale = tuple(Level(rank=rank, **dict(row)) for rank, row in enumerate(body.scale, 1))
    wanted = content.having(scale=scale)
    put(act, wanted, lambda place: place if place.startswith("scale") else "scale")
    act.conclude(gettext_noop("The draft of %(number)s has these levels now."))


@command(
    "framework",
    "set_attributes",
    label=gettext_lazy("Set the attributes"),
    past=gettext_lazy("set the attributes of the draft"),
    body=SetAttributes,
    who=WRITERS,
    reason=Reason.NEVER,
    initial=_attributes_as_is,
    edits=True,
)
def set_attributes(act: Act, body: SetAttributes) -> None:
    """Say anew what the levels mean whatever the component."""
    content: Content = act.detail.latest
    attributes: dict[str, Attribute] = {}
    for row in body.attributes:
        before = attributes.get(row.code, Attribute(code=row.code, title=row.title))
        levels = (*before.levels, Descriptor(level=row.level, text=row.text))
        attributes[row.code] = before.model_copy(update={"levels": levels})
    wanted = content.having(attributes=tuple(attributes.values()))
    put(act, wanted, lambda _place: "attributes")
    act.conclude(
        gettext_noop(
            "The draft of %(number)s says anew what its levels mean; it holds with its next edition."
        )
    )
