"""Draw what `figure()` answers by matplotlib, which the extra `plots` brings: for notebooks and printed reports.

The pictures of a page are ECharts options; this draws the part of their language that the methods speak: lines, bars,
points and heat maps over categories, numbers or logarithms, with a second axis, limit lines, bands and marked points::

    from setsquare.methods import charts, plotting

    plotting.draw(charts.individuals([5, 4, 6, 5, 9]).location).savefig("chart.svg")

Source: the documentation of ECharts' options, https://echarts.apache.org/en/option.html.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

COLOURS = ("#2f6db5", "#d9822b", "#6b4fa0", "#3a8a57", "#b23b3b", "#2a8f8f", "#777777")
_GREY = "#777777"
_STYLES = {"dashed": "--", "dotted": ":", "solid": "-"}
_STEPS = {"middle": "mid", "start": "pre", "end": "post"}
_MARKERS = {"emptyDiamond": "D", "diamond": "D", "triangle": "^", "rect": "s"}

Option = Mapping[str, Any]


def draw(picture: Any, axes: Any = None) -> Any:
    """Draw a result, or the option that its ``figure()`` gave; return matplotlib's Figure.

    `axes`: matplotlib's Axes to draw on, a new Figure's unless given; a picture of several grids makes its own. Raises
    ValueError at ``picture`` where it is neither a result with a picture nor an option, and ImportError where
    matplotlib is not installed.
    """
    option = picture.figure() if hasattr(picture, "figure") else picture
    if not isinstance(option, Mapping) or not option.get("series"):
        raise ValueError("picture: give a result that has a figure, or the option that the figure is")
    grids = option.get("grid")
    if isinstance(grids, Sequence) and len(grids) > 1:
        figure = _figure(len(grids))
        for place, own in enumerate(figure.subplots(len(grids), squeeze=False).flat):
            _Drawing(_of_grid(option, place), own).all()
        return figure
    if axes is None:
        axes = _figure().add_subplot()
    _Drawing(option, axes).all()
    return axes.figure


def _of_grid(option: Option, place: int) -> Option:
    """Return what stands in one of several grids, each with a horizontal and a vertical axis of its own."""
    series = [one for one in option["series"] if one.get("xAxisIndex", 0) == place]
    own = {name: option[name][place] for name in ("title", "xAxis", "yAxis") if name in option}
    return {**own, "series": [{**one, "yAxisIndex": 0} for one in series]}


def _figure(grids: int = 1) -> Any:
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, loads when first used
    except ImportError as error:
        raise ImportError("matplotlib is not installed; it comes with setsquare[plots]") from error
    return Figure(figsize=(7.2, 3.6 if grids == 1 else 2.6 * grids), layout="constrained")


class _Drawing:
    """One option drawn on matplotlib's axes."""

    def __init__(self, option: Option, axes: Any) -> None:
        self.option, self.axes = option, axes
        self.series = [one for one in option["series"] if one.get("data") or one.get("markLine")]
        ys = option.get("yAxis", {})
        self.y_options: Sequence[Option] = ys if isinstance(ys, Sequence) else [ys]
        self.x_option: Option = option.get("xAxis", {})
        self.sides = [axes, *(axes.twinx() for _ in self.y_options[1:])]
        self.bars = [one for one in self.series if one["type"] == "bar"]

    def all(self) -> None:
        """Draw every series, then what is said about the axes."""
        colours = itertools.cycle(COLOURS)
        for one in self.series:
            side = self.sides[one.get("yAxisIndex", 0)]
            limit = one.get("symbol") == "none" and "step" in one
            colour = _colour(one) or (_GREY if limit else next(colours))
            getattr(self, "_" + one["type"], self._unknown)(one, side, colour)
            self._marks(one, side)
        self._scale("x", self.axes, self.x_option)
        for side, option in zip(self.sides, self.y_options, strict=True):
            self._scale("y", side, option)
            side.spines[["top"]].set_visible(False)
        self.axes.spines[["right"]].set_visible(len(self.sides) > 1)
        if title := self.option.get("title", {}).get("text"):
            self.axes.set_title(title, fontsize=10, loc="left")
        self._legend()

    def _line(self, one: Option, side: Any, colour: str) -> None:
        xs, ys = self._points(one)
        style = one.get("lineStyle", {})
        plain = one.get("symbol") == "none" or one.get("showSymbol") is False or "step" in one
        side.plot(
            xs, ys, label=one.get("name"), color=style.get("color", colour), linewidth=style.get("width", 1.3),
            linestyle=_STYLES.get(style.get("type", "solid"), "-"), alpha=style.get("opacity", 1.0),
            drawstyle=f"steps-{_STEPS[one['step']]}" if one.get("step") in _STEPS else "default",
            marker=None if plain else "o", markersize=3,
        )  # fmt: skip
        self._special(one, side, xs, ys)

    def _scatter(self, one: Option, side: Any, colour: str) -> None:
        xs, ys = self._points(one)
        side.scatter(xs, ys, label=one.get("name"), color=colour, s=14, zorder=3)
        self._special(one, side, xs, ys)

    def _special(self, one: Option, side: Any, xs: list[float], ys: list[float]) -> None:
        """Draw the points again that look different from the others, such as those beyond a limit."""
        for x, y, item in zip(xs, ys, one["data"], strict=True):
            if isinstance(item, Mapping) and ("itemStyle" in item or "symbol" in item):
                marker = _MARKERS.get(item.get("symbol", ""), "o")
                side.scatter([x], [y], color=_colour(item) or _GREY, marker=marker, s=24, zorder=4)

    def _bar(self, one: Option, side: Any, colour: str) -> None:
        xs, ys = self._points(one)
        if self._flat():  # bars that lie: categories stand on the vertical axis
            xs, ys = ys, xs
            side.barh(xs, ys, label=one.get("name"), color=colour, height=0.7)
            return
        if self._category(self.x_option):
            width = 0.8 / len(self.bars)
            shift = (self.bars.index(one) - (len(self.bars) - 1) / 2) * width
        else:
            steps = [b - a for a, b in zip(xs, xs[1:], strict=False)]
            width, shift = min(steps, default=1.0) * 0.96, 0.0
        colours = [(_colour(item) if isinstance(item, Mapping) else None) or colour for item in one["data"]]
        side.bar([x + shift for x in xs], ys, width=width, label=one.get("name"), color=colours)

    def _heatmap(self, one: Option, side: Any, colour: str) -> None:
        rows, columns = len(self.y_options[0]["data"]), len(self.x_option["data"])
        grid = [[math.nan] * columns for _ in range(rows)]
        for item in one["data"]:
            x, y, value, *_ = item["value"] if isinstance(item, Mapping) else item
            grid[int(y)][int(x)] = math.nan if value is None else float(value)
        told = [value for row in grid for value in row if not math.isnan(value)]
        low, high = min(told, default=0.0), max(told, default=0.0)
        side.imshow(grid, aspect="auto", cmap="YlOrRd", origin="lower")
        for y, row in enumerate(grid):
            for x, value in enumerate(row):
                if not math.isnan(value):
                    ink = "white" if value > (low + 2 * high) / 3 else "black"
                    side.text(x, y, f"{value:g}", ha="center", va="center", fontsize=8, color=ink)

    def _unknown(self, one: Option, side: Any, colour: str) -> None:
        raise ValueError(f"picture: has a series of type {one['type']!r}, which cannot be drawn here")

    def _marks(self, one: Option, side: Any) -> None:
        for mark in one.get("markLine", {}).get("data", ()):
            for key, line in (("yAxis", side.axhline), ("xAxis", side.axvline)):
                if isinstance(mark, Mapping) and key in mark:
                    line(mark[key], color=_GREY, linewidth=0.9, linestyle="--")
                    if mark.get("name") and key == "xAxis":
                        top = side.get_xaxis_transform()
                        side.text(
                            mark[key], 1.0, mark["name"], transform=top, fontsize=7, ha="center", va="bottom"
                        )
        for low, high in one.get("markArea", {}).get("data", ()):
            for key, band in (("yAxis", side.axhspan), ("xAxis", side.axvspan)):
                if key in low and key in high:
                    ends = (self._place(end[key]) for end in (low, high))
                    band(*ends, color=_GREY, alpha=0.12, linewidth=0)
        for mark in one.get("markPoint", {}).get("data", ()):
            if "coord" in mark:
                x, y = mark["coord"]
                side.scatter([self._place(x)], [y], color="#b23b3b", marker="v", s=40, zorder=5)

    def _points(self, one: Option) -> tuple[list[float], list[float]]:
        """Return where the points of a series are; a number alone stands at its place in the column."""
        xs, ys = [], []
        for place, item in enumerate(one["data"]):
            value = item.get("value") if isinstance(item, Mapping) else item
            x, y = value[:2] if isinstance(value, Sequence) else (place, value)
            xs.append(self._place(x))
            ys.append(math.nan if y is None or y == "-" else float(y))
        return xs, ys

    def _place(self, x: Any) -> float:
        if isinstance(x, str) and self._category(self.x_option):
            return float(self.x_option["data"].index(x))
        return math.nan if x is None else float(x)

    def _flat(self) -> bool:
        return self._category(self.y_options[0]) and not self._category(self.x_option)

    @staticmethod
    def _category(option: Option) -> bool:
        return option.get("type") == "category"

    def _scale(self, which: str, side: Any, option: Option) -> None:
        axis = getattr(side, which + "axis")
        if self._category(option):
            names = [str(name) for name in option.get("data", ())]
            step = max(1, math.ceil(len(names) / 16)) if which == "x" else 1
            axis.set_ticks(list(range(0, len(names), step)), names[::step])
            long = which == "x" and sum(map(len, names[::step])) > 70
            side.tick_params(axis=which, labelrotation=30 if long else 0)
        elif option.get("type") == "log":
            getattr(side, f"set_{which}scale")("log")
        if option.get("inverse"):
            axis.set_inverted(True)
        axis.set_visible(option.get("show", True))
        axis.label.set_text(option.get("name", ""))
        ends = {word: option[word] for word in ("min", "max") if isinstance(option.get(word), int | float)}
        words = {"min": "left", "max": "right"} if which == "x" else {"min": "bottom", "max": "top"}
        if ends:
            getattr(side, f"set_{which}lim")(**{words[word]: end for word, end in ends.items()})
        side.tick_params(labelsize=8)

    def _legend(self) -> None:
        if "legend" not in self.option or self.option["legend"].get("show") is False:
            return
        found = [side.get_legend_handles_labels() for side in self.sides]
        handles, names = ([item for pair in found for item in pair[place]] for place in (0, 1))
        if handles:
            self.axes.legend(handles, names, fontsize=8, frameon=False)


def _colour(of: Option) -> str | None:
    made = of.get("itemStyle", {}).get("color") or of.get("lineStyle", {}).get("color")
    return made if isinstance(made, str) else None
