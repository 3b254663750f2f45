"""What the pages of the training matrix are asked for in their addresses, and what all of them show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from setsquare.domains.organisation.permissions import READ
from setsquare.domains.training.matrix import (
    EXPIRED,
    GRACE,
    MISSING,
    NOT_NEEDED,
    RETRAIN,
    SOON,
    STANDINGS,
    VALID,
    WORDS,
    courses_shown,
    people_shown,
)
from setsquare.domains.training.models import Course
from setsquare.domains.training.standings import LACK, narrowed
from setsquare.domains.training.thing import COURSES
from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import numbered, register_address, view_address
from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.accounts.rights import units_where
from setsquare.kernel.accounts.units import by_tree
from setsquare.kernel.records.things import Label

COLUMNS = 40
"""Courses beside each other."""
FORMS = ("xlsx", "csv")
NAMES = ("unit", "role", "q", "course", "standing", "lacking", "all", "sort")
SIGNS = {
    VALID: "met",
    SOON: "soon",
    GRACE: "grace",
    RETRAIN: "retrain",
    EXPIRED: "expired",
    MISSING: "none",
    NOT_NEEDED: "",
}
"""The sign and colour of each, as in the heat map of competence: no two look alike."""


def words() -> dict[str, Label]:
    """Return how each standing to a course is called."""
    return {code: str(word) for code, word in WORDS.items()}


def heads(courses: Sequence[Course]) -> list[dict[str, str]]:
    """Return what stands above the columns of courses."""
    return [
        {
            "number": one.record.number,
            "title": one.record.title,
            "url": numbered("course", one.record.number),
        }
        for one in courses
    ]


@dataclass
class Asked:
    """Who asks, and what for."""

    request: HttpRequest
    names: tuple[str, ...] = NAMES
    """What this page can be narrowed by."""

    @cached_property
    def user(self) -> User:
        """Return who asks."""
        return person_of(self.request)

    @cached_property
    def wanted(self) -> Mapping[str, str]:
        """Return what is given, without what is empty; a standing that there is not is left out."""
        given = {name: self.request.GET.get(name, "").strip()[:100] for name in self.names}
        if given.get("standing") not in STANDINGS:
            given["standing"] = ""
        return {name: value for name, value in given.items() if value and "\x00" not in value}

    @cached_property
    def courses(self) -> list[Course]:
        """Return the courses on offer that the person sees and looks for."""
        return list(courses_shown(self.user, self.wanted.get("course", "")))

    @cached_property
    def within(self) -> QuerySet[User]:
        """Return the people of the unit, role and name, whatever applies to them; nobody where there is no such."""
        unit = Unit.objects.filter(code=self.wanted["unit"]).first() if "unit" in self.wanted else None
        role = Role.objects.filter(code=self.wanted["role"]).first() if "role" in self.wanted else None
        found = people_shown(self.user, unit=unit, role=role, words=self.wanted.get("q", ""))
        unknown = ("unit" in self.wanted and unit is None) or ("role" in self.wanted and role is None)
        return found.none() if unknown else found

    @property
    def narrowed(self) -> QuerySet[User]:
        """Return those of them who stand as is asked for to one of the courses, on whatever page of courses."""
        found = self.within
        if "lacking" in self.wanted:
            found = narrowed(found, self.courses, LACK)
        if "standing" in self.wanted:
            found = narrowed(found, self.courses, (self.wanted["standing"],))
        return found

    @property
    def whole(self) -> bool:
        """Tell whether also those people and courses are shown that have nothing to do with each other."""
        return "all" in self.wanted

    @property
    def people(self) -> QuerySet[User]:
        """Return the people whom the page shows; who is looked for by name is there whatever applies to them."""
        leaves_out = self.wanted.keys().isdisjoint({"all", "q", "standing", "lacking"})
        return narrowed(self.narrowed, self.courses) if leaves_out else self.narrowed

    def query(self, **more: str) -> str:
        """Return the query of an address that keeps what is asked; empty values are left out."""
        told = {name: value for name, value in {**self.wanted, **more}.items() if value}
        return f"?{urlencode(told)}" if told else ""

    def beside(self, courses: Sequence[Course]) -> tuple[list[Course], int]:
        """Return those of the courses that stand beside each other on the page, and which page of them it is."""
        given = self.request.GET.get("columns", "")
        wanted = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 1
        place = min(max(wanted, 1), max(-(-len(courses) // COLUMNS), 1))
        return list(courses[(place - 1) * COLUMNS : place * COLUMNS]), place

    def column_pages(self, courses: Sequence[Course], here: str, **kept: str) -> list[tuple[str, str, bool]]:
        """Return the pages of courses: which of them it has, its address, and whether it is shown."""
        _shown, current = self.beside(courses)
        parts = [courses[at : at + COLUMNS] for at in range(0, len(courses), COLUMNS)]
        return [
            (
                f"{(place - 1) * COLUMNS + 1}–{(place - 1) * COLUMNS + len(part)}",
                here + self.query(columns=str(place), **kept),
                place == current,
            )
            for place, part in enumerate(parts, 1)
        ]

    def frame(self, title: str, lead: str, current: str, columns: Sequence[Course]) -> dict[str, Any]:
        """Return what every page of the matrix shows; `current` is the name of its address."""
        ways = (("training_matrix", _("People")), ("training_roles", _("Roles")))
        kept = {name: value for name, value in self.wanted.items() if name in ("unit", "course")}
        keep = f"?{urlencode(kept)}" if kept else ""
        return {
            "page_title": title,
            "page_lead": lead,
            "crumbs": [(COURSES.plural, register_address(COURSES)), (_("Matrix"), "")],
            "ways": [
                {"label": label, "url": view_address(name) + keep, "current": name == current}
                for name, label in ways
            ],
            "here": view_address(current),
            "wanted": self.wanted,
            "units": self._units(),
            "courses": heads(columns),
            "exports": [
                (form.upper(), view_address(f"{current}_export", form) + self.query()) for form in FORMS
            ],
        }

    def _units(self) -> list[tuple[Unit, int]]:
        """Return the units that the person knows, as one goes through their tree, with how deep each stands."""
        known = Unit.objects.filter(pk__in=units_where(self.user, READ, upwards=True), closed_on__isnull=True)
        return by_tree(known)
