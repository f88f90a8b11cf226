/* A person is made unfindable; the figures stay.
 *
 * The person's key is destroyed and with it whatever it sealed, here and in older backups; the number, the name, every
 * word, every day and the reference go.  What the reports count stays, coded and by the month, under a new reference that
 * begins with 0 and a contact that has neither number nor name (db/holdings.c says column by column).  Bytes that SQLite
 * keeps in unused parts of its pages go with db_scrub(). */
#ifndef DB_ERASE_H
#define DB_ERASE_H

#include "db/db.h"

enum erase_how {
	ERASE_BY_RIGHT, /* asked for: a tombstone, which survives a restore; no coded answer stays */
	ERASE_BY_TIME,  /* past the time of keeping: coded answers stay, for statistics */
};

enum erase_obstacle {
	ERASE_FREE,
	ERASE_NOBODY,          /* there is no such person, or not any more */
	ERASE_ALERT_OPEN,      /* protection decides first (domain.md D11) */
	ERASE_MESSAGE_LEAVING, /* for seconds */
};

int erase_obstacle(struct db *db, int64_t contact_id, enum erase_obstacle *out) __attribute__((warn_unused_result));
/* Part of a batch's item.  -EEXIST: some table still names the person or the case, by no rule: the item must be undone. */
int erase_person(struct db *db, int64_t contact_id, enum erase_how how, int64_t now_ms) __attribute__((warn_unused_result));

/* The person's key, and the keyed hash of it by which an older copy of the database knows them.  1, 0: nobody, error. */
int person_fingerprint(struct db *db, int64_t contact_id, struct seal_key *key, unsigned char out[VAULT_INDEX_LEN])
	__attribute__((warn_unused_result));

/* 1: the person of this number was erased by right, and no file may bring the number back; 0; error.  A keyed hash is all that is
 * left of it. */
int erased_number(struct db *db, struct str e164) __attribute__((warn_unused_result));

/* A tombstone from the list: 1 new, 0 known; then erase_the_entombed() takes out whoever a restored copy
 * brought back, or a crash left, with a line of the audit for each. */
int tombstone_add(struct db *db, const unsigned char person[VAULT_INDEX_LEN], int64_t at_ms) __attribute__((warn_unused_result));
int erase_the_entombed(struct db *db, int64_t at_ms) __attribute__((warn_unused_result));

#endif
