"""People are told apart by name and job title, at the same price however many there are."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.importing.running import bring_in, table_from
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of


def test_a_name_given_up_is_free_and_the_new_one_is_taken(house):
    house.do(house.rita, "edit", house.anna, because="Married.", name="Anna Weaver", title="Assistant")
    hired = {"unit": "N", "invite": False, "title": "Assistant"}
    with pytest.raises(Refused, match="add what tells them apart under a signature"):
        house.make(house.rita, "person", "hire", username="other", name="ANNA  WEAVER", **hired)
    house.make(house.rita, "person", "hire", username="other", name="Anna Weber", **hired)


@pytest.mark.parametrize(
    ("there", "alike"),
    [
        ("Ida Paul", "lda PauI"),
        ("Bill Noll", "Bi11 No11"),
        ("Marnie Burns", "Mamie Bums"),
        ("Otto Owen", "0tto Ovven"),
        ("Anna Adler", "\u0251nna \u1d00dler"),
        ("Paula Lee", "Pau\u0142a L\u212ee"),
        ("S\u00f8ren B\u00f8hm", "Soren Bohm"),
        ("BIRGIT IHLE", "birgit ihle"),
    ],
)
def test_a_name_that_looks_like_another_is_refused(house, there, alike):
    given = {"title": "Head", "unit": "N", "invite": False}
    house.make(house.rita, "person", "hire", username="there", name=there, **given)
    with pytest.raises(Refused, match=r"with this job title already|digit stands between|several scripts"):
        house.make(house.rita, "person", "hire", username="alike", name=alike, **given)
    house.make(house.rita, "person", "hire", username="other", name=f"{there} junior", **given)


def test_a_digit_amid_letters_is_refused_only_where_it_passes_for_one(house):
    given = {"title": "Head", "unit": "N", "invite": False}
    for place, name in enumerate(("O2Labs Reception", "R2D2", "Hall7b Desk", "Desk 10")):
        house.make(house.rita, "person", "hire", username=f"desk{place}", name=name, **given)
    for name in ("Pau1a Meyer", "J0hn Meyer", "Bi11y Meyer"):
        with pytest.raises(Refused, match="A digit stands between the letters of a word"):
            house.make(house.rita, "person", "hire", username="passing", name=name, **given)


def test_people_who_were_there_before_are_told_apart_after_the_migration(house):
    def astray():
        return thing_of("person").derived(Record.objects.get(person_file__user=house.anna))

    User.objects.update(likeness="")
    assert astray() == ("likeness",)
    import_module("setsquare.kernel.accounts.migrations.0003_likeness").fill(apps, None)
    assert astray() == ()
    with pytest.raises(Refused, match="add what tells them apart under a signature"):
        house.do(house.rita, "edit", house.ben, because="Same", name="anna weber", title="assistant")


def test_a_row_of_people_costs_the_same_however_many_there_are(house):
    def cost(first: int) -> list[str]:
        rows = [f"p{n},Person {n},N,anna,reader" for n in range(first, first + 10)]
        table = table_from("\n".join(["username,name,unit,manager,roles", *rows]).encode())
        with CaptureQueriesContext(connection) as asked:
            assert bring_in(thing_of("person"), Actor(house.rita), table).done
        return [str(query["sql"]) for query in asked.captured_queries]

    cost(0)  # what is asked for the first time
    few = cost(10)
    User.objects.bulk_create(
        User(username=f"q{n}", name=f"Quiet {n}", unit=house.north, title="Fitter") for n in range(3_000)
    )
    many = cost(20)
    assert len(many) == len(few) < 360
    names = [sql for sql in many if 'FROM "accounts_user"' in sql and '"accounts_user"."name"' in sql]
    assert all("LIMIT 1" in sql or " IN (" in sql or '"id" =' in sql for sql in names), (
        "of all nobody is read"
    )
    with pytest.raises(Refused, match="add what tells them apart under a signature"):
        house.do(house.rita, "edit", house.ben, because="Same", name="QUIET 2999", title="fitter")


@pytest.mark.once  # PostgreSQL chooses by the size of the table
def test_somebody_alike_is_found_by_the_index_and_nobody_else_is_read_by_it(house):
    def plan(found) -> str:
        with connection.cursor() as cursor:
            cursor.execute(
                f"EXPLAIN QUERY PLAN {found.query}".replace("= abc", "= 'abc'").replace("> )", "> '')")
            )
            return " ".join(row[3] for row in cursor.fetchall())

    assert "user_by_likeness" in plan(User.objects.filter(likeness="abc", likeness__gt="").order_by())
    assert "user_by_likeness" not in plan(User.objects.filter(is_active=True).order_by())
