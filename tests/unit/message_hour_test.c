/* Whatever comes, goes back or changes in a batch: message_hour says what counting the messages says. */
#include "db/delivery.h"
#include "db/message.h"
#include "db/outbox.h"
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>

static struct db db;
static int64_t last;

static int64_t number(const char *text)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(db.conn, text, -1, &s, NULL) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW)
		abort();
	int64_t n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

#define KINDS "SELECT created_at / 3600000, direction, mode, channel, status, count(*), sum(ifnull(segments, 1)) FROM message" \
	" GROUP BY 1, 2, 3, 4, 5"
#define COUNTED "SELECT * FROM message_hour WHERE n <> 0"

static void same(int64_t messages)
{
	CHECK_INT(number("SELECT count(*) FROM message"), messages);
	CHECK_INT(number("SELECT count(*) FROM (" KINDS " EXCEPT " COUNTED ")"), 0);
	CHECK_INT(number("SELECT count(*) FROM (" COUNTED " EXCEPT " KINDS ")"), 0);
}

static void add(const char *channel, const char *status, size_t segments)
{
	struct message m = { .out = segments != 0, .channel = str_of(channel), .status = status, .segments = segments,
			     .created_at = 1790000000000, .text = STR("bonjour") };
	CHECK_INT(message_add(&db, &m, &db.vault.own), 0);
	last = m.message_id;
}

static void begin_item(void)
{
	CHECK_INT(db_item_begin(&db), 0);
}

static void end_item(bool keep)
{
	CHECK_INT(db_item_end(&db, keep), 0);
}

static void test_items(void)
{
	check_begin("what an item that is undone has brought is not counted");
	CHECK_INT(db_begin(&db), 0);
	begin_item(), add("at", "received", 0), end_item(false);
	begin_item(), add("at", "received", 0), add("at", "queued", 3), end_item(true);
	begin_item(), add("at", "received", 0), add("mtn", "received", 0), end_item(false);
	begin_item(), add("at", "received", 0), end_item(true);
	CHECK_INT(db_commit(&db), 0);
	same(3);

	check_begin("nor what a whole batch has that is rolled back");
	CHECK_INT(db_begin(&db), 0);
	begin_item(), add("at", "received", 0), end_item(true);
	db_rollback(&db);
	CHECK_INT(db_begin(&db), 0);
	CHECK_INT(db_commit(&db), 0);
	same(3);
}

static void test_status(void)
{
	check_begin("a status that changes is counted anew, in the batch that brought the message and in a later one");
	CHECK_INT(db_begin(&db), 0);
	begin_item(), add("at", "queued", 2), end_item(true);
	int64_t id = last;
	begin_item();
	CHECK_INT(outbox_start(&db, id), 0);
	end_item(true);
	CHECK_INT(db_commit(&db), 0);
	same(4);
	CHECK_INT(db_begin(&db), 0);
	begin_item();
	CHECK_INT(delivery_sent(&db, id, STR("at"), NULL, 0, 1790000000000), 0);
	end_item(true);
	CHECK_INT(db_commit(&db), 0);
	same(4);
	CHECK_INT(number("SELECT segments FROM message_hour WHERE status = 'sent'"), 2);
}

static void test_many_kinds(void)
{
	check_begin("more kinds than are remembered");
	char channel[24];
	CHECK_INT(db_begin(&db), 0);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 2 * MESSAGE_KINDS_MAX; i++) {
			begin_item();
			(void)snprintf(channel, sizeof channel, "channel-%d", i);
			add(channel, "received", 0);
			end_item(i % 5 != 4);
		}
	CHECK_INT(db_commit(&db), 0);
	same(4 + 2 * (2 * MESSAGE_KINDS_MAX - 2 * MESSAGE_KINDS_MAX / 5));
}

int main(void)
{
	struct err err;
	if (db_open(&db, NULL, NULL, &err) != 0)
		abort();
	test_items();
	test_status();
	test_many_kinds();
	db_close(&db);
	return check_end();
}
