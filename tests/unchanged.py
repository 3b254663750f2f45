"""What is expected of each command that sets facts alone: sent as they are, nothing is done and no entry is made."""

from collections.abc import Mapping
from typing import Any

from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor, Situation, command_of
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.seeing import read_anew
from setsquare.kernel.records.things import plain, thing_of


def sent_as_it_came(
    who: User, record: Record, key: str, change: Mapping[str, Any], form: Mapping[str, Any] | None = None
) -> None:
    """Send the form of the command `key` as it came (without one, `form`), and then with a change."""
    thing, name = key.split(".")
    actor, command = Actor(who), command_of(thing, name)
    record = read_anew(thing_of(thing), record.pk)
    if form is None:
        assert command.initial is not None
        filled = plain(command.initial(Situation(actor, thing_of(thing), record)))
        form = {field: value for field, value in filled.items() if field in command.body.model_fields}
    notices = Notice.objects.count()
    before = Record.objects.get(pk=record.pk)

    outcome = carry_out(thing, name, actor, record=record, body=form, reason="As it is")
    after = Record.objects.get(pk=record.pk)
    assert (outcome.unchanged, outcome.conclusion) == (True, "Nothing was changed.")
    assert (after.version, after.changed, after.trail.count()) == (
        before.version,
        before.changed,
        before.version,
    )
    assert outcome.entry.seq == before.version and Notice.objects.count() == notices

    outcome = carry_out(thing, name, actor, record=record, body={**form, **change}, reason="Something new")
    assert not outcome.unchanged and outcome.record.version == before.version + 1
