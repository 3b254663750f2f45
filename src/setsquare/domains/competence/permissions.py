"""What roles may do with competence frameworks."""

from django.utils.translation import gettext_lazy as _

from setsquare.domains.organisation.permissions import declare

READ = "competence.read"
FRAMEWORKS = "competence.frameworks"
PROFILES = "competence.profiles"
ASSESS = "competence.assess"

declare(
    {
        READ: _("Read competence frameworks and role profiles"),
        FRAMEWORKS: _("Write and release competence frameworks"),
        PROFILES: _("Write role profiles and say who has them"),
        ASSESS: _("See, make and agree assessments of competence"),
    },
    authority=(FRAMEWORKS, ASSESS),
    at_once=(READ,),
)
