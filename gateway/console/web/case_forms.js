// What a counsellor writes into a case: one small form an act.
import { change, forget, get, post } from "./api.js";
import { form } from "./forms.js";
import { country, languageName, t, word } from "./i18n.js";
import { choices } from "./labels.js";
import { offices, partners, projects, steps } from "./lists.js";
import * as codes from "./codes.js";

const COUNTRIES = [
	"BF",
	"BJ",
	"CD",
	"CF",
	"CG",
	"CI",
	"CM",
	"DZ",
	"EG",
	"GA",
	"GH",
	"GM",
	"GN",
	"GW",
	"LR",
	"MA",
	"ML",
	"MR",
	"NE",
	"NG",
	"SL",
	"SN",
	"TD",
	"TG",
	"TN",
	"TR",
	"BA",
	"BE",
	"CH",
	"DE",
	"ES",
	"FR",
	"GB",
	"GR",
	"IT",
	"LY",
	"NL",
	"RS",
	"SE",
	"ZZ",
];

function countries() {
	const named = COUNTRIES.map((iso) => [iso, country(iso)]);
	return [["", "–"], ...named.sort((a, b) => a[1].localeCompare(b[1]))];
}

const CODE = "[A-Za-z0-9._\\-]{1,31}"; // of a partner

export const reason = (required) => ({ name: "reason", label: t("reason"), type: "textarea", rows: 2, required, maxlength: 500 });

/** Only what has a value goes out. */
function filled(values) {
	return Object.fromEntries(
		Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined),
	);
}

function sets(one, keys, values) {
	const changed = keys.filter((key) => (values[key] ?? "") !== String(shownValue(one, key) ?? ""));
	return Object.fromEntries(changed.map((key) => [key, values[key]]));
}

function shownValue(one, key) {
	if (key === "consent_checkins" || key === "checkin_safe") return one[key] === null ? "" : one[key] ? "yes" : "no";
	return key === "tags" ? "" : one[key]; // what is chosen is a change: +TAG, -TAG
}

/** The gateway refuses what was read before the case changed; a colleague's change to the same fields is what matters here. */
async function patch(one, set, why) {
	const path = "/api/v1/cases/" + one.ref;
	if (Object.keys(set).length === 0) return null;
	const body = filled({ set, reason: why });
	try {
		return await change("PATCH", path, body, { match: one.version });
	} catch (error) {
		if (error.type !== "stale") throw error;
		forget(path);
		const now = await get(path);
		if (Object.keys(set).some((key) => String(shownValue(now, key) ?? "") !== String(shownValue(one, key) ?? "")))
			throw error;
		return change("PATCH", path, body, { match: now.version });
	}
}

function editFields(one) {
	const of = (key, options) => ({ name: key, label: t("key." + key), options, value: String(shownValue(one, key) ?? "") });
	return [
		of(
			"status",
			codes.STATUSES.map((code) => [code, word("status", code)]),
		),
		of(
			"priority",
			codes.PRIORITIES.map((code) => [code, word("priority", code)]),
		),
		of("office", [...(one.office ? [] : [["", "–"]]), ...offices()]),
		of("step", [...(one.step === null ? [["", "–"]] : []), ...steps()]),
		{
			name: "tags",
			label: t("key.tags.change"),
			options: [
				["", "–"],
				...projects().map(([tag, name]) => (one.tags.includes(tag) ? ["-" + tag, "− " + name] : ["+" + tag, "+ " + name])),
			],
		},
		of("return_country", countries()),
		of("nationality", countries()),
		of("city", choices("city", codes.CITIES)),
		of("region", choices("region", codes.REGIONS)),
		of("sex", choices("sex", codes.SEXES)),
		of("age_band", choices("age", codes.AGES)),
		of("travel_doc", choices("document", codes.DOCUMENTS)),
		of("contact_pref", choices("preference", codes.PREFERENCES)),
		of("call_language", [["", "–"], ...codes.LANGUAGES.map((code) => [code, languageName(code)])]),
		of("call_time", choices("call_time", codes.TIMES)),
		of("consent_checkins", choices("yesno", ["yes", "no"])),
		of("checkin_safe", choices("yesno", ["yes", "no"])),
		{ name: "departed_on", label: t("key.departed_on"), type: "date", value: one.departed_on ?? "" },
		{ name: "returned_on", label: t("key.returned_on"), type: "date", value: one.returned_on ?? "" },
		{
			name: "handed_over_on",
			label: t("key.handed_over_on"),
			type: "date",
			value: one.handed_over_on ?? "",
			hint: t("key.handed_over_on.hint"),
		},
	];
}

/** name -> (case, done) -> form. done(words): it went well. */
export const FORMS = {
	call: (one, done) =>
		form({
			fields: [
				{
					name: "outcome",
					label: t("call.outcome"),
					type: "radio",
					required: true,
					choices: codes.OUTCOMES.map((code) => [code, word("outcome", code)]),
				},
				{ name: "note", label: t("note"), type: "textarea", rows: 2, maxlength: 500, hint: t("note.hint") },
			],
			submit: t("call.save"),
			run: async (values) => {
				const waiting = one.tasks.find((task) => !task.done_at && ["CALL_BACK", "CHECKIN_CALL"].includes(task.kind));
				await post("/api/v1/cases/" + one.ref + "/calls", filled({ ...values, task_id: waiting?.task_id }));
				await done(t("call.saved"));
			},
		}),
	note: (one, done) =>
		form({
			fields: [
				{ name: "text", label: t("note"), type: "textarea", required: true, maxlength: 2000, hint: t("note.hint") },
			],
			submit: t("note.save"),
			run: async (values) => {
				await post("/api/v1/cases/" + one.ref + "/notes", values);
				await done(t("note.saved"));
			},
		}),
	refer: (one, done) => {
		const agreed = one.consents.some(
			(consent) => consent.purpose === "SHARING" && consent.answer.toLowerCase() === "yes" && !consent.withdrawn_at,
		);
		const path = "/api/v1/cases/" + one.ref;
		return form({
			fields: [
				{ name: "service", label: t("refer.service"), options: choices("service", codes.SERVICES), required: true },
				{
					name: "organisation",
					label: t("refer.organisation"),
					required: true,
					...(partners().length ? { options: [["", "–"], ...partners()] } : { maxlength: 31, dir: "ltr", pattern: CODE }),
				},
				{ name: "feedback_due", label: t("refer.due"), type: "date" },
			],
			// whoever presses it says that the person agreed; that is written down before anything else
			submit: t(agreed ? "refer.save" : "refer.save.agreed"),
			run: async (values) => {
				if (!agreed)
					await post(path + "/consents", { purpose: "SHARING", answer: "yes", reason: t("refer.consent") });
				await post(path + "/referrals", filled(values));
				await done(t("refer.saved"));
			},
		});
	},
	appointment: (one, done) =>
		form({
			fields: [
				{ name: "at", label: t("appointment.at"), type: "datetime-local", required: true },
				{ name: "place", label: t("appointment.place"), maxlength: 40, required: true },
			],
			submit: t("appointment.save"),
			run: async (values) => {
				const { invited } = await post("/api/v1/cases/" + one.ref + "/appointments", values);
				await done(t(invited ? "appointment.saved" : "appointment.uninvited"));
			},
		}),
	task: (one, done) =>
		form({
			fields: [
				{
					name: "kind",
					label: t("task.kind"),
					options: codes.NEW_TASKS.map((code) => [code, word("task", code)]),
					value: "CALL_BACK",
					required: true,
				},
				{ name: "days", label: t("task.days"), type: "number", min: 1, value: "1", required: true },
				{ name: "note", label: t("note"), type: "textarea", rows: 2, maxlength: 500 },
			],
			submit: t("task.save"),
			run: async (values) => {
				await post("/api/v1/cases/" + one.ref + "/tasks", filled({ ...values, days: Number(values.days) }));
				await done(t("task.saved"));
			},
		}),
	returned: (one, done) =>
		form({
			fields: [
				{
					name: "returned_on",
					label: t("key.returned_on"),
					type: "date",
					required: true,
					value: one.returned_on ?? "",
				},
				reason(false),
			],
			submit: t("return.save"),
			run: async (values) => {
				await patch(
					one,
					{ ...(one.status === "RETURNED" ? {} : { status: "RETURNED" }), returned_on: values.returned_on },
					values.reason || t("return.reason"),
				);
				await done(t("return.saved"));
			},
		}),
	edit: (one, done) => {
		const fields = editFields(one);
		return form({
			attributes: { class: "form wide" },
			fields: [...fields, reason(false)],
			submit: t("edit.save"),
			run: async (values) => {
				await patch(
					one,
					sets(
						one,
						fields.map((field) => field.name),
						values,
					),
					values.reason,
				);
				await done(t("edit.saved"));
			},
		});
	},
	close: (one, done) =>
		form({
			fields: [
				{
					name: "close_reason",
					label: t("key.close_reason"),
					options: choices("closing", codes.CLOSINGS),
					required: true,
				},
				reason(true),
			],
			submit: t("close.save"),
			run: async (values) => {
				await patch(one, { status: "CLOSED", close_reason: values.close_reason }, values.reason);
				await done(t("close.saved"));
			},
		}),
};
