"""Texts that would keep the server busy are refused before they are parsed; what documents have is not."""

import time

import pytest

from setsquare.kernel.writing.bounds import why_too_heavy
from setsquare.kernel.writing.conversion import Unreadable, to_markdown
from setsquare.kernel.writing.markdown import to_html

BRACKETS = "More than 1000 opening square brackets in the text are never closed; close or remove them."
COLUMNS = "A table in the text has more than 100 columns; divide it."
CELLS = "The tables in the text have more than 20000 cells; divide it, or keep them as a file."
NESTED = "Quotes and lists in the text are nested more than 20 deep; make them flatter."
LINES = "The text has more than 20000 lines; divide it, or keep it as a file."
MARKS = "The text has more than 40000 signs such as * _ ` or [; divide it, or keep it as a file."
LONG = "Write at most 1000000 characters."


def table(columns: int, rows: int, cell: str = "a") -> str:
    head = f"|{'a|' * columns}\n|{'-|' * columns}\n"
    return head + f"|{f'{cell}|' * columns}\n" * rows


REFUSED = [
    ("[" * 50_000, BRACKETS),
    ("![" * 50_000, BRACKETS),
    ("[a][" * 50_000, BRACKETS),
    ("[" * 30_000 + "]" * 30_000, BRACKETS),
    ("[\n\n" * 2000, BRACKETS),
    ("[" * 1001, BRACKETS),
    (table(3000, 100), COLUMNS),
    (table(101, 1), COLUMNS),
    ("> " + "|a" * 200 + "\n> " + "|-" * 200, COLUMNS),
    (table(100, 500), CELLS),
    (table(100, 1) + "b\n" * 1000, CELLS),
    (table(100, 90) + "\n" + table(100, 120), CELLS),
    ("> " * 21 + "a", NESTED),
    ("> - 1. " * 10_000 + "a", NESTED),
    ("a" * 1_000_001, LONG),
    ("a\n" * 20_001, LINES),
    ("*a _b " * 20_001, MARKS),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
def test_what_takes_long_is_refused_with_its_sentence(text, sentence):
    assert why_too_heavy(text) == sentence


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 1000,
        "[a](record:SOP-004) and - [ ] to do\n" * 5000,
        r"\[" * 5000,
        "|Range|\n|-|\n" + "|[0; 5[|\n" * 400,
        table(100, 150),
        table(12, 1500),
        ("text | with | bars\n" * 5000),
        "- " * 40 + "\n\n" + "> " * 20 + "a",
        "a" * 1_000_000,
        "a\n" * 20_000,
        "**a** _b_ " * 10_000,
    ],
)
def test_what_documents_have_is_accepted(text):
    assert why_too_heavy(text) is None


@pytest.mark.parametrize(
    "piece", [*"[]|>-+*_`<(\\ \t\n:", "- ", "> ", "1. ", "|-", "\n ", "[a](b)", "\\[", "|-|\n"]
)
def test_looking_takes_one_pass(piece):
    text = (piece * 1_000_000)[:1_000_000]
    began = time.process_time()
    why_too_heavy(text)
    assert time.process_time() - began < 5


def test_many_spaces_before_a_text_are_read_in_one_pass():
    began = time.process_time()
    shown = to_html(" " * 200_000 + "\t" * 200_000 + "a")
    assert shown.split() == ["<pre", 'data-line="1"><code>', "a", "</code></pre>"]
    assert time.process_time() - began < 5


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html"])
def test_an_import_is_refused_with_the_same_sentence(name):
    with pytest.raises(Unreadable, match=LONG):
        to_markdown(b"Some words of it. " * 60_000, name)


def test_an_import_is_refused_before_it_is_parsed():
    for text, sentence in REFUSED:
        with pytest.raises(Unreadable) as caught:
            to_markdown(text.encode(), "a.md")
        assert caught.value.sentence == sentence
