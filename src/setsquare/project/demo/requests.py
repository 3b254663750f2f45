"""The demo's change requests: asked for, assessed, decided; what they open lives on in its documents."""

import datetime as dt
from typing import Any

from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from setsquare.project.demo.stage import Stage, do, record

ASSESSOR = "skoch"
"""The document controller, who assesses what is asked for."""


def plan(stage: Stage, told: dict[str, Any]) -> None:
    """Plan the scenes of one change request."""
    Request(stage, told).plan()


class Request:
    """One change request."""

    def __init__(self, stage: Stage, told: dict[str, Any]) -> None:
        self.stage, self.told = stage, told
        self.number = ""

    def plan(self) -> None:
        """Plan every scene that the content tells of."""
        told, title = self.told, self.told["title"]
        made = self.stage.at(told["day"], title)
        self.stage.plan(made, self.create)
        if told["state"] == "draft":
            return
        self.stage.plan(made + dt.timedelta(minutes=20), self.submit)
        if not told.get("impact"):
            return
        decided = told.get("decided_day")
        assessed = made + dt.timedelta(days=max(((decided or told["day"] + 6) - told["day"]) / 2, 0.2))
        self.stage.plan(assessed, self.assess)
        if decided is not None:
            self.stage.plan(max(self.stage.at(decided, title), assessed + dt.timedelta(hours=1)), self.decide)
        if told.get("closed_day") is not None:
            self.stage.plan(self.stage.at(told["closed_day"], title, hour=16), self.close)

    def create(self) -> None:
        """Write down what should change and why."""
        wanted = self.told.get("wanted_day")
        known = Record.objects.filter(type="document", number__in=self.told["affected"])
        done = do(
            self.told["requested_by"],
            "change_request.create",
            title=self.told["title"],
            what=self.told["what"],
            why=self.told["why"],
            unit=self.told["unit"],
            priority=self.told["priority"],
            wanted_by=(self.stage.today + dt.timedelta(days=wanted)).date() if wanted is not None else None,
            affected=sorted(known.values_list("number", flat=True)),
        )
        self.number = done.record.number

    def submit(self) -> None:
        """Hand it in."""
        do(self.told["requested_by"], "change_request.submit", record(self.number))

    def assess(self) -> None:
        """Write down what it would mean."""
        do(ASSESSOR, "change_request.assess", record(self.number), **self.told["impact"])

    def decide(self) -> None:
        """Accept or reject it, signed."""
        by, reason = self.told["decided_by"], self.told["decision_reason"]
        if self.told["state"] == "rejected":
            do(by, "change_request.reject", record(self.number), reason)
        else:
            verify = self.told["state"] in ("implemented", "closed")
            do(by, "change_request.accept", record(self.number), reason, verify=verify)

    def close(self) -> None:
        """Look at what came of it, as one of those who are asked to."""
        asked = Task.objects.filter(record=record(self.number), kind="close_change", done__isnull=True)
        if (task := asked.select_related("assignee").order_by("id").first()) is not None:
            looks = task.assignee.username
            do(looks, "change_request.close", record(self.number), outcome=self.told["outcome"])
