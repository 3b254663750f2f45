"""The kinds of tasks that assessments of competence bring."""

from django.utils.translation import gettext_lazy as _

from setsquare.domains.competence.permissions import ASSESS
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.tasks.kinds import Group, TaskKind, register_kind, register_outcomes

AGREE = register_kind(
    TaskKind(
        "agree_assessment",
        _("Agree on the assessment"),
        gettext_noop("Please agree on the assessment %(number)s %(title)s."),
        "agree",
        Group.SIGN,
        overdue=gettext_noop("Overdue: %(names)s had to agree on the assessment %(number)s %(title)s."),
        reminded_early=True,
        one_does=True,
        permission=ASSESS,
    )
)
CONFIRM = register_kind(
    TaskKind(
        "confirm_assessment",
        _("Confirm the past assessment"),
        gettext_noop("Please confirm what was assessed before: %(number)s %(title)s."),
        "confirm",
        Group.SIGN,
        overdue=gettext_noop("Overdue: %(names)s had to confirm the past assessment %(number)s %(title)s."),
        reminded_early=True,
        one_does=True,
        permission=ASSESS,
    )
)
REWORK = register_kind(
    TaskKind(
        "rework_assessment",
        _("Rework the assessment"),
        gettext_noop("The assessment %(number)s %(title)s was sent back to you."),
        "submit",
        overdue=gettext_noop("Overdue: %(names)s had to rework the assessment %(number)s %(title)s."),
        reminded_early=True,
    )
)
REASSESS = register_kind(
    TaskKind(
        "reassess",
        _("Assess anew"),
        gettext_noop("What %(number)s %(title)s says ends soon: see to a new assessment."),
        "assess_anew",
        overdue=gettext_noop("Overdue: %(names)s had to see to a new assessment after %(number)s %(title)s."),
        reminded_early=True,
    )
)
register_outcomes(
    {
        "agreed": _("Agreed"),
        "confirmed": _("Confirmed"),
        "refused": _("Refused"),
        "sent_back": _("Sent back"),
        "submitted": _("Submitted"),
        "assessed": _("Assessed"),
    }
)
