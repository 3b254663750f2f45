"""Past assessments: recorded or brought in from a table, and counting once somebody else confirms them."""

import re

import pytest
from django.test import Client
from django.utils.formats import date_format

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Grant
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import CommandError, NotPermitted, Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.importing.running import bring_in, table_from
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.signatures.models import Signature
from tests.competence.bench import TODAY, Bench, ago, asked, deliver, levels
from tests.competence.conftest import PASSWORD


def test_past_ones_come_in_from_a_table_whole_or_not_at_all(bench: Bench) -> None:
    number = bench.framework.number
    heads = "person,framework,component,level,day,valid_until,method,assessor,history"
    good = [
        f"ada,{number},G-1,2,{ago(400)},,practice,mark,",
        f"ben,{number},G-2,1,{ago(800)},{ago(100)},exam,mark,yes",
        f"kim,{number},G-3,1,{ago(99)},,exam,,",
    ]
    bad = [
        f"ada,{number},G-9,1,{ago(9)},,exam,mark,",
        f"ada,{number},G-1,1,{ago(800)},{ago(100)},exam,mark,",
        f"hanna,{number},G-1,1,{ago(9)},,exam,,",
        f"sol,{number},G-1,1,{ago(9)},,exam,,",
        f"ada,{number},G-1,1,{ago(9)},,self,mark,",
        f"ada,{number},G-1,1,{ago(13)},,exam,mark,",
        f"ada,{number},G-1,1,{ago(99)},,manager,ben,",
    ]
    thing, actor = thing_of("assessment"), Actor(bench.hanna)
    report = bring_in(thing, actor, table_from("\n".join([heads, *good, *bad]).encode()))
    assert [(wrong.line, wrong.column, wrong.sentence) for wrong in report.wrong] == [
        (5, "component", "FW-001 has no component “G-9” in force."),
        (6, "valid_until", "It is over already; where it is to be kept as history, say so under “Past”."),
        (7, "person", "Nobody records their own assessment; begin one, and somebody else agrees on it."),
        (8, "person", "Your roles do not let you assess Sol Example."),
        (9, "assessor", "Only Ada Example assesses themself."),
        (10, "day", "What was found within the last 14 days is assessed by “New assessment”."),
        (11, "method", "Ben Example is not the line manager of Ada Example; choose another method."),
    ]
    assert not Record.objects.filter(type="assessment").exists()
    report = bring_in(thing, actor, table_from("\n".join([heads, *good]).encode()))
    assert report.done and len(report.made) == 3
    made = [Record.objects.get(number=one.number) for one in report.made]
    assert [one.state for one in made] == ["recorded"] * 3
    assert made[0].assessment.recorded_by == bench.hanna
    assert bench.agreed("ada", G_3=1).assessment.recorded_by is None
    assert (levels(bench.ada), levels(bench.ben), levels(bench.kim)) == ({"G-3": 1}, {}, {})
    assert [asked(one) for one in made] == [{"confirm_assessment": ["mark"]}] * 3
    deliver()
    told = Notice.objects.filter(text__contains="brings in")
    first, second, third = (f"{one.number} {one.title}" for one in report.made)
    of = "Hanna Example brings in what was assessed of you before, such as"
    assert sorted((one.user.username, one.text % one.values) for one in told) == [
        ("ada", f"{of} {first}. It counts once it is confirmed."),
        ("ben", f"{of} {second}. It counts once it is confirmed."),
        ("kim", f"{of} {third}. It counts once it is confirmed."),
        (
            "mark",
            f"Hanna Example brings in what was assessed before, such as {first}."
            " It counts once you confirm it: choose all of it in the register, and sign once.",
        ),
    ]
    assert not Notice.objects.filter(kind="task.confirm_assessment").exists(), "one notice, not one for each"
    with pytest.raises(NotPermitted, match="You recorded this; somebody else confirms it: Mark Example."):
        bench.do(bench.hanna, made[0], "confirm")
    client = Client()
    client.force_login(bench.mark)
    page = client.get("/assessments/").content.decode()
    assert "/assessments/bulk/confirm/" in page
    ids = ",".join(str(one.pk) for one in made)
    form = client.get(f"/assessments/bulk/confirm/?ids={ids}").content.decode()
    assert "the person was assessed so on that day" in form
    signed = (
        "G-1 Turning: B Can well. Assessed on [^<]+ by Mark Example, for good. Recorded by Hanna Example."
    )
    assert re.search(signed, form)
    versions = ",".join(f"{one.pk}:{one.version}" for one in made)
    given = {"ids": ids, "_versions": versions, "password": PASSWORD}
    assert client.post("/assessments/bulk/confirm/", given).status_code == 200
    assert (levels(bench.ada), levels(bench.ben), levels(bench.kim)) == (
        {"G-1": 2, "G-3": 1},
        {},
        {"G-3": 1},
    )
    assert Qualification.objects.get(user=bench.ben).until is not None
    for one in made:
        signature = Signature.objects.get(record=one)
        assert (signature.signer, signature.meaning) == (bench.mark, "assessment_confirmed")
        assert asked(one) == {}
    facts = client.get(f"/assessments/{made[0].number}/").content.decode()
    for label in ("Recorded afterwards by", "Hanna Example", "Confirmed by", "Mark Example"):
        assert label in facts


def test_what_was_recorded_of_the_past_counts_once_another_confirms_it(bench: Bench) -> None:
    past = {"framework": bench.framework.number, "component": "G-1", "level": 2, "day": ago(30)}
    past |= {"person": "ada", "method": "practice", "assessor": "mark"}
    done = carry_out("assessment", "create", Actor(bench.hanna), body=past)
    made = done.record
    assert done.conclusion == (
        f"{made.number} was recorded; it counts once it is confirmed. Asked: Mark Example."
    )
    deliver()
    assert (made.state, levels(bench.ada)) == ("recorded", {})
    assert asked(made) == {"confirm_assessment": ["mark"]}
    asks = Notice.objects.get(user=bench.mark, record=made)
    assert asks.text % asks.values == f"Please confirm what was assessed before: {made.number} {made.title}."
    for who in (bench.ada, bench.hanna, bench.ben, bench.rob):
        with pytest.raises(CommandError):
            bench.do(who, made, "confirm")
    with pytest.raises(NotPermitted, match="Only who recorded it drops it"):
        bench.do(bench.mark, made, "drop")
    bench.do(bench.mark, made, "confirm")
    row = Record.objects.get(pk=made.pk).assessment
    assert (row.record.state, levels(bench.ada)) == ("agreed", {"G-1": 2})
    assert (row.recorded_by, row.confirmed_by, row.agreed_here_by) == (bench.hanna, bench.mark, None)
    assert row.recorded_at == row.record.created and row.confirmed_at == row.agreed > row.recorded_at
    assert Qualification.objects.get(user=bench.ada).since.date() <= ago(30)
    told = Notice.objects.filter(record=made, user=bench.ada).latest("pk")
    assert told.text % told.values == (
        f"Mark Example confirmed what was assessed of you before, such as {made.number} {made.title}: it counts now."
    )


def test_two_words_of_the_same_day_do_not_stand_beside_each_other(bench: Bench) -> None:
    past = {"framework": bench.framework.number, "component": "G-1", "level": 1, "day": ago(30)}
    past |= {"person": "ada", "method": "practice", "assessor": "mark"}
    first = carry_out("assessment", "create", Actor(bench.hanna), body=past).record
    for level in (1, 2):
        with pytest.raises(Refused) as refused:
            carry_out("assessment", "create", Actor(bench.hanna), body=past | {"level": level})
        sentence = f"{first.number} says already that Mark Example found level 1 of it on that day."
        assert refused.value.fields == {"component": sentence}
    bench.do(bench.mark, first, "refuse", because="It was level 2.")
    carry_out("assessment", "create", Actor(bench.hanna), body=past | {"level": 2})


def test_days_that_are_slips_are_refused(bench: Bench) -> None:
    past = {"framework": bench.framework.number, "component": "G-1", "level": 1, "person": "ada"}
    for days, field in (
        ({"day": "1900-06-01"}, "day"),
        ({"day": ago(30), "valid_until": "2999-06-01"}, "valid_until"),
    ):
        with pytest.raises(Refused) as refused:
            carry_out("assessment", "create", Actor(bench.hanna), body=past | days)
        assert list(refused.value.fields) == [field]


def test_evidence_is_put_to_it_until_it_is_confirmed(bench: Bench) -> None:
    past = {"framework": bench.framework.number, "component": "G-1", "level": 2, "day": ago(30)}
    past |= {"person": "ada", "method": "practice", "assessor": "mark"}
    made = carry_out("assessment", "create", Actor(bench.hanna), body=past).record
    before = bench.agreed("ada", ago(40), 240, G_2=1)
    shown = {"records": [before.number]}
    with pytest.raises(Refused) as refused:
        bench.do(bench.hanna, made, "set_evidence", records=[bench.agreed("ben", G_2=1).number])
    assert refused.value.fields == {
        "records.0": f"AS-{TODAY.year}-00003 is about Ben Example, not about Ada Example."
    }
    with pytest.raises(CommandError):
        bench.do(bench.ben, made, "set_evidence", **shown)
    bench.do(bench.hanna, made, "set_evidence", **shown)
    assert list(made.links_out.values_list("target__number", flat=True)) == [before.number]
    bench.do(bench.mark, made, "confirm")
    with pytest.raises(CommandError):
        bench.do(bench.hanna, made, "set_evidence", records=[])


def test_what_was_not_so_is_refused_and_what_was_a_mistake_dropped(bench: Bench) -> None:
    past = {"framework": bench.framework.number, "component": "G-1", "level": 2, "day": ago(30)}
    past |= {"person": "ada", "method": "practice", "assessor": "mark"}
    first, second = (
        carry_out("assessment", "create", Actor(bench.hanna), body=past | {"component": code}).record
        for code in ("G-1", "G-2")
    )
    with pytest.raises(Refused):
        bench.do(bench.mark, first, "refuse", because="")
    bench.do(bench.mark, first, "refuse", because="I never saw her turn.")
    bench.do(bench.hanna, second, "drop")
    states = [Record.objects.get(pk=one.pk).state for one in (first, second)]
    assert (states, asked(first), asked(second)) == (["refused", "dropped"], {}, {})
    told = Notice.objects.get(record=first, user=bench.hanna)
    assert told.text % told.values == (
        f"Mark Example refused the past assessment {first.number} {first.title}: I never saw her turn."
    )


def test_who_alone_may_assess_confirms_what_they_recorded(bench: Bench) -> None:
    Grant.objects.filter(user=bench.mark).delete()
    past = {"framework": bench.framework.number, "component": "G-1", "level": 1, "day": ago(30)}
    done = carry_out("assessment", "create", Actor(bench.hanna), body={**past, "person": "kim"})
    assert (
        done.conclusion == f"{done.record.number} was recorded. You confirm it yourself, as nobody else may."
    )
    assert asked(done.record) == {"confirm_assessment": ["hanna"]}
    bench.do(bench.hanna, done.record, "confirm")
    assert levels(bench.kim) == {"G-1": 1}


def test_nobody_confirms_alone_because_they_took_from_others_what_lets_them(bench: Bench) -> None:
    bootstrap.grant(bench.mark, "administrator", "NW")
    past = {
        "framework": bench.framework.number,
        "component": "G-1",
        "level": 1,
        "day": ago(30),
        "person": "ada",
    }
    made = carry_out("assessment", "create", Actor(bench.mark), body=past).record
    bench.do(bench.mark, bench.hanna.file.record, "revoke_role", role="head", unit="N")
    with pytest.raises(NotPermitted, match="Within the last 30 days you took from Hanna Example"):
        bench.do(bench.mark, made, "confirm")
    assert Record.objects.get(pk=made.pk).state == "recorded"


def test_who_is_named_as_a_peer_is_told_and_may_refuse_it_but_not_confirm(bench: Bench) -> None:
    past = {"framework": bench.framework.number, "component": "G-1", "level": 2, "day": ago(30)}
    past |= {"person": "ada", "method": "peer", "assessor": "ben"}
    made = carry_out("assessment", "create", Actor(bench.hanna), body=past).record
    deliver()
    told = {one.user: one.text % one.values for one in Notice.objects.filter(record=made)}
    assert told == {
        bench.ada: f"Hanna Example recorded what was assessed of you before: {made.number} {made.title}."
        " It counts once it is confirmed.",
        bench.ben: f"Hanna Example recorded that you assessed before: {made.number} {made.title}."
        " If you did not, refuse it and say so.",
        bench.mark: f"Please confirm what was assessed before: {made.number} {made.title}.",
    }
    for who, deed in ((bench.ben, "confirm"), (bench.ada, "refuse")):
        with pytest.raises(NotPermitted):
            bench.do(who, made, deed, because="I did not.")
    bench.do(bench.mark, made, "confirm")
    assert levels(bench.ada) == {"G-1": 2}
    bench.do(bench.ben, made, "revoke", because="I never saw her turn.")
    assert levels(bench.ada) == {}
    assert Notice.objects.filter(record=made, user=bench.hanna, text__contains="revoked").exists()


def test_who_leaves_is_no_longer_asked_to_confirm(bench: Bench) -> None:
    past = {"framework": bench.framework.number, "component": "G-1", "level": 2, "day": ago(30)}
    past |= {"person": "kim", "method": "practice", "assessor": "mark"}
    made = carry_out("assessment", "create", Actor(bench.hanna), body=past).record
    assert asked(made) == {"confirm_assessment": ["mark"]}
    leaving = {"date": TODAY, "takes_over": "hanna"}
    mark = bench.mark.file.record
    carry_out("person", "leave", Actor.system(), record=mark, body=leaving, reason="Moved away.")
    deliver()
    assert asked(made) == {"confirm_assessment": ["hanna"]}


def test_the_level_of_the_past_is_chosen_by_name_among_those_of_the_component(
    bench: Bench, client: Client
) -> None:
    client.force_login(bench.hanna)
    number = bench.framework.number
    page = client.get("/assessments/new/create/").content.decode()
    chooser = re.search(r'<select[^>]* name="level"[^>]*>', page)
    assert chooser is not None and 'data-source="/choose/levels?none=1&amp;q="' in chooser[0]
    assert 'data-beside="framework"' in chooser[0] and 'data-part="component"' in chooser[0]
    below = ("0", "0 Not yet", "Below the lowest level.")
    for asked_for, offered in (
        ("&q=", [below, ("1", "1 Can", ""), ("2", "2 Can well", "")]),
        ("&q=well", [("2", "2 Can well", "")]),
    ):
        answer = client.get(f"/choose/levels?none=1{asked_for}&of={number}&part=G-1").json()
        assert [(one["value"], one["text"], one["hint"]) for one in answer] == offered
    assert client.get("/choose/levels?none=1&q=&of=FW-999&part=G-1").json() == []
    given = {"person": "ada", "framework": number, "component": "G-1", "level": "2", "day": TODAY}
    again = client.post("/assessments/new/create/", given).content.decode()
    assert '<option value="2" selected>2 Can well</option>' in again, "it stays chosen, by its name"
    refused = client.post(
        "/assessments/new/create/", {**given, "level": "7", "day": ago(30)}
    ).content.decode()
    sentence = "“G-1” has no level 7; choose one of: 0, 1, 2."
    assert re.search(rf'id="id_level-error"[^>]*>.*{sentence}', refused, re.DOTALL)
    assert not Record.objects.filter(type="assessment").exists()


def test_who_had_left_neither_assessed_nor_was_assessed(bench: Bench) -> None:
    bench.mark.left_on = ago(40)
    bench.mark.save(update_fields=["left_on"])
    past = {"framework": bench.framework.number, "component": "G-1", "level": 2, "method": "practice"}
    for names, place in (({"person": "ada", "assessor": "mark"}, "assessor"), ({"person": "mark"}, "person")):
        with pytest.raises(Refused) as refused:
            carry_out("assessment", "create", Actor(bench.hanna), body={**past, **names, "day": ago(39)})
        left = date_format(ago(40))
        said = f"Mark Example had left on {left}, before this was assessed; look at the day."
        assert refused.value.fields == {place: said}
    ada = {**past, "person": "ada", "assessor": "mark", "day": ago(40)}
    assert carry_out("assessment", "create", Actor(bench.hanna), body=ada).record.state == "recorded"


def test_that_it_holds_for_good_is_said_once_that_is_recorded_or_agreed(bench: Bench, client: Client) -> None:
    past = {"framework": bench.framework.number, "component": "G-1", "level": 2, "day": ago(30)}
    made = carry_out("assessment", "create", Actor(bench.hanna), body={**past, "person": "kim"}).record
    begun = bench.submitted(bench.mark, "ada", "manager", G_1=1)
    client.force_login(bench.hanna)

    def says(record: Record) -> bool:
        page = client.get(f"/assessments/{record.number}/").content.decode()
        return "Valid untilFor good" in re.sub(r"\s*<[^>]*>\s*", "", page)

    assert (says(made), says(begun)) == (True, False), "nobody has agreed yet for how long"
    bench.do(bench.hanna, begun, "agree", months=None)
    assert says(begun)
    ends = bench.agreed("ben", months=12, G_1=1)
    assert not says(ends)
