"""The kind of task that authority rules bring."""

from django.utils.translation import gettext_lazy as _

from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.tasks.kinds import Group, TaskKind, register_kind, register_outcomes

APPROVING = register_kind(
    TaskKind(
        "approve_rule",
        _("Approve"),
        gettext_noop("%(number)s %(title)s waits for your approval."),
        "approve",
        Group.SIGN,
        overdue=gettext_noop("Overdue: %(names)s had to decide on %(number)s %(title)s."),
        reminded_early=True,
        one_does=True,
    )
)
COUNTERSIGNING = register_kind(
    TaskKind(
        "countersign",
        _("Countersign"),
        gettext_noop("%(number)s %(title)s waits for your countersignature."),
        "countersign",
        Group.SIGN,
        overdue=gettext_noop("Overdue: one of %(names)s had to countersign %(number)s %(title)s."),
        reminded_early=True,
    )
)
REVIEWING = register_kind(
    TaskKind(
        "review_override",
        _("Review"),
        gettext_noop("The glass was broken: %(number)s %(title)s waits for your review."),
        "review",
        Group.REVIEW,
        overdue=gettext_noop("Overdue: one of %(names)s had to review %(number)s %(title)s."),
        reminded_early=True,
    )
)
SETTLING = register_kind(
    TaskKind(
        "settle_override",
        _("Decide what follows"),
        gettext_noop("Not justified: decide what follows from %(number)s %(title)s."),
        "settle",
        Group.REVIEW,
        overdue=gettext_noop(
            "Overdue: one of %(names)s had to decide what follows from %(number)s %(title)s."
        ),
        reminded_early=True,
    )
)
register_outcomes(
    {
        "countersigned": _("Countersigned"),
        "refused": _("Refused"),
        "taken_back": _("Taken back"),
        "prepared_anew": _("Prepared anew"),
        "lapsed": _("Lapsed"),
        "justified": _("Justified"),
        "not_justified": _("Not justified"),
        "settled": _("Dealt with"),
    }
)
