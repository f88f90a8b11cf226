#include "db/message_hour.h"

#include "db/message.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static int write_kind(struct db *db, const struct message_kind *kind)
{
	struct query q = db_query(db, SQL_MESSAGE_HOUR_ADD);
	bind_i64(&q, kind->hour);
	bind_z(&q, kind->out ? "out" : "in");
	bind_z(&q, kind->ussd ? "ussd" : "sms");
	bind_z(&q, kind->channel);
	bind_z(&q, kind->status);
	bind_i64(&q, kind->n);
	bind_i64(&q, kind->segments);
	return db_run(&q);
}

static struct message_kind *find(struct message_hours *hours, const struct message_kind *like)
{
	for (size_t i = 0; i < hours->count; i++) {
		struct message_kind *k = &hours->kind[i];
		if (k->hour == like->hour && k->out == like->out && k->ussd == like->ussd && strcmp(k->channel, like->channel) == 0 &&
		    strcmp(k->status, like->status) == 0)
			return k;
	}
	return NULL;
}

int message_hours_note(struct db *db, const struct message *message)
{
	struct message_hours *hours = &db->message_hours;
	struct message_kind one = { .hour = message->created_at / 3600000, .out = message->out, .ussd = message->ussd, .n = 1,
				    .segments = message->segments ? (int64_t)message->segments : 1 };
	assert(db->in_batch);
	if (!str_copy(message->channel, one.channel, sizeof one.channel) ||
	    !str_copy(str_of(message->status), one.status, sizeof one.status))
		return -EINVAL;
	struct message_kind *known = find(hours, &one);
	if (known) {
		known->n++;
		known->segments += one.segments;
		return 0;
	}
	if (hours->count == MESSAGE_KINDS_MAX)
		return write_kind(db, &one);
	hours->kind[hours->count++] = one;
	return 0;
}

int message_hours_flush(struct db *db)
{
	struct message_hours *hours = &db->message_hours;
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < hours->count; i++)
		rc = write_kind(db, &hours->kind[i]);
	hours->count = 0;
	return rc;
}
