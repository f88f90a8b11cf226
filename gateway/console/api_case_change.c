/* Changes of a case that are the desk's own: keys, assignment, what was read, drafts. */
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
	struct str reason, version; /* version: of If-Match; at == NULL: none */
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

/* ---- to whom it may be given */

static bool has_words(struct str words, struct str word)
{
	struct str one;
	while (str_split(&words, ' ', &one))
		if (str_eq(one, word))
			return true;
	return false;
}

/* The colleague is there, works at the desk, and may see a case of this office. */
static int may_be_given(struct call *call, struct db *db, struct str to, struct str office)
{
	struct staff staff;
	int rc = staff_by_name(db, to, &staff);
	if (rc < 0)
		return rc;
	unsigned roles = rc == 1 && str_eq_z(staff.state, "ACTIVE") ? policy_roles(staff.roles) : 0;
	bool sees = call->seen.protected ? (roles & ROLE_PROTECTION) != 0 : (roles & (ROLE_COUNSELLOR | ROLE_PROTECTION)) != 0;
	if (sees && staff.offices.len && office.len && !has_words(staff.offices, office))
		sees = false;
	return sees ? 0 : err_because(&call->err, -EINVAL, "colleague", "nobody of this name who may see this case");
}

/* ---- keys */

/* What decides whose case it is: an hour behind broken glass must not become for ever. */
static bool decides_whose(struct str key)
{
	return str_eq_z(key, "office") || str_eq_z(key, "assigned_to") || str_eq_z(key, "region") || str_eq_z(key, "city");
}

static int may_be_set(struct call *call, struct db *db, const struct case_set *s)
{
	struct str office = call->seen.office;
	int rc = 0;
	for (size_t i = 0; i < s->count; i++) {
		if (str_eq_z(s->set[i].key, "office"))
			office = s->set[i].value;
		if (call->seen.by_glass && decides_whose(s->set[i].key))
			return err_because(&call->err, -EPERM, "open-for-an-hour",
					   "%.*s: not in a case that is open only for an hour", STR_ARG(s->set[i].key));
	}
	for (size_t i = 0; rc == 0 && i < s->count; i++)
		if (str_eq_z(s->set[i].key, "assigned_to"))
			rc = may_be_given(call, db, s->set[i].value, office);
	return rc;
}

int case_keys_set(struct call *call, struct gateway *g, struct db *db, const struct case_assignment *set, size_t count,
		  struct str reason)
{
	struct case_set s = { .count = count };
	for (size_t i = 0; i < count; i++)
		s.set[i] = set[i];
	int rc = may_be_set(call, db, &s);
	return rc == 0 ? assign(call, g, db, set, count, reason) : rc;
}

/* Inside the item: between the look and the change nobody else can write. */
static int write_set(struct call *call, struct gateway *g, struct db *db)
{
	struct case_set *s = call->extra;
	struct str now;
	char version[40];
	int rc = may_be_set(call, db, s);
	if (rc == 0 && s->version.at) {
		rc = case_version(db, call->seen.ref, &now);
		if (rc == 0)
			call_etag(now, version);
		if (rc == 0 && !str_eq_z(s->version, version))
			rc = -ESTALE;
	}
	return rc == 0 ? assign(call, g, db, s->set, s->count, s->reason) : rc;
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
	struct str version = http_header(call->request, "If-Match");
	if (version.at && !str_eq_z(version, "*"))
		s->version = arena_str(&call->arena, version);
	call_write(call, write_set, case_is_changed);
}

/* ---- assignment */

/* Those to whom it may be given; write_assignment() asks again. */
void api_colleagues(struct call *call)
{
	static const char sql[] = "SELECT f.user, f.name FROM main.staff f WHERE f.state = 'ACTIVE' AND (instr(' ' || f.roles || ' ',"
		" ' protection ') OR (NOT ?1 AND instr(' ' || f.roles || ' ', ' counsellor '))) AND (f.offices = '' OR ?2 = '' OR"
		" instr(' ' || f.offices || ' ', ' ' || ?2 || ' ')) ORDER BY f.name LIMIT 500";
	json_t *all = ROWS(call, sql, cell_of_i64(call->seen.protected), cell_of_text(call->seen.office));
	call_answer(call, 200, all ? json_pack("{s:o}", "items", all) : NULL);
}

int case_give(struct call *call, struct gateway *g, struct db *db, struct str to)
{
	int rc = to.at ? may_be_given(call, db, to, call->seen.office) : 0;
	if (rc == 0 && call->seen.by_glass)
		rc = err_because(&call->err, -EPERM, "open-for-an-hour", "not in a case that is open only for an hour");
	if (rc != 0)
		return rc;
	if (to.at)
		return assign(call, g, db, &(struct case_assignment){ STR("assigned_to"), to }, 1, STR(""));
	struct case_change change = case_change_none(); /* back to the queue: no key of `wasl case set` empties one */
	change.text[CASE_ASSIGNED_TO] = STR("");
	change.by = call->session.user;
	rc = case_update(db, call->seen.ref, &change, call->now_ms);
	return rc != 0 ? rc : audit_add(db, call->now_ms, call->session.user, STR("case.release"), call->seen.ref, STR(""));
}

static int write_assignment(struct call *call, struct gateway *g, struct db *db)
{
	return case_give(call, g, db, json_get_str(call->body, "to"));
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

/* ---- read, draft */

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
