// Own account: language, single keys, how long the session lasts; another password, another app, new recovery codes.
import { fill, h, ltr } from "./dom.js";
import { change, post, useSession } from "./api.js";
import { act, form } from "./forms.js";
import { t, use, word } from "./i18n.js";
import { time } from "./labels.js";
import { NAMES } from "./languages.js";
import { toast } from "./shell.js";

function part(title, ...content) {
	return h("section", { class: "part" }, h("h2", null, title), content);
}

function preferences(session) {
	return form({
		fields: [
			{
				name: "language",
				label: t("me.language"),
				options: Object.entries(NAMES),
				value: session.language,
				required: true,
			},
			{ name: "shortcuts", label: t("me.keys"), type: "checkbox", value: session.shortcuts },
		],
		submit: t("edit.save"),
		run: async (values) => {
			const found = await change("PATCH", "/api/v1/session", values);
			await use(values.language);
			dispatchEvent(new CustomEvent("session", { detail: found }));
			toast(t("me.saved"));
		},
	});
}

function password() {
	return form({
		fields: [
			{
				name: "password",
				label: t("me.password.now"),
				type: "password",
				required: true,
				autocomplete: "current-password",
			},
			{
				name: "new",
				label: t("me.password.new"),
				type: "password",
				required: true,
				autocomplete: "new-password",
				minlength: 12,
				hint: t("enrol.password.hint"),
			},
		],
		submit: t("me.password.change"),
		run: async (values, node) => {
			useSession(await post("/api/v1/session/password", values));
			node.reset();
			toast(t("me.password.changed"));
		},
	});
}

function showCodes(place, done) {
	useSession(done.session);
	fill(
		place,
		h("p", { role: "status" }, t("codes.why")),
		h(
			"ul",
			{ class: "codes" },
			done.recovery_codes.map((code) => h("li", null, ltr(code))),
		),
		h(
			"p",
			{ class: "buttons noprint" },
			h("button", { onclick: () => print() }, t("print")),
			h("button", { class: "first", onclick: () => fill(place) }, t("codes.kept")),
		),
	);
}

/** The new app proves itself by a code before the old one stops. */
async function beginTotp(place) {
	const [{ authenticator }, look] = await Promise.all([import("./qr.js"), post("/api/v1/session/totp")]);
	fill(
		place,
		authenticator(look),
		form({
			fields: [
				{
					name: "code",
					label: t("enrol.code"),
					required: true,
					autocomplete: "one-time-code",
					inputmode: "numeric",
					dir: "ltr",
				},
			],
			submit: t("me.totp.change"),
			cancel: () => fill(place),
			run: async ({ code }) => {
				showCodes(place, await change("PUT", "/api/v1/session/totp", { code: code.replaceAll(" ", "") }));
				toast(t("me.totp.changed"));
			},
		}),
	);
	place.querySelector("input")?.focus();
}

export async function show({ session, main }) {
	const app = h("div");
	const codes = h("div");
	fill(
		main,
		h("h1", { tabindex: "-1" }, t("page.me")),
		h(
			"section",
			{ class: "part" },
			h("h2", null, h("bdi", null, session.name)),
			h("p", null, ltr(session.user), " · ", session.roles.map((role) => word("role", role)).join(" · ")),
			h("p", { class: "soft" }, t("me.ends"), " ", time(session.ends_at)),
		),
		part(t("me.preferences"), preferences(session)),
		session.demo && session.user === "demo" // that one has no password
			? null
			: [
					part(t("signin.password"), h("p", { class: "hint" }, t("me.others")), password()),
					part(
						t("me.totp"),
						h("p", { class: "hint" }, t("me.totp.why")),
						act(t("me.totp.begin"), () => beginTotp(app)),
						app,
					),
					part(
						t("codes.title"),
						h("p", { class: "hint" }, t("me.codes.why")),
						act(t("me.codes.new"), async () => showCodes(codes, await post("/api/v1/session/recovery"))),
						codes,
					),
				],
	);
	return null;
}
