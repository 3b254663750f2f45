"""How each reference case of control charts is computed here: from its data and parameters to its expected names.

Where a case used constants rounded to a few digits, its ``expected_exact_constants`` are what ours is held against;
`OURS` says what else a case gets, with the reason.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from setsquare.methods import charts, rules
from setsquare.methods.charts import constants
from tests.methods.reference import Case


def one_based(beyond: Any) -> list[int]:
    return [int(place) + 1 for place in np.flatnonzero(beyond)]


def of_chart(chart: charts.Chart, **more: Any) -> dict[str, Any]:
    stage = chart.stages[0]
    named = {
        "center": chart.centre,
        "lcl": chart.lower,
        "ucl": chart.upper,
        "sigma": stage.sigma,
        "statistics": chart.points,
        "beyond_limits_1based": one_based(chart.beyond),
        "beyond_1based": one_based(chart.beyond),
        "signal_1based": one_based(chart.beyond),
        "violating_runs_1based": one_based(rules.signals(chart, rules.QCC_27).completes("violating-runs")),
    }
    return named | more


def limits_of_each(chart: charts.Chart) -> dict[str, Any]:
    places = {f"_{place + 1}": place for place in range(chart.points.size)}
    named = {f"lcl{end}": chart.lower[place] for end, place in places.items()}
    named |= {f"ucl{end}": chart.upper[place] for end, place in places.items()}
    return named | {f"z{end}": chart.points[place] for end, place in places.items()}


QCC = {
    "UWAVE-R": "rbar",
    "MVLUE-R": "rbar_mv",
    "UWAVE-SD": "sbar",
    "MVLUE-SD": "sbar_mv",
    "RMSDF": "pooled",
}


def xbar(case: Case) -> dict[str, Any]:
    data = case["data"]
    estimator = QCC.get(case["parameters"].get("sigma_estimator", ""), "rbar")
    if "phase1" in data:
        rows, first = data["phase1"] + data["phase2"], len(data["phase1"])
        return of_chart(charts.xbar_r(rows, estimator=estimator, baseline=first).location)
    both = charts.xbar_r(data["subgroups"], estimator=estimator)
    return of_chart(both.location, rbar=both.spread.centre)


def r_chart(case: Case) -> dict[str, Any]:
    return of_chart(charts.xbar_r(case["data"]["subgroups"], spread_centre="mean").spread)


def s_chart(case: Case) -> dict[str, Any]:
    return of_chart(charts.xbar_s(case["data"]["subgroups"], spread_centre="mean").spread)


def individual(case: Case) -> dict[str, Any]:
    asked = case["parameters"]
    estimator = "sd" if str(asked.get("sigma", "")).lower().startswith("sd") else "mr"
    both = charts.individuals(case["data"]["x"], estimator=estimator, span=asked.get("mr_span", 2))
    return of_chart(both.location, mrbar=both.spread.centre)


def moving_range(case: Case) -> dict[str, Any]:
    return of_chart(charts.individuals(case["data"]["x"]).spread)


def counted(chart: Callable[..., charts.Chart], **more: Any) -> Callable[[Case], dict[str, Any]]:
    def compute(case: Case) -> dict[str, Any]:
        data, asked = case["data"], dict(more)
        if "confidence_level" in case["parameters"]:
            asked |= {"limits": "probability", "confidence": case["parameters"]["confidence_level"]}
        counts = data["d"] if "d" in data else data["c"]
        made = chart(counts, **asked) if chart is charts.c else chart(counts, data["n"], **asked)
        # qcc's std.dev of p and np is that of the plotted statistic, that of u the root of the mean of a unit.
        of_points = chart in (charts.p, charts.np_)
        return of_chart(made, **({"sigma": made.sigma} if of_points else {}))

    return compute


def times(case: Case) -> dict[str, Any]:
    return of_chart(charts.t(case["data"]["t"]))


def ewma(case: Case) -> dict[str, Any]:
    data, asked = case["data"], case["parameters"]
    weight = asked.get("lambda_", asked.get("lambda"))
    more: dict[str, Any] = {"width": asked.get("nsigmas", asked.get("L", 3))}
    if "target" in asked:
        more |= {
            "mean": asked["target"],
            "sigma": asked["sigma"],
            "steady": case["id"].startswith("pub-nist"),
        }
    if "phase1" in data:
        more["baseline"] = len(data["phase1"])
        values = data["phase1"] + data["phase2"]
    elif "subgroups" in data:
        values = data["subgroups"]
    else:
        values = data["x"]
    if any(name.endswith(("_35", "_40")) for name in case["expected"]):
        # Limits of later points that the case does not hold, but that limits of phase 2 do not need.
        more["baseline"] = len(values)
        values = values + [values[-1]] * (40 - len(values))
    chart = charts.ewma(values, weight=weight, **more)
    high = more.get("mean", 0) + more["width"] * more.get("sigma", 0) * (weight / (2 - weight)) ** 0.5
    inf = {"ucl_inf": high, "lcl_inf": 2 * more.get("mean", 0) - high}
    named = (
        of_chart(chart, z=chart.points, signals_1based=one_based(chart.beyond)) | limits_of_each(chart) | inf
    )
    return named | {"signals_include_1based": one_based(chart.beyond)}


def cusum(case: Case) -> dict[str, Any]:
    data, asked = case["data"], case["parameters"]
    if "phase1" in data:
        rows = data["phase1"] + data["phase2"]
        chart = charts.cusum(
            rows, k=asked["k_se"], h=asked["h"], head_start=asked["head_start"], baseline=len(data["phase1"])
        )
        scale = 1.0
    else:
        # NIST gives k and h in the data's units, Montgomery with a sigma of 1.
        scale = asked["sigma"]
        k, h = asked["k"] / scale, asked["h"] / scale
        chart = charts.cusum(data["x"], k=k, h=h, mean=asked["target"], sigma=scale)
    upper, lower = one_based(chart.signal_above), one_based(chart.signal_below)
    return of_chart(chart) | {
        "center": chart.stages[0].mean,
        "c_plus": chart.points,
        "c_minus_signed": -chart.below,
        "upper_signal_1based": upper,
        "lower_signal_1based": lower,
        "s_hi": chart.points * scale,
        "s_lo": chart.below * scale,
        "signals_1based": one_based(chart.beyond),
        "first_upper_signal_1based": upper[0] if upper else None,
        "lower_signals": lower,
    }


def hotelling(case: Case) -> dict[str, Any]:
    data, asked = case["data"], case["parameters"]
    confidence = asked.get("confidence", asked.get("confidence_level", case["expected"].get("confidence")))
    if "alpha" in asked:
        confidence = 0.9973**2
    if "X1" in data:
        values = np.stack([data["X1"], data["X2"]], axis=-1)
        chart, later = (charts.t2_subgroups(values, confidence=confidence, phase=one) for one in (1, 2))
    else:
        chart, later = (charts.t2(data["X"], confidence=confidence, phase=one) for one in (1, 2))
    stage = chart.stages[0]
    return of_chart(chart) | {
        "center": stage.mean,
        "cov": stage.sigma,
        "detS": np.linalg.det(stage.sigma),
        "t2": chart.points,
        "ucl_phase1_beta": chart.upper,
        "upl": later.upper,
        "upl_phase2_F": later.upper,
        "signals": one_based(chart.beyond),
        "confidence": confidence,
    }


def mewma(case: Case) -> dict[str, Any]:
    chart = charts.mewma(case["data"]["X"], weight=case["parameters"]["lambda"])
    stage = chart.stages[0]
    return {"statistics": chart.points, "ucl": chart.upper, "mean": stage.mean, "covariance": stage.sigma}


def three_constants(case: Case) -> dict[str, Any]:
    n = np.array(case["parameters"]["n"])
    return {"d2": constants.d2(n), "d3": constants.d3(n), "c4": constants.c4(n)}


def table_of_constants(case: Case) -> dict[str, Any]:
    made = {}
    for name in case["expected"]:
        n = int(name)
        d2, d3, c4, c5 = (one(n) for one in (constants.d2, constants.d3, constants.c4, constants.c5))
        known = {"A2": 3 / d2 / n**0.5, "d2": d2, "d3": d3, "c4": c4, "A3": 3 / c4 / n**0.5, "E2": 3 / d2}
        known |= {"D3": max(0, 1 - 3 * d3 / d2), "D4": 1 + 3 * d3 / d2}
        known |= {"B3": max(0, 1 - 3 * c5 / c4), "B4": 1 + 3 * c5 / c4}
        made[name] = [known[column] for column in case["parameters"]["columns"]]
    return made


def certified(case: Case) -> dict[str, Any]:
    both = charts.individuals(case["data"]["x"], estimator="sd")
    sd = both.location.stages[0].sigma * constants.c4(len(case["data"]["x"]))
    return {"mean": both.location.stages[0].mean, "sd": sd}


ADAPTERS: dict[str, Callable[[Case], dict[str, Any]]] = {
    **dict.fromkeys(["pub-qcc-xbar", "pub-montgomery-hardbake-xbarR"], xbar),
    **dict.fromkeys([f"xbar-piston-{one.lower()}" for one in QCC], xbar),
    **dict.fromkeys(["xbar-piston-uwave-sd", "xbar-piston-mvlue-sd", "xbar-piston-phase2"], xbar),
    "xbar-piston-unequal-n": xbar,
    **dict.fromkeys(["pub-qcc-R", "r-piston", "r-piston-unequal-n"], r_chart),
    **dict.fromkeys(["pub-qcc-S", "s-piston", "s-piston-unequal-n"], s_chart),
    **dict.fromkeys(["pub-qcc-p", "pub-qcc-p-revised", "pub-qcc-p2", "pub-nist-p"], counted(charts.p)),
    **dict.fromkeys(["p-orangejuice", "p-nhs-accidents"], counted(charts.p)),
    **dict.fromkeys(["pub-qcc-np", "np-orangejuice", "np-orangejuice-prob-limits"], counted(charts.np_)),
    "pub-np-wafer": counted(charts.np_),
    **dict.fromkeys(["pub-qcc-c", "pub-qcc-c-revised", "pub-nist-c", "c-circuit"], counted(charts.c)),
    "c-circuit-prob-limits": counted(charts.c),
    **dict.fromkeys(["pub-qcc-u-circuit", "pub-qcc-u-pc", "u-dyedcloth"], counted(charts.u)),
    **dict.fromkeys(["u-pcmanufact", "u-noh-uti"], counted(charts.u)),
    "laney-p-nhs-accidents": counted(charts.p, laney=True),
    "laney-u-noh-uti": counted(charts.u, laney=True),
    "t-montgomery-7.6": times,
    **dict.fromkeys(["pub-qcc-i", "pub-qcc-i-sd", "pub-qcc-i-revised", "pub-nist-imr"], individual),
    **dict.fromkeys(["i-montgomery-viscosity15", "i-montgomery-viscosity15-sd"], individual),
    **dict.fromkeys(["imr-sigma-span3", "imr-sigma-span4", "i-viscosity-qicharts2"], individual),
    "i-montgomery-cost-phase1": individual,
    "mr-viscosity": moving_range,
    "pub-nist-strd-mavro": certified,
    **dict.fromkeys(["pub-qcc-ewma", "pub-qcc-ewma-2.7", "pub-qcc-ewma-visc", "pub-nist-ewma"], ewma),
    **dict.fromkeys(["pub-montgomery-9.2-ewma", "ewma-piston"], ewma),
    **dict.fromkeys(
        ["pub-nist-cusum", "pub-montgomery-9.1-cusum", "cusum-piston", "cusum-piston-fir"], cusum
    ),
    **dict.fromkeys(["pub-qcc-T2-ryan", "pub-qcc-T2-boiler", "pub-jasp-T2-mont1"], hotelling),
    **dict.fromkeys(["pub-jasp-T2-mont3", "t2-ryan-subgrouped", "t2-boiler-single"], hotelling),
    "mewma-dowel1": mewma,
    "constants-sixsigma": three_constants,
    "pub-constants-table": table_of_constants,
}


def narrowed(case: Case, name: str) -> Any:
    """What a limit by d2(2) = 1.128 becomes with 1.128379: the distance from the centre shrinks in proportion."""
    centre = np.asarray(case["expected"]["center"])
    return centre + (np.asarray(case["expected"][name]) - centre) * 1.128 / constants.d2(2)


def narrowed_t(case: Case, name: str) -> Any:
    """The same on the scale of time^(1/3.6)."""
    centre, limit = (np.asarray(case["expected"][one]) ** (1 / 3.6) for one in ("center", name))
    return (centre + (limit - centre) * 1.128 / constants.d2(2)) ** 3.6


def exact_d4(case: Case, name: str) -> Any:
    """The upper limit of moving ranges by 1 + 3 d3 / d2 = 3.266532 instead of 3.267."""
    return case["expected"]["center"] * (1 + 3 * constants.d3(2) / constants.d2(2))


def exact_sigma(case: Case, name: str) -> Any:
    """Sigma of qcc by d2(5) = 2.326 instead of 2.325929."""
    return case["expected"][name] * 2.326 / constants.d2(5)


# What contradicts the definition by rounded constants, and what ours is instead.
OURS: dict[tuple[str, str], Callable[[Case, str], Any]] = {
    **{(id_, end): narrowed for id_ in ("pub-nist-imr", "i-viscosity-qicharts2") for end in ("lcl", "ucl")},
    **{(f"laney-{one}", end): narrowed for one in ("p-nhs-accidents", "u-noh-uti") for end in ("lcl", "ucl")},
    ("t-montgomery-7.6", "ucl"): narrowed_t,
    ("mr-viscosity", "ucl"): exact_d4,
    ("cusum-piston", "sigma"): exact_sigma,
}

REACHED = (
    ("R qcc 2.7 and its vignette, piston rings", "charts.xbar_r charts.xbar_s",
     "pub-qcc-xbar xbar-piston-uwave-r xbar-piston-mvlue-r xbar-piston-uwave-sd xbar-piston-mvlue-sd "
     "xbar-piston-rmsdf xbar-piston-phase2 xbar-piston-unequal-n"),
    ("R qcc 2.7 and its vignette, piston rings", "charts.xbar_r", "pub-qcc-R r-piston r-piston-unequal-n"),
    ("R qcc 2.7 and its vignette, piston rings", "charts.xbar_s", "pub-qcc-S s-piston s-piston-unequal-n"),
    ("Montgomery, example 6.1 (hard bake)", "charts.xbar_r", "pub-montgomery-hardbake-xbarR"),
    ("R qcc 2.7 and its vignette, orange juice", "charts.p", "pub-qcc-p pub-qcc-p-revised pub-qcc-p2 p-orangejuice"),
    ("NIST e-Handbook 6.3.3.2, wafers", "charts.p", "pub-nist-p"),
    ("R qicharts2 0.8.1, NHS accidents", "charts.p", "p-nhs-accidents laney-p-nhs-accidents"),
    ("R qcc 2.7 and its vignette, orange juice", "charts.np_",
     "pub-qcc-np np-orangejuice np-orangejuice-prob-limits"),
    ("RPubs 1407303, wafer defects", "charts.np_", "pub-np-wafer"),
    ("R qcc 2.7 and its vignette, circuit boards", "charts.c",
     "pub-qcc-c pub-qcc-c-revised c-circuit c-circuit-prob-limits"),
    ("NIST e-Handbook 6.3.3.1, wafers", "charts.c", "pub-nist-c"),
    ("R qcc 2.7 and its vignette", "charts.u", "pub-qcc-u-circuit pub-qcc-u-pc u-dyedcloth u-pcmanufact"),
    ("R qicharts2 0.8.1, hospital infections", "charts.u", "u-noh-uti laney-u-noh-uti"),
    ("R qicharts2 0.8.1, Montgomery's table 7.14", "charts.t", "t-montgomery-7.6"),
    ("R qcc 2.7 and its vignette, viscosity", "charts.individuals",
     "pub-qcc-i pub-qcc-i-sd pub-qcc-i-revised i-montgomery-viscosity15 i-montgomery-viscosity15-sd "
     "imr-sigma-span3 imr-sigma-span4"),
    ("NIST e-Handbook 6.3.2.2, flow rate", "charts.individuals", "pub-nist-imr"),
    ("R qicharts2 0.8.1, viscosity", "charts.individuals", "i-viscosity-qicharts2 mr-viscosity"),
    ("Montgomery, example 6.5 (mortgages)", "charts.individuals", "i-montgomery-cost-phase1"),
    ("NIST StRD, Mavro, certified values", "charts.individuals", "pub-nist-strd-mavro"),
    ("R qcc 2.7 and its vignette", "charts.ewma", "pub-qcc-ewma pub-qcc-ewma-2.7 pub-qcc-ewma-visc ewma-piston"),
    ("NIST e-Handbook 6.3.2.4", "charts.ewma", "pub-nist-ewma"),
    ("Montgomery, example 9.2", "charts.ewma", "pub-montgomery-9.2-ewma"),
    ("NIST e-Handbook 6.3.2.3", "charts.cusum", "pub-nist-cusum"),
    ("Montgomery, table 9.1", "charts.cusum", "pub-montgomery-9.1-cusum"),
    ("R qcc 2.7, piston rings", "charts.cusum", "cusum-piston cusum-piston-fir"),
    ("R qcc 2.7, Ryan's table 9.2", "charts.t2_subgroups", "pub-qcc-T2-ryan t2-ryan-subgrouped"),
    ("R qcc 2.7, boiler", "charts.t2", "pub-qcc-T2-boiler t2-boiler-single"),
    ("JASP 0.97.1, Montgomery's tables 11.1 and 11.6", "charts.t2", "pub-jasp-T2-mont1 pub-jasp-T2-mont3"),
    ("R MSQC 1.1.0, dowels", "charts.mewma", "mewma-dowel1"),
    ("R SixSigma 0.11", "constants.d2 constants.d3 constants.c4", "constants-sixsigma"),
    ("ASTM and Montgomery, table of chart constants", "constants.d2 constants.d3 constants.c4",
     "pub-constants-table"),
)  # fmt: skip
