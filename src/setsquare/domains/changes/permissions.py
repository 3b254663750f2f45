"""What roles may do with change requests."""

from django.utils.translation import gettext_lazy as _

from setsquare.domains.organisation.permissions import declare

READ = "changes.read"
REQUEST = "changes.request"
ASSESS = "changes.assess"
DECIDE = "changes.decide"

declare(
    {
        READ: _("Read change requests"),
        REQUEST: _("Request changes"),
        ASSESS: _("Assess the impact of change requests"),
        DECIDE: _("Decide on change requests"),
    },
    authority=(ASSESS, DECIDE),
    at_once=(READ, REQUEST),
)
