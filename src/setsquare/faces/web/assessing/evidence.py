"""What shows an assessment, before whoever submits it, agrees on it or confirms it."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest
from django.utils.translation import gettext as _

from setsquare.domains.competence.models import Assessment
from setsquare.domains.competence.showing import evidence_of, is_shown
from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import file_address, numbered
from setsquare.faces.web.forms.fields import Field
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, visible_to


def why_warn(situation: Situation) -> Label | None:
    """Return that nothing shows an assessment; None where something does, or somebody hands in their own."""
    assessment: Assessment = situation.detail
    own = situation.subject.state == "draft" and assessment.method == Assessment.Method.SELF
    if own or is_shown(situation.subject):
        return None
    return _("No evidence is given: no record and no file shows what this assessment says.")


def evidence_shown(record: Record, reader: User) -> Mapping[str, Any]:
    """Return the evidence of an assessment as its pages show it: records and files with their addresses."""
    found = evidence_of(record, reader)
    return {
        "records": [
            {
                "url": numbered(piece.record.type, piece.record.number),
                "number": piece.record.number,
                "name": piece.record.told,
                "person": piece.person,
                "state": piece.state,
                "why_not": piece.why_not,
            }
            for piece in found.pieces
        ],
        "files": [(file_address(one.blob_id, one.name), one.name) for one in found.files],
        "unseen": found.unseen,
        "any": bool(found),
    }


def records_told(numbers: Sequence[str], request: HttpRequest) -> str:
    """Return in words which records were evidence, with the titles of those that the reader may see."""
    seen = visible_to(person_of(request)).filter(number__in=list(numbers))
    titles = {one.number: one.told for one in seen}
    return "\n".join(f"{number} {titles.get(number, '')}".strip() for number in numbers)


def files_told(files: Sequence[Mapping[str, Any]], _request: HttpRequest) -> str:
    """Return the names of the files that were evidence."""
    return "\n".join(str(one["name"]) for one in files)


def offer_evidence(situation: Situation, fields: Sequence[Field]) -> None:
    """Have evidence be chosen among what shows something of the person who is assessed."""
    assessment: Assessment = situation.detail
    for one in fields:
        if one.name == "records":
            one.source = one.source.replace("?", f"?showing={quote(assessment.person.username)}&", 1)
