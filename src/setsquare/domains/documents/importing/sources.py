"""What is brought in: a zip of a folder, read file by file within limits, and the list of documents in it."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from setsquare.kernel.writing.limits import Limits, Unreadable

MOST_FILES = 5000
LARGEST_IN_ALL = 4 * 1024**3
"""Bytes that a zip may unpack to, in all; each file has the limit of an upload besides."""
LISTS = re.compile(r"^(documents|index|list|register)\.(xlsx|csv)$", re.IGNORECASE)
"""What the list within a folder is called."""
_HIDDEN = re.compile(r"(^|/)(\.|__MACOSX/|~\$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_CHUNK = 256 * 1024


@dataclass(frozen=True)
class Folder:
    """The files of a zip, by their path within it."""

    path: Path
    names: tuple[str, ...]
    top: str = ""
    """The one folder around everything, with its slash; left away from the names."""

    @property
    def list_name(self) -> str:
        """Return the path of the list of documents, empty where there is none at the top."""
        return next((name for name in self.names if LISTS.match(name)), "")

    def documents(self) -> Iterator[str]:
        """Yield the paths of everything but the list."""
        return (name for name in self.names if name != self.list_name)

    def find(self, name: str) -> str | None:
        """Return the path of the file that a list names: by its path, or by its bare name where only one has it."""
        wanted = name.replace("\\", "/").strip().lstrip("/").casefold()
        by_path = [known for known in self.names if known.casefold() == wanted]
        by_name = [known for known in self.names if PurePosixPath(known).name.casefold() == wanted]
        found = by_path or by_name
        return found[0] if len(found) == 1 else None

    def read(self, name: str, limits: Limits | None = None) -> bytes:
        """Return one file's bytes, no more than its limit; raises Unreadable."""
        most = (limits or Limits()).max_bytes
        content = bytearray()
        try:
            with zipfile.ZipFile(self.path) as packed, packed.open(self.top + name) as source:
                while chunk := source.read(_CHUNK):
                    content += chunk
                    if len(content) > most:
                        sentence = _("This file is too large: at most %(most)d MB are accepted.")
                        raise Unreadable(sentence % {"most": most // 2**20})
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            KeyError,
        ) as error:
            raise Unreadable(_("This file cannot be unpacked; pack it again and try once more.")) from error
        return bytes(content)


def open_folder(path: Path) -> Folder:
    """Look into a zip without unpacking it.

    Raises Unreadable with a sentence where it is none, is protected, holds too much, or holds no file. One folder
    around everything is left away; hidden files and what systems leave behind do not count.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            infos = [info for info in packed.infolist() if _counts(info)]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable(_("This is not a zip file; pack the folder as .zip and try again.")) from error
    if any(info.flag_bits & 0x1 for info in infos):
        raise Unreadable(_("This file is protected by a password. Remove the password and try again."))
    if len(infos) > MOST_FILES:
        sentence = _("There are %(count)s files in it; at most %(most)s are imported at once.")
        raise Unreadable(sentence % {"count": len(infos), "most": MOST_FILES})
    if sum(info.file_size for info in infos) > LARGEST_IN_ALL:
        raise Unreadable(_("It unpacks to more than 4 GB; import it in parts."))
    if not infos:
        raise Unreadable(_("There is no file in it."))
    names = [info.filename for info in infos]
    top = _top(names)
    return Folder(path, tuple(sorted(name.removeprefix(top) for name in names)), top)


def _counts(info: zipfile.ZipInfo) -> bool:
    return not info.is_dir() and (leads_out(info.filename) or not _HIDDEN.search(info.filename))


def leads_out(name: str) -> bool:
    """Tell whether a path leads out of the folder: no usual program packs one, and nothing is read by it."""
    return ".." in PurePosixPath(name).parts


def _top(names: list[str]) -> str:
    """Return the one folder around everything, with its slash."""
    firsts = {name.partition("/")[0] for name in names if "/" in name}
    around = len(firsts) == 1 and all("/" in name and not leads_out(name) for name in names)
    return f"{firsts.pop()}/" if around else ""


def pack(folder: Path) -> bytes:
    """Return a folder on this machine as the zip that `open_folder` reads; raises Unreadable where there is none."""
    if not folder.is_dir():
        raise Unreadable(_("There is no folder %(path)s.") % {"path": folder})
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                packed.write(path, path.relative_to(folder).as_posix())
    return target.getvalue()
