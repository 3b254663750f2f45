"""Recording a certificate from a badge: whose issuer, number and days are taken from it."""

import datetime as dt
from typing import Annotated, Any, NamedTuple, Self

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field, PrivateAttr, ValidationInfo, model_validator

from setsquare.domains.training.badges.known import known_for
from setsquare.domains.training.badges.models import BadgeIssuer
from setsquare.domains.training.badges.reading import NotABadge
from setsquare.domains.training.badges.resolving import NoKey
from setsquare.domains.training.badges.verifying import Verdict, verify
from setsquare.domains.training.commands.certifying import (
    Note,
    OfCourse,
    ask_to_verify,
    checked_days,
    give,
    make,
    where_certified,
)
from setsquare.domains.training.commands.easing import eased, say_alone
from setsquare.domains.training.models import ROLE, Certificate, Course
from setsquare.domains.training.permissions import READ
from setsquare.domains.training.rules import check_course, lacks_what_completes, manages
from setsquare.domains.training.states import GIVEN
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, FileRef, Person, Shown, Widget
from setsquare.kernel.commands.declaration import command, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.files.store import read as content_of
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.days import day_in
from setsquare.kernel.records.models import Record
from setsquare.kernel.writing.sentences import some

LONGEST_NUMBER = 100
LONGEST_NAME, LONGEST_CRITERIA = 300, 5000
"""Letters that are kept of what a badge is for, and of what had to be done for it; it stands whole in its file."""
BadgeFile = Annotated[
    FileRef,
    Shown(
        gettext_lazy("Badge"),
        gettext_lazy("The JSON or JWT file, or the PNG or SVG picture. Issuer and days are taken from it."),
        Widget.FILE,
    ),
]


class SubmitBadge(Body):
    """A badge that a person was given elsewhere."""

    person: Annotated[
        Person | None,
        Shown(gettext_lazy("Person"), gettext_lazy("Left empty: you."), Widget.PERSON),
    ] = None
    course: OfCourse
    file: BadgeFile
    key: Annotated[
        str,
        Field(max_length=10_000),
        Shown(
            gettext_lazy("Public key of the issuer"),
            gettext_lazy("Only where it is not known here: a JWK, a JWKS, or a key that begins with z6Mk."),
            Widget.LONG_TEXT,
        ),
    ] = ""
    note: Note = ""
    _verdict: Verdict | None = PrivateAttr(default=None)
    _wrong: dict[str, str] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _looked_at(self, info: ValidationInfo) -> Self:
        """Look at the badge before the transaction: asking its issuer takes time in which nobody should wait."""
        actor = (info.context or {}).get("actor")
        person = self.person or (actor.user if actor is not None else None)
        among = User.objects.filter(pk__in=[person.pk] if person is not None else [])
        try:
            known = known_for(person) if person is not None else BadgeIssuer.objects.none()
            self._verdict = verify(content_of(self.file.blob), among, known, entered=self.key)
        except NotABadge as wrong:
            self._wrong = {"file": str(wrong)}
        except NoKey as wrong:
            self._wrong = {"key": str(wrong)}
        return self

    def verdict(self, person: User) -> Verdict:
        """Return what came of it; what is not valid, or was given to somebody else, is refused at its field."""
        found = self._verdict
        if found is None:
            raise Refused(self._wrong)
        if not found.valid:
            code = next(finding.code for finding in found.findings if finding.good is False)
            raise Refused({"key" if code == "key" else "file": found.why_not})
        if found.certificate is not None:
            raise Refused({"file": _("This badge was issued here, so its certificate is on record already.")})
        if found.named and found.person != person:
            sentence = _("This badge was given to somebody else than %(name)s: no address fits.")
            raise Refused({"file": sentence % {"name": person.name}})
        return found


@command(
    "certificate",
    "submit_badge",
    label=gettext_lazy("Record from a badge"),
    past=gettext_lazy("recorded it from a badge"),
    body=SubmitBadge,
    who=(permitted(READ),),
    creates=True,
    made_in=where_certified,
)
def submit_badge(act: Act, body: SubmitBadge) -> Record:
    """Record what an Open Badge shows: at once by who runs the person's training, else once somebody else verified it.

    At once only where it is shown who issued it: anybody can make a key, and give themselves any name. And only of a
    course that is completed by what others certify: no badge is a sign-off, a reading or a quiz passed here.
    """
    person = body.person or act.user
    course = check_course(body.course, "course")
    runs = person != act.user and manages(act.user, person)
    if person != act.user and not runs:
        sentence = _("Your roles do not let you submit certificates of %(name)s.")
        raise Refused({"person": sentence % {"name": person.name}})
    verdict = body.verdict(person)
    User.objects.select_for_update().only("pk").get(pk=person.pk)  # two may send the same badge at once
    _refuse_twice(person, verdict)
    less = eased(course, person, act.user)
    by = less.by if less is not None and less.waits else None
    made = make(
        act,
        person,
        course,
        source="external",
        note=body.note,
        external_number=_number(verdict),
        handed_in_by=act.user,
        eased_by=by,
        badge_digest=verdict.badge.digest,
        unproven_key=verdict.key if verdict.doubt else "",
        **_told(verdict, person, course, act.now),
    )
    act.attach(body.file.blob, body.file.name, ROLE)
    fits = verdict.person == person and not verdict.doubt
    if runs and fits and by is None and not lacks_what_completes(course, person):
        give(act, made.certificate)
        if less is not None:
            say_alone(act, less)
        act.conclude(
            gettext_noop("%(number)s is valid: the badge is genuine, and it is %(name)s’s.")
            if act.target == "valid"
            else gettext_noop(
                "%(number)s is over and kept as expired: the badge is genuine, and it is %(name)s’s."
            ),
            name=person.name,
        )
        return made
    _conclude(act, verdict, ask_to_verify(act))
    return made


def _conclude(act: Act, verdict: Verdict, asked: list[str]) -> None:
    """Say who is asked to verify it, and what they have to find out."""
    if not asked:
        sentence = gettext_noop(
            "%(number)s was submitted, but nobody else may verify it: somebody has to be given the right."
        )
    elif verdict.doubt:
        sentence = gettext_noop(
            "The badge is unaltered, but nothing shows who issued it."
            " Asked to find out and verify %(number)s: %(names)s."
        )
    else:
        sentence = gettext_noop(
            "The badge is genuine. Asked to verify that %(number)s fits the course: %(names)s."
        )
    act.conclude(sentence, names=some(asked))


class Told(NamedTuple):
    """The days that a badge tells."""

    issued: dt.date
    expires: dt.date | None


def _told(verdict: Verdict, person: User, course: Course, now: dt.datetime) -> dict[str, Any]:
    """Return what a certificate takes from its badge; one without an end counts for as long as the course says.

    Its days are looked at as those that are typed in.
    """
    assert verdict.badge.begins is not None
    days = Told(day_in(verdict.badge.begins, person.unit), verdict.last_day)
    try:
        expires = checked_days(person, course, days, now)
    except Refused as wrong:
        raise Refused({"file": next(iter(wrong.fields.values()))}) from None
    return {
        "issued": days.issued,
        "expires": expires,
        "issuer": verdict.issuer_name[:200],
        "badge_for": verdict.badge.name[:LONGEST_NAME],
        "badge_criteria": verdict.badge.criteria[:LONGEST_CRITERIA],
    }


def _refuse_twice(person: User, verdict: Verdict) -> None:
    """Refuse a badge from which a certificate of the person was recorded before, known by its id or what it says.

    Where it does not say whose it is, a certificate of anybody, known by what it says: anybody can give theirs its id.
    """
    number, digest = _number(verdict), verdict.badge.digest
    same = Q(badge_digest=digest) | Q(external_number=number) & ~Q(external_number="")
    before = Certificate.objects.filter(record__state__in=("submitted", *GIVEN)).select_related("record")
    known = before.filter(same, person=person).first()
    if known is not None:
        sentence = _("%(number)s was recorded from this badge already.")
        raise Refused({"file": sentence % {"number": known.record.number}})
    if verdict.named:
        return
    # Two people may send it at once, and have no row in common but that of the whole organisation.
    Unit.objects.select_for_update(no_key=True).filter(parent__isnull=True).order_by("pk").first()
    if before.filter(badge_digest=digest).exists():
        sentence = _(
            "A certificate of somebody else was recorded from this badge already; it does not say whose it is."
        )
        raise Refused({"file": sentence})


def _number(verdict: Verdict) -> str:
    """Return by which its issuer knows the badge, as far as it is kept."""
    return verdict.badge.id[:LONGEST_NUMBER]
