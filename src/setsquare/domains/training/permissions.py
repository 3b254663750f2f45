"""What roles may do with training."""

from django.utils.translation import gettext_lazy as _

from setsquare.domains.organisation.permissions import declare

READ = "training.read"
MANAGE = "training.manage"

declare(
    {
        READ: _("Read courses and training sessions"),
        MANAGE: _("Run training: courses, sessions and everybody’s certificates"),
    },
    authority=(MANAGE,),
    at_once=(READ,),
)
