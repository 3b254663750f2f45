"""The record type of authority rules."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_lazy as _

from setsquare.domains.authority import work
from setsquare.domains.authority.models import AuthorityRule
from setsquare.domains.authority.permissions import READ
from setsquare.domains.authority.states import AUTHORITY_RULE
from setsquare.kernel.authority.models import Rule, Whose
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import (
    Column,
    Element,
    Fact,
    Kind,
    SearchText,
    Section,
    Thing,
    register,
    scope_from_below,
)

KINDS = (work.APPROVING, work.COUNTERSIGNING, work.REVIEWING)
AS_THEY_ARE = ("commands", "meanings", "kinds", "independent", "countersigned", "break_glass")
"""What of a rule the rows have as it is, by which commands ask."""
WHAT = Fact(_("When somebody does this"), "authority_rule__commands_in_words", Kind.LIST)
SIGNED = Fact(_("Or signs with this meaning"), "authority_rule__meanings_in_words", Kind.LIST)
RULED = (
    WHAT,
    SIGNED,
    Fact(_("In this unit and below"), "unit", Kind.UNIT),
    Fact(_("Only for these kinds of records"), "authority_rule__kinds_in_words", Kind.LIST),
    Fact(_("Needed: one of these roles"), "authority_rule__roles_in_words", Kind.LIST),
    Fact(_("Needed: each of these qualifications"), "authority_rule__needs_in_words", Kind.LIST),
    Fact(_("Not by the owner or an author of the record"), "authority_rule__independent", Kind.BOOLEAN),
    Fact(
        _("Who lacks a qualification may do it under supervision"),
        "authority_rule__countersigned",
        Kind.BOOLEAN,
    ),
    Fact(_("Who is supervised needs"), "authority_rule__of_supervised_in_words", Kind.LIST),
    Fact(_("Who countersigns needs besides"), "authority_rule__of_supervisor_in_words", Kind.LIST),
    Fact(_("In an emergency, the glass may be broken"), "authority_rule__break_glass", Kind.BOOLEAN),
)
"""What a rule says, as whoever approves it has it before them."""


def rule_words(record: Record) -> SearchText:
    """Return what search finds a rule by."""
    rule: AuthorityRule = record.authority_rule
    named = [*rule.commands_in_words, *rule.roles_in_words, *rule.needs_in_words]
    return SearchText(record.title, " ".join(named), rule.why)


def disagreeing(record: Record) -> Collection[str]:
    """Return what the rule that commands are asked by does not have as the record says."""
    held = Rule.objects.filter(record=record).first()
    if (held is not None) != (record.state == "in_force"):
        return ("rule_in_force",)
    return () if held is None or _as_ruled(record.authority_rule, held) else ("rule_in_force",)


def _as_ruled(rule: AuthorityRule, held: Rule) -> bool:
    needs = held.needs.order_by("id").values_list("whose", "subject__number", "topic", "level")
    said = [(whose, need["subject"], need["topic"], need["level"]) for whose, need in rule_needs(rule)]
    roles = set(held.roles.values_list("code", flat=True))
    plain = all(getattr(held, name) == getattr(rule, name) for name in AS_THEY_ARE)
    return plain and (list(needs), roles, held.unit_id) == (said, set(rule.roles), rule.record.unit_id)


def rule_needs(rule: AuthorityRule) -> list[tuple[str, dict[str, Any]]]:
    """Return every qualification that a rule asks for, and of whom."""
    asked = (
        (Whose.EVERYBODY, rule.needs),
        (Whose.SUPERVISED, rule.of_supervised),
        (Whose.SUPERVISOR, rule.of_supervisor),
    )
    return [(str(whose), need) for whose, needs in asked for need in needs]


AUTHORITY_RULES = register(
    Thing(
        code="authority_rule",
        slug="authority-rules",
        name=_("Authority rule"),
        plural=_("Authority rules"),
        element=Element.GOVERNANCE,
        area=_("Authority"),
        icon="scale",
        lifecycle=AUTHORITY_RULE,
        read=READ,
        numbering="AR-{n:03}",
        model=AuthorityRule,
        description=_("What somebody needs besides their roles before they may do something or sign for it."),
        columns=(
            Column("number", _("Number"), "number", sortable=True),
            Column("title", _("Title"), "title", sortable=True),
            Column("state", _("State"), "state", Kind.STATE, sortable=True),
            Column("unit", _("Unit"), "unit", Kind.UNIT),
            Column("owner", _("Owner"), "owner", Kind.PERSON),
            Column("in_force_since", _("In force since"), "authority_rule__in_force_since", Kind.DATETIME),
            Column("changed", _("Changed"), "changed", Kind.DATETIME, sortable=True),
        ),
        sections=(
            Section(
                _("Rule"),
                (
                    *RULED,
                    Fact(_("Why"), "authority_rule__why", Kind.LONG_TEXT),
                    Fact(_("In force since"), "authority_rule__in_force_since", Kind.DATETIME),
                    Fact(_("Replaces"), "authority_rule__replaces", Kind.RECORD),
                    Fact(_("Owner"), "owner", Kind.PERSON),
                ),
            ),
        ),
        related=("authority_rule__replaces",),
        search=rule_words,
        scope=scope_from_below,
        authors=lambda record: {record.owner.username, *record.authority_rule.authors},
        derived=disagreeing,
        labels={"authors": _("Who wrote it")},
    )
)
