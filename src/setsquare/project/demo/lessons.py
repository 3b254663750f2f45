"""The demo's training: courses, what people hold of them, sessions past and planned, a certificate that waits."""

import datetime as dt
from typing import Any

from setsquare.kernel.tasks.models import Task
from setsquare.project.demo.scans import number_there, scan
from setsquare.project.demo.stage import Stage, do, record

COORDINATOR = "cweiss"
SECOND = "tzielinski"
"""Who records what the coordinator holds herself."""
BEGAN, NEEDED = -900, -12
"""The days on which the courses were offered, and on which it was said who needs them."""
APART = {"needed_by", "held", "draft", "activity"}


def plan(stage: Stage, told: dict[str, Any]) -> None:
    """Plan every scene that the content tells of."""
    for place, course in enumerate(told["courses"], 1):
        Course(stage, course, f"TC-{place:03}").plan(place)
    for session in told["sessions"]:
        Session(stage, session).plan()
    for one in told["submitted"]:
        stage.plan(stage.at(one["day"], one["person"]), lambda one=one: _submit(stage, one))  # type: ignore[misc]


def _day(stage: Stage, day: int) -> dt.date:
    return (stage.today + dt.timedelta(days=day)).date()


def _submit(stage: Stage, one: dict[str, Any]) -> None:
    holder, course, number = one["person"], one["course"], one["number"]
    said: dict[str, Any] = {"issued": _day(stage, one["issued"]), "issuer": one["issuer"]}
    file = scan(holder, holder=holder, course=course, number=number, **said)
    do(holder, "certificate.submit", course=course, external_number=number, file=file, **said)


def record_certificate(recorder: str, **given: Any) -> None:
    """Record a certificate, one from elsewhere with its scan; where it waits to be verified, somebody else does."""
    if issuer := given.get("issuer"):
        holder, course, issued = given["person"], given["course"], given["issued"]
        number = number_there(holder, course, issued)
        file = scan(recorder, holder=holder, course=course, issued=issued, issuer=issuer, number=number)
        given |= {"external_number": number, "file": file}
    made = do(recorder, "certificate.create", **given).record
    if made.state == "submitted":
        asked = Task.objects.filter(record=made, kind="verify_certificate", done__isnull=True).order_by("id")
        for task in asked.select_related("assignee")[:1]:
            do(task.assignee.username, "certificate.verify", record(made.number))


class Course:
    """One course, and who holds it."""

    def __init__(self, stage: Stage, told: dict[str, Any], number: str) -> None:
        self.stage, self.told, self.number = stage, told, number

    def plan(self, place: int) -> None:
        """Plan that it is offered, held by people, and then needed: so nobody of the past is overdue."""
        began = self.stage.at(BEGAN, "training", hour=8) + dt.timedelta(minutes=place)
        self.stage.plan(began, self.offer)
        if self.told.get("draft"):
            return
        for held in self.told["held"]:
            moment = self.stage.at(held["day"], f"{self.number} {held['day']}", hour=15)
            self.stage.plan(moment, lambda held=held: self.hold(held))  # type: ignore[misc]
        self.stage.plan(self.stage.at(NEEDED, self.number), self.need)

    def offer(self) -> None:
        """Write it down, and offer it unless it stays a draft."""
        given = {name: value for name, value in self.told.items() if name not in APART}
        made = do(COORDINATOR, "course.create", unit="THV", **given).record
        if activity := self.told.get("activity"):
            do(COORDINATOR, "course.set_activity", record(made.number), activity=activity)
        if not self.told.get("draft"):
            do(COORDINATOR, "course.offer", record(made.number))

    def hold(self, held: dict[str, Any]) -> None:
        """Record who completed it on a day."""
        for holder in held["people"]:
            record_certificate(
                SECOND if holder == COORDINATOR else COORDINATOR,
                person=holder,
                course=self.number,
                issued=_day(self.stage, held["day"]),
                issuer=held.get("issuer", ""),
            )

    def need(self) -> None:
        """Say who needs it."""
        about = record(self.number)
        reason = "Agreed with the line for this year."
        do(COORDINATOR, "course.set_requirements", about, reason, needed_by=self.told["needed_by"])


class Session:
    """One session: planned, and as far as it came."""

    def __init__(self, stage: Stage, told: dict[str, Any]) -> None:
        self.stage, self.told = stage, told
        self.number = ""

    def plan(self) -> None:
        """Plan that it is planned, held and closed."""
        day = self.told["day"]
        made = self.stage.at(min(day, 0) - 10, self.told["course"])
        self.stage.plan(made, self.create)
        if "results" in self.told:
            held = self.stage.at(day, hour=self.told["hour"] + self.told["hours"] + 1)
            self.stage.plan(held, self.hold)
            if self.told.get("closed"):
                self.stage.plan(held + dt.timedelta(minutes=30), self.close)

    def create(self) -> None:
        """Plan it and enrol people; beyond its places they wait."""
        told = self.told
        day = _day(self.stage, told["day"])
        starts = dt.datetime.combine(day, dt.time(told["hour"]))
        made = do(
            COORDINATOR,
            "training_session.create",
            starts=starts,
            ends=starts + dt.timedelta(hours=told["hours"]),
            capacity=told.get("capacity"),
            **{name: told[name] for name in ("course", "place", "unit", "trainer")},
        )
        self.number = made.record.number
        do(COORDINATOR, "training_session.enrol", record(self.number), people=told["people"])

    def hold(self) -> None:
        """Record who attended."""
        rows = [
            {"person": person, "result": result, "reason": "" if result == "passed" else "On sick leave."}
            for person, result in self.told["results"].items()
        ]
        do(self.told["trainer"], "training_session.record_attendance", record(self.number), people=rows)

    def close(self) -> None:
        """Confirm by signature who attended."""
        do(self.told["trainer"], "training_session.close", record(self.number))
