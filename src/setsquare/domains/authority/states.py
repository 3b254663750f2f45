"""The lifecycle of an authority rule: pure data."""

from setsquare.kernel.lifecycle import Colour, Lifecycle, Move, State, gettext_noop

OPEN = ("draft", "in_approval")

AUTHORITY_RULE = Lifecycle(
    initial="draft",
    states=(
        State("draft", gettext_noop("Draft"), Colour.GREY, open=True),
        State("in_approval", gettext_noop("In approval"), Colour.PURPLE, open=True),
        State("in_force", gettext_noop("In force"), Colour.GREEN, controlled=True),
        State("superseded", gettext_noop("Superseded"), Colour.GREY, controlled=True, final=True),
        State("withdrawn", gettext_noop("Withdrawn"), Colour.GREY, controlled=True, final=True),
        State("discarded", gettext_noop("Discarded"), Colour.GREY, final=True),
    ),
    moves={
        "edit": Move(("draft",)),
        "submit": Move(("draft",), "in_approval"),
        "approve": Move(("in_approval",), "in_force"),
        "reject": Move(("in_approval",), "draft"),
        "revise": Move(("in_force",)),
        "withdraw": Move(("in_force",), "withdrawn"),
        "discard": Move(OPEN, "discarded"),
        "supersede": Move(("in_force",), "superseded"),
        "pass_on": Move((*OPEN, "in_force")),
        "ask_again": Move(("in_approval",)),
        "remind_due": Move(("in_approval",)),
        "escalate": Move(("in_approval",)),
        "entrust": Move(("in_approval",)),
    },
)

SUPERVISED_DEED = Lifecycle(
    initial="waiting",
    states=(
        State("waiting", gettext_noop("Waits for a countersignature"), Colour.PURPLE, open=True),
        State("carried_out", gettext_noop("Carried out"), Colour.GREEN, controlled=True, final=True),
        State("refused", gettext_noop("Refused"), Colour.RED, controlled=True, final=True),
        State("taken_back", gettext_noop("Taken back"), Colour.GREY, final=True),
        State("lapsed", gettext_noop("Lapsed"), Colour.GREY, final=True),
    ),
    moves={
        "countersign": Move(("waiting",), "carried_out"),
        "refuse": Move(("waiting",), "refused"),
        "renew": Move(("waiting",)),
        "take_back": Move(("waiting",), "taken_back"),
        "lapse": Move(("waiting",), "lapsed"),
        "ask_anew": Move(("waiting",)),
        "move_on": Move(("waiting",)),
        "tell_nobody_may": Move(("waiting",)),
        "pass_on": Move(("waiting",), "lapsed"),
        "ask_again": Move(("waiting",)),
        "remind_due": Move(("waiting",)),
        "escalate": Move(("waiting",)),
    },
)

UNSETTLED = ("in_review", "not_justified")
"""States in which somebody still has to say something of a use of break-glass."""
OVERRIDE = Lifecycle(
    initial="in_review",
    states=(
        State("in_review", gettext_noop("Waits for review"), Colour.ORANGE, open=True, controlled=True),
        State("justified", gettext_noop("Justified"), Colour.GREEN, controlled=True, final=True),
        State("not_justified", gettext_noop("Not justified"), Colour.RED, open=True, controlled=True),
        State("settled", gettext_noop("Not justified, dealt with"), Colour.GREY, controlled=True, final=True),
    ),
    moves={
        "review": Move(("in_review",), targets=("justified", "not_justified")),
        "settle": Move(("not_justified",), "settled"),
        "ask_again": Move(UNSETTLED),
        "ask_who_may": Move(UNSETTLED),
        "remind_due": Move(UNSETTLED),
        "escalate": Move(UNSETTLED),
    },
)
