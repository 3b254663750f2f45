"""Believes the ``X-Forwarded-*`` headers of the proxies that the administrator named, of no others."""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")

Network = IPv4Network | IPv6Network


class TrustedProxyMiddleware:
    """Sets the client's address and the scheme from a trusted proxy; removes the headers in any case."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.trusted = [ip_network(proxy, strict=False) for proxy in settings.SETSQUARE.trusted_proxies]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request or pass it on."""
        meta = request.META
        was_forwarded = False
        if "HTTP_X_FORWARDED_FOR" in meta or "HTTP_X_FORWARDED_PROTO" in meta:
            was_forwarded = True
            if is_within(meta.get("REMOTE_ADDR", ""), self.trusted):
                meta["REMOTE_ADDR"] = self._client(meta.get("HTTP_X_FORWARDED_FOR", ""), meta["REMOTE_ADDR"])
                if meta.get("HTTP_X_FORWARDED_PROTO", "").strip().lower() == "https":
                    meta["wsgi.url_scheme"] = "https"
        for header in FORWARDED:
            meta.pop(header, None)
        request.came_through_a_proxy = was_forwarded  # type: ignore[attr-defined]
        return self.get_response(request)

    def _client(self, chain: str, peer: str) -> str:
        """The nearest address in the chain that is not one of our proxies."""
        for hop in reversed([part.strip() for part in chain.split(",") if part.strip()]):
            if not is_within(hop, self.trusted):
                return hop if _is_address(hop) else peer
            peer = hop
        return peer


def is_within(address: str, networks: list[Network]) -> bool:
    """Whether ``address`` lies in one of ``networks``; false when it is no address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
