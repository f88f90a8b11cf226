// What was said, newest first; screens of one USSD conversation are folded into one entry.
import { h, said } from "./dom.js";
import { act } from "./forms.js";
import { gatewayNow, plural, t, word } from "./i18n.js";
import { time } from "./labels.js";

const SIGNS = {
	queued: "…",
	sending: "…",
	sent: "✓",
	delivered: "✓✓",
	failed: "✕",
	rejected: "✕",
	expired: "✕",
	unknown: "?",
	cancelled: "⊘",
	received: "",
	duplicate: "=",
	parked: "⏸",
};

function state(message) {
	const bad = ["failed", "rejected", "expired", "unknown"].includes(message.status);
	return h(
		"span",
		{ class: bad ? "delivery bad" : "delivery" },
		h("span", { "aria-hidden": "true" }, SIGNS[message.status] ?? "", " "),
		word("message", message.status),
		message.reason ? [" – ", word("why", message.reason)] : null,
		message.delivered_at ? [" ", time(message.delivered_at)] : null,
	);
}

function one(message, hooks) {
	const out = message.direction === "out";
	return h(
		"li",
		{ class: "message " + (out ? "out" : "in"), "data-message": message.message_id, "data-at": message.created_at },
		h(
			"p",
			{ class: "meta" },
			h(
				"span",
				{ class: "from" },
				out ? (message.by ? h("bdi", null, message.by) : t("message.gateway")) : t("message.person"),
			),
			" · ",
			h("span", null, message.mode === "ussd" ? "USSD" : "SMS"),
			" · ",
			time(message.created_at),
			message.segments > 1 ? [" · ", plural("sms.segments", message.segments)] : null,
		),
		message.text === null ? h("p", { class: "soft" }, t("message.gone")) : said(message.text),
		out || message.status !== "received" ? h("p", { class: "meta" }, state(message)) : null,
		hooks && out && ["failed", "rejected", "expired", "unknown"].includes(message.status) && message.mode === "sms"
			? act(t("message.retry"), () => hooks.retry(message))
			: null,
		hooks && message.undo_until && message.status === "queued" && Date.parse(message.undo_until) > gatewayNow()
			? act(t("undo"), () => hooks.undo(message.message_id))
			: null,
	);
}

function folded(messages) {
	const last = messages[0];
	return h(
		"li",
		{ class: "message fold" },
		h(
			"details",
			null,
			h(
				"summary",
				null,
				h(
					"span",
					null,
					t("message.ussd"),
					" · ",
					h("span", null, last.flow ? word("flow", last.flow) : ""),
					" · ",
					plural("message.screens", messages.filter((m) => m.direction === "out").length || messages.length),
					" · ",
					time(last.created_at),
				),
			),
			h(
				"ol",
				{ class: "timeline inner" },
				[...messages].reverse().map((message) => one(message, null)),
			),
		),
	);
}

/** Entries for messages that come newest first. hooks: {retry, undo}, or null when nothing may be done. */
export function entries(messages, hooks) {
	const list = [];
	for (let i = 0; i < messages.length;) {
		let end = i + 1;
		if (messages[i].mode === "ussd")
			while (
				end < messages.length
				&& messages[end].mode === "ussd"
				&& Date.parse(messages[end - 1].created_at) - Date.parse(messages[end].created_at) < 15 * 60000
			)
				end++;
		list.push(
			end - i > 2 ? folded(messages.slice(i, end)) : messages.slice(i, end).map((message) => one(message, hooks)),
		);
		i = end;
	}
	return list.flat();
}
