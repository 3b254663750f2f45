"""The document types that a new organisation begins with."""

from importlib import resources
from typing import Any

from django.utils.translation import gettext as _

from setsquare.domains.documents.models import DocumentType
from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record

Row = dict[str, Any]


def _step(name: str, *roles: str, meaning: str = "approved") -> Row:
    return {"name": name, "mode": "some", "needed": 1, "roles": list(roles), "meaning": meaning}


CHECK = _step(gettext_noop("Quality"), "manager", "head", meaning="checked")
VERIFICATION = _step(gettext_noop("Verification"), "manager", "head", meaning="verified")
BY_MANAGER = _step(gettext_noop("Approval"), "manager", "head")
BY_HEAD = _step(gettext_noop("Approval"), "head", "director")
BY_DIRECTOR = _step(gettext_noop("Management"), "director", "head")
EVERYBODY: Row = {"role": "reader"}
ROWS: tuple[Row, ...] = (
    {
        "code": "policy",
        "name": gettext_noop("Policy"),
        "number_pattern": "POL-{n:03}",
        "description": gettext_noop("What the organisation commits itself to."),
        "required_sections": ["Purpose", "Scope", "Policy", "Responsibilities"],
        "route": [CHECK, BY_DIRECTOR],
        "review_months": 12,
        "audience": [EVERYBODY],
    },
    {
        "code": "manual",
        "name": gettext_noop("Manual"),
        "number_pattern": "MAN-{n:03}",
        "description": gettext_noop("How the management system as a whole is built."),
        "required_sections": ["Scope", "Quality policy", "Processes", "Responsibilities", "References"],
        "route": [CHECK, BY_HEAD],
        "review_months": 24,
        "audience": [EVERYBODY],
    },
    {
        "code": "procedure",
        "name": gettext_noop("Procedure"),
        "number_pattern": "SOP-{n:03}",
        "description": gettext_noop("Who does what in a process, in which order."),
        "required_sections": ["Purpose", "Scope", "Responsibilities", "Procedure", "Records", "References"],
        "route": [CHECK, BY_HEAD],
        "review_months": 24,
        "reading_signature": True,
    },
    {
        "code": "work_instruction",
        "name": gettext_noop("Work instruction"),
        "number_pattern": "WI-{n:03}",
        "description": gettext_noop("How one piece of work is done at its place."),
        "required_sections": ["Purpose", "Safety and equipment", "Steps", "Records"],
        "route": [BY_MANAGER],
        "review_months": 24,
        "reading_signature": True,
        "reading_days": 7,
        "content": "both",
    },
    {
        "code": "form",
        "name": gettext_noop("Form"),
        "number_pattern": "FRM-{n:03}",
        "description": gettext_noop("What is filled in and becomes a record."),
        "required_sections": ["Instructions", "Form"],
        "route": [BY_MANAGER],
        "review_months": 36,
        "content": "both",
    },
    {
        "code": "specification",
        "name": gettext_noop("Specification"),
        "number_pattern": "SPC-{n:03}",
        "description": gettext_noop("What a product, material or service has to fulfil."),
        "required_sections": ["Scope", "Requirements", "Verification"],
        "route": [VERIFICATION, BY_HEAD],
        "review_months": 36,
        "content": "both",
    },
    {
        "code": "external",
        "name": gettext_noop("External document"),
        "number_pattern": "EXT-{n:03}",
        "description": gettext_noop("What others publish and is followed here."),
        "required_sections": ["Description", "Use here", "Watching for changes"],
        "route": [BY_MANAGER],
        "review_months": 12,
        "content": "both",
        "review_required": False,
        "external": True,
    },
    {
        "code": "plan",
        "name": gettext_noop("Plan"),
        "number_pattern": "PLN-{n:03}",
        "description": gettext_noop("What is to be done by whom until when."),
        "required_sections": ["Purpose", "Scope", "Activities", "Responsibilities"],
        "route": [BY_MANAGER],
        "review_months": 12,
    },
)
"""Names and descriptions are msgids: they are made in the language of whoever makes them."""


def _in_words(row: Row) -> Row:
    """Return a row with its words in the active language."""
    route = [{**step, "name": _(step["name"])} for step in row["route"]]
    return {**row, "name": _(row["name"]), "description": _(row["description"]), "route": route}


def starter_types(actor: Actor | None = None, unit: Unit | None = None) -> list[Record]:
    """Make the starter's document types, those that are there already left alone; return all in their order.

    They are made by the system and for the whole organisation unless `actor` and `unit` say otherwise. The roles
    `reader`, `manager`, `head` and `director` have to exist.
    """
    actor = actor or Actor.system("import")
    unit = unit or Unit.objects.get(parent__isnull=True)
    kinds = []
    for row in map(_in_words, ROWS):
        known = DocumentType.objects.select_related("record").filter(code=row["code"]).first()
        if known is None:
            body = {"unit": unit, "template": template_of(row["code"]), **row}
            kinds.append(carry_out("document_type", "create", actor, body=body).record)
        else:
            kinds.append(known.record)
    return kinds


def template_of(code: str) -> str:
    """Return the starter's template of a type."""
    place = resources.files("setsquare.domains.documents").joinpath("starter", f"{code}.md")
    return place.read_text(encoding="utf-8")
