"""What is put right of a certificate that was given: files that show it, and slips in what somebody entered of it."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.training.commands.certifying import (
    Expires,
    Issued,
    IssuedBy,
    NumberThere,
    ask_to_verify,
    check_day_free,
    checked_days,
    days_of_ours,
    give,
)
from setsquare.domains.training.commands.easing import eased
from setsquare.domains.training.commands.numbers import check_number_of_one
from setsquare.domains.training.commands.revoking import tell_why, uncount
from setsquare.domains.training.corrections import came_by
from setsquare.domains.training.models import ROLE, Certificate
from setsquare.domains.training.rules import lacks_what_completes, manages_person, not_own
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, FileRef, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import Label
from setsquare.kernel.writing.sentences import some

TOLD = ("issued", "expires", "issuer", "external_number")
HANDED_IN = "submit"


class Files(Body):
    """Which files show it."""

    files: Annotated[
        list[FileRef],
        Field(min_length=1, max_length=20),
        Shown(gettext_lazy("Files"), widget=Widget.FILES),
    ]


class Rectify(Body):
    """What the certificate says."""

    issued: Issued
    expires: Expires = None
    issuer: IssuedBy = ""
    external_number: NumberThere = ""

    @property
    def history(self) -> bool:
        """Return that it is kept also where it is over by now: it is there already."""
        return True


@command(
    "certificate",
    "add_files",
    label=gettext_lazy("Add files"),
    past=gettext_lazy("added files that show it"),
    body=Files,
    who=(manages_person,),
    barred=(not_own,),
    reason=Reason.NEVER,
    reindexes=False,
)
def add_files(act: Act, body: Files) -> None:
    """Add files that show the certificate, such as its scan; those that are there stay."""
    for upload in body.files:
        act.attach(upload.blob, upload.name, ROLE)
    act.conclude(gettext_noop("Added to %(number)s: %(names)s."), names=some(one.name for one in body.files))


def _entered_by_hand(situation: Situation) -> Label | None:
    """Rule: somebody entered what it says; what came of a session, a quiz, a badge or a statement follows from that."""
    if came_by(situation.detail) in ("create", HANDED_IN):
        return None
    return _("Nobody entered what it says: it follows from what was completed, or from its badge.")


def _as_is(situation: Situation) -> Mapping[str, Any]:
    return {name: getattr(situation.detail, name) for name in TOLD}


@command(
    "certificate",
    "rectify",
    label=gettext_lazy("Correct a slip"),
    past=gettext_lazy("corrected a slip in it"),
    body=Rectify,
    who=(manages_person,),
    barred=(not_own,),
    conditions=(_entered_by_hand,),
    initial=_as_is,
    edits=True,
    reason=Reason.ALWAYS,
    hint=gettext_lazy(
        "Number, issuer and days. Where recording it waits for somebody else, so does this; until then it counts on if"
        " the days stay as they are."
    ),
)
def rectify(act: Act, body: Rectify) -> None:
    """Correct what was entered wrongly; where recording it waits for somebody else, it counts once they verified it."""
    certificate: Certificate = act.detail
    if certificate.source == Certificate.Source.EXTERNAL and certificate.issuer and not body.issuer:
        raise Refused({"issuer": _("Say who issued it: it comes from elsewhere.")})
    same_days = (body.issued, body.expires) == (certificate.issued, certificate.expires)
    expires = body.expires if same_days else _until(certificate, body, act.now)
    given = {**body.model_dump(include=set(TOLD)), "expires": expires}
    if all(getattr(certificate, name) == value for name, value in given.items()):
        return
    if (body.issuer, body.external_number) != (certificate.issuer, certificate.external_number):
        course = certificate.course
        check_number_of_one(act, certificate.person, course, body.issuer, body.external_number)
    for name, value in given.items():
        setattr(certificate, name, value)
    if not same_days:
        uncount(act)
    if act.actor.user is not None and _waits(act):
        _have_verified(act, same_days)
    else:
        give(act, certificate)
        act.conclude(
            gettext_noop("%(number)s was corrected; %(name)s has been told."), name=certificate.person.name
        )
    tell_why(act, gettext_noop("%(who)s corrected your certificate %(number)s %(title)s: %(reason)s"))


def _until(certificate: Certificate, body: Rectify, now: dt.datetime) -> dt.date | None:
    if came_by(certificate) == HANDED_IN:
        if body.issued != certificate.issued:
            check_day_free(certificate.person, certificate.course, body.issued, but=certificate.pk)
        return checked_days(certificate.person, certificate.course, body, now)
    return days_of_ours(certificate.person, certificate.course, body, now, but=certificate.pk)


def _waits(act: Act) -> bool:
    """Tell whether what it says now has to be verified: as when it was recorded, also where it is over."""
    certificate: Certificate = act.detail
    less = eased(certificate.course, certificate.person, act.actor.user)
    if less is not None and less.waits:
        certificate.eased_by = less.by
        return True
    return came_by(certificate) == HANDED_IN or lacks_what_completes(certificate.course, certificate.person)


def _have_verified(act: Act, counts: bool) -> None:
    """Have somebody else verify what it says now; refuse the correction where nobody else may."""
    certificate: Certificate = act.detail
    certificate.handed_in_by = act.user
    if came_by(certificate) != HANDED_IN:
        certificate.source = Certificate.Source.RECORDED
    act.target = "submitted"
    asked = ask_to_verify(act)
    if not asked:
        raise Refused(_("Nobody else may verify the correction: somebody has to be given the right."))
    act.conclude(
        gettext_noop(
            "%(number)s was corrected, and counts again once somebody else verified it. Asked to: %(names)s."
        )
        if not counts
        else gettext_noop(
            "%(number)s was corrected, and counts as before until somebody else verified the correction. Asked to:"
            " %(names)s."
        ),
        names=some(asked),
    )
