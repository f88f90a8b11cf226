// The programme in figures. Groups below five are not shown; the gateway sees to that.
import { fill, h, ltr } from "./dom.js";
import { get, query } from "./api.js";
import { day, number, percent, plural, t, word } from "./i18n.js";
import { table } from "./labels.js";
import { bars, trend } from "./charts.js";
import { onPage } from "./keys.js";
import { channelTable } from "./channels.js";

const PERIODS = [7, 30, 90, 365];
const SCORES = ["score_c", "score_e", "score_s", "score_p"];

function drop(steps) {
	return steps.map((step, i) => ({
		label: word("funnel", step.step),
		n: step.n,
		note: i && steps[i - 1].n ? percent(step.n, steps[i - 1].n) : null,
	}));
}

function waves(list) {
	const scored = list.filter((wave) => SCORES.some((name) => wave[name] !== null));
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
				...["due", "delivered", "started", "completed"].map((name) => ltr(number(wave[name]))),
				ltr(percent(wave.delivered, wave.due)),
				ltr(percent(wave.completed, wave.delivered)),
			]),
		}),
		h("p", { class: "hint" }, t("dashboard.rates")),
		scored.length
			? h(
					"div",
					{ class: "charts" },
					SCORES.map((name) =>
						trend({
							title: t(name),
							points: scored.map((wave) => ({ label: word("wave", wave.wave), value: wave[name] })),
						}),
					),
				)
			: h("p", { class: "hint" }, t("dashboard.noscores")),
	];
}

function perDay(rows) {
	const days = [...new Set(rows.map((row) => row.day))].sort().reverse();
	const of = (date, direction) => rows.find((row) => row.day === date && row.direction === direction);
	return table({
		caption: t("dashboard.messages"),
		hidden: true,
		numbers: [1, 2, 3],
		head: [t("day"), t("dashboard.in"), t("dashboard.out"), t("dashboard.segments")],
		rows: days
			.slice(0, 31)
			.map((date) => [
				day(date),
				ltr(number(of(date, "in")?.n ?? 0)),
				ltr(number(of(date, "out")?.n ?? 0)),
				ltr(number(of(date, "out")?.segments ?? 0)),
			]),
	});
}

function part(name, ...content) {
	return h("section", { class: "part" }, h("h2", null, t("dashboard." + name)), content);
}

export async function show({ main, parameters, here }) {
	const days = PERIODS.includes(Number(parameters.days)) ? Number(parameters.days) : 30;
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
					"section",
					{ class: "part" },
					bars({
						title: t("dashboard.funnel"),
						head: [t("dashboard.step"), t("dashboard.bar"), t("dashboard.people")],
						rows: drop(board.funnel),
						note: t("dashboard.funnel.note"),
					}),
				),
				h(
					"section",
					{ class: "part" },
					bars({
						title: t("dashboard.statuses"),
						head: [t("key.status"), t("dashboard.bar"), t("dashboard.people")],
						rows: board.statuses.map((row) => ({ label: word("status", row.status), n: row.n })),
					}),
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
				part(
					"first",
					h(
						"p",
						{ class: "number" },
						board.first_reply_minutes === null ? "–" : plural("minutes", board.first_reply_minutes),
					),
					h("p", { class: "hint" }, t("dashboard.first.note")),
				),
			),
			part("checkins", board.waves.length ? waves(board.waves) : h("p", { class: "hint" }, t("none"))),
			part("messages", perDay(board.messages)),
			part("channels", channelTable(board.channels)),
		);
	}
	await draw();
	onPage({ ".": { name: "keys.refresh", run: () => void draw() } });
	return null;
}
