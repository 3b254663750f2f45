"""A provider of OpenID Connect on loopback: discovery, authorization code with PKCE, token, userinfo and keys."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "setsquare", "a secret between us"


@dataclass
class Provider:
    """Answers as one person at a time: whose claims stand in `claims`, None who refuses."""

    claims: dict[str, Any] | None = None
    server: ThreadingHTTPServer | None = None
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def url(self) -> str:
        """Its address, which is its name as well."""
        assert self.server is not None
        return f"http://localhost:{self.server.server_port}"

    def answer(
        self, method: str, path: str, given: dict[str, str], bearer: str
    ) -> tuple[int, dict[str, Any]]:
        """Answer a request with status and JSON; a redirection has `location`."""
        match method, path:
            case "GET", "/.well-known/openid-configuration":
                return 200, self._configuration()
            case "GET", "/authorize":
                return 302, {"location": self._authorize(given)}
            case "POST", "/token":
                return self._token(given)
            case "GET", "/userinfo" if bearer in self.tokens:
                return 200, self.tokens[bearer]
            case "GET", "/keys":
                key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
                return 200, {"keys": [{**key, "kid": "1", "use": "sig"}]}
        return 404, {}

    def _configuration(self) -> dict[str, Any]:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        places = {name: f"{self.url}/{path}" for name, path in names.items()}
        return {
            "issuer": self.url,
            "userinfo_endpoint": f"{self.url}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **places,
        }

    def _authorize(self, given: dict[str, str]) -> str:
        back = {"state": given["state"]}
        if self.claims is None or given["client_id"] != CLIENT or given["response_type"] != "code":
            return f"{given['redirect_uri']}?{urlencode({**back, 'error': 'access_denied'})}"
        code = secrets.token_urlsafe()
        self.codes[code] = {**given, "claims": self.claims}
        return f"{given['redirect_uri']}?{urlencode({**back, 'code': code})}"

    def _token(self, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(given.get("code", ""), None)  # a code counts once
        proof = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        right = (
            asked is not None
            and (given["client_id"], given["client_secret"]) == (CLIENT, SECRET)
            and given["redirect_uri"] == asked["redirect_uri"]
            and base64.urlsafe_b64encode(proof).decode().rstrip("=") == asked.get("code_challenge")
        )
        if asked is None or not right:
            return 400, {"error": "invalid_grant"}
        token, now = secrets.token_urlsafe(), int(time.time())
        self.tokens[token] = asked["claims"]
        claims = {**asked["claims"], "iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300}
        signed = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "1"})
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": signed}


@contextmanager
def running() -> Iterator[Provider]:
    """Run a provider on a free port."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(dict(parse_query(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._answer(dict(parse_query(self.rfile.read(length).decode())))

        def _answer(self, given: dict[str, str]) -> None:
            bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, content = provider.answer(self.command, urlsplit(self.path).path, given, bearer)
            self.send_response(status)
            if "location" in content:
                self.send_header("Location", content["location"])
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_parts: Any) -> None:
            return

    provider.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=provider.server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield provider
    finally:
        provider.server.shutdown()
        provider.server.server_close()


def parse_query(text: str) -> dict[str, str]:
    """Return the values of a query, the first of each name."""
    return {name: values[0] for name, values in parse_qs(text).items()}
