/* What hangs on a case beside its own row: notes, the number in IOM's case system, the mentor, the poster that brought it. */
#ifndef DB_CASE_FILE_H
#define DB_CASE_FILE_H

#include "db/cases.h"
#include "db/contact.h"

struct note {
	int64_t note_id;    /* set by note_add() */
	struct str ref, author, text;
	int64_t corrects;   /* the note that this one stands for; 0: none.  The old one stays. */
};
/* -ENOENT: the note that is corrected is none of this case. */
int note_add(struct db *db, const struct contact *who, struct note *note, int64_t now_ms) __attribute__((warn_unused_result));

/* id: sealed; empty: taken away.  *other: a case that has the same number already, "" = none: the caller says so to a person. */
int case_set_external(struct db *db, struct str ref, const struct contact *who, struct str id, struct str by, int64_t now_ms,
		      char other[REF_LEN + 1]) __attribute__((warn_unused_result));
int case_set_mentor(struct db *db, struct str ref, struct str mentor, struct str by, int64_t now_ms)
	__attribute__((warn_unused_result));
/* The poster that brought the person; the first counts.  A case that opens later takes it over. */
int contact_set_source(struct db *db, int64_t contact_id, struct str point) __attribute__((warn_unused_result));
int case_take_source(struct db *db, struct str ref) __attribute__((warn_unused_result));
/* How many cases this person opened since. */
int cases_of_contact_since(struct db *db, int64_t contact_id, int64_t since_ms, int64_t *count) __attribute__((warn_unused_result));

#endif
