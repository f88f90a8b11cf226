/* What staff do to records, one function an act.  The same function runs inside a batch item of the daemon (asked over
 * state/control.sock or by the console's API) and, without a daemon, under the state folder's lock.
 *
 * A request is a JSON object whose members are the act's own ("id", "ref", …); numbers may stand as text.  Whoever calls has
 * made sure of `user` (the console by its login, the command line by --as). */
#ifndef GATEWAY_ACT_H
#define GATEWAY_ACT_H

#include "gateway/gateway.h"
#include "gateway/json.h"

struct control_call;

struct act_call {
	struct gateway *g;       /* its loop and outbox are NULL without a daemon */
	struct db *db;           /* &g->db */
	struct str user, reason; /* who, why; reason may be empty where the act does not need one */
	int64_t now_ms;
	const json_t *request;
	json_t *answer;          /* an object: the act adds members */
	struct err err;          /* what was wrong and what to do, for a person */
	void (*settled)(struct gateway *g); /* an act may set it: called on the line thread once it is on disk */
	int refused;             /* negative: refused, but what the act wrote (its audit line) is kept */
};

/* 0, or what is wrong and then nothing of it is kept: -EINVAL the request, -ENOENT no such thing, -EPERM not this person,
 * -EEXIST, -EALREADY, -ESTALE it is no longer so; or a failure of the db floor.  err is filled. */
typedef int act_fn(struct act_call *call);

struct act {
	const char *name;        /* "task.take" */
	act_fn *run;
	bool needs_reason;
};

/* Runs the act of this name inside the caller's item.  0 (look at call->refused, too) or as above; an unknown name, a user who
 * is no name, a missing reason: -EINVAL. */
int act_run(const char *name, struct act_call *call) __attribute__((warn_unused_result));
/* The control verb "act": {"do": "act", "act": "task.take", "as": USER, "reason": TEXT, …}. */
void act_verb(struct gateway *g, json_t *request, struct control_call *call);
/* What act_run() said, as an exit code of sysexits.h; err.text is for stderr. */
int act_exit_code(int rc);

/* For a command of the command line: asks the running daemon, else does it here.  0 and *answer (json_decref() it), or an exit
 * code, the reason on stderr. */
int act_ask(const struct config *config, json_t *request, json_t **answer) __attribute__((warn_unused_result));

/* ---- reading a request.  All fill call->err. */

bool act_user_like(struct str user); /* 1..31 of A-Z a-z 0-9 . _ - */
int act_id(struct act_call *call, const char *member, int64_t *id) __attribute__((warn_unused_result));
/* Text of at most most bytes; missing: -EINVAL, unless optional: at == NULL. */
int act_text(struct act_call *call, const char *member, size_t most, bool optional, struct str *out)
	__attribute__((warn_unused_result));
int act_fail(struct act_call *call, int rc, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A mistake that staff make at the desk, too: reason as in struct err. */
int act_refuse(struct act_call *call, int rc, const char *reason, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The line of the audit for this act; object: a pseudonym of ours. */
int act_audit(struct act_call *call, struct str action, struct str object) __attribute__((warn_unused_result));

#endif
