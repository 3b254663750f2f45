"""Required sections: written is what holds more than the template's own lines."""

from setsquare.kernel.writing.required import begun_from, unwritten_sections

TEMPLATE = """## Purpose

What is {title} for?

## Procedure

Write the steps.

1. ...

| Step | Who |
|---|---|
|  |  |

## Records

None is kept. {number} says so.

## Duties {complete}

Everybody works by it.
"""
NAMES = ["Purpose", "Procedure", "Records", "Duties"]


def test_what_the_template_gave_is_not_written() -> None:
    begun = begun_from(TEMPLATE, "Cleaning", "SOP-004")
    assert "{" not in begun and "## Duties\n" in begun
    assert unwritten_sections(begun, NAMES, TEMPLATE) == ["Purpose", "Procedure", "Records"]


def test_white_space_marks_and_another_title_are_no_writing() -> None:
    text = (
        "## 1. Purpose:\n\nWhat is   **Other** title\nfor?\n\n## Procedure\n\n* ...\n\n"
        "|Step|Who|\n|-|-|\n| | |\n| | |\n"
    )
    assert unwritten_sections(text, NAMES, TEMPLATE) == ["Purpose", "Procedure"]


def test_empty_sections_and_headings_alone_are_not_written() -> None:
    text = "# Purpose\n\n# Procedure\n\n## Before\n\n# Records\n\n---\n"
    assert unwritten_sections(text, NAMES, "") == ["Purpose", "Procedure", "Records"]


def test_text_below_a_heading_of_a_section_belongs_to_it() -> None:
    text = "# Purpose\n\nWords.\n\n# Procedure\n\n## Before\n\nSwitch off.\n\n# Records\n\n![Form](file:0)\n"
    assert unwritten_sections(text, NAMES, TEMPLATE) == []


def test_guidance_in_another_section_and_text_after_the_next_heading_do_not_count() -> None:
    text = "## Purpose\n\nWrite the steps.\n\n## Other\n\nWords.\n\n## Procedure\n\nClean it.\n"
    assert unwritten_sections(text, NAMES, TEMPLATE) == ["Purpose"]


def test_what_is_missing_is_not_told_twice() -> None:
    assert unwritten_sections("Words.", NAMES, TEMPLATE) == []


def test_a_template_that_begins_with_its_title_alone_does_not_match_all_that_is_written() -> None:
    template = f"# {{number}}: {{title}}\n\n{{title}}\n\n{TEMPLATE}"
    text = "# SOP-004: Cleaning\n\nCleaning\n\n## Purpose\n\nA clean room.\n\n## Procedure\n\nClean it.\n"
    assert unwritten_sections(text, NAMES, template) == []
