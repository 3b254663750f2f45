"""What roles may do with authority rules."""

from django.utils.translation import gettext_lazy as _

from setsquare.domains.organisation.permissions import declare

READ = "authority.read"
RULES = "authority.rules"
APPROVE = "authority.approve"
OVERSEE = "authority.oversee"

declare(
    {
        READ: _("Read authority rules, and see who may do what"),
        RULES: _("Write authority rules"),
        APPROVE: _("Approve and withdraw authority rules, and review where the glass was broken"),
        OVERSEE: _("See what is done under supervision and by breaking the glass"),
    },
    authority=(RULES, APPROVE),
    at_once=(READ,),
)
