/* People (contact) and their numbers (contact_point), consents, the list of those who said STOP.
 *
 * A number is found by its blind index; the number itself is only in sealed columns.  Nothing about a person without
 * consent outlives `wipe_due`. */
#ifndef DB_CONTACT_H
#define DB_CONTACT_H

#include "db/db.h"

struct contact {
	int64_t contact_id, point_id;
	struct seal_key key;      /* seal_key_forget() when done */
	char language[8];         /* "" = not chosen */
	char contact_pref[8];     /* CALL_OK SHARED NO_CALL; "" = not asked */
	char country[3];          /* of the number */
	bool opted_out;
	int64_t acked_at, wipe_due, first_seen, last_seen; /* 0 = NULL */
	bool has_pin;
	bool shared;              /* of the number */
	bool frozen;              /* BLOCKED: somebody proved elsewhere to be this person */
	bool faded;               /* not heard from for long: the number alone proves nothing (failures.md P8) */
	bool texts_paused;        /* nothing is sent first until staff say so */
	int64_t helped_at;        /* HELP was asked for last; 0: never */
	int64_t noticed_at;       /* this number was told of a claim; 0: never */
	unsigned proof_tries;     /* wrong references and codes, the last at proof_tried_at */
	int64_t proof_tried_at;
};

struct consent {
	struct str purpose, answer, text_key, text_version, language, channel;
};

/* 1 found, 0 not, or an error. */
int contact_by_number(struct db *db, struct str e164, struct contact *out) __attribute__((warn_unused_result));
int contact_by_id(struct db *db, int64_t contact_id, struct contact *out) __attribute__((warn_unused_result));
/* A new person with one ACTIVE number, to be wiped at wipe_due unless contact_keep() comes. */
int contact_add(struct db *db, struct str e164, struct str country, int64_t now_ms, int64_t wipe_due,
		struct contact *out) __attribute__((warn_unused_result));
/* A person without a number, such as a child of a family, out of a file. */
int contact_add_unreached(struct db *db, int64_t now_ms, struct contact *out) __attribute__((warn_unused_result));
/* Seen again: last_seen, and the wipe (if one is due at all) moves to wipe_due. */
int contact_touch(struct db *db, int64_t contact_id, int64_t now_ms, int64_t wipe_due) __attribute__((warn_unused_result));
int contact_keep(struct db *db, int64_t contact_id) __attribute__((warn_unused_result));
int contact_wipe_at(struct db *db, int64_t contact_id, int64_t due_ms) __attribute__((warn_unused_result));
int contact_set_language(struct db *db, int64_t contact_id, struct str code) __attribute__((warn_unused_result));
int contact_set_call_language(struct db *db, int64_t contact_id, struct str code) __attribute__((warn_unused_result));
int contact_set_pref(struct db *db, const struct contact *contact, struct str pref) __attribute__((warn_unused_result));
int contact_set_name(struct db *db, const struct contact *contact, struct str name) __attribute__((warn_unused_result));
/* Kept as a keyed hash alone. */
int contact_set_pin(struct db *db, int64_t contact_id, struct str pin) __attribute__((warn_unused_result));
int contact_set_acked(struct db *db, int64_t contact_id, int64_t now_ms) __attribute__((warn_unused_result));

bool contact_pin_is(struct db *db, int64_t contact_id, struct str pin); /* false also when there is none */
int contact_forget_pin(struct db *db, int64_t contact_id) __attribute__((warn_unused_result));
int contact_set_helped(struct db *db, int64_t contact_id, int64_t now_ms) __attribute__((warn_unused_result));
/* Automatic texts stop (what is queued of them is cancelled), or may go again. */
int contact_pause(struct db *db, int64_t contact_id, bool paused) __attribute__((warn_unused_result));
/* 1: a minor, or with protection staff, and nobody of them said that texts are safe ("checkin_safe"); 0; error. */
int contact_protected(struct db *db, int64_t contact_id) __attribute__((warn_unused_result));
int contact_set_proof(struct db *db, int64_t contact_id, unsigned tries, int64_t now_ms) __attribute__((warn_unused_result));

/* Removes a person who never consented: number, messages, conversations, consent rows.  What was seen stays seen.
 * 1 gone; 0 not yet (a message is under way, or staff have a task or alert); or an error. */
int contact_wipe(struct db *db, int64_t contact_id, int64_t now_ms) __attribute__((warn_unused_result));
/* What a statement that takes a person alone counts. */
int contact_count(struct db *db, enum sql_name name, int64_t contact_id, int64_t *out) __attribute__((warn_unused_result));
/* Those whose wipe is due: at most 200 ids; returns how many. */
int contacts_due_for_wipe(struct db *db, int64_t now_ms, int64_t ids[200]) __attribute__((warn_unused_result));

/* The number of a point, unsealed into the batch's arena, with its contact. 1, 0, error. */
struct point {
	int64_t contact_id;
	struct str e164;
	bool active, frozen, opted_out; /* frozen: BLOCKED, hears only answers */
	char country[3];        /* of the number */
	bool safe;              /* false: said that this number must not be called */
	struct seal_key key;
};
int point_by_id(struct db *db, int64_t point_id, struct point *out) __attribute__((warn_unused_result));
/* Another number of a person: ACTIVE from now on. */
int point_add(struct db *db, const struct contact *who, struct str e164, struct str country, int64_t now_ms, int64_t *point_id)
	__attribute__((warn_unused_result));
/* ACTIVE, OLD, INVALID, BLOCKED; what stops being used is closed at now_ms. */
int point_set_status(struct db *db, int64_t point_id, const char *status, int64_t now_ms) __attribute__((warn_unused_result));
/* All numbers of a person that are in use get the status. */
int points_of_contact_set_status(struct db *db, int64_t contact_id, const char *status, int64_t now_ms)
	__attribute__((warn_unused_result));
/* Not heard from for long: proves nothing until it is verified again. */
int point_fade(struct db *db, int64_t point_id, int64_t now_ms) __attribute__((warn_unused_result));
int point_verified(struct db *db, int64_t point_id, int64_t now_ms) __attribute__((warn_unused_result));
int point_noticed(struct db *db, int64_t point_id, int64_t now_ms) __attribute__((warn_unused_result));
/* When did this person say yes to the purpose last, without taking it back?  *at: 0 = never. */
int consent_last(struct db *db, int64_t contact_id, struct str purpose, int64_t *at) __attribute__((warn_unused_result));

/* STOP: to the list, cancels what is queued for the number (failures.md O17). */
int opt_out(struct db *db, struct str e164, const char *source, int64_t now_ms) __attribute__((warn_unused_result));
int number_said_stop(struct db *db, struct str e164) __attribute__((warn_unused_result)); /* 1, 0, error */
int opt_in(struct db *db, struct str e164, int64_t now_ms) __attribute__((warn_unused_result));
/* The same by the number's blind index, for the list that outlives a restore.  1 changed, 0 nothing to change, or an error;
 * what the person said after not_after_ms is not lifted. */
int opt_out_index(struct db *db, const unsigned char index[VAULT_INDEX_LEN], const char *source, int64_t at_ms)
	__attribute__((warn_unused_result));
int opt_in_index(struct db *db, const unsigned char index[VAULT_INDEX_LEN], int64_t not_after_ms)
	__attribute__((warn_unused_result));

/* A NO takes back what was said yes to before. */
int consent_add(struct db *db, int64_t contact_id, const struct consent *consent, int64_t now_ms)
	__attribute__((warn_unused_result));

#endif
