"""The lifecycles of courses, training sessions and certificates: pure data."""

from setsquare.kernel.lifecycle import Colour, Lifecycle, Move, State, gettext_noop

_LIVING = ("draft", "offered")

COURSE = Lifecycle(
    initial="draft",
    states=(
        State("draft", gettext_noop("Draft"), Colour.GREY, open=True),
        State("offered", gettext_noop("Offered"), Colour.GREEN, controlled=True),
        State("retired", gettext_noop("Retired"), Colour.GREY, controlled=True, final=True),
    ),
    moves={
        "edit": Move(_LIVING),
        "set_requirements": Move(_LIVING),
        "set_activity": Move(_LIVING),
        "offer": Move(("draft",), "offered"),
        "confirm": Move(("offered",)),
        "sign_off": Move(("offered",)),
        "retire": Move(_LIVING, "retired"),
        "call": Move(("offered",)),
        "release": Move(("offered",)),
        "trained": Move(("offered", "retired")),
        "ask_lacking": Move(("offered",)),
        "ask_lacking_no_longer": Move(_LIVING),
        "retrain": Move(("offered",)),
        "forgo_retraining": Move(("offered", "retired")),
        "remind": Move(("offered",)),
        "remind_due": Move(("offered",)),
        "escalate": Move(("offered",)),
        "pass_on": Move(_LIVING),
    },
)
SESSION = Lifecycle(
    initial="planned",
    states=(
        State("planned", gettext_noop("Planned"), Colour.BLUE, open=True),
        State("held", gettext_noop("Held"), Colour.TEAL, open=True),
        State("closed", gettext_noop("Closed"), Colour.GREEN, controlled=True, final=True),
        State("cancelled", gettext_noop("Cancelled"), Colour.GREY, final=True),
    ),
    moves={
        "edit": Move(("planned",)),
        "enrol_me": Move(("planned",)),
        "leave": Move(("planned",)),
        "enrol": Move(("planned",)),
        "withdraw": Move(("planned",)),
        "record_attendance": Move(("planned", "held"), "held"),
        "close": Move(("held",), "closed"),
        "cancel": Move(("planned",), "cancelled"),
        "pass_on": Move(("planned", "held")),
    },
)
GIVEN = ("valid", "expired")
"""States of a certificate that was rightly given, be it over by now or not."""
CERTIFICATE = Lifecycle(
    initial="submitted",
    states=(
        State("submitted", gettext_noop("Submitted"), Colour.PURPLE, open=True),
        State("valid", gettext_noop("Valid"), Colour.GREEN, controlled=True),
        State("expired", gettext_noop("Expired"), Colour.GREY, controlled=True, final=True),
        State("refused", gettext_noop("Refused"), Colour.RED, controlled=True, final=True),
        State("revoked", gettext_noop("Revoked"), Colour.RED, controlled=True, final=True),
    ),
    moves={
        "edit": Move(("submitted",)),
        "verify": Move(("submitted",), targets=GIVEN),
        "refuse": Move(("submitted",), targets=("refused", *GIVEN)),
        "expire": Move(("valid",), "expired"),
        "add_files": Move(GIVEN),
        "rectify": Move(GIVEN, targets=("submitted", *GIVEN), aside=True),
        "revoke": Move(("submitted", *GIVEN), "revoked"),
        "lose_ground": Move(("submitted", *GIVEN), "revoked"),
        "take_up": Move(("submitted", *GIVEN)),
        "lapse_earlier": Move(("submitted", *GIVEN)),
        "ask_again": Move(("submitted",)),
        "remind_due": Move(("submitted",)),
        "escalate": Move(("submitted",)),
        "entrust": Move(("submitted",)),
    },
)
