"""The tables of gaps to take away: all that a page shows page by page, narrowed as there."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from setsquare.domains.competence.gaps.cells import components_in, stand
from setsquare.domains.competence.gaps.people import people_counted
from setsquare.domains.competence.gaps.standing import STANDINGS
from setsquare.domains.competence.gaps.totals import coverage, single_points
from setsquare.domains.competence.models import Component
from setsquare.faces.web.access import signed_in
from setsquare.faces.web.exports import CSV, csv_rows, sent
from setsquare.faces.web.gaps.asking import FORMS, NAMES, Asked
from setsquare.faces.web.gaps.heat import page_of
from setsquare.faces.web.gaps.people import found_stand_ins, person_at, stand_of
from setsquare.faces.web.gaps.views import profile_at
from setsquare.faces.web.gaps.words import told, words
from setsquare.kernel.accounts.models import User
from setsquare.kernel.representation.workbooks import XLSX, xlsx_parts

AT_A_TIME = 100
"""People whom an export asks for at once."""
MOST_STAND_INS = 1_000
Table = tuple[list[str], Iterator[Sequence[Any]]]


@signed_in
def export(request: HttpRequest, what: str, form: str) -> HttpResponseBase:
    """Send a table of gaps as a workbook or as CSV."""
    if form not in FORMS or what not in TABLES:
        raise Http404
    asked = Asked(request, (*NAMES, "person"))
    if asked.wrong:
        return HttpResponse(asked.wrong, status=422, content_type="text/plain; charset=utf-8")
    head, rows = TABLES[what](asked)
    name = f"competence-{what}-{asked.everything.as_of.day.isoformat()}.{form}"
    if form == "csv":
        return sent(csv_rows(head, rows), name, CSV)
    return sent(xlsx_parts(str(_("Competence gaps")), head, rows), name, XLSX)


def _person_head() -> list[str]:
    return [str(_("Person")), str(_("Sign-in name")), str(_("Unit"))]


def _person(person: User) -> list[str]:
    return [person.name, person.username, person.unit.name if person.unit is not None else ""]


def _component_head() -> list[str]:
    return [str(_("Framework")), str(_("Code")), str(_("Component"))]


def _component(component: Component) -> list[str]:
    return [component.framework.record.title, component.code, component.title]


def _people(asked: Asked) -> Table:
    columns = components_in(asked.asks)
    head = [*_person_head(), *(f"{one.code} {one.title}" for one in columns)]
    return head, _people_rows(asked, columns)


def _people_rows(asked: Asked, columns: list[Component]) -> Iterator[Sequence[Any]]:
    cursor = ""
    while True:
        page = page_of(asked.people, cursor, AT_A_TIME)
        found = stand(page.rows, asked.asking, asked.asks)
        for person in page.rows:
            cells = found.of(person)
            yield [*_person(person), *(told(cells[one.pk]) if one.pk in cells else "" for one in columns)]
        if not (cursor := page.next):
            return


def _components(asked: Asked) -> Table:
    return _covered(asked, None)


def _role(asked: Asked) -> Table:
    return _covered(asked, profile_at(asked, asked.wanted.get("profile", "")).pk)


def _covered(asked: Asked, profile: int | None) -> Table:
    asking = asked.asking if profile is None else asked.everything.only(profile)
    people = people_counted(asked.user, asking, unit=asked.unit)
    named = words()
    head = [*_component_head(), str(_("Asked of")), str(_("Have it")), str(_("Share in %"))]
    rows = (
        [
            *_component(one.component),
            one.asked,
            one.enough,
            one.share,
            *(one.counts.get(at, 0) for at in STANDINGS),
        ]
        for one in coverage(people, asking)
    )
    return [*head, *(str(named[one]) for one in STANDINGS)], rows


def _one_person(asked: Asked) -> Table:
    person = person_at(asked, asked.wanted.get("person", ""))
    found = stand_of(asked, person)
    cells, named = found.of(person), words()
    head = [
        *_component_head(),
        *(
            str(one)
            for one in (
                _("Required"),
                _("Desired"),
                pgettext("level", "Held"),
                _("Gap"),
                _("Standing"),
                _("Due"),
                _("Held until"),
            )
        ),
    ]
    rows = (
        [
            *_component(one),
            cell.required,
            cell.desired or "",
            cell.level,
            cell.gap,
            str(named[cell.standing]),
            cell.due.isoformat() if cell.due else "",
            cell.last.isoformat() if cell.last else "",
        ]
        for one, cell in ((one, cells[one.pk]) for one in found.components if one.pk in cells)
    )
    return head, rows


def _stand_ins(asked: Asked) -> Table:
    person = person_at(asked, asked.wanted.get("person", ""))
    head = [*_person_head(), str(_("Meets")), str(_("Of")), str(_("Lacks"))]
    sentence = _("%(component)s (%(level)s of %(required)s)")
    rows = (
        [
            *_person(one.person),
            one.met,
            one.total,
            "; ".join(
                sentence % {"component": lack.component.title, "level": lack.level, "required": lack.required}
                for lack in one.lacks
            ),
        ]
        for one in found_stand_ins(asked, person, limit=MOST_STAND_INS)
    )
    return head, rows


def _single_points(asked: Asked) -> Table:
    head = [
        *_component_head(),
        str(_("Required")),
        str(_("Asked for by")),
        str(_("Held by")),
        str(_("Held until")),
    ]
    rows = (
        [
            *_component(one.component),
            one.required,
            "; ".join(one.profiles),
            one.only.user.name if one.only is not None else str(_("Nobody")),
            one.last.isoformat() if one.last is not None else "",
        ]
        for one in single_points(asked.within, asked.everything)
    )
    return head, rows


TABLES: dict[str, Callable[[Asked], Table]] = {
    "people": _people,
    "components": _components,
    "role": _role,
    "person": _one_person,
    "stand-ins": _stand_ins,
    "single-points": _single_points,
}
