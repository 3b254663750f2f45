"""The demo's learning records: a course that is given by a learning system, and what that told of two learners."""

import uuid
from typing import Any

from django.conf import settings

from setsquare.domains.training.xapi.checking import VERBS
from setsquare.domains.training.xapi.keeping import take_in
from setsquare.project.demo.stage import Stage, person

COORDINATOR, LEARNER = "cweiss", "eyildiz"
COURSE = "TC-010"
ACTIVITY = "https://learn.thalvent.example/courses/secure-software"
"""The activity address with which the course was offered."""
SAID_ON = -16
"""The day on which the learning system told it."""


def plan(stage: Stage) -> None:
    """Plan that the learning system tells of the course."""
    stage.plan(stage.at(SAID_ON, COURSE, hour=14), lambda: _tell(stage))


def _tell(stage: Stage) -> None:
    known = {"account": {"homePage": settings.SETSQUARE.address, "name": LEARNER}}
    unknown = {"mbox": "mailto:m.albrecht@contractor.example"}
    given = [_statement(stage, known, "passed", 0.92), _statement(stage, unknown, "completed", 0.71)]
    take_in(person(COORDINATOR), given)


def _statement(stage: Stage, actor: dict[str, Any], verb: str, scaled: float) -> dict[str, Any]:
    at = stage.at(SAID_ON, f"{COURSE} {verb}", hour=11)
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{ACTIVITY} {verb} {at.isoformat()}")),
        "actor": actor,
        "verb": {"id": f"{VERBS}{verb}", "display": {"en": verb}},
        "object": {
            "id": ACTIVITY,
            "definition": {
                "name": {"en": "Writing secure software", "de": "Sichere Software schreiben"},
            },
        },
        "result": {"success": True, "completion": True, "score": {"scaled": scaled}},
        "context": {"platform": "Thalvent Learning"},
        "timestamp": at.isoformat(),
    }
