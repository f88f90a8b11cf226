// Tasks of the own offices.
import { get, query } from "./api.js";
import { t, word } from "./i18n.js";
import { taskCard } from "./duties.js";
import { board } from "./board.js";
import { TASKS } from "./codes.js";

export function show(shown) {
	return board(shown, {
		title: t("page.tasks"),
		path: "#/tasks",
		states: ["open", "taken", "done"],
		filter: {
			name: "kind",
			label: t("task.kind"),
			options: [["", t("any")], ...TASKS.map((code) => [code, word("task", code)])],
		},
		load: (parameters, after, passive) => get(query("/api/v1/tasks", { ...parameters, after, limit: 50 }), { passive }),
		card: (task, done) => taskCard(task, shown.session, done, true),
		id: (task) => task.task_id,
		order: (a, b) => (a.done_at || b.done_at ? 0 : (a.due_at ?? "~").localeCompare(b.due_at ?? "~")),
		events: ["queue", "poll"],
		empty: t("tasks.empty"),
	});
}
