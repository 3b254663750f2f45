"""The comparison of two revisions: of their texts by blocks and words, or of two files by what is written in them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.thing import DOCUMENT, REVISION
from setsquare.faces.web.access import person_of, record_at, signed_in
from setsquare.faces.web.addresses import record_address, register_address
from setsquare.faces.web.documents.heads import revision_name, state_of
from setsquare.faces.web.documents.reading import file_shown
from setsquare.faces.web.records.page import addresses_in
from setsquare.faces.web.values import picture_address
from setsquare.kernel.files.models import Blob, Text
from setsquare.kernel.writing import comparison_html
from setsquare.methods.comparison import Comparison, compare

CONTEXT = 1
"""Unchanged blocks that stay open around each change when only changes are wanted."""
LONGEST_FILE_TEXT = 200_000
"""Characters of a file's text that are compared; beyond this a comparison by words takes too long for a page."""


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
    result = compare(old, new)
    addresses = addresses_in(f"{old}\n\n{new}", person_of(request))
    context = CONTEXT if only_changes else None
    return _shown(result, addresses.get, context=context, side=side, titles=titles)


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
    seen = _seen(request, record.pk)
    if len(seen) < 2:
        return render(
            request, "documents/compare.html.jinja", _frame(record, seen) | {"old": None, "new": None}
        )
    old, new = _chosen(request, seen)
    side, whole = request.GET.get("view") == "side", request.GET.get("all") == "1"
    context = _frame(record, seen) | {"old": old, "new": new, "sides": side, "whole": whole}
    titles = (revision_name(old.ordinal), revision_name(new.ordinal))
    if old.content_id and new.content_id:
        before, after = texts(old, new)
        context["compared"] = compared(
            request, before, after, side=side, only_changes=not whole, titles=titles
        )
    else:
        context |= _files(request, old, new, side=side, whole=whole, titles=titles)
    return render(request, "documents/compare.html.jinja", context)


def _seen(request: HttpRequest, document: int) -> list[Revision]:
    """Return the document's revisions that the person may see, the latest first; discarded drafts last."""
    visible = REVISION.visible_to(person_of(request)).filter(revision__document_id=document)
    found = Revision.objects.filter(record__in=visible).select_related("record")
    return list(found.order_by("-ordinal"))


def _chosen(request: HttpRequest, seen: list[Revision]) -> tuple[Revision, Revision]:
    """Return the two revisions to compare, the earlier first.

    Without a choice the last one that counts, and what was in force before it.
    """
    by_ordinal = {str(revision.ordinal): revision for revision in seen}
    lasting = [revision for revision in seen if revision.record.state != "discarded"]
    usual = lasting if len(lasting) > 1 else seen
    second = request.GET.get("to", "") or str(usual[0].ordinal)
    if second not in by_ordinal:
        raise Http404
    earlier = [revision for revision in seen if revision.ordinal < by_ordinal[second].ordinal]
    issued = [revision for revision in earlier if revision.effective_at is not None]
    base = next(iter([*issued, *earlier]), usual[1])
    first = request.GET.get("from", "") or str(base.ordinal)
    if first not in by_ordinal:
        raise Http404
    pair = sorted((by_ordinal[first], by_ordinal[second]), key=lambda revision: revision.ordinal)
    return pair[0], pair[1]


def _frame(record: Any, seen: list[Revision]) -> dict[str, Any]:
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


def _files(
    request: HttpRequest, old: Revision, new: Revision, *, side: bool, whole: bool, titles: tuple[str, str]
) -> dict[str, Any]:
    """Compare where at least one of the two is a file: both to download, and what can be read in them."""
    blobs = Blob.objects.in_bulk([revision.file_id for revision in (old, new) if revision.file_id])
    shown: list[dict[str, Any]] = []
    words: list[str] = []
    for revision in (old, new):
        blob = blobs.get(revision.file_id or "")
        if blob is not None:
            shown.append(file_shown(blob, revision.file_name) | {"of": revision_name(revision.ordinal)})
            words.append(_as_markdown(blob.text))
        else:
            words.append(texts(revision)[0])
    same = old.file_id is not None and old.file_id == new.file_id
    too_long = max(map(len, words)) > LONGEST_FILE_TEXT
    result: dict[str, Any] = {"files": shown, "same_file": same, "too_long": too_long}
    if all(words) and not same and not too_long:
        result["compared"] = compared(request, *words, side=side, only_changes=not whole, titles=titles)
    return result


def _as_markdown(text: str) -> str:
    """Return the text of a file as paragraphs, none of it read as Markdown."""
    lines = (line.strip() for line in text.splitlines())
    escaped = (
        "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!|<>~&" else sign for sign in line) for line in lines
    )
    return "\n\n".join(line for line in escaped if line)
