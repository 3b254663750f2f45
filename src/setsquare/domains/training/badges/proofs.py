"""The two ways in which a badge is secured: as VC-JWT, a compact JWS (RFC 7515), or by a proof `eddsa-jcs-2022`."""

import hashlib
import json
from collections.abc import Mapping
from math import isfinite
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from setsquare.domains.training.badges.encoding import (
    PublicKey,
    base64url,
    from_base64url,
    from_multibase,
    multibase,
)
from setsquare.kernel.writing.canonical import canonical

SUITE = "eddsa-jcs-2022"
ALGORITHMS = ("EdDSA", "Ed25519", "RS256", "ES256")
HALF = 32
"""Bytes of each number of an ES256 signature."""


def load(text: str) -> dict[str, Any]:
    """Read a JSON object in which each key stands once; raises ValueError."""
    found = json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number, parse_float=_finite)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key stands twice")
    return made


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _no_number(text[:40])


def with_proof(
    credential: Mapping[str, Any], key: Ed25519PrivateKey, method: str, created: str
) -> dict[str, Any]:
    """Return a credential with a proof `eddsa-jcs-2022` of the key that `method` names."""
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
        "@context": credential["@context"],
    }
    value = multibase(key.sign(hashed(credential, proof)))
    return {**credential, "proof": {**proof, "proofValue": value}}


def hashed(credential: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
    """Return what a proof signs: the hashes of its own settings and of the credential without it."""
    return b"".join(hashlib.sha256(canonical(one)).digest() for one in (proof, credential))


def proof_fits(credential: Mapping[str, Any], proof: Mapping[str, Any], key: PublicKey) -> bool:
    """Tell whether a proof `eddsa-jcs-2022` of a credential was made by the key."""
    unsecured = {name: value for name, value in credential.items() if name != "proof"}
    settings = {name: value for name, value in proof.items() if name != "proofValue"}
    if proof.get("proofPurpose") != "assertionMethod" or not isinstance(key, Ed25519PublicKey):
        return False
    if "@context" in proof:
        mine, whole = proof["@context"], unsecured.get("@context")
        mine, whole = (one if isinstance(one, list) else [one] for one in (mine, whole))
        if whole[: len(mine)] != mine:
            return False
        unsecured["@context"] = proof["@context"]
    try:
        key.verify(from_multibase(str(proof.get("proofValue", ""))), hashed(unsecured, settings))
    except (InvalidSignature, ValueError):
        return False
    return True


def jws(payload: Mapping[str, Any], key: Ed25519PrivateKey, kid: str) -> str:
    """Return a payload as compact JWS, signed by EdDSA."""
    header = {"alg": "EdDSA", "kid": kid, "typ": "JWT"}
    said = ".".join(base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, payload))
    return f"{said}.{base64url(key.sign(said.encode()))}"


def read_jws(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and payload of a compact JWS, nothing of it checked; raises ValueError."""
    parts = text.split(".")
    if len(parts) != 3:
        raise ValueError("not a compact JWS")
    header, payload = (load(from_base64url(part).decode()) for part in parts[:2])
    from_base64url(parts[2])
    return header, payload


def jws_fits(text: str, key: PublicKey) -> bool:
    """Tell whether a compact JWS was signed by the key, by an algorithm that goes with the key."""
    said, _dot, signature = text.rpartition(".")
    header, _payload = read_jws(text)
    try:
        _verify(header.get("alg"), key, from_base64url(signature), said.encode())
    except (InvalidSignature, ValueError):
        return False
    return "crit" not in header


def _verify(algorithm: Any, key: PublicKey, signature: bytes, said: bytes) -> None:
    if algorithm in ("EdDSA", "Ed25519") and isinstance(key, Ed25519PublicKey):
        key.verify(signature, said)
    elif algorithm == "RS256" and isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, said, padding.PKCS1v15(), hashes.SHA256())
    elif algorithm == "ES256" and isinstance(key, ec.EllipticCurvePublicKey) and len(signature) == 2 * HALF:
        halves = (int.from_bytes(signature[:HALF]), int.from_bytes(signature[HALF:]))
        key.verify(encode_dss_signature(*halves), said, ec.ECDSA(hashes.SHA256()))
    else:
        raise InvalidSignature
