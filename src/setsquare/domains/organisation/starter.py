"""The roles that a new installation starts with.

An organisation changes them as it likes; nothing in the code asks for a role, only for permissions.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from setsquare.domains.organisation.permissions import ADMINISTER, READ
from setsquare.kernel.records.things import Label

EVERYBODY = (
    "documents.read",
    "changes.read",
    "changes.request",
    "competence.read",
    "quizzes.read",
    "training.read",
    "authority.read",
    "development.plan",
    READ,
)
"""What everybody who works here may do."""


@dataclass(frozen=True)
class StarterRole:
    """A role of the starter."""

    code: str
    name: Label
    description: Label
    permissions: tuple[str, ...] = EVERYBODY


ROLES = (
    StarterRole(
        "reader",
        _("Reader"),
        _("Everybody who works here: reads what applies, confirms it, reports problems."),
    ),
    StarterRole(
        "assistant",
        _("Quality assistant"),
        _("Drafts, files and tracks standards under supervision."),
        (*EVERYBODY, "documents.work"),
    ),
    StarterRole(
        "controller",
        _("Document controller"),
        _("Controls, distributes and withdraws documents; keeps the registers and the printed copies."),
        (
            *EVERYBODY,
            "documents.work",
            "documents.control",
            "documents.approve",
            "changes.assess",
            "trail.read",
        ),
    ),
    StarterRole(
        "specialist",
        _("Quality specialist"),
        _("Plans quality for a project, team or site and reviews its standards."),
        (*EVERYBODY, "documents.work", "documents.approve", "changes.assess"),
    ),
    StarterRole(
        "manager",
        _("Quality manager"),
        _("Ensures that a site has fitting practices; approves its procedures and instructions."),
        (
            *EVERYBODY,
            "documents.work",
            "documents.approve",
            "changes.assess",
            "changes.decide",
            "competence.frameworks",
            "competence.profiles",
            "competence.assess",
            "quizzes.manage",
            "training.manage",
            "development.manage",
            "authority.oversee",
            "training.see",
            "competence.see",
            "development.see",
            "trail.read",
        ),
    ),
    StarterRole(
        "head",
        _("Head of quality"),
        _("Holds the certification and approves what applies to the whole organisation."),
        (
            *EVERYBODY,
            "documents.work",
            "documents.control",
            "documents.approve",
            "changes.assess",
            "changes.decide",
            "competence.frameworks",
            "competence.profiles",
            "competence.assess",
            "quizzes.manage",
            "training.manage",
            "development.manage",
            "authority.rules",
            "authority.approve",
            "authority.oversee",
            "training.see",
            "competence.see",
            "development.see",
            "trail.read",
        ),
    ),
    StarterRole(
        "coordinator",
        _("Training coordinator"),
        _("Plans courses and sessions, says who needs them, records and verifies certificates."),
        (*EVERYBODY, "competence.profiles", "competence.see", "quizzes.manage", "training.manage"),
    ),
    StarterRole(
        "director",
        _("Director of quality"),
        _("Sets quality strategy and policies and answers for them."),
        (
            *EVERYBODY,
            "documents.work",
            "documents.approve",
            "changes.assess",
            "changes.decide",
            "competence.frameworks",
            "competence.profiles",
            "competence.assess",
            "authority.rules",
            "authority.approve",
            "authority.oversee",
            "training.see",
            "competence.see",
            "development.see",
            "trail.read",
        ),
    ),
    StarterRole(
        "auditor",
        _("Internal lead auditor"),
        _("Plans and leads internal audits, independent of what is audited."),
        (
            *EVERYBODY,
            "training.see",
            "competence.see",
            "development.see",
            "authority.oversee",
            "trail.read",
        ),
    ),
    StarterRole(
        "inspector",
        _("Certification auditor"),
        _("From outside, and reads only: what was in force, when and by whom."),
        (
            "documents.read",
            "changes.read",
            "competence.read",
            "training.read",
            "training.see",
            "competence.see",
            "authority.read",
            "authority.oversee",
            READ,
            "trail.read",
        ),
    ),
    StarterRole(
        "administrator",
        _("Administrator"),
        _("Runs the installation: people, units and roles. Approves no content."),
        (*EVERYBODY, ADMINISTER, "trail.read"),
    ),
    StarterRole("operator", _("Production operator"), _("Makes, adjusts and tests products.")),
    StarterRole("engineer", _("Engineer"), _("Develops products and the processes that make them.")),
    StarterRole("developer", _("Software developer"), _("Develops and maintains software.")),
    StarterRole("purchaser", _("Purchaser"), _("Selects suppliers and places orders.")),
    StarterRole("warehouse", _("Warehouse operator"), _("Receives, stores, picks and ships goods.")),
    StarterRole("technician", _("Service technician"), _("Inspects, repairs and tests returned products.")),
    StarterRole(
        "leader", _("Line leader"), _("Leads a unit and is the first to whom overdue work is escalated.")
    ),
)
