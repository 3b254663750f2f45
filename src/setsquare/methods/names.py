"""Names that people know, from qcc, qicharts2, Minitab, AIAG or statsmodels, and what does it here.

A family that is asked for a name that it does not have says where that is: ``charts.imr`` raises an AttributeError that
points to ``charts.individuals``. `find` looks a word up.
"""

import dataclasses
import importlib
from collections.abc import Callable
from typing import NoReturn

PACKAGE = "setsquare.methods"


@dataclasses.dataclass(frozen=True)
class Known:
    """What is done, by its path in this library, and other names for it."""

    path: str
    what: str
    also: tuple[str, ...]


_TABLE = """
charts.individuals | I-MR chart, of single values and moving ranges | imr, i_mr, xmr, x_mr, i_chart, mr_chart, ichart,
    individuals_chart, xbar_one, levey_jennings
charts.xbar_r | Xbar and R chart | xbar, x_bar, xbar_chart, xbarr, r_chart, range_chart, shewhart
charts.xbar_s | Xbar and S chart | xbars, s_chart
charts.median_r | median chart | median, median_chart
charts.run | run chart | run_chart, runchart
charts.p | p chart, and p' with laney=True | p_chart, pchart, p_prime, pp_chart, laney, laney_p, laney_p_prime
charts.np_ | np chart (np itself is what everybody calls numpy) | np, np_chart, npchart
charts.c | c chart | c_chart, cchart
charts.u | u chart, and u' with laney=True | u_chart, uchart, u_prime, up_chart, laney_u, laney_u_prime
charts.g | g chart, of units between events | g_chart, gchart
charts.t | t chart, of time between events | t_chart, tchart
charts.ewma | EWMA chart | ewma_chart
charts.cusum | CUSUM chart, tabular, with head_start for FIR | cusum_chart, tabular_cusum, fir_cusum
charts.t2 | Hotelling's T2 chart | hotelling, hotelling_t2, mqcc, t_squared
charts.mewma | multivariate EWMA chart | mewma_chart
constants | d2, d3, d4, c4, c5 from integrals, for A2, B4 and the like | a2, a3, b3, b4, e2, control_chart_constants
rules.signals | run rules held against a chart | nelson_rules, western_electric_rules, weco, shewhart_rules,
    violating_runs, evaluate_rules, run_rules, check_rules, tests_for_special_causes
rules.anhoej | runs and crossings of a run chart | runs_analysis, crossings, anhoej_rules
rules.multirule | Westgard's multirule | westgard, westgard_rules
rules.define | a set of rules of one's own | custom_rules
capability.capability | Cp, Cpk, Pp, Ppk, Cpm | cp, cpk, pp, ppk, cpm, process_capability, processcapability,
    capability_indices, six_pack, sixpack, ss_ca_cp
capability.from_summary | indices from mean and standard deviation | capability_from_summary
capability.fitted_capability | capability of values that are not normal | nonnormal_capability, non_normal_capability,
    percentile_capability
capability.box_cox_power | Box-Cox transformation | box_cox, boxcox
capability.johnson | Johnson transformation | johnson_transformation
capability.defectives | capability of defective units, binomial | binomial_capability, ppm, defect_rate
capability.defects | defects, DPU and DPMO, Poisson | dpmo, dpu, poisson_capability, sigma_level, yield_
capability.anderson_darling | Anderson-Darling test | ad_test, adtest, normality_test, normality, normal_ad
capability.shapiro_wilk | Shapiro-Wilk test | shapiro, shapiro_test
measurement.crossed_study | gage R&R, crossed, by analysis of variance | gage_rr, gage_r_r, gagerr, gauge_rr, grr,
    gage_rr_crossed, gagestudy, gage_study, ss_rr, msa, anova_grr, type_2_study
measurement.nested_study | gage R&R, nested (destructive tests) | gage_rr_nested, nested_gage_rr, nested_grr
measurement.average_range_study | gage R&R by averages and ranges | xbar_r_method, gage_rr_xbar_r, average_and_range
measurement.type1_study | type 1 gauge study, Cg and Cgk | type1, type_1, type_1_gage, cg, cgk, type1_gage_study
measurement.bias | bias of a gauge | gage_bias, bias_study
measurement.linearity | linearity of a gauge | gage_linearity, linearity_study
measurement.stability | stability of a gauge | gage_stability, stability_study
measurement.attribute_agreement | attribute agreement analysis | attribute_agreement_analysis, attribute_msa, aaa,
    kappa_study, attribute_gage_study
measurement.cohen_kappa | Cohen's kappa, weighted too | kappa, cohens_kappa, weighted_kappa, kappa2
measurement.fleiss_kappa | Fleiss' kappa | fleiss, fleiss_kappas, kappam_fleiss
measurement.light_kappa | Light's kappa | kappam_light
measurement.kendall_w | Kendall's W | kendalls_w, concordance, kendall
measurement.intraclass | intraclass correlation | icc, intraclass_correlation
measurement.guard_band | guard bands | guardband, guard_bands, acceptance_limits
sampling.single | single plan by attributes | oc2c, single_plan, attribute_plan
sampling.double | double plan | double_plan
sampling.characteristic | OC, ASN, AOQ and ATI of a plan | oc, oc_curve, operating_characteristic, aoq, aoql, asn,
    ati, aoq_curve
sampling.find_plan | smallest plan for two risks | two_point_plan, sampling_plan, design_plan, attributes_plan
sampling.find_variables_plan | smallest plan by variables for two risks | find_plan_variables, variables_sampling_plan
sampling.two_limits | OC of a plan by variables for both limits together | double_specification_limits
sampling.standard_plan | plan of ISO 2859-1 or Z1.4 by AQL | iso_2859, iso2859, iso2859_1, z14, z1_4, mil_std_105,
    mil_std_105e, aql, aa_single
sampling.staged_plan | double and multiple plans of the standard | aa_double, aa_multiple, multiple_plan
sampling.standard_variables_plan | plan of Z1.9 or ISO 3951-1 | iso_3951, iso3951, z19, z1_9, mil_std_414
sampling.sequential_plan | Wald's sequential plan | sprt, wald, sequential
sampling.after_lot | switching rules | switching, switching_rules
trends.mann_kendall | Mann-Kendall test with Sen's slope | mk_test, original_test, sens_slope, sen_slope, theil_sen,
    mannkendall, hamed_rao
trends.seasonal_mann_kendall | seasonal Mann-Kendall test | seasonal_test, seasonal_kendall
trends.rate_trend | Poisson trend with exposure | poisson_regression, poisson_trend, quasi_poisson, negative_binomial,
    glm
trends.dispersion | test for overdispersion | overdispersion, dispersion_test, index_of_dispersion
trends.cochran_armitage | Cochran-Armitage trend test | prop_trend_test, trend_in_proportions, armitage
trends.two_rates | two Poisson rates | poisson_test, rate_ratio, e_test
trends.two_proportions | two proportions, Fisher's test | prop_test, fisher, fisher_exact, fisher_test,
    two_proportion_test, barnard, boschloo
trends.change_in_mean | change point of a mean | changepoint, change_point, cpt_mean, pettitt
trends.change_in_rate | change point of a rate | cpt_rate
trends.false_discovery | false-discovery control over many tests | fdr, bh, benjamini_hochberg, p_adjust,
    multipletests, fdrcorrection, qvalue
trends.worsening | which of many series got worse | many_trends
pareto.pareto | Pareto chart | pareto_chart, paretochart
pareto.compare_paretos | two Pareto charts compared | compare_pareto
risk.priority_numbers | risk priority numbers of an FMEA | rpn, fmea, risk_priority_number
risk.action_priorities | action priority | ap, action_priority, aiag_vda
risk.risk_matrix | risk matrix | heat_map, heatmap, matrix
risk.criticality | criticality of failure modes | fmeca
reliability.cronbach_alpha | Cronbach's alpha | alpha, cronbach, cronbachs_alpha
reliability.omega | McDonald's omega | mcdonald_omega, mcdonalds_omega, omega_total
exams.item_analysis | item analysis of a test | item_difficulty, point_biserial, discrimination_index, kr20, kr_20
exams.agreement_of_levels | quadratic weighted kappa of two examiners | quadratic_kappa, quadratic_weighted_kappa
reliability.split_half | split-half reliability | splithalf, guttman, lambda4
tolerance.normal | tolerance interval of normal values | tolerance_interval, normtol_int, normal_tolerance
tolerance.distribution_free | tolerance interval without a distribution | nptol_int, nonparametric, wilks
tolerance.k_factor | factor of a tolerance interval | kfactor, k_factors
verification.two_means | sample size and power of a t test | power_t_test, t_test_power, sample_size, ttest_power
verification.two_proportions | sample size and power of two proportions | power_prop_test, proportion_power
verification.demonstrate_proportion | items without a failure | success_run, zero_failure, bogey_test
run_lengths.xbar | average run lengths of a chart | arl, average_run_length, arl_xbar, xbar_arl
run_lengths.cusum | average run length of a CUSUM | cusum_arl, xcusum_arl, arl_cusum
run_lengths.ewma | average run length of an EWMA | ewma_arl, xewma_arl, arl_ewma
run_lengths.mewma | average run length of a MEWMA | mewma_arl, arl_mewma
run_lengths.design_cusum | a chart from a wanted average run length | design_chart, xcusum_crit, chart_design
comparison.compare | two texts compared | diff, text_diff, compare_texts
advise.advise | which method fits | recommend, which_chart, chart_selector, decision_guide
"""


def _read() -> tuple[Known, ...]:
    # A line that begins with a space goes on with the names of the one before.
    lines = (line.split("|") for line in _TABLE.replace("\n    ", " ").strip().splitlines())
    return tuple(
        Known(path.strip(), what.strip(), tuple(name.strip() for name in also.split(",")))
        for path, what, also in lines
    )


KNOWN = _read()
"""All of them, by family."""


def find(name: str) -> tuple[Known, ...]:
    """Return what goes by a name elsewhere, or has the words in what it does; spaces and signs do not matter.

    Source: the manuals of R's qcc, qicharts2, SixSigma and AcceptanceSampling, of Minitab, and AIAG's.

    >>> [one.path for one in find("I-MR")]
    ['charts.individuals']
    >>> [one.path for one in find("gage R&R nested")]
    ['measurement.nested_study']
    """
    if not _plain(name):
        return ()
    exact = [one for one in KNOWN if _called(one, name)]
    if exact:
        return tuple(exact)
    words = [_plain(word) for word in str(name).replace("_", " ").split()]
    return tuple(one for one in KNOWN if all(word in _plain(one.what + one.path) for word in words))


def signpost(module: str) -> Callable[[str], NoReturn]:
    """Return a module's ``__getattr__``, which says where a name that it does not have is, under what name.

    >>> from setsquare.methods import charts
    >>> charts.imr  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    AttributeError: module 'setsquare.methods.charts' has no attribute 'imr'; use individuals (I-MR chart, ...
    """

    def lacking(name: str) -> NoReturn:
        raise AttributeError(said(module, name), name=name)

    return lacking


def said(module: str, name: str) -> str:
    """Say that a module has no such attribute, and where it is.

    >>> said("setsquare.methods", "fdr").partition("; ")[2]
    'use trends.false_discovery (false-discovery control over many tests)'
    """
    plainly = f"module {module!r} has no attribute {name!r}"
    if name.startswith("_"):
        return plainly
    family = module.removeprefix(PACKAGE).lstrip(".")
    exact = [one for one in KNOWN if _called(one, name)]
    if exact:
        # The family's own first.
        best = min(exact, key=lambda one: not one.path.startswith(f"{family}."))
        path = best.path.removeprefix(f"{family}.") if family else best.path
        return f"{plainly}; use {path} ({best.what})"
    there = [f"{one}.{name}" for one in _families() if name in _offers(f"{PACKAGE}.{one}")]
    if there:
        return f"{plainly}; use {' or '.join(there)}"
    import difflib  # noqa: PLC0415 - loads when first used

    near = difflib.get_close_matches(name, _offers(module), 1, 0.7)
    return f"{plainly}; did you mean {near[0]!r}?" if near else plainly


def _families() -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.path.partition(".")[0] for one in KNOWN))


def _offers(module: str) -> tuple[str, ...]:
    found = importlib.import_module(module)
    own = (name for name, thing in vars(found).items() if getattr(thing, "__module__", "") == module)
    return tuple(getattr(found, "__all__", own))


def _called(known: Known, name: str) -> bool:
    return _plain(name) in {_plain(one) for one in (*known.also, known.path.partition(".")[2])}


def _plain(text: str) -> str:
    """Return letters and digits alone, small ones."""
    return "".join(sign for sign in str(text).lower() if sign.isalnum())
