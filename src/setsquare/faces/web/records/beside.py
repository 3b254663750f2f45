"""What stands beside a record, as its pages show it: signatures and files."""

import datetime as dt
import hashlib
import json
from typing import Any

from django.utils.translation import gettext as _

from setsquare.faces.web.addresses import file_address
from setsquare.faces.web.records.grounds import Known, grounds_shown
from setsquare.faces.web.times import time_in_zone
from setsquare.kernel.commands.declaration import command_of, meaning_label
from setsquare.kernel.commands.input_in_words import Told
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.records.things import OPEN, Hidden, thing_of
from setsquare.kernel.representation.deeds import reason_of
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.writing.canonical import canonical

UNKNOWN = Known()


def signature_shown(
    row: Signature, manner: str = "", hidden: Hidden = OPEN, known: Known = UNKNOWN
) -> dict[str, Any]:
    """Return a signature as `parts/signatures.html.jinja` shows it; whether it holds is computed anew.

    `manner` says how it was made where not outright (`manners_told`). What the command was given is signed along, and
    told to whom nothing of the record is hidden. `known` are the records that it relied on (`known_to`).
    """
    return {
        "name": row.printed_name,
        "meaning": meaning_label(row.meaning),
        "signed_at": row.at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        "local_time": time_in_zone(row.at),
        "digest": row.digest,
        "verified": holds(row),
        "authority": row.printed_title,
        "on_behalf_of": row.on_behalf_of_name,
        "reason": reason_of(row, hidden),
        "manner": manner,
        "relied": grounds_shown(row, known),
        "given": [] if hidden.keys else _given(row),
    }


def _given(row: Signature) -> list[str]:
    """Return what was signed along with the record, a line for each field; by the names that people have."""
    try:
        given = json.loads(row.signed).get("given", {})
    except ValueError:  # whoever changed it in the database is told of as not matching
        return []
    try:
        model = command_of(row.record.type, row.entry.command).body
    except KeyError:
        return []
    lines = Told(model, given).lines()
    if given.get("shown_by") == []:
        label, nothing = thing_of(row.record.type).labels.get("shown_by", "shown_by"), _("none")
        lines.append(f"{label}: {nothing}")
    return lines


def holds(signature: Signature) -> bool:
    """Tell whether a signature's digest is that of what was signed, and this is in canonical form."""
    signed = signature.signed.encode()
    try:
        same = canonical(json.loads(signed)) == signed
    except ValueError:
        return False
    return same and hashlib.sha256(signed).hexdigest() == signature.digest


def attachment_shown(row: Attachment) -> dict[str, Any]:
    """Return a file as `parts/files.html.jinja` shows it."""
    image = row.blob.media_type.startswith("image/")
    return {
        "name": row.name,
        "url": file_address(row.blob_id, row.name),
        "size": row.blob.size,
        "kind": "image" if image else row.name.rpartition(".")[2].lower(),
        "digest": row.blob_id,
        "who": row.added_by,
        "when": row.added,
        "remove_url": "",
        "role": row.role,
    }
