// The board of alerts, for the roles they are raised for.
import { get, query } from "./api.js";
import { t, word } from "./i18n.js";
import { alertCard } from "./duties.js";
import { board } from "./board.js";
import { LEVELS } from "./codes.js";

export function show(shown) {
	return board(shown, {
		title: t("page.alerts"),
		path: "#/alerts",
		states: ["open", "taken", "closed"],
		filter: {
			name: "level",
			label: t("alert.level"),
			options: [["", t("any")], ...LEVELS.map((code) => [code, word("level", code)])],
		},
		load: (parameters, after, passive) => get(query("/api/v1/alerts", { ...parameters, after, limit: 50 }), { passive }),
		card: (alert, done) => alertCard(alert, shown.session, done, true),
		id: (alert) => alert.alert_id,
		// the gravest first, then what is due first; what is over as it came
		order: (a, b) =>
			Number(Boolean(a.closed_at)) - Number(Boolean(b.closed_at))
			|| (a.closed_at ? 0 : LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || (a.due_at ?? "~").localeCompare(b.due_at ?? "~")),
		events: ["alert", "queue", "poll"],
		empty: t("alerts.empty"),
	});
}
