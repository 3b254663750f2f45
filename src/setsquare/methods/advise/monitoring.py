"""Control charts, and the design of their limits, as the guide knows them."""

from math import inf

from .technique import Technique, because, unless

FEW = unless("fewer than 20 points make limits that are mostly chance", 2, points=(0, 19))
SLOW = unless("slow to find shifts below one and a half standard deviations", 4, shift=(0, 1.49))
BOUND = unless(
    "neighbouring values depend on each other: limits from short-term variation are too narrow; sample less often, or "
    "chart what a time series model leaves",
    5,
    autocorrelated=True,
)
SMALL = because(
    "finds shifts below one and a half standard deviations several times as fast", 5, shift=(0, 1.49)
)
LARGE = unless(
    "for shifts of two standard deviations and more a Shewhart chart is as fast and simpler",
    3,
    shift=(2, inf),
)
MORE = unless(
    "counts vary more than its limits allow for: false alarms nearly everywhere", 5, overdispersed=True
)
RARE = unless("with rare events most points are zero, and the chart sees no improvement", 5, rare=True)
COUNTED = ("defectives", "defects", "gaps")

CHARTS = (
    Technique(
        "charts.xbar_r", "Xbar and R chart", "monitor", "NIST e-Handbook 6.3.2.1; ISO 7870-2",
        {"data_kind": "measured", "subgroup": (2, 10), "measures": (1, 1)},
        "means of subgroups against the variation within them", 4,
        (because("ranges of 2 to 10 values estimate sigma nearly as well as standard deviations", 1,
        subgroup=(2, 10)),),
        (
            SLOW, BOUND, FEW,
            unless("ranges of unequal subgroups need a moving centre line; standard deviations are easier", 2,
            equal=False),
            unless("means of few skewed values are skewed", 1, distribution=("skewed", "other"), subgroup=(2, 4)),
        ),
    ),
    Technique(
        "charts.xbar_s", "Xbar and S chart", "monitor", "NIST e-Handbook 6.3.2.1; ISO 7870-2",
        {"data_kind": "measured", "subgroup": (2, inf), "measures": (1, 1)},
        "means of subgroups against the variation within them, by standard deviations", 3,
        (
            because("of more than 10 values the range wastes most of what they tell", 3, subgroup=(10.01, inf)),
            because("takes subgroups of unequal size as they are", 2, equal=False),
        ),
        (SLOW, BOUND, FEW),
    ),
    Technique(
        "charts.median_r", "Median and R chart", "monitor", "ISO 7870-2",
        {"data_kind": "measured", "subgroup": (3, 10), "measures": (1, 1)},
        "medians of subgroups, which one wrong value cannot move", 1,
        (because("outliers within subgroups move means, not medians", 2, distribution="other"),),
        (SLOW, BOUND, FEW, unless("medians waste up to a third of what normal values tell", 1,
        distribution="normal")),
    ),
    Technique(
        "charts.individuals", "Individuals and moving range chart", "monitor", "NIST e-Handbook 6.3.2.2; ISO 7870-2",
        {"data_kind": ("measured", "gaps"), "subgroup": (1, 1), "measures": (1, 1)},
        "single values against their short-term variation", 4, (),
        (
            SLOW, BOUND, FEW,
            unless("limits for single values rest on the normal distribution: transform, or use a run chart", 3,
                   distribution=("skewed", "other")),
            unless("times between events are far from normal: use the t chart", 4, data_kind="gaps"),
        ),
    ),
    Technique(
        "charts.individuals", "Individuals chart with the overall standard deviation", "monitor",
        "Montgomery, Statistical Quality Control, chapter 10; NIST e-Handbook 6.4.4",
        {"data_kind": "measured", "subgroup": (1, 1), "measures": (1, 1), "autocorrelated": True},
        "values that depend on each other, against all of their variation", 4,
        (because("moving ranges of dependent values are too small, the overall standard deviation is not", 2,
                 autocorrelated=True),),
        (FEW, unless("slow: chart what a time series model leaves, where it can be kept up", 1, autocorrelated=True)),
        {"estimator": "sd"},
    ),
    Technique(
        "charts.ewma", "EWMA chart", "monitor",
        "NIST e-Handbook 6.3.2.4; C. M. Borror, D. C. Montgomery and G. C. Runger, JQT 31 (1999)",
        {"data_kind": "measured", "subgroup": (1, inf), "measures": (1, 1)},
        "a weighted mean of all values so far", 2,
        (SMALL, because("with a small weight it keeps its level though values are not normal", 3,
                        distribution=("skewed", "other"), subgroup=(1, 4))),
        (LARGE, BOUND, FEW),
    ),
    Technique(
        "charts.cusum", "CUSUM chart", "monitor", "NIST e-Handbook 6.3.2.3; ISO 7870-4",
        {"data_kind": "measured", "subgroup": (1, inf), "measures": (1, 1)},
        "sums of deviations from target, which grow from a shift on", 1.5,
        (SMALL, because("holds against a known target, and tells when the shift began", 1, known=True)),
        (LARGE, BOUND, FEW, unless("not normal: the EWMA is hurt less", 1, distribution=("skewed", "other"))),
    ),
    Technique(
        "charts.t2", "Hotelling T2 chart", "monitor", "NIST e-Handbook 6.5.4.3",
        {"data_kind": "measured", "subgroup": (1, 1), "measures": (2, inf)},
        "several measures together, with their correlation", 4,
        (because("separate charts miss values that are unusual only together, and add up false alarms", 2,
                 measures=(2, inf)),),
        (SLOW, BOUND, unless("with more than ten measures look at principal components first", 2,
        measures=(10.01, inf))),
    ),
    Technique(
        "charts.t2_subgroups", "Hotelling T2 chart of subgroups", "monitor", "NIST e-Handbook 6.5.4.3",
        {"data_kind": "measured", "subgroup": (2, inf), "measures": (2, inf)},
        "means of several measures together, with their correlation", 4,
        (because("separate charts miss values that are unusual only together, and add up false alarms", 2,
                 measures=(2, inf)),),
        (SLOW, BOUND),
    ),
    Technique(
        "charts.mewma", "MEWMA chart", "monitor",
        "C. A. Lowry and others, Technometrics 34 (1992); NIST e-Handbook 6.5.4.3",
        {"data_kind": "measured", "measures": (2, inf)},
        "a weighted mean of several measures so far", 2, (SMALL,), (LARGE, BOUND),
    ),
    Technique(
        "charts.run", "Run chart with runs and crossings", "monitor", "J. Anhoej and A. V. Olesen, PLoS ONE 9 (2014)",
        {"measures": (1, 1), "data_kind": ("measured", "defectives", "defects", "gaps", "ratings")},
        "asks nothing of the distribution, and begins with a dozen points", 1,
        (
            because("with fewer than 20 points limits would be mostly chance", 4, points=(10, 19)),
            because("needs no distribution", 2, distribution=("skewed", "other"), subgroup=(1, 1)),
            because("ratings have no distances that a mean could use", 4, data_kind="ratings"),
        ),
        (
            unless("finds no single outlier", 1, points=(20, inf)),
            unless("dependent values run longer on one side without any change", 4, autocorrelated=True),
            unless("below ten points nothing can be said yet", 4, points=(0, 9)),
        ),
    ),
    Technique(
        "charts.p", "p chart", "monitor", "NIST e-Handbook 6.3.3.2; ISO 7870-2", {"data_kind": "defectives"},
        "shares of defective units, with limits by the size of each sample", 4,
        (because("takes samples of unequal size", 1, equal=False),),
        (MORE, RARE, FEW,
        unless("below a handful of defective units a point use exact limits (limits=\"probability\")", 1,
                                 sample=(0, 50))),
    ),
    Technique(
        "charts.np_", "np chart", "monitor", "NIST e-Handbook 6.3.3.2; ISO 7870-2", {"data_kind": "defectives",
        "equal": True},
        "numbers of defective units in samples of one size", 3.5,
        (because("counts are easier to read than shares, where all samples are of one size", 1, equal=True),),
        (MORE, RARE, FEW),
    ),
    Technique(
        "charts.p", "Laney p' chart", "monitor", "D. B. Laney, Quality Engineering 14 (2002)",
        {"data_kind": "defectives"},
        "shares of defective units, with limits that take variation between points in", 1,
        (
            because("counts vary more than binomial explains", 6, overdispersed=True),
            because("with thousands of items a point the usual limits are narrower than any process", 2,
            sample=(2000, inf)),
        ),
        (RARE, FEW, unless("not needed: variation is as binomial explains", 1, overdispersed=False)), {"laney": True},
    ),
    Technique(
        "charts.u", "u chart", "monitor", "NIST e-Handbook 6.3.3.1; ISO 7870-2", {"data_kind": "defects"},
        "defects for each unit of area, time or volume", 4,
        (because("takes areas of unequal size", 1, equal=False),), (MORE, RARE, FEW),
    ),
    Technique(
        "charts.c", "c chart", "monitor", "NIST e-Handbook 6.3.3.1; ISO 7870-2", {"data_kind": "defects",
        "equal": True},
        "defects on areas of one size", 4, (because("areas are of one size, so that counts need no division", 1,
        equal=True),),
        (MORE, RARE, FEW),
    ),
    Technique(
        "charts.u", "Laney u' chart", "monitor", "D. B. Laney, Quality Engineering 14 (2002)",
        {"data_kind": "defects"},
        "defects by unit, with limits that take variation between points in", 1,
        (because("counts vary more than Poisson explains", 6, overdispersed=True),),
        (RARE, FEW, unless("not needed: variation is as Poisson explains", 1, overdispersed=False)), {"laney": True},
    ),
    Technique(
        "charts.g", "g chart", "monitor", "J. C. Benneyan, Health Care Management Science 4 (2001)",
        {"data_kind": COUNTED},
        "cases between two events", 1,
        (
            because("each event is a point, so that rare ones are watched without waiting for samples to fill",
            6, rare=True),
            because("gaps counted in cases", 2, data_kind="gaps"),
        ),
        (unless("events are frequent: a p or u chart tells more", 4, rare=False),),
    ),
    Technique(
        "charts.t", "t chart", "monitor",
        "L. S. Nelson, Journal of Quality Technology 26 (1994); Montgomery, chapter 7",
        {"data_kind": COUNTED}, "times between two events", 1,
        (
            because("each event is a point, so that rare ones are watched without waiting for samples to fill", 5.5,
                    rare=True),
            because("gaps measured in time", 3, data_kind="gaps"),
        ),
        (unless("events are frequent: a p or u chart tells more", 4, rare=False),),
    ),
    Technique(
        "rules.signals", "Run rules on a Shewhart chart", "monitor",
        "L. S. Nelson, Journal of Quality Technology 16 (1984); Western Electric (1956)", {"measures": (1, 1)},
        "patterns within the limits", 0.5,
        (because("finds smaller shifts than limits alone", 1, shift=(0, 1.49)),),
        (
            unless("each rule adds false alarms: Western Electric's four give one in 92 points instead of 370",
            1, shift=(1.5, inf)),
            unless("dependent values make patterns without any change", 4, autocorrelated=True),
        ),
    ),
)  # fmt: skip

DESIGNS = (
    Technique(
        "run_lengths.design_xbar", "Width and subgroup size of an Xbar chart", "design",
        "ISO 7870-2; Montgomery, chapter 6",
        {"measures": (1, 1)}, "limits from how long until an alarm, false or true", 3,
        (because("large shifts are found at once", 1, shift=(1.5, inf)),),
        (unless("small shifts ask for very large subgroups", 4, shift=(0, 1.49)),),
    ),
    Technique(
        "run_lengths.design_ewma", "Weight and width of an EWMA chart", "design",
        "J. M. Lucas and M. S. Saccucci, Technometrics 32 (1990)", {"measures": (1, 1)},
        "the weight that finds a given shift soonest", 2,
        (because("best for small shifts", 5, shift=(0, 1.49)),), (LARGE,),
    ),
    Technique(
        "run_lengths.design_cusum", "Reference value and interval of a CUSUM chart", "design",
        "D. M. Hawkins and D. H. Olwell, Cumulative Sum Charts (1998)", {"measures": (1, 1)},
        "no chart finds the shift that it was designed for sooner", 2,
        (because("best for small shifts", 5, shift=(0, 1.49)), because("needs a known target", 1, known=True)),
        (LARGE,),
    ),
    Technique(
        "run_lengths.design_mewma", "Limit of a MEWMA chart", "design",
        "S. S. Prabhu and G. C. Runger, JQT 29 (1997)",
        {"measures": (2, inf)}, "several measures, small shifts", 3,
    ),
)  # fmt: skip

TECHNIQUES = (*CHARTS, *DESIGNS)
