/* What staff do about a new number, verified by voice: ask for the change (a second person decides), or refuse the claim. */
#include "gateway/number_acts.h"

#include "db/cases.h"
#include "gateway/acts.h"
#include "gateway/number_change.h"

#include <errno.h>
#include <stdlib.h>

/* ---- the approval */

int number_carry_out(struct gateway *g, const struct approval *a, int64_t now_ms, struct err *err)
{
	struct phone phone;
	json_t *payload = json_parse(a->payload, NULL);
	struct str e164 = payload ? arena_str(&g->db.arena, json_get_str(payload, "phone")) : (struct str){ NULL, 0 };
	json_decref(payload);
	if (!e164.at)
		return err_set(err, -EINVAL, "the request names no number");
	phone_parse_network(&g->book.phones, e164, &phone);
	int rc = number_change(g, str_of(a->object), e164, str_of(phone.country), now_ms);
	if (rc == -EEXIST)
		return err_because(err, rc, "number-taken", "another person with an open case has this number: look at that case first");
	return rc == -ENOENT ? err_set(err, rc, "there is no such case") : rc;
}

/* ---- acts */

static struct str payload_of(struct act_call *call, struct str e164)
{
	json_t *payload = json_object();
	json_put_str(payload, "phone", e164);
	char *text = json_dumps(payload, JSON_COMPACT);
	struct str kept = text ? arena_str(&call->db->arena, str_of(text)) : (struct str){ NULL, 0 };
	free(text);
	json_decref(payload);
	return kept;
}

static int case_named(struct act_call *call, struct str *ref, struct case_row *row)
{
	int rc = act_text(call, "ref", REF_LEN, false, ref);
	if (rc == 0)
		rc = case_by_ref(call->db, *ref, NULL, row);
	return rc == 0 ? act_fail(call, -ENOENT, "there is no case of this reference") : rc < 0 ? rc : 0;
}

static int request(struct act_call *call)
{
	struct str ref, typed;
	struct case_row row;
	struct phone phone;
	int64_t approval_id;
	int rc = case_named(call, &ref, &row);
	if (rc == 0)
		rc = act_text(call, "phone", 32, false, &typed);
	if (rc != 0)
		return rc;
	phone_parse_network(&call->g->book.phones, typed, &phone);
	if (phone.kind != PHONE_E164)
		return act_refuse(call, -EINVAL, "phone", "phone: must be + country code and number, such as +224620000000");
	struct approval_request r = { .kind = "NUMBER", .object = ref, .contact_id = row.contact_id, .by = call->user,
				      .payload = payload_of(call, str_of(phone.e164)), .reason = call->reason };
	rc = r.payload.at ? approval_request(call->g, &r, call->now_ms, &approval_id, &call->err) : -ENOMEM;
	if (rc == 0)
		(void)json_object_set_new(call->answer, "approval_id", json_integer(approval_id));
	return rc;
}

static int refuse(struct act_call *call)
{
	struct str ref;
	struct case_row row;
	int rc = case_named(call, &ref, &row);
	if (rc == 0)
		rc = number_refuse(call->g, ref, call->now_ms);
	return rc == 0 ? act_audit(call, STR("number.refuse"), ref) : rc;
}

const struct act number_acts[] = {
	{ "number.request", request, true },
	{ "number.refuse", refuse, true },
	{ NULL, NULL, false },
};
