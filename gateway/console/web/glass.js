// Cases that were opened by somebody whose they were not: who, when, why; a second person looks at each.
import { fill, h, own } from "./dom.js";
import { get, post, query } from "./api.js";
import { ask } from "./forms.js";
import { arrow, day, plural, t } from "./i18n.js";
import { more, ref, time } from "./labels.js";
import { onPage } from "./keys.js";
import { onEvent } from "./live.js";
import { recount } from "./shell.js";

const STATES = ["open", "reviewed"];

export async function show({ main, parameters, here }) {
	const state = STATES.includes(parameters.state) ? parameters.state : "open";
	const path = (after) => query("/api/v1/glass", { state, after, limit: 50 });
	const place = h("div");
	let items = [];
	let next = null;

	async function review(one, finding) {
		if (
			await ask({
				title: t("glass.review." + finding),
				submit: t("glass.review." + finding),
				danger: finding === "WRONG",
				fields: [{ name: "reason", label: t("reason"), type: "textarea", required: finding === "WRONG", maxlength: 500 }],
				run: (values) => post("/api/v1/glass/" + one.glass_id + "/review", { finding, reason: values.reason }),
			})
		) {
			await load();
			recount();
		}
	}

	const card = (one) =>
		h(
			"li",
			{ class: one.reviewed_at ? "duty over" : "duty" },
			h(
				"p",
				null,
				h("strong", null, own(one.by_name ?? one.by)),
				one.by_offices.length ? [" (", own(one.by_offices.join(", ")), ")"] : null,
				arrow(),
				ref(one.ref),
				one.office ? [" · ", own(one.office)] : null,
			),
			one.reason ? h("p", { class: "said", dir: "auto" }, own(one.reason)) : null,
			h("p", { class: "soft" }, time(one.at), " – ", time(one.open_until)),
			one.reviewed_at
				? h("p", { class: "soft" }, t("glass.found." + one.finding), " ", h("bdi", null, one.reviewed_by), " · ", time(one.reviewed_at))
				: one.may_review
					? h(
							"div",
							{ class: "buttons" },
							h("button", { class: "first", onclick: () => review(one, "RIGHT") }, t("glass.review.RIGHT")),
							h("button", { onclick: () => review(one, "WRONG") }, t("glass.review.WRONG")),
						)
					: h("p", { class: "hint" }, t("approval.other")),
		);

	/** A list a day, the newest first. */
	function draw() {
		const days = new Map();
		for (const one of items) days.set(day(one.at), [...(days.get(day(one.at)) ?? []), one]);
		fill(
			place,
			items.length === 0 ? h("p", { class: "empty" }, t("glass.none")) : null,
			[...days].map(([when, list]) => [
				h("h2", null, when, " · ", plural("glass.count", list.length)),
				h("ul", { class: "board" }, list.map(card)),
			]),
			more(next, async (after) => {
				const page = await get(path(after));
				items = [...items, ...page.items];
				next = page.next;
				draw();
			}),
		);
	}

	async function load(passive = false) {
		const page = await get(path(), { passive });
		if (!here()) return;
		({ items, next } = page);
		draw();
	}

	await load();
	if (!here()) return null;
	fill(
		main,
		h("h1", { tabindex: "-1" }, t("page.glass")),
		h("p", { class: "hint" }, t("glass.page.why")),
		h(
			"nav",
			{ "aria-label": t("queue.folders") },
			h(
				"ul",
				{ class: "tabs" },
				STATES.map((name) =>
					h(
						"li",
						null,
						h(
							"a",
							{ href: query("#/glass", { state: name }), "aria-current": name === state ? "true" : null },
							t("folder.glass." + name),
						),
					),
				),
			),
		),
		place,
	);
	onPage({ ".": { name: "keys.refresh", run: () => void load() } });
	return onEvent((name) => name === "poll" && !document.querySelector("dialog[open]") && load(true).catch(() => {}));
}
