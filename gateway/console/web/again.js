// The password again, before an act of great consequence; the gateway says when it wants it.
import { post } from "./api.js";
import { ask } from "./forms.js";
import { t } from "./i18n.js";

/** true: it was right, what was asked for may be asked again. */
export async function passwordAgain() {
	const given = await ask({
		title: t("again.title"),
		text: t("again.why"),
		submit: t("again.submit"),
		fields: [
			{ name: "password", label: t("signin.password"), type: "password", required: true, autocomplete: "current-password" },
		],
		run: ({ password }) => post("/api/v1/session/confirm", { password }),
	});
	return given !== null;
}
