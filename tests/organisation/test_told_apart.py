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
        ("Tom Ace", "\u0422\u043e\u043c \u0410\u0441\u0435"),
        ("\u0422\u043e\u043c \u0410\u0441\u0435", "Tom Ace"),
        ("NINA ZETA", "\u039d\u0399\u039d\u0391 \u0396\u0395\u03a4\u0391"),
        ("\u039d\u0399\u039d\u0391 \u0396\u0395\u03a4\u0391", "Nina Zeta"),
        (
            "\u039d\u0399\u039d\u0391 \u0396\u0395\u03a4\u0391",
            "\u039d\u03af\u03bd\u03b1 \u0396\u03ad\u03c4\u03b1",
        ),
        (
            "\u039d\u03af\u03bd\u03b1 \u0396\u03ad\u03c4\u03b1",
            "\u039d\u0399\u039d\u0391 \u0396\u0395\u03a4\u0391",
        ),
        ("Max Weber", "\u041c\u0430\u0445 Weber"),
        ("Eva Cox", "Eva \u0421\u043e\u0445"),
        ("Paul Klee", "Pau| Klee"),
        ("Anna Berg", "Anna Berg\u00b9"),
        ("Anna Roth", "Anna Roth\u20e6"),
    ],
)
def test_a_name_that_looks_like_another_is_refused(house, there, alike):
    given = {"title": "Head", "unit": "N", "invite": False}
    house.make(house.rita, "person", "hire", username="there", name=there, **given)
    with pytest.raises(
        Refused, match=r"with this job title already|digit stands between|several scripts|is no letter"
    ):
        house.make(house.rita, "person", "hire", username="alike", name=alike, **given)
    house.make(house.rita, "person", "hire", username="other", name=f"{there} {there}", **given)


def test_a_digit_amid_letters_is_refused_only_where_it_passes_for_one(house):
    given = {"title": "Head", "unit": "N", "invite": False}
    places = (
        "O2Labs Reception",
        "R2D2",
        "Hall7b Desk",
        "Hall10b Desk",
        "H2O1x Lab",
        "Block B1",
        "1a Desk",
        "Desk 10",
    )
    for place, name in enumerate(places):
        house.make(house.rita, "person", "hire", username=f"desk{place}", name=name, **given)
    for name in ("Pau1a Meyer", "J0hn Meyer", "R0b1n Meyer", "B1a Station", "J\uff10hn Meyer"):
        with pytest.raises(Refused, match="A digit stands between the letters of a word"):
            house.make(house.rita, "person", "hire", username="passing", name=name, **given)


def test_the_refusal_names_who_is_there(house):
    given = {"title": "Auditor", "unit": "N", "invite": False}
    house.make(house.rita, "person", "hire", username="ella", name="Ella Virtanen", **given)
    said = (
        "^There is Ella Virtanen with this job title already, and both read alike; add what tells them apart"
    )
    with pytest.raises(Refused, match=said):
        house.make(house.rita, "person", "hire", username="eila", name="Eila Virtanen", **given)


def test_a_name_as_people_write_it_is_taken_in_whatever_script(house):
    names = (
        "\u0418\u0433\u043e\u0440\u044c \u0413\u0440\u043e\u043c\u043e\u0432",
        "\u041c\u0430\u0440\u2019\u044f\u043d\u0430 \u0406\u0432\u0430\u043d-\u041a\u0456\u0441",
        "\u039d\u03af\u03ba\u03bf\u03c2 \u039a\u03b1\u03b6\u03b1\u03bd\u03c4\u03b6\u03ac\u03ba\u03b7\u03c2",
        "\u5c71\u7530 \u82b1\u5b50",
        "\u4f50\u3005\u6728 \u30a8\u30ea\u30fc",
        "\u9ad8\u6a4b \u3055\u304f\u3089",
        "\uae40 \u91d1\u6c11\uc218",
        "\u9673\u5927\u6587 David (Dave)",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u062d\u0633\u06cc\u0646",
        "\u0b95\u0bb2\u0bc8 \u0b9a\u0bc6\u0bb2\u0bcd\u0bb5\u0ba9\u0bcd",
        "\u0f56\u0f66\u0f9f\u0f53\u0f0b\u0f60\u0f5b\u0f72\u0f53\u0f0b",
        "D\u2019Arcy O'Neill-\u0141uczak, jr.",
        "Mar\u00eda Jos\u00e9 (\u201cPepa\u201d) L\u00f3pez / M\u00aa L\u00f3pez & Co.",
        "Joan Gal\u00b7la",
        "Ka\u02bbiulani 2nd",
        "Dr. \u0393\u03b9\u03ce\u03c1\u03b3\u03bf\u03c2 \u03a0\u03b1\u03c0\u03ac\u03c2",
        "\u041e\u043b\u044c\u0433\u0430 \u041f\u0435\u0442\u0440\u043e\u0432\u0430, PhD",
        "Henry \u2167",
    )
    for place, name in enumerate(names):
        house.make(
            house.rita,
            "person",
            "hire",
            username=f"p{place}",
            name=name,
            title="Head",
            unit="N",
            invite=False,
        )
        assert User.objects.get(username=f"p{place}").name == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Pau\u4e28 Klee", "^A word of this name mixes letters of several scripts; write it in one"),
        ("Jan\u0967", "several scripts"),
        ("Pau| Klee", "^“|” is no letter, figure or punctuation of a name; write the name without it"),
        ("Anna Berg \u2122", "is no letter"),
    ],
)
def test_a_name_of_several_scripts_or_with_other_signs_is_refused(house, name, said):
    given = {"username": "odd", "title": "Head", "unit": "N", "invite": False}
    with pytest.raises(Refused, match=said.replace("|", r"\|")):
        house.make(house.rita, "person", "hire", name=name, **given)


def test_a_name_that_was_there_before_stays_as_its_job_title_changes(house):
    User.objects.filter(pk=house.anna.pk).update(name="Pau| \u0422\u043e\u043c")
    house.do(
        house.rita, "edit", house.anna, because="Promoted.", name="Pau| \u0422\u043e\u043c", title="Head"
    )
    assert User.objects.get(pk=house.anna.pk).title == "Head"


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
