"""What the pages of training show: of a course its sessions and holders, of a person what is most urgent first."""

import datetime as dt
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.domains.training.models import TrainingSession
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from tests.training.conftest import School, ago


def page_of(client: Client, course: Record) -> str:
    """Return what the page shows below: when the course is given, and who holds it."""
    below = f"/courses/{course.number}/given/"
    assert f'hx-get="{below}"' in client.get(f"/courses/{course.number}/").content.decode()
    return client.get(below).content.decode()


def test_sessions_stand_on_the_page_those_to_come_first(school: School, client: Client) -> None:
    course = school.course("Measuring")
    far = school.session(course, 72, place="Room 7", capacity=8)
    near = school.session(course, 24)
    past = school.session(course, 48)
    cancelled = school.session(course, 96)
    school.do(school.cora, far, "enrol", people=["anna", "ben"])
    school.do(school.cora, cancelled, "cancel")
    ended = timezone.now() - dt.timedelta(days=9)
    TrainingSession.objects.filter(pk=past.pk).update(starts=ended, ends=ended + dt.timedelta(hours=1))
    other = school.session(school.course("Welding"), 24)
    client.force_login(school.anna)
    page = page_of(client, course)
    places = [page.index(f'href="/training-sessions/{one.number}/"') for one in (near, far, past)]
    assert places == sorted(places)
    assert page.index(">Coming<") < places[0] and places[1] < page.index(">Past<") < places[2]
    assert cancelled.number not in page and other.number not in page
    assert "2 of 8" in page and "Room 7" in page and "Tom Example" in page
    assert f'href="/training-sessions/?course={course.number}"' in page
    assert "Plan a session" not in page


def test_who_runs_training_plans_a_session_of_the_course(school: School, client: Client) -> None:
    course = school.course("Measuring")
    client.force_login(school.cora)
    address = f"/training-sessions/new/create/?course={course.number}&amp;trainer=tom"
    assert f'href="{address}"' in page_of(client, course)
    assert f'<option value="{course.number}" selected' in client.get(address).content.decode()
    school.do(school.cora, course, "retire")
    assert "Plan a session" not in page_of(client, course)


def test_nobody_is_offered_to_ask_for_a_gap_where_the_course_leads_to_nothing(
    school: School, client: Client
) -> None:
    course = school.course("Measuring")
    client.force_login(school.cora)
    page = client.get(f"/courses/{course.number}/").content.decode()
    assert "/do/set_requirements/" in page and "/do/ask_lacking" not in page


def test_all_know_how_many_hold_it_and_who_follows_their_training_knows_who(
    school: School, client: Client
) -> None:
    course = school.course("Measuring", validity_months=12)
    anna = school.certified("anna", course, ago(10))
    ben = school.certified("ben", course, ago(20))
    school.certified("olga", course, ago(900))
    sees = {school.cora: (anna, ben), school.tom: (anna,), school.ben: (ben,), school.sven: ()}
    for reader, certificates in sees.items():
        client.force_login(reader)
        page = page_of(client, course)
        assert 'Who holds it<span class="count">2</span>' in page
        for one in (anna, ben):
            assert (f'href="/certificates/{one.number}/"' in page) is (one in certificates)
        assert ("of 2 people who hold it" in page) is (len(certificates) < 2)
        assert (f"/certificates/?course={course.number}" in page) is bool(certificates)
        assert "Olga Example" not in page
    client.force_login(school.cora)
    page = page_of(client, course)
    assert page.index(ben.number) < page.index(anna.number)  # whose ends first
    school.do(school.cora, anna, "revoke")
    assert 'Who holds it<span class="count">1</span>' in page_of(client, course)


def test_the_page_costs_the_same_however_many_sessions(school: School, client: Client) -> None:
    course = school.course("Measuring")
    client.force_login(school.cora)
    counts = []
    for number in (1, 4):
        for _one in range(number):
            school.session(course, 24)
        page_of(client, course)
        with CaptureQueriesContext(connection) as queries:
            page_of(client, course)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_is_most_urgent_stands_first_in_my_training(school: School, client: Client) -> None:
    done = school.course("Done", {"unit": "N"})
    school.certified("ben", done, ago(5))
    later, soon, late, lapsed = (
        school.course(title, {"unit": "N", "days": days})
        for title, days in (("Later", 90), ("Soon", 3), ("Late", 30), ("Lapsed", 30))
    )
    school.certified("ben", lapsed, ago(400), expires=ago(2))
    ended = Task.objects.filter(assignee=school.ben)
    ended.filter(record=late).update(due=timezone.now() - dt.timedelta(days=1))
    ended.filter(record=lapsed).delete()
    client.force_login(school.ben)
    page = client.get("/courses/mine/").content.decode()
    order = [late, soon, later, lapsed, done]
    places = [page.index(f'href="/courses/{one.number}/"') for one in order]
    assert places == sorted(places)


def test_my_training_leads_to_the_next_session_near_me_before_one_elsewhere(
    school: School, client: Client
) -> None:
    near, far = school.course("Measuring", {"unit": "NW"}), school.course("Milling", {"unit": "NW"})
    school.session(near, 24, unit="S")
    chosen = [school.session(near, 72, unit="NW"), school.session(far, 24, unit="S")]
    school.session(near, 96)
    school.session(far, 48, unit="S")
    bootstrap.grant(school.ben, "reader", "NW")
    client.force_login(school.ben)
    page = client.get("/courses/mine/").content.decode()
    led = re.findall(r'href="/training-sessions/([^/"]+)/"', page)
    assert led == [one.number for one in chosen]


def test_what_lapsed_and_is_not_needed_reads_expired_in_my_training(school: School, client: Client) -> None:
    course = school.course("Measuring")
    school.certified("ben", course, ago(400), expires=ago(2))
    client.force_login(school.ben)
    page = client.get("/courses/mine/").content.decode()
    row = page.partition(f'href="/courses/{course.number}/"')[2].partition("</tr>")[0]
    assert "You do not need it now." in row and ">Expired<" in row and "Not needed" not in row


def test_a_page_offers_to_remind_and_to_name_an_activity_where_something_comes_of_it(
    school: School, client: Client
) -> None:
    client.force_login(school.cora)
    policy = school.course("Policy", kind="read")
    lathe = school.course("Lathe", {"unit": "N"}, kind="online")
    offered = {}
    for course in (policy, lathe):
        page = client.get(f"/courses/{course.number}/").content.decode()
        offered[course] = [name for name in ("remind", "set_activity") if f"/do/{name}/" in page]
    assert offered == {policy: [], lathe: ["remind", "set_activity"]}


def test_who_writes_an_online_course_is_not_told_to_ask_themself(school: School, client: Client) -> None:
    given = {"kind": "online", "unit": "NW", "title": "Policy"}
    made = carry_out("course", "create", Actor(school.cora), body=given).record
    client.force_login(school.cora)
    page = client.get(f"/courses/{made.number}/").content.decode()
    assert "Not yet: it needs a quiz, or the activity address of a learning system." in page
    assert "ask Cora" not in page


def test_the_check_of_a_table_of_certificates_names_their_people(school: School, client: Client) -> None:
    course = school.course("Measuring")
    table = f"person,course,issued\nanna,{course.number},{ago(9)}\nben,{course.number},{ago(8)}\n"
    client.force_login(school.cora)
    sent = SimpleUploadedFile("held.csv", table.encode())
    page = client.post("/certificates/import/", {"file": sent, "reason": "Carried over."}).content.decode()
    listed = re.findall(r"<li>Measuring · (.*?) <span", page)
    assert listed == ["Anna Example", "Ben Example"]


def test_a_new_course_is_asked_for_in_parts(school: School, client: Client) -> None:
    client.force_login(school.cora)
    form = client.get("/courses/new/create/").content.decode()
    parts = re.split(r'<div class="form-part" role="group" aria-label="([^"]*)">', form)
    named = {
        title: re.findall(r'id="id_(\w+)"', part)
        for title, part in zip(parts[1::2], parts[2::2], strict=True)
    }
    assert list(named) == [
        "What is taught",
        "How long it holds",
        "Who gives it, and what it goes with",
        "Where it is known",
    ]
    assert named["How long it holds"] == ["validity_months", "grace_days", "renew_days"]
    assert named["What is taught"] == ["title", "kind", "description", "content", "hours"]
