"""Taking in a file that a person sends: judged by its content, read for search, then kept.

Every upload of every face comes this way, so that what is refused at one door is refused at all of them.
"""

import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from setsquare.kernel.accounts.models import User
from setsquare.kernel.files.models import Upload
from setsquare.kernel.files.store import receive
from setsquare.kernel.writing.media import sniff, text_of

LONGEST_NAME = 255
UNWANTED = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Categories of characters that a name is shown wrong by: controls, directions of writing, halves of characters."""


@dataclass(frozen=True)
class Judged:
    """A file that may be taken in, and its text for search."""

    name: str
    data: bytes
    kind: str
    text: str
    warning: str

    def keep(self, user: User) -> Upload:
        """Keep the file for a person; see `take_in`."""
        upload = receive(user, self.data, self.name, self.kind, self.text)
        upload.warning = self.warning
        return upload


def judge(data: bytes, filename: str) -> Judged:
    """Judge a file by its content and read it, which takes time but no lock; raises `Unreadable`."""
    name = clean_name(filename)
    kind = sniff(data, name, pages=True)
    found = text_of(data, name)
    return Judged(name, data, kind.name, found.text, found.warning or "")


def take_in(user: User, data: bytes, filename: str) -> Upload:
    """Keep a file of `user` until a record holds it; only they may use it.

    A web page is taken in to be imported as text; `FileRef` does not let a record hold it. The result's `warning`
    says what of it search will not find. Raises `Unreadable`, whose sentence tells the person what is wrong.
    """
    return judge(data, filename).keep(user)


def clean_name(filename: str) -> str:
    """Return a file's name without folders and without what would show it wrong; a long one keeps its extension."""
    last = PurePosixPath(filename.replace("\\", "/").replace("\x00", "")).name
    shown = "".join(sign for sign in last if unicodedata.category(sign) not in UNWANTED)
    name = " ".join(unicodedata.normalize("NFC", shown).split()).rstrip(". ") or "file"
    if len(name) > LONGEST_NAME:
        suffix = PurePosixPath(name).suffix[:20]
        name = name[: LONGEST_NAME - len(suffix)].rstrip() + suffix
    return name
