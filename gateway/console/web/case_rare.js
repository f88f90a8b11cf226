// Forms of a case that are seldom needed: fetched when one of them is opened.
import { fill, h } from "./dom.js";
import { get, post } from "./api.js";
import { explain, form } from "./forms.js";
import { dayIn, moment, t, word } from "./i18n.js";
import { reason } from "./case_forms.js";

/** When a check-in leaves, or why none does. */
function checkinWords(now) {
	if (now.why_not) return t("checkin.not") + " " + word("checkin.why", now.why_not);
	return [
		t("checkin.goes", { wave: word("wave", now.wave), at: moment(now.at) }),
		now.waits ? " " + word("checkin.waits", now.waits) : "",
	].join("");
}

/** name -> (case, done) -> form, as in case_forms.js. */
export const RARE = {
	snooze: (one, done) => {
		const path = "/api/v1/cases/" + one.ref + "/snooze";
		return h(
			"div",
			null,
			form({
				fields: [{ name: "until", label: t("snooze.until"), type: "date", required: true, min: dayIn(1), value: dayIn(7) }],
				submit: t("snooze.do"),
				run: async (values) => {
					await post(path, values);
					await done(t("snooze.done"));
				},
			}),
			one.snoozed_until
				? form({
						fields: [],
						submit: t("snooze.end"),
						run: async () => {
							await post(path, { until: "-" });
							await done(t("snooze.ended"));
						},
					})
				: null,
		);
	},
	number: (one, done) =>
		form({
			fields: [
				{ name: "phone", label: t("number.new"), type: "tel", required: true, dir: "ltr", maxlength: 20 },
				reason(true),
			],
			submit: t("second.ask"),
			run: async (values) => {
				await post("/api/v1/cases/" + one.ref + "/number", values);
				await done(t("second.asked"));
			},
		}),
	checkin: (one, done) => {
		const path = "/api/v1/cases/" + one.ref + "/checkin";
		const told = h("p", { role: "status" }, t("checkin.looks"));
		const send = form({
			fields: [],
			submit: t("checkin.send"),
			run: async () => done(checkinWords(await post(path))),
		});
		send.hidden = true;
		get(path).then(
			(now) => {
				fill(told, checkinWords(now));
				send.hidden = now.why_not !== null;
			},
			(error) => fill(told, explain(error)),
		);
		return h("div", null, told, send);
	},
	merge: (one, done) =>
		form({
			danger: true,
			fields: [
				{
					name: "other",
					label: t("merge.other"),
					required: true,
					dir: "ltr",
					inputmode: "numeric",
					pattern: "[0-9]{8}",
					maxlength: 8,
				},
				{ name: "duplicate", label: t("merge.duplicate"), type: "checkbox" },
				reason(true),
			],
			submit: t("second.ask"),
			run: async (values) => {
				await post("/api/v1/cases/" + one.ref + "/merge", values);
				await done(t("second.asked"));
			},
		}),
	erase: (one, done) =>
		form({
			danger: true,
			fields: [reason(true)],
			submit: t("second.ask"),
			run: async (values) => {
				await post("/api/v1/cases/" + one.ref + "/erase", values);
				await done(t("second.asked"));
			},
		}),
};
