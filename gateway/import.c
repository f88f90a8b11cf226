#include "gateway/import.h"

#include "db/import.h"
#include "gateway/acts.h"

#include <errno.h>
#include <stdio.h>

struct checking {
	const struct config *config;
	const struct phone_plan *phones;
	bool cases;
	import_problem_fn *problem;
	void *user;
	size_t problems, rows;
	struct import_years had;
};

static int check_row(const struct import_row *row, void *user)
{
	struct checking *c = user;
	struct err err = { .text = "" };
	c->rows++;
	int rc = c->cases ? import_check_case(c->config, c->phones, row, &err) : import_check_historic(row, &c->had, &err);
	if (rc != 0) {
		c->problems++;
		c->problem(row->line, err.text, c->user);
	}
	return 0;
}

/* "line 12: what" -> the line, and what follows. */
static size_t line_of(const char *text, const char **what)
{
	struct str s = str_of(text), number;
	uint64_t n = 0;
	*what = text;
	if (!str_starts(s, STR("line ")))
		return 1;
	s = str_from(s, 5);
	if (str_split(&s, ':', &number) && str_to_u64(number, &n) && s.at)
		*what = s.at + (s.len > 0 && s.at[0] == ' ');
	return (size_t)n;
}

size_t import_check(const struct config *config, const struct phone_plan *phones, struct str kind, struct str text,
		    import_problem_fn *problem, void *user, size_t *rows)
{
	struct checking c = { config, phones, str_eq_z(kind, "cases"), problem, user, 0, 0, { .count = 0 } };
	struct err err = { .text = "" };
	const char *what;
	*rows = 0;
	if (import_read(text, check_row, &c, &err) != 0) {
		size_t line = line_of(err.text, &what);
		c.problems++;
		problem(line, what, user);
	} else if (c.rows == 0) {
		c.problems++;
		problem(1, "there is nothing but the head", user);
	}
	*rows = c.rows;
	return c.problems;
}

/* ---- applying */

struct applying {
	struct act_call *call;
	bool cases;
	size_t rows;
};

static int apply_row(const struct import_row *row, void *user)
{
	struct applying *a = user;
	size_t mark = arena_mark(&a->call->db->arena);
	int rc = a->cases ? import_apply_case(a->call, row) : import_apply_historic(a->call, row);
	arena_back(&a->call->db->arena, mark);
	if (rc != 0) {
		struct err why = a->call->err;
		const char *what = why.text[0] ? why.text : "the database did not take it";
		return act_fail(a->call, rc, "line %zu: %.400s", row->line, what);
	}
	a->rows++;
	return rc;
}

/* ---- who does not want to be here: by line, never by number */

struct unwanted {
	struct act_call *call;
	struct buf lines;
	char text[200];
	size_t count;
};

static int note_unwanted(const struct import_row *row, void *user)
{
	struct unwanted *u = user;
	size_t mark = arena_mark(&u->call->db->arena);
	int rc = import_unwanted(u->call, row);
	arena_back(&u->call->db->arena, mark);
	if (rc != 1)
		return rc;
	if (u->count++ < 20)
		buf_printf(&u->lines, "%s%zu", u->count > 1 ? ", " : "", row->line);
	return 0;
}

static int refuse_unwanted(struct act_call *call, struct str text)
{
	struct unwanted u = { .call = call };
	struct err err = { .text = "" };
	u.lines = buf_over(u.text, sizeof u.text);
	int rc = import_read(text, note_unwanted, &u, &err);
	if (rc != 0 || u.count == 0)
		return rc;
	return act_fail(call, -EINVAL, "line%s %.*s%s: phone: the person of this number was erased or said STOP; leave the line out, or"
			" its number", u.count > 1 ? "s" : "", STR_ARG(buf_str(&u.lines)), u.count > 20 ? " and more" : "");
}

static void keep_first(size_t line, const char *what, void *user)
{
	struct act_call *call = user;
	if (call->err.text[0] == '\0')
		(void)act_fail(call, -EINVAL, "line %zu: %s", line, what);
}

/* Inside the caller's item.  0, or an error with err: nothing of it may be kept then. */
static int apply(struct act_call *call, struct str kind, struct str text, size_t *rows)
{
	struct applying a = { call, str_eq_z(kind, "cases"), 0 };
	struct err err = { .text = "" };
	if (!a.cases && !str_eq_z(kind, "historic"))
		return act_fail(call, -EINVAL, "cases or historic can be imported");
	if (import_check(&call->g->config, &call->g->book.phones, kind, text, keep_first, call, rows) != 0)
		return -EINVAL;
	int rc = a.cases ? refuse_unwanted(call, text) : 0;
	if (rc == 0 && a.cases)
		rc = import_note(call->db, kind, text, (int64_t)*rows, call->now_ms);
	if (rc == -EEXIST)
		return act_fail(call, -EALREADY, "this very file was imported before; nothing is changed");
	if (rc == 0)
		rc = import_read(text, apply_row, &a, &err);
	if (rc == -EEXIST)
		return -EINVAL; /* one of its references is taken: the file is wrong */
	return rc;
}

static int act_import(struct act_call *call)
{
	struct str kind, text;
	size_t rows = 0;
	char action[64];
	int rc = act_text(call, "kind", 16, false, &kind);
	if (str_trim(call->reason).len == 0)
		call->reason = STR("import"); /* some keys of a case need one */
	if (rc == 0)
		rc = act_text(call, "text", IMPORT_BYTES_MAX, false, &text);
	if (rc == 0)
		rc = apply(call, kind, text, &rows);
	if (rc != 0)
		return rc;
	(void)snprintf(action, sizeof action, "import rows=%zu", rows);
	(void)json_object_set_new(call->answer, "rows", json_integer((json_int_t)rows));
	return act_audit(call, str_of(action), kind);
}

const struct act import_acts[] = {
	{ "import", act_import, false },
	{ NULL, NULL, false },
};
