"""Capability, measurement systems, acceptance and tolerance, as the guide knows them."""

from math import inf

from .technique import Technique, Wanted, because, unless

UNSTABLE = unless(
    "a process that is not stable has no capability: find what changes it first", 8, stable=False
)
WIDE = unless("fewer than 50 values leave the index uncertain by a fifth and more", 1, points=(0, 49))
NOT_NORMAL = unless("values are not normal: shares beyond the limits come out wrong, often by factors", 5,
                    distribution=("skewed", "other"))  # fmt: skip
NORMAL = unless(
    "values are normal: the usual indices are simpler and known to everybody", 3, distribution="normal"
)
MEASURED: dict[str, Wanted] = {"data_kind": "measured"}

CAPABILITY = (
    Technique(
        "capability.capability", "Capability indices with intervals", "capability",
        "NIST e-Handbook 6.1.6; ISO 22514-2",
        MEASURED, "Cp, Cpk, Pp, Ppk, Cpm with intervals, and expected shares beyond the limits", 4,
        (because("values are normal", 1, distribution="normal"),), (UNSTABLE, WIDE, NOT_NORMAL),
    ),
    Technique(
        "capability.fitted_capability", "Capability by a fitted distribution", "capability",
        "ISO 22514-4; NIST e-Handbook 6.1.6", MEASURED,
        "indices from the percentiles of the distribution that fits", 3,
        (because("takes the distribution as it is", 3, distribution=("skewed", "other")),), (UNSTABLE, WIDE, NORMAL),
    ),
    Technique(
        "capability.box_cox_capability", "Capability after Box and Cox's transformation", "capability",
        "G. E. P. Box and D. R. Cox, JRSS B 26 (1964); NIST e-Handbook 6.5.2", MEASURED,
        "indices of a power that is normal", 2,
        (because("positive skewed values mostly become normal by a power", 2, distribution="skewed"),),
        (UNSTABLE, WIDE, NORMAL),
    ),
    Technique(
        "capability.johnson_capability", "Capability after Johnson's transformation", "capability",
        "N. L. Johnson, Biometrika 36 (1949)", MEASURED, "a transformation that bends both tails", 1.5,
        (because("takes shapes that no power makes normal", 2, distribution="other"),),
        (UNSTABLE, WIDE, NORMAL, unless("four parameters need a hundred values", 2, points=(0, 99))),
    ),
    Technique(
        "capability.defectives", "Capability of defective units", "capability", "NIST e-Handbook 7.2.4",
        {"data_kind": "defectives"}, "the share with its exact interval, as ppm and as z", 4, (), (UNSTABLE,),
    ),
    Technique(
        "capability.defects", "Capability of defects", "capability", "F. Garwood, Biometrika 28 (1936)",
        {"data_kind": "defects"}, "defects by unit and by million opportunities, with exact intervals", 4, (),
        (UNSTABLE,),
    ),
    Technique(
        "capability.anderson_darling", "Test of normality", "capability", "NIST e-Handbook 7.2.1.3", MEASURED,
        "first look whether the usual indices may be used", 1,
        (because("nothing is known about the distribution", 0.5, points=(8, inf)),),
        (UNSTABLE, unless("says hardly anything about fewer than 20 values, and minds trifles in thousands", 1,
        points=(0,
        19)),),
    ),
    Technique(
        "charts.individuals", "Control chart first: individuals", "capability", "ISO 22514-2; NIST e-Handbook 6.1.6",
        {**MEASURED, "subgroup": (1, 1)}, "whether the process is stable, without which no index says anything", 2,
        (because("the process is not stable", 6, stable=False),), (unless("it is known to be stable", 3,
        stable=True),),
    ),
    Technique(
        "charts.xbar_r", "Control chart first: Xbar and R", "capability", "ISO 22514-2; NIST e-Handbook 6.1.6",
        {**MEASURED, "subgroup": (2, inf)}, "whether the process is stable, without which no index says anything", 2,
        (because("the process is not stable", 6, stable=False),), (unless("it is known to be stable", 3,
        stable=True),),
    ),
)  # fmt: skip

MEASUREMENT = (
    Technique(
        "measurement.type1_study", "Type 1 gauge study", "measurement", "ISO 22514-7; VDA 5",
        {**MEASURED, "aim": "one gauge"}, "repeatability and bias of one gauge at one reference", 4, (),
        (unless("needs a reference whose value is known", 6, reference=False),),
    ),
    Technique(
        "measurement.bias", "Bias study", "measurement", "AIAG MSA, chapter III; NIST e-Handbook 2.4.5",
        {**MEASURED, "aim": ("bias", "one gauge")}, "the mean against a reference", 3, (),
        (unless("needs a reference whose value is known", 6, reference=False),),
    ),
    Technique(
        "measurement.linearity", "Linearity study", "measurement", "AIAG MSA, chapter III",
        {**MEASURED, "aim": "linearity"}, "whether bias is the same for small and large parts", 4, (),
        (unless("needs references whose values are known", 6, reference=False),),
    ),
    Technique(
        "measurement.stability", "Stability study", "measurement", "AIAG MSA, chapter III; NIST e-Handbook 2.4",
        {**MEASURED, "aim": "over time"}, "one master part on a control chart", 4,
    ),
    Technique(
        "measurement.crossed_study", "Crossed gage R&R by analysis of variance", "measurement",
        "AIAG MSA, chapter III-B; R. K. Burdick, C. M. Borror and D. C. Montgomery, JQT 35 (2003)",
        {**MEASURED, "aim": "people and gauge", "destructive": False}, "every person measures every part", 5,
        (because("sees whether people differ on some parts only", 1, appraisers=(2, inf)),),
        (unless("two people tell next to nothing about all people: take three or more", 1, appraisers=(1, 2)),),
    ),
    Technique(
        "measurement.nested_study", "Nested gage R&R", "measurement", "AIAG MSA, chapter IV",
        {**MEASURED, "aim": "people and gauge", "destructive": True}, "each person has parts of their own", 5,
        (because("a part can be measured once only", 1, destructive=True),),
    ),
    Technique(
        "measurement.average_range_study", "Gage R&R by averages and ranges", "measurement",
        "AIAG MSA, chapter III-B",
        {**MEASURED, "aim": "people and gauge", "destructive": False}, "can be checked by hand", 1, (),
        (unless("cannot see an interaction of people and parts", 1, appraisers=(2, inf)),),
    ),
    Technique(
        "measurement.attribute_agreement", "Attribute agreement", "measurement", "AIAG MSA, chapter III-C",
        {"data_kind": ("defectives", "categories"), "aim": "agreement"},
        "people with themselves, each other and the standard", 4,
        (because("the right answer is known, so that errors can be told from disagreement", 1, reference=True),),
    ),
    Technique(
        "measurement.cohen_kappa", "Cohen's kappa", "measurement", "J. Cohen, Psychological Bulletin 70 (1968)",
        {"data_kind": ("defectives", "categories", "ratings"), "aim": "agreement", "appraisers": (2, 2)},
        "agreement of two beyond chance, weighted where categories are ordered", 3,
        (because("ordered categories: weights count near misses as such", 1, data_kind="ratings"),),
    ),
    Technique(
        "measurement.fleiss_kappa", "Fleiss' kappa", "measurement", "J. L. Fleiss, Psychological Bulletin 76 (1971)",
        {"data_kind": ("defectives", "categories"), "aim": "agreement", "appraisers": (2, inf)},
        "agreement of many beyond chance", 2.5, (), (),
    ),
    Technique(
        "measurement.kendall_w", "Kendall's W", "measurement", "M. G. Kendall and B. Babington Smith (1939)",
        {"data_kind": "ratings", "aim": "agreement", "appraisers": (2, inf)}, "whether people rank alike", 3,
    ),
    Technique(
        "measurement.intraclass", "Intraclass correlation", "measurement", "P. E. Shrout and J. L. Fleiss (1979)",
        {"data_kind": ("measured", "ratings"), "aim": "agreement", "appraisers": (2, inf)},
        "the share of variance that is between items", 3, (because("takes distances as they are", 1,
        data_kind="measured"),),
    ),
    Technique(
        "measurement.guard_band", "Guard bands", "measurement", "JCGM 106 (2012); ISO 14253-1",
        {**MEASURED, "aim": "decision at limits"}, "limits that leave room for uncertainty", 4,
    ),
)  # fmt: skip

ACCEPTANCE = (
    Technique(
        "sampling.standard_plan", "Plan of ISO 2859-1 or Z1.4", "accept", "ISO 2859-1; ANSI/ASQ Z1.4",
        {"data_kind": ("defectives", "defects"), "contract": True}, "the plan that the contract names by its AQL", 4,
        (because("with its switching rules it protects over a series of lots", 1, contract=True),),
        (unless("its protection lies in the series: for a lone lot choose both risks yourself", 2, series=(1, 1)),),
    ),
    Technique(
        "sampling.staged_plan", "Double or multiple plan of the standard", "accept", "ISO 2859-1; ANSI/ASQ Z1.4",
        {"data_kind": ("defectives", "defects"), "contract": True},
        "fewer items on average for the same protection", 2,
        (), (),
    ),
    Technique(
        "sampling.standard_variables_plan", "Plan of Z1.9 or ISO 3951-1", "accept", "ANSI/ASQ Z1.9; ISO 3951-1",
        {**MEASURED, "contract": True}, "far fewer items than counting for the same protection", 4, (),
        (unless("values are not normal: the plan would accept and reject wrongly; count instead", 6,
                distribution=("skewed", "other")),),
    ),
    Technique(
        "sampling.find_plan", "Smallest plan for both risks", "accept", "NIST e-Handbook 6.2.3; Guenther (1969)",
        {"data_kind": ("defectives", "defects", "measured")},
        "risks of producer and consumer are said, not looked up", 3,
        (
            because("no AQL is prescribed", 2, contract=False),
            because("counting asks nothing of the distribution", 2, data_kind="measured",
            distribution=("skewed", "other")),
        ),
        (
            unless("the contract prescribes the plan", 3, contract=True),
            unless("measuring needs fewer items than counting", 2, data_kind="measured", distribution="normal"),
        ),
    ),
    Technique(
        "sampling.find_variables_plan", "Smallest plan by variables for both risks", "accept",
        "G. J. Lieberman and G. J. Resnikoff, JASA 50 (1955)", MEASURED, "risks are said, few items are measured", 3,
        (because("no AQL is prescribed", 2, contract=False),),
        (
            unless("the contract prescribes the plan", 3, contract=True),
            unless("values are not normal: the plan would accept and reject wrongly; count instead", 6,
                   distribution=("skewed", "other")),
        ),
    ),
    Technique(
        "sampling.sequential_plan", "Sequential plan", "accept", "A. Wald, Sequential Analysis (1947); ISO 28591",
        {"data_kind": ("defectives", "defects"), "one_by_one": True}, "stops as soon as the matter is clear", 2.5,
        (because("about half the items of a single plan on average", 3, one_by_one=True),), (),
    ),
)  # fmt: skip

TOLERANCE = (
    Technique(
        "tolerance.normal", "Normal tolerance interval", "tolerance", "NIST e-Handbook 7.2.6.3; ISO 16269-6",
        MEASURED,
        "mean and standard deviation with an exact factor", 4, (because("values are normal", 1,
        distribution="normal"),),
        (NOT_NORMAL,),
    ),
    Technique(
        "tolerance.distribution_free", "Distribution-free tolerance interval", "tolerance",
        "S. S. Wilks (1941); ISO 16269-6", MEASURED, "order statistics, whatever the distribution", 2,
        (because("asks nothing of the distribution", 3, distribution=("skewed", "other")),),
        (unless("for 95 % of items at 95 % confidence it needs 93 values", 3, points=(0, 92)),),
    ),
    Technique(
        "tolerance.lognormal", "Lognormal tolerance interval", "tolerance", "ISO 16269-6", MEASURED,
        "the normal interval of logarithms", 1.5, (because("skewed positive values are often lognormal", 2,
                                                           distribution="skewed"),), (NORMAL,),
    ),
    Technique(
        "tolerance.weibull", "Weibull tolerance limit", "tolerance",
        "J. F. Lawless, Statistical Models and Methods for "
        "Lifetime Data (2003)", MEASURED, "lives and strengths", 1, (because("lives are often Weibull", 1,
                                                                             distribution="skewed"),), (NORMAL,),
    ),
    Technique(
        "tolerance.binomial", "Tolerance interval of defective units", "tolerance",
        "G. J. Hahn and W. Q. Meeker, Statistical "
        "Intervals (1991)", {"data_kind": "defectives"}, "how many defective units a future lot holds", 4,
    ),
    Technique(
        "tolerance.poisson", "Tolerance interval of defects", "tolerance", "G. J. Hahn and W. Q. Meeker, Statistical "
        "Intervals (1991)", {"data_kind": "defects"}, "how many defects a future area holds", 4,
    ),
)  # fmt: skip

TECHNIQUES = (*CAPABILITY, *MEASUREMENT, *ACCEPTANCE, *TOLERANCE)
