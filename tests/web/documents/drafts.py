"""A draft, and what the editor sends of it."""

from typing import Any

from setsquare.domains.documents.models import Revision
from tests.web.documents_house import House

EDITOR = "/revisions/SOP-001/1/do/save/"
AUTOSAVE = "/revisions/SOP-001/1/autosave"


def draft(house: House) -> Revision:
    house.document()
    return Revision.objects.select_related("record").get(record__number="SOP-001/1")


def typed(revision: Revision, content: str, **more: Any) -> dict[str, Any]:
    """Return what the editor sends."""
    given = {"title": revision.record.title, "summary": "", "why": "", "base": revision.content_id}
    return {**given, "content": content, "_version": revision.record.version, **more}


def body(revision: Revision) -> str:
    content = Revision.objects.select_related("content").get(pk=revision.pk).content
    return content.body if content else ""
