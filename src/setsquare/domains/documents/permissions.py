"""What roles may do with documents."""

from django.utils.translation import gettext_lazy as _

from setsquare.domains.organisation.permissions import declare

READ = "documents.read"
WORK = "documents.work"
CONTROL = "documents.control"
APPROVE = "documents.approve"

declare(
    {
        READ: _("Read documents in force"),
        WORK: _("Write documents and submit them"),
        APPROVE: _("Be chosen to approve documents"),
        CONTROL: _("Control documents: types, distribution, copies, dates of effect, withdrawal"),
    },
    authority=(WORK, APPROVE, CONTROL),
    at_once=(READ, WORK),
)
