/* Many cases of the queue at once (console.md 1.2): assigned, given back, read, moved to an office.  Each by itself, in an item of
 * its own, under the same rules and with the same line of the audit as if it had been done alone; what is refused is told. */
#include "gateway/console/queue.h"

#include <stdlib.h>
#include <string.h>

enum { BULK_MAX = 100 };

struct bulk {
	enum { GIVE, GIVE_BACK, READ, MOVE } what;
	const json_t *refs;
	size_t at;          /* the next one */
	int64_t done, newest;
	struct str to, reason;
};

/* ---- one */

static int write_one(struct call *call, struct gateway *g, struct db *db)
{
	const struct bulk *b = call->extra;
	switch (b->what) {
	case GIVE: return case_give(call, g, db, b->to);
	case GIVE_BACK: return case_give(call, g, db, (struct str){ NULL, 0 });
	case READ: return case_read_put(db, call->session.staff_id, call->seen.ref, b->newest);
	case MOVE: return case_keys_set(call, g, db, &(struct case_assignment){ STR("office"), b->to }, 1, b->reason);
	}
	return -1;
}

static void refuse_one(struct call *call, struct str ref, const char *reason, const char *why)
{
	json_t *one = json_object();
	json_put_str(one, "ref", ref);
	json_put_str(one, "why", str_of(why));
	if (reason)
		json_put_str(one, "reason", str_of(reason));
	(void)json_array_append_new(json_object_get(call->answer, "refused"), one);
}

static int64_t newest_message(struct call *call)
{
	static const char sql[] = "SELECT ifnull(max(message_id), 0) FROM main.message WHERE contact_id = ?1";
	return NUMBER_OF(call, sql, cell_of_i64(call->seen.contact_id));
}

/* ---- one after the other */

static void go_on(struct call *call);

static void one_is_done(struct call *call)
{
	struct bulk *b = call->extra;
	b->done++;
	go_on(call);
}

static void one_is_refused(struct call *call)
{
	refuse_one(call, call->seen.ref, call->err.reason, call->err.text[0] ? call->err.text : "It was not done; try again.");
	call->err = (struct err){ .text = "" };
	go_on(call);
}

static void go_on(struct call *call)
{
	struct bulk *b = call->extra;
	while (b->at < json_array_size(b->refs)) {
		struct str ref = json_str(json_array_get(b->refs, b->at++));
		if (policy_case(call, ref, false)) {
			b->newest = b->what == READ ? newest_message(call) : 0;
			call->refused = one_is_refused;
			call_write(call, write_one, one_is_done);
			return;
		}
		refuse_one(call, ref, "not-found", "There is no such case, or it is not yours.");
	}
	json_t *answer = call->answer;
	call->answer = NULL;
	(void)json_object_set_new(answer, "done", json_integer(b->done));
	call_answer(call, 200, answer);
}

/* ---- what is asked */

static bool take_what(struct call *call, struct bulk *b)
{
	static const char *const words[] = { [GIVE] = "assign", [GIVE_BACK] = "release", [READ] = "read", [MOVE] = "office" };
	struct str what;
	if (!call_text(call, "do", 1, 16, false, &what))
		return false;
	for (unsigned i = GIVE; i <= MOVE; i++) {
		if (!str_eq_z(what, words[i]))
			continue;
		b->what = i;
		return (i != GIVE && i != MOVE) || call_text(call, "to", 1, 31, false, &b->to);
	}
	call_bad(call, "do", "assign, release, read or office.");
	return false;
}

static bool take_refs(struct call *call, struct bulk *b)
{
	size_t i, k;
	json_t *one;
	b->refs = json_object_get(call->body, "refs");
	bool good = json_is_array(b->refs) && json_array_size(b->refs) >= 1 && json_array_size(b->refs) <= BULK_MAX;
	json_array_foreach(b->refs, i, one) {
		good = good && json_str(one).len == 8;
		for (k = 0; good && k < i; k++)
			good = !str_eq(json_str(json_array_get(b->refs, k)), json_str(one));
	}
	if (!good)
		call_bad(call, "refs", "1 to 100 references, each once.");
	return good;
}

/* "All that match": what matches must still be what was counted. */
static bool still_matches(struct call *call)
{
	char hash[40] = "";
	struct str want;
	if (!call_text(call, "hash", 1, 39, true, &want))
		return false;
	if (!want.at)
		return true;
	json_t *now = queue_matching(call, BULK_MAX);
	bool same = now && str_copy(json_get_str(now, "hash"), hash, sizeof hash) && str_eq_z(want, hash);
	json_decref(now);
	if (!same)
		call_problem(call, 412, "stale", "The queue has changed meanwhile; look again.");
	return same;
}

void api_bulk(struct call *call)
{
	struct bulk *b = call->extra = calloc(1, sizeof *b);
	call->answer = json_pack("{s:i, s:[]}", "done", 0, "refused");
	if (!b || !call->answer) {
		call_problem(call, 503, "unavailable", "No memory.");
		return;
	}
	if (!take_what(call, b) || !call_text(call, "reason", 0, 500, true, &b->reason) || !take_refs(call, b) || !still_matches(call))
		return;
	b->reason = b->reason.at ? b->reason : STR("");
	go_on(call);
}

void api_matching(struct call *call)
{
	call_read(call, "queue.read", STR("matching"), queue_matching(call, BULK_MAX));
}
