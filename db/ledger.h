/* Small tables of the house itself: settings, channels' state, parked requests, old flow definitions, the audit. */
#ifndef DB_LEDGER_H
#define DB_LEDGER_H

#include "db/db.h"

int setting_get(struct db *db, const char *name, char *value, size_t cap) __attribute__((warn_unused_result)); /* 1, 0, error */
int setting_put(struct db *db, const char *name, const char *value) __attribute__((warn_unused_result));

struct channel_state {
	char cursor[128], last_error[64];
	int64_t last_inbound_at, last_send_at, last_error_at, stopped_at, accepted, refused; /* 0 = never */
};
int channel_state_get(struct db *db, struct str channel, struct channel_state *out) __attribute__((warn_unused_result));
int channel_state_inbound(struct db *db, struct str channel, int64_t now_ms) __attribute__((warn_unused_result));
int channel_state_sent(struct db *db, struct str channel, int64_t now_ms) __attribute__((warn_unused_result));
int channel_state_failed(struct db *db, struct str channel, const char *error, int64_t now_ms) __attribute__((warn_unused_result));
int channel_state_stop(struct db *db, struct str channel, int64_t now_ms) __attribute__((warn_unused_result));
int channel_state_cursor(struct db *db, struct str channel, struct str cursor) __attribute__((warn_unused_result));

/* Keeps the bytes, sealed with the vault's own key. */
int parked_add(struct db *db, struct str channel, const char *hook, const char *reason, struct str body, int64_t now_ms)
	__attribute__((warn_unused_result));
int parked_count(struct db *db, int64_t *out) __attribute__((warn_unused_result));

int flow_source_add(struct db *db, struct str version, struct str name, struct str source, int64_t now_ms)
	__attribute__((warn_unused_result));
/* Calls each() for every definition kept since; its strings are alive during the call. */
typedef int flow_source_fn(struct str version, struct str name, struct str source, void *user);
int flow_sources_each(struct db *db, int64_t since_ms, flow_source_fn *each, void *user) __attribute__((warn_unused_result));

/* In the same transaction as the act: no act without a line.  object: a pseudonym of ours (case reference, channel id),
 * never a number or a name. */
int audit_add(struct db *db, int64_t now_ms, struct str actor, struct str action, struct str object, struct str reason)
	__attribute__((warn_unused_result));
/* The last row: 0 and its hash; before the first one, seq 0. */
int audit_last(struct db *db, int64_t *seq, unsigned char hash[VAULT_HASH_LEN]) __attribute__((warn_unused_result));
/* 0: the chain holds; -EBADMSG: row *seq was changed, or one before it is missing. */
int audit_verify(struct db *db, int64_t *rows, int64_t *seq) __attribute__((warn_unused_result));
/* Lines older than that go; an anchor keeps the hash of the last of them, so that the rest still verifies. */
int audit_drop_before(struct db *db, int64_t before_ms, int64_t now_ms, int64_t *dropped) __attribute__((warn_unused_result));

#endif
