"""What somebody is able to, how it came to be, and calibration across assessors, for programs."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from setsquare.domains.competence.asking import day_asked, framework_asked, person_asked
from setsquare.domains.competence.assessment import ASSESSMENTS
from setsquare.domains.competence.calibration import calibration
from setsquare.domains.competence.standing import (
    Line,
    changes_of,
    held_by,
    moment_of,
    told_with_before,
)
from setsquare.domains.competence.telling import calibration_told, line_told
from setsquare.faces.api.answering import digest_of, list_of, respond
from setsquare.faces.api.callers import caller_of
from setsquare.faces.api.describing import parameter, says
from setsquare.faces.api.personal import PAGED
from setsquare.faces.api.reading import Parameters
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.representation.records import Values


def add_assessments(api: NinjaAPI) -> None:
    """Add what is read of competence besides the records; it comes before the generic addresses."""
    slug, tags = ASSESSMENTS.slug, [str(ASSESSMENTS.plural)]
    person = parameter("person", "Sign-in name; without it, you.")
    day = parameter("at", "As it stood at the end of a day, such as 2026-11-30; without it, now.")
    api.get(
        f"/{slug}:held",
        operation_id=f"{slug}.held",
        summary="What somebody is qualified in by frameworks",
        tags=tags,
        openapi_extra=says("The components.", "Page", parameters=[person, day], errors=(422,)),
    )(held)
    api.get(
        f"/{slug}:changes",
        operation_id=f"{slug}.changes",
        summary="How somebody came to be qualified in frameworks, the newest first",
        tags=tags,
        openapi_extra=says("A page.", "Page", parameters=[*PAGED, person], errors=(422,)),
    )(changes)
    narrowed = [
        parameter("framework", "Number of the framework."),
        parameter("component", "Code of one component."),
    ]
    api.get(
        f"/{slug}:calibration",
        operation_id=f"{slug}.calibration",
        summary="How assessors stand to what was agreed and to each other, where you may assess",
        tags=tags,
        openapi_extra=says("The calibration.", None, parameters=narrowed, errors=(403, 422)),
    )(calibrated)


def held(request: HttpRequest) -> HttpResponse:
    """Answer with what a person holds, now or at the end of a day."""
    caller = caller_of(request)
    caller.require(Scope.READ, ASSESSMENTS.code)
    asked = Parameters(request, "person", "at")
    person = person_asked(caller.user, asked.text("person"))
    items = [
        line_told(line)
        for line in held_by(person, caller.user, moment_of(day_asked(asked.text("at")), person))
    ]
    return respond(request, {"items": items}, tag=digest_of(items))


def changes(request: HttpRequest) -> HttpResponse:
    """Answer with what was written down of a person, the newest first."""
    caller = caller_of(request)
    caller.require(Scope.READ, ASSESSMENTS.code)
    asked = Parameters(request, "limit", "after", "person")
    person = person_asked(caller.user, asked.text("person"))
    told: dict[int, Line] = {}

    def along(rows: Sequence[Qualification]) -> None:
        told.update({line.row.pk: line for line in told_with_before(rows, caller.user)})

    def show(row: Qualification) -> Values:
        return line_told(told[row.pk])

    return list_of(request, changes_of(person), "given", show, asked, along=along)


def calibrated(request: HttpRequest) -> HttpResponse:
    """Answer with the calibration of a framework."""
    caller = caller_of(request)
    caller.require(Scope.READ, ASSESSMENTS.code)
    asked = Parameters(request, "framework", "component")
    found = calibration_told(
        calibration(
            framework_asked(caller.user, asked.text("framework")), caller.user, asked.text("component")
        )
    )
    return respond(request, found, tag=digest_of(found))
