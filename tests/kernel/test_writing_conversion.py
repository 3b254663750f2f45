"""Documents from Word, OpenDocument, HTML and text, as people send them."""

import base64
import hashlib
import io
import struct
import zipfile
import zlib

import pytest

from setsquare.kernel.writing.conversion import Limits, Unreadable, from_markdown, to_markdown
from setsquare.kernel.writing.limits import MEGABYTE
from setsquare.kernel.writing.pandoc import run


def png(width: int = 24, height: int = 12, colour: tuple[int, int, int] = (200, 40, 40)) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    rows = b"".join(b"\0" + bytes(colour) * width for _row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


PICTURE = png()
ODT = b"application/vnd.oasis.opendocument.text"
DIGEST = hashlib.sha256(PICTURE).hexdigest()
SOURCE = f"""---
title: Line clearance
subtitle: For packaging
---

# Purpose

Remove **all** material, see [the law](https://example.org/law) and [the steps](#steps). CO~2~, 10^3^ m.[^1]

[^1]: Except what is listed.

# Steps

1. First
2. Second
    - inner *one*
    - inner two

        1. deep
3. Third

| Role | Does |
|------|-----:|
| Operator | clears |
| Lead | checks |

![Flow of work](data:image/png;base64,{base64.b64encode(PICTURE).decode()})

> Mind the gap.

    code here
"""


def made(kind: str, source: str = SOURCE, reader: str = "markdown") -> bytes:
    return run(source.encode(), ["-f", reader, "-t", kind, "-s", "-o", "-"], Limits())


def zipped(entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return target.getvalue()


def with_entries(data: bytes, entries: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return zipped({name: packed.read(name) for name in packed.namelist()} | entries)


def refusal(data: bytes, filename: str, limits: Limits | None = None) -> str:
    with pytest.raises(Unreadable) as caught:
        to_markdown(data, filename, limits=limits)
    return str(caught.value.sentence)


@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_an_office_document_keeps_its_parts(kind):
    converted = to_markdown(made(kind), f"Line clearance.{kind}")
    lines = converted.markdown.splitlines()
    assert converted.title == "Line clearance"
    assert "# Purpose" in lines
    assert "# Steps" in lines
    assert "**all**" in converted.markdown
    assert "[the law](https://example.org/law)" in converted.markdown
    assert "CO<sub>2</sub>, 10<sup>3</sup> m." in converted.markdown
    assert "Except what is listed." in lines[-1]
    assert "1.  First" in lines or "1. First" in lines
    assert any(line.strip() == "- inner *one*" for line in lines)
    assert any(line.startswith("     ") and line.split() == ["1.", "deep"] for line in lines)
    assert any(line.startswith("| Operator") for line in lines)
    assert "> Mind the gap." in lines
    assert [(p.sha256, p.media_type, p.data) for p in converted.images] == [(DIGEST, "image/png", PICTURE)]
    described = "Flow of work" if kind == "docx" else ""
    assert f"![{described}](file:{DIGEST})" in converted.markdown


def test_a_link_within_a_word_document_leads_to_the_heading():
    assert "[the steps](#section-steps)" in to_markdown(made("docx"), "a.docx").markdown


def test_word_and_back_is_the_same_text():
    first = to_markdown(made("docx"), "a.docx")
    again = from_markdown(
        first.markdown, "docx", title="Line clearance", images={DIGEST: PICTURE}, metadata={}
    )
    second = to_markdown(again, "a.docx")
    assert second.markdown == first.markdown.replace(
        "[the steps](#section-steps)", "[the steps](#section-steps)"
    )
    assert second.title == "Line clearance"


def test_html_is_cleaned_and_kept():
    page = b"""<!doctype html><html><head><title>Handling &amp; storage</title><style>p{}</style></head><body>
    <h2>Care</h2><p onclick="evil()">Keep <b>dry</b>.<script>alert(1)</script></p><iframe src="//x"></iframe>
    <a href="javascript:evil()">press</a><ul><li>one<ol><li>two</li></ol></li></ul>
    <img src="http://tracker.example/x.png" alt="logo"><img src="x.svg"></body></html>"""
    converted = to_markdown(page, "care.html")
    assert converted.title == "Handling & storage"
    assert "## Care" in converted.markdown
    assert "Keep **dry**." in converted.markdown
    for word in ("script", "alert", "javascript", "onclick", "iframe", "tracker", "p{}"):
        assert word not in converted.markdown
    assert "\\[logo\\]" in converted.markdown
    assert any("nothing is loaded" in warning for warning in converted.warnings)


def test_a_picture_within_html_is_taken_over():
    source = f'<p><img alt="A chart" src="data:image/png;base64,{base64.b64encode(PICTURE).decode()}"></p>'
    converted = to_markdown(source.encode(), "a.htm")
    assert converted.markdown.strip() == f"![A chart](file:{DIGEST})"
    assert converted.images[0].data == PICTURE


def test_an_svg_picture_is_left_out_with_a_warning():
    drawing = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>").decode()
    converted = to_markdown(
        f'<p>a <img alt="d" src="data:image/svg+xml;base64,{drawing}"></p>'.encode(), "a.html"
    )
    assert not converted.images
    assert any("PNG, JPEG and GIF" in warning for warning in converted.warnings)


def test_joined_cells_and_lists_in_cells_become_a_plain_table():
    page = """<table><tr><th>Part</th><th>Limits</th><th>Note</th></tr>
    <tr><td rowspan="2">Valve</td><td><p>5 bar</p><p>max 7</p></td><td><ul><li>dry</li><li>clean</li></ul></td></tr>
    <tr><td colspan="2">never oil</td></tr></table>"""
    converted = to_markdown(page.encode(), "t.html")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in converted.markdown.splitlines()]
    assert rows[0] == ["Part", "Limits", "Note"]
    assert rows[2] == ["Valve", "5 bar<br>max 7", "• dry<br>• clean"]
    assert rows[3] == ["Valve", "never oil", ""]
    assert any("Joined cells" in warning for warning in converted.warnings)


def test_a_single_first_heading_is_told_as_the_title_and_stays():
    converted = to_markdown(b"<h1>Cleaning</h1><h2>Scope</h2><p>x</p><h3>More</h3>", "a.html")
    assert converted.title == "Cleaning"
    assert converted.markdown.split() == ["#", "Cleaning", "##", "Scope", "x", "###", "More"]


def test_markdown_is_kept_as_written():
    source = "# Cleaning\n\n## Scope\n\n*  a   bullet\n\nSub\n---\n\nH<sub>2</sub>O [x](record:SOP-1)\n"
    converted = to_markdown(source.encode(), "a.md")
    assert converted.title == "Cleaning"
    assert converted.markdown == source


def test_markdown_with_html_is_cleaned():
    converted = to_markdown(
        b"Some <b>bold</b> text.\n\n<script>alert(1)</script>\n\n![p](http://x.example/p.png)", "a.md"
    )
    assert converted.markdown.split("\n")[0] == "Some **bold** text."
    assert "script" not in converted.markdown
    assert "x.example" not in converted.markdown


def test_front_matter_gives_the_title():
    converted = to_markdown(b'---\ntitle: "The \\"new\\" rule"\nowner: x\n---\n\nText\n', "a.md")
    assert (converted.title, converted.markdown) == ('The "new" rule', "Text\n")


def test_plain_text_keeps_lines_and_means_nothing_else():
    converted = to_markdown(
        "First line\nsecond * line\n\n# no heading <b>\n1. no list".encode("utf-16"), "a.txt"
    )
    assert converted.markdown == "First line\\\nsecond \\* line\n\n\\# no heading \\<b\\><br>1. no list\n"


def test_text_of_western_windows():
    assert to_markdown("Prüfung über Maß".encode("cp1252"), "a.txt").markdown == "Prüfung über Maß\n"


@pytest.mark.parametrize(
    ("data", "filename", "told"),
    [
        (b"%PDF-1.7 ...", "a.docx", "it is a .pdf file"),
        (b"MZ\x90\x00\x03", "a.docx", "is a program"),
        (b"just words", "a.docx", "its content is not"),
        (made("odt"), "a.docx", "it is a .odt file"),
        (b"", "a.docx", "is empty"),
        (b"", "a.txt", "is empty"),
        (b"PK\x03\x04 broken", "a.docx", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.doc", "old Word version"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.docx", "old Office version"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx", "password"),
        (b"x", "a.docm", "macros"),
        (b"x", "a.exe", "cannot be imported"),
        (b"x", "noname", "cannot be imported"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a.html", "content is not"),
        (b"\x00\x01\x02", "a.txt", "not known"),
        (
            zipped({"mimetype": ODT, "content.xml": b"<m>"}),
            "a.odt",
            "damaged",
        ),
        (zipped({"readme.txt": b"hello"}), "a.docx", "Archives are not accepted"),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(data, filename, told):
    assert told in refusal(data, filename)


def test_a_file_that_is_too_large():
    assert "at most 1 MB" in refusal(b"x" * (MEGABYTE + 1), "a.txt", Limits(max_bytes=MEGABYTE))
    assert "at most 1 MB" in refusal(b"x" * (MEGABYTE + 1), "a.html", Limits(max_bytes=MEGABYTE))


def test_a_zip_bomb_is_refused_by_its_ratio():
    bomb = with_entries(made("docx"), {"word/media/image1.png": b"\0" * (60 * MEGABYTE)})
    assert len(bomb) < MEGABYTE
    assert "unpacks to far more" in refusal(bomb, "a.docx")


def test_a_zip_bomb_that_lies_about_its_size_is_refused():
    bomb = bytearray(with_entries(made("docx"), {"word/big.xml": b"<a>" + b" " * 300_000 + b"</a>"}))
    declared = struct.pack("<I", 300_007)
    assert declared in bomb
    for place in range(len(bomb) - 4):
        if bomb[place : place + 4] == declared:
            bomb[place : place + 4] = struct.pack("<I", 20)
    refusal(bytes(bomb), "a.docx")


def test_a_zip_bomb_of_many_small_parts_is_refused():
    many = {f"word/part{number}.bin": b"" for number in range(200)}
    assert "unpacks to far more" in refusal(
        with_entries(made("docx"), many), "a.docx", Limits(max_entries=100)
    )
    parts = {f"word/part{number}.bin": bytes(range(256)) * 400 for number in range(30)}
    assert "unpacks" in refusal(
        with_entries(made("docx"), parts), "a.docx", Limits(max_unpacked=2 * MEGABYTE)
    )


def test_an_archive_within_is_refused():
    assert "other archives" in refusal(
        with_entries(made("docx"), {"word/inner.zip": zipped({"a": b"b"})}), "a.docx"
    )


def test_macros_are_refused():
    assert "macros" in refusal(with_entries(made("docx"), {"word/vbaProject.bin": b"x"}), "a.docx")
    assert "macros" in refusal(with_entries(made("odt"), {"Basic/Standard/Module1.xml": b"<a/>"}), "a.odt")
    docx = made("docx")
    with zipfile.ZipFile(io.BytesIO(docx)) as packed:
        types = packed.read("[Content_Types].xml")
    types += b"<!-- application/vnd.ms-word.document.macroEnabled.main+xml -->"
    assert "macros" in refusal(with_entries(docx, {"[Content_Types].xml": types}), "a.docx")


def test_entities_and_document_types_are_refused():
    lol = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document xmlns:w="w">&x;</w:document>'
    assert "entities" in refusal(with_entries(made("docx"), {"word/document.xml": lol}), "a.docx")


def test_an_encrypted_open_document_is_refused():
    manifest = b'<manifest><file-entry><encryption-data checksum="x"/></file-entry></manifest>'
    assert "password" in refusal(with_entries(made("odt"), {"META-INF/manifest.xml": manifest}), "a.odt")


def test_an_encrypted_entry_is_refused():
    data = bytearray(zipped({"word/document.xml": b"<a/>"}))
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    data[local + 6] |= 1
    data[central + 8] |= 1
    assert "password" in refusal(bytes(data), "a.docx")


def test_pandoc_is_stopped_when_it_takes_too_long():
    long = ("<p>" + "word " * 200 + "</p>") * 3000
    assert "too long" in refusal(long.encode(), "a.html", Limits(seconds=0.05))


def test_pandoc_is_stopped_when_it_takes_too_much_memory():
    long = ("<p>" + "word " * 200 + "</p>") * 8000
    assert "too much memory" in refusal(long.encode(), "a.html", Limits(memory_mb=48))


def test_deep_nesting_is_survived():
    for source in (
        "<div>" * 5000 + "x",
        "<ul><li>" * 2000 + "x",
        "<b>" * 5000 + "x",
        "<blockquote>" * 3000 + "x",
    ):
        try:
            assert "x" in to_markdown(source.encode(), "a.html", limits=Limits(seconds=20)).markdown
        except Unreadable as refused:
            assert refused.sentence


def test_a_frame_of_one_cell_becomes_a_quotation():
    assert (
        to_markdown(b"<table><tr><td>Note well</td></tr></table>", "a.html").markdown.strip() == "> Note well"
    )


def test_export_as_word_has_styles_tables_pictures_and_the_title_block():
    text = f"# Scope\n\nH<sub>2</sub>O.\n\n| A | B |\n|---|---|\n| 1<br>2 | 3 |\n\n![Chart](file:{DIGEST})\n"
    data = from_markdown(
        text, "docx", title="Cleaning", images={DIGEST: PICTURE}, metadata={"Number": "SOP-004"}
    )
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        document = packed.read("word/document.xml").decode()
        pictures = [packed.read(name) for name in packed.namelist() if name.startswith("word/media/")]
        assert "BFC7D3" in packed.read("word/styles.xml").decode()
    assert pictures == [PICTURE]
    for part in (
        'w:val="Title"',
        'w:val="Heading1"',
        "SOP-004",
        'w:val="subscript"',
        "<w:br",
        'w:type="pct"',
    ):
        assert part in document


def test_export_as_open_document():
    data = from_markdown("# Scope\n\n| A |\n|---|\n| 1 |\n", "odt", title="Cleaning", images={}, metadata={})
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.namelist()[0] == "mimetype"
        assert 'fo:border="0.5pt solid #BFC7D3"' in packed.read("content.xml").decode()
    assert to_markdown(data, "a.odt").title == "Cleaning"


def test_export_as_a_page_stands_alone():
    page = from_markdown(
        f"Text\n\n![c](file:{DIGEST})",
        "html",
        title="<Cleaning>",
        images={DIGEST: PICTURE},
        metadata={"A": "<b>"},
    ).decode()
    assert "<h1>&lt;Cleaning&gt;</h1>" in page
    assert "&lt;b&gt;" in page
    assert "data:image/png;base64," in page


def test_export_as_markdown_comes_back_the_same():
    text = f"# Scope\n\nText ![c](file:{DIGEST})\n"
    data = from_markdown(text, "md", title='The "new"', images={}, metadata={"Number": "SOP-1: x"})
    again = to_markdown(data, "a.md")
    assert (again.title, again.markdown) == ('The "new"', text)
