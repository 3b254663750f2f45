"""What roles may do with competence frameworks."""

from django.utils.translation import gettext_lazy as _

from setsquare.domains.organisation.permissions import declare

READ = "competence.read"
FRAMEWORKS = "competence.frameworks"
PROFILES = "competence.profiles"
SEE = "competence.see"
ASSESS = "competence.assess"
SEEING = frozenset({SEE, ASSESS})
"""By any of these somebody sees the competence of everybody in the unit."""

declare(
    {
        READ: _("Read competence frameworks and role profiles"),
        FRAMEWORKS: _("Write and release competence frameworks"),
        PROFILES: _("Write role profiles and say who has them"),
        SEE: _("See everybody’s competence in the unit: levels, gaps and assessments"),
        ASSESS: _("See, make and agree assessments of competence"),
    },
    authority=(FRAMEWORKS, ASSESS),
    at_once=(READ,),
)
