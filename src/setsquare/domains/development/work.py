"""The kinds of tasks that development plans bring. Nobody stands in for another: a plan is between a few people."""

from django.utils.translation import gettext_lazy as _

from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.tasks.kinds import Group, TaskKind, register_kind, register_outcomes

AGREE = register_kind(
    TaskKind(
        "agree_development",
        _("Agree"),
        gettext_noop("Please agree %(number)s %(title)s, or send it back."),
        "agree",
        Group.REVIEW,
        delegable=False,
        overdue=gettext_noop("Overdue: %(names)s had to agree %(number)s %(title)s."),
        reminded_early=True,
    )
)
ACT = register_kind(
    TaskKind(
        "development_action",
        _("Do what was agreed"),
        gettext_noop("An action of %(number)s %(title)s is yours."),
        "finish_action",
        delegable=False,
        overdue=gettext_noop("Overdue: an action of %(number)s %(title)s was due from %(names)s."),
        reminded_early=True,
    )
)
REVIEW = register_kind(
    TaskKind(
        "review_development",
        _("Review progress"),
        gettext_noop("The review of %(number)s %(title)s is yours."),
        "review",
        Group.REVIEW,
        delegable=False,
        overdue=gettext_noop("Overdue: %(names)s had to review %(number)s %(title)s."),
        reminded_early=True,
    )
)
register_outcomes({"dropped": _("Dropped"), "reviewed": _("Reviewed"), "agreed": _("Agreed")})
