// Alerts and tasks, as the board, the list and the case show them.
import { h } from "./dom.js";
import { post } from "./api.js";
import { act, ask } from "./forms.js";
import { t, word } from "./i18n.js";
import { ago, caseLink, caution, choices, overdue, time } from "./labels.js";
import { ALERT_OUTCOMES, OUTCOMES } from "./codes.js";
import { inWords } from "./rules.js";

const LEVEL_SIGNS = { URGENT: "▲", HIGH: "◆" };

async function closeAlert(alert, done) {
	if (
		await ask({
			title: t("alert.close"),
			submit: t("alert.close"),
			fields: [
				{
					name: "outcome",
					label: t("call.outcome"),
					options: choices("handled", ALERT_OUTCOMES),
					value: "HANDLED",
					required: true,
				},
				{ name: "action", label: t("alert.action"), type: "textarea", required: true, maxlength: 500 },
			],
			run: (values) => post("/api/v1/alerts/" + alert.alert_id + "/close", values),
		})
	)
		await done();
}

async function finish(task, done) {
	if (
		await ask({
			title: t("task.done"),
			submit: t("task.done"),
			fields: [
				{
					name: "outcome",
					label: t("call.outcome"),
					options: choices("outcome", [...OUTCOMES, "DONE"]),
					value: "DONE",
					required: true,
				},
				{ name: "note", label: t("note"), type: "textarea", maxlength: 500 },
			],
			run: (values) => post("/api/v1/tasks/" + task.task_id + "/done", values),
		})
	)
		await done();
}

// "Do not call" stands below it as a mark of its own.
const ruleOf = (alert) => (alert.contact_pref === "NO_CALL" ? alert.rule.replace(/^DO NOT CALL: /, "") : alert.rule);

/** One alert; done(): what to do after an act; withCase: it does not stand in its case. */
export function alertCard(alert, session, done, withCase = false) {
	const url = "/api/v1/alerts/" + alert.alert_id;
	return h(
		"li",
		{ class: "duty" + (alert.closed_at ? " over" : ""), "data-id": alert.alert_id },
		h(
			"div",
			null,
			h(
				"p",
				null,
				h(
					"span",
					{ class: "level " + alert.level.toLowerCase() },
					h("span", { "aria-hidden": "true" }, (LEVEL_SIGNS[alert.level] ?? "●") + " "),
					word("level", alert.level),
				),
				" ",
				h("strong", null, alert.kind ? word("alert", alert.kind) : t("alert.sealed")),
				" ",
				overdue(alert.overdue && !alert.closed_at),
			),
			h(
				"p",
				{ class: "soft" },
				withCase ? [caseLink(alert.ref), " · "] : null,
				alert.rule ? [h("bdi", { title: alert.rule, class: "rule" }, inWords(ruleOf(alert))), " · "] : null,
				ago(alert.raised_at),
				alert.taken_by ? [" · ", t("taken.by"), " ", h("bdi", null, alert.taken_by)] : null,
				alert.closed_at ? [" · ", t("closed"), " ", time(alert.closed_at)] : null,
			),
			alert.contact_pref === "NO_CALL" ? h("p", null, caution(alert)) : null,
		),
		alert.closed_at
			? null
			: h(
					"div",
					{ class: "buttons noprint" },
					alert.taken_by
						? alert.taken_by === session.user
							? act(t("release"), async () => {
									await post(url + "/release");
									await done();
								})
							: null
						: act(
								t("alert.take"),
								async () => {
									await post(url + "/take");
									await done();
								},
								{ class: LEVEL_SIGNS[alert.level] ? "first" : null },
							),
					act(t("alert.close"), () => closeAlert(alert, done)),
				),
	);
}

export function taskCard(task, session, done, withCase = false) {
	const url = "/api/v1/tasks/" + task.task_id;
	return h(
		"li",
		{ class: "duty" + (task.done_at ? " over" : ""), "data-id": task.task_id },
		h(
			"div",
			null,
			h("p", null, h("strong", null, word("task", task.kind)), " ", overdue(task.overdue && !task.done_at)),
			task.note ? h("p", { class: "said", dir: "auto" }, inWords(task.note)) : null,
			h(
				"p",
				{ class: "soft" },
				withCase ? [caseLink(task.ref), " · "] : null,
				task.due_at ? [t("task.due"), " ", time(task.due_at)] : null,
				task.taken_by ? [" · ", t("taken.by"), " ", h("bdi", null, task.taken_by)] : null,
				task.done_at ? [" · ", word("outcome", task.outcome) || t("done"), " ", time(task.done_at)] : null,
			),
		),
		task.done_at
			? null
			: h(
					"div",
					{ class: "buttons noprint" },
					task.taken_by
						? task.taken_by === session.user
							? act(t("release"), async () => {
									await post(url + "/release");
									await done();
								})
							: null
						: act(t("take"), async () => {
								await post(url + "/take");
								await done();
							}),
					act(t("task.done"), () => finish(task, done), { class: "first" }),
				),
	);
}
