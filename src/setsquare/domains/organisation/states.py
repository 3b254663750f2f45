"""Lifecycles of units, people and roles. Nothing here is ever deleted: units close, people leave."""

from setsquare.kernel.lifecycle import Colour, Lifecycle, Move, State, gettext_noop

UNIT = Lifecycle(
    initial="active",
    states=(
        State("active", gettext_noop("Active"), Colour.GREEN),
        State("closed", gettext_noop("Closed"), Colour.GREY, final=True),
    ),
    moves={
        "edit": Move(("active",)),
        "move": Move(("active",)),
        "close": Move(("active",), "closed"),
        "reopen": Move(("closed",), "active"),
    },
)

PERSON = Lifecycle(
    initial="active",
    states=(
        State("active", gettext_noop("Active"), Colour.GREEN),
        State("left", gettext_noop("Left"), Colour.GREY, final=True),
    ),
    moves={
        "edit": Move(("active",)),
        "edit_own": Move(("active",)),
        "transfer": Move(("active",)),
        "follow": Move(("active",)),
        "grant_role": Move(("active",)),
        "revoke_role": Move(("active",)),
        "delegate": Move(("active",)),
        "end_delegation": Move(("active",)),
        "invite": Move(("active",)),
        "confirm_access": Move(("active",)),
        "note_access": Move(("active", "left")),
        "make_token": Move(("active",)),
        "revoke_token": Move(("active",)),
        "end_tokens": Move(("active",)),
        "end_access": Move(("active",)),
        "leave": Move(("active",), "left"),
        "return": Move(("left",), "active"),
    },
)

ROLE = Lifecycle(
    initial="active",
    states=(State("active", gettext_noop("Active"), Colour.GREEN),),
    moves={
        "edit": Move(("active",)),
        "set_permissions": Move(("active",)),
    },
)
