"""Files that harm or lie: refused with the same sentence by the page, the API and an import."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from setsquare.domains.documents.importing import jobs
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.files.intake import clean_name, take_in
from setsquare.kernel.files.models import Blob, Upload
from setsquare.kernel.writing.limits import MEGABYTE
from tests.web.documents_house import TEXT, House

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(2)</script><rect/></svg>"
PAGE = b"<html><head><title>Torque</title></head><body><script>alert(1)</script><h2>Purpose</h2><p>Tighten.</p></body>"


@pytest.fixture
def cora(house: House) -> Client:
    client = Client()
    client.force_login(house.people["cora"])
    return client


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "wordprocessingml.document.main+xml")
        packed.writestr("word/document.xml", b"0" * (64 * MEGABYTE))
    return target.getvalue()


HOSTILE = [
    pytest.param(b"MZ\x90\x00" + b"\x00" * 100, "report.docx", "is a program", id="program"),
    pytest.param(bomb(), "report.docx", "unpacks to far more", id="bomb"),
    pytest.param(b"", "report.docx", "is empty", id="empty"),
    pytest.param(b"x" * (51 * MEGABYTE), "report.txt", "too large", id="huge"),
    pytest.param(PDF, "report.docx", "it is a .pdf file", id="named otherwise"),
]


@pytest.mark.parametrize(("data", "name", "sentence"), HOSTILE)
def test_a_hostile_file_is_refused_at_every_door(
    cora: Client, house: House, data: bytes, name: str, sentence: str
) -> None:
    before = Upload.objects.count(), Blob.objects.count()
    page = cora.post("/uploads", {"file": SimpleUploadedFile(name, data)})
    assert (page.status_code, sentence in page.json()["detail"]) == (422, True), page.json()
    api = cora.post("/api/v1/uploads", {"file": SimpleUploadedFile(name, data)})
    assert (api.status_code, sentence in api.content.decode()) == (415, True), api.content
    assert (Upload.objects.count(), Blob.objects.count()) == before

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr(f"Procedures/{name}", data)
    job = jobs.begin(house.people["cora"], target.getvalue(), "old.zip", options={"unit": "NW"})
    jobs.run_to_end(job)
    row = job.rows.get()
    assert [field for field, _sentence in row.problems] == ["file"]
    assert row.record is None


@override_settings(UPLOAD_LIMIT=1000)
def test_a_request_that_is_too_large_is_not_read(cora: Client) -> None:
    for path in ("/uploads", "/api/v1/uploads", "/api/v1/documents:import"):
        answer = cora.post(path, {"file": SimpleUploadedFile("a.txt", b"x" * 2000)})
        assert answer.status_code == 413, path


def test_a_drawing_with_a_script_is_never_shown_within_a_page(cora: Client) -> None:
    kept = cora.post("/uploads", {"file": SimpleUploadedFile("plan.svg", SVG)}).json()
    for path in (kept["url"], f"/api/v1/files/{kept['digest']}"):
        given = cora.get(path)
        assert given["Content-Disposition"].startswith("attachment")
        assert "sandbox" in given["Content-Security-Policy"]
        assert given["X-Content-Type-Options"] == "nosniff"


def test_a_web_page_is_imported_as_clean_text_and_never_kept_as_a_file(cora: Client, house: House) -> None:
    kept = cora.post("/uploads", {"file": SimpleUploadedFile("torque.html", PAGE)}).json()
    given = cora.get(kept["url"])
    assert given["Content-Disposition"].startswith("attachment")
    assert "sandbox" in given["Content-Security-Policy"]

    document = house.make(
        "cora", "document", type="procedure", title="Torque", unit="NW", source=kept["digest"]
    )
    text = house.revision(document).revision.content.body
    assert "Tighten." in text
    assert "alert" not in text
    with pytest.raises(Refused) as refused:
        house.make("cora", "document", type="drawing", title="Torque", unit="NW", file=kept["digest"])
    assert "not kept as files" in str(refused.value.fields["file"])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\ada\\plan.txt", "plan.txt"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("bill\u202etxt.exe", "billtxt.exe"),
        ("  two   words .txt ", "two words .txt"),
        ("..", "file"),
        ("", "file"),
        ("x" * 400 + ".txt", "x" * 251 + ".txt"),
    ],
)
def test_names_of_files_are_cleaned(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_what_search_will_not_find_is_told(cora: Client, house: House) -> None:
    assert "could not be read" in take_in(house.people["cora"], b"%PDF-1.4 nothing", "a.pdf").warning
    assert take_in(house.people["cora"], TEXT.encode(), "a.md").warning == ""
