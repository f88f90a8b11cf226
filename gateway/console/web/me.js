// Own account: language, single keys, how long the session lasts.
import { fill, h, ltr } from "./dom.js";
import { change } from "./api.js";
import { form } from "./forms.js";
import { LANGUAGES, t, use, word } from "./i18n.js";
import { time } from "./labels.js";
import { toast } from "./shell.js";

export async function show({ session, main }) {
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
		h(
			"section",
			{ class: "part" },
			h("h2", null, t("me.preferences")),
			form({
				fields: [
					{
						name: "language",
						label: t("me.language"),
						options: LANGUAGES.map((one) => [one, { fr: "Français", en: "English", ar: "العربية" }[one]]),
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
			}),
		),
	);
	return null;
}
