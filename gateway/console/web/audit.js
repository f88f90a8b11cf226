// The audit: who read, changed, exported what; and whether the chain holds.
import { fill, h, ltr, own } from "./dom.js";
import { get, post, query } from "./api.js";
import { act } from "./forms.js";
import { number, t } from "./i18n.js";
import { more, table, time } from "./labels.js";

export async function show({ main, parameters, here }) {
	const path = (after) => query("/api/v1/audit", { ...parameters, after, limit: 50 });
	let page = await get(path());
	let items = page.items;
	if (!here()) return null;
	const place = h("div");
	const verdict = h("div", { role: "status" });
	const draw = () =>
		fill(
			place,
			table({
				caption: t("page.audit"),
				hidden: true,
				head: [t("audit.at"), t("audit.actor"), t("audit.action"), t("audit.object"), t("reason"), t("audit.hash")],
				rows: items.map((row) => [
					time(row.at),
					h("bdi", null, row.actor),
					ltr(row.action),
					ltr(row.object),
					row.reason ? own(row.reason) : "",
					ltr(row.hash.slice(0, 12)),
				]),
			}),
			more(page.next, async (next) => {
				page = await get(path(next));
				items = [...items, ...page.items];
				draw();
			}),
		);
	const field = (name) =>
		h(
			"label",
			{ class: "filter" },
			h("span", null, t("audit." + name)),
			h("input", { name, value: parameters[name] ?? "", dir: "ltr", maxlength: 60, autocomplete: "off" }),
		);
	fill(
		main,
		h("h1", { tabindex: "-1" }, t("page.audit")),
		h(
			"form",
			{
				class: "filterbar",
				onsubmit: (event) => {
					event.preventDefault();
					location.hash = query(
						"#/audit",
						Object.fromEntries(
							["actor", "action", "object"].map((name) => [name, event.target.elements[name].value.trim()]),
						),
					);
				},
			},
			["actor", "action", "object"].map(field),
			h("button", null, t("queue.filter")),
		),
		h(
			"div",
			{ class: "buttons" },
			act(t("audit.verify"), async () => {
				const found = await post("/api/v1/audit/verify");
				fill(
					verdict,
					h(
						"p",
						{ class: found.holds ? "good" : "warning" },
						found.holds
							? t("audit.holds", { rows: number(found.rows) })
							: t("audit.broken", { seq: number(found.seq) }),
					),
				);
			}),
		),
		verdict,
		place,
	);
	draw();
	return null;
}
