"""The page of a register."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import gettext as _

from setsquare.faces.web.access import person_of, signed_in, thing_at
from setsquare.faces.web.addresses import create_address, register_address
from setsquare.faces.web.navigation import Reach, reach_of
from setsquare.faces.web.pages import hand_made
from setsquare.faces.web.registers.bulk import bulk_commands
from setsquare.faces.web.registers.filters import chips, choices_of_data, menus, names_of_chosen
from setsquare.faces.web.registers.importing import import_way
from setsquare.faces.web.registers.rows import KEY, TITLE, paths_of, rows_of, sources_of
from setsquare.faces.web.registers.views import Offered, offered_views, usual_query
from setsquare.faces.web.registers.wanted import ROWS, SIZE, SORT, VIEW, Wanted, wanted_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records import registers
from setsquare.kernel.records.conditions import RegisterError
from setsquare.kernel.records.registers import NEWEST_FIRST, Count, Lines
from setsquare.kernel.records.tables import table
from setsquare.kernel.records.things import Column, Kind, Label, Thing

_NUMBERS = frozenset({Kind.NUMBER})


@signed_in
def register_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a register: filtered, sorted, one page of it."""
    thing = thing_at(slug)
    user = person_of(request)
    views = offered_views(thing, user)
    given = request.GET if request.GET else QueryDict(usual_query(views))
    wanted = wanted_of(thing, given)
    named = names_of_chosen(wanted, user)
    wrong: dict[str, Label] = {}
    page, count = Lines(()), Count(0, False)
    columns = wanted.shown_columns()
    sources = sources_of(thing, [column for column, shown in columns if shown])
    try:
        page, count = table(
            thing,
            user,
            paths_of(sources),
            filters=wanted.filters,
            query=wanted.words,
            sort=wanted.sort,
            limit=wanted.rows,
            cursor=wanted.cursor,
        )
    except RegisterError as error:
        wrong = error.fields
    context = {
        "page_title": thing.plural,
        "page_lead": thing.description,
        "crumbs": [(thing.heading, ""), (thing.plural, register_address(thing))],
        "thing": thing,
        "columns": SimpleLazyObject(lambda: [_head(wanted, column, shown) for column, shown in columns]),
        "rows": rows_of(thing, sources, page),
        "page": _pager(wanted, page, count),
        "bar": Bar(wanted, views, named, user),
        "bulk": bulk_commands(thing, reach_of(request)),
        "creating": creating_shown(thing, reach_of(request)),
        "narrowed": wanted.is_narrowed,
        "wrong": list(wrong.items()),
        "ways": [
            *ways_of(request, thing),
            *import_way(request, thing),
        ],
    }
    return render(request, "registers/page.html.jinja", context, status=422 if wrong else 200)


def ways_of(request: HttpRequest, thing: Thing) -> Iterator[tuple[Label, str, str]]:
    """Yield the further ways to look at the register whose pages answer to the person."""
    made = hand_made(thing.code)
    for label, name, icon in made.register:
        needed = made.register_needs.get(name)
        if needed is None or needed & reach_of(request).permissions:
            yield label, reverse(name), icon


def _head(wanted: Wanted, column: Column, shown: bool) -> dict[str, Any]:
    code = column.code
    sorts = registers.sorts_of(wanted.thing)
    sort = {code: "ascending", f"-{code}": "descending"}.get(wanted.sort, "")
    kind = {"title": TITLE, "number": KEY}.get(column.path) or ("number" if column.kind in _NUMBERS else "")
    return {
        "key": code,
        "label": column.label,
        "kind": kind,
        "sort": sort,
        "sort_url": wanted.sorted_by(code) if column.sortable and code in sorts else "",
        "hidden": not shown,
        "minor": False,
    }


def _pager(wanted: Wanted, page: Lines, count: Count) -> dict[str, Any]:
    return {
        "total": count.number,
        "capped": count.capped,
        "newer_url": wanted.query(cursor=page.previous) if page.previous else "",
        "older_url": wanted.query(cursor=page.next) if page.next else "",
        "sizes": [{"label": size, "url": wanted.sized(size), "current": size == wanted.rows} for size in ROWS]
        if count.number > ROWS[0]
        else (),
    }


class Bar:
    """What stands above the table. Its parts are made only where they are read: the template keeps what it made."""

    def __init__(
        self, wanted: Wanted, views: Sequence[Offered], named: dict[str, dict[str, str]], user: User
    ) -> None:
        self._wanted, self._views, self._named = wanted, views, named
        self._offered = choices_of_data(wanted.thing, user)
        self.action = register_address(wanted.thing)
        self.q = wanted.words
        self.clear_url = f"{self.action}?{SORT}={NEWEST_FIRST}"
        self.chips = chips(wanted, named, user)

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """Return everything that the bar depends on, beside the type's declaration."""
        wanted = self._wanted
        names = tuple((kind, tuple(found.items())) for kind, found in self._named.items())
        hidden = tuple(shown for _column, shown in wanted.shown_columns())
        offered = tuple((code, tuple(found.items())) for code, found in self._offered.items())
        return self.action, tuple(wanted.pairs()), tuple(self._views), names, hidden, offered

    @cached_property
    def placeholder(self) -> str:
        """Return what the field for words says."""
        return _("Find by number, title or words")

    @cached_property
    def keep(self) -> list[tuple[str, str]]:
        """Return the parameters that a further filter leaves as they are."""
        return [(name, value) for name, value in self._wanted.pairs() if name in (SORT, VIEW, SIZE)]

    @cached_property
    def filters(self) -> list[dict[str, Any]]:
        """Return the menus of the filters."""
        return menus(self._wanted, self._named, self._offered)

    @cached_property
    def views(self) -> dict[str, Any]:
        """Return the menu of saved views."""
        wanted = self._wanted
        everything = {"label": _("Everything"), "url": self.clear_url, "current": not wanted.pairs()}
        saved = [
            {"label": view.label, "url": f"{self.action}?{view.address}", "current": view.name == wanted.view}
            for view in self._views
            if view.name
        ]
        return {
            "current": next(
                (view.name for view in self._views if view.name and view.name == wanted.view), ""
            ),
            "items": [everything, *saved],
            "save_url": f"{self.action}views/{wanted.query()}",
        }

    @cached_property
    def export(self) -> list[dict[str, str]]:
        """Return the ways to take the table away."""
        base, query = f"{self.action}export", self._wanted.query()
        return [
            {"label": _("Excel workbook (XLSX)"), "url": f"{base}/xlsx{query}", "icon": "file-spreadsheet"},
            {"label": _("Comma-separated values (CSV)"), "url": f"{base}/csv{query}", "icon": "table-export"},
        ]


def creating_shown(thing: Thing, reach: Reach) -> list[dict[str, Any]]:
    """Return the buttons of the creating commands that the person may use, the first one prominent."""
    commands = reach.creating.get(thing.code, [])
    own_pages = hand_made(thing.code).creating
    return [
        {
            "label": command.label,
            "url": create_address(thing, command.name),
            "icon": "plus",
            "dialog": command.name not in own_pages,
            "primary": number == 0,
        }
        for number, command in enumerate(commands)
    ]
