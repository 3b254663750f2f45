"""Rows of document types, documents and their revisions; what all records share stands in Record."""

from functools import cached_property
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from setsquare.domains.documents.authorship import authors_of
from setsquare.domains.documents.deciding.in_words import decided_in_words
from setsquare.domains.documents.deciding.models import Decision, Named
from setsquare.domains.documents.importing.models import ImportJob, ImportRow
from setsquare.domains.documents.in_words import (
    amendments_of,
    names_of,
    readers_in_words,
    reasons_of,
    steps_in_words,
)
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.things import Amendment

__all__ = [
    "Audience",
    "Comment",
    "ControlledCopy",
    "Decision",
    "Document",
    "DocumentType",
    "ImportJob",
    "ImportRow",
    "Named",
    "Revision",
    "WorkingText",
]


class DocumentType(models.Model):
    """How documents of one kind are numbered, written, approved, read and reviewed.

    `route` is the approval route: a list of steps `{"name", "mode": "all" | "some", "needed",
    "roles": [codes], "people": [sign-in names], "meaning"}`. `audience` is the default one: a list of
    `{"role", "unit", "person"}`, in which an empty unit stands for the document's own.
    """

    class Content(models.TextChoices):
        """What may be the controlled content."""

        TEXT = "text"
        FILE = "file"
        BOTH = "both"

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="document_type"
    )
    code = models.CharField(max_length=40, unique=True)
    number_pattern = models.CharField(max_length=80)
    """Numbering pattern of the documents, such as `SOP-{n:03}`."""
    description = models.CharField(max_length=300, blank=True)
    template = models.ForeignKey("files.Text", models.PROTECT, related_name="+", db_index=False)
    required_sections = models.JSONField(default=list)
    content = models.CharField(max_length=8, choices=Content.choices, default=Content.TEXT)
    review_required = models.BooleanField(default=True)
    """Whether reviewers look at a revision before it goes to approval."""
    route = models.JSONField(default=list)
    review_months = models.PositiveSmallIntegerField(default=0)
    """Months between periodic reviews; 0 is none."""
    audience = models.JSONField(default=list)
    reading_days = models.PositiveSmallIntegerField(default=14)
    """Days that a reader has, from the day a revision takes effect."""
    reading_signature = models.BooleanField(default=False)
    decision_required = models.BooleanField(default=False)
    """Whether it is decided on reading and training before a revision goes to approval."""
    external = models.BooleanField(default=False)
    """Documents that others publish and that are followed here."""
    never_adopted = models.BooleanField(default=False)
    """Whether nobody has adopted it yet: no documents of it can be made before."""
    proposed = models.JSONField(null=True)
    """What waits for a second person's signature: `authors` (sign-in names) with what is ruled of a type (`RULED`) as
    it would be; the authors alone where the type itself is new."""
    proposed_template = models.ForeignKey(
        "files.Text", models.PROTECT, null=True, related_name="+", db_index=False
    )

    @property
    def route_in_words(self) -> list[str]:
        """Return the approval route, a sentence for each step."""
        return steps_in_words(self.route)

    @property
    def audience_in_words(self) -> list[str]:
        """Return the default audience, a line for each row."""
        return readers_in_words(self.audience)

    @property
    def proposed_by(self) -> list[str]:
        """Return who proposed what waits here."""
        authors = (self.proposed or {}).get("authors", [])
        names = names_of([{"people": authors}])
        return [names.get(author, author) for author in authors]

    @property
    def proposed_because(self) -> str:
        """Return the reasons that were given for what waits here."""
        return "\n\n".join(reasons_of(self)) if self.proposed is not None else ""

    @property
    def amendments(self) -> list[Amendment]:
        """Return what would change once the proposal that waits here is adopted; of a new type, all that it says."""
        return amendments_of(self) if self.proposed is not None else []


class Document(models.Model):
    """The identity of a controlled document; what it says stands in its revisions."""

    record = models.OneToOneField("records.Record", models.PROTECT, primary_key=True, related_name="document")
    kind = models.ForeignKey(DocumentType, models.PROTECT, related_name="documents")
    area = models.CharField(max_length=120, blank=True, db_index=True)
    """The process area that it belongs to, in the organisation's own words."""
    keywords = models.CharField(max_length=300, blank=True)
    standards = models.JSONField(default=list)
    """The standards that it answers, such as `ISO 9001:2015 7.5`."""
    language = models.CharField(max_length=10, default="en")
    review_months = models.PositiveSmallIntegerField(default=0)
    last_review = models.DateField(null=True)
    next_review = models.DateField(null=True, db_index=True)
    current = models.ForeignKey("Revision", models.PROTECT, null=True, related_name="+")
    """The revision in force."""
    open_revision = models.ForeignKey("Revision", models.PROTECT, null=True, related_name="+")
    """The one revision that is being worked on."""
    effective_since = models.DateTimeField(null=True)
    """Since when the current revision is in force."""
    publisher = models.CharField(max_length=200, blank=True)
    edition = models.CharField(max_length=120, blank=True)
    copy_place = models.CharField(max_length=300, blank=True)
    """Where the licensed copy of an external document is kept."""

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["effective_since", "record"], name="document_by_effect"),
        ]


class Audience(models.Model):
    """Who has to read a document: the holders of a role within a unit, the members of a unit, or a person."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="audience")
    role = models.ForeignKey("accounts.Role", models.PROTECT, null=True, related_name="reads")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="reads")
    person = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="reads")
    outside = models.BooleanField(default=False)
    """Whether it reaches people whom the document's own unit would not let read it."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, role__isnull=True, unit__isnull=True)
                | Q(person__isnull=True, unit__isnull=False),
                name="audience_role_unit_or_person",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["document"], name="audience_outside", condition=Q(outside=True)),
        ]

    def __str__(self) -> str:
        parts = [self.person.username] if self.person else []
        parts += [self.role.code] if self.role else []
        parts += [self.unit.code] if self.unit else []
        return " @ ".join(parts)

    @property
    def in_words(self) -> str:
        """Return whom the row reaches, by names."""
        return " · ".join(one.name for one in (self.person, self.role, self.unit) if one is not None)


class Revision(models.Model):
    """One version of a document, from draft to superseded.

    Its content is a text or a file. `route` is the approval route as it was when the revision was sent for
    approval: `[{"name", "mode", "needed", "meaning", "people": [sign-in names]}]`.
    """

    class Kind(models.TextChoices):
        """How far the change goes."""

        NORMAL = "normal"
        EDITORIAL = "editorial"

    class Reading(models.TextChoices):
        """What the audience has to read when it takes effect."""

        WHOLE = "whole"
        CHANGES = "changes"
        PASSAGES = "passages"
        NOTHING = "nothing"

    record = models.OneToOneField("records.Record", models.PROTECT, primary_key=True, related_name="revision")
    document = models.ForeignKey(Document, models.PROTECT, related_name="revisions", db_index=False)
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.NORMAL)
    is_open = models.BooleanField(default=True)
    content = models.ForeignKey("files.Text", models.PROTECT, null=True, related_name="+", db_index=False)
    file = models.ForeignKey("files.Blob", models.PROTECT, null=True, related_name="+", db_index=False)
    file_name = models.CharField(max_length=255, blank=True)
    summary = models.TextField(blank=True)
    """What changed, in the words that readers see first."""
    reason = models.TextField(blank=True)
    """Why it was changed."""
    authors = models.JSONField(default=list)
    """Sign-in names of everybody who wrote on it; none of them approves it."""
    round = models.PositiveSmallIntegerField(default=0)
    """How often it was submitted; what was reviewed or signed in an earlier round no longer counts."""
    submitted = models.DateTimeField(null=True)
    sent = models.DateTimeField(null=True)
    """When it was sent for approval, in this round."""
    route = models.JSONField(default=list)
    step = models.PositiveSmallIntegerField(default=0)
    """The step of the route that is being signed, from 1; 0 is none."""
    step_days = models.PositiveSmallIntegerField(default=7)
    """Days that the people of each step have."""
    approved = models.DateTimeField(null=True)
    effective_from = models.DateTimeField(null=True)
    """When it is to take effect, once approved."""
    effective_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)
    """When it ceased to be in force."""
    approved_outside_by = models.CharField(max_length=300, blank=True)
    """Who approved it where that was done before and outside Setsquare; it was carried over, not approved here."""
    approved_outside_on = models.DateField(null=True)
    evidence = models.ForeignKey("files.Blob", models.PROTECT, null=True, related_name="+", db_index=False)
    """The signed original or another proof of that approval."""
    reading = models.CharField(max_length=10, choices=Reading.choices, default=Reading.WHOLE)
    reading_days = models.PositiveSmallIntegerField(default=14)
    reading_signature = models.BooleanField(default=False)
    reading_base = models.PositiveIntegerField(null=True)
    """The ordinal of the last revision that had to be read; who confirmed it or a later one has read."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "ordinal"], name="revision_ordinal"),
            models.UniqueConstraint(fields=["document"], condition=Q(is_open=True), name="revision_one_open"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["effective_from"], name="revision_due", condition=Q(effective_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}/{self.ordinal}"

    @property
    def written_by(self) -> list[User]:
        """Return everybody who wrote on it, who is in charge of it first."""
        return authors_of([self])[0]

    @property
    def readers_in_words(self) -> list[str]:
        """Return who has to read it once it is in force, a line for each row of the audience."""
        if self.reading == self.Reading.NOTHING:
            return [_("Nobody is asked to read it")]
        if (decision := decision_of(self)) is not None and decision.who == Decision.Who.PART:
            return [row.in_words for row in decision.readers]
        rows = self.document.audience.select_related("role", "unit", "person").order_by("id")
        return [row.in_words for row in rows] or [_("Nobody: the document has no audience")]

    @cached_property
    def decided(self) -> list[str]:
        """Return what was decided on its reading and training, a sentence for each point."""
        decision = decision_of(self)
        return decided_in_words(decision) if decision is not None else []


def decision_of(revision: Revision) -> Decision | None:
    """Return what was decided on the reading and training of a revision; None where nothing was."""
    decision: Decision | None = getattr(revision, "decision", None)
    return decision


class Comment(models.Model):
    """A remark on a revision, tied to a passage of its text, or an answer to one."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="comments", db_index=False)
    number = models.PositiveIntegerField()
    """Counts the comments of the revision."""
    answers = models.ForeignKey("self", models.PROTECT, null=True, related_name="replies")
    author = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    text = models.ForeignKey("files.Text", models.PROTECT, related_name="+", db_index=False)
    about = models.ForeignKey("files.Text", models.PROTECT, null=True, related_name="+", db_index=False)
    """The content that it was made on."""
    quote = models.TextField(blank=True)
    """The passage; `prefix` and `suffix` are the words around it, `block` the block's position from 0."""
    prefix = models.CharField(max_length=200, blank=True)
    suffix = models.CharField(max_length=200, blank=True)
    block = models.PositiveIntegerField(null=True)
    resolved = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["revision", "number"], name="comment_number")
        ]


class WorkingText(models.Model):
    """What a person has typed on a revision and not yet saved; no part of the record."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="working_texts", db_index=False)
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    body = models.TextField()
    base = models.CharField(max_length=64)
    """Digest of the content that the person began with."""
    details = models.JSONField(default=dict)
    """Title, summary and reason as they were typed."""
    saved = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["revision", "user"], name="working_text_of_person")
        ]


class ControlledCopy(models.Model):
    """A printed or exported copy that was given out and has to come back."""

    class Outcome(models.TextChoices):
        """What became of it."""

        RETURNED = "returned"
        DESTROYED = "destroyed"
        LOST = "lost"

    document = models.ForeignKey(Document, models.PROTECT, related_name="copies", db_index=False)
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="copies")
    number = models.PositiveIntegerField()
    """Counts the copies of the revision, from 1."""
    holder = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="copies")
    place = models.CharField(max_length=200, blank=True)
    until = models.DateField(null=True)
    issued = models.DateTimeField()
    issued_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    recalled = models.DateTimeField(null=True)
    reminded = models.DateTimeField(null=True)
    reconciled = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["revision", "number"], name="copy_number")]
        indexes: ClassVar = [
            models.Index(fields=["document", "id"], name="copy_of_document"),
            models.Index(fields=["until"], name="copy_out", condition=Q(reconciled__isnull=True)),
        ]

    @property
    def label(self) -> str:
        """Return how commands name it: the revision's ordinal and the copy's number, such as `2-3`."""
        return f"{self.revision.ordinal}-{self.number}"
