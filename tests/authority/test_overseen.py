"""Who oversees supervised work learns of it no more than of the records that it is about."""

from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags
from django.utils.translation import override

from setsquare.domains.authority.commands.lapsing import let_lapse, tell_of_outdated
from setsquare.domains.authority.in_words import given
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from tests.authority.conftest import Office
from tests.authority.test_looking import bearer
from tests.authority.test_supervised import (
    SIGNED,
    accepts,
    asks,
    assert_sealed,
    change,
    ruled,
    seal_directory,
)
from tests.changes.conftest import IMPACT, PASSWORD, deliver, state_of

__all__ = ["change", "ruled", "seal_directory"]


@pytest.fixture
def overseer(office: Office) -> User:
    """Have Olga oversee deeds in the unit, and read its trail, but none of its change requests."""
    bootstrap.add_role("overseer", "Overseer", "", ["authority.oversee", "trail.read"])
    bootstrap.grant(office.desk.olga, "overseer", "N")
    return office.desk.olga


def everything_told(user: User, number: str) -> str:
    """Return all that pages, API and exports say of a supervised deed."""
    screen, program = Client(), Client(headers=bearer(user))
    screen.force_login(user)
    pages = ("", "history/", "history/export/csv", "signatures/")
    told = [screen.get(f"/supervised-work/{number}/{page}") for page in pages]
    api = ("", "/trail", "/signatures", "/trail:export?format=json")
    told += [program.get(f"/api/v1/supervised-work/{number}{path}") for path in api]
    if told_trail := screen.get("/trail/").status_code == 200:
        told += [
            screen.get("/trail/"),
            program.get("/api/v1/trail"),
            program.get("/api/v1/trail:export?format=csv"),
        ]
    assert {one.status_code for one in told} == {200}, [one.status_code for one in told]
    assert told_trail is (user.username != "ben")
    return "".join(
        (b"".join(one.streaming_content) if one.streaming else one.content).decode()
        for one in told  # type: ignore[attr-defined]
    )


def test_what_a_deed_makes_and_why_is_told_to_those_alone_who_would_see_it(office: Office, overseer: User):
    desk = office.desk
    office.qualify(desk.ben)
    office.in_force(countersigned=True)
    deed = asks(desk.carl, reason="The buyer is bankrupt.").record
    for who, sees in ((desk.carl, True), (desk.ben, True), (overseer, False)):
        told = everything_told(who, deed.number)
        assert ("Leave out step 4." in told, "The buyer is bankrupt." in told) == (sees, sees), who
    desk.do(desk.ben, deed, "refuse", why="It harms the buyer.")
    for who, sees in ((desk.carl, True), (desk.ben, True), (overseer, False)):
        assert ("It harms the buyer." in everything_told(who, deed.number)) is sees, who


def moved(office: Office, change: Record) -> None:
    office.desk.do(office.desk.dora, change, "reject", because="No.")


def done(office: Office, change: Record) -> None:
    office.desk.do(office.desk.dora, change, "accept", verify=True, because="It is worth it.")


def no_role(office: Office, change: Record) -> None:
    Task.objects.filter(record=change, assignee=office.hugo).delete()
    Grant.objects.filter(user=office.hugo).delete()


def gone(office: Office, _change: Record) -> None:
    User.objects.filter(pk=office.hugo.pk).update(is_active=False)


def edited(office: Office, change: Record, risk: str = "Some.") -> None:
    office.desk.do(office.desk.ben, change, "assess", **{**IMPACT, "risk": risk})


@pytest.mark.parametrize(
    ("meanwhile", "said"),
    [
        (moved, "what it is about has moved on"),
        (done, "what it is about has moved on"),
        (no_role, "who prepared it may no longer do it"),
        (gone, "who prepared it has left"),
        (edited, ""),
    ],
)
def test_what_cannot_be_done_any_more_lapses_with_a_word(
    office: Office, change: Record, meanwhile: Any, said: str
):
    deed = accepts(office, change).record
    assert let_lapse() == 0
    meanwhile(office, change)
    assert let_lapse() == bool(said)
    assert state_of(deed) == ("lapsed" if said else "waiting")
    assert Task.objects.filter(record=deed, done__isnull=True).exists() is not bool(said)
    if said:
        told = Notice.objects.filter(record=deed, kind="supervised_deed")
        asked = {office.desk.dora} if meanwhile is gone else {office.desk.dora, office.hugo}
        assert {one.user for one in told} == asked and all(said in one.text for one in told)
        assert said in sentence_of(
            Entry.objects.filter(record=deed).latest("seq"), thing_of("supervised_deed")
        )
    assert let_lapse() == 0


def test_who_prepared_what_others_changed_is_told_once_to_prepare_it_anew(office: Office, change: Record):
    deed = accepts(office, change).record
    notices = Notice.objects.filter(record=deed, kind="supervised_deed").order_by("id")
    assert tell_of_outdated() == 0
    for risk, times in (("Some.", 1), ("None.", 2)):
        edited(office, change, risk)
        assert [tell_of_outdated(), tell_of_outdated()] == [1, 0]
        assert [notice.user for notice in notices.all()] == [office.hugo] * times
        office.desk.do(office.hugo, deed, "renew")
    assert str(notices[0]) == (
        f"{deed.number} {deed.told} cannot be countersigned as it stands: others changed what it is about. "
        "Look at that, then prepare it anew or take it back."
    )
    told = Entry.objects.filter(record=deed, command="ask_anew").latest("seq")
    told = sentence_of(told, thing_of("supervised_deed"))
    assert told == "Setsquare asked to prepare it anew: others changed what it is about."
    edited(office, change)
    moved(office, change)
    assert tell_of_outdated() == 0  # it lapses instead
    assert_sealed(change, deed)


def test_titles_stand_in_the_readers_language_whoever_did_it(office: Office, change: Record, overseer: User):
    User.objects.filter(pk__in=[office.hugo.pk, office.desk.dora.pk]).update(language="de")
    with override("de"):
        deed = accepts(office, change).record
    english, german = (
        f"Change request: Accept ({change.number})",
        f"Änderungsantrag: Annehmen ({change.number})",
    )
    assert Record.objects.get(pk=deed.pk).title == english
    deliver()
    for who, title in ((office.desk.dora, german), (office.desk.anna, english)):
        bootstrap.grant(who, "overseer", "N")
        client = Client()
        client.force_login(who)
        for where in ("/supervised-work/", f"/supervised-work/{deed.number}/", f"/search/?q={deed.number}"):
            page = strip_tags(client.get(where).content.decode())  # search marks what it found
            assert title in page, (who, where)
        if who == office.desk.dora:
            tasks, notices = (client.get(where).content.decode() for where in ("/", "/notices/"))
            assert title in tasks and title in notices and english not in tasks + notices


@pytest.mark.once
def test_what_it_is_given_is_told_with_names_and_days(office: Office):
    body = {
        "title": "Shorter",
        "requested_by": "anna",
        "wanted_by": "2026-12-24",
        "priority": "normal",
        "unit": "N",
    }
    assert given("change_request.create", body) == [
        "Title: Shorter",
        "Requested by: Anna Example",
        "Wanted by: 24 December 2026",
        "Priority: Normal",
        "Unit: North",
    ]


def test_the_glass_is_broken_only_where_a_rule_says_so(office: Office) -> None:
    """Where the same might be done under supervision, too: one field more did away with any countersignature."""
    office.qualify(office.desk.ben)
    office.in_force(countersigned=True)
    with pytest.raises(NotPermitted, match="needs “Audits”"):
        asks(office.desk.carl, glass="I want it now.", credentials=SIGNED)
    assert asks(office.desk.carl).record.type == "supervised_deed"


def test_who_wrote_a_rule_or_is_bound_by_it_does_not_withdraw_it_while_others_may(office: Office) -> None:
    office.qualify(office.desk.ben)
    rule = office.in_force()
    with pytest.raises(
        Refused, match="You wrote this rule; somebody else withdraws it, such as Dora Example"
    ):
        office.desk.do(office.hugo, rule, "withdraw", because="Not needed.")
    third = bootstrap.add_person("theo", "Theo Example", "N", password=PASSWORD)
    bootstrap.grant(third, "head", "N")
    office.qualify(third)
    with pytest.raises(Refused, match="This rule keeps you from .* such as Theo Example"):
        office.desk.do(office.desk.dora, rule, "withdraw", because="Not needed.")


def test_why_the_glass_is_broken_is_as_long_as_somebody_reads(office: Office) -> None:
    office.qualify(office.desk.ben)
    office.in_force(break_glass=True)
    with pytest.raises(Refused) as refusal:
        asks(office.desk.carl, glass="x" * 2001, credentials=SIGNED)
    assert {place: str(said) for place, said in refusal.value.fields.items()} == {
        "glass": "Write at most 2000 characters."
    }


def test_a_line_manager_whose_access_nobody_confirmed_oversees_nothing(office: Office) -> None:
    office.qualify(office.desk.ben)
    office.in_force(countersigned=True)
    deed = asks(office.desk.carl).record
    carl, lead = office.desk.carl, office.desk.olga
    User.objects.filter(pk=carl.pk).update(manager=lead)
    deeds = thing_of("supervised_deed")
    assert deed in deeds.visible_to(lead)
    User.objects.filter(pk=lead.pk).update(may_sign=False)
    assert deed not in deeds.visible_to(User.objects.get(pk=lead.pk))
