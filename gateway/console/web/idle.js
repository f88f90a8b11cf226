// A desk that nobody sits at: after two minutes the page goes blank, and before the session ends it asks.
import { h } from "./dom.js";
import { post } from "./api.js";
import { plural, t } from "./i18n.js";

const BLANK_MS = 2 * 60 * 1000;
const WARN_MS = 90 * 1000;
let touched = Date.now();
let until = 0;
let timer = null;
let blank = null;
let warning = null;
let onEnd = () => {};

function cover() {
	const app = document.querySelector("#app");
	const back = document.activeElement;
	app.hidden = true;
	app.inert = true;
	const button = h("button", { onclick: () => uncover(app, back) }, t("blank.show"));
	blank = h("main", { class: "blank" }, h("h1", null, "Wasl"), h("p", null, t("blank.why")), button);
	for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
	document.body.append(blank);
	button.focus();
}

function uncover(app, back) {
	blank.remove();
	blank = null;
	app.hidden = false;
	app.inert = false;
	touched = Date.now();
	back?.focus?.();
}

async function extend() {
	warning?.close();
	try {
		moved(await post("/api/v1/session/extend"));
	} catch {
		// a 401 has told the shell; anything else is tried again by the next act
	}
}

function warn(left) {
	if (!warning) {
		warning = h(
			"dialog",
			{
				class: "window",
				role: "alertdialog",
				"aria-labelledby": "idle-title",
				onclose: (event) => {
					event.target.remove();
					warning = null;
				},
			},
			h("h2", { id: "idle-title" }, t("idle.title")),
			h("p", { "data-left": "" }),
			h("button", { class: "first", onclick: extend }, t("idle.stay")),
		);
		document.body.append(warning);
		warning.showModal();
	}
	warning.querySelector("[data-left]").textContent = plural("idle.left", Math.ceil(left / 1000));
}

function look() {
	const now = Date.now();
	if (!blank && now - touched >= BLANK_MS) cover();
	const left = until - now;
	if (left <= 0) onEnd();
	else if (left <= WARN_MS && !blank) warn(left);
}

/** The session said until when it lasts; its clock and ours may differ, so it says how long. */
export function moved(session) {
	until = Date.now() + (Date.parse(session.idle_until) - Date.parse(session.now));
}

/** Any request that is not passive puts the end off. */
export function acted(seconds) {
	until = Math.max(until, Date.now() + seconds * 1000);
}

export function start(session, end) {
	stop();
	onEnd = end;
	touched = Date.now();
	moved(session);
	timer = setInterval(look, 1000);
}

export function stop() {
	clearInterval(timer);
	warning?.close();
	blank?.remove();
	blank = null;
}

for (const name of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"])
	addEventListener(
		name,
		() => {
			if (!blank) touched = Date.now();
		},
		{ passive: true },
	);
