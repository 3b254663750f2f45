"""The comparison of revisions, or of versions of one: texts by blocks and words, of files what is read in them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from setsquare.domains.documents import comparing
from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.thing import DOCUMENT, REVISION
from setsquare.faces.web.access import person_of, record_at, signed_in, situation_of
from setsquare.faces.web.addresses import record_address, register_address
from setsquare.faces.web.documents.heads import revision_name, state_of
from setsquare.faces.web.documents.reading import file_shown
from setsquare.faces.web.records.facts import addresses_in
from setsquare.faces.web.values import picture_address
from setsquare.kernel.commands.errors import NotFound
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.files.models import Blob, Text
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry
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
        return render(request, "documents/compare.html.jinja", _frame(record, seen))
    old, new = _chosen(request, record, seen)
    side, whole = request.GET.get("view") == "side", request.GET.get("all") == "1"
    found = comparing.compared_with(old, new)
    context = _frame(record, seen) | {"old": old, "new": new, "sides": side, "whole": whole}
    context["pair"] = (old.ordinal, new.ordinal)
    context |= {"same_file": found.same_file, "too_long": found.too_long, "files": _files(old, new)}
    if found.result is not None:
        titles = (revision_name(old.ordinal), revision_name(new.ordinal))
        context["compared"] = _compared(
            request, found.texts, found.result, side=side, whole=whole, titles=titles
        )
    return render(request, "documents/compare.html.jinja", context)


@signed_in
def versions_page(request: HttpRequest, number: str) -> HttpResponse:
    """Compare the texts of a revision in two versions of its record, `?from=4&to=9`.

    Without `from`, with what the person judged in an earlier round; without `to`, with the text of today.
    """
    record = record_at(request, REVISION, number)
    first, second = _numbers(request)
    if first is None and (judged := comparing.judged_before(situation_of(request, REVISION, record))):
        first = comparing.version_at(record, judged)
    second = record.version if second is None else second
    try:
        was, now, found = comparing.compared_versions(person_of(request), record, first or 0, second)
    except NotFound:
        raise Http404 from None
    side, whole = request.GET.get("view") == "side", request.GET.get("all") == "1"
    document, name = record.revision.document.record, revision_name(record.revision.ordinal)
    context = _frame(document, []) | {
        "page_title": _("What changed in %(number)s") % {"number": record.number},
        "crumbs": [
            (DOCUMENT.plural, register_address(DOCUMENT)),
            (document.number, record_address(document)),
            (name, record_address(record)),
            (_("Compare"), ""),
        ],
        "here": record_address(record, "changes"),
        "pair": (was.seq, now.seq),
        "versions": [_version(record, entry) for entry in (was, now)],
        "sides": side,
        "whole": whole,
    }
    if found.result is not None:
        titles = (f"#{was.seq}", f"#{now.seq}")
        context["compared"] = _compared(
            request, found.texts, found.result, side=side, whole=whole, titles=titles
        )
    return render(request, "documents/compare.html.jinja", context)


def _version(record: Record, entry: Entry) -> dict[str, Any]:
    at = entry.at.isoformat().replace("+00:00", "Z")
    url = f"{record_address(record)}?{urlencode({'at': at})}"
    return {"seq": entry.seq, "at": entry.at, "url": url, "sentence": sentence_of(entry, REVISION)}


def versions_address(record: Record, first: int, second: int) -> str:
    """Return the comparison of the texts in two versions of a revision's record."""
    return f"{record_address(record, 'changes')}?{urlencode({'from': first, 'to': second})}"


def _numbers(request: HttpRequest) -> tuple[int | None, int | None]:
    """Return the numbers `from` and `to` of the address, None for one that is not given."""
    first, second = (request.GET.get(name, "") for name in ("from", "to"))
    if any(text and not (text.isascii() and text.isdigit() and len(text) < 9) for text in (first, second)):
        raise Http404
    return int(first) if first else None, int(second) if second else None


def _chosen(request: HttpRequest, record: Record, seen: list[Revision]) -> tuple[Revision, Revision]:
    """Return the two revisions that the address names, or the usual ones; the earlier first."""
    try:
        return comparing.chosen(record, seen, *_numbers(request))
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
        "old": None,
        "new": None,
        "pair": None,
        "versions": [],
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
