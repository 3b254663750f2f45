"""Control charts against reference cases, published facts, bad input and what each promises."""

import doctest
import importlib
import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from setsquare.methods import charts
from setsquare.methods.charts import constants
from tests.methods.cases_charts import ADAPTERS, OURS
from tests.methods.checked import checked
from tests.methods.reference import Case, load, reaching

pytestmark = pytest.mark.once

CASES = load()
NAN = float("nan")


def test_every_adapter_has_its_case():
    assert not CASES or not set(ADAPTERS) - set(CASES)


@reaching(ADAPTERS)
def test_a_reference_case_is_reached(name: str):
    case = CASES[name]
    got = ADAPTERS[name](case)
    exact = case.get("expected_exact_constants") or {}
    for key, published in case["expected"].items():
        if (name, key) in OURS:
            check(case, key, got[key], OURS[name, key](case, key))
        elif key in exact:
            assert np.allclose(got[key], exact[key], rtol=1e-9, atol=1e-12), key
        else:
            check(case, key, got[key], published)


def check(case: Case, key: str, got: Any, wanted: Any) -> None:
    tolerance = case["tolerance"]
    if "signals_include" in key:
        assert set(wanted) <= set(got)
        return
    made, want = np.asarray(got, dtype=np.float64), np.asarray(wanted, dtype=np.float64)
    bound = tolerance.get(key, tolerance.get("abs", 0.0)) + tolerance.get("rel", 0.0) * np.abs(want)
    assert want.size == 0 or (np.abs(made - want) <= bound + 1e-12).all(), (key, made, want)
    assert want.size > 0 or made.size == 0, key


@pytest.mark.parametrize(
    "module",
    ["", ".counts", ".multivariate", ".rare", ".subgroups", ".variables", ".weighted"],
)
def test_the_examples_of_the_docstrings_run(module: str):
    result = doctest.testmod(importlib.import_module("setsquare.methods.charts" + module))
    assert result.attempted > 0
    assert result.failed == 0


def test_importing_loads_neither_scipy_nor_statsmodels():
    code = "import sys, setsquare.methods.charts; print([m for m in ('scipy', 'statsmodels') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@checked("closed forms", "constants.d2", "constants.d3", "constants.c4", by="twin")
def test_constants_that_are_known_in_closed_form():
    root = np.sqrt(np.pi)
    assert constants.d2(2) == pytest.approx(2 / root, rel=1e-12)
    assert constants.d2(3) == pytest.approx(3 / root, rel=1e-12)
    assert constants.d3(2) == pytest.approx(np.sqrt(2 - 4 / np.pi), rel=1e-11)
    assert constants.c4(2) == pytest.approx(np.sqrt(2 / np.pi), rel=1e-14)
    assert constants.c4(3) == pytest.approx(root / 2, rel=1e-14)
    assert constants.median_sd(3) == pytest.approx(np.sqrt(1 - np.sqrt(3) / np.pi), rel=1e-12)


def test_c4_has_no_step_where_its_series_begins():
    n = np.arange(40, 90)
    second = np.diff(constants.c4(n), 2)
    assert (np.diff(second) > 0).all()
    assert constants.c4(10**6) == pytest.approx(1 - 1 / (4 * (10**6 - 1)), rel=1e-12)


@pytest.mark.parametrize("n", [1, 0, -3, 2.5, NAN, [], 200_000])
def test_constants_refuse_what_is_no_sample_size(n: Any):
    with pytest.raises(ValueError, match=r"^n: "):
        constants.d2(n)


ROWS = [[5.0, 7, 6], [6, 8, 7], [4, 6, 5], [5, 9, 7]]


@pytest.mark.parametrize(
    ("begins", "call"),
    [
        ("values: ", lambda: charts.xbar_r([])),
        ("values: ", lambda: charts.xbar_r([1, 2, 3])),
        ("values: ", lambda: charts.xbar_r([["a", "b"]])),
        ("values: ", lambda: charts.xbar_r([[1, float("inf")]])),
        ("values: ", lambda: charts.xbar_r([[NAN, NAN]])),
        ("values: ", lambda: charts.xbar_r([[1.0], [2.0]])),
        ("values: ", lambda: charts.individuals([5.0])),
        ("values: ", lambda: charts.run([NAN])),
        ("estimator: ", lambda: charts.xbar_r(ROWS, estimator="mr")),
        ("estimator: ", lambda: charts.individuals([1, 2, 3], estimator="rbar")),
        ("width: ", lambda: charts.xbar_r(ROWS, width=0)),
        ("spread_centre: ", lambda: charts.xbar_r(ROWS, spread_centre="x")),
        ("span: ", lambda: charts.individuals([1, 2, 3], span=1)),
        ("stages: ", lambda: charts.xbar_r(ROWS, stages=["a", "b"])),
        ("stages: ", lambda: charts.xbar_r(ROWS, stages=["a", "b", "a", "a"])),
        ("exclude: ", lambda: charts.xbar_r(ROWS, exclude={9: "shift"})),
        ("exclude: ", lambda: charts.xbar_r(ROWS, exclude={1: " "})),
        ("exclude: ", lambda: charts.xbar_r(ROWS, exclude=[1])),  # type: ignore[arg-type]
        ("baseline: ", lambda: charts.xbar_r(ROWS, baseline=5)),
        ("sigma: ", lambda: charts.xbar_r(ROWS, sigma=-1)),
        ("sigma: ", lambda: charts.xbar_r(ROWS, sigma=NAN)),
        ("mean: ", lambda: charts.xbar_r(ROWS, mean=[1, 2])),
        ("frozen: ", lambda: charts.xbar_r(ROWS, frozen=3)),  # type: ignore[arg-type]
        ("colour: ", lambda: charts.xbar_r(ROWS, colour=3)),  # type: ignore[call-arg]
        ("range: ", lambda: charts.xbar_r(charts.Summary(5, mean=[1, 2]))),
        ("range: ", lambda: charts.xbar_r(charts.Summary(5, mean=[1, 2], range=[1, -2]))),
        ("size: ", lambda: charts.xbar_r(charts.Summary([5.5, 2], mean=[1, 2], range=[1, 2]))),
        ("defective: ", lambda: charts.p([3, 60], 50)),
        ("defective: ", lambda: charts.p([-3, 6], 50)),
        ("size: ", lambda: charts.p([3, 6], [50, NAN])),
        ("size: ", lambda: charts.p([3, 6], [50, 50, 50])),
        ("limits: ", lambda: charts.p([3, 6], 50, limits="x")),
        ("laney: ", lambda: charts.p([3, 6], 50, limits="probability", laney=True)),
        ("laney: ", lambda: charts.p([0, 0], 50, laney=True)),
        ("confidence: ", lambda: charts.c([3, 6], limits="probability", confidence=1)),
        ("mean: ", lambda: charts.p([3, 6], 50, mean=1.2)),
        ("counts: ", lambda: charts.c([3, 6.5])),
        ("counts: ", lambda: charts.u([3, 6], [1, 0])),
        ("between: ", lambda: charts.g([3, -6])),
        ("between: ", lambda: charts.t([3, -6])),
        ("weight: ", lambda: charts.ewma([3, 6, 4], weight=1.1)),
        ("h: ", lambda: charts.cusum([3, 6, 4], h=0)),
        ("sigma: ", lambda: charts.cusum([3, 3, 3])),
        ("phase: ", lambda: charts.t2([[1, 2]] * 9, phase=3)),
        ("values: ", lambda: charts.t2([[1, 2]] * 9)),
        ("values: ", lambda: charts.t2([[1, 2], [2, 3]])),
        ("covariance: ", lambda: charts.t2([[1, 2], [2, 3]], mean=[0, 0])),
        ("frozen: ", lambda: charts.t2([[1, 2], [2, 3]], frozen=3)),  # type: ignore[arg-type]
        ("frozen: ", lambda: charts.t2([[1, 2], [2, 3]], frozen=charts.xbar_r(ROWS).location)),
        (
            "frozen: ",
            lambda: charts.mewma([[1, 2]], frozen=charts.run([1, 2]), mean=[0, 0], covariance=np.eye(2)),
        ),
        ("by: ", lambda: charts.arrange([1, 2], ["a"])),
    ],
)
def test_bad_input_is_refused_by_the_arguments_name(begins: str, call: Any):
    with pytest.raises(ValueError, match="^" + begins):
        call()


def test_each_stage_has_limits_of_its_own_and_moving_ranges_stay_within():
    first, second = [1.0, 2, 1, 3], [11.0, 14, 12]
    staged = charts.individuals(first + second, stages=["a"] * 4 + ["b"] * 3)
    alone = [charts.individuals(part) for part in (first, second)]
    assert staged.location.upper == pytest.approx(np.concatenate([one.location.upper for one in alone]))
    assert np.isnan(staged.spread.points[[0, 4]]).all()
    assert [stage.name for stage in staged.location.stages] == ["a", "b"]
    assert staged.location.stage.tolist() == [0, 0, 0, 0, 1, 1, 1]


def test_an_excluded_point_is_shown_with_its_reason_but_not_computed_with():
    full = [*ROWS, [90.0, 91, 99]]
    made = charts.xbar_r(full, exclude={4: "gauge dropped"}).location
    assert made.upper[0] == pytest.approx(charts.xbar_r(ROWS).location.upper[0])
    assert made.beyond.tolist() == [False] * 4 + [True]
    assert made.excluded == (charts.Exclusion(4, "gauge dropped"),)
    assert made.stages[0].used == 4


def test_limits_are_frozen_given_or_taken_from_a_baseline_alike():
    later = [[6.0, 9, 7], [1.0, 2, 3]]
    before = charts.xbar_r(ROWS).location
    frozen = charts.xbar_r(later, frozen=charts.xbar_r(ROWS)).location
    given = charts.xbar_r(later, mean=before.stages[0].mean, sigma=before.stages[0].sigma).location
    baseline = charts.xbar_r(ROWS + later, baseline=4).location
    assert frozen.stages[0].sigma_from == "frozen"
    assert given.stages[0].mean_from == "given"
    for made in (frozen.upper, given.upper, baseline.upper[4:]):
        assert made == pytest.approx(before.upper[:2])


def test_the_covariance_of_an_earlier_chart_is_held_on_to():
    first, later = np.random.default_rng(2).normal(size=(2, 30, 2))
    frozen = charts.t2(later, frozen=charts.t2(first))
    again = charts.t2(later, reference=first)
    assert frozen.stages[0].sigma_from == frozen.stages[0].mean_from == "frozen"
    for name in ("points", "upper", "centre"):
        assert getattr(frozen, name) == pytest.approx(getattr(again, name))
    groups = later.reshape(10, 3, 2)
    known = charts.t2_subgroups(groups, frozen=charts.t2_subgroups(groups, mean=[0, 0], covariance=np.eye(2)))
    assert known.upper == pytest.approx(charts.t2_subgroups(groups, mean=[0, 0], covariance=np.eye(2)).upper)
    smooth = charts.mewma(later, limit=9, frozen=charts.t2(first).stages[0])
    stage = charts.t2(first).stages[0]
    assert smooth.points == pytest.approx(
        charts.mewma(later, limit=9, mean=stage.mean, covariance=stage.sigma).points
    )


def test_a_frozen_laney_chart_keeps_its_sigma_z():
    before = charts.p([30, 55, 20, 61], 500, laney=True)
    assert charts.p([30], 500, frozen=before).upper[0] == pytest.approx(before.upper[0])


def test_constant_data_have_limits_on_the_centre_and_nothing_beyond():
    made = charts.xbar_s([[5.0, 5, 5]] * 4)
    assert made.location.upper.tolist() == made.location.lower.tolist() == [5.0] * 4
    assert not made.location.beyond.any()


def test_an_empty_subgroup_is_a_gap_and_one_value_has_no_range():
    made = charts.xbar_r([[5.0, 7, 6], [NAN] * 3, [4, None, None], [6, 9, 7]])
    assert np.isnan(made.location.points).tolist() == [False, True, False, False]
    assert np.isnan(made.spread.points).tolist() == [False, True, True, False]
    assert made.location.size.tolist() == [3, 0, 1, 3]
    assert not made.location.beyond[1]


def test_single_values_as_subgroups_are_held_against_what_is_known():
    for chart in (charts.xbar_r, charts.xbar_s, charts.median_r):
        made = chart([[1.0], [7.0]], mean=0, sigma=2)
        assert made.location.upper.tolist() == [6.0, 6.0]
        assert made.location.beyond.tolist() == [False, True]
        assert np.isnan(made.spread.points).all()


def test_one_chart_among_many_that_cannot_be_computed_has_no_limits():
    made = charts.individuals([[1.0, 2, 3], [NAN, 5, NAN]]).location
    assert np.isnan(made.upper[1]).all()
    assert np.isfinite(made.upper[0]).all()


def test_a_point_on_the_limit_is_not_beyond_it():
    assert charts.c([28, 29, 4, 3], mean=16).beyond.tolist() == [False, True, False, True]


def test_limits_of_equal_sizes_take_no_memory_of_their_own():
    made = charts.xbar_r(np.random.default_rng(1).normal(size=(1000, 5)))
    assert made.location.upper.strides == (0,)


def test_results_become_json_a_table_and_a_picture():
    many = charts.xbar_r([ROWS, ROWS])
    for result in (
        many,
        charts.xbar_r(ROWS),
        charts.cusum([1.0, 2, 4]),
        charts.t2([[1, 2], [2, 1], [3, 4], [4, 3], [5, 5]]),
    ):
        json.dumps(result.to_dict(), allow_nan=False)
    table = many.location.table()
    assert table.columns[:4] == ("chart", "place", "stage", "point")
    assert len(table.rows) == 8
    option = many.location.figure(1)
    json.dumps(option, allow_nan=False)
    assert len(option["series"][-1]["data"]) == 4
    with pytest.raises(ValueError, match=r"^chart: "):
        many.location.figure(2)
    assert charts.cusum([1.0, 2, 4]).table().columns[-1] == "below"


@checked("S. E. Rigdon (1995) and S. Knoth (2017), limits of MEWMA charts", "charts.mewma")
@pytest.mark.parametrize(
    ("width", "weight", "arl", "published"),
    [
        (4, 0.25, 500, 16.38),  # Rigdon (1995), Table 1, as quoted in the manual of R's spc
        (3, 0.25, 1000, 15.82),  # Knoth (2017), Table 2, as quoted there, and the following
        (3, 0.2, 1000, 15.62),
        (3, 0.15, 1000, 15.31),
        (3, 0.1, 1000, 14.76),
        (3, 0.05, 1000, 13.60),
    ],
)
def test_the_limit_of_a_mewma_is_the_published_one(width: int, weight: float, arl: float, published: float):
    made = charts.mewma([[0.0] * width], weight=weight, arl=arl, mean=[0] * width, covariance=np.eye(width))
    assert made.upper[0] == pytest.approx(published, abs=0.01)
