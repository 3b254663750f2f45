"""Reliability of surveys: alpha, omega, halves, error, favourable shares and what is suppressed."""

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.multivariate.factor import Factor

from setsquare.methods import reliability
from setsquare.methods.reliability.factors import extract, oblimin
from setsquare.methods.reliability.shares import wilson
from tests.methods.checked import checked

pytestmark = pytest.mark.once

# S. Chatterjee and B. Price, Regression Analysis by Example (1977); "attitude" in R: 30 departments, 7 questions.
ATTITUDE = np.array([
    (43, 51, 30, 39, 61, 92, 45), (63, 64, 51, 54, 63, 73, 47), (71, 70, 68, 69, 76, 86, 48),
    (61, 63, 45, 47, 54, 84, 35), (81, 78, 56, 66, 71, 83, 47), (43, 55, 49, 44, 54, 49, 34),
    (58, 67, 42, 56, 66, 68, 35), (71, 75, 50, 55, 70, 66, 41), (72, 82, 72, 67, 71, 83, 31),
    (67, 61, 45, 47, 62, 80, 41), (64, 53, 53, 58, 58, 67, 34), (67, 60, 47, 39, 59, 74, 41),
    (69, 62, 57, 42, 55, 63, 25), (68, 83, 83, 45, 59, 77, 35), (77, 77, 54, 72, 79, 77, 46),
    (81, 90, 50, 72, 60, 54, 36), (74, 85, 64, 69, 79, 79, 63), (65, 60, 65, 75, 55, 80, 60),
    (65, 70, 46, 57, 75, 85, 46), (50, 58, 68, 54, 64, 78, 52), (50, 40, 33, 34, 43, 64, 33),
    (64, 61, 52, 62, 66, 80, 41), (53, 66, 52, 50, 63, 80, 37), (40, 37, 42, 58, 50, 57, 49),
    (63, 54, 42, 48, 66, 75, 33), (66, 77, 66, 63, 88, 76, 72), (78, 75, 58, 74, 80, 78, 49),
    (48, 57, 44, 45, 51, 83, 38), (85, 85, 71, 71, 77, 74, 55), (82, 82, 39, 59, 64, 78, 39),
])  # fmt: skip
# L. L. Thurstone's nine tests of 213 people, as R's psych has their correlations (below the diagonal).
THURSTONE = [
    [0.828], [0.776, 0.779], [0.439, 0.493, 0.460], [0.432, 0.464, 0.425, 0.674], [0.447, 0.489, 0.443, 0.590, 0.541],
    [0.447, 0.432, 0.401, 0.381, 0.402, 0.288], [0.541, 0.537, 0.534, 0.350, 0.367, 0.320, 0.555],
    [0.380, 0.358, 0.359, 0.424, 0.446, 0.325, 0.598, 0.452],
]  # fmt: skip


def thurstone() -> np.ndarray:
    made = np.eye(9)
    for row, values in enumerate(THURSTONE, 1):
        made[row, :row] = made[:row, row] = values
    return made


def answers(seed: int, people: int, loadings: list[float]) -> np.ndarray:
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((people, 1))
    own = np.sqrt(1 - np.square(loadings))
    return common * loadings + rng.standard_normal((people, len(loadings))) * own


# Alpha


@checked("R psych, alpha(attitude)", "reliability.cronbach_alpha", by="program")
def test_alpha_of_the_attitude_survey() -> None:
    found = reliability.cronbach_alpha(ATTITUDE)
    assert [round(v, 2) for v in (found.alpha, found.standardized, found.mean_correlation)] == [
        0.84,
        0.84,
        0.43,
    ]
    assert [round(end, 2) for end in found.interval] == [0.74, 0.92]
    assert [round(one.rest_correlation, 2) for one in found.items] == [
        0.67,
        0.74,
        0.56,
        0.71,
        0.79,
        0.27,
        0.46,
    ]
    assert [round(one.alpha_without, 2) for one in found.items] == [0.81, 0.80, 0.83, 0.80, 0.80, 0.86, 0.84]
    assert [round(one.mean) for one in found.items] == [65, 67, 53, 56, 65, 75, 43]
    assert [round(one.sd, 1) for one in found.items] == [12.2, 13.3, 12.2, 11.7, 10.4, 9.9, 10.3]
    assert found.error == pytest.approx(found.sum_sd * math.sqrt(1 - found.alpha)) and found.warnings == ()
    json.dumps([found.to_dict(), found.figure()])


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 8), st.integers(4, 40), st.floats(0.1, 9), st.floats(-50, 50))
def test_alpha_is_its_definition_and_does_not_depend_on_unit_or_origin(seed, k, people, scale, shift) -> None:
    made = answers(seed, people, [0.6] * k)
    found = reliability.cronbach_alpha(made).alpha
    wanted = k / (k - 1) * (1 - made.var(axis=0, ddof=1).sum() / made.sum(axis=1).var(ddof=1))
    assert found == pytest.approx(wanted)
    assert reliability.cronbach_alpha(made * scale + shift).alpha == pytest.approx(found)
    covariance = np.cov(made, rowvar=False)
    assert reliability.alpha_from_covariance(covariance, people).alpha == pytest.approx(found)


@checked("coverage of Feldt's interval with normal answers", "reliability.cronbach_alpha", by="simulation")
def test_the_interval_of_feldt_covers_as_often_as_it_says() -> None:
    truth = 5 / 4 * (1 - 5 / (5 + 20 * 0.36))
    hits = 0
    for seed in range(600):
        low, high = reliability.cronbach_alpha(answers(seed, 40, [0.6] * 5), confidence=0.9).interval
        hits += low <= truth <= high
    assert abs(hits / 600 - 0.9) < 4 * math.sqrt(0.09 / 600)


def test_the_bootstrap_is_near_feldt_and_repeats() -> None:
    made = answers(3, 300, [0.7] * 4)
    first, second = (
        reliability.cronbach_alpha(made, interval="bootstrap", resamples=400).interval for _ in range(2)
    )
    assert first == second
    assert np.allclose(first, reliability.cronbach_alpha(made).interval, atol=0.02)


def test_questions_asked_the_other_way_are_turned_round() -> None:
    made = np.clip(np.round(answers(5, 80, [0.8] * 4) + 3), 1, 5)
    against = made.copy()
    against[:, 2] = 6 - against[:, 2]
    found = reliability.cronbach_alpha(against, items="abcd")
    assert found.warnings and found.warnings[0].startswith("c run")
    turned = reliability.cronbach_alpha(against, items="abcd", reverse=["c"], scale=(1, 5))
    assert turned.alpha == pytest.approx(reliability.cronbach_alpha(made).alpha)
    assert turned.answers.reversed == ("c",)


def test_missing_answers_are_left_out_by_rows_or_taken_by_pairs_or_refused() -> None:
    made = answers(2, 60, [0.7] * 3)
    holed = made.copy()
    holed[:6, 1] = np.nan
    rows = reliability.cronbach_alpha(holed)
    assert rows.alpha == pytest.approx(reliability.cronbach_alpha(made[6:]).alpha)
    assert (rows.answers.people, rows.answers.left_out, rows.answers.missing) == (54, 6, 6)
    assert "left out" in rows.warnings[0]
    pairs = reliability.cronbach_alpha(holed, missing="pairs")
    assert pairs.answers.people == 60
    wanted = [np.cov(made[6:, a], made[6:, b])[0, 1] if 1 in (a, b) else np.cov(made[:, a], made[:, b])[0, 1]
              for a in range(3) for b in range(3)]  # fmt: skip
    total, own = sum(wanted), wanted[0] + wanted[4] + wanted[8]
    assert pairs.alpha == pytest.approx(1.5 * (1 - own / total))


def test_two_questions_three_people_and_alpha_below_zero_are_defined() -> None:
    found = reliability.cronbach_alpha([[1, 2], [2, 3], [4, 4]])
    assert all(math.isnan(one.alpha_without) for one in found.items)
    below = reliability.cronbach_alpha([[1, 5, 3], [5, 1, 3.1], [2, 4, 3], [4, 2, 2.9]])
    assert below.alpha < 0 and any("below zero" in warning for warning in below.warnings)


# Omega


@checked(
    "statsmodels, Factor by maximum likelihood, of the attitude survey", "reliability.omega", by="program"
)
def test_the_one_factor_model_is_that_of_statsmodels() -> None:
    found = reliability.omega(ATTITUDE)
    other = Factor(corr=np.corrcoef(ATTITUDE, rowvar=False), n_factor=1, method="ml").fit()
    assert found.loadings == pytest.approx(np.abs(other.loadings.ravel()), abs=2e-5)
    assert found.uniquenesses == pytest.approx(other.uniqueness, abs=2e-5)
    assert found.degrees == 14 and 0 < found.p < 0.05 and "does not explain" in found.warnings[0]


@checked("R psych, omega(Thurstone)", "reliability.omega_hierarchical", by="program")
def test_the_hierarchy_of_thurstones_tests() -> None:
    found = reliability.omega_hierarchical(thurstone())
    assert (round(found.hierarchical, 2), round(found.total, 2)) == (0.74, 0.93)
    assert round(reliability.alpha_from_covariance(thurstone(), 213).alpha, 2) == 0.89
    assert [round(one, 2) for one in found.general] == [0.71, 0.73, 0.68, 0.65, 0.62, 0.56, 0.59, 0.58, 0.54]
    largest = [round(max(row), 2) for row in found.groups]
    assert largest[:7] == [0.56, 0.55, 0.52, 0.56, 0.49, 0.41, 0.62] and largest[8] == 0.46
    json.dumps(found.to_dict())


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.3, 0.9), min_size=4, max_size=8), st.sampled_from(["ml", "minres"]))
def test_a_perfect_factor_is_found_again(loadings: list[float], method: str) -> None:
    made = np.outer(loadings, loadings)
    np.fill_diagonal(made, 1.0)
    found = reliability.omega_from_correlations(made, 500, method=method)
    assert found.loadings == pytest.approx(loadings, abs=2e-3)
    common = sum(loadings) ** 2
    assert found.omega == pytest.approx(
        common / (common + len(loadings) - np.square(loadings).sum()), abs=1e-4
    )
    assert found.residual < 1e-3 and math.isnan(found.p) == (method == "minres")
    alpha = reliability.alpha_from_covariance(made, 500).alpha
    assert alpha <= found.standardized + 1e-4


def test_omega_is_alpha_where_all_questions_measure_alike_and_larger_otherwise() -> None:
    alike = np.full((5, 5), 0.4) + 0.6 * np.eye(5)
    found = reliability.omega_from_correlations(alike)
    assert found.omega == pytest.approx(reliability.alpha_from_covariance(alike, 100).alpha, abs=1e-6)
    scaled = alike * np.outer([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
    other = reliability.omega_from_correlations(scaled)
    assert (
        other.standardized == pytest.approx(found.standardized, abs=1e-6)
        and other.omega != other.standardized
    )


def test_the_hierarchy_of_a_made_up_structure_is_its_own() -> None:
    """Within groups 0.6, between 0.3: the general factor explains 81 * 0.3 of 36, errors are 9 * 0.4."""
    made = np.kron(np.eye(3), np.full((3, 3), 0.3)) + np.full((9, 9), 0.3) + 0.4 * np.eye(9)
    found = reliability.omega_hierarchical(made)
    assert found.hierarchical == pytest.approx(24.3 / 36, abs=1e-4)
    assert found.total == pytest.approx(0.9, abs=1e-4)
    assert found.table().columns == ("question", "general", "group 1", "group 2", "group 3", "uniqueness")


def test_rotation_reaches_simple_structure_and_keeps_the_model() -> None:
    factors = extract(thurstone(), 3, "minres")
    pattern, between = oblimin(factors.loadings)
    assert np.allclose(pattern @ between @ pattern.T, factors.loadings @ factors.loadings.T, atol=1e-8)
    assert np.allclose(np.diag(between), 1)


def test_omega_by_bootstrap_and_its_warnings() -> None:
    made = answers(4, 200, [0.7, 0.6, 0.8, 0.5])
    found = reliability.omega(made, resamples=40)
    assert found.interval[0] < found.omega < found.interval[1]
    made[:, 3] *= -1
    assert any(one.startswith("4 run") for one in reliability.omega(made, resamples=40).warnings)
    heywood = [[1, 0.9, 0.9], [0.9, 1, 0.4], [0.9, 0.4, 1]]
    assert "Heywood" in reliability.omega_from_correlations(heywood).warnings[0]


# Halves, length, error


@checked("alpha as the mean over all split halves (Cronbach 1951)", "reliability.split_half", by="twin")
@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([2, 4, 6, 8]))
def test_the_mean_of_all_halves_is_alpha(seed: int, k: int) -> None:
    made = answers(seed, 30, [0.5] * k)
    found = reliability.split_half(made)
    assert found.mean == pytest.approx(reliability.cronbach_alpha(made).alpha)
    assert found.splits == math.comb(k, k // 2) // 2 and not found.sampled
    by_hand = []
    for chosen in itertools.combinations(range(k), k // 2):
        one = made[:, chosen].sum(axis=1)
        other = made.sum(axis=1) - one
        by_hand.append(4 * np.cov(one, other)[0, 1] / made.sum(axis=1).var(ddof=1))
    assert (found.least, found.most) == pytest.approx((min(by_hand), max(by_hand)))


def test_halves_of_ones_own_and_too_many_splits() -> None:
    made = answers(6, 50, [0.6] * 4)
    found = reliability.split_half(made, first=["1", "2"])
    r = np.corrcoef(made[:, :2].sum(axis=1), made[:, 2:].sum(axis=1))[0, 1]
    assert (found.correlation, found.spearman_brown) == pytest.approx((r, 2 * r / (1 + r)))
    assert found.first == ("1", "2") and found.second == ("3", "4")
    long = answers(6, 80, [0.6] * 20)
    many = reliability.split_half(long)
    assert many.sampled and many.mean == pytest.approx(reliability.cronbach_alpha(long).alpha, abs=0.003)
    assert reliability.split_half(answers(1, 20, [0.6] * 5)).splits == 10


@given(st.floats(0.05, 0.95), st.floats(0.1, 10))
def test_length_and_reliability_are_each_others_inverse(r: float, factor: float) -> None:
    reached = reliability.spearman_brown(r, factor=factor).reached
    assume(reached < 0.9999)
    assert reliability.spearman_brown(r, wanted=reached).factor == pytest.approx(factor)


def test_the_error_of_measurement_of_an_intelligence_test() -> None:
    assert reliability.measurement_error(15, 0.91).error == pytest.approx(4.5)
    assert reliability.measurement_error(15, 1).half_width == 0


# Favourable shares


@checked(
    "R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3", "reliability.favourable_share"
)
@pytest.mark.parametrize(
    ("found", "n", "interval"),
    [
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_intervals_of_wilson(found: int, n: int, interval: tuple[float, float]) -> None:
    made = reliability.favourable_share([5] * found + [1] * (n - found))
    assert made.share == found / n
    assert made.interval == pytest.approx(interval, abs=5e-5)


@given(st.integers(1, 300), st.data())
def test_wilson_is_the_inverse_of_the_score_test(n: int, data) -> None:
    found = data.draw(st.integers(0, n))
    low, high = wilson(found, n, 0.95)
    other = stats.binomtest(found, n).proportion_ci(0.95, method="wilson")
    assert (low, high) == pytest.approx((other.low, other.high), abs=1e-9)
    assert 0 <= low <= found / n <= high <= 1


def test_shares_of_questions_and_groups_count_what_is_missing() -> None:
    made = [[5, 4], [4, None], [2, 3], [None, 5], [3, 1], [5, 5]]
    found = reliability.favourable_shares(made, items=["pay", "work"], by=list("aaabbb"), minimum=1)
    shown = {(one.question, one.group): one for one in found.shares}
    assert shown["pay", "all"].share == 0.6 and shown["pay", "b"].missing == 1
    assert (shown["work", "a"].favourable, shown["work", "a"].answered) == (1, 2)
    assert len(found.table().rows) == 6 and len(found.figure()["yAxis"]["data"]) == 6
    json.dumps([found.to_dict(), found.figure()])


def test_small_groups_give_nothing_away() -> None:
    made = [[5]] * 6 + [[1]] * 3 + [[4]] * 8 + [[2]] * 20
    found = reliability.favourable_shares(made, by=["a"] * 6 + ["b"] * 3 + ["c"] * 8 + ["d"] * 20)
    hidden = {one.group: one for one in found.shares if one.suppressed}
    assert set(hidden) == {"a", "b"}
    assert all(
        one.answered is None and one.favourable is None and math.isnan(one.share) for one in hidden.values()
    )
    alone = reliability.favourable_shares([[5], [4], [3]])
    assert alone.shares[0].suppressed


@settings(max_examples=200)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(1, 10))
def test_what_is_suppressed_cannot_be_found_by_subtraction(sizes: list[int], minimum: int) -> None:
    hidden = reliability.suppressed_groups(sizes, minimum)
    assert all(hide for hide, size in zip(hidden, sizes, strict=True) if 0 < size < minimum)
    chosen = [size for hide, size in zip(hidden, sizes, strict=True) if hide]
    others = [size for hide, size in zip(hidden, sizes, strict=True) if not hide and size >= minimum]
    if chosen and others:
        assert len(chosen) > 1 and sum(chosen) >= minimum
    assert not any(reliability.suppressed_groups([size for size in sizes if size >= minimum], minimum))
    alone = reliability.suppressed_groups(sizes, minimum, total_shown=False)
    assert list(alone) == [0 < size < minimum for size in sizes]


GOOD = [[1, 2, 1], [2, 3, 3], [4, 4, 5], [3, 5, 4]]


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: reliability.cronbach_alpha([[1, 2], [2, 1]]), "answers"),
        (lambda: reliability.cronbach_alpha([[1], [2], [3]]), "answers"),
        (lambda: reliability.cronbach_alpha([[1, 3], [2, 3], [3, 3]]), "answers"),
        (lambda: reliability.cronbach_alpha([[1, None], [2, 1], [3, 3]], missing="refuse"), "answers"),
        (lambda: reliability.cronbach_alpha([[1, None], [2, 1], [3, 3]]), "answers"),
        (lambda: reliability.cronbach_alpha([[1, float("inf")], [2, 1], [3, 3]]), "answers"),
        (lambda: reliability.cronbach_alpha(GOOD, missing="mean"), "missing"),
        (lambda: reliability.cronbach_alpha(GOOD, items="ab"), "items"),
        (lambda: reliability.cronbach_alpha(GOOD, reverse=["1"]), "scale"),
        (lambda: reliability.cronbach_alpha(GOOD, reverse=["9"], scale=(1, 5)), "reverse"),
        (lambda: reliability.cronbach_alpha(GOOD, confidence=2), "confidence"),
        (lambda: reliability.cronbach_alpha(GOOD, interval="t"), "interval"),
        (lambda: reliability.cronbach_alpha(GOOD, interval="bootstrap", resamples=5), "resamples"),
        (lambda: reliability.alpha_from_covariance([[1, 2], [0, 1]], 10), "covariance"),
        (lambda: reliability.alpha_from_covariance([[1.0]], 10), "covariance"),
        (lambda: reliability.alpha_from_covariance([[1, 0], [0, 0]], 10), "covariance"),
        (lambda: reliability.alpha_from_covariance([[1, 0], [0, 1]], 2), "people"),
        (lambda: reliability.omega([[1, 2], [2, 3], [4, 4]]), "answers"),
        (lambda: reliability.omega(GOOD, method="pca"), "method"),
        (lambda: reliability.omega_from_correlations([[1, 0.5], [0.5, 1]]), "correlations"),
        (lambda: reliability.omega_hierarchical(np.eye(9), groups=2), "groups"),
        (lambda: reliability.omega_hierarchical(np.eye(8)), "groups"),
        (lambda: reliability.split_half(GOOD, first=["9"]), "first"),
        (lambda: reliability.split_half(GOOD, first=["1", "2", "3"]), "first"),
        (lambda: reliability.spearman_brown(0.5), "factor"),
        (lambda: reliability.spearman_brown(0.5, factor=0), "factor"),
        (lambda: reliability.spearman_brown(0.5, wanted=1), "wanted"),
        (lambda: reliability.spearman_brown(0, factor=2), "reliability"),
        (lambda: reliability.measurement_error(-1, 0.5), "sd"),
        (lambda: reliability.measurement_error(1, 1.5), "reliability"),
        (lambda: reliability.favourable_share([]), "answers"),
        (lambda: reliability.favourable_share([None, None]), "answers"),
        (lambda: reliability.favourable_share([1, 2], []), "favourable"),
        (lambda: reliability.favourable_shares(GOOD, by="ab"), "by"),
        (lambda: reliability.favourable_shares(GOOD, items="ab"), "items"),
        (lambda: reliability.favourable_shares(GOOD, minimum=0), "minimum"),
        (lambda: reliability.suppressed_groups([-1]), "sizes"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_by_the_name_of_its_argument(call, argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument}: "):
        call()
