"""The guide: every technique exists, advice follows what is known, and data are seen for what they are."""

import importlib
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setsquare.methods.advise import advise, look, techniques
from setsquare.methods.advise.facts import FACTS, PURPOSES
from setsquare.methods.advise.guide import KNOWN
from setsquare.methods.advise.technique import holds
from tests.methods.checked import checked

pytestmark = pytest.mark.once


# What the guide knows


@pytest.mark.parametrize("name", sorted({name for _, _, name in techniques()}))
def test_every_technique_can_be_called(name: str) -> None:
    package, _, function = name.rpartition(".")
    module = importlib.import_module(package)
    assert callable(getattr(module, function)) and function in module.__all__


def test_every_purpose_and_every_fact_is_used_and_says_its_source() -> None:
    assert {one.purpose for one in KNOWN} == set(PURPOSES)
    used = {"purpose"}
    for one in KNOWN:
        assert one.source and one.said and set(one.needs) <= set(FACTS)
        used |= set(one.needs)
        for when in (*one.reasons, *one.doubts):
            assert when.sentence and when.conditions and (when.weight > 0) == (when in one.reasons)
            used |= set(when.conditions)
    assert used == set(FACTS)
    assert len({(one.purpose, one.title) for one in KNOWN}) == len(KNOWN)


def example(wanted: object) -> object:
    """A value that meets what a fact should be."""
    if isinstance(wanted, tuple) and not isinstance(wanted[0], str):
        return max(wanted[0], 1)
    return wanted[0] if isinstance(wanted, tuple) else wanted


@pytest.mark.parametrize("place", range(len(KNOWN)))
def test_every_technique_is_recommended_where_its_needs_are_met(place: int) -> None:
    one = KNOWN[place]
    facts = {name: example(wanted) for name, wanted in one.needs.items()}
    found = advise(one.purpose, **facts)
    assert one.title in {made.title for made in found.recommendations}
    made = next(made for made in found.recommendations if made.title == one.title)
    assert made.why[0].sentence == one.said and made.why[0].source == one.source
    assert made.method == "setsquare.methods." + one.method


CHOICES = {
    name: st.sampled_from(fact.choices)
    if fact.kind == "choice"
    else st.booleans()
    if fact.kind == "yes or no"
    else st.integers(1, 300)
    for name, fact in FACTS.items()
    if name != "purpose"
}
FACT_SETS = st.fixed_dictionaries({}, optional=CHOICES)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(PURPOSES)), FACT_SETS)
def test_advice_is_ordered_complete_and_asks_only_for_what_is_not_known(purpose: str, facts: dict) -> None:
    if "groups" in facts:
        facts["groups"] = max(2, facts["groups"])
    found = advise(purpose, **facts)
    scores = [one.score for one in found.recommendations]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) + len(found.excluded) == sum(one.purpose == purpose for one in KNOWN)
    assert not {question.fact for question in found.questions} & set(found.known)
    wanted = {name for one in found.recommendations for name in one.open}
    assert {question.fact for question in found.questions} == wanted
    for one in KNOWN:
        if one.purpose == purpose:
            impossible = any(holds(facts, {name: need}) is False for name, need in one.needs.items())
            assert (one.title in {title for title, _ in found.excluded}) == impossible
    json.dumps(found.to_dict())
    assert len(found.table().rows) == len(scores)


# What it advises


@checked("NIST e-Handbook 6.3 and ISO 7870: which chart for which data", "advise.advise")
@pytest.mark.parametrize(
    ("facts", "title"),
    [
        ({"data_kind": "measured", "subgroup": 5}, "Xbar and R chart"),
        ({"data_kind": "measured", "subgroup": 20}, "Xbar and S chart"),
        ({"data_kind": "measured", "subgroup": 6, "equal": False}, "Xbar and S chart"),
        ({"data_kind": "measured", "subgroup": 1}, "Individuals and moving range chart"),
        ({"data_kind": "measured", "subgroup": 1, "shift": 0.75, "known": True}, "CUSUM chart"),
        ({"data_kind": "measured", "subgroup": 5, "shift": 1.0}, "EWMA chart"),
        ({"data_kind": "measured", "subgroup": 5, "shift": 3.0}, "Xbar and R chart"),
        ({"data_kind": "measured", "subgroup": 1, "measures": 4}, "Hotelling T2 chart"),
        ({"data_kind": "measured", "subgroup": 4, "measures": 3}, "Hotelling T2 chart of subgroups"),
        ({"data_kind": "measured", "subgroup": 1, "measures": 3, "shift": 0.5}, "MEWMA chart"),
        (
            {"data_kind": "measured", "subgroup": 1, "autocorrelated": True},
            "Individuals chart with the overall standard deviation",
        ),
        ({"data_kind": "ratings", "points": 15}, "Run chart with runs and crossings"),
        (
            {"data_kind": "measured", "subgroup": 1, "points": 12, "distribution": "skewed"},
            "Run chart with runs and crossings",
        ),
        ({"data_kind": "defectives", "equal": False}, "p chart"),
        ({"data_kind": "defectives", "overdispersed": True}, "Laney p' chart"),
        ({"data_kind": "defectives", "sample": 20000, "overdispersed": True}, "Laney p' chart"),
        ({"data_kind": "defects", "equal": False}, "u chart"),
        ({"data_kind": "defects", "equal": True}, "c chart"),
        ({"data_kind": "defects", "overdispersed": True}, "Laney u' chart"),
        ({"data_kind": "defectives", "rare": True}, "g chart"),
        ({"data_kind": "gaps"}, "t chart"),
    ],
)
def test_the_chart_fits_the_data(facts: dict, title: str) -> None:
    assert advise("monitor", **facts).best.title == title


@pytest.mark.parametrize(
    ("purpose", "facts", "method"),
    [
        (
            "capability",
            {"data_kind": "measured", "distribution": "normal", "stable": True},
            "capability.capability",
        ),
        (
            "capability",
            {"data_kind": "measured", "distribution": "skewed", "stable": True},
            "capability.fitted_capability",
        ),
        ("capability", {"data_kind": "measured", "subgroup": 1, "stable": False}, "charts.individuals"),
        ("capability", {"data_kind": "defectives"}, "capability.defectives"),
        (
            "measurement",
            {"data_kind": "measured", "aim": "people and gauge", "destructive": False},
            "measurement.crossed_study",
        ),
        (
            "measurement",
            {"data_kind": "measured", "aim": "people and gauge", "destructive": True},
            "measurement.nested_study",
        ),
        (
            "measurement",
            {"data_kind": "categories", "aim": "agreement", "appraisers": 3},
            "measurement.attribute_agreement",
        ),
        (
            "measurement",
            {"data_kind": "ratings", "aim": "agreement", "appraisers": 2},
            "measurement.cohen_kappa",
        ),
        (
            "measurement",
            {"data_kind": "measured", "aim": "one gauge", "reference": True},
            "measurement.type1_study",
        ),
        ("accept", {"data_kind": "defectives", "contract": True}, "sampling.standard_plan"),
        ("accept", {"data_kind": "measured", "contract": True}, "sampling.standard_variables_plan"),
        (
            "accept",
            {"data_kind": "measured", "distribution": "skewed", "contract": False},
            "sampling.find_plan",
        ),
        (
            "accept",
            {"data_kind": "measured", "distribution": "normal", "contract": False},
            "sampling.find_variables_plan",
        ),
        (
            "accept",
            {"data_kind": "defectives", "contract": False, "one_by_one": True},
            "sampling.sequential_plan",
        ),
        ("trend", {"data_kind": "defects"}, "trends.rate_trend"),
        ("trend", {"data_kind": "defects", "series": 500}, "trends.worsening"),
        ("trend", {"data_kind": "defects", "sudden": True}, "trends.change_in_rate"),
        ("trend", {"data_kind": "measured", "seasonal": True}, "trends.seasonal_mann_kendall"),
        ("compare", {"data_kind": "defectives", "groups": 2}, "trends.two_proportions"),
        ("compare", {"data_kind": "defects", "groups": 2}, "trends.two_rates"),
        ("prioritise", {"data_kind": "categories"}, "pareto.pareto"),
        ("risk", {"quantified": False}, "risk.action_priorities"),
        ("risk", {"treated": True}, "risk.compare_assessments"),
        ("survey", {"aim": "consistency", "clusters": False}, "reliability.omega"),
        ("survey", {"aim": "consistency", "clusters": True}, "reliability.omega_hierarchical"),
        ("survey", {"aim": "shares"}, "reliability.favourable_shares"),
        ("tolerance", {"data_kind": "measured", "distribution": "normal"}, "tolerance.normal"),
        (
            "tolerance",
            {"data_kind": "measured", "distribution": "other", "points": 200},
            "tolerance.distribution_free",
        ),
        ("verify", {"data_kind": "defectives"}, "verification.two_proportions"),
        ("verify", {"data_kind": "gaps", "zero_allowed": True}, "verification.demonstrate_rate"),
        ("verify", {"data_kind": "measured", "paired": True}, "verification.paired_means"),
        ("verify", {"data_kind": "measured", "spread": True}, "verification.two_variances"),
        ("design", {"shift": 3, "measures": 1}, "run_lengths.design_xbar"),
        ("design", {"shift": 0.5, "measures": 1, "known": True}, "run_lengths.design_cusum"),
        ("design", {"measures": 4}, "run_lengths.design_mewma"),
    ],
)
def test_the_technique_fits_the_purpose(purpose: str, facts: dict, method: str) -> None:
    assert advise(purpose, **facts).best.method == "setsquare.methods." + method


def test_reasons_doubts_and_questions_are_told() -> None:
    found = advise("monitor", data_kind="measured", subgroup=1, distribution="skewed")
    individuals = next(one for one in found.recommendations if one.title.startswith("Individuals and"))
    assert "normal distribution" in individuals.against[0] and "shift" in individuals.open
    assert ("Xbar and R chart", "subgroup is 1.0, and has to be 2 to 10") in found.excluded
    assert {question.fact for question in found.questions} >= {"shift", "autocorrelated", "points"}
    laney = advise("monitor", data_kind="defectives", overdispersed=True).best
    assert laney.options == {"laney": True} and "more than binomial" in laney.why[1].sentence


def test_without_a_purpose_it_asks_for_it_and_where_nothing_fits_it_says_so() -> None:
    found = advise()
    assert found.recommendations == () and found.questions[0].choices == tuple(PURPOSES)
    with pytest.raises(ValueError, match="^purpose: "):
        advise("tolerance", data_kind="categories").best  # noqa: B018 - asking for it is what is tested


# What data say


def test_measured_values_are_seen_with_their_shape_and_order() -> None:
    rng = np.random.default_rng(1)
    normal = look(rng.normal(10, 1, 100))
    assert normal.facts == {
        "data_kind": "measured", "points": 100, "subgroup": 1, "measures": 1, "distribution": "normal",
        "autocorrelated": False,
    }  # fmt: skip
    assert look(rng.exponential(1, 200)).facts["distribution"] == "skewed"
    assert (
        look(np.concatenate([rng.normal(-3, 1, 200), rng.normal(3, 1, 200)])).facts["distribution"] == "other"
    )
    walk = np.cumsum(rng.normal(0, 1, 100))
    assert look(walk).facts["autocorrelated"] is True
    table = look(rng.normal(0, 1, (25, 5)))
    assert (table.facts["subgroup"], table.facts["points"]) == (5, 25)
    assert look(rng.normal(0, 1, (25, 3)), alone=False).facts["measures"] == 3


@checked(
    "share of samples of normal, Poisson and binomial data that are called otherwise",
    "advise.look",
    by="simulation",
)
def test_what_is_not_there_is_seldom_seen() -> None:
    """Each test is at 1 %, so that of 300 samples hardly more than ten are called otherwise."""
    rng = np.random.default_rng(2)
    wrong = {"distribution": 0, "autocorrelated": 0, "poisson": 0, "binomial": 0}
    for _ in range(300):
        seen = look(rng.normal(0, 1, 40)).facts
        wrong["distribution"] += seen["distribution"] != "normal"
        wrong["autocorrelated"] += seen["autocorrelated"]
        wrong["poisson"] += look(rng.poisson(8, 30)).facts["overdispersed"]
        wrong["binomial"] += look(rng.binomial(60, 0.2, 30), sizes=60).facts["overdispersed"]
    assert max(wrong.values()) <= 12


def test_counts_are_seen_with_their_sizes_dispersion_and_rarity() -> None:
    rng = np.random.default_rng(3)
    some = look(rng.binomial(50, 0.1, 30), sizes=np.full(30, 50)).facts
    assert some["data_kind"] == "defectives" and some["equal"] and some["sample"] == 50 and not some["rare"]
    areas = look([3, 1, 4, 2, 6], sizes=[1.5, 0.8, 2.0, 1.1, 2.4]).facts
    assert areas["data_kind"] == "defects" and not areas["equal"]
    spread = look(rng.negative_binomial(2, 0.1, 40)).facts
    assert spread["data_kind"] == "defects" and spread["overdispersed"]
    assert look([0, 0, 1, 0, 0, 0, 2, 0]).facts["rare"]
    single = look([0, 1, 0, 0, 1, 0])
    assert single.facts["data_kind"] == "defectives" and "without sizes" in single.warnings[0]


def test_advice_from_data_names_what_it_saw_and_what_was_said_overrules_it() -> None:
    rng = np.random.default_rng(4)
    found = advise("monitor", data=rng.poisson(0.3, 40))
    assert found.best.title == "g chart" and found.known["rare"]
    assert any("without an event" in one.sentence for one in found.observed.observations)
    assert advise("monitor", data=rng.poisson(0.3, 40), rare=np.bool_(False)).best.title == "u chart"
    ratings = advise("monitor", data=[3, 4, 2, 5, 4, 3, 3, 4, 5, 2, 4], data_kind="ratings")
    assert ratings.best.title.startswith("Run chart")
    assert (
        advise("capability", data=rng.lognormal(0, 1, 80), stable=True).best.title
        == "Capability by a fitted distribution"
    )
    assert advise("monitor", data=rng.normal(0, 1, (30, 4)), measures=4).best.title == "Hotelling T2 chart"
    json.dumps(found.to_dict())


def test_poor_data_are_warned_of() -> None:
    assert "all values are equal" in look([2.5] * 10).warnings[0]
    assert "too coarse" in look([1.1, 1.2, 1.1, 1.2, 1.1, 1.2, 1.3, 1.1]).warnings[0]
    assert "shares" in look([0.11, 0.12, 0.25, 0.31, 0.2]).warnings[0]
    assert "1 of 4 values" in look([1.5, None, 2.5, 3.5]).warnings[0]
    assert look([3.7]).facts["points"] == 1


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: advise("watch"), "purpose"),
        (lambda: advise("monitor", colour="red"), "colour"),
        (lambda: advise("monitor", data_kind="letters"), "data_kind"),
        (lambda: advise("monitor", subgroup=0), "subgroup"),
        (lambda: advise("monitor", rare=1), "rare"),
        (lambda: advise("monitor", sizes=[1, 2]), "sizes"),
        (lambda: advise("monitor", data=[1, 2], sizes=[1]), "sizes"),
        (lambda: techniques("watch"), "purpose"),
        (lambda: look([]), "data"),
        (lambda: look([[[1]]]), "data"),
        (lambda: look([None, None]), "data"),
        (lambda: look([1, float("inf")]), "data"),
        (lambda: look([1, 2], sizes=[1, 0]), "sizes"),
    ],
)
def test_bad_input_is_refused_by_the_name_of_its_argument(call, argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument}: "):
        call()
