"""The lifecycle of a change request: pure data."""

from setsquare.kernel.lifecycle import Colour, Lifecycle, Move, State, gettext_noop

_BEFORE_DECISION = ("draft", "submitted", "assessed")
_AFTER_DECISION = ("accepted", "in_implementation")

CHANGE_REQUEST = Lifecycle(
    initial="draft",
    states=(
        State("draft", gettext_noop("Draft"), Colour.GREY, open=True),
        State("submitted", gettext_noop("Submitted"), Colour.BLUE, open=True),
        State("assessed", gettext_noop("Assessed"), Colour.PURPLE, open=True),
        State("accepted", gettext_noop("Accepted"), Colour.TEAL, open=True, controlled=True),
        State(
            "in_implementation", gettext_noop("In implementation"), Colour.BLUE, open=True, controlled=True
        ),
        State("implemented", gettext_noop("Implemented"), Colour.GREEN, open=True, controlled=True),
        State("closed", gettext_noop("Closed"), Colour.GREEN, controlled=True, final=True),
        State("rejected", gettext_noop("Rejected"), Colour.RED, controlled=True, final=True),
        State("cancelled", gettext_noop("Cancelled"), Colour.GREY, final=True),
    ),
    moves={
        "edit": Move(("draft", "submitted")),
        "set_affected": Move((*_BEFORE_DECISION, *_AFTER_DECISION)),
        "submit": Move(("draft",), "submitted"),
        "assess": Move(("submitted", "assessed"), "assessed"),
        "send_back": Move(("submitted", "assessed"), "draft"),
        "accept": Move(("assessed",), "accepted"),
        "reject": Move(("assessed",), "rejected"),
        "ask_again": Move(("submitted", "assessed", "implemented")),
        "remind_due": Move(("submitted", "assessed", "implemented")),
        "escalate": Move(("submitted", "assessed", "implemented")),
        "entrust": Move(("submitted", "assessed", "implemented")),
        "pass_on": Move((*_BEFORE_DECISION, *_AFTER_DECISION, "implemented")),
        "open_revisions": Move(_AFTER_DECISION),
        "note_opened": Move(_AFTER_DECISION, "in_implementation"),
        "note_hindrance": Move(_AFTER_DECISION),
        "complete": Move(("in_implementation",), targets=("implemented", "closed")),
        "implement": Move(_AFTER_DECISION, targets=("implemented", "closed")),
        "close": Move(("implemented",), "closed"),
        "cancel": Move((*_BEFORE_DECISION, *_AFTER_DECISION), "cancelled"),
        "reopen": Move(("rejected", "cancelled"), "draft"),
    },
)
