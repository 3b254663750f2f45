"""What a command's dialog asks besides its body: the reason and the signature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from setsquare.faces.web.forms.fields import Field, Wrong, place_errors
from setsquare.kernel.commands.declaration import Meaning
from setsquare.kernel.commands.errors import CommandError, Refused, SignatureRefused
from setsquare.kernel.commands.manners import GLASS, GLASS_BROKEN
from setsquare.kernel.records.things import Label
from setsquare.kernel.signatures.credentials import Credentials

GLASS_NEEDED = "_glass"
"""Sent along where the form was opened to break the glass."""
REASON, VERSION, KEY = "reason", "_version", "_key"
PASSWORD, PASSKEY = "password", "passkey"


@dataclass
class Asking:
    """Everything that the dialog of a command asks for."""

    fields: list[Field]
    errors: Mapping[str, Label] = field(default_factory=dict)
    meaning: Meaning | None = None
    needs_reason: bool = False
    reason: str = ""
    version: int | None = None
    key: str = ""
    passkeys: bool = False
    """Whether the person has a passkey to sign with."""
    lacking: str = ""
    """What rules ask for that the person lacks."""
    ways: Sequence[tuple[str, str]] = ()
    """What leads to what they lack: what to do, and where."""
    countersigned: bool = False
    """Whether it is done under supervision: it waits until somebody else countersigns it."""
    glass: bool = False
    """Whether the reason for breaking the glass is asked for."""
    glass_why: str = ""
    glass_needed: bool = False
    glass_url: str = ""
    """Where the same is done by breaking the glass, where that is possible instead of waiting."""
    what: str = ""
    """What is signed, where it is no single record."""

    @property
    def parts(self) -> list[tuple[Label, list[Field]]]:
        """Return the fields by the parts of the form, each with its heading: empty for those before the first one."""
        found: list[tuple[Label, list[Field]]] = []
        for one in self.fields:
            if one.under or not found:
                found.append((one.under, []))
            found[-1][1].append(one)
        return found

    @property
    def asks_reason(self) -> bool:
        """Tell whether the reason is asked for apart from the body, which may have a field of that name."""
        return self.needs_reason and all(known.name != REASON for known in self.fields)

    @property
    def reason_field(self) -> Field:
        """Return the field of the reason."""
        return Field(
            kind="long_text",
            name=REASON,
            label=_("Reason"),
            hint=_("It is kept in the record's history."),
            required=True,
            value=self.reason,
            errors=[self.errors[REASON]] if REASON in self.errors else (),
        )

    @property
    def glass_field(self) -> Field:
        """Return the field of the reason for breaking the glass."""
        return Field(
            kind="long_text",
            name=GLASS,
            label=_("Why the glass has to be broken"),
            hint=_("It is kept for good, and judged by somebody else."),
            required=self.glass_needed,
            value=self.glass_why,
            errors=[self.errors[GLASS]] if GLASS in self.errors else (),
        )

    @property
    def signs(self) -> Meaning | None:
        """Return what is signed, if anything: who breaks the glass always signs."""
        return self.meaning or (GLASS_BROKEN if self.glass else None)

    @property
    def signing_errors(self) -> dict[str, list[Label]]:
        """Return what was wrong with the signature, by way of signing."""
        return {name: [self.errors[name]] if name in self.errors else [] for name in (PASSWORD, PASSKEY)}

    @property
    def passkey_url(self) -> str:
        """Return where the browser gets the challenge for a passkey, empty where passkeys are not to be had."""
        if not self.passkeys:
            return ""
        try:
            return reverse("signing_options")
        except NoReverseMatch:
            return ""

    @property
    def summary(self) -> list[Wrong]:
        """Return everything that has to be put right."""
        return place_errors(self.fields, self.errors, self.beside)

    @property
    def beside(self) -> dict[str, tuple[str, Label]]:
        """Return id and label of what is asked besides the body, by name."""
        own: dict[str, tuple[str, Label]] = {}
        if self.signs is not None:
            own[PASSWORD] = ("signing-password", _("Your password"))
            own[PASSKEY] = ("signing-passkey", _("Your passkey"))
        if self.asks_reason:
            own[REASON] = (self.reason_field.id, self.reason_field.label)
        if self.glass:
            own[GLASS] = (self.glass_field.id, self.glass_field.label)
        return own


def given_reason(request: HttpRequest) -> str:
    """Return the reason that was written."""
    return request.POST.get(REASON, "").strip()


def given_glass(request: HttpRequest) -> str:
    """Return the reason for breaking the glass as it was written; empty where none had to be.

    One that had to be and is empty is a blank, which the door refuses.
    """
    return request.POST.get(GLASS, "") or (" " if GLASS_NEEDED in request.POST else "")


def credentials_of(request: HttpRequest) -> Credentials:
    """Return by what the person proves who they are."""
    return Credentials(
        password=request.POST.get(PASSWORD, ""), passkey=request.POST.get(PASSKEY, ""), request=request
    )


def errors_of(refused: CommandError) -> Mapping[str, Label]:
    """Return what was refused by field; what concerns the whole stands under no name."""
    if isinstance(refused, Refused):
        return refused.fields
    return {PASSWORD if isinstance(refused, SignatureRefused) else "": refused.sentence}
