"""Open Badges 3.0: issued so that others can verify them, verified whoever issued them, recorded as certificates."""

import datetime as dt
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from setsquare.domains.training.badges import credentials, keys, proofs
from setsquare.domains.training.badges.encoding import from_base64url, from_jwk, from_multikey, multikey
from setsquare.domains.training.badges.giving import MEDIA_TYPES, examined, given
from setsquare.domains.training.badges.models import BadgeIssuer
from setsquare.domains.training.badges.resolving import DID_KEY
from setsquare.domains.training.badges.verifying import verify
from setsquare.faces.cli.main import run
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Refused, WrongState
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.qualifications.days import months_later
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.sealing.verifying import Verification
from setsquare.project.checks.badges import badge_key
from setsquare.project.configuration import Badges
from tests.training.conftest import PASSWORD, School, ago, deliver

VECTORS = json.loads((Path(__file__).parent / "badge_vectors.json").read_text("utf-8"))
CONTEXT = [credentials.VC, credentials.OB]


@pytest.fixture(autouse=True)
def keys_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.BADGE_DIRECTORY = tmp_path / "badges"
    settings.LANGUAGE_CODE = "en"
    cache.clear()


class Academy:
    """Another issuer, known by its did:key unless it is told otherwise."""

    def __init__(self, address: str = "") -> None:
        self.key = Ed25519PrivateKey.generate()
        named = multikey(self.key.public_key())
        self.issuer = address or f"{DID_KEY}{named}"
        self.method = f"{self.issuer}#{named}"

    def told(self, **more: Any) -> dict[str, Any]:
        begins = timezone.now() - dt.timedelta(days=10)
        return {
            "@context": CONTEXT,
            "id": "urn:uuid:0c28d5d2-0ed3-4b1f-a1cd-f2b9ed6cbb3e",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": {"id": self.issuer, "type": ["Profile"], "name": "Academy"},
            "validFrom": credentials.moment(begins),
            "credentialSubject": {
                "type": ["AchievementSubject"],
                "identifier": [
                    {
                        "type": "IdentityObject",
                        "hashed": True,
                        "identityType": "userName",
                        "identityHash": credentials.identity_hash("anna", "salt"),
                        "salt": "salt",
                    }
                ],
                "achievement": {"id": "urn:x:1", "type": ["Achievement"], "name": "First aid"},
            },
            **more,
        }

    def badge(self, **more: Any) -> dict[str, Any]:
        return proofs.with_proof(self.told(**more), self.key, self.method, credentials.moment(timezone.now()))


def held(school: School, **body: Any) -> Record:
    User.objects.filter(pk=school.anna.pk).update(email="Anna@Example.org")
    course = school.course("First aid", description="Can help.", hours=4)
    return school.certified("anna", course, ago(3), **body)


@pytest.mark.once
def test_published_vectors_are_met() -> None:
    signed = VECTORS["eddsa-jcs-2022"]["signed"]
    unsecured = {name: value for name, value in signed.items() if name != "proof"}
    settings = {name: value for name, value in signed["proof"].items() if name != "proofValue"}
    key = from_multikey(VECTORS["eddsa-jcs-2022"]["publicKeyMultibase"])
    assert proofs.hashed(unsecured, settings).hex() == VECTORS["eddsa-jcs-2022"]["hashes"]
    assert proofs.proof_fits(signed, signed["proof"], key)
    assert not proofs.proof_fits({**signed, "name": "Other"}, signed["proof"], key)
    for name in ("RFC 8037 A.4", "RFC 7515 A.2", "RFC 7515 A.3"):
        vector = VECTORS[name]
        said, _dot, signature = vector["jws"].rpartition(".")
        algorithm = json.loads(from_base64url(said.split(".")[0]))["alg"]
        proofs._verify(algorithm, from_jwk(vector["jwk"]), from_base64url(signature), said.encode())
    secret = from_base64url(VECTORS["RFC 8037 A.4"]["d"])
    said, _dot, signature = VECTORS["RFC 8037 A.4"]["jws"].rpartition(".")
    assert Ed25519PrivateKey.from_private_bytes(secret).sign(said.encode()) == from_base64url(signature)


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_a_badge_in_each_form_is_valid_until_it_is_altered_or_revoked(school: School, form: str) -> None:
    record = held(school, expires=ago(-30))
    data = given(record, form).data
    verdict = examined(data, "", school.cora)
    assert (verdict.valid, verdict.person, verdict.certificate) == (True, school.anna, record)
    assert (verdict.doubt, verdict.last_day) == ("", ago(-30))
    assert b"Anna" not in data
    assert b"example.org" not in data.lower().replace(b"testserver", b"")
    assert examined(data, "", school.olga).person is None  # follows nobody's training but her own
    if form == "json":
        altered = data.replace(b"First aid", b"Last aid")
        forged = examined(altered, "", school.cora)
        assert forged.why_not.startswith("The signature is wrong: it was altered")
        told = {one.code: (one.good, one.sentence) for one in forged.findings}
        assert told["recipient"] == (None, "It says that it was given to Anna Example.")
        assert told["validity"][0] is None and told["validity"][1].startswith(
            "It says that it is valid until"
        )
    later = timezone.now() + dt.timedelta(days=40)
    assert "expired" in [one.code for one in _at(data, school.cora, later)]
    school.do(school.cora, record, "revoke", because="It was void.")
    assert examined(data, "", school.cora).why_not == "The certificate that it is of was revoked."
    with pytest.raises(WrongState, match="There is a badge once the certificate is valid"):
        given(Record.objects.get(pk=record.pk), form)


def _at(data: bytes, _user: User, now: dt.datetime) -> Any:
    return verify(data, User.objects.none(), BadgeIssuer.objects.none(), now=now).findings


def test_everybody_can_fetch_what_a_verifier_needs_and_nothing_else(school: School, client: Client) -> None:
    record = held(school)
    badge = json.loads(given(record, "json").data)
    token = given(record, "jwt").data.decode()
    header, _payload = proofs.read_jws(token)

    def fetch(url: str) -> Any:
        answer = client.get("/" + url.split("/", 3)[3])
        assert (answer.status_code, answer["Cache-Control"]) == (200, "public, max-age=300")
        assert (
            client.get("/" + url.split("/", 3)[3], headers={"If-None-Match": answer["ETag"]}).status_code
            == 304
        )
        return answer.json()

    profile = fetch(badge["issuer"]["id"])
    assert profile["name"] == "Norma Works"
    assert badge["proof"]["verificationMethod"] in profile["assertionMethod"]
    assert proofs.jws_fits(token, from_jwk(fetch(header["kid"])))
    assert fetch(credentials.address("keys"))["keys"][0]["kid"] == header["kid"]
    achievement = fetch(badge["credentialSubject"]["achievement"]["id"])
    assert achievement["criteria"]["narrative"].startswith(
        "Completed the course “First aid” (Classroom, 4 hours)"
    )
    status = badge["credentialStatus"]["id"]
    assert fetch(status)["revokedCredential"] == []
    school.do(school.cora, record, "revoke", because="It was void.")
    assert fetch(status)["revokedCredential"] == [{"id": badge["id"], "revoked": True}]
    waiting = submit(school, school.anna, Academy().badge())
    for unknown in (f"/badges/status/{waiting.uid}", f"/badges/achievements/{record.uid}", "/badges/keys/x"):
        assert client.get(unknown).status_code == 404


def test_a_key_that_was_replaced_still_verifies_and_a_lost_one_is_not_made_anew(school: School) -> None:
    data = given(held(school), "jwt").data
    keys.renew_key()
    assert examined(data, "", school.cora).valid
    assert len(keys.public_keys()) == 2
    assert badge_key(None)[0].level == "ok"  # type: ignore[arg-type]
    (keys.directory() / "key").unlink()
    assert badge_key(None)[0].message == "Their key is missing: no badge can be issued."  # type: ignore[arg-type]
    with pytest.raises(keys.KeyUnusable, match="put it back from a backup"):
        keys.signing_key()


def _jwt(academy: Academy, **more: Any) -> str:
    return proofs.jws(academy.told(**more), academy.key, academy.method)


CLAIMS = "It claims to be of this organisation, but is signed by another key."
BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "wrong signature": (
        lambda: {**Academy().badge(), "name": "Other"},
        "The signature is wrong: it was altered, or signed by somebody else than its issuer.",
    ),
    "of somebody else": (
        lambda: _jwt(Academy())[:-86] + _jwt(Academy())[-86:],
        "The signature is wrong: it was altered, or signed by somebody else than its issuer.",
    ),
    "another's key": (
        lambda: {
            **(made := Academy().badge()),
            "proof": {**made["proof"], "verificationMethod": "did:key:z6Mk#z"},
        },
        "It is signed by the key of somebody else than its issuer.",
    ),
    **{
        f"our name {spelt}": (lambda spelt=spelt: Academy(spelt).badge(), CLAIMS)  # type: ignore[misc]
        for spelt in (
            "http://localhost:8000/badges/issuer",
            "http://localhost:8000/badges/issuer/",
            "HTTP://LOCALHOST:8000/badges/issuer",
            "https://localhost/badges/issuer",
            "http://localhost.:8000/badges/issuer",
            "http://academy@localhost:8000/badges/issuer",
            "http://local%68ost:8000/badges/issuer",
            "http://ｌocalhost:8000/badges/issuer",
            "did:web:localhost%3A8000",
        )
    },
    "another's name": (
        lambda: Academy("https://localhost:8000@badges.example/issuer").badge(),
        "The address of its issuer holds a sign-in name, by which it passes for another one.",
    ),
    "expired": (
        lambda: Academy().badge(validUntil="2024-05-05T00:00:00Z"),
        "It has expired: its last day was 4 May 2024.",
    ),
    "not yet": (
        lambda: _jwt(Academy(), validFrom="2096-05-05T10:00:00Z"),
        "It is not valid before 5 May 2096, 10:00 (UTC).",
    ),
    "no address": (
        lambda: Academy("http://[").badge(validUntil="9999-12-31T23:59:59Z"),
        "The key of Academy is not known here: enter it. http://[ may not be asked from here; an administrator can"
        " allow it in the settings.",
    ),
    "unknown key": (
        lambda: Academy("https://badges.example/issuer").badge(),
        "The key of Academy is not known here: enter it. badges.example may not be asked from here; an administrator"
        " can allow it in the settings.",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_valid_says_why_and_is_not_recorded(school: School, name: str) -> None:
    made, sentence = BAD[name][0](), BAD[name][1]
    with timezone.override("UTC"):
        verdict = examined(_bytes(made), "", school.cora)
        assert (verdict.valid, verdict.why_not) == (False, sentence)
        with pytest.raises(Refused) as refused:
            submit(school, school.anna, made)
    assert refused.value.fields == {"key" if verdict.findings[0].code == "key" else "file": sentence}
    assert not Record.objects.filter(type="certificate").exists()


NO_BADGES = {
    "text": (b"hello", "This is no badge"),
    "json": (b'{"a": 1}', "This is no badge of Open Badges 3.0."),
    "twice": (b'{"a": 1, "a": 2}', "This is no badge"),
    "endless": (b'{"a": 1e999}', "This is no badge"),
    "unsigned": (json.dumps(Academy().told()).encode(), "This badge is not signed"),
    "old": (b'{"type": "Assertion"}', "This is a badge of Open Badges 2"),
    "other suite": (
        json.dumps({**Academy().told(), "proof": {"cryptosuite": "bbs-2023"}}).encode(),
        "This badge is signed by “bbs-2023”, which is not read here",
    ),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 30, "There is no badge in this picture."),
    "drawing": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "There is no badge in this picture."),
    "cut": (
        b"\x89PNG\r\n\x1a\n\0\0\0\x15iTXtopenbadgecredential\0\0\0\0\0\0",
        "There is no badge in this picture.",
    ),
    "bomb": (b'<!DOCTYPE a [<!ENTITY b "c">]><svg>&b;</svg>', "There is no badge in this picture."),
    "dates": (
        json.dumps(Academy().badge(validUntil="soon")).encode(),
        "This badge holds a date that is none.",
    ),
}


@pytest.mark.parametrize("name", NO_BADGES)
def test_what_is_no_badge_is_told_so(school: School, name: str) -> None:
    data, sentence = NO_BADGES[name]
    with pytest.raises(Refused) as refused:
        examined(data, "", school.cora)
    assert str(refused.value.fields["file"]).startswith(sentence)


def _bytes(badge: Any) -> bytes:
    return (badge if isinstance(badge, str) else json.dumps(badge)).encode()


def submit(school: School, who: User, badge: Any, **body: Any) -> Record:
    course = Record.objects.filter(type="course").first() or school.course("First aid")
    data = _bytes(badge)
    file = take_in(who, data, "badge.json" if data.startswith(b"{") else "badge.jwt")
    given_ = {"course": course.number, "file": file.blob_id, **body}
    made = carry_out("certificate", "submit_badge", Actor(who), body=given_).record
    deliver()
    return made


def test_a_badge_becomes_a_certificate_with_its_days_issuer_and_number(school: School) -> None:
    badge = Academy().badge(validUntil="2095-12-31T23:59:59Z")
    assert examined(_bytes(badge), "", school.anna).last_day == dt.date(2095, 12, 31)
    own = submit(school, school.anna, badge)
    certificate = own.certificate
    assert (own.state, certificate.issuer, certificate.source) == ("submitted", "Academy", "external")
    assert (certificate.issued, certificate.external_number) == (ago(10), badge["id"])
    assert certificate.expires == dt.date(2095, 12, 31)  # as is told of it, not one in the morning in Berlin
    assert not holding().filter(user=school.anna).exists()
    with pytest.raises(Refused, match=f"{own.number} was recorded from this badge already"):
        submit(school, school.cora, badge, person="anna")
    assert not list(Verification().problems())  # a badge's digest is not taken for that of a text or file
    academy = Academy()
    nameless = {name: value for name, value in academy.told().items() if name != "id"}
    unsigned = submit(school, school.anna, _secured(academy, nameless))
    with pytest.raises(Refused, match=f"{unsigned.number} was recorded from this badge already"):
        submit(school, school.anna, proofs.jws(nameless, academy.key, academy.method))
    for_long = submit(school, school.ben, _nobodys(), course=school.course(validity_months=36).number)
    assert for_long.certificate.expires == months_later(ago(10), 36)  # the badge says nothing of an end
    school.do(school.cora, own, "verify")
    assert holding().get(user=school.anna).evidence == own
    with pytest.raises(Refused, match="This badge was given to somebody else than Ben Example"):
        submit(school, school.ben, Academy().badge())
    with pytest.raises(Refused, match="Your roles do not let you submit certificates of Anna Example"):
        submit(school, school.ben, Academy().badge(), person="anna")
    ours = given(Record.objects.get(pk=own.pk), "json").data.decode()
    with pytest.raises(Refused, match="This badge was issued here"):
        submit(school, school.anna, ours)


def _nobodys() -> dict[str, Any]:
    return Academy().badge(credentialSubject={"type": ["AchievementSubject"], "achievement": {"name": "Aid"}})


def _secured(academy: Academy, told: dict[str, Any]) -> dict[str, Any]:
    return proofs.with_proof(told, academy.key, academy.method, credentials.moment(timezone.now()))


@pytest.mark.once
def test_a_key_can_be_entered_where_the_issuer_may_not_be_asked(school: School) -> None:
    academy = Academy("https://badges.example/issuer")
    data = _bytes(academy.badge())
    verdict = examined(data, multikey(academy.key.public_key()), school.cora)
    assert verdict.valid and "nothing shows that the key" in verdict.doubt
    ours = Academy("http://localhost:8000/badges/issuer/")
    entered = examined(_bytes(ours.badge()), multikey(ours.key.public_key()), school.cora)
    assert entered.why_not == CLAIMS
    assert not examined(data, multikey(Ed25519PrivateKey.generate().public_key()), school.cora).valid
    with pytest.raises(Refused, match="This is no public key"):
        examined(data, "{}", school.cora)


@pytest.fixture
def issuer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Academy, HTTPServer]]:
    """An issuer that answers by HTTPS on this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "tls.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    answers: dict[str, Any] = {}

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = answers.get(self.path)
            self.send_response(200 if known else 404)
            self.end_headers()
            self.wfile.write(json.dumps(known).encode())

        def log_message(self, *_told: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    academy = Academy(f"https://localhost:{server.server_port}/issuer")
    row = {"id": academy.method, "publicKeyMultibase": multikey(academy.key.public_key())}
    answers["/issuer"] = {"id": academy.issuer, "verificationMethod": [row]}
    answers["/revoked"] = {"revokedCredential": [{"id": "urn:x:revoked"}]}
    yield academy, server
    server.shutdown()
    server.server_close()


@pytest.mark.once
def test_an_issuer_is_asked_only_where_the_administrator_allows_its_host(
    school: School, settings: Any, issuer: tuple[Academy, HTTPServer]
) -> None:
    academy, server = issuer
    host = f"localhost:{server.server_port}"
    settings.SETSQUARE = settings.SETSQUARE.model_copy(update={"address": "https://quality.example"})
    status = {"id": f"https://{host}/revoked", "type": "1EdTechRevocationList"}
    data = _bytes(academy.badge(credentialStatus=status))
    assert f"{host} may not be asked" in examined(data, "", school.cora).why_not
    before = settings.SETSQUARE
    settings.SETSQUARE = before.model_copy(update={"badges": Badges(hosts=(host,))})
    assert "localhost lies in a private network" in examined(data, "", school.cora).why_not
    allowed = Badges(hosts=(host,), private_networks=True)
    settings.SETSQUARE = before.model_copy(update={"badges": allowed})
    verdict = examined(data, "", school.cora)
    assert (verdict.valid, verdict.doubt, verdict.shown_by) == (True, "", "host")
    assert submit(school, school.cora, academy.badge(), person="anna").state == "valid"
    revoked = academy.badge(credentialStatus=status, id="urn:x:revoked")
    assert examined(_bytes(revoked), "", school.cora).why_not == "Its issuer has revoked it."
    elsewhere = {
        **(made := academy.badge()),
        "proof": {**made["proof"], "verificationMethod": "https://x.example/"},
    }
    assert examined(_bytes(elsewhere), "", school.cora).why_not == (
        "It names a key at another address than its issuer’s."
    )


def test_pages_show_the_badge_to_whom_it_concerns_and_verify_any(school: School, client: Client) -> None:
    record = held(school)
    client.force_login(school.ben)
    assert client.get(f"/certificates/{record.number}/badge/svg").status_code == 404
    client.force_login(school.anna)
    assert "/badge/picture" in client.get(f"/certificates/{record.number}/").content.decode()
    sent = client.get(f"/certificates/{record.number}/badge/png")
    assert (sent["Content-Type"], sent.content[:4]) == ("image/png", b"\x89PNG")
    told = client.post("/certificates/verify/", {"text": given(record, "jwt").data.decode()}).content.decode()
    assert "This badge is valid" in told
    assert record.number in told
    nothing = client.post("/certificates/verify/", {"text": ""})
    assert (nothing.status_code, b"Choose the file of a badge" in nothing.content) == (422, True)


def test_programs_fetch_and_verify_badges(school: School, client: Client) -> None:
    record = held(school)
    client.force_login(school.anna)
    badge = client.get(f"/api/v1/certificates/{record.number}:badge").json()
    assert client.get(f"/api/v1/certificates/{record.number}:badge?format=pdf").status_code == 422
    csrf = {"X-CSRFToken": "x"}
    client.handler.enforce_csrf_checks = False
    post = client.post(
        "/api/v1/certificates:verify_badge", {"badge": badge}, "application/json", headers=csrf
    )
    assert post.status_code == 200, post.content
    assert (post.json()["valid"], post.json()["certificate"]) == (True, record.number)
    wrong = client.post("/api/v1/certificates:verify_badge", {"badge": "x"}, "application/json", headers=csrf)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "file")


def test_the_command_line_refuses_a_badge_that_is_not_valid(
    school: School, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    who = ["--as", "anna", "--password-file", str(secret)]
    monkeypatch.chdir(tmp_path)
    record = held(school)
    assert run(["export", "certificates", record.number, "--format", "svg", "--output", "b.svg", *who]) == 0
    assert run(["badge", "b.svg", *who]) == 0
    assert "This badge is valid." in capsys.readouterr().out
    drawing = (tmp_path / "b.svg").read_text()
    (tmp_path / "c.svg").write_text(drawing.replace('"First aid"', '"Last aid"'))
    assert run(["badge", "c.svg", *who]) == 1
    assert "The signature is wrong" in capsys.readouterr().err
