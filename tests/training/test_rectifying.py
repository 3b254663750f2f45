"""Files that show a certificate, and slips in what was entered of it."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.domains.training.handlers import follow_needs
from setsquare.domains.training.matrix import cells
from setsquare.domains.training.resting import all_grounds, grounds_of
from setsquare.domains.training.retraining.asking import retrain
from setsquare.domains.training.retraining.queries import completed_by
from setsquare.faces.cli.main import run
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted, Refused, WrongState
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.sealing.verifying import Verification
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from tests.days import HOME
from tests.training.conftest import PASSWORD, TODAY, School, ago, asked, deliver

SOON = TODAY + dt.timedelta(days=90)


def scan(who: User, name: str = "scan.pdf") -> str:
    return take_in(who, b"%PDF-1.4 " + name.encode(), name).blob_id


def files_of(record: Record) -> list[str]:
    return list(Attachment.objects.filter(record=record, removed__isnull=True).values_list("name", flat=True))


def slip(school: School, record: Record, who: str = "cora", **body: Any) -> Record:
    now = Record.objects.get(pk=record.pk).certificate
    as_is = {name: getattr(now, name) for name in ("issued", "expires", "issuer", "external_number")}
    done = school.do(school.people[who], record, "rectify", **{**as_is, **body}, because="A digit was wrong.")
    return done.record


def test_what_is_recorded_takes_its_scan_and_further_ones_later(
    school: School,
    client: Client,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
) -> None:
    course = school.course("First aid")
    made = school.certified("anna", course, ago(3), file=scan(school.cora))
    assert (made.state, files_of(made)) == ("valid", ["scan.pdf"])
    school.do(school.cora, made, "add_files", files=[scan(school.cora, "back.pdf")])
    assert files_of(made) == ["scan.pdf", "back.pdf"]
    assert Entry.objects.filter(record=made).latest("seq").command == "add_files"
    with pytest.raises(NotPermitted, match="Only who runs the training of Anna Example may do this"):
        school.do(school.anna, made, "add_files", files=[scan(school.anna)])
    client.force_login(school.cora)
    form = client.get("/certificates/new/create/").content.decode()
    assert 'name="file"' in form and 'name="history"' in form
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.4 paper")
    words = ["--person", "ben", "--course", course.number, "--issued", str(ago(2)), "--as", "cora"]
    assert run(["certificates", "create", *words, "--file", str(tmp_path / "paper.pdf")]) == 0
    capsys.readouterr()
    assert files_of(Record.objects.filter(type="certificate").latest("pk")) == ["paper.pdf"]


def test_a_slip_is_corrected_and_counts_as_it_is_now(school: School) -> None:
    course = school.course("First aid", {"person": "anna"}, validity_months=24)
    made = school.certified("anna", course, ago(3), issuer="Red Cros", external_number="7")
    now = slip(school, made, issuer="Red Cross", expires=SOON)
    assert (now.state, now.certificate.issuer, now.certificate.expires) == ("valid", "Red Cross", SOON)
    held = holding().get(user=school.anna, subject=course)
    assert (
        held.evidence == made and held.until is not None and held.until.date() <= SOON + dt.timedelta(days=1)
    )
    told = Notice.objects.filter(
        user=school.anna, kind="training", text__contains="corrected your certificate"
    )
    assert told.get().values["reason"] == "A digit was wrong."
    entries = Entry.objects.filter(record=made).count()
    slip(school, made)
    assert Entry.objects.filter(record=made).count() == entries, "nothing was changed"
    over = slip(school, made, issued=ago(400), expires=ago(30))
    assert over.state == "expired" and not holding().filter(user=school.anna, subject=course).exists()
    again = slip(school, made, issued=ago(3), expires=SOON)
    assert again.state == "valid" and holding().filter(user=school.anna, subject=course).exists()
    with pytest.raises(Refused) as refused:
        slip(school, made, expires=ago(-2000))
    assert list(refused.value.fields) == ["expires"]


def test_a_slip_waits_where_recording_it_would(school: School) -> None:
    course = school.course("Turning", kind="on_the_job", validity_months=24)
    made = school.certified("anna", course, ago(3))
    bootstrap.grant(school.ben, "coordinator", "NW")
    school.do(school.ben, made, "verify")
    assert holding().filter(user=school.anna, subject=course).exists()
    now = slip(school, made, "ben", expires=SOON)
    assert now.state == "submitted" and not holding().filter(user=school.anna, subject=course).exists()
    asked = Task.objects.filter(record=made, done__isnull=True)
    assert [task.assignee for task in asked] == [school.cora]
    with pytest.raises(NotPermitted, match="You handed this certificate in; somebody else verifies it"):
        school.do(school.ben, made, "verify")
    with pytest.raises(WrongState):
        slip(school, made, expires=ago(-80))
    school.do(school.cora, made, "verify")
    assert holding().get(user=school.anna, subject=course).evidence == made


def test_a_slip_is_not_corrected_where_nobody_else_could_look_at_it(school: School) -> None:
    course = school.course("Turning", kind="on_the_job", validity_months=24)
    made = school.certified("anna", course, ago(3))
    bootstrap.grant(school.ben, "coordinator", "NW")
    school.do(school.ben, made, "verify")
    grants = school.cora.grants.all() if hasattr(school.cora, "grants") else None
    assert grants is not None
    grants.delete()
    with pytest.raises(Refused, match="Nobody else may verify the correction"):
        slip(school, made, "ben", expires=SOON)
    assert Record.objects.get(pk=made.pk).state == "valid"
    assert holding().filter(user=school.anna, subject=course).exists()


def test_what_came_of_what_was_completed_is_not_corrected(school: School) -> None:
    session = school.course("Reading", {"person": "anna"}, kind="read")
    school.do(school.anna, session, "confirm")
    made = Record.objects.get(type="certificate")
    with pytest.raises(WrongState, match="Nobody entered what it says"):
        slip(school, made, issuer="Us")


def grounds(record: Record) -> list[tuple[str, str]]:
    now = Record.objects.get(pk=record.pk).certificate
    assert all_grounds([now]) == {now.pk: grounds_of(now)}
    return [(one.what, one.who) for one in grounds_of(now)]


def test_a_correction_of_the_past_waits_and_rests_on_no_signature_from_before(school: School) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Welding", kind="on_the_job")
    made = school.certified("anna", course, ago(40), expires=ago(30))
    school.do(school.ben, made, "verify")
    assert grounds(made) == [("Certificate verified", "Ben Example")]
    then = timezone.now() - dt.timedelta(days=1000)
    now = slip(school, made, issued=ago(3000), expires=ago(1), issuer="Invented")
    assert now.state == "submitted" and not holding(then).filter(user=school.anna).exists()
    by = ("Entered without a signature", "Cora Example"), ("Corrected without a signature", "Cora Example")
    assert grounds(made) == [*by]
    with pytest.raises(NotPermitted, match="You handed this certificate in; somebody else verifies it"):
        school.do(school.cora, made, "verify")
    assert school.do(school.ben, made, "verify").record.state == "expired"
    assert holding(then).get(user=school.anna, subject=course).evidence == made
    assert not holding().filter(user=school.anna).exists()
    assert grounds(made) == [("Certificate verified", "Ben Example")]


def test_what_is_written_down_of_the_past_later_lets_nobody_pass_what_builds_on_it(school: School) -> None:
    first = school.course("First aid", validity_months=24)
    second = school.course("Rescue", builds_on=[first.number])
    made = school.certified("anna", first, ago(400), expires=ago(390))
    session = school.session(second, hours=-72)
    rows = [{"person": "anna", "result": "passed"}]
    with pytest.raises(Refused, match="has to hold"):
        school.do(school.tom, session, "record_attendance", people=rows)
    now = slip(school, made, expires=ago(1))
    assert now.state == "expired" and holding(session.training_session.starts).filter(evidence=made).exists()
    with pytest.raises(Refused, match="has to hold"):
        school.do(school.tom, session, "record_attendance", people=rows)


@pytest.mark.parametrize(("afterwards", "lets"), [("over", True), ("revoked", False), ("corrected", False)])
def test_what_somebody_held_when_they_took_part_counts_unless_it_was_taken_back(
    school: School, monkeypatch: pytest.MonkeyPatch, afterwards: str, lets: bool
) -> None:
    first = school.course("First aid", validity_months=24)
    second = school.course("Rescue", builds_on=[first.number])
    made = school.certified("anna", first, ago(40), expires=TODAY + dt.timedelta(days=2))
    session = school.session(second, hours=24)
    later = timezone.now() + dt.timedelta(days=5)
    monkeypatch.setattr(timezone, "now", lambda: later)
    if afterwards == "revoked":
        school.do(school.cora, made, "revoke")
    if afterwards == "corrected":
        slip(school, made, expires=ago(3))
    rows = [{"person": "anna", "result": "passed"}]
    if lets:
        assert school.do(school.tom, session, "record_attendance", people=rows).record.state == "held"
        return
    with pytest.raises(Refused, match="has to hold"):
        school.do(school.tom, session, "record_attendance", people=rows)


def handed_in(school: School, course: Record, **body: Any) -> Record:
    """Have Anna hand in a certificate from elsewhere, and Ben verify it."""
    given = {"course": course.number, "issued": ago(40), "issuer": "TÜV", "external_number": "7", **body}
    given["file"] = scan(school.anna)
    made = carry_out("certificate", "submit", Actor(school.anna), body=given).record
    return school.do(school.ben, made, "verify").record


def test_a_correction_of_number_and_issuer_waits_and_takes_nothing_away_meanwhile(school: School) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Crane", kind="external")
    made = handed_in(school, course)
    now = slip(school, made, issuer="TÜV Nord", external_number="17")
    assert now.state == "submitted"
    assert holding().get(user=school.anna, subject=course).evidence == made
    with pytest.raises(NotPermitted, match="Its correction waits: have that refused"):
        body = {"course": course.number, "issued": ago(4), "issuer": "Us"}
        school.do(school.cora, made, "edit", **body)
    verified = school.do(school.ben, made, "verify").record
    assert (verified.state, verified.certificate.issuer) == ("valid", "TÜV Nord")
    assert holding().get(user=school.anna, subject=course).evidence == made


@pytest.mark.parametrize("changed", [{"external_number": "17"}, {"issued": ago(50), "expires": SOON}])
def test_a_correction_that_is_refused_gives_back_what_was_there(
    school: School, changed: dict[str, Any]
) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Crane", kind="external", validity_months=24)
    made = handed_in(school, course)
    slip(school, made, issuer="TÜV Nord", **changed)
    assert holding().filter(user=school.anna, subject=course).exists() == ("issued" not in changed)
    done = school.do(school.ben, made, "refuse", because="It says another number.")
    assert done.conclusion == (
        f"The correction was refused; {made.number} says again what it said before, and Anna Example has been told"
        " why."
    )
    after = Record.objects.get(pk=made.pk)
    certificate = after.certificate
    told = after.state, certificate.issuer, certificate.external_number, certificate.issued
    assert told == ("valid", "TÜV", "7", ago(40))
    assert certificate.expires == made.certificate.expires and certificate.handed_in_by == school.anna
    assert holding().get(user=school.anna, subject=course).evidence == made
    assert grounds(made) == [("Certificate verified", "Ben Example")], "it says again what he signed"
    assert not Task.objects.filter(record=made, done__isnull=True).exists()
    notice = Notice.objects.filter(user=school.anna, text__contains="refused the correction").get()
    assert notice.values["reason"] == "It says another number."
    corrector = Notice.objects.get(user=school.cora, text__contains="refused your correction")
    assert corrector.values["person"] == "Anna Example"
    assert corrector.values["reason"] == "It says another number."
    assert not list(Verification().problems())


def test_one_that_waits_for_its_correction_while_its_last_day_passes_becomes_expired(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Welding", kind="on_the_job", validity_months=12)
    made = school.certified("anna", course, ago(40), expires=TODAY + dt.timedelta(days=5))
    school.do(school.ben, made, "verify")
    assert slip(school, made, issued=ago(45)).state == "submitted"
    then = timezone.now()
    assert not holding(then).filter(user=school.anna, subject=course).exists()
    monkeypatch.setattr(timezone, "now", lambda: then + dt.timedelta(days=7))
    done = school.do(school.ben, made, "verify")
    assert done.record.state == "expired"
    assert done.conclusion == (
        f"{made.number} is verified and, as it is over, kept as expired; Anna Example has been told."
    )
    assert not holding().filter(user=school.anna, subject=course).exists()
    assert holding(then).get(user=school.anna, subject=course).evidence == made, "it held it until then"


def test_what_was_handed_in_and_is_over_by_now_can_still_be_corrected(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Crane", kind="external")
    made = handed_in(school, course, expires=TODAY + dt.timedelta(days=5))
    later = timezone.now() + dt.timedelta(days=9)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert slip(school, made, issuer="TÜV Nord", issued=ago(41)).state == "submitted"
    assert school.do(school.ben, made, "verify").record.state == "expired"


def test_a_correction_to_the_day_of_another_certificate_or_to_no_issuer_is_refused(school: School) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Crane", kind="external")
    first, second = handed_in(school, course), handed_in(school, course, issued=ago(30))
    with pytest.raises(Refused) as refused:
        slip(school, second, issued=ago(40))
    told = f"{first.number} is the certificate of Anna Example of this course and day already."
    assert refused.value.fields == {"issued": told}
    recorded = school.certified("ben", course, ago(3), issuer="TÜV")
    for made in (second, recorded):
        with pytest.raises(Refused) as refused:
            slip(school, made, issuer="", external_number="8")
        assert refused.value.fields == {"issuer": "Say who issued it: it comes from elsewhere."}
    ours = school.certified("tom", course, ago(3))
    assert slip(school, ours, external_number="8").state == "valid", "nobody else issued it"


@pytest.mark.parametrize("then", ["verify", "refuse"])
def test_one_whose_number_alone_waits_to_be_verified_counts_where_a_better_one_is_revoked(
    school: School, then: str
) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Crane", kind="external")
    older = handed_in(school, course, expires=SOON)
    newer = handed_in(school, course, issued=ago(10), expires=TODAY + dt.timedelta(days=200))
    assert slip(school, older, external_number="17").state == "submitted"
    assert holding().get(user=school.anna, subject=course).evidence == newer
    school.do(school.ben, newer, "revoke")
    held = holding().get(user=school.anna, subject=course)
    assert held.evidence == older and held.until is not None
    assert timezone.localdate(held.until, HOME) == SOON + dt.timedelta(days=1), "its last day is whole"
    assert Record.objects.get(pk=older.pk).state == "submitted", "its correction waits still"
    school.do(school.ben, older, then)
    assert Record.objects.get(pk=older.pk).state == "valid"
    assert holding().get(user=school.anna, subject=course).evidence == older
    assert not list(Verification().problems())


def test_one_whose_days_wait_to_be_verified_counts_only_afterwards_where_a_better_one_is_revoked(
    school: School,
) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Crane", kind="external")
    older, newer = handed_in(school, course, expires=SOON), handed_in(school, course, issued=ago(10))
    slip(school, older, expires=SOON + dt.timedelta(days=30))
    school.do(school.ben, newer, "revoke")
    assert not holding().filter(user=school.anna, subject=course).exists()
    school.do(school.ben, older, "verify")
    assert holding().get(user=school.anna, subject=course).evidence == older


def test_what_is_found_to_be_false_is_revoked_also_while_its_correction_waits(
    school: School, client: Client
) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Crane", kind="external")
    older = handed_in(school, course, issued=ago(90), expires=SOON)
    made = handed_in(school, course)
    slip(school, made, external_number="17")
    client.force_login(school.ben)
    page = client.get(f"/certificates/{made.number}/").content.decode()
    assert all(f"/do/{name}/" in page for name in ("verify", "refuse", "revoke"))
    done = school.do(school.ben, made, "revoke", because="The TÜV never issued it.")
    assert done.record.state == "revoked"
    assert done.conclusion == f"{made.number} was revoked; Anna Example has been told why."
    assert holding().get(user=school.anna, subject=course).evidence == older
    assert not Task.objects.filter(record=made, done__isnull=True).exists(), "nobody verifies it any more"
    told = Notice.objects.filter(record=made, text__contains="revoked").order_by("user__username")
    assert [(one.user, one.values["reason"]) for one in told] == [
        (school.anna, "The TÜV never issued it."),
        (school.cora, "The TÜV never issued it."),
    ]
    assert not list(Verification().problems())


def test_what_was_never_given_is_refused_and_not_revoked(school: School, client: Client) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Crane", kind="external")
    body = {"course": course.number, "issued": ago(40), "issuer": "TÜV", "file": scan(school.anna)}
    made = carry_out("certificate", "submit", Actor(school.anna), body=body).record
    client.force_login(school.ben)
    page = client.get(f"/certificates/{made.number}/").content.decode()
    assert "/do/refuse/" in page and "/do/revoke/" not in page
    with pytest.raises(WrongState, match="^Nobody has verified it yet: refuse it instead.$"):
        school.do(school.ben, made, "revoke")
    assert Record.objects.get(pk=made.pk).state == "submitted"
    own = carry_out(
        "certificate", "submit", Actor(school.ben), body={**body, "file": scan(school.ben)}
    ).record
    with pytest.raises(NotPermitted, match="This certificate is yours; somebody else decides on it"):
        school.do(school.ben, own, "revoke")


def refused_on(refused: pytest.ExceptionInfo[Refused]) -> str:
    assert list(refused.value.fields) == ["issued"]
    return str(refused.value.fields["issued"])


@pytest.mark.parametrize("then", ["verify", "refuse"])
@pytest.mark.parametrize("by", ["create", "submit"])
def test_the_day_that_a_waiting_correction_would_give_back_is_not_given_to_another(
    school: School, by: str, then: str
) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Crane", kind="external" if by == "submit" else "on_the_job")
    given = {"person": "anna", "course": course.number, "issued": ago(40), "issuer": "TÜV"}
    one = carry_out("certificate", by, Actor(school.cora), body=given).record
    school.do(school.ben, one, "verify")
    slip(school, one, issued=ago(41))
    other = carry_out("certificate", by, Actor(school.cora), body={**given, "issued": ago(5)}).record
    again = (
        f"{one.number} is the certificate of Anna Example of this course and day again if its correction is refused:"
        " that has to be verified or refused first."
    )
    already = f"{one.number} is the certificate of Anna Example of this course and day already."
    for day, told in ((ago(40), again), (ago(41), already)):
        with pytest.raises(Refused) as refused:
            carry_out("certificate", by, Actor(school.cora), body={**given, "issued": day})
        assert refused_on(refused) == told
        if by == "submit":
            with pytest.raises(Refused) as refused:
                school.do(school.cora, other, "edit", course=course.number, issued=day, issuer="TÜV")
            assert refused_on(refused) == told
    school.do(school.ben, other, "verify")
    with pytest.raises(Refused) as refused:
        slip(school, other, issued=ago(40))
    assert refused_on(refused) == again
    school.do(school.ben, one, then)
    day, taken = (ago(40), ago(41)) if then == "verify" else (ago(41), ago(40))
    with pytest.raises(Refused) as refused:
        carry_out("certificate", by, Actor(school.cora), body={**given, "issued": taken})
    assert refused_on(refused) == already
    made = carry_out("certificate", by, Actor(school.cora), body={**given, "issued": day}).record
    assert school.do(school.ben, made, "verify").record.state == "valid", "the day is free"


@pytest.mark.parametrize(("changed", "done"), [({"external_number": "17"}, True), ({"issued": TODAY}, False)])
def test_who_has_taken_a_course_anew_need_not_again_while_the_number_alone_waits_to_be_verified(
    school: School, client: Client, changed: dict[str, Any], done: bool
) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course, because = school.course("Crane", kind="external"), school.course("Rigging")
    due = timezone.now() + dt.timedelta(days=9)
    retrain(course, [school.anna], because, since=ago(50), due=due, reason="New hooks")
    deliver()
    assert list(asked(course)) == ["anna"]
    made = handed_in(school, course)
    assert asked(course) == {} and completed_by(course, ago(50)).get() == school.anna
    assert slip(school, made, **changed).state == "submitted"
    deliver()
    follow_needs()
    assert list(asked(course)) == ([] if done else ["anna"])
    assert completed_by(course, ago(50)).exists() == done
    cell = cells([school.anna], [course.course])[school.anna.pk, course.pk]
    assert cell.standing == ("valid" if done else "missing")
    client.force_login(school.anna)
    assert ("New hooks" in client.get("/courses/mine/").content.decode()) is not done
    school.do(school.ben, made, "verify")
    assert asked(course) == {} and completed_by(course, ago(50)).get() == school.anna


@pytest.mark.parametrize("kind", ["external", "on_the_job"])
def test_who_would_correct_what_was_recorded_here_is_told_by_what_it_is_put_right(
    school: School, kind: str
) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Crane", kind=kind)
    made = school.certified("anna", course, ago(3), issuer="TÜV")
    if kind == "on_the_job":
        school.do(school.ben, made, "verify")
    given = {"course": course.number, "issued": ago(4), "issuer": "TÜV"}
    told = {
        "cora": "It was recorded here: put it right by “Correct a slip”, or have it revoked and record it anew.",
        "anna": "It was recorded here: who runs the training of Anna Example corrects it.",
    }
    for name, sentence in told.items():
        with pytest.raises(NotPermitted) as refused:
            school.do(school.people[name], made, "edit", **given)
        assert str(refused.value) == sentence
    assert slip(school, made, external_number="17").certificate.external_number == "17", "as it was told"


def test_no_way_is_named_to_what_counts_already(school: School) -> None:
    course = school.course("Crane", kind="external")
    made = carry_out(
        "certificate",
        "submit",
        Actor(school.anna),
        body={"course": course.number, "issued": ago(4), "issuer": "TÜV", "file": scan(school.anna)},
    ).record
    school.do(school.cora, made, "verify")
    with pytest.raises(WrongState) as refused:
        school.do(
            school.anna, made, "edit", course=course.number, issued=ago(5), issuer="TÜV", external_number=""
        )
    said = f"{made.number} is “Valid”; this is done while it is “Submitted”."
    assert (str(refused.value), refused.value.first) == (said, ())
