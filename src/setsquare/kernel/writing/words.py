"""How texts and questions become words: the same folding on both databases."""

import re
import unicodedata
from dataclasses import dataclass

WORD = re.compile(r"[^\W_]+", re.UNICODE)
QUESTION = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
MOST_WORDS = 12
"""Words of a question beyond these are not looked at."""


def fold(text: str) -> str:
    """Return `text` without the case of letters and without marks on them: “große” finds “Größe”."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """Return the folded words of a text, letters and digits only."""
    return WORD.findall(fold(text))


@dataclass(frozen=True)
class Question:
    """What to look for: phrases that all must occur (the last one may be unfinished), and such that must not."""

    wanted: tuple[tuple[str, ...], ...]
    unwanted: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Question":
        """Read a question: words, "phrases in quotes" and -words to leave out."""
        wanted: list[tuple[str, ...]] = []
        unwanted: list[tuple[str, ...]] = []
        for minus, phrase, word in QUESTION.findall(text.replace("\x00", " ")):
            found = tuple(words(phrase or word))[:MOST_WORDS]
            if found:
                (unwanted if minus else wanted).append(found)
        return cls(tuple(wanted[:MOST_WORDS]), tuple(unwanted[:MOST_WORDS]))

    def __bool__(self) -> bool:
        return bool(self.wanted)

    @property
    def plain_words(self) -> list[str]:
        """Return the single words that are looked for."""
        return [word for phrase in self.wanted for word in phrase]

    def for_sqlite(self) -> str:
        """Return it as FTS5 reads it."""
        parts = ['"' + " ".join(phrase) + '"' for phrase in self.wanted]
        parts[-1] += " *"
        return " AND ".join(parts) + "".join(f' NOT "{" ".join(phrase)}"' for phrase in self.unwanted)

    def for_postgresql(self) -> str:
        """Return it as `to_tsquery` reads it."""
        parts = [" <-> ".join(phrase) for phrase in self.wanted]
        parts[-1] += ":*"
        return " & ".join(f"({part})" for part in parts) + "".join(
            f" & !({' <-> '.join(phrase)})" for phrase in self.unwanted
        )
