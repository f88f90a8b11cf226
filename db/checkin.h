/* Check-ins: a row for each wave of a case, and the texts that the schedule sent for it.
 *
 * Which wave is due when, and what is said, is decided above (gateway/schedule.c); here it is only stored. */
#ifndef DB_CHECKIN_H
#define DB_CHECKIN_H

#include "db/cases.h"

enum { CHECKIN_CALLED = 4 }; /* texts: 0 nothing yet, 1 invited, 2 and 3 reminded, 4 a person calls */

struct checkin {
	int64_t checkin_id;
	char case_ref[REF_LEN + 1], wave[8], outcome[16];
	int64_t due_at, next_at, closes_at, started_at; /* 0: none */
	int64_t texts;
};

/* 1, 0, error. */
int checkin_of_wave(struct db *db, struct str ref, struct str wave, struct checkin *out) __attribute__((warn_unused_result));
int checkin_by_id(struct db *db, int64_t checkin_id, struct checkin *out) __attribute__((warn_unused_result));
/* The one that is being answered: invited, begun, or broken off. */
int checkin_open(struct db *db, struct str ref, struct checkin *out) __attribute__((warn_unused_result));
/* The first that was not said yet and is due until then. */
int checkin_soon(struct db *db, struct str ref, int64_t until_ms, struct checkin *out) __attribute__((warn_unused_result));
/* 1: a later one of this case is due already; 0; error. */
int checkin_has_newer(struct db *db, const struct checkin *c, int64_t now_ms) __attribute__((warn_unused_result));
/* 1: the one before this was never answered either. */
int checkin_before_was_silent(struct db *db, const struct checkin *c) __attribute__((warn_unused_result));

int checkin_add(struct db *db, struct checkin *c) __attribute__((warn_unused_result)); /* sets checkin_id */
/* SCHEDULED, with another time. */
int checkin_reschedule(struct db *db, int64_t checkin_id, int64_t due_at, int64_t next_at, int64_t closes_at)
	__attribute__((warn_unused_result));
int checkin_look_again(struct db *db, int64_t checkin_id, int64_t next_at) __attribute__((warn_unused_result));
int checkin_set_texts(struct db *db, int64_t checkin_id, int64_t texts, int64_t next_at) __attribute__((warn_unused_result));
/* The outcome and why; next_at 0: it is over. */
int checkin_set_outcome(struct db *db, int64_t checkin_id, const char *outcome, const char *reason, int64_t next_at)
	__attribute__((warn_unused_result));
int checkin_started(struct db *db, int64_t checkin_id, int64_t now_ms, int64_t next_at) __attribute__((warn_unused_result));
int checkin_completed(struct db *db, int64_t checkin_id, int64_t now_ms) __attribute__((warn_unused_result));
/* All of a case that were not invited yet: SUPPRESSED. */
int checkins_suppress(struct db *db, struct str ref, const char *reason) __attribute__((warn_unused_result));

/* Ids whose next_at has come, the oldest first; returns how many. */
int checkins_due(struct db *db, int64_t now_ms, int64_t *ids, int max) __attribute__((warn_unused_result));
int checkins_count_due(struct db *db, int64_t now_ms, int64_t *out) __attribute__((warn_unused_result));
/* What lies ahead until then, by time, at most max. */
int checkins_ahead(struct db *db, int64_t until_ms, struct checkin *rows, int max) __attribute__((warn_unused_result));

/* ---- who is asked */

struct checkin_subject {
	char ref[REF_LEN + 1], status[24], age_band[8], contact_pref[8], tags[256], returned_on[16], direction[8], return_country[3];
	int64_t contact_id;
	bool consented, safe;     /* agreed to check-ins; staff said that this case may be asked all the same */
	bool elsewhere;           /* another open case of the same person is the one that is asked */
};
/* 1, 0, error. */
int checkin_subject(struct db *db, struct str ref, struct checkin_subject *out) __attribute__((warn_unused_result));
/* References of those who went home, behind after, at most max; returns how many. */
int cases_returned(struct db *db, const char after[REF_LEN + 1], char refs[][REF_LEN + 1], int max)
	__attribute__((warn_unused_result));

/* ---- texts that the schedule sends first */

int scheduled_text_add(struct db *db, int64_t message_id, int64_t checkin_id, const char *kind)
	__attribute__((warn_unused_result));
/* 1: the schedule's; *newer: another of its kind for the same person waits; 0: not the schedule's; error. */
int scheduled_text_is(struct db *db, int64_t message_id, bool *newer) __attribute__((warn_unused_result));
/* It left, it arrived: the row of its check-in says so. */
int scheduled_text_sent(struct db *db, int64_t message_id, int64_t at_ms) __attribute__((warn_unused_result));
int scheduled_text_delivered(struct db *db, int64_t message_id, int64_t at_ms) __attribute__((warn_unused_result));
/* It never left (expired in the queue): the schedule looks at its check-in again. */
int scheduled_text_lost(struct db *db, int64_t message_id, int64_t now_ms) __attribute__((warn_unused_result));
/* Texts sent first to this person since then that left or still may; *last: when the last of them left (one that is leaving:
 * now_ms), 0: none. */
int texts_sent_first(struct db *db, int64_t contact_id, int64_t since_ms, int64_t now_ms, int64_t *count, int64_t *last)
	__attribute__((warn_unused_result));

/* ---- scores */

struct checkin_score {
	char instrument[32], weights_version[32];
	bool known[4];            /* economic, social, psychosocial, composite */
	double value[4];
};
int checkin_set_score(struct db *db, int64_t checkin_id, const struct checkin_score *score) __attribute__((warn_unused_result));
/* The last one of this case before, by the same instrument and weights.  1, 0, error. */
int checkin_score_before(struct db *db, const struct checkin *c, const struct checkin_score *now, struct checkin_score *out)
	__attribute__((warn_unused_result));

struct checkin_answer {
	char state[32], value[32];
	int64_t answered_at;
};
/* Answers of the check-in conversation since then, in order; returns how many. */
int checkin_answers(struct db *db, int64_t contact_id, int64_t since_ms, struct checkin_answer *answers, int max)
	__attribute__((warn_unused_result));

/* ---- silence */

/* Reasons of failed texts to this number since then, newest first; returns how many. */
int point_failures(struct db *db, int64_t point_id, int64_t since_ms, char reasons[][64], int max)
	__attribute__((warn_unused_result));
/* SMS conversations that wait since before silent_since and were not reminded, of people; returns how many. */
int sessions_to_remind(struct db *db, int64_t silent_since_ms, int64_t not_before_ms, int64_t *session_ids, int64_t *contact_ids,
		       int max) __attribute__((warn_unused_result));
int session_reminded(struct db *db, int64_t session_id, int64_t now_ms) __attribute__((warn_unused_result));
/* Nobody answered for so long: they are over. */
int sessions_close_silent(struct db *db, int64_t silent_since_ms) __attribute__((warn_unused_result));

#endif
