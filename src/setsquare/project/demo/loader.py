"""Loading the demo organisation: people first, then the life of its documents and change requests, up to today."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.test.utils import override_settings
from django.utils import timezone

from setsquare.domains.documents.starter_types import starter_types
from setsquare.domains.organisation.bootstrap import (
    add_person,
    add_role,
    add_unit,
    delegate,
    establish,
    grant,
    leave,
)
from setsquare.domains.organisation.starter import EVERYBODY
from setsquare.kernel.accounts.models import User
from setsquare.kernel.events.dispatch import deliver_waiting
from setsquare.kernel.events.models import Event
from setsquare.kernel.notices.models import Notice
from setsquare.project.demo import (
    assessments,
    authority,
    closing,
    content,
    frameworks,
    issuers,
    lessons,
    operators,
    papers,
    plans,
    profiles,
    quizzes,
    records,
    requests,
    standards,
)
from setsquare.project.demo.stage import PASSWORD, Stage, clock_at, person, run_clock

BEGAN = -1500
"""The day on which the organisation began to work with the system."""
LANGUAGES = {"en": "English", "de": "German"}
READ_AFTER = dt.timedelta(days=4)
"""Older notices of the demo count as read."""


@dataclass(frozen=True)
class SignIn:
    """An account to look around with."""

    username: str
    password: str
    description: str
    language: str
    """In which the person's pages are, by its English name."""


def sign_ins() -> list[SignIn]:
    """Return the accounts that the demo is meant to be tried with."""
    people = content.organisation()["people"]
    return [
        SignIn(
            told["username"], PASSWORD, f"{told['title']}: {told['showcase']}", LANGUAGES[told["language"]]
        )
        for told in people
        if told.get("showcase")
    ]


def load(tell: Callable[[dt.date], None]) -> None:
    """Load everything into an empty, migrated database; `tell` gets the day that it has come to, now and then.

    Two thousand signatures are made up; checking a password takes as long as it should only once all are made.
    """
    with override_settings(PASSWORD_HASHERS=["setsquare.kernel.accounts.hashing.Cheap"]):
        _play(tell)
    signing_in = User.objects.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    signing_in.update(password=_hash())


def _play(tell: Callable[[dt.date], None]) -> None:
    stage = Stage()
    told = content.organisation()
    with clock_at(stage.at(BEGAN, "begin")):
        _found(told)
        starter_types()
        papers.set_routes()
        deliver_waiting()
    _plan_people(stage, told)
    for story in content.documents():
        papers.plan(stage, story)
    for told_change in content.changes():
        requests.plan(stage, told_change)
    frameworks.plan(stage)
    profiles.plan(stage)
    lessons.plan(stage, content.training())
    operators.plan(stage, content.operators())
    plans.plan(stage)
    records.plan(stage)
    issuers.plan(stage)
    assessments.plan(stage, content.assessments())
    standards.plan(stage)
    quizzes.plan(stage, content.quizzes())
    closing.plan(stage)
    authority.plan(stage)
    stage.play(tell)
    with clock_at(stage.real_now):
        run_clock("setsquare.domains", "setsquare.flows")
    while deliver_waiting():
        pass
    _settle_notices(stage)


def _found(told: dict[str, Any]) -> None:
    """Make the organisation as it began: units, roles, and everybody with what they may do."""
    top = next(unit for unit in told["units"] if not unit.get("parent"))
    people = {row["username"]: row for row in told["people"]}
    first = next(row for row in told["people"] if any(r["role"] == "administrator" for r in row["roles"]))
    establish(
        top["name"],
        top["code"],
        "Europe/Berlin",
        username=first["username"],
        name=first["name"],
        title=first["title"],
        email=first["email"],
        language=first["language"],
        password=PASSWORD,
    )
    for unit in told["units"]:
        if unit.get("parent"):
            add_unit(unit["code"], unit["name"], unit["kind"], unit["parent"], unit.get("time_zone", ""))
    for role in told["roles"]:
        add_role(role["code"], role["name"], role["description"], EVERYBODY)
    hash_once = _hash()
    for username in _managers_first(people):
        row = people[username]
        user = User.objects.filter(username=username).first() or add_person(
            username,
            row["name"],
            row["unit"],
            title=row["title"],
            email=row["email"],
            manager=row.get("manager"),
            language=row["language"],
        )
        User.objects.filter(pk=user.pk).update(password=hash_once)
        for held in row["roles"]:
            grant(user, held["role"], held["unit"])


def _hash() -> str:
    """Return the hash of the demo's password, made once: it is the same for everybody."""
    user = User(username="demo", name="Demo")
    user.set_password(PASSWORD)
    return user.password


def _managers_first(people: dict[str, dict[str, Any]]) -> list[str]:
    ordered: list[str] = []

    def place(username: str) -> None:
        manager = people[username].get("manager")
        if manager and manager not in ordered:
            place(manager)
        if username not in ordered:
            ordered.append(username)

    for username in people:
        place(username)
    return ordered


def _plan_people(stage: Stage, told: dict[str, Any]) -> None:
    """Plan who leaves and who stands in for whom."""
    today = stage.today.date()
    for row in told["people"]:
        if row.get("left_day"):
            day = row["left_day"]
            left = today + dt.timedelta(days=day)
            stage.plan(
                stage.at(day, row["username"], hour=16),
                lambda row=row, left=left: leave(person(row["username"]), left, "Left the company."),  # type: ignore[misc]
            )
    for row in told["delegations"]:
        starts = today + dt.timedelta(days=row["from_day"])
        ends = today + dt.timedelta(days=row["to_day"])
        stage.plan(
            stage.at(row["from_day"] - 1, row["from"], hour=15),
            lambda row=row, starts=starts, ends=ends: delegate(  # type: ignore[misc]
                person(row["from"]), person(row["to"]), starts, ends, row["reason"]
            ),
        )


def _settle_notices(stage: Stage) -> None:
    """Let older notices count as read and all as mailed: nobody wants the demo's past by mail."""
    now = timezone.now()
    Notice.objects.filter(mailed=None).update(mailed=now)
    Notice.objects.filter(read=None, at__lt=stage.real_now - READ_AFTER).update(read=now)
    Event.objects.filter(delivered__isnull=False).exclude(name__startswith="bench").delete()
