"""The training matrix, for programs: how people stand to the courses on offer."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.domains.organisation.thing import PEOPLE
from setsquare.domains.training.attendance_list import attendance_pdf, may_print
from setsquare.domains.training.matrix import STANDINGS, Cell, cells, courses_shown, people_shown
from setsquare.domains.training.models import Course
from setsquare.domains.training.standings import LACK, line_told, narrowed, of_roles, standing_so
from setsquare.domains.training.thing import COURSES, SESSIONS
from setsquare.faces.api.answering import PRIVATE, digest_of, listed, respond
from setsquare.faces.api.callers import caller_of
from setsquare.faces.api.describing import parameter, says
from setsquare.faces.api.personal import PAGED
from setsquare.faces.api.reading import Parameters
from setsquare.faces.api.registers import find
from setsquare.flows.training_record import TOLD, may_see_record, pdf_of, record_of, values_of
from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import NotFound, Refused
from setsquare.kernel.database.keyset import CursorError, Key, cut
from setsquare.kernel.records.things import plain
from setsquare.kernel.representation import deeds
from setsquare.kernel.representation.records import Values

FORMATS = ("json", "pdf")


def add_training_lists(api: NinjaAPI) -> None:
    """Add the matrix; it comes before the generic addresses."""
    narrowing = [
        parameter("unit", "Code of the unit: people of it and all below."),
        parameter("role", "Code of the role that they hold."),
        parameter("q", "Words of the name."),
        parameter("standing", "Only people and courses that stand so.", enum=STANDINGS),
        parameter("lacking", "Only people who lack a course that they need.", kind="boolean"),
    ]
    described = says("A page.", "Page", parameters=[*PAGED, *narrowing], errors=(422,))
    name = f"{COURSES.slug}.matrix"
    api.get(
        f"/{COURSES.slug}:matrix",
        operation_id=name,
        summary="Who needs and holds which course",
        tags=[str(COURSES.plural)],
        openapi_extra=described,
    )(matrix)
    api.get(
        f"/{COURSES.slug}:roles",
        operation_id=f"{COURSES.slug}.roles",
        summary="Which role needs which course, and how many of its people have it",
        tags=[str(COURSES.plural)],
        openapi_extra=says("The roles.", "Page", parameters=narrowing[:1], errors=(422,)),
    )(roles)

    api.get(
        f"/{PEOPLE.slug}/{{path:number}}:training",
        operation_id=f"{PEOPLE.slug}.training",
        summary="The training record of a person: JSON, or PDF to hand to an auditor",
        tags=[str(PEOPLE.plural)],
        openapi_extra=says(
            "The record.",
            None,
            parameters=[parameter("format", "What it is taken away as.", enum=FORMATS, default="json")],
            errors=(404, 422),
        ),
    )(training_record)

    api.get(
        f"/{SESSIONS.slug}/{{path:number}}:attendance",
        operation_id=f"{SESSIONS.slug}.attendance",
        summary="The attendance list of a session as PDF: to be signed, or what came of it",
        tags=[str(SESSIONS.plural)],
        openapi_extra=says("The PDF.", None, errors=(404,), media_type="application/pdf"),
    )(attendance)


def attendance(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the attendance list of a session, to who gives or runs it."""
    caller = caller_of(request)
    caller.require(Scope.READ, SESSIONS.code)
    Parameters(request)
    record = find(SESSIONS, caller.user, number)
    if not may_print(record, caller.user):
        raise NotFound(number)
    return paper(attendance_pdf(record), f"{record.number}-attendance.pdf")


def training_record(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with what the caller may see of a person's training, to who follows that."""
    caller = caller_of(request)
    for thing in (PEOPLE, *TOLD):
        caller.require(Scope.READ, thing.code)
    person: User = find(PEOPLE, caller.user, number).person_file.user
    form = Parameters(request, "format").text("format") or "json"
    if form not in FORMATS:
        raise Refused({"format": _("Choose one of: %(expected)s.") % {"expected": ", ".join(FORMATS)}})
    if not may_see_record(caller.user, person):
        raise NotFound(number)
    told = record_of(caller.user, person)
    if form == "json":
        values = values_of(told)
        return respond(request, values, tag=digest_of(values))
    return paper(pdf_of(told), f"{number}-training.pdf")


def paper(data: bytes, name: str) -> HttpResponse:
    """Answer with a PDF."""
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = PRIVATE
    return answer


def matrix(request: HttpRequest) -> HttpResponse:
    """Answer with the people whose training the caller follows, each with the courses that they need or hold."""
    caller = caller_of(request)
    caller.require(Scope.READ, COURSES.code)
    asked = Parameters(request, "limit", "after", "unit", "role", "q", "standing", "lacking")
    standing = asked.text("standing")
    if standing and standing not in STANDINGS:
        raise Refused({"standing": _("Choose one of: %(expected)s.") % {"expected": ", ".join(STANDINGS)}})
    unit, role = _unit(asked.text("unit")), _role(asked.text("role"))
    people = people_shown(caller.user, unit=unit, role=role, words=asked.text("q"))
    courses = list(courses_shown(caller.user))
    if asked.flag("lacking"):
        people = narrowed(people, courses, LACK)
    if standing:
        people = standing_so(people, courses, standing)
    key = Key("name", User._meta.get_field("name"))
    try:
        page = cut(
            people, key, descending=False, limit=asked.limit(), cursor=asked.text("after"), name="api.matrix"
        )
    except CursorError:
        sentence = _("This place is not of this list; begin with the first page again.")
        raise Refused({"after": sentence}) from None
    found = cells(page.rows, courses)
    items = [
        {
            "person": deeds.person(one),
            "unit": one.unit.code if one.unit else None,
            "courses": [
                _cell(course, found[one.pk, course.pk])
                for course in courses
                if found[one.pk, course.pk].standing == (standing or found[one.pk, course.pk].standing)
            ],
        }
        for one in page.rows
    ]
    return listed(request, items, page.next, page.previous)


def roles(request: HttpRequest) -> HttpResponse:
    """Answer with the roles of the people whose training the caller follows, each with the courses needed."""
    caller = caller_of(request)
    caller.require(Scope.READ, COURSES.code)
    unit = _unit(Parameters(request, "unit").text("unit"))
    courses = list(courses_shown(caller.user))
    found = of_roles(people_shown(caller.user, unit=unit), courses)
    items = [line_told(line, courses) for line in found]
    return respond(request, {"items": items}, tag=digest_of(items))


def _cell(course: Course, cell: Cell) -> Values:
    return {
        "course": course.record.number,
        "title": course.record.title,
        "standing": cell.standing,
        "needed": cell.needed,
        "until": plain(cell.until),
        "last_day": plain(cell.last),
        "certificate": cell.evidence or None,
    }


def _unit(code: str) -> Unit | None:
    found = Unit.objects.filter(code=code).first() if code else None
    if code and found is None:
        raise Refused({"unit": _("There is no unit with the code “%(code)s”.") % {"code": code}})
    return found


def _role(code: str) -> Role | None:
    found = Role.objects.filter(code=code).first() if code else None
    if code and found is None:
        raise Refused({"role": _("There is no role with the code “%(code)s”.") % {"code": code}})
    return found
