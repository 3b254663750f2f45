"""The figures of the quality methods: the page's script draws each from the plain data that a result gives."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from setsquare import methods as m
from tests.browser.gallery_pages import served

pytestmark = pytest.mark.browser

FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
GROUPS = [[5, 7, 6], [6, 8, 7], [4, 6, 5], [5, 6, 9], [6, 7, 5]]

FIGURES: dict[str, Callable[[], Any]] = {
    "individuals": lambda: m.charts.individuals(FLOW).location,
    "xbar": lambda: m.charts.xbar_r(GROUPS).location,
    "p": lambda: m.charts.p([3, 5, 2, 8], 50),
    "capability": lambda: m.capability.capability(FLOW * 3, lower=40, upper=60),
    "plan": lambda: m.sampling.characteristic(m.sampling.AttributePlan((80,), (2,), (3,))),
    "trend": lambda: m.trends.mann_kendall([5, 7, 6, 9, 8, 12, 11, 15]),
    "pareto": lambda: m.pareto.pareto(["scratch", "dent", "stain"], [9, 4, 2]),
    "matrix": lambda: m.risk.matrix_by_score(),
    "action table": lambda: m.risk.action_table(),
    "interval": lambda: m.measurement.bias(FLOW, 50),
    "several intervals": lambda: m.trends.two_rates([11, 4, 0], 800, [23, 9, 3], 3000),
    "bars beside a level": lambda: m.sampling.judge(m.sampling.variables_plan(10, 1.5), FLOW, lower=45),
    "points beside a line": lambda: m.trends.false_discovery([0.001, 0.008, 0.039, 0.041, 0.6]),
    "curve with lines across": lambda: m.measurement.guard_band(9, 11, 0.1),
    "two points on a curve": lambda: m.sampling.find_plan((0.01, 0.95), (0.06, 0.10)),
    "texts": lambda: m.comparison.compare("Keep records.", "Keep all records."),
}

DRAW = """async ([figure, address]) => {
  const element = document.createElement("div");
  element.style.cssText = "width: 640px; height: 360px";
  element.dataset.chart = "#figure-data"; element.dataset.title = "Figure";
  const data = document.createElement("script");
  data.type = "application/json"; data.id = "figure-data"; data.textContent = JSON.stringify({ option: figure });
  document.querySelector("main").prepend(data, element);
  (await import(address)).chart(element);
  await new Promise((drawn) => setTimeout(drawn, 200));  // a heat map is drawn in several frames and layers
  let seen = 0;
  for (const canvas of element.querySelectorAll("canvas")) {
    const { data: pixels } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    seen += pixels.filter((value, at) => at % 4 === 3 && value).length;
  }
  element.remove(); data.remove();
  return seen;
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as found:
        yield found


def test_every_family_of_figures_is_drawn(browser: Any, address: str) -> None:
    page = browser.new_page()
    told: list[str] = []
    page.on(
        "console", lambda message: told.append(message.text) if message.type in ("error", "warning") else None
    )
    page.goto(f"{address}/index", wait_until="networkidle")
    script = page.evaluate("new URL(document.body.dataset.partCharts, location.href).href")
    for name, made in FIGURES.items():
        figure = json.loads(json.dumps(made().figure(), allow_nan=False))
        assert page.evaluate(DRAW, [figure, script]) > 2000, name
    assert told == []
