// Charts from the JSON that `data-chart="#id"` names: {kind: bar|line|pie|radar, labels, series: [{name, values}], unit, stacked, horizontal, most (and least): where a radar's axes or the axis of values end, colours, codes: shorter labels of a radar that is narrow}.
// Or {option}: an ECharts option as plain data, as the quality methods' results give it by `.figure()`.
// Drawn on a canvas with the page's own colours, described for screen readers, drawn again when the theme changes.
import { BarChart, HeatmapChart, LineChart, PieChart, RadarChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent, RadarComponent, TitleComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { language } from "./page.js";

use([BarChart, HeatmapChart, LineChart, PieChart, RadarChart, ScatterChart, CanvasRenderer]);
use([AriaComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent, RadarComponent, TitleComponent, TooltipComponent, VisualMapComponent]);

const NAMES = ["grey", "blue", "purple", "orange", "green", "red", "teal"];
const SERIES = ["--accent", "--orange-dot", "--purple-dot", "--green-dot", "--blue-dot", "--red-dot", "--teal-dot", "--grey-dot"];

/** The colours in force at `element`, resolved from the tokens. */
function palette(element) {
  const probe = document.createElement("span");
  probe.style.transition = "none"; // else who wants less motion gets the colour before, as a change takes a moment there
  element.append(probe);
  const colour = (name) => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };
  const found = { ink: colour("--ink"), muted: colour("--ink-3"), line: colour("--line"), paper: colour("--paper-raised"), strong: colour("--line-strong"), series: SERIES.map(colour), named: Object.fromEntries(NAMES.map((name) => [name, colour(`--${name}-dot`)])), font: getComputedStyle(element).fontFamily, narrow: element.clientWidth < 480 };
  probe.remove();
  return found;
}

/** A method's own option in the page's colours; what it says itself stays. */
function dressed(option, colours, title) {
  const label = { color: colours.muted, fontFamily: colours.font, fontSize: 12 };
  const axis = (one) => ({ ...one, nameTextStyle: { ...label, ...one.nameTextStyle }, axisLabel: { ...label, ...one.axisLabel }, axisLine: { lineStyle: { color: colours.strong }, ...one.axisLine }, splitLine: { lineStyle: { color: colours.line }, ...one.splitLine } });
  const each = (axes, dress) => (Array.isArray(axes) ? axes.map(dress) : axes && dress(axes));
  return {
    animation: false, color: colours.series, textStyle: { fontFamily: colours.font }, aria: { enabled: true, label: { description: title } }, ...option,
    ...(option.title && { title: each(option.title, (one) => ({ ...one, textStyle: { ...label, fontWeight: 600, ...one.textStyle } })) }),
    ...(option.legend && { legend: each(option.legend, (one) => ({ ...one, textStyle: { ...label, ...one.textStyle } })) }),
    ...(option.visualMap && { visualMap: each(option.visualMap, (one) => ({ ...one, textStyle: { ...label, ...one.textStyle } })) }),
    ...(option.xAxis && { xAxis: each(option.xAxis, axis) }),
    ...(option.yAxis && { yAxis: each(option.yAxis, axis) }),
    tooltip: { renderMode: "richText", backgroundColor: colours.paper, borderColor: colours.strong, borderWidth: 1, ...option.tooltip, textStyle: { color: colours.ink, fontFamily: colours.font, fontSize: 12 } },
  };
}

function settings(data, colours, title) {
  if (data.option) return dressed(data.option, colours, title);
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const format = (value) => (value == null ? "–" : `${number.format(value)}${data.unit ? ` ${data.unit}` : ""}`);
  const label = { color: colours.muted, fontFamily: colours.font, fontSize: 12 };
  const common = {
    animation: false, color: data.colours ? data.colours.map((name) => colours.named[name]) : colours.series, textStyle: { fontFamily: colours.font }, aria: { enabled: true, label: { description: title } },
    tooltip: { renderMode: "richText", trigger: data.kind === "pie" ? "item" : "axis", axisPointer: { type: data.kind === "bar" ? "shadow" : "line" }, valueFormatter: format, backgroundColor: colours.paper, borderColor: colours.strong, borderWidth: 1, textStyle: { color: colours.ink, fontFamily: colours.font, fontSize: 12 } },
    legend: { show: data.series.length > 1 || data.kind === "pie", bottom: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: { ...label } },
  };
  if (data.kind === "pie") {
    const slices = data.labels.map((name, at) => ({ name, value: data.series[0].values[at] }));
    return { ...common, series: [{ type: "pie", radius: ["52%", "78%"], center: ["50%", "44%"], data: slices, label: { show: false }, itemStyle: { borderColor: colours.paper, borderWidth: 2 } }] };
  }
  if (data.kind === "radar") {
    const most = data.most ?? Math.ceil(Math.max(1, ...data.series.flatMap((series) => series.values)));
    const around = { indicator: (colours.narrow && data.codes ? data.codes : data.labels).map((name, at) => ({ name, min: 0, max: most, axisLabel: { show: at === 0, ...label, fontSize: 10, showMinLabel: false } })), splitNumber: most, radius: colours.narrow ? "48%" : "68%", center: ["50%", "48%"], axisName: { ...label, width: colours.narrow ? 76 : 110, overflow: "break" }, splitArea: { show: false }, splitLine: { lineStyle: { color: colours.line } }, axisLine: { lineStyle: { color: colours.line } } };
    const last = data.series.length - 1;
    const closed = (values) => values.map((value, at) => value ?? data.series[0].values[at]); // where nothing more is asked, the line follows the first
    const drawn = data.series.map((series, at) => ({ name: series.name, value: closed(series.values), symbolSize: 5, lineStyle: { width: 2, type: at > 0 && at < last ? "dashed" : "solid" }, areaStyle: at === last ? { opacity: 0.18 } : undefined }));
    return { ...common, tooltip: { ...common.tooltip, trigger: "item" }, radar: around, series: [{ type: "radar", data: drawn }] };
  }
  const names = { type: "category", data: colours.narrow && data.codes ? data.codes : data.labels, axisLabel: label, axisLine: { lineStyle: { color: colours.strong } }, axisTick: { show: false } };
  const whole = data.series.every((series) => series.values.every((value) => value == null || Number.isInteger(value))); // of people, say, there are no fifths
  const values = { type: "value", axisLabel: { ...label, formatter: (value) => number.format(value) }, splitLine: { lineStyle: { color: colours.line } }, name: data.unit ?? "", nameTextStyle: label, ...(whole && { minInterval: 1 }), ...(data.most !== undefined && { min: data.least ?? 0, max: data.most, minInterval: 1 }) };
  return {
    ...common,
    grid: { left: 8, right: 12, top: data.unit ? 28 : 12, bottom: common.legend.show ? 32 : 8, containLabel: true },
    xAxis: data.horizontal ? values : names,
    yAxis: data.horizontal ? { ...names, inverse: true } : values,
    series: data.series.map((series) => ({ name: series.name, type: data.kind, data: series.values, stack: data.stacked ? "all" : undefined, barMaxWidth: 28, symbolSize: 5, lineStyle: { width: 2 }, itemStyle: { borderRadius: data.stacked ? 0 : 2 } })),
  };
}

/** Draws the chart of one `[data-chart]` element. */
export function chart(element) {
  const data = JSON.parse(document.querySelector(element.dataset.chart).textContent);
  const drawing = init(element, null, { renderer: "canvas" });
  const draw = () => drawing.setOption(settings(data, palette(element), element.dataset.title ?? ""), true);
  draw();
  element.setAttribute("role", "img");
  new ResizeObserver(() => drawing.resize()).observe(element);
  document.addEventListener("setsquare:theme", draw);
}
