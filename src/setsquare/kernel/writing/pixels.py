"""How many points a picture has, as its header says: a small file can unpack to more than the memory holds."""

import struct
from collections.abc import Iterator

FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG that begin a frame and say its size."""
ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers of a JPEG that nothing follows."""


def pixels_of(data: bytes) -> int:
    """Return the points of a PNG, JPEG or GIF picture; 0 where its header does not say, or for anything else."""
    try:
        if data.startswith(b"\x89PNG"):
            width, height = struct.unpack_from(">II", data, 16)
        elif data.startswith(b"GIF8"):
            return max(width * height for width, height in _screen_and_images(data))
        elif data.startswith(b"\xff\xd8\xff"):
            return max((width * height for width, height in _frames(data)), default=0)
        else:
            return 0
    except struct.error:
        return 0
    return int(width * height)


def _screen_and_images(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the size of a GIF, and of its first image, which may be larger than it says itself to be."""
    width, height, packed = struct.unpack_from("<HHB", data, 6)
    yield width, height
    place = 13 + (3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0)
    while place < len(data):
        if data[place] == 0x21:  # an extension
            place = _after_blocks(data, place + 2)
        elif data[place] == 0x2C and place + 9 <= len(data):
            yield struct.unpack_from("<HH", data, place + 5)
            return
        else:
            return


def _after_blocks(data: bytes, place: int) -> int:
    while place < len(data) and data[place]:
        place += 1 + data[place]
    return place + 1


def _frames(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the size of each frame of a JPEG."""
    place = 2
    while (place := data.find(b"\xff", place)) >= 0 and place + 4 <= len(data):
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
        elif marker == 0 or marker in ALONE:
            place += 2
        else:
            if marker in FRAMES:
                height, width = struct.unpack_from(">HH", data, place + 5)
                yield width, height
            place += 2 + int(struct.unpack_from(">H", data, place + 2)[0])
