"""What a command's dialog asks besides its body: the reason and the signature."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from setsquare.faces.web.forms.fields import Field, Wrong, place_errors
from setsquare.kernel.commands.declaration import Meaning
from setsquare.kernel.records.things import Label

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
    what: str = ""
    """What is signed, where it is no single record."""

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
        own: dict[str, tuple[str, Label]] = {}
        if self.meaning is not None:
            own[PASSWORD] = ("signing-password", _("Your password"))
            own[PASSKEY] = ("signing-passkey", _("Your passkey"))
        if self.asks_reason:
            own[REASON] = (self.reason_field.id, self.reason_field.label)
        return place_errors(self.fields, self.errors, own)


def given_reason(request: HttpRequest) -> str:
    """Return the reason that was written."""
    return request.POST.get(REASON, "").strip()
