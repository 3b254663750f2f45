"""The discussion of a revision: on which words, who settles a comment and how, and what a reviewer says."""

import pytest

from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.trail.reading import history
from setsquare.kernel.writing.passages import passage_in, words_shown
from tests.documents.conftest import Works

NOT_THERE = (
    "quote: These words are not in the text as it stands; give them as they are read there,"
    " or leave the passage empty to comment on the whole."
)


def in_review(works: Works, *reviewers: str) -> str:
    first = f"{works.draft()}/1"
    works.do("ada", "revision.submit", first, reviewers=list(reviewers or ("rolf",)), due=works.day(5))
    return first


def refused(works: Works, *deed: str, **body: object) -> str:
    with pytest.raises(Refused) as caught:
        works.do(*deed, **body)  # type: ignore[arg-type]
    return "; ".join(f"{field}: {sentence}" for field, sentence in caught.value.fields.items())


@pytest.mark.parametrize(
    ("quote", "kept"),
    [
        ("Metrology: calibrates.", "Metrology: calibrates."),
        ("**Metrology**: calibrates.", "Metrology: calibrates."),
        ("Clean the gauge.\nCompare  it\twith", "Clean the gauge. Compare it with"),
        ("Interval\nCaliper\n12 months", "Interval Caliper 12 months"),
        ("Scope All gauges of the site. Responsibilities", "Scope All gauges of the site. Responsibilities"),
        ("", ""),
    ],
)
def test_a_comment_is_on_words_of_the_text_as_they_are_read(works: Works, quote: str, kept: str) -> None:
    first = in_review(works)
    works.do("rolf", "revision.comment", first, text="Why?", quote=quote)
    assert works.revision(first).comments.get().quote == kept


@pytest.mark.parametrize(
    "quote", ["All gauges of the moon", "| Gauge | Interval |", "caliper", "Scopegauges"]
)
def test_words_that_the_text_does_not_have_are_refused(works: Works, quote: str) -> None:
    first = in_review(works)
    assert refused(works, "rolf", "revision.comment", first, text="Why?", quote=quote) == NOT_THERE
    assert not works.revision(first).comments.exists()


def test_a_comment_on_a_file_is_on_the_whole(works: Works) -> None:
    pdf = works.uploaded("ada", b"%PDF-1.4 sheet", "sheet.pdf", "application/pdf", text="Sheet of paper")
    made = works.do("ada", "document.create", type="form", title="Sheet", unit="H", file=pdf.blob_id)
    first = f"{made.record.number}/1"
    assert refused(works, "ada", "revision.comment", first, text="Why?", quote="Sheet") == (
        "quote: Its content is a file: leave the passage empty, and name the place in your comment."
    )
    works.do("ada", "revision.comment", first, text="Why?")


def test_what_is_read_of_a_text_is_what_can_be_selected_in_it() -> None:
    picture = "file:" + "0" * 64
    text = (
        "# A *b*\n\nOne\ntwo  \nthree `x < y` &amp; H2O.\n\n> Said [SOP-1](record:SOP-1)\n\n- [x] done\n  - inner\n\n"
        f"![Alone]({picture})\n\n| a | b |\n|---|---|\n| 1 |  |\n\n```\ncode  here\n```\n"
    )
    assert words_shown(text) == (
        "A b One two three x < y & H2O. Said SOP-1 ☑ done inner Alone a b 1 code here"
    )
    assert passage_in(words_shown(text), "O.\n\nSaid") == "O. Said"
    assert passage_in(words_shown(text), " \n ") is None


def test_an_author_answers_what_somebody_else_raised_to_settle_it(works: Works) -> None:
    first = in_review(works)
    works.do("rolf", "revision.comment", first, text="Which standard?", quote="the standard")
    assert refused(works, "ada", "revision.resolve", first, comment=1) == (
        "answer: Say what came of it: Rolf Reviewer raised this, and the answer stays with the comment."
    )
    works.do("ada", "revision.resolve", first, comment=1, answer="The gauge block; named now.")

    thread, answer = works.revision(first).comments.order_by("number")
    assert thread.resolved is not None and thread.resolved_by == works.person("ada")
    assert (answer.answers, answer.text.body) == (thread, "The gauge block; named now.")
    told = sentence_of(history(works.record(first))[0], thing_of("revision"))
    assert told == "Ada Author resolved a comment: #1 The gauge block; named now."
    [notice] = Notice.objects.filter(user=works.person("rolf"), kind="comment")
    assert str(notice) == (
        f"Ada Author resolved your comment #1 on {first}: The gauge block; named now."
        " — You can reopen it while the revision is in review."
    )


def test_who_raised_it_settles_it_without_a_word_and_nobody_beside_them(works: Works) -> None:
    first = in_review(works, "rolf", "rosa")
    works.do("rolf", "revision.comment", first, text="Which standard?")
    with pytest.raises(NotPermitted) as caught:
        works.do("rosa", "revision.resolve", first, comment=1, answer="Never mind.")
    assert str(caught.value) == (
        "Rolf Reviewer made this comment: they resolve it, or an author of the revision who answers it."
    )
    works.do("rolf", "revision.resolve", first, comment=1)
    assert not Notice.objects.filter(user=works.person("rolf"), kind="comment").exists()


def test_what_is_reopened_is_answered_anew(works: Works) -> None:
    first = in_review(works)
    works.do("rolf", "revision.comment", first, text="Which standard?")
    works.do("ada", "revision.reply", first, comment=1, text="The usual one.")
    works.do("ada", "revision.resolve", first, comment=1)
    assert refused(works, "rolf", "revision.reopen_comment", first, comment=1) == (
        "text: Say what is still open: somebody else took this for settled."
    )
    works.do("rolf", "revision.reopen_comment", first, comment=1, text="Its number?")
    assert works.revision(first).comments.filter(resolved__isnull=True, answers__isnull=True).count() == 1
    assert refused(works, "ada", "revision.resolve", first, comment=1).startswith("answer: Say what came")
    works.do("ada", "revision.resolve", first, comment=1, answer="No. 7.")


def test_who_wants_changes_says_which(works: Works) -> None:
    first = in_review(works, "rolf", "rosa")
    wanted = ("rolf", "revision.review", first)
    why = "remark: Say what has to change, here or as a comment on the passage."
    works.do("rosa", "revision.comment", first, text="Which standard?")
    works.do("rolf", "revision.reply", first, comment=1, text="I wonder, too.")
    assert refused(works, *wanted, outcome="changes_needed") == why
    works.do("rolf", "revision.comment", first, text="A comma is missing.")
    works.do("ada", "revision.resolve", first, comment=3, answer="It is there.")
    assert refused(works, *wanted, outcome="changes_needed") == why
    works.do("rolf", "revision.reopen_comment", first, comment=3, text="Not on page 2.")
    works.do(*wanted, outcome="changes_needed")
