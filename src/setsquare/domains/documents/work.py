"""The kinds of tasks that documents bring."""

from django.utils.translation import gettext_lazy as _

from setsquare.domains.documents.permissions import APPROVE as APPROVE_DOCUMENTS
from setsquare.domains.documents.permissions import WORK
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.tasks.kinds import Group, TaskKind, register_kind, register_outcomes

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
        permission=WORK,
    )
)
APPROVE = register_kind(
    TaskKind(
        "approve",
        _("Approve"),
        gettext_noop("%(number)s %(title)s waits for your signature."),
        "approve",
        Group.SIGN,
        permission=APPROVE_DOCUMENTS,
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
ANSWER = register_kind(
    TaskKind(
        "answer_review",
        _("Answer the comments"),
        gettext_noop("The review of %(number)s %(title)s is complete: answer what it found."),
        "return_to_draft",
    )
)
SEND = register_kind(
    TaskKind(
        "send_for_approval",
        _("Send it to approval"),
        gettext_noop("The review of %(number)s %(title)s is complete: send it to approval."),
        "send_for_approval",
    )
)
WORK_ON = register_kind(
    TaskKind(
        "work_on_draft",
        _("Work on the draft"),
        gettext_noop("The draft %(number)s %(title)s waits for your work."),
        "submit",
    )
)
SCHEDULE = register_kind(
    TaskKind(
        "schedule",
        _("Schedule it"),
        gettext_noop("%(number)s %(title)s is approved; choose when it takes effect."),
        "schedule",
        one_does=True,
    )
)
COVERAGE = register_kind(
    TaskKind(
        "coverage",
        _("Decide whether it waits"),
        gettext_noop(
            "%(number)s %(title)s: too few have done what it asks of them; decide whether it waits."
        ),
        "wait_longer",
    )
)
ADOPT = register_kind(
    TaskKind(
        "adopt_rules",
        _("Adopt"),
        gettext_noop("%(number)s %(title)s: what is proposed of its documents waits for your signature."),
        "adopt",
        Group.SIGN,
        one_does=True,
    )
)
register_outcomes(
    {
        "approved": _("Signed"),
        "rejected": _("Rejected"),
        "no_objection": _("No objection"),
        "changes_needed": _("Changes needed"),
        "returned": _("Taken back"),
        "recalled": _("Recalled"),
        "confirmed": _("Read and understood"),
        "superseded": _("Superseded"),
        "withdrawn": _("Withdrawn"),
        "reaffirmed": _("It still holds"),
        "revise": _("It has to be revised"),
        "withdraw": _("It is no longer needed"),
        "revised": _("Revised"),
        "left": _("Has left"),
    }
)
