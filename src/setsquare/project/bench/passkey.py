"""A passkey in software: what a security key does, in a few lines. The benchmark signs by it, and so do tests."""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from setsquare.kernel.accounts.models import User

PRESENT = AuthenticatorData.FLAG.UP
VERIFIED = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


def text(data: bytes) -> str:
    """Return bytes as WebAuthn writes them in JSON: base64url without padding (RFC 4648)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class SoftPasskey:
    """One key pair for one person."""

    user: User
    host: str = "testserver"
    """The name of the server: of its address `http://<host>`, less the port."""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: os.urandom(16))

    port: int | None = None

    def enrol(self) -> Authenticator:
        """Store it as the person's passkey."""
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        attested = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        flags = VERIFIED | AuthenticatorData.FLAG.AT
        data = AuthenticatorData.create(hashlib.sha256(self.host.encode()).digest(), flags, 0, attested)
        answer = {
            "clientDataJSON": text(self._client_data("webauthn.create", os.urandom(16))),
            "attestationObject": text(bytes(AttestationObject.create("none", data, {}))),
        }
        return WebAuthn.add(self.user, "Soft", self._credential(answer)).instance

    def answer(
        self, options: dict[str, Any], flags: AuthenticatorData.FLAG = VERIFIED, host: str = ""
    ) -> str:
        """Answer a challenge as the browser would send it."""
        challenge = base64.urlsafe_b64decode(options["publicKey"]["challenge"] + "==")
        client = self._client_data("webauthn.get", challenge)
        data = AuthenticatorData.create(hashlib.sha256((host or self.host).encode()).digest(), flags, 1)
        signed = self.key.sign(bytes(data) + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {
            "clientDataJSON": text(client),
            "authenticatorData": text(bytes(data)),
            "signature": text(signed),
            "userHandle": text(user_pk_to_url_str(self.user).encode()),
        }
        return json.dumps(self._credential(parts))

    def _client_data(self, kind: str, challenge: bytes) -> bytes:
        origin = f"http://{self.host}" + (f":{self.port}" if self.port else "")
        return json.dumps({"type": kind, "challenge": text(challenge), "origin": origin}).encode()

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        return {
            "id": text(self.id),
            "rawId": text(self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": response,
        }
