/* Canned replies, in the languages people read, with what each costs and whether it is quiet (domain.md 4.2). */
#include "gateway/console/handlers.h"

#include "db/ledger.h"
#include "flows/lint.h"
#include "flows/text/segment.h"

#include <errno.h>
#include <stdlib.h>

static const char *const languages[] = { "fr", "en", "ar", "es" };

static json_t *with_costs(json_t *one)
{
	json_t *segments = json_object();
	for (size_t i = 0; i < 4; i++) {
		struct segments plan;
		struct str text = json_get_str(one, languages[i]);
		int rc = text.len ? segment_plan(text, &plan) : -ENOENT;
		(void)json_object_set_new(segments, languages[i], json_integer(rc == 0 ? (json_int_t)plan.count : 0));
	}
	(void)json_object_set_new(one, "segments", segments);
	return one;
}

/* The words that say too much belong to the line thread, which may read them anew. */
static bool is_quiet(const struct lint *lint, const json_t *one)
{
	for (size_t i = 0; lint && i < 4; i++) {
		struct str text = json_get_str(one, languages[i]);
		if (text.len && (lint_find_any(lint, LINT_TELLING, text) || lint_find_any(lint, LINT_NEVER, text)))
			return false;
	}
	return true;
}

static void judge(struct letter *letter, struct gateway *g)
{
	json_t *answer = ((struct call *)letter)->answer, *items = json_object_get(answer, "items"), *one;
	size_t i;
	json_array_foreach(items, i, one)
		(void)json_object_set_new(one, "quiet", json_boolean(is_quiet(g->book.lint, one)));
	if (!items)
		(void)json_object_set_new(answer, "quiet", json_boolean(is_quiet(g->book.lint, answer)));
}

static void tell(struct call *call)
{
	json_t *answer = call->answer;
	call->answer = NULL;
	call_answer(call, call->request->method == HTTP_POST ? 201 : 200, answer);
}

/* Takes the answer. */
static void judge_and_tell(struct call *call, json_t *answer)
{
	call->answer = answer;
	if (answer)
		call_look(call, 0, judge, tell);
	else
		call_answer(call, 200, NULL);
}

void api_canned(struct call *call)
{
	static const char sql[] = "SELECT canned_id, title, fr, en, ar, es, changed_by, changed_at FROM main.canned ORDER BY title";
	json_t *one, *all = rows_all(call, sql, NULL, 0);
	size_t i;
	json_array_foreach(all, i, one)
		(void)with_costs(one);
	judge_and_tell(call, all ? json_pack("{s:o}", "items", all) : NULL);
}

static int write_canned(struct call *call, struct gateway *g, struct db *db)
{
	struct canned *c = call->extra;
	(void)g;
	int rc = canned_put(db, c, call->now_ms);
	return rc != 0 ? rc : audit_add(db, call->now_ms, call->session.user, STR("canned.put"), STR("canned"), c->title);
}

static void canned_written(struct call *call)
{
	static const char sql[] = "SELECT canned_id, title, fr, en, ar, es, changed_by, changed_at FROM main.canned WHERE canned_id = ?1";
	struct canned *c = call->extra;
	json_t *one = ROW(call, sql, cell_of_i64(c->canned_id));
	judge_and_tell(call, json_is_object(one) ? with_costs(one) : NULL);
}

static void put(struct call *call)
{
	struct canned *c = call->extra = calloc(1, sizeof *c);
	if (!c) {
		call_problem(call, 503, "unavailable", "No memory.");
		return;
	}
	struct str *const texts[] = { &c->fr, &c->en, &c->ar, &c->es };
	c->canned_id = call->id;
	c->by = call->session.user;
	if (!call_text(call, "title", 1, 120, false, &c->title))
		return;
	for (size_t i = 0; i < 4; i++) {
		if (!call_text(call, languages[i], i == 0, 1920, i > 0, texts[i]))
			return;
		if (!texts[i]->at)
			*texts[i] = STR("");
	}
	call_write(call, write_canned, canned_written);
}

void api_canned_add(struct call *call)
{
	put(call);
}

void api_canned_change(struct call *call)
{
	put(call);
}

static int delete_canned(struct call *call, struct gateway *g, struct db *db)
{
	(void)g;
	int rc = canned_delete(db, call->id);
	return rc != 0 ? rc : audit_add(db, call->now_ms, call->session.user, STR("canned.delete"), STR("canned"), STR(""));
}

void api_canned_delete(struct call *call)
{
	call_write(call, delete_canned, call_empty);
}
