"""Certificates: issued by what people did here, submitted from elsewhere and verified, recorded, refused, revoked."""

import datetime as dt
from typing import Annotated, Any, Protocol

from django.db.models import Q
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.training.commands.asking import Trained
from setsquare.domains.training.commands.easing import conclude_recorded, eased, giver, say_alone
from setsquare.domains.training.commands.numbers import check_number_of_one
from setsquare.domains.training.corrections import before_correction
from setsquare.domains.training.models import ROLE, Certificate, Course
from setsquare.domains.training.permissions import MANAGE, READ
from setsquare.domains.training.retraining.queries import calls_for, outdated
from setsquare.domains.training.rules import (
    COORDINATORS,
    OFFERED,
    check_course,
    lacks_what_completes,
    manages,
    wrote_on,
)
from setsquare.domains.training.states import GIVEN
from setsquare.domains.training.thing import BADGE_TOLD, CERTIFICATES, SOURCES
from setsquare.domains.training.work import VERIFY
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyPerson, Body, FileRef, Person, RecordRef, Shown, Widget
from setsquare.kernel.commands.declaration import Actor, Reason, command, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.days import day_in, expiry_of, months_later, start_of
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Fact
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.sentences import some

DAYS_TO_VERIFY = dt.timedelta(days=10)

Trainee = Annotated[AnyPerson, Shown(gettext_lazy("Person"), widget=Widget.PERSON)]
OfCourse = Annotated[
    RecordRef, Shown(gettext_lazy("Course"), widget=Widget.RECORD, of="course", states=OFFERED)
]
Issued = Annotated[dt.date, Shown(gettext_lazy("Issued"), gettext_lazy("The day on it."))]
Expires = Annotated[
    dt.date | None,
    Shown(
        gettext_lazy("Valid until"),
        gettext_lazy("The last day, as it says. Left empty: reckoned from how long the course is valid."),
    ),
]
Note = Annotated[str, Field(max_length=2000), Shown(gettext_lazy("Note"), widget=Widget.LONG_TEXT)]
IssuedBy = Annotated[str, Field(max_length=200), Shown(gettext_lazy("Issued by"))]
NumberThere = Annotated[str, Field(max_length=100), Shown(gettext_lazy("Number there"))]
File = Annotated[
    FileRef | None,
    Shown(
        gettext_lazy("File"),
        gettext_lazy("Whoever verifies your own certificate has to see it."),
        Widget.FILE,
        needed=gettext_lazy("needed for your own certificate"),
    ),
]
_FACTS = [fact for section in CERTIFICATES.sections for fact in section.facts if fact not in BADGE_TOLD]
_COURSE = 1 + [fact.path for fact in _FACTS].index("certificate__course__record")
EVIDENCE = (
    *_FACTS[:_COURSE],
    *BADGE_TOLD,
    *_FACTS[_COURSE:],
    Fact(gettext_lazy("File"), "certificate__file"),
)
"""What whoever verifies a certificate has before them: beside the course what its badge is for."""
LONGEST_AGO, FURTHEST = 60, 100
"""Years beyond which a day on a certificate is a slip of the pen."""


class Issue(Body):
    """What somebody completed here."""

    person: Trainee
    course: OfCourse
    issued: Issued
    source: Annotated[Certificate.Source, Shown(gettext_lazy("Comes from"), choices=SOURCES)]
    session: Annotated[RecordRef | None, Shown(gettext_lazy("Training session"))] = None
    note: Note = ""


class RecordCertificate(Body):
    """A certificate that there is, also one of the past."""

    person: Trainee
    course: OfCourse
    issued: Issued
    expires: Expires = None
    issuer: IssuedBy = ""
    external_number: NumberThere = ""
    history: Annotated[
        bool,
        Shown(gettext_lazy("Past"), gettext_lazy("Keep it as history, even though it has expired.")),
    ] = False
    file: Annotated[
        FileRef | None, Shown(gettext_lazy("File"), gettext_lazy("Its scan, if there is one."), Widget.FILE)
    ] = None
    note: Note = ""


class Submit(Body):
    """A certificate from elsewhere."""

    person: Annotated[
        Person | None,
        Shown(gettext_lazy("Person"), gettext_lazy("Left empty: you."), Widget.PERSON),
    ] = None
    course: OfCourse
    issued: Issued
    expires: Expires = None
    issuer: Annotated[str, Field(min_length=1, max_length=200), Shown(gettext_lazy("Issued by"))]
    external_number: NumberThere = ""
    file: File = None
    note: Note = ""


class Days(Protocol):
    """What says from when until when a certificate is valid."""

    @property
    def issued(self) -> dt.date:
        """The day on it."""

    @property
    def expires(self) -> dt.date | None:
        """The last day on which it is valid, where it says one."""


class DaysOfOurs(Days, Protocol):
    """The days of a certificate that is recorded here."""

    @property
    def history(self) -> bool:
        """Return whether it is kept also where it is over by now."""


def fit_for_use(course: Course, person: User, body: Days, now: dt.datetime) -> dt.date | None:
    """Return until when a certificate from elsewhere is valid; refuse days that cannot be, and one that is over."""
    expires = checked_days(person, course, body, now)
    if expires is not None and expires < day_in(now, person.unit):
        sentence = _("It has expired already; submit one that is still valid.")
        raise Refused({"expires" if body.expires else "issued": sentence})
    return expires


def certify(act: Act, given: Issue) -> Record:
    """Issue a certificate within another command."""
    return act.also("certificate", "issue", body=given)


def named(person: User, certificate: Record) -> str:
    """Return the name of whom a certificate was issued to, and what it waits for."""
    if certificate.state in GIVEN:
        return person.name
    return _("%(name)s (once somebody else has verified it)") % {"name": person.name}


def checked_days(person: User, course: Course, body: Days, now: dt.datetime) -> dt.date | None:
    """Return until when a certificate from elsewhere is valid; refuse days that cannot be."""
    if body.issued > day_in(now, person.unit):
        raise Refused({"issued": _("This day has not come yet; give the day on which it was issued.")})
    if body.issued < months_later(day_in(now, person.unit), -12 * LONGEST_AGO):
        sentence = _("This day is more than %(years)s years ago; look at the year.")
        raise Refused({"issued": sentence % {"years": LONGEST_AGO}})
    if body.expires is not None and body.expires < body.issued:
        raise Refused({"expires": _("It cannot expire before it was issued.")})
    if body.expires is not None and body.expires > months_later(body.issued, 12 * FURTHEST):
        sentence = _("This day is more than %(years)s years after it was issued; look at the year.")
        raise Refused({"expires": sentence % {"years": FURTHEST}})
    return body.expires or until(course, body.issued)


def until(course: Course, issued: dt.date) -> dt.date | None:
    """Return the last day of a certificate of the course that was issued on a day; none: for good."""
    return months_later(issued, course.validity_months) if course.validity_months else None


def where_certified(actor: Actor, body: Any) -> int | None:
    """Return the unit in which a certificate is made: that of its person."""
    person: User | None = body.person or actor.user
    unit: int | None = (person.unit_id if person is not None else None) or body.course.unit_id
    return unit


def make(act: Act, person: User, course: Course, issued: dt.date, source: str, **detail: Any) -> Record:
    """Make a certificate within a command; it counts only once `count` is called."""
    unit = person.unit or course.record.unit
    return act.create(
        title=course.record.title,
        unit=unit,
        owner=person,
        person=person,
        course=course,
        issued=issued,
        source=source,
        **detail,
    )


def give(act: Act, certificate: Certificate) -> None:
    """Have a certificate count as long as it is valid; one that is over already is so from the first."""
    over = certificate.expires is not None and certificate.expires < day_in(act.now, act.record.unit)
    act.target = "expired" if over else "valid"
    count(act, certificate)


def count(act: Act, certificate: Certificate) -> None:
    """Have a certificate show that its person is qualified, unless another one shows it for longer.

    Where the course has to be taken anew, one from before shows it no longer than until then.
    """
    person, course, now = certificate.person, certificate.course.record, act.now
    since = min(start_of(certificate.issued, person.unit), now)
    until = expiry_of(certificate.expires, person.unit) if certificate.expires is not None else None
    held = Qualification.objects.filter(user=person, subject=course, topic="", ended__isnull=True).first()
    anew, outdating = calls_for(certificate), list(outdated(certificate))
    lapses = [row.lapses for row in outdating if row.lapses is not None]
    until = min([*lapses, *([until] if until is not None else [])], default=None)
    longer = held is not None and (held.until is None or (until is not None and held.until >= until))
    if longer and not anew:
        return
    if held is not None:
        since = max(since, held.since)
    act.qualify(person, course, since=since, until=until)
    if until is None or until > now:
        waiting = Task.objects.filter(record=course, kind="train", assignee=person, done__isnull=True)
        renewed = anew or until is None or until > now + dt.timedelta(days=certificate.course.renew_days)
        if renewed and not outdating and waiting.exists():
            act.also("course", "trained", course, Trained(person=person))


@command(
    "certificate",
    "create",
    label=gettext_lazy("Record a certificate"),
    past=gettext_lazy("recorded it"),
    body=RecordCertificate,
    who=COORDINATORS,
    creates=True,
    made_in=where_certified,
)
def create(act: Act, body: RecordCertificate) -> Record:
    """Record a certificate that was seen, also one of the past; of somebody else than who records it."""
    course = check_course(body.course, "course")
    if body.person == act.actor.user:
        raise Refused(
            {"person": _("Nobody records their own certificate; submit it, and somebody verifies it.")}
        )
    if act.actor.user is not None and not manages(act.actor.user, body.person):
        sentence = _("Your roles do not let you record certificates of %(name)s.")
        raise Refused({"person": sentence % {"name": body.person.name}})
    check_number_of_one(act, body.person, course, body.issuer, body.external_number)
    waits = act.actor.user is not None and lacks_what_completes(course, body.person)
    less = eased(course, body.person, act.actor.user)
    by = less.by if less is not None and less.waits else None
    held_back = waits or by is not None
    made = make(
        act,
        body.person,
        course,
        body.issued,
        "external" if body.issuer and not held_back else "recorded",
        expires=days_of_ours(body.person, course, body, act.now),
        handed_in_by=act.actor.user if held_back else None,
        eased_by=by,
        **body.model_dump(include={"issuer", "external_number", "note"}),
    )
    if less is not None and less.waits:
        conclude_recorded(act, less, ask_to_verify(act))
    elif waits:
        _have_verified(act)
    else:
        give(act, made.certificate)
        if less is not None:
            say_alone(act, less)
            conclude_recorded(act, less, [])
    if body.file is not None:
        act.attach(body.file.blob, body.file.name, ROLE)
    return made


def days_of_ours(
    person: User, course: Course, body: DaysOfOurs, now: dt.datetime, but: int | None = None
) -> dt.date | None:
    """Return until when a recorded certificate is valid; refuse more than the course gives, and what is there.

    What is over already is refused unless it is said to be history. The certificate `but`, by id, is left aside.
    """
    expires, longest = checked_days(person, course, body, now), until(course, body.issued)
    if longest is not None and expires is not None and expires > longest:
        sentence = _("The course is valid for %(months)s months: give %(day)s at the latest.")
        told = {"months": course.validity_months, "day": formats.date_format(longest)}
        raise Refused({"expires": sentence % told})
    if expires is not None and expires < day_in(now, person.unit) and not body.history:
        sentence = _("It has expired already; where it is to be kept as history, say so under “Past”.")
        raise Refused({"expires" if body.expires else "issued": sentence})
    check_day_free(person, course, body.issued, but)
    return expires


def check_day_free(person: User, course: Course, issued: dt.date, but: int | None = None) -> None:
    """Refuse the day of a certificate that somebody has of the course already; that of `but`, by id, is left aside.

    So is refused the day that one says again if the correction of it that waits is refused.
    """
    there = Certificate.objects.filter(
        Q(issued=issued, record__state__in=GIVEN) | Q(record__state="submitted"), person=person, course=course
    ).exclude(pk=but)
    rows = list(there.select_related("record").order_by("record__number"))
    same = [one for one in rows if one.issued == issued]
    again = [one for one in rows if (before := before_correction(one)) and before["issued"] == str(issued)]
    if same:
        sentence = _("%(number)s is the certificate of %(name)s of this course and day already.")
    else:
        sentence = _(
            "%(number)s is the certificate of %(name)s of this course and day again if its correction is refused: that"
            " has to be verified or refused first."
        )
    for one in [*same, *again]:
        raise Refused({"issued": sentence % {"number": one.record.number, "name": person.name}})


def _have_verified(act: Act) -> None:
    """Have somebody else verify what was entered by hand, and say so."""
    asked = ask_to_verify(act)
    act.conclude(
        gettext_noop(
            "%(number)s counts once somebody else has verified it, as what completes the course is not shown here."
            " Asked to: %(names)s."
        ),
        names=some(asked),
    ) if asked else act.conclude(
        gettext_noop(
            "%(number)s does not count yet: what completes the course is not shown here, and nobody else may verify"
            " it. Somebody has to be given the right."
        )
    )


@command(
    "certificate",
    "submit",
    label=gettext_lazy("Submit an external certificate"),
    past=gettext_lazy("submitted it"),
    body=Submit,
    who=(permitted(READ),),
    creates=True,
    made_in=where_certified,
)
def submit(act: Act, body: Submit) -> Record:
    """Hand in a certificate from elsewhere; somebody else verifies it before it counts."""
    person = body.person or act.user
    course = check_course(body.course, "course")
    if person != act.user and not manages(act.user, person):
        sentence = _("Your roles do not let you submit certificates of %(name)s.")
        raise Refused({"person": sentence % {"name": person.name}})
    expires = fit_for_use(course, person, body, act.now)
    if body.file is None and person == act.user:
        raise Refused({"file": _("Add the certificate as a file: whoever verifies it has to see it.")})
    check_day_free(person, course, body.issued)
    check_number_of_one(act, person, course, body.issuer, body.external_number)
    made = make(
        act,
        person,
        course,
        body.issued,
        "external",
        expires=expires,
        handed_in_by=act.user,
        **body.model_dump(include={"issuer", "external_number", "note"}),
    )
    if body.file is not None:
        act.attach(body.file.blob, body.file.name, ROLE)
    asked = ask_to_verify(act)
    act.conclude(
        gettext_noop("%(number)s was submitted. Asked to verify it: %(names)s."), names=some(asked)
    ) if asked else act.conclude(
        gettext_noop(
            "%(number)s was submitted, but nobody else may verify it: somebody has to be given the right."
        )
    )
    return made


def ask_to_verify(act: Act, barred: frozenset[int] = frozenset()) -> list[str]:
    """Ask those who run the training of the certificate's person to verify it; returns their names."""
    certificate: Certificate = act.detail
    unit = certificate.person.unit or act.record.unit
    gave = (certificate.handed_in_by_id, certificate.eased_by_id)
    concerned = {certificate.person_id, *(key for key in gave if key is not None)}
    others = people_permitted(MANAGE, unit).exclude(pk__in=concerned | barred)
    people = list(others)
    act.ask_all(VERIFY.code, people, act.now + DAYS_TO_VERIFY)
    return [person.name for person in people]


@command(
    "certificate",
    "issue",
    label=gettext_lazy("Issue"),
    past=gettext_lazy("issued it"),
    body=Issue,
    creates=True,
    listed=False,
    reason=Reason.NEVER,
)
def issue(act: Act, body: Issue) -> Record:
    """Issue what somebody completed here; part of closing a session, signing off, and confirming.

    Who wrote on the course has it once somebody else has looked at what the course asks for. So it is where who gives
    it made the course ask for less a short while before.
    """
    course: Course = body.course.course
    less = eased(course, body.person, giver(act, body.session))
    made = make(
        act,
        body.person,
        course,
        body.issued,
        body.source,
        expires=until(course, body.issued),
        session=body.session.training_session if body.session is not None else None,
        note=body.note,
        eased_by=less.by if less is not None and less.waits else None,
    )
    if less is not None and not less.waits:
        say_alone(act, less)
    place(act, made.certificate)
    return made


def place(act: Act, certificate: Certificate) -> None:
    """Have a certificate of what was completed count, or ask somebody else to look at it first."""
    waits = certificate.own_address or certificate.eased_by is not None
    if waits or wrote_on(certificate.course, certificate.person):
        ask_to_verify(act)
    else:
        give(act, certificate)
