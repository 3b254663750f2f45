"""Two rates, two proportions, proportions over groups: published numbers, scipy as second opinion, brute force."""

import itertools
import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from setsquare.methods import trends
from setsquare.methods.trends import unconditional
from tests.methods.checked import checked

pytestmark = pytest.mark.once
few = settings(max_examples=30, deadline=None)
counts = st.integers(0, 12)
sides = st.sampled_from(["two-sided", "greater", "less"])


# Two rates


@checked("R, example of poisson.test (after ISwR, lung cancer in Fredericia)", "trends.two_rates")
def test_the_example_of_r_for_two_rates():
    found = trends.two_rates(11, 800, 6 + 8 + 7, 1083 + 1050 + 878, two_sided="likelihood")
    assert found.ratio == pytest.approx(1.971488, abs=5e-7)
    assert found.interval == pytest.approx((0.8584264, 4.2772659), abs=5e-8)
    assert found.p == pytest.approx(0.07967, abs=5e-6)


@checked(
    "M. P. Fay, The R Journal 2/1 (2010), two rates whose test and interval disagree", "trends.two_rates"
)
def test_the_central_test_agrees_with_its_interval():
    likelihood, central = (
        trends.two_rates(2, 17877, 10, 20000, two_sided=side) for side in ("likelihood", "central")
    )
    assert (likelihood.p, central.p) == pytest.approx((0.04213, 0.06056), abs=5e-6)
    assert central.interval == pytest.approx((0.0238, 1.0500), abs=5e-5)


@checked("scipy, binomtest and its interval", "trends.two_rates", by="program")
@few
@given(counts, counts, st.floats(0.1, 10), sides)
def test_two_rates_are_a_binomial_test(x, y, exposure, side):
    found = trends.two_rates(x, exposure, y, 2.0, alternative=side, two_sided="likelihood")
    if x + y == 0:
        assert found.p == 1 and math.isnan(found.ratio) and found.interval == (0, math.inf)
        return
    test = stats.binomtest(x, x + y, exposure / (exposure + 2), alternative=side)
    assert found.p == pytest.approx(test.pvalue, rel=1e-9)
    ends = stats.binomtest(x, x + y, 0.5).proportion_ci(method="exact")
    wanted = [end / (1 - end) * 2 / exposure if end < 1 else math.inf for end in (ends.low, ends.high)]
    assert found.interval == pytest.approx(wanted, rel=1e-6)


@checked("p of a rate ratio at the interval's ends; both rates exchanged", "trends.two_rates", by="twin")
@few
@given(counts, counts, st.sampled_from(["exact", "mid-p"]))
def test_the_interval_of_rates_ends_where_p_is_half_the_rest(x, y, method):
    found = trends.two_rates(x, 3.0, y, 2.0, method=method)
    for end, side in zip(found.interval, ("greater", "less"), strict=True):
        if 0 < end < math.inf:
            again = trends.two_rates(x, 3.0, y, 2.0, method=method, null=end, alternative=side)
            assert again.p == pytest.approx(0.025, rel=1e-6)
    turned = trends.two_rates(y, 2.0, x, 3.0, method=method)
    assert turned.p == pytest.approx(found.p)
    assert turned.difference == pytest.approx(-found.difference)
    assert turned.difference_interval == pytest.approx(
        (-found.difference_interval[1], -found.difference_interval[0])
    )


@checked("cover over every pair of Poisson counts", "trends.two_rates", by="simulation")
@pytest.mark.parametrize(("rate", "ratio"), [(3, 1), (8, 2), (15, 0.6)])
def test_intervals_of_rates_cover_what_they_say(rate, ratio):
    x, y = (grid.ravel() for grid in np.mgrid[0:60, 0:60])
    weight = stats.poisson.pmf(x, rate * ratio) * stats.poisson.pmf(y, rate)
    exact, middle = (trends.two_rates(x, 1, y, 1, method=method) for method in ("exact", "mid-p"))

    def covers(interval, truth):
        return weight[(interval[0] <= truth) & (interval[1] >= truth)].sum()

    assert covers(exact.interval, ratio) >= 0.95
    assert covers(middle.interval, ratio) == pytest.approx(0.955, abs=0.02)
    assert covers(exact.difference_interval, rate * (ratio - 1)) == pytest.approx(0.955, abs=0.02)
    if ratio == 1:
        assert weight[exact.p <= 0.05].sum() <= 0.05


# Two proportions

NEWCOMBE = {
    (56, 70, 48, 80): ((0.0524, 0.3339), (0.0528, 0.3382)),
    (9, 10, 3, 10): ((0.1705, 0.8090), (0.1700, 0.8406)),
    (6, 7, 2, 7): ((0.0582, 0.8062), (0.0342, 0.8534)),
    (5, 56, 0, 29): ((-0.0381, 0.1926), (-0.0326, 0.1933)),
    (0, 10, 0, 20): ((-0.1611, 0.2775), (-0.1658, 0.2844)),
    (0, 10, 0, 10): ((-0.2775, 0.2775), (-0.2879, 0.2879)),
    (10, 10, 0, 20): ((0.6791, 1.0), (0.7156, 1.0)),
}


@checked(
    "R. G. Newcombe, Statistics in Medicine 17 (1998), table II, methods 6 and 10", "trends.two_proportions"
)
@pytest.mark.parametrize("pair", NEWCOMBE)
def test_the_intervals_that_newcombe_prints(pair):
    for interval, printed in zip(("newcombe", "miettinen-nurminen"), NEWCOMBE[pair], strict=True):
        found = trends.two_proportions(*pair, interval=interval)
        assert found.difference_interval == pytest.approx(printed, abs=5.1e-5)


@checked("R. A. Fisher, The Design of Experiments (1935), the lady tasting tea", "trends.two_proportions")
def test_the_lady_tasting_tea():
    assert trends.two_proportions(3, 4, 1, 4).p == pytest.approx(34 / 70)
    assert trends.two_proportions(3, 4, 1, 4, alternative="greater").p == pytest.approx(17 / 70)
    assert trends.two_proportions(3, 4, 1, 4, method="mid-p", alternative="greater").p == pytest.approx(
        9 / 70
    )


@checked("C. R. Mehta and P. Senchaudhuri (2003), the vaccine trial", "trends.two_proportions")
def test_the_vaccine_trial():
    fisher, barnard = (
        trends.two_proportions(7, 15, 12, 15, method=method, alternative="less").p
        for method in ("fisher", "barnard")
    )
    assert (fisher, barnard) == pytest.approx((0.0641, 0.0341), abs=5e-5)


def pooled(x, n, y, m):
    """Sign and square of the pooled z, exactly."""
    p = Fraction(x + y, n + m)
    apart = Fraction(x, n) - Fraction(y, m)
    if p in (0, 1):
        return 0, Fraction(0)
    return (apart > 0) - (apart < 0), apart**2 / (p * (1 - p))


@checked(
    "all tables in exact fractions, over a fine grid of common proportions",
    "trends.two_proportions",
    by="twin",
)
@pytest.mark.parametrize("table", [(9, 10, 3, 10), (7, 15, 12, 15), (2, 4, 5, 6), (1, 9, 6, 8)])
@pytest.mark.parametrize("side", ["two-sided", "greater", "less"])
def test_barnards_test_counts_tables_that_are_equally_far(table, side):
    """Tables with an equal z belong in; scipy 1.17 leaves some of them out by rounding (0.00693 for the first)."""
    x, n, y, m = table
    sign = {"greater": 1, "less": -1, "two-sided": 0}[side]

    def far(a, b):
        direction, square = pooled(a, n, b, m)
        return square if not sign else sign * direction * square

    inside = [(a, b) for a in range(n + 1) for b in range(m + 1) if far(a, b) >= far(x, y)]
    shares = np.linspace(0, 1, 4001)
    total = sum(stats.binom.pmf(a, n, shares) * stats.binom.pmf(b, m, shares) for a, b in inside)
    found = trends.two_proportions(x, n, y, m, method="barnard", alternative=side).p
    assert found == pytest.approx(min(1, total.max()), rel=1e-6)


@checked("scipy, fisher_exact, boschloo_exact and chi2_contingency", "trends.two_proportions", by="program")
@settings(max_examples=12, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_exact_tests_agree_with_scipy(n, m, data):
    x, y = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    table = np.array([[x, y], [n - x, m - y]])
    for side in ("two-sided", "greater", "less"):
        fisher = trends.two_proportions(x, n, y, m, alternative=side)
        assert fisher.p == pytest.approx(stats.fisher_exact(table, alternative=side).pvalue, rel=1e-9)
    if 0 < x + y < n + m:
        boschloo = trends.two_proportions(x, n, y, m, method="boschloo").p
        assert boschloo == pytest.approx(stats.boschloo_exact(table).pvalue, rel=1e-5)
        chi = trends.two_proportions(x, n, y, m, method="score").p
        assert chi == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, rel=1e-9)
        assert boschloo <= min(1, 2 * min(fisher_side(x, n, y, m))) + 1e-12


def fisher_side(x, n, y, m):
    return [trends.two_proportions(x, n, y, m, alternative=side).p for side in ("greater", "less")]


@checked(
    "statsmodels, confint_proportions_2indep, Newcombe and score ratio",
    "trends.two_proportions",
    by="program",
)
@few
@given(st.integers(2, 60), st.integers(2, 60), st.data())
def test_intervals_agree_with_statsmodels(n, m, data):
    x, y = data.draw(st.integers(1, n - 1)), data.draw(st.integers(1, m - 1))
    found = trends.two_proportions(x, n, y, m)
    newcombe = confint_proportions_2indep(x, n, y, m, method="newcomb", compare="diff")
    assert found.difference_interval == pytest.approx(newcombe, abs=1e-9)
    ratio = confint_proportions_2indep(x, n, y, m, method="score", compare="ratio")
    assert found.ratio_interval == pytest.approx(ratio, rel=1e-5)


@checked("likeliest proportions of a given difference, by brute force", "trends.two_proportions", by="twin")
@few
@given(st.integers(2, 30), st.integers(2, 30), st.data())
def test_the_score_interval_ends_where_the_score_says(n, m, data):
    """At either end z is the quantile, with the proportions found by maximising the likelihood on a grid."""
    x, y = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    found = trends.two_proportions(x, n, y, m, interval="miettinen-nurminen")
    for end in found.difference_interval:
        if abs(end) > 1 - 1e-6:
            continue
        first = np.linspace(max(0, end), min(1, 1 + end), 10_001)
        logs = stats.binom.logpmf(x, n, first) + stats.binom.logpmf(y, m, np.clip(first - end, 0, 1))
        p = first[np.nanargmax(logs)]
        q = p - end
        variance = (p * (1 - p) / n + q * (1 - q) / m) * (n + m) / (n + m - 1)
        assert abs(x / n - y / m - end) / math.sqrt(variance) == pytest.approx(1.959964, rel=5e-3)


@checked("level over every table of two small samples", "trends.two_proportions", by="twin")
def test_unconditional_tests_keep_their_level_and_beat_fishers():
    n, m = 6, 5
    inside = {"fisher": [], "barnard": [], "boschloo": []}
    for x, y in itertools.product(range(n + 1), range(m + 1)):
        for method, rejected in inside.items():
            if trends.two_proportions(x, n, y, m, method=method).p <= 0.05:
                rejected.append((x, y))
    shares = np.linspace(0.01, 0.99, 99)
    level = {
        method: sum(stats.binom.pmf(x, n, shares) * stats.binom.pmf(y, m, shares) for x, y in rejected).max()
        for method, rejected in inside.items()
    }
    assert max(level.values()) <= 0.05
    assert set(inside["fisher"]) < set(inside["boschloo"])
    assert level["fisher"] < max(level["barnard"], level["boschloo"])


def test_fishers_tails_of_all_tables_at_once():
    upper, lower = unconditional.fisher_tails(4, 6)
    for x, y in itertools.product(range(5), range(7)):
        assert upper[x, y] == pytest.approx(stats.hypergeom.sf(x - 1, 10, x + y, 4))
        assert lower[x, y] == pytest.approx(stats.hypergeom.cdf(x, 10, x + y, 4))


def test_columns_are_compared_pair_by_pair():
    shares = trends.two_proportions([3, 0, 5], 10, [1, 0, 9], [10, 8, 12])
    rates = trends.two_rates([3, 0, 5], 10.0, [1, 0, 0], [10, 8, 12])
    for place, (x, y, m) in enumerate(((3, 1, 10), (0, 0, 8), (5, 9, 12))):
        one = trends.two_proportions(x, 10, y, m)
        assert (shares.p[place], shares.difference_interval[1][place]) == (one.p, one.difference_interval[1])
    for place, (x, y, m) in enumerate(((3, 1, 10), (0, 0, 8), (5, 0, 12))):
        one = trends.two_rates(x, 10.0, y, m)
        assert (rates.p[place], rates.interval[0][place]) == (one.p, one.interval[0])
    for found in (shares, rates):
        assert len(found.table().rows) == 3 and json.dumps(found.to_dict(), allow_nan=False)


# Proportions over groups


@checked("R, example of prop.trend.test (smokers)", "trends.cochran_armitage")
def test_the_smokers_of_r():
    found = trends.cochran_armitage([83, 90, 129, 70], [86, 93, 136, 82])
    assert found.z**2 == pytest.approx(8.2249, abs=5e-5)
    assert found.p == pytest.approx(0.004132, abs=5e-7)
    assert found.z < 0 and found.slope < 0


@checked(
    "A. Agresti, Categorical Data Analysis, 2nd ed., 3.4 and 3.5, alcohol and malformations",
    "trends.cochran_armitage",
)
def test_the_malformations_of_agresti():
    events, rest = np.array([48, 38, 5, 1, 1]), np.array([17066, 14464, 788, 126, 37])
    given = {"events": events, "sizes": events + rest, "scores": [0, 0.5, 1.5, 4, 7]}
    assert trends.cochran_armitage(**given).z ** 2 == pytest.approx(6.57, abs=0.005)
    assert trends.cochran_armitage(**given).p == pytest.approx(0.010, abs=5e-4)
    assert trends.cochran_armitage(**given, method="exact", alternative="greater").p == pytest.approx(
        0.0168, abs=5e-5
    )


@checked("every table of the same sums", "trends.cochran_armitage", by="twin")
@few
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=4),
    st.sampled_from([None, [0, 1, 4, 9], [-1.5, 0, 0.5, 3], [9, 4, 1, 0]]),
    sides,
)
def test_exact_trend_counts_every_table(groups, scores, side):
    events = np.array([a for a, _ in groups])
    sizes = np.array([a + b + 1 for a, b in groups])
    w = np.array(scores[: len(groups)] if scores else np.arange(1, len(groups) + 1), float)
    tables = [t for t in itertools.product(*(range(n + 1) for n in sizes)) if sum(t) == events.sum()]
    chances = np.array(
        [math.prod(math.comb(n, x) for n, x in zip(sizes, t, strict=True)) for t in tables], float
    )
    chances /= chances.sum()
    sums = np.array(tables) @ w
    mean = (chances * sums).sum()
    far = np.abs(sums - mean) if side == "two-sided" else sums if side == "greater" else -sums
    seen = far[tables.index(tuple(events))]
    beyond, level = chances[far > seen + 1e-9].sum(), chances[np.abs(far - seen) <= 1e-9].sum()
    for method, wanted in (("exact", beyond + level), ("mid-p", beyond + level / 2)):
        found = trends.cochran_armitage(events, sizes, scores=w, method=method, alternative=side)
        if 0 < events.sum() < sizes.sum():
            assert found.p == pytest.approx(min(1, wanted))
        else:
            assert found.p == 1 and math.isnan(found.z)


@checked("two groups are two proportions", "trends.cochran_armitage", by="twin")
def test_two_groups_are_two_proportions():
    trend = trends.cochran_armitage([3, 9], [12, 14])
    assert trend.p == pytest.approx(trends.two_proportions(9, 14, 3, 12, method="score").p)
    exact = trends.cochran_armitage([3, 9], [12, 14], method="exact", alternative="greater")
    assert exact.p == pytest.approx(trends.two_proportions(9, 14, 3, 12, alternative="greater").p)


@few
@given(st.lists(st.integers(1, 30), min_size=3, max_size=6), st.floats(0.1, 9), st.floats(-9, 9))
def test_scores_count_by_their_distances_alone(sizes, scale, shift):
    events = [size // 2 if place % 2 else size // 3 for place, size in enumerate(sizes)]
    w = np.arange(len(sizes), dtype=float) ** 2
    one = trends.cochran_armitage(events, sizes, scores=w)
    other = trends.cochran_armitage(events, sizes, scores=w * scale + shift)
    assert other.p == pytest.approx(one.p, rel=1e-6)
    assert json.dumps(one.figure(), allow_nan=False) and len(one.table().rows) == len(sizes)


@pytest.mark.parametrize(
    ("call", "begins"),
    [
        (lambda: trends.two_rates(1.5, 1, 2, 1), "first: give whole numbers"),
        (lambda: trends.two_rates(1, 0, 2, 1), "first_exposure: give more than 0"),
        (lambda: trends.two_rates(1, 1, -2, 1), "second: give whole numbers"),
        (lambda: trends.two_rates(1, 1, 2, math.inf), "second_exposure: holds a missing"),
        (lambda: trends.two_rates([1, 2], 1, [1, 2, 3], 1), "first: has 2 values"),
        (lambda: trends.two_rates([], 1, 1, 1), "first: is empty"),
        (lambda: trends.two_rates("a", 1, 1, 1), "first: holds something"),
        (lambda: trends.two_rates([[1]], 1, 1, 1), "first: give a number"),
        (lambda: trends.two_rates(1, 1, 1, 1, null=0), "null: give more than 0"),
        (lambda: trends.two_rates(1, 1, 1, 1, method="fisher"), "method: give exact or mid-p"),
        (lambda: trends.two_proportions(5, 4, 1, 4), "first: is more than first_size"),
        (lambda: trends.two_proportions(1, 4, 5, 4), "second: is more than second_size"),
        (lambda: trends.two_proportions(1, 4.5, 1, 4), "first_size: give whole numbers"),
        (lambda: trends.two_proportions(1, 2000, 1, 2000, method="barnard"), "method: barnard would have"),
        (lambda: trends.two_proportions(1, 4, 1, 4, interval="wald"), "interval: give newcombe or"),
        (lambda: trends.cochran_armitage([1, 2], [3, 1]), "events: are more"),
        (lambda: trends.cochran_armitage([1.5, 2], [3, 4]), "events: give whole"),
        (lambda: trends.cochran_armitage([1, 2], [3, 4, 5]), "sizes: has 3 values"),
        (lambda: trends.cochran_armitage([1, 2], [3, 4], scores=[1, 1]), "scores: give two different"),
        (
            lambda: trends.cochran_armitage([1, 2, 1], [3, 4, 5], scores=[0, math.pi, 9], method="exact"),
            "scores: exact p needs",
        ),
        (
            lambda: trends.cochran_armitage([9000, 9000], [20000, 20000], scores=[0, 7], method="exact"),
            "method: there are too many",
        ),
    ],
)  # fmt: skip
def test_comparisons_refuse_by_the_arguments_name(call, begins):
    with pytest.raises(ValueError) as refused:
        call()
    assert str(refused.value).startswith(begins)
