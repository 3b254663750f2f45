"""The demo's role profiles: the starter sets, adapted to its job titles, in force; several people have two."""

import datetime as dt
from functools import partial
from typing import Any

from setsquare.domains.competence.profile import asked
from setsquare.kernel.records.models import Record
from setsquare.project.demo.stage import Stage, do, record

AUTHOR = "madler"
TAKEN = (("quality", -460), ("trades", -455))
"""The sets, and the days on which they were taken."""
TITLES = {
    "Quality coordinator": ["Quality coordinator and document controller, Braga", "Document controller"],
    "Quality specialist": [
        "Quality specialist, project quality lead",
        "Quality specialist, complaints and vigilance",
    ],
    "Quality manager": ["Quality manager, Freiburg", "Quality manager, Braga"],
    "Director of quality": ["Director of quality and regulatory affairs"],
}
"""Job titles of the demo's people beside the usual ones."""
GIVEN = (
    ("jbrandt", "Internal auditor", -300, None),
    ("tzielinski", "Internal lead auditor", -260, None),
    ("msantos", "Tester and inspector", -60, None),
    ("lhartmann", "Quality coordinator", -20, 160),
)
"""Who has a profile beside their own: the person, the profile, since which day and perhaps until which one."""
CHANGED = -85
"""The day on which testers came to need leak testing, which the trades' second edition added."""


def plan(stage: Stage) -> None:
    """Plan how the sets are taken, adapted, put in force and given."""
    for code, day in TAKEN:
        begun = stage.at(day, code)
        stage.plan(begun, lambda code=code: _take(code))  # type: ignore[misc]
    stage.plan(stage.at(TAKEN[-1][1] + 5, "profiles"), _put_in_force)
    for person, title, day, end in GIVEN:
        since = (stage.today + dt.timedelta(days=day)).date()
        until = (stage.today + dt.timedelta(days=end)).date() if end is not None else None
        stage.plan(stage.at(day, person), partial(_give, title, person=person, since=since, until=until))
    stage.plan(stage.at(CHANGED, "leak testing"), _ask_for_leak_testing)


def _give(title: str, **given: Any) -> None:
    do(AUTHOR, "role_profile.assign", _profile(title), **given)


def _profile(title: str) -> Record:
    return record(Record.objects.get(type="role_profile", title=title).number)


def _take(code: str) -> None:
    frameworks = Record.objects.filter(type="framework", state="in_force").order_by("number")
    numbers = list(frameworks.values_list("number", flat=True))
    do(AUTHOR, "role_profile.take_starters", set=code, unit="THV", frameworks=numbers)


def _put_in_force() -> None:
    for title, more in TITLES.items():
        usual = list(_profile(title).role_profile.titles.values_list("title", flat=True))
        do(AUTHOR, "role_profile.set_titles", _profile(title), titles=[*usual, *more])
    for number in (
        Record.objects.filter(type="role_profile").order_by("number").values_list("number", flat=True)
    ):
        do(AUTHOR, "role_profile.put_in_force", record(number))


def _ask_for_leak_testing() -> None:
    about = _profile("Tester and inspector")
    rows = asked(about.role_profile)
    trade = next(row["framework"] for row in rows if row["component"] == "CHK-1")
    rows.append({"framework": trade, "component": "CHK-3", "required": 2, "desired": 3, "months": 6})
    reason = "Leak testing is a trade of its own now."
    do(AUTHOR, "role_profile.set_requirements", about, reason, requirements=rows)
