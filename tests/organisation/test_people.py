"""People: hiring, changing, leaving, returning."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.translation import gettext

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.models import Delegation, Grant, User
from setsquare.kernel.accounts.rights import permissions_in
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import CommandError, NotFound, NotPermitted, Refused, WrongState
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.events.models import Event
from setsquare.kernel.importing.running import bring_in, table_from
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.signatures.credentials import Credentials, CredentialsRefused, verify
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import entries_of, history
from tests.days import today
from tests.organisation.test_alone import told

TODAY = today


def test_hiring_enters_a_person_who_cannot_sign_in_yet(house):
    record = house.make(
        house.rita,
        "person",
        "hire",
        username="Carla",
        name="Carla Rossi",
        email="carla@norma.example",
        unit="S",
        manager="anna",
        roles=["reader"],
        language="de",
    )

    user = User.objects.get(username="carla")
    assert user.file.record == record
    assert record.owner == user
    assert not user.has_usable_password()
    assert "documents.read" in permissions_in(user, house.south.pk)
    assert "documents.read" not in permissions_in(user, house.north.pk)
    assert user.file.invited is not None
    assert Event.objects.filter(name="person.invite", record=record).count() == 1


def test_a_table_of_people_is_read_before_others_wait_and_may_name_people_above(house):
    rows = [f"p{n},Person {n},N,{'p0' if n == 20 else 'anna'},reader" for n in range(21)]
    table = table_from("\n".join(["username,name,unit,manager,roles", *rows]).encode())
    began = []
    with CaptureQueriesContext(connection) as asked:
        report = bring_in(
            thing_of("person"), Actor(house.rita), table, first=lambda: began.append(len(asked))
        )
    assert report.done and len(report.made) == 21
    assert User.objects.get(username="p20").manager == User.objects.get(username="p0")
    assert Entry.objects.filter(command="hire", channel="import").count() == 21
    waited = [str(query["sql"]) for query in asked.captured_queries[began[0] :]]
    assert len(waited) / 21 < 34, "of these a third are savepoints"
    assert sum('FROM "accounts_role"' in sql for sql in waited) <= 1, (
        "only what row 20 names is looked up there"
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "ANNA"}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "x@y"}, "username"),
        ({"email": "Anna@norma.example"}, "email"),
        ({"email": "nonsense"}, "email"),
        ({"unit": "nowhere"}, "unit"),
        ({"manager": "nobody"}, "manager"),
        ({"language": "xx"}, "language"),
        ({"time_zone": "Nowhere"}, "time_zone"),
        ({"roles": ["king"]}, "roles.0"),
        ({"name": ""}, "name"),
        ({"admin": True}, "admin"),
    ],
)
def test_a_person_who_does_not_fit_is_refused_at_the_field(house, change, field):
    body = {"username": "carla", "name": "Carla", "unit": "N", **change}

    with pytest.raises(Refused) as refusal:
        house.make(house.rita, "person", "hire", **body)

    assert list(refusal.value.fields) == [field]
    assert not User.objects.filter(username="carla").exists()


def test_a_sign_in_name_is_never_given_again(house):
    house.do(house.rita, "leave", house.ben, date=TODAY())

    with pytest.raises(Refused, match="never given again"):
        house.make(house.rita, "person", "hire", username="Ben", name="Benjamin", unit="N")


def test_who_administers_elsewhere_cannot_hire_here(house):
    with pytest.raises(NotPermitted):
        house.make(house.sam, "person", "hire", username="carla", name="Carla", unit="S")


def test_editing_a_person_renames_the_record_and_warns_the_old_address(house):
    new = {"name": "Anna Weber-Klein", "title": "Lead", "email": "awk@norma.example"}
    with pytest.raises(Refused, match="Say why"):
        house.do(house.rita, "edit", house.anna, **new)

    house.do(house.rita, "edit", house.anna, because="Married.", **new)

    anna = User.objects.get(pk=house.anna.pk)
    assert anna.file.record.title == "Anna Weber-Klein"
    told = Event.objects.get(name="person.email_changed")
    assert told.payload == {"before": "anna@norma.example"}
    notice = Notice.objects.get(user=anna, kind="person", text__contains="e-mail address")
    assert notice.values == {"before": "anna@norma.example", "after": "awk@norma.example"}


def test_a_new_name_does_not_rewrite_what_was_done_under_the_old_one(house):
    house.do(house.anna, "edit_own", house.anna, language="de", time_zone="", digest="never")
    new = {"name": "Somebody Else", "title": "", "email": "anna@norma.example"}

    house.do(house.rita, "edit", house.anna, because="A slip.", **new)

    record = house.anna.file.record
    told = [sentence_of(passage, thing_of("person")) for passage in history(record)]
    assert told[0] == "Rita Root edited the person."
    assert told[1] == "Anna Weber changed their preferences."
    assert [entry.actor.username for entry in entries_of(record) if entry.actor][-2:] == ["anna", "rita"]


def test_people_choose_their_own_preferences_and_nobody_elses(house):
    told = house.do(
        house.anna, "edit_own", house.anna, language="de", time_zone="Europe/Rome", digest="daily"
    )

    with translation.override("de"):
        assert told.conclusion == gettext("Your preferences hold from now on."), "in the language chosen now"
    assert User.objects.get(pk=house.anna.pk).language == "de"
    with pytest.raises(NotPermitted):
        house.do(house.rita, "edit_own", house.anna, language="en", digest="never")


def test_what_comes_next_for_a_person_is_told(house):
    who = {"username": "eva", "name": "Eva Lund", "email": "eva@norma.example", "unit": "N"}
    hired = carry_out("person", "hire", Actor(house.rita), body={**who, "invite": True}).conclusion
    assert hired == (
        "Eva Lund can sign in once they follow the link that is sent to eva@norma.example, and give signatures once"
        " somebody else has confirmed that they alone know the password."
    )
    other = {"username": "ole", "name": "Ole Lund", "unit": "N"}
    entered = carry_out("person", "hire", Actor(house.rita), body=other).conclusion
    assert entered == "Ole Lund cannot sign in yet: send them a link to set a password."
    ole = User.objects.get(username="ole")
    moved = house.do(house.rita, "transfer", ole, unit="S", manager="ben").conclusion
    assert moved == "Ole Lund is in South and reports to Ben Ito. Look whether the roles still fit."
    given = house.do(house.rita, "grant_role", ole, role="reader", unit="S", ends="2999-12-31").conclusion
    assert given == "Ole Lund holds the role Reader in South and all below it until 31 December 2999."
    there = timezone.localdate(timezone=ZoneInfo("Europe/Lisbon"))
    gone = house.do(house.rita, "leave", ole, date=there.isoformat()).conclusion
    assert gone == "Ole Lund can no longer sign in and left nothing behind."


def test_a_transfer_moves_the_record_and_keeps_the_line_straight(house):
    with pytest.raises(Refused) as refusal:
        house.do(house.rita, "transfer", house.ben, unit="S", manager="rita")
    assert refusal.value.fields == {
        "manager": "Nobody makes themself the manager of somebody; ask Sam North, who administers there too."
    }
    house.do(house.rita, "transfer", house.ben, unit="S", manager="sam")
    told = Notice.objects.filter(values__manager="Sam North").values_list("user__username", flat=True)
    assert sorted(told) == ["anna", "ben", "sam"]
    with pytest.raises(Refused, match="ask Sam North"):  # who moves them out of his reach first gains nothing
        house.do(house.rita, "transfer", house.ben, unit="S", manager="rita")
    house.do(None, "transfer", house.ben, unit="S", manager="rita")

    ben = User.objects.get(pk=house.ben.pk)
    assert (ben.unit, ben.manager, ben.file.record.unit) == (house.south, house.rita, house.south)
    with pytest.raises(Refused) as refusal:
        house.do(house.rita, "transfer", house.rita, unit="NW", manager="ben")
    assert "cannot be the other way round" in str(refusal.value.fields["manager"])
    with pytest.raises(Refused, match="themself"):
        house.do(house.rita, "transfer", house.ben, unit="S", manager="ben")


def test_leaving_ends_every_way_to_act(house):
    token, secret = tokens.make(house.anna, "script", ["read"], timezone.now() + dt.timedelta(days=9))
    user = User.objects.get(pk=house.anna.pk)
    user.set_password("a-quiet-river-42")
    user.save()
    house.do(house.rita, "delegate", user, substitute="sam", starts=TODAY(), ends=TODAY())

    house.do(house.rita, "leave", user, date=TODAY())

    user = User.objects.get(pk=house.anna.pk)
    assert not user.is_active
    assert user.left_on == TODAY()
    assert not user.has_usable_password()
    assert tokens.authenticate(secret) is None
    assert permissions_in(user, house.north.pk) == frozenset()
    assert not Grant.objects.filter(user=user, ends__isnull=True).exists()
    assert Delegation.objects.get(absent=user).revoked is not None
    assert user.file.record.state == "left"
    assert Event.objects.filter(name="person.leave", record=user.file.record).exists()
    with pytest.raises(CommandError):
        house.do(user, "edit_own", user, language="en", digest="never")


def test_who_leaves_hands_their_people_to_their_own_manager(house):
    house.do(house.sam, "transfer", house.anna, unit="N", manager="rita")

    house.do(house.rita, "leave", house.anna, date=TODAY())

    ben = User.objects.get(pk=house.ben.pk)
    assert ben.manager == house.rita
    assert history(ben.file.record)[0].entry.command == "follow"


def test_who_leaves_can_be_followed_by_one_of_their_people(house):
    house.do(house.sam, "transfer", house.anna, unit="N", manager="rita")
    house.do(house.rita, "transfer", house.sam, unit="N", manager="anna")

    house.do(house.rita, "leave", house.anna, date=TODAY(), successor="ben")

    assert User.objects.get(pk=house.ben.pk).manager == house.rita
    assert User.objects.get(pk=house.sam.pk).manager == house.ben


def test_leaving_is_told_on_or_after_the_last_day(house):
    with pytest.raises(Refused) as refusal:
        house.do(house.rita, "leave", house.anna, date=TODAY() + dt.timedelta(days=3))

    assert list(refusal.value.fields) == ["date"]


def test_the_last_administrator_cannot_leave(house):
    with pytest.raises(Refused, match="nobody could administer"):
        house.do(house.rita, "leave", house.rita, date=TODAY())

    assert User.objects.get(pk=house.rita.pk).is_active
    house.do(house.rita, "grant_role", house.anna, role="administrator", unit="NW")
    house.do(house.anna, "leave", house.rita, date=TODAY())
    assert not User.objects.get(pk=house.rita.pk).is_active


def test_who_returns_gets_no_right_back(house):
    house.do(house.rita, "leave", house.anna, date=TODAY())
    with pytest.raises(WrongState):
        house.do(house.rita, "edit", house.anna, name="Anna")

    house.do(house.rita, "return", house.anna, unit="S")

    anna = User.objects.get(pk=house.anna.pk)
    assert anna.is_active
    assert anna.left_on is None
    assert anna.file.record.unit == house.south
    assert permissions_in(anna, house.north.pk) == frozenset()


def test_an_invitation_is_noted_and_ends_a_password_that_could_not_be_mailed(house):
    house.do(house.rita, "invite", house.anna, because="New here.")
    assert User.objects.get(pk=house.anna.pk).file.invited is not None

    ben = User.objects.get(pk=house.ben.pk)
    ben.set_password("a-quiet-river-42")
    ben.save()
    house.do(house.rita, "invite", ben, because="Forgotten.")
    assert not User.objects.get(pk=ben.pk).has_usable_password()


def test_only_the_system_establishes_and_gives_new_managers(house):
    with pytest.raises(NotPermitted):
        house.do(house.rita, "follow", house.ben, manager="rita")
    with pytest.raises(NotPermitted):
        body = {"organisation": "X", "code": "X", "time_zone": "UTC", "username": "x1", "name": "X"}
        carry_out("person", "establish", Actor(house.rita), body=body)


def test_a_person_without_rights_sees_themself_alone(house):
    outsider = User.objects.create_user("guest", None, name="Guest", unit=house.north)
    people = thing_of("person")

    assert people.visible_to(house.anna).count() == 4
    assert not people.visible_to(outsider).exists()
    with pytest.raises(NotFound):
        house.do(outsider, "edit", house.anna, name="Mine")


def test_the_trail_of_a_person_says_what_was_granted(house):
    house.do(house.rita, "grant_role", house.anna, role="controller", unit="S")

    change = next(c for c in history(house.anna.file.record)[0].changes if c.path == "grants")
    assert [(grant["role"], grant["unit"]) for grant in change.after] == [
        ("reader", "NW"),
        ("controller", "S"),
    ]


@pytest.mark.parametrize("channel", ["api", "cli"])
def test_a_link_that_nobody_would_see_is_not_made(house, channel):
    ben = house.ben  # who has no e-mail address
    with pytest.raises(CommandError, match="do this in the browser"):
        carry_out("person", "invite", Actor(house.rita, channel), record=ben.file.record, reason="Forgotten.")
    assert "invite" not in [entry.command for entry in entries_of(ben.file.record)]


def test_a_password_by_a_link_that_was_shown_signs_nothing_until_a_second_person_vouches_for_it(house):
    ben = house.ben  # who has no e-mail address, and reports to Anna
    house.do(house.rita, "invite", ben, because="Forgotten.")
    ben.refresh_from_db()
    ben.set_password("a-quiet-river-43")
    ben.save()
    given = Credentials(password="a-quiet-river-43")

    with pytest.raises(CredentialsRefused, match="An administrator had a hand in"):
        verify(ben, given)
    for who in (house.rita, ben):
        with pytest.raises(NotPermitted):
            house.do(who, "confirm_access", ben)
    told = Notice.objects.get(user=house.anna, kind="person")
    assert told.values == {"name": "Rita Root", "person": "Ben Ito"}
    house.do(house.anna, "confirm_access", ben)

    assert verify(ben, given) == "password"
    assert [entry.command for entry in entries_of(ben.file.record)][-2:] == ["invite", "confirm_access"]


def test_two_people_can_be_told_apart_under_a_signature(house):
    given = {"name": "anna weber", "title": "Assistant", "unit": "N", "invite": False}
    with pytest.raises(Refused, match="add what tells them apart under a signature"):
        house.make(house.rita, "person", "hire", username="anna2", **given)
    house.make(house.rita, "person", "hire", username="anna2", **{**given, "title": "Assistant, night shift"})
    with pytest.raises(Refused, match="add what tells them apart") as refused:
        house.do(house.rita, "edit", house.ben, because="Same", name="Anna Weber", title="Assistant")
    assert list(refused.value.fields) == ["name"]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Anna  Weber", "Assistant"),
        ("Anna\u00a0Weber", "Assistant"),
        ("Anna We\u200bber", "Assistant"),
        ("Anna Weber.", "Assistant"),
        ("ANNA WE-BER", "assistant."),
        ("Anna Weber Assistant", ""),
    ],
)
def test_nobody_passes_for_somebody_by_blanks_and_points(house, name, title):
    with pytest.raises(Refused, match="add what tells them apart under a signature"):
        house.do(house.rita, "edit", house.ben, because="Same", name=name, title=title)


def test_letters_beyond_ascii_are_told_apart_in_whatever_case(house):
    given = {"unit": "N", "invite": False}
    house.make(house.rita, "person", "hire", username="joerg", name="J\u00f6rg Gro\u00df", **given)
    with pytest.raises(Refused, match="add what tells them apart under a signature"):
        house.make(house.rita, "person", "hire", username="joerg2", name="J\u00d6RG GROSS", **given)


def test_a_name_is_kept_with_single_blanks(house):
    new = {"name": "Ben \u00a0 Ito\u2003Senior", "title": "Second\u00a0 \u00a0fitter"}
    house.do(house.rita, "edit", house.ben, because="As he writes it.", **new)
    ben = User.objects.get(pk=house.ben.pk)
    assert (ben.name, ben.title) == ("Ben Ito Senior", "Second fitter")
    with pytest.raises(Refused, match="Give at least one letter or digit"):
        house.do(house.rita, "edit", house.ben, because="Nothing", name="\u200b.", title="")


def test_nobody_renames_themself_while_another_administrator_is_there(house):
    for new in ({"name": "Samuel North"}, {"name": "Sam North", "title": "Head of quality"}):
        with pytest.raises(Refused, match="Nobody changes this of themself; ask Rita Root") as refusal:
            house.do(house.sam, "edit", house.sam, because="Mine", **new)
        assert list(refusal.value.fields) == ["title" if "title" in new else "name"]
    Notice.objects.all().delete()

    house.do(house.rita, "edit", house.sam, because="His wish.", name="Samuel North")

    sentence = "Rita Root changed what is printed under signatures, from Sam North to Samuel North."
    assert told(house.sam) == [sentence]
    assert told(house.rita) == told(house.anna) == []


def test_who_administers_alone_renames_themself_in_sight_of_others(house):
    house.do(house.rita, "edit", house.rita, because="Married.", name="Rita Reed", email="rita@norma.example")
    sentence = "Rita Root changed what is printed under signatures, from Rita Root to Rita Reed."
    assert told(house.sam) == [sentence]


def test_an_administrator_who_changes_an_address_lets_nobody_sign_by_it_alone(house):
    house.do(
        house.rita,
        "edit",
        house.anna,
        because="Typo",
        name="Anna Weber",
        title="Assistant",
        email="x@y.example",
    )
    house.anna.refresh_from_db()
    assert house.anna.may_sign is False
    with pytest.raises(CredentialsRefused, match="An administrator had a hand in your way to sign in"):
        verify(house.anna, Credentials(password="a-quiet-river-42"))
    with pytest.raises(NotPermitted, match="Somebody else confirms this"):
        house.do(house.rita, "confirm_access", house.anna)
    house.do(house.sam, "confirm_access", house.anna)
    house.anna.refresh_from_db()
    assert house.anna.may_sign is True


def test_who_changed_an_address_does_not_vouch_because_somebody_else_sent_a_link_since(house):
    given = {"name": "Anna Weber", "title": "Assistant", "email": "x@y.example"}
    house.do(house.rita, "edit", house.anna, because="Typo", **given)
    house.do(house.sam, "invite", house.anna, because="She cannot sign in.")
    for who in (house.rita, house.sam):
        with pytest.raises(NotPermitted, match="neither who had a hand in it nor the person themself"):
            house.do(who, "confirm_access", house.anna)
    bootstrap.grant(house.ben, "administrator", "N")
    house.do(house.ben, "confirm_access", house.anna)
    house.anna.refresh_from_db()
    assert house.anna.may_sign is True


CYRILLIC = "\u041c\u0430\u0440\u0438\u044f Meyer"


def test_a_name_of_letters_that_only_look_alike_is_refused(house):
    other = {"title": "Head", "unit": "N", "invite": False}
    with pytest.raises(Refused, match="A digit stands between the letters of a word"):
        house.make(house.rita, "person", "hire", username="paul", name="Pau1a Meyer", **other)
    house.make(house.rita, "person", "hire", username="zoe", name="Zo\u00eb Meyer 2nd", **other)
    with pytest.raises(Refused, match="There is Zo\u00eb Meyer 2nd with this job title already"):
        house.make(house.rita, "person", "hire", username="zoe2", name="Zoe Meyer 2nd", **other)
    given = {"name": "M\u0456ra Meyer", "title": "Head", "unit": "N", "invite": False}
    with pytest.raises(Refused, match="mixes letters of several scripts"):
        house.make(house.rita, "person", "hire", username="mira", **given)
    house.make(
        house.rita,
        "person",
        "hire",
        username="maria",
        **{**given, "name": "\u041c\u0430\u0440\u0438\u044f \u041c\u0435\u0439\u0435\u0440"},
    )


def test_who_is_new_signs_when_a_second_person_has_vouched_for_them(house):
    made = house.make(
        house.rita, "person", "hire", username="gus", name="Gus Novak", unit="N", manager="anna", invite=False
    )
    gus = User.objects.get(username="gus")
    assert gus.may_sign is False
    with pytest.raises(NotPermitted, match="Somebody else confirms this"):
        house.do(house.rita, "confirm_access", made)
    ghost = house.make(
        house.rita, "person", "hire", username="ghost", name="G Host", unit="N", manager="gus", invite=False
    )
    with pytest.raises(NotPermitted, match="You sign nothing yourself before"):
        house.do(gus, "confirm_access", ghost)
    house.do(house.anna, "confirm_access", made)
    gus.refresh_from_db()
    assert gus.may_sign is True
