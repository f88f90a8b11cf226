// Several cases of the queue at once: picked row by row, or all that match.  The gateway does each by itself, under its own rules,
// and says which it refused and why.
import { fill, h } from "./dom.js";
import { get, post, query } from "./api.js";
import { act, ask, explain } from "./forms.js";
import { plural, t } from "./i18n.js";
import { caseLink } from "./labels.js";
import { offices } from "./lists.js";

const MOST = 100;

/** bulk({session, filters: {folder, status …}, after}): node: the bar; box(ref): a row's own box; toggle(ref). */
export function bulk({ session, filters, after }) {
	const picked = new Set();
	let all = null; // what the gateway said matches, while exactly that is picked
	const bar = h("div", { class: "bulkbar", role: "group", "aria-label": t("bulk.title") });
	const told = h("div", { role: "status" });
	const where = (path) => query(path, filters);

	function boxes() {
		for (const box of document.querySelectorAll("input.pick")) box.checked = picked.has(box.value);
	}

	function pick(ref, on) {
		all = null;
		if (on && picked.size < MOST) picked.add(ref);
		else picked.delete(ref);
		draw();
	}

	async function pickAll() {
		all = await get(where("/api/v1/queue/matching"));
		picked.clear();
		for (const ref of all.refs) picked.add(ref);
		draw();
		bar.querySelector("button")?.focus();
	}

	async function run(what, values) {
		const answer = await post(where("/api/v1/queue/bulk"), {
			do: what,
			refs: [...picked],
			...(all ? { hash: all.hash } : {}),
			...values,
		});
		picked.clear();
		all = null;
		fill(
			told,
			h("p", null, plural("bulk.done", answer.done)),
			answer.refused.length
				? [
						h("p", { class: "warning" }, plural("bulk.refused", answer.refused.length)),
						h(
							"ul",
							{ class: "lines" },
							answer.refused.map((one) => h("li", null, caseLink(one.ref), " – ", explain(one))),
						),
					]
				: null,
		);
		draw();
		await after();
	}

	/** The window shows how many; nothing is done before it was pressed. */
	const confirm = (what, fields = [], values = {}) =>
		ask({
			title: t("bulk." + what),
			text: plural("bulk.confirm", picked.size),
			submit: t("bulk." + what),
			fields,
			run: (given) => run(what === "take" ? "assign" : what, { ...given, ...values }),
		});

	async function giveTo() {
		const { items } = await get("/api/v1/cases/" + [...picked][0] + "/colleagues");
		const options = [["", "–"], ...items.map((who) => [who.user, who.name + " (" + who.user + ")"])];
		await confirm("assign", [{ name: "to", label: t("assign.to"), required: true, options }]);
	}

	const move = () =>
		confirm("office", [{ name: "to", label: t("key.office"), required: true, options: [["", "–"], ...offices()] }]);

	function draw() {
		boxes();
		const n = picked.size;
		fill(
			bar,
			h("span", null, n ? plural("bulk.picked", n) : t("bulk.none")),
			all && all.count > n ? h("span", { class: "soft" }, t("bulk.most", { n: String(MOST), all: String(all.count) })) : null,
			n
				? [
						act(t("bulk.take"), () => confirm("take", [], { to: session.user })),
						act(t("bulk.assign"), giveTo),
						act(t("bulk.release"), () => confirm("release")),
						act(t("bulk.read"), () => confirm("read")),
						act(t("bulk.office"), move),
						h(
							"button",
							{
								onclick: () => {
									picked.clear();
									all = null;
									draw();
								},
							},
							t("bulk.clear"),
						),
					]
				: null,
			act(t("bulk.all"), pickAll),
		);
	}

	draw();
	return {
		node: h("details", { class: "filters bulk" }, h("summary", null, t("bulk.title")), bar, told),
		box: (ref) =>
			h(
				"label",
				{ class: "pickbox" },
				h("span", { class: "unseen" }, t("bulk.pick") + " " + ref),
				h("input", {
					type: "checkbox",
					class: "pick",
					value: ref,
					checked: picked.has(ref),
					onchange: (event) => {
						event.target.closest("main")?.querySelector("details.bulk")?.setAttribute("open", "");
						pick(ref, event.target.checked);
					},
				}),
			),
		toggle(ref) {
			document.querySelector("details.bulk")?.setAttribute("open", "");
			pick(ref, !picked.has(ref));
		},
	};
}
