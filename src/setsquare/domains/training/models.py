"""The detail rows of courses, training sessions and certificates."""

from functools import cached_property
from typing import ClassVar
from urllib.parse import quote

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from setsquare.domains.training.badges.encoding import shortened
from setsquare.domains.training.badges.models import BadgeIssuer as BadgeIssuer
from setsquare.domains.training.closing.models import LearningOutcome, Shortfall
from setsquare.domains.training.closing.told import (
    Reached,
    listed_outcomes,
    part_in_words,
    reached_by,
    shortfalls_told,
    within_days,
)
from setsquare.domains.training.retraining.models import Retraining, Trainee
from setsquare.domains.training.xapi.models import Outgoing as Outgoing
from setsquare.domains.training.xapi.models import Statement as Statement
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.links.models import Link
from setsquare.kernel.qualifications.subjects import Parts, parts_of
from setsquare.kernel.records.models import Record

__all__ = [
    "Attendance",
    "Certificate",
    "Course",
    "LearningOutcome",
    "Requirement",
    "Retraining",
    "Shortfall",
    "Trainee",
    "TrainingSession",
]
FIRST = "builds_on"
"""The kind of link from a course to one that has to be held first."""
TEACHES = "teaches"
"""The kind of link from a course to a document that it teaches."""
ROLE = "certificate"
"""The role of its file among the files of a certificate."""


class Course(models.Model):
    """What is taught, how, and for how long what came of it is valid.

    The courses to be held first and the documents that it teaches are links of the record.
    """

    class Kind(models.TextChoices):
        """How it is taught."""

        CLASSROOM = "classroom"
        ONLINE = "online"
        ON_THE_JOB = "on_the_job"
        READ = "read"
        EXTERNAL = "external"

    record = models.OneToOneField("records.Record", models.PROTECT, primary_key=True, related_name="course")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    description = models.TextField(blank=True)
    content = models.ForeignKey("files.Text", models.PROTECT, related_name="+", db_index=False)
    hours = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    validity_months = models.PositiveSmallIntegerField(null=True)
    """For how many months a certificate is valid; none: for good."""
    grace_days = models.PositiveSmallIntegerField(default=0)
    """Days after the last day of a certificate in which its person is not yet reckoned as lapsed."""
    renew_days = models.PositiveSmallIntegerField(default=60)
    """How many days before the last day of a certificate its person is asked to renew it."""
    trainers = models.ManyToManyField("accounts.User", related_name="+")
    activity = models.CharField(max_length=500, blank=True)
    """By which address (IRI) learning systems name it in their statements (xAPI)."""
    quiz = models.ForeignKey("records.Record", models.PROTECT, null=True, related_name="+")
    """What has to be passed before a certificate is given: the record of a quiz, in which people are qualified."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["activity"], name="activity_of_one_course", condition=~Q(activity="")
            )
        ]

    def __str__(self) -> str:
        return str(self.record)

    @property
    def length(self) -> str:
        """Return its hours without zeros that say nothing."""
        return f"{self.hours.normalize():f}" if self.hours is not None else ""

    @property
    def completed_here(self) -> bool:
        """Whether a sign-off, a reading or a learning system completes it, and so no paper from elsewhere."""
        in_system = self.kind == self.Kind.ONLINE and self.quiz_id is None
        return in_system or self.kind in (self.Kind.ON_THE_JOB, self.Kind.READ)

    @property
    def can_be_completed(self) -> bool:
        """Tell whether there is a way to complete it: an online course needs a quiz or an activity address."""
        return self.kind != self.Kind.ONLINE or self.quiz_id is not None or bool(self.activity)

    @property
    def completed_how(self) -> str:
        """Return what somebody does to complete it, in words."""
        if self.kind == self.Kind.ONLINE and self.quiz is not None:
            return _("By passing the quiz %(number)s.") % {"number": self.quiz.number}
        if not self.can_be_completed and self.record.state == "draft":  # read by who writes it
            return _("Not yet: it needs a quiz, or the activity address of a learning system.")
        if not self.can_be_completed:
            sentence = _(
                "Not yet: it needs a quiz, or the activity address of a learning system; ask %(name)s."
            )
            return sentence % {"name": self.record.owner.name}
        return {
            self.Kind.CLASSROOM: _("In a session, in which the trainer notes who passed."),
            self.Kind.ONLINE: _("In the learning system, which tells of it."),
            self.Kind.ON_THE_JOB: _("At work: a trainer, or who holds it, signs off who can do it."),
            self.Kind.READ: _("By reading it and confirming that here, by signature."),
            self.Kind.EXTERNAL: _("Elsewhere: hand in the certificate here, and somebody verifies it."),
        }[self.Kind(self.kind)]

    @cached_property
    def given_by(self) -> list[str]:
        """Return the names of its trainers."""
        return list(self.trainers.order_by("name").values_list("name", flat=True))

    @cached_property
    def builds_on(self) -> str:
        """Return the courses to be held first, as a list in Markdown with links."""
        return listed(self._linked[FIRST])

    @cached_property
    def teaches(self) -> str:
        """Return the documents that it teaches, as a list in Markdown with links."""
        return listed(self._linked[TEACHES])

    @cached_property
    def _linked(self) -> dict[str, list[str]]:
        """Return the numbers of what it links to, by the kind of link; one query."""
        links = Link.objects.filter(source=self.record_id, kind__in=(FIRST, TEACHES))
        found: dict[str, list[str]] = {FIRST: [], TEACHES: []}
        for kind, number in links.order_by("target__number").values_list("kind", "target__number"):
            found[kind].append(number)
        return found

    @cached_property
    def needed_by(self) -> list[str]:
        """Return who needs it, a line for each row."""
        rows = list(self.requirements.select_related("role", "unit", "person", "lacking").order_by("id"))
        parts = parts_of(row.lacking for row in rows if row.lacking is not None)
        return [row.in_words(parts) for row in rows]

    @cached_property
    def leads_to(self) -> str:
        """Return the components that it leads to, each at a level, as a list in Markdown with links."""
        return listed_outcomes(self.outcomes_and_shortfalls[0])

    @cached_property
    def asked_for_gaps(self) -> list[str]:
        """Return who is asked because of a gap, a line for each gap."""
        return shortfalls_told(self.outcomes_and_shortfalls[1])

    @cached_property
    def outcomes_and_shortfalls(self) -> tuple[list[Reached], list[Reached]]:
        """Return what it leads to, and who is asked because they lack it; one query."""
        return reached_by(self.pk)

    @cached_property
    def anew(self) -> list[str]:
        """Return because of what it is taken anew, and by when, a line for each."""
        return [row.in_words for row in self.retrainings.select_related("because").order_by("due", "id")]


def linked_numbers(record: Record, kind: str) -> list[str]:
    """Return the numbers of what a record links to."""
    links = Link.objects.filter(source=record, kind=kind).order_by("target__number")
    return list(links.values_list("target__number", flat=True))


def listed(numbers: list[str]) -> str:
    """Return the numbers of records as a list in Markdown with links."""
    return "\n".join(f"- [{number}](record:{quote(number)})" for number in numbers)


class Requirement(models.Model):
    """Who needs a course: the holders of a role within a unit, the members of a unit, or a person; and how soon.

    Of a role or unit perhaps only those who lack a part of a subject at a level. A person's gap stands in `Shortfall`.
    """

    course = models.ForeignKey(Course, models.PROTECT, related_name="requirements")
    role = models.ForeignKey("accounts.Role", models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    days = models.PositiveSmallIntegerField(default=30)
    """In how many days whoever needs it newly has to have it."""
    lacking = models.ForeignKey("records.Record", models.PROTECT, null=True, related_name="+")
    topic = models.CharField(max_length=80, blank=True)
    level = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, role__isnull=True, unit__isnull=True)
                | Q(person__isnull=True, unit__isnull=False),
                name="requirement_role_unit_or_person",
            ),
            models.CheckConstraint(
                condition=Q(lacking__isnull=True, topic="", level__isnull=True)
                | Q(lacking__isnull=False, level__isnull=False, person__isnull=True),
                name="requirement_narrowed_as_a_whole",
            ),
        ]

    def __str__(self) -> str:
        return " @ ".join(str(one) for one in (self.person, self.role, self.unit) if one is not None)

    def in_words(self, parts: Parts) -> str:
        """Return whom the row reaches, by names, and how soon."""
        names = " · ".join(one.name for one in (self.person, self.role, self.unit) if one is not None)
        if self.lacking is not None and self.level is not None:
            part = part_in_words(self.lacking, self.topic, self.level, parts)
            names = _("%(names)s, who lacks %(part)s") % {"names": names, "part": part}
        return f"{names}: {within_days(self.days)}"


class TrainingSession(models.Model):
    """When and where a course is given, by whom, to how many."""

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="training_session"
    )
    course = models.ForeignKey(Course, models.PROTECT, related_name="sessions")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    place = models.CharField(max_length=300, blank=True)
    """A room, or the address of a meeting."""
    trainer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    capacity = models.PositiveSmallIntegerField(null=True)
    """How many can take part; none: as many as like."""
    notes = models.TextField(blank=True)

    shown = ""
    """Why a reader sees less than all of them, empty where they see all."""

    def __str__(self) -> str:
        return str(self.record)

    @cached_property
    def roster(self) -> "list[Attendance]":
        """Return who takes part and who waits, by name; read once."""
        return list(self.attendances.select_related("person").order_by("person__name", "id"))

    @cached_property
    def people(self) -> list[str]:
        """Return who takes part, a line for each: name and, once it is known, what came of it."""
        return [row.in_words for row in self.roster if not row.in_line]

    @cached_property
    def waiting(self) -> list[str]:
        """Return who waits for a place, first in line first."""
        line = sorted((row.pk, row.person.name) for row in self.roster if row.in_line)
        return [name for _place, name in line]

    @cached_property
    def places(self) -> str:
        """Return how many places are taken."""
        known: int | None = vars(self).get("taken")  # a list has them counted along
        taken = known if known is not None else sum(not row.waiting for row in self.roster)
        if self.capacity is None:
            return str(taken)
        return _("%(taken)s of %(all)s") % {"taken": taken, "all": self.capacity}


IN_LINE = Q(waiting=True, result="")
"""The condition on who waits for a place, and nothing came of it yet."""


class Attendance(models.Model):
    """Somebody who takes part in a session or waits for a place, and what came of it."""

    class Result(models.TextChoices):
        """What came of it."""

        PASSED = "passed"
        NOT_PASSED = "not_passed"
        ABSENT = "absent"

    session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="attendances")
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    waiting = models.BooleanField(default=False)
    """Whether they have no place; it stays so for who waited and was noted as absent."""
    result = models.CharField(max_length=20, choices=Result.choices, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "person"], name="attendance_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.result}"

    @property
    def in_line(self) -> bool:
        """Whether they wait for a place, and nothing came of it yet."""
        return self.waiting and not self.result

    @property
    def in_words(self) -> str:
        """Return the person's name and, once it is known, what came of it."""
        return self.with_reason(self.reason)

    def with_reason(self, reason: str) -> str:
        """Return the same with as much of the reason as the reader may know."""
        words = {
            "passed": _("attended and passed"),
            "not_passed": _("attended and not passed"),
            "absent": _("absent"),
        }
        told = [self.person.name, *([words[self.result]] if self.result else [])]
        return ": ".join(told) + (f" ({reason})" if reason else "")


class Certificate(models.Model):
    """That a person completed a course, on which day, and until when that counts."""

    class Source(models.TextChoices):
        """What it comes from."""

        SESSION = "session"
        SIGN_OFF = "sign_off"
        READ = "read"
        EXTERNAL = "external"
        RECORDED = "recorded"
        QUIZ = "quiz"

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="certificate"
    )
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="certificates")
    course = models.ForeignKey(Course, models.PROTECT, related_name="certificates")
    issued = models.DateField()
    expires = models.DateField(null=True)
    """The last day on which it is valid; none: for good."""
    source = models.CharField(max_length=20, choices=Source.choices)
    session = models.ForeignKey(TrainingSession, models.PROTECT, null=True, related_name="certificates")
    issuer = models.CharField(max_length=200, blank=True)
    """Who issued it, where it was not us."""
    external_number = models.CharField(max_length=100, blank=True)
    note = models.TextField(blank=True)
    handed_in_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    """Who handed it in, where somebody else has to verify it."""
    eased_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    """Who gave it a short while after making its course ask for less, where somebody else has to verify it."""
    badge_digest = models.CharField(max_length=64, blank=True)
    """SHA-256 of the badge from which it was recorded, without what secures it."""
    badge_for = models.CharField(max_length=300, blank=True)
    """What its badge is for, as the badge says."""
    badge_criteria = models.TextField(blank=True)
    """What had to be done for its badge, as the badge says."""
    unproven_key = models.CharField(max_length=100, blank=True)
    """The key that signed its badge, where nothing shows that it is the issuer's."""
    own_address = models.BooleanField(default=False)
    """Whether its person gave themself the address by which a learning system's word was taken to be of them."""

    def __str__(self) -> str:
        return str(self.record)

    @property
    def file(self) -> Attachment | None:
        """Return the file by which it was handed in, if any."""
        held = Attachment.objects.filter(record=self.record_id, role=ROLE, removed__isnull=True)
        return held.order_by("id").last()

    @property
    def earned(self) -> bool:
        """Whether it came of what was completed, and nobody handed it in."""
        return self.handed_in_by_id is None

    @property
    def by_hand(self) -> bool:
        """Whether somebody entered it of a course that is completed here, without what completes that."""
        return self.source == self.Source.RECORDED and not self.earned

    @property
    def looked_at(self) -> str:
        """Return why a certificate that is not from elsewhere waits to be verified, empty where it does not."""
        if self.record.state != "submitted":
            return ""
        if self.eased_by is not None:
            sentence = _(
                "%(name)s gave it a short while after making the course ask for less; somebody else looks at it."
            )
            return sentence % {"name": self.eased_by.name}
        if self.by_hand:
            sentence = _(
                "It was entered by hand, without what completes the course; somebody else looks at it. %(how)s"
            )
            return sentence % {"how": self.course.completed_how}
        if self.badge_digest and (self.course.completed_here or self.course.quiz_id is not None):
            sentence = _(
                "A badge is not what completes this course; somebody else looks at whether it stands for that. %(how)s"
            )
            return sentence % {"how": self.course.completed_how}
        if not self.earned:
            return ""
        sentence = (
            _("%(name)s gave themself the address by which they were recognised; somebody else looks at it.")
            if self.own_address
            else _("%(name)s wrote on this course; somebody else looks at what it asks for.")
        )
        return sentence % {"name": self.person.name}

    @property
    def doubt(self) -> str:
        """Return what leaves open who issued it, empty where nothing does."""
        if not self.unproven_key:
            return ""
        sentence = _(
            "Its badge was signed by the key %(key)s. Nothing shows that this key is of “%(issuer)s”."
        )
        return sentence % {"key": shortened(self.unproven_key), "issuer": self.issuer}
