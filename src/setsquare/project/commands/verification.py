"""``setsquare verify``: whether anything of the history was changed since it was sealed."""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from setsquare.project.commands.settings import start_django
from setsquare.project.terminal import Refused, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a checkpoint that was kept elsewhere: the history has to continue it (may be repeated)",
    )
    parser.add_argument(
        "--export", type=Path, metavar="FILE", help="verify an export of the seal instead; needs no database"
    )
    parser.add_argument("--key", help="with --export: the verifier key as you know it from elsewhere")


def run(options: argparse.Namespace) -> int:
    """Print each finding in a sentence; the exit code is 1 when there is one."""
    handed_in = [(f"The checkpoint in {file}", _read(file)) for file in options.checkpoint]
    if options.key and options.export is None:
        raise Refused("--key belongs to --export: without it the installation's own keys count.")
    if options.export is not None:
        return _verify_export(options, handed_in)
    start_django()
    from setsquare.kernel.sealing.verifying import Verification  # noqa: PLC0415 - its models need Django

    seen = Verification(handed_in)
    problems = _told(options, ((p.subject, p.sentence) for p in seen.problems()))
    counts = {
        "sealed": seen.sealed,
        "unsealed": seen.unsealed,
        "checkpoints": seen.checkpoints,
        "records": seen.records,
        "signatures": seen.signatures,
        "files": seen.files,
        "keys": [str(verifier) for verifier in seen.verifiers],
    }
    return _end(options, problems, counts)


def _verify_export(options: argparse.Namespace, handed_in: list[tuple[str, str]]) -> int:
    from setsquare.kernel.sealing.offline import Export, Unreadable  # noqa: PLC0415 - loads no models

    seen = Export(options.export, options.key or "", handed_in)
    try:
        problems = _told(options, (("export", sentence) for sentence in seen.problems()))
    except Unreadable as refused:
        raise Refused(str(refused)) from None
    counts = {
        "sealed": seen.sealed,
        "checkpoints": seen.checkpoints,
        "keys": [str(k) for k in seen.verifiers],
    }
    return _end(options, problems, counts)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Refused(f"{file} cannot be read: name the file with the checkpoint that you kept.") from None


def _told(options: argparse.Namespace, found: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Return the problems; for people each is printed as soon as it is found."""
    problems = []
    for subject, sentence in found:
        problems.append({"subject": subject, "sentence": sentence})
        if not options.json:
            say(f"WRONG  {sentence}")
    return problems


def _end(options: argparse.Namespace, problems: list[dict[str, str]], counts: dict[str, Any]) -> int:
    if options.json:
        say(json.dumps({**counts, "problems": problems}, indent=2, ensure_ascii=False))
        return 1 if problems else 0
    if problems:
        say()
    seen = [f"{counts['sealed']} sealed entries", f"{counts['checkpoints']} checkpoints"]
    seen += [f"{counts[name]} {name}" for name in ("records", "signatures", "files") if name in counts]
    say(f"Looked at {', '.join(seen[:-1])} and {seen[-1]}.")
    if counts.get("unsealed"):
        say(f"{counts['unsealed']} entries are not sealed yet.")
    for key in counts["keys"]:
        say(f"Key: {key}")
    say(f"{len(problems)} wrong." if problems else "Nothing is wrong.")
    return 1 if problems else 0
