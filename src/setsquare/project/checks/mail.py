"""Mail: really connects to the SMTP server."""

import smtplib
import socket

from django.core.mail import get_connection

from setsquare.project.checks.findings import Finding, error, ok, warning
from setsquare.project.configuration import Configuration


def smtp(settings: Configuration) -> list[Finding]:
    """Connect, secure the connection and sign in, as for sending; nothing is sent."""
    mail = settings.mail
    if not mail.host:
        return [
            warning(
                "mail",
                "No SMTP server is set: people get no mail, only notices on the page.",
                "Set host, port, user, password, security and sender in the section [mail].",
            )
        ]
    try:
        connection = get_connection()
        connection.open()
        connection.close()
    except smtplib.SMTPAuthenticationError:
        return [
            error("mail", f"{mail.host} refused the user or password.", "Set user and password in [mail].")
        ]
    except smtplib.SMTPException as refused:
        return [
            error(
                "mail",
                f"{mail.host} refused: {refused}.",
                'Check port and security ("starttls", "tls", "none").',
            )
        ]
    except socket.gaierror:
        return [error("mail", f"There is no host {mail.host}.", "Set host in [mail].")]
    except OSError as refused:
        return [
            error(
                "mail",
                f"{mail.host}:{mail.port} does not answer ({refused.strerror or refused}).",
                "Check host and port in [mail], and that a firewall lets this machine through.",
            )
        ]
    found = [ok("mail", f"{mail.host}:{mail.port} accepts mail from {mail.sender}.")]
    if mail.security == "none" and mail.host not in ("localhost", "127.0.0.1", "::1"):
        found.append(
            warning("mail", "Mail leaves this machine unencrypted.", 'Set security to "starttls" in [mail].')
        )
    return found
