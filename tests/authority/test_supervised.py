"""Work under supervision waits for somebody qualified; breaking the glass is done at once, and reviewed."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.faces.cli.main import run
from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import CommandError, NotPermitted, Refused, WrongState
from setsquare.kernel.commands.running import Outcome, carry_out
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.sealing.sequencer import seal_all
from setsquare.kernel.sealing.verifying import Verification
from setsquare.kernel.signatures.credentials import Credentials
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from tests.authority.conftest import Office
from tests.authority.test_looking import BODY, bearer
from tests.cases import ThingCase
from tests.changes.conftest import IMPACT, PASSWORD, deliver, state_of
from tests.days import today

SIGNED = Credentials(password=PASSWORD)


def asks(who: User, **given: Any) -> Outcome:
    """Have somebody ask for a change, as the faces do."""
    return carry_out("change_request", "create", Actor(who), body=dict(BODY), waits=True, **given)


@pytest.fixture(autouse=True)
def seal_directory(settings: Any, tmp_path: Path) -> None:
    settings.SEAL_DIRECTORY = tmp_path / "seal"


@pytest.fixture
def ruled(office: Office) -> Office:
    """Have a rule by which Ben may ask for changes, others under supervision or by breaking the glass."""
    office.qualify(office.desk.ben)
    office.in_force(countersigned=True, break_glass=True)
    return office


class TestSupervisedWork(ThingCase):
    thing = "supervised_deed"

    @pytest.fixture
    def prepared(self, ruled: Office) -> None:
        self.office = ruled

    def make(self, number: int) -> Record:
        return asks(self.office.desk.carl).record

    def reader(self) -> User:
        return self.office.desk.dora

    def stranger(self) -> User:
        return self.office.desk.olga


class TestUsesOfBreakGlass(ThingCase):
    thing = "override"

    @pytest.fixture
    def prepared(self, ruled: Office) -> None:
        self.office = ruled

    def make(self, number: int) -> Record:
        asks(self.office.desk.carl, glass="A customer stands still.", credentials=SIGNED)
        return Record.objects.filter(type="override").latest("pk")

    def reader(self) -> User:
        return self.office.desk.dora

    def stranger(self) -> User:
        return self.office.desk.olga


# --- every way in ---------------------------------------------------------------------------------


def web(user: User, glass: str, _capsys: Any) -> str:
    client = Client()
    client.force_login(user)
    given = {**BODY, "priority": "normal", **({"glass": glass, "password": PASSWORD} if glass else {})}
    answer = client.post("/change-requests/new/create/", given)
    return (client.get(answer["Location"]) if "Location" in answer else answer).content.decode()


def api(user: User, glass: str, _capsys: Any) -> str:
    given = {**BODY, **({"glass": glass, "signature": {"password": PASSWORD}} if glass else {})}
    client = Client(headers=bearer(user))
    answer = client.post("/api/v1/change-requests", json.dumps(given), content_type="application/json")
    if answer.status_code == 202:
        assert client.get(answer["Location"]).json()["state"] == "waiting"
    return answer.content.decode()


def cli(user: User, glass: str, capsys: Any) -> str:
    given = [f"--{name}={value}" for name, value in {**BODY, **({"glass": glass} if glass else {})}.items()]
    run(["change-requests", "create", *given, "--as", user.username])
    written = capsys.readouterr()
    return str(written.out + written.err)


def table(user: User, _glass: str, _capsys: Any) -> str:
    data = "\n".join((",".join(BODY), ",".join(BODY.values()))).encode()
    file = SimpleUploadedFile("a.csv", data)
    return (
        Client(headers=bearer(user)).post("/api/v1/change-requests:import", {"file": file}).content.decode()
    )


@pytest.mark.parametrize("way", [web, api, cli, table])
def test_every_way_in_comes_to_the_same(
    office: Office, way: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """Level x validity x glass: refused, kept for a countersignature, or made at once."""
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    desk, carl = office.desk, office.desk.carl
    office.qualify(desk.ben)
    low = [{"subject": office.subject.number, "topic": "A1", "level": 2}]
    office.in_force(countersigned=True, of_supervised=low, break_glass=True)
    one_by_one = "You may do it under supervision"
    cases = [
        (1, 9, "", "In an emergency you may break the glass", 0, 0),
        (2, -1, "", "yours expired on", 0, 0),
        (2, 9, "", one_by_one if way is table else "waits for a countersignature", 0, int(way is not table)),
        (3, 9, "", "", 1, 0),
    ]
    if way is not table:
        cases += [(1, 9, "A customer stands still.", "reviewed as BG-0001", 1, 0)]
        cases += [(1, 9, "   ", "Say why the glass has to be broken", 0, 0)]
        cases += [(3, 9, "Why not?", "there is no glass to break", 0, 0)]
    for level, days, glass, said, made, kept in cases:
        Qualification.objects.filter(user=carl).delete()
        office.qualify(carl, level, days)
        before = [Record.objects.filter(type=kind).count() for kind in ("change_request", "supervised_deed")]
        told = way(carl, glass, capsys)
        after = [Record.objects.filter(type=kind).count() for kind in ("change_request", "supervised_deed")]
        assert [now - then for now, then in zip(after, before, strict=True)] == [made, kept], (level, told)
        assert said in told, (level, days, glass, told)
    grants = Grant.objects.filter(user=carl)
    grants.delete()
    assert "Your roles do not allow this" in way(carl, "Fire!", capsys)


def assert_sealed(*records: Record) -> None:
    """Have the verifier find nothing wrong with records; qualifications of these tests come from nowhere."""
    seal_all()
    numbers = {record.number for record in records}
    assert not [one for one in Verification().problems() if one.subject in numbers]


# --- countersigning -------------------------------------------------------------------------------


@pytest.fixture
def change(office: Office) -> Record:
    """Have a change wait for its decision: Hugo may decide under supervision, Dora without."""
    desk = office.desk
    change = desk.request(who=desk.anna)
    desk.do(desk.anna, change, "submit")
    desk.do(desk.ben, change, "assess", **IMPACT)
    office.qualify(desk.dora)
    office.in_force(commands=["change_request.accept"], countersigned=True, break_glass=True)
    return change


def accepts(office: Office, change: Record, who: User | None = None, **given: Any) -> Outcome:
    current = Record.objects.get(pk=change.pk)
    return carry_out(
        "change_request",
        "accept",
        Actor(who or office.hugo),
        record=current,
        body={"verify": True},
        version=current.version,
        reason="It is worth it.",
        **{"waits": True, "credentials": SIGNED, **given},
    )


def test_a_signed_deed_is_carried_out_with_both_signatures(office: Office, change: Record):
    desk = office.desk
    before = Record.objects.get(pk=change.pk).version
    kept = accepts(office, change)
    deed = kept.record
    assert kept.waits and (state_of(change), Record.objects.get(pk=change.pk).version) == ("assessed", before)
    assert [task.assignee for task in Task.objects.filter(record=deed, done__isnull=True)] == [desk.dora]
    with pytest.raises(Refused, match="SD-0001 of yours waits for a countersignature already"):
        accepts(office, change)
    client = Client()
    client.force_login(desk.anna)
    page = client.get(f"/change-requests/{change.number}/").content.decode()
    assert "waits for a countersignature" in page and "Asked: Dora Example" in page
    for who, said in ((office.hugo, "You prepared this"), (desk.anna, "There is no SD-0001")):
        with pytest.raises(CommandError, match=said):
            desk.do(who, deed, "countersign")
    done = desk.do(desk.dora, deed, "countersign")
    assert done.conclusion == f"SD-0001 is carried out: {change.number}."
    assert (state_of(change), state_of(deed)) == ("accepted", "carried_out")
    entry = Entry.objects.get(record=change, seq=before + 1)
    assert sentence_of(entry, thing_of("change_request")).startswith(
        "Hugo Example accepted it; countersigned by Dora"
    )
    own, second = Signature.objects.filter(record=change).order_by("id")
    digest = Record.objects.get(pk=deed.pk).supervised_deed.digest
    assert [(one.signer, one.meaning) for one in (own, second)] == [
        (office.hugo, "accepted"),
        (desk.dora, "countersigned"),
    ]
    assert {json.loads(one.signed)["deed_digest"] for one in (own, second)} == {digest}
    assert own.at < second.at and [one.authority[0]["way"] for one in (own, second)] == [
        "supervised",
        "supervisor",
    ]
    assert [json.loads(one.signed)["authority"] for one in (own, second)] == [own.authority, second.authority]
    with pytest.raises(WrongState):
        desk.do(desk.dora, deed, "countersign")
    assert_sealed(change, deed)
    signed = client.get(f"/change-requests/{change.number}/signatures/").content.decode()
    assert f"countersigned by Dora Example ({deed.number})" in signed and "prepared by Hugo Example" in signed


def test_what_others_changed_is_prepared_anew_or_taken_back(office: Office, change: Record):
    desk = office.desk
    deed = accepts(office, change).record
    desk.do(desk.ben, change, "assess", **{**IMPACT, "risk": "Some."})
    with pytest.raises(WrongState, match="was changed by Ben Example since this was prepared"):
        desk.do(desk.dora, deed, "countersign")
    assert (state_of(change), state_of(deed)) == ("assessed", "waiting")
    desk.do(office.hugo, deed, "renew")
    desk.do(desk.dora, deed, "countersign")
    assert state_of(change) == "accepted"
    assert_sealed(change, deed)


def ends(office: Office) -> None:
    Qualification.objects.filter(user=office.desk.dora).update(until=timezone.now())


def leaves(office: Office) -> None:
    bootstrap.leave(office.hugo, today(), "Elsewhere.")
    deliver()


def learns(office: Office) -> None:
    office.qualify(office.hugo)


@pytest.mark.parametrize(
    ("meanwhile", "said", "state"),
    [(ends, "yours expired on", "waiting"), (leaves, "", "lapsed"), (learns, "", "carried_out")],
)
def test_what_holds_is_asked_at_the_moment(
    office: Office, change: Record, meanwhile: Any, said: str, state: str
):
    desk, deed = office.desk, accepts(office, change).record
    if meanwhile is leaves:
        User.objects.filter(pk=office.hugo.pk).update(is_active=False)
        rita = desk.rita
        carry_out(
            "supervised_deed",
            "pass_on",
            Actor.system(),
            record=deed,
            body={"person": office.hugo, "to": rita},
        )
    else:
        meanwhile(office)
    if said or state == "lapsed":
        with pytest.raises(CommandError, match=said or "Lapsed"):
            desk.do(desk.dora, deed, "countersign")
    else:
        with pytest.raises(WrongState, match="You may do this yourself by now"):
            desk.do(office.hugo, deed, "renew")
        desk.do(desk.dora, deed, "countersign")
    assert state_of(deed) == state
    assert state_of(change) == ("accepted" if state == "carried_out" else "assessed")


def test_who_countersigns_learns_no_level_of_who_prepared(office: Office):
    """Hugo needs level 2 to do it under supervision; when that lapses, Dora is told what is lacking alone."""
    desk = office.desk
    change = desk.request(who=desk.anna)
    desk.do(desk.anna, change, "submit")
    desk.do(desk.ben, change, "assess", **IMPACT)
    office.qualify(desk.dora)
    held = office.qualify(office.hugo, 2)
    low = [{"subject": office.subject.number, "topic": "A1", "level": 2}]
    office.in_force(commands=["change_request.accept"], countersigned=True, of_supervised=low)
    deed = accepts(office, change).record
    Qualification.objects.filter(pk=held.pk).update(until=timezone.now())
    with pytest.raises(WrongState) as why:
        desk.do(desk.dora, deed, "countersign")
    assert str(why.value) == (
        "Hugo Example may not do this any more, not even under supervision. "
        f"Rule AR-001 is not met: {office.needed()}."
    )


def test_it_is_refused_with_a_reason_or_taken_back(office: Office, change: Record):
    desk = office.desk
    first = accepts(office, change).record
    desk.do(desk.dora, first, "refuse", why="The risk is not assessed.")
    assert "The risk is not assessed." in str(Notice.objects.filter(user=office.hugo).latest("pk").values)
    second = accepts(office, change).record
    desk.do(office.hugo, second, "take_back")
    assert (state_of(first), state_of(second), state_of(change)) == ("refused", "taken_back", "assessed")
    assert not Task.objects.filter(record__in=[first, second], done__isnull=True).exists()


def test_where_nobody_may_countersign_it_is_refused(office: Office, change: Record):
    desk, said = office.desk, "You may do this under supervision, but nobody may countersign it here."
    with pytest.raises(NotPermitted, match="You may do it under supervision, one at a time"):
        accepts(office, change, waits=False)
    hers = desk.request(who=desk.dora)  # who alone might countersign is barred from deciding on it
    desk.do(desk.dora, hers, "submit")
    desk.do(desk.ben, hers, "assess", **IMPACT)
    client = Client()
    client.force_login(office.hugo)
    for about in (hers, change):
        if about == change:
            Qualification.objects.all().delete()
        with pytest.raises(NotPermitted, match=said):
            accepts(office, about, credentials=None)
        assert said in client.get(f"/change-requests/{about.number}/").content.decode()


def test_whom_a_deed_is_about_does_not_countersign_it_and_is_not_asked(office: Office):
    """And who recorded a certificate is its author, wherever a rule asks for independence."""
    desk, hugo = office.desk, office.hugo
    for who in (hugo, desk.ben, desk.dora):
        bootstrap.grant(who, "coordinator", "N")
    body = {"title": "Care", "unit": "N", "kind": "classroom", "content": "All of it."}
    course = carry_out("course", "create", Actor(hugo), body=body).record
    desk.do(hugo, course, "offer")
    for who in (desk.ben, desk.dora):
        office.qualify(who)
    office.in_force(commands=["certificate.create"], countersigned=True)
    given = {
        "person": "dora",
        "course": course.number,
        "issued": timezone.now().date() - dt.timedelta(days=3),
    }

    def records() -> Record:
        return carry_out(
            "certificate", "create", Actor(hugo), body=given, waits=True, credentials=SIGNED
        ).record

    kept = records()
    assert [task.assignee for task in Task.objects.filter(record=kept, done__isnull=True)] == [desk.ben]
    with pytest.raises(NotPermitted, match="This is about you; somebody else countersigns it"):
        desk.do(desk.dora, kept, "countersign")
    desk.do(desk.ben, kept, "countersign")
    Qualification.objects.filter(user=desk.ben).delete()
    given["issued"] -= dt.timedelta(days=1)
    with pytest.raises(Refused, match="nobody may countersign it in North"):
        records()

    made = Record.objects.get(type="certificate")
    office.in_force(commands=["certificate.revoke"], needs=[], independent=True)
    for who in (hugo, desk.dora):
        with pytest.raises(NotPermitted, match="independent of it"):
            desk.do(who, made, "revoke", because="It was another course.")
    desk.do(desk.ben, made, "revoke", because="It was another course.")


# --- breaking the glass ---------------------------------------------------------------------------


def test_breaking_the_glass_raises_the_alarm_and_is_reviewed_by_somebody_else(office: Office, change: Record):
    desk = office.desk
    done = accepts(office, change, glass="The line stands still.")
    use = Record.objects.get(type="override")
    assert done.entry.authority == {"glass": "The line stands still.", "rules": ["AR-001"]}
    assert done.signature is not None and done.signature.authority[0]["way"] == "overridden"
    alarms = Notice.objects.filter(kind="alarm")
    assert {notice.user for notice in alarms} == {desk.dora} and "reviewed" in alarms[0].text
    body = {"verdict": "justified", "finding": "Right so."}
    with pytest.raises(NotPermitted, match="You did this yourself"):
        desk.do(office.hugo, use, "review", **body)
    with pytest.raises(Refused) as why:
        desk.do(desk.dora, use, "review", verdict="maybe", finding="")
    assert set(why.value.fields) == {"verdict", "finding"}
    desk.do(desk.dora, use, "review", **body)
    assert state_of(use) == "justified"
    client = Client()
    client.force_login(desk.dora)
    page = client.get(f"/change-requests/{change.number}/").content.decode()
    assert "was done by breaking the glass" in page and "“The line stands still.”" in page
    User.objects.filter(pk=desk.dora.pk).update(language="de")
    page = client.get(f"/change-requests/{change.number}/").content.decode()
    assert "„The line stands still.“" in page and "”" not in page
    assert_sealed(change, use)


def test_a_record_is_made_at_once_in_an_emergency_though_its_making_waits(ruled: Office):
    deed, client = asks(ruled.desk.carl).record, Client()
    for who, offered in ((ruled.desk.ben, False), (ruled.desk.carl, True)):
        client.force_login(who)
        page = client.get(f"/supervised-work/{deed.number}/").content.decode()
        assert ("Break the glass …" in page) is offered
    address = re.findall(r'href="([^"]*glass=1[^"]*)"', page)[0].replace("&amp;", "&")
    form = client.get(address).content.decode()
    assert 'name="_glass"' in form and "Leave out step 4." in form
    given = {
        **BODY,
        "priority": "normal",
        "_glass": "1",
        "glass": "A customer stands still.",
        "password": PASSWORD,
    }
    made = client.post(address.partition("?")[0], given)["Location"]
    assert "by breaking the glass" in client.get(made).content.decode()


def test_what_was_not_justified_stays_marked_until_somebody_says_what_follows(office: Office, change: Record):
    desk = office.desk
    accepts(office, change, glass="The line stands still.")
    use = Record.objects.get(type="override")
    desk.do(desk.dora, use, "review", verdict="not_justified", finding="Ben was there.")
    asked = Task.objects.filter(record=use, kind="settle_override", done__isnull=True)
    assert {task.assignee for task in asked} == {desk.dora, desk.anna}
    client, marked = Client(), "was done under BG-0001 by breaking the glass, and that was not justified"
    client.force_login(desk.anna)
    assert marked in client.get(f"/change-requests/{change.number}/").content.decode()
    signed = client.get(f"/change-requests/{change.number}/signatures/").content.decode()
    assert "Done by breaking the glass, reviewed as BG-0001. Why: The line stands still." in signed
    decided = {"consequence": "undone", "done_about_it": "Nothing was made of it."}
    with pytest.raises(NotPermitted, match="You did this yourself"):
        desk.do(office.hugo, use, "settle", **decided, put_right_by=change.number)
    with pytest.raises(Refused) as why:
        desk.do(desk.anna, use, "settle", **decided)
    assert list(why.value.fields) == ["put_right_by"]
    desk.do(desk.dora, change, "cancel", because="It was too early.")
    desk.do(desk.anna, use, "settle", **decided, put_right_by=change.number)
    assert state_of(use) == "settled" and not asked.all().exists()
    page = client.get(f"/change-requests/{change.number}/").content.decode()
    assert marked not in page and "Not justified, dealt with" in page
    assert_sealed(change, use)


def test_the_glass_can_be_broken_wherever_it_is_told_and_not_without_a_reason(office: Office, change: Record):
    client = Client()
    client.force_login(office.hugo)
    where = f"/change-requests/{change.number}/"
    form = f"{where}do/accept/"
    assert f"{form}?glass=1" in client.get(where).content.decode()
    told = client.get(form).content.decode()
    assert "You may do it under supervision" in told and f"{form}?glass=1" in told
    opened = client.get(f"{form}?glass=1").content.decode()
    assert "You are breaking the glass" in opened and 'name="_glass"' in opened
    current = Record.objects.get(pk=change.pk)
    given = {"_version": current.version, "_glass": "1", "password": PASSWORD, "verify": "on"}
    for glass in ("", " \u2800 "):
        refused = client.post(form, {**given, "glass": glass, "reason": "So."})
        assert refused.status_code == 422 and "Say why the glass has to be broken" in refused.content.decode()
    program = Client(headers={**bearer(office.hugo), "If-Match": f'"{current.version}"'})
    sent = {"verify": True, "reason": "So.", "glass": "   ", "signature": {"password": PASSWORD}}
    path = f"/api/v1/change-requests/{change.number}:accept"
    answer = program.post(path, json.dumps(sent), content_type="application/json")
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, ["glass"]), (
        answer.content
    )
    assert not Record.objects.filter(type__in=("supervised_deed", "override")).exists()


def test_the_glass_is_no_way_around_rights_and_duties_and_needs_a_signature(office: Office, change: Record):
    desk = office.desk
    cases = [
        (desk.anna, "Fire!", SIGNED, "Your roles do not allow this"),
        (office.hugo, "Fire!", Credentials(password="wrong"), "password"),
    ]
    for who, glass, credentials, said in cases:
        with pytest.raises(CommandError, match=said):
            accepts(office, change, who, glass=glass, credentials=credentials)
    assert not Record.objects.filter(type="override").exists()
