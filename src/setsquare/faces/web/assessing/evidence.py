"""What shows an assessment, before whoever submits it, agrees on it or confirms it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from setsquare.domains.competence.models import Assessment
from setsquare.domains.competence.showing import evidence_of, is_shown
from setsquare.faces.web.addresses import file_address, numbered
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label


def why_warn(situation: Situation) -> Label | None:
    """Return that nothing shows an assessment; None where something does, or somebody hands in their own."""
    assessment: Assessment = situation.detail
    own = situation.subject.state == "draft" and assessment.method == Assessment.Method.SELF
    if own or is_shown(situation.subject):
        return None
    return _("No evidence is given: no record and no file shows what this assessment says.")


def evidence_shown(record: Record, reader: User) -> Mapping[str, Any]:
    """Return the evidence of an assessment as its page shows it: records and files with their addresses."""
    found = evidence_of(record, reader)
    links: Sequence[tuple[str, str, str]] = [
        *((numbered(one.type, one.number), one.number, one.told) for one in found.records),
        *((file_address(one.blob_id, one.name), "", one.name) for one in found.files),
    ]
    return {"links": links, "unseen": found.unseen}
