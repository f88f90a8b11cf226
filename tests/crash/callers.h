/* People who call and write to the real gateway, in this process: HTTP edge, guard, adapter, step, engine, batch, disk.
 *
 * Each request is kept with its answer and with the position in the disk's log at which it was acknowledged. */
#ifndef TESTS_CRASH_CALLERS_H
#define TESTS_CRASH_CALLERS_H

#include "gateway/gateway.h"

enum { REQUESTS_MAX = 192 };

struct request {
	bool ussd;
	char provider_id[48];    /* as v_message has it */
	char form[320];          /* the body of the POST */
	struct event event;      /* as the adapter decodes it; points into the callers' arena */
	char answer[700];
	size_t answer_len;
	unsigned status;
	bool acknowledged;
	size_t acknowledged_at;  /* position in the disk's log */
	uint64_t batch;
};

struct callers {
	struct request request[REQUESTS_MAX];
	size_t count, duplicates;
	bool too_early;          /* the ledger says yes before COMMIT: what must not be */
	struct arena arena;
};

/* Lives in `state`, with a key in `key_file`; pragma NULL or one that is set after each opening.  Ends, when it has
 * stopped writing, with `ended`, before the database is closed; what was wrong on the way is a failed CHECK. */
void callers_live(struct callers *c, const char *state, const char *key_file, const char *pragma, void (*ended)(void));
void callers_free(struct callers *c);
/* A gateway without a database, to judge with: db_open(&g->db, …) and db_close() are the caller's. */
void callers_judge_open(struct gateway *g, const char *key_file);
void callers_judge_close(struct gateway *g);

#endif
