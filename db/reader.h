/* Reads on a second, read-only connection: section 5's views with their sealed columns opened.
 *
 * The stored views stay readable without the key (as ciphertext); this connection shadows them with TEMP views.  It never
 * writes, never checkpoints, and reader_query() sees nothing but the views.  One reader, one thread. */
#ifndef DB_READER_H
#define DB_READER_H

#include "db/vault.h"

struct reader;

enum cell_kind { CELL_NULL, CELL_INTEGER, CELL_REAL, CELL_TEXT, CELL_BLOB };

struct cell {
	enum cell_kind kind;
	int64_t integer;
	double real;
	struct str text; /* TEXT, BLOB */
};

/* 0; otherwise err says what and what to do; -ENOENT: no database there. */
int reader_open(const char *state_dir, const char *key_file, struct reader **out, struct err *err)
	__attribute__((warn_unused_result));
void reader_close(struct reader *reader);

/* Called once with row == NULL for the columns' names, then for each row.  Non-zero stops and is returned. */
typedef int reader_row(const char *const *names, const struct cell *row, size_t columns, void *user);

/* One SELECT; values bind to its ? in order.  -EINVAL: not one SELECT over the views, with SQLite's words in err. */
int reader_query(struct reader *reader, struct str sql, const struct str *values, size_t values_count, reader_row *each,
		 void *user, struct err *err) __attribute__((warn_unused_result));

/* The same for a statement of the house's own (db/report.c), which may read tables too; its text never holds anything from
 * outside.  Values that it has no ? for are left out. */
int reader_run(struct reader *reader, const char *sql, const struct str *values, size_t values_count, reader_row *each,
	       void *user, struct err *err) __attribute__((warn_unused_result));

/* ---- for the house itself: statements of ours, over the tables too

   unseal('table.column', row number, contact_id or NULL, bytes) opens a sealed column; v_ names mean the opened views, main.
   the tables.  sql must be a literal: it is prepared once and kept by its address.  */
struct cell cell_of_text(struct str s);   /* at == NULL: NULL */
struct cell cell_of_i64(int64_t n);
struct cell cell_of_blob(const void *bytes, size_t len);
int reader_ask(struct reader *reader, const char *sql, const struct cell *values, size_t values_count, reader_row *each,
	       void *user) __attribute__((warn_unused_result)); /* 0, what each() returned, or -EIO, -EBUSY, -EMFILE */
/* What takes long to find out, kept for a while in a TEMP table of this connection (temp.NAME): a statement that writes TEMP
 * tables alone; the file itself is open for reading only.  0 or as above. */
int reader_note(struct reader *reader, const char *sql, const struct cell *values, size_t values_count)
	__attribute__((warn_unused_result));
/* Changes whenever the writing connection has committed; negative: an error. */
int64_t reader_version(struct reader *reader);
const struct vault *reader_vault(const struct reader *reader);

#endif
