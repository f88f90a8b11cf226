/* Writing to a person: send, undo, send again, and what it will cost before.
 *
 * Sending names the newest message that the writer had seen.  If the person, or a colleague, has written since, nothing is
 * sent and the writer hears by whom; who sends all the same names that one.  For ten seconds it can be taken back.  A message
 * that failed is sent again once: who asks twice hears of the one that left. */
#include "gateway/console/queue.h"

#include "db/ledger.h"
#include "db/message.h"
#include "db/outbox.h"
#include "flows/text/gsm7.h"
#include "flows/text/utf8.h"
#include "gateway/console/reply.h"
#include "gateway/outbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sending {
	int64_t message_id, seen, again_of, undo_until;
	bool anyway, replace;
	struct str text;
	const char *encoding;
	size_t segments;
	unsigned warnings;
};

/* 1: somebody wrote after what was seen; fills call->last_message_*. */
static int newer_than(struct call *call, struct db *db, int64_t seen)
{
	struct query q = db_query(db, SQL_MESSAGE_LAST_OF_PEOPLE);
	bind_i64(&q, call->seen.contact_id);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	bool newer = col_i64(&q, 0) > seen;
	if (newer) {
		call->last_message_id = col_i64(&q, 0);
		call->last_message_by = arena_str(&call->arena, col_str(&q, 1));
	}
	db_done(&q);
	return newer;
}

static void name_warnings(struct call *call, unsigned warnings)
{
	struct buf b = buf_over(call->err.text, sizeof call->err.text - 1);
	for (unsigned bit = 1; bit <= REPLY_TOO_LONG; bit <<= 1)
		if (warnings & bit) {
			if (b.len)
				buf_put_char(&b, ' ');
			buf_put_z(&b, reply_warning_name(bit));
		}
	call->err.text[b.len] = '\0';
}

static int queue_message(struct call *call, struct db *db, const struct reply *r)
{
	struct sending *s = call->extra;
	int rc = reply_queue(db, r, call->seen.ref, call->session.user, call->now_ms, &s->message_id);
	if (rc == 0)
		rc = draft_put(db, call->session.staff_id, call->seen.ref, r->contact.contact_id, &r->contact.key, STR(""), call->now_ms);
	if (rc == 0)
		rc = case_read_put(db, call->session.staff_id, call->seen.ref, s->message_id);
	if (rc == 0)
		rc = audit_add(db, call->now_ms, call->session.user, STR("message.send"), call->seen.ref, STR(""));
	if (rc == 0 && s->again_of)
		rc = message_mark_again(db, s->message_id, s->again_of);
	s->encoding = encoding_name(r->plan.encoding), s->segments = r->plan.count;
	s->undo_until = call->now_ms + UNDO_MS;
	return rc;
}

/* 1: it was sent again already; fills what is told of that one. */
static int sent_again_before(struct call *call, struct db *db)
{
	struct sending *s = call->extra;
	struct query q = db_query(db, SQL_MESSAGE_AGAIN_OF);
	bind_i64(&q, s->again_of);
	int rc = db_row(&q);
	if (rc != 1)
		return rc;
	struct str encoding = col_str(&q, 1);
	s->message_id = col_i64(&q, 0);
	s->encoding = str_eq_z(encoding, encoding_name(ENCODING_UCS2)) ? encoding_name(ENCODING_UCS2) : encoding_name(ENCODING_GSM7);
	s->segments = (size_t)col_i64(&q, 2);
	s->undo_until = col_i64(&q, 3);
	db_done(&q);
	return 1;
}

static int write_message(struct call *call, struct gateway *g, struct db *db)
{
	struct sending *s = call->extra;
	struct reply r;
	int rc = s->again_of ? sent_again_before(call, db) : 0;
	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = newer_than(call, db, s->seen);
	if (rc != 0)
		return rc < 0 ? rc : (call->problem = "newer-message", -EEXIST);
	rc = reply_prepare(g, db, call->seen.contact_id, s->text, s->replace, call->now_ms, &r);
	unsigned stops = s->anyway ? r.warnings & REPLY_FORBIDS : r.warnings;
	if (rc == 0 && !r.channel)
		rc = err_because(&call->err, -EINVAL, "no-channel", "no channel of this gateway sends SMS");
	if (rc == 0 && stops) {
		name_warnings(call, stops);
		rc = -ERANGE;
	}
	if (rc == 0)
		rc = queue_message(call, db, &r);
	seal_key_forget(&r.contact.key);
	return rc;
}

static void wake_outbox(struct letter *letter, struct gateway *g)
{
	(void)letter;
	outbox_wake(g);
}

static void message_is_queued(struct call *call)
{
	struct sending *s = call->extra;
	json_t *answer = json_object();
	(void)json_object_set_new(answer, "message_id", json_integer(s->message_id));
	(void)json_object_set_new(answer, "undo_until", json_time(s->undo_until));
	(void)json_object_set_new(answer, "encoding", json_string(s->encoding));
	(void)json_object_set_new(answer, "segments", json_integer((json_int_t)s->segments));
	call_answer(call, 202, answer);
}

/* s->text is set. */
static void begin_sending(struct call *call)
{
	struct sending *s = call->extra;
	json_t *seen = json_object_get(call->body, "last_message_id");
	if (!json_is_integer(seen)) {
		call_bad(call, "last_message_id", "A number is needed.");
		return;
	}
	s->seen = json_integer_value(seen);
	s->anyway = json_is_true(json_object_get(call->body, "anyway"));
	s->replace = s->replace || json_is_true(json_object_get(call->body, "transliterate"));
	call->letter.settled = wake_outbox;
	call_write(call, write_message, message_is_queued);
}

void api_send(struct call *call)
{
	struct sending *s = call->extra = calloc(1, sizeof *s);
	if (!s) {
		call_problem(call, 503, "unavailable", "No memory.");
		return;
	}
	if (!call_text(call, "text", 1, 6400, false, &s->text))
		return;
	if (utf8_count(s->text) > 1600)
		call_bad_because(call, "text", "too-long", "At most 1,600 letters.");
	else
		begin_sending(call);
}

/* ---- undo */

static int write_undo(struct call *call, struct gateway *g, struct db *db)
{
	(void)g;
	struct query q = db_query(db, SQL_MESSAGE_MAY_UNDO);
	bind_i64(&q, call->id);
	bind_i64(&q, call->seen.contact_id);
	bind_text(&q, call->session.user);
	int rc = db_row(&q);
	if (rc == 1)
		db_done(&q);
	if (rc != 1)
		return rc < 0 ? rc : -ETIME;
	rc = outbox_give_up(db, call->id, "cancelled", "taken back");
	return rc != 0 ? rc : audit_add(db, call->now_ms, call->session.user, STR("message.undo"), call->seen.ref, STR(""));
}

void api_undo(struct call *call)
{
	static const char sql[] = "SELECT 1 FROM main.message WHERE message_id = ?1 AND contact_id = ?2 AND flow = 'staff' AND state = ?3";
	struct cell values[] = { cell_of_i64(call->id), cell_of_i64(call->seen.contact_id), cell_of_text(call->session.user) };
	if (rows_number(call, sql, values, 3) != 1)
		call_not_found(call);
	else
		call_write(call, write_undo, call_empty);
}

void api_retry(struct call *call)
{
	static const char sql[] = "SELECT unseal('message.text', message_id, contact_id, text) FROM main.message WHERE message_id = ?1 AND"
		" contact_id = ?2 AND flow = 'staff' AND status IN ('failed', 'expired', 'rejected', 'unknown', 'cancelled')";
	struct sending *s = call->extra = calloc(1, sizeof *s);
	struct cell values[] = { cell_of_i64(call->id), cell_of_i64(call->seen.contact_id) };
	struct str text = s ? rows_text(call, sql, values, 2) : (struct str){ NULL, 0 };
	if (!text.at) {
		call_not_found(call);
		return;
	}
	s->text = text;
	s->again_of = call->id;
	begin_sending(call);
}
