"""Acceptance sampling: what plans do, and plans through two points, against published figures and brute force."""

import doctest
import importlib
import itertools
import json
import math
import pkgutil
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import setsquare.methods.sampling as sampling
from setsquare.methods.sampling import (
    AttributePlan,
    characteristic,
    double,
    find_plan,
    find_variables_plan,
    judge,
    multiple,
    sequential_characteristic,
    sequential_plan,
    single,
    variables_acceptance,
    variables_curve,
    variables_plan,
)
from setsquare.methods.sampling.counts import at_most
from tests.methods.checked import checked

pytestmark = pytest.mark.once


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(sampling.__path__)])
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    failed, _tried = doctest.testmod(importlib.import_module(f"{sampling.__name__}.{name}"))
    assert failed == 0


def test_importing_the_family_loads_neither_scipy_nor_statsmodels() -> None:
    code = "import sys, setsquare.methods.sampling; print([m for m in ('scipy', 'statsmodels') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


# Published figures


@checked("Montgomery, figure 15.2", "sampling.characteristic")
def test_the_oc_curve_of_montgomery_figure_15_2() -> None:
    """Montgomery, Statistical Quality Control, 6th ed., table 15.2: n = 89, c = 2."""
    found = characteristic(single(89, 2), [0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09])
    published = [0.9897, 0.9397, 0.7366, 0.4985, 0.3042, 0.1721, 0.0919, 0.0468, 0.0230, 0.0109]
    assert found.accept == pytest.approx(published, abs=6e-5)


@checked("Montgomery, section 15.2", "sampling.characteristic")
def test_the_rectified_quality_of_montgomery_section_15_2() -> None:
    """The same plan with lots of 10,000: ATI 687 at p = 0.01; the AOQ, without (N - n) / N, is about 0.0155 at most."""
    found = characteristic(single(89, 2), [0.01], lot_size=10_000)
    assert found.ati[0] == pytest.approx(687, abs=1)
    endless = characteristic(single(89, 2), [0.01])
    assert endless.aoql == pytest.approx(0.0155, abs=2e-4)
    assert found.aoql == pytest.approx(endless.aoql * (1 - 89 / 10_000), rel=1e-6)


@checked("Montgomery, section 15.3", "sampling.double", "sampling.characteristic")
def test_the_double_plan_of_montgomery_section_15_3() -> None:
    """n1 = 50, c1 = 1, n2 = 100, c2 = 3: at p = 0.05 the book adds 0.279 and 0.001 + 0.009 (rounded terms)."""
    found = characteristic(double(50, 1, 4, 100, 3), [0.05])
    assert found.accept[0] == pytest.approx(0.29, abs=0.002)
    first = stats.binom.cdf(1, 50, 0.05)
    assert found.asn[0] == pytest.approx(50 + 100 * stats.binom.pmf([2, 3], 50, 0.05).sum())
    assert first == pytest.approx(0.2794, abs=1e-4)


@checked("Montgomery, section 15.3.3", "sampling.sequential_plan")
def test_the_sequential_plan_of_montgomery_section_15_3_3() -> None:
    """p1 = 0.01, alpha = 0.05, p2 = 0.06, beta = 0.10: X = -1.22 + 0.028 n and 1.57 + 0.028 n, first accept at 44."""
    plan = sequential_plan((0.01, 0.95), (0.06, 0.10))
    assert (plan.slope, plan.h_accept, plan.h_reject) == pytest.approx((0.028, 1.22, 1.57), abs=0.003)
    assert (
        plan.decide(43, 0) == "continue" and plan.decide(44, 0) == "accept" and plan.decide(2, 2) == "reject"
    )


def test_the_variables_plan_of_known_sigma_by_hand() -> None:
    """n = ((z_alpha + z_beta) / (z1 - z2))^2 (Duncan, Quality Control and Industrial Statistics)."""
    found = find_variables_plan((0.01, 0.95), (0.06, 0.10), sigma="known")
    z = stats.norm.isf
    assert found.plan.n == math.ceil(((z(0.05) + z(0.10)) / (z(0.01) - z(0.06))) ** 2)


# Brute force twins


def by_hand(plan: AttributePlan, p: float, model: str, lot: int) -> tuple[float, float, float]:
    """OC, AOQ and ATI by listing every sequence of counts that accepts."""
    accept = passed = inspected = 0.0
    cells = [range(plan.reject[-1] + 1)] * plan.stages
    bad = round(p * lot)
    seen: set[tuple[int, ...]] = set()
    for counts in itertools.product(*cells):
        chance, found, drawn, path = 1.0, 0, 0, ()
        for count, size, low, high in zip(counts, plan.sizes, plan.accept, plan.reject, strict=True):
            if model == "binomial":
                chance *= stats.binom.pmf(count, size, p)
            elif model == "poisson":
                chance *= stats.poisson.pmf(count, size * p)
            else:
                chance *= stats.hypergeom.pmf(count, lot - drawn, bad - found, size) if found <= bad else 0.0
            found, drawn, path = found + count, drawn + size, (*path, count)
            if found <= low or found >= high:
                break
        if path in seen:
            continue
        seen.add(path)
        if found <= low:
            accept += chance
            inspected += chance * drawn
            left = bad - found if model == "hypergeometric" else p * (lot - drawn)
            passed += chance * left / lot
    return accept, passed, inspected + (1 - accept) * lot


PLANS = [
    single(10, 1),
    double(8, 0, 3, 8, 3),
    double(8, 0, 2, 16, 1),
    multiple((5, 5, 5), (-1, 1, 2), (2, 3, 3)),
]


@checked("a listing of all outcomes", "sampling.characteristic", by="twin")
@pytest.mark.parametrize("model", ["binomial", "poisson", "hypergeometric"])
@pytest.mark.parametrize("plan", PLANS)
def test_every_curve_equals_a_listing_of_all_outcomes(plan: AttributePlan, model: str) -> None:
    lot, p = 60, [0.0, 0.05, 0.1, 0.3]
    found = characteristic(plan, p, model=model, lot_size=lot)
    for index, quality in enumerate(p):
        accept, aoq, ati = by_hand(plan, quality, model, lot)
        assert found.accept[index] == pytest.approx(accept, abs=1e-12)
        assert found.aoq[index] == pytest.approx(aoq, abs=1e-12)
        assert found.ati[index] == pytest.approx(ati, abs=1e-9)


@checked("simulated lots", "sampling.multiple", "sampling.characteristic", by="simulation")
def test_a_multiple_plan_does_what_simulated_lots_do() -> None:
    plan, p, rounds = multiple((20, 20, 20), (0, 1, 3), (3, 4, 4)), 0.05, 40_000
    random = np.random.default_rng(20261121)
    counts = random.binomial(20, p, (rounds, 3)).cumsum(axis=1)
    ends = (counts <= plan.accept) | (counts >= plan.reject)
    stage = ends.argmax(axis=1)
    accepted = counts[np.arange(rounds), stage] <= np.array(plan.accept)[stage]
    found = characteristic(plan, [p])
    assert found.accept[0] == pytest.approx(accepted.mean(), abs=0.01)
    assert found.asn[0] == pytest.approx(20 * (stage + 1).mean(), abs=0.3)


@checked("simulated lots", "sampling.sequential_characteristic", by="simulation")
@pytest.mark.parametrize("model", ["binomial", "poisson"])
def test_a_sequential_plan_does_what_simulated_lots_do(model: str) -> None:
    plan, p, rounds = sequential_plan((0.02, 0.95), (0.15, 0.10), model=model), 0.06, 20_000
    random = np.random.default_rng(7)
    shape = (rounds, plan.stop)
    counts = (random.random(shape) < p if model == "binomial" else random.poisson(p, shape)).cumsum(axis=1)
    low, high = np.array([plan.numbers(n) for n in range(1, plan.stop + 1)]).T
    ends = (counts <= low) | (counts >= high)
    assert ends.any(axis=1).all()
    at = ends.argmax(axis=1)
    found = sequential_characteristic(plan, [p])
    assert found.accept[0] == pytest.approx((counts[np.arange(rounds), at] <= low[at]).mean(), abs=0.015)
    assert found.asn[0] == pytest.approx((at + 1).mean(), rel=0.02)


def chance(model: str, accept: int, n: int, p: float, lot: int) -> float:
    if model == "binomial":
        return float(stats.binom.cdf(accept, n, p))
    if model == "poisson":
        return float(stats.poisson.cdf(accept, n * p))
    return float(stats.hypergeom.cdf(accept, lot, round(p * lot), n))


@checked("every smaller plan", "sampling.find_plan", by="twin")
@pytest.mark.parametrize("model", ["binomial", "poisson", "hypergeometric"])
@pytest.mark.parametrize(
    "points", [((0.01, 0.95), (0.06, 0.10)), ((0.02, 0.9), (0.10, 0.05)), ((0.05, 0.99), (0.2, 0.01))]
)
def test_the_plan_found_meets_both_points_and_no_smaller_one_does(model, points) -> None:
    (p1, good), (p2, bad) = points
    lot = 300
    found = find_plan(*points, model=model, lot_size=lot)
    assert chance(model, found.accept, found.n, p1, lot) == pytest.approx(found.producer_accept)
    assert chance(model, found.accept, found.n, p2, lot) == pytest.approx(found.consumer_accept)
    assert found.producer_accept >= good and found.consumer_accept <= bad
    for n in range(1, found.n):
        for accept in range(found.accept + 3):
            meets = chance(model, accept, n, p1, lot) >= good and chance(model, accept, n, p2, lot) <= bad
            assert not meets, (n, accept)


@checked("every plan of one item less", "sampling.find_plan", by="twin")
@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.002, 0.1),
    st.floats(1.6, 8),
    st.floats(0.8, 0.99),
    st.floats(0.01, 0.3),
    st.sampled_from(["binomial", "poisson"]),
)
def test_one_item_less_never_meets_both_points(p1, ratio, good, bad, model) -> None:
    p2 = min(p1 * ratio, 0.9)
    found = find_plan((p1, good), (p2, bad), model=model)
    assert found.producer_accept >= good and found.consumer_accept <= bad
    accept = np.arange(found.accept + 2)
    cdf = stats.binom.cdf if model == "binomial" else lambda c, n, p: stats.poisson.cdf(c, n * p)
    meets = (cdf(accept, found.n - 1, p1) >= good) & (cdf(accept, found.n - 1, p2) <= bad)
    assert not meets.any()


@checked("every k with one item less", "sampling.find_variables_plan", by="twin")
@pytest.mark.parametrize("sigma", ["known", "unknown"])
@pytest.mark.parametrize(
    "points", [((0.01, 0.95), (0.06, 0.10)), ((0.001, 0.95), (0.02, 0.05)), ((0.05, 0.9), (0.5, 0.1))]
)
def test_the_variables_plan_meets_both_points_and_none_with_less_does(sigma, points) -> None:
    (p1, good), (p2, bad) = points
    found = find_variables_plan(*points, sigma=sigma)
    assert found.producer_accept >= good and found.consumer_accept <= bad
    z1, z2 = stats.norm.isf([p1, p2])
    for n in range(1 if sigma == "known" else 2, found.plan.n):
        root = math.sqrt(n)
        if sigma == "known":
            least, most = z2 - stats.norm.ppf(bad) / root, z1 - stats.norm.ppf(good) / root
        else:
            # The statistic's own distribution, not the search's: the noncentral t of scipy.stats.
            least = stats.nct.ppf(1 - bad, n - 1, root * z2) / root
            most = stats.nct.ppf(1 - good, n - 1, root * z1) / root
        assert least > most, n


@checked("lots judged mean by mean", "sampling.two_limits", by="twin")
@pytest.mark.parametrize(
    ("form", "n", "apart"), [("M", 5, 4.0), ("M", 1, 3.0), ("k", 5, 5.0), ("M", 12, 9.0)]
)
def test_the_chance_within_two_limits_is_that_of_the_means_that_are_accepted(form, n, apart) -> None:
    plan = variables_plan(n, 1.2, sigma="known")
    judged = sampling.judge_share if form == "M" else judge
    means = np.linspace(-apart, apart, 4001)
    accepted = [
        judged(plan, [mean] * n, lower=-apart / 2, upper=apart / 2, sd=1.0).accepted for mean in means
    ]
    for off in (0.0, 0.3, 1.1):
        p = stats.norm.cdf(off - apart / 2) + stats.norm.cdf(-off - apart / 2)
        inside = stats.norm.cdf(np.append(means, np.inf), off, n**-0.5)
        made = np.diff(inside)[accepted].sum()
        found = sampling.two_limits(plan, apart, [p], form=form)
        assert found.accept[0] == pytest.approx(made, abs=3e-3)
        assert found.least <= p * (1 + 1e-9)


def test_two_limits_far_apart_are_one_and_close_ones_accept_nothing() -> None:
    plan = variables_plan(15, 1.97, sigma="known")
    one = variables_acceptance(plan, [0.01, 0.06])
    for form in ("k", "M"):
        assert sampling.two_limits(plan, 40, [0.01, 0.06], form=form).accept == pytest.approx(one, abs=1e-9)
        assert not sampling.two_limits(plan, 3, form=form).accept.any()
    assert sampling.two_limits(plan, 6, [1.0]).accept.tolist() == [0.0]
    assert sampling.two_limits(plan, 6, [0.1, 1.0], maximum=1).accept.tolist() == [1.0, 1.0]
    for call, argument in (
        (lambda: sampling.two_limits(variables_plan(15, 1.97), 6), "plan"),
        (lambda: sampling.two_limits(plan, 0), "separation"),
        (lambda: sampling.two_limits(plan, 6, [0.001]), "p"),
        (lambda: sampling.two_limits(plan, 6, form="k", maximum=0.1), "maximum"),
    ):
        with pytest.raises(ValueError, match=rf"^{argument}: "):
            call()


@checked("simulated lots", "sampling.variables_acceptance", by="simulation")
def test_unknown_sigma_accepts_as_simulated_lots_are() -> None:
    plan, p = variables_plan(12, 1.5), 0.03
    values = np.random.default_rng(3).normal(stats.norm.isf(p), 1.0, (40_000, 12))
    accepted = values.mean(axis=1) / values.std(axis=1, ddof=1) >= plan.k
    assert variables_acceptance(plan, [p])[0] == pytest.approx(accepted.mean(), abs=0.01)


def test_points_of_one_item_apart_in_a_lot_are_told_apart_by_counting_it_nearly_whole() -> None:
    found = find_plan((0.011, 0.95), (0.012, 0.10), model="hypergeometric", lot_size=1000)
    assert stats.hypergeom.cdf(found.accept, 1000, 11, found.n) >= 0.95
    assert stats.hypergeom.cdf(found.accept, 1000, 12, found.n) <= 0.10
    # In the smallest of all lots the producer's point is no item, the consumer's one: everything is inspected.
    assert find_plan((0.1, 0.95), (0.2, 0.1), model="hypergeometric", lot_size=3).n == 3


@checked("scipy, hypergeom", "sampling.characteristic", by="program")
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_shorter_tail_gives_the_hypergeometric_distribution(data) -> None:
    lot = data.draw(st.integers(1, 5000))
    bad, size = data.draw(st.integers(0, lot)), data.draw(st.integers(0, lot))
    accept = np.unique(np.linspace(0, size, 40).astype(int))
    ours = at_most("hypergeometric", accept, size, bad, lot)
    assert ours == pytest.approx(stats.hypergeom.cdf(accept, lot, bad, size), abs=1e-9)


def test_close_points_in_a_large_lot_agree_with_a_search_through_every_acceptance_number() -> None:
    found = find_plan((0.05, 0.95), (0.065, 0.05), model="hypergeometric", lot_size=20_000)
    for accept in range(found.accept + 1):
        # One item less than the plan meets the consumer's point with smaller numbers only, which fail the producer.
        meets = stats.hypergeom.cdf(accept, 20_000, [1000, 1300], found.n - 1)
        assert not (meets[0] >= 0.95 and meets[1] <= 0.05)


# Properties


@checked("curves fall from one", "sampling.characteristic", by="twin")
@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 60),
    st.integers(0, 6),
    st.integers(0, 5),
    st.integers(1, 60),
    st.sampled_from(sampling.plans.MODELS),
)
def test_oc_curves_fall_from_one_and_stay_probabilities(n1, accept1, more, n2, model) -> None:
    plan = double(n1, accept1, accept1 + more + 1, n2, accept1 + more)
    found = characteristic(plan, model=model, lot_size=plan.largest + 20)
    assert found.accept[0] == pytest.approx(1.0)
    assert (np.diff(found.accept) <= 1e-9).all() and (found.accept >= -1e-12).all()
    assert (found.asn <= plan.largest + 1e-9).all() and (found.asn >= n1 - 1e-9).all()
    assert found.aoql >= found.aoq.max() - 1e-9
    assert (found.aoq <= found.p + 1e-12).all()


def test_binomial_and_poisson_rectified_quality_follows_from_items_inspected() -> None:
    found = characteristic(double(20, 1, 3, 20, 3), lot_size=500)
    assert found.aoq == pytest.approx(found.p * (1 - found.ati / 500))


def test_a_large_lot_is_like_an_endless_one() -> None:
    many = characteristic(single(30, 1), [0.02, 0.1], model="hypergeometric", lot_size=1_000_000)
    assert many.accept == pytest.approx(characteristic(single(30, 1), [0.02, 0.1]).accept, abs=1e-4)


def test_a_plan_that_accepts_everything_lets_everything_through() -> None:
    assert characteristic(single(2, 5), [0.0, 0.5, 1.0]).accept.tolist() == [1.0, 1.0, 1.0]


def test_results_become_json_a_table_and_a_picture() -> None:
    found = characteristic(double(50, 1, 4, 100, 3), [0.0, 0.05])
    assert json.loads(json.dumps(found.to_dict()))["ati"] == [None, None]
    assert len(found.table().rows) == 2 and found.figure()["series"][0]["data"][0] == [0.0, 1.0]
    walked = sequential_characteristic(sequential_plan((0.01, 0.95), (0.06, 0.1)), [0.01])
    assert json.dumps(walked.to_dict()) and walked.figure()["series"][1]["name"] == "ASN"
    assert walked.plan.table().rows[43] == (44, 0, 3)
    assert double(50, 1, 4, 100, 3).table().rows[1] == (2, 100, 150, 3, 4)
    assert variables_curve(variables_plan(20, 1.69)).rows[0] == (0.0, 1.0)


# The k method


def test_a_lot_is_judged_by_its_distance_from_each_limit() -> None:
    plan = variables_plan(4, 1.0)
    found = judge(plan, [9, 10, 10, 11], lower=9.0, upper=12.0)
    spread = np.std([9, 10, 10, 11], ddof=1)
    assert (found.q_lower, found.q_upper) == pytest.approx((1 / spread, 2 / spread))
    assert found.accepted
    assert not judge(plan, [9, 10, 10, 11], lower=9.5).accepted
    assert judge(variables_plan(4, 1.0, sigma="known"), [9, 10, 10, 11], lower=9.5, sd=0.5).accepted


def test_constant_data_are_accepted_within_the_limit_only() -> None:
    plan = variables_plan(3, 1.5)
    assert judge(plan, [5, 5, 5], lower=4).accepted
    assert not judge(plan, [5, 5, 5], lower=6).accepted
    assert judge(plan, [5, 5, 5], lower=5).q_lower == 0.0
    assert judge(plan, [5, 5, 5], lower=4).to_dict()["q_lower"] is None


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: single(0, 0), "n"),
        (lambda: single(5, -1), "accept"),
        (lambda: multiple((), (), ()), "sizes"),
        (lambda: multiple((5, 5), (0,), (2, 2)), "accept"),
        (lambda: multiple((5, 5), (0, 1), (2,)), "reject"),
        (lambda: multiple((5, 5), (2, 1), (3, 4)), "accept"),
        (lambda: multiple((5, 5), (0, 1), (3, 2)), "reject"),
        (lambda: multiple((5, 5), (2, 3), (2, 4)), "accept"),
        (lambda: multiple((5, 5), (-1, -1), (2, 2)), "accept"),
        (lambda: multiple((5, 5), (0, 1), (2, 3)), "reject"),
        (lambda: characteristic(single(5, 0), [1.5]), "p"),
        (lambda: characteristic(single(5, 0), [-0.1]), "p"),
        (lambda: characteristic(single(5, 0), []), "p"),
        (lambda: characteristic(single(5, 0), [math.inf]), "p"),
        (lambda: characteristic(single(5, 0), [None]), "p"),
        (lambda: characteristic(single(5, 0), [0.1], model="normal"), "model"),
        (lambda: characteristic(single(5, 0), [0.1], model="hypergeometric"), "lot_size"),
        (lambda: characteristic(single(5, 0), [0.1], lot_size=4), "lot_size"),
        (lambda: characteristic(single(5, 0), [0.15], model="hypergeometric", lot_size=10), "p"),
        (lambda: find_plan((0.1, 0.95), (0.05, 0.1)), "consumer"),
        (lambda: find_plan((0.1, 0.1), (0.2, 0.95)), "consumer"),
        (lambda: find_plan((0.0, 0.95), (0.2, 0.1)), "producer"),
        (lambda: find_plan((0.1, 1.0), (0.2, 0.1)), "producer"),
        (lambda: find_plan(0.1, (0.2, 0.1)), "producer"),
        (lambda: find_plan((0.1, 0.95), (1.0, 0.1)), "consumer"),
        (lambda: find_plan((0.01, 0.95), (0.02, 0.1), model="hypergeometric"), "lot_size"),
        (lambda: find_plan((0.01, 0.95), (0.02, 0.1), model="hypergeometric", lot_size=0), "lot_size"),
        (lambda: find_plan((0.05, 0.999), (0.0501, 0.001)), "consumer"),
        (lambda: find_variables_plan((0.1, 0.95), (0.2, 0.1), sigma="guessed"), "sigma"),
        (lambda: find_variables_plan((0.1, 0.95), (0.1000001, 0.1)), "consumer"),
        (lambda: variables_plan(1, 1.0), "n"),
        (lambda: variables_acceptance(variables_plan(5, 1.0), [2.0]), "p"),
        (lambda: judge(variables_plan(3, 1.0), [1, 2], lower=0), "values"),
        (lambda: judge(variables_plan(3, 1.0), [1, 2, 3]), "lower"),
        (lambda: judge(variables_plan(3, 1.0), [1, 2, 3], lower=2, upper=1), "lower"),
        (lambda: judge(variables_plan(3, 1.0), [1, 2, 3], lower=0, sd=1), "sd"),
        (lambda: judge(variables_plan(3, 1.0, sigma="known"), [1, 2, 3], lower=0), "sd"),
        (lambda: sequential_plan((0.01, 0.95), (0.06, 0.1), model="hypergeometric"), "model"),
        (lambda: sequential_plan((0.01, 0.95), (0.06, 0.1), stop=0), "stop"),
        (lambda: sequential_plan((0.01, 0.95), (0.06, 0.1)).decide(3, 4), "found"),
    ],
)
def test_bad_input_is_refused_by_the_name_of_its_argument(call, argument) -> None:
    with pytest.raises(ValueError, match=rf"^{argument}: "):
        call()
