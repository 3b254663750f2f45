"""What stands beside a record, as its pages show it: signatures and files."""

import datetime as dt
import hashlib
import json
from typing import Any

from django.utils.translation import gettext as _

from setsquare.faces.web.addresses import file_address
from setsquare.faces.web.times import time_in_zone
from setsquare.kernel.authority.deciding import in_sentences
from setsquare.kernel.commands.bodies import label_at
from setsquare.kernel.commands.declaration import all_commands, meaning_label
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.records.things import OPEN, Hidden, thing_of
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.writing.canonical import canonical


def signature_shown(row: Signature, manner: str = "", hidden: Hidden = OPEN) -> dict[str, Any]:
    """Return a signature as `parts/signatures.html.jinja` shows it; whether it holds is computed anew.

    `manner` says how it was made where not outright (`manners_told`). What the command was given is signed along, and
    told to whom nothing of the record is hidden.
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
        "reason": row.reason,
        "manner": manner,
        "relied": in_sentences(row.authority),
        "given": [] if hidden.keys else _given(row),
    }


def _given(row: Signature) -> list[str]:
    """Return what was signed along with the record, a line for each field; people and records as it was signed."""
    try:
        given = json.loads(row.signed).get("given", {})
    except ValueError:  # whoever changed it in the database is told of as not matching
        return []
    known = {f"{one.thing}.{one.name}": one.body for one in all_commands()}
    model = known.get(f"{row.record.type}.{row.entry.command}")
    if model is None:
        return []
    beside = thing_of(row.record.type).labels
    return [
        f"{label_at(model, name) if name in model.model_fields else beside.get(name, name)}: {_said(value)}"
        for name, value in given.items()
    ]


def _said(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_said(one) for one in value) or _("none")
    if isinstance(value, dict):
        return " · ".join(_said(one) for one in value.values() if one not in (None, "", [], {}))
    return str(value)[:300]


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
