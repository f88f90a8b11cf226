// Small drawings: each stands in a figure with the same figures as a table under it.
import { h, ltr, s } from "./dom.js";
import { number, t, word } from "./i18n.js";
import { table } from "./labels.js";

/** A number of people; null: a group too small to be shown, or what would give one away. */
export function few(n) {
	return n === null ? h("span", { class: "soft" }, t("few")) : ltr(number(n));
}

const W = 240;
const H = 84;
const PAD = 10;

/** A line over a few points; a point without a value is a gap. points: [{label, value}], from 0 to max. */
export function trend({ title, points, max = 1, digits = 2 }) {
	const x = (i) => PAD + (points.length > 1 ? (i * (W - 2 * PAD)) / (points.length - 1) : (W - 2 * PAD) / 2);
	const y = (value) => H - PAD - (Math.max(0, Math.min(value, max)) / max) * (H - 2 * PAD);
	const held = points.map((point, i) => ({ ...point, i })).filter((point) => point.value !== null);
	const path = held
		.map(
			(point, n) =>
				(n && held[n - 1].i === point.i - 1 ? "L" : "M") + x(point.i).toFixed(1) + " " + y(point.value).toFixed(1),
		)
		.join("");
	return h(
		"figure",
		{ class: "chart" },
		h("figcaption", null, title),
		s(
			"svg",
			{ viewBox: `0 0 ${W} ${H}`, class: "trend", "aria-hidden": "true", focusable: "false" },
			[0, 0.5, 1].map((at) => s("line", { class: "grid", x1: PAD, x2: W - PAD, y1: y(at * max), y2: y(at * max) })),
			s("path", { d: path, class: "stroke" }),
			held.map((point) => s("circle", { cx: x(point.i), cy: y(point.value), r: 3.5, class: "spot" })),
		),
		table({
			caption: title,
			hidden: true,
			head: [t("wave"), t("score")],
			numbers: [1],
			rows: points.map((point) => [point.label, point.value === null ? "–" : ltr(number(point.value, digits))]),
		}),
	);
}

/** Two columns a day, what came in and what went out: days: [{label, values: [in, out]}], the oldest first. */
export function columns({ title, names, days }) {
	const most = Math.max(1, ...days.flatMap((one) => one.values));
	const step = 600 / Math.max(days.length, 1);
	const bar = (value, i, k) =>
		s("rect", {
			class: k ? "fill second" : "fill",
			x: (i + 0.12 + k * 0.4) * step,
			y: 100 - (value / most) * 100,
			width: step * 0.36,
			height: (value / most) * 100,
		});
	return h(
		"figure",
		{ class: "columnchart" },
		h("figcaption", null, title),
		h(
			"p",
			{ class: "legend soft" },
			names.map((name, k) => h("span", null, h("span", { class: k ? "swatch second" : "swatch", "aria-hidden": "true" }), name)),
		),
		s(
			"svg",
			{ viewBox: "0 0 600 100", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
			days.map((one, i) => one.values.map((value, k) => bar(value, i, k))),
		),
		h("p", { class: "axis soft" }, h("span", null, days.at(0)?.label), h("span", null, days.at(-1)?.label)),
	);
}

/** Bars from the start of the line: rows: [{label, n, note}]; n null: too few to be shown. The table is the drawing:
	each bar stands in its row. */
export function bars({ title, rows, head, note = null }) {
	const most = Math.max(1, ...rows.map((row) => row.n));
	return h(
		"figure",
		{ class: "bars" },
		h("figcaption", null, title),
		rows.length === 0
			? h("p", { class: "hint" }, t("none"))
			: h(
					"table",
					null,
					h("caption", { class: "unseen" }, title),
					h(
						"thead",
						{ class: "unseen" },
						h(
							"tr",
							null,
							head.map((text) => h("th", { scope: "col" }, text)),
						),
					),
					h(
						"tbody",
						null,
						rows.map((row) =>
							h(
								"tr",
								null,
								h("th", { scope: "row" }, row.label),
								h(
									"td",
									{ class: "bar" },
									s(
										"svg",
										{
											viewBox: "0 0 100 10",
											preserveAspectRatio: "none",
											"aria-hidden": "true",
											focusable: "false",
										},
										s("rect", { class: "track", width: 100, height: 10, rx: 1 }),
										s("rect", { class: "fill", width: (row.n / most) * 100, height: 10, rx: 1 }),
									),
								),
								h(
									"td",
									{ class: "n" },
									few(row.n),
									row.note ? h("span", { class: "soft" }, " ", ltr(row.note)) : null,
								),
							),
						),
					),
				),
		note ? h("p", { class: "hint" }, note) : null,
	);
}

const SCORES = ["score_c", "score_e", "score_s", "score_p"];

/** What check-ins scored, wave by wave; null: none of these waves has a score. */
export function scores(waves) {
	const scored = waves.filter((wave) => SCORES.some((name) => wave[name] !== null));
	const points = (name) => scored.map((wave) => ({ label: word("wave", wave.wave), value: wave[name] }));
	return scored.length
		? h(
				"div",
				{ class: "charts" },
				SCORES.map((name) => trend({ title: t(name), points: points(name) })),
			)
		: null;
}
