"""A change request from its draft to the decision."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.changes.queries import affected_by, changes_affecting
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands import overdue
from setsquare.kernel.commands.declaration import Actor, Situation
from setsquare.kernel.commands.errors import (
    NotFound,
    NotPermitted,
    Refused,
    SignatureRefused,
    VersionMissing,
    WrongState,
)
from setsquare.kernel.commands.offering import offers
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.commands.telling import deed_of
from setsquare.kernel.events.models import Event
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.registers import select
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.signatures.credentials import Credentials
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import history
from tests.days import today

from .conftest import IMPACT, PASSWORD, Desk, deliver, state_of


def waiting(record: Record, kind: str) -> set[str]:
    return set(
        Task.objects.filter(record=record, kind=kind, done__isnull=True).values_list(
            "assignee__username", flat=True
        )
    )


def test_a_request_names_what_it_affects(desk: Desk):
    document = desk.document("Incoming inspection")

    change = desk.request(document, priority="urgent")

    assert change.number.startswith("CR-")
    assert change.state == "draft"
    assert list(affected_by(change)) == [document]
    assert list(changes_affecting(document)) == [change]
    assert history(change)[0].entry.values["affected"] == [document.number]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"what": " "}, "what"),
        ({"why": ""}, "why"),
        ({"unit": "nowhere"}, "unit"),
        ({"priority": "huge"}, "priority"),
        ({"wanted_by": "soon"}, "wanted_by"),
        ({"affected": ["NONE-1"]}, "affected.0"),
        ({"affected": ["PER-0001"]}, "affected.0"),
        ({"requested_by": "nobody"}, "requested_by"),
    ],
)
def test_a_request_that_does_not_fit_is_refused_at_the_field(desk: Desk, change, field):
    with pytest.raises(Refused) as refusal:
        desk.request(**change)

    assert list(refusal.value.fields) == [field]
    assert not Record.objects.filter(type="change_request").exists()


def test_a_withdrawn_document_cannot_be_affected(desk: Desk):
    document = desk.document("Incoming inspection")
    desk.do(desk.carl, document, "withdraw", because="No longer done.")

    with pytest.raises(Refused, match="withdrawn"):
        desk.request(document)


def test_submitting_asks_all_who_assess_or_the_one_chosen(desk: Desk):
    change = desk.request()
    with pytest.raises(Refused) as refusal:
        desk.do(desk.anna, change, "submit", assessor="anna")
    assert list(refusal.value.fields) == ["assessor"]

    desk.do(desk.anna, change, "submit", assessor="ben")

    assert waiting(change, "assess_change") == {"ben"}
    other = desk.request()
    desk.do(desk.anna, other, "submit")
    assert waiting(other, "assess_change") == {"ben", "carl", "dora"}


def test_each_step_tells_who_is_asked_next(desk: Desk):
    document = desk.document("Cleaning")
    change = desk.request(document)
    names = {name: person.name for name, person in desk.people.items()}
    told = [
        desk.do(desk.anna, change, "submit", assessor="ben").conclusion,
        desk.do(desk.ben, change, "assess", **IMPACT, decider="dora").conclusion,
        desk.do(desk.dora, change, "accept", verify=True, because="It is worth it.").conclusion,
    ]
    assert told == [
        f"{change.number} is submitted. Asked to assess it: {names['ben']}.",
        f"{change.number} is assessed. Asked to decide on it: {names['dora']}.",
        f"{change.number} is accepted. A revision is opened of each: {document.number}.",
    ]


def test_where_nobody_may_assess_the_request_is_not_submitted(desk: Desk):
    change = desk.request(who=desk.olga, unit="S")

    with pytest.raises(Refused, match="nobody who may do this for South"):
        desk.do(desk.olga, change, "submit")

    assert state_of(change) == "draft"


def test_assessing_asks_for_the_decision(desk: Desk):
    change = desk.request()
    desk.do(desk.anna, change, "submit")
    with pytest.raises(Refused) as refusal:
        desk.do(desk.ben, change, "assess", **{**IMPACT, "training": "", "risk": ""})
    assert list(refusal.value.fields) == ["training", "risk"]
    with pytest.raises(NotPermitted):
        desk.do(desk.anna, change, "assess", **IMPACT)

    desk.do(desk.ben, change, "assess", **IMPACT, priority="urgent")

    assert state_of(change) == "assessed"
    assert waiting(change, "assess_change") == set()
    assert waiting(change, "decide_change") == {"dora"}
    assert Record.objects.get(pk=change.pk).change_request.priority == "urgent"


def test_accepting_is_signed_and_reasoned(desk: Desk):
    change = desk.request()
    desk.do(desk.anna, change, "submit")
    desk.do(desk.ben, change, "assess", **IMPACT)
    record = Record.objects.get(pk=change.pk)
    with pytest.raises(Refused) as refusal:
        desk.do(desk.dora, change, "accept")
    assert list(refusal.value.fields) == ["reason"]
    with pytest.raises(SignatureRefused):
        wrong = Credentials(password="wrong")
        given = {"record": record, "version": record.version, "reason": "Yes.", "credentials": wrong}
        carry_out("change_request", "accept", Actor(desk.dora), **given)
    with pytest.raises(VersionMissing, match="it is at version 3 now"):
        given |= {"version": None, "credentials": Credentials(password=PASSWORD)}
        carry_out("change_request", "accept", Actor(desk.dora), **given)

    outcome = desk.do(desk.dora, change, "accept", because="It is worth it.")

    assert outcome.signature is not None
    assert outcome.signature.meaning == "accepted"
    assert outcome.record.state == "accepted"
    assert outcome.record.change_request.decision == "It is worth it."
    assert outcome.record.change_request.decided_by == desk.dora
    assert Notice.objects.filter(user=desk.anna, kind="change").exists()


def test_who_asks_in_somebody_elses_name_is_seen_to_do_so(desk: Desk):
    record = desk.request(who=desk.carl, requested_by="dora")

    (entry,) = Entry.objects.filter(record=record)
    assert (
        deed_of(entry, thing_of("change_request")) == f"asked for the change: in the name of {desk.dora.name}"
    )
    told = Notice.objects.get(user=desk.dora, kind="change")
    assert str(told) == f"{desk.carl.name} wrote down {record.number} {record.title} as asked for by you."


@pytest.mark.parametrize("deed", ["accept", "reject"])
def test_nobody_decides_on_a_change_of_their_own(desk: Desk, deed):
    change = desk.request(who=desk.dora)
    other = desk.request(who=desk.carl, requested_by="dora")
    for record in (change, other):
        desk.do(desk.ben, record, "submit", assessor="ben")
        with pytest.raises(Refused, match="nobody who may"):
            desk.do(desk.ben, record, "assess", **IMPACT)
    from_head = {"role": "head", "unit": "N"}
    carry_out("person", "grant_role", Actor.system(), record=desk.rita.file.record, body=from_head)

    for record in (change, other):
        desk.do(desk.ben, record, "assess", **IMPACT)
        with pytest.raises(NotPermitted, match="somebody else decides"):
            desk.do(desk.dora, record, deed, because="Mine.")
        assert state_of(record) == "assessed"
    assert not Signature.objects.filter(record__in=[change, other]).exists()


def test_two_who_decide_at_once_make_one_decision(desk: Desk):
    change = desk.request()
    desk.do(desk.anna, change, "submit")
    desk.do(desk.ben, change, "assess", **IMPACT)
    desk.do(desk.dora, change, "reject", because="Not worth it.")

    with pytest.raises(WrongState):
        desk.do(desk.dora, change, "accept", because="It is worth it.")

    assert Signature.objects.filter(record=change).count() == 1


def test_a_request_is_sent_back_rejected_and_taken_up_again(desk: Desk):
    change = desk.request()
    desk.do(desk.anna, change, "submit")
    desk.do(desk.ben, change, "send_back", because="Say which step.")
    assert state_of(change) == "draft"
    assert waiting(change, "assess_change") == set()
    as_it_was = {"title": "Shorter checks", "why": "Twice.", "priority": "low"}
    desk.do(desk.anna, change, "edit", what="Leave out step 5.", **as_it_was)
    desk.do(desk.anna, change, "submit")
    desk.do(desk.ben, change, "assess", **IMPACT)
    desk.do(desk.dora, change, "reject", because="Not worth it.")
    assert Record.objects.get(pk=change.pk).closed is not None

    desk.do(desk.anna, change, "reopen", because="The step is dangerous.")

    reopened = Record.objects.get(pk=change.pk)
    assert (reopened.state, reopened.closed, reopened.change_request.decision) == ("draft", None, "")
    assert reopened.change_request.quality == IMPACT["quality"]


def test_once_accepted_only_who_decides_cancels(desk: Desk):
    change = desk.decided()

    with pytest.raises(NotPermitted, match="who decides"):
        desk.do(desk.anna, change, "cancel", because="No.")
    with pytest.raises(WrongState):
        desk.do(desk.anna, change, "edit", title="T", what="W", why="Y", priority="low")

    desk.do(desk.dora, change, "cancel", because="The supplier left.")
    assert state_of(change) == "cancelled"


def test_a_change_without_documents_is_reported_and_closed(desk: Desk):
    change = desk.decided(verify=True)
    held = {
        offer.command.name: offer
        for offer in offers(Situation(Actor(desk.anna), thing_of("change_request"), change))
    }
    assert "open_revisions" in held

    desk.do(desk.anna, change, "implement", outcome="Step 4 is gone.")
    assert state_of(change) == "implemented"
    assert waiting(change, "close_change") == {"dora"}
    closed = desk.do(desk.ben, change, "close", outcome="Nobody misses it.")

    assert state_of(change) == "closed"
    assert waiting(change, "close_change") == set()
    assert closed.signature is not None and closed.signature.meaning == "looked_at"


def test_who_had_a_part_in_a_change_does_not_judge_what_came_of_it(desk: Desk):
    document = desk.document("Incoming inspection")
    change = desk.decided(document, verify=True)
    deliver()
    [draft] = desk.drafts(document)
    desk.put_into_force(draft)
    deliver()
    assert (state_of(change), waiting(change, "close_change")) == ("implemented", {"dora"})
    for who in (desk.anna, desk.carl):
        with pytest.raises(NotPermitted) as refusal:
            desk.do(who, change, "close", outcome="All is well.")
        assert str(refusal.value) == (
            "Who asked for a change, runs it or wrote what it changed does not judge it;"
            f" these can look at it: {desk.ben.name}, {desk.dora.name}."
        )
    give_up = {"takes_over": "carl", "date": today()}
    carry_out("person", "leave", Actor(desk.rita), record=desk.dora.file.record, body=give_up)
    deliver()
    assert waiting(change, "close_change") == {"ben"}
    desk.do(desk.ben, change, "close", outcome="All is well.")
    assert state_of(change) == "closed"


def test_who_reported_a_change_as_implemented_does_not_look_at_it(desk: Desk):
    change = desk.decided(verify=True)
    told = desk.do(desk.dora, change, "implement", outcome="Step 4 is gone.")
    assert waiting(change, "close_change") == {"ben", "carl"}
    assert told.conclusion == (
        f"{change.number} is implemented. Asked to look at what came of it: {desk.ben.name}, {desk.carl.name}."
    )
    with pytest.raises(NotPermitted, match="these can look at it"):
        desk.do(desk.dora, change, "close", outcome="All is well.")
    desk.do(desk.ben, change, "close", outcome="Nobody misses it.")


def test_who_stands_in_judges_a_change_only_as_far_as_their_own_roles_let_them(desk: Desk, client: Client):
    change = desk.request(who=desk.carl)
    client.force_login(desk.anna)
    days = {"starts": today(), "ends": today()}

    def kept_from(absent: User, what: str, *deeds: str, **body: str) -> None:
        why = f"You stand in for {absent.name}, but your roles do not let you {what} here."
        named = desk.do(absent, absent.file.record, "delegate", substitute="anna", **days)
        assert f"({change.number}): “{why}”" in named.conclusion
        assert why in client.get("/").content.decode()
        with pytest.raises(NotPermitted, match=why):
            desk.do(desk.anna, change, deeds[0], because="In their place.", **body)
        for deed in deeds[1:]:
            with pytest.raises(NotPermitted):
                desk.do(desk.anna, change, deed, because="In their place.")
        desk.do(absent, absent.file.record, "end_delegation", substitute="anna")

    desk.do(desk.carl, change, "submit", assessor="ben")
    kept_from(desk.ben, "assess change requests", "assess", "send_back", **IMPACT)
    desk.do(desk.ben, change, "assess", **IMPACT)
    kept_from(desk.dora, "decide on change requests", "accept", "reject", "send_back", "cancel")
    desk.do(desk.dora, change, "accept", verify=True, because="It is worth it.")
    desk.do(desk.carl, change, "implement", outcome="Step 4 is gone.")
    kept_from(desk.dora, "judge what came of change requests", "close", outcome="All is well.")
    desk.do(desk.dora, desk.dora.file.record, "delegate", substitute="ben", **days)
    closed = desk.do(desk.ben, change, "close", outcome="All is well.")
    assert closed.entry is not None and closed.entry.on_behalf_of == desk.dora


def test_where_nobody_else_is_there_the_owner_looks_and_the_history_says_so(desk: Desk):
    change = desk.decided(verify=True)
    for person in (desk.ben, desk.carl, desk.dora):
        body = {"takes_over": "anna", "date": today()}
        carry_out("person", "leave", Actor(desk.rita), record=person.file.record, body=body)
    deliver()
    desk.do(desk.anna, change, "implement", outcome="Step 4 is gone.")
    assert waiting(change, "close_change") == {"anna"}
    told = deed_of(history(change)[0].entry, thing_of("change_request"))
    assert told == "reported it as implemented: nobody else could be asked to look at what came of it"
    desk.do(desk.anna, change, "close", outcome="Nobody misses it.")
    assert state_of(change) == "closed"


def test_nobody_judges_what_came_of_their_own_change_because_they_took_from_others_what_lets_them(desk: Desk):
    bootstrap.grant(desk.anna, "administrator", "NW")
    change = desk.decided(verify=True)
    for person, role in ((desk.ben, "specialist"), (desk.carl, "controller"), (desk.dora, "head")):
        desk.do(desk.anna, person.file.record, "revoke_role", role=role, unit="N")
    deliver()
    desk.do(desk.anna, change, "implement", outcome="Step 4 is gone.")
    with pytest.raises(NotPermitted, match="Within the last 30 days you took from Ben Example"):
        desk.do(desk.anna, change, "close", outcome="All is well.")


def test_the_tasks_of_who_leaves_go_to_who_takes_over_or_to_whoever_else_may(desk: Desk):
    chosen, asked_of_all = desk.request(), desk.request()
    desk.do(desk.anna, chosen, "submit", assessor="ben")
    desk.do(desk.anna, asked_of_all, "submit")
    day = today()

    body = {"date": day, "takes_over": "carl"}
    carry_out("person", "leave", Actor(desk.rita), record=desk.ben.file.record, body=body)
    deliver()

    assert waiting(chosen, "assess_change") == {"carl"}
    assert waiting(asked_of_all, "assess_change") == {"carl", "dora"}
    assert history(chosen)[0].entry.command == "ask_again"
    entries = Entry.objects.count()
    Event.objects.filter(name="record.left_behind").update(delivered=None)
    deliver()
    assert Entry.objects.count() == entries


def test_another_unit_does_not_see_it(desk: Desk):
    change = desk.request()

    assert not thing_of("change_request").visible_to(desk.olga).exists()
    with pytest.raises(NotFound):
        desk.do(desk.olga, change, "edit", title="T", what="W", why="Y", priority="low")
    mine = desk.request(who=desk.carl, requested_by="olga")
    assert list(thing_of("change_request").visible_to(desk.olga)) == [mine]


def test_it_is_found_by_its_words_and_by_what_it_affects(desk: Desk):
    document = desk.document("Incoming inspection")
    change = desk.request(document, title="Magnifier at the gauge table")
    desk.request(title="Something else")
    thing = thing_of("change_request")

    assert list(select(thing, desk.anna, query="magnifier")) == [change]
    assert list(select(thing, desk.anna, filters={"affects": [document.number.lower()]})) == [change]
    assert select(thing, desk.anna, filters={"priority": ["normal"]}).count() == 2


def test_what_is_asked_for_is_reminded_of_once_and_told_to_the_line_once(desk: Desk):
    change = desk.request()
    desk.do(desk.anna, change, "submit", assessor="ben")
    now = timezone.now()
    task = Task.objects.filter(record=change, kind="assess_change")

    task.update(opened=now - dt.timedelta(days=5), due=now + dt.timedelta(days=1))
    overdue.remind_and_escalate()
    overdue.remind_and_escalate()
    reminded = Notice.objects.get(kind="reminder", record=change)
    assert (reminded.user, str(reminded)) == (
        desk.ben,
        f"{change.number} Shorter checks still waits for you.",
    )

    task.update(due=now - dt.timedelta(hours=1))
    overdue.remind_and_escalate()
    overdue.remind_and_escalate()
    told = Notice.objects.get(kind="escalation", record=change)
    assert told.user == desk.anna
    assert str(told) == f"Overdue: {desk.ben.name} had to assess {change.number} Shorter checks."
    assert [passage.entry.command for passage in history(change)][:2] == ["escalate", "remind_due"]

    desk.do(desk.ben, change, "assess", **IMPACT)
    Task.objects.filter(record=change, kind="decide_change").update(due=now - dt.timedelta(hours=1))
    overdue.remind_and_escalate()
    late = Notice.objects.filter(kind="escalation", record=change, text__contains="decide").get()
    assert late.user == desk.anna
