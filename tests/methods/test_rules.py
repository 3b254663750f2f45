"""Run rules against reference cases, the conventions of packages, published tables, and bad input."""

import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from setsquare.methods import charts, rules
from setsquare.methods.rules import Conventions, Rule, RuleSet
from tests.methods.cases_rules import ADAPTERS, one_based
from tests.methods.checked import checked
from tests.methods.reference import load, reaching

pytestmark = pytest.mark.once

CASES = load()
NAN = float("nan")


@reaching(ADAPTERS)
def test_a_reference_case_is_reached(name: str):
    got = ADAPTERS[name](CASES[name])
    for key, wanted in CASES[name]["expected"].items():
        assert got[key] == wanted, key


def completes(scores: Any, of: str | RuleSet, rule: str | int) -> list[int]:
    return one_based(rules.signals(scores, of).completes(rule))


RISING = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
TURNING = [0.5 * (place % 2) for place in range(15)]
BEYOND_ONE = [1.5] * 8


@checked("R qcc 3.0, its rules.R", "rules.signals", by="program")
@checked("JASP 0.97.1, its nelsonLaws", "rules.signals", by="program")
@checked("R Rspc 1.2.2, its SPC.R", "rules.signals", by="program")
@pytest.mark.parametrize(
    ("of", "rule", "scores", "wanted"),
    [
        # Six points rising are five steps; who counts steps waits for a seventh.
        ("nelson", 3, RISING, [6, 7]),
        ("qcc-nelson", 3, RISING, [6, 7]),
        ("rspc", 3, RISING, [6, 7]),
        ("jasp-nelson", 3, RISING, [7]),
        ("minitab", 3, RISING, [7]),
        ("jasp", 3, [*RISING, 0.8], [8]),
        ("nelson", 4, TURNING, [14, 15]),
        ("qcc-nelson", 4, TURNING, [14, 15]),
        ("jasp-nelson", 8, TURNING, [15]),
        # Fifteen near the centre: JASP asks for more than its k; on the edge they are near, but not in JASP.
        ("nelson", 7, [0.5] * 16, [15, 16]),
        ("jasp-nelson", 5, [0.5] * 16, [16]),
        ("qcc-nelson", 7, [1.0] * 15, [15]),
        ("jasp-nelson", 5, [1.0] * 16, []),
        # Eight beyond one sigma, all above: no mixture by Nelson's words, but one to JASP, Rspc and the AIAG.
        ("nelson", 8, BEYOND_ONE, []),
        ("qcc-nelson", 8, BEYOND_ONE, []),
        ("jasp-nelson", 6, BEYOND_ONE, [8]),
        ("rspc", 8, BEYOND_ONE, [8]),
        ("aiag", 8, BEYOND_ONE, [8]),
        ("nelson", 8, [*BEYOND_ONE[:7], -1.5], [8]),
        # Two of the first two: qcc waits until there are three points.
        ("western-electric", 2, [2.5, 2.5, 2.5], [2, 3]),
        ("jasp-western-electric", 3, [2.5, 2.5, 2.5], [2, 3]),
        ("rspc", 5, [2.5, 2.5, 2.5], [2, 3]),
        ("qcc-western-electric", 2, [2.5, 2.5, 2.5], [3]),
        # The last point has to be one of those beyond.
        ("western-electric", 2, [0, 2.5, 2.5, 0], [3]),
        ("western-electric", 2, [2.5, -2.5, 2.5], [3]),
        ("western-electric", 3, [1.5, 1.5, 0, 1.5, 1.5, 1.5], [5, 6]),
        # A run that goes on is completed again; how long it has to be.
        ("qcc", "qcc-4", [0.5] * 10, [8, 9, 10]),
        ("qcc-2.7", 2, [-0.5] * 8, [7, 8]),
        ("aiag", 2, [-0.5] * 8, [7, 8]),
        ("nelson", 2, [-0.5] * 10, [9, 10]),
        ("jasp", 2, [0.5] * 7, [7]),
        # A point on the centre line ends a run, a missing one too, but not in Rspc.
        ("aiag", 2, [0.5] * 4 + [0] + [0.5] * 4, []),
        ("aiag", 2, [0.5] * 4 + [NAN] + [0.5] * 4, []),
        ("rspc", 2, [0.5] * 5 + [NAN] + [0.5] * 4, [10]),
        # On a limit is not beyond it.
        ("nelson", 1, [3.0, -3.0, 3.0001], [3]),
        ("western-electric", 2, [2.0, 2.0, 2.0], []),
    ],
)
def test_packages_are_matched_at_the_edges(of: str, rule: str | int, scores: list[float], wanted: list[int]):
    assert completes(scores, of, rule) == wanted


@pytest.mark.parametrize(
    ("convention", "scores", "rule", "wanted"),
    [
        ({"on_centre": "break"}, [1, 1, 0, 1, 1], Rule("r", "beyond", 3), []),
        ({"on_centre": "skip"}, [1, 1, 0, 1, 1], Rule("r", "beyond", 3), [4, 5]),
        ({"on_centre": "count"}, [1, 1, 0, 1, 1], Rule("r", "beyond", 3), [3, 4, 5]),
        ({"on_centre": "count"}, [1, 0, 0, -1], Rule("r", "beyond", 3), [3, 4]),
        ({"on_limit": "inside"}, [2, 2, 3], Rule("r", "beyond", 1, sigmas=2), [3]),
        ({"on_limit": "beyond"}, [2, 2, 3], Rule("r", "beyond", 1, sigmas=2), [1, 2, 3]),
        ({"on_limit": "beyond"}, [2, -3, 3], Rule("r", "limits"), [2, 3]),
        ({"on_limit": "inside"}, [1, 1, 0.5], Rule("r", "within", 2, sigmas=1), [2, 3]),
        ({"on_limit": "beyond"}, [1, 0.5, 0.5], Rule("r", "within", 2, sigmas=1), [3]),
        ({"on_limit": "neither"}, [1, 0.5, 0.5], Rule("r", "within", 2, sigmas=1), [3]),
        ({"on_limit": "neither"}, [1, 1, 1], Rule("r", "beyond", 1, sigmas=1), []),
        ({"ties": "break"}, [1, 2, 2, 3, 4], Rule("r", "trend", 3), [5]),
        ({"ties": "skip"}, [1, 2, 2, 3, 4], Rule("r", "trend", 3), [4, 5]),
        ({"ties": "count"}, [1, 2, 2, 3, 4], Rule("r", "trend", 3), [3, 4, 5]),
        ({"ties": "skip"}, [1, 2, 2, 1, 2], Rule("r", "alternating", 4), [5]),
        ({"missing": "skip"}, [1, 2, NAN, 3, 4], Rule("r", "trend", 4), [5]),
        ({"missing": "break"}, [1, 2, NAN, 3, 4], Rule("r", "trend", 2), [2, 5]),
    ],
)
def test_each_convention_does_what_it_says(convention: Any, scores: Any, rule: Rule, wanted: list[int]):
    assert completes(scores, RuleSet("s", "1", (rule,), Conventions(**convention)), "r") == wanted


@pytest.mark.parametrize(("excluded", "wanted"), [("count", [3, 4, 5]), ("skip", [4, 5]), ("break", [5])])
def test_excluded_points_count_are_left_out_or_break(excluded: str, wanted: list[int]):
    chart = charts.individuals([1.0, 5, 1, 1, 1], mean=0, sigma=1, exclude={1: "spill"}).location
    chosen = RuleSet(
        "s", "1", (Rule("r", "beyond", 3), Rule("out", "limits")), Conventions(excluded=excluded)
    )
    found = rules.signals(chart, chosen)
    assert one_based(found.completes("r")) == wanted
    assert one_based(found.completes("out")) == ([2] if excluded == "count" else [])


def test_patterns_do_not_cross_a_stage():
    chart = charts.individuals([1.0] * 10, mean=0, sigma=1, stages=["a"] * 6 + ["b"] * 4).location
    found = rules.signals(chart, rules.NELSON.only(2).changed(1, points=4))
    assert one_based(found.completes()) == [4, 5, 6, 10]


def test_zones_follow_unequal_subgroups():
    chart = charts.xbar_r([[2.2] * 9, [2.2] * 4, [2.2] * 4], mean=0, sigma=2).location
    # Means of four have a sigma of 1, the mean of nine one of 2/3.
    assert one_based(rules.signals(chart, "western-electric").completes(1)) == [1]
    assert one_based(rules.signals(chart, "western-electric").completes(2)) == [2, 3]


def test_what_belongs_to_a_pattern_is_what_made_it_up():
    found = rules.signals([2.5, 0, 2.5, -2.5, 0, 0], "western-electric")
    assert one_based(found.completes(2)) == [3]
    assert one_based(found.belongs(2)) == [1, 3]
    run = rules.signals([-1, *[0.5] * 9, -1], "nelson")
    assert one_based(run.belongs(2)) == list(range(2, 11))
    assert one_based(run.completes(2)) == [10]
    apart = rules.signals([0, 2.5, -2.5, 0], "westgard")
    assert one_based(apart.belongs("R-4s")) == [2, 3]


def test_equal_values_signal_nothing_whatever_their_sum_rounds_to():
    for values in ([[0.1] * 3] * 12, [[0.7] * 7] * 12):
        both = charts.xbar_r(values)
        assert not both.location.beyond.any()
        assert not rules.signals(both.location).completes().any()
    chart = charts.individuals([0.1] * 30).location
    # All of them near the centre is what rule 7 looks for, and is true of them.
    assert rules.signals(chart).counts() == dict.fromkeys((f"nelson-{n}" for n in range(1, 9)), 0) | {
        "nelson-7": 16
    }


def test_rules_are_switched_changed_and_versioned():
    changed = rules.NELSON.without("nelson-7", 8).changed("nelson-2", points=8).treating(on_centre="skip")
    assert [rule.name for rule in changed.rules] == [f"nelson-{n}" for n in range(1, 7)]
    assert (changed.name, changed.version) == ("nelson", "1984, changed")
    assert changed.rule(2).points == changed.rule(2).window == 8
    assert changed.conventions.on_centre == "skip"
    assert rules.signals([0.5] * 8, changed).rules is changed
    assert rules.NELSON.version == "1984"


@pytest.mark.parametrize("name", sorted(rules.PRESETS))
def test_every_set_is_told_in_plain_values_and_read_back(name: str):
    chosen = rules.PRESETS[name]
    assert rules.define(json.loads(json.dumps(chosen.to_dict()))) == chosen
    assert all(words for _, words, _ in chosen.table().rows)


@pytest.mark.parametrize(
    ("begins", "change"),
    [
        ("name", {"name": " "}),
        ("version", {"version": None}),
        ("rules", {"rules": []}),
        ("rules", {"rules": "nelson"}),
        ("rules", {"rules": [3]}),
        ("rules", {"rules": [{"name": "a", "pattern": "limits"}] * 2}),
        ("colour", {"colour": "red"}),
        ("pattern", {"rules": [{"name": "a"}]}),
        ("pattern", {"rules": [{"name": "a", "pattern": "hugging"}]}),
        ("k", {"rules": [{"name": "a", "pattern": "limits", "k": 3}]}),
        ("points", {"rules": [{"name": "a", "pattern": "trend", "points": 1}]}),
        ("points", {"rules": [{"name": "a", "pattern": "beyond", "points": 2.5}]}),
        ("window", {"rules": [{"name": "a", "pattern": "beyond", "points": 3, "window": 2}]}),
        ("window", {"rules": [{"name": "a", "pattern": "trend", "points": 3, "window": 4}]}),
        ("sigmas", {"rules": [{"name": "a", "pattern": "within", "points": 3}]}),
        ("sigmas", {"rules": [{"name": "a", "pattern": "beyond", "sigmas": -1}]}),
        ("sides", {"rules": [{"name": "a", "pattern": "trend", "points": 3, "sides": "both"}]}),
        ("on_centre", {"conventions": {"on_centre": "jump"}}),
        ("on_top", {"conventions": {"on_top": "jump"}}),
        ("conventions", {"conventions": 3}),
    ],
)
def test_bad_definitions_are_refused_by_name(begins: str, change: dict[str, Any]):
    good = {"name": "ours", "version": "1", "rules": [{"name": "out", "pattern": "limits"}]}
    rules.define(good)
    with pytest.raises(ValueError, match=f"^{begins}: "):
        rules.define(good | change)


@pytest.mark.parametrize(
    ("begins", "call"),
    [
        ("chart", lambda: rules.signals([])),
        ("chart", lambda: rules.signals(["a"])),
        ("chart", lambda: rules.signals([1, float("inf")])),
        ("chart", lambda: rules.signals(charts.individuals([1, 2, 3]))),
        ("rules", lambda: rules.signals([1, 2], "nielsen")),
        ("rules", lambda: rules.signals([1, 2], {"name": "x"})),
        ("runs", lambda: rules.signals([1, 2], runs=[1, 2, 3])),
        ("rule", lambda: rules.NELSON.only("nelson-9")),
        ("rule", lambda: rules.NELSON.rule(9)),
        ("rule", lambda: rules.signals([1, 2]).completes("x")),
        ("definition", lambda: rules.define([])),  # type: ignore[arg-type]
        ("colour", lambda: rules.NELSON.changed(1, colour="red")),
        ("colour", lambda: rules.NELSON.treating(colour="red")),
        ("rules", lambda: rules.NELSON.without(*range(1, 9))),
        ("chart", lambda: rules.anhoej([1, 2, 3])),
        ("chart", lambda: rules.anhoej(charts.individuals([1, 2, 3]))),
        ("probability", lambda: rules.anhoej(charts.run([1, 2, 3]), probability=1)),
        ("values", lambda: rules.multirule([1, 2])),
        ("mean", lambda: rules.multirule([[1, 2]], mean=[1, 2, 3])),
        ("sigma", lambda: rules.multirule([[1, 2]], sigma=0)),
        ("sigma", lambda: rules.multirule([[1, 2]], sigma="x")),
    ],
)
def test_bad_input_is_refused_by_the_arguments_name(begins: str, call: Any):
    with pytest.raises(ValueError, match=f"^{begins}: "):
        call()


def test_rules_that_do_not_fit_a_chart_are_skipped_with_the_reason():
    found = rules.signals(charts.run([1, 2, 3, 4, 5, 6, 7]), "nelson")
    assert [one.rule for one in found.skipped] == [f"nelson-{n}" for n in (5, 6, 7, 8)]
    assert one_based(found.completes(3)) == [6, 7]
    smooth = charts.cusum([0.0, 0, -9, 0], mean=0, sigma=1)
    found = rules.signals(smooth, "nelson")
    assert [one.rule for one in found.skipped] == [f"nelson-{n}" for n in range(2, 9)]
    assert one_based(found.completes(1)) == [3, 4]
    assert "before" in found.skipped[0].reason


def test_a_chart_among_many_that_has_no_limits_signals_nothing_by_them():
    many = charts.individuals([[NAN, 5.0] * 20, [5.0, 5.1] * 20]).location
    found = rules.signals(many)
    assert np.isnan(many.sigma[0]).all()
    assert not found.completes()[0].any()
    assert found.completes(7)[1].any()


def test_one_point_many_rules_and_few_charts():
    assert not rules.signals([0.0], "westgard-all").completes().any()
    found = rules.signals([[2.5, 2.5], [0.0, 3.5]], "westgard-all")
    assert found.completing.dtype == np.uint16
    assert found.completes("2-2s").tolist() == [[False, True], [False, False]]
    assert found.completes().tolist() == [[False, True], [False, True]]
    assert found.completes("1-2s").tolist() == [[True, True], [False, True]]


def test_signals_become_json_a_table_and_a_picture():
    odd = rules.define(
        {"name": "odd", "version": "1", "rules": [{"name": "<b>{c}", "pattern": "beyond", "points": 2}]}
    )
    chart = charts.individuals([1.0, 2, 0, -1], mean=0, sigma=1, exclude={3: "a & b"}).location
    found = rules.signals(chart, odd)
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["found"]["<b>{c}"]["belongs"] == [0, 1]
    assert found.table().rows[1] == (1, "<b>{c}", "completes", odd.rules[0].says)
    option = chart.figure(signals=found)
    json.dumps(option, allow_nan=False)
    points = option["series"][-1]["data"]
    assert [point.get("symbol") for point in points] == ["circle", "triangle", None, "emptyDiamond"]
    told = points[1]["tooltip"]["formatter"]
    assert told.startswith("point 2<br>completes &lt;b&gt;&#123;c&#125;: 2 points in a row on one side")
    assert "excluded: a &amp; b" in points[3]["tooltip"]["formatter"]
    many = rules.signals([[0, 3.5], [3.5, 0]], "nelson")
    assert many.table().columns[0] == "chart"
    assert many.to_dict()["found"]["nelson-1"]["completes"] == [[0, 1], [1, 0]]


@checked("Westgard et al. (1981), its rules", "rules.multirule")
@pytest.mark.parametrize(
    ("values", "decisions"),
    [
        ([[0.5, -0.5], [0.1, 0.2]], ["accept", "accept"]),
        ([[2.1, 0], [0, 0]], ["warning", "accept"]),
        ([[3.1, 0]], ["reject"]),
        ([[2.1, 2.2]], ["reject"]),  # 2-2s across controls of one run
        ([[2.1, 0], [2.2, 0]], ["warning", "reject"]),  # 2-2s of one control in two runs
        ([[2.1, -2.1]], ["reject"]),  # R-4s within a run
        ([[0, 2.1], [-2.1, 0]], ["warning", "warning"]),  # but not from run to run
        ([[1.1, 1.2], [1.3, 1.4]], ["accept", "reject"]),  # 4-1s across controls and runs
        ([[1.1, 0], [1.1, 0], [1.1, 0], [1.1, 0]], ["accept", "accept", "accept", "reject"]),
        ([[0.1, 0.1]] * 5, ["accept"] * 4 + ["reject"]),  # 10-x across five runs
        ([[NAN, NAN], [3.5, NAN]], ["missing", "reject"]),
    ],
)
def test_runs_of_controls_are_accepted_and_rejected(values: list[list[float]], decisions: list[str]):
    assert list(rules.multirule(values).decisions) == decisions
    shifted = np.array(values) * [2, 5] + [100, 7]
    assert list(rules.multirule(shifted, mean=[100, 7], sigma=[2, 5]).decisions) == decisions


def test_three_controls_have_rules_of_their_own():
    judged = rules.multirule([[2.1, 0, 2.1], [2.2, 0, -2.2], [1.1, 1.1, 1.1]], rules=rules.WESTGARD_OF_THREE)
    assert judged.decisions == ("reject", "reject", "reject")
    found = [row[2] for row in judged.table().rows]
    assert found == ["1-2s, 2of3-2s", "1-2s, 2of3-2s, R-4s", "3-1s"]


@checked("Anhoej and Olesen (2014), limits of the longest run", "rules.anhoej")
def test_the_longest_run_that_chance_explains_is_the_published_one():
    published = {10: 6, 11: 6, 12: 7, 22: 7, 23: 8, 45: 8, 46: 9, 90: 9, 91: 10, 102: 10}
    for n, longest in published.items():
        values = [(-1) ** place for place in range(n)]
        chart = charts.individuals(values, mean=0, sigma=1).location
        assert rules.anhoej(chart).stages[0].longest_most == longest


@checked("scipy.stats.binom", "rules.anhoej", by="program")
def test_the_fewest_crossings_that_chance_explains_are_the_binomial_quantile():
    for n in (*range(1, 200), 5000):
        chart = charts.individuals(np.ones(n), mean=0, sigma=1).location
        got = rules.anhoej(chart).stages[0]
        assert got.crossings_least == stats.binom.ppf(0.05, n - 1, 0.5)
        assert (got.useful, got.longest, got.crossings) == (n, n, 0)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0, NAN]), min_size=1, max_size=60), st.data())
def test_runs_and_crossings_are_those_counted_by_hand(scores: list[float], data: st.DataObject):
    if all(np.isnan(scores)):
        return
    out = data.draw(st.sets(st.integers(0, len(scores) - 1), max_size=3))
    chart = charts.individuals(scores, mean=0, sigma=1, exclude=dict.fromkeys(out, "spill")).location
    made = rules.anhoej(chart)
    places = [at for at, one in enumerate(scores) if one and not np.isnan(one) and at not in out]
    runs = [list(group) for _, group in itertools.groupby(places, key=lambda at: scores[at] > 0)]
    got = made.stages[0]
    assert got.useful == len(places)
    assert got.longest == max(map(len, runs), default=0)
    assert got.crossings == max(len(runs) - 1, 0)
    most = round(np.log2(len(places))) + 3 if places else 0
    fewest = stats.binom.ppf(0.05, len(places) - 1, 0.5) if places else 0
    assert got.longest_most == most
    assert made.signal == (got.longest > most or got.crossings < fewest)
    long = [at for run in runs if len(run) > most for at in run]
    assert np.flatnonzero(made.belonging).tolist() == long
    late = [at for run in runs for at in run[most:]] if places else []
    assert np.flatnonzero(made.completing).tolist() == late


@checked("Binomial crossings", "rules.anhoej", by="simulation")
def test_crossings_of_chance_are_too_few_as_often_as_theory_says():
    scores = np.random.default_rng(4).normal(size=(20_000, 24))
    found = rules.anhoej(charts.individuals(scores, mean=0, sigma=1).location).stages[0]
    least = int(found.crossings_least[0])
    theory = stats.binom.cdf(least - 1, 23, 0.5)
    assert (found.crossings < least).mean() == pytest.approx(theory, abs=5 * np.sqrt(theory / 20_000))


def test_many_charts_and_stages_are_judged_as_each_alone():
    values = np.random.default_rng(5).normal(size=(6, 40)).round(1)
    values[values > 1.5] = NAN
    stages = ["a"] * 22 + ["b"] * 18
    many = rules.anhoej(charts.run(values, stages=stages))
    assert many.signal.shape == (6,)
    for place, row in enumerate(values):
        alone = rules.anhoej(charts.run(row, stages=stages))
        assert (many.belonging[place] == alone.belonging).all()
        for one, two in zip(many.stages, alone.stages, strict=True):
            assert [getattr(one, name)[place] for name in ("longest", "crossings", "signal")] == [
                two.longest,
                two.crossings,
                two.signal,
            ]
    json.dumps(many.to_dict(), allow_nan=False)
    assert many.table().columns[:2] == ("chart", "stage")


def test_a_run_chart_shows_its_long_run():
    chart = charts.run([9, 8, 9, 7, 8, 9, 8, 7, 6, 5, 3, 2, 4, 3, 1, 2, 3, 2, 4, 1])
    points = chart.figure(signals=rules.anhoej(chart))["series"][-1]["data"]
    assert [place for place, point in enumerate(points) if point.get("symbol") == "triangle"] == [
        7,
        8,
        9,
        17,
        18,
        19,
    ]
    assert "longer than chance" in points[0]["tooltip"]["formatter"]
