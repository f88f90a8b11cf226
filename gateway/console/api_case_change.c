/* Changes of a case that are the desk's own: keys, assignment, what was read, drafts, the broken glass. */
#include "gateway/console/queue.h"

#include "db/contact.h"
#include "db/ledger.h"
#include "gateway/case_change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ASSIGNMENTS_MAX = 32 };

struct case_set {
	struct case_assignment set[ASSIGNMENTS_MAX];
	size_t count;
	struct str reason;
};

static void case_is_changed(struct call *call)
{
	json_t *answer = case_json(call);
	call_read(call, "case.read", call->seen.ref, answer);
}

static int assign(struct call *call, struct gateway *g, struct db *db, const struct case_assignment *set, size_t count,
		  struct str reason)
{
	struct act_call act = { .g = g, .db = db, .user = call->session.user, .reason = reason, .now_ms = call->now_ms,
				.request = call->body, .answer = call->answer };
	int rc = case_assign(&act, call->seen.ref, set, count);
	call->err = act.err;
	return rc != 0 ? rc : act.refused;
}

static int write_set(struct call *call, struct gateway *g, struct db *db)
{
	struct case_set *s = call->extra;
	return assign(call, g, db, s->set, s->count, s->reason);
}

/* If-Match holds the ETag of GET /cases/{ref}: it is made again from what stands now. */
static bool still_matches(struct call *call)
{
	struct str wanted = http_header(call->request, "If-Match");
	char etag[40];
	if (!wanted.at || str_eq_z(wanted, "*"))
		return true;
	json_t *now = case_json(call);
	char *text = now ? json_dumps(now, JSON_COMPACT) : NULL;
	json_decref(now);
	if (text)
		call_etag(str_of(text), etag);
	bool same = text && str_eq_z(wanted, etag);
	free(text);
	return same;
}

void api_case_set(struct call *call)
{
	struct case_set *s = call->extra = calloc(1, sizeof *s);
	const char *key;
	json_t *value, *set = json_object_get(call->body, "set");
	if (!s || !call_text(call, "reason", 0, 500, true, &s->reason)) {
		if (!s)
			call_problem(call, 503, "unavailable", "No memory.");
		return;
	}
	if (!s->reason.at)
		s->reason = STR("");
	if (!json_is_object(set) || json_object_size(set) == 0 || json_object_size(set) > ASSIGNMENTS_MAX) {
		call_bad(call, "set", "1 to 32 keys are needed.");
		return;
	}
	json_object_foreach(set, key, value) {
		struct case_assignment *a = &s->set[s->count++];
		*a = (struct case_assignment){ str_of(key), json_str(value) };
		if (!a->value.at || case_assignment_check(&call->c->g->config, a, &call->err) != 0) {
			call_bad(call, key, "This cannot be set so.");
			return;
		}
	}
	if (!still_matches(call))
		call_problem(call, 412, "stale", "It was changed meanwhile; look again.");
	else
		call_write(call, write_set, case_is_changed);
}

/* ---- assignment */

static bool has_words(struct str words, struct str word)
{
	struct str one;
	while (str_split(&words, ' ', &one))
		if (str_eq(one, word))
			return true;
	return false;
}

/* The colleague is there, works at the desk, and may see this case. */
static int may_be_given(struct call *call, struct db *db, struct str to)
{
	struct staff staff;
	int rc = staff_by_name(db, to, &staff);
	if (rc < 0)
		return rc;
	unsigned roles = rc == 1 && str_eq_z(staff.state, "ACTIVE") ? policy_roles(staff.roles) : 0;
	bool sees = call->seen.protected ? (roles & ROLE_PROTECTION) != 0 : (roles & (ROLE_COUNSELLOR | ROLE_PROTECTION)) != 0;
	if (sees && staff.offices.len && call->seen.office.len && !has_words(staff.offices, call->seen.office))
		sees = false;
	return sees ? 0 : err_set(&call->err, -EINVAL, "nobody of this name who may see this case");
}

static int write_assignment(struct call *call, struct gateway *g, struct db *db)
{
	struct str to = json_get_str(call->body, "to");
	int rc = to.at ? may_be_given(call, db, to) : 0;
	if (rc != 0)
		return rc;
	if (to.at)
		return assign(call, g, db, &(struct case_assignment){ STR("assigned_to"), to }, 1, STR(""));
	struct case_change change = case_change_none(); /* back to the queue: no key of `wasl case set` empties one */
	change.text[CASE_ASSIGNED_TO] = STR("");
	rc = case_update(db, call->seen.ref, &change, call->now_ms);
	return rc != 0 ? rc : audit_add(db, call->now_ms, call->session.user, STR("case.release"), call->seen.ref, STR(""));
}

void api_assign(struct call *call)
{
	struct str to;
	if (!call_text(call, "to", 1, 31, true, &to))
		return;
	if (!json_object_get(call->body, "to"))
		call_bad(call, "to", "A name, or null for back to the queue.");
	else
		call_write(call, write_assignment, case_is_changed);
}

/* ---- read, draft, glass */

static int write_read(struct call *call, struct gateway *g, struct db *db)
{
	(void)g;
	return case_read_put(db, call->session.staff_id, call->seen.ref, json_integer_value(json_object_get(call->body, "message_id")));
}

void api_read(struct call *call)
{
	if (!call_body(call))
		return;
	if (!json_is_integer(json_object_get(call->body, "message_id")))
		call_bad(call, "message_id", "A number is needed.");
	else
		call_write(call, write_read, call_empty);
}

static int write_draft(struct call *call, struct gateway *g, struct db *db)
{
	struct contact contact;
	(void)g;
	int rc = contact_by_id(db, call->seen.contact_id, &contact);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	rc = draft_put(db, call->session.staff_id, call->seen.ref, contact.contact_id, &contact.key, json_get_str(call->body, "text"),
		       call->now_ms);
	seal_key_forget(&contact.key);
	return rc;
}

void api_draft_put(struct call *call)
{
	struct str text;
	if (call_text(call, "text", 0, 6400, false, &text))
		call_write(call, write_draft, api_draft);
}

static int write_glass(struct call *call, struct gateway *g, struct db *db)
{
	(void)g;
	int rc = case_opened_put(db, call->session.staff_id, call->seen.ref, call->now_ms + GLASS_MS);
	return rc != 0 ? rc : audit_add(db, call->now_ms, call->session.user, STR("case.glass"), call->seen.ref,
					json_get_str(call->body, "reason"));
}

void api_glass(struct call *call)
{
	struct str reason;
	if (call_text(call, "reason", 8, 500, false, &reason))
		call_write(call, write_glass, call_empty);
}
