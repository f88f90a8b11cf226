/* FLOIP Flow Results 1.1.0, the "get" side of its API (github.com/FLOIP/flow-results, api-specification.md), in JSON:API 1.0.
 *
 * A package is an export of answers as FLOIP that was asked for, audited and is kept: the same roles, purpose and end as its file.
 * Who asked for it reads it with the desk's cookie, or a program of theirs with `Authorization: Token`, told once.  Rows are read
 * from the database, so that whoever was erased meanwhile is not among them; each page of rows is a line in the audit. */
#include "gateway/console/desk_job.h"
#include "gateway/console/desk_jobs.h"
#include "gateway/console/handlers.h"

#include "flows/date.h"
#include "gateway/export.h"
#include "gateway/form.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_USUAL = 500, ROWS_MAX = 1000, URL_MAX = 512 };

bool package_token(struct call *call)
{
	struct str token = http_header(call->request, "Authorization");
	if (!str_starts(token, STR("Token ")))
		return false;
	const struct desk_job *j = desk_jobs_of_token(call->c, str_trim(str_from(token, 6)));
	return j && session_of_token(call, j->staff_id, j->id);
}

/* ---- JSON:API */

/* "https://console.example.org/api/v1/flow-results/packages/ID" and what follows it. */
static struct str url_of(struct call *call, struct str id, const char *more)
{
	struct str host = http_header(call->request, "Host");
	struct buf b = buf_new(&call->arena, URL_MAX);
	bool plain = str_starts(host, STR("127.")) || str_starts(host, STR("localhost")) || str_starts(host, STR("[::1]"));
	buf_put_z(&b, plain ? "http://" : "https://"); /* the desk is never served without TLS but on the machine itself */
	buf_put(&b, host);
	buf_put_z(&b, "/api/v1/flow-results/packages");
	if (id.len) {
		buf_put_char(&b, '/');
		buf_put(&b, id);
	}
	buf_put_z(&b, more);
	return buf_str(&b);
}

/* A media type with parameters is one that this server does not speak (JSON:API 1.0, "Server Responsibilities"). */
static bool speaks(struct call *call)
{
	struct str accept = http_header(call->request, "Accept"), one;
	bool asked = false, plain = false;
	while (str_split(&accept, ',', &one)) {
		one = str_trim(one);
		if (!str_starts(one, STR("application/vnd.api+json")))
			continue;
		asked = true;
		plain |= one.len == sizeof "application/vnd.api+json" - 1 || str_starts(str_from(one, 24), STR(";q="));
	}
	if (!asked || plain)
		return true;
	call_problem(call, 406, "bad-request", "application/vnd.api+json has no parameters here.");
	return false;
}

static bool no_parameters(struct call *call)
{
	if (call->request->query.len == 0)
		return true;
	call_problem(call, 400, "bad-request", "There are no parameters to this.");
	return false;
}

static json_t *links(struct str self)
{
	json_t *all = json_object();
	json_put_str(all, "self", self);
	return all;
}

/* ---- packages */

void api_packages(struct call *call)
{
	static const char *const summary[] = { "title", "name", "created", "modified" };
	json_t *data = json_array();
	struct desk_job *j;
	if (!speaks(call) || !no_parameters(call)) {
		json_decref(data);
		return;
	}
	for (size_t n = 0; (j = desk_jobs_nth(call, n)); n++) {
		if (j != desk_jobs_package(call, str_of(j->package.id)))
			continue;
		json_t *descriptor = floip_descriptor(&j->package, STR(""), STR("-")), *attributes = json_object();
		for (size_t i = 0; i < sizeof summary / sizeof *summary; i++)
			(void)json_object_set(attributes, summary[i], json_object_get(descriptor, summary[i]));
		json_decref(descriptor);
		json_t *one = json_pack("{s:s, s:s, s:o, s:o}", "type", "packages", "id", j->package.id, "attributes", attributes, "links",
					links(url_of(call, str_of(j->package.id), "")));
		(void)json_array_append_new(data, one);
	}
	json_t *around = links(url_of(call, STR(""), ""));
	(void)json_object_set_new(around, "next", json_null());
	(void)json_object_set_new(around, "previous", json_null());
	call_answer(call, 200, json_pack("{s:o, s:o}", "links", around, "data", data));
}

void api_package(struct call *call)
{
	const struct desk_job *j = desk_jobs_package(call, call->name);
	if (!j) {
		call_not_found(call);
		return;
	}
	if (!speaks(call) || !no_parameters(call))
		return;
	struct str responses = url_of(call, call->name, "/responses");
	json_t *related = json_object();
	json_put_str(related, "related", responses);
	json_t *data = json_pack("{s:s, s:s, s:o, s:{s:{s:o}}}", "type", "packages", "id", j->package.id, "attributes",
				 floip_descriptor(&j->package, STR(""), responses), "relationships", "responses", "links", related);
	call_answer(call, 200, json_pack("{s:o, s:o}", "links", links(url_of(call, call->name, "")), "data", data));
}

/* ---- what is asked of responses */

struct asked {
	int64_t size, from, after_ms, until_ms; /* after_ms <= answered_at < until_ms */
	bool backwards;
	char query[URL_MAX];                    /* filters and size, for links */
};

static bool digits(struct str s, size_t at, size_t n, int64_t *out)
{
	uint64_t value;
	bool good = s.len >= at + n && str_to_u64(str_slice(s, at, at + n), &value);
	*out = good ? (int64_t)value : 0;
	return good;
}

/* RFC 3339, to the millisecond that it begins in; a "+" of the offset may have come as a space, unescaped. */
static bool take_instant(struct str s, int64_t *ms)
{
	struct date day;
	int64_t hour, minute, second, part = 0, off_hour = 0, off_minute = 0, fraction = 0;
	if (s.len < 20 || !date_parse(str_slice(s, 0, 10), &day) || !strchr("Tt ", s.at[10]) || !digits(s, 11, 2, &hour) ||
	    !digits(s, 14, 2, &minute) || !digits(s, 17, 2, &second) || s.at[13] != ':' || s.at[16] != ':' || hour > 23 || minute > 59 ||
	    second > 60)
		return false;
	size_t at = 19;
	if (s.at[at] == '.') {
		for (at++; at < s.len && s.at[at] >= '0' && s.at[at] <= '9'; at++, part++)
			fraction += part < 3 ? (s.at[at] - '0') * (part == 0 ? 100 : part == 1 ? 10 : 1) : 0;
		if (part == 0)
			return false;
	}
	struct str zone = str_from(s, at);
	int sign = zone.len && zone.at[0] == '-' ? -1 : 1;
	bool utc = str_eq_z(zone, "Z") || str_eq_z(zone, "z");
	if (!utc && (zone.len != 6 || !strchr("+- ", zone.at[0]) || zone.at[3] != ':' || !digits(zone, 1, 2, &off_hour) ||
		     !digits(zone, 4, 2, &off_minute)))
		return false;
	*ms = (((date_to_days(day) * 24 + hour - sign * off_hour) * 60 + minute - sign * off_minute) * 60 + second) * 1000 + fraction;
	return true;
}

static bool take_number(struct str value, int64_t most, int64_t *out)
{
	uint64_t n;
	bool good = str_to_u64(value, &n) && n > 0 && n <= (uint64_t)most;
	*out = good ? (int64_t)n : *out;
	return good;
}

/* A version is the `modified` of a descriptor, which is the instant of its last answer. */
static bool take_parameter(struct asked *a, struct str name, struct str value)
{
	int64_t ms;
	if (str_eq_z(name, "page[size]"))
		return take_number(value, ROWS_MAX, &a->size);
	if (str_eq_z(name, "page[afterCursor]") || str_eq_z(name, "page[beforeCursor]")) {
		bool twice = a->from != 0;
		a->backwards = str_eq_z(name, "page[beforeCursor]");
		return !twice && take_number(value, INT64_MAX, &a->from);
	}
	if (!take_instant(value, &ms))
		return false;
	if (str_eq_z(name, "filter[start-timestamp]") || str_eq_z(name, "filter[min-version]")) {
		ms += str_eq_z(name, "filter[start-timestamp]"); /* exclusive */
		a->after_ms = ms > a->after_ms ? ms : a->after_ms;
		return true;
	}
	if (!str_eq_z(name, "filter[end-timestamp]") && !str_eq_z(name, "filter[max-version]"))
		return false;
	a->until_ms = ms + 1 < a->until_ms ? ms + 1 : a->until_ms;
	return true;
}

static bool take_query(struct call *call, struct asked *a)
{
	struct form form = { .count = 0 };
	struct buf query = buf_over(a->query, sizeof a->query - 1);
	int rc = call->request->query.len ? form_decode(call->request->query, &call->arena, &form) : 0;
	for (size_t i = 0; rc == 0 && i < form.count; i++) {
		char name[64];
		if (!take_parameter(a, form.field[i].name, form.field[i].value)) {
			call_bad(call, str_copy(form.field[i].name, name, sizeof name) ? name : "", "No parameter, or not one of its values.");
			return false;
		}
		if (!str_starts(form.field[i].name, STR("page[a")) && !str_starts(form.field[i].name, STR("page[b")) &&
		    str_copy(form.field[i].name, name, sizeof name))
			form_put(&query, name, form.field[i].value);
	}
	a->query[query.len] = '\0';
	if (rc == 0 && !query.full)
		return true;
	call_bad(call, "", "The query cannot be read.");
	return false;
}

/* ---- responses */

enum { FULL = 1 };

struct found {
	json_t *rows;
	int64_t first, last; /* row ids, in the order they came */
	size_t most;
	bool more;
};

static int take_row(json_t *row, int64_t row_id, void *user)
{
	struct found *f = user;
	if (json_array_size(f->rows) == f->most) {
		f->more = true;
		json_decref(row);
		return FULL;
	}
	f->first = f->first ? f->first : row_id;
	f->last = row_id;
	return json_array_append_new(f->rows, row) == 0 ? 0 : -ENOMEM;
}

static int read_page(struct call *call, const struct desk_job *j, const struct asked *a, int64_t from, bool backwards, size_t most,
		     struct found *out)
{
	char text[4][24];
	struct export_ask ask;
	struct report_filter filter;
	*out = (struct found){ .rows = json_array(), .most = most };
	int rc = desk_job_ask(j, &ask, &call->err);
	if (rc != 0)
		return rc;
	export_filter(&call->c->g->config, &ask, &filter, text);
	filter.extra = ask.flow;
	int64_t after = strtoll(text[2], NULL, 10), until = strtoll(text[3], NULL, 10);
	(void)snprintf(text[2], sizeof text[2], "%" PRId64, a->after_ms > after ? a->after_ms : after);
	(void)snprintf(text[3], sizeof text[3], "%" PRId64, a->until_ms < until ? a->until_ms : until);
	filter.from_ms = str_of(text[2]), filter.to_ms = str_of(text[3]);
	rc = floip_page(call->c->reader, &j->package, &filter, from, backwards, take_row, out, &call->err);
	return rc == FULL ? 0 : rc;
}

static json_t *link_to(struct call *call, const struct asked *a, const char *cursor, int64_t row_id)
{
	char more[URL_MAX + 64], number[24];
	struct buf b = buf_over(more, sizeof more - 1);
	buf_put_z(&b, a->query);
	(void)snprintf(number, sizeof number, "%" PRId64, row_id);
	if (cursor)
		form_put(&b, cursor, str_of(number));
	more[b.len] = '\0';
	struct str base = url_of(call, call->name, "/responses");
	return more[0] ? json_sprintf("%.*s?%s", STR_ARG(base), more) : json_from_str(base);
}

static void turn_around(json_t *rows)
{
	json_t *turned = json_array();
	for (size_t i = json_array_size(rows); i > 0; i--)
		(void)json_array_append(turned, json_array_get(rows, i - 1));
	(void)json_array_clear(rows);
	(void)json_array_extend(rows, turned);
	json_decref(turned);
}

/* FLOIP's own examples have the links of the pages inside `relationships`, where its readers look for them; JSON:API has them
 * outside, where its readers do. */
static json_t *around(struct call *call, const struct asked *a, const struct found *page, bool earlier, bool later)
{
	int64_t low = a->backwards ? page->last : page->first, high = a->backwards ? page->first : page->last;
	json_t *all = json_object();
	(void)json_object_set_new(all, "self", link_to(call, a, !a->from ? NULL : a->backwards ? "page[beforeCursor]" :
						       "page[afterCursor]", a->from));
	(void)json_object_set_new(all, "next", later ? link_to(call, a, "page[afterCursor]", high) : json_null());
	(void)json_object_set_new(all, "previous", earlier ? link_to(call, a, "page[beforeCursor]", low) : json_null());
	return all;
}

static void tell_rows(struct call *call, const struct asked *a, const struct found *page, bool other)
{
	char *action = arena_alloc(&call->arena, 64);
	json_t *pages = around(call, a, page, a->backwards ? page->more : other, a->backwards ? other : page->more);
	json_t *self = json_object();
	json_put_str(self, "self", url_of(call, call->name, ""));
	if (a->backwards)
		turn_around(page->rows);
	if (!action) {
		json_decref(pages);
		json_decref(self);
		json_decref(page->rows);
		call_problem(call, 503, "unavailable", "No memory.");
		return;
	}
	(void)snprintf(action, 64, "export.read floip rows=%zu", json_array_size(page->rows));
	json_t *data = json_pack("{s:s, s:o, s:{s:O}, s:{s:{s:o}, s:O}}", "type", "responses", "id", json_from_str(call->name),
				 "attributes", "responses", page->rows, "relationships", "descriptor", "links", self, "links", pages);
	json_decref(page->rows);
	call_read(call, action, STR("answers"), json_pack("{s:o, s:o}", "links", pages, "data", data));
}

void api_responses(struct call *call)
{
	const struct desk_job *j = desk_jobs_package(call, call->name);
	struct asked a = { .size = ROWS_USUAL, .until_ms = INT64_MAX };
	struct found page, other = { .rows = NULL };
	if (!j) {
		call_not_found(call);
		return;
	}
	if (!speaks(call) || !take_query(call, &a))
		return;
	int rc = read_page(call, j, &a, a.from, a.backwards, (size_t)a.size, &page);
	if (rc == 0 && page.first) /* is there any on the side that one came from? */
		rc = read_page(call, j, &a, page.first, !a.backwards, 0, &other);
	json_decref(other.rows);
	if (rc != 0) {
		json_decref(page.rows);
		call_problem(call, 503, "unavailable", "The database does not answer; try again.");
		return;
	}
	tell_rows(call, &a, &page, other.more);
}
