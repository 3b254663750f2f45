"""By what two people printed under signatures pass for one another: their name and job title, folded.

Databases fold only some letters and no white space, so it is done here and kept with each person. Which letters of
other scripts look like Latin ones follows from Unicode's confusables.txt (UTS #39, version 14.0.0).
"""

import hashlib
import unicodedata
from typing import Any

from django.db import models

_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164")
"""Characters that count as letters or marks and are printed as nothing; with them the selectors of variants."""
_UPON = (
    ("\u0300", "\u036f"),
    ("\u1ab0", "\u1aff"),
    ("\u1dc0", "\u1dff"),
    ("\u20d0", "\u20ff"),
    ("\ufe00", "\ufe0f"),
    ("\ufe20", "\ufe2f"),
    ("\U000e0100", "\U000e01ef"),
)
"""Accents and other marks upon letters of any script, and selectors of variants."""
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz", strict=True))
_ALIKE = str.maketrans(
    {small: "l" if letter == "i" else letter for small, letter in _SMALL_CAPITALS.items()}
    | dict.fromkeys("1iıɩǀł", "l")
    | {"0": "o", "ø": "o", "ɑ": "a", "℮": "e", "ɡ": "g", "đ": "d", "ħ": "h", "ŧ": "t"}
)
"""What Latin letters, and the digits and signs that pass for some, are told as: a capital I looks like an l and a 1."""
_AS_LATIN = str.maketrans(
    # Cyrillic, Greek, Armenian, Cherokee, Lisu
    "ЅІЈАВЕКМНОРСТУХЬавгекмнорстухьѕіјѡѴѵҮүһҽӀӏԁԌԍԛԜԝꙇ"
    "ͿΑΒΕΖΗΙΚΜΝΟΡΤΥΧαγικνορστυϜϳϺᴦᴩ"
    "ՍՏՕագզհոռսցքօ"
    "ᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᎽᏀᏂᏃᏏᏒᏔᏕᏙᏚᏞᏟᏢᏦᏧᏳᏴᏻᏼꭰꭱꭲꭵꭺꭻꭼꮁꮃꮇꮋꮐꮓꮢꮩꮪꮮꮯꮲꮶ"
    "ꓐꓑꓒꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ",
    "SlJABEKMHOPCTYXbabrekmhopctyxbsijwVvYyhelidGgqWwi"
    "JABEZHlKMNOPTYXayikvopotuFjMrp"
    "USOwqqhnnugfo"
    "DRTiYAJEWMHYGhZbRWSVSLCPKdGBgbdrtiajerwmhgzrvslcpk"
    "BPdDTGKJCZFMNLSRVHWXYAElOU",
)
"""What letters of other scripts look like; a capital one may look like another letter than its small one."""
_JOINED = (("rn", "m"), ("vv", "w"))
"""Letters that look like a single one beside one another."""


def likeness_of(name: str, title: str) -> str:
    """Return what is the same for people whom neither case, accents, white space nor punctuation tell apart.

    Nor do letters that look alike: “Ida” and “lda”, “Marnie” and “Mamie”. It is a digest: a text folded
    may be eighteen times as long, which is more than an index takes.
    """
    return hashlib.sha256(_letters(f"{name} {title}").encode()).hexdigest()


def likenesses_of(name: str, title: str) -> tuple[str, str, str]:
    """Return the likeness as it is written, with capitals at the beginning of words, and in capitals throughout.

    They differ only where a capital letter looks like another one than its small letter, such as the Greek Ν and ν.
    """
    return (
        likeness_of(name, title),
        likeness_of(name.title(), title.title()),
        likeness_of(name.upper(), title.upper()),
    )


def _letters(text: str) -> str:
    read = unicodedata.normalize("NFKD", text).translate(_AS_LATIN)
    folded = unicodedata.normalize("NFKD", read.casefold())
    letters = "".join(
        letter
        for letter in folded.translate(_ALIKE)
        if unicodedata.category(letter)[0] in "LMN"
        and letter not in _UNSEEN
        and not any(first <= letter <= last for first, last in _UPON)
    )
    for several, one in _JOINED:
        letters = letters.replace(several, one)
    return letters


class LikenessField(models.CharField[str, str]):
    """Keeps the likeness of a person; it is reckoned whenever the row is written."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "max_length": 64, "default": "", "editable": False})

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Return the likeness of the person who is written."""
        found = likeness_of(model_instance.name, model_instance.title)  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, found)
        return found

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Return what migrations need: to them it is a column as any other."""
        name, _path, given, options = super().deconstruct()
        return name, "django.db.models.CharField", list(given), dict(options)
