// The frame around every page: where one can go, how fresh the page is, who is signed in.
import { fill, h } from "./dom.js";
import * as api from "./api.js";
import * as idle from "./idle.js";
import * as keys from "./keys.js";
import * as live from "./live.js";
import { clock, number, plural, t } from "./i18n.js";

let session = null;
let main = null;
let links = {};
let fresh = null;
let banner = null;
let spoken = null;
let signedOut = () => {};
const undo = [];

/** Said aloud by a screen reader, seen by nobody. */
export function say(text) {
	if (spoken) spoken.textContent = text;
}

/** A short word at the foot of the page, for what went well. */
export function toast(text, action = null) {
	const node = h("p", { class: "toast" }, h("span", null, text), action);
	document.querySelector("#toasts")?.append(node);
	if (!action) setTimeout(() => node.remove(), 6000);
	say(text);
	return node;
}

function showFreshness(isFresh, date) {
	fill(
		fresh,
		h("span", { class: isFresh ? "dot" : "dot stale", "aria-hidden": "true" }),
		t(isFresh ? "live.fresh" : "live.stale", { time: clock(date) }),
	);
	if (isFresh) fill(banner);
	else if (!banner.firstChild)
		fill(banner, h("p", { class: "warning" }, h("strong", null, t("live.lost")), " ", t("live.polling")));
}

const COUNTED = { queue: "all", alerts: "alerts", tasks: "tasks", approvals: "approvals", glass: "glass" };

const count = live.inTurn(async () => {
	try {
		const counts = await api.get("/api/v1/counts", { passive: true });
		for (const [page, name] of Object.entries(COUNTED)) {
			const node = links[page]?.querySelector(".count");
			if (node)
				fill(
					node,
					counts[name]
						? [
								h("bdi", { dir: "ltr" }, number(counts[name])),
								h("span", { class: "unseen" }, " " + plural("nav.waiting", counts[name])),
							]
						: null,
				);
		}
		document.title = counts.unread ? "(" + counts.unread + ") Wasl" : "Wasl";
		live.reached();
	} catch {
		// the next event or poll tries again
	}
});

async function signOut() {
	try {
		await api.change("DELETE", "/api/v1/session");
	} catch {
		// signed out here in any case
	}
	signedOut();
}

function navigation(pages) {
	links = Object.fromEntries(
		pages.map((name) => [
			name,
			h("a", { href: "#/" + name }, h("span", null, t("page." + name)), h("span", { class: "count" })),
		]),
	);
	const list = h(
		"ul",
		{ id: "pages" },
		Object.values(links).map((link) => h("li", null, link)),
	);
	const button = h(
		"button",
		{
			class: "menu",
			"aria-expanded": "false",
			"aria-controls": "pages",
			onclick: () => {
				const open = button.getAttribute("aria-expanded") !== "true";
				button.setAttribute("aria-expanded", String(open));
				list.classList.toggle("open", open);
			},
		},
		t("nav.menu"),
	);
	list.addEventListener("click", () => {
		button.setAttribute("aria-expanded", "false");
		list.classList.remove("open");
	});
	return h("nav", { "aria-label": t("nav.pages") }, button, list);
}

/** Draws the frame; pages: the names this person may open. */
export function open(who, pages, onSignedOut) {
	close();
	session = who;
	signedOut = onSignedOut;
	main = h("main", { id: "main" });
	fresh = h("span", { class: "fresh" });
	banner = h("div", { role: "status" });
	spoken = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
	document.body.prepend(
		h(
			"div",
			{ id: "app" },
			h(
				"a",
				{
					class: "skip",
					href: "#main",
					onclick: (event) => {
						event.preventDefault();
						main.querySelector("h1")?.focus();
					},
				},
				t("nav.skip"),
			),
			h(
				"header",
				{ class: "top" },
				h("span", { class: "brand" }, "Wasl"),
				session.demo ? h("span", { class: "demo" }, t("demo.mark")) : null,
				fresh,
				h("button", { class: "bare", onclick: keys.help }, t("keys.open")),
				h("a", { class: "who", href: "#/me" }, h("bdi", null, session.name)),
				h("button", { class: "bare", onclick: signOut }, t("signout")),
			),
			navigation(pages),
			h("div", { class: "stage" }, banner, main),
			h("div", { id: "toasts", role: "region", "aria-label": t("nav.news") }),
			spoken,
		),
	);
	keys.switchKeys(session.shortcuts);
	keys.everywhere({
		"/": { name: "keys.search", run: () => (pages.includes("search") ? ((location.hash = "#/search"), true) : false) },
		"?": { name: "keys.help", run: keys.help },
		g: { name: "keys.queue", run: () => (pages.includes("queue") ? ((location.hash = "#/queue"), true) : false) },
	});
	showFreshness(true, new Date());
	undo.push(
		live.onFreshness(showFreshness),
		live.onEvent((name) => {
			// the session is over, or the gateway begins anew: a 401 tells which
			if (name === "bye") api.get("/api/v1/session", { passive: true }).catch(() => {});
			else if (["queue", "alert", "message", "poll"].includes(name)) count();
		}),
	);
	const acted = () => idle.acted(session.idle_seconds);
	addEventListener("acted", acted);
	undo.push(() => removeEventListener("acted", acted));
	idle.start(session, signOut);
	live.start();
	count();
}

/** Another page begins: the empty main, and the mark where we are. */
export function turnTo(name) {
	for (const [page, link] of Object.entries(links)) {
		if (page === name) link.setAttribute("aria-current", "page");
		else link.removeAttribute("aria-current");
	}
	keys.onPage({});
	fill(main, h("p", { class: "hint" }, t("loading")));
	scrollTo(0, 0);
	return main;
}

export function recount() {
	count();
}

export function close() {
	live.end();
	idle.stop();
	for (const fn of undo.splice(0)) fn();
	document.title = "Wasl";
	for (const node of document.querySelectorAll("#app, dialog")) node.remove();
}
