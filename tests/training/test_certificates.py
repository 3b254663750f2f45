"""Certificates: until when they count, who says so, and what is refused."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from setsquare.domains.organisation import bootstrap
from setsquare.domains.training.commands.certifying import Submit
from setsquare.faces.cli.main import run
from setsquare.faces.web.addresses import file_address
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotFound, NotPermitted, Refused, WrongState
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.importing.running import bring_in, table_from
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.days import months_later
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.tasks.models import Task
from tests.cases import ThingCase
from tests.training.conftest import PASSWORD, TODAY, School, ago, asked, deliver


class TestCertificates(ThingCase):
    thing = "certificate"

    @pytest.fixture
    def prepared(self, school: School) -> None:
        self.school = school
        self.course = school.course("First aid", validity_months=24)

    def make(self, number: int) -> Record:
        return self.school.certified("anna", self.course, ago(number), issuer="Red Cross")

    def reader(self) -> User:
        return self.school.cora

    def stranger(self) -> User:
        return self.school.sven  # runs training, but not of Anna


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-08-31", 18, "2027-02-28"),
        ("2025-12-15", 24, "2027-12-15"),
    ],
)
def test_validity_is_reckoned_by_calendar_months(day: str, months: int, then: str) -> None:
    assert months_later(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(then)


def submit(school: School, who: User, course: Record, **body: Any) -> Record:
    file = take_in(who, b"%PDF-1.4 certificate", "certificate.pdf").blob_id
    given = {"course": course.number, "issued": ago(10), "issuer": "Red Cross", "file": file, **body}
    made = carry_out("certificate", "submit", Actor(who), body=given).record
    deliver()
    return made


def test_that_one_holds_for_good_is_told_before_it_is_verified(
    school: School, client: Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    course = school.course("First aid", {"person": "anna"})
    made = submit(school, school.anna, course)
    client.force_login(school.cora)
    for page in ("do/verify/", "do/refuse/", ""):
        told = client.get(f"/certificates/{made.number}/{page}").content.decode()
        assert "Valid untilFor good" in re.sub(r"\s*<[^>]*>\s*", "", told), page
    assert run(["certificates", "show", made.number, "--as", "cora"]) == 0
    assert re.search(r"Valid until +For good\n", capsys.readouterr().out)
    school.do(school.cora, made, "verify")
    form = client.get(f"/certificates/{made.number}/do/revoke/").content.decode()
    assert "PersonAEAnna Example" in re.sub(r"\s*<[^>]*>\s*", "", form), "whose it is that is taken back"


def test_one_from_elsewhere_counts_once_somebody_else_verified_it(school: School, client: Client) -> None:
    course = school.course("First aid", {"person": "anna"}, validity_months=24)
    made = submit(school, school.anna, course, external_number="RC-7")
    client.force_login(school.anna)
    mine = client.get("/courses/mine/").content.decode()
    assert f'<a href="/certificates/{made.number}/">{made.number}</a>, handed in on ' in mine
    assert "waits for verification" in mine
    form = client.get("/certificates/new/submit/").content.decode()
    assert "(needed for your own certificate)" in form and "(optional)" in form
    told = Submit.model_json_schema()["properties"]["file"]["description"]
    assert told.endswith("has to see it. (needed for your own certificate)"), "as the API has it"
    waiting = Task.objects.filter(record=made, kind="verify_certificate", done__isnull=True)
    assert [task.assignee for task in waiting] == [school.cora]
    assert not holding().filter(user=school.anna).exists()
    with pytest.raises(NotPermitted, match="Only who runs the training of Anna Example may do this"):
        school.do(school.anna, made, "verify")
    with pytest.raises(NotFound):
        school.do(school.sven, made, "verify")
    client.force_login(school.cora)
    form = client.get(f"/certificates/{made.number}/do/verify/").content.decode()
    file = file_address(Attachment.objects.get(record=made).blob_id, "certificate.pdf")
    for seen in ("Anna Example", f"{course.number} First aid", "Red Cross", "RC-7", f'href="{file}"'):
        assert seen in form
    assert client.get(file).status_code == 200
    assert school.do(school.cora, made, "verify").signature is not None
    held = holding().get(user=school.anna)
    assert (held.subject, held.evidence) == (course, made)
    assert held.until is not None
    assert asked(course) == {} and b"waits for verification" not in client.get("/courses/mine/").content
    own = submit(school, school.cora, course)
    assert not Task.objects.filter(record=own).exists()  # nobody else may verify it
    with pytest.raises(NotPermitted, match="Only who handed it in corrects it"):
        body = {"course": course.number, "issued": ago(9), "issuer": "Red Cross"}
        school.do(school.cora, submit(school, school.ben, course), "edit", **body)
    with pytest.raises(NotPermitted, match="This certificate is yours; somebody else decides on it"):
        school.do(school.cora, own, "verify")


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({"issued": ago(-1)}, "issued", "This day has not come yet; give the day on which it was issued."),
        ({"issued": ago(900)}, "issued", "It has expired already; submit one that is still valid."),
        ({"expires": ago(1)}, "expires", "It has expired already; submit one that is still valid."),
        ({"expires": ago(30)}, "expires", "It cannot expire before it was issued."),
        (
            {"issued": "1900-01-01"},
            "issued",
            "This day is more than 60 years ago; look at the year.",
        ),
        (
            {"expires": "2199-12-31"},
            "expires",
            "This day is more than 100 years after it was issued; look at the year.",
        ),
        (
            {"file": None},
            "file",
            "Add the certificate as a file: whoever verifies it has to see it.",
        ),
        ({"person": "ben"}, "person", "Your roles do not let you submit certificates of Ben Example."),
    ],
)
def test_what_cannot_be_submitted_is_refused_at_its_field(
    school: School, body: dict[str, Any], field: str, sentence: str
) -> None:
    course = school.course("First aid", validity_months=24)
    with pytest.raises(Refused) as refused:
        submit(school, school.anna, course, **body)
    assert refused.value.fields == {field: sentence}


def test_refusing_says_why_and_leaves_nothing_to_do(school: School) -> None:
    made = submit(school, school.anna, school.course())
    school.do(school.cora, made, "refuse", because="It is of somebody else.")
    told = Notice.objects.filter(user=school.anna, kind="training").get()
    assert told.values["reason"] == "It is of somebody else."
    assert not Task.objects.filter(record=made, done__isnull=True).exists()


def test_the_better_of_two_counts_and_the_other_takes_its_place_once_it_is_revoked(school: School) -> None:
    course = school.course("First aid", {"unit": "N"}, validity_months=24)
    long = school.certified("anna", course, ago(100))
    short = school.certified("anna", course, ago(5), expires=TODAY + dt.timedelta(days=200))
    assert holding().get(user=school.anna).evidence == long
    school.do(school.cora, long, "revoke", because="The exam was void.")
    assert holding().get(user=school.anna).evidence == short
    assert "anna" not in asked(course)
    school.do(school.cora, short, "revoke", because="That too.")
    assert not holding().filter(user=school.anna).exists()
    assert "anna" in asked(course)


def test_the_newest_in_force_takes_the_place_of_a_revoked_one(school: School) -> None:
    course = school.course("First aid")
    first, _second = school.certified("anna", course, ago(400)), school.certified("anna", course, ago(300))
    newest = school.certified("anna", course, ago(5), expires=TODAY + dt.timedelta(days=200))
    school.certified("anna", course, ago(2), expires=ago(1))
    school.do(school.cora, first, "revoke", because="The exam was void.")
    assert holding().get(user=school.anna).evidence == newest


def test_what_was_handed_in_is_corrected_until_it_is_verified(school: School) -> None:
    made = submit(school, school.anna, school.course("First aid", validity_months=24))
    other = school.course("Second aid")
    file = take_in(school.anna, b"%PDF-1.4 the right one", "right.pdf").blob_id
    given = {"course": other.number, "issued": ago(20), "issuer": "Red Cross", "file": file}
    school.do(school.anna, made, "edit", **given)
    certificate = Record.objects.get(pk=made.pk).certificate
    assert (certificate.course_id, certificate.issued, certificate.expires) == (other.pk, ago(20), None)
    assert certificate.record.title == "Second aid"
    there = Attachment.objects.filter(record=made, removed__isnull=True)
    assert [one.name for one in there] == ["right.pdf"]
    assert Notice.objects.filter(user=school.cora, text__contains="corrected the certificate").exists()
    with pytest.raises(Refused, match="This day has not come yet"):
        school.do(school.anna, made, "edit", **{**given, "issued": ago(-2)})
    school.do(school.cora, made, "verify")
    with pytest.raises(WrongState):
        school.do(school.anna, made, "edit", **given)


def test_what_lapsed_long_ago_can_be_recorded_and_does_not_count(school: School) -> None:
    course = school.course("First aid", {"unit": "N"}, validity_months=12)
    made = school.certified("anna", course, ago(800))
    assert made.state == "expired" and made.closed is not None
    assert not holding().filter(user=school.anna).exists()
    assert Qualification.objects.get(user=school.anna).until is not None
    assert "anna" in asked(course)
    with pytest.raises(Refused, match="Nobody records their own certificate"):
        school.certified("cora", course, ago(1))
    with pytest.raises(Refused, match="Your roles do not let you record certificates of Anna Example"):
        body = {"person": "anna", "course": course.number, "issued": ago(1)}
        carry_out("certificate", "create", Actor(school.sven), body=body)


def test_a_recorded_certificate_lasts_no_longer_than_its_course_and_is_there_once(school: School) -> None:
    course = school.course("First aid", validity_months=12)
    issued = dt.date(2026, 1, 31)
    last = dt.date(2027, 1, 31)
    with pytest.raises(Refused) as refused:
        school.certified("anna", course, issued, expires=last + dt.timedelta(days=1))
    said = "The course is valid for 12 months: give 31 January 2027 at the latest."
    assert refused.value.fields == {"expires": said}
    with pytest.raises(Refused) as refused:
        school.certified("anna", course, dt.date(1949, 12, 31))
    assert refused.value.fields == {"issued": "This day is more than 60 years ago; look at the year."}
    made = school.certified("anna", course, issued, expires=last)
    with pytest.raises(Refused) as refused:
        school.certified("anna", course, issued)
    said = f"{made.number} is the certificate of Anna Example of this course and day already."
    assert refused.value.fields == {"issued": said}
    school.certified("ben", course, issued)
    school.do(school.cora, made, "revoke", because="It was of somebody else.")
    school.certified("anna", course, issued)


@pytest.mark.parametrize("kind", ["read", "on_the_job", "online"])
def test_one_entered_by_hand_of_what_is_completed_here_waits_for_somebody_else(
    school: School, client: Client, kind: str
) -> None:
    course = school.course("Turning", {"person": "anna"}, kind=kind, validity_months=12)
    alone = school.certified("anna", course, ago(3))
    assert alone.state == "submitted" and not Task.objects.filter(record=alone, done__isnull=True).exists()
    bootstrap.grant(school.ben, "coordinator", "NW")
    made = school.certified("anna", course, ago(400), issuer="Us")
    waiting = Task.objects.filter(record=made, kind="verify_certificate", done__isnull=True)
    assert [task.assignee for task in waiting] == [school.ben]
    assert not holding().filter(user=school.anna).exists() and "anna" in asked(course)
    with pytest.raises(NotPermitted, match="You handed this certificate in; somebody else verifies it"):
        school.do(school.cora, made, "verify")
    with pytest.raises(NotPermitted, match="It was recorded here: have it refused, and record it anew"):
        school.do(school.cora, made, "edit", course=course.number, issued=ago(3), issuer="Us")
    client.force_login(school.ben)
    page = client.get(f"/certificates/{made.number}/").content.decode()
    assert "It was entered by hand, without what completes the course; somebody else looks at it." in page
    assert school.do(school.ben, made, "verify").record.state == "expired", "it is over already"
    school.do(school.ben, alone, "verify")
    assert holding().get(user=school.anna).evidence == alone and "anna" not in asked(course)


def test_history_is_brought_in_from_a_table_whole_or_not_at_all(school: School) -> None:
    course = school.course("First aid", validity_months=24)
    rows = [
        f"anna,{course.number},{ago(100)},Red Cross",
        f"ben,TC-999,{ago(100)},",
        f"olga,{course.number},{ago(-3)},",
    ]
    heads = "person,course,issued,issuer"
    thing, actor = thing_of("certificate"), Actor(school.cora)
    report = bring_in(thing, actor, table_from("\n".join([heads, *rows]).encode()))
    assert [(wrong.line, wrong.column, wrong.sentence) for wrong in report.wrong] == [
        (3, "course", "There is no TC-999 that you can see."),
        (4, "issued", "This day has not come yet; give the day on which it was issued."),
    ]
    assert not Record.objects.filter(type="certificate").exists()
    good = table_from("\n".join([heads, rows[0]]).encode())
    assert len(bring_in(thing, actor, good, dry_run=True).made) == 1
    assert not Record.objects.filter(type="certificate").exists()
    assert bring_in(thing, actor, good).done
    assert holding().get(user=school.anna).subject == course


def test_only_those_concerned_see_a_certificate(school: School) -> None:
    made = school.certified("anna", school.course(), ago(3))
    seen = {
        name: thing_of("certificate").visible_to(who).filter(pk=made.pk).exists()
        for name, who in school.people.items()
    }
    assert [name for name, sees in seen.items() if sees] == ["cora", "tom", "anna"]  # Tom leads Anna


def test_who_verifies_is_somebody_else_once_the_coordinator_left(school: School) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    made = submit(school, school.anna, school.course())
    school.do(None, school.ben.file.record, "leave", date=TODAY, takes_over="cora")
    waiting = Task.objects.filter(record=made, done__isnull=True)
    assert [task.assignee for task in waiting] == [school.cora]
