"""What competence frameworks have besides what every record has: taking their content away."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.domains.competence.exchange.giving import MEDIA_TYPES, given
from setsquare.domains.competence.thing import FRAMEWORKS
from setsquare.domains.documents.publishing import address_on_paper
from setsquare.faces.api.answering import PRIVATE
from setsquare.faces.api.callers import caller_of
from setsquare.faces.api.describing import parameter, says
from setsquare.faces.api.reading import Parameters
from setsquare.faces.api.registers import find
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import Refused


def add_frameworks(api: NinjaAPI) -> None:
    """Add the address of a framework's content; it comes before the generic ones."""
    taken = [
        parameter("format", "A CASE 1.1 package or a table.", enum=list(MEDIA_TYPES), default="case"),
        parameter("edition", "A number, or draft; without it what is in force, before that the draft."),
    ]
    described = says(
        "The file.", None, parameters=taken, errors=(404, 422), media_type="application/octet-stream"
    )
    api.get(
        f"/{FRAMEWORKS.slug}/{{path:number}}:export",
        operation_id="frameworks.take_away",
        summary="Take the content of a framework away: CASE, Excel, CSV",
        tags=[str(FRAMEWORKS.plural)],
        openapi_extra=described,
    )(framework_export)


def framework_export(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the content of a framework as a file."""
    caller = caller_of(request)
    caller.require(Scope.READ, FRAMEWORKS.code)
    record = find(FRAMEWORKS, caller.user, number)
    asked = Parameters(request, "format", "edition")
    form = asked.text("format") or "case"
    if form not in MEDIA_TYPES:
        raise Refused({"format": _("Choose one of: %(expected)s.") % {"expected": ", ".join(MEDIA_TYPES)}})
    file = given(record, form, address_on_paper(record.number), asked.text("edition"))
    answer = HttpResponse(file.data, content_type=file.media_type)
    answer["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = PRIVATE
    return answer
