"""What holds for every gauge study and every kappa, and how often intervals hold what they should."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setsquare.methods import measurement as m
from tests.methods.checked import checked

few = settings(max_examples=25, deadline=None)


def study(seed, parts=4, operators=3, trials=2, spreads=(1.0, 0.3, 0.2)):
    generator = np.random.default_rng(seed)
    cube = (
        generator.normal(0, spreads[0], (parts, 1, 1))
        + generator.normal(0, spreads[1], (1, operators, 1))
        + generator.normal(0, spreads[2], (parts, operators, trials))
    )
    part, person, _ = np.indices(cube.shape)
    return cube.ravel(), part.ravel(), person.ravel()


@checked(
    "location and scale", "measurement.crossed_study", "measurement.average_range_study",
    "measurement.nested_study", by="twin",
)  # fmt: skip
@few
@given(st.integers(0, 10**6), st.floats(-100, 100), st.floats(0.01, 100))
def test_study_moves_with_the_unit_alone(seed, shift, scale):
    values, parts, people = study(seed)
    for method in (m.crossed_study, m.average_range_study, m.nested_study):
        first, second = method(values, parts, people), method(values * scale + shift, parts, people)
        for one, other in zip(first.components, second.components, strict=True):
            assert other.sd == pytest.approx(one.sd * scale, rel=1e-6, abs=1e-9 * max(1.0, abs(shift)))
            assert other.study == pytest.approx(one.study, rel=1e-6, abs=1e-5)


@checked("shares add up, intervals hold the estimate", "measurement.crossed_study", by="twin")
@few
@given(st.integers(0, 10**6), st.sampled_from([None, 0.05, 0.25]))
def test_shares_add_up_and_intervals_hold_the_estimate(seed, pooling):
    values, parts, people = study(seed)
    found = m.crossed_study(values, parts, people, pooling=pooling)
    assert found["gauge"].contribution + found["part"].contribution == pytest.approx(100)
    assert found["gauge"].variance == pytest.approx(
        found["repeatability"].variance + found["reproducibility"].variance
    )
    for line in found.components:
        low, high = line.variance_interval
        assert 0 <= low <= high
        if not found.warnings:
            assert low <= line.variance <= high


@checked("sums of squares add up", "measurement.crossed_study", by="twin")
@few
@given(st.integers(0, 10**6))
def test_sums_of_squares_add_up(seed):
    rows = {row.source: row for row in m.crossed_study(*study(seed)).anova}
    total = rows.pop("total")
    assert sum(row.sum_of_squares for row in rows.values()) == pytest.approx(total.sum_of_squares)
    assert sum(row.degrees for row in rows.values()) == total.degrees


ratings = st.lists(st.tuples(*[st.sampled_from("abc")] * 3), min_size=2, max_size=12)


@checked(
    "pair by pair",
    "measurement.fleiss_kappa", "measurement.conger_kappa", by="twin",
)  # fmt: skip
@few
@given(ratings)
def test_kappas_are_at_most_one_and_brute_force_agrees(rows):
    n, raters = len(rows), 3
    pairs = [(a, b) for a in range(raters) for b in range(raters) if a != b]
    observed = sum(row[a] == row[b] for row in rows for a, b in pairs) / (n * len(pairs))
    every = [name for row in rows for name in row]
    chance = sum((every.count(name) / len(every)) ** 2 for name in set(every))
    fleiss, conger = m.fleiss_kappa(rows), m.conger_kappa(rows)
    assert fleiss.observed == pytest.approx(observed) == conger.observed
    assert fleiss.expected == pytest.approx(chance)
    own = sum(one[a] == two[b] for one in rows for two in rows for a, b in pairs) / (n * n * len(pairs))
    assert conger.expected == pytest.approx(own)
    for kappa in (fleiss.kappa, conger.kappa, m.light_kappa(rows).kappa):
        assert np.isnan(kappa) or -1 - 1e-9 <= kappa <= 1 + 1e-9


@checked("judges swapped, full agreement", "measurement.cohen_kappa", by="twin")
@few
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=2, max_size=20))
def test_cohen_does_not_mind_who_is_first_and_full_agreement_is_one(pairs):
    first, second = zip(*pairs, strict=True)
    for weights in ("none", "linear", "squared"):
        one, other = (m.cohen_kappa(*both, weights=weights) for both in ((first, second), (second, first)))
        assert one.kappa == pytest.approx(other.kappa, nan_ok=True)
        alike = m.cohen_kappa(first, first, weights=weights)
        assert np.isnan(alike.kappa) or alike.kappa == pytest.approx(1)


@checked("bounds, stretched scores", "measurement.kendall_w", by="twin")
@few
@given(st.lists(st.tuples(*[st.integers(0, 5)] * 3), min_size=2, max_size=10))
def test_w_is_between_zero_and_one_and_so_it_stays_when_scores_are_stretched(rows):
    found = m.kendall_w(rows).w
    assert np.isnan(found) or -1e-9 <= found <= 1 + 1e-9
    assert m.kendall_w([[np.exp(x) for x in row] for row in rows]).w == pytest.approx(found, nan_ok=True)


@checked("90 % of intervals hold the gauge's variance", "measurement.crossed_study", by="simulation")
def test_intervals_of_the_gauge_hold_its_variance_as_often_as_they_say():
    # 400 studies of 8 parts, 4 operators, 2 trials, and intervals of 90 %; the standard error of the share is 1.5 %.
    spreads = (1.0, 0.4, 0.3)
    true = {"gauge": 0.25, "repeatability": 0.09, "operator": 0.16, "part": 1.0, "total": 1.25}
    held = dict.fromkeys(true, 0)
    for seed in range(400):
        found = m.crossed_study(*study(seed, 8, 4, 2, spreads), confidence=0.9, pooling=None)
        for name, variance in true.items():
            low, high = found[name].variance_interval
            held[name] += low <= variance <= high
    assert all(0.855 <= count / 400 <= 0.96 for count in held.values()), held


@checked("variances that the data are made with", "measurement.crossed_study", by="simulation")
def test_estimates_are_right_on_average():
    found = [m.crossed_study(*study(seed, 10, 6, 2), pooling=None) for seed in range(300)]
    for name, variance in (("repeatability", 0.04), ("operator", 0.09), ("part", 1.0)):
        assert np.mean([one[name].variance for one in found]) == pytest.approx(variance, rel=0.12)
