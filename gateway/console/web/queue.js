// The queue: who needs somebody first.  The gateway orders it; a row never moves while somebody looks at it.
import { fill, h } from "./dom.js";
import { change, get, post, query } from "./api.js";
import { bulk } from "./bulk.js";
import { act, explain } from "./forms.js";
import { clock, number, plural, since, t, word } from "./i18n.js";
import {
	ago,
	calling,
	caseLink,
	caution,
	choices,
	more,
	overdue,
	person,
	priority,
	reasons,
	status,
	unread,
	where,
} from "./labels.js";
import { PRIORITIES, STATUSES } from "./codes.js";
import { onPage } from "./keys.js";
import { assignmentHours, officeName, offices } from "./lists.js";
import { inTurn, onEvent, reached } from "./live.js";
import { say } from "./shell.js";

const FOLDERS = ["all", "mine", "unassigned", "overdue", "later"];

function address(parameters, changed) {
	return query("#/queue", { ...parameters, ...changed });
}

function row(item, session, take, many) {
	const mine = item.assigned_to === session.user;
	return h(
		"li",
		{ "data-ref": item.ref, class: item.unread ? "row new" : "row" },
		many.box(item.ref),
		h(
			"a",
			{ class: "case", href: "#/case/" + item.ref },
			h(
				"span",
				{ class: "line" },
				priority(item.priority),
				h("strong", { class: "why" }, reasons(item.reasons) || word("priority", item.priority)),
				overdue(item.overdue),
				unread(item.unread),
			),
			h("span", { class: "line" }, person(item), status(item.status)),
			h(
				"span",
				{ class: "line soft" },
				h("span", null, where(item)),
				calling(item) ? h("span", null, "☎ ", calling(item)) : null,
				caution(item),
			),
		),
		h(
			"div",
			{ class: "side" },
			h(
				"span",
				{ class: "waiting" },
				item.waiting_since
					? [h("span", { class: "unseen" }, t("queue.waiting") + " "), ago(item.waiting_since)]
					: h("span", { class: "soft" }, t("queue.answered")),
			),
			item.assigned_to
				? h("span", { class: mine ? "owner mine" : "owner" }, h("bdi", null, mine ? t("me") : item.assigned_to))
				: act(t("take"), () => take(item.ref), { class: "take", "aria-label": t("take") + " " + item.ref }),
		),
	);
}

function filters(parameters) {
	const go = (name) => (event) => (location.hash = address(parameters, { [name]: event.target.value }));
	const select = (name, label, options) =>
		h(
			"label",
			{ class: "filter" },
			h("span", null, label),
			h(
				"select",
				{ onchange: go(name), value: parameters[name] ?? "" },
				options.map(([value, text]) => h("option", { value }, text)),
			),
		);
	return h(
		"details",
		{ class: "filters", open: ["status", "priority", "direction", "office", "unread"].some((name) => parameters[name]) },
		h("summary", null, t("queue.filter")),
		h(
			"div",
			{ class: "filterbar" },
			select("priority", t("key.priority"), choices("priority", PRIORITIES, t("any"))),
			select("status", t("key.status"), choices("status", STATUSES, t("any"))),
			select("direction", t("key.direction"), choices("direction", ["FROM_MA", "TO_MA"], t("any"))),
			select("office", t("key.office"), [["", t("any")], ...offices()]),
			select("unread", t("queue.unread.filter"), [
				["", t("any")],
				["1", t("queue.unread.only")],
			]),
			h("a", { href: "#/queue" }, t("queue.nofilter")),
		),
	);
}

/** What a view is called follows from its filters. */
function viewName(parameters) {
	return [
		parameters.folder && parameters.folder !== "all" ? t("folder." + parameters.folder) : null,
		parameters.priority,
		parameters.status ? word("status", parameters.status) : null,
		parameters.direction ? word("direction", parameters.direction) : null,
		parameters.office ? officeName(parameters.office) : null,
		parameters.unread ? t("queue.unread.only") : null,
	]
		.filter(Boolean)
		.join(" · ");
}

function views(session, parameters) {
	const here = query("", parameters).slice(1);
	const known = session.views.includes(here);
	const keep = async (list) =>
		dispatchEvent(new CustomEvent("session", { detail: await change("PATCH", "/api/v1/session", { views: list }) }));
	return h(
		"p",
		{ class: "views" },
		session.views.map((view) => [
			h(
				"a",
				{ href: "#/queue?" + view, "aria-current": view === here ? "true" : null },
				viewName(Object.fromEntries(new URLSearchParams(view))),
			),
			" ",
		]),
		known
			? act(t("view.forget"), () => keep(session.views.filter((view) => view !== here)), { class: "small" })
			: viewName(parameters) && session.views.length < 8
				? act(t("view.keep"), () => keep([...session.views, here]), { class: "small" })
				: null,
	);
}

/** What differs between what is shown and what the gateway says now. */
function compare(shown, now) {
	const known = new Set(shown.map((item) => item.ref));
	const fresh = now.filter((item) => !known.has(item.ref)).length;
	const moved =
		now.map((item) => item.ref).join()
		!== shown
			.slice(0, now.length)
			.map((item) => item.ref)
			.join();
	return { fresh, moved };
}

export async function show({ session, main, parameters, here }) {
	const folder = FOLDERS.includes(parameters.folder) ? parameters.folder : "all";
	const path = (after) => query("/api/v1/queue", { limit: 50, ...parameters, folder, after });
	let page = await get(path());
	let items = page.items;
	if (!here()) return null;

	const notice = h("div", { class: "notice", role: "status" });
	const back = page.given_back.length
		? h(
				"p",
				{ class: "warning" },
				t("queue.givenback", { hours: number(assignmentHours()) }),
				" ",
				page.given_back.map((one) => [caseLink(one.ref), " "]),
			)
		: null;
	const list = h("ol", { class: "queue" });
	const many = bulk({ session, filters: { ...parameters, folder }, after: () => refresh() });
	const foot = h("div");
	const folders = h("ul", { class: "tabs" });

	async function take(code) {
		await post("/api/v1/cases/" + code + "/assign", { to: session.user });
		const item = items.find((one) => one.ref === code);
		if (item) item.assigned_to = session.user;
		list.querySelector(`[data-ref="${code}"]`)?.replaceWith(row(item, session, take, many));
		list.querySelector(`[data-ref="${code}"] a`)?.focus();
		say(t("taken"));
	}

	function draw() {
		fill(
			folders,
			FOLDERS.map((name) =>
				h(
					"li",
					null,
					h(
						"a",
						{ href: address(parameters, { folder: name }), "aria-current": name === folder ? "true" : null },
						t("folder." + name),
						" ",
						h("span", { class: "count" }, h("bdi", { dir: "ltr" }, number(page.counts[name]))),
					),
				),
			),
		);
		fill(
			list,
			items.map((item) => row(item, session, take, many)),
		);
		fill(
			foot,
			items.length === 0 ? h("p", { class: "empty" }, t("queue.empty." + folder)) : null,
			more(page.next, async (next) => {
				page = await get(path(next));
				items = [...items, ...page.items];
				draw();
			}),
		);
		fill(notice);
	}

	async function refresh() {
		const at = document.activeElement?.closest("[data-ref]")?.dataset.ref;
		page = await get(path());
		items = page.items;
		draw();
		(list.querySelector(`[data-ref="${at}"] a`) ?? list.querySelector("a"))?.focus();
		say(t("queue.refreshed"));
	}

	/** Something happened: rows that stand keep their place, their marks are renewed, the rest is announced. */
	const look = inTurn(async () => {
		let now;
		try {
			now = await get(path(), { passive: true });
		} catch {
			return;
		}
		reached();
		if (!here()) return;
		for (const item of now.items) {
			const old = list.querySelector(`[data-ref="${item.ref}"]`);
			const i = items.findIndex((one) => one.ref === item.ref);
			if (!old || JSON.stringify(items[i]) === JSON.stringify(item)) continue;
			items[i] = item;
			const at = old.contains(document.activeElement) ? document.activeElement.tagName : null;
			const renewed = row(item, session, take, many);
			old.replaceWith(renewed);
			if (at) (renewed.querySelector(at) ?? renewed.querySelector("a")).focus();
		}
		const { fresh, moved } = compare(items, now.items);
		const words = fresh ? plural("queue.new", fresh) : moved ? t("queue.moved") : null;
		if (words && notice.textContent.startsWith(words)) return;
		fill(
			notice,
			words
				? [
						h("span", null, words),
						" ",
						h("button", { onclick: refresh }, t("queue.refresh")),
						" ",
						h("kbd", { "aria-hidden": "true" }, "."),
					]
				: null,
		);
	});

	fill(
		main,
		h(
			"div",
			{ class: "head" },
			h("h1", { tabindex: "-1" }, t("page.queue")),
			h("p", { class: "hint" }, t("queue.order"), " · ", clock(new Date())),
		),
		h("nav", { "aria-label": t("queue.folders") }, folders),
		h("div", { class: "queuetools" }, filters(parameters), many.node),
		views(session, parameters),
		back,
		notice,
		list,
		foot,
	);
	draw();

	const links = () => [...list.querySelectorAll("a.case")];
	const step = (by) => {
		const all = links();
		const i = all.indexOf(document.activeElement?.closest("[data-ref]")?.querySelector("a.case"));
		const next = all[i < 0 ? 0 : Math.min(Math.max(i + by, 0), all.length - 1)];
		next?.focus();
		next?.scrollIntoView({ block: "nearest" });
	};
	const current = () => document.activeElement?.closest("[data-ref]")?.dataset.ref;
	onPage({
		j: { name: "keys.down", run: () => step(1) },
		k: { name: "keys.up", run: () => step(-1) },
		Enter: { name: "keys.open.case", run: (event) => (event.target.closest("a, button") ? false : links()[0]?.click()) },
		a: { name: "keys.take", run: () => (current() ? take(current()).catch((error) => say(explain(error))) : false) },
		x: { name: "keys.pick", run: () => (current() ? many.toggle(current()) : false) },
		".": { name: "keys.refresh", run: () => void refresh() },
	});

	const ticking = setInterval(() => {
		for (const node of list.querySelectorAll("[data-since]")) node.textContent = since(node.dataset.since);
	}, 30000);
	const silent = onEvent((name) => ["queue", "poll", "message"].includes(name) && look());
	return () => {
		silent();
		clearInterval(ticking);
	};
}
