// Accounts, prepared replies, the brake, the intake switch, offices, holidays.
import { fill, h, ltr, own } from "./dom.js";
import { change, get, post } from "./api.js";
import { act, ask } from "./forms.js";
import { country, number, plural, t, word } from "./i18n.js";
import { table, time } from "./labels.js";
import { NAMES } from "./languages.js";
import { ROLES } from "./codes.js";
import { officeName, offices as officeChoices } from "./lists.js";
import { measure } from "./sms.js";
import { holidays } from "./holidays.js";
import { toast } from "./shell.js";

const PARTS = ["switches", "users", "canned", "offices", "holidays"];
const LANGUAGES = ["fr", "en", "ar", "es"];

function oneLink(link) {
	const window = h(
		"dialog",
		{ class: "window", "aria-labelledby": "link-title", onclose: () => window.remove() },
		h("h2", { id: "link-title" }, t("link.title")),
		h("p", null, t("user.link"), " ", ltr(link.user), ". ", t("user.link.until"), " ", time(link.expires_at), "."),
		h("p", null, h("code", null, ltr(link.link, { class: "secret" }))),
		h(
			"div",
			{ class: "buttons" },
			act(t("copy"), () => navigator.clipboard.writeText(link.link)),
			h("button", { class: "first", onclick: () => window.close() }, t("close")),
		),
	);
	document.body.append(window);
	window.showModal();
}

function userFields(user) {
	return [
		...(user
			? []
			: [{ name: "user", label: t("signin.user"), required: true, pattern: "[A-Za-z0-9._\\-]{1,31}", dir: "ltr" }]),
		{ name: "name", label: t("user.name"), required: true, maxlength: 80, value: user?.name, dir: "auto" },
		{
			name: "roles",
			label: t("user.roles"),
			type: "checks",
			choices: ROLES.map((role) => [role, word("role", role)]),
			value: user?.roles ?? ["counsellor"],
		},
		{
			name: "offices",
			label: t("user.offices"),
			type: "checks",
			choices: officeChoices(),
			value: user?.offices ?? [],
			hint: t("user.offices.hint"),
		},
		...(user
			? [
					{
						name: "state",
						label: t("key.status"),
						options: [
							["ACTIVE", t("user.ACTIVE")],
							["DISABLED", t("user.DISABLED")],
						],
						value: user.state === "DISABLED" ? "DISABLED" : "ACTIVE",
						required: true,
					},
				]
			: [
					{
						name: "language",
						label: t("me.language"),
						options: Object.entries(NAMES),
						value: "fr",
						required: true,
					},
				]),
	];
}

async function users(place) {
	const { items } = await get("/api/v1/users");
	const again = () => users(place);
	const edit = (user) =>
		ask({
			title: user.user,
			fields: userFields(user),
			submit: t("edit.save"),
			run: (values) =>
				change("PATCH", "/api/v1/users/" + encodeURIComponent(user.user), {
					name: values.name,
					roles: values.roles,
					offices: values.offices,
					...(user.state === "INVITED" && values.state === "ACTIVE" ? {} : { state: values.state }),
				}),
		}).then((done) => done && again());
	const add = async () => {
		let link = null;
		await ask({
			title: t("user.add"),
			fields: userFields(null),
			submit: t("user.add"),
			run: async (values) => {
				link = await post("/api/v1/users", {
					user: values.user,
					name: values.name,
					roles: values.roles,
					offices: values.offices,
					language: values.language,
				});
			},
		});
		if (link) {
			oneLink(link);
			await again();
		}
	};
	const reset = async (user) => {
		let link = null;
		await ask({
			title: t("user.reset") + " – " + user.user,
			text: t("user.reset.why"),
			fields: [],
			submit: t("user.reset"),
			danger: true,
			run: async () => {
				link = await post("/api/v1/users/" + encodeURIComponent(user.user) + "/reset");
			},
		});
		if (link) {
			oneLink(link);
			await again();
		}
	};
	fill(
		place,
		h("div", { class: "buttons" }, h("button", { class: "first", onclick: add }, t("user.add"))),
		table({
			caption: t("admin.users"),
			hidden: true,
			numbers: [5],
			head: [
				t("signin.user"),
				t("user.name"),
				t("user.roles"),
				t("user.offices"),
				t("user.last"),
				t("user.sessions"),
				t("user.acts"),
			],
			rows: items.map((user) => [
				ltr(user.user),
				[
					own(user.name),
					" ",
					user.state === "ACTIVE" ? null : h("span", { class: "status" }, t("user." + user.state)),
				],
				user.roles.map((role) => word("role", role)).join(", "),
				user.offices.map((id, i) => [i ? ", " : "", own(officeName(id))]),
				time(user.last_sign_in),
				ltr(number(user.sessions)),
				h(
					"div",
					{ class: "buttons" },
					h("button", { class: "small", onclick: () => edit(user) }, t("act.edit")),
					h("button", { class: "small", onclick: () => reset(user) }, t("user.reset")),
					user.sessions
						? act(
								t("user.end"),
								async () => {
									await change("DELETE", "/api/v1/users/" + encodeURIComponent(user.user) + "/sessions");
									await again();
								},
								{ class: "small" },
							)
						: null,
				),
			]),
		}),
	);
}

function cannedFields(one) {
	return [
		{ name: "title", label: t("canned.title"), required: true, maxlength: 60, value: one?.title, dir: "auto" },
		...LANGUAGES.map((code) => ({
			name: code,
			label: word("lang", code),
			type: "textarea",
			rows: 2,
			maxlength: 480,
			required: code === "fr",
			value: one?.[code] ?? "",
		})),
	];
}

async function canned(place) {
	const { items } = await get("/api/v1/canned");
	const again = () => canned(place);
	const write = (one) => {
		const done = ask({
			title: t(one ? "canned.change" : "canned.add"),
			text: t("canned.why"),
			fields: cannedFields(one),
			submit: t("edit.save"),
			run: (values) =>
				one ? change("PUT", "/api/v1/canned/" + one.canned_id, values) : post("/api/v1/canned", values),
		});
		for (const box of document.querySelectorAll("dialog textarea")) {
			const count = h("p", { class: "counter" });
			const tell = () =>
				fill(
					count,
					box.value
						? [
								plural("sms.segments", measure(box.value).segments),
								" · ",
								t(measure(box.value).encoding === "GSM-7" ? "sms.gsm" : "sms.unicode"),
							]
						: null,
				);
			box.after(count);
			box.addEventListener("input", tell);
			tell();
		}
		return done.then((values) => values && again());
	};
	fill(
		place,
		h("div", { class: "buttons" }, h("button", { class: "first", onclick: () => write(null) }, t("canned.add"))),
		items.length === 0
			? h("p", { class: "empty" }, t("none"))
			: h(
					"ul",
					{ class: "board" },
					items.map((one) =>
						h(
							"li",
							{ class: "duty" },
							h(
								"p",
								null,
								h("strong", null, own(one.title)),
								" ",
								one.quiet ? null : h("span", { class: "caution" }, "⚠ ", t("canned.loud")),
							),
							h(
								"div",
								{ class: "buttons" },
								h("button", { class: "small", onclick: () => write(one) }, t("act.edit")),
								act(
									t("remove"),
									async () => {
										await change("DELETE", "/api/v1/canned/" + one.canned_id);
										await again();
									},
									{ class: "small danger" },
								),
							),
							h(
								"dl",
								{ class: "facts" },
								LANGUAGES.filter((code) => one[code]).map((code) =>
									h(
										"div",
										null,
										h("dt", null, word("lang", code), " · ", plural("sms.segments", one.segments[code])),
										h("dd", { class: "said", dir: "auto" }, one[code]),
									),
								),
							),
						),
					),
				),
	);
}

async function switches(place) {
	const now = await get("/api/v1/settings");
	const again = () => switches(place);
	const turn = (what, to) =>
		ask({
			title: t(what + "." + to + ".do"),
			text: t(what + "." + to + ".why"),
			danger: to !== "on" && to !== "open",
			submit: t(what + "." + to + ".do"),
			fields: [{ name: "reason", label: t("reason"), type: "textarea", required: true, maxlength: 500 }],
			run: (values) => change("PATCH", "/api/v1/settings", { [what]: to, reason: values.reason }),
		}).then((done) => {
			if (done) {
				toast(t("edit.saved.settings"));
				again();
			}
		});
	fill(
		place,
		h(
			"section",
			{ class: "part brake " + now.outbound },
			h("h2", null, t("outbound.title")),
			h(
				"p",
				{ class: "number" },
				h("span", { "aria-hidden": "true" }, now.outbound === "on" ? "● " : "■ "),
				t("outbound." + now.outbound),
			),
			now.under_way ? h("p", { class: "soft" }, plural("outbound.under_way", now.under_way)) : null,
			h(
				"div",
				{ class: "buttons" },
				h(
					"button",
					{
						class: now.outbound === "on" ? "danger" : "first",
						onclick: () => turn("outbound", now.outbound === "on" ? "off" : "on"),
					},
					t("outbound." + (now.outbound === "on" ? "off" : "on") + ".do"),
				),
			),
		),
		h(
			"section",
			{ class: "part brake " + (now.intake === "open" ? "on" : "off") },
			h("h2", null, t("intake.title")),
			h(
				"p",
				{ class: "number" },
				h("span", { "aria-hidden": "true" }, now.intake === "open" ? "● " : "■ "),
				t("intake." + now.intake),
			),
			now.intake_stopped_for.length
				? h("p", null, t("intake.stopped"), " ", now.intake_stopped_for.map((iso) => country(iso)).join(" · "))
				: null,
			h(
				"div",
				{ class: "buttons" },
				h(
					"button",
					{ onclick: () => turn("intake", now.intake === "open" ? "paused" : "open") },
					t("intake." + (now.intake === "open" ? "paused" : "open") + ".do"),
				),
			),
		),
	);
}

async function offices(place) {
	const now = await get("/api/v1/settings");
	fill(
		place,
		table({
			caption: t("admin.offices"),
			head: [t("key.office"), t("user.name"), t("office.country"), t("office.regions")],
			rows: now.offices.map((one) => [
				[ltr(one.id), one.default ? h("span", { class: "soft" }, " ", t("office.default")) : null],
				own(one.name),
				country(one.country),
				one.regions.map((code) => word("region", code)).join(", "),
			]),
		}),
		table({
			caption: t("office.countries"),
			head: [t("office.country"), t("office.phone"), t("office.quiet"), t("office.zone"), t("office.holidays")],
			rows: now.countries.map((one) => [
				country(one.iso),
				ltr(one.telephone),
				ltr(one.quiet_hours ?? "–"),
				ltr(one.timezone),
				t(one.holidays ? "yesno.yes" : "yesno.no"),
			]),
		}),
		h("p", { class: "hint" }, t("office.where")),
	);
}

const DRAW = { switches, users, canned, offices, holidays };

export async function show({ main, rest, here }) {
	const part = PARTS.includes(rest[0]) ? rest[0] : PARTS[0];
	const place = h("div", { class: "casefile" });
	await DRAW[part](place);
	if (here())
		fill(
			main,
			h("h1", { tabindex: "-1" }, t("page.admin")),
			h(
				"nav",
				{ "aria-label": t("page.admin") },
				h(
					"ul",
					{ class: "tabs" },
					PARTS.map((name) =>
						h(
							"li",
							null,
							h(
								"a",
								{ href: "#/admin/" + name, "aria-current": name === part ? "true" : null },
								t("admin." + name),
							),
						),
					),
				),
			),
			place,
		);
	return null;
}
