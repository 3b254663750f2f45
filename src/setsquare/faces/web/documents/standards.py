"""What a revision asks people to read and learn, as its pages show it: what is read first, how far it is."""

from typing import Any

from django.http import HttpRequest

from setsquare.domains.documents.deciding.coverage import coverage_of
from setsquare.domains.documents.deciding.sections import chosen
from setsquare.domains.documents.models import Revision, decision_of
from setsquare.faces.web.addresses import record_address
from setsquare.faces.web.documents.reading import Reading, marked, set_apart, text_reading
from setsquare.kernel.files.texts import kept_text
from setsquare.kernel.writing.markdown import outline


def first_sections(request: HttpRequest, revision: Revision) -> dict[str, Any] | None:
    """Return the sections that readers of a revision see first, and where they stand; None: the whole."""
    names = _passages(revision)
    if not names:
        return None
    shown = text_reading(request, "\n\n".join(chosen(revision, names)))
    whole = outline(kept_text(revision.content_id)) if revision.content_id else []
    places = [(heading.text, heading.slug) for heading in whole if heading.text in names]
    return {"html": set_apart(shown).html, "body": shown.body, "places": places}


def with_marks(reading: Reading, revision: Revision) -> Reading:
    """Return the whole text of a revision with a mark at each section that readers see first."""
    names = _passages(revision)
    return marked(reading, names) if names and reading.body else reading


def _passages(revision: Revision) -> list[str]:
    decision = decision_of(revision)
    return decision.passages if decision is not None else []


def waiting_shown(revision: Revision) -> dict[str, Any] | None:
    """Return how far a revision is that waits for people; None for one that does not wait."""
    coverage, decision = coverage_of(revision), decision_of(revision)
    if coverage is None or decision is None:
        return None
    return {
        "threshold": coverage.threshold,
        "share": coverage.share,
        "done": coverage.done,
        "people": coverage.people,
        "latest": decision.latest,
        "url": record_address(revision.record, "distribution"),
    }
