"""The demo's two hundred operators over three sites: hired by teams, trained on the job, some of it running out."""

import datetime as dt
import unicodedata
from collections.abc import Iterator
from functools import partial
from typing import Any

from setsquare.domains.competence.models import Component
from setsquare.domains.organisation.bootstrap import add_person, add_unit, grant
from setsquare.kernel.accounts.models import User
from setsquare.kernel.qualifications.days import months_later
from setsquare.kernel.records.models import Record
from setsquare.project.demo.lessons import COORDINATOR, Session, record_certificate
from setsquare.project.demo.stage import Stage, do, person, record

ROLE = "line_operator"
HEAD = "madler"
ASKED = -440
"""The day on which it was said what the trades of the lines ask for."""
NOT_YET_SEEN = 7
"""Which one of every 23 was not assessed yet."""
RECORDED_AFTER = 21
"""How many days after an assessment it is recorded."""
MONTHS = {"TC-014": 24, "TC-015": 24, "TC-016": 12}
"""For how long training in a course holds."""
SETTLED_IN = 20
"""How many days after it was hired a team is taught together at the earliest."""
AWAY = 36
"""Which one of every 40 was ill on that day."""
TRAINERS = {"VEN": {"TC-007": "wjansen"}, "BRG": {"TC-001": "dfigueiredo"}}
"""Who teaches at a site what the coordinator does not."""
ANEW, ANEW_ON, TAUGHT_ANEW = "TC-016", -2, ("AS4", slice(4, 18))
"""The course that a revised standard has people take anew, when the first did, and who of which team they were."""
RUNS_ON = 90
"""For how many days at least the training of those holds whose training does not run out."""


def plan(stage: Stage, told: dict[str, Any]) -> None:
    """Plan that each team is hired, and its people trained in the weeks after."""
    names = {site: _names(lists) for site, lists in told["names"].items()}
    running_out = {one["course"]: list(one["days"]) for one in told["expiring"]}
    for team in told["teams"]:
        people = [next(names[team["site"]]) for _each in range(team["people"])]
        hired = stage.at(team["hired"], team["unit"], hour=8)
        stage.plan(hired, lambda team=team, people=people: _hire(told["units"], team, people))  # type: ignore[misc]
        for course in team["courses"]:
            for place, (username, _name) in enumerate(people):
                days = running_out[course]
                left = days[0] if days and place else None
                day = _trained(stage, team, course, place, left)
                if left is not None and day > team["hired"]:
                    days.pop(0)
                else:
                    day = _trained(stage, team, course, place, None)
                _plan_training(stage, course, username, day)
        usernames = [username for username, _name in people]
        for one in told["together"]:
            if team["unit"] in one.get("units", (team["unit"],)):
                _plan_session(stage, team, usernames, one)
        if team["unit"] == TAUGHT_ANEW[0]:
            _plan_anew(stage, team, usernames[TAUGHT_ANEW[1]])
        _plan_assessments(stage, team, _profile_of(told, team), usernames)
    stage.plan(stage.at(ASKED, "operators"), lambda: _ask(told["profiles"]))


def _plan_session(stage: Stage, team: dict[str, Any], people: list[str], one: dict[str, Any]) -> None:
    """Plan that a team is taught something together; who was ill that day has it still before them."""
    trainer = TRAINERS.get(team["site"], {}).get(one["course"], COORDINATOR)
    absent = {username for place, username in enumerate(people) if place % 40 == AWAY}
    Session(
        stage,
        {
            **{name: one[name] for name in ("course", "hour", "hours")},
            "day": max(one["day"], team["hired"] + SETTLED_IN),
            "place": "Canteen",
            "unit": team["unit"],
            "trainer": trainer,
            "people": people,
            "results": {username: "absent" if username in absent else "passed" for username in people},
            "closed": True,
        },
    ).plan()


def _plan_anew(stage: Stage, team: dict[str, Any], people: list[str]) -> None:
    """Plan that the first of those whom a revised standard asks to learn anew did so."""
    Session(
        stage,
        {
            "course": ANEW,
            "day": ANEW_ON,
            "hour": 7,
            "hours": 6,
            "place": "Packing, bench 2",
            "unit": team["unit"],
            "trainer": team["manager"],
            "people": people,
            "results": dict.fromkeys(people, "passed"),
            "closed": True,
        },
    ).plan()


def _profile_of(told: dict[str, Any], team: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in told["profiles"] if one["title"] == team["title"])
    return found


def _ask(profiles: list[dict[str, Any]]) -> None:
    """Say what the trades of the lines ask for."""
    framework = _trades()
    for one in profiles:
        rows = [
            {
                "framework": framework,
                "component": code,
                "required": level,
                "desired": more or None,
                "months": months,
            }
            for code, level, more, months in one["asks"]
        ]
        said = {"title": one["title"], "purpose": one["purpose"], "titles": [one["title"]]}
        made = do(HEAD, "role_profile.create", unit="THV", requirements=rows, **said).record
        do(HEAD, "role_profile.put_in_force", record(made.number))


def _plan_assessments(stage: Stage, team: dict[str, Any], profile: dict[str, Any], people: list[str]) -> None:
    """Plan how somebody of a team is assessed: most reach what is needed, some more, a few not yet."""
    for place, username in enumerate(people):
        for turn, (code, needed, more, _months) in enumerate(profile["asks"]):
            if (place + turn) % 23 == NOT_YET_SEEN:
                continue
            level = (
                needed - 1 if (place + turn) % 11 == 0 else max(needed, more) if place % 5 == 0 else needed
            )
            day = max(team["hired"] + 60, ASKED + 5) + place % 60
            found = partial(_assess, stage, username, team["manager"], code, level, day)
            stage.plan(stage.at(day + RECORDED_AFTER, username), found)


def _assess(stage: Stage, username: str, manager: str, code: str, level: int, day: int) -> None:
    """Have what a manager saw recorded by the head of quality, and confirmed by that manager."""
    seen = (stage.today + dt.timedelta(days=day)).date()
    made = do(
        HEAD,
        "assessment.create",
        person=username,
        framework=_trades(),
        component=code,
        level=level,
        day=seen,
        method="practice",
        assessor=manager,
    )
    do(manager, "assessment.confirm", made.record)


def _trades() -> str:
    """Return the number of the framework of trades in force."""
    number: str = Component.objects.values_list("framework__record__number", flat=True).get(code="MAK-2")
    return number


def _names(lists: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Yield people by sign-in name and name, every first name with every last name, mixed."""
    first, last = lists["first"], lists["last"]
    for turn in range(len(last)):
        for place, given in enumerate(first):
            family = last[(turn + place) % len(last)]
            plain = unicodedata.normalize("NFKD", f"{given[0]}{family}".lower())
            username = "".join(sign for sign in plain if sign.isascii() and sign.isalpha())
            yield f"{username}{turn + 1}{place:02}", f"{given} {family}"


def _hire(units: list[dict[str, Any]], team: dict[str, Any], people: list[tuple[str, str]]) -> None:
    for unit in units:
        add_unit(unit["code"], unit["name"], unit["kind"], unit["parent"])
    if "parent" in team:
        add_unit(team["unit"], team["name"], "team", team["parent"])
    for username, name in people:
        user = add_person(username, name, team["unit"], title=team["title"], manager=team["manager"])
        User.objects.filter(pk=user.pk).update(password=person(team["manager"]).password)
        grant(user, ROLE, team["unit"])


def _trained(stage: Stage, team: dict[str, Any], course: str, place: int, left: int | None) -> int:
    """Return the day on which somebody was trained last: so that it runs out in `left` days, or not for long."""
    months = MONTHS[course]
    if left is not None:
        ends = stage.today.date() + dt.timedelta(days=left)
        return (months_later(ends, -months) - stage.today.date()).days + 1
    day: int = team["hired"] + 20 + place % 30
    while day + months * 30 < RUNS_ON:
        day += RUNS_ON
    return day


def _plan_training(stage: Stage, course: str, username: str, day: int) -> None:
    issued = stage.today.date() + dt.timedelta(days=day)
    stage.plan(stage.at(day, course, hour=15), lambda: _certify(course, username, issued))


def _certify(course: str, username: str, issued: dt.date) -> None:
    if Record.objects.filter(number=course).exists():
        record_certificate(COORDINATOR, person=username, course=course, issued=issued)
