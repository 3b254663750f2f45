"""A framework's content on the screen: groups and components in their tree, each with what its levels mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from setsquare.domains.competence.content import GROUP, Content, Item, Level
from setsquare.domains.competence.differing import Difference, difference
from setsquare.domains.competence.models import Framework
from setsquare.domains.competence.thing import FRAMEWORKS
from setsquare.faces.web.access import situation_of
from setsquare.faces.web.addresses import command_address, record_address
from setsquare.faces.web.records.head import head_of
from setsquare.kernel.commands.declaration import Situation, command_of
from setsquare.kernel.commands.running import why_not_permitted, why_wrong_state
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing
from setsquare.kernel.representation.past import Past

MOST = 400
"""Groups and components that a page shows at once; of more, one reads a group at a time or looks for words."""
MOST_GROUPS = 60
FORMS = ("case", "xlsx", "csv")


@dataclass(frozen=True)
class Asked:
    """What the person wants to see of a content."""

    words: str = ""
    group: str = ""
    unfolded: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        """Read it from the address."""
        given = request.GET
        return cls(given.get("q", "").strip()[:100], given.get("group", "")[:80], given.get("open") == "1")


def levels_in_words(scale: Sequence[Level]) -> str:
    """Return from which level to which a scale goes; empty where it has none."""
    if not scale:
        return ""
    first, last = (f"{level.code} {level.name}" for level in (scale[0], scale[-1]))
    return _("Levels %(first)s to %(last)s") % {"first": first, "last": last}


def content_part(request: HttpRequest, _thing: Thing, record: Record) -> dict[str, Any]:
    """Show what is in force, before that the draft; it is changed here as long as there is no draft beside it."""
    framework: Framework = record.framework
    content = framework.in_force or framework.latest
    beside = framework.drafted if framework.in_force is not None else None
    context = content_shown(request, record, content, writes=beside is None)
    if beside is not None:
        context["draft"] = {
            "words": difference(content, beside).in_words,
            "url": record_address(record, "draft"),
        }
    return context


def draft_shown(situation: Situation) -> bool:
    """Show the tab where there is a draft beside what is in force."""
    framework: Framework = situation.detail
    return framework.draft_id is not None and framework.content_id is not None


def draft_tab(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """Show the draft of the next edition, and what it changes."""
    framework: Framework = record.framework
    if framework.in_force is None or framework.drafted is None:
        raise Http404
    found = difference(framework.in_force, framework.drafted)
    context = head_of(request, thing, record, "draft")
    context |= content_shown(request, record, framework.drafted, writes=True, found=found)
    context |= {"found": found, "changed_rows": changes_shown(found, framework.in_force, framework.drafted)}
    return render(request, "competence/draft.html.jinja", context)


def content_then(request: HttpRequest, _thing: Thing, past: Past) -> dict[str, Any]:
    """Show the content as it stood."""
    framework: Framework = past.record.framework
    content = (framework.in_force or framework.latest) if past.readable else Content()
    return content_shown(request, past.record, content, writes=False)


def content_shown(
    request: HttpRequest, record: Record, content: Content, *, writes: bool, found: Difference | None = None
) -> dict[str, Any]:
    """Return what the template of a content reads."""
    asked = Asked.of(request)
    writes = writes and _may_write(request, record)
    nodes = _chosen(content, asked)
    marks = _marks(found)
    edition = "draft" if found is not None else ""
    return {
        "content": content,
        "asked": asked,
        "nodes": [_node(record, content, *node, marks, asked, writes=writes) for node in nodes[:MOST]],
        "total": len(content.items),
        "left_out": max(len(nodes) - MOST, 0),
        "groups": _groups(content) if len(content.items) > MOST else [],
        "writes": writes,
        "downloads": [
            (
                form,
                f"{reverse('framework_export', args=[record.number, form])}{'?edition=draft' if edition else ''}",
            )
            for form in FORMS
        ],
    }


def _groups(content: Content) -> list[Item]:
    """Return the groups at the top, one of which can be read at a time."""
    return [item for item in content.below.get("", []) if item.kind == GROUP][:MOST_GROUPS]


def _may_write(request: HttpRequest, record: Record) -> bool:
    add = command_of("framework", "add_item")
    if record.pk is None or why_wrong_state(add, record):
        return False
    return why_not_permitted(add, situation_of(request, FRAMEWORKS, record)) is None


def _chosen(content: Content, asked: Asked) -> list[tuple[Item, int]]:
    """Return the items that are asked for as they are read, with their depth; of found ones the groups above."""
    if asked.group in content.by_code:
        nodes = [(content.by_code[asked.group], 0), *content.walk(asked.group, 1)]
    else:
        nodes = list(content.walk())
    if not asked.words:
        return nodes
    wanted = asked.words.casefold().split()
    kept: set[str] = set()
    for item, _depth in nodes:
        if all(word in _words_of(item) for word in wanted):
            above: Item | None = item
            while above is not None and above.code not in kept:
                kept.add(above.code)
                above = content.by_code.get(above.parent)
    return [node for node in nodes if node[0].code in kept]


def _words_of(item: Item) -> str:
    said = [line for one in item.levels for line in (one.text, *one.indicators)]
    return " ".join([item.code, item.title, item.text, *said]).casefold()


def _marks(found: Difference | None) -> Mapping[str, str]:
    if found is None:
        return {}
    return {item.code: "added" for item in found.added} | {one.new.code: "changed" for one in found.changed}


def _node(
    record: Record,
    content: Content,
    item: Item,
    depth: int,
    marks: Mapping[str, str],
    asked: Asked,
    *,
    writes: bool,
) -> dict[str, Any]:
    def command(name: str, **given: str) -> str:
        return f"{command_address(record, name)}?{urlencode(given)}"

    return {
        "item": item,
        "depth": min(depth, 4),
        "levels": [(level, item.at(level.rank)) for level in content.scale],
        "mark": marks.get(item.code, ""),
        "open": asked.unfolded or bool(asked.words),
        "change": command("change_item", code=item.code) if writes else "",
        "move": command("move_item", code=item.code, parent=item.parent) if writes else "",
        "remove": command("remove_item", code=item.code) if writes else "",
        "add": command("add_item", parent=item.code) if writes and item.kind == GROUP else "",
    }


def changes_shown(found: Difference, old: Content, new: Content) -> list[dict[str, Any]]:
    """Return what differs between two contents, a row for each item and respect, before and after."""
    rows: list[dict[str, Any]] = []
    for change in found.changed:
        was, now = change.old, change.new
        told: list[tuple[str, str, str]] = []
        if change.renamed:
            told.append(("title", was.title, now.title))
        if change.moved:
            told.append(("parent", _titled(old, was.parent), _titled(new, now.parent)))
        if was.text != now.text:
            told.append(("text", was.text, now.text))
        if was.kind != now.kind:
            told.append(("kind", was.kind, now.kind))
        told += [(_level(old, new, rank), _said(was, rank), _said(now, rank)) for rank in change.levels]
        rows.append({"item": now, "told": told})
    return rows


def _titled(content: Content, code: str) -> str:
    item = content.by_code.get(code)
    return f"{item.code} {item.title}" if item is not None else ""


def _level(old: Content, new: Content, rank: int) -> str:
    names: Sequence[str] = [level.name for level in (*new.scale, *old.scale) if level.rank == rank]
    return f"{rank} · {names[0]}" if names else str(rank)


def _said(item: Item, rank: int) -> str:
    at = item.at(rank)
    if at is None:
        return ""
    return "\n".join([line for line in (at.text, *(f"– {one}" for one in at.indicators)) if line]) or "×"
