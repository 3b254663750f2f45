"""The file store: what is kept is what comes back."""

import hashlib

import pytest

from setsquare.kernel.files.models import Blob, Text
from setsquare.kernel.files.store import Damaged, path_of, read, receive, store
from setsquare.kernel.files.texts import keep_text


@pytest.fixture(autouse=True)
def file_store(settings, tmp_path):
    settings.FILE_STORE = tmp_path / "files"


def test_bytes_come_back_and_the_same_bytes_are_kept_once(db):
    first, again = store(b"drawing", "image/png"), store(b"drawing", "image/png")
    assert first == again
    assert (first.digest, first.size) == (hashlib.sha256(b"drawing").hexdigest(), 7)
    assert read(first) == b"drawing"
    assert Blob.objects.count() == 1


def test_damage_is_noticed(db):
    blob = store(b"drawing", "image/png")
    path_of(blob).write_bytes(b"another")
    with pytest.raises(Damaged):
        read(blob)
    path_of(blob).unlink()
    with pytest.raises(Damaged):
        read(blob)


def test_an_upload_belongs_to_who_brought_it(house):
    upload = receive(house.writer, b"x", "x.txt", "text/plain")
    assert (upload.user, upload.name, upload.blob.size) == (house.writer, "x.txt", 1)


def test_a_text_is_kept_once(db):
    assert keep_text("Größe") == keep_text("Größe")
    assert Text.objects.get().digest == hashlib.sha256("Größe".encode()).hexdigest()
