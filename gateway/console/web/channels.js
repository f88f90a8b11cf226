// Is each aggregator alive?
import { fill, h, ltr, own } from "./dom.js";
import { get } from "./api.js";
import { number, t } from "./i18n.js";
import { ago, table } from "./labels.js";
import { onPage } from "./keys.js";

export function channelTable(items) {
	return table({
		caption: t("page.channels"),
		hidden: true,
		numbers: [4, 5, 6],
		head: [
			t("channel.id"),
			t("channel.state"),
			t("channel.in"),
			t("channel.out"),
			t("channel.queue"),
			t("channel.accepted"),
			t("channel.refused"),
			t("channel.error"),
		],
		rows: items.map((one) => [
			[ltr(one.id), h("span", { class: "soft" }, " ", ltr(one.adapter))],
			h(
				"span",
				{ class: one.state === "running" ? null : "late" },
				h("span", { "aria-hidden": "true" }, one.state === "running" ? "● " : "■ "),
				t("channel." + one.state),
			),
			ago(one.last_inbound),
			ago(one.last_send),
			ltr(number(one.queue)),
			ltr(number(one.accepted)),
			ltr(number(one.refused)),
			one.last_error ? [own(one.last_error), " ", ago(one.last_error_at)] : "–",
		]),
	});
}

export async function show({ main, here }) {
	async function draw() {
		const { items } = await get("/api/v1/channels");
		if (here()) fill(main, h("h1", { tabindex: "-1" }, t("page.channels")), channelTable(items));
	}
	await draw();
	onPage({ ".": { name: "keys.refresh", run: () => void draw() } });
	return null;
}
