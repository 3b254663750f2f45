"""The pages of bulk imports: the form that keeps its files, and the lines that are brought up to date."""

import hashlib
import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from setsquare.domains.documents.importing import jobs
from setsquare.domains.documents.importing.models import ImportJob
from setsquare.kernel.commands.errors import Refused
from tests.web.documents.folders import begin, zipped
from tests.web.documents_house import TEXT, House


def test_one_that_was_stopped_while_it_was_checked_is_checked_to_its_end(house: House) -> None:
    job = begin(house, zipped({f"Procedures/Work {n}.md": TEXT for n in range(3)}))
    jobs.run_some(job, rows=1)
    jobs.stop(job)
    client = house.client("cora")
    address = f"/documents/import/{job.pk}/"
    page = client.get(address).content.decode()
    assert "Go on checking" in page
    assert "Import 1 document" not in page
    with pytest.raises(Refused):
        jobs.start(job)
    assert client.post(f"{address}check").status_code == 303
    job.refresh_from_db()
    jobs.run_to_end(job)
    assert (job.state, jobs.progress(job).right) == ("checked", 3)


def test_the_page_brings_the_lines_up_to_date_while_it_is_open(house: House) -> None:
    job = begin(house, zipped({"Procedures/Work.md": TEXT, "Procedures/Odd.docx": b"no word file"}))
    client = house.client("cora")
    page = client.get(f"/documents/import/{job.pk}/").content.decode()
    assert "Not checked yet" in page
    ask = html.unescape(page.split('hx-get="', 1)[1].split('"', 1)[0])
    quiet = client.get(ask, headers={"HX-Request": "true"}).content.decode()
    assert 'id="lines"' not in quiet, "nothing moves while nothing happens"
    jobs.run_to_end(job)
    news = client.get(ask, headers={"HX-Request": "true"}).content.decode()
    assert 'id="lines" hx-swap-oob="true"' in news
    assert "Not checked yet" not in news
    assert "<strong>File</strong>: " in news
    assert "1 line has to be put right; the other" in news
    assert "hx-get" not in news.split('id="lines"')[0], "it asks no more once it is done"


def test_the_register_offers_importing_only_to_whom_the_page_answers(house: House) -> None:
    for who, offered in (("cora", True), ("ari", True), ("rhea", False)):
        client = house.client(who)
        assert ('href="/documents/import/"' in client.get("/documents/").content.decode()) is offered
        assert client.get("/documents/import/").status_code == (200 if offered else 404)


def test_nothing_else_is_promised_where_every_line_is_wrong(house: House) -> None:
    job = begin(house, zipped({"Procedures/Odd.docx": b"no word file"}))
    jobs.run_to_end(job)
    page = house.client("cora").get(f"/documents/import/{job.pk}/").content.decode()
    assert "1 line has to be put right; nothing else is there to import." in page
    assert "others can be imported" not in page


def test_the_form_tells_all_that_is_wrong_and_keeps_its_files(house: House) -> None:
    client = house.client("cora")
    files = zipped({"Procedures/Work.md": TEXT})
    given = {"as": "effective", "unit": "nowhere", "type": "nonsense", "owner": "ghost", "reason": ""}
    source = SimpleUploadedFile("legacy.zip", files, "application/zip")
    answer = client.post("/documents/import/", {**given, "source": source})
    shown = answer.content.decode()
    assert answer.status_code == 422
    for sentence in (
        "Say how it is known that they are approved; it is kept in the history of each.",
        "There is no unit with the code “nowhere”.",
        "There is nobody with the sign-in name “ghost”.",
        "There is no document type “nonsense”.",
    ):
        assert sentence in shown
    kept = hashlib.sha256(files).hexdigest()
    assert f'name="source_kept" value="{kept}" checked' in shown
    again = client.post("/documents/import/", {"as": "draft", "unit": "NW", "source_kept": kept})
    assert again.status_code == 303
    assert ImportJob.objects.get().name == "legacy.zip"
    theirs = house.client("mira").post("/documents/import/", {"as": "draft", "source_kept": kept})
    assert "Choose the zip or the list first." in theirs.content.decode(), "a file that somebody else brought"
