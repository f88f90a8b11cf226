// What waits for a second person: erasure, merge, change of number, export with names.
import { fill, h, ltr, own } from "./dom.js";
import { get, post } from "./api.js";
import { ask } from "./forms.js";
import { t, word } from "./i18n.js";
import { caseLink, time } from "./labels.js";
import { onPage } from "./keys.js";
import { recount } from "./shell.js";

export async function show({ main, here }) {
	async function decide(one, approve) {
		if (
			await ask({
				title: t(approve ? "approval.approve" : "approval.refuse"),
				text: [
					word("approval.kind", one.kind),
					" – ",
					ltr(one.object),
					one.other ? [" ", t("approval.with"), " ", ltr(one.other)] : null,
				],
				submit: t(approve ? "approval.approve" : "approval.refuse"),
				danger: approve && ["ERASE", "MERGE"].includes(one.kind),
				fields: [{ name: "reason", label: t("reason"), type: "textarea", required: true, maxlength: 500 }],
				run: (values) => post("/api/v1/approvals/" + one.approval_id, { approve, reason: values.reason }),
			})
		) {
			await draw();
			recount();
		}
	}

	function card(one) {
		const open = !one.decided_at;
		const code = /^\d{8}$/.test(one.object) ? one.object : null;
		return h(
			"li",
			{ class: open ? "duty" : "duty over" },
			h(
				"p",
				null,
				h("strong", null, word("approval.kind", one.kind)),
				" – ",
				code ? caseLink(code) : ltr(one.object),
				one.other ? [" ", t("approval.with"), " ", caseLink(one.other)] : null,
				" · ",
				word("approval.state", one.state),
			),
			one.reason ? h("p", { class: "said" }, own(one.reason)) : null,
			h(
				"p",
				{ class: "soft" },
				t("approval.by"),
				" ",
				h("bdi", null, one.requested_by),
				" · ",
				time(one.requested_at),
				open
					? [" · ", t("approval.until"), " ", time(one.expires_at)]
					: [" · ", t("approval.decided"), " ", h("bdi", null, one.decided_by), " · ", time(one.decided_at)],
			),
			open && one.may_decide
				? h(
						"div",
						{ class: "buttons" },
						h("button", { class: "first", onclick: () => decide(one, true) }, t("approval.approve")),
						h("button", { onclick: () => decide(one, false) }, t("approval.refuse")),
					)
				: open
					? h("p", { class: "hint" }, t("approval.other"))
					: null,
		);
	}

	async function draw() {
		const { items } = await get("/api/v1/approvals");
		if (here())
			fill(
				main,
				h("h1", { tabindex: "-1" }, t("page.approvals")),
				h("p", { class: "hint" }, t("approval.why")),
				items.length ? h("ul", { class: "board" }, items.map(card)) : h("p", { class: "empty" }, t("approval.none")),
			);
	}
	await draw();
	onPage({ ".": { name: "keys.refresh", run: () => void draw() } });
	return null;
}
