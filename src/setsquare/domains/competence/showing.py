"""What shows an assessment: the records and files that are its evidence, and what follows where there are none."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from setsquare.domains.competence.evidence import Piece, counts, kept_files, linked, pieces, seen_of
from setsquare.domains.competence.models import Assessment
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.records.along import along
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label


@dataclass(frozen=True)
class Evidence:
    """What shows an assessment, as far as somebody sees it."""

    pieces: tuple[Piece, ...] = ()
    files: tuple[Attachment, ...] = ()
    unseen: int = 0
    """How many further records show it, which they may not see."""

    def __bool__(self) -> bool:
        return bool(self.pieces or self.files or self.unseen)


def evidence_of(record: Record, reader: User) -> Evidence:
    """Return what shows an assessment, as far as `reader` sees it."""
    known = linked(record)
    seen = seen_of(reader, [one.number for one in known])
    found = tuple(pieces([one for one in known if one.number in seen], record.assessment))
    return Evidence(found, tuple(kept_files(record)), len(known) - len(found))


SHOWN_BY_THESE = ("set_evidence", "add_files")
"""Commands of an assessment by which something comes to show it."""


def is_shown(record: Record) -> bool:
    """Tell whether any file shows an assessment, or any record that counts as evidence of it; whoever sees it."""
    return along(record, "shown", lambda: _records_or_files(record))


def unshown(situation: Situation) -> Mapping[str, Label]:
    """Return what is in the way of an assessment in a framework that asks for evidence, where nothing shows it.

    What somebody thinks of themself needs none: whoever agrees on it judges it by what they know.
    """
    assessment: Assessment = situation.detail
    if (
        not assessment.framework.evidence_required
        or assessment.method == Assessment.Method.SELF
        or is_shown(situation.subject)
    ):
        return {}
    values = {"framework": assessment.framework.record.number, "name": assessment.assessor.name}
    if situation.actor.user == assessment.assessor:
        sentence = _(
            "%(framework)s asks for evidence, and no record and no file shows this: set evidence or add files first."
        )
    else:
        sentence = _(
            "%(framework)s asks for evidence, and no record and no file shows this:"
            " %(name)s has to set evidence or add files first."
        )
    return {"records": sentence % values}


def _records_or_files(record: Record) -> bool:
    return bool(kept_files(record)) or counts(linked(record), record.assessment)
