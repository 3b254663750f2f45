"""Write the text of a PDF file or a workbook, given on standard input, to standard output.

Run by `extraction.py` in a process of its own: ``python -I extraction_program.py pdf|xlsx <characters>
<megabytes>``. It imports nothing of Setsquare, and the two libraries only when it is their turn, as each
takes a while to load.
"""

import io
import sys
from collections.abc import Iterator


def main() -> int:
    """Read, limit and write; the exit status is 0 if all could be read."""
    kind, characters, megabytes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    _limit_memory(megabytes)
    data = sys.stdin.buffer.read()
    left = characters + 1
    try:
        for part in _pdf(data) if kind == "pdf" else _workbook(data):
            piece = part[:left]
            sys.stdout.buffer.write(piece.encode("utf-8", "ignore"))
            sys.stdout.buffer.flush()
            left -= len(piece)
            if left <= 0:
                break
    except (
        Exception
    ) as error:  # whatever a hostile file brings about, the caller only wants to know that it did
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return 0


def _limit_memory(megabytes: int) -> None:
    try:
        import resource  # noqa: PLC0415 - not there on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))


def _pdf(data: bytes) -> Iterator[str]:
    import logging  # noqa: PLC0415 - with pypdf

    from pypdf import PdfReader  # noqa: PLC0415 - heavy, and not needed for workbooks

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("encrypted")
    for page in reader.pages:
        yield page.extract_text() + "\n"


def _workbook(data: bytes) -> Iterator[str]:
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, and not needed for PDF files

    workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    for sheet in workbook.worksheets:
        yield f"{sheet.title}\n"
        for row in sheet.iter_rows(values_only=True):
            cells = [str(value) for value in row if value is not None]
            if cells:
                yield "\t".join(cells) + "\n"


if __name__ == "__main__":
    sys.exit(main())
