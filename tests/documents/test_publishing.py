"""The PDF and other formats of a revision."""

import datetime as dt
import io
import json
import struct
import zlib
from zoneinfo import ZoneInfo

import pytest
from django.utils import formats, timezone, translation
from django.utils.translation import gettext
from pypdf import PdfReader

from setsquare.domains.documents.models import ControlledCopy, Revision
from setsquare.domains.documents.publishing import exported, pdf_of, record_json, sheet_of, stamp_of
from setsquare.domains.documents.queries import signatures_on
from setsquare.kernel.accounts.models import Delegation
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.writing.canonical import canonical
from tests.days import today
from tests.documents.conftest import TEXT, Works


def address_of(number: str) -> str:
    return f"https://qms.example/r/{number}"


def words(data: bytes) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    return " ".join(text.replace("\u200b", "").split())


def test_the_pdf_shows_title_history_signatures_and_carries_its_record(works: Works) -> None:
    number = works.in_force()
    second = works.second(number)
    works.approved(second)
    works.do("cora", "revision.schedule", second, at_once=True)
    data = pdf_of(works.revision(second), viewer=works.person("otto"), address_of=address_of)
    text = words(data)
    for wanted in (
        "Norma Works",
        number,
        "Calibration",
        "Interval halved",
        "Mia Manager",
        "Hedda Head",
        "Checked",
    ):
        assert wanted in text
    assert "Uncontrolled when printed" in text and "6 months" in text
    attached = PdfReader(io.BytesIO(data)).attachments["record.json"][0]
    carried = json.loads(attached)
    assert canonical(carried) == attached == record_json(works.revision(second), works.person("otto"))
    assert carried["revision"]["number"] == second
    assert [signed["signed"]["signer"] for signed in carried["signatures"]] == ["mia", "hedda"]


def test_a_print_names_who_countersigned_until_it_goes_back_to_draft(works: Works) -> None:
    number, work = works.in_force(title="Writing"), works.draft()
    needs = [{"subject": number, "level": 1}]
    rule = works.do(
        "dirk",
        "authority_rule.create",
        **{"title": "Who submits", "why": "It takes care.", "unit": "H", "needs": needs},
        **{"commands": ["revision.submit"], "countersigned": True},
    ).record.number
    works.do("dirk", "authority_rule.submit", rule)
    subject, now = works.record(number), timezone.now()
    Qualification.objects.filter(subject=subject).delete()
    Qualification.objects.create(
        user=works.person("cora"), subject=subject, since=now, given=now, evidence=subject
    )
    works.do("hedda", "authority_rule.approve", rule)
    record = works.record(f"{work}/1")
    body = {"reviewers": ["rolf"], "due": works.day(7)}
    deed = carry_out(
        "revision", "submit", Actor(works.person("ada")), record=record, body=body, waits=True
    ).record
    works.do("cora", "supervised_deed.countersign", deed.number)

    def printed() -> str:
        return words(
            pdf_of(works.revision(record.number), viewer=works.person("cora"), address_of=address_of)
        )

    said = f"Countersigned “Submit for review”, prepared by {works.person('ada').name} ({deed.number})"
    assert said in printed() and f"Rule {rule}" in printed()
    assert "This revision has not been signed." not in printed()
    works.do("rolf", "revision.review", record.number, outcome="no_objection")
    works.do("ada", "revision.send_for_approval", record.number, approvers=["mia", "hedda"])
    works.do("mia", "revision.approve", record.number)
    assert said in printed() and "Mia Manager" in printed()
    works.do("ada", "revision.recall", record.number, because="Too early.")
    assert "This revision has not been signed." in printed()


def test_each_state_says_what_a_print_is_worth(works: Works) -> None:
    number = works.draft()
    first = f"{number}/1"
    assert stamp_of(works.revision(first)).watermark == "DRAFT"
    works.approved(first)
    stamp = stamp_of(works.revision(first))
    assert (stamp.text, stamp.tone, stamp.watermark) == (
        "Approved, not yet in force",
        "void",
        "NOT YET IN FORCE",
    )
    works.do("cora", "revision.schedule", first, effective_from=f"{works.day(40)}T06:00")
    day = formats.date_format(today() + dt.timedelta(days=40))
    assert stamp_of(works.revision(first)).text == f"Approved, in force from {day}"
    works.do("cora", "revision.schedule", first, at_once=True)
    works.do("cora", "document.issue_copy", number, holder="otto", until=works.day(30))
    works.do("cora", "document.issue_copy", number, place="Line 1")
    copy = ControlledCopy.objects.get(number=2)
    assert stamp_of(works.revision(first), copy).text == "Controlled copy 2 of 2 for Line 1"
    with_day = stamp_of(works.revision(first), ControlledCopy.objects.get(number=1)).text
    assert with_day.startswith("Controlled copy 1 of 2 for Otto Operator until ")
    works.do("cora", "document.withdraw", number, because="x")
    assert stamp_of(works.revision(first), copy).watermark == "WITHDRAWN"


def test_the_print_of_a_superseded_revision_says_since_when_and_by_what(works: Works) -> None:
    number = works.in_force()
    second = works.second(number)
    works.approved(second)
    works.do("cora", "revision.schedule", second, at_once=True)
    first = works.revision(f"{number}/1")
    assert first.superseded_at is not None
    local = first.superseded_at.astimezone(ZoneInfo("Europe/Berlin"))  # the site's, on the day of the print
    since = f"{local.day} {local:%B} {local.year}, {local:%H:%M} (Europe/Berlin)"
    stamp = stamp_of(first)
    assert stamp.text == f"Superseded since {since} by revision 2 – not for use"
    assert stamp.watermark == "SUPERSEDED"
    text = words(pdf_of(first, viewer=works.person("cora"), address_of=address_of))
    assert f"Superseded since {since} by revision 2" in text
    works.do("cora", "document.withdraw", number, because="x")
    assert stamp_of(works.revision(second)).text.startswith("Withdrawn since ")
    assert stamp_of(works.revision(f"{number}/1")).text == stamp.text


def test_times_on_paper_name_their_zone_and_tell_revisions_of_one_day_apart(works: Works) -> None:
    number = works.in_force()
    second = works.second(number)
    works.approved(second)
    works.do("cora", "revision.schedule", second, at_once=True)
    revision = works.revision(second)
    at_site = zone(revision.record.unit)
    with timezone.override("Asia/Tokyo"):  # whoever prints it
        sheet = sheet_of(revision, works.person("otto"), address_of)
    assert sheet.printed_at.endswith(" (Europe/Berlin)")
    signed = signatures_on(revision)
    assert [row.time for row in sheet.signatures] == [
        f"{one.at.astimezone(at_site):%Y-%m-%d %H:%M:%S} (Europe/Berlin) · {one.at:%Y-%m-%d %H:%M:%S} UTC"
        for one in signed
    ]
    assert signed
    moments = [works.revision(one).effective_at.astimezone(at_site) for one in (second, f"{number}/1")]
    told = [f"{formats.date_format(moment, 'DATETIME_FORMAT')} (Europe/Berlin)" for moment in moments]
    if moments[0].date() == moments[1].date():  # as it is unless the test runs over midnight
        assert [row.date for row in sheet.history] == told
    Revision.objects.filter(pk=works.revision(f"{number}/1").pk).update(
        effective_at=moments[1] - dt.timedelta(days=400)
    )
    sheet = sheet_of(works.revision(second), works.person("otto"), address_of)
    assert [row.date for row in sheet.history][0] == formats.date_format(moments[0].date())


def test_the_cover_of_a_file_names_it_by_its_digest(works: Works) -> None:
    upload = works.uploaded("ada", b"%PDF-1.4 drawing", "part|1.pdf", "application/pdf")
    made = works.do(
        "ada", "document.create", type="specification", title="Flange", unit="H", file=upload.blob.digest
    )
    revision = works.revision(f"{made.record.number}/1")
    data = pdf_of(revision, viewer=works.person("ada"), address_of=address_of)
    assert upload.blob.digest in words(data).replace(" ", "")
    with pytest.raises(Refused, match="download the file itself"):
        exported(revision, "docx", viewer=works.person("ada"), address_of=address_of)


def test_export_as_text_and_word(works: Works) -> None:
    number = works.in_force()
    other = works.draft(title="Hidden", content=f"{TEXT}\n[It](record:{number})")
    reader = works.person("otto")
    plain = exported(works.revision(f"{number}/1"), "md", viewer=reader, address_of=address_of).decode()
    assert "## Procedure" in plain and f"{number}/1" in plain
    page = exported(
        works.revision(f"{other}/1"), "html", viewer=works.person("ada"), address_of=address_of
    ).decode()
    assert address_of(number) in page
    word = exported(works.revision(f"{number}/1"), "docx", viewer=reader, address_of=address_of)
    assert word.startswith(b"PK")


def test_pictures_that_are_too_large_for_word_are_refused_in_the_readers_language(works: Works) -> None:
    def part(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    side = 20_000
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * side))
    huge = b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", rows) + part(b"IEND", b"")
    picture = works.uploaded("ada", huge, "wall.png", "image/png").blob
    number = works.draft(content=f"{TEXT}\n![Wall](file:{picture.digest})")
    with translation.override("de"), pytest.raises(Refused) as refused:
        exported(works.revision(f"{number}/1"), "docx", viewer=works.person("ada"), address_of=address_of)
    with translation.override("de"):
        sentence = gettext(
            "%(number)s cannot be given out in this format: its pictures are too large for it. Take the PDF, or put"
            " smaller pictures into the text."
        )
    assert str(refused.value) == sentence % {"number": f"{number}/1"}


def test_a_substitute_signs_on_behalf_of_somebody(works: Works) -> None:
    number = works.draft()
    first = f"{number}/1"
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first, approvers=["mia", "hedda"])
    now = timezone.now()
    Delegation.objects.create(
        absent=works.person("mia"),
        substitute=works.person("max"),
        starts=now - dt.timedelta(days=1),
        ends=now + dt.timedelta(days=1),
    )
    works.do("max", "revision.approve", first)
    revision = works.revision(first)
    text = words(pdf_of(revision, viewer=works.person("ada"), address_of=address_of))
    assert "On behalf of Mia Manager" in text
    assert "Reason" not in text
    assert "Scan for the current version" in text
