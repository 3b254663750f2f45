"""Nobody puts themself at the head of somebody, by whatever way, and nobody is moved unseen."""

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.domains.organisation.taking import units_before
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.notices.models import Notice
from tests.days import today
from tests.organisation.test_alone import told

# --- no way makes oneself somebody's manager ---------------------------------------------------------

ASK_SAM = "Nobody makes themself the manager of somebody; ask Sam North"


def test_nobody_enters_somebody_under_themself(house):
    new = {"username": "gus", "name": "Gus Novak", "unit": "N", "manager": "rita"}
    with pytest.raises(Refused, match=ASK_SAM) as refusal:
        house.make(house.rita, "person", "hire", **new)
    assert list(refusal.value.fields) == ["manager"]
    house.make(house.rita, "person", "hire", **{**new, "manager": "anna"})


def test_nobody_takes_somebody_up_again_under_themself(house):
    house.do(house.rita, "leave", house.ben, date=today())
    with pytest.raises(Refused, match=ASK_SAM) as refusal:
        house.do(house.rita, "return", house.ben, unit="S", manager="rita")
    assert list(refusal.value.fields) == ["manager"]
    house.do(house.rita, "return", house.ben, unit="N", manager="anna")


def test_nobody_follows_a_leader_whose_work_they_end_themself(house):
    with pytest.raises(Refused, match=ASK_SAM) as refusal:
        house.do(house.rita, "leave", house.anna, date=today(), successor="rita")
    assert list(refusal.value.fields) == ["successor"]
    assert User.objects.get(pk=house.anna.pk).is_active
    house.do(house.rita, "leave", house.anna, date=today(), successor="sam")
    assert User.objects.get(pk=house.ben.pk).manager == house.sam


def test_the_units_from_which_somebody_moved_a_person_still_count(house):
    house.do(house.rita, "transfer", house.ben, unit="S", manager="anna")
    record = User.objects.get(pk=house.ben.pk).file.record
    assert list(units_before(record, house.rita)) == [house.north]
    assert list(units_before(record, house.sam)) == []
    with pytest.raises(Refused, match=ASK_SAM):
        house.do(house.rita, "transfer", house.ben, unit="S", manager="rita")


def test_nobody_puts_somebody_below_their_own_people(house):
    gus = bootstrap.add_person("gus", "Gus Novak", "N")
    house.do(None, "transfer", house.anna, unit="N", manager="rita")
    for manager in ("anna", "ben"):  # Ben reports to Anna
        with pytest.raises(Refused, match=ASK_SAM) as refusal:
            house.do(house.rita, "transfer", gus, unit="N", manager=manager)
        assert list(refusal.value.fields) == ["manager"]
    with pytest.raises(Refused, match=ASK_SAM):
        new = {"username": "eve", "name": "Eve Novak", "unit": "N", "manager": "ben"}
        house.make(house.rita, "person", "hire", **new)
    house.do(None, "transfer", gus, unit="N", manager="sam")
    leo = bootstrap.add_person("leo", "Leo Novak", "N", manager="gus")
    with pytest.raises(Refused, match=ASK_SAM) as refusal:
        house.do(house.rita, "leave", gus, date=today(), successor="anna")
    assert list(refusal.value.fields) == ["successor"]
    house.do(house.rita, "leave", gus, date=today(), successor="sam")
    assert User.objects.get(pk=leo.pk).manager == house.sam


def test_who_leads_somebody_gives_them_to_another_one_of_their_people(house):
    house.do(None, "transfer", house.anna, unit="N", manager="rita")
    gus = bootstrap.add_person("gus", "Gus Novak", "N", manager="rita")
    house.do(house.rita, "transfer", house.ben, unit="N", manager="gus")
    assert User.objects.get(pk=house.ben.pk).manager == gus


def test_nobody_changes_their_own_place_or_manager_while_another_administrator_is_there(house):
    ask = "Nobody changes this of themself; ask Rita Root, who administers there too"
    bootstrap.grant(house.sam, "administrator", "S")
    for field, place in (("unit", {"unit": "S"}), ("manager", {"unit": "N", "manager": "anna"})):
        with pytest.raises(Refused, match=ask) as refusal:
            house.do(house.sam, "transfer", house.sam, **place)
        assert list(refusal.value.fields) == [field]
    house.do(None, "transfer", house.sam, unit="N", manager="anna")
    ask = "Nobody ends the work of who leads them; ask Rita Root, who administers there too"
    with pytest.raises(Refused, match=ask) as refusal:
        house.do(house.sam, "leave", house.anna, date=today(), successor="ben")
    assert list(refusal.value.fields) == ["successor"]
    house.do(house.rita, "transfer", house.sam, unit="S", manager="ben")
    house.do(house.rita, "transfer", house.rita, unit="NW", manager="anna")
    assert User.objects.get(pk=house.rita.pk).manager == house.anna, "nobody else administers her"


def test_nobody_ends_the_work_of_who_leads_them_while_another_administrator_is_there(house):
    house.do(None, "transfer", house.sam, unit="N", manager="anna")
    ask = "Nobody ends the work of who leads them; ask Rita Root, who administers there too"
    with pytest.raises(Refused, match=ask) as refusal:
        house.do(house.sam, "leave", house.anna, date=today())
    assert list(refusal.value.fields) == ["successor"]
    assert User.objects.get(pk=house.anna.pk).is_active
    house.do(house.rita, "leave", house.anna, date=today())
    assert User.objects.get(pk=house.sam.pk).manager is None


def test_who_administers_alone_ends_the_work_of_who_leads_them(house):
    house.do(None, "transfer", house.rita, unit="NW", manager="anna")
    house.do(house.rita, "leave", house.anna, date=today())
    assert User.objects.get(pk=house.rita.pk).manager is None


# --- who administers alone is seen -----------------------------------------------------------------------

ALONE = "put under themself, as nobody else administers there"


@pytest.fixture
def only_rita(house):
    """Have nobody but Rita administer, who reports to Sam; Anna leads Ben in the north, and Dora reads all history."""
    house.do(None, "revoke_role", house.sam, role="administrator", unit="N")
    house.do(None, "transfer", house.rita, unit="NW", manager="sam")
    bootstrap.add_role("head2", "Director", "", ["trail.read"])
    bootstrap.grant(bootstrap.add_person("dora", "Dora Day", "S"), "head2", "NW")
    Notice.objects.all().delete()
    house.rita = User.objects.get(pk=house.rita.pk)
    return house


def notes(user):
    return [entry.note and entry.note["text"] for entry in user.file.record.trail.order_by("seq")]


def test_who_puts_somebody_under_themself_as_nobody_else_is_there_is_seen_by_others(only_rita):
    house = only_rita
    sentence = "Rita Root put Eva Novak under themself, as nobody else administers there."
    new = {"username": "eva", "name": "Eva Novak", "unit": "N", "manager": "rita"}
    house.make(house.rita, "person", "hire", **new)
    eva, dora = User.objects.get(username="eva"), User.objects.get(username="dora")
    assert notes(eva) == [ALONE]
    assert [told(one).count(sentence) for one in (eva, dora, house.anna, house.sam)] == [1, 1, 1, 1]
    assert sentence not in told(house.rita) and sentence not in told(house.ben)


def test_every_way_to_lead_alone_is_seen(only_rita):
    house = only_rita
    house.do(house.rita, "transfer", house.sam, unit="N", manager="anna")
    assert ALONE not in notes(house.sam), "he is under Anna"
    house.do(house.rita, "leave", house.anna, date=today(), successor="rita")
    for person in (house.ben, house.sam):
        assert notes(person)[-1] == ALONE
        sentence = f"Rita Root put {person.name} under themself, as nobody else administers there."
        assert sentence in told(person) and sentence in told(User.objects.get(username="dora"))
    house.do(house.rita, "leave", house.ben, date=today())
    house.do(None, "return", house.ben, unit="N", manager=None)
    house.do(house.rita, "transfer", house.ben, unit="N", manager="rita")
    assert notes(house.ben)[-1] == ALONE
    house.do(house.rita, "transfer", house.ben, unit="S", manager="rita")
    assert notes(house.ben)[-1] is None, "she leads him already"


# --- nobody is moved unseen ----------------------------------------------------------------------------


def test_who_leads_a_person_or_their_units_is_told_where_they_go(house):
    house.do(
        None, "transfer", house.sam, unit="S", manager="rita"
    )  # so that Rita leads somebody in the south
    Notice.objects.all().delete()

    house.do(None, "transfer", house.ben, unit="S", manager="sam")

    sentence = "Ben Ito goes from North to South and reports to Sam North from now on."
    assert [told(one) for one in (house.ben, house.anna, house.sam, house.rita)] == [[sentence]] * 4


def test_who_is_moved_without_a_new_manager_is_told_as_well(house):
    house.do(house.rita, "transfer", house.ben, unit="S", manager="anna")

    sentence = "Ben Ito goes from North to South and reports to Anna Weber from now on, as Rita Root entered."
    assert told(house.ben) == told(house.anna) == [sentence]
    assert told(house.sam) == [sentence], "he administers the north"
    assert told(house.rita) == []


def test_people_are_told_who_leads_them_after_somebody_left(house):
    house.do(house.rita, "leave", house.anna, date=today(), successor="sam")

    assert told(house.ben) == ["Ben Ito reports to Sam North from now on, as Rita Root entered."]


def test_people_of_who_leaves_without_a_successor_are_told_to_whom_they_report(house):
    gus = bootstrap.add_person("gus", "Gus Novak", "N", manager="ben")
    done = house.do(house.rita, "leave", house.ben, date=today())
    assert told(gus) == ["Gus Novak reports to Anna Weber from now on, as Rita Root entered."]
    assert "Gus Novak reports to Anna Weber from now on, as Rita Root entered." in told(house.anna)
    assert done.conclusion == (
        "Ben Ito can no longer sign in and left nothing behind. Reporting to Anna Weber from now on: Gus Novak."
    )
    done = house.do(house.rita, "leave", house.anna, date=today())
    assert told(gus)[-1] == "Gus Novak reports to nobody from now on, as Rita Root entered."
    assert done.conclusion.endswith("Reporting to nobody from now on: Gus Novak.")


def test_the_system_is_kept_from_nothing(house):
    carry_out(
        "person", "transfer", Actor(None), record=house.ben.file.record, body={"unit": "S", "manager": "rita"}
    )
    assert User.objects.get(pk=house.ben.pk).manager == house.rita
