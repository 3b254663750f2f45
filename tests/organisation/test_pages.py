"""The pages of units, people and roles: the generic case, and the tabs that tell who holds what where."""

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from setsquare.domains.organisation import bootstrap
from setsquare.domains.organisation.models import PersonFile, RoleFile, UnitFile
from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.accounts.units import place
from setsquare.kernel.records.models import Record, uuid7
from setsquare.kernel.records.numbering import key_of
from tests.cases import ThingCase
from tests.organisation.conftest import House


class OrganisationCase(ThingCase):
    """What the three have in common: Rita reads all, and somebody without a role reads none."""

    @pytest.fixture
    def prepared(self, house: House) -> None:
        self.house = house
        self.nobody = bootstrap.add_person("nora", "Nora Nobody", "S")

    def reader(self) -> User:
        return self.house.rita

    def stranger(self) -> User | None:
        return self.nobody

    def copies(self, record: Record, count: int) -> list[Record]:
        """Copy a record, its detail row apart, which is one-to-one with a row of its own."""
        fields = {
            f.attname: getattr(record, f.attname) for f in Record._meta.concrete_fields if f.name != "id"
        }
        numbers = [f"{record.number}.copy{n}" for n in range(count)]
        return Record.objects.bulk_create(
            Record(**{**fields, "uid": uuid7(), "number": number, "number_key": key_of(number)})
            for number in numbers
        )


class TestUnits(OrganisationCase):
    thing = "unit"

    def make(self, number: int) -> Record:
        return bootstrap.add_unit(f"U{number}", f"Workshop {number}", "department", "N").file.record

    def multiply(self, record: Record, count: int) -> None:
        units = Unit.objects.bulk_create(Unit(code=f"X{n}", name=f"X {n}", kind="team") for n in range(count))
        UnitFile.objects.bulk_create(
            UnitFile(record=copy, part=unit)
            for copy, unit in zip(self.copies(record, count), units, strict=True)
        )

    def test_the_tab_tells_who_works_there_and_who_holds_what(self) -> None:
        _count, response = self.queries(f"/units/{self.house.top.file.record.number}/people/")
        page = response.content.decode()
        assert "Nora Nobody" in page
        assert "Administrator" in page

    def test_the_tree_shows_every_unit_with_its_people(self) -> None:
        self.make(1)
        counts = [self.queries("/units/tree/")[0]]
        for n in range(20):
            place(Unit(code=f"Y{n}", name=f"Y {n}", kind="team"), Unit.objects.get(code="U1"))
        count, response = self.queries("/units/tree/")
        assert [count] == counts
        page = response.content.decode()
        assert "Workshop 1" in page
        assert "5 people" in page


class TestPeople(OrganisationCase):
    thing = "person"
    creating_by_page = frozenset({"invite", "make_token", "revoke_token"})

    def make(self, number: int) -> Record:
        person = bootstrap.add_person(f"p{number}", f"Petra Person{number}", "N")
        bootstrap.grant(person, "reader", "NW")
        return person.file.record

    def multiply(self, record: Record, count: int) -> None:
        users = User.objects.bulk_create(
            User(username=f"x{n}", name=f"X {n}", unit=record.unit, manager=self.house.rita)
            for n in range(count)
        )
        PersonFile.objects.bulk_create(
            PersonFile(record=copy, user=user)
            for copy, user in zip(self.copies(record, count), users, strict=True)
        )

    def test_the_tab_tells_which_roles_are_held_and_leads_to_revoking_them(self) -> None:
        record = self.make(1)
        _count, response = self.queries(f"{self.base}{record.number}/rights/")
        page = response.content.decode()
        assert "Reader" in page
        revoke = f"{self.base}{record.number}/do/revoke_role/?role=reader&amp;unit=NW"
        assert revoke in page
        form = self.client.get(revoke.replace("&amp;", "&")).content.decode()
        assert '<option value="reader" selected' in form

    def test_preferences_lead_back_to_the_profile_and_are_told_in_the_language_chosen(self) -> None:
        self.client.force_login(self.house.rita)
        own = f"{self.base}{self.house.rita.file.record.number}/do/edit_own/"
        given = {"language": "de", "time_zone": "", "digest": "never"}
        opened = {"HX-Request": "true", "HX-Current-URL": "http://testserver/me/"}
        answer = self.client.post(own, given, headers=opened)
        assert answer.headers["HX-Redirect"] == "/me/"
        with translation.override("de"):
            told = gettext("Your preferences hold from now on.")
        assert told in self.client.get("/me/").content.decode()

    def test_who_may_not_revoke_is_not_led_there(self) -> None:
        record = self.make(1)
        self.client.force_login(record.owner)
        page = self.client.get(f"{self.base}{record.number}/rights/").content.decode()
        assert "Reader" in page
        assert "revoke_role" not in page

    def test_substitutes_and_former_roles_are_told(self) -> None:
        record = self.make(1)
        days = {"starts": "2999-01-04", "ends": "2999-01-05"}
        self.house.do(record.owner, "delegate", record, substitute="rita", **days)
        self.house.do(self.house.rita, "revoke_role", record, role="reader", unit="NW")
        page = self.client.get(f"{self.base}{record.number}/rights/").content.decode()
        assert "Rita Root stands in from" in page
        assert "Roles held before" in page


class TestRoles(OrganisationCase):
    thing = "role"

    def make(self, number: int) -> Record:
        bootstrap.add_role(f"r{number}", f"Gauger {number}", permissions=["documents.read"])
        return Role.objects.get(code=f"r{number}").file.record

    def multiply(self, record: Record, count: int) -> None:
        roles = Role.objects.bulk_create(Role(code=f"x{n}", name=f"X {n}") for n in range(count))
        RoleFile.objects.bulk_create(
            RoleFile(record=copy, role=role)
            for copy, role in zip(self.copies(record, count), roles, strict=True)
        )

    def test_the_tab_tells_what_it_allows_and_who_holds_it(self) -> None:
        number = Role.objects.get(code="administrator").file.record.number
        _count, response = self.queries(f"{self.base}{number}/holders/")
        page = response.content.decode()
        assert "Administer people, units and roles" in page
        assert "Rita Root" in page


def test_a_role_is_granted_to_many_and_refused_where_it_cannot_be(house: House, client: Client) -> None:
    client.force_login(house.rita)
    chosen = ",".join(str(person.file.record.pk) for person in (house.anna, house.ben, house.rita))
    given = {"ids": chosen, "role": "reader", "unit": "S"}
    told = client.post("/people/bulk/grant_role/", given).content.decode()
    assert "2 records done" in told and "Nobody grants themself a role" in told
    again = client.post("/people/bulk/grant_role/", given).content.decode()
    assert "3 records were refused" in again and "in this time already" in again
