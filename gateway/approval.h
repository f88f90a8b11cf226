/* Four eyes (domain.md 6.1; failures.md O22, C9): erasure, change of number, merge of two persons, export with names.  One
 * person of the staff asks, another decides, and what was asked for is done in the same batch item as the decision, with a
 * line of the audit for each.  A request is open for 14 days.
 *
 * How to hang on: add a line to approval_kinds[] (approval_kinds.c) with the function that carries it out, ask with
 * approval_request() from your act, and nothing else; `wasl approval` and the console decide.  A kind whose carry_out is NULL
 * only gives a permission (EXPORT_NAMES): the job later shows the approval's number to approval_use(), once. */
#ifndef GATEWAY_APPROVAL_H
#define GATEWAY_APPROVAL_H

#include "db/approval.h"
#include "gateway/gateway.h"

#define APPROVAL_LIVES_MS ((int64_t)14 * 24 * 3600 * 1000)

struct approval_kind {
	const char *name;  /* ERASE NUMBER MERGE EXPORT_NAMES */
	const char *right; /* the role that may decide, for the console: "manager", "protection" */
	/* Runs inside the item of the decision; a->payload is the JSON that was asked for.  0; negative undoes the decision
	 * too and the request stays open: err says why. */
	int (*carry_out)(struct gateway *g, const struct approval *a, int64_t now_ms, struct err *err);
};

extern const struct approval_kind approval_kinds[]; /* ended by name == NULL */
const struct approval_kind *approval_kind_named(struct str name); /* NULL: none */

struct approval_request {
	const char *kind;
	struct str object;     /* pseudonym: case reference, name of the export; at most 63 bytes */
	int64_t contact_id;    /* whose key seals the payload; 0: nobody's */
	struct str payload;    /* JSON; may be empty */
	struct str by, reason; /* reason must not be empty */
};

/* Inside the caller's item.  0 and *approval_id; -EINVAL: no such kind, no reason; -EEXIST: one is open already. */
int approval_request(struct gateway *g, const struct approval_request *r, int64_t now_ms, int64_t *approval_id, struct err *err)
	__attribute__((warn_unused_result));
/* Decides and carries out.  0; -ENOENT; -EPERM: who asked cannot decide (names are compared without case); -EALREADY: decided;
 * -ESTALE: older than 14 days; or what carry_out returned. */
int approval_decide(struct gateway *g, int64_t approval_id, bool approve, struct str by, struct str reason, int64_t now_ms,
		    struct err *err) __attribute__((warn_unused_result));
/* Spends a permission: it must be APPROVED, of this kind and object, asked for by this user, not expired, not used before.
 * 0; -EPERM with what is missing.  Audited. */
int approval_use(struct gateway *g, int64_t approval_id, const char *kind, struct str object, struct str by, int64_t now_ms,
		 struct err *err) __attribute__((warn_unused_result));
/* What is over becomes EXPIRED, with a line in the audit; called now and then. */
int approval_sweep(struct gateway *g, int64_t now_ms) __attribute__((warn_unused_result));

#endif
