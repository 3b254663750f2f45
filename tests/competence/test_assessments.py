"""Assessments: who assesses and agrees, what an agreed one gives and takes, who sees it, what follows by the clock."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.authority.looking import who_may
from setsquare.domains.competence.handlers import ask_for_the_next
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Grant, Unit, User
from setsquare.kernel.commands.declaration import Actor, command_of
from setsquare.kernel.commands.errors import NotPermitted, Refused, Stale, WrongState
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.links.models import Link
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.days import months_later
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of, visible_to
from setsquare.kernel.sealing.verifying import Verification
from setsquare.kernel.signatures.credentials import Credentials
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.everything import readable_by
from tests.api.conftest import Caller
from tests.cases import ThingCase
from tests.competence.bench import TODAY, Bench, ago, asked, deliver, levels
from tests.competence.conftest import PASSWORD
from tests.days import HOME


class TestAssessments(ThingCase):
    thing = "assessment"

    @pytest.fixture
    def prepared(self, bench: Bench) -> None:
        self.bench = bench

    def make(self, number: int) -> Record:
        return self.bench.begun(self.bench.mark, "ada", "manager", ago(number), G_1=1)

    def reader(self) -> User:
        return self.bench.hanna

    def stranger(self) -> User:
        return self.bench.sol  # may assess, but not in Ada's unit


def test_what_is_agreed_counts_with_its_reasons_until_its_last_day(bench: Bench) -> None:
    made = bench.submitted(bench.mark, "ada", "manager", ago(10), G_1=1, G_2=2, G_3=0)
    assert asked(made) == {"agree_assessment": ["hanna"]}  # Mark made it himself
    assert Notice.objects.filter(user=bench.ada, kind="competence").exists()
    bench.do(bench.ada, made, "answer", answer="I mill alone, too.")
    assert levels(bench.ada) == {}
    changed = [{"component": "G-2", "level": 1, "reason": "Only the small mill."}]
    done = bench.do(bench.hanna, made, "agree", levels=changed, months=12)
    assert done.signature is not None and asked(made) == {}
    assert levels(bench.ada) == {"G-1": 1, "G-2": 1}
    held = Qualification.objects.get(user=bench.ada, topic="G-2")
    assert (held.subject, held.evidence) == (bench.framework, done.record)
    assessment = done.record.assessment
    assert (assessment.valid_until, assessment.agreed_by) == (months_later(ago(10), 12), bench.hanna)
    assert thing_of("assessment").state_of(done.record)["ratings"]["G-2"] == {
        "level": 2,
        "reason": "Seen.",
        "agreed": 1,
        "agreed_reason": "Only the small mill.",
    }
    assert not list(Verification().problems())


def test_sent_back_reworked_and_dropped(bench: Bench) -> None:
    made = bench.submitted(bench.ben, "ada", "peer", G_1=1)
    bench.do(bench.mark, made, "send_back", because="What did you see?")
    assert asked(made) == {"rework_assessment": ["ben"]}
    assert Notice.objects.filter(user=bench.ben, values__reason="What did you see?").exists()
    bench.do(bench.ben, made, "rate", ratings=[{"component": "G-1"}])
    with pytest.raises(Refused) as refused:
        bench.do(bench.ben, made, "submit")
    assert refused.value.fields == {"ratings": "Rate at least one component first."}
    bench.do(bench.ben, made, "rate", ratings=[{"component": "G-1", "level": 2}])
    bench.do(bench.ben, made, "submit")
    assert asked(made) == {"agree_assessment": ["mark"]}
    assert bench.do(bench.ben, made, "drop").record.state == "dropped"
    assert asked(made) == {} and levels(bench.ada) == {}


@pytest.mark.parametrize(
    ("who", "body", "field", "sentence"),
    [
        (
            "mark",
            {"day": ago(-1)},
            "day",
            "This day has not come yet; give the day on which it was assessed.",
        ),
        ("ben", {"method": "manager"}, "method", "You are not the line manager of Ada Example."),
        ("mark", {"method": "self"}, "method", "Only Ada Example assesses themself."),
        ("ada", {"method": "peer"}, "method", "You assess yourself by the method “Self-assessment” alone."),
        ("ben", {"method": "exam"}, "method", "Your roles do not let you assess Ada Example."),
        ("sol", {"method": "peer"}, "method", "Ada Example works in another unit."),
        ("mark", {"framework": "FW-999"}, "framework", "There is no FW-999 that you can see."),
    ],
)
def test_an_assessment_that_cannot_be_begun_is_refused_at_its_field(
    bench: Bench,
    who: str,
    body: dict[str, Any],
    field: str,
    sentence: str,
) -> None:
    given = {"person": "ada", "framework": bench.framework.number, "method": "manager", "day": TODAY, **body}
    if who == "sol":
        bootstrap.grant(bench.sol, "reader", "N")
    with pytest.raises(Refused) as refused:
        carry_out("assessment", "begin", Actor(getattr(bench, who)), body=given)
    assert refused.value.fields == {field: sentence}


@pytest.mark.parametrize(
    ("row", "field", "sentence"),
    [
        ({"component": "G-1", "level": 3}, "level", "“G-1” has no level 3; choose one of: 0, 1, 2."),
        ({"component": "X", "level": 1}, "component", "FW-001 has no component “X” in force."),
        ({"component": "G", "level": 1}, "component", "FW-001 has no component “G” in force."),
        ({"component": "G-1", "reason": "Saw it."}, "level", "Choose a level, or take the reason away."),
        ({"component": "G-2", "level": 1}, "component", "“G-2” is rated twice."),
    ],
)
def test_a_rating_that_does_not_fit_is_refused_at_its_field(
    bench: Bench,
    row: dict[str, Any],
    field: str,
    sentence: str,
) -> None:
    made = bench.begun(bench.mark, "ada", "manager")
    with pytest.raises(Refused) as refused:
        bench.do(bench.mark, made, "rate", ratings=[{"component": "G-2", "level": 1}, row])
    assert refused.value.fields == {f"ratings.1.{field}": sentence}


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        (
            {"levels": [{"component": "G-1", "level": 2}]},
            "levels.0.reason",
            "Say why the agreed level differs from the rating.",
        ),
        (
            {"levels": [{"component": "G-1", "level": 7, "reason": "x"}]},
            "levels.0.level",
            "“G-1” has no level 7; choose one of: 0, 1, 2.",
        ),
        ({"levels": [{"component": "G-2", "level": 1}]}, "levels.0.component", "“G-2” was not rated."),
        (
            {"months": 12, "valid_until": ago(-9)},
            "months",
            "Give months or the last day, not both.",
        ),
        ({"valid_until": ago(50)}, "valid_until", "It cannot end before the day of the assessment."),
        ({"valid_until": ago(20)}, "valid_until", "It would be over already; give a later day."),
        ({"months": 1}, "months", "It would be over already; give a later day."),
    ],
)
def test_an_agreement_that_does_not_fit_is_refused_at_its_field(
    bench: Bench,
    body: dict[str, Any],
    field: str,
    sentence: str,
) -> None:
    made = bench.submitted(bench.mark, "ada", "manager", ago(40), G_1=1)
    with pytest.raises(Refused) as refused:
        bench.do(bench.hanna, made, "agree", **body)
    assert refused.value.fields == {field: sentence}
    assert levels(bench.ada) == {}


def test_nobody_agrees_on_themself_whatever_they_may(
    bench: Bench,
    client: Client,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Any,
) -> None:
    own = bench.submitted(bench.hanna, "hanna", "self", G_1=2)
    assert asked(own) == {"agree_assessment": ["mark"]}
    sentence = "This is about your own competence; somebody else agrees on it."
    for command in ("agree", "send_back"):
        with pytest.raises(NotPermitted, match=sentence):
            bench.do(bench.hanna, own, command)
    client.force_login(bench.hanna)
    for answer in (
        client.get(f"/assessments/{own.number}/do/agree/"),
        client.post(f"/assessments/{own.number}/do/agree/", {"password": PASSWORD}),
    ):
        assert sentence in answer.content.decode()
    caller = Caller(bench.hanna, ("read", "write"))
    body = {"signature": {"password": PASSWORD}}
    answer = caller.post(f"/assessments/{own.number}:agree", body)
    assert (answer.status_code, answer.json()["detail"]) == (403, sentence)
    assert Record.objects.get(pk=own.pk).state == "submitted"
    peer = bench.submitted(
        bench.mark, "hanna", "peer", G_1=2
    )  # Mark may assess here, but made this one as a peer
    with pytest.raises(NotPermitted, match="You assessed this as a peer; somebody else agrees on it"):
        bench.do(bench.mark, peer, "agree")
    his = bench.submitted(bench.mark, "ada", "manager", G_1=2)
    sentence = "You made this assessment; somebody else agrees on it: Hanna Example."
    with pytest.raises(NotPermitted, match=sentence):
        bench.do(bench.mark, his, "agree")
    client.force_login(bench.mark)
    assert sentence in client.get(f"/assessments/{his.number}/").content.decode()
    Grant.objects.filter(user=bench.hanna).delete()
    alone = bench.submitted(bench.mark, "ada", "manager", G_1=2)
    assert asked(alone) == {"agree_assessment": ["mark"]}, "nobody else may"
    bench.do(bench.mark, alone, "agree")


def test_nobody_agrees_alone_because_they_took_from_others_what_lets_them(bench: Bench) -> None:
    bootstrap.grant(bench.mark, "administrator", "NW")
    made = bench.submitted(bench.mark, "ada", "manager", G_1=2)
    bench.do(bench.mark, bench.hanna.file.record, "revoke_role", role="head", unit="N")
    with pytest.raises(NotPermitted, match="Within the last 30 days you took from Hanna Example"):
        bench.do(bench.mark, made, "agree")
    assert Record.objects.get(pk=made.pk).state == "submitted"


@pytest.mark.parametrize("command", ["agree", "confirm"])
def test_nobody_agrees_or_confirms_alone_because_they_moved_the_person_away_from_others(
    bench: Bench, command: str
) -> None:
    bootstrap.grant(bench.mark, "administrator", "NW")
    bootstrap.add_unit("X", "Corner", "site", "NW")
    if command == "agree":
        made = bench.submitted(bench.mark, "ada", "manager", G_1=2)
    else:
        past = {"framework": bench.framework.number, "component": "G-1", "level": 1, "day": ago(30)}
        made = carry_out("assessment", "create", Actor(bench.mark), body={**past, "person": "ada"}).record
    bench.do(bench.mark, bench.ada.file.record, "transfer", unit="X", manager="mark")
    unit = {"name": "North", "code": "N2"}
    bench.do(bench.mark, Unit.objects.get(code="N").file.record, "edit", **unit)
    with pytest.raises(NotPermitted, match="Within the last 30 days you took from Hanna Example"):
        bench.do(bench.mark, made, command)
    assert levels(bench.ada) == {}


def test_nobody_agrees_alone_because_they_moved_the_unit_away_from_others(bench: Bench) -> None:
    bootstrap.grant(bench.mark, "administrator", "NW")
    bootstrap.add_unit("T", "Team", "team", "N")
    bootstrap.add_unit("Z", "Corner", "site", "NW")
    bench.do(None, bench.ada.file.record, "transfer", unit="T", manager="mark")
    made = bench.submitted(bench.mark, "ada", "manager", G_1=2)
    bench.do(bench.mark, Unit.objects.get(code="T").file.record, "move", parent="Z")
    with pytest.raises(NotPermitted, match="Within the last 30 days you took from Hanna Example"):
        bench.do(bench.mark, made, "agree")
    assert levels(bench.ada) == {}


@pytest.mark.parametrize("command", ["agree", "confirm"])
def test_who_leads_by_the_hand_of_who_assessed_is_no_second_one(bench: Bench, command: str) -> None:
    bootstrap.grant(bench.mark, "administrator", "NW")
    if command == "agree":
        made = bench.submitted(bench.mark, "ada", "manager", G_1=2)
    else:
        past = {"framework": bench.framework.number, "component": "G-1", "level": 2, "day": ago(30)}
        made = carry_out("assessment", "create", Actor(bench.mark), body={**past, "person": "ada"}).record
    bench.do(bench.mark, bench.ada.file.record, "transfer", unit="N", manager="kim")
    sentence = (
        "Mark Example, who assessed or recorded this, made you the manager of Ada Example within the last 30 days;"
        " somebody else looks at it: Hanna Example."
    )
    with pytest.raises(NotPermitted, match=sentence):
        bench.do(bench.kim, made, command)
    assert levels(bench.ada) == {}
    assert asked(made) == {f"{command}_assessment": ["hanna"]}
    bench.do(bench.hanna, made, command)
    assert levels(bench.ada) == {"G-1": 2}


def test_who_leads_by_the_hand_of_who_assessed_is_asked_where_nobody_else_may(bench: Bench) -> None:
    bootstrap.grant(bench.mark, "administrator", "NW")
    Grant.objects.filter(user=bench.hanna).delete()
    bench.do(None, bench.ada.file.record, "transfer", unit="N", manager=None)
    bench.do(bench.mark, bench.ada.file.record, "transfer", unit="N", manager="kim")
    made = bench.submitted(bench.mark, "ada", "assessor", G_1=2)
    assert asked(made) == {"agree_assessment": ["kim"]}
    bench.do(bench.kim, made, "agree")
    assert levels(bench.ada) == {"G-1": 2}


def test_the_newest_counts_level_0_ends_and_revoking_gives_back_what_was_before(bench: Bench) -> None:
    first = bench.agreed("ada", ago(300), G_1=1, G_2=1)
    second = bench.agreed("ada", ago(100), G_1=2, G_3=1)
    third = bench.agreed("ada", ago(5), G_3=0)
    assert levels(bench.ada) == {"G-1": 2, "G-2": 1}
    gone = Qualification.objects.get(evidence=third)
    assert (gone.level, gone.ended) == (0, None)  # it stays what was found last
    history = bench.agreed("ada", ago(200), G_1=0)  # older than what counts
    assert levels(bench.ada) == {"G-1": 2, "G-2": 1}
    bench.do(bench.hanna, first, "revoke", because="It was somebody else.")
    assert levels(bench.ada) == {"G-1": 2}  # a later one gave that
    bench.do(bench.hanna, history, "revoke", because="That too.")
    again = bench.agreed("ada", ago(1), G_1=1)
    bench.do(bench.hanna, again, "revoke", because="The mill was set up.")
    assert levels(bench.ada) == {"G-1": 2}
    assert Qualification.objects.get(user=bench.ada, topic="G-1", ended=None).evidence == second
    told = Notice.objects.filter(user=bench.ada, values__reason="The mill was set up.")
    assert told.count() == 1
    assert not list(Verification().problems())


OLD, NEW, NEWER = (200, 2, None), (100, 0, None), (50, 0, None)
OVER = (150, 1, 2)
"""What was found how many days ago, and for how many months: the third is over by now."""


@pytest.mark.parametrize(
    ("found", "revoked", "left"),
    [
        ([OLD, NEW], [], None),
        ([NEW, OLD], [], None),
        ([OLD, NEW], [1], 2),
        ([NEW, OLD], [0], 2),
        ([NEW, OLD], [1], None),
        ([OLD, NEW, NEWER], [2], None),
        ([NEWER, OLD, NEW], [0], None),
        ([NEWER, NEW, OLD], [1, 0], 2),
        ([OLD, OVER, NEWER], [2], None),  # the one before it is over, and it was newer than the first
        ([OLD, OVER, NEWER], [2, 1], 2),
        ([NEW, (14, 1, None), OLD], [1], None),
    ],
)
def test_level_0_is_a_finding_as_any_other_in_whatever_order_it_comes(
    bench: Bench,
    found: list[tuple[int, int, int | None]],
    revoked: list[int],
    left: int | None,
) -> None:
    made = []
    for days, level, months in found:
        past = {"person": "ada", "framework": bench.framework.number, "component": "G-1", "history": True}
        past |= {"level": level, "day": ago(days), "assessor": "mark"}
        past["valid_until"] = months_later(ago(days), months) if months else None
        made.append(carry_out("assessment", "create", Actor(bench.hanna), body=past).record)
        bench.do(bench.mark, made[-1], "confirm")
    for place in revoked:
        bench.do(bench.hanna, made[place], "revoke", because="It was somebody else.")
    assert levels(bench.ada).get("G-1") == left
    standing = Qualification.objects.filter(user=bench.ada, topic="G-1", ended=None)
    newest = max((one for one in made if one.pk not in {made[at].pk for at in revoked}), key=_day)
    assert standing.get().evidence == newest


def _day(record: Record) -> Any:
    return record.assessment.day


def test_agreed_levels_meet_rules_of_authority_at_once(bench: Bench) -> None:
    bootstrap.grant(bench.mark, "head", "N")
    need = {"subject": bench.framework.number, "topic": "G-1", "level": 2}
    rule = {"title": "Turners agree", "why": "It takes skill.", "unit": "N", "commands": ["assessment.agree"]}
    past = {"person": "hanna", "component": "G-1", "level": 2, "day": ago(30)}
    past["framework"] = bench.framework.number
    lead = bootstrap.add_person("lea", "Lea Lead", "N", password=PASSWORD)
    bootstrap.grant(lead, "manager", "N")
    recorded = carry_out("assessment", "create", Actor(lead), body=past).record
    bench.do(bench.mark, recorded, "confirm")
    Grant.objects.filter(user=lead).delete()
    made = carry_out("authority_rule", "create", Actor(bench.hanna), body={**rule, "needs": [need]}).record
    bench.do(bench.hanna, made, "submit")
    bench.do(bench.mark, made, "approve")
    found = who_may(command_of("assessment", "agree"), bench.hanna.unit, "")
    assert [person.username for person in found.may] == ["hanna"]
    waits = bench.submitted(bench.ben, "ada", "peer", G_1=1)
    with pytest.raises(NotPermitted, match="G-1"):
        bench.do(bench.mark, waits, "agree")
    assessed = bench.submitted(bench.hanna, "mark", "assessor", G_1=2)
    bench.do(bench.hanna, assessed, "agree")
    done = bench.do(bench.mark, waits, "agree")
    assert done.signature is not None
    shown = done.signature.authority[0]["qualifications"][0]
    assert (shown["evidence"], shown["signed_by"]) == (assessed.number, "Hanna Example")
    bench.do(bench.hanna, assessed, "revoke", because="It was wrong.")
    another = bench.submitted(bench.ben, "ada", "peer", G_1=1)
    with pytest.raises(NotPermitted, match="G-1"):
        bench.do(bench.mark, another, "agree")


def test_it_is_seen_by_those_whom_it_concerns_and_nobody_else(bench: Bench, client: Client) -> None:
    made = bench.submitted(bench.ben, "kim", "peer", G_1=1)
    bench.agreed("ada", G_2=2)
    bootstrap.add_role("watcher", "Watcher", "", ["trail.read", "competence.read", "organisation.read"])
    watcher = bootstrap.add_person("wanda", "Wanda Watcher", "N", password=PASSWORD)
    bootstrap.grant(watcher, "watcher", "NW")
    seeing = {
        name: visible_to(person).filter(pk=made.pk).exists()
        for name, person in (*bench.desk.people.items(), ("wanda", watcher))
    }
    assert {name for name, sees in seeing.items() if sees} == {"hanna", "mark", "ben", "kim"}
    assert not readable_by(watcher).filter(record=made).exists()
    assert readable_by(watcher).filter(record=bench.framework).exists()
    for outsider in (watcher, bench.rob):
        client.force_login(outsider)
        assert client.get("/assessments/of/kim/").status_code == 404
        assert client.get("/assessments/of/ada/").status_code == 404
        for address in ("/assessments/", "/search/?q=Kim", "/trail/"):
            assert made.number not in client.get(address).content.decode(), address
        assert client.get("/assessments/calibration/").status_code == 403
        caller = Caller(outsider, ("read",))
        assert caller.get("/assessments:held?person=kim").status_code == 422
        assert caller.get("/assessments").json()["items"] == []
        assert caller.get(f"/assessments:calibration?framework={bench.framework.number}").status_code == 403
    client.force_login(bench.mark)
    assert "Milling" in client.get("/assessments/of/ada/").content.decode()


def test_evidence_is_records_and_files_which_can_be_taken_away(bench: Bench) -> None:
    made = bench.begun(bench.mark, "ada", "manager", G_1=1)
    before = bench.agreed("ada", G_2=1)
    bench.do(bench.ada, made, "set_evidence", records=[before.number])
    assert [link.target for link in Link.objects.filter(source=made)] == [before]
    with pytest.raises(Refused) as refused:
        bench.do(bench.mark, made, "set_evidence", records=[made.number])
    assert refused.value.fields == {"records.0": "An assessment is no evidence of itself."}
    upload = take_in(bench.mark, b"%PDF-1.4 exam", "exam.pdf")
    bench.do(bench.mark, made, "add_files", files=[upload.blob_id])
    with pytest.raises(Refused) as refused:
        bench.do(bench.mark, made, "remove_file", name="other.pdf")
    assert refused.value.fields == {"name": "There is no such file; there are: exam.pdf."}
    bench.do(bench.mark, made, "remove_file", name="exam.pdf")
    with pytest.raises(NotPermitted, match="Only Mark Example, who assesses, may do this"):
        bench.do(bench.hanna, made, "rate", ratings=[])


def test_only_one_of_two_who_agree_at_once_does(bench: Bench) -> None:
    made = bench.submitted(bench.ben, "kim", "peer", G_1=1)
    seen = Record.objects.get(pk=made.pk)
    sign = {"version": seen.version, "credentials": Credentials(password=PASSWORD)}
    carry_out("assessment", "agree", Actor(bench.hanna), record=seen, body={}, **sign)
    with pytest.raises((Stale, WrongState)):
        carry_out("assessment", "agree", Actor(bench.mark), record=seen, body={}, **sign)
    assert Qualification.objects.filter(user=bench.kim).count() == 1


def test_the_next_one_is_asked_for_before_it_ends_once(bench: Bench) -> None:
    old = bench.agreed("ada", ago(350), 12, G_1=1, G_2=1)
    bench.agreed("ben", ago(10), 12, G_1=1)
    assert (ask_for_the_next(), ask_for_the_next()) == (1, 0)
    assert asked(old) == {"reassess": ["hanna"]}  # Mark assessed before
    due = Task.objects.get(kind="reassess").due
    assert timezone.localdate(due, HOME) == Record.objects.get(pk=old.pk).assessment.valid_until
    done = bench.do(bench.mark, old, "assess_anew", method="manager", day=TODAY)
    assert "was begun" in done.conclusion
    bench.agreed("ada", ago(0), G_1=2)
    assert asked(old) == {"reassess": ["hanna"]}  # G-2 still hangs on it
    bench.agreed("ada", ago(0), G_2=2)
    assert asked(old) == {}


def test_who_leaves_hands_over_what_they_assess_and_agree(bench: Bench) -> None:
    draft = bench.begun(bench.mark, "ada", "assessor", G_1=1)
    waits = bench.submitted(bench.ben, "ada", "peer", G_1=1)
    assert asked(waits) == {"agree_assessment": ["mark"]}
    carry_out(
        "person",
        "leave",
        Actor.system(),
        record=bench.mark.file.record,
        body={"date": TODAY, "takes_over": "hanna"},
        reason="Moved away.",
    )
    deliver()
    draft = Record.objects.get(pk=draft.pk)
    assert (draft.owner, draft.assessment.assessor) == (bench.hanna, bench.hanna)
    assert asked(draft) == {"rework_assessment": ["hanna"]}
    assert asked(waits) == {"agree_assessment": ["hanna"]}
