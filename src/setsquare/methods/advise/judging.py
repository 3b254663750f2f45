"""Trends, comparisons, priorities, risks, surveys and verification, as the guide knows them."""

from math import inf

from .technique import Technique, Wanted, because, unless

COUNTS = ("defectives", "defects")
MEASURED: dict[str, Wanted] = {"data_kind": "measured"}
DEPENDENT = unless("dependent values look like a trend: thin them out, or model them", 4, autocorrelated=True)
JUMP = unless("a jump is no slope", 3, sudden=True)
ONE_OF_MANY = unless(
    "over many series some look worse by chance: control false discoveries", 4, series=(2, inf)
)

TRENDS = (
    Technique(
        "trends.rate_trend", "Trend of a rate", "trend",
        "P. McCullagh and J. A. Nelder, Generalized Linear Models (1989)",
        {"data_kind": COUNTS}, "the rate ratio for each unit of time, with exposure and dispersion", 4,
        (because("takes extra variation into its interval", 1, overdispersed=True),),
        (JUMP, ONE_OF_MANY, DEPENDENT),
    ),
    Technique(
        "trends.cochran_armitage", "Cochran-Armitage trend in proportions", "trend",
        "P. Armitage, Biometrics 11 (1955)",
        {"data_kind": "defectives"}, "a trend of shares over ordered groups", 2, (),
        (unless("takes no extra variation in", 3, overdispersed=True), JUMP, ONE_OF_MANY),
    ),
    Technique(
        "trends.mann_kendall", "Mann-Kendall test with Sen's slope", "trend",
        "M. G. Kendall (1975); P. K. Sen, JASA 63 (1968)",
        {"data_kind": ("measured", "ratings", "gaps")}, "rising or falling, whatever the distribution", 4,
        (because("ranks do not mind outliers and skewness", 1, distribution=("skewed", "other")),),
        (JUMP, unless("seasons hide or feign a trend", 4, seasonal=True), DEPENDENT),
    ),
    Technique(
        "trends.mann_kendall", "Mann-Kendall test corrected for autocorrelation", "trend",
        "K. H. Hamed and A. R. Rao (1998); K. H. Hamed, Journal of Hydrology 368 (2009)",
        {"data_kind": ("measured", "ratings", "gaps"), "autocorrelated": True, "points": (8, inf)},
        "rising or falling, with what neighbours that resemble one another do to its variance", 4.5,
        (because("each value carries over something of the one before", 1, autocorrelated=True),),
        (JUMP, unless("fewer than 24 points hardly tell dependence from a trend", 1, points=(0, 23))),
        {"correction": "first-order"},
    ),
    Technique(
        "trends.seasonal_mann_kendall", "Seasonal Mann-Kendall test", "trend", "R. M. Hirsch and J. R. Slack (1984)",
        {"data_kind": ("measured", "ratings", "gaps"), "seasonal": True}, "each season is compared with itself",
        5, (), (DEPENDENT,),
    ),
    Technique(
        "trends.change_in_rate", "Change point of a rate", "trend", "D. V. Hinkley, Biometrika 57 (1970)",
        {"data_kind": COUNTS}, "when a rate jumped, with a test that counts the search", 3,
        (because("finds when it happened", 3, sudden=True),), (unless("a slope is no jump", 2, sudden=False),
        ONE_OF_MANY),
    ),
    Technique(
        "trends.change_in_mean", "Change point of a mean", "trend", "D. M. Hawkins, JASA 72 (1977)", MEASURED,
        "when a mean jumped, with a test that counts the search", 3,
        (because("finds when it happened", 3, sudden=True),), (unless("a slope is no jump", 2, sudden=False),
        DEPENDENT),
    ),
    Technique(
        "trends.worsening", "Which of many series got worse", "trend",
        "Y. Benjamini and Y. Hochberg, JRSS B 57 (1995)",
        {"data_kind": COUNTS, "series": (2, inf)}, "trends of all series, with control of false discoveries", 5,
        (because("of 500 clauses 25 look worse at 5 % though none is", 2, series=(20, inf)),),
    ),
    Technique(
        "trends.dispersion", "Dispersion of counts", "trend", "R. A. Fisher (1950)", {"data_kind": COUNTS},
        "whether counts vary as Poisson's at all", 1, (because("look first whether there is anything but noise", 0.5,
                                                               points=(5, inf)),),
    ),
)  # fmt: skip

COMPARISONS = (
    Technique(
        "trends.two_rates", "Two rates", "compare", "K. Krishnamoorthy and J. Thomson (2004); NIST e-Handbook 7.3.4",
        {"data_kind": ("defects", "gaps"), "groups": (2, 2)}, "exact test and interval of the ratio", 4, (),
        (unless("extra variation makes it find differences that are none", 4, overdispersed=True),),
    ),
    Technique(
        "trends.two_proportions", "Two proportions", "compare", "R. G. Newcombe (1998); NIST e-Handbook 7.3.3",
        {"data_kind": "defectives", "groups": (2, 2)}, "exact test, and interval of the difference", 4,
    ),
    Technique(
        "trends.worsening", "Many series, before and after", "compare",
        "Y. Benjamini and Y. Hochberg, JRSS B 57 (1995)",
        {"data_kind": COUNTS, "series": (2, inf)}, "control of false discoveries over all comparisons", 4,
    ),
    Technique(
        "pareto.compare_paretos", "Two Pareto charts", "compare", "A. Agresti, Categorical Data Analysis (2002)",
        {"data_kind": "categories"}, "which categories changed their share", 4,
    ),
    Technique(
        "charts.individuals", "Individuals chart in stages", "compare", "NIST e-Handbook 6.3.2.2; ISO 7870-2",
        {**MEASURED, "subgroup": (1, 1)}, "limits before and after, each from its own points", 3, (), (DEPENDENT,),
        {"stages": "a label for each point"},
    ),
    Technique(
        "charts.xbar_r", "Xbar chart in stages", "compare", "NIST e-Handbook 6.3.2.1; ISO 7870-2",
        {**MEASURED, "subgroup": (2, 10)}, "limits before and after, each from its own subgroups", 3, (),
        (DEPENDENT,),
        {"stages": "a label for each point"},
    ),
)  # fmt: skip

PRIORITIES = (
    Technique(
        "pareto.pareto", "Pareto chart with groups", "prioritise", "J. M. Juran, Quality Control Handbook (1951)",
        {"data_kind": ("categories", "defects", "defectives")}, "the vital few, and which of them differ at all", 4,
        (), (unless("the order of small counts is chance", 1, points=(0, 30)),),
    ),
    Technique(
        "trends.worsening", "Which of many series got worse", "prioritise",
        "Y. Benjamini and Y. Hochberg, JRSS B 57 (1995)",
        {"data_kind": COUNTS, "series": (2, inf)}, "what grows may matter more than what is large", 3,
    ),
    Technique(
        "risk.action_priorities", "Action priorities", "prioritise", "AIAG & VDA FMEA Handbook (2019)",
        {"data_kind": "ratings"}, "severity first, then occurrence and detection", 3,
    ),
)  # fmt: skip

RISKS = (
    Technique(
        "risk.action_priorities", "Action priorities of an FMEA", "risk", "AIAG & VDA FMEA Handbook (2019)", {},
        "severity first, then occurrence and detection, by a table that can be checked", 4, (),
        (unless("numbers are known: use them", 2, quantified=True),),
    ),
    Technique(
        "risk.priority_numbers", "Risk priority numbers", "risk", "AIAG FMEA (4th edition)", {},
        "for whom a customer asks for it", 1, (),
        (unless("products of ordinal ratings mean little, and hide severe rows", 1, quantified=False),),
    ),
    Technique(
        "risk.criticality", "Criticality numbers", "risk", "MIL-STD-1629A (1980)", {"quantified": True},
        "expected losses, which may be added", 4, (because("rates are known", 1, quantified=True),),
    ),
    Technique(
        "risk.matrix_by_threshold", "Risk matrix from the risk that is accepted", "risk",
        "L. A. Cox, Risk Analysis 28 (2008)",
        {}, "levels follow from quantities", 2, (because("classes have bounds in numbers", 3, quantified=True),),
        (unless("without numbers the threshold means nothing", 3, quantified=False),),
    ),
    Technique(
        "risk.matrix_by_score", "Risk matrix by score", "risk", "ISO 31010 (2019)", {},
        "quick, and known to everybody", 2, (),
        (unless("ties and reversals: check it by cox_conditions", 1, quantified=True),),
    ),
    Technique(
        "risk.compare_assessments", "Inherent against residual risk", "risk", "ISO 31000 (2018)", {"treated": True},
        "whether treatment moved anything", 5,
    ),
    Technique(
        "risk.cox_conditions", "Check of a risk matrix", "risk", "L. A. Cox, Risk Analysis 28 (2008)", {},
        "what a matrix in use cannot tell apart", 1,
    ),
)  # fmt: skip

SURVEYS = (
    Technique(
        "reliability.omega", "McDonald's omega", "survey", "R. P. McDonald, Test Theory (1999)",
        {"aim": "consistency"},
        "reliability though questions measure unequally well, with a test of one factor", 4, (),
        (unless("several groups of questions: one factor does not fit", 2, clusters=True),),
    ),
    Technique(
        "reliability.cronbach_alpha", "Cronbach's alpha", "survey", "L. J. Cronbach, Psychometrika 16 (1951)",
        {"aim": "consistency"}, "what everybody reports, with what each question adds", 3.5,
        (), (unless("large with many questions, even about several things", 1, clusters=True),),
    ),
    Technique(
        "reliability.omega_hierarchical", "Omega of a general factor", "survey", "R. E. Zinbarg and others (2005)",
        {"aim": "consistency"}, "what is common to several groups of questions", 1,
        (because("the questions form groups", 5, clusters=True),), (unless("there are no groups", 2,
        clusters=False),),
    ),
    Technique(
        "reliability.split_half", "Split halves", "survey", "L. Guttman, Psychometrika 10 (1945)",
        {"aim": "consistency"},
        "easy to explain", 1,
    ),
    Technique(
        "reliability.favourable_shares", "Favourable shares with intervals", "survey", "R. G. Newcombe (1998)",
        {"aim": "shares"}, "shares by question and group, small groups suppressed", 4,
    ),
    Technique(
        "reliability.measurement_error", "Standard error of measurement", "survey",
        "F. M. Lord and M. R. Novick (1968)",
        {"aim": "precision of scores"}, "how precisely one score is known", 4,
    ),
)  # fmt: skip

VERIFICATION = (
    Technique(
        "verification.two_proportions", "Sample size for two proportions", "verify", "NIST e-Handbook 7.2.4.2",
        {"data_kind": "defectives"}, "items before and after, to see the drop", 4, (),
        (unless("with no event expected demonstrate that instead", 2, zero_allowed=True),),
    ),
    Technique(
        "verification.two_rates", "Exposure for two rates", "verify",
        "K. Gu, H. K. T. Ng, M. L. Tang and W. R. Schucany (2008)",
        {"data_kind": ("defects", "gaps")}, "units or time before and after, to see the drop", 4, (),
        (unless("with no event expected demonstrate that instead", 2, zero_allowed=True),),
    ),
    Technique(
        "verification.demonstrate_proportion", "Items without a failure", "verify",
        "ISO 16269-6; Clopper and Pearson (1934)",
        {"data_kind": "defectives"}, "how many good items until the share is believed", 2,
        (because("shown by no failure at all", 4, zero_allowed=True), because("the failure is rare", 2, rare=True)),
    ),
    Technique(
        "verification.demonstrate_rate", "Time without an event", "verify", "F. Garwood, Biometrika 28 (1936)",
        {"data_kind": ("defects", "gaps")}, "how many days without recurrence until the rate is believed", 2,
        (because("shown by no event at all", 4, zero_allowed=True), because("the event is rare", 2, rare=True)),
    ),
    Technique(
        "verification.interrupted_series", "Months until a change shows", "verify", "J. L. Bernal and others (2017)",
        {"data_kind": COUNTS}, "points before and after in a series", 2,
        (because("a series by month exists anyway", 1, points=(6, inf)), because("takes extra variation in", 2,
                                                                                 overdispersed=True)),
    ),
    Technique(
        "verification.two_means", "Sample size for two means", "verify", "NIST e-Handbook 7.2.2.2", MEASURED,
        "values before and after, to see the shift", 4, (), (unless("the same items: pairs need fewer", 3,
        paired=True),
                                                             unless("it is the spread that should change", 4,
                                                             spread=True)),
    ),
    Technique(
        "verification.paired_means", "Sample size for pairs", "verify", "NIST e-Handbook 7.3.1", {**MEASURED,
        "paired": True},
        "each item is its own control", 5, (), (unless("it is the spread that should change", 4, spread=True),),
    ),
    Technique(
        "verification.two_variances", "Sample size for two variances", "verify", "NIST e-Handbook 7.3.2", MEASURED,
        "to see the spread fall", 1, (because("it is the spread that should change", 5, spread=True),),
        (unless("minds values that are not normal", 2, distribution=("skewed", "other")),),
    ),
)  # fmt: skip

TECHNIQUES = (*TRENDS, *COMPARISONS, *PRIORITIES, *RISKS, *SURVEYS, *VERIFICATION)
