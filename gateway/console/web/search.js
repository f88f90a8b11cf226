// Search by phone, by reference, by words. What is searched goes in a body: an address would be kept somewhere.
import { fill, h, own } from "./dom.js";
import { post } from "./api.js";
import { form } from "./forms.js";
import { number, t } from "./i18n.js";
import { caseLink, priority, status, time } from "./labels.js";

function guess(text) {
	const plain = text.replace(/[\s.()-]/g, "");
	if (/^\d{8}$/.test(plain)) return ["ref", plain];
	return /^(\+|00|0)\d{7,15}$/.test(plain) ? ["phone", plain] : ["words", text];
}

export async function show({ main, here }) {
	const found = h("section", { "aria-live": "polite" });
	const search = form({
		attributes: { role: "search", class: "form" },
		fields: [
			{
				name: "q",
				label: t("search.what"),
				required: true,
				minlength: 2,
				maxlength: 100,
				dir: "auto",
				hint: t("search.hint"),
			},
			{
				name: "by",
				label: t("search.by"),
				options: [
					["", t("search.guess")],
					["phone", t("key.phone")],
					["ref", t("search.ref")],
					["words", t("search.words")],
				],
			},
		],
		submit: t("page.search"),
		run: async ({ q, by }) => {
			const [kind, value] = by ? [by, q] : guess(q);
			fill(found, h("p", { class: "hint" }, t("loading")));
			let answer;
			try {
				answer = await post("/api/v1/search", { by: kind, q: value });
			} catch (error) {
				fill(found);
				throw error;
			}
			if (!here()) return;
			fill(
				found,
				h("h2", null, t("search.found"), " ", h("span", { class: "count" }, number(answer.items.length))),
				answer.whole ? null : h("p", { class: "warning" }, t("search.partly")),
				answer.items.length === 0
					? h("p", { class: "empty" }, t("search.nothing"))
					: h(
							"ol",
							{ class: "board" },
							answer.items.map((item) =>
								h(
									"li",
									{ class: "duty" },
									h(
										"p",
										{ class: "line" },
										priority(item.priority),
										caseLink(item.ref),
										item.name ? own(item.name) : null,
										status(item.status),
										item.office ? h("span", { class: "soft" }, own(item.office)) : null,
									),
									item.snippet ? h("p", { class: "said" }, own(item.snippet)) : null,
									item.at ? h("p", { class: "soft" }, time(item.at)) : null,
								),
							),
						),
			);
			found.querySelector("a")?.focus();
		},
	});
	fill(main, h("h1", { tabindex: "-1" }, t("page.search")), search, found);
	search.querySelector("input").focus();
	return null;
}
