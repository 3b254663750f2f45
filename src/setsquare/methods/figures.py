"""The pictures that many results share: curves, bars, and values with their intervals, as ECharts options.

Source: the documentation of ECharts' options, https://echarts.apache.org/en/option.html.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .results import BELOW, BESIDE, EVERY, plain

Marks = Sequence[tuple[str, float]]
"""Names and places of lines across a picture; those that are not finite are left out."""
GREY = "#777777"
LABEL = {"formatter": "{b}", "color": GREY}
"""Of lines across: their names, in a colour that can be read on light and dark paper."""
ROOM = {"left": 12, "right": 36, "top": 56, "bottom": 40, "containLabel": True}
"""Room for names of categories however long."""


def curves(
    title: str,
    x: str,
    y: str,
    lines: Mapping[str, Any],
    *,
    points: Mapping[str, Any] | None = None,
    upright: Marks = (),
    level: Marks = (),
    least: float | None = None,
    most: float | None = None,
) -> dict[str, Any]:
    """Return lines through pairs (x, y), and single points, under a title and with named axes.

    `upright` and `level` are lines across at places of x and of y; `least` and `most` bound the vertical axis.

    >>> curves("OC", "quality", "acceptance", {"OC": [(0, 1), (1, 0)]})["xAxis"]["name"]
    'quality'
    """
    series = [_line(name, "scatter", pairs) for name, pairs in (points or {}).items()]
    series += [_line(name, "line", pairs) | {"showSymbol": False} for name, pairs in lines.items()]
    across = [{"xAxis": plain(place), "name": name} for name, place in upright if math.isfinite(place)]
    across += [{"yAxis": plain(place), "name": name} for name, place in level if math.isfinite(place)]
    if across:
        series[0]["markLine"] = {"symbol": "none", "label": LABEL, "data": across}
    ends = {name: end for name, end in (("min", least), ("max", most)) if end is not None}
    return {
        "title": {"text": title},
        **_legend(series),
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "value", **BELOW, "name": x, "scale": True},
        "yAxis": {"type": "value", **BESIDE, "name": y, "scale": True, **ends},
        "series": series,
    }


def bars(
    title: str, y: str, names: Iterable[Any], series: Mapping[str, Any], *, level: Marks = ()
) -> dict[str, Any]:
    """Return bars over categories, those of several series beside one another, under a title.

    >>> bars("risks", "probability", ["consumer", "producer"], {"risk": [0.01, 0.02]})["series"][0]["type"]
    'bar'
    """
    made: list[dict[str, Any]] = [
        {"name": name, "type": "bar", "barMaxWidth": 40, "data": plain(values)}
        for name, values in series.items()
    ]
    made[0] |= _across("yAxis", level, LABEL)
    return {
        "title": {"text": title},
        **_legend(made),
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [str(name) for name in names], "axisLabel": EVERY},
        "yAxis": {"type": "value", **BESIDE, "name": y},
        "series": made,
    }


def intervals(
    title: str,
    x: str,
    rows: Iterable[tuple[str, float, tuple[float, float]]],
    *,
    upright: Marks = (),
    log: bool = False,
) -> dict[str, Any]:
    """Return values with their intervals, a row for each by its name, from the top down.

    An end that is not finite is left open: the line then ends at the value.

    >>> intervals("ratio", "rate ratio", [("all", 1.2, (0.9, 1.6))], log=True)["xAxis"]["type"]
    'log'
    """
    shown = [(name, _seen(value, log), [_seen(end, log) for end in ends]) for name, value, ends in rows]
    # One line for all intervals, broken after each.
    spans: list[list[float | None]] = []
    for place, (_, value, (low, high)) in enumerate(shown):
        spans += [
            [value if low is None else low, place],
            [value if high is None else high, place],
            [None, place],
        ]
    values: dict[str, Any] = {
        "name": "value",
        "type": "scatter",
        "data": [[value, place] for place, (_, value, _) in enumerate(shown)],
    }
    # Their names stand above, as the axis runs downwards.
    values |= _across("xAxis", upright, LABEL | {"position": "start"})
    return {
        "title": {"text": title},
        "grid": ROOM,
        "tooltip": {"trigger": "item"},
        "xAxis": {"type": "log" if log else "value", **BELOW, "name": x, "scale": True},
        "yAxis": {"type": "category", "inverse": True, "data": [name for name, _, _ in shown]},
        "series": [values, {"name": "interval", "type": "line", "data": spans, **_SPAN}],
    }


_SPAN = {
    "symbol": "rect",
    "symbolSize": [2, 12],
    "itemStyle": {"color": GREY},
    "lineStyle": {"color": GREY},
}


def _across(axis: str, marks: Marks, label: dict[str, Any]) -> dict[str, Any]:
    """Return lines across at places of an axis, for a series to carry; nothing where there are none."""
    data = [{axis: plain(place), "name": name} for name, place in marks if math.isfinite(place)]
    return {"markLine": {"symbol": "none", "label": label, "data": data}} if data else {}


def _seen(value: Any, log: bool) -> Any:
    """Return a number as JSON holds it; None where it is not finite, or has no place on a logarithmic axis."""
    made = plain(value)
    return None if made is None or (log and made <= 0) else made


def _line(name: str, kind: str, pairs: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "data": [list(pair) for pair in plain(pairs)]}


def _legend(series: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a legend on the right, where it does not run into the title, if there is more than one series."""
    return {"legend": {"right": 8, "data": [one["name"] for one in series]}} if len(series) > 1 else {}
