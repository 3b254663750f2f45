"""The lifecycles of quizzes and of attempts at them: pure data."""

from setsquare.kernel.lifecycle import Colour, Lifecycle, Move, State, gettext_noop

_ALIVE = ("draft", "in_force")

QUIZ = Lifecycle(
    initial="draft",
    states=(
        State("draft", gettext_noop("Draft"), Colour.GREY, open=True),
        State("in_force", gettext_noop("In force"), Colour.GREEN, controlled=True),
        State("withdrawn", gettext_noop("Withdrawn"), Colour.RED, controlled=True, final=True),
    ),
    moves={
        "edit": Move(_ALIVE),
        "set_rules": Move(_ALIVE),
        "add_question": Move(_ALIVE),
        "change_question": Move(_ALIVE),
        "move_question": Move(_ALIVE),
        "retire_question": Move(_ALIVE),
        "restore_question": Move(_ALIVE),
        "import_questions": Move(_ALIVE),
        "discard_draft": Move(("in_force",)),
        "release": Move(_ALIVE, "in_force"),
        "withdraw": Move(_ALIVE, "withdrawn"),
        "pass_on": Move(_ALIVE),
    },
)

ATTEMPT = Lifecycle(
    initial="started",
    states=(
        State("started", gettext_noop("Begun"), Colour.BLUE, open=True),
        State("passed", gettext_noop("Passed"), Colour.GREEN, controlled=True),
        State("failed", gettext_noop("Not passed"), Colour.ORANGE, controlled=True),
        State("void", gettext_noop("Void"), Colour.RED, controlled=True, final=True),
    ),
    moves={
        "answer": Move(("started",)),
        "submit": Move(("started",), targets=("passed", "failed")),
        "expire": Move(("started",), targets=("passed", "failed", "void")),
        "lay_aside": Move(("started",), "void"),
        "void": Move(("started", "passed", "failed"), "void"),
        "grant_another": Move(("failed",)),
        "take_up": Move(("passed",)),
    },
)
