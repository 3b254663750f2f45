"""Signatures: made only by the person themselves, at that moment, under exactly what they saw."""

import hashlib
import json

import pytest
from django.contrib.auth import get_user
from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, transaction
from django.test import Client, RequestFactory

from setsquare.kernel.commands.errors import NotPermitted, SignatureRefused
from setsquare.kernel.signatures.credentials import Credentials, verify
from setsquare.kernel.signatures.models import Signature

PASSWORD = "a long enough password"


def test_a_signature_is_bound_to_what_was_seen(house):
    record = house.note()
    signature = house.do("sign", record, credentials=Credentials(password=PASSWORD)).signature

    signed = json.loads(signature.signed)
    assert signed["record"] == {
        "type": "kernel_note",
        "number": "N-001",
        "title": "First",
        "state": "draft",
        "owner": "anna",
        "unit": "BER",
        "version": 1,
    }
    assert (signed["meaning"], signed["signer"], signed["printed_name"]) == ("approved", "anna", "Anna Weber")
    assert signature.digest == hashlib.sha256(signature.signed.encode()).hexdigest()
    assert (signature.printed_name, signature.printed_title) == ("Anna Weber", "Quality manager")
    assert signature.entry.seq == 2


@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        (None, "Give your password or use your passkey to sign."),
        (Credentials(), "Give your password or use your passkey to sign."),
        (Credentials(password="wrong"), "The password is not right. Nothing was signed."),
        (Credentials(passkey="{}"), "The passkey was not recognised. Nothing was signed."),
        (Credentials(passkey="nonsense"), "The passkey's answer could not be read. Nothing was signed."),
    ],
)
def test_without_proof_nothing_is_signed(house, credentials, sentence):
    record = house.note()
    with pytest.raises(SignatureRefused) as refusal:
        house.do("sign", record, credentials=credentials)
    assert str(refusal.value) == sentence
    assert not Signature.objects.exists()
    record.refresh_from_db()
    assert (record.state, record.version) == ("draft", 1)


def test_nobody_signs_for_another(house):
    record = house.note()
    house.other.grants.update(unit=house.root)
    with pytest.raises(NotPermitted) as refusal:
        house.do("sign", record, house.other, credentials=Credentials(password=PASSWORD))
    assert str(refusal.value) == "Only the owner, Anna Weber, may do this."
    assert not Signature.objects.exists()


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_a_signature(house, change):
    house.do("sign", house.note(), credentials=Credentials(password=PASSWORD))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        if change == "update":
            Signature.objects.update(printed_name="Somebody else")
        else:
            Signature.objects.all().delete()
    assert Signature.objects.get().printed_name == "Anna Weber"


def test_who_signs_stays_signed_in_when_the_password_is_hashed_anew(house, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    house.writer.password = make_password(PASSWORD, hasher="md5")
    house.writer.save()
    client = Client()
    client.force_login(house.writer, "setsquare.faces.web.signing_in.presence.PersonBackend")
    request = RequestFactory().post("/")
    request.session = client.session
    request.user = get_user(request)

    verify(request.user, Credentials(password=PASSWORD, request=request))

    assert not get_user(request).is_anonymous
    assert get_user(request).password.startswith("pbkdf2")
