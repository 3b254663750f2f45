"""What roles may do with quizzes."""

from django.utils.translation import gettext_lazy as _

from setsquare.domains.organisation.permissions import declare

READ = "quizzes.read"
MANAGE = "quizzes.manage"
SEE = "training.see"
"""Of training: whoever sees the certificates of people sees which quizzes they took, and what came of it."""

declare(
    {
        READ: _("Read and take quizzes"),
        MANAGE: _("Write and release quizzes; see everybody’s attempts and the statistics"),
    },
    authority=(MANAGE,),
    at_once=(READ,),
)
