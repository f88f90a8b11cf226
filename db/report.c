#include "db/report.h"

/* Parts that statements share.  k is the case. */
#define TRAVELLED_ON "iif(k.direction = 'TO_MA', k.returned_on, coalesce(k.departed_on, k.returned_on))"
/* What a table of countries counts: where people went home to, or from where Moroccans came home. */
#define COUNTRY "iif(k.direction = 'TO_MA', k.host_country, coalesce(k.return_country, k.nationality))"
#define LIVES_IN "iif(k.direction = 'TO_MA', 'MA', coalesce(k.return_country, k.nationality))"
#define OF_CASE                                                                                                        \
	" AND (?3 = '' OR k.direction = ?3) AND (?4 = '' OR instr(' ' || k.tags || ' ', ' ' || ?4 || ' ') > 0)"        \
	" AND (?5 = '' OR k.office = ?5)"
/* Said so that the indexes over both dates serve it. */
#define TRAVELLED_THEN                                                                                                 \
	" (k.departed_on BETWEEN ?1 AND ?2 AND k.direction = 'FROM_MA' OR k.returned_on BETWEEN ?1 AND ?2"             \
	" AND (k.direction = 'TO_MA' OR k.departed_on IS NULL))"
#define TRAVELLED TRAVELLED_THEN " AND k.close_reason IS NOT 'DUPLICATE'" OF_CASE
#define OPENED " k.opened_at >= ?6 + 0 AND k.opened_at < ?7 + 0"
#define ASKED OPENED " AND k.status <> 'PARTIAL' AND k.close_reason IS NOT 'DUPLICATE'" OF_CASE
/* The first time somebody of the staff had the person: a call that reached, or a status that cannot be without one. */
#define FIRST_CONTACT                                                                                                  \
	"(SELECT min(at) FROM (SELECT min(h.at) AS at FROM case_event h WHERE h.case_ref = k.ref AND h.field = 'status'" \
	" AND h.became IN ('COUNSELLED', 'ELIGIBILITY', 'DOCS', 'PROJECT', 'READY', 'BOOKED', 'DEPARTED', 'RETURNED')"  \
	" UNION ALL SELECT min(t.done_at) FROM task t WHERE t.case_ref = k.ref AND t.outcome = 'REACHED'))"
#define DAY(ms) "date(" ms " / 1000, 'unixepoch')"
#define INSTANT(ms) "strftime('%Y-%m-%dT%H:%M:%S', " ms " / 1000, 'unixepoch') || printf('.%03dZ', " ms " % 1000)"
#define FLOIP_INSTANT(ms) "strftime('%Y-%m-%dT%H:%M:%S', " ms " / 1000, 'unixepoch') || printf('.%03d+00:00', " ms " % 1000)"
/* Exports go page by page, so that none holds the log back: the rows after ?9, in order of their first column. */
#define PAGE(key) " ORDER BY " key " LIMIT 2000"

static const char *const sql[RQ_COUNT] = {
	[RQ_PERSONS] = "SELECT " COUNTRY ", k.region, k.sex, k.age_band, count(*) FROM cases k WHERE" TRAVELLED " GROUP BY 1, 2, 3, 4",
	[RQ_REQUESTS] = "SELECT count(*) FROM cases k WHERE" ASKED,
	[RQ_KNOWN] = "SELECT EXISTS (SELECT 1 FROM cases k WHERE" TRAVELLED_THEN " AND (?3 = '' OR k.direction = ?3))"
		" OR EXISTS (SELECT 1 FROM cases k WHERE k.opened_at >= ?6 + 0 AND k.opened_at < ?7 + 0 AND (?3 = '' OR k.direction = ?3))",
	[RQ_VULNERABLE] = "WITH s AS MATERIALIZED (SELECT k.ref, k.sex, k.age_band, unseal('case.sensitive', CAST(k.ref AS INTEGER),"
		" k.contact_id, k.sensitive) AS j FROM cases k WHERE k.sensitive IS NOT NULL AND" TRAVELLED ")"
		" SELECT v.value, s.sex, s.age_band, count(DISTINCT s.ref) FROM s,"
		" json_each(iif(json_valid(s.j), s.j, '{}'), '$.vulnerabilities') v GROUP BY 1, 2, 3",
	[RQ_HISTORIC] = "SELECT direction, year_from, year_to, persons, requests, approximate, source FROM historic_total"
		" WHERE (?3 = '' OR direction = ?3) ORDER BY direction, year_from, year_to",
	[RQ_REACHED_STATUS] = "SELECT count(DISTINCT h.case_ref) FROM case_event h JOIN cases k ON k.ref = h.case_ref"
		" WHERE h.field = 'status' AND h.became = ?8 AND h.at >= ?6 + 0 AND h.at < ?7 + 0" OF_CASE
		" AND NOT EXISTS (SELECT 1 FROM case_event e WHERE e.case_ref = h.case_ref AND e.field = 'status' AND e.became = ?8"
		" AND e.at < ?6 + 0)",
	[RQ_CONTACT_DELAYS] = "SELECT first - opened_at FROM (SELECT k.opened_at, " FIRST_CONTACT " AS first FROM cases k WHERE" ASKED ")"
		" WHERE first IS NOT NULL",
	[RQ_TRAVEL_DELAYS] = "SELECT julianday(" TRAVELLED_ON ") - julianday(" DAY("k.opened_at") ") FROM cases k WHERE" TRAVELLED
		" AND " TRAVELLED_ON " >= " DAY("k.opened_at"),
	[RQ_SESSIONS] = "SELECT s.mode, c.language, count(*) FROM session s JOIN contact c USING (contact_id)"
		" WHERE s.started_at >= ?6 + 0 AND s.started_at < ?7 + 0 GROUP BY 1, 2",
	/* One max() alone, so that the bare columns are those of the last answer. */
	[RQ_RUNS] = "SELECT r.mode, r.language, r.safe, r.completed, r.minor, r.last, ifnull(" FIRST_CONTACT " IS NOT NULL, 0),"
		" EXISTS (SELECT 1 FROM case_event h WHERE h.case_ref = k.ref AND h.field = 'status' AND h.became = 'COUNSELLED'), "
				"" TRAVELLED_ON " IS NOT NULL,"
		" count(*) FROM (SELECT max(a.answer_id), a.mode, a.language, a.state AS last, a.case_ref AS ref,"
		" sum(a.state = 'SAFE' AND ifnull(a.value, '') IN ('CALL_OK', 'SHARED')) > 0 AS safe,"
		" sum(a.state = 'CONFIRM' AND ifnull(a.value, '') = 'SEND') > 0 AS completed, sum(a.state = 'MINOR') > 0 AS minor"
		" FROM answer a WHERE a.flow = 'return_request' AND a.answered_at >= ?6 + 0 AND a.answered_at < ?7 + 0 GROUP BY a.run_id)"
		" r LEFT JOIN cases k USING (ref) WHERE (?4 = '' OR instr(' ' || k.tags || ' ', ' ' || ?4 || ' ') > 0)"
		" AND (?5 = '' OR k.office = ?5) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9",
	[RQ_CHECKINS] = "SELECT c.wave, " LIVES_IN ", k.sex, sum(c.outcome <> 'SUPPRESSED'),"
		" sum(c.outcome <> 'SUPPRESSED' AND (c.delivered_at IS NOT NULL OR c.started_at IS NOT NULL)),"
		" sum(c.started_at IS NOT NULL), sum(c.outcome = 'COMPLETED'), sum(c.outcome = 'REFUSED'), sum(c.outcome = 'WRONG_PERSON'),"
		" sum(c.outcome = 'INVALID'), sum(c.outcome = 'SUPPRESSED') FROM checkin c JOIN cases k ON k.ref = c.case_ref"
		" WHERE c.due_at >= ?6 + 0 AND c.due_at < ?7 + 0" OF_CASE " GROUP BY 1, 2, 3",
	[RQ_SCORES] = "SELECT c.case_ref, c.wave, c.instrument, c.weights_version, c.score_e, c.score_s, c.score_p, c.score_c, " LIVES_IN
		", k.sex, k.mentor_id IS NOT NULL OR instr(' ' || k.tags || ' ', ' ORION ') > 0, c.completed_at >= ?6 + 0 FROM checkin c "
				"JOIN cases k ON k.ref = c.case_ref"
		" WHERE c.instrument IS NOT NULL AND c.completed_at < ?7 + 0" OF_CASE " ORDER BY c.case_ref, c.completed_at, c.checkin_id",
	[RQ_ALERTS] = "SELECT unseal('alert.kind', a.alert_id, a.contact_id, a.kind), unseal('alert.rule', a.alert_id, a.contact_id,"
		" a.rule), a.raised_at, a.due_at, a.taken_at, a.closed_at FROM alert a LEFT JOIN cases k ON k.ref = a.case_ref"
		" WHERE a.raised_at >= ?6 + 0 AND a.raised_at < ?7 + 0 AND (?3 = '' OR k.direction = ?3)"
		" AND (?4 = '' OR instr(' ' || k.tags || ' ', ' ' || ?4 || ' ') > 0) AND (?5 = '' OR coalesce(a.office, k.office) = ?5)",
	[RQ_REFERRALS] = "SELECT r.service, r.organisation, r.outcome, count(*) FROM referral r JOIN cases k ON k.ref = r.case_ref"
		" WHERE r.made_on BETWEEN ?1 AND ?2" OF_CASE " GROUP BY 1, 2, 3",
	[RQ_TAGS] = "SELECT k.tags, count(*) FROM cases k WHERE" TRAVELLED " GROUP BY 1",
	[RQ_MESSAGES] = "SELECT direction, mode, channel, status, sum(n), sum(segments) FROM message_hour"
		" WHERE hour >= ?6 / 3600000 AND hour < ?7 / 3600000 GROUP BY 1, 2, 3, 4 HAVING sum(n) > 0",
	[RQ_FAILURES] = "SELECT channel, status, reason, count(*) FROM message WHERE direction = 'out'"
		" AND status NOT IN ('sent', 'delivered') AND status IN ('failed', 'expired', 'rejected', 'unknown')"
		" AND created_at >= ?6 + 0 AND created_at < ?7 + 0 GROUP BY 1, 2, 3",
	[RQ_USSD] = "SELECT channel, count(*), sum(open) FROM session WHERE mode = 'ussd' AND started_at >= ?6 + 0 AND started_at < ?7 + 0"
		" GROUP BY 1",

	[RQ_COST] = "SELECT m.channel, ifnull(p.country, ''), sum(ifnull(m.segments, 1)) FROM message m LEFT JOIN contact_point p"
		" ON p.point_id = m.point_id WHERE m.direction = 'out' AND m.mode = 'sms'"
		" AND m.status IN ('sent', 'delivered', 'failed', 'expired', 'unknown') AND m.created_at >= ?6 + 0 AND m.created_at < ?7 + 0"
		" GROUP BY 1, 2",
	[RQ_POINTS] = "SELECT ifnull(k.source_point, ''), count(*) FROM cases k WHERE" ASKED " GROUP BY 1",
	[RQ_STEPS] = "SELECT k.step, ifnull(k.assigned_to, ''), count(*) FROM cases k WHERE k.step IS NOT NULL"
		" AND k.status NOT IN ('CLOSED', 'WITHDRAWN')" OF_CASE " GROUP BY 1, 2 ORDER BY 1, 2",
	[RQ_MEETINGS] = "SELECT m.tag, m.kind, count(DISTINCT m.meeting_id), count(a.appointment_id),"
		" sum(ifnull(a.answer = 'CONFIRMED', 0)), sum(ifnull(a.attended = 1, 0)) FROM meeting m LEFT JOIN appointment a"
		" USING (meeting_id) WHERE m.at >= ?6 + 0 AND m.at < ?7 + 0 AND (?4 = '' OR m.tag = ?4) AND (?5 = '' OR m.office = ?5)"
		" GROUP BY 1, 2",

	[RQ_EXPORT_CASES] = "SELECT k.rowid, pseudonym(k.contact_id) AS person, k.direction, k.status, k.priority, k.nationality,"
		" k.return_country, k.host_country, k.region, k.city, k.office, k.sex, k.age_band, k.group_size, k.children, k.travel_doc,"
		" k.call_language, k.step, k.tags, " DAY("k.opened_at") " AS opened_on, k.departed_on, k.returned_on,"
		" " DAY("k.closed_at") " AS closed_on, k.close_reason, iif(?8 = 'names', k.ref, NULL) AS ref,"
		" iif(?8 = 'names', unseal('contact.name', n.contact_id, n.contact_id, n.name), NULL) AS name,"
		" iif(?8 = 'names', (SELECT unseal('contact_point.phone', p.point_id, p.contact_id, p.phone) FROM contact_point p"
		" WHERE p.contact_id = k.contact_id AND p.status = 'ACTIVE' ORDER BY p.point_id DESC LIMIT 1), NULL) AS phone"
		" FROM cases k JOIN contact n USING (contact_id) WHERE k.rowid > ?9 + 0"
		" AND (k.opened_at >= ?6 + 0 AND k.opened_at < ?7 + 0 OR " TRAVELLED_ON " BETWEEN ?1 AND ?2)" OF_CASE PAGE("k.rowid"),
	[RQ_EXPORT_ANSWERS] = "SELECT a.answer_id, " INSTANT("a.answered_at") " AS answered_at, pseudonym(a.contact_id) AS person,"
		" pseudonym(a.run_id) AS walk, a.flow, a.flow_version, a.state AS question, a.value AS answer, a.mode, a.channel,"
		" a.language, a.ms_since_session_start, k.direction, k.office, iif(?8 = 'names', a.case_ref, NULL) AS ref"
		" FROM answer a LEFT JOIN cases k ON k.ref = a.case_ref WHERE a.answer_id > ?9 + 0 AND a.answered_at >= ?6 + 0"
		" AND a.answered_at < ?7 + 0" OF_CASE PAGE("a.answer_id"),
	[RQ_EXPORT_CHECKINS] = "SELECT c.checkin_id, pseudonym(k.contact_id) AS person, c.wave, " LIVES_IN " AS country, k.sex, "
			"k.age_band,"
		" k.office, " DAY("c.due_at") " AS due_on, " DAY("c.sent_at") " AS sent_on, " DAY("c.completed_at") " AS completed_on,"
		" c.outcome, c.instrument, c.weights_version, c.score_e, c.score_s, c.score_p, c.score_c, iif(?8 = 'names', k.ref, NULL) AS ref"
		" FROM checkin c JOIN cases k ON k.ref = c.case_ref WHERE c.checkin_id > ?9 + 0 AND c.due_at >= ?6 + 0 AND c.due_at < ?7 + 0"
		OF_CASE PAGE("c.checkin_id"),
	[RQ_EXPORT_MESSAGES] = "SELECT m.message_id, " INSTANT("m.created_at") " AS created_at, pseudonym(m.contact_id) AS person,"
		" m.direction, m.channel, m.mode, m.flow, m.state, m.status, m.reason, m.encoding, m.segments,"
		" " INSTANT("m.sent_at") " AS sent_at, " INSTANT("m.delivered_at") " AS delivered_at, iif(?8 = 'names', m.case_ref, NULL) AS ref"
		" FROM message m LEFT JOIN cases k ON k.ref = m.case_ref WHERE m.message_id > ?9 + 0 AND m.created_at >= ?6 + 0"
		" AND m.created_at < ?7 + 0" OF_CASE PAGE("m.message_id"),
	/* What a complaint is about stays with its focal point. */
	[RQ_EXPORT_ALERTS] = "SELECT a.alert_id, " INSTANT("a.raised_at") " AS raised_at, pseudonym(a.contact_id) AS person, a.level,"
		" a.office, a.role, " INSTANT("a.due_at") " AS due_at, " INSTANT("a.taken_at") " AS taken_at, " INSTANT("a.closed_at")
		" AS closed_at, iif(?8 = 'names', a.case_ref, NULL) AS ref FROM alert a LEFT JOIN cases k ON k.ref = a.case_ref"
		" WHERE a.alert_id > ?9 + 0 AND ifnull(a.role, '') NOT IN ('psea', 'fraud') AND a.raised_at >= ?6 + 0 AND a.raised_at < ?7 + 0"
		OF_CASE PAGE("a.alert_id"),
	[RQ_EXPORT_REFERRALS] = "SELECT r.referral_id, pseudonym(k.contact_id) AS person, k.direction, k.office, r.service,"
		" r.organisation, r.made_on, r.consent, r.outcome, r.feedback_due, r.feedback_on, iif(?8 = 'names', k.ref, NULL) AS ref"
		" FROM referral r JOIN cases k ON k.ref = r.case_ref WHERE r.referral_id > ?9 + 0 AND r.made_on BETWEEN ?1 AND ?2"
		OF_CASE PAGE("r.referral_id"),
	[RQ_EXPORT_HISTORIC] = "SELECT n, direction, year_from, year_to, persons, requests, approximate, source FROM"
		" (SELECT row_number() OVER (ORDER BY direction, year_from, year_to) AS n, * FROM historic_total WHERE (?3 = '' OR "
				"direction = ?3))"
		" WHERE n > ?9 + 0" PAGE("n"),
	/* A check-in as one line of a survey: its answers, coded as given, 1 best to 5 worst. */
	[RQ_EXPORT_RSS] = "SELECT c.checkin_id, pseudonym(k.contact_id) AS person, c.wave, " DAY("c.completed_at") " AS completed_on,"
		" " LIVES_IN " AS country, k.region, k.sex, k.age_band, c.instrument, c.weights_version,"
#define ANSWER_AS(state, name) " max(iif(a.state = '" state "', a.value, NULL)) AS " name ","
		ANSWER_AS("Q1", "q1_economic") ANSWER_AS("Q2", "q2_food") ANSWER_AS("Q3", "q3_housing") ANSWER_AS("Q4", "q4_health")
		ANSWER_AS("Q5", "q5_belonging") ANSWER_AS("Q6", "q6_safety") ANSWER_AS("Q7", "q7_help") ANSWER_AS("X1", "x1_work")
		ANSWER_AS("X2", "x2_stay") ANSWER_AS("X3", "x3_satisfaction") ANSWER_AS("X4", "x4_school")
#undef ANSWER_AS
		" c.score_e, c.score_s, c.score_p, c.score_c, iif(?8 = 'names', k.ref, NULL) AS ref"
		" FROM checkin c JOIN cases k ON k.ref = c.case_ref LEFT JOIN answer a ON a.case_ref = c.case_ref AND a.flow = 'checkin'"
		" AND a.answered_at BETWEEN c.started_at AND ifnull(c.completed_at, c.started_at + 1814400000)"
		" WHERE c.checkin_id > ?9 + 0 AND c.completed_at >= ?6 + 0 AND c.completed_at < ?7 + 0" OF_CASE
		" GROUP BY c.checkin_id" PAGE("c.checkin_id"),
	/* How far an export has to go: nothing that comes later belongs to it. */
	[RQ_TOP_CASES] = "SELECT max(rowid) FROM cases",
	[RQ_TOP_ANSWERS] = "SELECT max(answer_id) FROM answer",
	[RQ_TOP_CHECKINS] = "SELECT max(checkin_id) FROM checkin",
	[RQ_TOP_MESSAGES] = "SELECT max(message_id) FROM message",
	[RQ_TOP_ALERTS] = "SELECT max(alert_id) FROM alert",
	[RQ_TOP_REFERRALS] = "SELECT max(referral_id) FROM referral",
	[RQ_TOP_HISTORIC] = "SELECT count(*) FROM historic_total",
#define FLOIP_ROW "SELECT a.answer_id, " FLOIP_INSTANT("a.answered_at") ", pseudonym(a.contact_id), pseudonym(a.run_id), a.flow," \
	" a.state, a.value FROM answer a LEFT JOIN cases k ON k.ref = a.case_ref WHERE a.value IS NOT NULL AND a.answered_at >= ?6 + 0" \
	" AND a.answered_at < ?7 + 0 AND (?8 = '' OR a.flow = ?8)" OF_CASE
	[RQ_FLOIP_ROWS] = FLOIP_ROW " AND a.answer_id > ?9 + 0" PAGE("a.answer_id"),
	[RQ_FLOIP_BACK] = FLOIP_ROW " AND a.answer_id < ?9 + 0" PAGE("a.answer_id DESC"),
#undef FLOIP_ROW
	[RQ_FLOIP_SPAN] = "SELECT min(answered_at), max(answered_at) FROM answer WHERE value IS NOT NULL AND answered_at >= ?6 + 0"
		" AND answered_at < ?7 + 0 AND (?8 = '' OR flow = ?8)",
	[RQ_FLOIP_VALUES] = "SELECT DISTINCT flow, state, value FROM answer WHERE value IS NOT NULL AND answered_at >= ?6 + 0"
		" AND answered_at < ?7 + 0 AND (?8 = '' OR flow = ?8) ORDER BY 1, 2, 3",
};

int report_query(struct reader *reader, enum report_sql name, const struct report_filter *f, reader_row *each, void *user,
		 struct err *err)
{
	const struct str values[] = { f->from, f->to, f->direction, f->tag, f->office, f->from_ms, f->to_ms, f->extra, f->more };
	return reader_run(reader, sql[name], values, sizeof values / sizeof *values, each, user, err);
}
