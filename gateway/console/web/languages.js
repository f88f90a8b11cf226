// Each language by its own name, for whoever cannot read the one that stands there.
import { h } from "./dom.js";
import { language, use } from "./i18n.js";

export const NAMES = { fr: "Français", en: "English", ar: "العربية" };

/** again(): draws the page anew, in the language that was pressed. */
export function languageButtons(again) {
	const press = async (one) => {
		await use(one);
		again();
	};
	return Object.entries(NAMES).map(([one, name]) =>
		h("button", { class: "bare", lang: one, "aria-pressed": String(one === language), onclick: () => press(one) }, name),
	);
}
