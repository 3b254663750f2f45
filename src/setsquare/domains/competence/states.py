"""The lifecycle of a competence framework: pure data."""

from setsquare.kernel.lifecycle import Colour, Lifecycle, Move, State, gettext_noop

_ALIVE = ("draft", "in_force")

FRAMEWORK = Lifecycle(
    initial="draft",
    states=(
        State("draft", gettext_noop("Draft"), Colour.GREY, open=True),
        State("in_force", gettext_noop("In force"), Colour.GREEN, controlled=True),
        State("withdrawn", gettext_noop("Withdrawn"), Colour.RED, controlled=True, final=True),
        State("discarded", gettext_noop("Discarded"), Colour.GREY, final=True),
    ),
    moves={
        "edit": Move(_ALIVE),
        "set_scale": Move(_ALIVE),
        "set_attributes": Move(_ALIVE),
        "add_item": Move(_ALIVE),
        "change_item": Move(_ALIVE),
        "move_item": Move(_ALIVE),
        "remove_item": Move(_ALIVE),
        "import_content": Move(_ALIVE),
        "discard_draft": Move(("in_force",)),
        "release": Move(_ALIVE, "in_force"),
        "discard": Move(("draft",), "discarded"),
        "withdraw": Move(("in_force",), "withdrawn"),
        "pass_on": Move(_ALIVE),
    },
)

ROLE_PROFILE = Lifecycle(
    initial="draft",
    states=(
        State("draft", gettext_noop("Draft"), Colour.GREY, open=True),
        State("in_force", gettext_noop("In force"), Colour.GREEN, controlled=True),
        State("withdrawn", gettext_noop("Withdrawn"), Colour.RED, controlled=True, final=True),
    ),
    moves={
        "edit": Move(_ALIVE),
        "set_requirements": Move(_ALIVE),
        "set_titles": Move(_ALIVE),
        "assign": Move(_ALIVE),
        "unassign": Move(_ALIVE),
        "put_in_force": Move(("draft",), "in_force"),
        "withdraw": Move(_ALIVE, "withdrawn"),
        "pass_on": Move(_ALIVE),
    },
)

ASSESSMENT = Lifecycle(
    initial="draft",
    states=(
        State("draft", gettext_noop("Draft"), Colour.GREY, open=True),
        State("submitted", gettext_noop("Submitted"), Colour.BLUE, open=True),
        State("recorded", gettext_noop("Recorded"), Colour.PURPLE, open=True),
        State("agreed", gettext_noop("Agreed"), Colour.GREEN, controlled=True),
        State("revoked", gettext_noop("Revoked"), Colour.RED, controlled=True, final=True),
        State("refused", gettext_noop("Refused"), Colour.RED, controlled=True, final=True),
        State("dropped", gettext_noop("Dropped"), Colour.GREY, final=True),
    ),
    moves={
        "edit": Move(("draft",)),
        "rate": Move(("draft",)),
        "set_evidence": Move(("draft", "submitted", "recorded")),
        "add_files": Move(("draft", "submitted", "recorded")),
        "remove_file": Move(("draft", "submitted", "recorded")),
        "submit": Move(("draft",), "submitted"),
        "send_back": Move(("submitted",), "draft"),
        "answer": Move(("submitted", "recorded", "agreed")),
        "agree": Move(("submitted",), "agreed"),
        "confirm": Move(("recorded",), "agreed"),
        "refuse": Move(("recorded",), "refused"),
        "revoke": Move(("agreed",), "revoked"),
        "drop": Move(("draft", "submitted", "recorded"), "dropped"),
        "take_up": Move(("agreed",)),
        "ask_renewal": Move(("agreed",)),
        "assess_anew": Move(("agreed",)),
        "renewed": Move(("agreed",)),
        "ask_again": Move(("submitted", "recorded", "agreed")),
        "remind_due": Move(("draft", "submitted", "recorded", "agreed")),
        "escalate": Move(("draft", "submitted", "recorded", "agreed")),
        "entrust": Move(("submitted", "recorded")),
        "pass_on": Move(("draft", "submitted", "recorded")),
    },
)
