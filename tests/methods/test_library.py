"""The library as a whole: every example runs, every function says where it comes from, every result has its forms."""

import dataclasses
import doctest
import importlib
import inspect
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import setsquare.methods
from setsquare.methods.plotting import draw
from setsquare.methods.results import Part, Result, Table

NAMES = sorted(
    module.name for module in pkgutil.walk_packages(setsquare.methods.__path__, "setsquare.methods.")
)
APART = {"figures", "inputs", "names", "results", "plotting", "quadrature"}
FAMILIES = sorted({name.split(".")[2] for name in NAMES} - APART)

SOURCE = re.compile(r"\bSources?\b|\b(NIST|ISO|ANSI|AIAG)\b|\b(18|19|20)\d\d\b")


def public() -> Iterator[tuple[str, Any]]:
    """Yield what the families offer, by its name."""
    for family in FAMILIES:
        module = importlib.import_module(f"setsquare.methods.{family}")
        for name in getattr(module, "__all__", ()):
            yield f"{family}.{name}", getattr(module, name)


FUNCTIONS = {name: thing for name, thing in public() if inspect.isfunction(thing)}
RESULTS = {name: thing for name, thing in public() if inspect.isclass(thing) and issubclass(thing, Result)}


def test_the_library_names_its_families_and_loads_them_when_used() -> None:
    assert sorted(setsquare.methods.__all__) == sorted([*FAMILIES, "names", "plotting"])
    for family in FAMILIES:
        assert isinstance(getattr(setsquare.methods, family), ModuleType)
    assert set(FAMILIES) <= set(dir(setsquare.methods))
    with pytest.raises(AttributeError, match="no attribute 'chart'"):
        setsquare.methods.chart  # noqa: B018 - asking for it is what is tested


def test_loading_the_families_loads_nothing_heavy() -> None:
    heavy = ("scipy", "statsmodels", "pandas", "matplotlib", "django", "numpy.random", "difflib")
    load = "; ".join(f"import setsquare.methods.{family}" for family in FAMILIES)
    alone = "import sys, setsquare.methods.charts; assert 'setsquare.methods.run_lengths' not in sys.modules"
    code = f"{alone}; {load}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_library_itself_and_the_comparison_of_texts_load_not_even_numpy() -> None:
    code = "import sys, setsquare.methods.comparison; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@cache
def examples(name: str) -> tuple[tuple[Any, ...], int]:
    """Run the examples of a module; return what its functions answered in them, and how many failed."""
    module = importlib.import_module(name)
    seen: list[Any] = []

    def noting(function: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any, **named: Any) -> Any:
            seen.append(function(*args, **named))
            return seen[-1]

        return noted

    own = {
        key: noting(thing)
        for key, thing in vars(module).items()
        if inspect.isfunction(thing) and thing.__module__ == name and not key.startswith("_")
    }
    runner = doctest.DocTestRunner(verbose=False)
    for test in doctest.DocTestFinder().find(module):
        test.globs |= own
        runner.run(test)
    return tuple(seen), runner.summarize(verbose=False).failed


@pytest.mark.parametrize("name", ["setsquare.methods", *NAMES])
def test_the_examples_of_the_docstrings_are_true(name: str) -> None:
    assert examples(name)[1] == 0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_has_an_example_and_a_source(name: str) -> None:
    function = FUNCTIONS[name]
    home = sys.modules[function.__module__]
    assert function.__doc__ and ">>> " in function.__doc__, "shows no example"
    package = importlib.import_module(f"setsquare.methods.{name.split('.')[0]}")
    texts = " ".join(text or "" for text in (function.__doc__, home.__doc__, package.__doc__))
    assert SOURCE.search(texts), "says nowhere where it comes from"


@cache
def answered() -> dict[str, tuple[Result, ...]]:
    """Return all results that examples make, and those inside them, by the name of their class."""
    found: dict[str, list[Result]] = {}

    def note(value: Any) -> None:
        if isinstance(value, Result):
            found.setdefault(type(value).__qualname__, []).append(value)
            for field in dataclasses.fields(value):
                note(getattr(value, field.name))
        elif isinstance(value, tuple | list):
            for item in value:
                note(item)
        elif isinstance(value, dict):
            note(list(value.values()))

    charts, rules, comparison = (
        getattr(setsquare.methods, name) for name in ("charts", "rules", "comparison")
    )
    note(charts.individuals([5, 4, 6, 5, 9], exclude={4: "gauge dropped"}))
    note(rules.signals(charts.run([5, 4, 6, 5, 9])))
    tables = comparison.compare("| a |\n|---|\n| 1 |", "| a |\n|---|\n| 2 |")
    note([tables, tables.summary()])
    for name in NAMES:
        note(examples(name)[0])
    return {name: tuple(values) for name, values in found.items()}


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_has_all_its_forms(name: str) -> None:
    shown = answered().get(RESULTS[name].__qualname__, ())
    assert shown, "no example of a public function answers it"
    for result in shown:
        json.dumps(result.to_dict(), allow_nan=False)
        check_table(result.table())
        if not isinstance(result, Part):
            check_figure(result.figure())  # type: ignore[attr-defined]
            if find_spec("matplotlib"):
                assert draw(result).axes


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_has_a_picture_unless_there_is_nothing_to_draw_of_it(name: str) -> None:
    """The rule of `results.Part`: a picture, or a place inside what has one."""
    assert hasattr(RESULTS[name], "figure") != issubclass(RESULTS[name], Part)


def check_table(table: Table) -> None:
    assert table.columns and all(isinstance(head, str) for head in table.columns)
    for row in table.rows:
        assert len(row) == len(table.columns)
        for cell in row:
            assert cell is None or isinstance(cell, str | int | float | bool | np.generic), cell


def check_figure(figure: Any) -> None:
    """What JSON gives back is the same: dictionaries, lists and plain numbers, none of them NaN.

    There is a title, what is drawn is what the page's script can draw, and each axis of numbers says what they are.
    """
    assert figure["series"]
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure
    for title in listed(figure["title"]):
        assert title["text"]
    assert {one["type"] for one in figure["series"]} <= {"bar", "heatmap", "line", "scatter"}
    for axis in (*listed(figure["xAxis"]), *listed(figure["yAxis"])):
        assert axis.get("name") or axis["type"] == "category"


def listed(one: Any) -> list[Any]:
    return one if isinstance(one, list) else [one]


ROOT = Path(__file__).parents[2]
PAGES = [
    page for page in sorted((ROOT / "docs/methods").glob("*.md")) if page.stem not in ("README", "names")
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_the_pages_run(page: Path) -> None:
    """On data such as each of them talks of; the names of its own that a page needs are these."""
    chance = np.random.default_rng(1)
    answers = np.clip(chance.integers(1, 6, (60, 1)) + chance.integers(-1, 2, (60, 5)), 1, 5)
    names: dict[str, Any] = {
        "values": chance.normal(0, 1, 90) + np.repeat(chance.normal(10, 3, 10), 9),
        "parts": np.repeat(np.arange(10), 9),
        "operators": np.tile(np.repeat(["a", "b", "c"], 3), 10),
        "subgroups": chance.normal(10, 0.2, (25, 5)),
        "counts": chance.poisson(4, 20),
        "inspected": [50] * 20,
        "answers": answers,
        "names": ["q1", "q2", "q3", "q4", "q5"],
        "teams": ["x"] * 30 + ["y"] * 30,
        "rows": [{"severity": (1, 10), "occurrence": (1, 10), "detection": (1, 10), "level": "low"}],
    }
    for code in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        exec(code, names)
