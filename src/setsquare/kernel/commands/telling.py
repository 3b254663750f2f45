"""The trail told as sentences: "Anna Weber submitted it for review."."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.kernel.commands.declaration import command_of
from setsquare.kernel.records.things import Thing
from setsquare.kernel.sealing.findings import FOUND_ALTERED
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import Passage
from setsquare.kernel.writing.sentences import told

_FOUND = gettext_lazy("found it changed otherwise than by commands")
_WAYS = {
    "web": gettext_lazy("screen"),
    "api": gettext_lazy("program"),
    "cli": gettext_lazy("command line"),
    "import": gettext_lazy("import"),
    "worker": gettext_lazy("background"),
}


def way_of(entry: Entry) -> str:
    """Return by which way it was done, in the reader's language."""
    return str(_WAYS.get(entry.channel, entry.channel))


def who_did(entry: Entry) -> str:
    """Return the name that whoever did it had at that time."""
    return entry.actor_name or _("Setsquare")


def deed_of(entry: Entry, thing: Thing) -> str:
    """Return what was done, without the name, in the reader's language: "submitted it for review"."""
    return told_deed(thing.code, entry.command, entry.on_behalf_of_name, entry.note, entry.authority)


def told_deed(
    thing: str,
    command: str,
    on_behalf_of: str,
    note: dict[str, Any] | None,
    authority: dict[str, Any] | None = None,
) -> str:
    """Return the same from bare values, for lists that read no more than they show."""
    try:
        done = str(_FOUND if command == FOUND_ALTERED else command_of(thing, command).past)
    except KeyError:  # a command that this version no longer has
        done = command.replace("_", " ")
    if on_behalf_of:
        done = _("%(done)s for %(name)s") % {"done": done, "name": on_behalf_of}
    if note:
        more = told(str(note.get("text", "")), note.get("values"))
        done = _("%(done)s: %(more)s") % {"done": done, "more": more}
        if besides := note.get("besides"):
            done = f"{done.removesuffix('.')}. {told(str(besides['text']), besides['values'])}"
    return done if authority is None else _by_authority(done, authority)


def _by_authority(done: str, authority: dict[str, Any]) -> str:
    """Tell of a deed that it was countersigned, or that the glass was broken."""
    if "glass" in authority:
        values = {"done": done, "why": authority["glass"], "rules": ", ".join(authority["rules"])}
        if "asked_name" in authority:
            values["asked"] = authority["asked_name"]
            sentence = _(
                "%(done)s in their own name, though %(asked)s was asked; by breaking the glass (%(rules)s): “%(why)s”"
            )
            return sentence % values
        return _("%(done)s; by breaking the glass (%(rules)s): “%(why)s”") % values
    values = {"done": done, "name": authority["name"], "deed": authority["deed"]}
    return _("%(done)s; countersigned by %(name)s (%(deed)s)") % values


def sentence_of(passage: Passage | Entry, thing: Thing) -> str:
    """Return an entry of the trail as a sentence, in the reader's language."""
    entry = passage.entry if isinstance(passage, Passage) else passage
    sentence = _("%(who)s %(done)s") % {"who": who_did(entry), "done": deed_of(entry, thing)}
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
