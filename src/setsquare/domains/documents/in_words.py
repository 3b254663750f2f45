"""What a document type says, told as people read it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.documents.meanings import APPROVAL_LABELS
from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.records.things import Amendment, Label
from setsquare.kernel.trail.models import Entry

if TYPE_CHECKING:
    from setsquare.domains.documents.models import DocumentType

CONTENTS: dict[str, Label] = {
    "text": gettext_lazy("A text"),
    "file": gettext_lazy("A file"),
    "both": gettext_lazy("A text or a file"),
}


def names_of(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return the names of the roles, units and people that rows of a route or an audience name by code."""
    codes: dict[str, set[str]] = {"role": set(), "unit": set(), "person": set()}
    for row in rows:
        for key, plural in (("role", "roles"), ("unit", "units"), ("person", "people")):
            codes[key].update(row.get(plural, []))
            codes[key].update({row[key]} if row.get(key) else ())
    names: dict[str, str] = {}
    for model, key, column in ((Role, "role", "code"), (Unit, "unit", "code"), (User, "person", "username")):
        if codes[key]:
            names |= model._default_manager.filter(**{f"{column}__in": codes[key]}).values_list(
                column, "name"
            )
    return names


def steps_in_words(steps: list[dict[str, Any]]) -> list[str]:
    """Return what each step of a route asks: its name, who signs, and how many of them."""
    names = names_of(steps)
    return [_step_in_words(step, names) for step in steps]


def _step_in_words(step: dict[str, Any], names: dict[str, str]) -> str:
    words = {
        "name": step["name"],
        "who": ", ".join(names.get(code, code) for code in (*step.get("roles", []), *step["people"])),
        "needed": step["needed"],
        "meaning": APPROVAL_LABELS.get(step["meaning"], step["meaning"]),
    }
    if step["mode"] == "all":
        return _("%(name)s: all of %(who)s sign “%(meaning)s”") % words
    if step["needed"] == 1:
        return _("%(name)s: one of %(who)s signs “%(meaning)s”") % words
    return _("%(name)s: %(needed)s of %(who)s sign “%(meaning)s”") % words


def readers_in_words(audience: list[dict[str, str]]) -> list[str]:
    """Return an audience as a type keeps it, a line for each row."""
    names = names_of(audience)
    return [" · ".join(names.get(value, value) for value in row.values() if value) for row in audience]


def _lines(words: list[str]) -> str:
    return "\n".join(words)


def _yes_no(value: bool) -> str:
    return _("Yes") if value else _("No")


RULED: Mapping[str, tuple[Label, Callable[[Any], str]]] = {
    "number_pattern": (gettext_lazy("Numbers"), str),
    "content": (gettext_lazy("Content"), lambda value: str(CONTENTS.get(value, value))),
    "required_sections": (gettext_lazy("Required sections"), _lines),
    "review_required": (gettext_lazy("Reviewed before approval"), _yes_no),
    "route": (gettext_lazy("Approval route"), lambda steps: _lines(steps_in_words(steps))),
    "review_months": (gettext_lazy("Months between reviews"), str),
    "audience": (gettext_lazy("Default audience"), lambda rows: _lines(readers_in_words(rows))),
    "reading_days": (gettext_lazy("Days to read"), str),
    "reading_signature": (gettext_lazy("Reading is signed"), _yes_no),
    "decision_required": (gettext_lazy("Asks for a decision on reading and training"), _yes_no),
    "external": (gettext_lazy("Published by others"), _yes_no),
}
"""What of a type waits for a second person, besides its template: its label, and how a value is told."""


def reasons_of(kind: "DocumentType") -> list[str]:
    """Return why those who wrote a proposal did so, in their order, since there was none."""
    reasons: list[str] = []
    for entry in Entry.objects.filter(record=kind.record_id).order_by("-seq"):
        if not entry.values.get("proposed"):
            break
        if entry.reason and entry.reason not in reasons:
            reasons.insert(0, entry.reason)
    return reasons


def amendments_of(kind: "DocumentType") -> list[Amendment]:
    """Return what a proposal would change, or of a type that nobody adopted yet, all that is ruled by it."""
    wanted = kind.proposed or {}
    made = []
    for name, (label, words) in RULED.items():
        now, then = getattr(kind, name), wanted.get(name, getattr(kind, name))
        if kind.never_adopted or then != now:
            made.append(Amendment(label, "" if kind.never_adopted else words(now), words(then)))
    text = kind.proposed_template or kind.template
    if kind.never_adopted or text.pk != kind.template_id:
        made.append(
            Amendment(gettext_lazy("Template"), "" if kind.never_adopted else kind.template.body, text.body)
        )
    return made
