"""Who withdraws a rule: somebody whom it keeps from nothing, while there is such a person who really may."""

from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.authority.in_words import of_same_kind, told
from setsquare.domains.authority.lockout import always_concerned_by
from setsquare.domains.authority.models import AuthorityRule
from setsquare.domains.authority.permissions import APPROVE
from setsquare.domains.organisation.taking import taken_by, told_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.authority.asking import meeting, rules_of
from setsquare.kernel.authority.deciding import RuleInForce
from setsquare.kernel.authority.models import Rule
from setsquare.kernel.commands.authorising import candidates, line_may, permissions_for, rules_for
from setsquare.kernel.commands.declaration import Command, command_of
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of


def why_not_for_oneself(rule: AuthorityRule, user: User) -> str:
    """Return why somebody leaves withdrawing a rule to others; empty where nobody else may, or nothing is against it.

    They wrote it, it keeps them from something that their roles allow, or something of theirs waits for what it keeps
    from owners. Others who are named wrote none of it, are bound by none of it, and may withdraw it themselves.
    """
    wrote = user.username in rule.authors or user.pk == rule.record.owner_id
    kept = None if wrote else kept_from(rule, user)
    theirs = None if wrote or kept is not None else _waiting_of(rule).filter(owner=user).first()
    if not wrote and kept is None and theirs is None:
        return ""
    other = unbound(rule).exclude(pk=user.pk).first()
    if other is None and wrote:  # whom it binds comes before who wrote it
        other = _others_than_authors(rule).exclude(pk=user.pk).first()
    if other is None:  # nobody could lift it otherwise, unless they saw to that themself
        taken = taken_by(user, [APPROVE], rule.record.unit_id).exclude(username__in=rule.authors)
        return told_of(one.name for one in taken.exclude(pk=rule.record.owner_id)) or ""
    if wrote:
        return _("You wrote this rule; somebody else withdraws it, such as %(name)s.") % {"name": other.name}
    if kept is not None:
        sentence = _("This rule keeps you from “%(command)s”; somebody else withdraws it, such as %(name)s.")
        return sentence % {"command": told(kept), "name": other.name}
    sentence = _(
        "%(number)s is yours, and this rule keeps its owner from what comes next; "
        "somebody else withdraws the rule, such as %(name)s."
    )
    return sentence % {"number": theirs.number if theirs is not None else "", "name": other.name}


def unbound(rule: AuthorityRule) -> QuerySet[User]:
    """Return who may withdraw a rule, wrote none of it and is bound by none of it, by name."""
    unit, people = rule.record.unit, _others_than_authors(rule)
    if own := _asked(rule):
        met = meeting(own, unit.pk, timezone.now(), within=True)
        commands = {_rights(command): command for command in always_concerned_by(rule)}
        if met:
            people = people.exclude(_allowed(commands.values(), unit.pk) & ~met)
    return people.exclude(pk__in=_waiting_of(rule).values("owner_id"))


def _others_than_authors(rule: AuthorityRule) -> QuerySet[User]:
    """Return who may withdraw a rule and wrote none of it, by name."""
    unit = rule.record.unit
    people = people_permitted(APPROVE, unit).filter(may_sign=True).exclude(pk=rule.record.owner_id)
    people = people.exclude(username__in=rule.authors).order_by("name", "pk")
    withdraw = command_of("authority_rule", "withdraw")
    asked = [one for one in rules_for(withdraw, unit.pk) if of_same_kind(one, rule)]
    meets = people.filter(meeting(asked, unit.pk, timezone.now())) if asked else people
    return meets if meets.exists() else people  # where nobody meets them, these rules give way


def kept_from(rule: AuthorityRule, user: User) -> Command | None:
    """Return a command that somebody's roles allow in the unit of a rule in force, and from which it keeps them."""
    now, unit = timezone.now(), rule.record.unit_id
    asked = _asked(rule)
    themself = User.objects.filter(pk=user.pk)
    if not asked or themself.filter(meeting(asked, unit, now, within=True)).exists():
        return None
    allowed: dict[object, bool] = {}
    for command in always_concerned_by(rule):
        of = _rights(command)
        if of not in allowed:
            allowed[of] = candidates(command, unit, within=True).filter(pk=user.pk).exists()
        if allowed[of]:
            return command
    return None


def _asked(rule: AuthorityRule) -> Sequence[RuleInForce]:
    return rules_of(Rule.objects.filter(record=rule.record))


def _waiting_of(rule: AuthorityRule) -> QuerySet[Record]:
    """Return the records from whose owners a rule of independence keeps what may be done to them next."""
    if not rule.independent:
        return Record.objects.none()
    found = Q(pk__in=())
    for command in always_concerned_by(rule):
        if not command.creates:
            sources = thing_of(command.thing).lifecycle.move(command.name).sources
            found |= Q(type=command.thing, state__in=sources)
    return Record.objects.filter(found, unit__paths_up__ancestor_id=rule.record.unit_id).order_by("pk")


def _rights(command: Command) -> object:
    """Return by what rights a command lets people in: commands with the same let in the same people."""
    return permissions_for(command), line_may(command)


def _allowed(commands: Iterable[Command], unit_id: int) -> Q:
    """Return the condition by which people’s roles allow one of some commands in a unit or below it."""
    found = Q(pk__in=())
    for command in commands:
        found |= Q(pk__in=candidates(command, unit_id, within=True).values("pk"))
    return found
