"""Stored Markdown as HTML, text and outline: what is kept, and what never gets through."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setsquare.kernel.writing.markdown import (
    Heading,
    images,
    missing_sections,
    outline,
    references,
    to_html,
    to_text,
)

DIGEST = "ab" * 32


def html(text: str) -> str:
    return to_html(text, link=lambda number: f"/records/{number}" if number == "SOP-004" else None)


def test_a_link_to_a_record_is_resolved():
    found = html("See [the procedure](record:SOP-004).")
    assert (
        found.strip()
        == '<p data-line="1">See <a class="record-link" href="/records/SOP-004">the procedure</a>.</p>'
    )


def test_a_record_that_cannot_be_found_is_text_that_says_so():
    found = html("See [the other](record:SOP-9).")
    assert '<span class="record-missing" title="No record SOP-9 can be found.">the other</span>' in found


def test_a_bare_record_link_shows_the_number():
    assert ">SOP-004</a>" in html("<record:SOP-004>")
    assert ">SOP-004</a>" in html("[](record:SOP-004)")


def test_pictures_come_from_the_store_alone():
    assert f'src="/files/{DIGEST}"' in to_html(
        f"![p](file:{DIGEST})", image=lambda digest: f"/files/{digest}"
    )
    assert "<img" not in to_html("![p](https://example.org/p.png)", image=lambda digest: f"/files/{digest}")
    assert "<img" not in to_html(f"![p](file:{DIGEST})")


def test_a_picture_that_stands_alone_is_a_figure():
    shown = to_html(f'![A flow](file:{DIGEST} "The steps")', image=lambda digest: "/f")
    assert shown.startswith('<figure data-line="1"><img ')
    assert "<figcaption>The steps</figcaption></figure>" in shown


def test_tables_have_class_scope_and_alignment():
    shown = html("| A | B |\n|---|--:|\n| 1<br>2 | 3 |")
    assert '<table data-line="1" class="table">' in shown
    assert '<th scope="col">A</th>' in shown
    assert '<td class="text-end">3</td>' in shown
    assert re.search(r"1<br>\s*2", shown)
    assert "style=" not in shown


def test_blocks_carry_their_lines():
    shown = html("# A\n\ntext\n\n- one\n- two\n\n> quote\n\n```\ncode\n```\n\n| a |\n|---|\n| b |")
    lines = re.findall(r'<(\w+)[^>]* data-line="(\d+)"', shown)
    assert {
        ("h1", "1"),
        ("p", "3"),
        ("li", "5"),
        ("li", "6"),
        ("p", "8"),
        ("pre", "10"),
        ("tr", "16"),
    } <= set(lines)


def test_task_boxes_are_read_aloud():
    shown = html("- [ ] open\n- [x] closed")
    assert 'role="img" aria-label="not done">☐</span> open' in shown
    assert 'role="img" aria-label="done">☑</span> closed' in shown


def test_indices_and_powers():
    assert "H<sub>2</sub>O and 10<sup>-3</sup>" in html("H<sub>2</sub>O and 10<sup>-3</sup>")


def test_external_links_tell_nothing_to_the_other_side():
    assert 'rel="noopener noreferrer"' in html("[law](https://example.org)")
    assert "rel=" not in html("[there](#scope)")


def test_links_to_headings_find_them():
    shown = html("[there](#the-scope)\n\n# The scope")
    assert 'href="#section-the-scope"' in shown
    assert 'id="section-the-scope"' in shown


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](  JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "![x](javascript:alert(1))",
        '[x](https://a.b "onmouseover=alert(1)")',
        '[x](record:"><script>alert(1)</script>)',
        "`<script>`",
        "```\n</code></pre><script>alert(1)</script>\n```",
        '```"><script>\nx\n```',
        "| <script> |\n|---|\n| <iframe> |",
        "<svg/onload=alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        '![" onerror="alert(1)](file:' + DIGEST + ")",
        "# <script>x</script>",
    ],
)
def test_scripts_do_not_get_through(source):
    shown = to_html(source, link=lambda number: None, image=lambda digest: "/f")
    tags = re.findall(r"<[^>]*>", shown)
    assert not any(re.search(r"<\s*(script|iframe|svg|object)|\son\w+\s*=\s*\"?alert\(", tag) for tag in tags)
    assert not any(re.search(r'(href|src)="(javascript|data|vbscript)', tag, re.IGNORECASE) for tag in tags)


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_renders_to_known_tags(source):
    blocks = ["h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "blockquote", "pre", "hr", "div"]
    inlines = ["code", "br", "em", "strong", "s", "sub", "sup", "a", "img", "span"]
    tables = ["figure", "figcaption", "table", "thead", "tbody", "tr", "th", "td"]
    known = [*blocks, *inlines, *tables]
    assert set(re.findall(r"</?([a-z0-9]+)", to_html(source))) <= set(known)
    to_text(source)
    outline(source)


def test_the_outline_names_each_heading_once():
    assert outline("# Scope\n\n## What *for*?\n\n# Scope") == [
        Heading(1, "Scope", "section-scope"),
        Heading(2, "What for?", "section-what-for"),
        Heading(1, "Scope", "section-scope-2"),
    ]


def test_required_sections():
    text = "# 1. Purpose\n\n## SCOPE:\n\n# 3 Responsibilities"
    assert missing_sections(text, ["Purpose", "Scope", "Responsibilities", "Records"]) == ["Records"]
    assert missing_sections("", ["Purpose"]) == ["Purpose"]


def test_references_and_pictures_are_gathered():
    text = f"[a](record:SOP-004) [b](record:WI%2012#scope) ![p](file:{DIGEST.upper()}) `record:NO-1` [c](https://x.y)"
    assert references(text) == {"SOP-004", "WI 12"}
    assert images(text) == {DIGEST}


def test_text_for_search_has_no_signs():
    text = "# Scope\n\nKeep **dry** and [clean](record:SOP-1).\n\n| A | B |\n|---|---|\n| 1<br>2 | 3 |\n\n- [x] done"
    assert to_text(text).split() == [
        "Scope",
        "Keep",
        "dry",
        "and",
        "clean.",
        "A",
        "B",
        "1",
        "2",
        "3",
        "☑",
        "done",
    ]
