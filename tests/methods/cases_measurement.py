"""The reference cases of the measurement family: what of each is asked, by our names."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from setsquare.methods import measurement as m
from tests.methods.reference import load


def _long(data: dict[str, Any]) -> tuple[Any, Any, Any]:
    return data["y"], data["part"], data["operator"]


AIAG_ROWS = ("gauge", "repeatability", "reproducibility", "operator", "part", "total")


def aiag_anova(case):
    # The F values printed there are against the repeatability, the variances after pooling.
    study = m.crossed_study(*_long(case["data"]), pooling=0.05, denominator="repeatability")
    of = {row.source: row for row in study.anova}
    return {
        "ss": {ours: of[name].sum_of_squares for ours, name in (
            ("operator", "operator"), ("part", "part"), ("interaction", "interaction"),
            ("repeat", "repeatability"), ("total", "total"))},
        "f": {name: of[name].f for name in ("operator", "part", "interaction")},
        "var_repeat": study["repeatability"].variance,
        "var_operator": study["operator"].variance,
        "var_part": study["part"].variance,
        "ev": study["repeatability"].sd,
        "av": study["reproducibility"].sd,
        "grr": study["gauge"].sd,
        "pv": study["part"].sd,
        "tv": study["total"].sd,
        "ndc": study.distinct,
    }  # fmt: skip


def aiag_average_range(case):
    given = case["parameters"]
    study = m.average_range_study(*_long(case["data"]), constants=[given["K1"], given["K2"], given["K3"]])
    ours = {"ev": "repeatability", "av": "reproducibility", "grr": "gauge", "pv": "part", "tv": "total"}
    made = {short: study[name].sd for short, name in ours.items()}
    return {
        **made,
        "pct": {short: study[ours[short]].study for short in ("ev", "av", "grr", "pv")},
        "ndc": study.distinct,
        # The same once more by the names of the computed case.
        **{short.upper(): sd for short, sd in made.items()},
        "pct_GRR": study["gauge"].study,
        "ndc_raw": study.distinct_raw,
        "rbar": made["ev"] / given["K1"],
        "rp": made["pv"] / given["K3"],
        "xdiff": math.sqrt(made["av"] ** 2 + made["ev"] ** 2 / 30) / given["K2"],
    }


def aiag_intervals(case):
    study = m.crossed_study(*_long(case["data"]), confidence=1 - case["parameters"]["alpha"])

    def of(name):
        line = study[name]
        return [line.sd_interval[0], line.sd, line.sd_interval[1]]

    return {"ev": of("repeatability"), "av": of("reproducibility"), "grr": of("gauge")}


def minitab(case):
    given = case["parameters"]
    study = m.from_mean_squares(
        given["ms_part"], given["ms_operator"], given["ms_repeat_pooled"], parts=given["parts"],
        operators=given["operators"], trials=given["replicates"], tolerance=given["tolerance"],
    )  # fmt: skip
    ours = {"grr": "gauge", "repeat": "repeatability", "reprod": "reproducibility", "part": "part"}
    made = {}
    for short, name in ours.items():
        line = study[name]
        made |= {f"var_{short}": line.variance, f"sd_{short}": line.sd}
        made |= {f"pct_contribution_{short}": line.contribution, f"pct_sv_{short}": line.study}
        made[f"pct_tol_{short}"] = line.tolerance
    # The interaction's p is of the same data, which the case of the raw values holds.
    raw = m.crossed_study(*_long(load()["grr-aiag-anova"]["data"]))
    return made | {"ndc": study.distinct, "interaction_p": raw.anova[2].p}


def linearity(case):
    found = m.linearity(case["data"]["y"], case["data"]["reference"])
    return {
        "slope": found.slope, "intercept": found.intercept, "t_slope": found.t_slope, "df": found.degrees,
        "t_intercept": found.t_intercept, "r2": found.r2, "bias": [level.bias for level in found.levels],
    }  # fmt: skip


def bias(case):
    given = case["parameters"]
    found = m.bias_from_summary(given["mean"], given["sd"], given["n"], given["reference"])
    return {
        "bias": found.bias, "t": found.t, "ci": list(found.interval), "ci_mean": list(found.mean_interval),
        "significant": found.significant,
    }  # fmt: skip


def spc_for_excel(case):
    cube = np.array(case["data"]["parts_ops_trials"])
    part, operator, _ = np.indices(cube.shape)
    study = m.crossed_study(cube.ravel(), part.ravel(), operator.ravel())
    ours = {"grr": "gauge", "repeat": "repeatability", "reprod": "reproducibility", "part": "part"}
    return {
        "interaction_p": study.anova[2].p,
        "var_repeat": study["repeatability"].variance,
        "var_operator": study["operator"].variance,
        "var_part": study["part"].variance,
        "var_grr": study["gauge"].variance,
        "var_total": study["total"].variance,
        "pct_contribution": {short: study[name].contribution for short, name in ours.items()},
        "pct_sv": {short: study[name].study for short, name in ours.items()},
        "ndc": study.distinct,
    }


def type1(case):
    given = case["parameters"]
    study = m.type1_study(
        case["data"]["x"], given["reference"], given["tolerance"], share=given["pct_tolerance"], multiplier=given["k"]
    )  # fmt: skip
    off = study.bias
    return {
        "mean": off.mean, "bias": off.bias, "sd": off.sd, "six_s": given["k"] * off.sd, "cg": study.cg,
        "cgk": study.cgk, "pct_var_cg": study.percent_repeatability, "pct_var_cgk": study.percent_both,
        "t": off.t, "df": off.degrees, "p": off.p, "ci": list(off.interval),
    }  # fmt: skip


def attribute(case):
    data = case["data"]
    study = m.attribute_agreement(
        data["result"], data["part"], data["operator"], data["reference"], good="Yes"
    )
    return {
        "within_pct": {one.name: one.within.percent for one in study.appraisers},
        "vs_standard_pct": {one.name: one.standard.percent for one in study.appraisers},
        "between_pct": study.between.percent,
        "all_vs_standard_pct": study.standard.percent,
        "all_vs_standard_ci": list(study.standard.interval),
        "cohen_vs_standard": {one.name: one.kappa.kappa for one in study.appraisers}
        | {"All": study.kappa.kappa},
    }


def _rows(rows, wanted):
    return {
        "df": [row.degrees for row in rows],
        "ss": [row.sum_of_squares for row in rows],
        "ms": [row.mean_square for row in rows],
        "f": [row.f for row in rows],
        "p": [row.p for row in rows],
        "rows": wanted["rows"],
    }


def six_sigma(case):
    given, expected = case["parameters"], case["expected"]
    study = m.crossed_study(
        *_long(case["data"]), pooling=given["alpha_to_pool"], multiplier=given["study_var"],
        tolerance=given["tolerance"],
    )  # fmt: skip
    assert expected["varcomp"]["rows"] == expected["study_var"]["rows"]
    lines = [study[name] for name in AIAG_ROWS]
    return {
        "anova_full": _rows(study.anova, expected["anova_full"]),
        "anova_reduced": _rows(study.reduced, expected["anova_reduced"]),
        "varcomp": {
            "rows": expected["varcomp"]["rows"],
            "var": [line.variance for line in lines],
            "pct_contribution": [round(line.contribution, 2) for line in lines],
        },
        "study_var": {
            "rows": expected["study_var"]["rows"],
            "sd": [line.sd for line in lines],
            "sv": [line.study_variation for line in lines],
            "pct_sv": [round(line.study, 2) for line in lines],
            "pct_tol": [round(line.tolerance, 2) for line in lines],
        },
        "ncat": study.distinct,
    }


def six_sigma_published(case):
    study = m.crossed_study(*_long(load()["grr-ss-data-rr"]["data"]))
    tested = [row for row in study.anova if not math.isnan(row.f)]
    again = [row for row in study.reduced if not math.isnan(row.f)]
    return {
        "ss": [row.sum_of_squares for row in study.anova],
        "f": [row.f for row in tested],
        "p": [row.p for row in tested],
        # Printed to two and three decimals, 28.17430 as 28.17 and 0.30821 as 0.308: closer than the case allows.
        "reduced_f": [round(row.f, 2) for row in again],
        "reduced_p": [round(row.p, 3) if row.p > 0.001 else row.p for row in again],
        "var_grr": study["gauge"].variance,
        "var_repeat": study["repeatability"].variance,
    }


def _ratings(case):
    return list(zip(*case["data"].values(), strict=True))


def fleiss(case):
    found = m.fleiss_kappa(_ratings(case))
    return {
        "kappa": found.kappa, "z": found.z, "p": found.p, "categories": list(found.categories),
        "per_category": [kappa for _, kappa, _ in found.each],
    }  # fmt: skip


def cohen(case):
    weights = {"unweighted": "none", "equal": "linear", "squared": "squared"}[case["parameters"]["weight"]]
    found = m.cohen_kappa(case["data"]["rater1"], case["data"]["rater2"], weights=weights)
    return {"kappa": found.kappa, "z": found.z, "p": found.p}


def kendall(case):
    found = m.kendall_w([[float(x) for x in row] for row in _ratings(case)])
    return {"W": found.w, "chisq": found.chi_squared, "p": found.p}


def icc(case):
    found = m.intraclass(_ratings(case), model="twoway", kind="agreement")
    return {"icc": found.icc, "lower": found.interval[0], "upper": found.interval[1], "F": found.f}


ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "pub-aiag-grr-anova": aiag_anova,
    "pub-aiag-grr-xbarr": aiag_average_range,
    "pub-aiag-grr-ci": aiag_intervals,
    "pub-minitab-grr": minitab,
    "pub-aiag-linearity": linearity,
    "pub-aiag-bias": bias,
    "pub-aiag-bias-hardness": bias,
    "pub-aiag-bias-colorimeter": bias,
    "pub-spcforexcel-grr": spc_for_excel,
    "pub-jasp-type1": type1,
    "pub-jasp-kappa": attribute,
    "pub-sixsigma-rr": six_sigma_published,
    "grr-aiag-anova": six_sigma,
    "grr-ss-data-rr": six_sigma,
    "grr-spcforexcel-anova": six_sigma,
    "grr-aiag-average-range": aiag_average_range,
    "kappa-fleiss-diagnoses": fleiss,
    "kappa-conger-diagnoses": lambda case: {"kappa": m.conger_kappa(_ratings(case)).kappa},
    "kappa-light-diagnoses": lambda case: {"kappa": m.light_kappa(_ratings(case)).kappa},
    "kappa2-anxiety-unweighted": cohen,
    "kappa2-anxiety-equal": cohen,
    "kappa2-anxiety-squared": cohen,
    "kendall-w-anxiety": kendall,
    "icc-anxiety": icc,
}

REACHED = (
    ("AIAG MSA (4th edition), chapter III-B, analysis of variance with its intervals", "measurement.crossed_study",
     "pub-aiag-grr-anova pub-aiag-grr-ci"),
    ("AIAG MSA (4th edition), figures III-B 15 and 16", "measurement.average_range_study",
     "pub-aiag-grr-xbarr grr-aiag-average-range"),
    ("Minitab help, example of a crossed gage R&R study", "measurement.from_mean_squares", "pub-minitab-grr"),
    ("AIAG MSA (4th edition), tables III-B 4 and 5", "measurement.linearity", "pub-aiag-linearity"),
    ("AIAG MSA (4th edition), table III-B 3, and two examples by SPC for Excel", "measurement.bias_from_summary",
     "pub-aiag-bias pub-aiag-bias-hardness pub-aiag-bias-colorimeter"),
    ("SPC for Excel, ANOVA gage R&R (part 3)", "measurement.crossed_study", "pub-spcforexcel-grr"),
    ("JASP 0.97.1, type 1 study, which was checked with Minitab", "measurement.type1_study", "pub-jasp-type1"),
    ("JASP 0.97.1, attribute agreement", "measurement.attribute_agreement", "pub-jasp-kappa"),
    ("R SixSigma 0.11, ss.rr and its unit tests", "measurement.crossed_study",
     "pub-sixsigma-rr grr-aiag-anova grr-ss-data-rr grr-spcforexcel-anova"),
    ("R irr 0.84.1, diagnoses (Fleiss 1971)", "measurement.fleiss_kappa", "kappa-fleiss-diagnoses"),
    ("R irr 0.84.1, diagnoses (Fleiss 1971)", "measurement.conger_kappa", "kappa-conger-diagnoses"),
    ("R irr 0.84.1, diagnoses (Fleiss 1971)", "measurement.light_kappa", "kappa-light-diagnoses"),
    ("R irr 0.84.1, anxiety", "measurement.cohen_kappa",
     "kappa2-anxiety-unweighted kappa2-anxiety-equal kappa2-anxiety-squared"),
    ("R irr 0.84.1, anxiety", "measurement.kendall_w", "kendall-w-anxiety"),
    ("R irr 0.84.1, anxiety", "measurement.intraclass", "icc-anxiety"),
)  # fmt: skip
