"""Releasing a draft as the next edition, or dropping it."""

from typing import Annotated, Any

from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.competence.content import Content
from setsquare.domains.competence.drafts import tell_authors
from setsquare.domains.competence.models import Component, Framework
from setsquare.domains.competence.rules import CONTROLLERS, WRITERS, complete, not_alone, something_new
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, Widget
from setsquare.kernel.commands.declaration import Meaning, Reason, command
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import plain
from setsquare.kernel.writing.sentences import some

RELEASED = Meaning(
    "framework_released",
    gettext_lazy("Released as the framework in force"),
    gettext_lazy("I release this content; people here are assessed by it from now on."),
)
KEPT_UP = ("parent", "kind", "title", "place", "depth", "levels", "retired")
"""What of a component follows from the edition in force."""


class Release(Body):
    """What is new in the edition."""

    summary: Annotated[
        str,
        Field(min_length=1, max_length=2000),
        Shown(
            gettext_lazy("What changed"),
            gettext_lazy("For those who are assessed by it; of a first edition what it covers."),
            Widget.LONG_TEXT,
        ),
    ]


@command(
    "framework",
    "release",
    label=gettext_lazy("Release"),
    past=gettext_lazy("released it"),
    body=Release,
    who=CONTROLLERS,
    barred=(not_alone,),
    conditions=(something_new,),
    obstacles=complete,
    signature=RELEASED,
    reason=Reason.NEVER,
    prominent=True,
)
def release(act: Act, body: Release) -> None:
    """Put the draft into force as the next edition; what it leaves out is retired, never deleted."""
    framework: Framework = act.detail
    content = framework.latest
    framework.edition += 1
    framework.content, framework.draft, framework.authors = framework.draft, None, []
    framework.released, framework.released_by = act.now, act.user
    framework.editions = [
        *framework.editions,
        {
            "edition": framework.edition,
            "content": framework.content_id,
            "released": plain(act.now),
            "by": act.user.username,
            "summary": body.summary,
        },
    ]
    bring_up_to_date(framework, content)
    act.say(
        gettext_noop("edition %(edition)s: %(summary)s"),
        edition=framework.edition,
        summary=body.summary[:300],
    )
    act.conclude(
        gettext_noop("%(number)s is in force as edition %(edition)s, with %(components)s components."),
        edition=framework.edition,
        components=len(content.components),
    )


def bring_up_to_date(framework: Framework, content: Content) -> None:
    """Have the rows of components say what a new edition says, by code; a few queries for each depth of the tree."""
    rows = {row.code: row for row in Component.objects.filter(framework=framework)}
    read = list(enumerate(content.walk()))
    now = {item.code for _place, (item, _depth) in read}
    changed: list[Component] = []
    for depth in range(max((deep for _place, (_item, deep) in read), default=-1) + 1):
        new: list[Component] = []
        for place, (item, deep) in read:
            if deep != depth:
                continue
            values: dict[str, Any] = {
                "parent": rows.get(item.parent),
                "kind": item.kind,
                "title": item.title,
                "place": place,
                "depth": depth,
                "levels": item.ranks,
                "retired": None,
            }
            row = rows.get(item.code)
            if row is None:
                new.append(Component(framework=framework, code=item.code, **values))
            elif _differs(row, values):
                changed.append(_set(row, values))
        Component.objects.bulk_create(new)
        rows.update({row.code: row for row in new})
    gone = [row for row in rows.values() if row.code not in now and row.retired is None]
    changed += [_set(row, {"retired": framework.edition}) for row in gone]
    Component.objects.bulk_update(changed, KEPT_UP, batch_size=100)


def _differs(row: Component, values: dict[str, Any]) -> bool:
    """Tell whether a row is not as the edition says; its parent is not read for that."""
    parent: Component | None = values["parent"]
    if row.parent_id != (parent.pk if parent is not None else None):
        return True
    return any(getattr(row, name) != value for name, value in values.items() if name != "parent")


def _set(row: Component, values: dict[str, Any]) -> Component:
    for name, value in values.items():
        setattr(row, name, value)
    return row


@command(
    "framework",
    "discard_draft",
    label=gettext_lazy("Discard the draft"),
    past=gettext_lazy("discarded the draft of the next edition"),
    who=WRITERS,
    conditions=(something_new,),
    reason=Reason.ALWAYS,
    danger=True,
    hint=gettext_lazy("The edition in force stays as it is. Who wrote on the draft is told why."),
)
def discard_draft(act: Act, _body: Body) -> None:
    """Drop what was drafted and tell who wrote it why; the history keeps it."""
    framework: Framework = act.detail
    told = tell_authors(
        act,
        gettext_noop("%(who)s discarded the draft of %(number)s %(title)s, on which you wrote: %(reason)s"),
    )
    framework.draft, framework.authors = None, []
    act.conclude(
        gettext_noop(
            "The draft of %(number)s is dropped; the edition in force stays as it is. Told why: %(names)s."
        ),
        names=some(told),
    ) if told else act.conclude(
        gettext_noop("The draft of %(number)s is dropped; the edition in force stays as it is.")
    )
