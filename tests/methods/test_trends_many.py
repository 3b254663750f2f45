"""When a level changed, and which of many series got worse: published cases, scipy and statsmodels, simulation."""

import itertools
import json
import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from setsquare.methods import trends
from tests.methods.checked import checked

pytestmark = pytest.mark.once
few = settings(max_examples=30, deadline=None)

DISASTERS = [
    4, 5, 4, 0, 1, 4, 3, 4, 0, 6, 3, 3, 4, 0, 2, 6, 3, 3, 5, 4, 5, 3, 1, 4, 4, 1, 5, 5, 3, 4, 2, 5, 2, 2, 3, 4, 2, 1, 3,
    2, 2, 1, 1, 1, 1, 3, 0, 0, 1, 0, 1, 1, 0, 0, 3, 1, 0, 3, 2, 2, 0, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 2, 1, 0, 0, 0, 1, 1,
    0, 2, 3, 3, 1, 1, 2, 1, 1, 1, 1, 2, 4, 2, 0, 0, 1, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1,
]  # fmt: skip
"""British coal mining disasters of each year from 1851 (R. G. Jarrett, Biometrika 66, 1979)."""


# Change points


@checked(
    "B. P. Carlin, A. E. Gelfand and A. F. M. Smith (1992), mining disasters, change after 1891",
    "trends.change_in_rate",
)
@pytest.mark.parametrize("null", ["poisson", "permutation"])
def test_mining_became_safer_after_1891(null):
    found = trends.change_in_rate(DISASTERS, null=null)
    assert 1851 + found.place == 1892
    assert 1851 + found.interval[0] >= 1885 and 1851 + found.interval[1] <= 1898
    assert (found.before, found.after) == pytest.approx((3.10, 0.91), abs=0.005)
    assert found.p == 0.001


@checked("G. W. Cobb, Biometrika 65 (1978), the Nile, change after 1898", "trends.change_in_mean")
def test_the_nile_fell_after_1898():
    flow = sm.datasets.nile.load_pandas().data["volume"]
    found = trends.change_in_mean(flow)
    assert 1871 + found.place == 1899
    assert 1898 - 1871 in found.likely
    assert (found.before, found.after) == pytest.approx((1097.75, 849.97), abs=0.005)
    assert found.p == 0.001


@checked(
    "scipy, likelihoods of both sides of every split",
    "trends.change_in_rate",
    "trends.change_in_mean",
    by="program",
)
@few
@given(st.lists(st.tuples(st.integers(0, 9), st.floats(0.5, 5)), min_size=4, max_size=10))
def test_the_statistic_is_twice_the_log_likelihood_ratio(points):
    y, exposure = np.array([p[0] for p in points], float), np.array([p[1] for p in points])
    k = len(y)

    def poisson(part):
        return stats.poisson.logpmf(y[part], exposure[part] * y[part].sum() / exposure[part].sum()).sum()

    found = trends.change_in_rate(y, exposure, least=1, simulations=99)
    wanted = [
        2 * (poisson(slice(0, at)) + poisson(slice(at, k)) - poisson(slice(0, k))) for at in range(1, k)
    ]
    assert found.profile[1:] == pytest.approx(wanted, abs=1e-8)
    assert found.statistic == pytest.approx(max(wanted), abs=1e-8)
    if y.min() < y.max():
        mean = trends.change_in_mean(y, least=1, simulations=99)
        inside = [y[:at].var() * at + y[at:].var() * (k - at) for at in range(1, k)]
        if min(inside) > 1e-6:
            assert mean.profile[1:] == pytest.approx(k * np.log(y.var() * k / np.array(inside)), abs=1e-8)


@checked("p over every way that few events can fall", "trends.change_in_rate", by="twin")
def test_p_is_that_of_all_ways_that_events_can_fall():
    exposure = np.array([1.0, 2.0, 1.0, 3.0, 1.0])
    seen = [0, 1, 0, 5, 3]

    def greatest(counts):
        return trends.change_in_rate(counts, exposure, least=1, simulations=99).statistic

    ways = [way for way in itertools.product(range(10), repeat=5) if sum(way) == 9]
    chances = np.array([stats.multinomial.pmf(way, 9, exposure / exposure.sum()) for way in ways])
    made = trends.change_in_rate(seen, exposure, least=1, simulations=20_000)
    scan = np.array([_greatest_of(np.array(way), exposure) for way in ways])
    assert _greatest_of(np.array(seen), exposure) == pytest.approx(greatest(seen))
    assert made.p == pytest.approx(chances[scan >= made.statistic - 1e-9].sum(), abs=0.012)


def _greatest_of(y, exposure):
    def log(counts, base):
        return sum(counts) * math.log(sum(counts) / sum(base)) if sum(counts) else 0.0

    return max(
        2 * (log(y[:s], exposure[:s]) + log(y[s:], exposure[s:]) - log(y, exposure)) for s in range(1, len(y))
    )


@checked(
    "level of the test, and cover of the confidence set",
    "trends.change_in_rate",
    "trends.change_in_mean",
    by="simulation",
)
def test_change_points_keep_their_level_and_cover():
    generator = np.random.default_rng(8)
    rates = np.where(np.arange(24) < 15, 6.0, 3.0)
    flat = [trends.change_in_rate(generator.poisson(4, 20), simulations=99, seed=s).p for s in range(100)]
    assert np.mean(np.array(flat) <= 0.1) == pytest.approx(0.1, abs=0.06)
    sets = [
        trends.change_in_rate(generator.poisson(rates), simulations=199, seed=s).likely for s in range(80)
    ]
    assert np.mean([15 in likely for likely in sets]) > 0.90
    moved = [trends.change_in_mean(generator.normal(rates), simulations=199, seed=s) for s in range(40)]
    assert np.mean([15 in one.likely for one in moved]) > 0.84  # 3 standard errors below 0.95
    assert np.mean([len(one.likely) for one in moved]) < 5


def test_permutation_keeps_its_level_where_counts_vary_more():
    generator = np.random.default_rng(9)
    rejected = {"poisson": 0, "permutation": 0}
    for seed in range(50):
        counts = generator.negative_binomial(2, 0.25, 24)
        for null in rejected:
            rejected[null] += trends.change_in_rate(counts, null=null, simulations=99, seed=seed).p <= 0.05
    assert rejected["poisson"] > 18 and rejected["permutation"] <= 7


@few
@given(st.lists(st.integers(0, 9), min_size=6, max_size=12), st.sampled_from([0.125, 0.5, 2.0, 8.0]))  # exact
def test_a_change_does_not_mind_units(counts, scale):
    one, other = (trends.change_in_rate(counts, unit, simulations=99) for unit in (1.0, scale))
    assert (other.place, other.likely, other.p) == (one.place, one.likely, one.p)
    one, other = (trends.change_in_mean(np.array(counts) * unit + 4, simulations=99) for unit in (1.0, scale))
    assert (other.place, other.p) == (one.place, one.p)


def test_gaps_keep_their_places():
    counts = [5, 6, None, 5, 7, 1, 0, None, 1, 2, 0, 1]
    found = trends.change_in_rate(counts, 2.0)
    plain = trends.change_in_rate([c for c in counts if c is not None], 2.0)
    assert (found.place, plain.place, found.points) == (5, 4, 10)
    assert found.p == plain.p
    assert math.isnan(found.values[2]) and math.isnan(found.profile[7])
    assert trends.change_in_mean(counts).place == 5
    figure = found.figure()
    assert figure["series"][1]["data"][4:6] == pytest.approx([found.before, found.after])
    assert json.dumps(figure, allow_nan=False) and len(found.table().rows) == 12


@pytest.mark.parametrize("function", [trends.change_in_rate, trends.change_in_mean])
def test_constant_values_have_not_changed(function):
    found = function([4, 4, 4, 4, 4, 4])
    assert found.p == 1 and found.likely == (2, 3, 4) and found.ratio == 1


# False discoveries

BH = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


@checked(
    "Y. Benjamini and Y. Hochberg (1995), 3.2, fifteen comparisons of thrombolysis", "trends.false_discovery"
)
def test_the_fifteen_comparisons_of_benjamini_and_hochberg():
    found = trends.false_discovery(BH[::-1], level=0.05)
    assert found.found == 4
    assert found.survives.tolist() == [False] * 11 + [True] * 4


@checked("statsmodels, multipletests", "trends.false_discovery", by="program")
@few
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_q_is_that_of_statsmodels(p):
    for ours, theirs in (("benjamini-hochberg", "fdr_bh"), ("benjamini-yekutieli", "fdr_by")):
        found = trends.false_discovery(p, method=ours)
        rejected, q, _, _ = multipletests(p, method=theirs)
        assert found.q == pytest.approx(q, rel=1e-9, abs=1e-300)
        assert (found.survives == rejected).all()
    storey, given = trends.false_discovery(p, method="storey"), np.array(p)
    raised = storey.pi0 * len(p) * given / [(given <= one).sum() for one in given]
    wanted = [min(1, raised[given >= one].min()) for one in given]
    assert storey.q == pytest.approx(wanted, rel=1e-9, abs=1e-300)


@checked("share of false ones among what is found", "trends.false_discovery", by="simulation")
@pytest.mark.parametrize("method", ["benjamini-hochberg", "benjamini-yekutieli", "storey"])
def test_few_discoveries_are_false(method):
    generator = np.random.default_rng(4)
    false, pi0 = [], []
    for _ in range(400):
        shift = np.where(np.arange(300) < 90, 3.0, 0.0)
        found = trends.false_discovery(stats.norm.sf(generator.normal(shift)), method=method, level=0.1)
        false.append(found.survives[90:].sum() / max(1, found.found))
        pi0.append(found.pi0)
    wanted = {"benjamini-hochberg": 0.07, "benjamini-yekutieli": 0.011, "storey": 0.1}[method]
    assert np.mean(false) == pytest.approx(wanted, abs=0.012)
    if method == "storey":
        assert np.mean(pi0) == pytest.approx(0.7, abs=0.08)


def test_missing_p_are_no_tests():
    found = trends.false_discovery([0.01, None, 0.04])
    assert found.q.tolist() == pytest.approx([0.02, math.nan, 0.04], nan_ok=True)
    assert (found.tests, found.found) == (2, 2)
    assert found.table().rows[-1] == (1, None, None, False)


# Which of many


def clauses(seed, series=300, worse=40, spread=4.0):
    """A table as of audit findings: most clauses go on as they were, the first ones get worse."""
    generator = np.random.default_rng(seed)
    exposure = generator.uniform(20, 120, (series, 36))
    slope = np.where(np.arange(series) < worse, 0.03, 0.0)
    mean = (
        generator.lognormal(-2.5, 0.7, (series, 1)) * exposure * np.exp(slope[:, None] * (np.arange(36) - 18))
    )
    noise = generator.gamma(spread, 1 / spread, mean.shape) if spread else 1.0
    return generator.poisson(mean * noise), exposure


@checked("share of false ones among the survivors, and power", "trends.worsening", by="simulation")
@pytest.mark.parametrize("model", ["quasi", "negative binomial"])
def test_few_survivors_are_false_although_counts_vary_more(model):
    found = [trends.worsening(*clauses(seed), model=model, level=0.1) for seed in range(6)]
    false = [sum(one.survives and one.place >= 40 for one in f.findings) / max(1, f.survivors) for f in found]
    true = [sum(one.survives and one.place < 40 for one in f.findings) for f in found]
    assert np.mean(false) < 0.15
    assert np.mean(true) > 24
    missed = [
        not one.selected_interval[0] <= (math.exp(0.03) if one.place < 40 else 1) <= one.selected_interval[1]
        for one in itertools.chain(*(f.findings for f in found))
        if one.survives
    ]
    assert np.mean(missed) < 0.15
    naive = trends.worsening(*clauses(0), model="poisson", level=0.1)
    assert sum(one.survives and one.place >= 40 for one in naive.findings) > 3 * max(
        1, false[0] * found[0].survivors
    )


def test_sparse_series_without_a_trend_do_not_survive():
    generator = np.random.default_rng(77)
    survivors = [trends.worsening(generator.poisson(0.08, (200, 24)), level=0.1).survivors for _ in range(20)]
    assert np.mean(np.array(survivors) > 0) <= 0.15


@checked("rate_trend and false_discovery, put together by hand", "trends.worsening", by="twin")
def test_findings_are_the_trends_in_order():
    counts, exposure = clauses(1, series=30, worse=8)
    counts[5] = 0
    names = [f"clause {place}" for place in range(30)]
    found = trends.worsening(counts, exposure, names=names, per=12, least=1)
    trend = trends.rate_trend(
        counts, exposure, model="quasi", by="score", alternative="greater", per=12, floor=1.0
    )
    p = np.where(np.arange(30) == 5, np.nan, trend.p)
    q = trends.false_discovery(p).q
    assert [one.q for one in found.findings[:29]] == sorted(q[~np.isnan(q)])
    assert found.tested == 29 and found.findings[-1].name == "clause 5"
    for one in found.findings:
        assert one.name == names[one.place]
        assert (one.ratio, one.p) == pytest.approx((trend.ratio[one.place], p[one.place]), nan_ok=True)
        assert one.survives == (one.q <= 0.05)
        assert (one.selected_interval is not None) == one.survives
        if one.selected_interval:
            low, high = one.selected_interval
            assert low < one.interval[0] < one.ratio < one.interval[1] < high
    assert found.survivors == sum(one.survives for one in found.findings) > 0
    assert json.dumps(found.figure(), allow_nan=False) and json.dumps(found.to_dict(), allow_nan=False)
    assert len(found.table().rows) == 30


def test_down_is_up_turned_round():
    counts, exposure = clauses(2, series=40, worse=10)
    up = trends.worsening(counts, exposure)
    down = trends.worsening(counts[:, ::-1], exposure[:, ::-1], worse="down")
    assert [one.place for one in up.findings if one.survives] == [
        one.place for one in down.findings if one.survives
    ]
    either = trends.worsening(counts, exposure, worse="either")
    assert [one.p for one in either.findings][0] == pytest.approx(2 * up.findings[0].p)


def test_a_clause_that_only_now_has_findings_is_found():
    counts = np.ones((20, 12), int)
    counts[7] = [0] * 11 + [9]
    counts[3] = 0
    found = trends.worsening(counts)
    assert (found.findings[0].place, found.findings[0].survives) == (7, True)
    assert found.findings[0].ratio == math.inf
    assert json.dumps(found.figure(), allow_nan=False)
    assert trends.worsening(counts, least=10).tested == 18


@pytest.mark.parametrize(
    ("call", "begins"),
    [
        (lambda: trends.worsening([1, 2, 3]), "counts: give a row for each series"),
        (lambda: trends.worsening([[0, 0], [0, 0]]), "counts: no series has 1 events"),
        (lambda: trends.worsening([[1, 2], [2, 1]], names=["a"]), "names: give 2 names"),
        (lambda: trends.worsening([[1, 2], [2, 1]], names=["a", "a"]), "names: a name stands there twice"),
        (lambda: trends.worsening([[1, 2], [2, 1]], worse="sideways"), "worse: give one of"),
        (lambda: trends.worsening([[1, 2], [2, 1]], method="bonferroni"), "method: give one of"),
        (lambda: trends.worsening([[1, 2], [2, 1]], least=0), "least: give 1"),
        (lambda: trends.false_discovery([0.1, 1.2]), "p: lies outside"),
        (lambda: trends.false_discovery([]), "p: is empty"),
        (lambda: trends.false_discovery([0.1], level=1), "level: give less than 1"),
        (lambda: trends.change_in_rate([1, 2, 3]), "counts: give 4 to 2000"),
        (lambda: trends.change_in_rate([[1, 2, 3, 4]]), "counts: give one column"),
        (lambda: trends.change_in_rate([1, 2, 3, 4], null="normal"), "null: give poisson or permutation"),
        (lambda: trends.change_in_mean([1, 2, 3, math.inf]), "values: holds an infinite"),
        (lambda: trends.change_in_mean([1, 2, 3, 4], simulations=9), "simulations: give 99"),
        (lambda: trends.change_in_mean([1, 2, 3, 4], seed=-1), "seed: give 0"),
    ],
)
def test_refusals_begin_with_the_arguments_name(call, begins):
    with pytest.raises(ValueError) as refused:
        call()
    assert str(refused.value).startswith(begins)
