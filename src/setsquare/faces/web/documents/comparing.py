"""The comparison of two revisions: of their texts by blocks and words, or of two files by what is written in them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from setsquare.domains.documents import comparing
from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.thing import DOCUMENT
from setsquare.faces.web.access import person_of, record_at, signed_in
from setsquare.faces.web.addresses import record_address, register_address
from setsquare.faces.web.documents.heads import revision_name, state_of
from setsquare.faces.web.documents.reading import file_shown
from setsquare.faces.web.records.facts import addresses_in
from setsquare.faces.web.values import picture_address
from setsquare.kernel.commands.errors import NotFound
from setsquare.kernel.files.models import Blob, Text
from setsquare.kernel.records.models import Record
from setsquare.kernel.writing import comparison_html
from setsquare.methods.comparison import Comparison, compare

CONTEXT = 1
"""Unchanged blocks that stay open around each change when only changes are wanted."""


@dataclass(frozen=True)
class Compared:
    """What a page shows of a comparison."""

    html: SafeString
    changes: int
    words_added: int
    words_removed: int
    sections: list[str]


def compared(
    request: HttpRequest,
    old: str,
    new: str,
    *,
    side: bool = False,
    only_changes: bool = True,
    titles: tuple[str, str] = ("", ""),
) -> Compared:
    """Compare two texts for a page; one query for the records that they link to."""
    return _compared(request, (old, new), compare(old, new), side=side, whole=not only_changes, titles=titles)


def _compared(
    request: HttpRequest,
    words: tuple[str, str],
    result: Comparison,
    *,
    side: bool,
    whole: bool,
    titles: tuple[str, str],
) -> Compared:
    addresses = addresses_in("\n\n".join(words), person_of(request))
    return _shown(result, addresses.get, context=None if whole else CONTEXT, side=side, titles=titles)


def _shown(
    result: Comparison,
    link: Callable[[str], str | None],
    *,
    context: int | None,
    side: bool,
    titles: tuple[str, str],
) -> Compared:
    if side:
        html = comparison_html.side_by_side(
            result,
            old_title=titles[0],
            new_title=titles[1],
            link=link,
            image=picture_address,
            context=context,
        )
    else:
        html = comparison_html.inline(result, link=link, image=picture_address, context=context)
    counts = result.summary()
    return Compared(
        html=mark_safe(html),  # noqa: S308 - everything from the texts is escaped
        changes=result.changed,
        words_added=counts.words_added,
        words_removed=counts.words_removed,
        sections=[section for section in result.sections() if section],
    )


def texts(*revisions: Revision | None) -> list[str]:
    """Return the Markdown of revisions by one query, empty where there is none."""
    digests = [revision.content_id if revision is not None else None for revision in revisions]
    found = dict(Text.objects.filter(digest__in=[d for d in digests if d]).values_list("digest", "body"))
    return [found.get(digest or "", "") for digest in digests]


@signed_in
def compare_page(request: HttpRequest, number: str) -> HttpResponse:
    """Compare two revisions of a document, `?from=1&to=2`, `view=inline|side`, `all=1` for the unchanged too."""
    record = record_at(request, DOCUMENT, number)
    seen = comparing.revisions_seen(person_of(request), record)
    if len(seen) < 2:
        return render(
            request, "documents/compare.html.jinja", _frame(record, seen) | {"old": None, "new": None}
        )
    old, new = _chosen(request, record, seen)
    side, whole = request.GET.get("view") == "side", request.GET.get("all") == "1"
    found = comparing.compared_with(old, new)
    context = _frame(record, seen) | {"old": old, "new": new, "sides": side, "whole": whole}
    context |= {"same_file": found.same_file, "too_long": found.too_long, "files": _files(old, new)}
    if found.result is not None:
        titles = (revision_name(old.ordinal), revision_name(new.ordinal))
        context["compared"] = _compared(
            request, found.texts, found.result, side=side, whole=whole, titles=titles
        )
    return render(request, "documents/compare.html.jinja", context)


def _chosen(request: HttpRequest, record: Record, seen: list[Revision]) -> tuple[Revision, Revision]:
    """Return the two revisions that the address names, or the usual ones; the earlier first."""
    named = [request.GET.get(name, "") for name in ("from", "to")]
    if any(text and not (text.isascii() and text.isdigit() and len(text) < 9) for text in named):
        raise Http404
    first, second = (int(text) if text else None for text in named)
    try:
        return comparing.chosen(record, seen, first, second)
    except NotFound:
        raise Http404 from None


def _frame(record: Record, seen: list[Revision]) -> dict[str, Any]:
    return {
        "page_title": _("Compare revisions of %(number)s") % {"number": record.number},
        "page_lead": record.title,
        "crumbs": [
            (DOCUMENT.plural, register_address(DOCUMENT)),
            (record.number, record_address(record)),
            (_("Compare"), ""),
        ],
        "record": record,
        "revisions": [
            {
                "ordinal": revision.ordinal,
                "label": revision_name(revision.ordinal),
                "state": state_of(revision.record),
                "url": record_address(revision.record),
            }
            for revision in seen
        ],
        "here": reverse("document_compare", args=[record.number]),
        "compared": None,
        "files": [],
        "same_file": False,
        "too_long": False,
        "sides": False,
        "whole": False,
    }


def _files(old: Revision, new: Revision) -> list[dict[str, Any]]:
    """Return the files among the two, to download."""
    blobs = Blob.objects.in_bulk([revision.file_id for revision in (old, new) if revision.file_id])
    return [
        file_shown(blobs[revision.file_id], revision.file_name) | {"of": revision_name(revision.ordinal)}
        for revision in (old, new)
        if revision.file_id
    ]
