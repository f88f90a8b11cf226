/* Cases: one request for return, or one returnee, and its answers.
 *
 * A reference is 8 digits, 7 random and a Damm check digit: no sequence to guess from, no slip of a finger unnoticed.
 * Which change is allowed is decided above (flows, gateway/casework); here it is only stored. */
#ifndef DB_CASES_H
#define DB_CASES_H

#include "db/db.h"

enum { REF_LEN = 8 };

struct case_row {
	char ref[REF_LEN + 1];
	int64_t contact_id, opened_at;
	char direction[8], status[24], priority[4], region[8], office[32], contact_pref[8];
	char city[16], age_band[8], nationality[4], return_country[4], assigned_to[32], close_reason[20], departed_on[12];
	struct str tags; /* in the batch's arena, separated by a space */
	int64_t children, group_size, step;
	bool has_birth_year, has_returned;
	struct str sensitive; /* JSON, unsealed into the batch's arena; at == NULL: none */
};

/* Text columns of a case that can be set; the order is that of SQL_CASE_UPDATE. */
enum case_text {
	CASE_STATUS, CASE_NATIONALITY, CASE_RETURN_COUNTRY, CASE_HOST_COUNTRY, CASE_REGION, CASE_CITY, CASE_OFFICE, CASE_SEX,
	CASE_AGE_BAND, CASE_TRAVEL_DOC, CASE_CONTACT_PREF, CASE_CALL_LANGUAGE, CASE_CALL_TIME, CASE_ASSIGNED_TO,
	CASE_DEPARTED_ON, CASE_RETURNED_ON, CASE_CLOSE_REASON, CASE_TAGS, CASE_DIRECTION,
	CASE_HANDED_OVER_ON, CASE_TEXTS
};

struct case_change {
	struct str text[CASE_TEXTS];  /* at == NULL: stays; "": becomes NULL */
	struct str priority;          /* empty: stays */
	bool priority_may_fall;       /* staff may lower it, a rule only raises it */
	int64_t group_size, children, step, consent_checkins, checkin_safe; /* -1: stays */
	struct str by;                /* who changes it, for the history; empty: a conversation or a rule */
};

/* Everything of a case that staff can set, as one text: two reads with the same text differ in nothing a change could undo. */
#define CASE_VERSION \
	"quote(c.status) || ',' || quote(c.priority) || ',' || quote(c.step) || ',' || quote(c.assigned_to) || ',' || " \
	"quote(c.office) || ',' || quote(c.region) || ',' || quote(c.city) || ',' || quote(c.nationality) || ',' || " \
	"quote(c.return_country) || ',' || quote(c.host_country) || ',' || quote(c.departed_on) || ',' || " \
	"quote(c.returned_on) || ',' || quote(c.handed_over_on) || ',' || quote(c.sex) || ',' || " \
	"quote(c.age_band) || ',' || quote(c.birth_year) || ',' || " \
	"quote(c.travel_doc) || ',' || quote(c.call_language) || ',' || quote(c.call_time) || ',' || " \
	"quote(c.contact_pref) || ',' || quote(c.consent_checkins) || ',' || quote(c.checkin_safe) || ',' || " \
	"quote(c.tags) || ',' || quote(c.close_reason) || ',' || quote(c.snoozed_until)"

struct case_change case_change_none(void);
int case_text_named(struct str name);                 /* enum case_text, or -1 */

/* key: the person's.  1, 0, error. */
int case_by_ref(struct db *db, struct str ref, const struct seal_key *key, struct case_row *out)
	__attribute__((warn_unused_result)); /* key NULL: sensitive is left sealed (at == NULL) */
/* The newest case of the person that is not closed or withdrawn. */
int case_of_contact(struct db *db, int64_t contact_id, const struct seal_key *key, struct case_row *out)
	__attribute__((warn_unused_result));
int case_open(struct db *db, struct str ref, int64_t contact_id, struct str direction, struct str status,
	      struct str contact_pref, struct str office, int64_t now_ms) __attribute__((warn_unused_result));
/* The history of status, step, priority, office and assigned_to writes itself (triggers); that of tags is written here. */
int case_update(struct db *db, struct str ref, const struct case_change *change, int64_t now_ms)
	__attribute__((warn_unused_result));
/* CASE_VERSION of it; in the batch's arena.  -ENOENT. */
int case_version(struct db *db, struct str ref, struct str *out) __attribute__((warn_unused_result));
/* Out of the queue until then (0: back at once), unless something comes first; by whom. */
int case_snooze(struct db *db, struct str ref, int64_t until_ms, struct str by, int64_t now_ms) __attribute__((warn_unused_result));
int case_set_sensitive(struct db *db, struct str ref, const struct seal_key *key, struct str json, int64_t now_ms)
	__attribute__((warn_unused_result));

/* Wrong codes for this case, from any number, and when the last was tried. */
int case_proof(struct db *db, struct str ref, unsigned *tries, int64_t *tried_at) __attribute__((warn_unused_result));
int case_set_proof(struct db *db, struct str ref, unsigned tries, int64_t now_ms) __attribute__((warn_unused_result));
bool case_birth_year_is(struct db *db, struct str ref, const struct seal_key *key, struct str year); /* false also when unknown */
/* 1: has a case of somebody who went home, open or closed; 0; error. */
int case_ever_returned(struct db *db, int64_t contact_id) __attribute__((warn_unused_result));

/* A reference no case has. */
int case_new_ref(struct db *db, char ref[REF_LEN + 1]) __attribute__((warn_unused_result));
bool case_ref_valid(struct str ref); /* 8 digits and the check digit is right */

/* The row number a reference stands for in what is sealed with its case. */
int64_t case_row_number(struct str ref);

/* ---- answers */

struct answer_row {
	struct str case_ref, flow, flow_version, state, value, raw, mode, channel, language; /* case_ref, value empty: NULL */
	int64_t contact_id, run_id, answered_at, since_start_ms;
};

int answer_add(struct db *db, const struct answer_row *answer, const struct seal_key *key)
	__attribute__((warn_unused_result));
/* Answers of this walk given before there was a case belong to it now. */
int answers_adopt(struct db *db, int64_t contact_id, int64_t run_id, struct str ref) __attribute__((warn_unused_result));

/* ---- what people have to do */

struct alert_row {
	struct str case_ref, level, office, role, kind, rule;
	int64_t contact_id, raised_at, due_at;
};
int alert_add(struct db *db, const struct alert_row *alert, const struct seal_key *key) __attribute__((warn_unused_result));
int alert_urgent_since(struct db *db, int64_t contact_id, int64_t since_ms) __attribute__((warn_unused_result)); /* 1, 0, error */

struct task_row {
	struct str case_ref, kind, office, role, note;
	int64_t contact_id, created_at, due_at;
};
int task_is_open(struct db *db, int64_t contact_id, const char *kind) __attribute__((warn_unused_result)); /* 1, 0, error */
int task_add(struct db *db, const struct task_row *task, const struct seal_key *key) __attribute__((warn_unused_result));

#endif
