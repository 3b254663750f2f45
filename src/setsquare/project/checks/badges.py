"""The key that signs badges."""

from setsquare.domains.training.badges import keys
from setsquare.project.checks.findings import Finding, error, ok
from setsquare.project.configuration import Configuration


def badge_key(_settings: Configuration) -> list[Finding]:
    """That the key of badges can be used, and is the installation's alone."""
    file = keys.directory() / "key"
    try:
        known, published = keys.read_key(), keys.public_keys()
    except keys.KeyUnusable as wrong:
        return [error("badges", str(wrong), "Put the directory of the key back from a backup.")]
    if known is None and published:
        mend = f"Put {file} back from a backup, or run `setsquare badges new-key`."
        return [error("badges", "Their key is missing: no badge can be issued.", mend)]
    if known is None:
        return [ok("badges", "None was issued yet; their key is made with the first one.")]
    if file.stat().st_mode & 0o077:
        return [error("badges", "Other accounts of this machine can read their key.", f"chmod 600 {file}")]
    return [
        ok("badges", f"They are signed by {keys.thumbprint(known.public_key())}; {len(published)} published.")
    ]
