"""The reference cases of the capability family: what of each is asked, by our names.

Where a package used constants rounded to three decimals (qcc's d2), the case holds the same with exact ones, and
these are asked.
"""

from collections.abc import Callable
from typing import Any

from setsquare.methods import capability as c
from setsquare.methods.constants import d2

QCC = ("cp", "cpl", "cpu", "cpk", "cpm")


def _triple(index: c.Index) -> list[float]:
    return [index.value, *index.interval]


def qcc(case):
    given = case["parameters"]
    found = c.capability(
        case["data"]["subgroups"], lower=given["lsl"], upper=given["usl"], target=given["target"],
        estimator="rbar", degrees="qcc", sides="one", stable=True,
    )  # fmt: skip
    return {name: _triple(getattr(found, name)) for name in QCC}


def montgomery(case):
    found = c.capability(case["data"]["subgroups"], lower=1.0, upper=2.0, estimator="rbar", stable=True)
    return {"sigma": found.within.spread.sd, "cp": found.cp.value, "cpk": found.cpk.value}


def jasp(case):
    given = case["parameters"]
    found = c.capability(
        case["data"]["subgroups"], lower=given["lsl"], upper=given["usl"], target=given["target"], stable=True
    )
    tested = c.anderson_darling(found.values)
    # JASP divides the average range by 2.326, we by 2.32593: its spread is ours times 0.99997, and its ppm follow.
    rounded = c.from_summary(found.mean, found.within.spread.sd * d2(5) / 2.326, found.n, lower=0, upper=12)
    return {
        "mean": found.mean,
        "n": found.n,
        "sd_overall": found.overall.spread.sd,
        "sd_within": rounded.spread.sd,
        **{name: getattr(found, name).value for name in ("cp", "cpk", "cpl", "cpu", "pp", "ppk")},
        # Named Cpm there, but it is by the overall standard deviation: 0.9312 against 0.9675 by that within.
        "cpm": found.overall.pm.value,
        "ppm_gt_usl_overall": found.overall.ppm_upper,
        "ppm_gt_usl_within": rounded.ppm_upper,
        "ppm_lt_lsl_overall": found.overall.ppm_lower,
        "ppm_lt_lsl_within": rounded.ppm_lower,
        "ppm_gt_usl_observed": found.observed.ppm_upper,
        "ad_stat": tested.statistic,
        "ad_p": tested.p,
    }


def weibull(case):
    made = [
        c.fitted_capability(case["data"][stage], "weibull", lower=0, upper=12, stable=True)
        for stage in ("stage1", "stage2")
    ]
    return {
        "shape": [one.fit.parameters["shape"] for one in made],
        "scale": [one.fit.parameters["scale"] for one in made],
        "pp": [one.pp for one in made],
        "ppk": [one.ppk for one in made],
        "ppl": [one.ppl for one in made],
        "ppu": [one.ppu for one in made],
        "ppm_gt_usl": [one.ppm_upper for one in made],
    }


def six_sigma(case):
    given = case["parameters"]
    found = c.capability(case["data"]["x"], lower=given["lsl"], upper=given["usl"], stable=True)
    return {
        "cp": found.pp.value,
        "cp_ci": list(found.pp.interval),
        "cpk": found.ppk.value,
        "cpk_ci": list(found.ppk.interval),
        "z": 3 * found.ppk.value,
    }


def anderson(case):
    found = c.anderson_darling(case["data"]["x"])
    return {"A": found.statistic, "p": found.p}


def shapiro(case):
    found = c.shapiro_wilk(case["data"]["x"])
    return {"W": found.statistic, "p": found.p}


ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "pub-qcc-cap-a": qcc,
    "pub-qcc-cap-b": qcc,
    "pub-qcc-cap-c": qcc,
    "pub-qcc-cap-d": qcc,
    "cap-piston-73.95-74.05-mid": qcc,
    "cap-piston-73.95-74.05-74.02": qcc,
    "cap-piston-73.99-74.01-mid": qcc,
    "cap-piston-73.99-74.1-mid": qcc,
    "pub-montgomery-hardbake-cap": montgomery,
    "pub-jasp-capability": jasp,
    "pub-jasp-weibull": weibull,
    "cap-ss-ca": six_sigma,
    "normality-ad-ss-ca": anderson,
    "normality-shapiro-ss-ca": shapiro,
}

REACHED = (
    ("R qcc 2.7 and its vignette, piston rings", "capability.capability",
     "pub-qcc-cap-a pub-qcc-cap-b pub-qcc-cap-c pub-qcc-cap-d cap-piston-73.95-74.05-mid "
     "cap-piston-73.95-74.05-74.02 cap-piston-73.99-74.01-mid cap-piston-73.99-74.1-mid"),
    ("Montgomery, example 6.1 (hard bake)", "capability.capability", "pub-montgomery-hardbake-cap"),
    ("JASP 0.97.1, process capability, which was checked with Minitab", "capability.capability",
     "pub-jasp-capability"),
    ("JASP 0.97.1, Weibull, which was checked with Minitab", "capability.fitted_capability", "pub-jasp-weibull"),
    ("R SixSigma 0.11, ss.study.ca", "capability.capability", "cap-ss-ca"),
    ("R nortest 1.0.4", "capability.anderson_darling", "normality-ad-ss-ca"),
    ("R 4.2.2, shapiro.test", "capability.shapiro_wilk", "normality-shapiro-ss-ca"),
)  # fmt: skip
