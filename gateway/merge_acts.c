/* The same human with two phones, found by a person of the staff: asked for with a reason, decided by a second person. */
#include "gateway/merge_acts.h"

#include "db/cases.h"
#include "db/ledger.h"
#include "db/merge.h"
#include "gateway/acts.h"
#include "gateway/case_rules.h"
#include "gateway/housekeeping.h"
#include "gateway/schedule_case.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int in_the_way(enum merge_obstacle obstacle, struct err *err)
{
	switch (obstacle) {
	case MERGE_FREE: return 0;
	case MERGE_NOBODY: return err_set(err, -ENOENT, "one of the two is not there any more");
	case MERGE_SAME:
		return err_because(err, -EALREADY, "same-person", "both cases are of one person already");
	case MERGE_NO_CONSENT:
		return err_because(err, -EPERM, "no-consent",
				   "one of the two has agreed to nothing: what is held of them goes by itself");
	case MERGE_NUMBER_OPEN:
		return err_because(err, -EPERM, "number-open",
				   "a change of number is open or a number is frozen: decide that first (`wasl number list`)");
	case MERGE_DECISION_OPEN:
		return err_because(err, -EPERM, "asked-already",
				   "another request about one of the two waits for a second person: that is decided first");
	case MERGE_PROTECTED:
		return err_because(err, -EPERM, "one-protected",
				   "one of the two is with protection and the other is not: refer the other case first");
	case MERGE_MESSAGE_LEAVING:
		return err_because(err, -EAGAIN, "message-leaving", "a message is leaving this moment; try again in a minute");
	}
	return -EINVAL;
}

static int find(struct db *db, struct str ref, struct case_row *row, struct err *err)
{
	int rc = case_by_ref(db, ref, NULL, row);
	return rc == 1 ? 0 : rc < 0 ? rc : err_set(err, -ENOENT, "there is no case of this reference");
}

static int find_both(struct db *db, struct str ref, struct str other, int64_t but_approval, struct case_row rows[2],
		     struct err *err)
{
	enum merge_obstacle obstacle;
	int rc = find(db, ref, &rows[0], err);
	if (rc == 0)
		rc = find(db, other, &rows[1], err);
	if (rc == 0)
		rc = merge_obstacle(db, rows[0].contact_id, rows[1].contact_id, but_approval, &obstacle);
	return rc == 0 ? in_the_way(obstacle, err) : rc;
}

/* ---- the approval */

static int close_duplicate(struct gateway *g, const struct case_row *row, struct str by, int64_t now_ms)
{
	struct case_change change = case_change_none();
	if (!case_is_open(str_of(row->status)))
		return 0;
	change.text[CASE_STATUS] = STR("CLOSED");
	change.text[CASE_CLOSE_REASON] = STR("DUPLICATE");
	change.by = by;
	return case_update(&g->db, str_of(row->ref), &change, now_ms);
}

/* Whom the schedule asks, and when, follows from what all cases of the one person say together. */
static int schedule_all(struct gateway *g, int64_t contact_id, int64_t now_ms)
{
	char ref[REF_LEN + 1] = "";
	for (;;) {
		struct query q = db_query(&g->db, SQL_CASES_OF_CONTACT);
		bind_i64(&q, contact_id);
		bind_text(&q, str_of(ref));
		int rc = db_row(&q);
		if (rc != 1)
			return rc;
		col_copy(&q, 0, ref, sizeof ref);
		db_done(&q);
		rc = schedule_case(&g->db, &g->config, str_of(ref), now_ms);
		if (rc != 0)
			return rc;
	}
}

static int audit_both(struct gateway *g, struct str ref, struct str other, int64_t now_ms)
{
	struct buf b = buf_new(&g->db.arena, 32);
	buf_put_z(&b, "merge.into ");
	buf_put(&b, ref);
	int rc = audit_add(&g->db, now_ms, STR("wasl"), STR("merge"), ref, STR(""));
	return rc == 0 ? audit_add(&g->db, now_ms, STR("wasl"), buf_str(&b), other, STR("")) : rc;
}

int merge_carry_out(struct gateway *g, const struct approval *a, int64_t now_ms, struct err *err)
{
	struct case_row rows[2];
	json_t *payload = json_parse(a->payload, NULL);
	struct str other = payload ? arena_str(&g->db.arena, json_get_str(payload, "other")) : (struct str){ NULL, 0 };
	bool duplicate = json_is_true(json_object_get(payload, "duplicate"));
	json_decref(payload);
	if (!other.at)
		return err_set(err, -EINVAL, "the request names no second case");
	int rc = find_both(&g->db, str_of(a->object), other, a->approval_id, rows, err);
	if (rc != 0)
		return rc;
	rc = merge_people(&g->db, rows[0].contact_id, rows[1].contact_id, str_of(a->requested_by), now_ms);
	if (rc == -EEXIST)
		return err_set(err, rc, "a table still names the second person: nothing was changed; this is our mistake");
	if (rc == 0 && duplicate)
		rc = close_duplicate(g, &rows[1], str_of(a->requested_by), now_ms);
	if (rc == 0)
		rc = schedule_all(g, rows[0].contact_id, now_ms);
	if (rc == 0)
		rc = audit_both(g, str_of(a->object), other, now_ms);
	if (rc == 0)
		housekeeping_hurry(g); /* the key that is gone is scrubbed out of the file now, not at the next round */
	return rc;
}

/* ---- the act */

static struct str payload_of(struct act_call *call, struct str other, bool duplicate)
{
	json_t *payload = json_pack("{s:b}", "duplicate", duplicate);
	json_put_str(payload, "other", other);
	char *text = json_dumps(payload, JSON_COMPACT);
	struct str kept = text ? arena_str(&call->db->arena, str_of(text)) : (struct str){ NULL, 0 };
	free(text);
	json_decref(payload);
	return kept;
}

static int ask(struct act_call *call)
{
	struct str ref, other;
	struct case_row rows[2];
	int64_t approval_id;
	const json_t *duplicate = json_object_get(call->request, "duplicate"); /* "yes" of the command line, true of the console */
	int rc = act_text(call, "ref", REF_LEN, false, &ref);
	if (rc == 0)
		rc = act_text(call, "other", REF_LEN, false, &other);
	if (rc == 0)
		rc = find_both(call->db, ref, other, 0, rows, &call->err);
	if (rc != 0)
		return rc;
	struct approval_request r = { .kind = "MERGE", .object = ref, .contact_id = rows[0].contact_id, .by = call->user,
				      .payload = payload_of(call, other, json_is_true(duplicate) || str_eq_z(json_str(duplicate), "yes")),
				      .reason = call->reason };
	rc = r.payload.at ? approval_request(call->g, &r, call->now_ms, &approval_id, &call->err) : -ENOMEM;
	if (rc == 0)
		(void)json_object_set_new(call->answer, "approval_id", json_integer(approval_id));
	return rc;
}

const struct act merge_acts[] = {
	{ "merge.ask", ask, true },
	{ NULL, NULL, false },
};
