"""How much of a foreign file is read, and how a file is refused."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on a file that somebody sends.

    ``max_bytes``: of the file; ``max_unpacked``: of all that is packed in it; ``max_entries``: files packed
    in it; ``max_ratio``: unpacked to packed size of one entry of more than a megabyte; ``max_pictures`` and
    ``max_picture_bytes``: pictures taken over from a text; ``max_pixels``: points of any picture;
    ``max_text``: characters of text taken for search; ``seconds`` and ``memory_mb``: what a program
    that reads the file may take.
    """

    max_bytes: int = 50 * MEGABYTE
    max_unpacked: int = 300 * MEGABYTE
    max_entries: int = 5000
    max_ratio: int = 200
    max_pictures: int = 500
    max_picture_bytes: int = 20 * MEGABYTE
    max_pixels: int = 50_000_000
    max_text: int = 5_000_000
    seconds: float = 30.0
    memory_mb: int = 768


class Unreadable(ValueError):
    """A file is refused; ``sentence`` tells the person who sent it why, and what would be right."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
