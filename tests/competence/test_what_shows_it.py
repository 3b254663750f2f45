"""What counts as evidence of an assessment, what is kept of it in its trail, and who is told."""

import datetime as dt
import hashlib
import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from setsquare.domains.organisation import bootstrap
from setsquare.faces.cli.main import run
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.links.models import Link
from setsquare.kernel.records.models import Record
from setsquare.kernel.sealing.verifying import Verification
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import history
from setsquare.kernel.writing.canonical import canonical
from tests.api.conftest import Caller
from tests.competence.bench import TODAY, Bench, ago, deliver
from tests.competence.conftest import PASSWORD
from tests.kernel.test_sealing_verifying import force


@pytest.fixture
def course(bench: Bench) -> Record:
    """Cora runs training in the north, and a course is offered."""
    bench.desk.people["cora"] = bootstrap.add_person("cora", "Cora Example", "N", password=PASSWORD)
    bootstrap.grant(bench.cora, "coordinator", "N")
    given = {"title": "Cutting", "kind": "classroom", "unit": "N", "trainers": ["cora"], "content": "How."}
    made = carry_out("course", "create", Actor(bench.cora), body=given).record
    bench.do(bench.cora, made, "offer")
    return Record.objects.get(pk=made.pk)


def certified(bench: Bench, course: Record, person: str, issued: int, expires: int | None = None) -> Record:
    """Have a certificate recorded that was issued so many days ago and perhaps held until then."""
    given = {"person": person, "course": course.number, "issued": ago(issued), "history": True}
    given |= {"expires": ago(expires)} if expires is not None else {}
    made = carry_out("certificate", "create", Actor(bench.cora), body=given).record
    deliver()
    return Record.objects.get(pk=made.pk)


def refused_of(bench: Bench, made: Record, *records: Record) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        bench.do(bench.mark, made, "set_evidence", records=[one.number for one in records])
    assert not Link.objects.filter(source=made, target__in=records).exists()
    return {place: str(sentence) for place, sentence in refused.value.fields.items()}


def test_what_is_of_somebody_else_or_shows_nothing_is_refused_at_its_place(
    bench: Bench, course: Record
) -> None:
    made = bench.begun(bench.mark, "ada", "manager", G_1=2)
    bens, adas = (certified(bench, course, name, 30) for name in ("ben", "ada"))
    person, unit = bench.ada.file.record, Record.objects.get(type="unit", title="North")
    profile = bench.desk.profile((bench.framework, "G-1", 2))
    said = refused_of(bench, made, adas, bens, bench.framework, person, unit, profile, made)
    does = (
        "Change requests, Documents, Revisions, Development plans, Training sessions, Certificates,"
        " Attempts at quizzes, Assessments"
    )
    shows = "shows nothing of what somebody is able to. What does"
    assert said == {
        "records.1": f"{bens.number} is about Ben Example, not about Ada Example.",
        "records.2": f"{bench.framework.number} (Competence framework) {shows}: {does}.",
        "records.3": f"{person.number} (Person) {shows}: {does}.",
        "records.4": f"{unit.number} (Unit) {shows}: {does}.",
        "records.5": f"{profile.number} (Role profile) {shows}: {does}.",
        "records.6": "An assessment is no evidence of itself.",
    }
    bench.do(bench.mark, made, "set_evidence", records=[adas.number])


def test_what_was_over_by_the_day_is_refused_and_what_is_over_since_is_marked(
    bench: Bench, course: Record, client: Client
) -> None:
    over, held = certified(bench, course, "ada", 800, 200), certified(bench, course, "ada", 700, 50)
    assert (over.state, held.state) == ("expired", "expired")
    then = bench.begun(bench.mark, "ada", "manager", ago(100), G_1=2)
    assert refused_of(bench, then, over) == {
        "records.0": f"{over.number} was over by the day of the assessment: it held until {date_format(ago(200))}."
    }
    bench.do(bench.mark, then, "set_evidence", records=[held.number])
    page = page_of(client, bench.mark, then)
    assert f"{held.number}</span> {held.title}</a> · Ada Example" in page
    assert re.search(r'class="tag[^>]*>Expired<', page) and "Does not count" not in page
    now = bench.begun(bench.mark, "ada", "manager", G_1=2)
    gone = certified(bench, course, "ada", 20)
    bench.do(bench.mark, now, "set_evidence", records=[gone.number])
    bench.do(bench.mark, now, "submit")
    bench.do(bench.cora, gone, "revoke")
    revoked = f"{gone.number} was “Revoked” by the day of the assessment, {date_format(TODAY)}."
    until = f"it held until {date_format(ago(50))}."
    assert refused_of(bench, now, held) == {
        "records.0": f"{held.number} was over by the day of the assessment: {until}"
    }
    page = page_of(client, bench.hanna, now, "do/agree/")
    assert f"{gone.number}</span> {gone.title}</a> · Ada Example" in page
    assert re.search(r'class="tag[^>]*>Revoked<', page) and f"Does not count: {revoked}" in page
    assert "no record and no file shows what this assessment says" in page, (
        "what does not count shows nothing"
    )
    earlier = bench.begun(bench.mark, "ada", "manager", ago(5), G_1=2)
    assert list(refused_of(bench, earlier, gone)) == ["records.0"], "by that day it was nothing else"


def page_of(client: Client, who: Any, record: Record, rest: str = "") -> str:
    client.force_login(who)
    page = client.get(f"/assessments/{record.number}/{rest}").content.decode()
    return re.sub(r"\s+", " ", page)


def test_what_shows_nothing_does_not_do_where_evidence_is_asked_for(bench: Bench, course: Record) -> None:
    bens = certified(bench, course, "ben", 30)
    waiting = bench.submitted(bench.mark, "ada", "manager", G_1=1)
    linked_before(waiting, bens)
    about = {"title": "Trades", "purpose": "What operators can do.", "evidence_required": True}
    bench.do(bench.hanna, bench.framework, "edit", **about)
    with pytest.raises(Refused) as refused:
        bench.do(bench.hanna, waiting, "agree")
    assert list(refused.value.fields) == ["records"]
    bench.do(bench.mark, waiting, "set_evidence", records=[certified(bench, course, "ada", 30).number])
    bench.do(bench.hanna, waiting, "agree")


def linked_before(record: Record, *targets: Record) -> None:
    """Have records be evidence as an earlier version let them: the trail says it beside a state without them."""
    entry = Entry.objects.filter(record=record).order_by("seq").first()
    assert entry is not None
    for each in Entry.objects.filter(record=record):
        state = {key: value for key, value in each.values.items() if not key.startswith("evidence")}
        kept = canonical(state)
        force(
            "UPDATE trail_entry SET state = %s, digest = %s WHERE id = %s",
            kept.decode(),
            hashlib.sha256(kept).hexdigest(),
            each.pk,
        )
    beside = {"linked": [{"kind": "shown_by", "to": str(one.uid)} for one in targets]}
    force("UPDATE trail_entry SET beside = %s WHERE id = %s", json.dumps(beside), entry.pk)
    for one in targets:
        Link.objects.create(source=record, target=one, kind="shown_by", made=entry.at)


def test_who_took_part_in_a_session_is_shown_by_it(bench: Bench, course: Record) -> None:
    starts = timezone.now() - dt.timedelta(days=2)
    given = {"course": course.number, "unit": "N", "trainer": "cora", "starts": starts}
    given |= {"ends": starts + dt.timedelta(hours=2), "place": "Hall"}
    session = carry_out("training_session", "create", Actor(bench.cora), body=given).record
    bench.do(bench.cora, session, "enrol", people=["ada", "ben"])
    made = bench.begun(bench.mark, "ada", "manager", G_1=2)
    assert refused_of(bench, made, session) == {
        "records.0": f"{session.number} shows nothing: it is “Planned”."
    }
    rows = [{"person": "ada", "result": "passed"}, {"person": "ben", "result": "absent", "reason": "Ill."}]
    bench.do(bench.cora, session, "record_attendance", people=rows)
    bens, kims = (bench.begun(bench.hanna, name, "assessor", G_1=2) for name in ("ben", "kim"))
    for one, name in ((bens, "Ben"), (kims, "Kim")):
        with pytest.raises(Refused) as refused:
            bench.do(bench.hanna, one, "set_evidence", records=[session.number])
        said = f"{session.number} is not about {name} Example."
        assert refused.value.fields == {"records.0": said}, "who else was there is not told"
    bench.do(bench.mark, made, "set_evidence", records=[session.number])


def test_the_chooser_offers_what_shows_something_of_the_person_and_says_whose_it_is(
    bench: Bench, course: Record, client: Client
) -> None:
    adas, bens = certified(bench, course, "ada", 30), certified(bench, course, "ben", 30)
    over = certified(bench, course, "ada", 700, 50)
    made = bench.begun(bench.mark, "ada", "manager", G_1=2)
    page = page_of(client, bench.mark, made, "do/set_evidence/")
    found = re.search(r'data-source="(/choose/records\?[^"]*)"', page)
    assert found is not None
    source = html.unescape(found[1])
    assert "showing=ada" in source and "type=certificate" in source and "type=person" not in source
    told = [f"{adas.number} Cutting · Ada Example", f"{over.number} Cutting · Ada Example · Expired"]
    for words in ("", "Cutt", "CE-"):
        assert sorted(one["text"] for one in client.get(source + words).json()) == sorted(told), words
    named = [one["text"] for one in client.get("/choose/records?type=certificate&q=").json()]
    assert f"{bens.number} Cutting · Ben Example" in named
    bench.do(bench.mark, made, "set_evidence", records=[adas.number])
    assert f">{told[0]}</option>" in page_of(client, bench.mark, made, "do/set_evidence/")


def test_the_history_the_signature_and_every_face_hold_the_evidence(
    bench: Bench,
    course: Record,
    client: Client,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    first, second = certified(bench, course, "ada", 40), certified(bench, course, "ada", 30)
    made = bench.begun(bench.mark, "ada", "manager", G_1=2)
    caller = Caller(bench.mark, ("read", "write"))
    for one in (first, second):
        answer = caller.post(f"/assessments/{made.number}:set_evidence", {"records": [one.number]})
        assert answer.status_code == 200, answer.content
        assert caller.get(f"/assessments/{made.number}").json()["evidence"] == [one.number]
    photo = take_in(bench.mark, b"Turned to size.", "proof.txt")
    bench.do(bench.mark, made, "add_files", files=[photo.blob_id])
    kept = [{"name": "proof.txt", "file": photo.blob_id}]
    values = caller.get(f"/assessments/{made.number}").json()
    assert (values["evidence"], values["evidence_files"]) == ([second.number], kept)
    links = caller.get(f"/assessments/{made.number}/links").json()["items"]
    assert [(one["record"]["number"], one["record"]["people"]) for one in links] == [(second.number, ["ada"])]
    told = [
        (change["path"], change["before"], change["after"])
        for entry in caller.get(f"/assessments/{made.number}/trail").json()["items"]
        if entry["command"] in ("set_evidence", "add_files")
        for change in entry["changes"]
    ]
    assert sorted(told, key=str) == sorted(
        [
            ("evidence", [], [first.number]),
            ("evidence", [first.number], [second.number]),
            ("evidence_files", [], kept),
        ],
        key=str,
    )
    page = page_of(client, bench.mark, made, "history/")
    assert f"{first.number} {first.title}" in page and f"{second.number} {second.title}" in page
    assert "proof.txt" in page
    bench.do(bench.mark, made, "submit")
    signature = bench.do(bench.hanna, made, "agree").signature
    assert signature is not None
    signed = json.loads(signature.signed)["record"]
    assert (signed["evidence"], signed["evidence_files"]) == ([second.number], kept)
    page = page_of(client, bench.hanna, made)
    assert f"{second.number}</span> {second.title}</a> · Ada Example" in page and "proof.txt" in page
    assert f"{second.number} {second.title}" in page_of(client, bench.hanna, made, f"?at={TODAY.isoformat()}")
    monkeypatch.setenv("SETSQUARE_TOKEN", caller.secret)
    monkeypatch.chdir(tmp_path)
    assert run(["assessments", "show", made.number, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["evidence"] == [second.number]
    assert problems(made) == []


def problems(record: Record) -> list[str]:
    return [one.sentence for one in Verification().problems() if one.subject == record.number]


def test_evidence_that_was_set_before_it_was_kept_in_the_state_goes_on_to_hold(
    bench: Bench, course: Record
) -> None:
    adas = certified(bench, course, "ada", 30)
    made = bench.submitted(bench.mark, "ada", "manager", G_1=2)
    linked_before(made, adas)
    assert problems(made) == []
    signature = bench.do(bench.hanna, made, "agree").signature
    assert signature is not None and json.loads(signature.signed)["record"]["evidence"] == [adas.number]
    agreed = history(made)[0]
    assert agreed.entry.command == "agree", "nothing was found altered"
    assert {change.path for change in agreed.changes}.isdisjoint({"evidence", "evidence_files"})
    assert problems(made) == []
    Link.objects.filter(source=made).delete()
    assert problems(made) != []


def test_who_may_not_see_a_record_is_not_told_that_it_is_evidence(
    bench: Bench, course: Record, client: Client
) -> None:
    adas = certified(bench, course, "ada", 30)
    made = bench.begun(bench.mark, "ada", "manager", G_1=2)
    bench.do(bench.mark, made, "set_evidence", records=[adas.number])
    bench.do(bench.mark, made, "submit")
    assert bench.do(bench.hanna, made, "agree").signature is not None
    bootstrap.add_role("onlooker", "Onlooker", permissions=["competence.read", "competence.assess"])
    onlooker = bootstrap.add_person("olga", "Olga Onlooker", "N", password=PASSWORD)
    bootstrap.grant(onlooker, "onlooker", "N")
    caller = Caller(onlooker, ("read",))
    values = caller.get(f"/assessments/{made.number}").json()
    assert values["evidence"] == []
    for rest in ("", "/trail", "/signatures"):
        assert adas.number not in caller.get(f"/assessments/{made.number}{rest}").content.decode(), rest
    for rest in ("", "history/", f"?at={TODAY.isoformat()}", "signatures/"):
        assert adas.number not in page_of(client, onlooker, made, rest), rest
    assert "and 1 record that you may not see" in page_of(client, onlooker, made)
    assert (
        Signature.objects.get(record=made).digest
        in caller.get(f"/assessments/{made.number}/signatures").content.decode()
    )
