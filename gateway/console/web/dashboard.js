// The programme in figures. Groups below five are not shown; the gateway sees to that.
import { fill, h, ltr } from "./dom.js";
import { get, query } from "./api.js";
import { day, duration, gatewayNow, number, percent, plural, t, word } from "./i18n.js";
import { table } from "./labels.js";
import { bars, columns, few, scores } from "./charts.js";
import { onPage } from "./keys.js";
import { channelTable } from "./channels.js";
import { STATUSES, WAVES } from "./codes.js";

const PERIODS = [7, 30, 90, 365];

function drop(steps) {
	return steps.map((step, i) => ({
		label: word("funnel", step.step),
		n: step.n,
		note: i && step.n !== null && steps[i - 1].n ? percent(step.n, steps[i - 1].n) : null,
	}));
}

function rate(part, whole) {
	return part === null || whole === null ? "–" : ltr(percent(part, whole));
}

const inOrder = (codes, name) => (a, b) => codes.indexOf(a[name]) - codes.indexOf(b[name]);

function waves(unordered) {
	const list = [...unordered].sort(inOrder(WAVES, "wave"));
	return [
		table({
			caption: t("dashboard.response"),
			numbers: [1, 2, 3, 4, 5, 6],
			head: [
				t("wave"),
				t("checkins.due"),
				t("dashboard.delivered"),
				t("dashboard.started"),
				t("checkins.completed"),
				t("dashboard.reach"),
				t("dashboard.rate"),
			],
			rows: list.map((wave) => [
				word("wave", wave.wave),
				...["due", "delivered", "started", "completed"].map((name) => few(wave[name])),
				rate(wave.delivered, wave.due),
				rate(wave.completed, wave.delivered),
			]),
		}),
		h("p", { class: "hint" }, t("dashboard.rates")),
		scores(list) ?? h("p", { class: "hint" }, t("dashboard.noscores")),
	];
}

const DAY_MS = 86400000;

/** Every day of the period, also those on which nobody wrote; the last 92 at most. */
function perDay(rows, since) {
	const of = (date, direction) => rows.find((row) => row.day === date && row.direction === direction);
	const last = gatewayNow();
	const first = Math.max(Date.parse(since), last - 91 * DAY_MS);
	const dates = [];
	for (let at = first; at <= last; at += DAY_MS) dates.push(new Date(at).toISOString().slice(0, 10));
	const days = dates.map((date) => ({
		label: day(date),
		values: [of(date, "in")?.n ?? 0, of(date, "out")?.n ?? 0],
		segments: of(date, "out")?.segments ?? 0,
	}));
	return [
		columns({ title: t("dashboard.messages"), names: [t("dashboard.in"), t("dashboard.out")], days }),
		h(
			"details",
			null,
			h("summary", null, t("dashboard.figures")),
			table({
				caption: t("dashboard.messages"),
				hidden: true,
				numbers: [1, 2, 3],
				head: [t("day"), t("dashboard.in"), t("dashboard.out"), t("dashboard.segments")],
				rows: days
					.filter((one) => one.values.some((n) => n))
					.reverse()
					.map((one) => [one.label, ...one.values.map((n) => ltr(number(n))), ltr(number(one.segments))]),
			}),
		),
	];
}

function part(name, ...content) {
	return h("section", { class: "part" }, h("h2", null, t("dashboard." + name)), content);
}

export async function show({ main, parameters, here }) {
	const days = PERIODS.includes(Number(parameters.days)) ? Number(parameters.days) : 90;
	async function draw() {
		const board = await get(query("/api/v1/dashboard", { days, office: parameters.office }));
		if (!here()) return;
		fill(
			main,
			h(
				"div",
				{ class: "head" },
				h("h1", { tabindex: "-1" }, t("page.dashboard")),
				h("p", { class: "hint" }, t("dashboard.since"), " ", day(board.since), " · ", t("dashboard.small")),
			),
			h(
				"nav",
				{ "aria-label": t("dashboard.period") },
				h(
					"ul",
					{ class: "tabs" },
					PERIODS.map((n) =>
						h(
							"li",
							null,
							h(
								"a",
								{
									href: query("#/dashboard", { ...parameters, days: n }),
									"aria-current": n === days ? "true" : null,
								},
								plural("days", n),
							),
						),
					),
				),
			),
			h(
				"div",
				{ class: "two" },
				h(
					"div",
					{ class: "stack" },
					h(
						"section",
						{ class: "part" },
						bars({
							title: t("dashboard.funnel"),
							head: [t("dashboard.step"), t("dashboard.bar"), t("dashboard.people")],
							rows: drop(board.funnel),
							note: t("dashboard.funnel.note"),
						}),
					),
					part(
						"first",
						h(
							"p",
							{ class: "number" },
							board.first_reply_minutes === null ? "–" : duration(board.first_reply_minutes),
						),
						h("p", { class: "hint" }, t("dashboard.first.note")),
					),
					h(
						"section",
						{ class: "part" },
						bars({
							title: t("dashboard.dropoff"),
							head: [t("dashboard.state"), t("dashboard.bar"), t("dashboard.people")],
							rows: board.dropoff
								.slice(0, 12)
								.map((row) => ({ label: word("flow", row.flow) + " · " + word("state", row.state), n: row.n })),
						}),
					),
				),
				h(
					"section",
					{ class: "part" },
					bars({
						title: t("dashboard.statuses"),
						head: [t("key.status"), t("dashboard.bar"), t("dashboard.people")],
						rows: [...board.statuses]
							.sort(inOrder(STATUSES, "status"))
							.map((row) => ({ label: word("status", row.status), n: row.n })),
					}),
				),
			),
			part("checkins", board.waves.length ? waves(board.waves) : h("p", { class: "hint" }, t("none"))),
			h("section", { class: "part" }, perDay(board.messages, board.since)),
			part("channels", channelTable(board.channels)),
		);
	}
	await draw();
	onPage({ ".": { name: "keys.refresh", run: () => void draw() } });
	return null;
}
