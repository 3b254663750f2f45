"""Verifying a certificate: that one from elsewhere is genuine, that one of ours was earned; or refusing it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.training.commands.certifying import EVIDENCE, give
from setsquare.domains.training.commands.revoking import tell_who_entered, tell_why
from setsquare.domains.training.corrections import before_correction, correction_waits, give_back
from setsquare.domains.training.models import Certificate
from setsquare.domains.training.rules import (
    in_unit_of_person,
    manages_person,
    not_eased,
    not_handed_in,
    not_own,
    who_entered,
)
from setsquare.domains.training.work import VERIFY
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body
from setsquare.kernel.commands.declaration import Meaning, Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.seconding import SecondTo
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.days import day_in
from setsquare.kernel.tasks.models import Task

LABEL = gettext_lazy("Certificate verified")
GENUINE = Meaning(
    "certificate_verified",
    LABEL,
    gettext_lazy("I have seen this certificate; it is genuine and of the course named here."),
)
FOUND_GENUINE = Meaning(
    "certificate_verified",
    LABEL,
    gettext_lazy(
        "Nothing in the badge shows who issued this certificate. I have found out from its issuer that it is genuine;"
        " it is of the course named here."
    ),
)


EARNED = Meaning(
    "certificate_verified",
    LABEL,
    gettext_lazy(
        "I have looked at what the course asks for, and at what shows that this person completed it;"
        " the certificate is rightly theirs."
    ),
)


def _attested(situation: Situation) -> Meaning:
    """Return what is signed by verifying it: of ours that it was earned, of others that they are genuine."""
    certificate: Certificate = situation.detail
    if certificate.earned or certificate.by_hand:
        return EARNED
    return FOUND_GENUINE if certificate.unproven_key else GENUINE


@command(
    "certificate",
    "verify",
    label=gettext_lazy("Verify"),
    past=gettext_lazy("verified it"),
    who=(manages_person,),
    barred=(
        not_own,
        not_handed_in,
        not_eased,
        SecondTo("certificate.verify", who_entered, in_unit_of_person),
    ),
    signature=_attested,
    meanings=(GENUINE, FOUND_GENUINE, EARNED),
    deciding=EVIDENCE,
    reason=Reason.NEVER,
    prominent=True,
    reindexes=False,
)
def verify(act: Act, _body: Body) -> None:
    """Say, signed, that a certificate is genuine, or was earned here: from then on it counts.

    One of the past that was recorded is over from the first, and one that was given before stays given.
    """
    certificate: Certificate = act.detail
    unit, expires = certificate.person.unit, certificate.expires
    submitted = day_in(act.record.created, unit)
    since = expires is not None and submitted <= expires < day_in(act.now, unit)
    if since and not correction_waits(certificate):
        raise Refused(_("It has expired since it was submitted; refuse it."))
    act.finish(Task.objects.filter(record=act.record, kind=VERIFY.code), "verified")
    give(act, certificate)
    act.tell(
        certificate.person,
        "training",
        gettext_noop("%(who)s verified your certificate %(number)s %(title)s."),
        who=act.user.name,
        number=act.record.number,
        title=act.record.title,
    )
    act.conclude(
        gettext_noop("%(number)s is verified and counts from now on; %(name)s has been told.")
        if act.target == "valid"
        else gettext_noop(
            "%(number)s is verified and, as it is over, kept as expired; %(name)s has been told."
        ),
        name=certificate.person.name,
    )


@command(
    "certificate",
    "refuse",
    label=gettext_lazy("Refuse"),
    past=gettext_lazy("refused it"),
    who=(manages_person,),
    barred=(not_own,),
    deciding=EVIDENCE,
    reason=Reason.ALWAYS,
    danger=True,
)
def refuse(act: Act, _body: Body) -> None:
    """Say why a certificate does not count, or what was corrected of it: then it says again what it said before."""
    act.finish(Task.objects.filter(record=act.record, kind=VERIFY.code), "not_needed")
    certificate: Certificate = act.detail
    before = before_correction(certificate)
    if before is not None:
        tell_who_entered(
            act,
            gettext_noop(
                "%(who)s refused your correction of %(number)s %(title)s of %(person)s, which says again what it said"
                " before: %(reason)s"
            ),
        )
        give_back(certificate, before)
        give(act, certificate)
        tell_why(
            act,
            gettext_noop(
                "%(who)s refused the correction of your certificate %(number)s %(title)s, which says again what it said"
                " before: %(reason)s"
            ),
        )
        act.conclude(
            gettext_noop(
                "The correction was refused; %(number)s says again what it said before, and %(name)s has been told why."
            ),
            name=certificate.person.name,
        )
        return
    act.target = "refused"
    tell_who_entered(
        act,
        gettext_noop(
            "%(who)s refused the certificate %(number)s %(title)s of %(person)s that you entered: %(reason)s"
        ),
    )
    tell_why(act, gettext_noop("%(who)s refused your certificate %(number)s %(title)s: %(reason)s"))
    act.conclude(
        gettext_noop("%(number)s was refused; %(name)s has been told why."), name=certificate.person.name
    )
