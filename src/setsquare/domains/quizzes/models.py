"""Rows of quizzes and of attempts; what a quiz says is kept as texts by digest."""

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.domains.quizzes.content import Content
from setsquare.domains.quizzes.keeping import content_at


class Quiz(models.Model):
    """Questions by which it shows who knows what.

    `content` is the version in force, `draft` what the next one is to be: digests of kept texts that hold a `Content`
    as canonical JSON. They are no keys to these texts, as whoever reads a record may read the texts that it has.
    `editions` are all released versions, the oldest first: `{"edition", "content", "released", "by", "authors",
    "summary"}`.
    """

    record = models.OneToOneField("records.Record", models.PROTECT, primary_key=True, related_name="quiz")
    purpose = models.TextField(blank=True)
    """What it is for, and what to know before it is begun."""
    edition = models.PositiveIntegerField(default=0)
    """The number of the version in force; 0 is none yet."""
    content = models.CharField(max_length=64, blank=True)
    draft = models.CharField(max_length=64, blank=True)
    authors = models.JSONField(default=list)
    """Sign-in names of those who wrote the draft."""
    released = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    editions = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.record)

    @property
    def in_force(self) -> Content | None:
        """Return the content of the version in force."""
        return content_at(self.content) if self.content else None

    @property
    def makers(self) -> set[str]:
        """Return the sign-in names of those who wrote or released the version in force."""
        if not self.editions:
            return set()
        latest = self.editions[-1]
        return {latest["by"], *latest.get("authors", ())}

    @property
    def written_since(self) -> dt.datetime:
        """Return since when what is asked by the version in force was being written, at the earliest."""
        return self.begun_to_write(self.edition)

    def begun_to_write(self, edition: int) -> dt.datetime:
        """Return since when a version was being written, at the earliest: since the one before it was released."""
        before = next((one for one in self.editions if one["edition"] == edition - 1), None)
        return dt.datetime.fromisoformat(before["released"]) if before else self.record.created

    @property
    def drafted(self) -> Content | None:
        """Return the content of the draft, None where there is none."""
        return content_at(self.draft) if self.draft else None

    @property
    def latest(self) -> Content:
        """Return what the draft says, without one what is in force."""
        return self.drafted or self.in_force or Content()

    def at(self, edition: int) -> Content | None:
        """Return the content of a released version, None where there is none of this number."""
        digest = next((one["content"] for one in self.editions if one["edition"] == edition), "")
        return content_at(digest) if digest else None

    @property
    def version_in_words(self) -> str:
        """Return which version is in force, and since when."""
        if not self.edition or self.released is None:
            return _("None is released yet")
        words = _("Version %(number)s, since %(day)s")
        return words % {"number": self.edition, "day": date_format(localtime(self.released))}

    @property
    def extent(self) -> str:
        """Return how many questions are asked, and in what time."""
        content = self.in_force or self.latest
        told = ngettext("%(n)s question", "%(n)s questions", content.asked) % {"n": content.asked}
        return f"{told} · {in_minutes(content.rules.minutes)}" if content.rules.minutes else told

    @property
    def pass_mark(self) -> str:
        """Return what share has to be right."""
        return _("%(percent)s %% of the points") % {
            "percent": (self.in_force or self.latest).rules.pass_percent
        }

    @property
    def attempts_allowed(self) -> str:
        """Return how often one may try, and how long one waits in between."""
        rules = (self.in_force or self.latest).rules
        told = (
            ngettext("%(n)s attempt", "%(n)s attempts", rules.attempts) % {"n": rules.attempts}
            if rules.attempts
            else _("Any number of attempts")
        )
        if not rules.wait_days:
            return told
        wait = ngettext("%(n)s day between them", "%(n)s days between them", rules.wait_days)
        return f"{told} · {wait % {'n': rules.wait_days}}"

    @property
    def validity(self) -> str:
        """Return how long it counts to have passed."""
        months = (self.in_force or self.latest).rules.validity_months
        return ngettext("%(n)s month", "%(n)s months", months) % {"n": months} if months else _("For good")

    @property
    def shown_after(self) -> str:
        """Return what is shown once an attempt is handed in."""
        told = {
            "never": _("The result only"),
            "passed": _("The right answers, once passed"),
            "always": _("The right answers"),
        }
        return told[(self.in_force or self.latest).rules.shows]


def in_minutes(minutes: int) -> str:
    """Return a time to answer in words."""
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


class QuizAttempt(models.Model):
    """One person's attempt at a quiz, on the version that was in force when it was begun.

    What each answer was worth is reckoned anew where it may be shown: it follows from the version and the answers.
    """

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="quiz_attempt"
    )
    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="attempts")
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="quiz_attempts")
    edition = models.PositiveIntegerField()
    started = models.DateTimeField()
    deadline = models.DateTimeField(null=True)
    """When it is handed in by itself; none: never."""
    drawn = models.JSONField(default=list)
    """The questions in the order in which they are asked, as `scoring.Drawn`."""
    answers = models.JSONField(default=dict)
    submitted = models.DateTimeField(null=True)
    points = models.PositiveIntegerField(null=True)
    most = models.PositiveIntegerField()
    percent = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    another = models.BooleanField(default=False)
    """Whether another attempt was granted in its place: it is not counted among those that one has."""

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["deadline"],
                name="attempt_running_out",
                condition=models.Q(submitted__isnull=True, deadline__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.record)

    @property
    def content(self) -> Content:
        """Return the version that it answers."""
        found = self.quiz.at(self.edition)
        if found is None:
            raise LookupError(f"{self.quiz} has no version {self.edition}")
        return found

    @property
    def answered(self) -> int:
        """Return how many questions have an answer."""
        return sum(1 for answer in self.answers.values() if answer)

    @property
    def progress(self) -> str:
        """Return how many of its questions have an answer."""
        return _("%(n)s of %(all)s") % {"n": self.answered, "all": len(self.drawn)}

    @property
    def percent_in_words(self) -> str:
        """Return the share that it reached, empty before it is handed in."""
        return "" if self.percent is None else f"{number_format(self.percent, decimal_pos=1)} %"

    @property
    def result(self) -> str:
        """Return what it reached, empty before it is handed in."""
        if self.points is None or self.percent is None:
            return ""
        told: dict[str, Any] = {"points": self.points, "most": self.most}
        told["percent"] = number_format(self.percent, decimal_pos=1)
        return _("%(points)s of %(most)s points, %(percent)s %%") % told
