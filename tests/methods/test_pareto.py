"""Pareto charts: reference cases, all pairs one by one, and how often groups, ranks and the vital few are right."""

import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from setsquare.methods import trends
from setsquare.methods.pareto import compare_paretos, pareto
from setsquare.methods.pareto.separation import larger
from setsquare.methods.pareto.tally import tally
from tests.methods.cases_pareto import ADAPTERS
from tests.methods.checked import checked
from tests.methods.reference import differences, load, reaching

pytestmark = pytest.mark.once
few = settings(max_examples=30, deadline=None)
CASES = load()
tallies = st.lists(st.integers(0, 40), min_size=1, max_size=7).filter(any)


def names(counts):
    return [f"c{place}" for place in range(len(counts))]


@reaching(ADAPTERS)
def test_a_reference_case_is_reached(name):
    assert differences(CASES[name], ADAPTERS[name](CASES[name])) == []


@checked("numpy, sorted and summed", "pareto.pareto", by="program")
@few
@given(tallies, st.floats(0.5, 20))
def test_categories_fall_and_shares_add_up(counts, cost):
    weights = [cost * (1 + place % 3) for place in range(len(counts))]
    found = pareto(names(counts), counts, weights=weights, simulations=100)
    values = np.array(counts) * weights
    assert found.values == pytest.approx(np.sort(values)[::-1])
    assert found.cumulative == pytest.approx(np.cumsum(found.values))
    assert found.cumulative_share[-1] == pytest.approx(1)
    assert found.share.sum() == pytest.approx(1)
    assert found.rank.tolist() == [1 + sum(values > value + 1e-9) for value in found.values]
    assert [found.labels.index(label) for label in found.labels] == list(range(len(counts)))
    assert (found.best_rank <= found.worst_rank).all()
    within = (found.best_rank <= found.rank) & (found.rank <= found.worst_rank)
    assert within.all()


def test_equal_values_keep_the_order_given_and_share_a_rank():
    found = pareto(["x", "y", "z", "w"], [5, 9, 5, 5])
    assert found.labels == ("y", "x", "z", "w")
    assert found.rank.tolist() == [1, 2, 2, 2]


def test_values_that_are_equal_but_for_rounding_are_equal():
    found = pareto(["x", "y", "z"], [1, 3, 1], weights=[0.3, 0.1, 0.2])
    assert found.values[0] != found.values[1]
    assert found.labels == ("x", "y", "z") and found.rank.tolist() == [1, 1, 3]


def test_events_are_counted():
    events = ["burr", "dent", "burr", "scratch", "burr"]
    for column in (events, np.array(events), pd.Series(events)):
        found = pareto(column)
        assert found.labels == ("burr", "dent", "scratch")
        assert found.counts.tolist() == [3, 1, 1]
    costly = pareto(events, weights={"burr": 1, "dent": 10, "scratch": 2})
    assert costly.labels == ("dent", "burr", "scratch") and costly.values.tolist() == [10, 3, 2]
    each = pareto(events, weights=[1, 10, 2, 2, 4])
    assert each.labels == ("dent", "burr", "scratch") and each.values.tolist() == [10, 7, 2]
    assert "normal" in each.test and "exact" in costly.test


def test_the_rest_is_other_and_stands_last():
    found = pareto(list("abcdefg"), [50, 40, 5, 5, 3, 2, 9], keep=3)
    assert found.labels == ("a", "b", "g", "other")
    assert found.counts.tolist() == [50, 40, 9, 15] and found.rank.tolist() == [1, 2, 3, 0]
    assert found.worst_rank[2] == 7
    assert math.isnan(found.vital.chance[-1]) and found.letters()[-1] == ""
    assert pareto(list("abc"), [5, 4, 3], keep=2).labels == ("a", "b", "c")
    given = pareto(["other", "b", "c"], [50, 9, 5])
    assert given.labels == ("b", "c", "other") and given.rank.tolist() == [1, 2, 0]
    assert given.cumulative_share.tolist() == pytest.approx([9 / 64, 14 / 64, 1])
    joined = pareto(["other", "b", "c", "d"], [50, 9, 5, 4], keep=1, other="other")
    assert joined.labels == ("b", "other") and joined.counts.tolist() == [9, 59]


@checked("scipy, binomtest of each pair, adjusted by Holm", "pareto.pareto", by="program")
@few
@given(st.lists(st.integers(0, 40), min_size=2, max_size=6).filter(any), st.booleans())
def test_each_pair_is_an_exact_binomial_test_with_holms_adjustment(counts, weighted):
    weights = [1 + place % 2 for place in range(len(counts))] if weighted else [1] * len(counts)
    found = larger(tally(names(counts), counts, weights))
    pairs = list(itertools.permutations(range(len(counts)), 2))
    raw = []
    for i, j in pairs:
        n = counts[i] + counts[j]
        share = weights[j] / (weights[i] + weights[j])
        raw.append(stats.binomtest(counts[i], n, share, alternative="greater").pvalue if n else 1.0)
    order = np.argsort(raw, kind="stable")
    adjusted = np.maximum.accumulate([raw[place] * (len(raw) - rank) for rank, place in enumerate(order)])
    for place, p in zip(order, adjusted, strict=True):
        assert found[pairs[place]] == pytest.approx(min(1, p), rel=1e-9)
    assert (np.diag(found) == 1).all()


@checked("every run of neighbours tried", "pareto.pareto", by="twin")
@few
@given(tallies)
def test_groups_are_the_longest_runs_of_which_no_two_differ(counts):
    found = pareto(names(counts), counts, simulations=100)
    p = larger(tally(found.labels, found.counts, None))
    m = len(counts)
    same = [[max(i, j) < m and min(p[i, j], p[j, i]) > 0.05 or i == j for j in range(m)] for i in range(m)]
    runs = [
        (a, b)
        for a in range(m)
        for b in range(a + 1, m + 1)
        if all(same[i][j] for i in range(a, b) for j in range(a, b))
    ]
    longest = [run for run in runs if not any(o != run and o[0] <= run[0] and run[1] <= o[1] for o in runs)]
    assert [group.labels for group in found.groups] == [found.labels[a:b] for a, b in longest]
    letters = found.letters()
    assert all(letters)
    for i, j in itertools.combinations(range(m), 2):
        assert bool(set(letters[i]) & set(letters[j])) <= same[i][j]


@checked(
    "joint cover of ranks, and how often equal categories are told apart", "pareto.pareto", by="simulation"
)
@pytest.mark.parametrize("weights", [None, [1, 2, 1, 4, 2, 1]])
def test_ranks_hold_jointly_and_equal_categories_stay_together(weights):
    generator = np.random.default_rng(6)
    rates = np.array([60, 18, 25, 5, 9, 9.0])
    values = rates * (weights or 1)
    low = 1 + (values[None, :] > values[:, None] + 1e-9).sum(axis=1)
    high = len(values) - (values[None, :] < values[:, None] - 1e-9).sum(axis=1)
    right = split = 0
    for _ in range(400):
        found = pareto(names(rates), generator.poisson(rates), weights=weights, simulations=100)
        place = [int(label[1:]) for label in found.labels]
        # A rank set holds where it reaches into the true places, ties sharing theirs.
        right += bool(((found.best_rank <= high[place]) & (found.worst_rank >= low[place])).all())
        flat = pareto(names(rates), generator.poisson(20, 6), simulations=100)
        split += len(flat.groups) > 1
    assert right / 400 >= 0.95
    assert split / 400 <= 0.05


def test_events_of_unequal_weight_are_told_apart_as_often_as_alpha_says():
    generator = np.random.default_rng(16)
    split = 0
    for _ in range(200):
        events = generator.choice(list("abcd"), 400)
        split += len(pareto(events, weights=generator.lognormal(0, 0.8, 400), simulations=100).groups) > 1
    assert split / 200 <= 0.07


@checked("the smallest set by trying all of them", "pareto.pareto", by="twin")
@few
@given(tallies, st.floats(0.05, 1.0))
def test_the_vital_few_are_the_fewest(counts, share):
    found = pareto(names(counts), counts, vital=share, simulations=100)
    most = [max(map(sum, itertools.combinations(counts, size))) for size in range(1, len(counts) + 1)]
    wanted = next(size for size, total in enumerate(most, 1) if total >= share * sum(counts) * (1 - 1e-12))
    assert found.vital.number == wanted
    assert found.vital.labels == found.labels[:wanted]
    assert found.vital.interval[0] <= found.vital.interval[1] <= len(counts)


def test_the_vital_few_of_an_exact_share_are_not_lost_by_rounding():
    assert pareto(list("abcde"), [94, 80, 66, 33, 27]).vital.number == 3
    assert pareto(list("abc"), [1, 1, 1], vital=2 / 3).vital.number == 2


@checked("how many it takes when drawn anew, in numpy", "pareto.pareto", by="twin")
def test_the_interval_of_the_vital_few_is_the_bootstraps():
    counts = [40, 25, 20, 15, 10, 8, 4]
    found = pareto(names(counts), counts, simulations=4000, seed=3)
    drawn = np.random.default_rng(11).multinomial(122, np.array(counts) / 122, size=40_000)
    sums = np.cumsum(-np.sort(-drawn, axis=1), axis=1)
    needed = 1 + (sums < 0.8 * 122 - 1e-9).sum(axis=1)
    assert found.vital.interval == tuple(np.quantile(needed, [0.025, 0.975], method="inverted_cdf"))
    assert found.vital.number == 4
    assert found.vital.chance[0] == 1 and (np.diff(found.vital.chance) <= 0).all()
    assert (
        pareto(names(counts), counts, seed=3).vital.chance.tolist()
        == pareto(names(counts), counts, seed=3).vital.chance.tolist()
    )
    weighed = pareto(["a"] * 30 + ["b"] * 10, weights=[1.0] * 40, simulations=500)
    assert weighed.vital.chance[0] == 1


def test_one_category_and_empty_ones():
    one = pareto(["x"], [3])
    assert one.vital.number == 1 and one.letters() == ("a",) and one.cumulative_share.tolist() == [1]
    empty = pareto(["x", "y", "z"], [3, 0, 0])
    assert empty.share.tolist() == [1, 0, 0] and empty.vital.number == 1
    assert json.dumps(empty.to_dict(), allow_nan=False)


def test_a_figure_has_bars_and_the_cumulative_line():
    found = pareto(["p", "d", "s", "c", "n"], [80, 27, 66, 94, 33])
    figure = found.figure()
    assert [bar["value"] for bar in figure["series"][0]["data"]] == [94, 80, 66, 33, 27]
    assert ["itemStyle" in bar for bar in figure["series"][0]["data"]] == [False] * 3 + [True] * 2
    assert figure["series"][1]["data"][2] == pytest.approx(80)
    assert found.table().rows[0][:3] == ("c", 94, 94)
    assert json.dumps(figure, allow_nan=False)


# Before and after


@checked("two_rates, false_discovery and scipy's chi-squared by hand", "pareto.compare_paretos", by="twin")
def test_each_category_is_a_test_of_two_rates():
    before, after = np.array([40, 25, 10, 0]), np.array([12, 27, 11, 4])
    found = compare_paretos(list("abcd"), before, after, before_exposure=12, after_exposure=6)
    assert found.excess == pytest.approx(sorted(after - before / 2, key=lambda x: -abs(x)))
    place = ["abcd".index(label) for label in found.labels]
    each = trends.two_rates(after, 6, before, 12)
    assert found.p == pytest.approx(each.p[place]) and found.interval[0] == pytest.approx(
        each.interval[0][place]
    )
    assert found.q == pytest.approx(trends.false_discovery(each.p).q[place])
    assert found.total.p == pytest.approx(trends.two_rates(54, 6, 75, 12).p)
    assert found.share_before.sum() == pytest.approx(1) and found.share_after.sum() == pytest.approx(1)
    assert found.rank_before[place.index(0)] == 1 and found.rank_after[place.index(1)] == 1
    chi = stats.chi2_contingency([before, after], correction=False)
    assert found.profile_p == pytest.approx(chi.pvalue, abs=0.003)
    assert len(found.table().rows) == 4
    for form in (found.to_dict(), found.figure()):
        json.dumps(form, allow_nan=False)


@checked("all tables of the same sums", "pareto.compare_paretos", by="twin")
def test_the_mix_is_judged_by_all_tables_of_the_same_sums():
    before, after = [5, 2, 1], [1, 3, 4]
    both = np.array(before) + after

    def chi(first):
        expected = both * sum(before) / both.sum()
        return ((np.array(first) - expected) ** 2 * (1 / expected + 1 / (both - expected))).sum()

    tables = [t for t in itertools.product(*(range(n + 1) for n in both)) if sum(t) == sum(before)]
    chances = stats.multivariate_hypergeom.pmf(tables, both, sum(before))
    wanted = chances[[chi(table) >= chi(before) - 1e-9 for table in tables]].sum()
    found = compare_paretos(list("abc"), before, after, simulations=40_000)
    assert found.profile_p == pytest.approx(wanted, abs=0.008)


def test_more_of_everything_is_no_other_mix():
    found = compare_paretos(list("abc"), [40, 20, 10], [80, 40, 20])
    assert found.profile_p > 0.99 and found.total.p < 1e-4 and found.changed[0]
    same = compare_paretos(list("abc"), [40, 20, 10], [80, 40, 20], after_exposure=2.0)
    assert not same.changed.any() and same.excess == pytest.approx([0, 0, 0])


@pytest.mark.parametrize(
    ("call", "begins"),
    [
        (lambda: pareto([]), "labels: is empty"),
        (lambda: pareto("abc"), "labels: give a column"),
        (lambda: pareto(["a", None]), "labels: 1 of 2 values are missing"),
        (lambda: pareto(["a", "a"], [1, 2]), "labels: 'a' stands there twice"),
        (lambda: pareto(["other"], [1]), "labels: there is no category"),
        (lambda: pareto(["a", "b"], [1]), "counts: give 2 values"),
        (lambda: pareto(["a", "b"], [1, 2.5]), "counts: give whole numbers"),
        (lambda: pareto(["a", "b"], [1, -2]), "counts: give whole numbers"),
        (lambda: pareto(["a", "b"], [0, 0]), "counts: are all 0"),
        (lambda: pareto(["a", "b"], [1, math.inf]), "counts: holds an infinite"),
        (lambda: pareto(["a", "b"], [1, 2], weights=[1, 0]), "weights: give more than 0"),
        (lambda: pareto(["a", "b"], [1, 2], weights=[1]), "weights: give 2 values"),
        (lambda: pareto(["a", "b"], [1, 2], weights={"a": 1}), "weights: has none for 'b'"),
        (lambda: pareto(["a", "b"], [1, 2], keep=0), "keep: give 1"),
        (lambda: pareto(["a", "b"], [1, 2], vital=1.1), "vital: give 1 or less"),
        (lambda: pareto(["a", "b"], [1, 2], alpha=0), "alpha: give more than 0"),
        (lambda: pareto(["a", "b"], [1, 2], simulations=5), "simulations: give 100"),
        (lambda: compare_paretos(["a"], [1, 2], [1]), "before: give 1 values"),
        (lambda: compare_paretos(["a"], [0], [1]), "before: are all 0"),
        (lambda: compare_paretos(["a"], [1], [0]), "after: are all 0"),
        (lambda: compare_paretos(["a"], [1], [1], after_exposure=0), "after_exposure: give more"),
        (lambda: compare_paretos(["a", "a"], [1, 2], [1, 2]), "labels: 'a' stands there twice"),
    ],
)
def test_refusals_begin_with_the_arguments_name(call, begins):
    with pytest.raises(ValueError) as refused:
        call()
    assert str(refused.value).startswith(begins)
