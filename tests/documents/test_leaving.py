"""Somebody leaves: what they owned and were asked to do goes to somebody else, record by record, in the trail."""

import datetime as dt
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from setsquare.kernel.accounts import tokens
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.leaving import LEFT_BEHIND, owned_by
from setsquare.kernel.events.models import Event
from setsquare.kernel.events.worker import run_until_idle
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from tests.days import today
from tests.documents.conftest import PASSWORD, Works

pytestmark = pytest.mark.usefixtures("works")


def leaves(works: Works, username: str, who: str = "root", **more: Any) -> None:
    number = works.person(username).file.record.number
    works.do(who, "person.leave", number, date=today(), **more)


def test_leaving_names_what_is_left_behind(works: Works) -> None:
    number = works.draft()
    other = works.draft(title="Cleaning")
    works.reviewed(f"{other}/1")
    works.do("ada", "revision.send_for_approval", f"{other}/1", approvers=["mia", "hedda"])

    with pytest.raises(Refused) as refused:
        leaves(works, "ada")
    sentence = str(refused.value.fields["takes_over"])
    assert sentence == (
        f"Ada Author leaves behind: 4 records ({number}, {number}/1, {other}, {other}/1). Choose who takes over."
    )
    with pytest.raises(Refused) as refused:
        leaves(works, "mia")
    assert f"1 open task ({other}/1)" in str(refused.value.fields["takes_over"])
    with pytest.raises(Refused) as refused:
        leaves(works, "ada", takes_over="luc")
    assert "Luc Reader may not see" in str(refused.value.fields["takes_over"])
    with pytest.raises(Refused) as refused:
        leaves(works, "ada", takes_over="ada")
    assert str(refused.value.fields["takes_over"]) == "Choose somebody who stays."
    assert works.person("ada").is_active
    leaves(works, "otto")
    assert not works.person("otto").is_active


def test_who_takes_over_owns_it_and_is_told(works: Works) -> None:
    number = works.in_force()
    second = works.second(number)
    works.do("cora", "document.edit", number, owner="ada", because="She knows it.")
    change = works.do(
        "ada", "change_request.create", title="Shorter", what="x", why="y", unit="H", affected=[number]
    ).record.number

    leaves(works, "ada", takes_over="cora")
    run_until_idle()

    for left in (number, second, change):
        assert works.record(left).owner.username == "cora", left
        entry = Entry.objects.filter(record__number=left).order_by("-seq")[0]
        assert (entry.actor, entry.command in ("pass_on", "hand_over")) == (None, True)
    assert "ada" in works.revision(second).authors or not works.revision(second).round
    assert not owned_by(works.person("ada")).exists()
    assert works.record(f"{number}/1").owner.username == "ada"
    told = works.person("cora").notices.filter(kind="handed_over").values_list("record__number", flat=True)
    assert {number, second, change} <= set(told)

    entries = Entry.objects.count()
    Event.objects.filter(name=LEFT_BEHIND).update(delivered=None)
    run_until_idle()
    assert Entry.objects.count() == entries


def test_tasks_go_to_who_may_do_them_and_a_gap_is_told(works: Works) -> None:
    number = works.draft()
    works.reviewed(f"{number}/1")
    works.do("ada", "revision.send_for_approval", f"{number}/1", approvers=["mia", "hedda"])
    step = Task.objects.get(kind="approve", assignee__username="mia", done__isnull=True).step

    leaves(works, "mia", takes_over="max")
    run_until_idle()

    assert works.asked(f"{number}/1", "approve") == ["hedda", "max"]
    assert Task.objects.get(kind="approve", assignee__username="max").step == step
    leaves(works, "ada", takes_over="max")
    run_until_idle()
    assert works.record(number).owner.username == "max"
    assert works.record(f"{number}/1").owner.username == "ada"
    assert works.person("cora").notices.filter(kind="gap", record__number=f"{number}/1").exists()


def test_every_session_and_token_ends_at_once_and_no_key_is_left(works: Works) -> None:
    user = works.person("otto")
    _token, secret = tokens.make(user, "script", ["read"], timezone.now() + dt.timedelta(days=2))
    signed_in, program = Client(), Client(headers={"Authorization": f"Bearer {secret}"})
    signed_in.force_login(user)
    UserSession.objects.create(user=user, ip="127.0.0.1", session_key=signed_in.session.session_key)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    assert signed_in.get("/me/").status_code == 200
    assert program.get("/api/v1/me").status_code == 200

    leaves(works, "otto")

    assert signed_in.get("/me/").status_code == 302
    assert signed_in.get("/api/v1/me").status_code == 401
    assert program.get("/api/v1/me").status_code == 401
    run_until_idle()
    works.do("root", "person.return", user.file.record.number, unit="H")
    assert signed_in.get("/me/").status_code == 302
    assert program.get("/api/v1/me").status_code == 401
    assert works.person("otto").pk == user.pk
    assert not Authenticator.objects.filter(user=user).exists()
    assert not UserSession.objects.filter(user=user).exists()


def test_programs_are_told_the_same(works: Works) -> None:
    works.draft()
    client = Client()
    client.force_login(works.person("root"))
    path = f"/api/v1/people/{works.person('ada').file.record.number}:leave"
    body = {"date": today().isoformat()}
    refused = client.post(path, body, content_type="application/json")
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["takes_over"]
    done = client.post(path, {**body, "takes_over": "hedda"}, content_type="application/json")
    assert (done.status_code, done.json()["state"]) == (200, "left")


def test_leaving_on_screen_proposes_the_manager(works: Works) -> None:
    number = works.draft()
    client = Client()
    client.force_login(works.person("root"))
    path = f"/people/{works.person('ada').file.record.number}/do/leave/"
    page = client.get(path).content.decode()
    assert "Who takes over their records and tasks" in page
    assert "Bea Boss" in page
    given = {"date": today().isoformat(), "_password": PASSWORD}
    refused = client.post(path, given)
    assert refused.status_code == 422
    assert "leaves behind: 2 records" in refused.content.decode()
    assert client.post(path, {**given, "takes_over": "hedda"}).status_code == 303
    run_until_idle()
    assert Record.objects.get(number=number).owner == works.person("hedda")
