"""Giving a framework's content out as a file: a CASE package or a table."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from setsquare.domains.competence.content import Content
from setsquare.domains.competence.exchange import case, table
from setsquare.domains.competence.keeping import content_at
from setsquare.domains.competence.models import Framework
from setsquare.kernel.commands.errors import NotFound
from setsquare.kernel.records.models import Record
from setsquare.kernel.representation.tables import CSV
from setsquare.kernel.representation.workbooks import XLSX

MEDIA_TYPES = {"case": "application/json", "xlsx": XLSX, "csv": CSV}
"""The forms in which a framework is given out."""
EXTENSIONS = {"case": "json", "xlsx": "xlsx", "csv": "csv"}
DRAFT = "draft"


@dataclass(frozen=True)
class Given:
    """A file to take away."""

    data: bytes
    name: str
    media_type: str


def editions_of(framework: Framework) -> list[str]:
    """Return what of a framework can be chosen: the draft where there is one, and its editions, the newest first."""
    released = [str(one["edition"]) for one in reversed(framework.editions)]
    return [*([DRAFT] if framework.draft_id else []), *released]


def content_of(framework: Framework, edition: str = "") -> Content:
    """Return the content of an edition by its number, or of the `draft`; raises NotFound.

    Without a choice it is what is in force, before that the draft.
    """
    if not edition:
        return framework.in_force or framework.latest
    if edition == DRAFT and framework.drafted is not None:
        return framework.drafted
    for one in framework.editions:
        if str(one["edition"]) == edition:
            return content_at(one["content"])
    raise NotFound


def given(record: Record, form: str, address: str, edition: str = "") -> Given:
    """Return a framework's content as a file; `address` is that of its page. Raises NotFound, as `content_of`."""
    framework: Framework = record.framework
    content = content_of(framework, edition)
    name = f"{record.number} {record.title}.{EXTENSIONS[form]}"
    if form != "case":
        return Given(table.written(content, form, str(_("Content"))), name, MEDIA_TYPES[form])
    about = case.About(
        uid=record.uid,
        number=record.number,
        title=record.title,
        creator=record.unit.name,
        purpose=framework.purpose,
        source=framework.source,
        licence=framework.licence,
        edition=framework.edition if edition in ("", str(framework.edition)) else 0,
        changed=framework.released or record.changed,
        address=address,
    )
    return Given(case.written(content, about), name, MEDIA_TYPES[form])
