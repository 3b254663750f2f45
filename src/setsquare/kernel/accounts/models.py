"""Rows of people, units, roles and rights.

These rows are changed only by the commands of the organisation domain, which keep a trail of them.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from setsquare.kernel.accounts.likeness import LikenessField


class Unit(models.Model):
    """A part of the organisation: the organisation itself, a site, a department or a team."""

    class Kind(models.TextChoices):
        """Levels of the tree."""

        ORGANISATION = "organisation", _("Organisation")
        SITE = "site", _("Site")
        DEPARTMENT = "department", _("Department")
        TEAM = "team", _("Team")

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    time_zone = models.CharField(max_length=60, blank=True)
    """IANA name; blank inherits from the unit above."""
    closed_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class UnitPath(models.Model):
    """The closure of the unit tree: a row for each pair of a unit and one of its ancestors, itself included."""

    pk = models.CompositePrimaryKey("ancestor_id", "descendant_id")
    ancestor = models.ForeignKey(Unit, models.PROTECT, related_name="paths_down")
    descendant = models.ForeignKey(Unit, models.PROTECT, related_name="paths_up")
    depth = models.PositiveSmallIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["descendant", "ancestor"], name="unitpath_up")]


LONGEST_NAME = 60
"""The longest sign-in name."""


def named(username: str, path: str = "username") -> models.Q:
    """Return the condition that somebody has this sign-in name, in any case; nobody has one longer than any.

    Whatever asks for people by what somebody typed asks by this: SQLite refuses to compare without regard to case with
    a text of any length.
    """
    return models.Q(**{f"{path}__iexact": username}) if len(username) <= LONGEST_NAME else models.Q(pk__in=())


class UserManager(BaseUserManager["User"]):
    """Finds people by their sign-in name, without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with this sign-in name."""
        return self.get(named(username or ""))

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person; without a password they cannot sign in until one is set."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save()
        return user


def initials(name: str) -> str:
    """Return the first letters of the first and last word of a name; titles, such as "Dr.", are left out."""
    words = [word for word in name.split() if not word.endswith(".")] or name.split()
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"


class User(AbstractBaseUser):
    """A person. Never deleted and never reused: who leaves keeps the row, and history keeps the name."""

    class Digest(models.TextChoices):
        """When notices are mailed."""

        IMMEDIATE = "immediate", _("At once")
        DAILY = "daily", _("Once a day")
        NEVER = "never", _("Never")

    username = models.CharField(max_length=LONGEST_NAME, unique=True)
    name = models.CharField(max_length=150)
    title = models.CharField(max_length=150, blank=True)
    likeness = LikenessField()
    """What name and job title are without regard to case, white space and punctuation, as a digest."""
    email = models.EmailField(blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="members")
    manager = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="reports")
    language = models.CharField(max_length=10, default="en")
    time_zone = models.CharField(max_length=60, blank=True)
    digest = models.CharField(max_length=10, choices=Digest.choices, default=Digest.IMMEDIATE)
    is_active = models.BooleanField(default=True)
    may_sign = models.BooleanField(default=True)
    """False while somebody else may know the way in: nothing is signed until a second person vouches for it."""
    left_on = models.DateField(null=True, blank=True)
    joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("username"), name="user_username_any_case")]
        indexes: ClassVar = [
            models.Index(fields=["name", "id"], name="user_by_name"),
            # with a condition, as SQLite would else go through people by it, for which it serves no page
            models.Index(fields=["likeness"], name="user_by_likeness", condition=models.Q(likeness__gt="")),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *, update_fields: Iterable[str] | None = None, **how: Any) -> None:
        """Write the row; with the name or job title goes by what it is told apart."""
        if update_fields is not None and not {"name", "title"}.isdisjoint(update_fields):
            update_fields = {*update_fields, "likeness"}
        super().save(update_fields=update_fields, **how)

    def get_full_name(self) -> str:
        """Return the printed name."""
        return self.name

    def get_short_name(self) -> str:
        """Return the printed name."""
        return self.name

    @property
    def initials(self) -> str:
        """Return the first letters of the first and last word of the name."""
        return initials(self.name)

    @property
    def is_staff(self) -> bool:
        """Nobody enters by Django's own back office; there is none."""
        return False


class Role(models.Model):
    """A named set of permissions, granted to people in units."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=150)
    description = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class RolePermission(models.Model):
    """One permission that a role carries, such as `documents.approve`."""

    role = models.ForeignKey(Role, models.PROTECT, related_name="permissions")
    permission = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["role", "permission"], name="role_permission_once")
        ]
        indexes: ClassVar = [models.Index(fields=["permission", "role"], name="permission_roles")]


def last_moment(end: dt.datetime) -> dt.datetime:
    """Return the last moment before an end: what ends with a day ends as the next one begins."""
    return end - dt.timedelta(microseconds=1)


class Grant(models.Model):
    """A role that a person holds in a unit and everything below it, for a time."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT, related_name="grants")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="grants")
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "role", "unit"], name="grant_user"),
            models.Index(fields=["role", "unit", "user"], name="grant_role"),
        ]

    @property
    def last(self) -> dt.datetime | None:
        """Return the last moment in which it holds, whose day is the last one; None without an end."""
        return last_moment(self.ends) if self.ends is not None else None


class Delegation(models.Model):
    """While it lasts, `substitute` may do the tasks of `absent`, and signs with their own name."""

    absent = models.ForeignKey(User, models.PROTECT, related_name="delegations_given")
    substitute = models.ForeignKey(User, models.PROTECT, related_name="delegations_taken")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["substitute", "starts", "ends"], name="delegation_taken")]

    @property
    def last(self) -> dt.datetime:
        """Return the last moment in which it holds, whose day is the last one."""
        return last_moment(self.ends)


class Token(models.Model):
    """A personal token for the API; only its hash is kept."""

    user = models.ForeignKey(User, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created = models.DateTimeField()
    expires = models.DateTimeField()
    last_used = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    @property
    def last(self) -> dt.datetime:
        """Return the last moment in which it can be used, whose day is the last one."""
        return last_moment(self.expires)
