"""Risk: priority numbers, action priorities, criticality, matrices and Cox's conditions."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setsquare.methods import risk
from tests.methods.cases_risk import ADAPTERS
from tests.methods.checked import checked
from tests.methods.reference import load, reaching

pytestmark = pytest.mark.once

CASES = load()
RATING = st.integers(1, 10)


# Priority numbers


@reaching(ADAPTERS)
def test_a_reference_case_is_reached(name: str) -> None:
    case = CASES[name]
    assert list(ADAPTERS[name](case)["rpn"]) == case["expected"]["rpn"]


@checked(
    "J. B. Bowles, Journal of the IEST 47 (2004): 120 numbers of 1,000 combinations", "risk.priority_numbers"
)
def test_priority_numbers_are_few_and_the_result_says_so() -> None:
    every = np.array(list(itertools.product(range(1, 11), repeat=3)))
    found = risk.priority_numbers(*every.T)
    assert len(set(found.numbers)) == 120
    assert "1000 combinations share 120 numbers" in found.warnings[0]
    assert len(found.warnings) == 4


def test_what_the_number_hides_is_named() -> None:
    found = risk.priority_numbers(
        [10, 5, 9, 2], [2, 8, 2, 9], [2, 8, 2, 2], names=["fire", "noise", "shock", "scratch"]
    )
    assert found.numbers == (40, 320, 36, 36)
    assert found.ranks == (2, 1, 3, 3) and found.order == (1, 0, 2, 3)
    assert found.ties == (("shock", "scratch"),)
    assert found.overtaken == (("fire", "noise"), ("shock", "noise"))
    assert "fire behind noise" in found.warnings[-1]
    assert found.table().rows[0] == (1, "noise", 5, 8, 8, 320)
    assert found.figure()["series"][0]["data"] == [320, 40, 36, 36]
    json.dumps(found.to_dict())


def test_equal_ratings_tie_without_a_warning_of_unlike_ones() -> None:
    found = risk.priority_numbers([3, 3], [2, 2], [4, 4])
    assert found.ranks == (1, 1) and found.ties == () and len(found.warnings) == 2


@settings(max_examples=60)
@given(st.lists(st.tuples(RATING, RATING, RATING), min_size=1, max_size=30))
def test_ranks_are_those_told_by_counting(rows: list[tuple[int, int, int]]) -> None:
    found = risk.priority_numbers(*zip(*rows, strict=True))
    wanted = [s * o * d for s, o, d in rows]
    assert list(found.numbers) == wanted
    assert list(found.ranks) == [1 + sum(other > one for other in wanted) for one in wanted]
    assert sorted(found.order) == list(range(len(rows)))
    assert [wanted[place] for place in found.order] == sorted(wanted, reverse=True)


# Action priorities


def test_the_starter_puts_severity_first_and_forgives_what_cannot_occur() -> None:
    table = risk.action_table()
    for s, d in itertools.product(range(1, 11), repeat=2):
        assert table.level(s, 1, d) == "low"
    assert [table.level(s, 5, 5) for s in (1, 3, 5, 7, 9)] == ["low", "low", "medium", "medium", "high"]
    assert table.level(10, 2, 2) == "low" and table.level(10, 10, 10) == "high"
    assert table.level(3, 10, 10) == "medium" and table.level(1, 10, 10) == "low"
    assert "starter" in table.origin and len(table.table().rows) == 1000


def test_the_starter_is_complete_and_monotone_and_can_be_loaded_from_its_own_rows() -> None:
    table = risk.action_table()
    rows = [
        dict(zip(("severity", "occurrence", "detection", "level"), row, strict=True))
        for row in table.table().rows
    ]
    found = risk.check_action_rows(rows)
    assert (found.complete, found.consistent, found.monotone, found.problems) == (True, True, True, 0)
    again = risk.action_table(rows, origin="own")
    assert (again.cells == table.cells).all() and again.origin == "own"


@settings(max_examples=100)
@given(RATING, RATING, RATING, RATING, RATING, RATING)
def test_a_worse_row_never_has_a_milder_priority(s, o, d, more_s, more_o, more_d) -> None:
    table = risk.action_table()
    rank = {name: place for place, name in enumerate(table.levels)}
    worse = table.level(max(s, more_s), max(o, more_o), max(d, more_d))
    assert rank[worse] >= rank[table.level(s, o, d)]


def test_priorities_are_ordered_by_level_then_severity_occurrence_detection() -> None:
    found = risk.action_priorities([9, 10, 9, 3, 9], [5, 2, 5, 5, 4], [5, 2, 5, 5, 9], names="abcde")
    assert found.levels == ("high", "low", "high", "low", "high")
    assert [found.names[place] for place in found.order] == ["a", "c", "e", "b", "d"]
    assert found.ranks == (1, 4, 1, 5, 3)
    assert found.counts == {"high": 3, "medium": 0, "low": 2}
    assert found.warnings and found.table().rows[0][-1] == "high"
    own = risk.action_table(
        [{"severity": (1, 10), "occurrence": (1, 10), "detection": (1, 10), "level": "low"}]
    )
    assert risk.action_priorities([9], [9], [9], table=own).warnings == ()


def test_faults_of_a_table_are_found() -> None:
    whole = {"severity": (1, 3), "occurrence": (1, 3), "detection": (1, 3)}
    part = {"severity": 1, "occurrence": (1, 3), "detection": (1, 3), "level": "high"}
    found = risk.check_action_rows([part], scale=(1, 3))
    assert not found.complete and found.missing[0] == (2, 1, 1) and found.problems == 18
    found = risk.check_action_rows([whole | {"level": "low"}, part], scale=(1, 3))
    assert found.complete and not found.consistent and len(found.contradicted) == 9
    rest = {"severity": (2, 3), "occurrence": (1, 3), "detection": (1, 3), "level": "low"}
    found = risk.check_action_rows([part, rest], scale=(1, 3))
    assert found.consistent and not found.monotone and found.falls[0] == ((1, 1, 1), (2, 1, 1))
    five = risk.action_table([whole | {"level": "b"}], levels=("a", "b", "c", "d", "e"), scale=(1, 3))
    assert five.level(2, 2, 2) == "b"
    numpys = {name: np.int64(3) for name in whole}
    assert risk.check_action_rows([numpys | {"level": "low"}], scale=(1, 3)).problems == 26
    assert risk.matrix_by_score().level(np.int64(5), np.int64(5)) == "high"


# Criticality


@checked("MIL-STD-1629A (1980), task 102: C = effect x share x rate x time", "risk.criticality")
def test_criticality_numbers_add_by_severity() -> None:
    found = risk.criticality(
        [7.2e-6] * 3, 20, mode_share=[0.3, 0.2, 0.5], effect=[0.5, 0.5, 0.0], severity=["II", "II", "IV"]
    )
    assert found.numbers == pytest.approx((7.2e-6 * 20 * 0.15, 7.2e-6 * 20 * 0.1, 0.0))
    assert found.by_severity == pytest.approx({"II": 3.6e-5, "IV": 0.0})
    assert found.shares == pytest.approx((0.6, 0.4, 0.0)) and found.ranks == (1, 2, 3)
    assert found.table().rows[0][1] == "1"


def test_criticality_of_nothing_is_defined() -> None:
    found = risk.criticality([0.0, 0.0], 10)
    assert found.total == 0 and all(np.isnan(found.shares)) and found.ranks == (1, 1)
    assert found.to_dict()["shares"] == [None, None]


# Matrices


def test_a_matrix_is_read_and_drawn() -> None:
    made = risk.risk_matrix(
        [["low", "low", "medium"], ["low", "medium", "high"]],
        likelihoods=["rare", "often"],
        consequences=["mild", "grave", "fatal"],
    )
    assert made.level("often", "fatal") == made.level(2, 3) == "high"
    assert made.table().rows == (("often", "low", "medium", "high"), ("rare", "low", "low", "medium"))
    found = risk.assess(made, [2, 1, 2, 2], [3, 3, 3, 1], names="abcd")
    assert found.levels == ("high", "medium", "high", "low") and found.ranks == (1, 3, 1, 4)
    assert found.counts.tolist() == [[0, 0, 1], [1, 0, 2]]
    assert [row[1] for row in found.table().rows] == ["a", "c", "b", "d"]
    assert len(found.figure()["series"][0]["data"]) == 6
    json.dumps([found.to_dict(), found.figure()])


def test_residual_risk_is_held_against_inherent_risk() -> None:
    made = risk.matrix_by_score()
    found = risk.compare_assessments(
        made, ([5, 4, 2, 5], [4, 4, 2, 5]), ([3, 4, 3, 2], [4, 4, 2, 2]), names="abcd", appetite="medium"
    )
    assert found.inherent.levels == ("high", "high", "low", "high")
    assert found.residual.levels == ("medium", "high", "medium", "low")
    assert found.steps == (1, 0, -1, 2) and found.above_appetite == ("b",)
    assert [warning.rsplit(": ")[1] for warning in found.warnings] == ["c", "b", "d"]
    assert found.table().rows[2] == ("c", "low", "medium", -1)


@settings(max_examples=80, deadline=None)
@given(
    st.integers(1, 8),
    st.integers(1, 8),
    st.sampled_from(["product", "sum"]),
    st.integers(1, 20),
    st.integers(1, 20),
)
def test_matrices_by_score_are_monotone(rows: int, columns: int, score: str, start: int, more: int) -> None:
    made = risk.matrix_by_score((rows, columns), starts=(start, start + more), score=score)
    assert (np.diff(made.cells, axis=0) >= 0).all() and (np.diff(made.cells, axis=1) >= 0).all()
    value = (rows * columns) if score == "product" else rows + columns
    assert made.level(rows, columns) == made.levels[(value >= start) + (value >= start + more)]


# Cox's conditions

EDGES = st.lists(st.integers(1, 100), min_size=2, max_size=7, unique=True).map(
    lambda found: [0, *sorted(found)]
)


@checked(
    "L. A. Cox, Risk Analysis 28 (2008): weak consistency by a threshold",
    "risk.matrix_by_threshold",
    by="twin",
)
@settings(max_examples=60, deadline=None)
@given(EDGES, EDGES, st.integers(1, 4000))
def test_a_matrix_by_threshold_is_weakly_consistent(
    likely: list[int], grave: list[int], threshold: int
) -> None:
    made = risk.matrix_by_threshold(likely, grave, threshold)
    found = risk.cox_conditions(made, grid=3)
    assert found.weak_consistency
    for row, column in np.ndindex(made.cells.shape):
        inner = [a * b for a in likely[row : row + 2] for b in grave[column : column + 2]]
        wanted = 0 if max(inner) <= threshold else 2 if min(inner) >= threshold else 1
        assert made.cells[row, column] == wanted


@checked(
    "L. A. Cox, Risk Analysis 28 (2008): two levels break betweenness; the first row and column are mild",
    "risk.cox_conditions",
)
def test_what_cox_proves_of_matrices() -> None:
    two = risk.risk_matrix([["low", "low"], ["low", "high"]], levels=("low", "high"))
    assert not risk.cox_conditions(two).betweenness
    # His lemma: no grave cell borders on a mild one; his theorem: the least likely row and mildest column are mild.
    usual = risk.cox_conditions(risk.matrix_by_score())
    assert not usual.consistent_colouring
    assert {cell for one in usual.violations for cell in one.cells} == {("1", "5"), ("5", "1")}
    mended = [list(row[1:]) for row in risk.matrix_by_score().table().rows[::-1]]
    mended[0][4] = mended[4][0] = "low"
    assert risk.cox_conditions(risk.risk_matrix(mended)).violations == ()


def test_inconsistent_matrices_are_told_with_their_cells() -> None:
    made = risk.risk_matrix([["low", "low", "high"], ["low", "low", "high"], ["low", "medium", "high"]])
    found = risk.cox_conditions(made)
    assert not found.weak_consistency and not found.betweenness
    assert "risks up to 0.444444 are low" in found.violations[0].sentence
    assert len(found.warnings) == len(found.table().rows) == len(found.violations)
    alike = risk.cox_conditions(risk.risk_matrix([["low", "low"], ["low", "low"]]))
    assert alike.violations == () and alike.unresolved == pytest.approx(1) and alike.reversed == 0


@checked("pairs of random risks", "risk.cox_conditions", by="simulation")
def test_the_shares_of_pairs_are_those_of_random_risks() -> None:
    made = risk.matrix_by_score((4, 5), starts=(4, 9))
    found = risk.cox_conditions(made)
    rng = np.random.default_rng(3)
    likely, grave = rng.random((2, 2, 200_000))
    level = made.cells[(likely * 4).astype(int), (grave * 5).astype(int)]
    size = likely * grave
    assert found.unresolved == pytest.approx((level[0] == level[1]).mean(), abs=0.005)
    wrong = ((level[0] > level[1]) & (size[0] < size[1])) | ((level[0] < level[1]) & (size[0] > size[1]))
    assert found.reversed == pytest.approx(wrong.mean(), abs=0.002)


WHOLE = {"severity": (1, 10), "occurrence": (1, 10), "detection": (1, 10)}
ALL = WHOLE | {"level": "low"}


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: risk.priority_numbers([11], [1], [1]), "severity"),
        (lambda: risk.priority_numbers([1], [0], [1]), "occurrence"),
        (lambda: risk.priority_numbers([1], [1], [1.5]), "detection"),
        (lambda: risk.priority_numbers([1], [None], [1]), "occurrence"),
        (lambda: risk.priority_numbers([1, 2], [1], [1]), "occurrence"),
        (lambda: risk.priority_numbers([], [], []), "severity"),
        (lambda: risk.priority_numbers([1], [1], [1], names=["a", "b"]), "names"),
        (lambda: risk.priority_numbers([1], [1], [1], scale=(5, 1)), "scale"),
        (lambda: risk.priority_numbers([1], [1], [1], scale=5), "scale"),
        (lambda: risk.priority_numbers([1], [1], [1], severe=11), "severe"),
        (lambda: risk.action_table([]), "rows"),
        (lambda: risk.action_table(scale=(1, 5)), "rows"),
        (lambda: risk.action_table([ALL, ALL | {"severity": 1, "level": "high"}]), "rows"),
        (
            lambda: risk.action_table(
                [ALL | {"severity": (1, 5), "level": "high"}, ALL | {"severity": (6, 10)}]
            ),
            "rows",
        ),
        (lambda: risk.action_table([ALL | {"severity": (1, 11)}]), "rows"),
        (lambda: risk.action_table([ALL | {"severity": "many"}]), "rows"),
        (lambda: risk.action_table([WHOLE | {"level": "none"}]), "rows"),
        (lambda: risk.action_table([WHOLE]), "rows"),
        (lambda: risk.action_table([ALL], levels=("low",)), "levels"),
        (lambda: risk.action_table().level(0, 1, 1), "severity"),
        (lambda: risk.criticality([-1], 1), "rate"),
        (lambda: risk.criticality([1], 0), "time"),
        (lambda: risk.criticality([1], 1, mode_share=[2]), "mode_share"),
        (lambda: risk.criticality([1], 1, effect=[0.5, 0.5]), "effect"),
        (lambda: risk.criticality([1], 1, severity=["I", "II"]), "severity"),
        (lambda: risk.risk_matrix([]), "cells"),
        (lambda: risk.risk_matrix([["low"], ["low", "low"]]), "cells"),
        (lambda: risk.risk_matrix([["red"]]), "cells"),
        (lambda: risk.risk_matrix([["low", "low"], ["high", "medium"]]), "cells"),
        (lambda: risk.risk_matrix([["high"], ["low"]]), "cells"),
        (lambda: risk.risk_matrix([["low"]], levels=("low", "low")), "levels"),
        (lambda: risk.risk_matrix([["low"]], likelihoods=["a", "b"]), "likelihoods"),
        (lambda: risk.risk_matrix([["low", "low"]], consequences=["a", "a"]), "consequences"),
        (lambda: risk.risk_matrix([["low"]], likelihood_edges=[0, 1, 2]), "likelihood_edges"),
        (lambda: risk.risk_matrix([["low"]], consequence_edges=[1, 0]), "consequence_edges"),
        (lambda: risk.matrix_by_score((0, 5)), "size"),
        (lambda: risk.matrix_by_score(5), "size"),
        (lambda: risk.matrix_by_score(starts=(5,)), "starts"),
        (lambda: risk.matrix_by_score(score="max"), "score"),
        (lambda: risk.matrix_by_threshold([0, 1], [0, 1], 0), "threshold"),
        (lambda: risk.matrix_by_threshold([0], [0, 1], 1), "likelihood_edges"),
        (lambda: risk.matrix_by_threshold([0, 1], [0, 1], 1, levels=("a", "b")), "levels"),
        (lambda: risk.matrix_by_score().level(6, 1), "likelihood"),
        (lambda: risk.assess(risk.matrix_by_score(), [6], [1]), "likelihood"),
        (lambda: risk.assess(risk.matrix_by_score(), [1], [0]), "consequence"),
        (lambda: risk.compare_assessments(risk.matrix_by_score(), ([1], [1]), ([1, 2], [1, 2])), "residual"),
        (lambda: risk.compare_assessments(risk.matrix_by_score(), 5, ([1], [1])), "inherent"),
        (
            lambda: risk.compare_assessments(risk.matrix_by_score(), ([1], [1]), ([1], [1]), appetite="none"),
            "appetite",
        ),
        (lambda: risk.cox_conditions(risk.matrix_by_score(), grid=0), "grid"),
    ],
)
def test_bad_input_is_refused_by_the_name_of_its_argument(call, argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument}: "):
        call()
