"""What roles may do with quizzes."""

from django.utils.translation import gettext_lazy as _

from setsquare.domains.organisation.permissions import declare

READ = "quizzes.read"
MANAGE = "quizzes.manage"

declare(
    {
        READ: _("Read and take quizzes"),
        MANAGE: _("Write and release quizzes; see everybody’s attempts and the statistics"),
    },
    authority=(MANAGE,),
    at_once=(READ,),
)
