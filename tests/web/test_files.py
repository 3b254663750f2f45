"""Files: taken in, refused with a sentence, given out to who may see them."""

import hashlib
import json

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.web.conftest import House

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00"
    b"\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)


def send(client: Client, data: bytes, name: str) -> tuple[int, dict[str, str]]:
    answer = client.post("/uploads", {"file": SimpleUploadedFile(name, data)})
    return answer.status_code, json.loads(answer.content)


def test_a_file_is_taken_in_and_given_back(anna: Client) -> None:
    status, answer = send(anna, b"a,b\n1,2\n", "measured values.csv")
    assert status == 201
    assert answer["digest"] == answer["id"] == hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert answer["url"] == f"/files/{answer['digest']}/measured%20values.csv"
    given = anna.get(answer["url"])
    assert b"".join(given.streaming_content) == b"a,b\n1,2\n"
    assert given["Content-Disposition"].startswith('attachment; filename="measured values.csv"')
    assert given["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in given["Content-Security-Policy"]


def test_a_picture_is_shown_in_the_page(anna: Client) -> None:
    _status, answer = send(anna, PNG, "dot.png")
    assert answer["src"] == f"file:{answer['digest']}"
    given = anna.get(answer["url"])
    assert given["Content-Disposition"].startswith("inline")
    assert given["Content-Type"] == "image/png"
    again = anna.get(answer["url"], headers={"If-None-Match": given["ETag"]})
    assert again.status_code == 304


def test_parts_of_a_file(anna: Client) -> None:
    _status, answer = send(anna, b"0123456789", "digits.txt")
    for asked, status, expected in (
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-3", 206, b"789"),
        ("bytes=0-99", 206, b"0123456789"),
        ("bytes=10-", 416, b""),
        ("bytes=-0", 416, b""),
        ("lines=1-2", 200, b"0123456789"),
    ):
        given = anna.get(answer["url"], headers={"Range": asked})
        body = b"".join(given.streaming_content) if given.streaming else given.content
        assert (given.status_code, body) == (status, expected), asked


def test_what_is_no_file_to_keep_is_refused_with_a_sentence(anna: Client) -> None:
    for data, name, words in (
        (b"<html><script>alert(1)</script></html>", "page.txt", "web page"),
        (b"MZ\x90\x00", "tool.exe", "program"),
        (b"", "empty.txt", "empty"),
        (PNG, "named.pdf", "named .pdf"),
    ):
        status, answer = send(anna, data, name)
        assert status == 422
        assert words in answer["detail"]
    assert anna.post("/uploads", {}).status_code == 422


def test_only_who_sees_the_record_gets_its_file(anna: Client, house: House) -> None:
    note = house.note()
    _status, answer = send(anna, b"kept", "kept.txt")
    other = Client()
    other.force_login(house.carla)
    assert other.get(answer["url"]).status_code == 404
    done = anna.post(f"/web-notes/{note.number}/do/attach/", {"files": answer["id"], "_version": "1"})
    assert done.status_code == 303
    assert other.get(answer["url"]).status_code == 200
    page = anna.get(f"/web-notes/{note.number}/files/").content.decode()
    assert answer["url"] in page
    far = Client()
    far.force_login(house.bram)
    assert far.get(answer["url"]).status_code == 404
    assert far.get(f"/files/{'0' * 64}/x").status_code == 404


def test_another_persons_upload_cannot_be_attached(anna: Client, house: House) -> None:
    note = house.note()
    other = Client()
    other.force_login(house.carla)
    _status, answer = send(other, b"hers", "hers.txt")
    refused = anna.post(f"/web-notes/{note.number}/do/attach/", {"files": answer["id"], "_version": "1"})
    assert refused.status_code == 422
    assert "not uploaded by you" in refused.content.decode()
