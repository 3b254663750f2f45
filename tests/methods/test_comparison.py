"""What a reader of two revisions is shown: the cases that documents really have."""

import json

from setsquare.methods.comparison import BlockChange, Comparison, compare

TABLE = """| Role | Does | When |
|---|---|---|
| Author | drafts | day 1 |
| Reviewer | reviews | day 5 |
| Approver | approves | day 9 |
"""


def only_change(result: Comparison) -> BlockChange:
    (change,) = [block for block in result.blocks if block.op != "same"]
    return change


def marked(block: BlockChange) -> str:
    signs = {"same": "", "added": "+", "removed": "-"}
    return "".join(f"[{signs[run.op]}{run.text}]" if signs[run.op] else run.text for run in block.runs)


def test_a_replaced_word_is_shown_within_its_sentence():
    change = only_change(compare("Keep records for 5 years.", "Keep records for 7 years."))
    assert (change.op, change.kind) == ("changed", "paragraph")
    assert marked(change) == "Keep records for [-5][+7] years."


def test_words_next_to_each_other_are_replaced_together():
    change = only_change(
        compare(
            "The batch is held by quality control until release.",
            "The batch is held by the laboratory until release.",
        )
    )
    assert marked(change) == "The batch is held by [-quality control][+the laboratory] until release."


def test_rewrapping_a_paragraph_changes_nothing():
    assert compare("one two\nthree four", "one two three\nfour").changed == 0


def test_formatting_alone_is_a_change():
    change = only_change(compare("It **shall** be signed.", "It *shall* be signed."))
    assert [(run.op, run.text, run.marks) for run in change.runs][1:3] == [
        ("removed", "shall", ("strong",)),
        ("added", "shall", ("em",)),
    ]


def test_a_link_to_another_record_is_a_change():
    change = only_change(
        compare("See [the procedure](record:SOP-004).", "See [the procedure](record:SOP-014).")
    )
    assert {run.target for run in change.runs if run.op != "same"} == {"record:SOP-004", "record:SOP-014"}


def test_a_new_list_item_does_not_change_the_numbers_after_it():
    result = compare("1. draft\n2. review\n3. approve", "1. prepare\n2. draft\n3. review\n4. approve")
    assert [(b.op, b.marker, b.new) for b in result.blocks] == [
        ("added", "1.", "prepare"),
        ("same", "2.", "draft"),
        ("same", "3.", "review"),
        ("same", "4.", "approve"),
    ]


def test_nested_list_items_keep_their_depth():
    result = compare("- a thing\n  - an inner thing", "- a thing\n  - an inner thing\n    1. a deeper thing")
    assert [(b.op, b.level) for b in result.blocks] == [("same", 1), ("same", 2), ("added", 3)]


def test_an_item_moved_one_level_deeper_says_what_it_was():
    change = only_change(compare("- first thing\n- second thing", "- first thing\n  - second thing"))
    assert (change.op, change.level, change.was) == ("changed", 2, ("list_item", 1))
    assert {run.op for run in change.runs} == {"same"}


def test_bullets_turned_to_numbers_are_a_change():
    assert compare("- clean the line", "1. clean the line").changed == 1


def test_a_ticked_box_is_a_change():
    change = only_change(compare("- [ ] Line cleared", "- [x] Line cleared"))
    assert marked(change) == "[-☐ ][+☑ ]Line cleared"


def test_a_cell_of_a_table():
    change = only_change(compare(TABLE, TABLE.replace("day 5", "day 6")))
    assert [row.op for row in change.rows] == ["same", "same", "changed", "same"]
    cell = change.rows[2].cells[2]
    assert [(run.op, run.text) for run in cell.runs] == [("same", "day "), ("removed", "5"), ("added", "6")]


def test_a_row_added_to_a_table():
    change = only_change(
        compare(TABLE, TABLE.replace("| Approver", "| Controller | numbers | day 8 |\n| Approver"))
    )
    assert [row.op for row in change.rows] == ["same", "same", "same", "added", "same"]


def test_a_column_added_to_a_table_leaves_the_others_alone():
    wider = """| Role | Does | Where | When |
|---|---|---|---|
| Author | drafts | office | day 1 |
| Reviewer | reviews | office | day 5 |
| Approver | approves | site | day 9 |
"""
    change = only_change(compare(TABLE, wider))
    assert [[cell.op for cell in row.cells] for row in change.rows] == [["same", "same", "added", "same"]] * 4


def test_a_column_taken_out_and_a_row_added():
    narrower = (
        "| Role | When |\n|---|---|\n| Author | day 1 |\n| Reviewer | day 5 |\n| Controller | day 7 |\n"
    )
    change = only_change(compare(TABLE, narrower))
    assert [cell.op for cell in change.rows[0].cells] == ["same", "removed", "same"]
    assert [row.op for row in change.rows] == ["changed", "changed", "changed", "removed", "added"]


def test_a_moved_block_is_removed_and_added():
    a, b, c = "Alpha comes here today.", "Beta stands in between.", "Gamma closes the page."
    result = compare(f"{a}\n\n{b}\n\n{c}", f"{b}\n\n{c}\n\n{a}")
    assert [(block.op, block.new or block.old) for block in result.blocks] == [
        ("removed", a),
        ("same", b),
        ("same", c),
        ("added", a),
    ]


def test_a_heading_that_became_a_lower_one():
    change = only_change(compare("## Scope", "### Scope"))
    assert (change.op, change.level, change.was) == ("changed", 3, ("heading", 2))


def test_code_keeps_its_line_ends():
    change = only_change(compare("```\na = 1\nb = 2\n```", "```\na = 1\nb = 3\n```"))
    assert change.kind == "code"
    assert (change.old, change.new) == ("a = 1\nb = 2", "a = 1\nb = 3")


def test_a_quote_and_a_picture():
    result = compare("> Safety first.\n\n![Flow](file:aa)", "> Safety always.\n\n![Flow](file:bb)")
    assert [(block.kind, block.op) for block in result.blocks] == [("quote", "changed"), ("image", "changed")]


def test_a_rewritten_paragraph_is_not_a_patchwork():
    old = "Use the form. Keep it dry and cool."
    result = compare(old, "Use a pen for each entry made by hand, never a pencil.")
    assert [block.op for block in result.blocks] == ["removed", "added"]


def test_the_sections_in_which_something_changed():
    old = "Preface.\n\n# Purpose\n\nWhy.\n\n# Scope\n\nWhere we work.\n\n# Records\n\nKept for 5 years."
    new = old.replace("5 years", "9 years").replace("Preface.", "Preface, new.")
    assert compare(old, new).sections() == ["", "Records"]


def test_the_summary_counts_blocks_and_words():
    summary = compare(
        "# A\n\nOne two three.\n\nGone entirely.", "# A\n\nOne two four.\n\n# New part"
    ).summary()
    assert (summary.blocks_same, summary.blocks_changed) == (1, 1)
    assert (summary.blocks_added, summary.blocks_removed) == (1, 1)
    assert (summary.words_added, summary.words_removed) == (3, 3)


def test_the_line_in_the_new_text_is_given():
    result = compare("# A\n\ntext", "# A\n\nadded block of words\n\ntext")
    assert [block.line for block in result.blocks] == [1, 3, 5]


def test_the_result_goes_into_json():
    found = json.loads(json.dumps(compare(TABLE, TABLE.replace("drafts", "writes")).to_dict()))
    assert found["changed"] == 1
    assert found["blocks"][0]["rows"][1]["cells"][1]["new"] == "writes"


def test_from_nothing_and_to_nothing():
    assert compare("", "").blocks == ()
    assert [block.op for block in compare("", "Hello").blocks] == ["added"]
    assert [block.op for block in compare("Hello", "").blocks] == ["removed"]
