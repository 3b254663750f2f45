"""Measurement systems: reference cases, facts with their sources, and what has no answer."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from setsquare.methods import constants
from setsquare.methods import measurement as m
from setsquare.methods.measurement.bounds import interval
from tests.methods.cases_measurement import ADAPTERS
from tests.methods.checked import checked
from tests.methods.reference import differences, load, reaching

CASES = load()

SHROUT_AND_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
PARTS, PEOPLE = [1, 1, 2, 2, 1, 1, 2, 2], list("AAAABBBB")
SMALL = [1.0, 1.1, 2.0, 2.1, 1.2, 1.1, 2.2, 2.1]


@reaching(ADAPTERS)
def test_reference_case(name):
    assert differences(CASES[name], ADAPTERS[name](CASES[name])) == []


@checked(
    "closed forms for two and three values",
    "constants.d2", "constants.d3", "constants.c4", "constants.d2_star", by="twin",
)  # fmt: skip
def test_range_constants_in_closed_form():
    # The range of two is |x - y|, of mean 2 / sqrt(pi) and mean square 2; that of three has the mean 3 / sqrt(pi).
    assert constants.d2(2) == pytest.approx(2 / math.sqrt(math.pi), rel=1e-13)
    assert constants.d2(3) == pytest.approx(3 / math.sqrt(math.pi), rel=1e-13)
    assert constants.d3(2) == pytest.approx(math.sqrt(2 - 4 / math.pi), rel=1e-12)
    assert constants.d2_star(2, 1) == pytest.approx(math.sqrt(2), rel=1e-13)
    assert constants.c4(2) == pytest.approx(math.sqrt(2 / math.pi), rel=1e-13)


@checked("scipy, quad", "constants.d2", by="program")
@pytest.mark.parametrize("size", [2, 3, 7, 25])
def test_mean_range_is_the_integral_that_scipy_finds(size):
    wanted, _ = integrate.quad(
        lambda x: 1 - stats.norm.cdf(x) ** size - stats.norm.sf(x) ** size, -12, 12, epsabs=1e-12
    )
    assert constants.d2(size) == pytest.approx(wanted, rel=1e-10)


@checked("A. J. Duncan's table of d2*, as AIAG reprints it", "constants.d2_star", "constants.range_degrees")
def test_published_constants_of_d2_star():
    # A. J. Duncan's table, as AIAG reprints it: d2* of 2 to 5 values in one group, and of 5 in ten.
    assert [round(constants.d2_star(size, 1), 3) for size in (2, 3, 4, 5)] == [1.414, 1.912, 2.239, 2.481]
    assert round(constants.d2_star(5, 10), 3) == 2.342
    # Its degrees of freedom for one range of five values are 3.8 there.
    assert round(constants.range_degrees(5, 1), 1) == 3.8


@checked("P. E. Shrout and J. L. Fleiss, Psychological Bulletin 86 (1979), table 4", "measurement.intraclass")
def test_intraclass_correlations_of_shrout_and_fleiss():
    # P. E. Shrout and J. L. Fleiss, Psychological Bulletin 86 (1979), table 4.
    wanted = {
        ("oneway", "agreement", "single"): 0.17,
        ("twoway", "agreement", "single"): 0.29,
        ("twoway", "consistency", "single"): 0.71,
        ("oneway", "agreement", "average"): 0.44,
        ("twoway", "agreement", "average"): 0.62,
        ("twoway", "consistency", "average"): 0.91,
    }
    for (model, kind, unit), value in wanted.items():
        found = m.intraclass(SHROUT_AND_FLEISS, model=model, kind=kind, unit=unit)
        assert round(found.icc, 2) == value
        assert found.interval[0] < found.icc < found.interval[1]


@checked("scipy, exact chi-squared interval of one mean square", "measurement.crossed_study", by="program")
def test_one_mean_square_has_the_exact_interval():
    low, high = interval([(1.0, 2.5, 12.0)], 0.9)
    assert low == pytest.approx(12 * 2.5 / stats.chi2.ppf(0.95, 12))
    assert high == pytest.approx(12 * 2.5 / stats.chi2.ppf(0.05, 12))


@checked("statsmodels, anova_lm", "measurement.crossed_study", by="program")
def test_crossed_table_agrees_with_statsmodels():
    generator = np.random.default_rng(4)
    part, person, _ = (axis.ravel() for axis in np.indices((6, 3, 2)))
    y = part + generator.normal(0, 0.3, 3)[person] + generator.normal(0, 0.2, len(part))
    study = m.crossed_study(y, part, person, pooling=None, denominator="repeatability")
    wanted = anova_lm(ols("y ~ C(p) * C(o)", pd.DataFrame({"y": y, "p": part, "o": person})).fit())
    for row, (_, line) in zip(study.anova, wanted.iterrows(), strict=False):
        assert (row.degrees, row.sum_of_squares) == (line["df"], pytest.approx(line["sum_sq"]))
        if row.source != "repeatability":
            assert (row.f, row.p) == (pytest.approx(line["F"]), pytest.approx(line["PR(>F)"]))


def test_interaction_is_pooled_by_the_threshold_alone():
    p = m.crossed_study(SMALL, PARTS, PEOPLE).anova[2].p
    assert m.crossed_study(SMALL, PARTS, PEOPLE, pooling=p - 0.001).pooled
    kept = m.crossed_study(SMALL, PARTS, PEOPLE, pooling=p)
    assert (kept.pooled, kept.reduced) == (False, ())
    assert not m.crossed_study(SMALL, PARTS, PEOPLE, pooling=None).pooled
    # With one trial there is nothing to test the interaction against.
    assert m.crossed_study(SMALL[:4], [1, 2, 1, 2], list("AABB"), pooling=None).pooled


def test_a_gauge_that_never_varies():
    study = m.crossed_study([1, 1, 1, 1, 2, 2, 2, 2], [1, 1, 1, 1, 2, 2, 2, 2], list("AABBAABB"))
    assert (study["gauge"].sd, study["part"].variance, study.distinct) == (0.0, 0.5, 0)
    same = m.crossed_study([5.0] * 8, PARTS, PEOPLE)
    assert same["total"].variance == 0 and math.isnan(same["gauge"].study)
    assert same.to_dict()["components"][0]["study"] is None


@checked("repeatability of the crossed study", "measurement.nested_study", by="twin")
def test_nested_and_crossed_agree_on_repeatability():
    crossed = m.crossed_study(SMALL, PARTS, PEOPLE, pooling=None)
    nested = m.nested_study(SMALL, PARTS, PEOPLE)
    assert nested["repeatability"].variance == pytest.approx(crossed["repeatability"].variance)
    assert {c.source for c in nested.components} == {
        "gauge", "repeatability", "reproducibility", "part", "total",
    }  # fmt: skip


@checked("the same rows in another order", "measurement.crossed_study", by="twin")
def test_order_of_rows_does_not_matter():
    order = np.random.default_rng(3).permutation(8)
    mixed = [list(np.array(column)[order]) for column in (SMALL, PARTS, PEOPLE)]
    assert m.crossed_study(*mixed)["gauge"].sd == pytest.approx(
        m.crossed_study(SMALL, PARTS, PEOPLE)["gauge"].sd
    )


@checked("Cohen's, for two judges", "measurement.light_kappa", "measurement.conger_kappa", by="twin")
def test_kappas_of_two_judges_are_alike_where_they_are_one():
    rows = [["a", "b"], ["a", "a"], ["b", "b"], ["c", "c"], ["a", "a"], ["c", "b"]]
    cohen = m.cohen_kappa(*zip(*rows, strict=True)).kappa
    assert m.light_kappa(rows).kappa == pytest.approx(cohen)
    assert m.conger_kappa(rows).kappa == pytest.approx(cohen)


def test_weighted_kappa_knows_the_order_of_numbers():
    found = m.cohen_kappa([1, 2, 10, 10], [1, 2, 10, 2], weights="linear")
    assert found.categories == ("1", "2", "10")
    wide = m.cohen_kappa([1, 2, 3, 3], [1, 2, 3, 2], weights="linear", categories=[1, 2, 3, 4])
    assert wide.categories == ("1", "2", "3", "4") and 0 < wide.kappa < 1


def test_kappa_where_everything_is_one_category():
    assert math.isnan(m.cohen_kappa(["a", "a"], ["a", "a"]).kappa)
    assert math.isnan(m.fleiss_kappa([["a", "a"], ["a", "a"]]).kappa)


def test_misses_and_false_alarms_are_of_single_judgements():
    study = m.attribute_agreement(
        list("gbgg" + "bbgb"), [1, 1, 2, 2, 1, 1, 2, 2], PEOPLE, list("ggbb" * 2), good="g"
    )
    first, second = study.appraisers
    assert (first.miss.count, first.miss.of, first.false_alarm.percent) == (2, 2, 50.0)
    assert (second.miss.percent, second.false_alarm.percent) == (50.0, 100.0)


@checked("full agreement and none", "measurement.kendall_w", by="twin")
def test_kendall_for_full_agreement_and_for_none():
    assert m.kendall_w([[1, 10], [2, 20], [3, 30]]).w == pytest.approx(1)
    assert m.kendall_w([[1, 3], [2, 2], [3, 1]]).w == pytest.approx(0)
    assert math.isnan(m.kendall_w([[1, 1], [1, 1]]).w)


@checked("ISO 14253-1, 1.645 standard uncertainties", "measurement.guard_band", "measurement.conformity")
def test_guard_band_of_five_per_cent():
    band = m.guard_band(9, 11, 0.1)
    assert (band.accept_low, band.accept_high) == pytest.approx((9.1644853627, 10.8355146373))
    assert m.conformity(band.accept_high, band).probability == pytest.approx(0.95)
    assert m.guard_band(None, 11, 0.1).accept_low == -math.inf


@checked("scipy, bivariate normal distribution", "measurement.global_risks", by="program")
@pytest.mark.parametrize("multiplier", [0, 1, 2, -1])
def test_global_risks_agree_with_the_bivariate_normal(multiplier):
    band = m.guard_band(9, 11, 0.15, multiplier=multiplier)
    risks = m.global_risks(band, 10.3, 0.4)
    both = stats.multivariate_normal([10.3, 10.3], [[0.16, 0.16], [0.16, 0.16 + 0.0225]])

    def box(low, high, other_low, other_high):
        return both.cdf([high, other_high], lower_limit=[low, other_low])

    good = box(9, 11, band.accept_low, band.accept_high)
    assert risks.accepted - risks.consumer == pytest.approx(good, abs=1e-6)
    assert risks.conforming == pytest.approx(stats.norm(10.3, 0.4).cdf(11) - stats.norm(10.3, 0.4).cdf(9))
    assert risks.accepted + risks.producer - risks.consumer == pytest.approx(risks.conforming)


@checked("a gauge that drifts by 0.02 a time", "measurement.stability", by="simulation")
def test_a_stable_gauge_and_one_that_drifts():
    generator = np.random.default_rng(11)
    steady = generator.normal(5, 0.1, (40, 4))
    assert m.stability(steady).drift_p > 0.05
    moved = m.stability(steady + np.arange(40)[:, None] * 0.02)
    assert not moved.stable and moved.drift == pytest.approx(0.02, abs=0.003)
    assert m.stability([[1, 1], [1, 1], [1, 1]]).stable


def test_type1_of_values_that_never_vary():
    assert m.type1_study([2, 2, 2], 2, 1).cg == math.inf
    assert m.type1_study([3, 3, 3], 2, 1).cgk == -math.inf
    assert m.type1_study([3, 3, 3], 2, 1).to_dict()["cgk"] is None


@pytest.mark.parametrize(
    ("ask", "argument"),
    [
        (lambda: m.bias([1.0], 1), "values"),
        (lambda: m.bias([1.0, math.inf], 1), "values"),
        (lambda: m.bias([1.0, 2.0], math.nan), "reference"),
        (lambda: m.bias([1.0, 2.0], 1, confidence=1), "confidence"),
        (lambda: m.type1_study([1, 2], 1, 0), "tolerance"),
        (lambda: m.linearity([1, 2], [1, 2]), "values"),
        (lambda: m.linearity([1, 2], [1, 1]), "references"),
        (lambda: m.stability([[1], [2]]), "values"),
        (lambda: m.stability([1, 2]), "values"),
        (lambda: m.crossed_study(SMALL, PARTS[:-1], PEOPLE), "parts"),
        (lambda: m.crossed_study(SMALL, [1] * 8, PEOPLE), "parts"),
        (lambda: m.crossed_study(SMALL[:2], [1, 2]), "values"),
        (lambda: m.crossed_study([*SMALL[:-2], None, None], PARTS, PEOPLE), "values"),
        (lambda: m.average_range_study(SMALL, PARTS, [*PEOPLE[:-1], "A"]), "values"),
        (lambda: m.crossed_study([*SMALL[:-1], math.inf], PARTS, PEOPLE), "values"),
        (lambda: m.crossed_study(SMALL, [*PARTS[:-1], None], PEOPLE), "parts"),
        (lambda: m.crossed_study(SMALL, PARTS, PEOPLE, pooling=2), "pooling"),
        (lambda: m.crossed_study(SMALL, PARTS, PEOPLE, denominator="error"), "denominator"),
        (lambda: m.nested_study(SMALL, [1, 1, 1, 1, 2, 2, 2, 2], PEOPLE), "parts"),
        (lambda: m.average_range_study(SMALL, PARTS, PEOPLE, constants=[1, 2]), "constants"),
        (lambda: m.from_mean_squares(1, 1, 1, parts=1, operators=3, trials=2), "parts"),
        (lambda: m.cohen_kappa(["a"], ["a", "b"]), "second"),
        (lambda: m.cohen_kappa(["a"], ["b"], categories=["a"]), "first"),
        (lambda: m.cohen_kappa(["a"], ["b"], weights="cubic"), "weights"),
        (lambda: m.fleiss_kappa([["a"], ["b"]]), "ratings"),
        (lambda: m.fleiss_kappa([["a", "b"], ["b"]]), "ratings"),
        (lambda: m.fleiss_kappa([["a", None]]), "ratings"),
        (lambda: m.kendall_w([[1, 2]]), "scores"),
        (lambda: m.intraclass([[1, 2], [2, 1]], kind="full"), "kind"),
        (lambda: m.attribute_agreement(["a"], [1], ["A"]), "ratings"),
        (lambda: m.attribute_agreement(list("ab"), [1, 1], list("AB"), list("ab")), "standard"),
        (lambda: m.guard_band(None, None, 1), "lower"),
        (lambda: m.guard_band(2, 1, 1), "upper"),
        (lambda: m.guard_band(0, 1, 1, multiplier=2), "uncertainty"),
        (lambda: m.guard_band(0, 1, 1, multiplier=2, risk=0.1), "multiplier"),
        (lambda: constants.d2(1), "n"),
    ],
)
def test_a_refusal_begins_with_the_argument(ask, argument):
    with pytest.raises(ValueError, match=rf"^{argument}: "):
        ask()


def test_results_become_json_tables_and_pictures():
    study = m.crossed_study(SMALL, PARTS, PEOPLE, tolerance=4)
    agreement = m.attribute_agreement(list("ggbbggbb"), PARTS, PEOPLE, list("ggbb" * 2))
    line = m.linearity([2.1, 2.3, 4.0, 4.2], [2, 2, 4, 4])
    for result in (study, agreement, line, m.type1_study([1, 2, 3], 2, 10), m.stability(np.eye(4))):
        json.dumps(result.to_dict(), allow_nan=False)
        json.dumps(result.figure())
        assert result.table().rows
    assert len(study.table().rows) == 6
