// Small things that several pages show alike.
import { h, ltr, own } from "./dom.js";
import { act } from "./forms.js";
import { arrow, country, languageName, moment, number, plural, since, t, word } from "./i18n.js";

/** The class of a case: letter, number and shape, never the colour alone. */
export function priority(code) {
	return h(
		"span",
		{ class: "priority " + code.toLowerCase(), title: word("priority", code) },
		h("span", { "aria-hidden": "true" }, { P1: "▲", P2: "◆", P3: "●", P4: "○" }[code] ?? ""),
		" ",
		code,
		h("span", { class: "unseen" }, " " + word("priority", code)),
	);
}

export function reasons(list) {
	return list.map((reason) => word("reason", reason)).join(" · ");
}

export function time(iso, empty = "–") {
	return iso ? h("time", { datetime: iso }, moment(iso)) : empty;
}

/** How long, with the moment for whoever points at it or listens. */
export function ago(iso, empty = "–") {
	return iso ? h("time", { datetime: iso, title: moment(iso), "data-since": iso }, since(iso)) : empty;
}

export function ref(code) {
	return ltr(code, { class: "ref" });
}

export function caseLink(code, attributes) {
	return code ? h("a", { href: "#/case/" + encodeURIComponent(code), ...attributes }, ref(code)) : "–";
}

/** Name and reference; most people have given no name, and then the reference is what they are called. */
export function person(item) {
	return item.name ? [h("span", { class: "name" }, own(item.name)), " ", ref(item.ref)] : ltr(item.ref, { class: "ref name" });
}

export function status(code) {
	return h("span", { class: "status" }, word("status", code));
}

export function where(item) {
	return [
		country(item.nationality),
		item.return_country && item.return_country !== item.nationality ? arrow().trim() + " " + country(item.return_country) : null,
		word("city", item.city) || word("region", item.region),
	]
		.filter(Boolean)
		.join(" · ");
}

export function calling(item) {
	return [languageName(item.call_language), word("call_time", item.call_time)].filter(Boolean).join(" · ");
}

/** What must not be done to this person, in words and with a sign. */
export function caution(item) {
	const marks = [];
	if (item.opted_out) marks.push(t("caution.opted_out"));
	if (item.contact_pref === "NO_CALL") marks.push(t("caution.NO_CALL"));
	if (item.contact_pref === "SHARED") marks.push(t("caution.SHARED"));
	return marks.map((text) => h("span", { class: "caution" }, h("span", { "aria-hidden": "true" }, "⚠ "), text));
}

export function unread(n) {
	return n
		? h("span", { class: "unread" }, ltr(number(n)), h("span", { class: "unseen" }, " " + plural("queue.unread", n)))
		: null;
}

export function overdue(flag) {
	return flag ? h("span", { class: "late" }, h("span", { "aria-hidden": "true" }, "⏱ "), t("overdue")) : null;
}

/** What the gateway warned of, in words; null: it did not. */
export function warned(error) {
	if (error.status !== 422) return null;
	const list = String(error.detail ?? "").split(/[\s,]+/);
	return t("problem.warnings") + " " + list.map((code) => word("warning", code)).join(" · ");
}

/** A table with a caption: table({caption, head: [..], rows: [[..]], numbers: [columns that hold numbers]}). */
export function table({ caption, head, rows, numbers = [], empty = null, hidden = false }) {
	if (rows.length === 0) return h("p", { class: "hint" }, empty ?? t("none"));
	return h(
		"div",
		{ class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
		h(
			"table",
			null,
			h("caption", { class: hidden ? "unseen" : null }, caption),
			h(
				"thead",
				null,
				h(
					"tr",
					null,
					head.map((text, i) => h("th", { scope: "col", class: numbers.includes(i) ? "n" : null }, text)),
				),
			),
			h(
				"tbody",
				null,
				rows.map((row) =>
					h(
						"tr",
						null,
						row.map((cell, i) =>
							h(i ? "td" : "th", { scope: i ? null : "row", class: numbers.includes(i) ? "n" : null }, cell),
						),
					),
				),
			),
		),
	);
}

/** A select of codes with their words, an empty choice first. */
export function choices(family, codes, empty = "–") {
	return [["", empty], ...codes.map((code) => [code, word(family, code)])];
}

/** More of a keyset-paged list, asked for by a button; load() draws the list anew, and the button with it. */
export function more(next, load) {
	return next ? act(t("more"), () => load(next), { class: "more" }) : null;
}
