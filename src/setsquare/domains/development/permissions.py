"""What roles may do with development plans."""

from django.utils.translation import gettext_lazy as _

from setsquare.domains.organisation.permissions import declare

PLAN = "development.plan"
SEE = "development.see"
MANAGE = "development.manage"
SEEING = frozenset({SEE, MANAGE})
"""By any of these somebody sees the development plans of everybody in the unit."""

declare(
    {
        PLAN: _("Write development plans: one’s own, and of the people whom one leads"),
        SEE: _("See everybody’s development plans in the unit"),
        MANAGE: _("See, write and agree everybody’s development plans"),
    },
    authority=(MANAGE,),
    at_once=(PLAN,),
)
