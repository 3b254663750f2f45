"""Known issuers of badges: the record type, and who is one where."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from setsquare.domains.training.badges.encoding import PublicKey
from setsquare.domains.training.badges.fetching import place
from setsquare.domains.training.badges.models import BadgeIssuer
from setsquare.domains.training.badges.resolving import entered_keys, url_of
from setsquare.domains.training.permissions import MANAGE, READ
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import units_where
from setsquare.kernel.lifecycle import Colour, Lifecycle, Move, State, gettext_noop
from setsquare.kernel.records.things import (
    Column,
    Element,
    Fact,
    Kind,
    SearchText,
    Section,
    Thing,
    register,
)

LIFECYCLE = Lifecycle(
    initial="entered",
    states=(
        State("entered", gettext_noop("Entered"), Colour.PURPLE, open=True),
        State("known", gettext_noop("Known"), Colour.GREEN, controlled=True),
        State("withdrawn", gettext_noop("Withdrawn"), Colour.GREY, controlled=True, final=True),
    ),
    moves={
        "edit": Move(("entered",)),
        "confirm": Move(("entered",), "known"),
        "withdraw": Move(("entered", "known"), "withdrawn"),
        "pass_on": Move(("entered", "known")),
    },
)


def _scope(_thing: Thing, user: User) -> Q:
    """Those that are known for readers, upwards too; the others for who runs training."""
    known = ~Q(state="entered") & Q(unit_id__in=units_where(user, READ, upwards=True))
    return known | Q(unit_id__in=units_where(user, MANAGE)) | Q(owner_id=user.pk)


BADGE_ISSUERS = register(
    Thing(
        code="badge_issuer",
        slug="badge-issuers",
        name=_("Known issuer of badges"),
        plural=_("Known issuers of badges"),
        element=Element.LEADERSHIP,
        area=_("Training"),
        icon="file-certificate",
        lifecycle=LIFECYCLE,
        read=READ,
        numbering="BI-{n:03}",
        model=BadgeIssuer,
        description=_(
            "Whose badges count as theirs: which keys are whose, entered by one and confirmed by another."
        ),
        columns=(
            Column("number", _("Number"), "number", sortable=True),
            Column("title", _("Name"), "title", sortable=True),
            Column("state", _("State"), "state", Kind.STATE, sortable=True),
            Column("address", _("Address of the issuer"), "badge_issuer__address"),
            Column("owner", _("Owner"), "owner", Kind.PERSON),
            Column("unit", _("Unit"), "unit", Kind.UNIT),
            Column("changed", _("Changed"), "changed", Kind.DATETIME, sortable=True, shown=False),
        ),
        sections=(
            Section(
                _("Issuer"),
                (
                    Fact(_("Name"), "title"),
                    Fact(_("Address of the issuer"), "badge_issuer__address"),
                    Fact(_("Public key of the issuer"), "badge_issuer__key", Kind.LONG_TEXT),
                    Fact(_("How it was found out"), "badge_issuer__found_out", Kind.LONG_TEXT),
                    Fact(_("Owner"), "owner", Kind.PERSON),
                    Fact(_("Unit"), "unit", Kind.UNIT),
                ),
            ),
        ),
        search=lambda record: SearchText(record.title, record.badge_issuer.address),
        scope=_scope,
    )
)


def known_for(person: User) -> QuerySet[BadgeIssuer]:
    """Return the issuers that are known where a person is, or above."""
    where = Q(record__unit__paths_down__descendant_id=person.unit_id)
    return BadgeIssuer.objects.filter(where, record__state="known").order_by("pk").select_related("record")


def named_by(address: str, among: QuerySet[BadgeIssuer]) -> list[BadgeIssuer]:
    """Return the issuers that an address names, however it is spelt."""
    return [one for one in among if same_address(one.address, address)]


def same_address(one: str, other: str) -> bool:
    """Tell whether two addresses name the same issuer: host and port in any spelling, the rest to the letter."""
    return one == other or (
        bool(place(url_of(one))[0])
        and place(url_of(one)) == place(url_of(other))
        and _path(one) == _path(other)
    )


def _path(address: str) -> str:
    return url_of(address).partition("://")[2].partition("/")[2].rstrip("/")


def keys_known(issuer: BadgeIssuer) -> list[PublicKey]:
    """Return the public keys of a known issuer."""
    return entered_keys(issuer.key)
