// Starts: who is here, which page is asked for.  A page is #/name/rest?parameters and a module of its own.
import { fill, h } from "./dom.js";
import * as api from "./api.js";
import * as i18n from "./i18n.js";
import * as shell from "./shell.js";
import { passwordAgain } from "./again.js";
import { loadLists } from "./lists.js";

/** Pages; who may see each (any of the roles; [] is everybody).  The gateway decides, this only spares a refusal. */
export const PAGES = {
	queue: { module: () => import("./queue.js"), roles: ["counsellor", "protection"] },
	case: { module: () => import("./case.js"), roles: ["counsellor", "protection"], hidden: true },
	alerts: { module: () => import("./alerts.js"), roles: ["counsellor", "protection", "psea"] },
	tasks: { module: () => import("./tasks.js"), roles: ["counsellor", "protection"] },
	search: { module: () => import("./search.js"), roles: ["counsellor", "protection"] },
	dashboard: { module: () => import("./dashboard.js"), roles: ["counsellor", "protection", "me", "manager"] },
	flows: { module: () => import("./flows.js"), roles: [] },
	reports: { module: () => import("./reports.js"), roles: ["me", "manager", "protection"] },
	approvals: { module: () => import("./approvals.js"), roles: ["counsellor", "protection", "manager"] },
	glass: { module: () => import("./glass.js"), roles: ["protection", "manager"] },
	channels: { module: () => import("./channels.js"), roles: ["admin", "operator", "manager"] },
	admin: { module: () => import("./admin.js"), roles: ["admin"] },
	audit: { module: () => import("./audit.js"), roles: ["auditor"] },
	me: { module: () => import("./me.js"), roles: [], hidden: true },
};

let session = null;
let leave = null;
let turn = 0;

function allowed(page) {
	return page && (page.roles.length === 0 || page.roles.some((role) => session.roles.includes(role)));
}

function address() {
	const [path, parameters] = location.hash.replace(/^#\/?/, "").split("?");
	const [name, ...rest] = path.split("/");
	return {
		name,
		rest: rest.map(decodeURIComponent),
		parameters: Object.fromEntries(new URLSearchParams(parameters ?? "")),
	};
}

function first() {
	return Object.keys(PAGES).find((name) => !PAGES[name].hidden && allowed(PAGES[name]));
}

async function route() {
	const mine = ++turn;
	leave?.();
	leave = null;
	let asked = address();
	if (!allowed(PAGES[asked.name])) {
		asked = { name: first(), rest: [], parameters: {} };
		history.replaceState(null, "", "#/" + asked.name);
	}
	const main = shell.turnTo(asked.name);
	const shown = { session, main, rest: asked.rest, parameters: asked.parameters, here: () => mine === turn };
	try {
		const page = await PAGES[asked.name].module();
		if (mine !== turn) return; // its code came late, over a weak line: another page stands there now
		const done = await page.show(shown);
		if (mine !== turn) done?.();
		else leave = done ?? null;
	} catch (error) {
		if (mine === turn && error.status !== 401) {
			const { explain } = await import("./forms.js");
			if (error.type === undefined) console.error(error);
			fill(
				main,
				h("h1", { tabindex: "-1" }, i18n.t("page." + asked.name)),
				h("p", { class: "trouble", role: "alert" }, explain(error)),
				h("button", { onclick: route }, i18n.t("again")),
			);
		}
	}
	if (mine === turn && !main.contains(document.activeElement)) main.querySelector("h1")?.focus();
}

async function signedOut() {
	leave?.();
	leave = null;
	turn++;
	session = null;
	api.useSession(null);
	shell.close();
	const { signIn } = await import("./signin.js");
	signIn(enter);
}

async function enter(found) {
	const fresh = session === null;
	session = found;
	api.useSession(session);
	if (fresh) await loadLists().catch(() => {}); // codes stand for names until it is read again
	i18n.useZone(session.timezone);
	if (i18n.LANGUAGES.includes(session.language) && session.language !== i18n.language) await i18n.use(session.language);
	shell.open(
		session,
		Object.keys(PAGES).filter((name) => !PAGES[name].hidden && allowed(PAGES[name])),
		signedOut,
	);
	await route();
}

async function start() {
	api.useConfirm(passwordAgain);
	await i18n.use(i18n.firstLanguage());
	addEventListener("hashchange", () => session && route());
	addEventListener("signed-out", () => session && signedOut());
	addEventListener("session", (event) => enter({ ...session, ...event.detail }));
	const once = /^#(enrol|demo)=([\w-]+)$/.exec(location.hash);
	if (once) {
		history.replaceState(null, "", location.pathname); // a link that works once stays in no history
		const { enrol, demo } = await import("./signin.js");
		return once[1] === "enrol" ? enrol(once[2], enter) : demo(once[2], enter);
	}
	try {
		await enter(await api.get("/api/v1/session"));
	} catch (error) {
		if (error.type === undefined) console.error(error);
		await signedOut();
	}
}

start();
