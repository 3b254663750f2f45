"""How standings are called and marked on every page and in every table: one word, one colour, one sign each."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from setsquare.domains.competence.gaps.standing import (
    BELOW,
    EXCEEDED,
    GRACE,
    MET,
    NONE,
    SOON,
    STANDINGS,
    WORDS,
    Cell,
)
from setsquare.faces.web.times import day_text
from setsquare.kernel.records.things import Label

COLOURS = {NONE: "red", BELOW: "orange", GRACE: "blue", SOON: "purple", MET: "green", EXCEEDED: "teal"}


def words() -> dict[str, Label]:
    """Return how each standing is called."""
    return {code: str(word) for code, word in WORDS.items()}


def legend() -> list[tuple[str, Label, str]]:
    """Return every standing with its word and colour, the most pressing first."""
    told = words()
    return [(one, told[one], COLOURS[one]) for one in STANDINGS]


def told(cell: Cell) -> str:
    """Return a cell as it stands in a table to take away: levels, word and the day that matters."""
    values: Mapping[str, Any] = {
        "level": cell.level,
        "required": cell.required,
        "word": words()[cell.standing],
    }
    text = _("%(level)s of %(required)s: %(word)s") % values
    if cell.lacks_now and cell.due is not None:
        sentence = _("%(now)s needed now, %(then)s by %(day)s")
        then = sentence % {"now": cell.needed, "then": cell.required, "day": day_text(cell.due)}
        return f"{text}, {then}"
    if cell.standing == GRACE and cell.due is not None:
        due = _("due by %(day)s") % {"day": day_text(cell.due)}
        return f"{text}, {due}"
    if cell.standing == SOON and cell.last is not None:
        until = _("held until %(day)s") % {"day": day_text(cell.last)}
        return f"{text}, {until}"
    return text
