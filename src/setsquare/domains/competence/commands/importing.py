"""Bringing the content of a framework in from a file, as its draft."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from pydantic import Field

from setsquare.domains.competence.content import MOST_LEVELS, Content, Level
from setsquare.domains.competence.drafts import put
from setsquare.domains.competence.exchange.reading import Misfit, Said, describes_levels, fitted
from setsquare.domains.competence.exchange.taking import brought
from setsquare.domains.competence.keeping import content_at
from setsquare.domains.competence.models import Framework
from setsquare.domains.competence.rules import WRITERS
from setsquare.domains.competence.starters import CHOICES, EMPTY, starter
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, UploadRef, Widget, refuse_unkeepable
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.files.models import Upload
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import Label
from setsquare.kernel.writing.sentences import some

DRAFT, HELD = "draft", "held"
SCALES: dict[str, Label] = {
    DRAFT: gettext_lazy("The scale that the draft has"),
    HELD: gettext_lazy("Held or not held: a single level"),
    **{code: label for code, label in CHOICES.items() if code != EMPTY},
}


class ImportContent(Body):
    """The file, or the files of ESCO together, and the scale where they have none."""

    files: Annotated[
        list[UploadRef],
        Field(min_length=1, max_length=8),
        Shown(
            gettext_lazy("File"),
            gettext_lazy(
                "A CASE package (JSON), a table as exported here (.xlsx, .csv), SFIA’s workbook, or ESCO’s files."
            ),
            Widget.FILES,
        ),
    ]
    scale: Annotated[
        Literal["", "draft", "held", "quality_profession", "responsibility", "audit", "trade"],
        Shown(
            gettext_lazy("Scale, where the file has none"),
            gettext_lazy("ESCO and many CASE packages have none. One that the file has always counts."),
            needed=gettext_lazy("needed where the file has no scale"),
            choices=SCALES,
        ),
    ] = ""


def _read(framework: Framework, uploads: list[Upload], scale: str) -> Content:
    """Return what files say as a content, by a chosen scale where they have none. Raises Misfit."""
    files = tuple((upload.blob_id, upload.name) for upload in uploads)
    before = (framework.draft_id or framework.content_id or "") if scale == DRAFT else ""
    return _fitting(files, scale, before, get_language())


@lru_cache(maxsize=2)
def _fitting(files: tuple[tuple[str, str], ...], scale: str, before: str, _language: str | None) -> Content:
    """Fit files to a scale, once for the check before a transaction and for what is done in it."""
    content = fitted(brought(files), _levels(scale, before))
    try:
        refuse_unkeepable(content.model_dump(mode="json"))
    except Refused as refused:
        raise Misfit([_("It holds a character that cannot be kept.")]) from refused
    return content


def _levels(scale: str, before: str) -> tuple[Level, ...]:
    """Return the levels of a chosen scale; `before` is the digest of what the draft says."""
    if scale == HELD:
        return (Level(rank=1, code="1", name=_("Fulfilled")),)
    if scale == DRAFT:
        return content_at(before).scale if before else ()
    if not scale:  # nothing is taken without one, so what else does not fit is looked for at any level
        return tuple(Level(rank=rank, code=str(rank), name=str(rank)) for rank in range(1, MOST_LEVELS + 1))
    return starter(scale).scale


def _brought(uploads: list[Upload]) -> Said:
    return brought(tuple((upload.blob_id, upload.name) for upload in uploads))


def _wrong_with(situation: Situation, given: Mapping[str, Any]) -> dict[str, Label]:
    """Return what in the files does not fit, each row by itself, and whether a scale has to be chosen."""
    if not given.get("files") or situation.record is None:
        return {}
    scale = str(given.get("scale") or "")
    wrong: dict[str, Label] = {}
    try:
        if _brought(given["files"]).scale is None:
            if not scale:
                wrong["scale"] = _(
                    "The file has no scale: choose by which levels its components are assessed."
                )
            elif scale == DRAFT and not situation.detail.latest.scale:
                return {"scale": _("The draft has no scale yet: choose another one.")}
        _read(situation.detail, given["files"], scale)
    except Misfit as misfit:
        place = "files.0" if len(given["files"]) == 1 else "files"
        wrong[place] = "\n".join(misfit.reasons)
    return wrong


@command(
    "framework",
    "import_content",
    label=gettext_lazy("Import content"),
    past=gettext_lazy("brought in the draft from a file"),
    body=ImportContent,
    who=WRITERS,
    foresees=_wrong_with,
    reason=Reason.NEVER,
    hint=gettext_lazy(
        "It replaces the draft with its scale and attributes, all or nothing; what is in force stays until the "
        "next release."
    ),
)
def import_content(act: Act, body: ImportContent) -> None:
    """Make what files say the draft as a whole: scale, attributes, groups and components."""
    content, said = _read(act.detail, body.files, body.scale), _brought(body.files)
    put(act, content, lambda _place: "files")
    act.say(gettext_noop("%(files)s"), files=some(upload.name for upload in body.files))
    act.conclude(
        _conclusion(said, body.scale),
        components=len(content.components),
        levels=some(level.name for level in content.scale),
    )


def _conclusion(said: Said, scale: str) -> str:
    """Return the sentence that says by which scale the draft is now, and where that comes from."""
    if said.scale is not None:
        return gettext_noop(
            "The draft of %(number)s is replaced. Components: %(components)s. Levels, by the file’s own scale: "
            "%(levels)s. Look at it, then release it."
        )
    if scale == HELD:
        return gettext_noop(
            "The draft of %(number)s is replaced. Components: %(components)s, each held or not held (%(levels)s). "
            "Look at it, then release it."
        )
    if not describes_levels(said):
        return gettext_noop(
            "The draft of %(number)s is replaced. Components: %(components)s, each at all levels of the scale that "
            "you chose: %(levels)s. Look at it, then release it."
        )
    return gettext_noop(
        "The draft of %(number)s is replaced. Components: %(components)s. Levels, by the scale that you chose: "
        "%(levels)s. Look at it, then release it."
    )
