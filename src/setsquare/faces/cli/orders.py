"""Commands at the command line: `setsquare documents withdraw SOP-004 --reason ...`."""

import argparse

from django.utils.translation import gettext as _

from setsquare.faces.cli import people
from setsquare.faces.cli.bodies import add_field, body_from, fields_of
from setsquare.faces.cli.people import Caller
from setsquare.faces.cli.showing import as_json, say, state_name
from setsquare.kernel.commands.as_it_stands import with_the_rest
from setsquare.kernel.commands.declaration import Command, Situation, commands_of
from setsquare.kernel.commands.errors import SignatureRefused
from setsquare.kernel.commands.manners import GLASS_BROKEN
from setsquare.kernel.commands.running import Outcome, carry_out
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing, thing_of
from setsquare.kernel.representation.declarations import reason_of, states_of, translated
from setsquare.kernel.representation.records import whole
from setsquare.kernel.signatures.credentials import Credentials


def commands_by_word(thing: Thing) -> dict[str, Command]:
    """Return the commands that people may carry out, by the word that they have at the command line."""
    return {command.name.replace("_", "-"): command for command in commands_of(thing.code) if command.who}


def add_options(parser: argparse.ArgumentParser, thing: Thing, command: Command) -> None:
    """Add what a command takes."""
    if not command.creates:
        several = {"nargs": "+"} if command.bulk else {}
        parser.add_argument("number", metavar="NUMBER", help=str(thing.name), **several)  # type: ignore[arg-type]
    group = parser.add_argument_group(_("input"))
    fields = fields_of(command.body)
    for field in fields:
        add_field(group, field)
    if all(field.name != "reason" for field in fields):
        group.add_argument("--reason", default="", help=_("why; it is kept in the record's history"))
    if not command.outright:
        says = _(
            "why the glass has to be broken: done although a rule asks for more, and reviewed afterwards"
        )
        group.add_argument("--glass", default="", metavar="REASON", help=says)
    if not command.creates:
        group.add_argument("--version", type=int, metavar="N", help=_("the version that you looked at"))


def described(thing: Thing, command: Command) -> str:
    """Return in words what a command does."""
    sources, targets = states_of(command)
    lines = [translated(command.hint)]
    if sources:
        names = ", ".join(state_name(thing, code) for code in sources)
        lines.append(_("While it is: %(states)s.") % {"states": names})
    if targets:
        names = ", ".join(state_name(thing, code) for code in targets)
        lines.append(_("Afterwards it is: %(states)s.") % {"states": names})
    if reason_of(command) == "always":
        lines.append(_("A reason is always needed."))
    if command.signature is not None:
        lines.append(_("It may take your signature: your password is asked for."))
    return "\n".join(line for line in lines if line)


def order(
    caller: Caller, thing: Thing, command: Command, record: Record | None, options: argparse.Namespace
) -> None:
    """Carry out a command and tell what came of it."""
    caller.require_change(thing)
    given = body_from(options, fields_of(command.body), caller.user)
    body, version = with_the_rest(command, caller.actor, record, given, getattr(options, "version", None))
    reason = body.get("reason", "") if "reason" in command.body.model_fields else options.reason
    glass = getattr(options, "glass", "") or ""

    def carried_out(credentials: Credentials | None) -> Outcome:
        return carry_out(
            thing.code,
            command.name,
            caller.actor,
            record=record,
            body=body,
            version=version,
            reason=str(reason or ""),
            credentials=credentials,
            glass=glass,
            waits=True,
        )

    meaning = command.meaning(Situation(caller.actor, thing, record)) if command.signature else None
    if glass and meaning is None:
        meaning = GLASS_BROKEN
    statement = translated(meaning.statement) if meaning else ""
    if (
        meaning is not None
        and record is not None
        and version is None
        and not people.has_given_password(options)
    ):
        version = record.version  # which the person is shown before the password is asked for
        seen = _("%(number)s, version %(version)s") % {"number": record.number, "version": version}
        statement = f"{record.told} ({seen})\n{statement}"
    if meaning is None or not people.has_given_password(options):
        try:
            outcome = carried_out(None)
        except SignatureRefused:  # everything else fits; now the person signs
            outcome = carried_out(people.credentials(options, statement))
    else:
        outcome = carried_out(people.credentials(options, statement))
    _tell(caller, thing, outcome, options)


def _tell(caller: Caller, asked: Thing, outcome: Outcome, options: argparse.Namespace) -> None:
    record = outcome.record
    thing = thing_of(record.type) if outcome.waits else asked
    if options.json:
        told_once = {"conclusion": outcome.conclusion, "secret": outcome.secret}
        as_json(whole(thing, record, caller.user) | {name: text for name, text in told_once.items() if text})
        return
    told = outcome.conclusion if outcome.unchanged else sentence_of(outcome.entry, thing)
    say(f"{record.number}: {told}")
    if outcome.conclusion and not outcome.unchanged:
        say(outcome.conclusion)
    if outcome.secret:
        say(outcome.secret)
    state, title = state_name(thing, record.state), record.told
    say(f"{title} · {state} · " + _("version %(version)s") % {"version": record.version})
