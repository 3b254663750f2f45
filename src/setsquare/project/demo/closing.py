"""The demo's courses that close gaps: what they teach and lead to, who is asked because they lack it."""

from collections.abc import Mapping

from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor, Situation, command_of
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.project.demo.stage import Stage, do, record

COORDINATOR = "cweiss"
SAID, NARROWED, ASKED = -80, -10, -6
"""The days on which it was said what courses lead to, on which one was narrowed, and on which somebody was asked."""
LEADS_TO: Mapping[str, tuple[tuple[str, int], ...]] = {
    "Measuring with caliper, micrometer and height gauge": (("CHK-1", 2),),
    "Internal auditor": (("SKI-1", 2), ("SKI-2", 2), ("KNO-1", 2)),
    "Behaviour in the cleanroom": (("CHK-2", 2),),
    "Soldering and protection against static": (("MAK-2", 2),),
    "Complaints and vigilance": (("CTX-2", 2), ("ASS-4", 2)),
    "Finding causes": (("IMP-1", 2), ("SOLV", 2)),
    "Assembly of the sensor head": (("MAK-2", 2),),
    "Leak and function test": (("CHK-1", 2), ("CHK-3", 2)),
    "Packing and labelling": (("DEL-1", 2),),
}
"""By course the components of the demo's frameworks, each with the level to which it leads."""
TEACHES: Mapping[str, tuple[str, ...]] = {
    "Quality policy and what it means for my work": ("POL-001",),
    "Measuring with caliper, micrometer and height gauge": ("SOP-018",),
    "Internal auditor": ("SOP-006",),
    "Soldering and protection against static": ("WI-002",),
    "Writing secure software": ("SOP-013",),
    "Complaints and vigilance": ("SOP-009", "SOP-010", "WI-011"),
    "Finding causes": ("SOP-007",),
    "Assembly of the sensor head": ("WI-001",),
    "Leak and function test": ("WI-004", "WI-005"),
    "Packing and labelling": ("WI-006", "SPC-003"),
}
"""By course the documents that it teaches."""
LACKING = ("jbrandt",)
"""Who was asked to learn auditing because of what the audit profile asks."""


def plan(stage: Stage) -> None:
    """Plan what is said on the courses, and whom they ask because of it."""
    stage.plan(stage.at(SAID, "outcomes"), _say)
    stage.plan(stage.at(NARROWED, "narrowed"), _narrow)
    stage.plan(stage.at(ASKED, "asked"), _ask)


def _framework(code: str) -> str:
    found = Record.objects.filter(type="framework", framework__components__code=code, state="in_force")
    return str(found.order_by("number").values_list("number", flat=True)[0])


def _course(title: str) -> Record:
    return record(Record.objects.get(type="course", title=title).number)


def _say() -> None:
    actor = Actor(User.objects.get(username=COORDINATOR))
    for title in dict.fromkeys((*LEADS_TO, *TEACHES)):
        course = _course(title)
        initial = command_of("course", "edit").initial
        assert initial is not None
        given = dict(initial(Situation(actor, thing_of("course"), course)))
        given["leads_to"] = [
            {"subject": _framework(code), "topic": code, "level": level}
            for code, level in LEADS_TO.get(title, ())
        ]
        given["teaches"] = [*TEACHES.get(title, ())]
        reason = "So that gaps of competence and documents lead to the course."
        do(COORDINATOR, "course.edit", course, reason, **{**given, "hours": given["hours"] or None})


def _narrow() -> None:
    title = next(iter(LEADS_TO))
    ((code, level),) = LEADS_TO[title]
    course = _course(title)
    initial = command_of("course", "set_requirements").initial
    assert initial is not None
    actor = Actor(User.objects.get(username=COORDINATOR))
    rows = list(initial(Situation(actor, thing_of("course"), course))["needed_by"])
    rows.append({"unit": "BWH", "lacking": _framework(code), "topic": code, "level": level, "days": 90})
    reason = "Where parts are measured beside production, only those who cannot yet."
    do(COORDINATOR, "course.set_requirements", course, reason, needed_by=rows)


def _ask() -> None:
    code, level = LEADS_TO["Internal auditor"][0]
    rows = [{"person": person, "level": level} for person in LACKING]
    course = _course("Internal auditor")
    do(COORDINATOR, "course.ask_lacking", course, lacking=_framework(code), topic=code, people=rows, days=90)
