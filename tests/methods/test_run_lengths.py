"""Run lengths of charts against published tables, other ways to the same numbers, and the charts themselves."""

import itertools
from typing import Any

import numpy as np
import pytest
from scipy import stats

from setsquare.methods import charts, run_lengths
from setsquare.methods.run_lengths.chain import Chain
from setsquare.methods.run_lengths.rules import rules_chain, zones
from tests.methods.checked import checked

pytestmark = pytest.mark.once

SHIFTS = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5]


def printed(values: Any, published: Any, digits: int = 3) -> bool:
    """Whether all values are those printed with three significant digits, or with two decimals where these are more."""
    return all(
        abs(value - one) <= 0.5001 * 10.0 ** -min(2, digits - 1 - int(np.floor(np.log10(one))))
        for value, one in zip(values, published, strict=True)
    )


# CUSUM


@checked("J. M. Lucas and R. B. Crosier, Technometrics 24 (1982), table 1", "run_lengths.cusum")
def test_the_cusum_of_lucas_and_crosier_with_and_without_head_start() -> None:
    plain = [168, 74.2, 26.6, 13.3, 8.38, 4.75, 3.34, 2.62, 2.19, 1.71, 1.31]
    fast = [149, 62.7, 20.1, 8.97, 5.29, 2.86, 2.01, 1.59, 1.32, 1.07, 1.01]
    assert printed(run_lengths.cusum(SHIFTS, h=4).arl, plain)
    # Theirs by a Markov chain, whose 1.32 and 149 are 1.33 and 148.7 by the integral equation.
    assert run_lengths.cusum(SHIFTS, h=4, head_start=2).arl == pytest.approx(fast, rel=0.006)


@checked("D. C. Montgomery, Statistical Quality Control, table 9.3", "run_lengths.cusum")
def test_the_cusum_of_montgomery() -> None:
    published = [465, 139, 38.0, 17.0, 10.4, 5.75, 4.01, 3.11, 2.57, 2.01]
    assert printed(run_lengths.cusum(SHIFTS[:-1], h=5).arl, published)


@checked("L. C. Vance, JQT 18 (1986), table 1, one-sided", "run_lengths.cusum")
def test_the_one_sided_cusum_of_vance() -> None:
    shifts = [-0.125, 0, 0.125, 0.25, 0.5, 0.75, 1]
    published = [400.28, 124.66, 59.30, 36.71, 20.37, 14.06, 10.75]
    found = run_lengths.cusum(shifts, k=0, h=10, two_sided=False)
    assert found.arl == pytest.approx(published, abs=0.006)


@checked("SAS/QC, function CUSUMARL, as R spc 0.7.1 quotes it", "run_lengths.cusum", by="program")
def test_the_cusum_of_sas() -> None:
    found = [
        run_lengths.cusum(2.5, k=0.25, h=8, head_start=head, two_sided=False).arl[0] for head in (0, 0.1)
    ]
    assert found == pytest.approx([4.1500836225, 4.1061588131], rel=3e-8)


@checked("K.-H. Waldmann, Technometrics 28 (1986), tables 1 to 6", "run_lengths.cusum")
def test_the_cusum_of_waldmann() -> None:
    found = run_lengths.cusum([-0.5, 0, 0.5], h=3, two_sided=False, probabilities=[0.05, 0.5, 0.95])
    # Brook and Evans (1972) have 117.59 in control, as it is found here.
    assert found.arl == pytest.approx([1963, 117.4, 17.35], rel=0.002)
    assert found.quantiles[1] == pytest.approx([9, 82, 345], abs=1)
    assert run_lengths.cusum(0.2, k=0.6, h=3).arl[0] == pytest.approx(65.4, abs=0.1)


@checked("R. B. Crosier, Technometrics 28 (1986), table 5, steady state", "run_lengths.cusum")
def test_the_steady_state_of_the_two_sided_cusum() -> None:
    published = [163, 71.6, 25.2, 12.3, 7.68, 4.31, 3.03, 2.38, 2.00, 1.55, 1.22]
    found = run_lengths.cusum(SHIFTS, h=4, start="steady")
    assert found.arl == pytest.approx(published, rel=0.007)


@checked("the chart itself, shift after 40 points", "run_lengths.cusum", by="simulation")
def test_the_steady_state_is_that_of_charts_that_ran_long() -> None:
    values = np.random.default_rng(1).normal(size=(15_000, 140))
    values[:, 40:] += 1
    chart = charts.cusum(values[:, :, None], mean=0, sigma=1, h=4)
    kept = ~chart.beyond[:, :40].any(axis=1)
    waits = chart.beyond[kept, 40:].argmax(axis=1) + 1
    found = run_lengths.cusum(1, h=4, start="steady")
    assert waits.mean() == pytest.approx(found.arl[0], rel=0.02)
    assert waits.std() == pytest.approx(found.sdrl[0], rel=0.045)


@checked("the chart itself", "run_lengths.cusum", by="simulation")
def test_the_whole_distribution_of_the_two_sided_cusum() -> None:
    values = np.random.default_rng(2).normal(0.4, 1, size=(10_000, 400))
    chart = charts.cusum(values[:, :, None], mean=0, sigma=1, h=3, head_start=1.5)
    runs = chart.beyond.argmax(axis=1) + 1
    assert chart.beyond.any(axis=1).all()
    found = run_lengths.cusum(0.4, h=3, head_start=1.5)
    assert runs.mean() == pytest.approx(found.arl[0], rel=0.02)
    assert runs.std() == pytest.approx(found.sdrl[0], rel=0.045)
    below = [(runs <= most).mean() for most in found.quantiles[0]]
    before = [(runs < most).mean() for most in found.quantiles[0]]
    assert all(
        low - 0.015 < share < high + 0.015
        for low, share, high in zip(before, found.probabilities, below, strict=True)
    )


@checked("D. Siegmund (1985), as Montgomery, section 9.1, prints it", "run_lengths.siegmund_arl")
def test_siegmunds_approximation_is_near_and_exact_where_there_is_no_drift() -> None:
    assert run_lengths.siegmund_arl([0, 1], h=5) == pytest.approx([469.1, 10.34], abs=0.05)
    assert run_lengths.siegmund_arl([0.5], h=5, two_sided=False)[0] == pytest.approx(6.166**2)
    shifts = np.linspace(0, 2, 9)
    exact = run_lengths.cusum(shifts, h=5).arl
    assert run_lengths.siegmund_arl(shifts, h=5) == pytest.approx(exact, rel=0.035)


@checked("a chain on a grid of states (Brook and Evans 1972)", "run_lengths.cusum", by="twin")
def test_a_grid_of_states_tends_to_the_integral_equation() -> None:
    def gridded(many: int, k: float, h: float) -> float:
        width = 2 * h / (2 * many - 1)
        middles = width * np.arange(many)
        ends = middles + width / 2
        below = stats.norm.cdf(ends - middles[:, None] + k)
        moves = np.diff(below, prepend=0.0)
        return float(Chain(moves, np.eye(many)[0]).moments()[0])

    coarse, fine = gridded(60, 0.5, 4), gridded(120, 0.5, 4)
    exact = run_lengths.cusum(0, h=4, two_sided=False).arl[0]
    assert (4 * fine - coarse) / 3 == pytest.approx(exact, rel=2e-4)
    assert abs(fine - exact) < abs(coarse - exact)


# EWMA


@checked("S. V. Crowder, Technometrics 29 (1987), table 1", "run_lengths.ewma")
@pytest.mark.parametrize(
    "weight, published",
    [
        (0.5, [26.45, 20.12, 11.89, 7.29, 4.91, 2.80, 1.94, 1.51, 1.26, 1.12, 1.05]),
        (0.05, [127.53, 43.94, 18.97, 11.64, 8.38, 5.41, 4.04, 3.26, 2.76, 2.39, 2.15]),
    ],
)
def test_the_ewma_of_crowder(weight: float, published: list[float]) -> None:
    shifts = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4]
    found = run_lengths.ewma(shifts, weight=weight, width=2, steady=True)
    assert found.arl == pytest.approx(published, abs=0.0101)


LUCAS = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5]


@checked("J. M. Lucas and M. S. Saccucci, Technometrics 32 (1990), table 3", "run_lengths.ewma")
@pytest.mark.parametrize(
    "weight, width, start, published",
    [
        (0.5, 3.071, "zero", [500, 255, 88.8, 35.9, 17.5, 6.53, 3.63, 2.50, 1.93, 1.58, 1.34, 1.07]),
        (0.03, 2.437, "zero", [500, 76.7, 29.3, 17.6, 12.6, 8.07, 5.99, 4.80, 4.03, 3.49, 3.11, 2.55]),
        (0.5, 3.071, "steady", [499, 254, 88.4, 35.7, 17.3, 6.44, 3.58, 2.47, 1.91, 1.58, 1.36, 1.10]),
        (0.03, 2.437, "steady", [480, 74.1, 28.6, 17.3, 12.5, 8.00, 5.95, 4.78, 4.02, 3.49, 3.09, 2.55]),
    ],
)
def test_the_ewma_of_lucas_and_saccucci(
    weight: float, width: float, start: str, published: list[float]
) -> None:
    found = run_lengths.ewma(LUCAS, weight=weight, width=width, steady=True, start=start)
    # Their steady states come from a chain on a grid.
    assert (
        found.arl == pytest.approx(published, rel=0.0085)
        if start == "steady"
        else printed(found.arl, published)
    )


@checked("D. C. Montgomery, Statistical Quality Control, table 9.11", "run_lengths.ewma")
@pytest.mark.parametrize(
    "weight, width, published",
    [
        (0.4, 3.054, [500, 224, 71.2, 28.4, 14.3, 5.9, 3.5]),
        (0.2, 2.962, [500, 150, 41.8, 18.2, 10.5, 5.5, 3.7]),
        (0.1, 2.814, [500, 106, 31.3, 15.9, 10.3, 6.1, 4.4]),
    ],
)
def test_the_ewma_of_montgomery(weight: float, width: float, published: list[float]) -> None:
    found = run_lengths.ewma([0, 0.25, 0.5, 0.75, 1, 1.5, 2], weight=weight, width=width, steady=True)
    assert found.arl == pytest.approx(published, rel=0.0035, abs=0.06)


@checked("F. F. Gan, JQT 25 (1993), table 1: medians of 500", "run_lengths.ewma")
@pytest.mark.parametrize("weight, limit", [(0.05, 0.441), (0.1, 0.675), (0.15, 0.863), (0.2, 1.027)])
def test_the_medians_of_gan(weight: float, limit: float) -> None:
    width = limit / np.sqrt(weight / (2 - weight))
    found = run_lengths.ewma(0, weight=weight, width=width, steady=True, probabilities=[0.5])
    assert found.quantiles[0, 0] == pytest.approx(500, abs=3.5)  # his limits have three decimals


@checked("the chart itself, limits exact from the first point on", "run_lengths.ewma", by="simulation")
@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_the_ewma_whose_limits_widen(shift: float) -> None:
    values = np.random.default_rng(3).normal(shift, 1, size=(10_000, 400))
    chart = charts.ewma(values[:, :, None], weight=0.1, width=1.9, mean=0, sigma=1)
    runs = np.where(chart.beyond.any(axis=1), chart.beyond.argmax(axis=1) + 1, 401)
    found = run_lengths.ewma(shift, weight=0.1, width=1.9, probabilities=[0.1, 0.5, 0.9])
    for share, most in zip(found.probabilities, found.quantiles[0], strict=True):
        assert (runs < most).mean() - 0.015 < share < (runs <= most).mean() + 0.015
    if shift:
        assert runs.mean() == pytest.approx(found.arl[0], rel=0.02)
        assert runs.std() == pytest.approx(found.sdrl[0], rel=0.045)


def test_an_ewma_of_weight_one_is_a_chart_of_single_values() -> None:
    shifts = [0, 1, 2.5]
    for steady in (True, False):
        found = run_lengths.ewma(shifts, weight=1, width=3, steady=steady)
        assert found.arl == pytest.approx(run_lengths.individuals(shifts).arl, rel=1e-9)


# MEWMA


@checked("S. E. Rigdon, JQT 27 (1995), table 1", "run_lengths.mewma", "run_lengths.mewma_limit")
@pytest.mark.parametrize(
    "weight, limit, arl", [(0.25, 8.37, 100), (0.25, 9.90, 200), (0.25, 11.89, 500), (0.1, 8.63, 200)]
)
def test_the_limits_of_rigdon(weight: float, limit: float, arl: float) -> None:
    assert run_lengths.mewma(0, measures=2, weight=weight, limit=limit).arl[0] == pytest.approx(
        arl, rel=0.003
    )
    assert run_lengths.mewma_limit(2, weight, float(arl)) == pytest.approx(limit, abs=0.006)


@checked("S. Knoth, Technometrics 59 (2017), table 2", "run_lengths.mewma_limit")
def test_the_limits_of_knoth() -> None:
    found = [run_lengths.mewma_limit(3, weight, 1000.0) for weight in (0.25, 0.2, 0.15, 0.1, 0.05)]
    assert [round(one, 2) for one in found] == [15.82, 15.62, 15.31, 14.76, 13.60]


@checked("G. C. Runger and S. S. Prabhu, JASA 91 (1996), table 1, by a grid of 25", "run_lengths.mewma")
def test_the_mewma_of_runger_and_prabhu() -> None:
    four = run_lengths.mewma([0, 0.5, 1, 2], measures=4, limit=12.73)
    assert four.arl == pytest.approx([199.78, 35.05, 12.17, 5.19], rel=0.004)
    many = run_lengths.mewma(2, measures=20, limit=37.01)
    assert many.arl == pytest.approx([8.03], rel=0.006)


@checked("the chart itself, a shift in two of three measures", "run_lengths.mewma", by="simulation")
def test_the_mewma_finds_a_shift_when_the_chart_does() -> None:
    values = np.random.default_rng(4).normal(size=(8_000, 80, 3)) + np.array([0.6, 0.8, 0.0])
    chart = charts.mewma(values, limit=9.0, weight=0.2, steady=True, mean=[0, 0, 0], covariance=np.eye(3))
    runs = chart.beyond.argmax(axis=1) + 1
    found = run_lengths.mewma(1, measures=3, weight=0.2, limit=9.0)
    assert runs.mean() == pytest.approx(found.arl[0], rel=0.02)
    assert runs.std() == pytest.approx(found.sdrl[0], rel=0.04)


def test_over_direction_and_length_a_mewma_in_control_is_what_it_is_over_its_length() -> None:
    for measures in (1, 2, 5):
        exact = run_lengths.mewma(0, measures=measures, weight=0.2, limit=8.0).arl[0]
        near = run_lengths.mewma(1e-9, measures=measures, weight=0.2, limit=8.0).arl[0]
        assert near == pytest.approx(exact, rel=2e-6)
    single = run_lengths.mewma([0, 0.7], measures=1, weight=0.1, limit=2.7**2)
    assert single.arl == pytest.approx(
        run_lengths.ewma([0, 0.7], weight=0.1, width=2.7, steady=True).arl, rel=1e-6
    )


@checked("the chart itself, shift after 30 points", "run_lengths.mewma", by="simulation")
def test_the_steady_state_of_a_mewma() -> None:
    values = np.random.default_rng(5).normal(size=(6_000, 90, 2))
    values[:, 30:, 0] += 1
    chart = charts.mewma(values, limit=7.0, weight=0.1, steady=True, mean=[0, 0], covariance=np.eye(2))
    kept = ~chart.beyond[:, :30].any(axis=1)
    waits = chart.beyond[kept, 30:].argmax(axis=1) + 1
    assert waits.mean() == pytest.approx(
        run_lengths.mewma(1, measures=2, limit=7.0, start="steady").arl[0], rel=0.02
    )


# Shewhart charts and their rules


@checked("C. W. Champ and W. H. Woodall, Technometrics 29 (1987), table 1", "run_lengths.xbar")
@pytest.mark.parametrize(
    "numbers, published",
    [
        ((), [370.4, 308.43, 200.08, 119.67, 71.55, 43.89, 18.25, 6.3, 2.0]),
        ((2,), [225.44, 177.56, 104.46, 57.92, 33.12, 20.01, 8.69, 3.65, 1.68]),
        ((3,), [166.05, 120.7, 63.88, 33.99, 19.78, 12.66, 6.62, 3.68, 1.89]),
        ((4,), [152.73, 110.52, 59.76, 33.64, 21.07, 14.58, 8.6, 4.89, 1.99]),
    ],
)
def test_the_rules_of_champ_and_woodall(numbers: tuple[int, ...], published: list[float]) -> None:
    rules = run_lengths.western_electric(*numbers) if numbers else ()
    assert (
        run_lengths.xbar([0, 0.2, 0.4, 0.6, 0.8, 1, 1.4, 2, 3], rules=rules).arl.round(2).tolist()
        == published
    )


@checked(
    "C. W. Champ and W. H. Woodall, Technometrics 29 (1987): 91.75 with all four rules", "run_lengths.xbar"
)
def test_all_four_western_electric_rules_signal_falsely_every_92_points() -> None:
    assert run_lengths.xbar(0, rules=run_lengths.western_electric()).arl[0] == pytest.approx(91.75, abs=0.005)


@checked("every sequence of zones", "run_lengths.xbar", by="twin")
@pytest.mark.parametrize(
    "rules",
    [
        run_lengths.western_electric(1, 2),
        run_lengths.western_electric(1, 3),
        (
            run_lengths.ZoneRule("3 of 3 beyond 1", 3, 3, 1.0, side="above"),
            run_lengths.ZoneRule("4 of 4 within 1", 4, 4, -1.0, 1.0),
        ),
        (run_lengths.ZoneRule("2 of 4 beyond 1.5", 2, 4, 1.5, side="either"),),
    ],
    ids=["2 of 3", "4 of 5", "runs", "2 of 4"],
)
def test_the_chain_of_rules_is_what_counting_through_all_sequences_gives(rules: Any) -> None:
    edges, holds = zones(rules)
    chances = np.diff(stats.norm.cdf(np.concatenate(([-np.inf], edges, [np.inf])), 0.7, 1))
    survived = np.zeros(7)
    for length in range(1, 7):
        for sequence in itertools.product(
            range(len(chances)), repeat=length if len(chances) < 7 else min(length, 5)
        ):
            quiet = all(
                holds[list(sequence[max(0, end - rule.span) : end]), place].sum() < rule.count
                for place, rule in enumerate(rules)
                for end in range(1, len(sequence) + 1)
            )
            survived[length] += quiet * chances[list(sequence)].prod()
    chain = rules_chain(rules, holds, chances)
    last = 7 if len(chances) < 7 else 6
    assert chain.survivals(6)[1:last] == pytest.approx(survived[1:last], rel=1e-12)


def test_what_a_rule_cannot_use_any_more_is_forgotten() -> None:
    def states(*rules: run_lengths.ZoneRule) -> int:
        edges, holds = zones(rules)
        return len(rules_chain(rules, holds, np.full(len(holds), 1 / len(holds))).moves)

    assert states(run_lengths.ZoneRule("eight in a row", 8, 8, 0.0, side="above")) == 8
    assert states(run_lengths.ZoneRule("two of three", 2, 3, 2.0, side="above")) == 3
    with pytest.raises(ValueError, match="^rules: need more than"):
        states(*(run_lengths.ZoneRule("many", 8, 16, 0.5 + one / 4) for one in range(4)))


@checked("scipy, geom", "run_lengths.xbar", by="program")
def test_without_rules_run_lengths_are_geometric() -> None:
    found = run_lengths.xbar([0, 0.5, 1], n=4, width=2.8, ratio=1.2)
    for place, shift in enumerate([0, 0.5, 1]):
        signal = stats.norm.sf(2.8, 2 * shift, 1.2) + stats.norm.cdf(-2.8, 2 * shift, 1.2)
        law = stats.geom(signal)
        assert found.arl[place] == pytest.approx(law.mean())
        assert found.sdrl[place] == pytest.approx(law.std())
        assert found.quantiles[place].tolist() == law.ppf(found.probabilities).tolist()


@checked("S. V. Crowder, JQT 19 (1987), by a coarser rule", "run_lengths.individuals")
def test_single_values_with_moving_ranges_of_crowder() -> None:
    shifts = np.arange(9) / 4
    listing = [18.2164, 16.3541, 12.4282, 8.7559, 6.1071, 4.3582, 3.2260, 2.4878, 1.9989]
    assert run_lengths.individuals(shifts, width=2, moving_range=3).arl == pytest.approx(listing, rel=9e-4)
    table = [34.44, 34.28, 34.07, 33.81, 33.45, 32.82, 31.50, 28.85, 24.49]
    assert run_lengths.individuals(shifts, width=4, moving_range=3).arl == pytest.approx(table, rel=0.03)


@checked(
    "S. E. Rigdon, E. N. Cruthis and C. W. Champ, JQT 26 (1994), tables 1 and 2", "run_lengths.individuals"
)
def test_single_values_with_moving_ranges_of_rigdon_cruthis_and_champ() -> None:
    """Their figures are simulated."""
    ratios = [1, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.5, 2]
    published = [200.54, 132.25, 90.84, 65.66, 49.35, 38.92, 31.11, 15.47, 6.14]
    found = [run_lengths.individuals(0, width=2.992, moving_range=4.139, ratio=one).arl[0] for one in ratios]
    assert found == pytest.approx(published, rel=0.015)


def test_single_values_with_narrow_ranges_and_with_ranges_that_never_signal() -> None:
    values = np.random.default_rng(6).normal(size=(20_000, 60))
    beyond = np.abs(values) > 2.5
    beyond[:, 1:] |= np.abs(np.diff(values, axis=1)) > 0.9
    runs = beyond.argmax(axis=1) + 1
    found = run_lengths.individuals(0, width=2.5, moving_range=0.9)
    assert runs.mean() == pytest.approx(found.arl[0], rel=0.015)
    assert runs.std() == pytest.approx(found.sdrl[0], rel=0.045)
    never = run_lengths.individuals([0, 1], moving_range=6.0)
    assert never.arl == pytest.approx(run_lengths.individuals([0, 1]).arl, rel=1e-9)


@checked("D. C. Montgomery, Statistical Quality Control, section 7.2 (p = 0.20, n = 50)", "run_lengths.p")
def test_the_p_chart_of_montgomery() -> None:
    """His beta at 0.3 is 0.8594 and his ARL 7."""
    found = run_lengths.p([0.3], centre=0.2, n=50, limits=(0.0303, 0.3697))
    assert 1 - 1 / found.arl[0] == pytest.approx(0.8594, abs=5e-5)


@checked("scipy, binom and poisson", "run_lengths.p", "run_lengths.u", "run_lengths.c", by="program")
def test_counts_signal_with_their_exact_chances() -> None:
    binomial = stats.binom(80, 0.12)
    sigma = np.sqrt(0.1 * 0.9 / 80)
    counts = np.arange(81) / 80
    signal = binomial.pmf(np.arange(81))[np.abs(counts - 0.1) > 3 * sigma].sum()
    assert run_lengths.p(0.12, centre=0.1, n=80).arl[0] == pytest.approx(1 / signal)
    assert run_lengths.np_(0.12, centre=0.1, n=80).arl[0] == pytest.approx(1 / signal)
    law = stats.poisson(16.0)
    # 4 and 28 lie on the limits, which is no signal.
    assert run_lengths.c(16.0, centre=16.0).arl[0] == pytest.approx(1 / (law.cdf(3) + law.sf(28)))
    assert run_lengths.u(4.0, centre=4.0, size=4).arl[0] == pytest.approx(1 / (law.cdf(3) + law.sf(28)))


@checked("the chart and eight in a row by hand", "run_lengths.c", by="simulation")
def test_counts_with_a_run_rule() -> None:
    counts = np.random.default_rng(7).poisson(9.0, size=(8_000, 400))
    run = np.zeros(counts.shape[0])
    other = np.zeros(counts.shape[0])
    runs = np.zeros(counts.shape[0])
    for place in range(counts.shape[1]):
        run = np.where(counts[:, place] > 9, run + 1, 0)
        other = np.where(counts[:, place] < 9, other + 1, 0)
        signal = (run >= 8) | (other >= 8) | (counts[:, place] > 18)
        runs = np.where((runs == 0) & signal, place + 1, runs)
    found = run_lengths.c(9.0, centre=9.0, rules=run_lengths.western_electric(4))
    seen = found.quantiles[0] <= 400
    below = [((runs > 0) & (runs <= most)).mean() for most in found.quantiles[0, seen]]
    assert len(below) >= 4
    assert below == pytest.approx(found.probabilities[seen].tolist(), abs=0.02)
