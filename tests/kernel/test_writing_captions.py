"""Captions of pictures: the number is Setsquare's, the words are the file's, and they describe the picture."""

import base64

import pytest

from setsquare.kernel.writing.conversion import Limits, to_markdown
from setsquare.kernel.writing.pandoc import run
from tests.kernel.test_writing_conversion import DIGEST, PICTURE

DATA = f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"
NO_DESCRIPTION = "Some pictures have no description; add one for readers who cannot see them."


def read(caption: str, alternative: str = "", kind: str = "html") -> tuple[str, tuple[str, ...]]:
    page = f'<figure><img src="{DATA}" alt="{alternative}"><figcaption>{caption}</figcaption></figure>'
    data = page.encode()
    if kind == "docx":
        data = run(data, ["-f", "html", "-t", "docx", "-o", "-"], Limits())
    converted = to_markdown(data, f"a.{kind}")
    return converted.markdown.strip(), converted.warnings


@pytest.mark.parametrize("kind", ["html", "docx"])
@pytest.mark.parametrize(
    "caption",
    ["Figure 1: the pot", "Abbildung 2.1: the pot", "Table 3 the pot", "Fig. 4 – the pot", "the pot"],
)
def test_label_and_number_are_taken_off_a_caption(caption: str, kind: str) -> None:
    assert read(caption, kind=kind) == (f"![the pot](file:{DIGEST})", ())


def test_a_description_of_its_own_stays_beside_the_caption() -> None:
    assert read("Figure 1: the pot", "A pot from above") == (
        f'![A pot from above](file:{DIGEST} "the pot")',
        (),
    )


def test_a_description_that_is_the_caption_is_one_with_it() -> None:
    assert read("Figure 1: the pot", "Figure 1: the pot") == (f"![the pot](file:{DIGEST})", ())


def test_a_bare_number_describes_nothing() -> None:
    assert read("Figure 1") == (f"![](file:{DIGEST})", (NO_DESCRIPTION,))


def test_words_that_only_begin_like_a_label_stay() -> None:
    assert read("Tables of the works")[0] == f"![Tables of the works](file:{DIGEST})"
