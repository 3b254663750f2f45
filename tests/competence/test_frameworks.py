"""The life of a framework: drafted, released in editions, revised, withdrawn."""

import pytest

from setsquare.domains.competence.models import Component
from setsquare.domains.competence.thing import FRAMEWORKS, components_astray
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Grant, Unit
from setsquare.kernel.commands.errors import CommandError, NotPermitted, Refused, WrongState
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from tests.competence.conftest import Desk, framework_of


def rows(record: Record) -> dict[str, tuple[str | None, int, list[int], int | None]]:
    found = Component.objects.filter(framework_id=record.pk).select_related("parent").order_by("place")
    return {
        row.code: (row.parent.code if row.parent else None, row.depth, row.levels, row.retired)
        for row in found
    }


def test_a_released_framework_has_a_row_for_each_item_and_retires_what_the_next_edition_leaves_out(
    desk: Desk,
) -> None:
    record = desk.released(desk.small())
    assert rows(record) == {"G": (None, 0, [], None), "G-1": ("G", 1, [1, 2], None)}
    desk.do(
        desk.hanna, record, "add_item", code="G-0", parent="G", title="Sawing", place=1, levels=[{"level": 1}]
    )
    desk.do(desk.hanna, record, "remove_item", code="G-1")
    framework = framework_of(record)
    assert (framework.edition, framework.authors) == (1, ["hanna"])
    assert "G-1" in rows(record) and rows(record)["G-1"][3] is None  # in force until released
    desk.released(record, summary="Sawing for turning.")
    assert rows(record) == {"G": (None, 0, [], None), "G-0": ("G", 1, [1], None), "G-1": ("G", 1, [1, 2], 2)}
    framework = framework_of(record)
    assert [(one["edition"], one["by"], one["summary"]) for one in framework.editions] == [
        (1, "mark", "It is new."),
        (2, "mark", "Sawing for turning."),
    ]
    assert Record.objects.get(pk=record.pk).state == "in_force"
    assert not components_astray(Record.objects.get(pk=record.pk))
    Component.objects.filter(code="G-0").update(title="Filing")
    assert components_astray(Record.objects.get(pk=record.pk)) == ["G-0"]


def test_nothing_is_released_twice_and_what_goes_back_to_the_edition_is_no_draft(desk: Desk) -> None:
    record = desk.released(desk.small())
    with pytest.raises(WrongState, match="Nothing differs from the edition in force"):
        desk.released(record)
    item = {"code": "G-1", "title": "Turning", "levels": [{"level": 1, "text": "Turns."}]}
    desk.do(desk.hanna, record, "change_item", **item)
    assert framework_of(record).draft_id
    with pytest.raises(Refused) as why:
        desk.do(desk.mark, record, "discard_draft")
    assert set(why.value.fields) == {"reason"} and framework_of(record).draft_id
    done = desk.do(desk.mark, record, "discard_draft", because="Milling comes first.")
    assert done.conclusion == (
        f"The draft of {record.number} is dropped; the edition in force stays as it is. Told why: Hanna Example."
    )
    assert done.entry.reason == "Milling comes first."
    assert framework_of(record).draft_id is None
    told = Notice.objects.get(record=record, user=desk.hanna, text__contains="discarded")
    assert told.text % told.values == (
        f"Mark Example discarded the draft of {record.number} Trades, on which you wrote: Milling comes first."
    )
    desk.do(desk.hanna, record, "change_item", **item)
    own = desk.do(desk.hanna, record, "discard_draft", because="Written twice.")
    assert own.conclusion == f"The draft of {record.number} is dropped; the edition in force stays as it is."
    assert Notice.objects.filter(record=record, text__contains="discarded").count() == 1
    desk.do(desk.hanna, record, "move_item", code="G-1")
    desk.do(desk.hanna, record, "move_item", code="G-1", parent="G")
    assert (framework_of(record).draft_id, framework_of(record).authors) == (None, [])


def test_who_alone_wrote_a_draft_does_not_release_it_where_somebody_else_may(desk: Desk) -> None:
    record = desk.small()
    with pytest.raises(
        NotPermitted, match="You alone wrote this draft; somebody else releases it: Mark Example."
    ):
        desk.released(record, desk.hanna)
    alone = desk.framework("trade", who=desk.sol, unit="S")
    desk.released(alone, desk.sol)
    assert framework_of(alone).edition == 1
    with pytest.raises(CommandError):
        desk.do(desk.rob, record, "set_scale", scale=[{"code": "1", "name": "One"}])


def test_nobody_releases_alone_because_they_took_from_others_what_lets_them(desk: Desk) -> None:
    bootstrap.grant(desk.hanna, "administrator", "NW")
    record = desk.small()
    desk.do(desk.hanna, desk.mark.file.record, "revoke_role", role="manager", unit="N")
    with pytest.raises(NotPermitted, match="Within the last 30 days you took from Mark Example"):
        desk.released(record, desk.hanna)


def test_a_draft_with_gaps_is_not_released(desk: Desk) -> None:
    record = desk.framework()
    with pytest.raises(CommandError) as refused:
        desk.released(record)
    told = str(getattr(refused.value, "fields", refused.value))
    assert "The scale has no level yet." in told and "There is no component yet." in told


@pytest.mark.parametrize(
    ("name", "body", "field", "sentence"),
    [
        ("add_item", {"code": "G-1", "title": "X"}, "code", "The code “G-1” is used already."),
        ("add_item", {"code": "X", "title": "X", "parent": "Y"}, "parent", "There is no “Y” to stand below."),
        (
            "add_item",
            {"code": "X", "title": "X", "levels": [{"level": 3}]},
            "levels",
            "The scale has no level 3.",
        ),
        ("move_item", {"code": "G", "parent": "G"}, "parent", "“G” would stand below itself: G › G."),
        ("remove_item", {"code": "Z"}, "code", "There is no “Z” in this framework."),
        ("set_scale", {"scale": [{"code": "A", "name": "Can"}]}, "scale", "G-1: The scale has no level 2."),
    ],
)
def test_what_a_draft_cannot_hold_is_refused_at_its_field(
    desk: Desk, name: str, body: dict[str, object], field: str, sentence: str
) -> None:
    record = desk.small()
    with pytest.raises(Refused) as refused:
        desk.do(desk.hanna, record, name, **body)
    assert str(refused.value.fields[field]) == sentence


def test_attributes_and_a_withdrawal_are_kept_and_the_log_agrees(desk: Desk) -> None:
    record = desk.released(desk.small())
    told = [{"code": "FREE", "title": "Freedom", "level": rank, "text": f"Rank {rank}."} for rank in (1, 2)]
    desk.do(desk.hanna, record, "set_attributes", attributes=told)
    [attribute] = framework_of(record).latest.attributes
    assert [one.text for one in attribute.levels] == ["Rank 1.", "Rank 2."]
    desk.do(desk.hanna, record, "withdraw", because="Replaced by another one.")
    assert Record.objects.get(pk=record.pk).state == "withdrawn"
    assert framework_of(record).draft_id is None


def test_a_framework_is_read_in_its_unit_and_below_alone(desk: Desk) -> None:
    Grant.objects.filter(user=desk.hanna).update(unit=Unit.objects.get(code="NW"))
    whole, north = desk.framework(unit="NW"), desk.framework(unit="N")

    assert set(FRAMEWORKS.visible_to(desk.rob)) == {whole, north}
    assert set(FRAMEWORKS.visible_to(desk.sol)) == {whole}
    assert not FRAMEWORKS.visible_to(desk.nora).exists()


def test_a_framework_that_was_never_released_is_discarded_and_not_withdrawn(desk: Desk) -> None:
    record = desk.small()
    with pytest.raises(WrongState):
        desk.do(desk.hanna, record, "withdraw", because="Begun by mistake.")
    with pytest.raises(NotPermitted):
        desk.do(desk.rob, record, "discard", because="Not mine.")
    with pytest.raises(Refused) as why:
        desk.do(desk.hanna, record, "discard")
    assert set(why.value.fields) == {"reason"}
    done = desk.do(desk.mark, record, "discard", because="Begun by mistake.")
    assert done.conclusion == f"{record.number} is discarded; its number is not used again."
    assert Record.objects.get(pk=record.pk).state == "discarded"
    told = Notice.objects.get(record=record, user=desk.hanna)
    assert told.text % told.values == (
        f"Mark Example discarded {record.number} Trades, on which you wrote: Begun by mistake."
    )
    for deed, body in (("move_item", {"code": "G-1"}), ("release", {"summary": "New."}), ("withdraw", {})):
        with pytest.raises(WrongState):
            desk.do(desk.hanna, record, deed, because="Too late.", **body)
    other = desk.released(desk.small(title="Other"))
    with pytest.raises(WrongState):
        desk.do(desk.hanna, other, "discard", because="It was released.")
