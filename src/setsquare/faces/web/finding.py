"""Finding: the command palette, the page of results, and the way to a record by its number alone."""

from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from setsquare.faces.web.access import person_of, redirect_for, signed_in
from setsquare.faces.web.addresses import create_address, record_address, register_address, view_address
from setsquare.faces.web.choosers import find_records
from setsquare.faces.web.navigation import TRAIL, Reach, reach_of
from setsquare.faces.web.pages import hand_made
from setsquare.faces.web.registers.page import ways_of
from setsquare.faces.web.values import state_shown
from setsquare.kernel.records.expiring import reckon
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import all_things, find, thing_of
from setsquare.kernel.search.query import Hit, search

RECORDS = 8
RESULTS = 25
MOST_RESULTS = 200


@signed_in
def palette(request: HttpRequest) -> HttpResponse:
    """Answer the command palette: records, and places and actions, first those that the words name."""
    words = request.GET.get("q", "").strip()[:200]
    found = find_records(person_of(request), words, [], RECORDS)
    reckon(found)
    records = [_record(record) for record in found]
    groups: list[dict[str, Any]] = [
        {"label": _("Records") if words else _("Changed lately"), "items": records},
        {"label": _("Go to"), "items": _matching(_places(request, reach_of(request)), words)},
        {"label": _("Do"), "items": _matching(_actions(reach_of(request)), words)},
    ]
    groups.sort(key=lambda group: not any(_named(item, words) for item in group["items"][:1]))
    if words:
        label = _("Search everywhere for “%(words)s”") % {"words": words}
        everywhere = _item(label, f"{view_address('search')}?{urlencode({'q': words})}", "list-search")
        groups.append({"label": _("Search"), "items": [everywhere]})
    return render(request, "palette.html.jinja", {"groups": groups, "q": words})


def _item(
    label: str, url: str, icon: str, key: str = "", hint: str = "", dialog: bool = False
) -> dict[str, Any]:
    return {"label": label, "url": url, "icon": icon, "key": key, "hint": hint, "dialog": dialog}


def _record(record: Record) -> dict[str, Any]:
    thing = thing_of(record.type)
    word = state_shown(thing, record.state)
    return _item(record.told, record_address(record), thing.icon, record.number, word.text)


def _places(request: HttpRequest, reach: Reach) -> list[dict[str, Any]]:
    places = [_item(_("My work"), view_address("home"), "inbox")]
    things = [thing for thing in all_things() if reach.may_see(thing)]
    places += [_item(str(thing.plural), register_address(thing), thing.icon) for thing in things]
    beside: dict[str, dict[str, Any]] = {}  # by address: several registers lead to the same page
    for thing in things:
        led_to = [(label, view_address(name), icon) for label, name, icon in hand_made(thing.code).navigation]
        for label, url, icon in (*led_to, *ways_of(request, thing)):
            beside.setdefault(url, _item(str(label), url, icon, hint=str(thing.plural)))
    places += beside.values()
    if TRAIL in reach.permissions:
        places.append(_item(_("Audit trail"), view_address("trail"), "history"))
    places.append(_item(_("Notifications"), view_address("notifications"), "bell"))
    places.append(_item(_("Profile and security"), view_address("profile"), "user-circle"))
    return places


def _actions(reach: Reach) -> list[dict[str, Any]]:
    actions = []
    for thing in all_things():
        own_pages = hand_made(thing.code).creating
        for command in reach.creating.get(thing.code, []):
            url = create_address(thing, command.name)
            actions.append(
                _item(
                    str(command.label),
                    url,
                    "plus",
                    hint=str(thing.plural),
                    dialog=command.name not in own_pages,
                )
            )
    return actions


def _named(item: dict[str, Any], words: str) -> bool:
    """Tell whether each of the words begins a word of its label, one after the other, from the first on."""
    label = item["label"].lower().split()
    wanted = words.lower().split()
    return bool(wanted) and all(
        a.startswith(b) for a, b in zip_longest(label[: len(wanted)], wanted, fillvalue="")
    )


def _matching(items: list[dict[str, Any]], words: str) -> list[dict[str, Any]]:
    wanted = words.lower().split()
    found = [
        item for item in items if all(word in f"{item['label']} {item['hint']}".lower() for word in wanted)
    ]
    found.sort(key=lambda item: not _named(item, words))
    return found[:6] if wanted else found[:5]


@signed_in
def search_page(request: HttpRequest) -> HttpResponse:
    """Show what the words find, the best first, with the places where they stand."""
    words = request.GET.get("q", "").strip()[:300]
    reach = reach_of(request)
    things = [
        thing
        for thing in all_things()
        if thing.searchable and thing.search is not None and reach.may_see(thing)
    ]
    types = [kind for kind in request.GET.getlist("type") if any(thing.code == kind for thing in things)]
    shown = request.GET.get("show", "")
    limit = (
        min(int(shown), MOST_RESULTS) if shown.isascii() and shown.isdigit() and len(shown) < 5 else RESULTS
    )
    found = search(person_of(request), words, types=types, limit=max(limit, 1)) if words else None
    context = {
        "page_title": _("Search"),
        "crumbs": [(_("Search"), "")],
        "q": words,
        "things": [(thing.code, thing.plural, thing.code in types) for thing in things],
        "hits": [_hit(hit) for hit in found.hits] if found else [],
        "approximate": found.approximate if found else False,
        "more_url": _more(words, types, limit) if found and found.more and limit < MOST_RESULTS else "",
        "asked": bool(words),
    }
    return render(request, "search.html.jinja", context)


def _hit(hit: Hit) -> dict[str, Any]:
    thing = thing_of(hit.record.type)
    word = state_shown(thing, hit.record.state)
    return {
        "number": hit.record.number,
        "title": hit.title_html,
        "snippet": hit.snippet_html,
        "url": record_address(hit.record),
        "kind": thing.name,
        "icon": thing.icon,
        "state": {"word": word.text, "colour": word.extra},
        "unit": hit.record.unit.name,
        "changed": hit.record.changed,
    }


def _more(words: str, types: list[str], limit: int) -> str:
    pairs = [("q", words), *(("type", kind) for kind in types), ("show", str(limit + RESULTS))]
    return f"?{urlencode(pairs)}"


@signed_in
def go(request: HttpRequest, number: str) -> HttpResponse:
    """Lead to the record with this number, whatever its type: for links in texts and printed codes."""
    try:
        record = find(person_of(request), number)
    except (Record.DoesNotExist, ValueError):
        raise Http404 from None
    return redirect_for(request, record_address(record))
