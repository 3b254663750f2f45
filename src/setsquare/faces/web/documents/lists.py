"""Further ways to look at all documents: as a tree, and those whose periodic review comes due."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.documents.permissions import CONTROL
from setsquare.domains.documents.queries import Branch, review_due, tree_by_area, tree_by_type, tree_by_unit
from setsquare.domains.documents.thing import DOCUMENT
from setsquare.faces.web.access import person_of, signed_in, wants_part
from setsquare.faces.web.addresses import command_address, record_address, register_address
from setsquare.faces.web.documents.heads import state_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import permissions_in
from setsquare.kernel.records.models import Record

TREES = {"type": tree_by_type, "area": tree_by_area, "unit": tree_by_unit}
DOCUMENTS = 200
"""Documents that one branch lists; beyond this the register shows them."""
DAYS = (0, 30, 90, 365)
ROWS = 100


@signed_in
def tree_page(request: HttpRequest) -> HttpResponse:
    """Show the tree of documents; `open` unfolds a branch, which htmx asks for alone."""
    user = person_of(request)
    by = request.GET.get("by", "type")
    by = by if by in TREES else "type"
    opened = request.GET.get("open")
    branches = TREES[by](user)
    if opened is not None and wants_part(request):
        return render(request, "documents/tree_branch.html.jinja", _branch(user, by, opened))
    names = {"type": _("By type"), "area": _("By process area"), "unit": _("By unit")}
    context = {
        "page_title": _("Document tree"),
        "page_lead": "",
        "crumbs": [(DOCUMENT.plural, register_address(DOCUMENT)), (_("Tree"), "")],
        "ways": [
            {"label": names[code], "url": f"?{urlencode({'by': code})}", "current": code == by}
            for code in TREES
        ],
        "branches": [_shown(branch, by, opened) for branch in branches],
        "opened": _branch(user, by, opened) if opened is not None else None,
        "register_url": register_address(DOCUMENT),
        "total": sum(branch.count for branch in branches if branch.depth == 0),
    }
    return render(request, "documents/tree.html.jinja", context)


def _shown(branch: Branch, by: str, opened: str | None) -> dict[str, Any]:
    return {
        "code": branch.code,
        "label": branch.label or _("Without a process area"),
        "count": branch.count,
        "depth": branch.depth,
        "url": f"{reverse('document_tree')}?{urlencode({'by': by, 'open': branch.code})}",
        "open": opened == branch.code,
    }


def _branch(user: User, by: str, code: str) -> dict[str, Any]:
    """Return the documents of one branch."""
    found = list(_within(user, by, code)[: DOCUMENTS + 1])
    query = {"type": {"type": code}, "area": {"area": code or "none"}, "unit": {"unit": code}}[by]
    return {
        "documents": [_document(record) for record in found[:DOCUMENTS]],
        "more_url": f"{register_address(DOCUMENT)}?{urlencode(query)}" if len(found) > DOCUMENTS else "",
    }


def _within(user: User, by: str, code: str) -> QuerySet[Record]:
    seen = DOCUMENT.visible_to(user).exclude(state="withdrawn")
    if by == "type":
        seen = seen.filter(document__kind__code=code)
    elif by == "area":
        seen = seen.filter(document__area=code)
    else:
        seen = seen.filter(unit__code=code)
    return seen.select_related("document__current__record").order_by("number")


def _document(record: Record) -> dict[str, Any]:
    return {
        "number": record.number,
        "title": record.title,
        "url": record_address(record),
        "state": state_of(record),
    }


@signed_in
def reviews_page(request: HttpRequest) -> HttpResponse:
    """Show the documents whose periodic review is overdue or comes due, the longest overdue first."""
    user = person_of(request)
    days = _days(request.GET.get("within", ""))
    page = Paginator(review_due(user, days), ROWS).get_page(request.GET.get("page"))
    names = {0: _("Overdue"), 30: _("Within 30 days"), 90: _("Within 90 days"), 365: _("Within a year")}
    today = timezone.localdate()
    controls = CONTROL in permissions_in(user, None)
    context = {
        "page_title": _("Periodic reviews"),
        "page_lead": _(
            "Documents in force have to be looked at again: they still hold, are revised, or are withdrawn."
        ),
        "crumbs": [(DOCUMENT.plural, register_address(DOCUMENT)), (_("Periodic reviews"), "")],
        "ways": [
            {"label": names[code], "url": f"?{urlencode({'within': code})}", "current": code == days}
            for code in DAYS
        ],
        "documents": [_due(record, today, user, controls=controls) for record in page],
        "pages": page,
        "within": days,
        "register_url": register_address(DOCUMENT),
    }
    return render(request, "documents/reviews.html.jinja", context)


def _days(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 5 else 90


def _due(record: Record, today: dt.date, user: User, *, controls: bool) -> dict[str, Any]:
    document = record.document
    may = controls or record.owner_id == user.pk
    return {
        **_document(record),
        "kind": document.kind.record.title,
        "owner": record.owner,
        "unit": record.unit.name,
        "last": document.last_review,
        "next": document.next_review,
        "overdue": document.next_review is not None and document.next_review < today,
        "months": document.review_months,
        "review_url": command_address(record, "review") if may else "",
        "interval_url": reverse("document_interval", args=[record.number]) if controls else "",
    }
