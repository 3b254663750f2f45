"""What callers may give as a column: the same answer from every form, no copy where none is needed, clear refusals."""

import decimal
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import setsquare.methods as methods
from setsquare.methods import inputs
from setsquare.methods.results import plain

VALUES = [5.1, 4.9, 5.0, 5.2, 5.3, 4.8, 5.0, 4.7, 5.1, 5.4, 5.0, 4.9]


class Arrow:
    """As a column of Arrow or polars: it makes a numpy array when numpy asks."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.values, dtype=dtype)

    def to_numpy(self, zero_copy_only: bool = True) -> Any:
        raise ValueError("Needed to copy, and was told not to")


class Other:
    """As a column of a library that only has `to_numpy`."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def to_numpy(self) -> Any:
        return np.array(self.values)


FORMS: dict[str, Callable[[Any], Any]] = {
    "tuple": tuple,
    "numpy": np.array,
    "float32 of halves": lambda values: np.array(values, dtype=np.float64),
    "pandas": pd.Series,
    "pandas that knows NA": lambda values: pd.Series(values, dtype="Float64"),
    "pandas index": pd.Index,
    "Arrow": Arrow,
    "other": Other,
    "strided": lambda values: np.repeat(np.array(values), 2)[::2],
    "read-only": lambda values: np.frombuffer(np.array(values).tobytes()),
    "masked": lambda values: np.ma.array(values, mask=False),
    "decimal": lambda values: [decimal.Decimal(str(value)) for value in values],
    "objects": lambda values: np.array(values, dtype=object),
}

ASKED: dict[str, Callable[[Any], Any]] = {
    "charts.individuals": lambda x: methods.charts.individuals(x),
    "charts.ewma": lambda x: methods.charts.ewma(x),
    "charts.run": lambda x: methods.charts.run(x),
    "capability.capability": lambda x: methods.capability.capability(x, lower=4, upper=6),
    "capability.anderson_darling": lambda x: methods.capability.anderson_darling(x),
    "measurement.bias": lambda x: methods.measurement.bias(x, 5.0),
    "measurement.type1_study": lambda x: methods.measurement.type1_study(x, 5.0, 4.0),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("asked", ASKED)
def test_every_form_of_a_column_gives_the_same(asked: str, form: str) -> None:
    assert plain(ASKED[asked](FORMS[form](VALUES))) == plain(ASKED[asked](VALUES))


@pytest.mark.parametrize(
    "lacking",
    [
        [*VALUES, None],
        [*VALUES, float("nan")],
        np.array([*VALUES, None], dtype=object),
        np.ma.array([*VALUES, 0.0], mask=[*[False] * len(VALUES), True]),
        pd.Series([*VALUES, None]),
        pd.Series([*VALUES, None], dtype="Float64"),
        [*VALUES, pd.NA],
        Arrow([*VALUES, None]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_form_of_a_missing_value_is_missing(lacking: Any) -> None:
    made = inputs.column("values", lacking, missing=True)
    assert made[:-1].tolist() == VALUES and np.isnan(made[-1])
    with pytest.raises(ValueError, match=r"^values: 1 of 13 values are missing"):
        inputs.column("values", lacking)


def test_a_column_of_float64_is_not_copied() -> None:
    made = np.array(VALUES)
    assert inputs.column("values", made) is made
    series = pd.Series(VALUES)
    assert np.shares_memory(inputs.column("values", series), series.to_numpy())


@pytest.mark.parametrize(
    "given",
    [
        ["1.0", "2.0"],
        [1.0, "2.0"],
        np.array(["1", "2"]),
        np.array(["2026-01-01"], dtype="datetime64[D]"),
        np.array([1], dtype="timedelta64[s]"),
        [1j],
        [[1.0], [1.0, 2.0]],
        {1.0, 2.0},
        {"a": 1.0},
        "12",
        b"12",
        None,
        7.0,
        [],
        [None],
        [float("inf")],
        np.zeros((2, 2)),
    ],
    ids=repr,
)
def test_what_is_no_column_of_numbers_is_refused_by_its_name(given: Any) -> None:
    with pytest.raises(ValueError, match=r"^sizes: "):
        inputs.column("sizes", given)


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 2, 3], [4, 5]],
        ((1, 2, 3), (4, 5, None)),
        [np.array([1, 2, 3]), np.array([4, 5])],
        [pd.Series([1, 2, 3]), [4, 5]],
        pd.DataFrame({"a": [1, 4], "b": [2, 5], "c": [3, None]}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_rows_of_unequal_length_are_filled_up(rows: Any) -> None:
    made = inputs.table("rows", rows, missing=True)
    assert np.array_equal(made, [[1, 2, 3], [4, 5, np.nan]], equal_nan=True)


@pytest.mark.parametrize("given", [None, "3", b"3", [1, 2], float("nan"), float("inf"), 1j])
def test_what_is_no_number_is_refused_by_its_name(given: Any) -> None:
    with pytest.raises(ValueError, match=r"^upper: "):
        inputs.number("upper", given)


def test_bounds_of_numbers() -> None:
    assert inputs.number("share", np.float32(0.5), above=0, most=1) == 0.5
    for bounds, text in (
        ({"above": 2}, "more than 2"),
        ({"least": 3}, "3 or more"),
        ({"most": 1}, "1 or less"),
    ):
        with pytest.raises(ValueError, match=rf"^size: give {text}"):
            inputs.whole("size", 2, **{"least": 0, **bounds}) if "above" not in bounds else inputs.number(
                "size", 2, **bounds
            )
    with pytest.raises(ValueError, match=r"^size: give a whole number"):
        inputs.whole("size", 2.5)


@pytest.mark.parametrize(
    ("asked", "argument"),
    [
        (lambda: inputs.column("values", [1e200, 2e200]), "values"),
        (lambda: methods.capability.capability([1e-300, 2e-300, 3e-300], lower=0, upper=1), "values"),
        (lambda: methods.capability.fit([1e9 + i * 1e-3 for i in range(9)], "gamma"), "values"),
        (lambda: methods.capability.defectives([[1], [1, 2]], [9, 9]), "counts"),
        (lambda: methods.measurement.stability(None), "values"),
    ],
)
def test_numbers_that_cannot_be_computed_with_are_refused(asked: Callable[[], Any], argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument}: "):
        asked()


def test_a_gauge_study_of_the_smallest_numbers_is_still_json() -> None:
    found = methods.measurement.crossed_study(
        [1e-300, 2e-300, 3e-300, 1e-300, 2e-300, 2e-300, 1e-300, 4e-300], [1, 1, 2, 2] * 2, list("AAAABBBB")
    )
    assert found.figure()["series"][0]["data"][0] is None


HUGE = 10**400


@pytest.mark.parametrize(
    ("asked", "argument"),
    [
        (lambda: inputs.number("upper", HUGE), "upper"),
        (lambda: inputs.column("values", [1, HUGE]), "values"),
        (lambda: methods.charts.individuals([1.0, 2.0, 4.0], mean=HUGE), "mean"),
        (lambda: methods.charts.individuals([1.0, 2.0, 4.0], stages=2), "stages"),
        (lambda: methods.charts.individuals([1.0, 2.0, 4.0], stages="abc"), "stages"),
        (lambda: methods.charts.individuals([1.0, 2.0, 4.0], stages=np.array(1)), "stages"),
        (lambda: methods.charts.t2([[1, 2]], mean="ab", covariance=[[1, 0], [0, 1]]), "mean"),
        (lambda: methods.charts.t2([[1, 2]], mean=[1, 2], covariance=[["a", 0], [0, 1]]), "covariance"),
    ],
)
def test_what_python_cannot_turn_into_numbers_is_refused_by_its_name(
    asked: Callable[[], Any], argument: str
) -> None:
    with pytest.raises(ValueError, match=rf"^{argument}: "):
        asked()


def test_decimals_as_a_database_gives_them_are_numbers() -> None:
    three, share = decimal.Decimal("3"), decimal.Decimal("0.99")
    values = [5.1, 4.9, 5.3, 5.0, 5.2, 4.8]
    assert methods.charts.c([1, 2, 3], width=three).upper[0] == methods.charts.c([1, 2, 3]).upper[0]
    found = methods.charts.g([1, 2, 3], limits="probability", confidence=share)
    assert found.upper[0] == methods.charts.g([1, 2, 3], limits="probability", confidence=0.99).upper[0]
    of_decimals = methods.capability.capability(
        values, lower=4, upper=6, shift=decimal.Decimal("1.5"), bounds=three
    )
    of_floats = methods.capability.capability(values, lower=4, upper=6, shift=1.5)
    assert of_decimals.to_dict() == of_floats.to_dict()


def test_labels_may_be_columns_of_other_libraries() -> None:
    values, labels = [1.0, 2.0, 4.0, 3.0, 6.0, 5.0], ["a", "a", "a", "b", "b", "b"]
    for given in (Arrow(labels), pd.Series(labels), np.array(labels, dtype=object), tuple(labels)):
        assert [one.name for one in methods.charts.individuals(values, stages=given).location.stages] == [
            "a",
            "b",
        ]
        assert methods.charts.arrange(values, given)[0] == ["a", "b"]
        found = methods.rules.signals([2.1, -2.1, 2.1, -2.1, 0.0, 0.0], "westgard", runs=given)
        assert found.completes("R-4s").tolist() == [False, True, True, False, False, False]


def test_labels_that_cannot_be_told_apart_are_refused() -> None:
    for strange in ([None, "a", "a"], [[1], [1, 2], [1]], 3):
        with pytest.raises(ValueError, match="^by: "):
            methods.charts.arrange([1.0, 2.0, 3.0], strange)
        with pytest.raises(ValueError, match="^runs: "):
            methods.rules.signals([1.0, 2.0, 3.0], "westgard", runs=strange)


@pytest.mark.parametrize(
    ("asked", "argument"),
    [
        (lambda: methods.run_lengths.mewma_limit(0, 0.1, 200), "measures"),
        (lambda: methods.run_lengths.mewma_limit(2, 0, 200), "weight"),
        (lambda: methods.run_lengths.mewma_limit(2, 0.1, 1), "arl"),
        (lambda: methods.run_lengths.p(0.1, centre=0.1, n=50, rules="nelson"), "rules"),  # type: ignore[arg-type]
        (lambda: methods.sampling.estimated_share(10, "1.4"), "q"),  # type: ignore[arg-type]
        (lambda: methods.sampling.double(50, 1, 4, 100, None), "accept2"),  # type: ignore[arg-type]
        (lambda: methods.sampling.multiple(20, [1], [2]), "sizes"),  # type: ignore[arg-type]
        (lambda: methods.pareto.pareto(None), "labels"),
        (lambda: methods.pareto.compare_paretos(3, [1], [2]), "labels"),
        (lambda: methods.measurement.fleiss_kappa([["a", "b"], ["a", "a"]], categories=2), "categories"),  # type: ignore[arg-type]
        (lambda: methods.reliability.cronbach_alpha([[1, 2], [2, 3], [3, 5]], reverse=2), "reverse"),  # type: ignore[arg-type]
        (lambda: methods.reliability.cronbach_alpha([[1, 2], [2, 3], [3, 5]], items=2), "items"),  # type: ignore[arg-type]
        (lambda: methods.risk.priority_numbers([1], [2], [3], names=5), "names"),  # type: ignore[arg-type]
        (lambda: methods.trends.worsening([[1, 2, 3, 4]], names=5), "names"),
        (lambda: methods.capability.compare_fits([1, 2, 4], families=5), "families"),  # type: ignore[arg-type]
        (lambda: methods.rules.multirule([[1, 2]], rules="strict"), "rules"),
        (lambda: inputs.whole("n", 1e300), "n"),
    ],
)
def test_what_is_no_list_or_no_number_is_refused_by_its_name(asked: Callable[[], Any], argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument}: "):
        asked()


def test_a_set_of_rules_may_be_named_for_several_controls() -> None:
    named = methods.rules.multirule([[0.1, 3.2], [0.2, 0.1]], rules="westgard")
    assert (
        named.decisions == methods.rules.multirule([[0.1, 3.2], [0.2, 0.1]]).decisions == ("reject", "accept")
    )


FAR = [1e15 + value for value in VALUES]


@pytest.mark.parametrize(
    "asked",
    [
        lambda: methods.capability.box_cox_power(FAR),
        lambda: methods.capability.fit(FAR, "weibull"),
        lambda: methods.capability.fit(FAR, "lognormal"),
        lambda: methods.tolerance.weibull(FAR),
    ],
)
def test_values_whose_logarithms_hardly_differ_are_refused(asked: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match=r"^values: lie so far from zero"):
        asked()


def test_values_far_from_zero_have_a_histogram() -> None:
    found = methods.capability.capability(FAR, lower=1e15, upper=1e15 + 10)
    bars = found.figure()["series"][0]["data"]
    assert sum(count for _, count in bars) == len(FAR)


def test_laneys_factor_of_a_given_mean_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="^laney: "):
        methods.charts.p([1, 0, 2], 50, laney=True, mean=0)
    with pytest.raises(ValueError, match="^stages: "):
        methods.charts.p([1, 0, 2], 50, stages=[[1], [1, 2], [3]])
