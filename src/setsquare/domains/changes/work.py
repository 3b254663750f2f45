"""The kinds of tasks that change requests bring."""

from django.utils.translation import gettext_lazy as _

from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.tasks.kinds import Group, TaskKind, register_kind

ASSESS = register_kind(
    TaskKind(
        "assess_change",
        _("Assess"),
        gettext_noop("Please assess the impact of %(number)s %(title)s."),
        "assess",
        Group.REVIEW,
        overdue=gettext_noop("Overdue: %(names)s had to assess %(number)s %(title)s."),
        reminded_early=True,
        one_does=True,
    )
)
DECIDE = register_kind(
    TaskKind(
        "decide_change",
        _("Decide"),
        gettext_noop("%(number)s %(title)s waits for your decision."),
        "accept",
        Group.SIGN,
        overdue=gettext_noop("Overdue: %(names)s had to decide on %(number)s %(title)s."),
        reminded_early=True,
        one_does=True,
    )
)
CLOSE = register_kind(
    TaskKind(
        "close_change",
        _("Look at the result and close"),
        gettext_noop("%(number)s %(title)s is implemented. Please look at what came of it and close it."),
        "close",
        Group.SIGN,
        reminded_early=True,
        one_does=True,
    )
)
