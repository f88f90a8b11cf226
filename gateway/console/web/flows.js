// Conversations as drawings, with how many people are in each state now.
import { fill, h, ltr, s } from "./dom.js";
import { get } from "./api.js";
import { number, t, word } from "./i18n.js";
import { table } from "./labels.js";

const BOX = { w: 132, h: 38, dx: 22, dy: 54 };

/** Rows of states: each as far down as its shortest way from the start; neighbours stand near those they come from. */
export function layers(flow) {
	const names = new Map(flow.states.map((state) => [state.name, state]));
	const rank = new Map([[flow.initial, 0]]);
	const waiting = [flow.initial];
	while (waiting.length) {
		const name = waiting.shift();
		for (const edge of names.get(name)?.to ?? [])
			if (names.has(edge.state) && !rank.has(edge.state)) {
				rank.set(edge.state, rank.get(name) + 1);
				waiting.push(edge.state);
			}
	}
	const last = Math.max(0, ...rank.values());
	for (const name of names.keys()) if (!rank.has(name)) rank.set(name, last + 1); // reached from outside only
	const rows = [];
	for (const [name, at] of rank) (rows[at] ??= []).push(name);
	const full = rows.filter(Boolean);
	const place = new Map();
	full.forEach((row, y) => {
		if (y > 0) {
			const middle = (name) => {
				const from = full[y - 1]
					.map((other, i) => ({ i, edge: names.get(other).to.some((edge) => edge.state === name) }))
					.filter((one) => one.edge);
				return from.length ? from.reduce((sum, one) => sum + one.i, 0) / from.length : row.length;
			};
			const key = new Map(row.map((name) => [name, middle(name)]));
			row.sort((a, b) => key.get(a) - key.get(b));
		}
		row.forEach((name, x) => place.set(name, [x, y]));
	});
	return { full, place, names };
}

function diagram(flow) {
	const { full, place, names } = layers(flow);
	const widest = Math.max(...full.map((row) => row.length));
	const width = widest * (BOX.w + BOX.dx) + BOX.dx;
	const height = full.length * (BOX.h + BOX.dy);
	const at = (name) => {
		const [x, y] = place.get(name);
		const indent = (width - full[y].length * (BOX.w + BOX.dx) + BOX.dx) / 2;
		return [indent + x * (BOX.w + BOX.dx), 8 + y * (BOX.h + BOX.dy), y];
	};
	const wires = [];
	for (const state of names.values())
		for (const target of new Set(state.to.map((edge) => edge.state))) {
			if (!place.has(target) || target === state.name) continue;
			const [x1, y1, r1] = at(state.name);
			const [x2, y2, r2] = at(target);
			const [a, b] =
				r2 > r1
					? [
							[x1 + BOX.w / 2, y1 + BOX.h],
							[x2 + BOX.w / 2, y2],
						]
					: [
							[x1 + BOX.w, y1 + BOX.h / 2],
							[x2 + BOX.w, y2 + BOX.h / 2],
						];
			const bend =
				r2 > r1
					? `${a[0]} ${a[1] + BOX.dy / 2} ${b[0]} ${b[1] - BOX.dy / 2}`
					: `${a[0] + 40} ${a[1]} ${b[0] + 40} ${b[1]}`;
			wires.push(
				s("path", {
					class: "wire",
					d: `M${a.join(" ")}C${bend} ${b.join(" ")}`,
					"marker-end": "url(#tip)",
					"stroke-dasharray": r2 > r1 ? null : "3 3",
				}),
			);
		}
	const boxes = [...names.values()].map((state) => {
		const [x, y] = at(state.name);
		return s(
			"g",
			null,
			s("rect", {
				class: "state" + (state.live ? " live" : "") + (state.final ? " last" : ""),
				x,
				y,
				width: BOX.w,
				height: BOX.h,
				rx: 8,
			}),
			s("text", { x: x + 8, y: y + 16 }, state.name.slice(0, 17)),
			s("text", { class: "edge", x: x + 8, y: y + 30 }, word("kind", state.kind)),
			state.live
				? s("text", { class: "n", x: x + BOX.w - 8, y: y + 31, "text-anchor": "end" }, number(state.live))
				: null,
		);
	});
	return h(
		"div",
		{ class: "scroll", tabindex: "0", role: "region", "aria-label": t("flows.drawing") },
		s(
			"svg",
			{
				class: "flow",
				viewBox: `0 0 ${width + 40} ${height}`,
				width: width + 40,
				height,
				"aria-hidden": "true",
				focusable: "false",
			},
			s(
				"defs",
				null,
				s(
					"marker",
					{
						id: "tip",
						viewBox: "0 0 8 8",
						refX: 7,
						refY: 4,
						markerWidth: 7,
						markerHeight: 7,
						orient: "auto-start-reverse",
					},
					s("path", { class: "wire", d: "M0 0L8 4L0 8" }),
				),
			),
			wires,
			boxes,
		),
	);
}

async function one(main, name, here) {
	const flow = await get("/api/v1/flows/" + encodeURIComponent(name));
	if (!here()) return;
	fill(
		main,
		h("p", { class: "crumb" }, h("a", { href: "#/flows" }, t("page.flows"))),
		h("h1", { tabindex: "-1" }, word("flow", flow.name), " ", h("span", { class: "ref" }, ltr(flow.name))),
		h("p", { class: "hint" }, t("flows.version"), " ", ltr(flow.version)),
		h("section", { class: "part" }, h("h2", null, t("flows.drawing")), diagram(flow)),
		h(
			"section",
			{ class: "part" },
			h("h2", null, t("flows.states")),
			table({
				caption: t("flows.states"),
				hidden: true,
				numbers: [2],
				head: [t("dashboard.state"), t("flows.kind"), t("flows.live"), t("flows.to")],
				rows: flow.states.map((state) => [
					[
						ltr(state.name),
						word("state", state.name) === state.name
							? null
							: h("span", { class: "soft" }, " ", word("state", state.name)),
					],
					word("kind", state.kind),
					ltr(number(state.live)),
					ltr([...new Set(state.to.map((edge) => (edge.label ? edge.label + " → " : "") + edge.state))].join(", ")),
				]),
			}),
		),
	);
}

export async function show({ main, rest, here }) {
	if (rest[0]) {
		await one(main, rest[0], here);
		return null;
	}
	const { items } = await get("/api/v1/flows");
	if (here())
		fill(
			main,
			h("h1", { tabindex: "-1" }, t("page.flows")),
			h("p", { class: "hint" }, t("flows.why")),
			table({
				caption: t("page.flows"),
				hidden: true,
				numbers: [2, 3],
				head: [t("flows.name"), t("flows.version"), t("flows.states"), t("flows.live")],
				rows: items.map((flow) => [
					h("a", { href: "#/flows/" + encodeURIComponent(flow.name) }, word("flow", flow.name)),
					ltr(flow.version),
					ltr(number(flow.states)),
					ltr(number(flow.live)),
				]),
			}),
		);
	return null;
}
