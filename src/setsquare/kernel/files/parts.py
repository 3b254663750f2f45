"""Giving out a part of a file: the one range that a request names (RFC 9110)."""

import re
from collections.abc import Iterator
from pathlib import Path

AT_ONCE = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def part_asked(header: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte that a Range header names, start after end where there is no such part.

    None where it names none, several, or something else: then the whole file is given.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if first:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
        return (start, end) if start < size else (1, 0)
    return (max(0, size - int(last)), size - 1) if int(last) and size else (1, 0)


def part_of(path: Path, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes of a file from `start` to `end`, both included."""
    left = end - start + 1
    with path.open("rb") as source:
        source.seek(start)
        while left > 0 and (data := source.read(min(AT_ONCE, left))):
            left -= len(data)
            yield data
