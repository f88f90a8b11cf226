/* The audit, and whether its chain holds.  To read it is an act, too. */
#include "gateway/console/handlers.h"

#include "db/chain.h"
#include "db/ledger.h"

#include <errno.h>
#include <stdlib.h>

static struct str word_or_null(struct str s)
{
	return s.len ? s : (struct str){ NULL, 0 };
}

void api_audit(struct call *call)
{
	static const char sql[] = "SELECT seq, at, actor, action, object, reason, lower(hex(hash)) AS hash FROM main.audit WHERE seq < ?1"
		" AND (?2 IS NULL OR actor = ?2) AND (?3 IS NULL OR action = ?3) AND (?4 IS NULL OR object = ?4) ORDER BY seq DESC LIMIT ?5";
	struct str after[1];
	uint64_t before = INT64_MAX;
	if (call_query(call, "after").at && (!call_after(call, 1, after) || !str_to_u64(after[0], &before) || before > INT64_MAX)) {
		call_bad(call, "after", "This is no cursor.");
		return;
	}
	int64_t limit = call_limit(call);
	json_t *items = ROWS(call, sql, cell_of_i64((int64_t)before), cell_of_text(word_or_null(call_query(call, "actor"))),
			     cell_of_text(word_or_null(call_query(call, "action"))), cell_of_text(word_or_null(call_query(call, "object"))),
			     cell_of_i64(limit)), *answer = NULL;
	if (items) {
		size_t n = json_array_size(items);
		char cursor[24];
		struct buf b = buf_over(cursor, sizeof cursor);
		buf_put_i64(&b, n ? json_integer_value(json_object_get(json_array_get(items, n - 1), "seq")) : 0);
		answer = json_object();
		(void)json_object_set_new(answer, "next", (int64_t)n == limit ? json_from_str(buf_str(&b)) : json_null());
		(void)json_object_set_new(answer, "items", items);
	}
	call_read(call, "audit.read", STR("audit"), answer);
}

/* ---- the chain: on the job thread, over a connection of its own */

struct verification {
	struct chain chain;
	int rc;
};

static void verify(struct job *job)
{
	struct call *call = job->user;
	struct verification *v = call->extra;
	char state[4096], key_file[4096];
	struct err err;
	struct reader *reader = NULL;
	bool named = str_copy(call->c->g->config.state, state, sizeof state) &&
		     str_copy(call->c->g->config.key_file, key_file, sizeof key_file);
	v->rc = named ? reader_open(state, key_file, &reader, &err) : -ENAMETOOLONG;
	if (v->rc == 0)
		v->rc = chain_verify(reader, (struct str){ NULL, 0 }, &v->chain);
	reader_close(reader);
}

static int write_verified(struct call *call, struct gateway *g, struct db *db)
{
	const struct verification *v = call->extra;
	(void)g;
	return audit_add(db, call->now_ms, call->session.user, STR("audit.verify"), v->rc == 0 ? STR("holds") : STR("broken"), STR(""));
}

static void tell(struct call *call)
{
	const struct verification *v = call->extra;
	call_answer(call, 200, json_pack("{s:b, s:I, s:I}", "holds", v->rc == 0, "rows", (json_int_t)v->chain.rows, "seq",
				  (json_int_t)v->chain.seq));
}

static void verified(struct letter *letter, int result)
{
	struct call *call = ((struct job *)letter)->user;
	const struct verification *v = call->extra;
	if (call->c->closed)
		call_free(call);
	else if (result != 0 || (v->rc != 0 && v->rc != -EBADMSG))
		call_problem(call, 503, "unavailable", "The audit could not be read; try again.");
	else
		call_write(call, write_verified, tell);
}

void api_audit_verify(struct call *call)
{
	call->extra = calloc(1, sizeof(struct verification));
	call->job = (struct job){ .letter = { .answered = verified }, .run = verify, .user = call };
	if (!call->extra || jobs_add(call->c->jobs, call->c->port, &call->job) != 0)
		call_refuse(call, 503, "unavailable", "busy", "Other work is under way; try again.");
}
