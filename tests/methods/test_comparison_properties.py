"""What holds for any two texts, however odd."""

import re
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setsquare.methods.comparison import Run, compare
from setsquare.methods.comparison.alignment import heaviest_chain, match
from setsquare.methods.comparison.dialect import tokens_of
from tests.methods.checked import checked

WORDS = st.sampled_from(
    [
        "the",
        "a",
        "shall",
        "record",
        "approve",
        "5",
        "years",
        "**bold**",
        "[x](record:SOP-1)",
        "`code`",
        "~~out~~",
        "œuvre",
        "質",
    ]
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
BLOCKS = st.one_of(
    SENTENCES,
    SENTENCES.map("# {}".format),
    SENTENCES.map("### {}".format),
    st.lists(SENTENCES, min_size=1, max_size=4).map(lambda items: "\n".join(f"- {item}" for item in items)),
    st.lists(SENTENCES, min_size=1, max_size=4).map(
        lambda items: "\n".join(f"{'   ' * n}1. {i}" for n, i in enumerate(items))
    ),
    st.lists(st.tuples(SENTENCES, SENTENCES), min_size=1, max_size=5).map(
        lambda rows: "| A | B |\n|---|---|\n" + "\n".join(f"| {a} | {b} |" for a, b in rows)
    ),
    SENTENCES.map("> {}".format),
    SENTENCES.map("```\n{}\n  end\n```".format),
    st.sampled_from(
        ["---", "![alt](file:abc)", "![](file:def)", "- [ ] todo", "a<br>b", "H<sub>2</sub>O", "<script>"]
    ),
)
DOCUMENTS = st.lists(BLOCKS, max_size=12).map("\n\n".join)
ANY = st.one_of(DOCUMENTS, st.text(max_size=300))


def text(runs: Iterable[Run], *ops: str) -> str:
    return "".join(run.text for run in runs if run.op in ops)


@checked("both texts, put together from the runs again", "comparison.compare", by="twin")
@given(ANY, ANY)
@settings(max_examples=80, deadline=None)
def test_runs_rebuild_both_texts(old, new):
    for block in compare(old, new).blocks:
        if block.kind == "table":
            cells = [cell for row in block.rows for cell in row.cells]
            assert all(text(cell.runs, "same", "removed") == (cell.old or "") for cell in cells)
            assert all(text(cell.runs, "same", "added") == (cell.new or "") for cell in cells)
        else:
            assert text(block.runs, "same", "removed") == (block.old or "")
            assert text(block.runs, "same", "added") == (block.new or "")


@given(ANY)
@settings(max_examples=50, deadline=None)
def test_a_text_does_not_differ_from_itself(document):
    assert compare(document, document).changed == 0


@checked("the texts swapped", "comparison.compare", by="twin")
@given(ANY, ANY)
@settings(max_examples=60, deadline=None)
def test_the_other_way_round_added_and_removed_change_places(old, new):
    there, back = compare(old, new).summary(), compare(new, old).summary()
    assert (there.blocks_same, there.blocks_changed) == (back.blocks_same, back.blocks_changed)
    assert (there.blocks_added, there.blocks_removed) == (back.blocks_removed, back.blocks_added)
    assert (there.words_added, there.words_removed) == (back.words_removed, back.words_added)


@given(DOCUMENTS, DOCUMENTS)
@settings(max_examples=50, deadline=None)
def test_every_block_of_both_texts_appears_once_and_in_order(old, new):
    result = compare(old, new).blocks
    assert [b.old for b in result if b.old is not None] == [b.old for b in compare(old, old).blocks]
    assert [b.new for b in result if b.new is not None] == [b.new for b in compare(new, new).blocks]


@given(st.lists(st.integers(0, 6), max_size=60), st.lists(st.integers(0, 6), max_size=60))
@settings(deadline=None)
def test_matches_are_equal_and_increasing(old, new):
    pairs = match(old, new)
    assert all(old[i] == new[j] for i, j in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in zip(pairs, pairs[1:], strict=False))


@checked("every chain", "comparison.compare", by="twin")
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 9).map(float)), max_size=8))
def test_the_heaviest_chain_is_the_heaviest(candidates):
    def best(chosen: tuple[int, int], weight: float) -> float:
        onward = [best((i, j), w) for i, j, w in candidates if i > chosen[0] and j > chosen[1]]
        return weight + max(onward, default=0.0)

    weights = {}
    for i, j, weight in candidates:
        weights[i, j] = max(weight, weights.get((i, j), 0))
    chain = heaviest_chain(candidates)
    assert all(a < c and b < d for (a, b), (c, d) in zip(chain, chain[1:], strict=False))
    assert sum(weights[pair] for pair in chain) == best((-1, -1), 0.0)


PREFIXES = st.lists(st.sampled_from(["> ", "- ", "1. ", "  ", "    ", "\t", ">"]), max_size=90).map("".join)


@given(st.lists(PREFIXES, min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_no_word_is_lost_however_deep_it_is_nested(prefixes):
    source = "\n".join(f"{prefix}word{number}" for number, prefix in enumerate(prefixes))
    found = "\n".join(token.content for token in tokens_of(source))
    assert set(re.findall(r"word\d+", source)) <= set(re.findall(r"word\d+", found))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("a b c d " * 4_000, "d c b a " * 4_000, id="few words, one paragraph"),
        pytest.param(
            "same text\n\n" * 2500, "same text\n\nother\n\n" * 1500, id="one paragraph again and again"
        ),
        pytest.param(
            "\n\n".join(f"Section {n} tells about item{n} and its use." for n in range(2500)),
            "\n\n".join(f"Part {n} speaks of thing{n} with other words." for n in range(2500)),
            id="all rewritten",
        ),
        pytest.param(
            "|a|b|\n|-|-|\n" + "\n".join(f"|{n}|x|" for n in range(3000)),
            "|a|b|\n|-|-|\n" + "\n".join(f"|{n}|y|" for n in range(3000, 0, -1)),
            id="a long table turned round",
        ),
    ],
)
def test_long_and_repetitive_texts_come_to_an_end(old, new):
    """A step that compares everything with everything would take so long that it would be noticed."""
    assert compare(old, new).changed > 0
