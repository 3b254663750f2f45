"""What roles may do with development plans."""

from django.utils.translation import gettext_lazy as _

from setsquare.domains.organisation.permissions import declare

PLAN = "development.plan"
MANAGE = "development.manage"

declare(
    {
        PLAN: _("Write development plans: one’s own, and of the people whom one leads"),
        MANAGE: _("See, write and agree everybody’s development plans"),
    },
    authority=(MANAGE,),
    at_once=(PLAN,),
)
