"""The act of carrying out one command: what its function may do, all within one transaction."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.authority.asking import rules_asking_for
from setsquare.kernel.commands.authorising import those_allowed
from setsquare.kernel.commands.declaration import Actor, Command, Reason, Situation, command_of
from setsquare.kernel.commands.errors import Refused, WrongState
from setsquare.kernel.commands.stored import Stored
from setsquare.kernel.database.rows import insert, insert_all
from setsquare.kernel.database.statements import Statement, stand_in
from setsquare.kernel.events.models import Event
from setsquare.kernel.files.models import Attachment, Blob, Text
from setsquare.kernel.files.texts import keep_text
from setsquare.kernel.links.models import Link
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.numbering import key_of, next_number, unusable, why_no_number
from setsquare.kernel.records.things import Thing, thing_of
from setsquare.kernel.tasks.kinds import kind_of, personal_kinds
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.beside import Beside
from setsquare.kernel.writing.sentences import in_words, some, told

_RECORD, _KIND = stand_in(1), "a kind that stands for the one asked for"
_ASKED: Statement[Task] = Statement(
    lambda: Task.objects.filter(record_id=_RECORD, kind=_KIND, step=0, done__isnull=True).values_list(
        "assignee"
    ),
    lambda: {_RECORD: "record", _KIND: "kind"},
)


@dataclass
class Act:
    """Handed to a command's function. Every write of a domain goes through it or its own detail rows."""

    command: Command
    thing: Thing
    actor: Actor
    now: dt.datetime
    reason: str
    situation: Situation
    runner: Callable[[Command, Actor, Record | None, Any, str], Record]
    _record: Record | None = None
    note: dict[str, Any] | None = None
    conclusion: str = ""
    secret: str = ""
    target: str | None = None
    on_behalf_of: User | None = None
    own_name: User | None = None
    """Who was asked, where a substitute did it by breaking the glass: that is answered for in one's own name alone."""
    relied: Sequence[Mapping[str, Any]] = ()
    """The rules of authority that whoever acts meets, and by what: a signature keeps them."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """What the command is given, where it is signed: the signature is of that as well, as far as it says anything."""
    tells_itself: bool = False
    """Whether the command tells whom it asks: then no notice is sent for each task that it opens."""
    signed_by: str = ""
    """How whoever acts proved who they are, where they sign: password or passkey."""
    pending: list[Event] = field(default_factory=list)
    stored: Stored = field(default_factory=Stored)
    beside: Beside = field(default_factory=Beside)

    @property
    def record(self) -> Record:
        """Return the record that the command is about."""
        if self._record is None:
            raise TypeError(f"{self.command.key} has not made its record yet")
        return self._record

    @property
    def detail(self) -> Any:
        """Return the record's detail row."""
        return self.thing.detail_of(self.record)

    @property
    def user(self) -> User:
        """Return the person who acts; raises TypeError for the system."""
        return self.situation.user

    def create(
        self,
        *,
        title: str,
        unit: Unit,
        owner: User,
        number: str = "",
        series_pattern: str = "",
        series_values: dict[str, str] | None = None,
        **detail: Any,
    ) -> Record:
        """Make the record of a creating command, with its detail row; a number given by hand must be free."""
        if number and (why := why_no_number(self.thing.code, number, self.actor.user)):
            raise Refused({"number": why})
        if not number:
            number = next_number(
                series_pattern or self.thing.numbering, at=self.now, unit=unit.code, **(series_values or {})
            )
        record = Record(
            type=self.thing.code,
            number=number,
            number_key=key_of(number),
            title=title,
            state=self.thing.lifecycle.initial,
            owner=owner,
            unit=unit,
            version=1,
            created=self.now,
            changed=self.now,
        )
        try:
            with transaction.atomic():
                record.save(force_insert=True)
        except IntegrityError:  # somebody else took it at this very moment
            raise Refused({"number": unusable(number)}) from None
        self.stored.note(record)
        if self.thing.model is not None:
            self.stored.note(self.thing.model._default_manager.create(record=record, **detail))
        self._record = record
        return record

    def move_to(self, state: str) -> None:
        """Choose the state in which the record ends, where the lifecycle table leaves it to the outcome."""
        move = self.thing.lifecycle.move(self.command.name)
        if state not in (*move.targets, move.target):
            raise WrongState(f"{self.command.key} does not lead to {state}")
        self.target = state

    def say(self, text: str, **values: str | int) -> None:
        """Tell the trail more than the command's own sentence; `text` is a msgid with named places."""
        self.note = {"text": str(text), "values": values}

    def say_besides(self, text: str, **values: str | int) -> None:
        """Tell the trail a sentence besides, whatever the command says of itself before."""
        if self.note is None:
            self.say(text, **values)
        else:
            self.note["besides"] = {"text": str(text), "values": values}

    def conclude(self, text: str, **values: str | int | dt.date) -> None:
        """Tell whoever does this what came of it and what comes next.

        `text` is a msgid with named places, as a whole sentence: `act.conclude(gettext_noop("%(number)s waits for
        somebody else’s signature."), number=act.record.number)`. A day or a time is told in words, a time with
        the zone that it carries; the record's number need not be given. The screen says it instead of “... is
        done.”, the command line and the API beside the record (`Outcome.conclusion`); the trail keeps nothing of
        it: say that with `say`. The last one holds.
        """
        given = {
            name: in_words(value) if isinstance(value, dt.date) else value for name, value in values.items()
        }
        if self._record is not None:
            given.setdefault("number", self._record.number)
        self.conclusion = told(text, given)

    def warn_of_rules(self) -> None:
        """Tell whoever takes the record out of use which rules in force ask for it, after what was concluded."""
        numbers = rules_asking_for(self.record)
        if numbers:
            sentence = gettext(
                "Rules in force ask for it (%(numbers)s): who lacks it by now cannot get it any more."
            )
            self.conclusion = f"{self.conclusion} {sentence % {'numbers': some(numbers)}}".strip()

    def reveal(self, secret: str) -> None:
        """Show whoever does this what is shown once and kept nowhere, such as a token (`Outcome.secret`)."""
        self.secret = secret

    def emit(self, name: str, record: Record | None = None, **payload: Any) -> None:
        """Announce something; delivered at least once after the transaction, to handlers that must be idempotent."""
        self.pending.append(Event(name=name, record=record or self._record, payload=payload, at=self.now))

    def ask(
        self,
        kind: str,
        assignee: User,
        due: dt.datetime,
        *,
        step: int = 0,
        **details: Any,
    ) -> Task:
        """Open a task for a person, unless the same is open already; the person is told."""
        task, made = Task.objects.get_or_create(
            record=self.record,
            kind=kind,
            assignee=assignee,
            step=step,
            done=None,
            defaults={"due": due, "opened": self.now, "details": details},
        )
        if made:
            self.beside.asked(kind, step, due, [assignee.username], details)
            self._opened(task)
        return task

    def ask_all(self, kind: str, people: Iterable[User], due: dt.datetime, **details: Any) -> int:
        """Open the same task for many people in a few queries; returns for how many it was not open before.

        Of those whom rules keep from it, nobody is asked while somebody is left.
        """
        asked = self._allowed(kind, list(people))
        already = {assignee for (assignee,) in _ASKED.rows(record=self.record.pk, kind=kind)}
        opened = [
            Task(record=self.record, kind=kind, assignee=person, due=due, opened=self.now, details=details)
            for person in asked
            if person.pk not in already
        ]
        insert_all(Task, opened)
        if opened:
            self.beside.asked(kind, 0, due, [task.assignee.username for task in opened], details)
        for task in opened:
            self._opened(task)
        return len(opened)

    def _opened(self, task: Task) -> None:
        if not self.tells_itself:
            self.emit("task.opened", task=task.pk)

    def _allowed(self, kind: str, people: list[User]) -> list[User]:
        if kind in personal_kinds():
            return people
        situation = self.situation
        if situation.record is None:
            situation = Situation(self.actor, self.thing, self.record)
        return those_allowed(people, situation, command_of(self.thing.code, kind_of(kind).command))

    def remind(self, tasks: Iterable[Task], text: str, **values: str | int) -> int:
        """Remind the assignees of open tasks; each is marked and told once, whatever they have open here."""
        chosen = list(tasks)
        Task.objects.filter(pk__in=[task.pk for task in chosen]).update(reminded=self.now)
        return self.tell_all({task.assignee for task in chosen}, "reminder", text, **values)

    def escalate(self, tasks: Iterable[Task]) -> int:
        """Mark open tasks as taken to the next level; returns how many were not marked before."""
        chosen = Task.objects.filter(pk__in=[task.pk for task in tasks], escalated__isnull=True)
        return chosen.update(escalated=self.now)

    def finish(self, tasks: "models.QuerySet[Task] | Iterable[Task]", outcome: str) -> int:
        """Close open tasks of the record with an outcome; returns how many were open.

        Tasks that are given as rows have to be as they are now: read since the record was locked.
        """
        if isinstance(tasks, models.QuerySet):
            tasks = tasks.filter(record=self.record, done__isnull=True).select_related("assignee")
        waiting = [task for task in tasks if task.done is None]
        if not waiting:
            return 0
        still = Task.objects.filter(pk__in=[task.pk for task in waiting], done__isnull=True)
        count = still.update(done=self.now, done_by=self.actor.user, outcome=outcome)
        if count != len(waiting):
            raise Refused(_("This is not among your tasks now."))
        self.beside.finished(outcome, [(task.kind, task.step, task.assignee.username) for task in waiting])
        return count

    def complete(self, kind: str, outcome: str) -> Task:
        """Close the actor's own (or delegated) task of this kind; raises Refused where there is none."""
        task = self.situation.task(kind)
        if task is None or not self.finish([task], outcome):
            raise Refused(_("This is not among your tasks now."))
        if task.assignee_id != self.user.pk:
            if self.situation.breaking:
                self.own_name = task.assignee
            else:
                self.on_behalf_of = task.assignee
        return task

    def tell(
        self, user: User, kind: str, text: str, record: Record | None = None, **values: str | int
    ) -> None:
        """Send a notice to a person; `text` is a msgid with named places."""
        subject = record or self._record
        insert(Notice(user=user, record=subject, kind=kind, text=str(text), values=values, at=self.now))

    def tell_all(self, people: Iterable[User], kind: str, text: str, **values: str | int) -> int:
        """Send the same notice about the record to many people in one query; returns to how many."""
        notices = [
            Notice(user=person, record=self._record, kind=kind, text=str(text), values=values, at=self.now)
            for person in people
        ]
        insert_all(Notice, notices)
        return len(notices)

    def link(self, target: Record, kind: str) -> None:
        """Link the record to `target`; the same link twice is one."""
        _link, made = Link.objects.get_or_create(
            source=self.record, target=target, kind=kind, defaults={"made": self.now}
        )
        if made:
            self.beside.linked(kind, str(target.uid))

    def unlink(self, target: Record, kind: str) -> None:
        """Take a link away; the trail keeps that it was."""
        gone, _rows = Link.objects.filter(source=self.record, target=target, kind=kind).delete()
        if gone:
            self.beside.linked(kind, str(target.uid), gone=True)

    def text(self, body: str) -> Text:
        """Keep a text by its digest and return it."""
        return keep_text(body)

    def attach(self, blob: Blob, name: str, role: str = "attachment") -> Attachment:
        """Add a stored file to the record."""
        self.beside.attached(blob.digest, name, role)
        return Attachment.objects.create(
            record=self.record, blob=blob, name=name, role=role, added=self.now, added_by=self.actor.user
        )

    def detach(self, attachment: Attachment) -> None:
        """Mark a file of the record as removed; it is kept."""
        attachment.removed = self.now
        attachment.save()
        self.beside.attached(attachment.blob_id, attachment.name, attachment.role, gone=True)

    def qualify(
        self,
        user: User,
        subject: Record,
        *,
        topic: str = "",
        level: int = 1,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
    ) -> Qualification:
        """Write down that a person is qualified in `subject`, of which this record is the evidence.

        What they had of the same subject and topic ends, unless that is of a later time: then this one is history.
        """
        start = since or self.now
        others = Qualification.objects.filter(user=user, subject=subject, topic=topic, ended__isnull=True)
        later = others.filter(since__gt=start).exists()
        if not later:
            others.update(ended=self.now)
        made = Qualification.objects.create(
            user=user,
            subject=subject,
            topic=topic,
            level=level,
            since=start,
            until=until,
            given=self.now,
            ended=self.now if later else None,
            evidence=self.record,
        )
        self.beside.qualified(user.username, str(subject.uid), topic, level, start, until)
        self.emit("qualification.given", user=user.pk, subject=subject.pk, topic=topic)
        return made

    def disqualify(self, user: User | None = None) -> int:
        """End the qualifications of which this record is the evidence, all of them or those of a person."""
        held = Qualification.objects.filter(evidence=self.record, ended__isnull=True)
        held = held.filter(user=user) if user is not None else held
        ended = list(held.select_related("user", "subject").order_by("id"))
        Qualification.objects.filter(pk__in=[one.pk for one in ended]).update(ended=self.now)
        for one in ended:
            self.beside.disqualified(one.user.username, str(one.subject.uid), one.topic)
            self.emit("qualification.ended", user=one.user_id, subject=one.subject_id, topic=one.topic)
        return len(ended)

    def also(
        self, thing: str, name: str, record: Record | None = None, body: Any = None, reason: str = ""
    ) -> Record:
        """Carry out another command within this one: same person, same transaction, entries of its own.

        Who may was decided by this command; states and conditions of the other hold all the same. The reason for this
        one is its reason, too, unless that would tell it to people from whom it is hidden here.
        """
        inner = command_of(thing, name)
        return self.runner(inner, self.actor, record, body or {}, reason or self._handed_on(inner))

    def _handed_on(self, inner: Command) -> str:
        """Return the reason for a command within this one: none that fewer people are told than see the other record.

        Only one that takes no reason of people goes without; any other has to say why.
        """
        told_to_fewer = self.command.name in self.thing.private.unreasoned or (
            self.thing.confidential and not thing_of(inner.thing).confidential
        )
        return "" if inner.reason is Reason.NEVER and told_to_fewer else self.reason


def now() -> dt.datetime:
    """Return the time of an act, to the microsecond in UTC."""
    return timezone.now()
