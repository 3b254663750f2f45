"""Secrets, cookies, addresses: what the settings say about safety."""

from setsquare.project import configuration
from setsquare.project.checks.findings import Finding, error, ok, warning
from setsquare.project.configuration import Configuration

A_MONTH = 30 * 24 * 3600


def settings_are_strict(settings: Configuration) -> list[Finding]:
    """What would be refused at start, and that this is an installation for real work."""
    if not settings.in_production:
        return [
            warning(
                "mode",
                f"The mode is {settings.mode}: known accounts and lax settings are allowed.",
                "For real work make an installation with `setsquare init`.",
            )
        ]
    refused = configuration.refusals(settings)
    if refused:
        return [
            error("safety", reason.partition(": ")[0] + ".", reason.partition(": ")[2]) for reason in refused
        ]
    return [ok("safety", "Debug is off, the secret key is strong, cookies travel over HTTPS only.")]


def key_is_private(settings: Configuration) -> list[Finding]:
    """That nobody else on the machine can read the generated key."""
    file = configuration.key_file(settings)
    if file.is_file() and file.stat().st_mode & 0o077:
        return [error("secret key", "Other accounts of this machine can read it.", f"chmod 600 {file}")]
    return []


def web_addresses(settings: Configuration) -> list[Finding]:
    """Host names, HSTS and reverse proxy."""
    found = [ok("address", f"People use {settings.address}.")]
    if "*" in settings.host_names:
        found.append(
            error(
                "hosts",
                "Any host name is answered, which lets links in mail be forged.",
                "List the names in hosts.",
            )
        )
    if settings.served_over_https and settings.hsts_seconds < A_MONTH:
        found.append(
            warning(
                "HSTS",
                "Browsers are not told for long to use HTTPS only.",
                "Remove hsts_seconds, or set it to 31536000.",
            )
        )
    if settings.served_over_https and not settings.trusted_proxies:
        found.append(
            error(
                "reverse proxy",
                "The address is HTTPS, but no proxy is trusted to say so: pages redirect to themselves.",
                'Set trusted_proxies to the proxy\'s address, such as ["127.0.0.1"], '
                "and have it send X-Forwarded-For and X-Forwarded-Proto.",
            )
        )
    return found
