"""What development plans do upon events and by the clock: people come, go and learn."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from setsquare.domains.development.models import Action, DevelopmentPlan, Target
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.clock import every
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.tasks.models import Task

LIVING = ("draft", "proposed", "agreed")


def _living() -> QuerySet[DevelopmentPlan]:
    plans = DevelopmentPlan.objects.filter(record__state__in=LIVING)
    return plans.select_related("record", "person").order_by("pk")


def _concerning(user: User) -> QuerySet[DevelopmentPlan]:
    """Return the living plans in which somebody has a part."""
    asked = Task.objects.filter(record=OuterRef("pk"), assignee=user, done__isnull=True)
    does = Action.objects.filter(plan=OuterRef("pk"), responsible=user, state=Action.State.OPEN)
    return _living().filter(Q(person=user) | Q(mentor=user) | Exists(asked) | Exists(does))


def _do(plan: DevelopmentPlan, name: str, reason: str = "") -> None:
    carry_out("development_plan", name, Actor.system(), record=plan.record, reason=reason)


@subscribe("person.leave", "person.follow", "person.transfer", "person.return", "person.revoke_role")
def people_come_and_go(event: Event) -> None:
    """End the plans of who left; in others, ask whom it concerns now."""
    person = User.objects.filter(file__record=event.record_id).first() if event.record_id else None
    if person is None:
        return
    for plan in _concerning(person):
        if not plan.person.is_active:
            _do(plan, "cancel", _("%(name)s has left.") % {"name": plan.person.name})
        else:
            _do(plan, "arrange")


@subscribe("person.grant_role")
def somebody_may_agree(_event: Event) -> None:
    """Ask who may agree now what nobody could agree before."""
    asked = Task.objects.filter(record=OuterRef("pk"), done__isnull=True)
    for plan in _living().filter(~Exists(asked), record__state="proposed"):
        _do(plan, "arrange")


@subscribe("qualification.given")
def targets_follow_qualifications(event: Event) -> None:
    """Note the targets that somebody meets by what was just written down."""
    given = event.payload
    targets = Target.objects.filter(
        plan__person=given["user"], subject=given["subject"], topic=given["topic"]
    )
    if targets.filter(met__isnull=True).exists():  # seldom, and looking closer costs ten times as much
        _note_met(targets)


@every(hours=6)
def follow_targets() -> int:
    """Note the targets that are met since a qualification that was written down before has begun."""
    return _note_met(Target.objects.all())


def _note_met(targets: QuerySet[Target]) -> int:
    held = holding().filter(
        user=OuterRef("plan__person"),
        subject=OuterRef("subject"),
        topic=OuterRef("topic"),
        level__gte=OuterRef("level"),
    )
    met = targets.filter(Exists(held), met__isnull=True, plan__record__state="agreed")
    plans = DevelopmentPlan.objects.filter(pk__in=met.values(key=F("plan_id"))).select_related("record")
    for plan in plans.order_by("pk"):
        _do(plan, "note_met")
    return len(plans)
