"""What a page of gaps is asked for in its address: the day, the unit, the profile; and the frame that all share."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from setsquare.domains.competence.gaps.asking import Asking
from setsquare.domains.competence.gaps.cells import Asks, requirements_of
from setsquare.domains.competence.gaps.people import people_counted, people_followed_by, people_shown
from setsquare.domains.competence.gaps.standing import YEARS, AsOf
from setsquare.domains.competence.gaps.totals import profiles_had
from setsquare.domains.competence.permissions import SEEING
from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import view_address
from setsquare.faces.web.gaps.words import legend
from setsquare.faces.web.navigation import reach_of
from setsquare.kernel.accounts.models import Unit, UnitPath, User
from setsquare.kernel.accounts.units import by_tree
from setsquare.kernel.records.models import Record

NAMES = ("at", "unit", "profile", "q", "gaps")
FORMS = ("xlsx", "csv")


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
        """Return what is given, without what is empty."""
        given = {name: self.request.GET.get(name, "").strip()[:100] for name in self.names}
        return {name: value for name, value in given.items() if value and "\x00" not in value}

    @cached_property
    def day(self) -> dt.date | None:
        """Return the day that is asked for; None where there is none, or what is given is no day."""
        try:
            found = dt.date.fromisoformat(self.wanted.get("at", ""))
        except ValueError:
            return None
        return found if found.year in YEARS else None

    @property
    def wrong(self) -> str:
        """Return the sentence that tells of a day that is none."""
        if "at" not in self.wanted or self.day is not None:
            return ""
        sentence = _("“%(text)s” is no day between %(first)s and %(last)s; today is shown.")
        return sentence % {"text": self.wanted["at"], "first": YEARS[0], "last": YEARS[-1]}

    @cached_property
    def everything(self) -> Asking:
        """Return what all profiles ask at the day."""
        return Asking(AsOf.of(self.day))

    @cached_property
    def unit(self) -> Unit | None:
        """Return the unit that is asked for; 404 where there is no such unit among those that can be chosen."""
        if "unit" not in self.wanted:
            return None
        found = next((one for one in self.units if one.code == self.wanted["unit"]), None)
        if found is None:
            raise Http404
        return found

    @cached_property
    def units(self) -> list[Unit]:
        """Return the units in which people work whose gaps the person sees, and those above them."""
        return [unit for unit, _depth in self.units_in_tree]

    @cached_property
    def units_in_tree(self) -> list[tuple[Unit, int]]:
        """Return these units as one goes through their tree, with how deep each stands."""
        followed = User.objects.filter(people_followed_by(self.user), is_active=True).order_by()
        above = UnitPath.objects.filter(descendant__in=followed.values("unit_id").distinct())
        return by_tree(Unit.objects.filter(pk__in=above.values("ancestor_id")))

    @cached_property
    def only_oneself(self) -> bool:
        """Tell whether the person sees nobody else's gaps: their roles do not let them, and they lead nobody."""
        if not SEEING.isdisjoint(reach_of(self.request).permissions):
            return False
        others = User.objects.filter(people_followed_by(self.user), is_active=True).exclude(pk=self.user.pk)
        return not others.exists()

    @cached_property
    def within(self) -> QuerySet[User]:
        """Return the people of the unit whose gaps the person sees, whatever their profiles."""
        return people_counted(self.user, self.everything, unit=self.unit)

    @cached_property
    def all_asks(self) -> Asks:
        """Return what the profiles of these people ask, by profile."""
        return requirements_of(profiles_had(self.within, self.everything))

    @cached_property
    def profiles(self) -> list[Record]:
        """Return the profiles that these people have, by number."""
        found = [rows[0].profile.record for rows in self.all_asks.values()]
        return sorted(found, key=lambda one: one.number_key)

    @cached_property
    def asking(self) -> Asking:
        """Return what is asked, of the one profile where one is chosen; 404 where nobody here has it."""
        if "profile" not in self.wanted:
            return self.everything
        found = next((one for one in self.profiles if one.number == self.wanted["profile"]), None)
        if found is None:
            raise Http404
        return self.everything.only(found.pk)

    @property
    def asks(self) -> Asks:
        """Return what is asked: of all profiles, or of the chosen one."""
        chosen = self.asking.profile_id
        return {pk: rows for pk, rows in self.all_asks.items() if chosen in (None, pk)}

    @property
    def _narrowing(self) -> dict[str, Any]:
        return {
            "unit": self.unit,
            "words": self.wanted.get("q", ""),
            "only_gaps": "gaps" in self.wanted,
        }

    @cached_property
    def people(self) -> QuerySet[User]:
        """Return the people whom the page is narrowed to; who has no role profile only where looked for by name."""
        return people_shown(self.user, self.asking, **self._narrowing, only_asked="q" not in self.wanted)

    @cached_property
    def counted(self) -> QuerySet[User]:
        """Return the same people for counting by component, where it does not matter that nothing is asked of some."""
        return people_counted(self.user, self.asking, **self._narrowing)

    def query(self, **more: str) -> str:
        """Return the query of an address that keeps what is asked; empty values, and what is no day, are left out."""
        kept = {name: value for name, value in self.wanted.items() if name != "at" or self.day is not None}
        told = {name: value for name, value in {**kept, **more}.items() if value}
        return f"?{urlencode(told)}" if told else ""

    def exports(self, what: str, **more: str) -> list[tuple[str, str]]:
        """Return where the table of a page is taken away from, by what the form is called."""
        return [
            (form.upper(), view_address("gaps_export", what, form) + self.query(**more)) for form in FORMS
        ]

    def frame(self, title: str, lead: str, current: str) -> dict[str, Any]:
        """Return what every page of gaps shows; `current` is the name of its address."""
        ways = (
            ("competence_gaps", _("Heat map")),
            ("gaps_components", _("Components")),
            ("gaps_roles", _("Roles")),
            ("gaps_single_points", _("Single points of failure")),
            ("gaps_mine", _("My competence gaps")),
        )
        keep = self.query(**{name: "" for name in self.wanted if name not in ("at", "unit")})
        return {
            "page_title": title,
            "page_lead": lead,
            "crumbs": [(_("Competence gaps"), view_address("competence_gaps")), (title, "")],
            "ways": [
                {"label": label, "url": view_address(name) + keep, "current": name == current}
                for name, label in ways
            ],
            "asked": self,
            "wanted": self.wanted,
            "today": self.day is None,
            "legend": legend(),
        }
