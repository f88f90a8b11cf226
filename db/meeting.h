/* Appointments of people, alone or at a meeting (an information session), with the answer to their invitation and whether they
 * came.  The place of one person's appointment is sealed; a meeting's is not about anybody. */
#ifndef DB_MEETING_H
#define DB_MEETING_H

#include "db/contact.h"

enum { PLACE_LEN = 15 }; /* characters, domain.md 4.2 */

struct meeting {
	int64_t meeting_id;       /* set by meeting_add() */
	struct str tag, kind, office, place, by;
	int64_t at;
};

struct appointment {
	int64_t appointment_id;   /* set by appointment_add() */
	int64_t meeting_id, contact_id, at, message_id; /* 0: none */
	char ref[9];
	struct str place, by;
};

int meeting_add(struct db *db, struct meeting *m, int64_t now_ms) __attribute__((warn_unused_result));
/* place, at and tag are filled, in the batch's arena.  1, 0, error. */
int meeting_get(struct db *db, int64_t meeting_id, struct meeting *out) __attribute__((warn_unused_result));

/* -EEXIST: this case is invited to the meeting already. */
int appointment_add(struct db *db, const struct contact *who, struct appointment *a, int64_t now_ms)
	__attribute__((warn_unused_result));
/* who NULL: the place stays sealed.  1, 0, error. */
int appointment_get(struct db *db, int64_t appointment_id, const struct contact *who, struct appointment *out)
	__attribute__((warn_unused_result));
int appointment_of(struct db *db, int64_t meeting_id, struct str ref, int64_t *appointment_id)
	__attribute__((warn_unused_result)); /* 1, 0, error */
int appointment_texted(struct db *db, int64_t appointment_id, int64_t message_id) __attribute__((warn_unused_result));
int appointment_attended(struct db *db, int64_t appointment_id, bool came) __attribute__((warn_unused_result));
/* What the person answered, CONFIRMED or OTHER_DATE, to the last invitation that was sent; none: nothing happens. */
int appointment_answered(struct db *db, int64_t contact_id, struct str answer, int64_t now_ms) __attribute__((warn_unused_result));

#endif
