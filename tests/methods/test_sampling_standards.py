"""ISO 2859-1 and Z1.4: every cell from the tables' structure, published plans, and the switching rules."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from setsquare.methods.sampling import (
    Switching,
    after_lot,
    begin,
    characteristic,
    code_letter,
    inspect_lot,
    matched_variables_plan,
    one_step_tighter,
    quality_accepted,
    resume,
    standard_plan,
    tables,
)
from tests.methods.checked import checked

pytestmark = pytest.mark.once

LETTERS = tables.LETTERS[:-1]
LOT_OF = {  # a lot size and level that lead to the letter
    "A": (8, "II"), "B": (15, "II"), "C": (25, "II"), "D": (50, "II"), "E": (90, "II"), "F": (150, "II"),
    "G": (280, "II"), "H": (500, "II"), "J": (1200, "II"), "K": (3200, "II"), "L": (10_000, "II"),
    "M": (35_000, "II"), "N": (150_000, "II"), "P": (500_000, "II"), "Q": (500_001, "II"), "R": (500_001, "III"),
}  # fmt: skip


def plan(letter: str, aql: float, severity: str = "normal", standard: str = "ISO 2859-1"):
    lot, level = LOT_OF[letter]
    found = standard_plan(lot, aql, level=level, severity=severity, standard=standard)
    assert found.letter == letter
    return found


# Code letters


@checked("ISO 2859-1:1999, table 1", "sampling.code_letter")
@pytest.mark.parametrize(
    ("lot", "letters"),
    [
        (2, "AAAAAAB"), (8, "AAAAAAB"), (9, "AAAAABC"), (15, "AAAAABC"), (16, "AABBBCD"), (26, "ABBCCDE"),
        (51, "BBCCCEF"), (91, "BBCDDFG"), (151, "BCDEEGH"), (281, "BCDEFHJ"), (501, "CCEFGJK"), (1201, "CDEGHKL"),
        (3201, "CDFGJLM"), (10_001, "CDFHKMN"), (35_001, "DEGJLNP"), (150_001, "DEGJMPQ"), (500_001, "DEHKNQR"),
        (500_000, "DEGJMPQ"), (10**9, "DEHKNQR"),
    ],
)  # fmt: skip
def test_code_letters_are_those_of_table_1(lot: int, letters: str) -> None:
    assert "".join(code_letter(lot, level) for level in tables.LEVELS) == letters


@given(st.integers(2, 10**6), st.integers(0, 10**6))
def test_larger_lots_and_higher_levels_never_have_smaller_samples(lot: int, more: int) -> None:
    for level in tables.LEVELS:
        assert code_letter(lot, level) <= code_letter(lot + more, level)
    for group in (("S-1", "S-2", "S-3", "S-4"), ("I", "II", "III")):
        drawn = [code_letter(lot, level) for level in group]
        assert drawn == sorted(drawn)


# The structure of the tables: along a diagonal (a letter further, an AQL back) n x AQL stays, and so do the numbers

DIAGONALS = {
    # The diagonal is index of the letter + index of the AQL.
    ("normal", "ISO 2859-1"): {14: (0, 1), **{17 + i: (c, c + 1) for i, c in enumerate((1, 2, 3, 5, 7, 10, 14, 21))}},
    ("tightened", "ISO 2859-1"): {15: (0, 1), **{18 + i: (c, c + 1) for i, c in enumerate((1, 2, 3, 5, 8, 12, 18))}},
    ("reduced", "ISO 2859-1"): {14: (0, 1), **{18 + i: (c, c + 1) for i, c in enumerate((1, 2, 3, 5, 6, 8, 10))}},
    ("reduced", "Z1.4"): {
        14: (0, 1), 17: (0, 2), 18: (1, 3), 19: (1, 4), 20: (2, 5), 21: (3, 6), 22: (5, 8), 23: (7, 10), 24: (10, 13),
    },
}  # fmt: skip
# Letters A to E go on at AQL 150 and more, where nonconformities are counted.
BEYOND = {
    ("normal", "ISO 2859-1"): {25: (30, 31), 26: (44, 45)},
    ("tightened", "ISO 2859-1"): {25: (27, 28), 26: (41, 42)},
    ("reduced", "ISO 2859-1"): {25: (14, 15), 26: (21, 22)},
    ("reduced", "Z1.4"): {25: (14, 17), 26: (21, 24)},
}
# Reduced samples of A and B are no smaller than A's two items, so that A's row is the one of normal inspection.
SMALL = [(c, c + 1) for c in (1, 2, 3, 5, 7, 10, 14, 21, 30)]
SMALL_Z = {
    "A": SMALL,
    "B": [(0, 2), (1, 3), (2, 4), (3, 5), (5, 6), (7, 8), (10, 11), (14, 15), (21, 22), (30, 31)],
}


def expected(severity: str, standard: str) -> dict[tuple[int, int], tuple[int, int]]:
    """The cells that hold a plan, by (row, column)."""
    key = (severity, standard)
    cells = {}
    for row in range(len(LETTERS)):
        for column in range(len(tables.AQLS)):
            diagonal = row + column
            if severity == "reduced" and row < 2 and column >= 16:
                continue
            if diagonal in DIAGONALS[key]:
                cells[row, column] = DIAGONALS[key][diagonal]
            elif diagonal in BEYOND[key] and row <= 4 and column >= 21:
                cells[row, column] = BEYOND[key][diagonal]
    if severity == "tightened":
        cells[16, 2] = (1, 2)
    if severity == "reduced":
        for row, letter in enumerate("AB"):
            numbers = SMALL if standard == "ISO 2859-1" else SMALL_Z[letter]
            first = len(tables.AQLS) - len(numbers)
            cells.update({(row, first + i): pair for i, pair in enumerate(numbers)})
    return cells


@checked("the diagonals on which the tables are built", "sampling.standard_plan", by="twin")
@pytest.mark.parametrize(("severity", "standard"), list(DIAGONALS))
def test_every_cell_follows_from_the_diagonals_and_the_nearest_plan(severity: str, standard: str) -> None:
    cells = expected(severity, standard)
    sizes = tables.REDUCED_SIZES if severity == "reduced" else tables.SIZES
    for row, letter in enumerate(LETTERS):
        for column, aql in enumerate(tables.AQLS):
            rows = sorted(r for r, c in cells if c == column)
            above, below = [r for r in rows if r < row], [r for r in rows if r > row]
            if (row, column) in cells:
                end = row
            elif not below:
                end = above[-1]
            elif not above:
                end = below[0]
            else:
                # Between 0 and the next number: up where 0 is next door (except tightened), else down.
                end = above[-1] if above[-1] == row - 1 and severity != "tightened" else below[0]
            found = plan(letter, aql, severity, standard)
            assert (found.used_letter, found.accept, found.reject) == (
                tables.LETTERS[end],
                *cells[end, column],
            )
            assert found.n == min(sizes[end], LOT_OF[letter][0])


def test_normal_and_tightened_tables_are_the_same_in_both_standards() -> None:
    for severity in ("normal", "tightened"):
        for letter in LETTERS:
            for aql in tables.AQLS:
                iso, american = (plan(letter, aql, severity, book) for book in ("ISO 2859-1", "Z1.4"))
                assert (iso.n, iso.accept, iso.reject) == (american.n, american.accept, american.reject)


# Published plans


@checked("ISO 2859-1 and Z1.4, plans as printed", "sampling.standard_plan")
@pytest.mark.parametrize(
    ("lot", "aql", "severity", "wanted"),
    [
        (1000, 1.0, "normal", ("J", 80, 2, 3)),
        (1000, 1.0, "tightened", ("J", 80, 1, 2)),
        (1000, 1.0, "reduced", ("J", 32, 1, 2)),
        (2000, 0.65, "normal", ("K", 125, 2, 3)),
        (2000, 0.65, "tightened", ("K", 125, 1, 2)),
        (120, 1.0, "normal", ("E", 13, 0, 1)),
        (10_000, 2.5, "normal", ("L", 200, 10, 11)),
        (10_000, 4.0, "normal", ("L", 200, 14, 15)),
        (40, 4.0, "normal", ("E", 13, 1, 2)),
        (40_000, 0.025, "tightened", ("P", 800, 0, 1)),
        (600_000, 0.025, "tightened", ("S", 3150, 1, 2)),
        (5, 10.0, "normal", ("C", 5, 1, 2)),
    ],
)
def test_plans_as_printed(lot: int, aql: float, severity: str, wanted: tuple[str, int, int, int]) -> None:
    found = standard_plan(lot, aql, severity=severity)
    assert (found.used_letter, found.n, found.accept, found.reject) == wanted


@checked("Montgomery, section 15.4, example of Z1.4", "sampling.standard_plan")
def test_montgomery_example_of_z14() -> None:
    """Lots of 2,000, AQL 0.65 %, level II: K; normal 125/2, tightened 125/1, reduced 50 with 1 and 3."""
    found = standard_plan(2000, 0.65, severity="reduced", standard="Z1.4")
    assert (found.letter, found.n, found.accept, found.reject) == ("K", 50, 1, 3)
    assert found.plan.accept == (2,)


def test_a_sample_as_large_as_the_lot_inspects_all_of_it() -> None:
    found = standard_plan(30, 0.10)
    assert (found.used_letter, found.n, found.accept, found.whole_lot) == ("K", 30, 0, True)


def test_a_larger_plan_is_kept_in_json() -> None:
    assert json.loads(json.dumps(standard_plan(1000, 1.0).to_dict()))["used_letter"] == "J"


# What the plans do, by OC values of our own


@checked("producer's risk at the AQL", "sampling.standard_plan", by="twin")
def test_normal_plans_accept_lots_at_the_aql_nearly_always() -> None:
    """By Poisson, from 0.87 with acceptance number 0 to 0.99 with the large ones."""
    for row, letter in enumerate(LETTERS):
        for column, aql in enumerate(tables.AQLS):
            found = plan(letter, aql)
            if found.used_letter == letter and not found.whole_lot and 14 <= row + column <= 24:
                chance = stats.poisson.cdf(found.accept, found.n * aql / 100)
                assert 0.86 <= chance <= 0.995, (letter, aql)


@checked("order of the severities", "sampling.standard_plan", by="twin")
def test_tightened_is_stricter_than_normal_and_reduced_is_laxer() -> None:
    for letter in LETTERS:
        for aql in tables.AQLS:
            normal, tight = plan(letter, aql), plan(letter, aql, "tightened")
            for multiple in (1, 3):
                rate = aql * multiple / 100
                strict = stats.poisson.cdf(
                    tight.accept, tables.SIZES[tables.LETTERS.index(tight.used_letter)] * rate
                )
                usual = stats.poisson.cdf(
                    normal.accept, tables.SIZES[tables.LETTERS.index(normal.used_letter)] * rate
                )
                assert strict <= usual + 1e-12, (letter, aql)


def test_along_a_diagonal_sample_times_aql_stays_and_so_do_the_numbers() -> None:
    for severity, first in (("normal", 14), ("tightened", 15)):
        for diagonal in range(first, 25):
            numbers, loads = set(), []
            for row, letter in enumerate(LETTERS):
                column = diagonal - row
                if not 0 <= column < len(tables.AQLS):
                    continue
                found = plan(letter, tables.AQLS[column], severity)
                if found.used_letter == letter and not found.whole_lot:
                    numbers.add((found.accept, found.reject))
                    loads.append(tables.SIZES[row] * tables.AQLS[column])
            assert len(numbers) <= 1, (severity, diagonal)
            # Both series are rounded (3 x 15 = 45 beside 50); a plan one cell off would differ by half as much again.
            assert not loads or max(loads) / min(loads) < 1.3, (severity, diagonal)


def test_the_plan_gives_its_curves() -> None:
    found = characteristic(standard_plan(1000, 1.0).plan, [0.01], lot_size=1000)
    assert found.accept[0] == pytest.approx(stats.binom.cdf(2, 80, 0.01))


# Switching


def series(state: Switching, lots: str, accept_number: int = 1, tighter: bool | None = None) -> Switching:
    """Move a state on by lots: y accepted, n not accepted."""
    for lot in lots:
        yes = lot == "y"
        state = after_lot(
            state,
            yes,
            accept_number=accept_number,
            accepted_one_step_tighter=None if tighter is None else tighter and yes,
        )
    return state


@pytest.mark.parametrize(
    ("lots", "severity"),
    [
        ("nn", "tightened"),
        ("nyyyn", "tightened"),
        ("nyyyyn", "normal"),
        ("yyyyn", "normal"),
        ("ynyyyyn", "normal"),
    ],
)
def test_two_of_five_lots_not_accepted_tighten(lots: str, severity: str) -> None:
    assert series(begin(), lots).severity == severity


def test_five_accepted_in_a_row_end_tightened_inspection() -> None:
    tight = series(begin(), "nn")
    assert series(tight, "yyyy").severity == "tightened"
    assert series(tight, "yyyyy").severity == "normal"
    assert series(tight, "yyyyn" + "yyyy").severity == "tightened"


def test_five_rejected_on_tightened_inspection_stop_it_until_resumed() -> None:
    state = series(begin(), "nn" + "nynynyn")
    assert (state.stopped, state.rejected) == (False, 4)
    state = series(state, "yn")
    assert state.stopped
    with pytest.raises(ValueError, match="^state: "):
        series(state, "y")
    assert resume(state) == Switching("ISO 2859-1", "tightened", reason="resumed after improvement")


def test_the_score_adds_two_for_small_acceptance_numbers_and_three_for_a_tighter_aql() -> None:
    assert series(begin(), "y" * 14).score == 28
    assert series(begin(), "y" * 15).severity == "reduced"
    assert series(begin(), "yyyn").score == 0
    assert series(begin(), "y" * 9, accept_number=2, tighter=True).score == 27
    assert series(begin(), "y" * 10, accept_number=2, tighter=True).severity == "reduced"
    assert series(begin(), "yyy", accept_number=2, tighter=False).score == 0


def test_reduced_inspection_waits_for_steady_production_and_the_authority() -> None:
    state = series(begin(), "y" * 14)
    for hindrance in ({"steady": False}, {"reduced_wanted": False}):
        waiting = after_lot(state, True, accept_number=0, **hindrance)
        assert (waiting.severity, waiting.score) == ("normal", 30)
        assert after_lot(waiting, True, accept_number=0).severity == "reduced"


@pytest.mark.parametrize(
    ("accepted", "circumstances"),
    [(False, {}), (True, {"in_gap": True}), (True, {"steady": False}), (True, {"reduced_wanted": False})],
)
def test_reduced_inspection_ends_at_the_first_sign(accepted: bool, circumstances: dict[str, bool]) -> None:
    state = begin(severity="reduced")
    assert after_lot(state, True).severity == "reduced"
    after = after_lot(state, accepted, **circumstances)
    assert after.severity == "normal" and after.reason and after.score == 0


def test_z14_asks_for_ten_lots_in_a_row_and_variables_for_ten_that_hold_one_step_tighter() -> None:
    assert series(begin("Z1.4"), "y" * 9).severity == "normal"
    assert series(begin("Z1.4"), "y" * 10).severity == "reduced"
    assert series(begin("Z1.4"), "n" + "y" * 9).severity == "normal"
    measured = begin("ISO 3951-1")
    assert series(measured, "y" * 10, tighter=True).severity == "reduced"
    assert series(measured, "y" * 10, tighter=False).severity == "normal"


def test_lots_are_judged_by_the_plan_that_is_due() -> None:
    state, seen = begin(), []
    for found in (2, 3, 4, 1, 1, 1, 1, 1, 0):
        lot = inspect_lot(state, 1000, found, aql=1.0)
        state = lot.after
        seen.append((lot.plan.severity, lot.accepted))
    assert seen == [("normal", True), ("normal", False), ("normal", False)] + [("tightened", True)] * 5 + [
        ("normal", True)
    ]
    assert state.score == 3
    z14 = inspect_lot(begin("Z1.4", "reduced"), 2000, 2, aql=0.65)
    assert z14.accepted and z14.after.severity == "normal"


def test_one_step_tighter_reads_the_row_of_the_sample_that_was_drawn() -> None:
    assert one_step_tighter(standard_plan(10_000, 4.0)) == 10
    # N at 4.0 leads up to M (315, 21); one step tighter for these 315 items is 14, not N's 21 of 500.
    found = standard_plan(150_000, 4.0)
    assert (found.used_letter, found.accept, one_step_tighter(found)) == ("M", 21, 14)
    assert one_step_tighter(standard_plan(10_000, 0.010)) is None
    for letter in LETTERS:
        for aql in tables.AQLS:
            drawn = plan(letter, aql)
            if drawn.accept >= 2:
                tighter = one_step_tighter(drawn)
                assert tighter is not None and tighter < drawn.accept or drawn.accept in (21, 30, 44)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["ISO 2859-1", "Z1.4"]), st.lists(st.integers(0, 6), max_size=60))
def test_any_series_of_counts_leads_somewhere_defined(rules: str, counts: list[int]) -> None:
    state = begin(rules)
    for found in counts:
        if state.stopped:
            state = resume(state)
        lot = inspect_lot(state, 1000, found, aql=1.0)
        assert lot.accepted == (found < lot.plan.reject)
        assert len(lot.after.recent) <= 5 and lot.after.rejected <= 5
        assert (lot.after.reason != "") == (lot.after.severity != state.severity or lot.after.stopped)
        state = lot.after


# Plans by variables matched to them


@pytest.mark.parametrize("sigma", ["known", "unknown"])
@pytest.mark.parametrize("severity", ["normal", "tightened", "reduced"])
def test_matched_plans_meet_the_points_of_the_plan_by_attributes_and_need_no_more_items(
    sigma: str, severity: str
) -> None:
    for letter in "FJM":
        counted = plan(letter, 1.0, severity)
        measured = matched_variables_plan(counted, sigma=sigma)
        assert measured.plan.n <= counted.n
        for (quality, _asked), chance, least in (
            (measured.producer, 0.95, True),
            (measured.consumer, 0.10, False),
        ):
            assert stats.binom.cdf(counted.accept, counted.n, quality) == pytest.approx(chance)
            reached = measured.producer_accept if least else measured.consumer_accept
            assert (reached >= chance) if least else (reached <= chance)
        assert letter in measured.plan.method or counted.used_letter in measured.plan.method


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: code_letter(1), "lot_size"),
        (lambda: code_letter(10.5), "lot_size"),
        (lambda: code_letter(100, "IV"), "level"),
        (lambda: standard_plan(100, 1.1), "aql"),
        (lambda: standard_plan(100, 0), "aql"),
        (lambda: standard_plan(100, 1.0, severity="severe"), "severity"),
        (lambda: standard_plan(100, 1.0, standard="MIL"), "standard"),
        (lambda: begin("Z1.5"), "rules"),
        (lambda: begin(severity="none"), "severity"),
        (lambda: resume(begin()), "state"),
        (lambda: after_lot(begin(), True), "accept_number"),
        (lambda: after_lot(begin(), True, accept_number=2), "accepted_one_step_tighter"),
        (lambda: after_lot(begin(), False, accepted_one_step_tighter=True), "accepted_one_step_tighter"),
        (lambda: inspect_lot(begin(), 1000, -1, aql=1.0), "found"),
        (lambda: inspect_lot(begin("ISO 3951-1"), 1000, 0, aql=1.0), "state"),
        (lambda: matched_variables_plan(standard_plan(5, 400)), "plan"),
        (lambda: quality_accepted(standard_plan(1000, 1.0), 1.0), "probability"),
    ],
)
def test_bad_input_is_refused_by_the_name_of_its_argument(call, argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument}: "):
        call()
