/* The programme at a glance.  Groups of 1 to 4 people read null: a dashboard is looked at over shoulders (domain.md 6.3).
 *
 * ?1 since; ?2 office or NULL; ?3 now. */
#include "gateway/console/handlers.h"

#include "gateway/verbs.h"

#include <stdlib.h>

enum { DAYS_USUAL = 90, SMALL = 5 };

#define OF_OFFICE " AND (?2 IS NULL OR c.office = ?2)"
#define SUPPRESSED(x) "iif(" x " BETWEEN 1 AND 4, NULL, " x ")"

/* How far a case ever came, whatever became of it afterwards.  Moroccans who come back walk another way: they are not in it. */
#define PEOPLE "count(DISTINCT cs.contact_id)"
#define EVER(statuses) " FILTER (WHERE EXISTS (SELECT 1 FROM main.case_event h WHERE h.case_ref = cs.ref AND" \
	" h.field = 'status' AND h.became IN (" statuses ")))"
#define AFTER_COUNSEL "'COUNSELLED', 'ELIGIBILITY', 'DOCS', 'PROJECT', 'READY', 'BOOKED', 'DEPARTED', 'RETURNED'"

/* People who wrote first in this time, and how far each of them came: no step can hold somebody whom the one before does not. */
static const char funnel_sql[] =
	"WITH p AS (SELECT contact_id FROM main.contact t WHERE first_seen >= ?1 AND NOT EXISTS (SELECT 1 FROM main.cases c WHERE"
	" c.contact_id = t.contact_id AND c.direction = 'TO_MA')), y AS (SELECT DISTINCT contact_id FROM main.consent JOIN p"
	" USING (contact_id) WHERE purpose = 'REQUEST' AND answer = 'YES'), cs AS (SELECT c.* FROM main.cases c JOIN y USING"
	" (contact_id) WHERE c.direction = 'FROM_MA'" OF_OFFICE ") SELECT 'opened' AS step, count(*) AS n FROM p UNION ALL SELECT"
	" 'consent', count(*) FROM y UNION ALL SELECT 'case', " PEOPLE " FROM cs UNION ALL SELECT 'completed', " PEOPLE
	" FILTER (WHERE status <> 'PARTIAL') FROM cs UNION ALL SELECT 'contacted', " PEOPLE EVER("'CONTACTING', " AFTER_COUNSEL)
	" FROM cs UNION ALL SELECT 'counselled', " PEOPLE EVER(AFTER_COUNSEL) " FROM cs UNION ALL SELECT 'departed', " PEOPLE
	" FILTER (WHERE departed_on IS NOT NULL) FROM cs";
static const char dropoff_sql[] =
	"SELECT a.flow, a.state, count(*) AS n FROM main.answer a WHERE a.answered_at >= ?1 AND ?2 IS ?2 AND a.answer_id = (SELECT"
	" max(b.answer_id) FROM main.answer b WHERE b.run_id = a.run_id AND b.contact_id = a.contact_id) AND EXISTS (SELECT 1 FROM"
		" main.cases c"
	" WHERE c.ref = a.case_ref AND c.status = 'PARTIAL') GROUP BY a.flow, a.state HAVING count(*) >= 5 ORDER BY n DESC LIMIT 30";
static const char waves_sql[] =
	"SELECT k.wave, count(*) AS due, count(k.delivered_at) AS delivered, count(k.started_at) AS started, count(k.completed_at)"
		" AS completed,"
	" iif(count(k.score_e) < 5, NULL, avg(k.score_e)) AS score_e, iif(count(k.score_s) < 5, NULL, avg(k.score_s)) AS score_s,"
	" iif(count(k.score_p) < 5, NULL, avg(k.score_p)) AS score_p, iif(count(k.score_c) < 5, NULL, avg(k.score_c)) AS score_c"
	" FROM main.checkin k JOIN main.cases c ON c.ref = k.case_ref WHERE k.due_at BETWEEN ?1 AND ?3" OF_OFFICE
	" GROUP BY k.wave";
static const char statuses_sql[] = "SELECT c.status, " SUPPRESSED("count(*)") " AS n FROM main.cases c WHERE c.opened_at >="
	" ?1" OF_OFFICE
	" GROUP BY c.status ORDER BY c.status";
static const char messages_sql[] = "SELECT date(m.hour * 3600, 'unixepoch') AS day, m.direction, sum(m.n) AS n,"
	" sum(m.segments) AS segments FROM main.message_hour m WHERE m.hour >= ?1 / 3600000 AND ?2 IS ?2 GROUP BY 1, 2 ORDER BY 1"
		" DESC LIMIT 800";
/* An SMS of the staff, or a call that reached the person. */
static const char first_reply_sql[] =
	"WITH w AS (SELECT c.opened_at, min(ifnull((SELECT min(m.created_at) FROM main.message m WHERE m.contact_id = c.contact_id"
	" AND m.flow = 'staff' AND m.direction = 'out' AND m.created_at >= c.opened_at), 9e15), ifnull((SELECT min(t.done_at)"
	" FROM main.task t WHERE t.case_ref = c.ref AND t.outcome = 'REACHED'), 9e15)) AS answered FROM main.cases c"
	" WHERE c.opened_at >= ?1 AND c.direction = 'FROM_MA'" OF_OFFICE "), a AS (SELECT * FROM w WHERE answered < 9e15)"
	" SELECT CAST((answered - opened_at) / 60000 AS INTEGER) FROM a ORDER BY 1 LIMIT 1 OFFSET (SELECT count(*) FROM a) / 2";

static void suppress(json_t *rows, const char *const *members)
{
	json_t *row;
	size_t i;
	json_array_foreach(rows, i, row)
		for (const char *const *m = members; *m; m++) {
			json_int_t n = json_integer_value(json_object_get(row, *m));
			if (n > 0 && n < SMALL)
				(void)json_object_set_new(row, *m, json_null());
		}
}

/* The states add up to all cases, and that number stands beside them: one hidden alone could be computed, so the smallest of the
 * others is hidden with it. */
static void hide_with_another(json_t *rows)
{
	json_t *row, *smallest = NULL;
	size_t i, hidden = 0;
	json_array_foreach(rows, i, row) {
		json_t *n = json_object_get(row, "n");
		if (json_is_null(n))
			hidden++;
		else if (!smallest || json_integer_value(n) < json_integer_value(json_object_get(smallest, "n")))
			smallest = row;
	}
	if (hidden == 1 && smallest)
		(void)json_object_set_new(smallest, "n", json_null());
}

static void look_at_channels(struct letter *letter, struct gateway *g)
{
	((struct call *)letter)->answer = channels_json(&g->db, &g->config);
}

static bool put(json_t *answer, const char *name, json_t *value)
{
	return value && json_object_set_new(answer, name, value) == 0;
}

static void tell(struct call *call)
{
	uint64_t days = DAYS_USUAL;
	json_t *channels = call->answer, *answer = json_object();
	call->answer = NULL;
	if (!str_to_u64(call_query(call, "days"), &days) || days == 0 || days > 400)
		days = DAYS_USUAL;
	int64_t since_ms = call->now_ms - (int64_t)days * 24 * 3600 * 1000;
	struct str named = call_query(call, "office");
	struct cell since = cell_of_i64(since_ms), office = cell_of_text(named.len ? named : (struct str){ NULL, 0 });
	int64_t minutes = NUMBER_OF(call, first_reply_sql, since, office);
	bool whole = put(answer, "since", json_time(since_ms)) && put(answer, "funnel", ROWS(call, funnel_sql, since, office)) &&
		     put(answer, "dropoff", ROWS(call, dropoff_sql, since, office)) &&
		     put(answer, "waves", ROWS(call, waves_sql, since, office, cell_of_i64(call->now_ms))) &&
		     put(answer, "statuses", ROWS(call, statuses_sql, since, office)) &&
		     put(answer, "messages", ROWS(call, messages_sql, since, office)) && put(answer, "channels", channels) &&
		     put(answer, "first_reply_minutes", minutes < 0 ? json_null() : json_integer(minutes));
	hide_with_another(json_object_get(answer, "statuses"));
	suppress(json_object_get(answer, "funnel"), (const char *const[]){ "n", NULL });
	suppress(json_object_get(answer, "waves"), (const char *const[]){ "due", "delivered", "started", "completed", NULL });
	if (whole) {
		call_read(call, "dashboard.read", STR("dashboard"), answer);
		return;
	}
	json_decref(answer);
	call_answer(call, 200, NULL);
}

void api_dashboard(struct call *call)
{
	call_look(call, 0, look_at_channels, tell);
}
