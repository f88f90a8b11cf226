/* Exports: rows as they are, for whoever works on with them (console.md 6).  Pseudonyms instead of persons, unless a second
 * person agreed (names).
 *
 * export_run() only reads, in pages, and writes one file that is there whole or not at all (FLOIP outside an archive: two, the
 * descriptor last); in constant memory, whatever the number of rows.  The file's last line (a spreadsheet's first) says who made
 * it, when and for what.  Before the file gets its name `release` is called with the number of rows: there the caller writes the
 * audit, and no audit means no file.  Any thread may run one on a reader of its own. */
#ifndef GATEWAY_EXPORT_H
#define GATEWAY_EXPORT_H

#include "db/report.h"
#include "flows/flow.h"
#include "gateway/config.h"
#include "gateway/period.h"

enum export_format { EXPORT_CSV, EXPORT_CSV_EXCEL_FR, EXPORT_JSONL, EXPORT_XLSX, EXPORT_FLOIP };

struct export_ask {
	struct str name;               /* cases answers checkins messages alerts referrals historic reintegration flows */
	enum export_format format;
	struct period period;          /* from.year 0: all there is */
	struct str direction, tag, office, flow; /* "" any; flow: of FLOIP's answers */
	bool names;                    /* with reference, name and number: only once a permission was spent */
	bool right_to_left;            /* an Arabic sheet */
	struct str purpose, user;      /* for the watermark */
	struct str columns;            /* a column map's text: "column<TAB>head" a line, in the order wanted; "" as they are */
	const char *path;              /* NULL: stdout; FLOIP and archives need one */
	bool zip;                      /* path is an archive that holds the file, */
	const char *password;          /* locked with this one; "" or NULL none */
	int64_t now_ms;
	const struct book *book;       /* FLOIP: what was asked, in words */
};

struct export_watch { /* members may be NULL */
	/* permille done; not 0: give up, nothing is left behind and export_run() returns -ECANCELED. */
	int (*progress)(int permille, int64_t rows, void *user);
	int (*release)(int64_t rows, void *user); /* 0, or negative: no file */
	void *user;
};

extern const char *const export_names[];   /* ended by NULL */
extern const char *const export_formats[]; /* in the order of enum export_format, ended by NULL */

enum { EXPORT_WHAT_MAX = 400, EXPORT_FILTERS = 7 };

/* What the audit says of it: "xlsx rows=796 names=no year=2020 direction=FROM_MA".  filter: year, from, to, direction, tag, office,
 * flow; "" not asked for. */
void export_what(const char *format, int64_t rows, bool names, bool locked, const struct str filter[EXPORT_FILTERS],
		 char out[EXPORT_WHAT_MAX]);
/* "wasl-cases-20261128.xlsx", ".zip" when it is an archive. */
void export_file_name(const struct export_ask *ask, char *out, size_t cap);
/* The rows that ask wants, as db/report.h takes them; text is where its numbers stand. */
void export_filter(const struct config *config, const struct export_ask *ask, struct report_filter *f, char text[4][24]);

/* 0 and *rows; -EINVAL: no such export, or the format does not go with it; -ECANCELED; -EIO, -ENOSPC … with err. */
int export_run(struct reader *reader, const struct config *config, const struct export_ask *ask, const struct export_watch *watch,
	       int64_t *rows, struct err *err) __attribute__((warn_unused_result));

#endif
