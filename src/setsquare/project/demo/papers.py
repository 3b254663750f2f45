"""The life of the demo's documents, told from their content: drafted, reviewed, approved, in force, read."""

import datetime as dt
import random
from typing import Any

from setsquare.domains.documents.models import DocumentType
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.commands.declaration import Actor, Situation, command_of
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.dispatch import deliver_waiting
from setsquare.kernel.files.store import receive
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.tasks.models import Task
from setsquare.project.demo.content import Story, Version
from setsquare.project.demo.stage import Stage, do, person, record, run_clock

CONTROLLER = "skoch"
SECOND_CONTROLLER = "madler"
"""Who registers what the controller is to approve: who gives a document its title or reason is an author of it."""
HOUR = dt.timedelta(hours=1)
STEP = {"mode": "some", "needed": 1, "people": []}
HEAD = {**STEP, "name": "Head of quality", "roles": ["head", "director"], "meaning": "approved"}
DIRECTOR = {**STEP, "name": "Director of quality", "roles": ["director", "head"], "meaning": "released"}
MANAGER = {**STEP, "name": "Quality manager", "roles": ["manager"], "meaning": "checked"}
ROUTES: dict[str, list[dict[str, Any]]] = {
    "policy": [HEAD, DIRECTOR],
    "manual": [HEAD, DIRECTOR],
    "procedure": [MANAGER, HEAD],
    "specification": [MANAGER, HEAD],
    "work_instruction": [{**MANAGER, "meaning": "approved"}],
    "form": [
        {
            **STEP,
            "name": "Quality manager or document controller",
            "roles": ["manager", "controller"],
            "meaning": "approved",
        }
    ],
    "plan": [HEAD],
    "external": [{**STEP, "name": "Document controller", "roles": ["controller"], "meaning": "approved"}],
}
"""The approval routes of the organisation, as its SOP-001 has them."""
SIGNED_READING = ("policy", "work_instruction")
"""Types whose reading is confirmed by signature."""
REVIEWED_EVERY = {"policy": 24, "work_instruction": 36, "specification": 24}
"""Months, where the organisation's SOP-001 has another interval than the type comes with."""


def set_routes() -> None:
    """Give each type the organisation's approval route."""
    for kind in DocumentType.objects.select_related("record", "template"):
        situation = Situation(Actor.system("import"), thing_of("document_type"), kind.record)
        initial = command_of("document_type", "edit").initial
        body = dict(initial(situation)) if initial else {}
        body["audience"] = [{k: v for k, v in row.items() if v} for row in body.get("audience", [])]
        body.update(route=ROUTES[kind.code], reading_signature=kind.code in SIGNED_READING)
        body["review_months"] = REVIEWED_EVERY.get(kind.code, body["review_months"])
        carry_out("document_type", "edit", Actor.system("import"), record=kind.record, body=body)


def plan(stage: Stage, story: Story) -> None:
    """Plan the scenes of a document's life."""
    for version in story.versions:
        Life(stage, story, version).plan()


class Life:
    """The life of one revision."""

    def __init__(self, stage: Stage, story: Story, version: Version) -> None:
        self.stage, self.story, self.version = stage, story, version
        self.number = f"{story.number}/{version.number}"
        self.chance = random.Random(self.number)  # noqa: S311  the same story at every load

    def at(self, day: int, what: str) -> dt.datetime:
        """Return when something happens on a day."""
        return self.stage.at(day, f"{self.number} {what}")

    def plan(self) -> None:
        """Plan every scene that the content tells of."""
        told = self.version
        if told.carried_over:
            self.stage.plan(self.at(told.carried_over["day"], "carried over"), self.carry_over)
            return
        begun = self.at(told.drafted, "drafted")
        self.stage.plan(begun, self.draft)
        if told.submitted is not None:
            submitted = max(self.at(told.submitted, "submitted"), begun + HOUR / 6)
            self.stage.plan(submitted, self.submit)
            for comment in told.comments or []:
                self._plan_comment(comment, submitted)
        if told.approval_started is not None:
            started = max(self.at(told.approval_started, "started"), begun + HOUR / 3)
            self.stage.plan(started, lambda: self.send(started))
            self._plan_approvals(started)
        if told.withdrawn is not None:
            self.stage.plan(self.at(told.withdrawn, "withdrawn"), self.withdraw)

    def _plan_comment(self, comment: dict[str, Any], submitted: dt.datetime) -> None:
        said = max(self.at(comment["day"], comment["quote"]), submitted + HOUR / 6)
        self.stage.plan(said, lambda: self.comment(comment))

    def _plan_approvals(self, started: dt.datetime) -> None:
        told = self.version
        approvers = told.approvers if told.approved is not None else (told.signed or [])
        end = self.at(told.approved, "approved") if told.approved is not None else self.stage.real_now
        pause = max((end - started) / (len(approvers) + 1), HOUR / 60)
        for place, approver in enumerate(approvers, 1):
            moment = started + pause * place
            self.stage.plan(moment, lambda approver=approver: self.approve(approver))  # type: ignore[misc]
        if told.approved is not None:
            self.stage.plan(started + pause * len(approvers) + HOUR / 12, self.schedule)

    def draft(self) -> None:
        """Register the document or open its next revision, and write it."""
        told, author = self.version, self.version.author
        if told.number == 1:
            self._register()
            if record(self.number).owner.username != author:
                do(self._controller(), "revision.hand_over", record(self.number), author=author)
        elif record(self.story.number).document.open_revision_id is None:
            self._open()
        else:  # an accepted change request has opened it
            do(CONTROLLER, "revision.hand_over", record(self.number), author=author)
        do(
            author,
            "revision.save",
            record(self.number),
            content=self._text(),
            summary=told.summary,
            why=told.reason,
        )
        if told.reading_due_days:
            do(
                author,
                "revision.plan_reading",
                record(self.number),
                reading="whole",
                days=told.reading_due_days,
            )

    def _controller(self) -> str:
        """Return who registers the document or opens its revision."""
        return SECOND_CONTROLLER if CONTROLLER in (self.version.approvers or ()) else CONTROLLER

    def _open(self) -> None:
        told = self.version
        do(
            self._controller(),
            "document.new_revision",
            record(self.story.number),
            told.reason,
            kind=told.kind,
            why=told.reason,
            summary=told.summary,
            author=told.author,
        )

    def _register(self) -> None:
        do(self._controller(), "document.create", **self._identity())

    def _identity(self) -> dict[str, Any]:
        told = self.story.told
        return {
            "type": _type(told["type"]),
            "title": told["title"],
            "unit": told["unit"],
            "owner": told["owner"],
            "number": told["number"],
            "area": told["area"],
            "standards": told.get("standard", []),
            "review_months": told["review_months"],
            "audience": told["audience"],
            "why": self.version.reason,
        }

    def carry_over(self) -> None:
        """Take over what was in force before the system had it; the document controller signs for that."""
        told, outside = self.version, self.version.carried_over
        do(
            CONTROLLER,
            "document.import_effective",
            None,
            outside["reason"],
            **self._identity(),
            content=told.text,
            effective_since=self._day(told.effective),
            approved_by=outside["approved_by"],
            approved_on=self._day(outside["approved"]),
            evidence=self._proof(outside),
            to_be_read=True,
        )
        self._plan_readers(outside["day"])

    def _proof(self, outside: dict[str, Any]) -> str:
        """Return the digest of the note that proves the approval outside."""
        day = self._day(outside["approved"])
        note = f"{self.number} was approved by {outside['approved_by']} on {day}."
        proof = receive(person(CONTROLLER), note.encode(), f"approval-{self.story.number}.txt", "text/plain")
        return str(proof.blob.digest)

    def _day(self, day: int) -> str:
        return (self.stage.today.date() + dt.timedelta(days=day)).isoformat()

    def _text(self) -> str:
        text, author = self.version.text, person(self.version.author)
        for name, data in self.version.figures.items():
            upload = receive(author, data, name, "image/png")
            do(author.username, "revision.attach_figure", record(self.number), file=upload.blob.digest)
            text = text.replace(f"]({name})", f"](file:{upload.blob.digest})")
        return text

    def submit(self) -> None:
        """Send the draft to its reviewers; done reviews end before the approval begins."""
        told = self.version
        if not told.reviewers:
            return
        until = (self.at(told.submitted, "submitted") + dt.timedelta(days=14)).date()
        do(told.author, "revision.submit", record(self.number), reviewers=told.reviewers, due=until)
        if told.approval_started is None:
            return
        start = self.at(told.submitted, "submitted")
        span = self.at(told.approval_started, "started") - start
        for place, reviewer in enumerate(told.reviewers, 1):
            moment = start + span * place / (len(told.reviewers) + 1)
            self.stage.plan(moment, lambda reviewer=reviewer: self.review(reviewer))  # type: ignore[misc]

    def review(self, reviewer: str) -> None:
        """Finish a review."""
        do(reviewer, "revision.review", record(self.number), outcome="no_objection")

    def comment(self, told: dict[str, Any]) -> None:
        """Say, answer and settle a comment."""
        around = self.version.text.partition(told["quote"])
        place = {"prefix": around[0][-40:], "suffix": around[2][:40]} if around[1] else {}
        do(
            told["by"],
            "revision.comment",
            record(self.number),
            text=told["text"],
            quote=told["quote"],
            **place,
        )
        number = record(self.number).revision.comments.count()
        if told.get("reply"):
            do(told["reply_by"], "revision.reply", record(self.number), comment=number, text=told["reply"])
        if told.get("resolved"):
            settles = self.version.author if told.get("reply") else told["by"]
            do(settles, "revision.resolve", record(self.number), comment=number)

    def send(self, started: dt.datetime) -> None:
        """Put the revision on its route."""
        told = self.version
        del started
        do(told.author, "revision.send_for_approval", record(self.number), approvers=told.approvers)

    def approve(self, approver: str) -> None:
        """Sign every step that waits for this person, up to the next person's."""
        editorial: dict[str, Any] = {"editorial": True} if self.version.kind == "editorial" else {}
        about = record(self.number)
        if about.state == "in_approval":
            do(approver, "revision.approve", about, **editorial)
        last = approver == self.version.approvers[-1]
        while last and self.version.approved is not None and record(self.number).state == "in_approval":
            do(approver, "revision.approve", record(self.number), **editorial)

    def schedule(self) -> None:
        """Choose the day on which it takes effect, six in the morning at its site."""
        day = self.stage.today.date() + dt.timedelta(days=self.version.effective)
        morning = dt.datetime.combine(day, dt.time(6), zone(record(self.number).unit))
        if self.version.effective <= 0:
            morning = min(morning, self.stage.real_now - HOUR / 30)
        do(CONTROLLER, "revision.schedule", record(self.number), effective_from=morning.isoformat())
        self.stage.plan(morning + HOUR / 60, self.take_effect)

    def take_effect(self) -> None:
        """Let the clock put it into force, and plan who reads it when."""
        run_clock("setsquare.domains.documents", "setsquare.flows")
        self._plan_readers(self.version.effective)

    def _plan_readers(self, begun: int) -> None:
        deliver_waiting()
        told = self.version
        opened = Task.objects.filter(record__number=self.number, kind="read", done__isnull=True)
        readers = sorted(opened.values_list("assignee__username", flat=True))
        if isinstance(told.read_by, list):
            readers = [reader for reader in readers if reader in told.read_by]
        elif told.read_by != "all":
            readers = []
        for reader in readers:
            days = self.chance.uniform(0.2, max(float(told.reading_due_days or 10) - 1, 1))
            moment = self.at(begun, reader) + dt.timedelta(days=days)
            moment = min(moment, self.stage.real_now - HOUR / 20)
            self.stage.plan(moment, lambda reader=reader: self.read(reader))  # type: ignore[misc]

    def read(self, reader: str) -> None:
        """Confirm the reading, unless it is no longer asked."""
        waits = Task.objects.filter(
            record__number=self.number, kind="read", assignee__username=reader, done=None
        )
        if waits.exists() and person(reader).is_active:
            do(reader, "revision.confirm_reading", record(self.number))

    def withdraw(self) -> None:
        """Take the document out of use."""
        told = self.version
        do(
            told.withdrawn_by or CONTROLLER,
            "document.withdraw",
            record(self.story.number),
            told.withdrawal_reason,
        )


def _type(code: str) -> str:
    return DocumentType.objects.values_list("record__number", flat=True).get(code=code)
