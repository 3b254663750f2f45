"""The lifecycle of a development plan: pure data. Once it is agreed, it runs."""

from setsquare.kernel.lifecycle import Colour, Lifecycle, Move, State, gettext_noop

_LIVING = ("draft", "proposed", "agreed")

DEVELOPMENT_PLAN = Lifecycle(
    initial="draft",
    states=(
        State("draft", gettext_noop("Draft"), Colour.GREY, open=True),
        State("proposed", gettext_noop("Proposed"), Colour.PURPLE, open=True),
        State("agreed", gettext_noop("Agreed"), Colour.BLUE, open=True, controlled=True),
        State("completed", gettext_noop("Completed"), Colour.GREEN, controlled=True, final=True),
        State("cancelled", gettext_noop("Cancelled"), Colour.GREY, final=True),
    ),
    moves={
        "edit": Move(_LIVING),
        "set_targets": Move(_LIVING),
        "set_actions": Move(_LIVING),
        "propose": Move(("draft",), "proposed"),
        "agree": Move(("proposed",), "agreed"),
        "send_back": Move(("proposed",), "draft"),
        "revise": Move(("agreed",), "draft"),
        "finish_action": Move(("agreed",)),
        "drop_action": Move(("agreed",)),
        "note": Move(_LIVING),
        "comment": Move(("completed", "cancelled")),
        "review": Move(("agreed",)),
        "complete": Move(("agreed",), "completed"),
        "cancel": Move(_LIVING, "cancelled"),
        "note_met": Move(("agreed",)),
        "arrange": Move(_LIVING),
        "remind_due": Move(("proposed", "agreed")),
        "escalate": Move(("proposed", "agreed")),
    },
)
