"""What makes no sense is refused by the name of its argument: wrong objects, and sizes that nothing is measured in."""

import warnings

import numpy as np
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
    with_gap = m.charts.individuals([5.0, None, 6, 5, 9]).location
    assert np.isnan(with_gap.points[1])


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
