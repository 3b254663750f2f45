"""Courses that close gaps: what they lead to, who is asked because they lack it, and until when."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import formats, timezone

from setsquare.domains.organisation import bootstrap
from setsquare.domains.training.closing.told import shortfalls_kept
from setsquare.domains.training.handlers import follow_needs, reconcile
from setsquare.domains.training.matrix import cells, courses_shown
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import CommandError, NotPermitted, Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from tests.competence.bench import Bench, asked, deliver
from tests.competence.conftest import PASSWORD
from tests.days import today


def taking(course: Record) -> list[str]:
    """Return who is asked to take a course."""
    return asked(course).get("train", [])


@pytest.fixture
def course(bench: Bench) -> Record:
    """Cora runs training in the north, Sven in the south; a course leads to level 1 of turning and 2 of milling."""
    for name, unit in (("cora", "N"), ("sven", "S")):
        bench.desk.people[name] = bootstrap.add_person(
            name, f"{name.title()} Example", unit, password=PASSWORD
        )
        bootstrap.grant(bench.desk.people[name], "coordinator", unit)
    number = bench.framework.number
    rows = [{"subject": number, "topic": "G-1", "level": 1}, {"subject": number, "topic": "G-2", "level": 2}]
    given = {"title": "Cutting", "kind": "classroom", "unit": "N", "leads_to": rows}
    made = carry_out("course", "create", Actor(bench.cora), body=given).record
    bench.do(bench.cora, made, "offer")
    return Record.objects.get(pk=made.pk)


def narrowed(bench: Bench, topic: str = "G-1", level: int | None = 1, **who: Any) -> dict[str, Any]:
    return {"lacking": bench.framework.number, "topic": topic, "level": level, **who}


def test_a_unit_needs_it_as_long_as_its_people_lack_a_component(bench: Bench, course: Record) -> None:
    bench.agreed("ada", G_1=1)
    bench.do(bench.cora, course, "set_requirements", needed_by=[narrowed(bench, unit="N", days=9)])
    others = sorted(set(User.objects.filter(unit__code="N").values_list("username", flat=True)) - {"ada"})
    assert taking(course) == others
    bench.agreed("ben", G_1=2)
    assert taking(course) == [one for one in others if one != "ben"]
    people = [bench.ada, bench.ben, bench.kim]
    found = cells(people, courses_shown(bench.cora))
    assert [found[one.pk, course.pk].standing for one in people] == ["not_needed", "not_needed", "missing"]
    again = bench.agreed("ben", G_1=0)
    assert again.state == "agreed"
    assert taking(course) == others
    Qualification.objects.filter(user=bench.ada).update(until=timezone.now())
    assert follow_needs() == 1
    assert taking(course) == sorted([*others, "ada"])


@pytest.mark.parametrize(
    ("name", "row", "field", "sentence"),
    [
        (
            "leads_to",
            {"subject": "FW-001", "topic": "X", "level": 1},
            "topic",
            "FW-001 Trades has no “X” in force.",
        ),
        (
            "leads_to",
            {"subject": "FW-001", "topic": "G-1", "level": 3},
            "level",
            "There is no level 3 of it; there are: 1, 2.",
        ),
        ("leads_to", {"subject": "TC-001", "topic": "G", "level": 1}, "subject", "TC-001 is no framework."),
        ("needed_by", {"unit": "N", "lacking": "FW-001"}, "level", "Say at which level."),
        ("needed_by", {"unit": "N", "level": 1}, "lacking", "Say of which framework."),
        (
            "needed_by",
            {"unit": "N", "lacking": "FW-001", "topic": "G", "level": 1},
            "topic",
            "FW-001 Trades has no “G” in force.",
        ),
        (
            "needed_by",
            {"person": "ada", "lacking": "FW-001", "topic": "G-1", "level": 1},
            "lacking",
            "What somebody lacks does not stand where everybody reads it: use “Ask who lacks a component”.",
        ),
    ],
)
def test_what_does_not_fit_is_refused_at_its_row(
    bench: Bench, course: Record, name: str, row: dict[str, Any], field: str, sentence: str
) -> None:
    given = {"title": "Other", "kind": "online", "unit": "N", name: [row]}
    with pytest.raises(Refused) as refused:
        carry_out("course", "create", Actor(bench.cora), body=given)
    assert refused.value.fields == {f"{name}.0.{field}": sentence}


def ask(bench: Bench, who: User, course: Record, *people: tuple[str, int], topic: str = "G-1") -> None:
    rows = [{"person": person, "level": level} for person, level in people]
    bench.do(who, course, "ask_lacking", lacking=bench.framework.number, topic=topic, people=rows, days=14)


def test_people_are_asked_because_of_a_gap_until_an_assessment_shows_that_it_is_closed(
    bench: Bench, course: Record
) -> None:
    bench.agreed("ada", G_1=1)
    ask(bench, bench.cora, course, ("ada", 1), ("ben", 1), ("kim", 1))
    assert taking(course) == ["ben", "kim"]
    issued = {"person": "ben", "course": course.number, "issued": today()}
    carry_out("certificate", "create", Actor(bench.cora), body=issued)
    deliver()
    assert taking(course) == ["kim"]
    assert not Qualification.objects.filter(user=bench.ben, subject=bench.framework).exists()
    bench.do(bench.cora, course, "ask_lacking_no_longer", people=["kim"])
    assert taking(course) == []
    with pytest.raises(Refused, match="Kim Example is not asked because of a gap"):
        bench.do(bench.cora, course, "ask_lacking_no_longer", people=["kim"])
    ask(bench, bench.cora, course, ("ada", 2), topic="G-2")
    assert taking(course) == ["ada"]
    bench.agreed("ada", G_2=2)
    assert taking(course) == []


def test_who_asks_runs_the_training_of_each(bench: Bench, course: Record) -> None:
    with pytest.raises(NotPermitted, match="Only who runs training may do this"):
        ask(bench, bench.kim, course, ("ada", 1))
    bootstrap.grant(bench.sven, "reader", "N")
    for who, people, field, sentence in (
        (
            bench.sven,
            [("ada", 1)],
            "0.person",
            "Only who runs the training of Ada Example may do this.",
        ),
        (
            bench.cora,
            [("ada", 1), ("sven", 1)],
            "1.person",
            "Only who runs the training of Sven Example may do this.",
        ),
        (bench.cora, [("ada", 2)], "0.level", f"{course.number} leads to level 1 of it."),
        (bench.cora, [("ada", 1), ("ada", 1)], "1.person", "Ada Example stands here already."),
    ):
        with pytest.raises(Refused) as refused:
            ask(bench, who, course, *people)
        assert refused.value.fields == {f"people.{field}": sentence}
    with pytest.raises(Refused, match="does not lead to “G-3”"):
        ask(bench, bench.cora, course, ("ada", 1), topic="G-3")
    bench.agreed("ada", G_1=1)
    with pytest.raises(CommandError, match="All of them hold it already at that level"):
        ask(bench, bench.cora, course, ("ada", 1))


def test_who_lacks_what_is_known_to_who_runs_the_course_alone(
    bench: Bench, course: Record, client: Client
) -> None:
    ask(bench, bench.cora, course, ("ada", 1), ("kim", 1))
    kept = shortfalls_kept(course)
    assert [(row["topic"], row["level"], row["people"]) for row in kept] == [("G-1", 1, ["ada", "kim"])]
    for who, sees in ((bench.cora, True), (bench.ben, False), (bench.ada, False)):
        client.force_login(who)
        pages = [client.get(f"/courses/{course.number}/{tab}").content.decode() for tab in ("", "history/")]
        assert any("Who lacks Turning (G-1) at level 1 (Can)" in page for page in pages) is sees
        assert any("Kim Example" in page for page in pages) is sees
        assert "Turning (G-1) at level 1 (Can)" in pages[0]


def test_asking_costs_the_same_however_many(bench: Bench, course: Record) -> None:
    counts = []
    for many in (1, 3, 60):
        made = [
            User.objects.create(username=f"p{many}x{at}", name=f"Person {at}", unit=bench.ada.unit)
            for at in range(many)
        ]
        with CaptureQueriesContext(connection) as captured:
            carry_out(
                "course",
                "ask_lacking",
                Actor(bench.cora),
                record=Record.objects.get(pk=course.pk),
                version=Record.objects.get(pk=course.pk).version,
                body={
                    "lacking": bench.framework,
                    "topic": "G-1",
                    "people": [{"person": one, "level": 1} for one in made],
                },
            )
        with CaptureQueriesContext(connection) as followed:
            assert reconcile(course.course) == many
        counts.append((len(captured), len(followed)))
        people = list(User.objects.filter(unit=bench.ada.unit))
        with CaptureQueriesContext(connection) as matrix:
            cells(people, [course.course])
        counts[-1] += (len(matrix),)
    assert counts[1] == counts[2]


def gap_pages(bench: Bench) -> None:
    """Ada and Ben have a profile that asks for turning and milling; Hanna runs training there, Rob only assesses."""
    number = bench.framework
    profile = bench.desk.profile((number, "G-1", 1), (number, "G-2", 2), titles=["operator"])
    bench.do(bench.hanna, profile, "put_in_force")
    bootstrap.add_role("assessing", "Assessing", permissions=["competence.assess"])
    bootstrap.grant(bench.hanna, "coordinator", "N")
    bootstrap.grant(bench.rob, "assessing", "N")


def test_gap_pages_lead_to_courses_and_plans(bench: Bench, course: Record, client: Client) -> None:
    gap_pages(bench)
    of_kim = f"/competence/gaps/components/{bench.framework.number}/G-1/"
    bench.agreed("ada", G_1=1)
    evidence = Record.objects.get(type="assessment")
    client.force_login(bench.hanna)
    client.get("/me/")
    with CaptureQueriesContext(connection) as captured:
        page = client.get("/competence/gaps/people/ada/").content.decode()
    assert len(captured) <= 15
    assert page.count("Ask for this course") == 1
    assert f'href="/assessments/{evidence.number}/"' in page
    with CaptureQueriesContext(connection) as captured:
        page = client.get(of_kim).content.decode()
    assert len(captured) <= 15
    assert "Ask all 2 of them" in page
    assert "Ada Example" not in page
    assert client.post(f"{of_kim}ask/", {"course": course.number}).status_code == 303
    answered = client.get(of_kim)
    assert "as long as they lack it: Ben Example" in answered.content.decode()
    client.post(
        f"/competence/gaps/components/{bench.framework.number}/G-2/ask/?person=ada", {"course": course.number}
    )
    deliver()
    assert taking(course) == ["ada", "ben", "kim"]
    assert "Ask for this course" not in client.get("/competence/gaps/people/ada/").content.decode()
    client.force_login(bench.mark)
    page = client.get("/competence/gaps/people/ada/").content.decode()
    plan = page.partition('href="/development-plans/new/create/?')[2].partition('"')[0].replace("&amp;", "&")
    assert (
        plan == f"person=ada&targets.0.subject={bench.framework.number}&targets.0.topic=G-2&targets.0.level=2"
    )
    assert 'value="G-2"' in client.get(f"/development-plans/new/create/?{plan}").content.decode()
    bench.do(bench.cora, course, "ask_lacking_no_longer", people=["kim"])
    client.force_login(bench.rob)
    page = client.get("/competence/gaps/people/kim/").content.decode()
    assert "Courses that lead further" in page
    assert "Ask for this course" not in page
    assert "development-plans/new" not in page
    assert "Ask " not in client.get(of_kim).content.decode().partition("Courses that lead there")[2]
    client.post(f"{of_kim}ask/", {"course": course.number})
    deliver()
    client.force_login(bench.sven)
    assert client.get("/competence/gaps/people/ada/").status_code == 404
    assert client.get(of_kim).status_code == 404
    assert taking(course) == ["ada", "ben"]


def test_who_completed_the_course_is_not_asked_again_and_who_is_asked_is_told_since_when(
    bench: Bench, course: Record, client: Client
) -> None:
    gap_pages(bench)
    turning = f"/competence/gaps/components/{bench.framework.number}/G-1/"
    client.force_login(bench.hanna)

    def shown() -> tuple[list[str], list[str]]:
        page = client.get(turning).content.decode()
        notes = re.findall(r'<span class="cell-note">([^<]*)</span>', page)
        return re.findall(r"Ask (?:all )?\d+ [a-z ]+", page), notes

    assert shown() == (["Ask all 3 of them"], [])
    issued = {"person": "ben", "course": course.number, "issued": today()}
    carry_out("certificate", "create", Actor(bench.cora), body=issued)
    deliver()
    completed = f"{course.number}: completed; an assessment shows the level"
    assert shown() == (
        ["Ask all 2 of them"],
        ["Completed by 1 of them; an assessment shows the level", completed],
    )
    ask(bench, bench.cora, course, ("kim", 1))
    day = formats.date_format(today())
    since = f"{course.number}: asked on {day}"
    some_asked = [
        "Asked already: 1",
        "Completed by 1 of them; an assessment shows the level",
        completed,
        since,
    ]
    assert shown() == (["Ask 1 person"], some_asked)
    client.post(f"{turning}ask/", {"course": course.number})
    assert "as long as they lack it: Ada Example." in client.get(turning).content.decode()
    deliver()
    assert taking(course) == ["ada", "kim"]
    assert shown() == (
        [],
        [
            "Asked already: 2",
            "Completed by 1 of them; an assessment shows the level",
            since,
            completed,
            since,
        ],
    )
    client.post(f"{turning}ask/", {"course": course.number})
    assert f"There is nobody left to ask whom {course.number} leads further." in (
        client.get(turning).content.decode()
    )


def test_asking_says_who_completed_the_course_and_leaves_them_out(bench: Bench, course: Record) -> None:
    issued = {"person": "ben", "course": course.number, "issued": today()}
    carry_out("certificate", "create", Actor(bench.cora), body=issued)
    rows = [{"person": name, "level": 1} for name in ("ada", "ben")]
    given = {"lacking": bench.framework.number, "topic": "G-1"}
    done = bench.do(bench.cora, course, "ask_lacking", **given, people=rows)
    assert done.conclusion == (
        f"Asked to take {course.number}, as long as they lack it: Ada Example."
        " Completed already, an assessment shows the level: Ben Example."
    )
    assert taking(course) == ["ada"]
    with pytest.raises(Refused) as refused:
        bench.do(bench.cora, course, "ask_lacking", **given, people=rows[1:])
    assert refused.value.fields == {
        "people": f"All of them completed {course.number} already; an assessment shows the level."
    }


def test_asking_because_of_a_gap_stands_in_the_menu_of_the_course_behind_what_is_done_more_often(
    bench: Bench, course: Record, client: Client
) -> None:
    ask(bench, bench.cora, course, ("ada", 1))
    client.force_login(bench.cora)
    page = client.get(f"/courses/{course.number}/").content.decode()
    ways = [
        page.index(f"/do/{name}/") for name in ("set_requirements", "ask_lacking", "ask_lacking_no_longer")
    ]
    assert ways == sorted(ways) and ways[0] < page.index("More commands") < ways[1]
    assert page.index("How it is completed") < page.index("Who lacks what it leads to")


def test_the_level_of_an_outcome_and_of_a_need_is_chosen_by_its_name(
    bench: Bench, course: Record, client: Client
) -> None:
    client.force_login(bench.cora)
    for form in ("edit", "set_requirements"):
        page = client.get(f"/courses/{course.number}/do/{form}/").content.decode()
        assert 'data-source="/choose/levels?q="' in page and 'data-part="topic"' in page, form
    outcomes = client.get(f"/courses/{course.number}/do/edit/").content.decode()
    assert re.search(r"<option value=\"1\" selected>1 \w", outcomes), "the level that it leads to, by name"


def test_who_is_asked_because_of_a_gap_reads_which_profile_asks_for_it(
    bench: Bench, course: Record, client: Client
) -> None:
    gap_pages(bench)
    bench.agreed("ben", G_1=1)
    ask(bench, bench.cora, course, ("ada", 1))
    ask(bench, bench.cora, course, ("ben", 1), topic="G-2")
    bench.do(bench.cora, course, "set_requirements", needed_by=[narrowed(bench, unit="N", days=9)])
    profile = Record.objects.get(type="role_profile")
    of_profile = f"your role profile {profile.number} {profile.title} asks for "
    told = {}
    for who in (bench.ada, bench.ben, bench.cora):
        client.force_login(who)
        page = client.get("/courses/mine/").content.decode()
        told[who] = re.findall(r'<span class="cell-note">([^<]*)</span>', page)

    assert told == {
        bench.ada: [
            "needed by: North, as you lack Turning (G-1) at level 1 (Can)",
            "asked because you lack Turning (G-1) at level 1 (Can)",
            f"{of_profile}Turning (G-1) at level 1 (Can)",
        ],
        bench.ben: [
            "asked because you lack Milling (G-2) at level 1 (Can)",
            f"{of_profile}Milling (G-2) at level 2 (Can well)",
        ],
        bench.cora: ["needed by: North, as you lack Turning (G-1) at level 1 (Can)"],
    }
