"""Where two people write on one draft: the text of the second together with what the first saved meanwhile."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.text import Truncator

from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import record_address
from setsquare.faces.web.documents.comparing import compared
from setsquare.faces.web.records.facts import addresses_in
from setsquare.faces.web.values import markdown_shown
from setsquare.kernel.files.models import Text
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.trail.models import Entry
from setsquare.methods.comparison import Merged, merge

SHOWN_OF_MINE = 200
"""Characters of one's own passage that are shown beside theirs."""


@dataclass(frozen=True)
class Meeting:
    """What was saved since a person began, and the text of both; `met` is None where nobody saved or typed."""

    old: str = ""
    new: str = ""
    met: Merged | None = None

    @property
    def conflicts(self) -> bool:
        """Whether both changed the same passages."""
        return self.met is not None and bool(self.met.conflicts)


def meeting(origin: str, current: str, mine: str) -> Meeting:
    """Bring what was typed together with the text `current`, both made from the text `origin` (digests)."""
    if origin == current:
        return Meeting()
    found = dict(Text.objects.filter(digest__in=(origin, current)).values_list("digest", "body"))
    old, new = found.get(origin, ""), found.get(current, "")
    return Meeting(old, new, merge(old, new, mine) if mine.strip() else None)


def theirs(
    request: HttpRequest, record: Record, shared: Meeting, details: list[tuple[Label, str]]
) -> dict[str, Any]:
    """Return what somebody else saved since the person began: who, when, the changes, and where both changed it."""
    entry = (
        Entry.objects.filter(record=record).select_related("actor").defer("state").order_by("-seq").first()
    )
    return {
        "by": entry.actor_name if entry is not None else "",
        "at": entry.at if entry is not None else record.changed,
        "changes": compared(request, shared.old, shared.new) if shared.new != shared.old else None,
        "merged": shared.met is not None and not shared.conflicts,
        "conflicts": _conflicts(request, shared.met) if shared.met is not None else [],
        "details": details,
        "url": record_address(record),
    }


def _conflicts(request: HttpRequest, met: Merged) -> list[dict[str, Any]]:
    """Return the passages that both changed, each as a page shows it."""
    addresses = addresses_in("\n\n".join(one.theirs for one in met.conflicts), person_of(request))
    return [
        {
            "theirs": markdown_shown(one.theirs, addresses) if one.theirs else "",
            "mine": Truncator(" ".join(one.mine.split())).chars(SHOWN_OF_MINE),
        }
        for one in met.conflicts
    ]
