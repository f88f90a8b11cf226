// The door: sign in, a link that works once (a new account, a new password), the demo's link.
import { h, ltr } from "./dom.js";
import * as api from "./api.js";
import { explain, form } from "./forms.js";
import { t } from "./i18n.js";
import { languageButtons } from "./languages.js";

function door(title, ...content) {
	for (const node of document.querySelectorAll("#app")) node.remove();
	const again = content.pop();
	const node = h(
		"div",
		{ id: "app", class: "door" },
		h("main", { id: "main" }, h("p", { class: "brand" }, "Wasl"), h("h1", { tabindex: "-1" }, title), content),
		h("footer", null, languageButtons(again)),
	);
	document.body.prepend(node);
	(node.querySelector("input") ?? node.querySelector("h1")).focus();
}

export function signIn(enter, note = null) {
	door(
		t("signin.title"),
		note ? h("p", { class: "good", role: "status" }, note) : null,
		form({
			fields: [
				{
					name: "user",
					label: t("signin.user"),
					required: true,
					autocomplete: "username",
					maxlength: 31,
					dir: "ltr",
				},
				{
					name: "password",
					label: t("signin.password"),
					type: "password",
					required: true,
					autocomplete: "current-password",
				},
				{
					name: "code",
					label: t("signin.code"),
					required: true,
					autocomplete: "one-time-code",
					dir: "ltr",
					hint: t("signin.code.hint"),
				},
			],
			submit: t("signin.submit"),
			run: async ({ user, password, code }) =>
				enter(await api.post("/api/v1/session", { user, password, code: code.replaceAll(" ", "") })),
		}),
		h("p", { class: "hint" }, t("signin.lost")),
		() => signIn(enter, note),
	);
}

export async function demo(token, enter) {
	try {
		await enter(await api.post("/api/v1/session/demo", { token }));
	} catch (error) {
		spent(error, () => demo(token, enter));
	}
}

function spent(error, again) {
	door(
		t("link.title"),
		h("p", { class: "trouble", role: "alert" }, error.status === 0 ? explain(error) : t("link.spent")),
		again,
	);
}

export async function enrol(token, enter) {
	let look;
	try {
		look = await api.post("/api/v1/enrol/look", { token });
	} catch (error) {
		return spent(error, () => enrol(token, enter));
	}
	const { authenticator } = await import("./qr.js");
	const ask = () =>
		door(
			t("enrol.title"),
			h("p", null, t("enrol.for"), " ", h("strong", null, h("bdi", null, look.name)), " (", ltr(look.user), ")"),
			h("ol", { class: "steps" }, h("li", null, authenticator(look))),
			form({
				fields: [
					{
						name: "user",
						label: t("signin.user"),
						value: look.user,
						readonly: true,
						required: true,
						autocomplete: "username",
						dir: "ltr",
					},
					{
						name: "password",
						label: t("enrol.password"),
						type: "password",
						required: true,
						autocomplete: "new-password",
						minlength: 12,
						hint: t("enrol.password.hint"),
					},
					{
						name: "code",
						label: t("enrol.code"),
						required: true,
						autocomplete: "one-time-code",
						inputmode: "numeric",
						dir: "ltr",
					},
				],
				submit: t("enrol.submit"),
				run: async ({ password, code }) => {
					const done = await api.post("/api/v1/enrol", { token, password, code: code.replaceAll(" ", "") });
					codes(done, enter);
				},
			}),
			ask,
		);
	ask();
}

function codes(done, enter) {
	door(
		t("codes.title"),
		h("p", null, t("codes.why")),
		h(
			"ul",
			{ class: "codes" },
			done.recovery_codes.map((code) => h("li", null, ltr(code))),
		),
		h(
			"p",
			{ class: "buttons noprint" },
			h("button", { onclick: () => print() }, t("print")),
			h("button", { class: "first", onclick: () => signIn(enter, t("codes.done")) }, t("codes.kept")),
		),
		() => codes(done, enter),
	);
}
