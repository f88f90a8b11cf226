#include "gateway/approval.h"

#include "db/ledger.h"
#include "gateway/acts.h"

#include <errno.h>
#include <stdio.h>

const struct approval_kind *approval_kind_named(struct str name)
{
	for (const struct approval_kind *k = approval_kinds; k->name; k++)
		if (str_eq_z(name, k->name))
			return k;
	return NULL;
}

/* "approval.ask NUMBER" */
static struct str action_of(struct db *db, const char *verb, const char *kind)
{
	struct buf b = buf_new(&db->arena, 64);
	buf_printf(&b, "approval.%s %s", verb, kind);
	return buf_str(&b);
}

int approval_request(struct gateway *g, const struct approval_request *r, int64_t now_ms, int64_t *approval_id, struct err *err)
{
	struct approval a = { .contact_id = r->contact_id, .payload = r->payload, .reason = r->reason, .requested_at = now_ms,
			      .expires_at = now_ms + APPROVAL_LIVES_MS };
	if (!approval_kind_named(str_of(r->kind)) || !str_copy(str_of(r->kind), a.kind, sizeof a.kind))
		return err_set(err, -EINVAL, "nothing of this kind is decided by a second person");
	if (str_trim(r->reason).len == 0)
		return err_because(err, -EINVAL, "no-reason", "the second person needs a reason");
	if (r->object.len == 0 || !str_copy(r->object, a.object, sizeof a.object) ||
	    !act_user_like(r->by) || !str_copy(r->by, a.requested_by, sizeof a.requested_by))
		return err_set(err, -EINVAL, "who asks, and for what, must be named");
	int rc = approval_is_open(&g->db, str_of(a.kind), r->object);
	if (rc != 0)
		return rc < 0 ? rc : err_because(err, -EEXIST, "asked-already", "this was asked for already and waits for a second person");
	rc = approval_add(&g->db, &a);
	*approval_id = a.approval_id;
	return rc == 0 ? audit_add(&g->db, now_ms, r->by, action_of(&g->db, "ask", a.kind), r->object, r->reason) : rc;
}

static int may_decide(const struct approval *a, struct str by, int64_t now_ms, struct err *err)
{
	if (!str_eq_z(str_of(a->state), "REQUESTED"))
		return err_because(err, -EALREADY, "decided-already",
				   "this was %s already", str_eq_z(str_of(a->state), "EXPIRED") ? "expired" : "decided");
	if (a->expires_at <= now_ms)
		return err_because(err, -ESTALE, "expired", "this was asked for more than 14 days ago; it must be asked for anew");
	/* without case, else Amina could approve what amina asked for */
	if (!act_user_like(by) || str_eq_nocase(by, str_of(a->requested_by)))
		return err_because(err, -EPERM, "own-request", "who asked cannot decide: a second person must");
	return 0;
}

int approval_decide(struct gateway *g, int64_t approval_id, bool approve, struct str by, struct str reason, int64_t now_ms,
		    struct err *err)
{
	struct approval a;
	int rc = approval_by_id(&g->db, approval_id, &a);
	if (rc != 1)
		return rc < 0 ? rc : err_set(err, -ENOENT, "there is no approval of this number");
	rc = may_decide(&a, by, now_ms, err);
	if (rc != 0)
		return rc;
	const struct approval_kind *kind = approval_kind_named(str_of(a.kind));
	struct str action = action_of(&g->db, approve ? "approve" : "refuse", a.kind);
	/* the decision first: what is carried out may leave nothing to seal its words with */
	rc = approval_set_state(&g->db, &a, approve ? "APPROVED" : "REFUSED", by, reason, now_ms);
	if (rc == 0)
		rc = audit_add(&g->db, now_ms, by, action, str_of(a.object), reason);
	if (rc == 0 && approve && kind && kind->carry_out) {
		rc = kind->carry_out(g, &a, now_ms, err);
		if (rc == 0)
			rc = approval_used(&g->db, approval_id);
	}
	return rc;
}

int approval_use(struct gateway *g, int64_t approval_id, const char *kind, struct str object, struct str by, int64_t now_ms,
		 struct err *err)
{
	struct approval a;
	int rc = approval_by_id(&g->db, approval_id, &a);
	if (rc < 0)
		return rc;
	if (rc == 0 || !str_eq_z(str_of(a.kind), kind) || !str_eq(str_of(a.object), object))
		return err_because(err, -EPERM, "no-approval", "this is no approval of what is asked for");
	if (!str_eq_nocase(str_of(a.requested_by), by))
		return err_because(err, -EPERM, "no-approval", "this was approved for somebody else");
	if (!str_eq_z(str_of(a.state), "APPROVED"))
		return err_because(err, -EPERM, "no-approval", "the approval is %s",
			       str_eq_z(str_of(a.state), "REQUESTED") ? "still to be decided" :
			       str_eq_z(str_of(a.state), "USED") ? "used up: one approval, one export" : "no longer open");
	if (a.expires_at <= now_ms)
		return err_because(err, -EPERM, "expired", "the approval is older than 14 days");
	rc = approval_used(&g->db, approval_id);
	return rc == 0 ? audit_add(&g->db, now_ms, by, action_of(&g->db, "use", a.kind), object, STR("")) : rc;
}

int approval_sweep(struct gateway *g, int64_t now_ms)
{
	int64_t ids[32];
	int n = approvals_expire(&g->db, now_ms, ids, 32);
	for (int i = 0; i < n; i++) {
		struct approval a;
		int rc = approval_by_id(&g->db, ids[i], &a);
		if (rc == 1)
			rc = audit_add(&g->db, now_ms, STR("wasl"), action_of(&g->db, "expire", a.kind), str_of(a.object), STR(""));
		if (rc < 0)
			return rc;
	}
	return n < 0 ? n : 0;
}

/* ---- acts */

static int decide(struct act_call *call, bool approve)
{
	int64_t id;
	int rc = act_id(call, "id", &id);
	return rc == 0 ? approval_decide(call->g, id, approve, call->user, call->reason, call->now_ms, &call->err) : rc;
}

static int approve(struct act_call *call)
{
	return decide(call, true);
}

static int refuse(struct act_call *call)
{
	return decide(call, false);
}

const struct act approval_acts[] = {
	{ "approval.approve", approve, true },
	{ "approval.refuse", refuse, true },
	{ NULL, NULL, false },
};
