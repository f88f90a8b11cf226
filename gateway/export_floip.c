#include "gateway/export_floip.h"

#include "flows/hash.h"
#include "gateway/outfile.h"

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

struct values {
	json_t *questions;
};

/* What older versions of a flow let people answer, and flows that are gone. */
static int take_value(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct values *v = user;
	char id[128];
	(void)names, (void)columns;
	if (!row)
		return 0;
	json_t *q = json_object_get(v->questions, question_id(row[0].text, row[1].text, id, sizeof id));
	if (!q) {
		q = json_pack("{s:s, s:{s:[]}}", "type", "select_one", "type_options", "choices");
		json_put_str(q, "label", row[1].text);
		(void)json_object_set_new(v->questions, id, q);
	}
	if (str_eq_z(json_get_str(q, "type"), "select_one"))
		add_choice(q, row[2].text);
	return 0;
}

/* ---- rows */

struct rows {
	FILE *to;
	json_t *questions;
	int64_t last, top, count, page;
};

static int take_row(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct rows *r = user;
	char id[128];
	uint64_t n;
	(void)names, (void)columns;
	if (!row || row[0].integer > r->top)
		return 0;
	const char *question = question_id(row[4].text, row[5].text, id, sizeof id);
	bool number = str_eq_z(json_get_str(json_object_get(r->questions, question), "type"), "numeric") && str_to_u64(row[6].text, &n);
	json_t *one = json_array();
	(void)json_array_append_new(one, json_from_str(row[1].text));
	(void)json_array_append_new(one, json_integer(row[0].integer));
	(void)json_array_append_new(one, json_from_str(row[2].text));
	(void)json_array_append_new(one, json_from_str(row[3].text));
	(void)json_array_append_new(one, json_string(question));
	(void)json_array_append_new(one, number ? json_integer((json_int_t)n) : json_from_str(row[6].text));
	(void)json_array_append_new(one, json_null());
	(void)fputs(r->count++ ? ",\n" : "", r->to);
	(void)json_dumpf(one, r->to, JSON_COMPACT);
	json_decref(one);
	r->last = row[0].integer;
	r->page++;
	return 0;
}

static int take_top(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	(void)names, (void)columns;
	if (row)
		*(int64_t *)user = row[0].integer;
	return 0;
}

static int write_rows(struct reader *reader, struct rows *r, struct report_filter *filter, const struct export_watch *watch,
		      struct err *err)
{
	char last[24];
	int rc = report_query(reader, RQ_TOP_ANSWERS, filter, take_top, &r->top, err);
	(void)fputs("[", r->to);
	do {
		(void)snprintf(last, sizeof last, "%" PRId64, r->last);
		filter->more = str_of(last);
		r->page = 0;
		if (rc == 0)
			rc = report_query(reader, RQ_FLOIP_ROWS, filter, take_row, r, err);
		int permille = r->top ? (int)(r->last * 1000 / r->top) : 1000;
		if (rc == 0 && watch->progress && watch->progress(permille, r->count, watch->user) != 0)
			rc = err_set(err, -ECANCELED, "given up; nothing was left behind");
	} while (rc == 0 && r->page > 0);
	(void)fputs("]\n", r->to);
	return rc;
}

/* ---- the descriptor */

static void put_instant(json_t *object, const char *key, int64_t ms)
{
	char text[40];
	time_t s = (time_t)(ms / 1000);
	struct tm utc;
	gmtime_r(&s, &utc);
	size_t n = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S+00:00", &utc);
	(void)json_object_set_new(object, key, json_stringn(text, n));
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

static json_t *descriptor(const struct export_ask *ask, const struct report_filter *f, const struct span *span, json_t *questions,
			  struct str data_name)
{
	char uuid[37];
	const struct str same[] = { STR("flow-results"), ask->flow, f->from, f->to, f->direction, f->tag, f->office };
	floip_uuid(same, sizeof same / sizeof *same, uuid);
	json_t *all = json_pack("{s:s, s:s, s:s}", "profile", "flow-results-package", "name", "wasl-answers",
				"flow_results_specification_version", "1.0.0-rc1");
	put_instant(all, "created", span->first ? span->first : ask->now_ms);
	put_instant(all, "modified", span->last ? span->last : ask->now_ms);
	(void)json_object_set_new(all, "id", json_string(uuid));
	(void)json_object_set_new(all, "title", json_string("Answers"));
	json_t *schema = json_pack("{s:s, s:o, s:o}", "language", "fra", "fields", fields(), "questions", json_incref(questions));
	json_t *resource = json_pack("{s:s, s:s, s:s, s:s}", "name", "wasl-answers-data", "access_method", "file", "mediatype",
			"application/json",
				     "encoding", "utf-8");
	json_put_str(resource, "path", data_name);
	(void)json_object_set_new(resource, "schema", schema);
	(void)json_object_set_new(all, "resources", json_pack("[o]", resource));
	return all;
}

static int dump_file(const json_t *value, const char *path, struct err *err)
{
	struct outfile out;
	int rc = outfile_open(&out, path, err);
	if (rc != 0)
		return rc;
	FILE *to = outfile_stream(&out);
	bool good = to && json_dumpf(value, to, JSON_INDENT(1)) == 0 && fputc('\n', to) != EOF;
	good = to && fclose(to) == 0 && good;
	if (good)
		return outfile_keep(&out, err);
	outfile_drop(&out);
	return err_set(err, -EIO, "%s could not be written", path);
}

/* "x/answers.json" -> "x/answers-data.json" */
static int data_path(const char *path, char *out, size_t cap, struct str *name)
{
	struct str whole = str_of(path);
	if (str_ends(whole, STR(".json")))
		whole.len -= 5;
	struct buf b = buf_over(out, cap - 1);
	buf_put(&b, whole);
	buf_put_z(&b, "-data.json");
	if (b.full)
		return -ENAMETOOLONG;
	out[b.len] = '\0';
	const char *slash = strrchr(out, '/');
	*name = str_of(slash ? slash + 1 : out);
	return 0;
}

static int export_results(struct reader *reader, const struct export_ask *ask, struct report_filter *filter,
			  const struct export_watch *watch, int64_t *rows, struct err *err)
{
	char path[4096];
	struct str name = STR("");
	struct outfile out;
	struct span span = { 0 };
	struct values values = { questions_of(ask) };
	filter->extra = ask->flow;
	int rc = data_path(ask->path, path, sizeof path, &name) == 0 ? 0 : err_set(err, -ENAMETOOLONG, "the file's path is too long");
	if (rc == 0)
		rc = report_query(reader, RQ_FLOIP_SPAN, filter, take_span, &span, err);
	if (rc == 0)
		rc = report_query(reader, RQ_FLOIP_VALUES, filter, take_value, &values, err);
	struct rows r = { .questions = values.questions };
	if (rc == 0)
		rc = outfile_open(&out, path, err);
	if (rc == 0) {
		r.to = outfile_stream(&out);
		rc = r.to ? write_rows(reader, &r, filter, watch, err) : err_set(err, -ENOMEM, "no memory");
		bool lost = !r.to || ferror(r.to);
		lost |= r.to && fclose(r.to) != 0;
		if (rc == 0 && lost)
			rc = err_set(err, -EIO, "%s could not be written", path);
		if (rc == 0 && watch->release && watch->release(r.count, watch->user) != 0)
			rc = err_set(err, -EPERM, "the audit could not be written: no export without it");
		if (rc == 0)
			rc = outfile_keep(&out, err);
		else
			outfile_drop(&out);
	}
	if (rc == 0) {
		json_t *all = descriptor(ask, filter, &span, values.questions, name);
		rc = dump_file(all, ask->path, err);
		json_decref(all);
	}
	json_decref(values.questions);
	*rows = r.count;
	return rc;
}

static int export_flows(const struct export_ask *ask, const struct export_watch *watch, int64_t *rows, struct err *err)
{
	char modified[40];
	time_t s = (time_t)(ask->now_ms / 1000);
	struct tm utc;
	gmtime_r(&s, &utc);
	size_t n = strftime(modified, sizeof modified, "%Y-%m-%d %H:%M:%S.000Z", &utc);
	json_t *all = floip_container(ask->book, (struct str){ modified, n });
	*rows = (int64_t)json_array_size(json_object_get(all, "flows"));
	int rc = all ? 0 : err_set(err, -ENOMEM, "no memory");
	if (rc == 0 && watch->release && watch->release(*rows, watch->user) != 0)
		rc = err_set(err, -EPERM, "the audit could not be written: no export without it");
	if (rc == 0)
		rc = dump_file(all, ask->path, err);
	json_decref(all);
	return rc;
}

int export_floip(struct reader *reader, const struct export_ask *ask, struct report_filter *filter,
		const struct export_watch *watch,
		 int64_t *rows, struct err *err)
{
	bool flows = str_eq_z(ask->name, "flows");
	if (ask->format != EXPORT_FLOIP || (!flows && !str_eq_z(ask->name, "answers")))
		return err_set(err, -EINVAL, "floip is the format of answers and flows, and theirs alone for flows");
	if (!ask->path)
		return err_set(err, -EINVAL, "FLOIP needs --output FILE.json");
	if (!ask->book)
		return err_set(err, -EINVAL, "FLOIP needs the conversations");
	return flows ? export_flows(ask, watch, rows, err) : export_results(reader, ask, filter, watch, rows, err);
}
