// Reports and exports: asked for, made in the background, looked at or fetched.
import { fill, h, ltr, own, s } from "./dom.js";
import { get, post } from "./api.js";
import { explain, form } from "./forms.js";
import { locale, number, t, word } from "./i18n.js";
import { table, time } from "./labels.js";
import { offices, projects } from "./lists.js";
import { onEvent } from "./live.js";
import { toast } from "./shell.js";

function parameters(values) {
	const asked = {};
	if (values.from && values.to) Object.assign(asked, { from: values.from, to: values.to });
	else if (values.year) asked.year = values.year;
	for (const name of ["direction", "tag", "office"]) if (values[name]) asked[name] = values[name];
	if (values.outside) asked.outside = "yes";
	if (values.outside === "national") asked.national = "yes";
	return asked;
}

function cell(value, column) {
	if (value === null) return t("report.unknown");
	if (value === "hidden") return t("report.hidden");
	if (typeof value !== "number") return own(String(value));
	if (column.unit === "share" || column.unit === "change")
		return ltr(
			new Intl.NumberFormat(locale(), {
				style: "percent",
				maximumFractionDigits: 1,
				minimumFractionDigits: 1,
				signDisplay: column.unit === "change" ? "exceptZero" : "auto",
			}).format(value),
		);
	return ltr(number(value, column.unit === "number" ? column.decimals : 0));
}

/** The table with a bar in each row, of the column that matters; the bar says nothing that its row does not. */
function drawn(one) {
	const columns = one.columns.slice(0, one.shown);
	const several = one.rows.filter((row) => !row.total).length > 1;
	const bar = several && one.rows.some((row) => !row.total && row.cells[one.main] > 0) ? one.main : -1;
	const most = Math.max(1, ...one.rows.filter((row) => !row.total).map((row) => Number(row.cells[bar]) || 0));
	const paint = (row) =>
		!row.total && typeof row.cells[bar] === "number"
			? s(
					"svg",
					{ viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
					s("rect", { class: "track", width: 100, height: 8 }),
					s("rect", { class: "fill", width: (row.cells[bar] / most) * 100, height: 8 }),
				)
			: null;
	return h(
		"div",
		{ class: "drawn" },
		table({
			caption: own(one.title),
			empty: [h("strong", null, own(one.title)), " – ", t("report.empty")],
			head: columns.map((column) => own(column.label ?? column.key)),
			numbers: columns.map((column, i) => (column.unit === "text" ? 0 : i)).filter(Boolean),
			rows: one.rows.map((row) =>
				columns.map((column, i) => {
					const text = cell(row.cells[i], column);
					if (i === 0)
						return [
							h(row.total ? "strong" : "span", { class: row.part ? "part-of" : null }, text),
							bar > 0 ? paint(row) : null,
						];
					return row.total ? h("strong", null, text) : text;
				}),
			),
		}),
	);
}

function paper(report, formats, fetchAs) {
	return h(
		"section",
		{ class: "part report", "aria-labelledby": "report-title" },
		h("p", { class: "soft" }, own(report.programme)),
		h("h2", { id: "report-title", tabindex: "-1" }, own(report.title)),
		h(
			"p",
			{ class: "soft" },
			[report.period, report.filter].filter(Boolean).map((text, i) => [i ? " · " : "", own(text)]),
		),
		report.lead ? h("p", { class: "lead" }, own(report.lead)) : null,
		report.tables.map(drawn),
		report.notes.length
			? h(
					"ul",
					{ class: "hint" },
					report.notes.map((note) => h("li", null, own(note))),
				)
			: null,
		h("p", { class: "soft" }, own(report.made)),
		h(
			"p",
			{ class: "noprint acts" },
			h("button", { onclick: () => print() }, t("print")),
			formats
				.filter((format) => format !== "json")
				.map((format) => [" ", h("button", { class: "small", onclick: () => fetchAs(format) }, word("format", format))]),
		),
	);
}

/** Which period, direction, office, project. */
function place(year) {
	return [
		{ name: "year", label: t("report.year"), type: "number", value: year, min: 2000 },
		{ name: "from", label: t("report.from"), type: "date" },
		{ name: "to", label: t("report.to"), type: "date" },
		{
			name: "direction",
			label: t("key.direction"),
			options: [["", t("any")], ...["FROM_MA", "TO_MA"].map((code) => [code, word("direction", code)])],
		},
		{ name: "office", label: t("key.office"), options: [["", t("any")], ...offices()] },
		{ name: "tag", label: t("key.tags"), options: [["", t("any")], ...projects()] },
	];
}

export async function show({ session, main, here }) {
	const jobs = h("div");
	const shown = h("div", { "aria-live": "polite" });
	const wanted = new Map(); // job -> what becomes of it when it is done
	const reports = await get("/api/v1/reports");
	const exports = session.roles.includes("manager") ? await get("/api/v1/exports") : null;
	if (!here()) return undefined;

	const fetched = (job) => {
		const link = h("a", { href: job.result, download: job.file });
		document.body.append(link);
		link.click();
		link.remove();
	};

	async function ask(body) {
		const job = await post("/api/v1/reports", body);
		wanted.set(job.job_id, body.format === "json" ? (done) => open(done, body) : fetched);
		toast(t("report.begun"));
		await list();
	}

	async function open(job, body) {
		const report = await get(job.result);
		if (!here()) return;
		fill(
			shown,
			paper(report, body ? reports.formats : [], (format) => ask({ ...body, format })),
		);
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
					job.title && job.state !== "failed" ? own(job.title) : word(job.kind, job.what),
					job.state === "running" ? ltr(number(job.percent) + " %") : t("job." + job.state),
					time(job.created_at),
					job.state === "done" && job.result
						? [
								job.kind === "report" && job.format === "json"
									? h("button", { class: "small", onclick: () => open(job) }, t("report.show"))
									: h("a", { href: job.result, download: job.file }, own(job.file)),
								job.package ? [" ", h("a", { href: job.package }, t("report.package"))] : null,
							]
						: job.state === "failed"
							? explain(job)
							: "–",
				]),
			}),
		);
		for (const job of items) {
			const then = job.state === "done" || job.state === "failed" ? wanted.get(job.job_id) : null;
			wanted.delete(then ? job.job_id : null);
			if (then && job.state === "done") await then(job);
		}
	}

	const when = new Date().getFullYear();
	const form_of_report = form({
		attributes: { class: "form wide" },
		fields: [
			{
				name: "name",
				label: t("report.which"),
				options: reports.names.map((name) => [name, word("report", name)]),
				value: "funnel",
				required: true,
			},
			...place(when),
			{
				name: "outside",
				label: t("report.for"),
				options: [
					["", t("report.inside")],
					["outside", t("report.outside")],
					...(session.roles.includes("manager") ? [["national", t("report.national")]] : []),
				],
			},
			{
				name: "format",
				label: t("report.format"),
				options: reports.formats.map((name) => [name, name === "json" ? t("report.screen") : word("format", name)]),
				value: "json",
				required: true,
			},
		],
		submit: t("report.make"),
		run: (values) => ask({ name: values.name, parameters: parameters(values), format: values.format }),
	});
	const secret = h("div", { "aria-live": "polite" });
	const take = exports
		? h(
				"section",
				{ class: "part noprint" },
				h("h2", null, t("export.title")),
				h("p", { class: "hint" }, t("export.why")),
				form({
					attributes: { class: "form wide" },
					fields: [
						{
							name: "name",
							label: t("report.what"),
							options: exports.names.map((name) => [name, word("export", name)]),
							value: "cases",
							required: true,
						},
						{
							name: "format",
							label: t("report.format"),
							options: exports.formats.map((name) => [
								name,
								word("format", name),
							]),
							value: "xlsx",
							required: true,
						},
						...place(""),
						{
							name: "password",
							label: t("export.password"),
							type: "password",
							autocomplete: "new-password",
							minlength: 8,
							maxlength: 64,
							hint: t("export.password.hint"),
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
						const job = await post("/api/v1/exports", {
							name: values.name,
							format: values.format,
							purpose: values.purpose,
							parameters: parameters(values),
							...(values.password ? { password: values.password } : {}),
							...(values.approval_id ? { approval_id: Number(values.approval_id) } : {}),
						});
						fill(
							secret,
							job.token
								? h("p", { class: "notice" }, t("export.token"), " ", h("code", { dir: "ltr" }, "Token " + job.token))
								: null,
						);
						toast(t("report.begun"));
						await list();
					},
				}),
			)
		: null;
	fill(
		main,
		h("h1", { tabindex: "-1", class: "noprint" }, t("page.reports")),
		h("section", { class: "part noprint" }, h("h2", null, t("report.title")), form_of_report),
		shown,
		h("section", { class: "part noprint" }, jobs),
		take,
		secret,
	);
	await list();
	return onEvent((name) => (name === "job" || name === "poll") && list(true).catch(() => {}));
}
