#include "tests/unit/promise.h"

#include "db/contact.h"
#include "db/inspect.h"
#include "db/message.h"
#include "db/outbox.h"
#include "db/seen.h"
#include "flows/text/buf.h"
#include "tests/unit/disk.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOW_MS = 1000000, DAY_MS = 24 * 3600 * 1000 };

void promises_init(struct promises *book)
{
	*book = (struct promises){ 0 };
}

static void key_of(const struct db *db, const struct promise *p, unsigned char key[VAULT_INDEX_LEN])
{
	vault_fingerprint(&db->vault, (struct str[]){ STR("promise"), str_of(p->id) }, 2, key);
}

static void acknowledge(struct promise *p)
{
	p->acknowledged = true;
	p->acknowledged_at = disk_acts();
}

static struct str text_of(const struct promise *p, struct db *db)
{
	struct buf b = buf_new(&db->arena, p->book->text_bytes + sizeof p->answer);
	buf_put(&b, str_of(p->answer));
	for (size_t i = sizeof p->answer; i < p->book->text_bytes; i++)
		buf_put_char(&b, 'x');
	return buf_str(&b);
}

static int find_person(struct promise *p, struct db *db, struct contact *who)
{
	char number[24];
	(void)snprintf(number, sizeof number, "+21260000%04zu", p->number % 7);
	int rc = contact_by_number(db, str_of(number), who);
	if (rc == 1)
		return contact_touch(db, who->contact_id, NOW_MS, NOW_MS + DAY_MS);
	return rc == 0 ? contact_add(db, str_of(number), STR("MA"), NOW_MS, NOW_MS + DAY_MS, who) : rc;
}

static int run(struct batch_item *item, struct db *db)
{
	struct promise *p = (struct promise *)item;
	struct contact who;
	unsigned char key[VAULT_INDEX_LEN];
	key_of(db, p, key);
	int rc = find_person(p, db, &who);
	struct message in = { .channel = STR("at"), .provider_id = str_of(p->id), .status = "received", .created_at = NOW_MS,
			      .contact_id = who.contact_id, .point_id = who.point_id, .text = text_of(p, db) };
	if (rc == 0)
		rc = message_add(db, &in, &who.key);
	struct message out = { .out = true, .channel = STR("at"), .status = "queued", .class = "reply", .created_at = NOW_MS,
			       .contact_id = who.contact_id, .point_id = who.point_id, .reply_to = in.message_id,
			       .text = str_of(p->answer) };
	if (rc == 0)
		rc = message_add(db, &out, &who.key);
	if (rc == 0)
		rc = outbox_add(db, out.message_id, out.channel, OUTBOX_ANSWER, NOW_MS, 0);
	struct replay answer = { .http = 200, .content_type = STR("text/plain"), .body = str_of(p->answer), .at = NOW_MS };
	if (rc == 0)
		rc = seen_add(db, key, who.contact_id, &answer);
	seal_key_forget(&who.key);
	return rc == 0 && p->undo ? -ECANCELED : rc;
}

static void done(struct batch_item *item, int result)
{
	struct promise *p = (struct promise *)item;
	p->told = true;
	p->result = result;
	if (result == 0)
		acknowledge(p);
}

void promises_add(struct promises *book, struct batch *batch, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (book->count == PROMISES_MAX)
			abort();
		struct promise *p = &book->at[book->count];
		*p = (struct promise){ .item = { .run = run, .done = done }, .book = book, .number = book->count,
				       .batch = book->batches, .undo = book->count % 5 == 4 };
		(void)snprintf(p->id, sizeof p->id, "promise-%zu", p->number);
		(void)snprintf(p->answer, sizeof p->answer, "END answer %zu to nobody", p->number * 7919);
		book->count++;
		batch_add(batch, &p->item);
	}
	book->batches++;
}

/* ---- comparing */

struct judge {
	struct db *db;
	sqlite3_stmt *count_in, *count_out;
	int broken;
	char *why;
	size_t why_size;
};

static void complain(struct judge *j, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void complain(struct judge *j, const char *format, ...)
{
	va_list args;
	if (j->broken++ > 0)
		return;
	va_start(args, format);
	(void)vsnprintf(j->why, j->why_size, format, args);
	va_end(args);
}

static sqlite3_stmt *prepare(struct judge *j, const char *sql)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(j->db->conn, sql, -1, &s, NULL) != SQLITE_OK)
		complain(j, "%s", sqlite3_errmsg(j->db->conn));
	return s;
}

static int64_t number_of(sqlite3_stmt *s, const char *id)
{
	int64_t n = -1;
	if (sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	(void)sqlite3_reset(s);
	return n;
}

static bool same_answer(struct judge *j, const struct promise *p, bool *seen)
{
	struct replay replay;
	unsigned char key[VAULT_INDEX_LEN];
	key_of(j->db, p, key);
	*seen = seen_find(j->db, key, &replay) == 1;
	return *seen && replay.http == 200 && str_eq_z(replay.body, p->answer);
}

static bool stands(struct judge *j, const struct promise *p)
{
	bool seen;
	int64_t in = number_of(j->count_in, p->id), out = number_of(j->count_out, p->id);
	bool same = same_answer(j, p, &seen);
	if (in < 0 || in > 1 || out != in || seen != (in == 1) || (seen && !same))
		complain(j, "%s: %lld rows in, %lld out, seen %d, same answer %d", p->id, (long long)in, (long long)out, seen, same);
	return in == 1;
}

static void judge_all(struct judge *j, const struct promises *book, size_t cut)
{
	size_t missing_from = SIZE_MAX, there_to = 0; /* the first batch of which something is missing; 1 + the last that is there */
	for (size_t i = 0; i < book->count; i++) {
		const struct promise *p = &book->at[i];
		bool stand = stands(j, p), missing = !stand && p->told && p->result == 0;
		if (!stand && p->acknowledged && p->acknowledged_at <= cut)
			complain(j, "%s of batch %zu was acknowledged and is gone", p->id, p->batch);
		if (stand && p->undo)
			complain(j, "%s was undone and is there", p->id);
		if ((stand && p->batch >= missing_from) || (missing && p->batch < there_to))
			complain(j, "batch %zu is there in part, or without its forerunners", p->batch);
		if (missing && missing_from == SIZE_MAX)
			missing_from = p->batch;
		if (stand)
			there_to = p->batch + 1;
	}
}

int promises_broken(const struct promises *book, struct db *db, size_t cut, char *why, size_t why_size)
{
	struct judge j = { .db = db, .why = why, .why_size = why_size };
	struct err err;
	if (db_whole(db->conn, false, &err) != 0)
		complain(&j, "%s", err.text);
	j.count_in = prepare(&j, "SELECT count(*) FROM v_message WHERE direction = 'in' AND provider_id = ?");
	j.count_out = prepare(&j, "SELECT count(*) FROM message a JOIN message q ON a.reply_to = q.message_id"
				  " JOIN outbox o ON o.message_id = a.message_id WHERE q.provider_id = ?");
	if (db_begin(db) == 0 && db_item_begin(db) == 0)
		judge_all(&j, book, cut);
	else
		complain(&j, "the database takes no transaction");
	sqlite3_finalize(j.count_in);
	sqlite3_finalize(j.count_out);
	db_rollback(db);
	return j.broken;
}
