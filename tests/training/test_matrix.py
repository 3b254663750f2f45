"""The training matrix: what its cells say, whom it shows to whom, and that it costs the same however many there are."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.domains.training.matrix import STANDINGS, cells, courses_shown, people_shown
from setsquare.domains.training.models import Requirement, Shortfall
from setsquare.domains.training.standings import HAVE, Tally, narrowed, of_courses
from setsquare.faces.cli.words import answer
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from tests.training.conftest import TODAY, School, ago, deliver

MOST_QUERIES = 15


@pytest.fixture
def course(school: School) -> Record:
    """Needed by the north; of its people one has it, one lets it lapse, one is in grace, one has nothing."""
    course = school.course("First aid", {"unit": "N"}, validity_months=12, grace_days=30)
    school.certified("anna", course, ago(10))
    school.certified("ben", course, ago(370))
    school.certified("tom", course, ago(800))
    return course


def standings(reader: User) -> dict[str, str]:
    people = list(people_shown(reader).order_by("username"))
    courses = list(courses_shown(reader))
    found = cells(people, courses)
    return {person.username: found[person.pk, courses[0].pk].standing for person in people}


def test_cells_say_how_somebody_stands(school: School, course: Record) -> None:
    until = TODAY + dt.timedelta(days=20)
    nora = bootstrap.add_person("nora", "Nora New", "N")
    school.certified("olga", course, ago(20), expires=until)
    assert standings(school.cora) == {
        "anna": "valid",
        "ben": "grace",
        "cora": "not_needed",
        "nora": "missing",
        "olga": "soon",
        "rita": "not_needed",
        "sven": "not_needed",
        "tom": "expired",
    }
    bootstrap.grant(nora, "operator", "NW")
    school.do(school.cora, course, "set_requirements", needed_by=[{"role": "operator", "unit": "N"}])
    assert standings(school.cora)["nora"] == "missing"
    assert standings(school.cora)["tom"] == "not_needed"


def test_sql_says_the_same_as_the_cells(school: School, course: Record) -> None:
    """Of every way in which somebody comes to need a course, and of every standing."""
    bootstrap.grant(school.ben, "operator", "S")
    second = school.course("Welding", {"role": "operator", "unit": "NW"}, {"person": "anna"}, renew_days=10)
    school.certified("ben", second, ago(30))
    school.certified("olga", second, ago(400), expires=TODAY - dt.timedelta(days=5))
    school.certified("olga", course, ago(20), expires=TODAY + dt.timedelta(days=20))
    anew = {"because": second.number, "since": TODAY, "due": timezone.now(), "people": ["anna", "ben"]}
    carry_out("course", "retrain", Actor(None), record=Record.objects.get(pk=course.pk), body=anew)
    third = school.course("Soldering", {"unit": "S"})
    row = {"course_id": third.pk, "lacking": course, "topic": "", "level": 1, "days": 9}
    Requirement.objects.create(unit=school.anna.unit, **row)  # of the north who lacks first aid
    Shortfall.objects.create(person=school.sven, **row)
    people, courses = people_shown(school.cora), list(courses_shown(school.cora))
    found = cells(list(people), courses)
    for standing in STANDINGS[:-1]:
        so = {person for (person, _course), cell in found.items() if cell.standing == standing}
        assert {one.pk for one in narrowed(people, courses, (standing,))} == so, standing
    assert {one.pk for one in narrowed(people, courses)} == {
        person for (person, _course), cell in found.items() if cell.needed or cell.evidence
    }
    needed = {place: cell.standing in HAVE for place, cell in found.items() if cell.needed}
    tallies = of_courses(people, courses)
    assert tallies == {
        one.pk: Tally(len(own), sum(own))
        for one in courses
        if (own := [have for (_person, what), have in needed.items() if what == one.pk])
    }


def test_each_sees_whose_training_they_follow(school: School, course: Record) -> None:
    assert set(standings(school.anna)) == {"anna"}
    assert set(standings(school.tom)) == {"tom", "anna"}
    assert set(standings(school.sven)) == {"sven", "olga"}


def test_the_page_narrows_and_leads_to_certificate_or_course(
    school: School, course: Record, client: Client
) -> None:
    client.force_login(school.cora)
    page = client.get("/courses/matrix/?unit=N&q=example").content.decode()
    certificate = Record.objects.get(certificate__person=school.anna)
    assert f'href="/certificates/{certificate.number}/"' in page
    assert "Anna Example" in page
    assert "Olga Example" not in page
    units = re.findall(r'<option value="(\w+)"[^>]*>([^<]*)</option>', page.partition('name="role"')[0])
    assert units[:2] == [("NW", "Norma Works"), ("N", "\u2003North")], "as they stand in the tree"
    assert '<span class="standing stands-grace">In grace</span>' in page
    signs = re.findall(r'<span class="standing stands-(\w+)">([^<]*)</span>', page.partition("<table")[0])
    assert len(signs) == 6 and len({sign for sign, _word in signs}) == 6, "no two look alike"
    assert "has 0 of 1" in page and "has 1 of 1" in page
    assert "Rita Root" not in client.get("/courses/matrix/").content.decode()
    assert "Rita Root" in client.get("/courses/matrix/?all=1").content.decode()
    assert client.get("/courses/matrix/totals/?unit=nowhere&role=nobody").status_code == 200
    totals = client.get("/courses/matrix/totals/").content.decode()
    assert "All 7 people" in totals and "33 %" in totals and "1 of 3" in totals
    assert "Left out: 4 people to whom no course applies." in totals
    lacking = client.get("/courses/matrix/?lacking=1").content.decode()
    assert "Ben Example" in lacking and "Tom Example" in lacking and "Anna Example" not in lacking
    assert "Tom Example" not in client.get("/courses/matrix/?standing=grace").content.decode()
    for form in ("csv", "xlsx"):
        answer = client.get(f"/courses/matrix/export/{form}?unit=N")
        data = b"".join(answer.streaming_content)
        assert data.startswith(b"PK") or "Anna Example,anna,North,1,1,Valid" in data.decode("utf-8-sig")
    some = b"".join(client.get("/courses/matrix/export/csv?lacking=1").streaming_content).decode("utf-8-sig")
    assert "Ben Example" in some and "Anna Example" not in some
    client.force_login(school.tom)
    mine = client.get("/courses/mine/").content.decode()
    assert "First aid" in mine
    assert "Expired" in mine and "needed by: North" in mine


def test_who_may_read_no_courses_keeps_sight_of_what_they_are_asked_for_and_have(
    school: School, course: Record, client: Client
) -> None:
    zoe = bootstrap.add_person("zoe", "Zoe Example", "N")  # without a role
    deliver()
    client.force_login(zoe)
    assert "First aid" in client.get("/courses/mine/").content.decode(), "asked for in the north"
    school.certified("zoe", course, TODAY)
    mine = client.get("/courses/mine/").content.decode()
    assert "First aid" in mine and "Valid" in mine and "You need no course now" not in mine
    assert client.get(f"/courses/{course.number}/").status_code == 200
    given = Record.objects.get(certificate__person=zoe)
    school.do(school.cora, given, "revoke")
    school.do(school.cora, course, "set_requirements", needed_by=[])
    assert client.get(f"/courses/{course.number}/").status_code == 404


def test_the_matrix_costs_the_same_however_many_people(
    school: School, course: Record, client: Client
) -> None:
    client.force_login(school.cora)
    counts: list[list[int]] = []
    for query, least in (("?q=anna", 1), ("?unit=N", 3), ("", 60)):
        while people_shown(school.cora).count() < least:
            number = people_shown(school.cora).count()
            User.objects.create(username=f"p{number}", name=f"Person {number:03}", unit=school.anna.unit)
        client.get("/courses/matrix/")
        counts.append([])
        for page in ("", "totals/", "roles/", "roles/table/"):
            with CaptureQueriesContext(connection) as captured:
                answer = client.get(f"/courses/matrix/{page}{query}")
            assert answer.status_code == 200
            by_code = "unit=" in query and page != "roles/"  # the unit is read by its code
            counts[-1].append(len(captured) - by_code)
    assert counts[0] == counts[1] == counts[2], counts
    assert max(counts[0]) <= MOST_QUERIES
    first = client.get("/courses/matrix/").content.decode()
    assert "after=" in first
    assert first.count('<th scope="row">') == 25


def test_roles_stand_beside_courses(school: School, course: Record, client: Client) -> None:
    """Ben in the north is an operator, as is Olga in the south, who needs the course for her role alone."""
    for name in ("ben", "olga"):
        bootstrap.grant(school.people[name], "operator", "NW")
    school.do(
        school.cora, course, "set_requirements", needed_by=[{"unit": "N"}, {"role": "operator", "unit": "S"}]
    )
    client.force_login(school.cora)
    page = client.get("/courses/matrix/roles/table/").content.decode()
    assert "1 of 4" in page and "0 of 2" in page and page.count("by the role</span>") == 1
    assert 'href="/courses/matrix/?role=operator&amp;course=' in page
    table = b"".join(client.get("/courses/matrix/roles/export/csv").streaming_content).decode("utf-8-sig")
    assert [line.split(",")[0:2] + line.split(",")[4:] for line in table.splitlines()[1:]] == [
        ["Production operator", "2", "Yes", "2", "0", "0"],
        ["Reader", "5", "No", "4", "1", "25"],
    ]
    client.force_login(school.sven)
    assert "0 of 1" in client.get("/courses/matrix/roles/table/").content.decode()  # of Ben he learns nothing


def test_courses_that_do_not_fit_beside_each_other_are_a_page_away(
    school: School, course: Record, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("setsquare.faces.web.training.asking.COLUMNS", 1)
    school.course("Welding", {"unit": "N"})
    school.course("Nobody’s")
    client.force_login(school.cora)
    assert "1 course that concerns nobody" in client.get("/courses/matrix/totals/").content.decode()
    first, second, beyond = (
        client.get(f"/courses/matrix/?q=anna{more}").content.decode()
        for more in ("", "&columns=2", "&columns=9")
    )
    assert "First aid" in first and "Welding" not in first and "?q=anna&amp;columns=2" in first
    assert "Welding" in second and "First aid" not in second and "Welding" in beyond
    export = b"".join(client.get("/courses/matrix/export/csv?q=anna").streaming_content).decode("utf-8-sig")
    assert "First aid" in export and "Welding" in export


def test_programs_read_it_too(school: School, course: Record, capsys: pytest.CaptureFixture[str]) -> None:
    expires = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    _token, secret = tokens.make(school.cora, "test", ("read",), expires)
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def get(query: str) -> list[Any]:
        return json.loads(client.get(f"/api/v1/courses:{query}").content)["items"]

    def run(*words: str) -> list[Any]:
        assert answer(["training", *words, "--json", "--token", secret]) == 0
        return json.loads(capsys.readouterr().out)["items"]

    found = get("matrix?unit=N&standing=valid")
    told = {one["person"]["username"]: [cell["standing"] for cell in one["courses"]] for one in found}
    assert told == {"anna": ["valid"]}, "nobody else stands so"
    for standing in STANDINGS:
        stand = [name for name, one in sorted(standings(school.cora).items()) if one == standing]
        assert sorted(one["person"]["username"] for one in get(f"matrix?standing={standing}")) == stand
        assert sorted({one["person"] for one in run("--standing", standing)}) == stand
    assert answer(["training", "--unit", "N", "--token", secret]) == 0
    assert re.findall("Valid|In grace|Expired|valid|grace|expired", capsys.readouterr().out) == [
        "Valid",
        "In grace",
        "Expired",
    ]
    lacking = [one["person"]["username"] for one in get("matrix?lacking=true")]
    assert lacking == ["ben", "tom"] == list(dict.fromkeys(one["person"] for one in run("--lacking")))
    [reader] = [one for one in get("roles?unit=N") if one["role"] == "reader"]
    assert [(one["course"], one["needed"], one["have"]) for one in reader["courses"]] == [
        (course.number, 3, 1)
    ]
    assert run("--by-role", "--unit", "N") == get("roles?unit=N")
    for query in ("matrix?role=nothing", "matrix?lacking=perhaps", "roles?unit=nothing"):
        assert client.get(f"/api/v1/courses:{query}").status_code == 422


def test_the_matrix_is_sorted_by_unit_or_by_how_much_is_lacking(
    school: School, client: Client, course: Record
) -> None:
    """First aid is lacking to Ben and Tom in the north; Ben lacks another; Olga (south) needs and lacks none."""
    school.course("Sawing", {"person": "ben"})
    school.course("Welding", {"person": "olga"})
    other = school.course("Filing", kind="external")
    school.certified("olga", other, ago(5))
    client.force_login(school.cora)

    def names(**asked: str) -> list[str]:
        page = client.get("/courses/matrix/", asked).content.decode()
        return re.findall(r'class="person-name" title="(\w+) Example"', page)

    assert names() == ["Anna", "Ben", "Olga", "Tom"]
    by_unit = names(sort="unit")
    assert set(by_unit[:3]) == {"Anna", "Ben", "Tom"} and by_unit[3:] == ["Olga"]
    assert names(sort="lacks")[0] == "Ben" and names(sort="lacks")[-1] == "Anna"
    page = client.get("/courses/matrix/?sort=lacks").content.decode()
    number = Record.objects.get(person_file__user=school.ben).number
    assert f'href="/people/{number}/training/"' in page, "from a name one gets to all of their training"
