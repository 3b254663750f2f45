"""The interface as a whole: every address, its OpenAPI description and its page of reference."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from setsquare import __version__
from setsquare.domains.authority.thing import AUTHORITY_RULES
from setsquare.domains.competence.assessment import ASSESSMENTS
from setsquare.domains.competence.thing import FRAMEWORKS
from setsquare.faces.api import problems
from setsquare.faces.api.assessments import add_assessments
from setsquare.faces.api.authority import add_authority
from setsquare.faces.api.badges import add_badges
from setsquare.faces.api.bulk import add_bulk
from setsquare.faces.api.callers import BrowserSession, TokenBearer
from setsquare.faces.api.competence_gaps import add_competence_gaps
from setsquare.faces.api.describing import COMPONENTS, SIGNATURE, Schema, command_components
from setsquare.faces.api.document_lists import add_document_lists
from setsquare.faces.api.documents import add_documents
from setsquare.faces.api.exports import (
    add_checkpoint,
    add_history_export,
    add_register_export,
    add_trail_export,
)
from setsquare.faces.api.files import add_files
from setsquare.faces.api.finding import add_finding
from setsquare.faces.api.frameworks import add_frameworks
from setsquare.faces.api.importing import DOCUMENT, add_importing
from setsquare.faces.api.orders import add_commands
from setsquare.faces.api.personal import add_personal
from setsquare.faces.api.problems import Problem
from setsquare.faces.api.quizzes import add_quizzes
from setsquare.faces.api.registers import add_record, add_register
from setsquare.faces.api.role_profiles import add_role_profiles
from setsquare.faces.api.row_imports import add_row_import
from setsquare.faces.api.security import add_security
from setsquare.faces.api.training_lists import add_training_lists
from setsquare.faces.api.views import add_views
from setsquare.kernel.commands.declaration import commands_of
from setsquare.kernel.records.things import Thing

ABOUT = """Everything that the pages do, for programs. Sign in with a personal token: Authorization: Bearer sqt_...

A record's ETag is its version; send it as If-Match with a change, so that nobody's work is overwritten.
Errors are problem details (RFC 9457). Lists are read page by page: each answer holds the path of the next."""
LOOSE = ("Person", "Marked", "Type", "Uploads")
View = Callable[..., HttpResponseBase]


class Interface(NinjaAPI):
    """Ninja's API with our errors and the components of every command's body."""

    def __init__(self, things: tuple[Thing, ...], name: str) -> None:
        """Add every address of `things`; `name` tells this interface from another one in the same process."""
        super().__init__(
            title="Setsquare",
            version=__version__,
            description=ABOUT,
            openapi_url=None,
            docs_url=None,
            auth=[TokenBearer(), BrowserSession()],
            urls_namespace=name,
        )
        self.things = things
        self._described: dict[str, OpenAPISchema] = {}
        for kind in (Exception, *self._exception_handlers):
            self.add_exception_handler(kind, problems.answer_to)  # type: ignore[arg-type]
        add_personal(self)
        add_security(self)
        add_finding(self, things)
        add_files(self, things)
        add_trail_export(self)
        add_checkpoint(self)
        for thing in things:
            add_history_export(self, thing)
        if any(thing.code == AUTHORITY_RULES.code for thing in things):
            add_authority(self)
        if any(thing.code == DOCUMENT for thing in things):
            add_importing(self)
            add_documents(self)
            add_document_lists(self)
        if any(thing.code == FRAMEWORKS.code for thing in things):
            add_frameworks(self)
            add_role_profiles(self)
            add_competence_gaps(self)
        if any(thing.code == ASSESSMENTS.code for thing in things):
            add_assessments(self)
        if any(thing.code == "quiz" for thing in things):
            add_quizzes(self)
        if any(thing.code == "course" for thing in things):
            add_training_lists(self)
            add_badges(self)
        for thing in things:
            add_register_export(self, thing)
            add_register(self, thing)
            add_row_import(self, thing)
            add_views(self, thing)
            add_bulk(self, thing)
            add_commands(self, thing)
            add_record(self, thing)

    def described(self) -> OpenAPISchema:
        """Return the OpenAPI description in the caller's language, made once for each."""
        language = get_language() or "en"
        if language not in self._described:
            made = self.get_openapi_schema(path_prefix="/api/v1/")
            made["components"]["schemas"].update(self._components())
            self._described[language] = made
        return self._described[language]

    def _components(self) -> dict[str, Schema]:
        found: dict[str, Schema] = {**COMPONENTS, "Signature": SIGNATURE}
        found.update({name: {"type": "object", "title": name} for name in LOOSE})
        for thing in self.things:
            for command in commands_of(thing.code):
                found.update(command_components(command))
        return found


def unknown(request: HttpRequest, **_kwargs: Any) -> HttpResponse:
    """Answer at an address that there is not."""
    return problems.answer_to(request, Problem("not_found"))


def guarded(view: View) -> View:
    """Have a view answer HEAD as GET, and with problem details whatever goes wrong."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = request.method
        if method == "HEAD":  # answered as GET; what serves us leaves the body away
            request.method = "GET"
        try:
            response = view(request, *args, **kwargs)
        except Exception as error:
            response = problems.answer_to(request, error)
        request.method = method
        if response.status_code == 405 and response.get("Content-Type") != problems.MEDIA_TYPE:
            allowed = response.get("Allow", "")
            response = problems.respond(request, Problem("method", headers={"Allow": allowed}))
        patch_vary_headers(response, ("Accept-Language", "Authorization", "Cookie"))
        return response

    answer.csrf_exempt = True  # type: ignore[attr-defined]
    answer.__name__ = getattr(view, "__name__", "answer")
    return answer
