"""What roles may do with training."""

from django.utils.translation import gettext_lazy as _

from setsquare.domains.organisation.permissions import declare

READ = "training.read"
SEE = "training.see"
MANAGE = "training.manage"
SEEING = frozenset({SEE, MANAGE})
"""By any of these somebody sees the training of everybody in the unit."""

declare(
    {
        READ: _("Read courses and training sessions"),
        SEE: _("See everybody’s training, certificates and attempts at quizzes in the unit"),
        MANAGE: _("Run training: courses, sessions and everybody’s certificates"),
    },
    authority=(MANAGE,),
    at_once=(READ,),
)
