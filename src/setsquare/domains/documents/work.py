"""The kinds of tasks that documents bring."""

from django.utils.translation import gettext_lazy as _

from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.tasks.kinds import Group, TaskKind, register_kind

READ = register_kind(
    TaskKind(
        "read",
        _("Read"),
        gettext_noop("Please read %(number)s %(title)s and confirm it."),
        "confirm_reading",
        Group.READ,
        delegable=False,
        reminder=gettext_noop("Please remember to read %(number)s %(title)s."),
        overdue=gettext_noop("Overdue: %(names)s had to read %(number)s %(title)s."),
        reminded_early=True,
    )
)
REVIEW = register_kind(
    TaskKind(
        "review",
        _("Review"),
        gettext_noop("Please review %(number)s %(title)s."),
        "review",
        Group.REVIEW,
    )
)
APPROVE = register_kind(
    TaskKind(
        "approve",
        _("Approve"),
        gettext_noop("%(number)s %(title)s waits for your signature."),
        "approve",
        Group.SIGN,
    )
)
PERIODIC_REVIEW = register_kind(
    TaskKind(
        "periodic_review",
        _("Review periodically"),
        gettext_noop("The periodic review of %(number)s %(title)s is due."),
        "review",
        Group.REVIEW,
        overdue=gettext_noop("Overdue: %(names)s had to review %(number)s %(title)s."),
    )
)
