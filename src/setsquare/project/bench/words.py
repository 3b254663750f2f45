"""Words for made-up texts: a few common ones, many rare ones, the same at every run."""

import random

TEXT = """
the device is checked by a person before release and each record is kept with the report of the test process quality
supplier document review approval calibration result limit sample batch production site
"""
COMMON = TEXT.split()
SYLLABLES = (
    "ka",
    "lo",
    "mi",
    "ter",
    "ven",
    "sor",
    "pu",
    "dra",
    "fin",
    "gel",
    "hax",
    "jun",
    "wex",
    "zim",
    "qua",
)
RARE = "zirkonsaphir"
"""A word that stands in one text of ten thousand."""
COMMON_WORD = "quality"
"""A word that stands in nearly every text."""


def vocabulary(size: int = 4_000) -> list[str]:
    """Return made-up words."""
    chance = random.Random(4711)  # noqa: S311  the same words each time, nothing secret
    return ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(size)]


def text(chance: random.Random, rare: list[str], length: int) -> str:
    """Return a text of `length` words under three headings."""
    parts = []
    for heading in ("Purpose", "Scope", "Procedure"):
        words = [chance.choice(COMMON if chance.random() < 0.7 else rare) for _ in range(length // 3)]
        parts.append(f"## {heading}\n\n{' '.join(words).capitalize()}.")
    return "\n\n".join(parts)
