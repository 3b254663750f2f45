"""Merging by blocks: the changes of both stand, and what both changed is told."""

import pytest

from setsquare.methods.comparison import Conflict, merge

BASE = "# One\n\nAlpha.\n\nBeta.\n\n- a\n- b\n- c\n\nGamma."


@pytest.mark.parametrize(
    ("theirs", "mine", "both"),
    [
        (("Alpha.", "Alpha!"), ("Beta.", "Beta!"), "# One\n\nAlpha!\n\nBeta!\n\n- a\n- b\n- c\n\nGamma."),
        (("- a\n", "- A\n"), ("- c\n", "- C\n"), "# One\n\nAlpha.\n\nBeta.\n\n- A\n- b\n- C\n\nGamma."),
        (("Beta.\n\n", ""), ("Gamma.", "Delta."), "# One\n\nAlpha.\n\n- a\n- b\n- c\n\nDelta."),
        (
            ("Gamma.", "Gamma.\n\nBy them."),
            ("Gamma.", "Gamma.\n\nBy me."),
            BASE + "\n\nBy them.\n\nBy me.",
        ),
        (("Beta.", "Beta!"), ("Beta.", "Beta!"), BASE.replace("Beta.", "Beta!")),
        (("Beta.", "Beta."), ("Beta.", "Beta!"), BASE.replace("Beta.", "Beta!")),
    ],
    ids=["neighbours", "items", "taken out", "both at the end", "the same", "one alone"],
)
def test_changes_of_different_blocks_stand_together(
    theirs: tuple[str, str], mine: tuple[str, str], both: str
) -> None:
    merged = merge(BASE, BASE.replace(*theirs), BASE.replace(*mine))
    assert merged.text == both
    assert merged.conflicts == ()


def test_mine_stands_where_both_changed_a_block_and_theirs_is_told() -> None:
    merged = merge(BASE, BASE.replace("Beta.", "Beta of theirs."), BASE.replace("Beta.", "Beta of mine."))
    assert merged.text == BASE.replace("Beta.", "Beta of mine.")
    assert merged.conflicts == (Conflict("Beta of theirs.", "Beta of mine."),)


def test_what_one_takes_out_and_the_other_changes_is_told() -> None:
    out, changed = BASE.replace("Beta.\n\n", ""), BASE.replace("Beta.", "Beta!")
    assert merge(BASE, out, changed).conflicts == (Conflict("", "Beta!"),)
    assert merge(BASE, changed, out).conflicts == (Conflict("Beta!", ""),)


def test_numbers_of_items_are_no_change() -> None:
    base = "1. a\n2. b\n3. c"
    merged = merge(base, "1. new\n2. a\n3. b\n4. c", "1. a\n2. b\n3. C")
    assert merged.text.replace("2.", "1.").splitlines() == ["1. new", "1. a", "1. b", "3. C"]
    assert merged.conflicts == ()


def test_two_texts_begun_from_nothing_are_both_kept() -> None:
    merged = merge("", "Theirs.", "Mine.")
    assert merged.text == "Theirs.\n\nMine."
    assert merged.conflicts == ()
