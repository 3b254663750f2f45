"""Deciding about authority rules: from their approval on, commands ask them."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.authority.commands.writing import waiting
from setsquare.domains.authority.lockout import refuse_lockout
from setsquare.domains.authority.models import AuthorityRule
from setsquare.domains.authority.permissions import APPROVE
from setsquare.domains.authority.thing import AS_THEY_ARE, RULED, rule_needs
from setsquare.domains.authority.withdrawing import why_not_for_oneself
from setsquare.kernel.accounts.models import Role, User
from setsquare.kernel.authority.models import Need, Rule, Target
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body
from setsquare.kernel.commands.declaration import Meaning, Reason, Situation, command, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.seconding import SecondTo
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label

APPROVERS = (permitted(APPROVE),)


def _not_author(situation: Situation) -> Label | None:
    """Rule: who wrote a rule does not decide about it."""
    rule: AuthorityRule = situation.detail
    if situation.user.username in rule.authors or situation.subject.owner_id == situation.user.pk:
        return _("You wrote this rule; somebody else has to decide about it.")
    return None


def _makers(situation: Situation) -> list[User]:
    """Return who wrote a rule or owns it."""
    rule: AuthorityRule = situation.detail
    makers = Q(username__in=rule.authors) | Q(pk=situation.subject.owner_id)
    return list(User.objects.filter(makers).order_by("pk"))


@command(
    "authority_rule",
    "approve",
    label=gettext_lazy("Approve"),
    past=gettext_lazy("approved it and put it into force"),
    who=APPROVERS,
    barred=(_not_author, SecondTo("authority_rule.approve", _makers)),
    signature=Meaning(
        "rule_approved",
        gettext_lazy("Rule approved"),
        gettext_lazy("I have read this rule and what it asks for, and put it into force."),
    ),
    reason=Reason.NEVER,
    prominent=True,
    never_locked=True,
    deciding=RULED,
    hint=gettext_lazy("It holds at once, for everybody."),
)
def approve(act: Act, _body: Body) -> None:
    """Put a rule into force in place of the edition before, unless nobody could act by it any more."""
    rule: AuthorityRule = act.detail
    if rule.replaces is not None and Rule.objects.filter(record=rule.replaces).exists():
        act.also("authority_rule", "supersede", rule.replaces)
    rule.in_force_since = act.now
    refuse_lockout(_put_into_force(act, rule))
    act.finish(waiting(act), "approved")
    _tell_owner(act, gettext_noop("%(who)s approved %(number)s %(title)s; it is in force."))
    act.conclude(gettext_noop("%(number)s is in force: what it asks for is needed from now on."))


def _put_into_force(act: Act, rule: AuthorityRule) -> Rule:
    subjects = {record.number: record for record in Record.objects.filter(number__in=_numbers(rule))}
    roles = list(Role.objects.filter(code__in=rule.roles).order_by("name"))
    if not roles and rule.roles:
        raise Refused(_("The roles that this rule names are gone; edit it first."))
    made = Rule.objects.create(
        record=act.record,
        version=act.record.version,
        unit=act.record.unit,
        role_names=[role.name for role in roles],
        **{name: getattr(rule, name) for name in AS_THEY_ARE},
    )
    made.roles.set(roles)
    things = {key.partition(".")[0] for key in rule.commands} | ({""} if rule.meanings else set())
    for thing in sorted(things):
        Target.objects.create(rule=made, thing=thing)
    for whose, need in rule_needs(rule):
        subject = subjects[need["subject"]]
        asked = {name: value for name, value in need.items() if name != "subject"}
        Need.objects.create(rule=made, subject=subject, whose=whose, **asked)
    return made


def _numbers(rule: AuthorityRule) -> list[str]:
    return [need["subject"] for _whose, need in rule_needs(rule)]


@command(
    "authority_rule",
    "reject",
    label=gettext_lazy("Reject"),
    past=gettext_lazy("rejected it"),
    who=APPROVERS,
    reason=Reason.ALWAYS,
    danger=True,
    never_locked=True,
    deciding=RULED,
    hint=gettext_lazy("It is a draft again; who wrote it is told why."),
    reindexes=False,
)
def reject(act: Act, _body: Body) -> None:
    """Return a rule to its author, saying why."""
    act.finish(waiting(act), "rejected")
    _tell_owner(act, gettext_noop("%(who)s rejected %(number)s %(title)s: %(reason)s"))
    act.conclude(gettext_noop("%(number)s is a draft again; who wrote it is told why."))


@command(
    "authority_rule",
    "withdraw",
    label=gettext_lazy("Withdraw"),
    past=gettext_lazy("withdrew it"),
    who=APPROVERS,
    signature=Meaning(
        "rule_withdrawn",
        gettext_lazy("Rule withdrawn"),
        gettext_lazy("I take this rule out of force; what it asks for is no longer needed."),
    ),
    reason=Reason.ALWAYS,
    danger=True,
    never_locked=True,
    hint=gettext_lazy("What it asks for is no longer needed from then on."),
    reindexes=False,
)
def withdraw(act: Act, _body: Body) -> None:
    """Take a rule out of force."""
    if why := why_not_for_oneself(act.detail, act.user):
        raise Refused(why)
    Rule.objects.filter(record=act.record).delete()
    _tell_owner(act, gettext_noop("%(who)s withdrew %(number)s %(title)s: %(reason)s"))
    act.conclude(gettext_noop("%(number)s is withdrawn: what it asked for is no longer needed."))


@command(
    "authority_rule",
    "supersede",
    label=gettext_lazy("Supersede"),
    past=gettext_lazy("put the next edition in its place"),
    reason=Reason.NEVER,
    reindexes=False,
)
def supersede(act: Act, _body: Body) -> None:
    """Take an edition out of force as the next one comes into force; the system does this."""
    Rule.objects.filter(record=act.record).delete()


def _tell_owner(act: Act, text: str) -> None:
    if act.record.owner_id != act.user.pk:
        act.tell(
            act.record.owner,
            "rule",
            text,
            who=act.user.name,
            number=act.record.number,
            title=act.record.title,
            reason=act.reason[:200],
        )
