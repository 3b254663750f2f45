"""Lists that stand one after another in a file: nested as their styles say, and never divided by a comment."""

import pytest

from setsquare.kernel.typesetting.body import Places, body_of
from setsquare.kernel.writing.conversion import Limits, from_markdown, to_markdown
from setsquare.kernel.writing.markdown import to_html, to_text
from setsquare.kernel.writing.pandoc import run

STYLED = """
1. ::: {custom-style="List Number"}
   Switch off.
   :::

<!-- -->

1. ::: {custom-style="List Number 2"}
   Wait.
   :::

- ::: {custom-style="List Bullet 3"}
  measured at the pot
  :::

2. ::: {custom-style="List Number"}
   Put on gloves.
   :::

- ::: {custom-style="List Bullet"}
  loose
  :::

<!-- -->

- ::: {custom-style="List Bullet 2"}
  nested
  :::
"""
OLD = "- one\n\n<!-- -->\n\n- two\n\n1. a\n\n   <!-- -->\n\n   1. b\n\nWords\n<!-- -->\n"
"""A text that was imported when comments were still written into it."""


def read(source: str, kind: str = "docx", reader: str = "markdown") -> str:
    data = run(source.encode(), ["-f", reader, "-t", kind, "-s", "-o", "-"], Limits())
    return to_markdown(data, f"a.{kind}").markdown


def test_lists_of_deeper_styles_are_nested() -> None:
    assert read(STYLED) == (
        "1.  Switch off.\n\n    1.  Wait.\n\n        - measured at the pot\n\n2.  Put on gloves.\n\n"
        "- loose\n\n  - nested\n"
    )


def test_lists_that_count_anew_stay_two_lists_without_a_comment() -> None:
    text = read("1. a\n2. b\n\n<!-- -->\n\n1. c\n\n<!-- -->\n\n1. d\n")
    assert text == "1.  a\n2.  b\n\n1)  c\n\n1.  d\n"
    assert to_html(text).count("<ol") == 3


@pytest.mark.parametrize("kind", ["docx", "odt", "html"])
def test_bullets_after_bullets_are_one_list(kind: str) -> None:
    assert "<!--" not in read("- a\n\n<!-- -->\n\n- b\n", kind)
    assert to_text(read("- a\n\n<!-- -->\n\n- b\n", kind)) == "a\nb"


def test_code_after_a_list_needs_no_comment() -> None:
    text = read("- a\n\n<!-- -->\n\n    code\n", "html")
    assert "<!--" not in text
    assert "<pre" in to_html(text) and to_text(text) == "a\ncode"


def test_within_a_quotation_and_an_item_too() -> None:
    text = read("> 1. a\n>\n> <!-- -->\n>\n> 1. b\n\n- x\n\n  1. c\n\n  <!-- -->\n\n  1. d\n", "html")
    assert "<!--" not in text and "boundary" not in text
    assert to_html(text).count("<ol") == 4


def test_comments_that_a_text_holds_already_are_shown_nowhere() -> None:
    shown = to_html(OLD)
    assert "&lt;!--" not in shown and shown.count("<ul") == 2
    assert to_text(OLD) == "one\ntwo\na\nb\nWords"
    assert "<!--" not in body_of(OLD, Places({}, {}, "Picture", "missing"))
    word = to_markdown(from_markdown(OLD, "docx", title="T", images={}, metadata={}), "a.docx")
    assert "<" not in word.markdown and to_text(word.markdown) == "one\ntwo\na\nb\nWords"


def test_a_file_in_which_the_comments_were_printed_loses_them() -> None:
    assert read("- a\n\n\\<!-- --\\>\n\n- b\n", reader="commonmark") == "- a\n- b\n"


def test_they_do_not_come_in_with_markdown() -> None:
    assert to_markdown(OLD.encode(), "a.md").markdown == "- one\n- two\n\n1.  a\n\n    1.  b\n\nWords\n"


def test_other_comments_and_code_stay_words() -> None:
    assert (
        to_text("<!-- to do -->\n\n`<!-- -->`\n\n```\n<!-- -->\n```\n")
        == "<!-- to do -->\n<!-- -->\n<!-- -->"
    )
