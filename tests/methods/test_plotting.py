"""Pictures by matplotlib: refused clearly without it, and drawn where it is installed.

`test_library.py` draws every picture of every family.
"""

import sys
from importlib.util import find_spec
from typing import Any

import pytest

from setsquare.methods import capability, charts, measurement
from setsquare.methods.plotting import draw

PICTURES: dict[str, Any] = {
    "limits and points": charts.individuals([5, 4, 6, 5, 9, 5, 4]).location,
    "two grids": charts.xbar_r([[5, 4, 6], [5, 9, 5], [4, 6, 5]]),
    "bars": measurement.crossed_study([1.0, 1.1, 2.0, 2.1, 1.2, 1.1, 2.2, 2.1], [1, 1, 2, 2] * 2, list("AAAABBBB")),
    "histogram": capability.capability([9.9, 10.1, 10.0, 10.2, 9.8], lower=9, upper=11, stable=True),
    "lying bars": {
        "xAxis": {"type": "value"},
        "yAxis": {"type": "category", "data": ["a", "b"], "inverse": True},
        "series": [{"type": "bar", "data": [3, 1]}],
    },
    "heat map": {
        "xAxis": {"type": "category", "data": ["1", "2"]},
        "yAxis": {"type": "category", "data": ["1"]},
        "series": [{"type": "heatmap", "data": [[0, 0, 5], [1, 0, None]]}],
    },
    "two axes, a band and a mark": {
        "title": {"text": "both"},
        "legend": {},
        "xAxis": {"type": "value", "name": "x", "min": 1},
        "yAxis": [{"type": "log"}, {"type": "value", "max": 9}],
        "series": [
            {"type": "line", "name": "a", "data": [[1, 1], [2, None], [3, 100]],
             "markArea": {"data": [[{"xAxis": 1}, {"xAxis": 2}]]}, "markPoint": {"data": [{"coord": [1, 1]}]}},
            {"type": "scatter", "name": "b", "yAxisIndex": 1, "data": [[1, 2], [3, 4]]},
        ],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_drawn_where_matplotlib_is_installed(name: str) -> None:
    if not find_spec("matplotlib"):
        with pytest.raises(ImportError, match=r"setsquare\[plots\]"):
            draw(PICTURES[name])
        return
    figure = draw(PICTURES[name])
    assert figure.axes[0].has_data()
    assert len(figure.axes) == (2 if name.startswith("two") else 1)
    if len(figure.axes) == 1:
        assert draw(PICTURES[name], figure.axes[0]) is figure


def test_without_matplotlib_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"setsquare\[plots\]"):
        draw(PICTURES["bars"])


@pytest.mark.parametrize(
    "given", [None, 3, {}, {"series": []}, [1, 2], measurement.kendall_w([[1, 1], [2, 2]])]
)
def test_what_has_no_picture_is_refused(given: Any) -> None:
    with pytest.raises(ValueError, match=r"^picture: give a result that has a figure"):
        draw(given)
