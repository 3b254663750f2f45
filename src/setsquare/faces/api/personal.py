"""What concerns the caller: who they are, what they are asked to do, what they are told."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.faces.api.answering import digest_of, linked, list_of, respond
from setsquare.faces.api.callers import caller_of
from setsquare.faces.api.describing import parameter, says
from setsquare.faces.api.problems import Problem
from setsquare.faces.api.reading import Parameters, object_in
from setsquare.faces.api.security import own_record
from setsquare.kernel.accounts.rights import permissions_in, stands_in_for
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.standing_in import kept_from
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.things import plain
from setsquare.kernel.representation import deeds
from setsquare.kernel.representation.records import Values
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.tasks.queries import inbox

MINE = ["Mine"]
PAGED = (
    parameter("limit", "How many at once.", kind="integer", minimum=1, maximum=200, default=50),
    parameter("after", "The cursor of a page; `next` and `previous` hold it."),
)


def add_personal(api: NinjaAPI) -> None:
    """Add `/me`, `/tasks` and `/notices`."""
    api.get(
        "/me",
        operation_id="me",
        summary="Who you are and what you may do",
        tags=MINE,
        openapi_extra=says("The caller.", "Person"),
    )(me)
    api.get(
        "/tasks",
        operation_id="tasks",
        summary="What you are asked to do, the earliest due first",
        tags=MINE,
        openapi_extra=says("A page.", "Page", parameters=PAGED, errors=(422,)),
    )(tasks)
    unread = parameter("unread", "Only what was not read yet.", kind="boolean")
    api.get(
        "/notices",
        operation_id="notices",
        summary="What you are told, the newest first",
        tags=MINE,
        openapi_extra=says("A page.", "Page", parameters=(*PAGED, unread), errors=(422,)),
    )(notices)
    api.post(
        "/notices:read",
        operation_id="notices.read_all",
        summary="Mark all notices as read",
        tags=MINE,
        openapi_extra=says("How many were marked.", "Marked", errors=(415, 422)),
    )(read_all)
    api.post(
        "/notices/{int:notice}:read",
        operation_id="notices.read",
        summary="Mark a notice as read",
        tags=MINE,
        openapi_extra=says("How many were marked.", "Marked", errors=(404, 415, 422)),
    )(read_one)


def me(request: HttpRequest) -> HttpResponse:
    """Answer with the caller's own data, rights and, where one was used, the token's scopes."""
    caller = caller_of(request)
    Parameters(request)
    user, token = caller.user, caller.token
    record = own_record(request)
    absent = stands_in_for(user).select_related("absent").order_by("ends")
    values: Values = {
        "username": user.username,
        "name": user.name,
        "title": user.title,
        "email": user.email,
        "unit": plain(user.unit),
        "language": user.language,
        "time_zone": user.time_zone,
        "record": record.number if record is not None else None,
        "permissions": sorted(permissions_in(user, None)),
        "stands_in_for": [
            {"person": deeds.person(given.absent), "until": plain(given.ends)} for given in absent
        ],
        "token": None
        if token is None
        else {"name": token.name, "scopes": list(token.scopes), "expires": plain(token.expires)},
    }
    return respond(request, values, tag=digest_of(values))


def tasks(request: HttpRequest) -> HttpResponse:
    """Answer with the caller's inbox."""
    caller_of(request).require(Scope.READ)

    user = caller_of(request).user

    def show(task: Task) -> Values:
        values = deeds.task(task)
        why_not = kept_from(user, [task]).get(task.pk)
        return {
            **values,
            "record": linked(values["record"]),
            "why_not": str(why_not) if why_not is not None else None,
        }

    asked = Parameters(request, "limit", "after")
    return list_of(request, inbox(user), "due", show, asked, descending=False)


def notices(request: HttpRequest) -> HttpResponse:
    """Answer with what the caller is told."""
    caller_of(request).require(Scope.READ)
    asked = Parameters(request, "limit", "after", "unread")
    rows = Notice.objects.filter(user=caller_of(request).user).select_related("record")
    if asked.flag("unread"):
        rows = rows.filter(read__isnull=True)

    def show(notice: Notice) -> Values:
        values = deeds.notice(notice)
        return {**values, "record": linked(values["record"]) if values["record"] else None}

    return list_of(request, rows, "at", show, asked)


def read_one(request: HttpRequest, notice: int) -> HttpResponse:
    """Mark one of the caller's notices as read; one that was read before keeps its time."""
    caller_of(request).require(Scope.WRITE)
    _takes_nothing(request)
    found = Notice.objects.filter(user=caller_of(request).user, pk=min(notice, 2**63 - 1))
    if not found.exists():
        raise Problem("not_found")
    return respond(request, {"marked": found.filter(read__isnull=True).update(read=timezone.now())})


def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all of the caller's notices as read."""
    caller_of(request).require(Scope.WRITE)
    _takes_nothing(request)
    found = Notice.objects.filter(user=caller_of(request).user, read__isnull=True)
    return respond(request, {"marked": found.update(read=timezone.now())})


def _takes_nothing(request: HttpRequest) -> None:
    Parameters(request)
    for name in object_in(request):
        raise Refused({name: _("There is no such field here.")})
