// One case: who it is, what was said, what is to be done; everything that can be done stands in one bar.
import { fill, h, ltr, own } from "./dom.js";
import { change, forget, get, post, query } from "./api.js";
import { act, ask, explain, form } from "./forms.js";
import { day, number, t } from "./i18n.js";
import { LEVELS } from "./codes.js";
import { ago, caution, more, overdue, person, priority, reasons, ref, status, warned } from "./labels.js";
import { onPage } from "./keys.js";
import { inTurn, onEvent, reached } from "./live.js";
import { recount, toast } from "./shell.js";
import { alertCard, taskCard } from "./duties.js";
import * as parts from "./case_parts.js";
import { entries } from "./timeline.js";
import { replyBox } from "./reply.js";

const PRESENCE_MS = 20000;
const forms = () => import("./case_forms.js"); // not needed to read; fetched once the case stands there
const BAR = ["call", "note", "refer", "appointment", "returned", "edit"];
const MORE = ["snooze", "checkin", "task", "close", "number", "merge", "erase"];

const byLevel = (a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level);

/** What is open, and what is over folded away under it. */
function duties(list, over, card) {
	const ended = list.filter((one) => one.closed_at ?? one.done_at);
	const open = list.filter((one) => !ended.includes(one));
	const cards = (some) => h("ul", { class: "duties" }, some.map(card));
	return [
		open.length ? cards(open) : h("p", { class: "hint" }, t("none")),
		ended.length
			? h(
					"details",
					null,
					h("summary", null, h("span", null, t("folder." + over), " (", ltr(number(ended.length)), ")")),
					cards(ended),
				)
			: null,
	];
}

function section(name, title, ...content) {
	return h(
		"section",
		{ class: "part", "aria-labelledby": "part-" + name },
		h("h2", { id: "part-" + name }, title),
		content,
	);
}

/** 404 says both that it is not there and that it is somebody else's: a reason opens it for an hour. */
function closed({ main, code, reload }) {
	fill(
		main,
		h("h1", { tabindex: "-1" }, t("case.title"), " ", ref(code)),
		h("p", null, t("case.notyours")),
		h(
			"details",
			{ class: "part" },
			h("summary", null, t("glass.title")),
			h("p", { class: "hint" }, t("glass.why")),
			form({
				danger: true,
				fields: [{ name: "reason", label: t("reason"), type: "textarea", required: true, maxlength: 500 }],
				submit: t("glass.open"),
				run: async (values) => {
					await post("/api/v1/cases/" + code + "/break-glass", values);
					await reload();
				},
			}),
		),
	);
	main.querySelector("h1").focus();
}

export async function show(shown) {
	const { session, main, rest, here } = shown;
	const code = rest[0] ?? "";
	const base = "/api/v1/cases/" + encodeURIComponent(code);
	let one;
	let reply = null;
	let panel = null;
	let messages = [];
	let next = null;
	const undo = [];

	const place = {};
	for (const name of [
		"head",
		"who",
		"facts",
		"alerts",
		"tasks",
		"notes",
		"referrals",
		"appointments",
		"checkins",
		"history",
		"timeline",
		"moreMessages",
		"panel",
		"owner",
	])
		place[name] = h("div");
	place.timeline = h("ol", { class: "timeline" });
	place.panel.id = "panel";
	place.who.setAttribute("role", "status");

	async function reload(passive = false) {
		const found = await get(base, { passive });
		if (!here()) return;
		if (
			passive
			&& JSON.stringify({ ...found, presence: 0, draft: 0 }) === JSON.stringify({ ...one, presence: 0, draft: 0 })
		)
			return;
		one = found;
		draw();
	}

	async function loadMessages(after = null, passive = false) {
		const page = await get(query(base + "/timeline", { after, limit: 50 }), { passive });
		if (after) {
			messages = [...messages, ...page.items];
			next = page.next;
		} else {
			const known = new Set(page.items.map((message) => message.message_id));
			const older = messages.filter((message) => !known.has(message.message_id));
			if (older.length === 0 || messages.length === 0) next = page.next;
			messages = [...page.items, ...older];
		}
		if (!here()) return;
		const open = place.timeline.querySelector("details")?.open;
		fill(place.timeline, entries(messages, one.may.includes("write") ? { undo: undoOne, retry } : null));
		if (open && place.timeline.querySelector("details")) place.timeline.querySelector("details").open = true;
		fill(
			place.moreMessages,
			messages.length === 0 ? h("p", { class: "hint" }, t("timeline.none")) : null,
			more(next, loadMessages),
		);
		const newest = messages.find((message) => message.message_id)?.message_id ?? 0;
		reply?.saw(newest);
		if (newest > one.last_read_id) {
			one.last_read_id = newest;
			change("POST", base + "/read", { message_id: newest }, { passive: true }).then(recount, () => {});
		}
	}

	/** Somebody wrote meanwhile, or something speaks against it: the person at the desk decides, having read it. */
	async function sendAgain(message) {
		const path = base + "/messages/" + message.message_id + "/retry";
		let body = { last_message_id: Math.max(one.last_message_id, messages[0]?.message_id ?? 0) };
		const decided = (error) => {
			if (error.type === "newer-message") body = { ...body, last_message_id: error.members.last_message_id };
			else if (error.status === 422) body = { ...body, anyway: true };
			else throw error;
		};
		try {
			await post(path, body);
		} catch (error) {
			decided(error);
			await loadMessages();
			await ask({
				title: t("message.retry"),
				text: warned(error) ?? explain(error),
				submit: t("reply.anyway"),
				fields: [],
				run: () =>
					post(path, body).catch((refusal) => {
						decided(refusal);
						throw refusal;
					}),
			});
		}
	}

	/** The message in which something was answered; what is older than the page is read until it comes. */
	async function goTo(at) {
		let node = null;
		while (!(node = place.timeline.querySelector(`.in[data-at="${at}"]`)) && next) await loadMessages(next);
		if (!node) return toast(t("message.gone"));
		const fold = node.closest("details");
		if (fold) fold.open = true;
		node.tabIndex = -1;
		node.scrollIntoView({ block: "center" });
		node.focus();
		return null;
	}

	const undoOne = async (id) => {
		await change("DELETE", base + "/messages/" + id);
		await loadMessages();
	};
	const retry = async (message) => {
		await sendAgain(message);
		await loadMessages();
	};

	async function assign(to) {
		one = await post(base + "/assign", { to });
		forget(base);
		await reload();
		draw();
		toast(to ? t("taken") : t("released"));
	}

	async function giveTo() {
		const { items } = await get(base + "/colleagues");
		const others = items.filter((who) => who.user !== one.assigned_to);
		if (others.length === 0) return toast(t("assign.none"));
		if (
			await ask({
				title: t("assign.title"),
				submit: t("assign.do"),
				fields: [
					{
						name: "to",
						label: t("assign.to"),
						required: true,
						options: [["", "–"], ...others.map((who) => [who.user, who.name + " (" + who.user + ")"])],
					},
				],
				run: async (values) => void (await post(base + "/assign", values)),
			})
		) {
			forget(base);
			await reload();
		}
	}

	async function openPanel(name) {
		if (panel === name) return closePanel();
		panel = name;
		const make = await formOf(name);
		if (panel !== name || !make) return true;
		fill(
			place.panel,
			h(
				"section",
				{ class: "part panel", "aria-labelledby": "panel-title" },
				h("h2", { id: "panel-title" }, t("act." + name)),
				t("act." + name + ".why") ? h("p", { class: "hint" }, t("act." + name + ".why")) : null,
				make(one, async (words) => {
					forget(base);
					await reload();
					closePanel();
					toast(words);
				}),
				h("button", { class: "bare", onclick: closePanel }, t("cancel")),
			),
		);
		place.panel.querySelector("input, select, textarea")?.focus();
		mark();
		return true;
	}

	async function formOf(name) {
		try {
			return (await forms()).FORMS[name] ?? (await import("./case_rare.js")).RARE[name];
		} catch {
			panel = null;
			toast(explain({ type: "offline" }));
			return null;
		}
	}

	function closePanel() {
		const was = panel;
		panel = null;
		fill(place.panel);
		mark();
		main.querySelector(`[data-act="${was}"]`)?.focus();
	}

	function mark() {
		for (const button of main.querySelectorAll("[data-act]"))
			button.setAttribute("aria-expanded", String(button.dataset.act === panel));
	}

	const button = (name) =>
		h(
			"button",
			{ "data-act": name, "aria-expanded": "false", "aria-controls": "panel", onclick: () => openPanel(name) },
			t("act." + name),
		);
	const visible = (name) => name !== "erase" || one.may.includes("erase");
	const tools = () =>
		one.may.includes("write")
			? h(
					"div",
					{ class: "tools noprint", role: "group", "aria-label": t("case.acts") },
					h("button", { class: "first", onclick: () => reply?.focus() }, t("act.reply")),
					BAR.map(button),
					h(
						"details",
						{ class: "moretools" },
						h("summary", null, t("act.more")),
						h("div", null, MORE.filter(visible).map(button), h("button", { onclick: () => print() }, t("print"))),
					),
				)
			: h("div", { class: "tools noprint" }, h("button", { onclick: () => print() }, t("print")));

	function owner() {
		const mine = one.assigned_to === session.user;
		return [
			one.assigned_to
				? h("span", null, t("assigned"), " ", h("bdi", null, mine ? t("me") : one.assigned_to))
				: h("span", { class: "soft" }, t("unassigned")),
			" ",
			one.may.includes("assign")
				? h(
						"span",
						{ class: "noprint" },
						mine
							? act(t("release"), () => assign(null), { class: "small" })
							: act(t("take"), () => assign(session.user), { class: "small first" }),
						" ",
						act(t("assign.other"), giveTo, { class: "small" }),
					)
				: null,
		];
	}

	function draw() {
		fill(
			place.head,
			h("p", { class: "crumb noprint" }, h("a", { href: "#/queue" }, t("page.queue"))),
			h("h1", { tabindex: "-1" }, person(one)),
			h(
				"p",
				{ class: "line" },
				priority(one.priority),
				h("strong", { class: "why" }, reasons(one.reasons)),
				status(one.status),
				overdue(one.tasks.some((task) => task.overdue && !task.done_at)),
				one.waiting_since ? h("span", null, t("queue.waiting"), " ", ago(one.waiting_since)) : null,
				one.snoozed_until ? h("span", { class: "soft" }, t("snooze.stands"), " ", day(one.snoozed_until)) : null,
				one.protected ? h("span", { class: "caution" }, t("case.protected")) : null,
			),
			h("p", { class: "line" }, caution(one)),
		);
		fill(place.owner, owner());
		fill(place.facts, parts.facts(one), parts.sensitive(one), parts.answers(one, goTo));
		const again = async () => {
			forget(base);
			await reload();
			recount();
		};
		fill(place.alerts, duties(one.alerts.sort(byLevel), "closed", (alert) => alertCard(alert, session, again)));
		fill(place.tasks, duties(one.tasks, "done", (task) => taskCard(task, session, again)));
		fill(place.notes, parts.notes(one));
		fill(place.referrals, parts.referrals(one));
		fill(place.appointments, parts.appointments(one));
		fill(place.checkins, parts.checkins(one));
		fill(place.history, parts.history(one));
		showPresence(one.presence);
	}

	function showPresence(list) {
		const others = list.filter((who) => who.user !== session.user);
		const words = others
			.map((who) => t(who.state === "typing" ? "presence.typing" : "presence.viewing", { who: who.name }))
			.join(" · ");
		if (place.who.textContent !== words)
			fill(
				place.who,
				words
					? h("p", { class: others.some((who) => who.state === "typing") ? "warning" : "hint" }, own(words))
					: null,
			);
	}

	let lastTyped = 0;
	async function present(state) {
		try {
			const found = await change("POST", base + "/presence", { state }, { passive: true });
			if (state !== "gone" && here()) showPresence(found?.items ?? []);
		} catch {
			// presence is a courtesy
		}
	}

	try {
		one = await get(base);
	} catch (error) {
		if (error.status !== 404) throw error;
		closed({ main, code, reload: () => show(shown) });
		return null;
	}
	if (!here()) return null;
	draw();
	reply = one.may.includes("write")
		? replyBox({
				one,
				session,
				after: () => loadMessages().catch((error) => toast(explain(error))),
				typing: () => {
					if (Date.now() - lastTyped > 5000) {
						lastTyped = Date.now();
						present("typing");
					}
				},
			})
		: null;
	fill(
		main,
		h(
			"article",
			{ class: "casefile" },
			h("header", { class: "casehead" }, place.head, h("p", { class: "owner" }, place.owner), place.who, tools()),
			place.panel,
			h(
				"div",
				{ class: "columns" },
				h(
					"div",
					{ class: "left" },
					section("alerts", t("page.alerts"), place.alerts),
					reply?.node,
					section("timeline", t("timeline.title"), place.timeline, place.moreMessages),
					section("checkins", t("checkins.title"), place.checkins),
				),
				h(
					"div",
					{ class: "right" },
					section("facts", t("case.summary"), place.facts),
					section("tasks", t("page.tasks"), place.tasks),
					section("notes", t("notes.title"), place.notes),
					section("referrals", t("referrals.title"), place.referrals),
					section("appointments", t("appointments.title"), place.appointments),
					section("consents", t("consents.title"), parts.consents(one)),
					section("history", t("history.title"), place.history),
				),
			),
		),
	);
	const writes = one.may.includes("write");
	onPage({
		...(writes
			? {
					r: { name: "keys.reply", run: () => reply.focus() },
					c: { name: "keys.call", run: () => openPanel("call") },
					n: { name: "keys.note", run: () => openPanel("note") },
					e: { name: "keys.edit", run: () => openPanel("edit") },
				}
			: {}),
		...(one.may.includes("assign")
			? {
					a: {
						name: "keys.take",
						run: () =>
							assign(one.assigned_to === session.user ? null : session.user).catch((error) =>
								toast(explain(error)),
							),
					},
				}
			: {}),
		".": {
			name: "keys.refresh",
			run: () => {
				forget(base);
				reload().then(() => loadMessages());
			},
		},
		u: { name: "keys.queue", run: () => void (location.hash = "#/queue") },
	});
	await loadMessages();
	forms().catch(() => {}); // the line is poor: once more when one is opened

	const renew = inTurn(() => Promise.all([loadMessages(null, true), panel ? null : reload(true)]).then(reached, () => {}));
	undo.push(
		onEvent((name, data) => {
			if (name === "presence" && data.ref === code)
				present(Date.now() - lastTyped < PRESENCE_MS ? "typing" : "viewing");
			else if ((name === "message" && data.ref === code) || name === "poll" || name === "alert" || name === "queue")
				renew();
		}),
	);
	present("viewing");
	const here2 = setInterval(() => present(Date.now() - lastTyped < PRESENCE_MS ? "typing" : "viewing"), PRESENCE_MS);
	undo.push(
		() => clearInterval(here2),
		() => present("gone"),
		() => reply?.end(),
	);

	return () => {
		for (const fn of undo) fn();
	};
}
