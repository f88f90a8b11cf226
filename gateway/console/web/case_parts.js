// The parts of a case that are read: summary, circumstances, check-ins, referrals, consents.
import { fill, h, ltr, own, said } from "./dom.js";
import { get } from "./api.js";
import { act } from "./forms.js";
import { arrow, colon, country, day, has, languageName, number, shortDay, t, word } from "./i18n.js";
import { table, time } from "./labels.js";
import { assignmentHours, officeName, projectName, stepName } from "./lists.js";
import { scores } from "./charts.js";

function pairs(list, attributes) {
	const full = list.filter(([, value]) => value !== null && value !== undefined && value !== "");
	return full.length
		? h(
				"dl",
				{ class: "facts", ...attributes },
				full.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))),
			)
		: null;
}

function phones(one) {
	if (!one.phone_masked) return null;
	const place = h("span", null, ltr(one.phone_masked), " ");
	if (one.may.includes("phone"))
		place.append(
			act(
				t("phone.show"),
				async () => {
					const found = await get("/api/v1/cases/" + one.ref + "/phone");
					fill(
						place,
						found.phones.map((phone) =>
							h(
								"span",
								{ class: "phone" },
								ltr(phone.phone ?? "–"),
								" ",
								h(
									"span",
									{ class: "soft" },
									word("point", phone.status),
									phone.shared ? [" · ", t("caution.SHARED")] : null,
									phone.safe === false ? [" · ", t("phone.unsafe")] : null,
								),
							),
						),
					);
				},
				{ class: "small noprint" },
			),
		);
	return place;
}

export function facts(one) {
	return pairs([
		[t("key.phone"), phones(one)],
		[t("key.direction"), word("direction", one.direction)],
		[t("key.nationality"), country(one.nationality)],
		[t("key.return_country"), country(one.return_country)],
		[t("key.host_country"), country(one.host_country)],
		[t("key.city"), word("city", one.city)],
		[t("key.region"), word("region", one.region)],
		[t("key.office"), one.office ? own(officeName(one.office)) : null],
		[t("key.step"), one.step === null ? null : own(stepName(one.step))],
		[t("key.sex"), word("sex", one.sex)],
		[t("key.age_band"), word("age", one.age_band)],
		[t("key.group_size"), one.group_size === null ? null : ltr(number(one.group_size))],
		[t("key.children"), one.children === null ? null : ltr(number(one.children))],
		[t("key.travel_doc"), word("document", one.travel_doc)],
		[t("key.contact_pref"), word("preference", one.contact_pref)],
		[t("key.call_language"), languageName(one.call_language)],
		[t("key.call_time"), word("call_time", one.call_time)],
		[t("key.language"), languageName(one.language)],
		[
			t("key.consent_checkins"),
			one.consent_checkins === null ? null : t(one.consent_checkins ? "yesno.yes" : "yesno.no"),
		],
		[t("key.tags"), one.tags.length ? one.tags.map((tag, i) => [i ? ", " : "", own(projectName(tag))]) : null],
		[t("key.departed_on"), day(one.departed_on)],
		[t("key.returned_on"), day(one.returned_on)],
		[t("key.handed_over_on"), day(one.handed_over_on)],
		[t("key.opened_at"), time(one.opened_at)],
		[t("key.close_reason"), word("closing", one.close_reason)],
	]);
}

function known(value) {
	if (typeof value === "boolean") return t(value ? "yesno.yes" : "yesno.no");
	if (Array.isArray(value)) return value.map((item) => [known(item), " "]);
	return value === null ? "–" : has("sensitive." + value) ? t("sensitive." + value) : own(String(value));
}

export function sensitive(one) {
	if (one.sensitive === null)
		return one.may.includes("sensitive") ? null : h("p", { class: "hint" }, t("sensitive.hidden"));
	return pairs(
		Object.entries(one.sensitive)
			.filter(([, value]) => value !== null && value !== "" && !(Array.isArray(value) && value.length === 0))
			.map(([name, value]) => [word("sensitive", name), known(value)]),
		{ class: "facts grave" },
	);
}

const SEALED = { URGENT: "urgent_need", HEALTH: "health" };

/** Of a sensitive question what was typed is kept, a number of an option mostly; what the newest one came to is in the case. */
function typed(answer, one) {
	if (answer.raw === null) return "–";
	if (!/^\d$/.test(answer.raw)) return said(answer.raw);
	const code = one.sensitive?.[SEALED[answer.state]];
	const newest = one.answers.find((other) => other.state === answer.state) === answer;
	return code && newest ? known(code) : h("span", { class: "soft" }, t("value.pressed", { key: answer.raw }));
}

function answerValue(answer, one) {
	if (answer.value === null) return typed(answer, one);
	if (answer.value === "SKIP" || (answer.value === "0" && /^[QX]\d$/.test(answer.state)))
		return h("span", { class: "soft" }, t("value.skipped"));
	const state = "value." + answer.state + "." + answer.value;
	return has(state)
		? t(state)
		: has("value." + answer.value)
			? t("value." + answer.value)
			: answer.state.includes("COUNTRY")
				? country(answer.value)
				: answer.state === "CALLLANG"
					? languageName(answer.value)
					: answer.state === "CITY"
						? word("city", answer.value)
						: h("bdi", null, answer.value);
}

const talkOf = (answer) => answer.flow + " " + answer.answered_at.slice(0, 10);

/** One conversation of one day, the newest first: what was answered months ago is not mixed with what was answered yesterday. */
export function answers(one, goTo) {
	if (one.answers.length === 0) return h("p", { class: "hint" }, t("answers.none"));
	const talks = new Map();
	for (const answer of one.answers) talks.set(talkOf(answer), [...(talks.get(talkOf(answer)) ?? []), answer]);
	return [...talks.values()]
		.sort((a, b) => (a[0].answered_at < b[0].answered_at ? 1 : -1))
		.map((talk, i) =>
			h(
				"details",
				{ class: "answers", open: i === 0 },
				h("summary", null, word("flow", talk[0].flow), " · ", day(talk[0].answered_at)),
				h(
					"dl",
					{ class: "facts" },
					[...talk].reverse().map((answer) =>
						h(
							"div",
							null,
							h("dt", null, word("state", answer.state)),
							h(
								"dd",
								{ title: answer.answered_at },
								answerValue(answer, one),
								" ",
								h(
									"button",
									{
										class: "bare noprint",
										"aria-label": t("answers.where") + " – " + word("state", answer.state),
										onclick: () => goTo(answer.answered_at),
									},
									"↓",
								),
							),
						),
					),
				),
			),
		);
}

export function checkins(one) {
	if (one.checkins.length === 0) return h("p", { class: "hint" }, t("checkins.none"));
	return [
		scores(one.checkins),
		table({
			caption: t("wave"),
			hidden: true,
			head: [t("wave"), t("checkins.due"), t("checkins.outcome"), t("checkins.completed")],
			rows: one.checkins.map((wave) => [
				word("wave", wave.wave),
				h("time", { datetime: wave.due_at }, shortDay(wave.due_at)),
				word("checkin", wave.outcome),
				wave.completed_at ? h("time", { datetime: wave.completed_at }, shortDay(wave.completed_at)) : "–",
			]),
		}),
	];
}

export function referrals(one) {
	return one.referrals.length
		? h(
				"ul",
				{ class: "lines" },
				one.referrals.map((referral) =>
					h(
						"li",
						null,
						h("strong", null, word("service", referral.service)),
						referral.organisation ? [" – ", own(referral.organisation)] : null,
						h(
							"p",
							{ class: "soft" },
							day(referral.made_on),
							referral.consent === true ? [" · ", t("refer.consented")] : null,
							referral.outcome
								? [" · ", word("helped", referral.outcome)]
								: referral.feedback_due
									? [" · ", t("refer.due"), " ", day(referral.feedback_due)]
									: null,
						),
					),
				),
			)
		: h("p", { class: "hint" }, t("none"));
}

export function consents(one) {
	return one.consents.length
		? h(
				"ul",
				{ class: "lines" },
				one.consents.map((consent) =>
					h(
						"li",
						null,
						word("purpose", consent.purpose),
						colon(),
						h("strong", null, word("yesno", consent.answer.toLowerCase())),
						" ",
						h(
							"span",
							{ class: "soft" },
							time(consent.at),
							consent.withdrawn_at ? [" · ", t("consent.withdrawn"), " ", time(consent.withdrawn_at)] : null,
						),
					),
				),
			)
		: h("p", { class: "hint" }, t("none"));
}

/** What became of the case and by whose hand; what Wasl did by itself says why. */
export function history(one) {
	const shownAs = { status: (code) => word("status", code), office: officeName, step: stepName };
	const name = (event, code) => (code === null ? "–" : own(shownAs[event.field]?.(code) ?? code));
	const line = (event) =>
		event.field === "assigned_to" && event.actor === "wasl" && event.became === null
			? t("history.lease", { who: event.was ?? "–", hours: number(assignmentHours()) })
			: [
					t("history." + event.field),
					colon(),
					event.was === null ? null : [name(event, event.was), arrow()],
					name(event, event.became),
				];
	return h(
		"ul",
		{ class: "lines" },
		one.history.map((event) =>
			h("li", null, line(event), h("p", { class: "soft" }, h("bdi", null, event.actor), " · ", time(event.at))),
		),
	);
}

/** Notes and appointments, where the gateway gives them. */
export function notes(one) {
	return one.notes?.length
		? h(
				"ul",
				{ class: "lines notes" },
				one.notes.map((note) =>
					h(
						"li",
						null,
						said(note.text),
						h("p", { class: "soft" }, h("bdi", null, note.by), " · ", time(note.said_at)),
					),
				),
			)
		: h("p", { class: "hint" }, t("none"));
}

export function appointments(one) {
	if (!one.appointments?.length) return h("p", { class: "hint" }, t("none"));
	return h(
		"ul",
		{ class: "lines" },
		one.appointments.map((item) =>
			h(
				"li",
				null,
				h("strong", null, time(item.starts_at)),
				" ",
				own(item.place ?? ""),
				item.answer ? h("p", { class: "soft" }, word("appointment", item.answer)) : null,
			),
		),
	);
}
