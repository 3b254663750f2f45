"""Search: the words people type find the records that they may see."""

import pytest

from setsquare.kernel.records.things import SearchText
from setsquare.kernel.search import query
from setsquare.kernel.search.index import forget, index
from setsquare.kernel.search.query import search


def found(house, text, **options):
    return [hit.record.title for hit in search(options.pop("user", house.writer), text, **options).hits]


@pytest.fixture
def library(house):
    bodies = {
        "Cleaning of benches": "Wipe the bench with isopropanol. Größe der Fläche: 2 m².",
        "Calibration of scales": "Each scale is calibrated once a year; the bench is level.",
        "Handling of returns": "A returned device is quarantined. <script>alert(1)</script>",
    }
    for title, body in bodies.items():
        record = house.note(title)
        index(record, SearchText(title, "keyword", body))
    return house


def test_by_title_body_number_and_keyword(library):
    assert found(library, "isopropanol") == ["Cleaning of benches"]
    assert found(library, "N-002") == ["Calibration of scales"]
    assert sorted(found(library, "keyword")) == [
        "Calibration of scales",
        "Cleaning of benches",
        "Handling of returns",
    ]
    assert found(library, "calibrated level") == ["Calibration of scales"]


def test_the_title_weighs_more_than_the_body(library):
    assert found(library, "bench") == ["Cleaning of benches", "Calibration of scales"]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("GROßE", ["Cleaning of benches"]),
        ("groß", ["Cleaning of benches"]),
        ("isoprop", ["Cleaning of benches"]),
        ('"once a year"', ["Calibration of scales"]),
        ('"year a once"', []),
        ("bench -isopropanol", ["Calibration of scales"]),
        ("", []),
        ("-bench", []),
        ('" * OR ( : ^', []),
        ("bench AND NOT ' ) | &", []),
        ("\x00", []),
    ],
)
def test_questions(library, text, titles):
    assert found(library, text) == titles


def test_the_words_are_marked_and_everything_else_is_escaped(library):
    (hit,) = search(library.writer, "quarantined").hits
    assert hit.snippet_html == (
        "A returned device is <mark>quarantined</mark>. &lt;script&gt;alert(1)&lt;/script&gt;"
    )
    (hit,) = search(library.writer, "returns").hits
    assert hit.title_html == "Handling of <mark>returns</mark>"


def test_parts_of_a_text_are_set_apart_in_a_snippet_and_lines_are_not(house):
    index(house.note("Sieving"), SearchText("Sieving", "", "Leave out\nstep 4\n\nIt is done twice.\nNone"))
    (hit,) = search(house.writer, "twice").hits
    assert hit.snippet_html == "Leave out step 4 · It is done <mark>twice</mark>. · None"


def test_nobody_finds_what_they_may_not_see(library):
    assert found(library, "isopropanol", user=library.other) == []


def test_a_changed_record_is_found_by_its_new_words_only(library):
    record = search(library.writer, "isopropanol").hits[0].record
    library.do("rename", record, body={"title": "Rinsing"})
    assert found(library, "rinsing") == ["Rinsing"]
    assert found(library, "cleaning") == []
    forget(record)
    assert found(library, "rinsing") == []


def test_a_common_word_is_ranked_within_the_newest_and_says_so(house, monkeypatch):
    monkeypatch.setattr(query, "WINDOW", 3)
    for n in range(8):
        index(house.note(f"Note {n}"), SearchText(f"Note {n}" + (" water" if n == 6 else ""), "", "water"))
    result = search(house.writer, "water", limit=2)
    assert [hit.record.title for hit in result.hits] == ["Note 6", "Note 7"]
    assert (result.approximate, result.more) == (True, True)


def test_who_may_see_little_still_finds_it_among_many(house, monkeypatch):
    monkeypatch.setattr(query, "WINDOW", 3)
    mine = house.do("create", user=house.other, body={"title": "Ours", "unit": "GNT"}).record
    index(mine, SearchText("Ours", "", "water"))
    for n in range(7):
        index(house.note(f"Note {n}"), SearchText(f"Note {n}", "", "water"))
    assert found(house, "water", user=house.other) == ["Ours"]
