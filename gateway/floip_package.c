#include "gateway/floip_package.h"

#include "flows/hash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void floip_uuid(const struct str *words, size_t count, char out[37])
{
	char hex[2][VERSION_LEN + 1];
	for (int half = 0; half < 2; half++) {
		uint64_t hash = hash_add(hash_start(), half ? STR("wasl b") : STR("wasl a"));
		for (size_t i = 0; i < count; i++)
			hash = hash_add(hash, words[i]);
		hash_hex(hash, hex[half]);
	}
	(void)snprintf(out, 37, "%.8s-%.4s-4%.3s-a%.3s-%.12s", hex[0], hex[0] + 8, hex[0] + 13, hex[1] + 1, hex[1] + 4);
}

/* ---- questions */

static const char *question_id(struct str flow, struct str state, char *out, size_t cap)
{
	struct buf b = buf_over(out, cap - 1);
	buf_put(&b, flow);
	buf_put_char(&b, '.');
	buf_put(&b, state);
	out[b.len] = '\0';
	return out;
}

static struct str label_of(const struct book *book, const struct state *state)
{
	int fr = book_language(book, STR("fr"));
	for (size_t i = 0; i < state->prompts_count; i++)
		if (state->prompts[i].text)
			return state->prompts[i].text->in[fr < 0 ? 0 : fr];
	return state->name;
}

static void add_choice(json_t *question, struct str code)
{
	size_t i;
	json_t *have, *choices = json_object_get(json_object_get(question, "type_options"), "choices");
	json_array_foreach(choices, i, have)
		if (str_eq(json_str(have), code))
			return;
	if (choices)
		(void)json_array_append_new(choices, json_from_str(code));
}

static json_t *question_of(const struct book *book, const struct state *state)
{
	bool choice = state->accept == ACCEPT_CHOICE, number = state->accept == ACCEPT_NUMBER;
	json_t *q = json_pack("{s:s}", "type", choice ? "select_one" : number ? "numeric" : "text");
	json_put_str(q, "label", label_of(book, state));
	json_t *options = json_object();
	if (choice)
		(void)json_object_set_new(options, "choices", json_array());
	if (number)
		(void)json_object_set_new(options, "range", json_pack("[I, I]", (json_int_t)state->min, (json_int_t)state->max));
	(void)json_object_set_new(q, "type_options", options);
	for (size_t p = 0; choice && p < state->prompts_count; p++)
		for (size_t o = 0; o < state->prompts[p].options_count; o++)
			add_choice(q, state->prompts[p].options[o].code);
	return q;
}

static json_t *questions_of(const struct export_ask *ask)
{
	char id[128];
	json_t *all = json_object();
	for (size_t f = 0; f < ask->book->flows_count; f++) {
		const struct flow *flow = ask->book->flows[f];
		if (flow->old || (ask->flow.len && !str_eq(flow->name, ask->flow)))
			continue;
		for (size_t s = 0; s < flow->states_count; s++) {
			const struct state *state = &flow->states[s];
			bool asked = state->kind == STATE_QUESTION && !state->no_answer && !state->sensitive && !state->secret;
			if (asked) /* sensitive answers have no value and are in no package */
				(void)json_object_set_new(all, question_id(flow->name, state->name, id, sizeof id), question_of(ask->book, state));
		}
	}
	return all;
}

/* Which question an answer belongs to.  What an older version of the flow let people answer otherwise than by a number is a
 * question of its own: the kind of a question never changes under one id. */
static json_t *question_for(const json_t *questions, struct str flow, struct str state, struct str value, char *id, size_t cap)
{
	uint64_t n;
	json_t *q = json_object_get(questions, question_id(flow, state, id, cap - sizeof ".coded"));
	if (!str_eq_z(json_get_str(q, "type"), "numeric") || str_to_u64(value, &n))
		return q;
	memcpy(id + strlen(id), ".coded", sizeof ".coded");
	return json_object_get(questions, id);
}

/* What older versions of a flow let people answer, and flows that are gone. */
static int take_value(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	json_t *questions = user;
	char id[128];
	(void)names, (void)columns;
	if (!row)
		return 0;
	json_t *q = question_for(questions, row[0].text, row[1].text, row[2].text, id, sizeof id);
	if (!q) {
		q = json_pack("{s:s, s:{s:[]}}", "type", "select_one", "type_options", "choices");
		json_put_str(q, "label", row[1].text);
		(void)json_object_set_new(questions, id, q);
	}
	if (str_eq_z(json_get_str(q, "type"), "select_one"))
		add_choice(q, row[2].text);
	return 0;
}

/* ---- the package */

struct span {
	int64_t first, last;
};

static int take_span(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	(void)names, (void)columns;
	if (row)
		*(struct span *)user = (struct span){ row[0].integer, row[1].integer };
	return 0;
}

static int take_top(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	(void)names, (void)columns;
	if (row)
		*(int64_t *)user = row[0].integer;
	return 0;
}

static int name_package(const struct export_ask *ask, const struct report_filter *f, struct floip *p)
{
	char *text = json_dumps(p->questions, JSON_COMPACT | JSON_SORT_KEYS);
	if (!text)
		return -ENOMEM;
	const struct str same[] = { STR("flow-results"), ask->flow, f->from, f->to, f->direction, f->tag, f->office, str_of(text) };
	floip_uuid(same, sizeof same / sizeof *same, p->id);
	free(text);
	return 0;
}

int floip_describe(struct reader *reader, const struct export_ask *ask, struct report_filter *filter, struct floip *out,
		   struct err *err)
{
	struct span span = { 0 };
	*out = (struct floip){ .questions = questions_of(ask) };
	filter->extra = ask->flow;
	int rc = out->questions ? report_query(reader, RQ_TOP_ANSWERS, filter, take_top, &out->top, err) :
		 err_set(err, -ENOMEM, "no memory");
	if (rc == 0)
		rc = report_query(reader, RQ_FLOIP_SPAN, filter, take_span, &span, err);
	if (rc == 0)
		rc = report_query(reader, RQ_FLOIP_VALUES, filter, take_value, out->questions, err);
	if (rc == 0)
		rc = name_package(ask, filter, out);
	out->first_ms = span.first ? span.first : ask->now_ms;
	out->last_ms = span.last ? span.last : ask->now_ms;
	if (rc != 0)
		floip_free(out);
	return rc;
}

void floip_free(struct floip *package)
{
	json_decref(package->questions);
	package->questions = NULL;
}

/* RFC 3339, to the millisecond: also the mark of the package's version. */
static void put_instant(json_t *object, const char *key, int64_t ms)
{
	char text[40], second[24];
	time_t s = (time_t)(ms / 1000);
	struct tm utc;
	gmtime_r(&s, &utc);
	(void)strftime(second, sizeof second, "%Y-%m-%dT%H:%M:%S", &utc);
	(void)snprintf(text, sizeof text, "%s.%03d+00:00", second, (int)(ms % 1000));
	(void)json_object_set_new(object, key, json_string(text));
}

static json_t *fields(void)
{
	static const char *const field[][3] = {
		{ "timestamp", "Timestamp", "datetime" }, { "row_id", "Row ID", "string" }, { "contact_id", "Contact ID", "string" },
		{ "session_id", "Session ID", "string" }, { "question_id", "Question ID", "string" }, { "response", "Response", "any" },
		{ "response_metadata", "Response Metadata", "object" },
	};
	json_t *all = json_array();
	for (size_t i = 0; i < sizeof field / sizeof *field; i++)
		(void)json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "name", field[i][0], "title", field[i][1], "type", field[i][2]));
	return all;
}

json_t *floip_descriptor(const struct floip *package, struct str path, struct str api_data_url)
{
	bool api = api_data_url.len > 0;
	json_t *all = json_pack("{s:s, s:s, s:s}", "profile", "flow-results-package", "name", "wasl-answers",
				"flow_results_specification_version", "1.0.0-rc1");
	put_instant(all, "created", package->first_ms);
	put_instant(all, "modified", package->last_ms);
	(void)json_object_set_new(all, "id", json_string(package->id));
	(void)json_object_set_new(all, "title", json_string("Answers"));
	json_t *schema = json_pack("{s:s, s:o, s:O}", "language", "fra", "fields", fields(), "questions", package->questions);
	json_t *resource = json_pack("{s:s, s:s, s:s, s:s}", "name", "wasl-answers-data", "access_method", api ? "api" : "file",
				     "mediatype", "application/json", "encoding", "utf-8");
	json_put_str(resource, api ? "api_data_url" : "path", api ? api_data_url : path);
	(void)json_object_set_new(resource, "schema", schema);
	(void)json_object_set_new(all, "resources", json_pack("[o]", resource));
	return all;
}

/* ---- rows */

struct page {
	const struct floip *package;
	floip_row *each;
	void *user;
};

static int take_row(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct page *p = user;
	char id[128];
	uint64_t n = 0;
	(void)names, (void)columns;
	if (!row || row[0].integer > p->package->top)
		return 0;
	json_t *q = question_for(p->package->questions, row[4].text, row[5].text, row[6].text, id, sizeof id);
	bool number = str_eq_z(json_get_str(q, "type"), "numeric") && str_to_u64(row[6].text, &n);
	json_t *one = json_array();
	for (int i = 1; i <= 3; i++) { /* instant, row id, contact, session */
		(void)json_array_append_new(one, json_from_str(row[i].text));
		if (i == 1)
			(void)json_array_append_new(one, json_integer(row[0].integer));
	}
	(void)json_array_append_new(one, json_string(id));
	(void)json_array_append_new(one, number ? json_integer((json_int_t)n) : json_from_str(row[6].text));
	(void)json_array_append_new(one, json_null());
	return p->each(one, row[0].integer, p->user);
}

int floip_page(struct reader *reader, const struct floip *package, struct report_filter *filter, int64_t from, bool backwards,
	       floip_row *each, void *user, struct err *err)
{
	char text[24];
	struct page page = { package, each, user };
	(void)snprintf(text, sizeof text, "%" PRId64, from);
	filter->more = str_of(text);
	int rc = report_query(reader, backwards ? RQ_FLOIP_BACK : RQ_FLOIP_ROWS, filter, take_row, &page, err);
	filter->more = STR("");
	return rc;
}
