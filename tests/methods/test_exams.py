"""Exams: figures of questions reckoned on paper, and two examiners against `measurement.cohen_kappa`."""

import math
import random

import numpy as np
import pytest

from setsquare.methods.exams import agreement_of_levels, item_analysis
from setsquare.methods.measurement import cohen_kappa
from setsquare.methods.reliability import cronbach_alpha

pytestmark = pytest.mark.once


def test_item_analysis_by_hand() -> None:
    """Reckoned on paper: four people, of whom the last was not asked the third question."""
    found = item_analysis([[2, 1, 1], [2, 0, 1], [0, 1, 0], [0, 0, None]], [2, 1, 1], names="ABC")
    a, b, c = found.questions
    assert [one.difficulty for one in found.questions] == pytest.approx([0.5, 0.5, 2 / 3])
    # of A 1, 1, 0, 0 against shares of the others 1, 1/2, 1/2, 0: covariance 1/8, variances 1/4 and 1/8
    assert a.rest_correlation == pytest.approx(0.125 / (0.25 * 0.125) ** 0.5)
    # of C 1, 1, 0 against 3/3, 2/3, 1/3
    assert (c.answered, c.rest_correlation) == (3, pytest.approx(0.8660254))
    assert (a.upper_lower, b.upper_lower) == (1.0, 1.0)  # the best against the last
    assert math.isnan(found.alpha) and found.mean == pytest.approx((1 + 0.75 + 0.25 + 0) / 4)
    tied = item_analysis([[1, 0], [0, 1], [1, 1], [0, 0]], [1, 1], group=0.5)
    assert (
        tied.questions[0].upper_lower == 0.5
    )  # of the two that are tied at the edge one counts above, one below
    assert tied.alpha == pytest.approx(0.0)


def test_item_analysis_of_right_and_wrong_is_kr_20() -> None:
    answers = [[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1], [0, 0, 1, 0]]
    p = [0.8, 0.6, 0.6, 0.2]
    variance = 1.36  # of the sums 3, 2, 1, 4, 1, with divisor n
    kr20 = 4 / 3 * (1 - sum(one * (1 - one) for one in p) / variance)
    found = item_analysis(answers, [1, 1, 1, 1])
    assert found.alpha == pytest.approx(kr20)
    assert found.error == pytest.approx((variance * 5 / 4 * (1 - kr20)) ** 0.5)


@pytest.mark.parametrize(
    ("points", "most", "argument"),
    [([[1, 2]], [1, 1], "points"), ([[-1, 0]], [1, 1], "points"), ([[1, 0]], [1], "most")],
)
def test_item_analysis_refuses_what_cannot_be(
    points: list[list[int]], most: list[int], argument: str
) -> None:
    with pytest.raises(ValueError, match=f"^{argument}: "):
        item_analysis(points, most)


def test_item_analysis_of_many_agrees_with_numpy() -> None:
    rng = np.random.default_rng(5)
    points = (rng.random((60, 8)) + rng.random((60, 1)) > 1).astype(float)
    found = item_analysis(points, [1] * 8)
    assert found.alpha == pytest.approx(cronbach_alpha(points).alpha)
    assert found.sd == pytest.approx(float(points.mean(axis=1).std(ddof=1)))
    for place, one in enumerate(found.questions):
        rest = np.delete(points, place, axis=1).mean(axis=1)
        assert one.rest_correlation == pytest.approx(float(np.corrcoef(points[:, place], rest)[0, 1]))
    points[3, 2] = np.nan
    assert item_analysis(points, [1] * 8).questions[2].answered == 59


@pytest.mark.parametrize("points", [[], [[None]], "11", [["1", 0]], 3, [[1, 10**400]], [1, 0]])
def test_item_analysis_refuses_what_is_no_table(points: object) -> None:
    with pytest.raises(ValueError, match="^points: "):
        item_analysis(points, [1, 1])


@pytest.mark.parametrize(("most", "group", "argument"), [([1, None], 0.27, "most"), ([1, 1], 0.6, "group")])
def test_item_analysis_refuses_other_figures(most: list[float], group: float, argument: str) -> None:
    with pytest.raises(ValueError, match=f"^{argument}: "):
        item_analysis([[1, 0]], most, group=group)


def test_two_examiners_are_compared_as_by_the_measurement_system() -> None:
    draw = random.Random(4)
    for _turn in range(20):
        one = [draw.randrange(5) for _person in range(12)]
        other = [min(max(level + draw.choice((-1, 0, 0, 1)), 0), 4) for level in one]
        kappa = cohen_kappa(one, other, weights="squared", categories=list("01234")).kappa
        assert agreement_of_levels(one, other) == pytest.approx(kappa)
    assert math.isnan(agreement_of_levels([2, 2], [2, 2]))
    for first, second, argument in (([], [], "first"), ([1], [1, 2], "second")):
        with pytest.raises(ValueError, match=f"^{argument}: "):
            agreement_of_levels(first, second)
