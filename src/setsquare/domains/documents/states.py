"""The lifecycles of document types, documents and revisions: pure data."""

from setsquare.kernel.lifecycle import Colour, Lifecycle, Move, State, gettext_noop

DOCUMENT_TYPE = Lifecycle(
    initial="proposed",
    states=(
        State("proposed", gettext_noop("Proposed"), Colour.PURPLE, open=True),
        State("in_use", gettext_noop("In use"), Colour.GREEN),
        State("retired", gettext_noop("Retired"), Colour.GREY, final=True),
    ),
    moves={
        "create": Move(("proposed",), targets=("proposed", "in_use")),
        "edit": Move(("proposed", "in_use"), targets=("proposed", "in_use")),
        "adopt": Move(("proposed", "in_use"), "in_use"),
        "decline": Move(("proposed", "in_use"), targets=("in_use", "retired")),
        "pass_on": Move(("proposed", "in_use")),
        "retire": Move(("in_use",), "retired"),
        "entrust": Move(("proposed", "in_use")),
        "restore": Move(("retired",), targets=("proposed", "in_use")),
    },
)

DOCUMENT = Lifecycle(
    initial="preparing",
    states=(
        State("preparing", gettext_noop("In preparation"), Colour.GREY, open=True),
        State("effective", gettext_noop("Effective"), Colour.GREEN, controlled=True),
        State("withdrawn", gettext_noop("Withdrawn"), Colour.RED, controlled=True, final=True),
    ),
    moves={
        "edit": Move(("preparing", "effective")),
        "redefine": Move(("effective",)),
        "pass_on": Move(("preparing", "effective")),
        "retitle": Move(("preparing",)),
        "set_audience": Move(("preparing", "effective")),
        "new_revision": Move(("preparing", "effective")),
        "close_revision": Move(("preparing", "effective")),
        "take_revision": Move(("preparing", "effective"), "effective"),
        "import_effective": Move(("preparing",), "effective"),
        "review": Move(("effective",), targets=("effective", "withdrawn")),
        "call_review": Move(("effective",)),
        "escalate": Move(("effective",)),
        "entrust": Move(("effective",)),
        "withdraw": Move(("preparing", "effective"), "withdrawn"),
        "issue_copy": Move(("effective",)),
        "recall_copy": Move(("effective", "withdrawn")),
        "recall_copies": Move(("effective", "withdrawn")),
        "remind_copy": Move(("effective", "withdrawn")),
        "reconcile_copy": Move(("effective", "withdrawn")),
    },
)

_WORK = ("draft", "in_review", "in_approval")
_SIGNABLE = ("in_review", "in_approval", "approved", "effective")
_READ = ("approved", "effective")
_ISSUED = ("effective", "superseded")
_ALL = (*_WORK, "approved", "effective", "superseded", "withdrawn", "discarded")

REVISION = Lifecycle(
    initial="draft",
    states=(
        State("draft", gettext_noop("Draft"), Colour.GREY, open=True),
        State("in_review", gettext_noop("In review"), Colour.BLUE, open=True),
        State("in_approval", gettext_noop("In approval"), Colour.PURPLE, open=True),
        State("approved", gettext_noop("Approved"), Colour.TEAL, open=True, controlled=True),
        State("effective", gettext_noop("Effective"), Colour.GREEN, controlled=True),
        State("superseded", gettext_noop("Superseded"), Colour.GREY, controlled=True, final=True),
        State("withdrawn", gettext_noop("Withdrawn"), Colour.RED, controlled=True, final=True),
        State("discarded", gettext_noop("Discarded"), Colour.GREY, final=True),
    ),
    moves={
        "save": Move(("draft",)),
        "attach_figure": Move(("draft",)),
        "import_content": Move(("draft",)),
        "use_file": Move(("draft",)),
        "plan_reading": Move(("draft", "in_review", "approved")),
        "decide_training": Move((*_WORK, "approved")),
        "ask_coverage": Move(("approved",)),
        "wait_no_longer": Move(("approved",), targets=("approved", "effective")),
        "wait_longer": Move(("approved",)),
        "hand_over": Move((*_WORK, "approved")),
        "retitle": Move(("draft",)),
        "relocate": Move(_ALL),
        "submit": Move(("draft",), "in_review"),
        "comment": Move(_WORK),
        "reply": Move(_WORK),
        "resolve": Move(_WORK),
        "reopen_comment": Move(_WORK),
        "review": Move(("in_review",)),
        "return_to_draft": Move(("in_review",), "draft"),
        "send_for_approval": Move(("draft", "in_review"), "in_approval"),
        "approve": Move(("in_approval",), targets=("in_approval", "approved")),
        "reject": Move(("in_approval",), "draft"),
        "recall": Move(("in_review", "in_approval", "approved"), "draft"),
        "schedule": Move(("approved",), targets=("approved", "effective")),
        "make_effective": Move(("approved",), "effective"),
        "take_over": Move(("draft",), "effective"),
        "supersede": Move(("effective",), "superseded"),
        "withdraw": Move(("effective",), "withdrawn"),
        "discard": Move(("draft",), "discarded"),
        "distribute": Move(_READ),
        "release_readers": Move(_READ),
        "confirm_reading": Move(_READ),
        "note_readers": Move(_ISSUED),
        "limit_readers": Move(_ISSUED),
        "remind": Move(_SIGNABLE),
        "remind_due": Move(_READ),
        "escalate": Move(("draft", *_SIGNABLE)),
        "entrust": Move(("draft", *_SIGNABLE)),
        "report_gap": Move(_SIGNABLE),
        "reassign": Move(_SIGNABLE),
    },
)

TALK = frozenset({"comment", "reply", "resolve", "reopen_comment"})
"""Commands of a discussion; none of them changes what is discussed."""
ASIDE = frozenset(
    {
        *("remind", "remind_due", "escalate", "entrust", "reassign", "report_gap"),
        *("distribute", "release_readers", "confirm_reading", "relocate"),
        *("note_readers", "limit_readers", "ask_coverage"),
    }
)
"""Commands that concern people rather than the content."""
