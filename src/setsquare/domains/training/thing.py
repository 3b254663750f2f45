"""The record types of training: courses, sessions and certificates."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from setsquare.domains.training import roster, states, work
from setsquare.domains.training.closing.told import outcomes_kept, outcomes_then, shortfalls_kept
from setsquare.domains.training.models import (
    FIRST,
    TEACHES,
    Certificate,
    Course,
    TrainingSession,
    linked_numbers,
    listed,
)
from setsquare.domains.training.permissions import MANAGE, READ, SEE
from setsquare.domains.training.resting import grounds_told
from setsquare.domains.training.retraining.queries import retraining_of, wrong_trainees
from setsquare.domains.training.scopes import (
    certificate_scope,
    course_scope,
    knows_who_is_asked,
    people_followed_by,
    session_scope,
)
from setsquare.kernel.accounts.models import User
from setsquare.kernel.qualifications.days import last_day
from setsquare.kernel.qualifications.subjects import as_a_whole, tell_followed, tell_parts
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.proof import Proof
from setsquare.kernel.records.things import (
    OPEN,
    Beside,
    Column,
    Element,
    Expiry,
    Fact,
    Filter,
    Hidden,
    Kind,
    Label,
    SearchText,
    Section,
    Thing,
    register,
)
from setsquare.kernel.representation.past import Rows
from setsquare.kernel.trail.models import Entry

KINDS: dict[str, Label] = {
    "classroom": _("Classroom"),
    "online": _("Online"),
    "on_the_job": _("On the job"),
    "read": _("Read and understood"),
    "external": _("External"),
}
SOURCES: dict[str, Label] = {
    "session": _("Training session"),
    "sign_off": _("Sign-off on the job"),
    "read": _("Read and understood"),
    "external": _("External"),
    "recorded": _("Recorded"),
    "quiz": _("Quiz passed"),
}
RESULTS: dict[str, Label] = {
    "passed": _("Attended and passed"),
    "not_passed": _("Attended and not passed"),
    "absent": _("Absent"),
}
THERE = ("passed", "not_passed")
"""Results of those who were there."""
TASKS = (work.TRAIN, work.VERIFY)
LASTS: dict[str, Label] = {
    "lapsed": _("Expired"),
    "30": _("Expires within 30 days"),
    "60": _("Expires within 60 days"),
    "good": _("Never expires"),
}
NOBODY = "nobody"
UNRECORDED = "attendance"
LEFT_OPEN: dict[str, Label] = {UNRECORDED: _("Over, attendance missing"), "closing": _("Held, not closed")}
COMPLETED: dict[str, Label] = {"yes": _("Can be completed"), NOBODY: _("Nobody can complete it")}


def course_state(record: Record) -> Mapping[str, Any]:
    """Return what the trail keeps of a course besides its columns: trainers, links, who needs it, who takes it anew."""
    course: Course = record.course
    rows = course.requirements.select_related("role", "unit", "person", "lacking").order_by("id")
    return {
        "given_by": list(course.trainers.order_by("username").values_list("username", flat=True)),
        "builds_on": linked_numbers(record, FIRST),
        "teaches": linked_numbers(record, TEACHES),
        "needed_by": [
            {
                "role": row.role,
                "unit": row.unit,
                "person": row.person,
                "days": row.days,
                **({"lacking": row.lacking, "topic": row.topic, "level": row.level} if row.lacking else {}),
            }
            for row in rows
        ],
        "leads_to": outcomes_kept(record),
        "asked_for_gaps": shortfalls_kept(record),
        **retraining_of(record),
    }


def course_restored(record: Record, state: Mapping[str, Any], rows: Rows) -> None:
    """Give a course as it stood its trainers, its links and who needed it."""
    course: Course = record.course
    people = [rows.person(name) for name in state.get("given_by") or ()]
    course.given_by = [person.name for person in people if person is not None]
    course.builds_on = listed(state.get("builds_on") or [])
    course.teaches = listed(state.get("teaches") or [])
    course.needed_by = [
        " · ".join(str(row[name]) for name in ("person", "role", "unit") if row.get(name))
        + (f" ({row['lacking']} {row['topic']} {row['level']})" if row.get("lacking") else "")
        + f": {row['days']}"
        for row in state.get("needed_by") or ()
    ]
    course.leads_to = outcomes_then(state.get("leads_to") or ())
    course.asked_for_gaps = [
        f"{row['lacking']} {row['topic']} {row['level']}: {', '.join(_names(row['people'], rows))}"
        for row in state.get("asked_for_gaps") or ()
    ]
    course.anew = [
        f"{row['because']}, {last_day(dt.datetime.fromisoformat(row['due']))}: {row['reason']}"
        for row in state.get("retraining") or ()
    ]


def _names(usernames: Iterable[str], rows: Rows) -> list[str]:
    found = ((username, rows.person(username)) for username in usernames)
    return [person.name if person is not None else username for username, person in found]


def taking_part(record: Record) -> set[str]:
    """Return the sign-in names of those who take part in a session or wait for a place."""
    return set(record.training_session.attendances.values_list("person__username", flat=True))


def session_state(record: Record) -> Mapping[str, Any]:
    """Return what the trail keeps of a session besides its columns: who takes part, who waits, what came of it."""
    rows = record.training_session.attendances.select_related("person").order_by("id")
    return {
        "people": [
            {"person": row.person.username, "result": row.result, "reason": row.reason}
            | ({"waited": True} if row.waiting else {})
            for row in rows
            if not row.in_line
        ],
        "waiting": [row.person.username for row in rows if row.in_line],
    }


def session_restored(record: Record, state: Mapping[str, Any], rows: Rows) -> None:
    """Give a session as it stood those who took part."""
    session: TrainingSession = record.training_session
    taking_part = state.get("people") or []
    people = [(rows.person(row["person"]), row) for row in taking_part]
    session.people = [
        ": ".join([person.name, *([str(RESULTS[row["result"]])] if row["result"] else [])])
        for person, row in people
        if person is not None
    ]
    line = [rows.person(name) for name in state.get("waiting") or ()]
    session.waiting = [person.name for person in line if person is not None]
    whole = SESSIONS.hidden_from(rows.reader, record) == OPEN
    session.places = str(sum(not row.get("waited") for row in taking_part)) if whole else ""


def _lasts(value: str, _user: User) -> Q:
    today = timezone.localdate()
    if value == "good":
        return Q(certificate__expires__isnull=True)
    if value == "lapsed":
        return Q(certificate__expires__lt=today)
    return Q(certificate__expires__range=(today, today + dt.timedelta(days=int(value))))


def _completable(value: str, _user: User) -> Q:
    stuck = Q(course__kind="online", course__quiz__isnull=True, course__activity="")
    return stuck if value == NOBODY else ~stuck


def _left_open(value: str, _user: User) -> Q:
    over = Q(training_session__ends__lt=timezone.now())
    return over & Q(state="planned" if value == UNRECORDED else "held")


def _of_course(path: str) -> Filter:
    return Filter(
        "course",
        _("Course"),
        kind=Kind.TEXT,
        condition=lambda number, _user: Q(**{f"{path}__record__number__iexact": number}),
    )


PRIVY_BY = (MANAGE, SEE)
NUMBER = Column("number", _("Number"), "number", sortable=True)
TITLE = Column("title", _("Title"), "title", sortable=True)
STATE = Column("state", _("State"), "state", Kind.STATE, sortable=True)
OWNER = Column("owner", _("Owner"), "owner", Kind.PERSON, shown=False)
UNIT = Column("unit", _("Unit"), "unit", Kind.UNIT)
CHANGED = Column("changed", _("Changed"), "changed", Kind.DATETIME, sortable=True, shown=False)

COURSES = register(
    Thing(
        code="course",
        slug="courses",
        name=_("Course"),
        plural=_("Courses"),
        element=Element.LEADERSHIP,
        area=_("Training"),
        icon="school",
        lifecycle=states.COURSE,
        read=READ,
        numbering="TC-{n:03}",
        model=Course,
        description=_("What people have to have learned, who needs it, and for how long it is valid."),
        columns=(
            NUMBER,
            TITLE,
            STATE,
            Column("kind", _("Kind"), "course__kind", Kind.CHOICE, choices=KINDS),
            Column("hours", _("Hours"), "course__hours", Kind.NUMBER, shown=False),
            Column("validity", _("Valid for months"), "course__validity_months", Kind.NUMBER),
            OWNER,
            UNIT,
            CHANGED,
        ),
        filters=(
            Filter("kind", _("Kind"), "course__kind", choices=KINDS),
            Filter("completed", _("Can be completed"), choices=COMPLETED, condition=_completable),
        ),
        sections=(
            Section(
                _("Course"),
                (
                    Fact(_("Description"), "course__description", Kind.LONG_TEXT),
                    Fact(_("Content"), "course__content__body", Kind.MARKDOWN),
                    Fact(_("Kind"), "course__kind", Kind.CHOICE, KINDS),
                    Fact(_("How it is completed"), "course__completed_how"),
                    Fact(_("Hours"), "course__length"),
                    Fact(_("Given by"), "course__given_by", Kind.LIST),
                    Fact(_("Builds on"), "course__builds_on", Kind.MARKDOWN),
                    Fact(_("Teaches"), "course__teaches", Kind.MARKDOWN),
                    Fact(_("Leads to"), "course__leads_to", Kind.MARKDOWN),
                    Fact(_("Activity address (IRI)"), "course__activity"),
                    Fact(_("Quiz to pass"), "course__quiz", Kind.RECORD),
                    Fact(_("Owner"), "owner", Kind.PERSON),
                    Fact(_("Unit"), "unit", Kind.UNIT),
                ),
            ),
            Section(
                _("Who needs it, and for how long it is valid"),
                (
                    Fact(_("Needed by"), "course__needed_by", Kind.LIST),
                    Fact(_("Asked because of a gap"), "course__asked_for_gaps", Kind.LIST),
                    Fact(_("Taken anew"), "course__anew", Kind.LIST),
                    Fact(_("Valid for months"), "course__validity_months", Kind.NUMBER),
                    Fact(_("Days of grace"), "course__grace_days", Kind.NUMBER),
                    Fact(_("Renewed how many days before"), "course__renew_days", Kind.NUMBER),
                ),
            ),
        ),
        related=("course__content", "course__quiz"),
        guarded=frozenset({"course__quiz"}),
        labels={
            "hours": _("Hours"),
            "retraining": _("Taken anew"),
            "leads_to": _("Leads to"),
            "asked_for_gaps": _("Asked because of a gap"),
        },
        derived=wrong_trainees,
        search=lambda record: SearchText(
            record.title, body=f"{record.course.description}\n\n{record.course.content.body}"
        ),
        scope=course_scope,
        parts=course_state,
        restore=course_restored,
        private=Hidden(
            keys=frozenset({"teaches", "retraining", "asked_for_gaps"}),
            deeds=frozenset({"confirm"}),
            notes=frozenset(
                {"trained", "sign_off", "ask_lacking", "ask_lacking_no_longer", "remind", "escalate"}
            ),
            tasks=frozenset({work.TRAIN.code}),
        ),
        privy=knows_who_is_asked,
        privy_by=PRIVY_BY,
    )
)
SESSIONS = register(
    Thing(
        code="training_session",
        slug="training-sessions",
        name=_("Training session"),
        plural=_("Training sessions"),
        element=Element.LEADERSHIP,
        area=_("Training"),
        icon="calendar",
        lifecycle=states.SESSION,
        read=READ,
        numbering="TS-{year}-{n:03}",
        model=TrainingSession,
        description=_("When and where a course is given, who takes part and what came of it."),
        columns=(
            NUMBER,
            TITLE,
            STATE,
            Column("course", _("Course"), "training_session__course__record", Kind.RECORD, shown=False),
            Column("starts", _("Starts"), "training_session__starts", Kind.DATETIME, sortable=True),
            Column("place", _("Place"), "training_session__place"),
            Column("trainer", _("Trainer"), "training_session__trainer", Kind.PERSON),
            OWNER,
            UNIT,
            CHANGED,
        ),
        filters=(
            _of_course("training_session__course"),
            Filter("starts", _("Starts"), "training_session__starts", Kind.DATETIME),
            Filter("trainer", _("Trainer"), "training_session__trainer", Kind.PERSON),
            Filter("left_open", _("Left open"), choices=LEFT_OPEN, condition=_left_open),
        ),
        sections=(
            Section(
                _("Session"),
                (
                    Fact(_("Course"), "training_session__course__record", Kind.RECORD),
                    Fact(_("Starts"), "training_session__starts", Kind.DATETIME),
                    Fact(_("Ends"), "training_session__ends", Kind.DATETIME),
                    Fact(_("Place or link"), "training_session__place"),
                    Fact(_("Trainer"), "training_session__trainer", Kind.PERSON),
                    Fact(_("Places taken"), "training_session__places"),
                    Fact(_("Notes"), "training_session__notes", Kind.LONG_TEXT),
                    Fact(_("Owner"), "owner", Kind.PERSON),
                    Fact(_("Unit"), "unit", Kind.UNIT),
                ),
            ),
            Section(
                _("People"),
                (
                    Fact(_("Take part"), "training_session__people", Kind.LIST),
                    Fact(_("Wait for a place"), "training_session__waiting", Kind.LIST),
                    Fact(_("Others"), "training_session__shown"),
                ),
                sparse=True,
            ),
        ),
        related=("training_session__course__record", "training_session__trainer"),
        search=lambda record: SearchText(
            record.title, record.training_session.course.record.number, record.training_session.notes
        ),
        scope=session_scope,
        parts=session_state,
        restore=session_restored,
        private=roster.PRIVATE,
        hides=roster.hidden_of_session,
        narrow=roster.narrow_session,
        privy_by=PRIVY_BY,
        about=taking_part,
        proof=Proof(
            holds=frozenset({"held", "closed"}),
            never=frozenset({"planned", "cancelled"}),
            person="training_session__attendances__person",
            where=Q(
                training_session__attendances__waiting=False,
                training_session__attendances__result__in=("", *THERE),
            ),
            named=False,
        ),
    )
)


BADGE_TOLD = (
    Fact(_("What the badge is for"), "certificate__badge_for"),
    Fact(_("What the badge asked for"), "certificate__badge_criteria", Kind.LONG_TEXT),
)
"""What a badge is for, in the words of who issued it: it stands beside the course."""


def handed_in_by(record: Record) -> set[str]:
    """Return the sign-in names of whom a certificate is of, and of who handed it in or recorded it."""
    first = Entry.objects.filter(record=record, seq=1).values_list("actor__username", flat=True)
    return {record.owner.username, *(name for name in first if name)}


EXPIRY = Expiry("valid", "expired", "certificate__expires")
CERTIFICATES = register(
    Thing(
        code="certificate",
        slug="certificates",
        name=_("Certificate"),
        plural=_("Certificates"),
        element=Element.LEADERSHIP,
        area=_("Training"),
        icon="award",
        lifecycle=states.CERTIFICATE,
        read=READ,
        numbering="CE-{year}-{n:05}",
        model=Certificate,
        authors=handed_in_by,
        about=lambda record: (record.certificate.person.username,),
        proof=Proof(
            holds=frozenset({"valid"}),
            never=frozenset({"refused"}),
            ended=frozenset({"expired", "revoked"}),
            last=EXPIRY.last,
            person="certificate__person",
        ),
        description=_("What shows that somebody completed a course, and until when that counts."),
        columns=(
            NUMBER,
            TITLE,
            Column("person", _("Person"), "certificate__person", Kind.PERSON),
            STATE,
            Column("course", _("Course"), "certificate__course__record", Kind.RECORD, shown=False),
            Column("issued", _("Issued"), "certificate__issued", Kind.DATE, sortable=True),
            Column("expires", _("Valid until"), "certificate__expires", Kind.DUE, sortable=True),
            Column("source", _("Comes from"), "certificate__source", Kind.CHOICE, choices=SOURCES),
            Column("unit", _("Unit"), "unit", Kind.UNIT, shown=False),
            CHANGED,
        ),
        filters=(
            Filter("person", _("Person"), "certificate__person", Kind.PERSON),
            _of_course("certificate__course"),
            Filter("lasts", _("Validity"), choices=LASTS, condition=_lasts),
            Filter("issued", _("Issued"), "certificate__issued", Kind.DATE),
            Filter("source", _("Comes from"), "certificate__source", choices=SOURCES),
        ),
        sections=(
            Section(
                _("Certificate"),
                (
                    Fact(_("Person"), "certificate__person", Kind.PERSON),
                    Fact(_("Course"), "certificate__course__record", Kind.RECORD),
                    Fact(_("Issued"), "certificate__issued", Kind.DATE),
                    Fact(_("Valid until"), "certificate__expires", Kind.DUE, without=_("For good")),
                    Fact(_("Comes from"), "certificate__source", Kind.CHOICE, SOURCES),
                    Fact(_("Unit"), "unit", Kind.UNIT),
                ),
            ),
            Section(_("Badge"), BADGE_TOLD, sparse=True),
            Section(
                _("Where it comes from"),
                (
                    Fact(_("Training session"), "certificate__session__record", Kind.RECORD),
                    Fact(_("Issued by"), "certificate__issuer"),
                    Fact(_("Number there"), "certificate__external_number"),
                    Fact(_("Doubt"), "certificate__doubt"),
                    Fact(_("Why it waits"), "certificate__looked_at"),
                    Fact(_("Handed in by"), "certificate__handed_in_by", Kind.PERSON),
                    Fact(_("Note"), "certificate__note", Kind.LONG_TEXT),
                ),
                sparse=True,
            ),
        ),
        besides=(
            Beside("rests_on", _("What it rests on"), grounds_told, told=("what", "who", "at", "record")),
        ),
        related=(
            "certificate__person",
            "certificate__course__record",
            "certificate__session__record",
            "certificate__handed_in_by",
        ),
        search=lambda record: SearchText(
            record.title,
            f"{record.certificate.person.name} {record.certificate.course.record.number}",
            f"{record.certificate.issuer} {record.certificate.external_number}",
        ),
        scope=certificate_scope,
        expiry=EXPIRY,
        labels={
            "eased_by": _("Given by who made the course ask for less"),
            "badge_digest": _("Digest of its badge"),
            "badge_for": _("What the badge is for"),
            "badge_criteria": _("What the badge asked for"),
            "unproven_key": _("Signed by the key"),
            "own_address": _("Known by an address that its person chose"),
        },
        confidential=True,
    )
)
tell_parts("course", as_a_whole)
tell_followed("course", people_followed_by)
