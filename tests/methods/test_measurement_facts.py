"""Measurement systems against printed examples; studies that are not balanced, or of one operator."""

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.inter_rater import fleiss_kappa

from setsquare.methods import measurement as m
from tests.methods.checked import checked

# Thermal impedance of ten power modules by three operators, three tests each (Houf and Berman 1988).
IMPEDANCE = """
37 38 37 41 41 40 41 42 41  42 41 43 42 42 42 43 42 43  30 31 31 31 31 31 29 30 28  42 43 42 43 43 43 42 42 42
28 30 29 29 30 29 31 29 29  42 42 43 45 45 45 44 46 45  25 26 27 28 28 30 29 27 27  40 40 40 43 42 42 43 43 41
25 25 25 27 29 28 26 26 26  35 34 34 35 35 34 35 34 35
"""
CUBE = np.array(IMPEDANCE.split(), dtype=float).reshape(10, 3, 3)
PART, PERSON, _ = (axis.ravel() for axis in np.indices(CUBE.shape))
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


@checked("Montgomery, Introduction to Statistical Quality Control, section 8.7.1 (thermal impedance)",
         "measurement.crossed_study")  # fmt: skip
def test_the_table_of_the_thermal_impedance() -> None:
    study = m.crossed_study(CUBE.ravel(), PART, PERSON)
    assert [round(row.sum_of_squares, 2) for row in study.anova] == [3935.96, 39.27, 48.51, 30.67, 4054.4]
    assert [round(row.f, 2) for row in study.anova[:3]] == [162.27, 7.28, 5.27]
    found = {
        name: round(study[name].variance, 4) for name in ("part", "operator", "interaction", "repeatability")
    }
    assert found == {"part": 48.2926, "operator": 0.5646, "interaction": 0.7280, "repeatability": 0.5111}


@checked("Burdick, Borror and Montgomery, Journal of Quality Technology 35 (2003), intervals of the same study",
         "measurement.crossed_study")  # fmt: skip
def test_the_intervals_of_the_thermal_impedance() -> None:
    study = m.crossed_study(CUBE.ravel(), PART, PERSON)
    assert [round(end, 2) for end in study["part"].variance_interval] == [22.69, 161.64]
    assert [round(end, 2) for end in study["gauge"].variance_interval] == [1.21, 27.02]


@checked("R psych, ICC of the judges of Shrout and Fleiss (1979)", "measurement.intraclass", by="program")
def test_intervals_of_intraclass_correlations() -> None:
    printed = {
        ("oneway", "agreement", "single"): (0.17, -0.133, 0.72),
        ("twoway", "agreement", "single"): (0.29, 0.019, 0.76),
        ("twoway", "consistency", "single"): (0.71, 0.342, 0.95),
        ("oneway", "agreement", "average"): (0.44, -0.884, 0.91),
        ("twoway", "agreement", "average"): (0.62, 0.071, 0.93),
        ("twoway", "consistency", "average"): (0.91, 0.676, 0.99),
    }
    for (model, kind, unit), (icc, low, high) in printed.items():
        found = m.intraclass(JUDGES, model=model, kind=kind, unit=unit)
        assert (round(found.icc, 2), round(found.interval[0], 3), round(found.interval[1], 2)) == (
            icc,
            low,
            high,
        )


@checked("R irrCAC 1.0, vignette, cont3x3abstractors", "measurement.cohen_kappa", by="program")
def test_the_error_of_kappa_that_is_not_chance() -> None:
    table = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
    pairs = [(a, b) for a, b in itertools.product(range(3), repeat=2) for _ in range(table[a][b])]
    found = m.cohen_kappa(*zip(*pairs, strict=True))
    assert (round(found.kappa, 7), round(found.error, 8)) == (0.7964094, 0.05891072)


@checked("the same data by rows of trials, and any order of them", "measurement.crossed_study", by="twin")
def test_a_study_without_operators_is_a_study_of_one() -> None:
    alone = m.crossed_study(CUBE[:, 0].ravel(), PART.reshape(10, 9)[:, :3].ravel())
    named = m.crossed_study(CUBE[:, 0].ravel(), PART.reshape(10, 9)[:, :3].ravel(), ["A"] * 30)
    assert alone.to_dict() == named.to_dict()
    assert [line.source for line in alone.components] == ["gauge", "repeatability", "part", "total"]
    within, between = CUBE[:, 0].var(axis=1, ddof=1).mean(), CUBE[:, 0].mean(axis=1).var(ddof=1)
    assert alone["gauge"].variance == pytest.approx(within)
    assert alone["part"].variance == pytest.approx(between - within / 3)
    ranges = m.average_range_study(CUBE[:, 0].ravel(), PART.reshape(10, 9)[:, :3].ravel())
    assert [line.source for line in ranges.components] == ["gauge", "repeatability", "part", "total"]
    assert ranges["gauge"].sd == pytest.approx(alone["gauge"].sd, rel=0.1)
    assert ranges.to_dict()["constants"][1] is None


def test_missing_trials_are_left_out_and_said() -> None:
    y = CUBE.copy()
    y[3, 1, 2] = math.nan
    study = m.crossed_study(y.ravel(), PART, PERSON)
    assert "unequally many trials" in study.warnings[0]
    assert study.anova[-1].degrees == 88 and study.anova[3].degrees == 59
    whole = m.crossed_study(CUBE.ravel(), PART, PERSON)
    for name in ("part", "operator", "interaction", "repeatability"):
        assert study[name].variance == pytest.approx(whole[name].variance, rel=0.05)


@checked("variances that the data are made with, 15 % of the trials missing", "measurement.crossed_study",
         by="simulation")  # fmt: skip
def test_unequal_trials_estimate_what_the_data_are_made_with() -> None:
    generator = np.random.default_rng(0)
    found, held = [], 0
    for _ in range(300):
        y = (
            generator.normal(0, 3, (10, 1, 1)) + generator.normal(0, 1, (1, 3, 1))
            + generator.normal(0, 0.8, (10, 3, 1)) + generator.normal(0, 0.5, (10, 3, 3))
        )  # fmt: skip
        y[:, :, 1:][generator.random((10, 3, 2)) < 0.225] = np.nan
        study = m.crossed_study(y.ravel(), PART, PERSON, pooling=None)
        found.append([study[name].variance for name in ("part", "operator", "interaction", "repeatability")])
        low, high = study["gauge"].variance_interval
        held += low <= 1 + 0.64 + 0.25 <= high
    made, error = np.mean(found, axis=0), np.std(found, axis=0) / math.sqrt(300)
    assert (np.abs(made - [9, 1, 0.64, 0.25]) < 4 * error).all()
    assert 0.91 <= held / 300 <= 0.99


@checked("95 % of samples, for Conger's and Light's interval by the jackknife", "measurement.conger_kappa",
         "measurement.light_kappa", by="simulation")  # fmt: skip
def test_intervals_by_the_jackknife_hold_kappa_as_often_as_they_say() -> None:
    generator = np.random.default_rng(5)
    # Every judge sees the truth with 0.8, else says anything of three: kappa is 0.8^2.
    held = np.zeros(2)
    for _ in range(100):
        truth = generator.integers(0, 3, (50, 1))
        said = np.where(generator.random((50, 3)) < 0.8, truth, generator.integers(0, 3, (50, 3)))
        for place, kappa in enumerate((m.conger_kappa, m.light_kappa)):
            low, high = kappa(said.tolist()).interval
            held[place] += low <= 0.64 <= high
    assert (held >= 88).all() and (held <= 99).all(), held


def test_agreement_of_one_trial_and_of_one_appraiser() -> None:
    once = m.attribute_agreement(list("gbgb"), [1, 2, 1, 2], list("AABB"), list("gbgb"))
    assert once.appraisers[0].within is None and once.appraisers[0].kappa_within is None
    assert [title["name"] for title in once.figure()["series"]] == ["standard"]
    alone = m.attribute_agreement(list("gbgb"), [1, 2, 1, 2], list("AAAA"))
    assert (alone.between, alone.kappa_between, alone.appraisers[0].within.percent) == (None, None, 100.0)


def test_a_master_measured_once_on_each_occasion() -> None:
    x = [5.0, 5.1, 4.9, 5.0, 5.2, 5.0, 4.9, 7.0]
    found = m.stability(x)
    steps = np.abs(np.diff(x))
    assert found.mean_range == pytest.approx(steps.mean()) and len(found.ranges) == 7
    assert found.high == pytest.approx(np.mean(x) + 3 * steps.mean() * math.sqrt(math.pi) / 2)
    assert m.stability([[value] for value in x]).to_dict() == found.to_dict()


@pytest.mark.parametrize("make", [m.fleiss_kappa, m.conger_kappa, m.light_kappa])
@pytest.mark.parametrize(
    "ratings",
    [[["a", "b"]], [["a", "a"], ["b", "b"]], [["a", "a"], ["a", "a"], ["a", "a"]], [["a", "b"], ["b", "a"]]],
)
def test_kappas_of_very_few_subjects_are_defined_or_missing(make: Any, ratings: Any) -> None:
    found = make(ratings)
    assert math.isnan(found.kappa) or -1 <= found.kappa <= 1
    assert all(math.isnan(end) or -1 <= end <= 1 for end in found.interval)


@checked("statsmodels, anova_lm of parts within operators", "measurement.nested_study", by="program")
def test_the_nested_table_agrees_with_statsmodels() -> None:
    generator = np.random.default_rng(4)
    person, part, _ = (axis.ravel() for axis in np.indices((4, 5, 3)))
    y = generator.normal(0, 1, (4, 5))[person, part] + generator.normal(0, 0.4, 4)[person]
    y = y + generator.normal(0, 0.2, len(y))
    study = m.nested_study(y, part, person)
    wanted = anova_lm(ols("y ~ C(o) + C(o):C(p)", pd.DataFrame({"y": y, "p": part, "o": person})).fit())
    operator, parts, error = (wanted.iloc[place] for place in range(3))
    assert [row.sum_of_squares for row in study.anova[:3]] == pytest.approx([*wanted["sum_sq"]])
    assert study.anova[0].f == pytest.approx(operator["mean_sq"] / parts["mean_sq"])
    assert study.anova[1].p == pytest.approx(parts["PR(>F)"])
    assert study["part"].variance == pytest.approx((parts["mean_sq"] - error["mean_sq"]) / 3)
    assert study["gauge"].variance == pytest.approx(
        error["mean_sq"] + max(0.0, (operator["mean_sq"] - parts["mean_sq"]) / 15)
    )


@checked("variances that the data are made with", "measurement.nested_study", by="simulation")
def test_nested_estimates_are_right_on_average() -> None:
    generator = np.random.default_rng(12)
    person, part, _ = (axis.ravel() for axis in np.indices((8, 6, 2)))
    found = []
    for _ in range(300):
        y = generator.normal(0, 1, (8, 6))[person, part] + generator.normal(0, 1.5, 8)[person]
        study = m.nested_study(y + generator.normal(0, 0.5, len(y)), part, person)
        found.append([study[name].variance for name in ("part", "reproducibility", "repeatability")])
    made, error = np.mean(found, axis=0), np.std(found, axis=0) / math.sqrt(300)
    assert (np.abs(made - [1, 2.25, 0.25]) < 4 * error).all()


@pytest.mark.parametrize("method", [m.crossed_study, m.nested_study, m.average_range_study])
def test_shares_of_a_process_that_is_known(method: Any) -> None:
    study = method(CUBE.ravel(), PART, PERSON, process=5.0)
    assert study["gauge"].process == pytest.approx(100 * study["gauge"].sd / 5)
    assert study.figure()["legend"]["data"][-1] == "% process"
    assert math.isnan(method(CUBE.ravel(), PART, PERSON)["gauge"].process)
    with pytest.raises(ValueError, match=r"^process: "):
        method(CUBE.ravel(), PART, PERSON, process=0)


# Ten subjects, each put into one of five categories by fourteen judges.
FOURTEEN = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1], [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


@checked("Wikipedia, Fleiss' kappa, worked example", "measurement.fleiss_from_counts")
def test_fleiss_kappa_of_a_table_of_counts() -> None:
    found = m.fleiss_from_counts(FOURTEEN)
    assert round(found.kappa, 3) == 0.210
    assert (round(found.observed, 3), round(found.expected, 3)) == (0.378, 0.213)
    assert (found.subjects, found.raters, found.categories) == (10, 14, ("1", "2", "3", "4", "5"))


@checked("statsmodels, fleiss_kappa", "measurement.fleiss_from_counts", by="program")
def test_counts_and_ratings_have_one_kappa() -> None:
    judged = [
        [name for name, many in zip("abcde", row, strict=True) for _ in range(many)] for row in FOURTEEN
    ]
    ours = m.fleiss_kappa(judged)
    theirs = m.fleiss_from_counts(FOURTEEN, categories=list("abcde"))
    assert ours == theirs
    assert theirs.kappa == pytest.approx(fleiss_kappa(np.array(FOURTEEN)))


@pytest.mark.parametrize(
    ("counts", "named", "message"),
    [
        ([[1, 1], [2, 1]], None, "counts: each row has to hold the same number of judges"),
        ([[1, 0], [0, 1]], None, "counts: each row has to hold"),
        ([[1.5, 0.5], [1, 1]], None, "counts: give whole numbers from 0"),
        ([[-1, 3], [1, 1]], None, "counts: give whole numbers from 0"),
        ([[1, 1], [2, 0]], ["a"], "categories: give 2 names, not 1"),
    ],
)
def test_counts_that_are_none_are_refused(counts: Any, named: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        m.fleiss_from_counts(counts, categories=named)


@pytest.mark.parametrize("kappa", [m.fleiss_kappa, m.conger_kappa, m.light_kappa])
def test_subjects_with_a_missing_rating_are_left_out_where_that_is_wanted(kappa: Any) -> None:
    whole = [["a", "a", "b"], ["b", "b", "b"], ["a", "b", "a"], ["a", "a", "a"]]
    lacking = [*whole, ["a", None, "b"], [float("nan"), "b", "b"]]
    assert kappa(lacking, missing="rows").to_dict() == kappa(whole).to_dict()
    with pytest.raises(ValueError, match="^ratings: 2 of 18 values are missing"):
        kappa(lacking)
    with pytest.raises(ValueError, match="^ratings: no subject has all ratings"):
        kappa([["a", None], [None, "b"]], missing="rows")
    with pytest.raises(ValueError, match="^missing: give refuse or rows"):
        kappa(whole, missing="skip")


def test_pairs_with_a_missing_rating_are_left_out_where_that_is_wanted() -> None:
    found = m.cohen_kappa(["a", "b", None, "a", "b"], ["a", "b", "a", "b", None], missing="rows")
    assert found == m.cohen_kappa(["a", "b", "a"], ["a", "b", "b"])
    with pytest.raises(ValueError, match="^first: 1 of 2 values are missing"):
        m.cohen_kappa(["a", None], ["a", "b"])
    with pytest.raises(ValueError, match="^second: has 1 values, but first has 2"):
        m.cohen_kappa(["a", "b"], ["a"], missing="rows")
