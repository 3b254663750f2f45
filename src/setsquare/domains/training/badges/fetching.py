"""Asking another issuer for its keys: by HTTPS, of hosts that the administrator named, never in private networks."""

import http.client
import ipaddress
import json
import socket
import ssl
from typing import Any
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

LARGEST = 2**17
SECONDS = 5.0
KEPT = 300
"""Seconds for which an answer is kept."""


class CannotFetch(Exception):
    """It may not or cannot be fetched; the message is a sentence."""


def netloc(url: str) -> str:
    """Return the host of an address with its port, empty where there is none."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def place(url: str) -> tuple[str, int]:
    """Return host and port of an address however it is spelt, no host where there is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or (80 if parts.scheme == "http" else 443)
        return _host(parts.hostname or ""), port
    except ValueError:
        return "", 0


def _host(name: str) -> str:
    """Return a host in the one spelling that the network asks for: letters that only look like others show."""
    plain = normalize("NFKC", unquote(name)).lower().rstrip(".")
    try:
        return plain.encode("idna").decode()
    except UnicodeError:
        return plain.encode("ascii", "backslashreplace").decode()


def shown(url: str) -> str:
    """Return an address so that its host cannot pass for another one to the eye."""
    host, _port = place(url)
    if url.isascii() or not host:
        return url
    parts = urlsplit(url)
    return parts._replace(netloc=host if parts.port is None else f"{host}:{parts.port}").geturl()


def may_ask(url: str) -> bool:
    """Tell whether the administrator allows to ask the host of an address, which has to be HTTPS."""
    try:
        parts = urlsplit(url)
        asked = parts.hostname if parts.port in (None, 443) else f"{parts.hostname}:{parts.port}"
    except ValueError:
        return False
    allowed = {host.lower() for host in settings.SETSQUARE.badges.hosts}
    return parts.scheme == "https" and not parts.username and asked in allowed


def fetch(url: str) -> Any:
    """Return the JSON at an address; raises CannotFetch."""
    host = netloc(url) or url.partition("#")[0][:80]
    if not may_ask(url):
        sentence = _("%(host)s may not be asked from here; an administrator can allow it in the settings.")
        raise CannotFetch(sentence % {"host": host})
    kept = f"badges:{url}"
    found = cache.get(kept)
    if found is None:
        try:
            found = json.loads(_get(url))
        except (OSError, http.client.HTTPException, ValueError, RecursionError):
            sentence = _("%(host)s did not answer with a key or list that can be read.")
            raise CannotFetch(sentence % {"host": host}) from None
        cache.set(kept, found, KEPT)
    return found


def _get(url: str) -> bytes:
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection = _Pinned(host, _public(host, parts.port or 443), parts.port or 443)
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request("GET", path, headers={"Accept": "application/json"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise OSError("no answer")
        data = answer.read(LARGEST + 1)
    finally:
        connection.close()
    if len(data) > LARGEST:
        raise OSError("too large")
    return data


def _public(host: str, port: int) -> str:
    """Return the address of a host; raises CannotFetch where one of its addresses is of a private network."""
    found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    private = settings.SETSQUARE.badges.private_networks
    if not private and not all(ipaddress.ip_address(one.partition("%")[0]).is_global for one in found):
        sentence = _("%(host)s lies in a private network, which is not asked from here.")
        raise CannotFetch(sentence % {"host": host})
    return found[0]


class _Pinned(http.client.HTTPSConnection):
    """A connection to the very address that was looked at: a name that answers otherwise next time gains nothing."""

    def __init__(self, host: str, place: str, port: int) -> None:
        super().__init__(host, port, timeout=SECONDS, context=ssl.create_default_context())
        self._place = place

    def connect(self) -> None:
        plain = socket.create_connection((self._place, self.port), SECONDS)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
