"""A plant whose gaps are looked at: who assesses, who leads whom, turners and what they hold."""

import datetime as dt
from dataclasses import dataclass, field

import pytest
from django.utils import timezone

from setsquare.domains.competence.gaps.asking import Asking
from setsquare.domains.competence.gaps.cells import Stand, stand
from setsquare.domains.competence.gaps.standing import AsOf
from setsquare.domains.competence.models import (
    Component,
    Framework,
    ProfileHolding,
    ProfileRequirement,
    ProfileTitle,
    RoleProfile,
)
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.qualifications.days import expiry_of
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.numbering import key_of
from tests.days import today
from tests.houses import Houses, database

TODAY = today()
DAY = dt.timedelta(days=1)
PASSWORD = "a-quiet-river-42"


def ago(days: int) -> dt.date:
    return TODAY - days * DAY


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), dt.UTC)


@dataclass
class Plant:
    """Ada assesses in the north; Lea leads Max, who leads Nic; Otto works in the south."""

    people: dict[str, User] = field(default_factory=dict)
    made: int = 0

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def record(self, type_: str, number: str, title: str, state: str = "in_force") -> Record:
        unit = Unit.objects.get(code="NW")
        return Record.objects.create(
            type=type_,
            number=number,
            number_key=key_of(number),
            title=title,
            state=state,
            owner=self.ada,
            unit=unit,
            version=1,
            created=timezone.now(),
            changed=timezone.now(),
        )

    def profile(
        self, title: str, *titles: str, state: str = "in_force", **asks: tuple[int, ...]
    ) -> RoleProfile:
        """Make a profile; each component with the level required, desired (0: none) and months (0: none)."""
        self.made += 1
        record = self.record("role_profile", f"RP-{self.made:03}", title, state)
        profile = RoleProfile.objects.create(record=record)
        for code, (required, *more) in asks.items():
            desired, months = (*more, 0, 0)[:2]
            ProfileRequirement.objects.create(
                profile=profile,
                component=Component.objects.get(code=code),
                required=required,
                desired=desired or None,
                months=months or None,
            )
        for name in titles:
            ProfileTitle.objects.create(profile=profile, title=name)
        return profile

    def holds(
        self,
        person: User,
        code: str,
        level: int,
        since: int = 400,
        until: dt.date | None = None,
        ended: dt.date | None = None,
    ) -> None:
        component = Component.objects.get(code=code)
        Qualification.objects.create(
            user=person,
            subject_id=component.framework_id,
            topic=code,
            level=level,
            since=noon(ago(since)),
            given=noon(ago(since)),
            until=expiry_of(until, person.unit) if until else None,
            ended=noon(ended) if ended else None,
            evidence_id=component.framework_id,
        )

    def stood(self, day: dt.date | None = None, *names: str) -> Stand:
        people = [self.people[name] for name in names or sorted(self.people)]
        return stand(people, Asking(AsOf.of(day)))

    def told(self, name: str, day: dt.date | None = None) -> dict[str, str]:
        found = self.stood(day, name)
        codes = {one.pk: one.code for one in found.components}
        return {codes[at]: cell.standing for at, cell in found.of(self.people[name]).items()}


def build() -> Plant:
    first = {"username": "rita", "name": "Rita Root", "password": PASSWORD}
    bootstrap.establish("Norma Works", "NW", "Europe/Berlin", **first)
    bootstrap.add_unit("N", "North", "site", "NW")
    bootstrap.add_unit("S", "South", "site", "NW")
    plant = Plant()
    for name, unit, title, manager in (
        ("ada", "N", "Assessor", None),
        ("lea", "N", "Team leader", None),
        ("max", "N", "Schichtführer", "lea"),
        ("nic", "N", "TURNER", "max"),
        ("otto", "S", "Turner", None),
    ):
        plant.people[name] = bootstrap.add_person(
            name, f"{name.title()} Example", unit, title=title, manager=manager, password=PASSWORD
        )
    bootstrap.add_role("gap_assessor", "Gap assessor", permissions=["competence.assess"])
    bootstrap.grant(plant.ada, "gap_assessor", "N")
    User.objects.update(joined=noon(ago(1000)))
    for person in plant.people.values():
        person.refresh_from_db()
    framework = plant.record("framework", "FW-001", "Trades")
    held = Framework.objects.create(record=framework, purpose="Trades.")
    for place, code in enumerate(("CUT", "MEA", "SET", "AUD")):
        Component.objects.create(
            framework=held,
            code=code,
            kind="component",
            title=f"Doing {code}",
            place=place,
            depth=0,
            levels=[1, 2, 3, 4],
        )
    return plant


db = database(plant=build)


@pytest.fixture
def plant(db: None, houses: Houses) -> Plant:
    found: Plant = houses.of(build)
    return found


@pytest.fixture
def turners(plant: Plant) -> Plant:
    """Nic and Otto are turners by their title, Max by a holding; each lacks something."""
    turner = plant.profile("Turner", "Turner", CUT=(2, 3), MEA=(2,), SET=(3, 0, 6))
    ProfileHolding.objects.create(profile=turner, person=plant.max, since=ago(20))
    plant.holds(plant.nic, "CUT", 2)
    plant.holds(plant.nic, "MEA", 2, until=ago(-30))
    plant.holds(plant.max, "CUT", 3)
    plant.holds(plant.otto, "MEA", 1)
    return plant
