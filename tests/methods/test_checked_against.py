"""The page "Checked against" is what the tests say, and they say what is true."""

import importlib
from pathlib import Path

import pytest
from tools import checked_against

import setsquare.methods
from tests.methods.reference import load

HERE = Path(__file__).parent


def adapters() -> set[str]:
    found = [importlib.import_module(f"tests.methods.{path.stem}") for path in HERE.glob("cases_*.py")]
    return {name for module in found for name in module.ADAPTERS}


def test_the_page_is_up_to_date() -> None:
    assert checked_against.PAGE.read_text("utf-8") == checked_against.page(), "run tools/checked_against.py"


def test_every_method_that_is_named_exists() -> None:
    rows = [*checked_against.facts(), *checked_against.reached()]
    for name in sorted({name for row in rows for name in row.methods}):
        family, _, function = name.partition(".")
        assert callable(getattr(getattr(setsquare.methods, family), function)), name


@pytest.mark.parametrize("fact", checked_against.facts(), ids=lambda fact: fact.test)
def test_a_declaration_is_whole(fact: checked_against.Fact) -> None:
    assert fact.methods, "name a method after the source"
    assert fact.by in checked_against.HEADINGS
    assert "|" not in fact.source and "\n" not in fact.source


def test_every_reference_case_is_computed_and_has_its_source() -> None:
    rows = [case for row in checked_against.reached() for case in row.cases]
    assert len(rows) == len(set(rows)), "a case stands in two rows"
    assert set(rows) == adapters()
    assert set(rows) == set(load() or rows)
