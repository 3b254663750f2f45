"""What makes no sense is refused by the name of its argument: wrong objects, and sizes that nothing is measured in."""

import inspect
import warnings

import numpy as np
import pandas as pd
import pytest

import setsquare.methods as m

HUGE = [1e308, -1e308, 1e308, 1e307, -1e307, 1e308, 1e308, -1e308]
TINY = 1e-320
PLAN = m.sampling.single(50, 2)
LOOKED_UP = m.sampling.standard_plan(1000, 1.0)
MATRIX = m.risk.matrix_by_score()

WRONG = {
    "characteristic": ("plan", lambda x: m.sampling.characteristic(x)),
    "sequential": ("plan", lambda x: m.sampling.sequential_characteristic(x, [0.1])),
    "staged": ("single", lambda x: m.sampling.staged_plan(x, "double")),
    "samples": ("plan", lambda x: m.sampling.read_samples(x, 1)),
    "tighter": ("plan", lambda x: m.sampling.one_step_tighter(x)),
    "quality": ("plan", lambda x: m.sampling.quality_accepted(x, 0.95)),
    "matched": ("plan", lambda x: m.sampling.matched_variables_plan(x)),
    "acceptance": ("plan", lambda x: m.sampling.variables_acceptance(x, [0.1])),
    "curve": ("plan", lambda x: m.sampling.variables_curve(x)),
    "judge": ("plan", lambda x: m.sampling.judge(x, [1, 2], lower=0)),
    "share": ("plan", lambda x: m.sampling.judge_share(x, [1, 2], lower=0)),
    "lot": ("state", lambda x: m.sampling.inspect_lot(x, 1000, 1, aql=1.0)),
    "lot by variables": (
        "state",
        lambda x: m.sampling.inspect_lot_by_variables(x, 100, [1], aql=1.0, lower=0),
    ),
    "after": ("state", lambda x: m.sampling.after_lot(x, True, accept_number=1)),
    "resume": ("state", lambda x: m.sampling.resume(x)),
    "conformity": ("band", lambda x: m.measurement.conformity(1.0, x)),
    "risks": ("band", lambda x: m.measurement.global_risks(x, 0, 1)),
    "assess": ("matrix", lambda x: m.risk.assess(x, [1], [1])),
    "treatment": ("matrix", lambda x: m.risk.compare_assessments(x, ([1], [1]), ([1], [1]))),
    "conditions": ("matrix", lambda x: m.risk.cox_conditions(x)),
    "signals": ("chart", lambda x: m.rules.signals(x)),
    "anhoej": ("chart", lambda x: m.rules.anhoej(x)),
    "old": ("old", lambda x: m.comparison.compare(x, "text")),
    "new": ("new", lambda x: m.comparison.compare("text", x)),
    "cells": ("cells", lambda x: m.risk.risk_matrix(x)),
    "rows": ("rows", lambda x: m.risk.check_action_rows(x)),
    "favourable": ("favourable", lambda x: m.reliability.favourable_share([1, 2], x)),
    "sizes": ("sizes", lambda x: m.reliability.suppressed_groups(x)),
    "limits": ("limits", lambda x: m.run_lengths.p(0.1, centre=0.1, n=50, limits=(x,))),
    "limits of R": ("limits", lambda x: m.run_lengths.r(1, n=5, limits=x or 3)),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("given", [None, 3, object()], ids=["nothing", "a number", "an object"])
def test_a_wrong_object_is_refused_by_its_argument(name, given):
    argument, call = WRONG[name]
    with pytest.raises(ValueError, match=rf"^{argument}: "):
        call(given)


def test_what_holds_a_plan_will_do_as_plan():
    found = m.sampling.find_plan((0.01, 0.95), (0.06, 0.10))
    for given in (found, LOOKED_UP, m.sampling.staged_plan(LOOKED_UP, "double")):
        assert m.sampling.characteristic(given, [0.02]).plan == given.plan
    with pytest.raises(ValueError, match="^plan: "):
        m.sampling.characteristic(m.sampling.find_variables_plan((0.01, 0.95), (0.06, 0.10)))


VALUES = [5.0, 4, 6, 5, 9, 4, 7, 6]
ROWS = [[9.0, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
BEGUN = m.sampling.begin()
MEASURED = m.sampling.begin("Z1.9")
TURNED = {"parts": [1, 1, 2, 2] * 2, "operators": list("AAAABBBB")}
OPTIONS = [
    (m.charts.xbar_r, (ROWS,), {}, "estimator spread_centre"),
    (m.charts.individuals, (VALUES,), {}, "estimator"),
    (m.charts.ewma, (VALUES,), {}, "steady"),
    (m.charts.cusum, (VALUES,), {"estimator": "mr"}, "estimator"),
    (m.charts.mewma, (ROWS,), {"limit": 9}, "steady"),
    (m.charts.t2, (ROWS,), {}, "phase"),
    (m.charts.p, ([1, 2, 3], 9), {}, "limits laney"),
    (m.capability.capability, (VALUES,), {"lower": 0}, "target estimator degrees sides boundary unstable"),
    (m.capability.fitted_capability, (VALUES, "weibull"), {"lower": 0}, "family boundary unstable"),
    (m.measurement.crossed_study, (VALUES,), TURNED, "denominator"),
    (m.measurement.cohen_kappa, ("aab", "abb"), {}, "weights missing"),
    (m.measurement.kendall_w, (ROWS,), {}, "correct"),
    (m.measurement.intraclass, (ROWS,), {}, "model kind unit"),
    (m.sampling.characteristic, (PLAN,), {}, "model"),
    (m.sampling.sequential_plan, ((0.01, 0.95), (0.1, 0.1)), {}, "model"),
    (m.sampling.standard_plan, (1000, 1.0), {}, "level severity standard"),
    (m.sampling.standard_variables_plan, (1000, 1.0), {}, "level severity sigma standard"),
    (m.sampling.staged_plan, (LOOKED_UP, "double"), {}, "scheme"),
    (m.sampling.begin, (), {}, "rules severity"),
    (m.sampling.inspect_lot, (BEGUN, 1000, 1), {"aql": 1.0}, "steady reduced_wanted"),
    (m.sampling.inspect_lot_by_variables, (MEASURED, 100, [1] * 10), {"aql": 1.0, "lower": 0}, "form"),
    (m.sampling.after_lot, (BEGUN, False), {"accept_number": 1}, "accepted in_gap steady"),
    (m.tolerance.k_factor, (10,), {}, "side sigma_known method"),
    (m.verification.two_proportions, (0.3, 0.1), {"n": 50}, "alternative method"),
    (m.verification.interrupted_series, (4, 0.5), {"months_before": 24}, "trend"),
    (m.trends.mann_kendall, (VALUES,), {}, "method correction continuity alternative"),
    (m.trends.worsening, ([[1, 2, 3, 4]],), {}, "worse model method"),
    (m.run_lengths.cusum, (0,), {}, "two_sided start"),
    (m.run_lengths.individuals, (0,), {"moving_range": 3.7}, "rules"),
    (m.run_lengths.ewma, (0,), {}, "steady"),
    (m.run_lengths.design_cusum, (100, 1.0), {}, "two_sided"),
    (m.reliability.cronbach_alpha, (ROWS,), {}, "missing interval"),
    (m.reliability.omega, (ROWS,), {}, "method"),
    (m.reliability.suppressed_groups, ([3, 12, 8],), {}, "total_shown"),
    (m.risk.matrix_by_score, (), {}, "score"),
    (m.pareto.pareto, (["a", "b"], [1, 2]), {}, "other"),
    (m.advise.advise, ("monitor",), {}, "purpose data_kind"),
    (m.advise.look, (VALUES,), {}, "kind"),
]


@pytest.mark.parametrize(
    ("call", "given", "options", "names"), OPTIONS, ids=lambda one: getattr(one, "__name__", "")
)
def test_what_is_no_word_or_flag_is_refused_by_its_argument(call, given, options, names):
    first = dict(zip(inspect.signature(call).parameters, given, strict=False))
    for name in names.split():
        for wrong in (np.array(["normal", "x"]), np.array([1.0, 2.0]), pd.NA, object(), ["rbar"]):
            with pytest.raises(ValueError, match=rf"^{name}: "):
                call(**{**first, **options, name: wrong})


EXTREME = {
    "individuals": ("values", lambda: m.charts.individuals(HUGE)),
    "individuals of many": ("values", lambda: m.charts.individuals([HUGE, HUGE])),
    "xbar": ("values", lambda: m.charts.xbar_r(np.array(HUGE).reshape(4, 2))),
    "ewma": ("values", lambda: m.charts.ewma(np.array(HUGE).reshape(4, 2))),
    "cusum": ("k", lambda: m.charts.cusum([1, 2, 3], k=1e308)),
    "g": ("between", lambda: m.charts.g([1e200] * 5)),
    "p": ("size", lambda: m.charts.p([1, 2], 1e308)),
    "u": ("size", lambda: m.charts.u([1, 2], TINY)),
    "t2": ("values", lambda: m.charts.t2(np.array([HUGE, HUGE]).T)),
    "capability": ("values", lambda: m.capability.capability(HUGE, lower=0)),
    "limit": ("upper", lambda: m.capability.capability([1, 2, 3], upper=1e308)),
    "defects": ("units", lambda: m.capability.defects(1, TINY)),
    "bias": ("values", lambda: m.measurement.bias(HUGE, 1)),
    "study": ("values", lambda: m.measurement.crossed_study(HUGE, [1, 1, 2, 2] * 2, list("AAAABBBB"))),
    "trend": ("values", lambda: m.trends.mann_kendall(HUGE)),
    "rate": ("exposure", lambda: m.trends.rate_trend([1, 2, 3], TINY)),
    "two rates": ("first_exposure", lambda: m.trends.two_rates(1, TINY, 1, 1)),
    "two proportions": ("first_size", lambda: m.trends.two_proportions(1, 1e308, 1, 1)),
    "tolerance": ("values", lambda: m.tolerance.normal(HUGE)),
    "means": ("sd", lambda: m.verification.two_means(1, 1e308)),
    "ratio": ("ratio", lambda: m.verification.two_means(1, 1, ratio=1e30)),
    "advice": ("data", lambda: m.advise.advise("monitor", data=HUGE)),
    "given mean": ("mean", lambda: m.charts.cusum(VALUES, mean=1e308, sigma=1)),
    "given sigma": ("sigma", lambda: m.charts.individuals(VALUES, sigma=1e308)),
    "given sigma, tiny": ("sigma", lambda: m.charts.cusum(VALUES, mean=5, sigma=TINY)),
    "given mean of g": ("mean", lambda: m.charts.g(VALUES, mean=1e200)),
    "mean of controls": ("mean", lambda: m.rules.multirule([[1, 2]], mean=1e200)),
    "far controls": ("sigma", lambda: m.rules.multirule([[1e100, 2]], sigma=1e-100)),
    "constants": ("n", lambda: m.constants.c4(1e200)),
    "normality": ("values", lambda: m.capability.anderson_darling(np.array(VALUES) * 1e-300)),
    "power": ("power", lambda: m.capability.box_cox_capability(VALUES, lower=1, power=1e12)),
    "linearity": ("references", lambda: m.measurement.linearity(VALUES, np.array([1, 1, 2, 2] * 2) * 1e-300)),
    "Pareto": ("counts", lambda: m.pareto.pareto(["a", "b"], [1e140, 1])),
    "two Paretos": ("before", lambda: m.pareto.compare_paretos(["a", "b"], [1e12, 1], [2, 2])),
    "simulations": ("simulations", lambda: m.pareto.pareto(["a", "b"], [2, 1], simulations=10**12)),
    "matrix": ("size", lambda: m.risk.matrix_by_score((10**9, 10**9))),
    "change in rate": ("counts", lambda: m.trends.change_in_rate([1e9] * 8)),
    "run lengths of c": ("mean", lambda: m.run_lengths.c(1e12, centre=16)),
    "run lengths of CUSUM": ("h", lambda: m.run_lengths.cusum(0, h=1e12)),
    "run lengths of EWMA": ("weight", lambda: m.run_lengths.ewma(0, weight=1e-12)),
    "run lengths of MEWMA": ("measures", lambda: m.run_lengths.mewma(0, measures=10**12)),
    "run lengths of ranges": ("moving_range", lambda: m.run_lengths.individuals(0, moving_range=1e-12)),
    "run lengths of S": ("ratio", lambda: m.run_lengths.s(1e-160, n=5)),
    "counts to come": ("size", lambda: m.tolerance.binomial(1, 10, size=10**12)),
    "events to come": ("count", lambda: m.tolerance.poisson(10**12)),
    "degrees": ("degrees", lambda: m.tolerance.k_factor(10, degrees=1e-12)),
    "acceptance": ("accept", lambda: m.sampling.single(50, 10**12)),
    "controls": ("sigma", lambda: m.rules.multirule([[1, 2]], sigma=TINY)),
}


@pytest.mark.parametrize("name", EXTREME)
def test_a_size_that_nothing_has_is_refused_without_a_warning(name):
    argument, call = EXTREME[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match=rf"^{argument}: "):
            call()


def test_what_is_merely_large_or_small_is_computed():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for size in (1e100, 1e-100):
            found = m.charts.individuals(np.array([5.0, 4, 6, 5, 9]) * size).location
            assert found.upper[0] / size == pytest.approx(
                m.charts.individuals([5, 4, 6, 5, 9]).location.upper[0]
            )
        scaled = np.array(ROWS) * size
        assert m.measurement.intraclass(scaled).icc == pytest.approx(m.measurement.intraclass(ROWS).icc)
        halves = m.reliability.split_half(scaled)
        assert halves.guttman == pytest.approx(m.reliability.split_half(ROWS).guttman)
        assert m.capability.shapiro_wilk(scaled[:, 0]).p > 0.1
        assert m.advise.look(np.array(VALUES) * size).facts
        far = m.capability.capability(np.array(ROWS) * size, lower=-1e9, upper=1e9, stable=True)
        assert far.to_dict()
    with_gap = m.charts.individuals([5.0, None, 6, 5, 9]).location
    assert np.isnan(with_gap.points[1])


def test_rows_of_unequal_length_are_refused_where_nothing_may_be_missing():
    for call in (m.measurement.stability, m.measurement.intraclass, m.measurement.kendall_w):
        with pytest.raises(ValueError, match="^(values|scores): holds rows of unequal length"):
            call([[5.0, 5.1], [5.1, 4.9], [5.0]])


def test_a_plan_found_without_regard_to_the_lot_is_drawn_whatever_its_size():
    assert m.sampling.find_plan((0.01, 0.95), (0.06, 0.10), lot_size=3).figure()["series"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: m.verification.two_proportions(0.05, 0.10),
        lambda: m.verification.two_rates(2, 4),
        lambda: m.verification.two_means(0.5, 1, alternative="less"),
        lambda: m.verification.paired_means(-0.5, 1, alternative="greater"),
        lambda: m.verification.two_variances(2.0),
        lambda: m.verification.interrupted_series(4, 2, months_before=24),
    ],
)
def test_an_effect_the_other_way_is_no_matter_of_size(call):
    with pytest.raises(
        ValueError, match=r"^alternative: a .* is not (less|greater); give (less|greater) or two-sided"
    ):
        call()


def test_a_size_given_tells_its_power_either_way():
    assert m.verification.two_proportions(0.05, 0.10, n=200).power < 0.01
    with pytest.raises(ValueError, match="^method: exact goes through too many outcomes"):
        m.verification.two_proportions(0.5, 0.48, n=500_000_000)
    with pytest.raises(ValueError, match="^method: exact goes through too many outcomes"):
        m.verification.two_rates(4, 3.9, exposure=500_000_000)
