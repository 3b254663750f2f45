"""Run pandoc as a program of its own: no files, no network, bounded in time and memory."""

import json
import subprocess
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from .document_lists import set_apart, without_boundaries
from .limits import Limits, Unreadable


@lru_cache(maxsize=1)
def _program() -> str:
    import pypandoc  # noqa: PLC0415 - heavy, and only conversions need it

    return str(pypandoc.get_pandoc_path())


def run(data: bytes, arguments: list[str], limits: Limits) -> bytes:
    """Give ``data`` to pandoc and return what it writes.

    ``--sandbox`` keeps it from reading other files and from the network. Raises `Unreadable` if it takes too
    long, too much memory, or cannot read the data.
    """
    command = [_program(), "--sandbox", *arguments, "+RTS", f"-M{limits.memory_mb}M", "-RTS"]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=limits.seconds, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as expired:
        raise Unreadable(_("Converting this file took too long. Divide it into smaller files.")) from expired
    if done.returncode == 251:
        raise Unreadable(_("Converting this file takes too much memory. Divide it into smaller files."))
    if done.returncode != 0:
        raise Unreadable(_("This file is damaged: it cannot be converted. Save it again and try once more."))
    return done.stdout


def read_tree(data: bytes, reader: str, limits: Limits) -> dict[str, Any]:
    """Return pandoc's document tree of ``data`` (its JSON: ``meta`` and ``blocks``)."""
    tree: dict[str, Any] = json.loads(run(data, ["-f", reader, "-t", "json"], limits))
    return tree


def write_markdown(tree: dict[str, Any], limits: Limits) -> str:
    """Return a document tree as Markdown of Setsquare's dialect, without line wrapping or comments."""
    writer = "commonmark+pipe_tables+strikeout+task_lists"
    arguments = ["-f", "json", "-t", writer, "--wrap=none", "--markdown-headings=atx"]
    apart = {**tree, "blocks": set_apart(tree["blocks"])}
    return without_boundaries(run(json.dumps(apart).encode(), arguments, limits).decode("utf-8"))
