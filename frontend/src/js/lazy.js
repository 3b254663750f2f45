// Parts of the bundle that only some pages need, loaded when one of their elements appears.
import { each, part } from "./page.js";

each("[data-editor]", (element) => part("editor").then((module) => module.edit(element)));
each("[data-remarks]", (element) => part("comments").then((module) => module.remark(element)));
each("[data-passkey]", (element) => part("passkey").then((module) => module.passkey(element)));
each("[data-chart]", (element) => part("charts").then((module) => module.chart(element)));
