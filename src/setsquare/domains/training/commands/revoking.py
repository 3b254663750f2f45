"""Taking certificates back, and letting those expire whose last day is past."""

from typing import Annotated, Any

from django.db.models import Case, Q, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.training.commands.certifying import EVIDENCE, count
from setsquare.domains.training.corrections import correction_waits, counts_as_before
from setsquare.domains.training.models import Certificate
from setsquare.domains.training.rules import manages_person, not_own
from setsquare.domains.training.states import GIVEN
from setsquare.domains.training.work import VERIFY
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, RecordRef, Shown
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.days import day_in
from setsquare.kernel.records.expiring import is_over
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.models import Task

GivenFor = Annotated[RecordRef, Shown(gettext_lazy("Given for"))]


@command(
    "certificate",
    "expire",
    label=gettext_lazy("Let it expire"),
    past=gettext_lazy("let it expire, as its last day is past"),
    reason=Reason.NEVER,
    reindexes=False,
)
def expire(act: Act, _body: Body) -> None:
    """Enter that the last day of a certificate is past; what its person is qualified in ended with that day itself."""
    certificate: Certificate = act.detail
    if not is_over(certificate.expires, act.record, act.now):
        raise Refused(gettext_lazy("Its last day is not past yet."))


def _was_given(situation: Situation) -> Label | None:
    """Tell whether it was given before, also where a correction of it waits now: what never was is refused instead."""
    if situation.subject.state in GIVEN or correction_waits(situation.detail):
        return None
    return _("Nobody has verified it yet: refuse it instead.")


@command(
    "certificate",
    "revoke",
    label=gettext_lazy("Revoke"),
    past=gettext_lazy("revoked it"),
    who=(manages_person,),
    barred=(not_own,),
    occasion=_was_given,
    deciding=EVIDENCE,
    reason=Reason.ALWAYS,
    danger=True,
    reindexes=False,
    hint=gettext_lazy("The person no longer holds the course by it."),
)
def revoke(act: Act, _body: Body) -> None:
    """Take a certificate back; the newest other one of the same course that is in force counts in its place.

    So it can be while a correction of it waits, which nobody then has to verify any more.
    """
    waits = correction_waits(act.detail)
    act.finish(Task.objects.filter(record=act.record, kind=VERIFY.code), "not_needed")
    uncount(act)
    if waits:
        tell_who_entered(
            act,
            gettext_noop(
                "%(who)s revoked the certificate %(number)s %(title)s of %(person)s, of which your correction waited:"
                " %(reason)s"
            ),
        )
    tell_why(act, gettext_noop("%(who)s revoked your certificate %(number)s %(title)s: %(reason)s"))
    act.conclude(
        gettext_noop("%(number)s was revoked; %(name)s has been told why."), name=act.detail.person.name
    )


def uncount(act: Act) -> None:
    """Have a certificate show nothing any more; the newest other one of the course counts in its place.

    One that waits for a correction which left its days alone counts as before, so it may be that one.
    """
    certificate: Certificate = act.detail
    if act.disqualify():
        others = Certificate.objects.filter(
            person=certificate.person, course=certificate.course, record__state__in=("submitted", *GIVEN)
        ).exclude(pk=certificate.pk)
        today = day_in(act.now, certificate.person.unit)
        in_force = Q(expires__isnull=True) | Q(expires__gte=today)
        best_first = others.order_by(Case(When(in_force, then=0), default=1), "-issued", "-pk")
        counting = (
            one
            for one in best_first.select_related("record")
            if one.record.state in GIVEN or counts_as_before(one)
        )
        newest = next(counting, None)
        if newest is not None:
            act.also("certificate", "take_up", newest.record)


class Ground(Body):
    """By what a certificate was given that shows nothing any more."""

    ground: GivenFor


@command(
    "certificate",
    "lose_ground",
    label=gettext_lazy("Revoke, as its ground is void"),
    past=gettext_lazy("revoked it"),
    body=Ground,
    reason=Reason.NEVER,
    danger=True,
    reindexes=False,
)
def lose_ground(act: Act, body: Ground) -> None:
    """Take a certificate back that was given for what is void; its person and the course's owner are told."""
    act.finish(Task.objects.filter(record=act.record, kind=VERIFY.code), "not_needed")
    uncount(act)
    act.say(gettext_noop("as %(ground)s is void"), ground=body.ground.number)
    certificate: Certificate = act.detail
    course = certificate.course.record
    told: dict[str, Any] = {
        "number": act.record.number,
        "title": act.record.title,
        "ground": body.ground.number,
        "name": certificate.person.name,
    }
    text = gettext_noop(
        "Your certificate %(number)s %(title)s is revoked: %(ground)s, for which it was given, is void."
    )
    act.tell(certificate.person, "training", text, **told)
    if course.owner_id != certificate.person_id:
        text = gettext_noop(
            "%(number)s %(title)s of %(name)s is revoked: %(ground)s, for which it was given, is void."
        )
        act.tell(course.owner, "training", text, **told)


def tell_why(act: Act, text: str) -> None:
    """Tell the person of the certificate why it counts no longer, or never will."""
    act.tell(
        act.detail.person,
        "training",
        text,
        who=act.user.name,
        number=act.record.number,
        title=act.record.title,
        reason=act.reason[:200],
    )


def tell_who_entered(act: Act, text: str) -> None:
    """Tell who entered for another person what counts no longer, as they do not get to know of it otherwise."""
    certificate: Certificate = act.detail
    entered = certificate.handed_in_by
    if entered is None or entered == certificate.person or entered == act.user or not entered.is_active:
        return
    act.tell(
        entered,
        "training",
        text,
        who=act.user.name,
        number=act.record.number,
        title=act.record.title,
        person=certificate.person.name,
        reason=act.reason[:200],
    )


@command(
    "certificate",
    "take_up",
    label=gettext_lazy("Take up"),
    past=gettext_lazy("counts in place of a revoked one"),
    reason=Reason.NEVER,
    reindexes=False,
)
def take_up(act: Act, _body: Body) -> None:
    """Have a certificate count again, as the better one was revoked; part of revoking that."""
    count(act, act.detail)
