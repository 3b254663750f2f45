"""Why a command was not carried out. Each error carries a sentence for the person, at the field it concerns."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from setsquare.kernel.authority.deciding import Way
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.trail.reading import Passage

WHOLE = ""
"""The key of a sentence that concerns the whole input rather than one field."""


class CommandError(Exception):
    """A command was refused; nothing was changed."""

    code = "refused"

    def __init__(self, sentence: Label) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class Refused(CommandError):
    """The input does not fit. `fields` maps a field (dotted for rows: `steps.0.people`) to its sentence."""

    code = "invalid"

    def __init__(self, fields: Mapping[str, Label] | Label) -> None:
        self.fields: dict[str, Label] = dict(fields) if isinstance(fields, Mapping) else {WHOLE: fields}
        self.labels: dict[str, str] = {}
        """What the fields are called on the screen; a field that is missing here is called by its name."""
        super().__init__(next(iter(self.fields.values())))


class NotPermitted(CommandError):
    """The person may not do this here."""

    code = "forbidden"

    def __init__(self, sentence: Label, *, breakable: bool = False, ways: Sequence[Way] = ()) -> None:
        self.breakable = breakable
        """Whether only rules keep the person from it that may be overridden by breaking the glass."""
        self.ways = tuple(ways)
        """What leads to what rules ask for and the person lacks."""
        super().__init__(sentence)


class WrongState(CommandError):
    """How the record stands does not allow this now.

    `state` is its state where that is in the way, `states` those in which it is done, `first` the commands that lead
    there.
    """

    code = "wrong_state"

    def __init__(
        self, sentence: Label, state: str = "", states: Sequence[str] = (), first: Sequence[str] = ()
    ) -> None:
        self.state = state
        self.states = tuple(states)
        self.first = tuple(first)
        super().__init__(sentence)


class NotFound(CommandError):
    """There is no such record, or the person may not see it: the same answer to both."""

    code = "not_found"

    def __init__(self, number: str = "") -> None:
        super().__init__(
            _("There is no %(number)s that you can see.") % {"number": number}
            if number
            else _("There is nothing here that you can see.")
        )


class SignatureRefused(CommandError):
    """The signature could not be made: wrong password, no signature given, or the session ended."""

    code = "signature"


class VersionMissing(CommandError):
    """A signature was asked for without saying what the signer looked at."""

    code = "version_missing"

    def __init__(self, record: Record) -> None:
        self.record = record
        sentence = _(
            "Say which version of %(number)s you looked at and sign; it is at version %(version)s now."
        )
        super().__init__(sentence % {"number": record.number, "version": record.version})


class Stale(CommandError):
    """Somebody else changed the record meanwhile. `passages` tells what, oldest first."""

    code = "stale"

    def __init__(self, record: Record, passages: Sequence[Passage]) -> None:
        self.record = record
        self.passages = passages
        who = ", ".join(dict.fromkeys(p.entry.actor_name or _("the system") for p in passages))
        super().__init__(
            _(
                "%(number)s was changed by %(who)s while you worked on it. Look at what changed, then send yours again."
            )
            % {"number": record.number, "who": who or _("somebody")}
        )
