"""What signatures on documents say."""

from django.utils.translation import gettext_lazy as _

from setsquare.kernel.commands.declaration import Meaning
from setsquare.kernel.records.things import Label

CHECKED = Meaning("checked", _("Checked"), _("I have checked this revision and found it right in substance."))
VERIFIED = Meaning(
    "verified",
    _("Verified"),
    _("I have verified that this revision meets the requirements that apply to it."),
)
APPROVED = Meaning("approved", _("Approved"), _("I approve this revision for use."))
EDITORIAL = Meaning(
    "approved_editorial",
    _("Approved as editorial"),
    _("I have looked at what changed: nothing that people do changes. I approve this revision for use."),
)
RELEASED = Meaning("released", _("Released"), _("I release this revision; it may take effect."))
READ = Meaning(
    "read", _("Read and understood"), _("I have read and understood this revision and will follow it.")
)
REVIEWED = Meaning(
    "reviewed", _("Reviewed"), _("I have reviewed this document and stand by the outcome given here.")
)
WITHDRAWN = Meaning("withdrawn", _("Withdrawn"), _("I withdraw this document from use."))
CARRIED_OVER = Meaning(
    "carried_over",
    _("Carried over"),
    _(
        "I carry this over as in force: it was approved outside Setsquare, by whom and on the day given here, and I"
        " have seen the proof of it."
    ),
)
ADOPTED = Meaning(
    "adopted",
    _("Adopted"),
    _(
        "I have looked at how documents of this type will be written, reviewed and approved. I did not propose it,"
        " and I approve it."
    ),
)
REDEFINED = Meaning(
    "redefined",
    _("Changed as approved"),
    _(
        "I may approve documents here. I change what was approved with this document, without a new revision, and"
        " approve the change."
    ),
)

APPROVALS: dict[str, Meaning] = {meaning.code: meaning for meaning in (CHECKED, VERIFIED, APPROVED, RELEASED)}
"""What the signature of a route's step may say."""
APPROVAL_LABELS: dict[str, Label] = {code: meaning.label for code, meaning in APPROVALS.items()}
