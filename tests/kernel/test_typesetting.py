"""The printed document: what stands on it, what it conforms to, and that no text can break it."""

import hashlib
import io
import re
import struct
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from setsquare.kernel.typesetting import History, Sheet, Signature, Stamp, document_pdf
from setsquare.kernel.typesetting.body import breakable, literal, readable
from setsquare.kernel.writing.canonical import canonical


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    rows = b"".join(b"\0" + b"\x30\x60\xa0" * width for _row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


PICTURE = png(60, 30)
SHA = hashlib.sha256(PICTURE).hexdigest()
DIGEST = hashlib.sha256(b"signed").hexdigest()
RECORD = canonical({"number": "SOP-004", "revision": 3})
BODY = f"""# Purpose

Keep **dry** and see [the instruction](record:WI-012), [the law](https://example.org/law) and [Scope](#scope).

## Limits

| Part | Limit |
|---|--:|
| Valve | 5 bar<br>max 7 |

# Scope

1. first
   - inner H<sub>2</sub>O

- [x] done

> Mind the gap.

![A flow of steps](file:{SHA} "The way of a document")

```
code "here" \\ #now
```
"""
SHEET = Sheet(
    organisation="Thalvent Medical",
    number="SOP-004",
    title="Control of documents",
    type_name="Procedure",
    revision="3",
    state="Effective",
    owner="Anna Brandl",
    unit="Quality",
    body_markdown=BODY,
    stamp=Stamp("Uncontrolled when printed"),
    produced=datetime(2031, 3, 2, 9, 30, tzinfo=UTC),
    printed_at="2 March 2031",
    effective="1 March 2031",
    next_review="1 March 2033",
    images={SHA: PICTURE},
    record_urls={"WI-012": "https://qms.example/r/WI-012"},
    history=(History("3", "1 Mar 2031", "Jonas Weber", "Retention extended."),),
    signatures=(
        Signature("Anna Brandl", "Approved", "2031-02-24 14:03:09 UTC", DIGEST, "Meets clause 4.2."),
    ),
    live_url="https://qms.example/r/SOP-004",
    record=RECORD,
)


def reader(sheet: Sheet) -> PdfReader:
    return PdfReader(io.BytesIO(document_pdf(sheet)))


def text_of(pdf: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in pdf.pages)


def structure(pdf: PdfReader) -> list[str]:
    """Names of the tags in the structure tree, in reading order."""
    names: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, ArrayObject):
            for child in node:
                walk(child)
        elif isinstance(node, DictionaryObject):
            if "/S" in node:
                names.append(str(node["/S"]))
            walk(node.get("/K"))

    walk(pdf.trailer["/Root"]["/StructTreeRoot"])
    return names


def addresses(pdf: PdfReader) -> set[str]:
    notes = [note.get_object() for page in pdf.pages for note in page.get("/Annots", [])]
    return {str(note["/A"]["/URI"]) for note in notes if "/A" in note and "/URI" in note["/A"]}


@pytest.fixture(scope="module")
def pdf() -> PdfReader:
    return reader(SHEET)


def test_it_declares_its_standards(pdf):
    packet = pdf.xmp_metadata.stream.get_data().decode()
    assert re.search(r"<pdfaid:part>3</pdfaid:part>", packet)
    assert re.search(r"<pdfaid:conformance>A</pdfaid:conformance>", packet)
    assert re.search(r"<pdfuaid:part>1</pdfuaid:part>", packet)


def test_it_is_tagged_and_has_language_title_and_bookmarks(pdf):
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title == "SOP-004 Control of documents"
    tags = structure(pdf)
    for tag in ("/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/L", "/LI", "/Figure", "/Caption", "/Link"):
        assert tag in tags
    marks = [mark.title for mark in pdf.outline if not isinstance(mark, list)]
    assert marks == ["1 Purpose", "2 Scope", "Revision history", "Signatures"]


def test_the_record_is_attached(pdf):
    assert pdf.attachments["record.json"] == [RECORD]
    files = pdf.trailer["/Root"]["/AF"]
    assert files[0].get_object()["/AFRelationship"] == "/Data"


def test_it_shows_all_that_it_was_given(pdf):
    shown = text_of(pdf)
    for words in (
        "Thalvent Medical",
        "Control of documents",
        "Procedure",
        "SOP-004",
        "Effective",
        "1 March 2031",
        "1 March 2033",
        "Anna Brandl",
        "Quality",
        "Uncontrolled when printed",
        "Printed 2 March 2031",
        "Page 1 of 2",
        "Page 2 of 2",
        "Retention extended.",
        "Jonas Weber",
        "Approved",
        "2031-02-24 14:03:09 UTC",
        "Printed name",
        "Meaning",
        "Date and time",
        "Reason",
        "Meets clause 4.2.",
        DIGEST,
        "1.1 Limits",
        "5 bar max 7",
        "Mind the gap.",
        "The way of a document",
        'code "here" \\ #now',
        "☑",
    ):
        assert words in shown


def test_links_lead_out_and_the_code_to_the_live_page(pdf):
    assert addresses(pdf) == {
        "https://example.org/law",
        "https://qms.example/r/WI-012",
        "https://qms.example/r/SOP-004",
    }


def test_the_same_sheet_gives_the_same_bytes():
    assert document_pdf(SHEET) == document_pdf(SHEET)


def test_the_running_head_begins_on_the_second_page(pdf):
    second = " ".join(pdf.pages[1].extract_text().split())
    assert "SOP-004 Control of documents Revision 3" in second
    assert "Revision 3" not in " ".join(pdf.pages[0].extract_text().split()).replace("Revision 3 State", "")


def test_a_long_table_repeats_its_head():
    rows = "\n".join(f"| Record {number} | {number} years |" for number in range(90))
    pdf = reader(replace(SHEET, body_markdown=f"| Kind of record | Kept for |\n|---|---|\n{rows}"))
    heads = [page.extract_text().count("Kind of record") for page in pdf.pages]
    assert heads[:3] == [1, 1, 1]


def test_a_draft_says_so_across_the_page():
    pdf = reader(replace(SHEET, stamp=Stamp("DRAFT – not for use", "void", "DRAFT"), signatures=()))
    first = pdf.pages[0].extract_text()
    assert "DRAFT – not for use" in first
    assert first.count("DRAFT") == 2
    assert "This revision has not been signed." in text_of(pdf)


def test_headings_numbered_by_hand_are_not_numbered_again():
    shown = text_of(reader(replace(SHEET, body_markdown="# 1. Purpose\n\ntext\n\n## 1.1 Inner")))
    assert "1 1. Purpose" not in shown
    assert "1. Purpose" in shown


def test_the_language_is_set():
    pdf = reader(replace(SHEET, language="de-at"))
    assert pdf.trailer["/Root"]["/Lang"] == "de-AT"
    assert "Abbildung 1" in text_of(pdf)


def test_nothing_but_the_bare_sheet():
    bare = replace(
        SHEET, body_markdown="", history=(), signatures=(), live_url="", record=None, images={}, title=""
    )
    assert "SOP-004" in text_of(reader(bare))


@pytest.mark.parametrize(
    "body",
    [
        "### three\n\n# one\n\n#### four\n\n##\n\n- # in a list\n\n> ## in a quote",
        ">" * 200 + " deep",
        "\n".join("  " * depth + "- x" for depth in range(120)),
        "*a **b " * 60 + "*" * 200 + "[x](http://a)" * 30,
        "| | |\n|-|-|\n| | |\n\n- \n-\n\n1. \n\n[](http://a.b) [x]() ![]() ` `",
        '#let x = 1; #eval("1") $ x $ @ref <label> \\ ] ) } " /* */ // http://x',
        "質 管理 и Ελληνικά עברית العربية ☑ 😀 e\u0363 ﷽ \U0001f468\u200d\U0001f469 \u202eevil\u202c \ue000 \u0378",
        f"![missing](file:{'a' * 64}) and ![elsewhere](https://example.org/x.png)",
        "999999999. big\n\n[x](<http://a b>) [y](mailto:) [z](http://" + "a" * 3000 + ")",
    ],
)
def test_odd_bodies_are_set(body):
    assert document_pdf(replace(SHEET, body_markdown=body)).startswith(b"%PDF")


SIGNS = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=60)
PIECES = [
    *(
        "# ",
        "- ",
        "1. ",
        "> ",
        "**",
        "*",
        "`",
        "```\n",
        "\n",
        "\n\n",
        "| a ",
        "|-|\n",
        "[x](",
        ")",
        "![",
        "](",
    ),
    *("<br>", "~~", "<sub>2</sub>", "#", "$", "\\", '"', "{", "}", "[", "]", "@", "<", ">", "text ", "    "),
    *("---\n", "[ ] "),
]
MARKUP = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(body=st.one_of(SIGNS, MARKUP, st.tuples(MARKUP, SIGNS).map("".join)), words=SIGNS)
@settings(max_examples=40, deadline=None)
def test_no_text_breaks_the_setting(body, words):
    sheet = replace(
        SHEET, body_markdown=body, title=words, owner=words, history=(History("1", words, words, words),)
    )
    assert document_pdf(sheet).startswith(b"%PDF")


def test_signs_that_no_font_has_become_boxes_and_the_others_stay():
    shown = text_of(reader(replace(SHEET, body_markdown="Werkzeug 質 Größe Ω ≤ 5 µm → да")))
    assert "Werkzeug □ Größe Ω ≤ 5 µm → да" in shown


def test_pictures_that_cannot_be_decoded_are_described():
    broken = {"a" * 64: b"\x89PNG\r\n\x1a\nbroken", SHA: PICTURE}
    body = f"![The broken one](file:{'a' * 64})\n\n![The good one](file:{SHA})"
    pdf = reader(replace(SHEET, body_markdown=body, images=broken, logo=b"nonsense"))
    assert "The broken one (This picture cannot be shown.)" in text_of(pdf)
    assert "Figure 1 The good one" in text_of(pdf)


def test_a_logo_stands_for_the_name():
    pdf = reader(replace(SHEET, logo=PICTURE, organisation="Thalvent Works"))
    assert "Thalvent Works" not in pdf.pages[0].extract_text()
    assert structure(pdf).count("/Figure") == structure(reader(SHEET)).count("/Figure") + 1


def test_a_tall_picture_stays_on_its_page():
    tall = png(20, 4000)
    pdf = reader(replace(SHEET, body_markdown=f"![Tall](file:{'b' * 64})", images={"b" * 64: tall}))
    assert len(pdf.pages) <= 3


def test_long_words_get_places_to_break():
    assert breakable("short words stay") == "short words stay"
    assert breakable("x" * 60).replace("\u200b", "") == "x" * 60
    assert max(map(len, breakable("x" * 60).split("\u200b"))) == 12


def test_directions_cannot_be_overridden():
    assert readable("a\u202eb\u2066c\x07d\ue000") == "abcd□"


def test_string_literals():
    assert literal('say "no" \\ #x') == '"say \\"no\\" \\\\ #x"'
