"""The kinds of tasks that training brings."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.tasks.kinds import Group, TaskKind, register_kind, register_outcomes

TRAIN = register_kind(
    TaskKind(
        "train",
        _("Train"),
        gettext_noop("You need the course %(number)s %(title)s."),
        "confirm",
        Group.DO,
        delegable=False,
        overdue=gettext_noop("Overdue: %(names)s had to complete the course %(number)s %(title)s."),
        reminded_early=True,
    )
)
VERIFY = register_kind(
    TaskKind(
        "verify_certificate",
        _("Verify"),
        gettext_noop("Please verify the certificate %(number)s %(title)s."),
        "verify",
        Group.REVIEW,
        overdue=gettext_noop("Overdue: %(names)s had to verify the certificate %(number)s %(title)s."),
        reminded_early=True,
        one_does=True,
    )
)
register_outcomes(
    {
        "certified": _("Certified"),
        "verified": pgettext_lazy("certificate", "Verified"),
        "course_retired": _("Course retired"),
        "anew": _("Asked anew"),
    }
)
