"""Notices: the list, what is unread, and marking as read."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from setsquare.faces.web.access import person_of, redirect_for, signed_in
from setsquare.faces.web.addresses import record_address
from setsquare.kernel.database.keyset import CursorError, Key, cut
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.notices.unread import unread_count
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.writing.sentences import told

ROWS = 40
_NEWEST = Key("at", Notice._meta.get_field("at"))


@signed_in
def notices_page(request: HttpRequest) -> HttpResponse:
    """List the person's notices, the newest first."""
    user = person_of(request)
    rows = Notice.objects.filter(user=user).select_related("record")
    if request.GET.get("unread"):
        rows = rows.filter(read__isnull=True)
    try:
        found = cut(
            rows, _NEWEST, descending=True, limit=ROWS, cursor=request.GET.get("after", ""), name="notices"
        )
    except CursorError:
        raise Http404 from None
    context = {
        "page_title": _("Notifications"),
        "crumbs": [(_("Notifications"), "")],
        "notices": [_shown(notice) for notice in found.rows],
        "any_unread": any(notice.read is None for notice in found.rows),
        "only_unread": bool(request.GET.get("unread")),
        "newer": found.previous,
        "older": found.next,
    }
    return render(request, "notices.html.jinja", context)


def _shown(notice: Notice) -> dict[str, Any]:
    record = notice.record
    return {
        "text": told(notice.text, notice.values),
        "url": reverse("notice", args=[notice.pk]) if record is not None else reverse("notifications"),
        "icon": thing_of(record.type).icon if record is not None else "bell",
        "when": notice.at,
        "new": notice.read is None,
        "hint": f"{record.number} {record.told}" if record is not None else "",
    }


@signed_in
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to what a notice is about, and mark it as read."""
    notice = Notice.objects.filter(pk=pk, user=person_of(request)).select_related("record").first()
    if notice is None:
        raise Http404
    Notice.objects.filter(pk=pk, read__isnull=True).update(read=timezone.now())
    return redirect_for(request, record_address(notice.record) if notice.record else reverse("notifications"))


@require_POST
@signed_in
def read_all(request: HttpRequest) -> HttpResponseBase:
    """Mark everything as read."""
    Notice.objects.filter(user=person_of(request), read__isnull=True).update(read=timezone.now())
    return redirect_for(request, reverse("notifications"))


@signed_in
def unread(request: HttpRequest) -> JsonResponse:
    """Tell how many notices are unread, for the bell."""
    return JsonResponse({"unread": unread_count(person_of(request))})
