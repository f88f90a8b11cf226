#include "db/holdings.h"

#include <stddef.h>

/* Noon of the month's first day, UTC: the same month in each of the programme's time zones. */
#define MONTH(column) "(CAST(strftime('%s', " column " / 1000, 'unixepoch', 'start of month', '+12 hours') AS INTEGER) * 1000)"
/* What came after the row's first time stays as long after it: how long somebody waited is a figure. */
#define AFTER(first, column) MONTH(first) " + (" column " - " first ")"
#define DAY_OF_MONTH(column) "substr(" column ", 1, 7) || '-01'"
#define OF_CASES "case_ref IN (SELECT ref FROM cases WHERE contact_id = ?1)"
#define OF_CONTACT "contact_id = ?1"
/* After the cases: what their triggers wrote while the erasure went on is among it. */
#define OF_NAMELESS "case_ref IN (SELECT ref FROM cases WHERE contact_id = ?2)"

const struct holding holdings[] = {
	{ "outbox", HOLDING_GOES, "message_id IN (SELECT message_id FROM message WHERE contact_id = ?1)", NULL, { { 0 } },
	  "nothing leaves any more" },
	{ "replay", HOLDING_GOES, OF_CONTACT, NULL, { { 0 } }, "what was shown on a phone" },
	{ "sms_part", HOLDING_GOES, "message_id IN (SELECT message_id FROM message WHERE contact_id = ?1)", NULL, { { 0 } },
	  "a vendor's ids" },
	{ "duty_text", HOLDING_GOES, "message_id IN (SELECT message_id FROM message WHERE contact_id = ?1)", NULL, { { 0 } },
	  "a phone of the staff: none of its messages is of a person" },
	{ "scheduled_text", HOLDING_GOES, "message_id IN (SELECT message_id FROM message WHERE contact_id = ?1)", NULL, { { 0 } },
	  "what was to be said later" },
	{ "note", HOLDING_GOES, "contact_id = ?1 OR " OF_CASES, NULL, { { 0 } }, "what counsellors wrote" },
	{ "draft", HOLDING_GOES, "contact_id = ?1 OR " OF_CASES, NULL, { { 0 } }, "what somebody was about to write" },
	{ "case_read", HOLDING_GOES, OF_CASES, NULL, { { 0 } }, "how far each of the staff has read" },
	{ "case_opened", HOLDING_GOES, OF_CASES, NULL, { { 0 } }, "who broke the glass; the audit keeps it" },
	{ "glass", HOLDING_GOES, "contact_id = ?1 OR " OF_CASES, NULL, { { 0 } }, "why it was; the audit keeps that it was" },
	{ "number_claim", HOLDING_GOES, "contact_id = ?1 OR " OF_CASES, NULL, { { 0 } }, "who asked for which number" },
	/* The object is the reference: "erased case X", as in the audit. */
	{ "approval", HOLDING_STRIPPED, OF_CONTACT, "approval_id kind object requested_by requested_at expires_at state decided_by"
	  " decided_at", { { 0 } }, "two people decided" },
	{ "message", HOLDING_STRIPPED, OF_CONTACT,
	  "message_id direction channel mode case_ref flow state reason class attempts encoding segments",
	  { { "contact_id", "?2" }, { "status", "iif(status IN ('queued', 'sending'), 'cancelled', status)" },
	    { "created_at", MONTH("created_at") }, { "sent_at", AFTER("created_at", "sent_at") },
	    { "delivered_at", AFTER("created_at", "delivered_at") } },
	  "how many messages, of which length, with what outcome" },
	{ "session", HOLDING_STRIPPED, OF_CONTACT, "session_id channel mode end_status",
	  { { "contact_id", "?2" }, { "open", "0" }, { "resumable", "0" }, { "started_at", MONTH("started_at") },
	    { "updated_at", AFTER("started_at", "updated_at") }, { "ended_at", AFTER("started_at", "ended_at") } },
	  "how many conversations" },
	{ "consent", HOLDING_STRIPPED, OF_CONTACT, "consent_id purpose answer text_key text_version language channel",
	  { { "contact_id", "?2" }, { "at", MONTH("at") }, { "withdrawn_at", AFTER("at", "withdrawn_at") } },
	  "how many consented to what" },
	{ "checkin", HOLDING_STRIPPED, OF_CASES,
	  "checkin_id case_ref wave instrument weights_version score_e score_s score_p score_c texts reason",
	  { { "outcome", "iif(outcome IN ('SCHEDULED', 'SENT', 'STARTED'), 'SUPPRESSED', outcome)" },
	    { "due_at", MONTH("due_at") " + checkin_id % 3600000" }, /* one case may have two of a month */
	    { "sent_at", AFTER("due_at", "sent_at") }, { "delivered_at", AFTER("due_at", "delivered_at") },
	    { "started_at", AFTER("due_at", "started_at") }, { "completed_at", AFTER("due_at", "completed_at") } },
	  "scores and response rates" },
	{ "referral", HOLDING_STRIPPED, OF_CASES, "referral_id case_ref service organisation consent outcome",
	  { { "made_on", DAY_OF_MONTH("made_on") }, { "feedback_due", DAY_OF_MONTH("feedback_due") },
	    { "feedback_on", DAY_OF_MONTH("feedback_on") } },
	  "how many referrals, to whom, with what outcome" },
	{ "appointment", HOLDING_STRIPPED, "contact_id = ?1 OR " OF_CASES, "appointment_id meeting_id case_ref answer attended",
	  { { "contact_id", "?2" }, { "at", MONTH("at") }, { "made_by", "'wasl'" }, { "made_at", MONTH("made_at") },
	    { "answered_at", AFTER("made_at", "answered_at") } },
	  "how many were invited, answered, came" },
	{ "case_tag", HOLDING_STRIPPED, OF_CASES, "tag_id case_ref tag",
	  { { "set_at", MONTH("set_at") }, { "set_by", "'wasl'" }, { "removed_at", AFTER("set_at", "removed_at") } },
	  "persons by project" },
	/* The kind is sealed anew before (erase.c). */
	{ "alert", HOLDING_STRIPPED, "contact_id = ?1 OR " OF_CASES, "alert_id case_ref level office role kind outcome escalated",
	  { { "contact_id", "?2" }, { "raised_at", MONTH("raised_at") }, { "due_at", AFTER("raised_at", "due_at") },
	    { "taken_at", AFTER("raised_at", "taken_at") }, { "closed_at", AFTER("raised_at", "closed_at") } },
	  "how many alerts, and how soon somebody acted" },
	{ "task", HOLDING_STRIPPED, "contact_id = ?1 OR " OF_CASES, "task_id case_ref kind office role",
	  { { "contact_id", "?2" }, { "created_at", MONTH("created_at") }, { "due_at", AFTER("created_at", "due_at") },
	    { "taken_at", AFTER("created_at", "taken_at") },
	    { "done_at", "ifnull(" AFTER("created_at", "done_at") ", " MONTH("created_at") ")" },
	    { "outcome", "ifnull(outcome, 'DONE')" } },
	  "how many calls, with what outcome" },
	/* By right no coded answer stays but those the funnel counts; by time all of them do (domain.md D9). */
	{ "answer", HOLDING_STRIPPED, OF_CONTACT, "answer_id case_ref flow flow_version run_id state mode channel language",
	  { { "contact_id", "?2" }, { "value", "iif(?3 OR state IN ('SAFE', 'CONFIRM'), value, NULL)" },
	    { "answered_at", MONTH("answered_at") } },
	  "how far people came" },
	/* The sensitive column holds the vulnerability codes alone by now, sealed anew (erase.c). */
	{ "cases", HOLDING_STRIPPED, OF_CONTACT,
	  "ref direction priority nationality return_country host_country region office sex age_band group_size children step"
	  " tags source_point sensitive",
	  { { "contact_id", "?2" }, { "status", "iif(status IN ('CLOSED', 'WITHDRAWN', 'DEPARTED', 'RETURNED'), status, 'CLOSED')" },
	    { "close_reason", "iif(status IN ('CLOSED', 'WITHDRAWN', 'DEPARTED', 'RETURNED'), close_reason, 'WITHDRAWN')" },
	    { "opened_at", MONTH("opened_at") }, { "updated_at", MONTH("updated_at") },
	    { "closed_at", "ifnull(" MONTH("closed_at") ", iif(status IN ('DEPARTED', 'RETURNED'), NULL, " MONTH("updated_at") "))" },
	    { "departed_on", DAY_OF_MONTH("departed_on") }, { "returned_on", DAY_OF_MONTH("returned_on") } },
	  "the counted case: requests, returns, by country, sex, age group, month" },
	{ "case_event", HOLDING_STRIPPED, OF_NAMELESS, "event_id case_ref field",
	  { { "at", MONTH("at") }, { "actor", "'wasl'" }, { "was", "iif(field = 'assigned_to', NULL, was)" },
	    { "became", "iif(field = 'assigned_to', NULL, became)" } },
	  "when a case came how far" },
	{ "contact_was", HOLDING_GOES, OF_CONTACT, NULL, { { 0 } }, "who the person was before a merge; a tombstone took its keyed hash" },
	{ "contact_point", HOLDING_GOES, OF_CONTACT, NULL, { { 0 } }, "the number" },
	{ "contact", HOLDING_GOES, OF_CONTACT, NULL, { { 0 } }, "the name, and the key of all that was sealed" },

	{ "meeting", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "a session, by place and time" },
	{ "historic_total", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "published figures" },
	{ "message_hour", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "how many messages in an hour" },
	{ "imported", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "keyed hashes of files" },
	{ "opt_out", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "a keyed hash; who said STOP is not written to again, ever" },
	{ "tombstone", HOLDING_NOBODY, NULL, NULL, { { 0 } },
	  "a keyed hash of a key that is gone, or of a number that no file may bring back" },
	{ "seen", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "keyed hashes of callbacks" },
	{ "audit", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "who did what, by reference, without content" },
	{ "audit_anchor", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "where the audit begins" },
	{ "parked", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "searched for the number (erase.c)" },
	{ "raw_page", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "gone when it is taken, at most one a channel" },
	{ "message_part", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "gone after ten minutes" },
	{ "open_session", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "keyed hashes; gone after a day" },
	{ "early_report", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "a vendor's id; gone after a day" },
	{ "channel_state", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "the health of a channel" },
	{ "flow_source", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "definitions" },
	{ "staff", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "accounts of the desk" },
	{ "staff_link", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "one-time links of accounts" },
	{ "staff_session", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "who is signed in" },
	{ "canned", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "texts of the house" },
	{ "holiday", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "quiet days of a country" },
	{ "setting", HOLDING_NOBODY, NULL, NULL, { { 0 } }, "of the house" },
	{ NULL, HOLDING_NOBODY, NULL, NULL, { { NULL, NULL } }, NULL },
};
