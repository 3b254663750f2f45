"""Names that people know from elsewhere lead to what does it here."""

import importlib
from types import ModuleType

import pytest
from tools import method_names

import setsquare.methods as m
from setsquare.methods.names import KNOWN, find


def thing(path: str):
    found = m
    for part in path.split("."):
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.path)
def test_a_path_is_public_and_its_other_names_are_free(known):
    family, _, name = known.path.partition(".")
    module = importlib.import_module(f"setsquare.methods.{family}")
    assert not name or (name in module.__all__ and callable(thing(known.path)))
    assert not set(known.also) & set(getattr(module, "__all__", dir(module))), "is the name of something else"
    assert len(set(known.also)) == len(known.also)


def test_no_name_leads_to_two_things_of_one_family():
    pairs = [(known.path.partition(".")[0], name) for known in KNOWN for name in known.also]
    assert len(set(pairs)) == len(pairs)


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ("np_chart", "charts.np_"),
        ("np", "charts.np_"),
        ("imr", "charts.individuals"),
        ("gage_rr", "measurement.crossed_study"),
        ("icc", "measurement.intraclass"),
        ("fdr", "trends.false_discovery"),
        ("oc_curve", "sampling.characteristic"),
        ("aoql", "sampling.characteristic"),
        ("cpk", "capability.capability"),
        ("xbar_r", "charts.xbar_r"),
        ("look", "advise.look"),
        ("A2", "constants"),
        ("d2", "constants.d2"),
        ("arl", "run_lengths.xbar"),
    ],
)
def test_a_name_that_is_not_here_says_where_it_is(asked, where):
    with pytest.raises(AttributeError, match=rf"no attribute '{asked}'; use {where}(?: |$)"):
        getattr(m, asked)
    family, _, name = where.partition(".")
    if name and not hasattr(getattr(m, family), asked):
        with pytest.raises(AttributeError, match=rf"no attribute '{asked}'; use {name or where}(?: |$)"):
            getattr(getattr(m, family), asked)


def test_the_own_family_comes_first():
    for family in ("trends", "verification"):
        assert isinstance(getattr(m, family), ModuleType)
    with pytest.raises(AttributeError, match="use trends.mann_kendall "):
        m.charts.mk_test  # noqa: B018 - asking for it is what is tested
    with pytest.raises(AttributeError, match="use two_proportions .sample size"):
        m.verification.power_prop_test  # noqa: B018 - asking for it is what is tested


def test_a_slip_of_the_pen_is_told_and_nonsense_is_not():
    with pytest.raises(AttributeError, match="no attribute 'xbar_z'; did you mean 'xbar_"):
        m.charts.xbar_z  # noqa: B018 - asking for it is what is tested
    with pytest.raises(AttributeError, match="no attribute 'qqqq'$"):
        m.charts.qqqq  # noqa: B018 - asking for it is what is tested
    with pytest.raises(AttributeError, match="no attribute '__wrapped__'$"):
        m.charts.__wrapped__  # noqa: B018 - asking for it is what is tested


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        ("I-MR", ["charts.individuals"]),
        ("gage R&R nested", ["measurement.nested_study"]),
        ("interval tolerance normal", ["tolerance.normal"]),
        ("", []),
        ("&", []),
        ("nothing of the kind", []),
    ],
)
def test_words_find_what_they_mean(words, paths):
    assert [one.path for one in find(words)] == paths


def test_the_page_of_names_is_up_to_date():
    assert method_names.PAGE.read_text("utf-8") == method_names.page(), "run tools/method_names.py"
