// Single keys.  They sleep while somebody writes, while a window asks something, and when the person switched them off.
import { h } from "./dom.js";
import { t } from "./i18n.js";

const always = new Map();
let here = new Map();
let on = true;

export function switchKeys(value) {
	on = value;
}

/** Keys of every page. */
export function everywhere(keys) {
	for (const [key, what] of Object.entries(keys)) always.set(key, what);
}

/** Keys of this page, which replace those of the page before: {j: {name: "keys.down", run}}. */
export function onPage(keys) {
	here = new Map(Object.entries(keys ?? {}));
}

function writing(node) {
	return (
		node instanceof Element
		&& node.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]")
	);
}

document.addEventListener("keydown", (event) => {
	if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]"))
		return;
	if (event.key === "Escape" && writing(event.target)) {
		event.target.blur();
		return;
	}
	if (!on || writing(event.target) || document.querySelector(".blank")) return;
	const what = here.get(event.key) ?? always.get(event.key);
	if (what && what.run(event) !== false) event.preventDefault();
});

export function help() {
	const rows = [...always, ...[...here].filter(([key]) => !always.has(key))].map(([key, what]) =>
		h("tr", null, h("th", { scope: "row" }, h("kbd", null, key)), h("td", null, t(what.name))),
	);
	const window = h(
		"dialog",
		{ "aria-labelledby": "keys-title", class: "window", onclose: (event) => event.target.remove() },
		h("h2", { id: "keys-title", tabindex: "-1", autofocus: true }, t("keys.title")),
		on ? null : h("p", { class: "hint" }, t("keys.off")),
		h("table", { class: "plain" }, h("tbody", null, rows)),
		h("form", { method: "dialog" }, h("button", null, t("close"))),
	);
	document.body.append(window);
	window.showModal();
}
