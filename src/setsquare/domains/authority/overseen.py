"""The record types of what is done under supervision, and of what is done by breaking the glass."""

from collections.abc import Mapping

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from setsquare.domains.authority import work
from setsquare.domains.authority.in_words import command_choices
from setsquare.domains.authority.models import Override, SupervisedDeed
from setsquare.domains.authority.permissions import OVERSEE
from setsquare.domains.authority.states import OVERRIDE, SUPERVISED_DEED
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import led_by, units_where
from setsquare.kernel.commands.supervising import sees_what_it_makes
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.seeing import may_see
from setsquare.kernel.records.things import (
    Column,
    Element,
    Fact,
    Filter,
    Hidden,
    Kind,
    Label,
    SearchText,
    Section,
    Thing,
    register,
    thing_of,
)
from setsquare.kernel.tasks.models import Task

GIVEN = "given"
"""The role of files that a command is given under supervision."""
KINDS = (work.COUNTERSIGNING, work.REVIEWING, work.SETTLING)
NUMBER = Column("number", _("Number"), "number", sortable=True)
TITLE = Column("title", _("Title"), "title", sortable=True)
STATE = Column("state", _("State"), "state", Kind.STATE, sortable=True)
UNIT = Column("unit", _("Unit"), "unit", Kind.UNIT)


def overseen_scope(thing: Thing, user: User) -> Q:
    """Who oversees it in its unit, who did it or leads them, and who is or was asked about it."""
    asked = Task.objects.filter(assignee=user, record__type=thing.code)
    return (
        Q(unit_id__in=units_where(user, OVERSEE))
        | Q(owner_id=user.pk)
        | led_by(user, "owner__")
        | Q(pk__in=asked.values("record_id"))
    )


def sees_what_it_is_about(record: Record, user: User) -> bool:
    """Tell whether `user` sees what a supervised deed is about, as who does it and who countersigned it do.

    Else who sees the record, or would see the one that it makes.
    """
    row: SupervisedDeed = record.supervised_deed
    if user.pk in (record.owner_id, row.countersigned_by_id):
        return True
    target: Record | None = row.target
    if target is None:
        return sees_what_it_makes(row.deed, user)
    thing = thing_of(target.type)
    return may_see(thing, user, target) and not thing.hidden_from(user, target).keys


def _commands(_user: User) -> Mapping[str, Label]:
    return command_choices()


SUPERVISED_DEEDS = register(
    Thing(
        code="supervised_deed",
        ruled=False,
        slug="supervised-work",
        name=_("Supervised deed"),
        plural=_("Supervised work"),
        element=Element.GOVERNANCE,
        area=_("Authority"),
        icon="user-check",
        lifecycle=SUPERVISED_DEED,
        read=OVERSEE,
        numbering="SD-{n:04}",
        model=SupervisedDeed,
        description=_("What people prepared under supervision, and who countersigned it."),
        columns=(
            NUMBER,
            TITLE,
            STATE,
            Column("requester", _("Prepared by"), "owner", Kind.PERSON),
            Column("prepared", _("Prepared"), "supervised_deed__prepared", Kind.DATETIME),
            Column(
                "countersigned_by", _("Countersigned by"), "supervised_deed__countersigned_by", Kind.PERSON
            ),
            UNIT,
            Column("changed", _("Changed"), "changed", Kind.DATETIME, sortable=True),
        ),
        filters=(
            Filter("command", _("What is done"), "supervised_deed__command", choices=_commands),
            Filter("requester", _("Prepared by"), "owner", Kind.PERSON),
            Filter(
                "countersigned_by", _("Countersigned by"), "supervised_deed__countersigned_by", Kind.PERSON
            ),
            Filter("prepared", _("Prepared"), "supervised_deed__prepared", Kind.DATETIME),
        ),
        sections=(
            Section(
                _("What is done"),
                (
                    Fact(_("What is done"), "supervised_deed__command_in_words"),
                    Fact(_("Record"), "supervised_deed__target", Kind.RECORD),
                    Fact(_("Looked at its version"), "supervised_deed__seen_version", Kind.NUMBER),
                    Fact(_("What it is given"), "supervised_deed__told", Kind.LIST),
                    Fact(_("Reason"), "supervised_deed__reason", Kind.LONG_TEXT),
                    Fact(_("Prepared by"), "owner", Kind.PERSON),
                    Fact(_("Prepared"), "supervised_deed__prepared", Kind.DATETIME),
                    Fact(_("Asked for by rules"), "supervised_deed__rules", Kind.LIST),
                    Fact(_("Countersigned by"), "supervised_deed__countersigned_by", Kind.PERSON),
                    Fact(_("Why refused"), "supervised_deed__refusal", Kind.LONG_TEXT),
                ),
            ),
        ),
        related=("supervised_deed__target", "supervised_deed__countersigned_by"),
        guarded=frozenset({"supervised_deed__target"}),
        private=Hidden(keys=frozenset({"body", "told", "reason", "refusal"}), files=frozenset({GIVEN})),
        privy=sees_what_it_is_about,
        search=lambda record: SearchText(record.title, record.supervised_deed.searched),
        scope=overseen_scope,
        confidential=True,
        labels={
            "command": _("What is done"),
            "body": _("What it is given"),
            "meaning": _("Signature says"),
            "seen": _("SHA-256 of what was looked at"),
            "digest": _("SHA-256 of what was prepared"),
        },
    )
)
OVERRIDES = register(
    Thing(
        code="override",
        slug="overrides",
        name=_("Use of break-glass"),
        plural=_("Uses of break-glass"),
        element=Element.GOVERNANCE,
        area=_("Authority"),
        icon="alert-triangle",
        lifecycle=OVERRIDE,
        read=OVERSEE,
        numbering="BG-{n:04}",
        model=Override,
        description=_(
            "What people did in an emergency although a rule asked for more, and what the review found."
        ),
        columns=(
            NUMBER,
            TITLE,
            STATE,
            Column("done_by", _("Done by"), "owner", Kind.PERSON),
            Column("created", _("When"), "created", Kind.DATETIME, sortable=True),
            Column("reviewed_by", _("Reviewed by"), "override__reviewed_by", Kind.PERSON),
            UNIT,
            Column("changed", _("Changed"), "changed", Kind.DATETIME, shown=False),
        ),
        filters=(
            Filter("command", _("What was done"), "override__command", choices=_commands),
            Filter("done_by", _("Done by"), "owner", Kind.PERSON),
            Filter("created", _("When"), "created", Kind.DATETIME),
            Filter("reviewed_by", _("Reviewed by"), "override__reviewed_by", Kind.PERSON),
        ),
        sections=(
            Section(
                _("What was done"),
                (
                    Fact(_("What was done"), "override__command_in_words"),
                    Fact(_("Record"), "override__target", Kind.RECORD),
                    Fact(_("Became its version"), "override__target_version", Kind.NUMBER),
                    Fact(_("Why"), "override__why", Kind.LONG_TEXT),
                    Fact(_("Overridden rules"), "override__rules_in_words", Kind.LIST),
                    Fact(_("Done by"), "owner", Kind.PERSON),
                    Fact(_("Done in their own name, though asked was"), "override__asked_instead"),
                    Fact(_("When"), "created", Kind.DATETIME),
                ),
            ),
            Section(
                _("Review"),
                (
                    Fact(_("Finding"), "override__finding", Kind.LONG_TEXT),
                    Fact(_("Reviewed by"), "override__reviewed_by", Kind.PERSON),
                    Fact(_("Reviewed"), "override__reviewed", Kind.DATETIME),
                ),
                sparse=True,
            ),
            Section(
                _("What followed"),
                (
                    Fact(_("Decision"), "override__consequence_in_words"),
                    Fact(_("What was done about it"), "override__done_about_it", Kind.LONG_TEXT),
                    Fact(_("Put right by"), "override__put_right_by", Kind.RECORD),
                    Fact(_("Decided by"), "override__settled_by", Kind.PERSON),
                    Fact(_("Decided"), "override__settled", Kind.DATETIME),
                ),
                sparse=True,
            ),
        ),
        related=("override__target", "override__reviewed_by"),
        guarded=frozenset({"override__target", "override__put_right_by"}),
        search=lambda record: SearchText(record.title, record.override.searched, record.override.why),
        scope=overseen_scope,
        confidential=True,
        labels={"command": _("What was done"), "rules": _("Overridden rules")},
    )
)
