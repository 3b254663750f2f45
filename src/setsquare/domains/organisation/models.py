"""Detail rows that tie the records of the organisation to the kernel's rows of accounts.

What a unit, person or role *is* stands in `setsquare.kernel.accounts`, where every right is decided; these
rows give each of them a record, so that it has a number, commands, a trail and a place in search.
"""

from django.db import models


class UnitFile(models.Model):
    """The record of a unit."""

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="unit_file"
    )
    part = models.OneToOneField("accounts.Unit", models.PROTECT, related_name="file")
    """The unit itself; it is also the record's own unit."""

    def __str__(self) -> str:
        return str(self.part)


class PersonFile(models.Model):
    """The record of a person."""

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="person_file"
    )
    user = models.OneToOneField("accounts.User", models.PROTECT, related_name="file")
    invited = models.DateTimeField(null=True, blank=True)
    """When a link to set a password was made last."""
    shown_to = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    """Who was shown such a link last, because there was no address to mail it to."""

    def __str__(self) -> str:
        return str(self.user)


class RoleFile(models.Model):
    """The record of a role."""

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="role_file"
    )
    role = models.OneToOneField("accounts.Role", models.PROTECT, related_name="file")

    def __str__(self) -> str:
        return str(self.role)
