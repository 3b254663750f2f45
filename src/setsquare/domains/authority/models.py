"""The detail row of authority rules."""

from typing import ClassVar

from django.db import models

from setsquare.domains.authority import in_words
from setsquare.kernel.authority.deciding import in_sentences
from setsquare.kernel.commands.supervising import Deed
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry


class AuthorityRule(models.Model):
    """What is needed for which commands and signatures; where, the record's unit says: there and below.

    While it is in force, the kernel holds it ready as a row of its own (`kernel.authority.models.Rule`).
    """

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="authority_rule"
    )
    why = models.TextField()
    commands = models.JSONField(default=list)
    """Full names of commands, such as `revision.approve`."""
    meanings = models.JSONField(default=list)
    """Codes of what signatures say."""
    kinds = models.JSONField(default=list)
    """Codes of the kinds of records; empty: whatever the kind."""
    roles = models.JSONField(default=list)
    """Codes of roles of which one is needed; empty: none is."""
    needs = models.JSONField(default=list)
    """Qualifications, all of them needed: `{"subject": number, "topic", "level"}`."""
    independent = models.BooleanField(default=False)
    countersigned = models.BooleanField(default=False)
    """Whether who does not meet the needs may do it under supervision."""
    of_supervised = models.JSONField(default=list)
    """Qualifications that are needed instead under supervision; empty: none."""
    of_supervisor = models.JSONField(default=list)
    """Qualifications that who countersigns needs besides `needs`."""
    break_glass = models.BooleanField(default=False)
    """Whether who does not meet the needs may do it in an emergency, with a reason and a review."""
    replaces = models.ForeignKey(
        "records.Record", models.PROTECT, null=True, related_name="next_editions", db_index=False
    )
    """The edition that it takes the place of once it is in force."""
    authors = models.JSONField(default=list)
    """Sign-in names of those who wrote it; none of them approves it."""
    in_force_since = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["replaces"], name="authority_rule_replaces")]

    @property
    def commands_in_words(self) -> list[str]:
        """Return what it is asked at, a line for each command."""
        return in_words.commands(self.commands)

    @property
    def meanings_in_words(self) -> list[str]:
        """Return what the signatures say at which it is asked."""
        return in_words.meanings(self.meanings)

    @property
    def kinds_in_words(self) -> list[str]:
        """Return the kinds of records for which it holds."""
        return in_words.kinds(self.kinds)

    @property
    def roles_in_words(self) -> list[str]:
        """Return the names of the roles of which one is needed."""
        return in_words.roles(self.roles)

    @property
    def needs_in_words(self) -> list[str]:
        """Return the qualifications that are needed, a line for each."""
        return in_words.needs(self.needs)

    @property
    def of_supervised_in_words(self) -> list[str]:
        """Return the qualifications that are needed under supervision, a line for each."""
        return in_words.needs(self.of_supervised)

    @property
    def of_supervisor_in_words(self) -> list[str]:
        """Return the qualifications that who countersigns needs besides, a line for each."""
        return in_words.needs(self.of_supervisor)


class SupervisedDeed(models.Model):
    """What somebody prepared under supervision; its owner is the requester, its unit that of what it is about."""

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="supervised_deed"
    )
    command = models.CharField(max_length=100)
    """Its full name, such as `revision.approve`."""
    target = models.ForeignKey("records.Record", models.PROTECT, null=True, related_name="supervised_deeds")
    """What it is about; of what makes a record, the record that it made."""
    body = models.JSONField(default=dict)
    """What the command is given."""
    reason = models.TextField(blank=True)
    seen_version = models.PositiveIntegerField(null=True)
    """The version of the record that the requester looked at; null for what makes one."""
    seen = models.CharField(max_length=80, blank=True)
    """SHA-256 of its state at that version."""
    meaning = models.CharField(max_length=60, blank=True)
    """What the requester’s signature says; empty where none is taken."""
    digest = models.CharField(max_length=80)
    """SHA-256 of what was prepared, as canonical JSON: both signatures name it."""
    prepared = models.DateTimeField()
    rules = models.JSONField(default=list)
    """Numbers of the rules that ask for the countersignature."""
    countersigned_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    refusal = models.TextField(blank=True)
    """Why it was refused: kept here and not as the reason of the entry, as not everybody who sees the entry may know
    what the deed is about."""

    @property
    def command_in_words(self) -> str:
        """Return what is to be done."""
        return in_words.commands([self.command])[0]

    @property
    def searched(self) -> str:
        """Return what is to be done as search finds it: in every language."""
        return in_words.in_all_languages(self.command)

    @property
    def told(self) -> list[str]:
        """Return what it is given, a line for each field."""
        return in_words.given(self.command, self.body)

    @property
    def deed(self) -> Deed:
        """Return it as the kernel carries it out."""
        record: Record = self.record
        target = self.target if self.seen_version is not None else None
        return Deed(
            self.command, target, record.owner, self.body, self.reason, self.seen_version, record.unit_id
        )


class Override(models.Model):
    """What somebody did by breaking the glass; its owner is who did it, its unit that of what it was done to."""

    record = models.OneToOneField("records.Record", models.PROTECT, primary_key=True, related_name="override")
    command = models.CharField(max_length=100)
    target = models.ForeignKey("records.Record", models.PROTECT, related_name="overrides")
    target_version = models.PositiveIntegerField()
    """Which entry of its history tells it."""
    why = models.TextField()
    rules = models.JSONField(default=list)
    """The rules that were overridden: `{"rule", "version", "lacking": qualifications}`."""
    finding = models.TextField(blank=True)
    """What the review found."""
    reviewed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    reviewed = models.DateTimeField(null=True)
    consequence = models.CharField(max_length=20, blank=True)
    """What becomes of what was done, where that was not justified: a code of `in_words.CONSEQUENCES`."""
    done_about_it = models.TextField(blank=True)
    """What was done about it, and why that is enough."""
    put_right_by = models.ForeignKey(
        "records.Record", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """The record by which it is put right, where there is one."""
    settled_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    settled = models.DateTimeField(null=True)

    @property
    def command_in_words(self) -> str:
        """Return what was done."""
        return in_words.commands([self.command])[0]

    @property
    def searched(self) -> str:
        """Return what was done as search finds it: in every language."""
        return in_words.in_all_languages(self.command)

    @property
    def asked_instead(self) -> str:
        """Return who was asked, where a substitute did it: in their own name, as breaking the glass always is."""
        entry = Entry.objects.filter(record=self.target_id, seq=self.target_version).only("authority").first()
        return str(((entry.authority if entry is not None else None) or {}).get("asked_name", ""))

    @property
    def consequence_in_words(self) -> str:
        """Return what becomes of what was done."""
        return str(in_words.CONSEQUENCES.get(self.consequence, self.consequence))

    @property
    def rules_in_words(self) -> list[str]:
        """Return the rules that were overridden, with what they ask for, a line for each."""
        return in_sentences(self.rules)
