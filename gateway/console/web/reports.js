// Reports and exports: asked for, made in the background, looked at or fetched.
import { fill, h, ltr, own } from "./dom.js";
import { get, post } from "./api.js";
import { form } from "./forms.js";
import { locale, number, t, word } from "./i18n.js";
import { table, time } from "./labels.js";
import { offices, projects } from "./lists.js";
import { onEvent } from "./live.js";
import { toast } from "./shell.js";

const REPORTS = [
	"year-from",
	"year-to",
	"returns-by-year",
	"country",
	"age",
	"vulnerability",
	"month",
	"funnel",
	"checkins",
	"scores",
	"alerts",
	"complaints",
	"referrals",
	"tags",
	"service",
];
const EXPORTS = ["cases", "answers", "messages", "checkins", "alerts", "referrals"];

function parameters(values) {
	const asked = {};
	if (values.from && values.to) Object.assign(asked, { from: values.from, to: values.to });
	else if (values.year) asked.year = values.year;
	for (const name of ["direction", "tag", "office"]) if (values[name]) asked[name] = values[name];
	return asked;
}

function cell(value, column) {
	if (value === null) return t("report.unknown");
	if (typeof value !== "number") return own(String(value));
	if (Number.isInteger(value) && !/share|rate|percent|change/.test(column.key)) return ltr(number(value));
	return ltr(
		/share|rate|percent|change/.test(column.key)
			? new Intl.NumberFormat(locale(), {
					style: "percent",
					maximumFractionDigits: 1,
					signDisplay: column.key.includes("change") ? "exceptZero" : "auto",
				}).format(value)
			: number(value, 2),
	);
}

function paper(report) {
	return h(
		"section",
		{ class: "part report", "aria-labelledby": "report-title" },
		h("h2", { id: "report-title", tabindex: "-1" }, own(report.title)),
		h(
			"p",
			{ class: "soft" },
			[report.programme, report.period, report.filter, report.made]
				.filter(Boolean)
				.map((text, i) => [i ? " · " : "", own(text)]),
		),
		report.tables.map((one) =>
			table({
				caption: own(one.title),
				head: one.columns.map((column) => own(column.label ?? column.key)),
				numbers: one.columns.map((_, i) => i).slice(1),
				rows: one.rows.map((row) =>
					row.cells.map((value, i) =>
						row.total ? h("strong", null, cell(value, one.columns[i])) : cell(value, one.columns[i]),
					),
				),
			}),
		),
		report.notes.length
			? h(
					"ul",
					{ class: "hint" },
					report.notes.map((note) => h("li", null, own(note))),
				)
			: null,
		h("p", { class: "noprint" }, h("button", { onclick: () => print() }, t("print"))),
	);
}

export async function show({ session, main, here }) {
	const jobs = h("div");
	const shown = h("div", { "aria-live": "polite" });
	let mine = null; // the report to show when it is done

	async function open(job) {
		const report = await get(job.result);
		if (!here()) return;
		fill(shown, Array.isArray(report?.tables) ? paper(report) : h("p", { class: "hint" }, t("report.fetch")));
		shown.querySelector("h2")?.focus();
	}

	async function list(passive = false) {
		const { items } = await get("/api/v1/jobs", { passive });
		if (!here()) return;
		fill(
			jobs,
			table({
				caption: t("report.jobs"),
				empty: t("report.none"),
				head: [t("report.what"), t("report.state"), t("report.asked"), t("report.result")],
				rows: items.map((job) => [
					own(job.title ?? job.what),
					job.state === "running" ? ltr(number(job.percent) + " %") : t("job." + job.state),
					time(job.created_at),
					job.state === "done" && job.result
						? [
								job.what.startsWith("report")
									? h("button", { class: "small", onclick: () => open(job) }, t("report.show"))
									: null,
								" ",
								h("a", { href: job.result, download: "" }, t("report.download")),
							]
						: "–",
				]),
			}),
		);
		const done = items.find((job) => job.job_id === mine && job.state === "done");
		if (done) {
			mine = null;
			await open(done);
		}
	}

	const when = new Date().getFullYear();
	const ask = form({
		attributes: { class: "form wide" },
		fields: [
			{
				name: "name",
				label: t("report.which"),
				options: REPORTS.map((name) => [name, word("report", name)]),
				value: "funnel",
				required: true,
			},
			{ name: "year", label: t("report.year"), type: "number", value: String(when), min: 2000 },
			{ name: "from", label: t("report.from"), type: "date" },
			{ name: "to", label: t("report.to"), type: "date" },
			{
				name: "direction",
				label: t("key.direction"),
				options: [["", t("any")], ...["FROM_MA", "TO_MA"].map((code) => [code, word("direction", code)])],
			},
			{ name: "office", label: t("key.office"), options: [["", t("any")], ...offices()] },
			{ name: "tag", label: t("key.tags"), options: [["", t("any")], ...projects()] },
			{
				name: "format",
				label: t("report.format"),
				options: [
					["json", t("report.screen")],
					["xlsx", "XLSX"],
					["csv", "CSV"],
				],
				value: "json",
				required: true,
			},
		],
		submit: t("report.make"),
		run: async (values) => {
			const job = await post("/api/v1/reports", {
				name: values.name,
				parameters: parameters(values),
				format: values.format,
			});
			mine = values.format === "json" ? job.job_id : null;
			toast(t("report.begun"));
			await list();
		},
	});
	const take = session.roles.includes("manager")
		? h(
				"section",
				{ class: "part noprint" },
				h("h2", null, t("export.title")),
				h("p", { class: "hint" }, t("export.why")),
				form({
					fields: [
						{
							name: "name",
							label: t("report.what"),
							options: EXPORTS.map((name) => [name, word("export", name)]),
							value: "cases",
							required: true,
						},
						{
							name: "format",
							label: t("report.format"),
							options: ["xlsx", "csv", "csv-excel-fr", "jsonl", "floip"].map((name) => [
								name,
								word("format", name),
							]),
							value: "xlsx",
							required: true,
						},
						{
							name: "purpose",
							label: t("export.purpose"),
							type: "textarea",
							required: true,
							minlength: 8,
							maxlength: 500,
						},
						{
							name: "approval_id",
							label: t("export.approval"),
							type: "number",
							hint: t("export.approval.hint"),
							dir: "ltr",
						},
					],
					submit: t("export.make"),
					run: async (values) => {
						await post("/api/v1/exports", {
							name: values.name,
							format: values.format,
							purpose: values.purpose,
							...(values.approval_id ? { approval_id: Number(values.approval_id) } : {}),
						});
						toast(t("report.begun"));
						await list();
					},
				}),
			)
		: null;
	fill(
		main,
		h("h1", { tabindex: "-1", class: "noprint" }, t("page.reports")),
		h("section", { class: "part noprint" }, h("h2", null, t("report.title")), ask),
		shown,
		h("section", { class: "part noprint" }, jobs),
		take,
	);
	await list();
	return onEvent((name) => (name === "job" || name === "poll") && list(true).catch(() => {}));
}
