// Quiet days of each country: those of its file, and what the desk added or took out.
import { fill, h, own } from "./dom.js";
import { get, post } from "./api.js";
import { act, form } from "./forms.js";
import { country, day, t } from "./i18n.js";
import { toast } from "./shell.js";

function line(iso, item, again) {
	const change = (path) => async () => {
		await post(path, { country: iso, day: item.day });
		await again();
	};
	return h(
		"li",
		{ class: item.off ? "over" : null },
		h("strong", null, item.off ? h("s", null, day(item.day)) : day(item.day)),
		" ",
		item.name ? own(item.name) : null,
		" ",
		h("span", { class: "soft" }, item.off ? t("holidays.off") : t("holidays." + item.from)),
		" ",
		item.off
			? act(t("holidays.back"), change("/api/v1/holidays"), { class: "small", "aria-label": t("holidays.back") + " " + item.day })
			: act(t("remove"), change("/api/v1/holidays/remove"), {
					class: "small danger",
					"aria-label": t("remove") + " " + item.day,
				}),
	);
}

export async function holidays(place) {
	const { countries } = await get("/api/v1/holidays");
	const again = () => holidays(place);
	const today = new Date().toISOString().slice(0, 10);
	fill(
		place,
		h("p", { class: "hint" }, t("holidays.why")),
		form({
			fields: [
				{
					name: "country",
					label: t("office.country"),
					required: true,
					options: countries.map((one) => [one.country, country(one.country)]),
					value: countries[0]?.country,
				},
				{ name: "day", label: t("holidays.day"), type: "date", required: true, min: today },
				{ name: "name", label: t("holidays.name"), maxlength: 60, dir: "auto" },
			],
			submit: t("holidays.add"),
			run: async (values) => {
				await post("/api/v1/holidays", { ...values, ...(values.name ? {} : { name: undefined }) });
				toast(t("edit.saved.settings"));
				await again();
			},
		}),
		countries.map((one) => {
			const ahead = one.items.filter((item) => item.day >= today);
			return h(
				"section",
				{ class: "part" },
				h("h2", null, country(one.country)),
				ahead.length
					? h(
							"ul",
							{ class: "lines" },
							ahead.map((item) => line(one.country, item, again)),
						)
					: h("p", { class: "hint" }, t("holidays.none")),
			);
		}),
	);
}
