"""Files judged by their content, and the text within them."""

import io
import struct
import zipfile

import pytest
from openpyxl import Workbook
from pypdf import PdfWriter

from setsquare.kernel.writing.extraction import text_of
from setsquare.kernel.writing.limits import MEGABYTE, Limits, Unreadable
from setsquare.kernel.writing.media import ACCEPTED, sniff
from setsquare.kernel.writing.pandoc import run
from setsquare.kernel.writing.pixels import pixels_of

TEXT = "<h1>Calibration</h1><p>The gauge is checked <b>weekly</b>.</p>"
TEXT += "<table><tr><td>Torque</td><td>5 Nm</td></tr></table>"


def office(kind: str) -> bytes:
    return run(TEXT.encode(), ["-f", "html", "-t", kind, "-o", "-"], Limits())


def workbook() -> bytes:
    book, target = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Gauges"
    sheet.append(["Gauge", "Due"])
    sheet.append(["G-17", 2031])
    book.save(target)
    return target.getvalue()


def zipped(entries: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return target.getvalue()


def spreadsheet() -> bytes:
    table = (
        '<table:table xmlns:table="t" xmlns:text="x"><table:table-row><table:table-cell><text:p>Gauge</text:p>'
        "</table:table-cell><table:table-cell><text:p>G-18</text:p></table:table-cell></table:table-row></table:table>"
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": table})


def pdf() -> bytes:
    content = b"BT /F1 12 Tf 72 720 Td (Torque 5 Nm) Tj ET"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data)
    return (
        data
        + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (table, start)
    )


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>'


@pytest.mark.parametrize(
    ("data", "filename", "extension", "viewable"),
    [
        (pdf(), "a.PDF", "pdf", True),
        (office("docx"), "a.docx", "docx", False),
        (office("odt"), "a.odt", "odt", False),
        (office("pptx"), "a.pptx", "pptx", False),
        (workbook(), "a.xlsx", "xlsx", False),
        (spreadsheet(), "a.ods", "ods", False),
        (b"\x89PNG\r\n\x1a\n...", "a.png", "png", True),
        (b"\xff\xd8\xff\xe0...", "a.jpeg", "jpg", True),
        (b"GIF89a...", "a.gif", "gif", True),
        (SVG, "a.svg", "svg", False),
        (b"AC1032\0\0", "a.dwg", "dwg", False),
        (b"  0\r\nSECTION\r\n", "a.dxf", "dxf", False),
        (b"ISO-10303-21;\nHEADER;", "a.stp", "step", False),
        (b"a;b\n1;2\n", "a.csv", "csv", True),
        ("größe".encode(), "a.txt", "txt", True),
        (b"# Title", "a.md", "md", True),
        (b'{"a": 1}', "a.json", "json", True),
        (b"<?xml version='1.0'?><a/>", "a.xml", "xml", False),
    ],
)
def test_accepted_files(data, filename, extension, viewable):
    found = sniff(data, filename)
    assert (found.extension, found.viewable) == (extension, viewable)
    assert found.name == ACCEPTED[extension].name
    assert found.label


@pytest.mark.parametrize(
    ("data", "filename", "told"),
    [
        (b"", "a.pdf", "empty"),
        (b"MZ...", "a.pdf", "program"),
        (b"\x7fELF", "a.txt", "program"),
        (b"#!/bin/sh\nrm", "a.txt", "program"),
        (b"<!DOCTYPE html><p>x", "a.txt", "web page"),
        (b"\n <!-- x --> <script>1</script>", "a.md", "web page"),
        (b"<html><body>", "a.html", "web page"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "a.xml", "web page"),
        (pdf(), "a.docx", "it is a .pdf file"),
        (b"\x89PNG\r\n\x1a\n", "a.pdf", "it is a .png file"),
        (b"hello", "a.pdf", "its content is not"),
        (b"hello", "a.exe", "not accepted"),
        (b"hello", "a", "not accepted"),
        (b"{no json", "a.json", "its content is not"),
        (b"<a>", "a.xml", "its content is not"),
        (SVG, "a.xml", "its content is not"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "a.xml", "its content is not"),
        (b"<!DOCTYPE svg [<!ENTITY b 'c'>]><svg/>", "a.svg", "its content is not"),
        (zipped({"a.txt": "x"}), "a.zip", "Archives"),
        (b"Rar!\x1a\x07", "a.rar", "Archives"),
        (b"\x1f\x8b\x08", "a.gz", "Archives"),
        (b"\x00\x01\x02\x03", "a.txt", "not known"),
        (workbook(), "a.xlsm", "macros"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "old Office"),
        (b"x" * (2 * MEGABYTE), "a.txt", "too large"),
    ],
)
def test_refused_files(data, filename, told):
    with pytest.raises(Unreadable) as caught:
        sniff(data, filename, Limits(max_bytes=MEGABYTE))
    assert told in caught.value.sentence


def test_parts_that_are_empty_are_no_damage():
    packed = io.BytesIO(office("odt"))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Configurations2/accelerator/current.xml", b"")
    assert sniff(packed.getvalue(), "a.odt").extension == "odt"
    emptied = zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""})
    with pytest.raises(Unreadable, match="its part “content.xml” cannot be read"):
        sniff(emptied, "a.odt")


@pytest.mark.parametrize("data", [b"\x00\x01 broken", b"broken"])
def test_a_file_that_is_not_what_it_is_named_is_told_to_be_damaged(data):
    with pytest.raises(Unreadable, match=r"This file is damaged: it is named \.docx, but its content is not"):
        sniff(data, "broken.docx")


def test_web_pages_stand_among_what_is_accepted_where_they_are():
    for pages in (True, False):
        with pytest.raises(Unreadable) as caught:
            sniff(b"hello", "a.exe", pages=pages)
        assert (".html" in caught.value.sentence) is pages


@pytest.mark.parametrize(
    ("data", "filename", "words"),
    [
        (pdf(), "a.pdf", ["Torque", "5", "Nm"]),
        (office("docx"), "a.docx", ["Calibration", "weekly", "Torque"]),
        (office("odt"), "a.odt", ["Calibration", "weekly", "Torque"]),
        (office("pptx"), "a.pptx", ["Calibration", "weekly"]),
        (workbook(), "a.xlsx", ["Gauges", "G-17", "2031"]),
        (spreadsheet(), "a.ods", ["Gauge", "G-18"]),
        (b"a;b\nG-19;2", "a.csv", ["G-19"]),
        ("Größe".encode(), "a.txt", ["Größe"]),
    ],
)
def test_text_of_files(data, filename, words):
    found = text_of(data, filename)
    assert found.warning is None
    assert all(word in found.text for word in words)


def test_words_of_neighbouring_cells_and_paragraphs_stay_apart():
    assert "TorqueN" not in text_of(office("docx"), "a.docx").text
    assert text_of(spreadsheet(), "a.ods").text.split() == ["Gauge", "G-18"]
    assert "Calibration\n" in text_of(office("docx"), "a.docx").text


@pytest.mark.parametrize("filename", ["a.pdf", "a.xlsx", "a.docx", "a.odt", "a.ods", "a.pptx"])
@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"%PDF-1.4 \x00\xff", office("docx")[:900], b"{}"])
def test_a_broken_file_gives_a_warning(filename, data):
    found = text_of(data, filename)
    assert found.text == ""
    assert found.warning


def test_an_encrypted_pdf_gives_a_warning():
    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret")
    writer.write(target)
    assert text_of(target.getvalue(), "a.pdf").warning


def test_pictures_have_no_text_and_need_no_warning():
    assert text_of(b"\x89PNG\r\n\x1a\n", "a.png").warning is None


def test_long_texts_are_cut_with_a_warning():
    found = text_of(b"word " * 100, "a.txt", Limits(max_text=50))
    assert len(found.text) == 50
    assert "beginning" in str(found.warning)
    assert text_of(workbook(), "a.xlsx", Limits(max_text=5)).warning


def test_a_file_that_takes_too_long_is_left():
    found = text_of(workbook(), "a.xlsx", Limits(seconds=0.01))
    assert "too long" in str(found.warning)


def test_a_workbook_that_is_a_bomb():
    bomb = zipped(
        {"[Content_Types].xml": "<a/>", "xl/sharedStrings.xml": "<a>" + " " * (30 * MEGABYTE) + "</a>"}
    )
    assert "unpacks to far more" in str(text_of(bomb, "a.xlsx").warning)


def test_a_pdf_within_memory_limits():
    assert text_of(pdf(), "a.pdf", Limits(memory_mb=20)).text == ""


def png_of(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 6, 0, 0, 0)


def jpeg_of(width: int, height: int) -> bytes:
    comment = b"\xff\xfe" + struct.pack(">H", 6) + b"abcd"
    return b"\xff\xd8" + comment + b"\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\0" * 9


def gif_of(width: int, height: int, inner: tuple[int, int]) -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0" * 6
    return screen + b"\x21\xfe\x03abc\x00" + b"\x2c" + struct.pack("<HHHHB", 0, 0, *inner, 0)


@pytest.mark.parametrize(
    ("data", "name", "points"),
    [
        (png_of(12_000, 12_000), "a.png", 144_000_000),
        (jpeg_of(9_000, 8_000), "a.jpg", 72_000_000),
        (gif_of(60_000, 1_000, (1, 1)), "a.gif", 60_000_000),
        (gif_of(1, 1, (10_000, 9_000)), "a.gif", 90_000_000),
    ],
)
def test_a_picture_of_too_many_points_is_refused_by_its_header(data: bytes, name: str, points: int) -> None:
    assert pixels_of(data) == points
    with pytest.raises(Unreadable) as caught:
        sniff(data, name)
    assert caught.value.sentence == (
        f"This picture is too large: {points // 10**6} megapixels, where at most 50 are accepted."
    )


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n", b"GIF89a", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xc0\x00"]
)
def test_the_points_of_what_breaks_off_are_not_known(data: bytes) -> None:
    assert pixels_of(data) == 0
