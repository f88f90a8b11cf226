#include "db/reader.h"

#include "db/cases.h"
#include "flows/text/utf8.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COLUMNS_MAX = 256, UNSEAL_ARENA = 1 << 18, KEPT_MAX = 128 };

struct reader {
	sqlite3 *conn;
	sqlite3 *outline;      /* the views' names and columns, and nothing else */
	sqlite3_stmt *key_of;  /* a person's wrapped key */
	struct vault vault;
	struct arena arena;
	int64_t person;        /* whose key is in hand; 0 = none */
	struct seal_key key;
	bool locked;           /* the statement being prepared is not ours */
	struct {
		const char *sql;
		sqlite3_stmt *s;
	} kept[KEPT_MAX];      /* of reader_ask() */
};

/* The sealed columns of the views: what they are called where they are sealed, and the row they are bound to. */
static const struct { const char *view, *column, *sealed_as, *row; } opened[] = {
	{ "v_contact", "name", "contact.name", "contact_id" },
	{ "v_contact_point", "phone", "contact_point.phone", "point_id" },
	{ "v_case", "sensitive", "case.sensitive", "CAST(ref AS INTEGER)" },
	{ "v_message", "text", "message.text", "message_id" },
	{ "v_answer", "raw", "answer.raw", "answer_id" },
	{ "v_alert", "kind", "alert.kind", "alert_id" },
	{ "v_alert", "rule", "alert.rule", "alert_id" },
	{ "v_task", "note", "task.note", "task_id" },
	{ "v_approval", "reason", "approval.reason", "approval_id" },
	{ "v_approval", "decision", "approval.decision", "approval_id" },
	{ "v_approval", "payload", "approval.payload", "approval_id" },
	{ "v_case_more", "external_id", "case.external_id", "CAST(ref AS INTEGER)" },
	{ "v_note", "text", "note.text", "note_id" },
	{ "v_alert_closed", "action", "alert.action", "alert_id" },
	{ "v_appointment", "place", "appointment.place", "appointment_id" },
};

/* 1: reader->key is the person's; 0: the person was erased or is not there; or an error. */
static int fetch_key(struct reader *r, int64_t contact_id)
{
	if (r->person == contact_id)
		return 1;
	r->person = 0;
	(void)sqlite3_reset(r->key_of);
	(void)sqlite3_bind_int64(r->key_of, 1, contact_id);
	if (sqlite3_step(r->key_of) != SQLITE_ROW || sqlite3_column_type(r->key_of, 0) == SQLITE_NULL) {
		(void)sqlite3_reset(r->key_of);
		return 0;
	}
	struct str wrapped = { sqlite3_column_blob(r->key_of, 0), (size_t)sqlite3_column_bytes(r->key_of, 0) };
	int rc = vault_unwrap(&r->vault, contact_id, wrapped, &r->key);
	(void)sqlite3_reset(r->key_of);
	if (rc == 0)
		r->person = contact_id;
	return rc == 0 ? 1 : rc;
}

/* unseal(sealed_as, row, contact_id, bytes) */
static void sql_unseal(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	struct reader *r = sqlite3_user_data(context);
	(void)argc;
	if (sqlite3_value_type(argv[3]) == SQLITE_NULL)
		return;
	struct seal_place place = { (const char *)sqlite3_value_text(argv[0]), sqlite3_value_int64(argv[1]) };
	struct str sealed = { sqlite3_value_blob(argv[3]), (size_t)sqlite3_value_bytes(argv[3]) }, plain;
	const struct seal_key *key = &r->vault.own;
	int rc = 1;
	if (sqlite3_value_type(argv[2]) != SQLITE_NULL) {
		rc = fetch_key(r, sqlite3_value_int64(argv[2]));
		key = &r->key;
	}
	arena_reset(&r->arena);
	if (rc == 1)
		rc = vault_unseal(key, place, sealed, &r->arena, &plain) == 0 ? 1 : -EBADMSG;
	if (rc < 0)
		sqlite3_result_error(context, "sealed text does not open: another key, or it was changed", -1);
	if (rc != 1)
		return;
	struct buf shown = buf_new(&r->arena, plain.len * 3 + 1);
	(void)utf8_repair(plain, &shown);
	if (shown.full)
		sqlite3_result_error_nomem(context);
	else
		sqlite3_result_text64(context, shown.at, shown.len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* pseudonym(id): the same for the same person in every export of this database, and nothing to anybody without the key. */
static void sql_pseudonym(sqlite3_context *context, int argc, sqlite3_value **argv)
{
	static const char hex[] = "0123456789abcdef";
	const struct reader *r = sqlite3_user_data(context);
	unsigned char hash[VAULT_INDEX_LEN];
	char shown[17];
	int64_t id = sqlite3_value_int64(argv[0]);
	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
		return;
	vault_fingerprint(&r->vault, (struct str[]){ STR("pseudonym"), { (const char *)&id, sizeof id } }, 2, hash);
	for (int i = 0; i < 8; i++)
		shown[i * 2] = hex[hash[i] >> 4], shown[i * 2 + 1] = hex[hash[i] & 15];
	sqlite3_result_text(context, shown, 16, SQLITE_TRANSIENT);
}

static int authorize(void *user, int action, const char *a, const char *b, const char *database, const char *inner)
{
	const struct reader *r = user;
	(void)database;
	if (!r->locked)
		return SQLITE_OK;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION: /* unseal() is for the views alone */
		return b && strcmp(b, "unseal") == 0 && !inner ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_READ:
		/* b empty: the table is named, no column of it is read (count(*) over a view) */
		if (inner || (b && !*b) || (a && (strncmp(a, "v_", 2) == 0 || strcmp(a, "sqlite_master") == 0 || strcmp(a, "") == 0)))
			return SQLITE_OK;
		return SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

/* CREATE TEMP VIEW v_x AS SELECT every column, the sealed ones through unseal(), FROM main.v_x */
static int shadow_view(struct reader *r, const char *view)
{
	char sql[4096], probe[96];
	struct buf b = buf_over(sql, sizeof sql);
	sqlite3_stmt *s;
	(void)snprintf(probe, sizeof probe, "SELECT * FROM main.%s", view);
	int rc = sqlite3_prepare_v2(r->conn, probe, -1, &s, NULL);
	if (rc != SQLITE_OK)
		return rc;
	buf_printf(&b, "CREATE TEMP VIEW %s AS SELECT", view);
	for (int i = 0; i < sqlite3_column_count(s); i++) {
		const char *column = sqlite3_column_name(s, i), *sealed_as = NULL, *row = NULL;
		for (size_t k = 0; k < sizeof opened / sizeof *opened; k++)
			if (strcmp(opened[k].view, view) == 0 && strcmp(opened[k].column, column) == 0)
				sealed_as = opened[k].sealed_as, row = opened[k].row;
		if (sealed_as)
			buf_printf(&b, "%s unseal('%s', %s, contact_id, %s) AS %s", i ? "," : "", sealed_as, row, column, column);
		else
			buf_printf(&b, "%s %s", i ? "," : "", column);
	}
	sqlite3_finalize(s);
	buf_printf(&b, " FROM main.%s", view);
	buf_put_char(&b, '\0');
	return b.full ? SQLITE_TOOBIG : sqlite3_exec(r->conn, sql, NULL, NULL, NULL);
}

static int prepare_views(struct reader *r)
{
	int rc = sqlite3_create_function_v2(r->conn, "unseal", 4, SQLITE_UTF8, r, sql_unseal, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function_v2(r->conn, "pseudonym", 1, SQLITE_UTF8, r, sql_pseudonym, NULL, NULL, NULL);
	/* What is opened and then sorted must not be written to a temporary file in clear.  trusted_schema off keeps unseal() out of
	 * anything stored in the file; TEMP views are ours. */
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(r->conn, "PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF", NULL, NULL, NULL);
	for (size_t i = 0; rc == SQLITE_OK && i < sizeof opened / sizeof *opened; i++)
		if (i == 0 || strcmp(opened[i].view, opened[i - 1].view) != 0)
			rc = shadow_view(r, opened[i].view);
	/* Before any statement that is to last: setting it makes SQLite prepare them anew. */
	if (rc == SQLITE_OK)
		rc = sqlite3_set_authorizer(r->conn, authorize, r);
	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(r->conn, "SELECT key FROM main.contact WHERE contact_id = ?", -1, &r->key_of, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(r->conn, "PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0", NULL, NULL, NULL);
	return rc;
}

/* What SQLite tells its authorizer of a table inside WITH looks like one inside a view.  So a statement must first make
 * sense where there is nothing but the views: there it can name no table, and no unseal(). */
static int outline_view(struct reader *r, const char *view)
{
	char sql[4096];
	struct buf b = buf_over(sql, sizeof sql);
	sqlite3_stmt *s;
	buf_printf(&b, "SELECT * FROM main.%s", view);
	buf_put_char(&b, '\0');
	int rc = b.full ? SQLITE_TOOBIG : sqlite3_prepare_v2(r->conn, sql, -1, &s, NULL);
	if (rc != SQLITE_OK)
		return rc;
	b = buf_over(sql, sizeof sql);
	buf_printf(&b, "CREATE TABLE %s (", view);
	for (int i = 0; i < sqlite3_column_count(s); i++)
		buf_printf(&b, "%s\"%s\"", i ? ", " : "", sqlite3_column_name(s, i));
	buf_put_z(&b, ")");
	buf_put_char(&b, '\0');
	sqlite3_finalize(s);
	return b.full ? SQLITE_TOOBIG : sqlite3_exec(r->outline, sql, NULL, NULL, NULL);
}

static int prepare_outline(struct reader *r)
{
	sqlite3_stmt *s;
	int rc = sqlite3_open_v2(":memory:", &r->outline, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(r->conn, "SELECT name FROM main.sqlite_master WHERE type = 'view'", -1, &s, NULL);
	if (rc != SQLITE_OK)
		return rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		rc = outline_view(r, (const char *)sqlite3_column_text(s, 0));
		if (rc != SQLITE_OK)
			break;
	}
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int reader_open(const char *state_dir, const char *key_file, struct reader **out, struct err *err)
{
	char path[4096];
	struct reader *r = calloc(1, sizeof *r);
	if (!r || arena_new(&r->arena, UNSEAL_ARENA) != 0) {
		free(r);
		return err_set(err, -ENOMEM, "no memory");
	}
	int rc = vault_open(&r->vault, key_file, err);
	if (rc == 0 && snprintf(path, sizeof path, "%s/wasl.db", state_dir) >= (int)sizeof path)
		rc = err_set(err, -ENAMETOOLONG, "the state folder's path is too long");
	if (rc == 0 && access(path, R_OK) != 0)
		rc = err_set(err, -ENOENT, "%s: no database there; `wasl init` makes one", path);
	if (rc == 0) {
		int code = sqlite3_open_v2(path, &r->conn, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);
		if (code == SQLITE_OK)
			code = sqlite3_busy_timeout(r->conn, 2000);
		if (code == SQLITE_OK)
			code = prepare_views(r);
		if (code == SQLITE_OK)
			code = prepare_outline(r);
		if (code != SQLITE_OK)
			rc = err_set(err, -EIO, "%s: %s", path, r->conn ? sqlite3_errmsg(r->conn) : "no memory");
	}
	if (rc != 0) {
		reader_close(r);
		return rc;
	}
	*out = r;
	return 0;
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	sqlite3_finalize(r->key_of);
	for (size_t i = 0; i < KEPT_MAX; i++)
		sqlite3_finalize(r->kept[i].s);
	(void)sqlite3_close(r->conn);
	(void)sqlite3_close(r->outline);
	vault_close(&r->vault);
	seal_key_forget(&r->key);
	arena_free(&r->arena);
	free(r);
}

static void read_row(sqlite3_stmt *s, struct cell *row, size_t columns)
{
	for (size_t i = 0; i < columns; i++) {
		int n = (int)i;
		row[i] = (struct cell){ 0 };
		switch (sqlite3_column_type(s, n)) {
		case SQLITE_INTEGER:
			row[i].kind = CELL_INTEGER;
			row[i].integer = sqlite3_column_int64(s, n);
			break;
		case SQLITE_FLOAT:
			row[i].kind = CELL_REAL;
			row[i].real = sqlite3_column_double(s, n);
			break;
		case SQLITE_TEXT:
		case SQLITE_BLOB: {
			row[i].kind = sqlite3_column_type(s, n) == SQLITE_TEXT ? CELL_TEXT : CELL_BLOB;
			const char *at = sqlite3_column_blob(s, n);
			row[i].text = at ? (struct str){ at, (size_t)sqlite3_column_bytes(s, n) } : (struct str){ "", 0 };
			break;
		}
		default:
			break;
		}
	}
}

/* To be asked once a row is there: the first step prepares the statement anew where the schema has changed (a VACUUM does that),
 * and what was said before is gone with the old one. */
static void read_names(sqlite3_stmt *s, const char **names, size_t columns)
{
	for (size_t i = 0; i < columns; i++)
		names[i] = sqlite3_column_name(s, (int)i);
}

static int run_select(struct reader *r, sqlite3_stmt *s, reader_row *each, void *user, struct err *err)
{
	const char *names[COLUMNS_MAX];
	struct cell row[COLUMNS_MAX];
	size_t columns = (size_t)sqlite3_column_count(s);
	if (columns == 0 || columns > COLUMNS_MAX || !sqlite3_stmt_readonly(s))
		return err_set(err, -EINVAL, "only one SELECT over the v_ views is answered here");
	read_names(s, names, columns);
	int rc = each(names, NULL, columns, user), code = SQLITE_DONE;
	for (bool first = true; rc == 0 && (code = sqlite3_step(s)) == SQLITE_ROW; first = false) {
		if (first)
			read_names(s, names, columns);
		read_row(s, row, columns);
		rc = each(names, row, columns, user);
	}
	if (rc == 0 && code != SQLITE_DONE)
		rc = err_set(err, code == SQLITE_BUSY ? -EBUSY : -EIO, "%s", sqlite3_errmsg(r->conn));
	return rc;
}

/* 0, or what a person who wrote the statement should know. */
static int fits_outline(struct reader *r, struct str sql, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int code = sqlite3_prepare_v2(r->outline, sql.at, (int)sql.len, &s, NULL);
	bool reads = code == SQLITE_OK && (!s || sqlite3_stmt_readonly(s));
	sqlite3_finalize(s);
	if (code != SQLITE_OK)
		return err_set(err, -EINVAL, "%s", sqlite3_errmsg(r->outline));
	return reads ? 0 : err_set(err, -EINVAL, "only one SELECT over the v_ views is answered here");
}

int reader_query(struct reader *r, struct str sql, const struct str *values, size_t values_count, reader_row *each,
		 void *user, struct err *err)
{
	sqlite3_stmt *s = NULL;
	const char *tail = NULL;
	if (sql.len > 100000)
		return err_set(err, -EINVAL, "the statement is too long");
	int rc = fits_outline(r, sql, err);
	if (rc != 0)
		return rc;
	r->locked = true;
	int code = sqlite3_prepare_v2(r->conn, sql.at, (int)sql.len, &s, &tail);
	r->locked = false;
	if (code != SQLITE_OK || !s)
		return err_set(err, -EINVAL, "%s", code == SQLITE_OK ? "no statement" : sqlite3_errmsg(r->conn));
	struct str rest = str_trim(str_span(tail, sql.at + sql.len));
	if (rest.len && !str_eq(rest, STR(";")))
		rc = err_set(err, -EINVAL, "one statement at a time");
	for (size_t i = 0; rc == 0 && i < values_count; i++)
		if (sqlite3_bind_text64(s, (int)i + 1, values[i].at, values[i].len, SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK)
			rc = err_set(err, -EINVAL, "%s", sqlite3_errmsg(r->conn));
	if (rc == 0)
		rc = run_select(r, s, each, user, err);
	sqlite3_finalize(s);
	return rc;
}

int reader_run(struct reader *r, const char *sql, const struct str *values, size_t values_count, reader_row *each, void *user,
	       struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = 0;
	if (sqlite3_prepare_v2(r->conn, sql, -1, &s, NULL) != SQLITE_OK)
		return err_set(err, -EIO, "%s", sqlite3_errmsg(r->conn));
	size_t wanted = (size_t)sqlite3_bind_parameter_count(s);
	for (size_t i = 0; rc == 0 && i < values_count && i < wanted; i++)
		if (sqlite3_bind_text64(s, (int)i + 1, values[i].at ? values[i].at : "", values[i].len, SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK)
			rc = err_set(err, -EIO, "%s", sqlite3_errmsg(r->conn));
	if (rc == 0)
		rc = run_select(r, s, each, user, err);
	sqlite3_finalize(s);
	return rc;
}

/* ---- statements of ours */

struct cell cell_of_text(struct str s)
{
	return (struct cell){ .kind = s.at ? CELL_TEXT : CELL_NULL, .text = s };
}

struct cell cell_of_i64(int64_t n)
{
	return (struct cell){ .kind = CELL_INTEGER, .integer = n };
}

struct cell cell_of_blob(const void *bytes, size_t len)
{
	return (struct cell){ .kind = CELL_BLOB, .text = { bytes, len } };
}

static int kept_statement(struct reader *r, const char *sql, sqlite3_stmt **out)
{
	size_t i = ((uintptr_t)sql >> 3) % KEPT_MAX;
	for (size_t n = 0; n < KEPT_MAX; n++, i = (i + 1) % KEPT_MAX) {
		if (r->kept[i].sql == sql) {
			*out = r->kept[i].s;
			return SQLITE_OK;
		}
		if (!r->kept[i].sql)
			break;
	}
	if (r->kept[i].sql)
		return SQLITE_FULL;
	int code = sqlite3_prepare_v3(r->conn, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
	if (code == SQLITE_OK)
		r->kept[i].sql = sql, r->kept[i].s = *out;
	return code;
}

static int bind_cell(sqlite3_stmt *s, int at, const struct cell *c)
{
	switch (c->kind) {
	case CELL_INTEGER: return sqlite3_bind_int64(s, at, c->integer);
	case CELL_REAL: return sqlite3_bind_double(s, at, c->real);
	case CELL_TEXT: return sqlite3_bind_text64(s, at, c->text.at, c->text.len, SQLITE_STATIC, SQLITE_UTF8);
	case CELL_BLOB: return sqlite3_bind_blob64(s, at, c->text.at, c->text.len, SQLITE_STATIC);
	case CELL_NULL: default: return sqlite3_bind_null(s, at);
	}
}

int reader_ask(struct reader *r, const char *sql, const struct cell *values, size_t values_count, reader_row *each, void *user)
{
	struct cell row[COLUMNS_MAX] = { { 0 } };
	const char *names[COLUMNS_MAX];
	sqlite3_stmt *s = NULL;
	int rc = 0, code = kept_statement(r, sql, &s);
	for (size_t i = 0; code == SQLITE_OK && i < values_count; i++)
		code = bind_cell(s, (int)i + 1, &values[i]);
	if (code != SQLITE_OK)
		return code == SQLITE_FULL ? -EMFILE : -EIO;
	size_t columns = (size_t)sqlite3_column_count(s);
	for (bool first = true; rc == 0 && (code = sqlite3_step(s)) == SQLITE_ROW; first = false) {
		if (first)
			read_names(s, names, columns);
		read_row(s, row, columns);
		rc = each(names, row, columns, user);
	}
	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s);
	return rc != 0 ? rc : code == SQLITE_DONE ? 0 : (code & 0xff) == SQLITE_BUSY ? -EBUSY : -EIO;
}

static int pass_over(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	(void)names, (void)row, (void)columns, (void)user;
	return 0;
}

int reader_note(struct reader *r, const char *sql, const struct cell *values, size_t values_count)
{
	if (sqlite3_exec(r->conn, "PRAGMA query_only=OFF", NULL, NULL, NULL) != SQLITE_OK)
		return -EIO;
	int rc = reader_ask(r, sql, values, values_count, pass_over, NULL);
	int code = sqlite3_exec(r->conn, "PRAGMA query_only=ON", NULL, NULL, NULL);
	return rc == 0 && code != SQLITE_OK ? -EIO : rc;
}

static int take_version(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	(void)names, (void)columns;
	*(int64_t *)user = row[0].integer;
	return 0;
}

int64_t reader_version(struct reader *r)
{
	static const char sql[] = "PRAGMA data_version";
	int64_t version = -1;
	int rc = reader_ask(r, sql, NULL, 0, take_version, &version);
	return rc == 0 ? version : rc;
}

const struct vault *reader_vault(const struct reader *r)
{
	return &r->vault;
}
