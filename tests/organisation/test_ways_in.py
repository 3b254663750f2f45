"""No administrator alone takes over how others sign in, nor leaves an organisation in which nobody signs any more."""

import pytest
from django.core import mail
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.domains.organisation.ways_in import waits_for_address
from setsquare.kernel.accounts.models import Role, User
from setsquare.kernel.commands.errors import CommandError, Refused, WrongState
from setsquare.kernel.events.dispatch import deliver_waiting
from setsquare.kernel.events.models import Event
from tests.days import today
from tests.organisation.test_alone import told

MINE = "rita+3@norma.example"
PASSWORD = "a-quiet-river-42"


@pytest.fixture
def all_sign_in(house):
    """Have everybody a password and an address, and have signed in."""
    for person in User.objects.order_by("pk"):
        person.set_password(PASSWORD)
        person.email = person.email or f"{person.username}@norma.example"
        person.last_login = timezone.now()
        person.save()
    return house


def change_address(house, who, person, email=MINE):
    person = User.objects.get(pk=person.pk)
    house.do(who, "edit", person, name=person.name, title=person.title, email=email, because="A new address.")


def deliver():
    while deliver_waiting():
        pass


# --- an address ----------------------------------------------------------------------------------------


def test_an_address_that_one_administrator_changed_gets_no_link_before_somebody_else_confirms_it(all_sign_in):
    house = all_sign_in
    change_address(house, house.rita, house.anna)
    anna = User.objects.get(pk=house.anna.pk)
    assert waits_for_address(anna)
    with pytest.raises(WrongState, match="The new e-mail address of Anna Weber waits for somebody else"):
        house.do(house.rita, "invite", anna, because="She cannot sign in.")
    Event.objects.create(name="sign_in.link_asked", payload={"address": MINE}, at=timezone.now())
    deliver()

    assert [(one.to, one.subject) for one in mail.outbox] == [
        (["anna@norma.example"], "Your e-mail address was changed")
    ]
    assert "Your e-mail address was changed from anna@norma.example to rita+3@norma.example." in told(anna)
    assert anna.check_password(PASSWORD), "she signs in as before"

    mail.outbox.clear()
    house.do(house.sam, "confirm_access", anna)
    assert not waits_for_address(User.objects.get(pk=anna.pk))
    Event.objects.create(name="sign_in.link_asked", payload={"address": MINE}, at=timezone.now())
    deliver()
    assert [(one.to, one.subject) for one in mail.outbox] == [([MINE], "Set a new password")]


def test_who_has_a_password_and_never_used_it_is_guarded_as_well(all_sign_in):
    house = all_sign_in
    User.objects.filter(pk=house.anna.pk).update(last_login=None)
    change_address(house, house.rita, house.anna)
    assert waits_for_address(User.objects.get(pk=house.anna.pk))


def test_nobody_takes_an_address_away_to_be_shown_the_link(all_sign_in):
    house = all_sign_in
    change_address(house, house.rita, house.anna, "")
    with pytest.raises(WrongState, match="waits for somebody else to confirm it"):
        house.do(house.rita, "invite", house.anna, because="She cannot sign in.")
    assert User.objects.get(pk=house.anna.pk).check_password(PASSWORD)


def test_who_is_sent_a_link_is_told_by_whom(all_sign_in):
    house = all_sign_in
    house.do(house.rita, "invite", house.anna, because="Forgotten.")
    assert told(house.anna)[-1].startswith("Rita Root had a link sent by which a password is set for you.")


def test_a_first_address_is_put_right_without_a_detour(house):
    bootstrap.add_person("gus", "Gus Novak", "N", email="gsu@norma.example")
    gus = User.objects.get(username="gus")
    change_address(house, house.rita, gus, "gus@norma.example")
    house.do(house.rita, "invite", gus, because="A slip.")
    deliver()
    assert mail.outbox[-1].to == ["gus@norma.example"]


# --- somebody is left who signs ----------------------------------------------------------------------


@pytest.mark.parametrize("how", ["edit", "invite"])
def test_however_many_accesses_one_administrator_touches_somebody_else_is_left_who_gives_them_back(
    all_sign_in, how
):
    house = all_sign_in
    refused = []
    for number, person in enumerate((house.anna, house.ben, house.sam)):
        try:
            if how == "edit":
                change_address(house, house.rita, person, f"rita+{number}@norma.example")
            else:
                house.do(house.rita, "invite", person, because="All anew.")
        except Refused as refusal:
            refused.append((person, dict(refusal.fields)))
    why = (
        "Nobody else could confirm this access afterwards, so Sam North would sign nothing any more. First give"
        " somebody else a role that may administer here or read the history."
    )
    assert refused == [(house.sam, {"email" if how == "edit" else "": why})]
    for person in (house.anna, house.ben):
        assert not User.objects.get(pk=person.pk).may_sign
        house.do(house.sam, "confirm_access", person)
        assert User.objects.get(pk=person.pk).may_sign


def test_who_administers_a_part_leaves_the_whole_its_last_administrator(all_sign_in):
    house = all_sign_in
    house.do(None, "transfer", house.rita, unit="N", manager="anna")
    for name, body in (
        ("edit", {"name": "Rita Root", "email": "sam+1@norma.example"}),
        ("invite", {}),
        ("end_access", {}),
        ("leave", {"date": today()}),
    ):
        reason = {} if name == "leave" else {"because": "It is time."}
        with pytest.raises(Refused, match="nobody could administer the organisation any more"):
            house.do(house.sam, name, house.rita, **body, **reason)
    assert User.objects.get(pk=house.rita.pk).may_sign


# --- only who can sign in and act now counts -----------------------------------------------------------


def without_a_password(user):
    user.set_unusable_password()
    user.save()


def unconfirmed(user):
    User.objects.filter(pk=user.pk).update(may_sign=False)


@pytest.mark.parametrize("lame", [without_a_password, unconfirmed])
def test_an_administrator_who_cannot_act_does_not_keep_the_organisation_administered(all_sign_in, lame):
    house = all_sign_in
    bootstrap.grant(house.anna, "administrator", "NW")
    lame(User.objects.get(pk=house.anna.pk))

    with pytest.raises(Refused, match="nobody could administer the organisation any more"):
        house.do(house.rita, "revoke_role", house.rita, role="administrator", unit="NW")
    with pytest.raises(CommandError):
        house.do(house.rita, "leave", house.rita, date=today())
    role = Role.objects.get(code="administrator").file.record
    bootstrap.add_role("chief", "Chief", "", ["organisation.administer"])
    bootstrap.grant(house.anna, "chief", "NW")
    with pytest.raises(Refused, match="nobody could administer the organisation any more"):
        house.do(house.rita, "set_permissions", role, permissions=["organisation.read"], because="Less.")


def test_an_administrator_with_a_password_lets_another_one_go(all_sign_in):
    house = all_sign_in
    bootstrap.grant(house.anna, "administrator", "NW")
    house.do(house.rita, "revoke_role", house.rita, role="administrator", unit="NW")


def test_who_administers_nothing_leaves_whatever_others_lack(house):
    without_a_password(User.objects.get(pk=house.rita.pk))
    house.do(house.sam, "leave", house.ben, date=today())
    assert not User.objects.get(pk=house.ben.pk).is_active
