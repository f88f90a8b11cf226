// A list of duties with folders by state: what alerts and tasks have in common.
import { fill, h } from "./dom.js";
import { query } from "./api.js";
import { t } from "./i18n.js";
import { more } from "./labels.js";
import { onPage } from "./keys.js";
import { inTurn, onEvent, reached } from "./live.js";
import { recount } from "./shell.js";

export async function board({ main, parameters, here }, how) {
	const asked = { ...parameters, state: how.states.includes(parameters.state) ? parameters.state : how.states[0] };
	const list = h("ul", { class: "board" });
	const foot = h("div");
	const notice = h("div", { class: "notice", role: "status" });
	let items = [];
	let next = null;

	function draw() {
		fill(
			list,
			(how.order ? [...items].sort(how.order) : items).map((item) => how.card(item, refresh)),
		);
		fill(
			foot,
			items.length === 0 ? h("p", { class: "empty" }, how.empty) : null,
			more(next, async (after) => {
				const page = await how.load(asked, after, false);
				items = [...items, ...page.items];
				next = page.next;
				draw();
			}),
		);
		fill(notice);
	}

	async function refresh() {
		const page = await how.load(asked, null, false);
		if (!here()) return;
		({ items, next } = page);
		draw();
		recount();
		(list.querySelector("a, button") ?? main.querySelector("h1"))?.focus();
	}

	const look = inTurn(async () => {
		let page;
		try {
			page = await how.load(asked, null, true);
		} catch {
			return;
		}
		reached();
		if (
			here()
			&& page.items.map(how.id).join() !== items.slice(0, page.items.length).map(how.id).join()
			&& !notice.firstChild
		)
			fill(
				notice,
				h("span", null, t("board.changed")),
				" ",
				h("button", { onclick: refresh }, t("queue.refresh")),
				" ",
				h("kbd", { "aria-hidden": "true" }, "."),
			);
	});

	({ items, next } = await how.load(asked, null, false));
	if (!here()) return null;
	fill(
		main,
		h("h1", { tabindex: "-1" }, how.title),
		h(
			"nav",
			{ "aria-label": t("queue.folders") },
			h(
				"ul",
				{ class: "tabs" },
				how.states.map((state) =>
					h(
						"li",
						null,
						h(
							"a",
							{
								href: query(how.path, { ...parameters, state }),
								"aria-current": state === asked.state ? "true" : null,
							},
							t("folder." + state),
						),
					),
				),
			),
		),
		h(
			"label",
			{ class: "filter" },
			h("span", null, how.filter.label),
			h(
				"select",
				{
					value: parameters[how.filter.name] ?? "",
					onchange: (event) =>
						(location.hash = query(how.path, { ...parameters, [how.filter.name]: event.target.value })),
				},
				how.filter.options.map(([value, label]) => h("option", { value }, label)),
			),
		),
		notice,
		list,
		foot,
	);
	draw();
	const step = (by) => {
		const rows = [...list.children];
		const i = rows.indexOf(document.activeElement?.closest(".duty"));
		rows[i < 0 ? 0 : Math.min(Math.max(i + by, 0), rows.length - 1)]?.querySelector("a, button")?.focus();
	};
	onPage({
		j: { name: "keys.down", run: () => step(1) },
		k: { name: "keys.up", run: () => step(-1) },
		".": { name: "keys.refresh", run: () => void refresh() },
	});
	return onEvent((name) => how.events.includes(name) && look());
}
