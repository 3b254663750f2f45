"""``setsquare check``: what is wrong with this installation, and how to mend it."""

import argparse
import json
from collections import Counter

from setsquare.project import configuration
from setsquare.project.checks.findings import Check, Finding, error
from setsquare.project.configuration import Configuration
from setsquare.project.terminal import say

SIGNS = {"ok": "ok     ", "hint": "hint   ", "warning": "warning", "error": "ERROR  "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument(
        "--no-integrity", action="store_true", help="leave out the look for damage, long on a large file"
    )


def run(options: argparse.Namespace) -> int:
    """Print the findings; the exit code is 1 when one is an error."""
    findings = inspect(integrity=not options.no_integrity)
    if options.json:
        say(json.dumps([finding.as_dict() for finding in findings], indent=2, ensure_ascii=False))
    else:
        _print(findings)
    return 1 if any(finding.level == "error" for finding in findings) else 0


def inspect(*, integrity: bool = True) -> list[Finding]:
    """Look at everything that can be looked at: bad settings or a silent database end the look early."""
    try:
        settings = configuration.load()
    except configuration.ConfigurationError as wrong:
        return [error("settings", str(wrong), "Mend it in the settings file or the environment.")]
    if not settings.secret_key.get_secret_value():
        return [error("secret key", "There is none.", "Run `setsquare init`, or set SETSQUARE_SECRET_KEY.")]
    import django  # noqa: PLC0415 - only once the settings are known to be good

    django.setup()
    findings: list[Finding] = []
    for check in _checks_of_the_machine():
        findings += check(settings)
    reachable, others = _checks_of_the_database(settings, integrity=integrity)
    answer = reachable(settings)
    findings += answer
    if all(finding.level != "error" for finding in answer):
        for check in others:
            findings += check(settings)
            if findings and findings[-1].subject == "migrations" and findings[-1].level == "error":
                break  # the tables that the others read may be missing
    return findings


def _checks_of_the_machine() -> list[Check]:
    from setsquare.project.checks import badges, clock, mail, security, storage  # noqa: PLC0415 - they need Django

    return [
        security.settings_are_strict,
        security.key_is_private,
        security.web_addresses,
        badges.badge_key,
        storage.writable,
        storage.one_file_system,
        storage.room,
        clock.plausible,
        clock.time_zones,
        mail.smtp,
    ]


def _checks_of_the_database(settings: Configuration, *, integrity: bool) -> tuple[Check, list[Check]]:
    from setsquare.project.checks import (  # noqa: PLC0415 - they need Django
        clock,
        database,
        history,
        learning,
        rights,
        work,
    )

    own = database.sqlite if settings.store.vendor == "sqlite" else database.postgresql
    looks = [database.integrity] if integrity else []
    return database.reachable, [
        own,
        *looks,
        clock.agrees_with_database,
        database.migrations,
        history.protected,
        history.seal,
        *([history.files] if integrity else []),
        clock.not_behind_the_trail,
        work.purpose_fits,
        work.worker,
        work.backlog,
        learning.stores,
        rights.permissions,
    ]


def _print(findings: list[Finding]) -> None:
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        say(f"{SIGNS[finding.level]}  {finding.subject:<{width}}  {finding.message}")
        if finding.mend:
            say(f"{'':<7}  {'':<{width}}  -> {finding.mend}")
    count = Counter[str](finding.level for finding in findings)
    told = [f"{count['error']} to mend", f"{count['warning']} to look at", f"{count['ok']} in order"]
    if count["hint"]:
        told.insert(2, f"{count['hint']} to think of")
    say()
    say(f"{', '.join(told)}.")
