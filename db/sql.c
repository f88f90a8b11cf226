#include "db/sql.h"

#include "db/cases.h"
#include "db/message.h"

#define CONTACT_COLUMNS                                                                                                \
	"c.contact_id, c.key, c.language, c.contact_pref, c.opted_out, c.acked_at, c.wipe_due, c.first_seen, c.last_seen,"  \
	" p.point_id, p.country, p.status, c.pin IS NOT NULL, p.shared, c.texts_paused, c.helped_at, p.noticed_at, c.proof_tries,"  \
	" c.proof_tried_at, p.faded_at IS NOT NULL"
#define CASE_COLUMNS                                                                                                   \
	"ref, contact_id, direction, status, priority, region, office, contact_pref, opened_at, sensitive, ifnull(children, 0),"    \
	" birth_year IS NOT NULL, returned_on IS NOT NULL, ifnull(group_size, 0), city, age_band, nationality, return_country, step,"  \
	" assigned_to, close_reason, tags, departed_on"
#define CHECKIN_COLUMNS "checkin_id, case_ref, wave, outcome, due_at, next_at, closes_at, started_at, texts"
#define MESSAGE_COLUMNS "message_id, channel, contact_id, point_id, status, attempts, class, encoding, case_ref"

#define STAFF_COLUMNS "staff_id, user, name, roles, offices, language, state, password, recovery, demo, shortcuts, totp_step"

/* What a person says of themselves: no index and no trigger of the table minds, so that an answer costs a third. */
#define CASE_SAID \
	"updated_at = ?1, group_size = ifnull(?4, group_size), children = ifnull(?5, children)," \
	" nationality = nullif(ifnull(?11, nationality), '')," \
	" return_country = nullif(ifnull(?12, return_country), '')," \
	" host_country = nullif(ifnull(?13, host_country), '')," \
	" region = nullif(ifnull(?14, region), '')," \
	" city = nullif(ifnull(?15, city), '')," \
	" sex = nullif(ifnull(?17, sex), '')," \
	" age_band = nullif(ifnull(?18, age_band), '')," \
	" travel_doc = nullif(ifnull(?19, travel_doc), '')," \
	" contact_pref = nullif(ifnull(?20, contact_pref), '')," \
	" call_language = nullif(ifnull(?21, call_language), '')," \
	" call_time = nullif(ifnull(?22, call_time), '')," \
	" updated_by = nullif(?30, '')"

const char *const sql_text[SQL_COUNT] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_SAVEPOINT] = "SAVEPOINT item",
	[SQL_ROLLBACK_TO] = "ROLLBACK TO item",
	[SQL_RELEASE] = "RELEASE item",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",

	[SQL_SETTING_GET] = "SELECT value FROM setting WHERE name = ?",
	[SQL_SETTING_PUT] = "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",

	[SQL_CONTACT_BY_NUMBER] = "SELECT " CONTACT_COLUMNS " FROM contact_point p JOIN contact c USING (contact_id)"
		" WHERE p.number_index = ? AND p.status NOT IN ('OLD', 'INVALID') ORDER BY p.point_id DESC LIMIT 1",
	[SQL_CONTACT_BY_ID] = "SELECT " CONTACT_COLUMNS " FROM contact c LEFT JOIN contact_point p ON p.contact_id ="
		" c.contact_id AND p.status NOT IN ('OLD', 'INVALID') WHERE c.contact_id = ? ORDER BY p.point_id DESC LIMIT 1",
	[SQL_CONTACT_ADD] = "INSERT INTO contact (contact_id, key, opted_out, wipe_due, first_seen, last_seen)"
		" VALUES (?, ?, ?, ?, ?, ?)",
	[SQL_CONTACT_KEY_ANY] = "SELECT contact_id, key FROM contact WHERE key IS NOT NULL LIMIT 1",
	[SQL_CONTACT_TOUCH] = "UPDATE contact SET last_seen = ?, wipe_due = iif(wipe_due IS NULL, NULL, ?)"
		" WHERE contact_id = ?",
	[SQL_CONTACT_LANGUAGE] = "UPDATE contact SET language = ? WHERE contact_id = ?",
	[SQL_CONTACT_PREF] = "UPDATE contact SET contact_pref = ? WHERE contact_id = ?",
	[SQL_CONTACT_CALL_LANGUAGE] = "UPDATE contact SET call_language = ? WHERE contact_id = ?",
	[SQL_CONTACT_NAME] = "UPDATE contact SET name = ? WHERE contact_id = ?",
	[SQL_CONTACT_PIN] = "UPDATE contact SET pin = ? WHERE contact_id = ?",
	[SQL_CONTACT_ACKED] = "UPDATE contact SET acked_at = ? WHERE contact_id = ?",
	[SQL_CONTACT_KEEP] = "UPDATE contact SET wipe_due = NULL WHERE contact_id = ? AND wipe_due IS NOT NULL",
	[SQL_CONTACT_WIPE_DUE] = "UPDATE contact SET wipe_due = ? WHERE contact_id = ?",
	[SQL_CONTACT_PIN_GET] = "SELECT pin, contact_id FROM contact WHERE contact_id = ?1 AND pin IS NOT NULL UNION ALL"
		" SELECT c.pin, w.was_id FROM contact_was w JOIN contact c USING (contact_id) WHERE c.contact_id = ?1 AND c.pin IS NOT NULL",
	[SQL_CONTACT_HELPED] = "UPDATE contact SET helped_at = ? WHERE contact_id = ?",
	[SQL_CONTACT_PAUSE] = "UPDATE contact SET texts_paused = ? WHERE contact_id = ?",
	[SQL_CONTACT_PROTECTED] = "SELECT 1 FROM cases WHERE contact_id = ? AND closed_at IS NULL"
		" AND (status = 'REFERRED_PROTECTION' OR age_band = 'U18') AND ifnull(checkin_safe, 0) = 0",
	[SQL_CONTACT_PROOF] = "UPDATE contact SET proof_tries = ?, proof_tried_at = ? WHERE contact_id = ?",
	[SQL_POINT_STATUS] = "UPDATE contact_point SET status = ?1, valid_to = iif(?1 IN ('ACTIVE', 'BLOCKED'), NULL, ?2)"
		" WHERE point_id = ?3",
	[SQL_POINTS_STATUS] = "UPDATE contact_point SET status = ?1, valid_to = iif(?1 IN ('ACTIVE', 'BLOCKED'), NULL, ?2)"
		" WHERE contact_id = ?3 AND status IN ('ACTIVE', 'PENDING', 'BLOCKED')",
	[SQL_POINT_NOTICED] = "UPDATE contact_point SET noticed_at = ? WHERE point_id = ?",
	[SQL_CONSENT_LAST] = "SELECT ifnull(max(at), 0) FROM consent WHERE contact_id = ? AND purpose = ? AND answer = 'YES'"
		" AND withdrawn_at IS NULL",
	[SQL_CASE_PROOF] = "SELECT proof_tries, ifnull(proof_tried_at, 0) FROM cases WHERE ref = ?",
	[SQL_CASE_PROOF_SET] = "UPDATE cases SET proof_tries = ?, proof_tried_at = ? WHERE ref = ?",
	[SQL_CASE_BIRTH_YEAR_GET] = "SELECT birth_year FROM cases WHERE ref = ?",
	[SQL_CASE_EVER_RETURNED] = "SELECT 1 FROM cases WHERE contact_id = ? AND (direction = 'TO_MA' OR returned_on IS NOT NULL)",
	[SQL_CHECKIN_NEXT] = "SELECT ifnull(min(due_at), 0) FROM checkin WHERE case_ref = ? AND outcome = 'SCHEDULED' AND due_at > ?",
	[SQL_POINT_VERIFIED] = "UPDATE contact_point SET verified_at = ?, faded_at = NULL WHERE point_id = ?",
	[SQL_OUTBOX_CANCEL_AUTOMATIC] = "SELECT o.message_id FROM outbox o JOIN message m USING (message_id) WHERE m.contact_id = ?"
		" AND o.sending = 0 AND o.rank = 1",
	[SQL_OUTBOX_MOVE] = "UPDATE message SET point_id = ?1 WHERE contact_id = ?2 AND message_id IN"
		" (SELECT message_id FROM outbox WHERE sending = 0)",
	[SQL_CLAIM_ADD] = "INSERT INTO number_claim VALUES (?, ?, ?, ?, ?, ?, 'OPEN', ?, NULL)",
	[SQL_CLAIMS_OPEN_OF_CASE] = "SELECT claim_id, contact_id, point_id, why, proved, claimed_at FROM number_claim"
		" WHERE case_ref = ? AND state = 'OPEN' ORDER BY claim_id DESC LIMIT 16",
	[SQL_CLAIM_OPEN_ON_CONTACT] = "SELECT n.claim_id, n.case_ref FROM number_claim n JOIN cases c ON c.ref = n.case_ref"
		" WHERE c.contact_id = ? AND n.state = 'OPEN' LIMIT 1",
	[SQL_CLAIM_DECIDE] = "UPDATE number_claim SET state = ?, decided_at = ? WHERE case_ref = ? AND state = 'OPEN'",
	[SQL_SESSION_LAST_CHANNEL] = "SELECT channel FROM session WHERE contact_id = ? ORDER BY updated_at DESC LIMIT 1",
	[SQL_CONTACT_OPTED_OUT] = "UPDATE contact SET opted_out = ? WHERE contact_id IN"
		" (SELECT contact_id FROM contact_point WHERE number_index = ?)",
	[SQL_CONTACT_DELETE] = "DELETE FROM contact WHERE contact_id = ?",
	[SQL_CONTACTS_TO_WIPE] = "SELECT contact_id FROM contact WHERE wipe_due <= ? ORDER BY wipe_due LIMIT 200",

	[SQL_POINT_ADD] = "INSERT INTO contact_point (point_id, contact_id, number_index, phone, country, status, valid_from)"
		" VALUES (?, ?, ?, ?, ?, 'ACTIVE', ?)",
	[SQL_POINT_PREF] = "UPDATE contact_point SET shared = ?, safe = ? WHERE point_id = ?",
	[SQL_POINT_BY_ID] = "SELECT p.phone, c.contact_id, c.key, p.number_index, p.status, ifnull(p.safe, 1), p.country FROM"
		" contact_point p JOIN contact c USING (contact_id) WHERE p.point_id = ?",

	[SQL_OPT_OUT_ADD] = "INSERT INTO opt_out VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		[SQL_OPT_OUT_HAS] = "SELECT 1 FROM opt_out WHERE number_index = ?",

	[SQL_CONSENT_ADD] = "INSERT INTO consent (consent_id, contact_id, purpose, answer, text_key, text_version, language,"
		" channel, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_CONSENT_COUNT] = "SELECT count(*) FROM consent WHERE contact_id = ? AND answer = 'YES' AND withdrawn_at IS NULL",

	[SQL_CASE_BY_CONTACT] = "SELECT " CASE_COLUMNS " FROM cases WHERE contact_id = ? AND status NOT IN"
		" ('CLOSED', 'WITHDRAWN') ORDER BY opened_at DESC LIMIT 1",
	[SQL_CASE_BY_REF] = "SELECT " CASE_COLUMNS " FROM cases WHERE ref = ?",
	[SQL_CASE_SNOOZE] = "UPDATE cases SET snoozed_until = ?1, snoozed_after = max(ifnull((SELECT max(m.message_id) FROM message m"
		" WHERE m.contact_id = cases.contact_id AND m.direction = 'in'), 0), ifnull((SELECT max(a.alert_id) FROM alert a"
		" WHERE a.case_ref = cases.ref), 0)), updated_at = ?2, updated_by = ?3 WHERE ref = ?4",
	[SQL_CASE_ADD] = "INSERT INTO cases (ref, contact_id, direction, status, contact_pref, office, opened_at, updated_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	/* Unbound (NULL): the column stays; the empty text: it becomes NULL.  The order is that of enum case_text. */
	[SQL_CASE_UPDATE] = "UPDATE cases SET " CASE_SAID ", priority = iif(?2 = '', priority, iif(?3, ?2, min(?2, priority))),"
		" step = ifnull(?6, step), consent_checkins = ifnull(?7, consent_checkins), checkin_safe = ifnull(?8, checkin_safe),"
		" closed_at = iif(?10 IS NULL, closed_at, iif(?10 IN ('CLOSED', 'WITHDRAWN'), ifnull(closed_at, ?1), NULL)),"
		" status = ifnull(nullif(?10, ''), status),"
		" office = nullif(ifnull(?16, office), ''),"
		" assigned_to = nullif(ifnull(?23, assigned_to), ''),"
		" departed_on = nullif(ifnull(?24, departed_on), ''),"
		" returned_on = nullif(ifnull(?25, returned_on), ''),"
		" close_reason = nullif(ifnull(?26, close_reason), ''),"
		" tags = ifnull(?27, tags),"
		" direction = ifnull(nullif(?28, ''), direction),"
		" handed_over_on = nullif(ifnull(?29, handed_over_on), '') WHERE ref = ?9",
	[SQL_CASE_UPDATE_SAID] = "UPDATE cases SET " CASE_SAID " WHERE ref = ?9",
	[SQL_CASE_BIRTH_YEAR] = "UPDATE cases SET birth_year = ? WHERE ref = ?",
	[SQL_CASE_SENSITIVE] = "UPDATE cases SET sensitive = ?, updated_at = ? WHERE ref = ?",

	[SQL_ANSWER_ADD] = "INSERT INTO answer (answer_id, case_ref, contact_id, flow, flow_version, run_id, state, value, raw,"
		" mode, channel, language, answered_at, ms_since_session_start) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_ANSWERS_ADOPT] = "UPDATE answer SET case_ref = ? WHERE contact_id = ? AND run_id = ? AND case_ref IS NULL",

	[SQL_ALERT_ADD] = "INSERT INTO alert (alert_id, case_ref, contact_id, level, office, role, raised_at, due_at, kind, rule)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_ALERTS_OPEN_OF_CONTACT] = "SELECT count(*) FROM alert WHERE contact_id = ?",
	[SQL_ALERT_URGENT_SINCE] = "SELECT 1 FROM alert WHERE contact_id = ? AND level = 'URGENT' AND raised_at > ? LIMIT 1",
	[SQL_TASK_ADD] = "INSERT INTO task (task_id, case_ref, contact_id, kind, office, role, created_at, due_at, note)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_TASK_IS_OPEN] = "SELECT 1 FROM task WHERE contact_id = ? AND kind = ? AND done_at IS NULL LIMIT 1",
	[SQL_TASKS_OPEN_OF_CONTACT] = "SELECT count(*) FROM task WHERE contact_id = ?",

	/* "+": by the vendor's key, which names one conversation; a person's last month may hold many */
	[SQL_SESSION_BY_VENDOR] = "SELECT session_id, state, hops, started_at, updated_at, resumable, ended_at IS NOT NULL FROM session"
		" WHERE vendor_key = ? AND +contact_id = ? AND updated_at >= ? ORDER BY session_id DESC LIMIT 1",
	[SQL_SESSION_SMS] = "SELECT session_id, state, hops, started_at, updated_at, resumable, ended_at IS NOT NULL FROM session"
		" WHERE contact_id = ? AND mode = 'sms' AND updated_at >= ? AND open ORDER BY updated_at DESC LIMIT 1",
	[SQL_SESSION_UNFINISHED] = "SELECT session_id, state FROM session WHERE contact_id = ? AND resumable"
		" AND updated_at >= ? AND session_id <> ? ORDER BY updated_at DESC LIMIT 1",
	[SQL_SESSION_ADD] = "INSERT INTO session (session_id, contact_id, channel, mode, vendor_key, open, started_at, updated_at)"
		" VALUES (?, ?, ?, ?, ?, 0, ?, ?)",
	[SQL_SESSION_SAVE] = "UPDATE session SET open = ?, resumable = ?, state = ?, hops = ?, updated_at = ? WHERE session_id = ?",
	[SQL_SESSION_SUPERSEDE] = "UPDATE session SET resumable = 0, open = 0 WHERE contact_id = ? AND session_id <> ?"
		" AND (resumable OR (open AND mode = 'ussd'))",
	[SQL_SESSION_DROP] = "UPDATE session SET resumable = 0, open = 0 WHERE session_id = ?",
	[SQL_SESSION_ENDED] = "UPDATE session SET ended_at = ?, end_status = ? WHERE session_id = ? AND ended_at IS NULL",
	[SQL_SESSIONS_FORGET] = "UPDATE session SET state = NULL, open = 0, resumable = 0 WHERE contact_id = ?",

	[SQL_SEEN_GET] = "SELECT s.replay_id, r.http, r.content_type, r.body, r.at FROM seen s LEFT JOIN replay r USING (replay_id)"
		" WHERE s.key = ?",
	[SQL_SEEN_ADD] = "INSERT INTO seen VALUES (?, ?)",
	[SQL_REPLAY_ADD] = "INSERT INTO replay (replay_id, contact_id, at, http, content_type, body) VALUES (?, ?, ?, ?, ?, ?)",
	[SQL_REPLAY_DISOWN] = "UPDATE replay SET contact_id = NULL WHERE contact_id = ?",
	/* the oldest are looked at and no others: with a million answers kept, a search by time would delay every phone */
	[SQL_REPLAY_PURGE] = "DELETE FROM replay WHERE at < ? AND replay_id IN (SELECT replay_id FROM replay ORDER BY replay_id"
		" LIMIT 500)",

	[SQL_MESSAGE_ADD] = "INSERT INTO message (message_id, direction, channel, mode, provider_id, contact_id, point_id,"
		" case_ref, flow, state, status, reason, class, reply_to, encoding, segments, created_at, sent_at, text)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_MESSAGE_HOUR_ADD] = "INSERT INTO message_hour VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n,"
		" segments = segments + excluded.segments",
	[SQL_MESSAGE_ATTEMPT] = "UPDATE message SET status = 'sending', attempts = attempts + 1 WHERE message_id = ?",
	[SQL_MESSAGE_STATUS] = "UPDATE message SET status = ?, reason = ? WHERE message_id = ?",
	/* a report with our own reference may have come first */
	[SQL_MESSAGE_SENT] = "UPDATE message SET provider_id = ?1, sent_at = ?2, reason = iif(status IN ('queued', 'sending', 'unknown'),"
		" NULL, reason), status = iif(status IN ('queued', 'sending', 'unknown'), 'sent', status) WHERE message_id = ?3",
	[SQL_MESSAGE_UNFINISHED] = "UPDATE message SET status = ?, reason = ? WHERE message_id = ?"
		" AND status IN ('queued', 'sending', 'unknown')",
	[SQL_MESSAGE_BY_REF] = "SELECT " MESSAGE_COLUMNS " FROM message WHERE message_id = ? AND direction = 'out'"
		" AND mode = 'sms' AND channel = ? AND attempts > 0",
	[SQL_MESSAGE_FOR_REPORT] = "SELECT " MESSAGE_COLUMNS " FROM message WHERE provider_id = ? AND direction = 'out'"
		" AND mode = 'sms' AND channel = ?",
	[SQL_MESSAGE_REPORTED] = "UPDATE message SET status = ?1, reason = ?2, delivered_at = iif(?1 = 'delivered',"
		" ifnull(delivered_at, ?3), delivered_at) WHERE message_id = ?4",
	[SQL_MESSAGE_TEXT] = "SELECT text FROM message WHERE message_id = ?",
	[SQL_MESSAGES_OF_CONTACT_DELETE] = "DELETE FROM message WHERE contact_id = ?",
	[SQL_MESSAGES_PENDING_OF_CONTACT] = "SELECT count(*) FROM outbox o JOIN message m USING (message_id) WHERE m.contact_id = ?",
	[SQL_MESSAGE_COUNT_IN] = "SELECT count(*) FROM message WHERE contact_id = ? AND direction = 'in'"
		" AND mode = 'sms' AND created_at > ?",
	[SQL_MESSAGES_NEWEST_IN] = "SELECT message_id, status, text FROM message WHERE contact_id = ? AND direction = 'in'"
		" AND mode = 'sms' AND created_at > ? ORDER BY message_id DESC LIMIT ?",

	[SQL_OUTBOX_ADD] = "INSERT INTO outbox (message_id, channel, rank, due_at, expires_at) VALUES (?, ?, ?, ?, ?)",
	[SQL_OUTBOX_DUE] = "SELECT o.message_id, o.expires_at, m.contact_id, m.point_id, m.attempts, m.class, m.created_at, o.rank"
		" FROM outbox o JOIN message m USING (message_id) WHERE o.channel = ? AND o.sending = 0 AND o.due_at <= ?"
		" AND o.rank <= ? ORDER BY o.rank, o.due_at LIMIT ?",
	[SQL_OUTBOX_NEWER_QUESTION] = "SELECT message_id FROM message WHERE contact_id = ?1 AND message_id > ?2 AND class = 'question'"
		" AND status NOT IN ('failed', 'expired', 'rejected', 'cancelled') LIMIT 1",
	[SQL_OUTBOX_EARLIER] = "SELECT o.due_at FROM message m CROSS JOIN outbox o USING (message_id) WHERE m.contact_id = ?1"
		" AND m.message_id < ?2 AND o.rank = 0 AND o.sending < 2"
		" AND o.channel = (SELECT channel FROM outbox WHERE message_id = ?2) LIMIT 1",
	[SQL_OUTBOX_START] = "UPDATE outbox SET sending = 1 WHERE message_id = ?",
	[SQL_OUTBOX_HANDED] = "UPDATE outbox SET sending = 1, due_at = ? WHERE message_id = ?",
	[SQL_OUTBOX_OVERDUE] = "SELECT message_id FROM outbox WHERE channel = ? AND sending = 1 AND due_at <= ?",
	[SQL_OUTBOX_LATER] = "UPDATE outbox SET sending = 0, due_at = ? WHERE message_id = ?",
	[SQL_OUTBOX_DONE] = "DELETE FROM outbox WHERE message_id = ?",
	[SQL_OUTBOX_INTERRUPTED] = "SELECT message_id FROM outbox WHERE sending = 1",
	[SQL_OUTBOX_CANCEL_LIST] = "SELECT o.message_id FROM outbox o JOIN message m USING (message_id) WHERE m.contact_id IN"
		" (SELECT contact_id FROM contact_point WHERE number_index = ?) AND o.sending <> 1",
	[SQL_OUTBOX_NEXT_DUE] = "SELECT min(due_at) FROM outbox WHERE channel = ? AND sending = 0 AND rank <= ?",
	[SQL_OUTBOX_COUNT] = "SELECT count(*) FROM outbox",
	[SQL_OUTBOX_OLDEST] = "SELECT min(due_at) FROM outbox WHERE sending = 0",
	[SQL_OUTBOX_UNDER_WAY] = "SELECT 1 FROM outbox WHERE message_id = ? AND channel = ? AND sending = 1",
	[SQL_OUTBOX_COUNT_CHANNEL] = "SELECT count(*) FROM outbox WHERE channel = ?",

	[SQL_SMS_PART_ADD] = "INSERT OR IGNORE INTO sms_part VALUES (?, ?, ?, 'sent')",
	[SQL_SMS_PART_FIND] = "SELECT message_id, status FROM sms_part WHERE channel = ? AND provider_id = ?",
	[SQL_SMS_PART_STATUS] = "UPDATE sms_part SET status = ? WHERE channel = ? AND provider_id = ?",
	[SQL_SMS_PARTS] = "SELECT status FROM sms_part WHERE message_id = ?",
	[SQL_EARLY_REPORT_ADD] = "INSERT INTO early_report (channel, provider_id, status, reason, at)"
		" VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
	[SQL_EARLY_REPORTS] = "SELECT status, reason, at FROM early_report WHERE channel = ? AND provider_id = ?"
		" ORDER BY rowid LIMIT 8",
	[SQL_EARLY_REPORT_DELETE] = "DELETE FROM early_report WHERE channel = ? AND provider_id = ?",
	[SQL_EARLY_REPORT_EXPIRE] = "DELETE FROM early_report WHERE at < ?",

	/* check-ins and the schedule (db/checkin.c) */
	/* Invited is also whose invitation still waits in the outbox: the answer may come before the aggregator's. */
	[SQL_CHECKIN_OPEN] = "SELECT " CHECKIN_COLUMNS " FROM checkin WHERE case_ref = ? AND next_at IS NOT NULL"
		" AND (outcome IN ('SENT', 'STARTED', 'PARTIAL') OR (outcome = 'SCHEDULED' AND texts > 0)) ORDER BY due_at DESC LIMIT 1",
	[SQL_CHECKIN_OF_WAVE] = "SELECT " CHECKIN_COLUMNS " FROM checkin WHERE case_ref = ? AND wave = ? ORDER BY due_at DESC LIMIT 1",
	[SQL_CHECKIN_SOON] = "SELECT " CHECKIN_COLUMNS " FROM checkin WHERE case_ref = ? AND outcome = 'SCHEDULED' AND texts = 0"
		" AND next_at IS NOT NULL AND due_at <= ? ORDER BY due_at LIMIT 1",
	[SQL_CHECKIN_BY_ID] = "SELECT " CHECKIN_COLUMNS " FROM checkin WHERE checkin_id = ?",
	[SQL_CHECKIN_NEWER] = "SELECT 1 FROM checkin WHERE case_ref = ? AND due_at > ? AND due_at <= ? AND wave <> 'SPONT'"
		" AND outcome IN ('SCHEDULED', 'SENT', 'STARTED') LIMIT 1",
	[SQL_CHECKIN_BEFORE] = "SELECT outcome, texts FROM checkin WHERE case_ref = ? AND due_at < ? AND wave <> 'SPONT'"
		" ORDER BY due_at DESC LIMIT 1",
	[SQL_CHECKIN_ADD] = "INSERT INTO checkin (checkin_id, case_ref, wave, outcome, due_at, next_at, closes_at, started_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_CHECKIN_RESCHEDULE] = "UPDATE checkin SET outcome = 'SCHEDULED', reason = NULL, due_at = ?, next_at = ?, closes_at = ?"
		" WHERE checkin_id = ?",
	[SQL_CHECKIN_NEXT_AT] = "UPDATE checkin SET next_at = ? WHERE checkin_id = ?",
	[SQL_CHECKIN_TEXTS] = "UPDATE checkin SET texts = ?, next_at = ? WHERE checkin_id = ?",
	[SQL_CHECKIN_SET_OUTCOME] = "UPDATE checkin SET outcome = ?, reason = ?, next_at = ? WHERE checkin_id = ?",
	[SQL_CHECKIN_STARTED] = "UPDATE checkin SET outcome = 'STARTED', started_at = ifnull(started_at, ?), next_at = ?"
		" WHERE checkin_id = ?",
	[SQL_CHECKIN_COMPLETED] = "UPDATE checkin SET outcome = 'COMPLETED', started_at = ifnull(started_at, ?1), completed_at = ?1,"
		" next_at = NULL WHERE checkin_id = ?2",
	[SQL_CHECKINS_SUPPRESS] = "UPDATE checkin SET outcome = 'SUPPRESSED', reason = ?, next_at = NULL WHERE case_ref = ?"
		" AND outcome = 'SCHEDULED' AND texts = 0",
	[SQL_CHECKINS_DUE] = "SELECT checkin_id FROM checkin WHERE next_at <= ? ORDER BY next_at LIMIT ?",
	[SQL_CHECKINS_COUNT_DUE] = "SELECT count(*) FROM checkin WHERE next_at <= ? AND outcome = 'SCHEDULED'",
	[SQL_CHECKINS_AHEAD] = "SELECT " CHECKIN_COLUMNS " FROM checkin WHERE next_at <= ? ORDER BY next_at, checkin_id LIMIT ?",
	[SQL_CHECKIN_SUBJECT] = "SELECT ref, contact_id, status, age_band, contact_pref, tags, returned_on, direction,"
		" ifnull((SELECT answer = 'YES' AND withdrawn_at IS NULL FROM consent n WHERE n.contact_id = k.contact_id"
		" AND purpose = 'CHECKINS' ORDER BY at DESC, consent_id DESC LIMIT 1), ifnull(consent_checkins, 0)),"
		" ifnull(checkin_safe, 0), return_country,"
		/* one person is asked in one case: that of the last return, then the one that was there first */
		" EXISTS (SELECT 1 FROM cases o WHERE o.contact_id = k.contact_id AND o.ref <> k.ref AND o.closed_at IS NULL"
		" AND (o.returned_on, k.opened_at, k.ref) > (k.returned_on, o.opened_at, o.ref)) FROM cases k WHERE ref = ?",
	[SQL_CASES_RETURNED] = "SELECT ref FROM cases WHERE returned_on IS NOT NULL AND ref > ? ORDER BY ref LIMIT ?",
	[SQL_SCHEDULED_TEXT_ADD] = "INSERT INTO scheduled_text VALUES (?, ?, ?)",
	[SQL_SCHEDULED_TEXT_IS] = "SELECT EXISTS (SELECT 1 FROM message m JOIN message n ON n.contact_id = m.contact_id"
		" AND n.message_id > m.message_id JOIN outbox USING (message_id) JOIN scheduled_text u ON u.message_id = n.message_id"
		" WHERE m.message_id = t.message_id AND u.kind = t.kind) FROM scheduled_text t WHERE t.message_id = ?",
	[SQL_SCHEDULED_TEXT_SENT] = "UPDATE checkin SET sent_at = ifnull(sent_at, ?),"
		" outcome = iif(outcome = 'SCHEDULED', 'SENT', outcome)"
		" WHERE checkin_id = (SELECT checkin_id FROM scheduled_text WHERE message_id = ?)",
	[SQL_SCHEDULED_TEXT_DELIVERED] = "UPDATE checkin SET delivered_at = ifnull(delivered_at, ?),"
		" outcome = iif(outcome = 'SCHEDULED', 'SENT', outcome)"
		" WHERE checkin_id = (SELECT checkin_id FROM scheduled_text WHERE message_id = ?)",
	/* Never left: it does not count, and the schedule looks again. */
	[SQL_SCHEDULED_TEXT_LOST] = "UPDATE checkin SET texts = texts - 1, next_at = ?1 WHERE checkin_id ="
		" (SELECT checkin_id FROM scheduled_text WHERE message_id = ?2) AND texts > 0 AND outcome IN ('SCHEDULED', 'SENT')"
		" AND next_at IS NOT NULL",
	[SQL_TEXTS_SENT_FIRST] = "SELECT count(*), ifnull(max(ifnull(sent_at, iif(status = 'sending', ?3, 0))), 0) FROM message"
		" WHERE contact_id = ?1 AND direction = 'out' AND class IN ('once_only', 'must_arrive')"
		" AND status NOT IN ('cancelled', 'expired', 'rejected') AND created_at > ?2",
	[SQL_CHECKIN_SCORE] = "UPDATE checkin SET instrument = ?, weights_version = ?, score_e = ?, score_s = ?, score_p = ?, score_c = ?"
		" WHERE checkin_id = ?",
	[SQL_CHECKIN_SCORE_BEFORE] = "SELECT score_e, score_s, score_p, score_c FROM checkin WHERE case_ref = ? AND instrument = ?"
		" AND weights_version = ? AND checkin_id <> ? AND completed_at IS NOT NULL ORDER BY completed_at DESC LIMIT 1",
	[SQL_CHECKIN_ANSWERS] = "SELECT state, value, answered_at FROM answer WHERE contact_id = ? AND flow = 'checkin'"
		" AND answered_at >= ? AND value IS NOT NULL ORDER BY answer_id LIMIT ?",
	[SQL_POINT_FADE] = "UPDATE contact_point SET faded_at = ? WHERE point_id = ?",
	[SQL_POINT_FAILURES] = "SELECT reason FROM message WHERE contact_id = (SELECT contact_id FROM contact_point WHERE point_id = ?1)"
		" AND point_id = ?1 AND direction = 'out' AND status IN ('failed', 'expired', 'rejected') AND created_at >= ?2"
		" AND reason IS NOT NULL ORDER BY message_id DESC LIMIT ?3",
	[SQL_SESSIONS_TO_REMIND] = "SELECT session_id, contact_id FROM session WHERE mode = 'sms' AND open AND reminded_at IS NULL"
		" AND updated_at <= ? AND updated_at > ? ORDER BY updated_at LIMIT ?",
	[SQL_SESSION_REMINDED] = "UPDATE session SET reminded_at = ? WHERE session_id = ?",
	[SQL_SESSIONS_CLOSE_SILENT] = "UPDATE session SET open = 0 WHERE mode = 'sms' AND open AND updated_at <= ?",
	[SQL_MESSAGE_NEWEST_AT] = "SELECT created_at FROM message ORDER BY message_id DESC LIMIT 1",

	[SQL_PARKED_ADD] = "INSERT INTO parked VALUES (?, ?, ?, ?, ?, ?)",
	[SQL_PARKED_COUNT] = "SELECT count(*) FROM parked",
	[SQL_RAW_PAGE_PUT] = "INSERT OR REPLACE INTO raw_page VALUES (?, ?, ?, ?, ?)",
	[SQL_RAW_PAGE_GET] = "SELECT page_id, cursor, body FROM raw_page WHERE channel = ?",
	[SQL_RAW_PAGE_DONE] = "DELETE FROM raw_page WHERE channel = ?",
	[SQL_PART_ADD] = "INSERT OR IGNORE INTO message_part VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_PARTS_OF_SET] = "SELECT part_id, parts, channel, recipient, ts, sender, body FROM message_part WHERE set_key = ?"
			     " ORDER BY part",
	[SQL_PARTS_DELETE] = "DELETE FROM message_part WHERE set_key = ?",
	[SQL_PARTS_OVERDUE] = "SELECT set_key FROM message_part GROUP BY set_key HAVING max(arrived_at) < ? LIMIT 1",
	[SQL_OPEN_SESSION_PUT] = "INSERT OR REPLACE INTO open_session VALUES (?, ?)",
	[SQL_OPEN_SESSION_END] = "DELETE FROM open_session WHERE session_key = ?",
	[SQL_OPEN_SESSION_FIND] = "SELECT 1 FROM open_session WHERE session_key = ? AND at >= ?",
	[SQL_OPEN_SESSION_PURGE] = "DELETE FROM open_session WHERE at < ?",

	[SQL_CHANNEL_GET] = "SELECT cursor, last_inbound_at, last_send_at, last_error_at, last_error, stopped_at, accepted, refused"
		" FROM channel_state WHERE channel = ?",
	[SQL_CHANNEL_ENSURE] = "INSERT INTO channel_state (channel) VALUES (?) ON CONFLICT DO NOTHING",
	[SQL_CHANNEL_INBOUND] = "UPDATE channel_state SET last_inbound_at = ? WHERE channel = ?",
	[SQL_CHANNEL_SENT] = "UPDATE channel_state SET last_send_at = ?, accepted = accepted + 1, stopped_at = NULL WHERE channel = ?",
	[SQL_CHANNEL_FAILED] = "UPDATE channel_state SET last_error_at = ?, last_error = ?, refused = refused + 1 WHERE channel = ?",
	[SQL_CHANNEL_STOP] = "UPDATE channel_state SET stopped_at = ? WHERE channel = ? AND stopped_at IS NULL",
	[SQL_CHANNEL_CURSOR] = "UPDATE channel_state SET cursor = ? WHERE channel = ?",

	[SQL_FLOW_SOURCE_ADD] = "INSERT INTO flow_source VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
	[SQL_FLOW_SOURCES] = "SELECT version, name, source FROM flow_source WHERE at >= ?",

	[SQL_AUDIT_LAST] = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1",
	[SQL_AUDIT_ADD] = "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)",
	[SQL_AUDIT_ANCHOR] = "SELECT seq, hash, mark FROM audit_anchor ORDER BY seq DESC LIMIT 1",
	[SQL_AUDIT_ANCHOR_ADD] = "INSERT INTO audit_anchor VALUES (?, ?, ?, ?)",
	[SQL_AUDIT_OLD] = "SELECT seq, hash FROM audit WHERE at < ? ORDER BY seq DESC LIMIT 1",
	[SQL_AUDIT_DROP] = "DELETE FROM audit WHERE seq <= ?",
	[SQL_AUDIT_ALL] = "SELECT seq, at, actor, action, object, reason, hash FROM audit ORDER BY seq",

	/* approvals (db/approval.c) */
	[SQL_APPROVAL_ADD] = "INSERT INTO approval (approval_id, kind, object, contact_id, payload, reason, requested_by, requested_at,"
		" expires_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'REQUESTED')",
	[SQL_APPROVAL_BY_ID] = "SELECT contact_id, kind, object, state, payload, reason, requested_by, requested_at, expires_at,"
		" decided_by, decided_at FROM approval WHERE approval_id = ?",
	[SQL_APPROVAL_IS_OPEN] = "SELECT 1 FROM approval WHERE kind = ? AND object = ? AND state = 'REQUESTED' LIMIT 1",
	[SQL_APPROVAL_SET_STATE] = "UPDATE approval SET state = ?, decided_by = ?, decided_at = ?, decision = ? WHERE approval_id = ?",
	[SQL_APPROVALS_OVERDUE] = "SELECT approval_id FROM approval WHERE state IN ('REQUESTED', 'APPROVED') AND expires_at <= ?"
		" ORDER BY expires_at LIMIT ?",
	[SQL_APPROVAL_STATE_ONLY] = "UPDATE approval SET state = ? WHERE approval_id = ?",
	/* the end of data: suppression.c, erase.c, retention.c */
	[SQL_OPT_OUT_ALL] = "SELECT number_index, at FROM opt_out",
	[SQL_OPT_OUT_LIFT] = "DELETE FROM opt_out WHERE number_index = ? AND at <= ?",
	[SQL_TOMBSTONE_ADD] = "INSERT INTO tombstone VALUES (?, ?) ON CONFLICT DO NOTHING",
	[SQL_TOMBSTONE_ALL] = "SELECT person, at FROM tombstone",
	[SQL_TOMBSTONE_HAS] = "SELECT 1 FROM tombstone WHERE person = ?",
	[SQL_CONTACT_KEYS] = "SELECT contact_id, key FROM contact WHERE contact_id > ? ORDER BY contact_id",
	[SQL_CONTACT_NAMELESS] = "INSERT INTO contact (contact_id, key, language, first_seen, last_seen) SELECT ?1, ?2, language,"
		" strftime('%s', first_seen / 1000, 'unixepoch', 'start of month', '+12 hours') * 1000,"
		" strftime('%s', last_seen / 1000, 'unixepoch', 'start of month', '+12 hours') * 1000 FROM contact WHERE contact_id = ?3",
	[SQL_DEFER_FOREIGN_KEYS] = "PRAGMA defer_foreign_keys = ON",
	/* Whatever names a case or a contact, by a foreign key or by the column's name. */
	[SQL_LINKS_TO_CASES] = "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
		" AND (c.name = 'case_ref' OR EXISTS (SELECT 1 FROM pragma_foreign_key_list(m.name) f WHERE f.\"from\" = c.name"
		" AND f.\"table\" = 'cases'))",
	[SQL_LINKS_TO_CONTACTS] = "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
		" AND m.name <> 'contact' AND (c.name = 'contact_id' OR EXISTS (SELECT 1 FROM pragma_foreign_key_list(m.name) f"
		" WHERE f.\"from\" = c.name AND f.\"table\" = 'contact'))",
	[SQL_TABLE_COLUMNS] = "SELECT name, \"notnull\", dflt_value FROM pragma_table_info(?)",
	[SQL_CASES_OF_CONTACT] = "SELECT ref, sensitive FROM cases WHERE contact_id = ? AND ref > ? ORDER BY ref LIMIT 1",
	[SQL_CASE_RENAME] = "UPDATE cases SET ref = ? WHERE ref = ?",
	[SQL_SENSITIVE_REDUCED] = "SELECT json_object('vulnerabilities', json(json_extract(?1, '$.vulnerabilities')))"
		" WHERE json_valid(?1) AND json_type(?1, '$.vulnerabilities') = 'array'",
	[SQL_CASE_SEALED_ANEW] = "UPDATE cases SET sensitive = ? WHERE ref = ?",
	[SQL_ALERTS_TO_SEAL_ANEW] = "SELECT alert_id, kind FROM alert WHERE (contact_id = ?1 OR case_ref IN (SELECT ref FROM cases"
		" WHERE contact_id = ?1)) AND kind IS NOT NULL AND alert_id > ?2 ORDER BY alert_id LIMIT 1",
	[SQL_ALERT_SEALED_ANEW] = "UPDATE alert SET kind = ? WHERE alert_id = ?",
	[SQL_ALERTS_OPEN] = "SELECT count(*) FROM alert WHERE closed_at IS NULL AND (contact_id = ?1 OR case_ref IN"
		" (SELECT ref FROM cases WHERE contact_id = ?1))",
	[SQL_OUTBOX_LEAVING] = "SELECT count(*) FROM outbox o JOIN message m USING (message_id) WHERE m.contact_id = ? AND o.sending = 1",
	[SQL_POINTS_OF_CONTACT] = "SELECT point_id, phone FROM contact_point WHERE contact_id = ? AND point_id > ? ORDER BY point_id"
		" LIMIT 1",
	[SQL_CONTACTS_PAGE] = "SELECT max(contact_id) FROM (SELECT contact_id FROM contact WHERE contact_id > ? ORDER BY contact_id"
		" LIMIT ?)",
	[SQL_PARKED_ALL] = "SELECT parked_id, body FROM parked WHERE parked_id > ? ORDER BY parked_id LIMIT 1",
	/* sending = 2: waits for somebody's decision after a restore */
	[SQL_OUTBOX_PARK] = "UPDATE outbox SET sending = 2 WHERE sending = 0",
	[SQL_OUTBOX_UNPARK] = "UPDATE outbox SET sending = 0 WHERE sending = 2",
	[SQL_OUTBOX_PARKED_NEXT] = "SELECT message_id FROM outbox WHERE sending = 2 LIMIT 1",
	[SQL_OUTBOX_PARKED_COUNT] = "SELECT count(*) FROM outbox WHERE sending = 2",
	[SQL_PARKED_DELETE] = "DELETE FROM parked WHERE parked_id = ?",

	/* tags with their dates, notes (db/case_file.c) */
	[SQL_TAG_SET] = "INSERT INTO case_tag (case_ref, tag, set_at, set_by) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
	[SQL_TAG_REMOVED] = "UPDATE case_tag SET removed_at = ?, removed_by = ? WHERE case_ref = ? AND tag = ? AND removed_at IS NULL",
	[SQL_NOTE_ADD] = "INSERT INTO note (note_id, case_ref, contact_id, at, author, text, corrects) VALUES (?, ?, ?, ?, ?, ?, ?)",
	[SQL_NOTE_IS_OF] = "SELECT 1 FROM note WHERE note_id = ? AND case_ref = ?",
	[SQL_CASE_EXTERNAL] = "UPDATE cases SET external_id = ?, external_index = ?, updated_at = ?, updated_by = ? WHERE ref = ?",
	[SQL_CASE_EXTERNAL_OTHER] = "SELECT ref FROM cases WHERE external_index = ? AND ref <> ? LIMIT 1",
	[SQL_CASE_MENTOR] = "UPDATE cases SET mentor_id = ?, updated_at = ?, updated_by = ? WHERE ref = ?",
	[SQL_CONTACT_SOURCE] = "UPDATE contact SET source_point = ifnull(source_point, ?) WHERE contact_id = ?",
	[SQL_CASE_SOURCE] = "UPDATE cases SET source_point = (SELECT source_point FROM contact c WHERE c.contact_id = cases.contact_id)"
		" WHERE ref = ?",
	[SQL_CASES_OF_CONTACT_SINCE] = "SELECT count(*) FROM cases WHERE contact_id = ? AND opened_at >= ?",
	[SQL_ANSWERS_OF_NOBODY_DELETE] = "DELETE FROM answer WHERE contact_id = ? AND case_ref IS NULL",
	[SQL_CONTACT_HAS_CASES] = "SELECT count(*) FROM cases WHERE contact_id = ?",
	[SQL_CONSENT_WITHDRAW] = "UPDATE consent SET withdrawn_at = ? WHERE contact_id = ? AND purpose = ? AND answer = 'YES'"
		" AND withdrawn_at IS NULL",

	/* sessions, appointments, referrals (db/meeting.c, db/referral.c) */
	[SQL_MEETING_ADD] = "INSERT INTO meeting (meeting_id, tag, kind, office, place, at, made_by, made_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_MEETING_GET] = "SELECT place, at, tag FROM meeting WHERE meeting_id = ?",
	[SQL_APPOINTMENT_ADD] = "INSERT INTO appointment (appointment_id, meeting_id, case_ref, contact_id, at, place, made_by, made_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_APPOINTMENT_GET] = "SELECT meeting_id, case_ref, contact_id, at, place, message_id FROM appointment WHERE appointment_id = ?",
	[SQL_APPOINTMENT_OF_MEETING] = "SELECT appointment_id FROM appointment WHERE meeting_id = ? AND case_ref = ?",
	[SQL_APPOINTMENT_TEXTED] = "UPDATE appointment SET message_id = ? WHERE appointment_id = ?",
	[SQL_APPOINTMENT_ANSWERED] = "UPDATE appointment SET answer = ?, answered_at = ? WHERE appointment_id = (SELECT appointment_id"
		" FROM appointment WHERE contact_id = ? AND message_id IS NOT NULL ORDER BY message_id DESC LIMIT 1)",
	[SQL_APPOINTMENT_ATTENDED] = "UPDATE appointment SET attended = ? WHERE appointment_id = ?",
	[SQL_REFERRAL_ADD] = "INSERT INTO referral (referral_id, case_ref, service, organisation, made_on, consent, feedback_due, made_by)"
		" VALUES (?, ?, ?, ?, ?, 1, ?, ?)",
	[SQL_REFERRAL_CASE] = "SELECT case_ref, outcome FROM referral WHERE referral_id = ?",
	[SQL_REFERRAL_OUTCOME] = "UPDATE referral SET outcome = ?, feedback_on = ? WHERE referral_id = ?",

	/* reports and imports */
	[SQL_IMPORTED_ADD] = "INSERT INTO imported (file, kind, rows, at) VALUES (?, ?, ?, ?)",
	[SQL_CASE_HISTORY_CLEAR] = "DELETE FROM case_event WHERE case_ref = ? AND field = 'status'",
	[SQL_CASE_HISTORY_ADD] = "INSERT INTO case_event (case_ref, at, actor, field, became)"
		" VALUES (?, ?, ?, 'status', ?)",
	[SQL_HISTORIC_PUT] = "INSERT OR REPLACE INTO historic_total (direction, year_from, year_to, persons, requests, approximate, "
			"source)"
		" VALUES (?, ?, ?, ?, ?, ?, ?)",
	[SQL_CONTACT_ADD_UNREACHED] = "INSERT INTO contact (contact_id, key, first_seen, last_seen) VALUES (?1, ?2, ?3, ?3)",
	/* the desk's people: staff.c */
	[SQL_STAFF_BY_NAME] = "SELECT " STAFF_COLUMNS " FROM staff WHERE user = ?",
	[SQL_STAFF_BY_ID] = "SELECT " STAFF_COLUMNS " FROM staff WHERE staff_id = ?",
	[SQL_STAFF_ADD] = "INSERT INTO staff (staff_id, user, name, roles, offices, language, state, demo, created_at)"
		" VALUES (?, ?, ?, ?, ?, ?, 'INVITED', ?, ?)",
	[SQL_STAFF_SAVE] = "UPDATE staff SET name = ?, roles = ?, offices = ?, language = ?, shortcuts = ?, state = ?, recovery = ?,"
		" totp_step = ? WHERE staff_id = ?",
	[SQL_STAFF_SIGNED_IN] = "UPDATE staff SET last_sign_in = ? WHERE staff_id = ?",
	[SQL_STAFF_ENROL] = "UPDATE staff SET password = ?, totp = ?, totp_step = 0, recovery = ?, state = 'ACTIVE' WHERE staff_id = ?",
	[SQL_STAFF_VOID] = "UPDATE staff SET password = NULL, totp = NULL, recovery = '', state = 'INVITED' WHERE staff_id = ?",
	[SQL_STAFF_ADMINS] = "SELECT count(*) FROM staff WHERE state <> 'DISABLED' AND instr(' ' || roles || ' ', ' admin ')",
	[SQL_STAFF_LINK_ADD] = "INSERT INTO staff_link (token_hash, staff_id, totp, expires_at) VALUES (?, ?, ?, ?)",
	[SQL_STAFF_LINK_GET] = "SELECT staff_id FROM staff_link WHERE token_hash = ? AND expires_at > ?",
	[SQL_STAFF_LINKS_END] = "DELETE FROM staff_link WHERE staff_id = ?",
	[SQL_STAFF_LINKS_EXPIRE] = "DELETE FROM staff_link WHERE expires_at <= ?",
	[SQL_STAFF_SESSION_ADD] = "INSERT INTO staff_session VALUES (?1, ?2, ?3, ?3, ?3)",
	[SQL_STAFF_SESSION_SEEN] = "UPDATE staff_session SET seen_at = max(seen_at, ?) WHERE token_hash = ?",
	[SQL_STAFF_SESSION_END] = "DELETE FROM staff_session WHERE token_hash = ?",
	[SQL_STAFF_SESSIONS_END] = "DELETE FROM staff_session WHERE staff_id = ?",
	[SQL_STAFF_SESSIONS_MOVE] = "UPDATE staff_session SET began_at = began_at + ?1, seen_at = seen_at + ?1,"
		" confirmed_at = confirmed_at + ?1",
	[SQL_STAFF_SESSIONS_EXPIRE] = "DELETE FROM staff_session WHERE seen_at < ?",
	[SQL_CASE_READ_PUT] = "INSERT INTO case_read VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
		" message_id = max(message_id, excluded.message_id)",
	[SQL_CASE_OPENED_PUT] = "INSERT INTO case_opened VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET until = excluded.until",
	[SQL_CASE_OPENED_EXPIRE] = "DELETE FROM case_opened WHERE until < ?",
	[SQL_DRAFT_DELETE] = "DELETE FROM draft WHERE staff_id = ? AND case_ref = ?",
	[SQL_DRAFT_ADD] = "INSERT INTO draft VALUES (?, ?, ?, ?, ?, ?)",
	[SQL_CANNED_ADD] = "INSERT INTO canned (title, fr, en, ar, es, changed_by, changed_at, canned_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_CANNED_SAVE] = "UPDATE canned SET title = ?, fr = ?, en = ?, ar = ?, es = ?, changed_by = ?, changed_at = ? WHERE"
		" canned_id = ?",
	[SQL_MESSAGE_LAST_OF_PEOPLE] = "SELECT message_id, iif(flow = 'staff', state, '') FROM message WHERE contact_id = ? AND"
		" (direction = 'in' OR (flow = 'staff' AND status <> 'cancelled')) ORDER BY message_id DESC LIMIT 1",
	[SQL_MESSAGE_LAST_CHANNEL] = "SELECT channel FROM message WHERE contact_id = ? AND mode = 'sms' ORDER BY message_id DESC LIMIT 1",
	[SQL_TASK_CALL_BACK_OPEN] = "SELECT task_id FROM task WHERE case_ref = ? AND kind = 'CALL_BACK' AND done_at IS NULL"
		" ORDER BY task_id DESC LIMIT 1",
	[SQL_MESSAGE_MAY_UNDO] = "SELECT 1 FROM message m JOIN outbox o USING (message_id) WHERE m.message_id = ? AND m.contact_id = ?"
		" AND m.flow = 'staff' AND m.state = ? AND o.sending = 0 AND m.attempts = 0",
	[SQL_CANNED_DELETE] = "DELETE FROM canned WHERE canned_id = ?",
	/* who takes which work, and how it ended (db/work.c) */
	[SQL_ALERT_GET] = "SELECT contact_id, case_ref, level, office, role, taken_by, closed_at IS NOT NULL FROM alert"
		" WHERE alert_id = ?",
	[SQL_ALERT_TAKEN] = "UPDATE alert SET taken_by = ?, taken_at = ? WHERE alert_id = ?",
	[SQL_ALERT_CLOSE] = "UPDATE alert SET closed_at = ?, closed_by = ?, outcome = ?, action = ? WHERE alert_id = ?",
	[SQL_TASK_GET] = "SELECT contact_id, case_ref, kind, office, role, taken_by, done_at IS NOT NULL, note FROM task"
		" WHERE task_id = ?",
	[SQL_TASK_TAKEN] = "UPDATE task SET taken_by = ?, taken_at = ? WHERE task_id = ?",
	[SQL_TASK_DONE] = "UPDATE task SET done_at = ?, done_by = ?, outcome = ?, note = ifnull(?, note) WHERE task_id = ?",
	[SQL_TASK_TRIES] = "SELECT done_at FROM task WHERE contact_id = ?1 AND outcome = 'NO_ANSWER' AND done_at > (SELECT"
		" ifnull(max(done_at), 0) FROM task WHERE contact_id = ?1 AND outcome = 'REACHED') ORDER BY done_at DESC LIMIT 64",
	[SQL_WORK_OPEN_OF_CONTACT] = "SELECT (SELECT max(task_id) FROM task WHERE contact_id = ?1 AND done_at IS NULL),"
		" (SELECT max(alert_id) FROM alert WHERE contact_id = ?1 AND closed_at IS NULL)",
	[SQL_ALERTS_TO_ESCALATE] = "SELECT alert_id, level, office, role, raised_at, ifnull(due_at, raised_at), escalated, escalate_at"
		" FROM alert WHERE closed_at IS NULL AND taken_at IS NULL AND level IN ('URGENT', 'HIGH') AND (escalate_at IS NULL OR"
		" escalate_at <= ?) ORDER BY escalate_at LIMIT ?",
	[SQL_ALERT_ESCALATED] = "UPDATE alert SET escalated = ?, escalate_at = ? WHERE alert_id = ?",
	[SQL_ALERTS_OPEN_COUNT] = "SELECT count(*) FROM alert WHERE closed_at IS NULL AND taken_at IS NULL AND level = ?1"
		" AND (?2 = '' OR office = ?2)",
	[SQL_DUTY_TEXT_ADD] = "INSERT INTO duty_text (message_id, phone, phone_index, at) VALUES (?, ?, ?, ?)",
	[SQL_DUTY_TEXT_LAST] = "SELECT ifnull(max(at), 0) FROM duty_text WHERE phone_index = ?",
	/* assignments as leases; an act of who has it is whatever carries that name and a time */
	[SQL_LEASES_DUE] = "SELECT c.ref, c.assigned_to, c.status IN ('PARTIAL', 'NEW', 'ASSIGNED', 'CONTACTING'), max("
		"iif(c.updated_by = c.assigned_to, c.updated_at, 0),"
		" ifnull((SELECT max(e.at) FROM case_event e WHERE e.case_ref = c.ref AND c.assigned_to IN (e.actor, e.became)), 0),"
		" ifnull((SELECT max(n.at) FROM note n WHERE n.case_ref = c.ref AND n.author = c.assigned_to), 0),"
		" ifnull((SELECT max(m.created_at) FROM message m WHERE m.contact_id = c.contact_id AND m.flow = 'staff' AND m.direction ="
		" 'out' AND m.state = c.assigned_to), 0),"
		" ifnull((SELECT max(max(ifnull(t.done_at, 0), ifnull(t.taken_at, 0))) FROM task t WHERE t.contact_id = c.contact_id AND"
		" c.assigned_to IN (t.done_by, t.taken_by)), 0),"
		" ifnull((SELECT max(max(ifnull(a.closed_at, 0), ifnull(a.taken_at, 0))) FROM alert a WHERE a.contact_id = c.contact_id AND"
		" c.assigned_to IN (a.closed_by, a.taken_by)), 0),"
		" ifnull((SELECT max(p.made_at) FROM appointment p WHERE p.contact_id = c.contact_id AND p.made_by = c.assigned_to), 0),"
		" ifnull((SELECT max(unixepoch(r.made_on)) * 1000 FROM referral r WHERE r.case_ref = c.ref AND"
		" r.made_by = c.assigned_to), 0)),"
		" ifnull((SELECT min(m.created_at) FROM message m WHERE m.contact_id = c.contact_id AND m.direction = 'in' AND "
		MESSAGE_ASKS " AND m.message_id"
		" > ifnull((SELECT max(s.message_id) FROM message s WHERE s.contact_id = c.contact_id AND s.flow = 'staff' AND s.direction ="
		" 'out' AND s.status NOT IN ('cancelled', 'rejected', 'failed', 'expired')), 0) AND m.created_at > ifnull((SELECT"
		" max(t.done_at) FROM task t WHERE t.contact_id = c.contact_id AND t.outcome = 'REACHED'), 0)), 0)"
		", c.status IN ('CLOSED', 'WITHDRAWN'), ifnull(c.snoozed_until, 0) FROM cases c WHERE c.lease_at <= ? ORDER BY c.lease_at"
		" LIMIT ?",
	[SQL_LEASE_LOOK_AT] = "UPDATE cases SET lease_at = ? WHERE ref = ?",
	/* the desk's own safety */
	[SQL_CASE_VERSION] = "SELECT " CASE_VERSION " FROM cases c WHERE c.ref = ?",
	[SQL_GLASS_ADD] = "INSERT INTO glass (glass_id, staff_id, user, case_ref, contact_id, at, until, reason)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_GLASS_REVIEW] = "UPDATE glass SET reviewed_by = ?1, reviewed_at = ?2, finding = ?3 WHERE glass_id = ?4 AND reviewed_at IS"
		" NULL AND user <> ?1 COLLATE NOCASE",
	[SQL_MESSAGE_AGAIN_OF] = "SELECT message_id, encoding, segments, ifnull((SELECT due_at FROM outbox o WHERE o.message_id ="
		" m.message_id), 0) FROM message m WHERE again_of = ?",
	[SQL_MESSAGE_MARK_AGAIN] = "UPDATE message SET again_of = ? WHERE message_id = ?",
	[SQL_STAFF_SESSION_CONFIRM] = "UPDATE staff_session SET confirmed_at = ? WHERE token_hash = ?",
	[SQL_STAFF_SESSION_RENEW] = "UPDATE staff_session SET token_hash = ?1, seen_at = ?2, confirmed_at = ?2 WHERE token_hash = ?3",
	[SQL_STAFF_SESSIONS_END_OTHERS] = "DELETE FROM staff_session WHERE staff_id = ? AND token_hash <> ?",
	[SQL_STAFF_SESSIONS_ALL_END] = "DELETE FROM staff_session",
	[SQL_STAFF_LINKS_ALL_END] = "DELETE FROM staff_link",
	[SQL_CASES_OPENED_ALL_END] = "DELETE FROM case_opened",
	[SQL_STAFF_PASSWORD] = "UPDATE staff SET password = ? WHERE staff_id = ? AND state = 'ACTIVE'",
	[SQL_STAFF_TOTP] = "UPDATE staff SET totp = ?, totp_step = ? WHERE staff_id = ? AND state = 'ACTIVE'",
	[SQL_STAFF_RECOVERY] = "UPDATE staff SET recovery = ? WHERE staff_id = ? AND state = 'ACTIVE'",
	[SQL_STAFF_LINK_SECRET] = "SELECT totp FROM staff_link WHERE token_hash = ? AND staff_id = ? AND expires_at > ?",
	[SQL_DUTY_TEXT_PHONE] = "SELECT phone FROM duty_text WHERE message_id = ?",
	[SQL_HOLIDAY_PUT] = "INSERT OR REPLACE INTO holiday (country, day, off, name, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?)",
	[SQL_HOLIDAY_DELETE] = "DELETE FROM holiday WHERE country = ? AND day = ?",
	[SQL_HOLIDAYS] = "SELECT country, day, off FROM holiday ORDER BY country, day",
	/* two contacts become one (db/merge.c): ?1 the one that stays, ?2 the one that goes, ?3 now */
	[SQL_LINKS_SEALED] = "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
		" AND m.name <> 'contact' AND c.type = 'BLOB' AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) o"
		" WHERE o.name = 'contact_id')",
	[SQL_CONTACT_WAS_ADD] = "INSERT INTO contact_was (was_id, contact_id, person, at) VALUES (?, ?, ?, ?)",
	[SQL_CONTACT_WAS_LIST] = "SELECT person FROM contact_was WHERE contact_id = ?",
	[SQL_CONTACT_NAME_GET] = "SELECT name FROM contact WHERE contact_id = ?",
	/* in the order of merge_obstacle() */
	[SQL_MERGE_OBSTACLES] = "SELECT (SELECT count(*) FROM contact WHERE contact_id IN (?1, ?2) AND key IS NOT NULL) < 2,"
		" EXISTS (SELECT 1 FROM contact WHERE contact_id IN (?1, ?2) AND wipe_due IS NOT NULL),"
		" (SELECT count(DISTINCT contact_id) FROM cases c WHERE contact_id IN (?1, ?2) AND (status = 'REFERRED_PROTECTION'"
		" OR ifnull(age_band, '') = 'U18' OR instr(' ' || tags || ' ', ' UASC ') > 0)) = 1,"
		" EXISTS (SELECT 1 FROM number_claim n LEFT JOIN cases c ON c.ref = n.case_ref WHERE n.state = 'OPEN'"
		" AND (n.contact_id IN (?1, ?2) OR c.contact_id IN (?1, ?2))) OR EXISTS (SELECT 1 FROM contact_point"
		" WHERE contact_id IN (?1, ?2) AND status = 'BLOCKED'),"
		" EXISTS (SELECT 1 FROM approval WHERE contact_id IN (?1, ?2) AND state IN ('REQUESTED', 'APPROVED') AND approval_id <> ?3),"
		" EXISTS (SELECT 1 FROM outbox o JOIN message m USING (message_id) WHERE m.contact_id IN (?1, ?2) AND o.sending = 1)",
	/* A purpose that one of them refused or took back, and does not stand at: what the other said yes to is taken back.  The
	 * request itself: see SQL_MERGE_REQUEST. */
	[SQL_MERGE_CONSENTS] = "UPDATE consent SET withdrawn_at = ?3 WHERE contact_id IN (?1, ?2) AND answer = 'YES'"
		" AND withdrawn_at IS NULL AND purpose <> 'REQUEST' AND EXISTS (SELECT 1 FROM consent n WHERE n.contact_id IN (?1, ?2)"
		" AND n.contact_id <> consent.contact_id AND n.purpose = consent.purpose) AND NOT EXISTS (SELECT 1 FROM consent y"
		" WHERE y.contact_id IN (?1, ?2) AND y.contact_id <> consent.contact_id AND y.purpose = consent.purpose"
		" AND y.answer = 'YES' AND y.withdrawn_at IS NULL)",
	/* Each waits for an answer by SMS: whose answer would the next word be?  Both questions are put aside. */
	[SQL_MERGE_SESSIONS] = "UPDATE session SET open = 0 WHERE contact_id IN (?1, ?2) AND mode = 'sms' AND open"
		" AND (SELECT count(DISTINCT contact_id) FROM session WHERE contact_id IN (?1, ?2) AND mode = 'sms' AND open) = 2 AND ?3",
	[SQL_MERGE_CONTACT] = "UPDATE contact SET language = ifnull(contact.language, o.language),"
		" call_language = ifnull(contact.call_language, o.call_language), pin = ifnull(contact.pin, o.pin),"
		" opted_out = max(contact.opted_out, o.opted_out),"
		" texts_paused = max(contact.texts_paused, o.texts_paused), source_point = ifnull(contact.source_point, o.source_point),"
		" acked_at = max(ifnull(contact.acked_at, o.acked_at), ifnull(o.acked_at, contact.acked_at)),"
		" helped_at = max(ifnull(contact.helped_at, o.helped_at), ifnull(o.helped_at, contact.helped_at)),"
		" proof_tries = max(contact.proof_tries, o.proof_tries),"
		" proof_tried_at = max(ifnull(contact.proof_tried_at, o.proof_tried_at), ifnull(o.proof_tried_at, contact.proof_tried_at)),"
		" first_seen = min(contact.first_seen, o.first_seen), last_seen = max(contact.last_seen, o.last_seen)"
		" FROM (SELECT * FROM contact WHERE contact_id = ?2 AND ?3) o WHERE contact.contact_id = ?1",
	[SQL_MERGE_PREF] = "UPDATE contact SET contact_pref = ifnull((SELECT p FROM (SELECT contact_pref AS p FROM contact"
		" WHERE contact_id IN (?1, ?2) UNION SELECT contact_pref FROM cases WHERE contact_id IN (?1, ?2) AND closed_at IS NULL)"
		" WHERE p IS NOT NULL ORDER BY p = 'NO_CALL' DESC, p = 'SHARED' DESC LIMIT 1), contact_pref) WHERE contact_id = ?1 AND ?3",
	/* A withdrawal counts against every earlier yes of the one person, as if both phones had been one. */
	[SQL_MERGE_REQUEST] = "UPDATE consent SET withdrawn_at = ?3 WHERE contact_id = ?1 AND answer = 'YES' AND withdrawn_at IS NULL"
		" AND purpose = 'REQUEST' AND ?2 AND EXISTS (SELECT 1 FROM consent n WHERE n.contact_id = ?1 AND n.purpose = 'REQUEST'"
		" AND ((n.answer = 'NO' AND n.at > consent.at) OR n.withdrawn_at > consent.at))",
	[SQL_MERGE_CASES] = "UPDATE cases SET checkin_safe = iif(checkin_safe = 1 AND EXISTS (SELECT 1 FROM cases o"
		" WHERE o.contact_id = ?1 AND o.checkin_safe = 0), 0, checkin_safe), consent_checkins = iif(consent_checkins = 1"
		" AND ifnull((SELECT answer = 'YES' AND withdrawn_at IS NULL FROM consent n WHERE n.contact_id = ?1 AND purpose = 'CHECKINS'"
		" ORDER BY at DESC, consent_id DESC LIMIT 1), (SELECT min(consent_checkins) FROM cases o WHERE o.contact_id = ?1)) = 0,"
		" 0, consent_checkins), updated_at = ?3 WHERE contact_id = ?1 AND ?2",
	[SQL_MERGE_CASE_PREFS] = "UPDATE cases SET contact_pref = (SELECT contact_pref FROM contact WHERE contact_id = ?1)"
		" WHERE contact_id = ?1 AND closed_at IS NULL AND ?2 AND ?3"
		" AND (SELECT contact_pref FROM contact WHERE contact_id = ?1) IN ('NO_CALL', 'SHARED')",
	[SQL_MERGE_POINTS] = "UPDATE contact_point SET shared = iif(p = 'SHARED', 1, shared), safe = iif(p = 'NO_CALL', 0, safe)"
		" FROM (SELECT contact_pref AS p FROM contact WHERE contact_id = ?1) WHERE contact_id = ?1 AND status IN ('ACTIVE', 'PENDING')"
		" AND ?2 AND ?3",
	[SQL_MERGE_STOPS] = "SELECT number_index FROM contact_point p WHERE contact_id = ?1 AND status IN ('ACTIVE', 'PENDING')"
		" AND EXISTS (SELECT 1 FROM contact c WHERE c.contact_id = ?1 AND (c.opted_out OR EXISTS (SELECT 1 FROM contact_point n"
		" JOIN opt_out USING (number_index) WHERE n.contact_id = ?1 AND n.status IN ('ACTIVE', 'PENDING'))))",
};
