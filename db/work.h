/* Alerts and tasks as work: who took them, how they ended, and which alerts nobody takes. */
#ifndef DB_WORK_H
#define DB_WORK_H

#include "db/cases.h"

struct work {
	int64_t id, contact_id;      /* contact_id 0: about nobody (a channel) */
	char case_ref[REF_LEN + 1];  /* "": none */
	char level[12], kind[16];    /* of an alert; of a task */
	char office[32], role[16], taken_by[32];
	bool over;                   /* closed, done */
	struct str note;             /* of a task, unsealed when a key was given; at == NULL: none */
};

/* 1, 0, error. */
int alert_get(struct db *db, int64_t alert_id, struct work *out) __attribute__((warn_unused_result));
/* by empty: given back. */
int alert_taken(struct db *db, int64_t alert_id, struct str by, int64_t now_ms) __attribute__((warn_unused_result));
/* key: of the person, or the vault's own; action: what was done, may be empty. */
int alert_close(struct db *db, int64_t alert_id, const struct seal_key *key, struct str by, struct str outcome, struct str action,
		int64_t now_ms) __attribute__((warn_unused_result));

int task_get(struct db *db, int64_t task_id, const struct seal_key *key, struct work *out) __attribute__((warn_unused_result));
int task_taken(struct db *db, int64_t task_id, struct str by, int64_t now_ms) __attribute__((warn_unused_result));
/* note empty: the one it had stays. */
int task_done(struct db *db, int64_t task_id, const struct seal_key *key, struct str by, struct str outcome, struct str note,
	      int64_t now_ms) __attribute__((warn_unused_result));
/* When the person was called in vain since somebody reached her last, newest first; at most 64.  Returns how many. */
int task_tries(struct db *db, int64_t contact_id, int64_t at[64]) __attribute__((warn_unused_result));

/* The newest task and alert about this person that are open; 0: none. */
int work_open_of_contact(struct db *db, int64_t contact_id, int64_t *task_id, int64_t *alert_id)
	__attribute__((warn_unused_result));

/* ---- what nobody takes */

struct waiting_alert {
	int64_t alert_id, raised_at, due_at;
	int64_t escalate_at;         /* 0: not looked at yet */
	unsigned escalated;          /* how many phones were told */
	bool urgent;
	char office[32], role[16];
};
/* URGENT and HIGH ones that nobody took and that are to be looked at now.  Returns how many. */
int alerts_to_escalate(struct db *db, int64_t now_ms, struct waiting_alert *out, int max) __attribute__((warn_unused_result));
int alert_escalated(struct db *db, int64_t alert_id, unsigned escalated, int64_t next_ms) __attribute__((warn_unused_result));
/* Open alerts of this level that nobody took; office empty: of all. */
int alerts_waiting(struct db *db, const char *level, struct str office, int64_t *count) __attribute__((warn_unused_result));

/* ---- texts to duty phones: no contacts, and sealed with the vault's own key */

int duty_text_add(struct db *db, int64_t message_id, struct str e164, int64_t now_ms) __attribute__((warn_unused_result));
/* When this phone got its last; 0: never. */
int duty_text_last(struct db *db, struct str e164, int64_t *at) __attribute__((warn_unused_result));
/* The phone that the message is for, in the batch's arena.  1; 0: it is no text to a duty phone; error. */
int duty_text_phone(struct db *db, int64_t message_id, struct str *e164) __attribute__((warn_unused_result));

#endif
