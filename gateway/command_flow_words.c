/* Conditions, effects and ways of a definition, in words: for `wasl flow show` and `graph`. */
#include "gateway/command_flow.h"

struct str flow_target(const struct transition *t, char *storage, size_t cap)
{
	struct buf out = buf_over(storage, cap);
	if (t->back)
		return STR("back");
	buf_put(&out, t->flow);
	if (t->flow.len && t->state.len)
		buf_put_char(&out, ':');
	buf_put(&out, t->state);
	return buf_str(&out);
}

static void put_conditions(struct buf *out, const struct condition *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_put_z(out, ", ");
		buf_put(out, list[i].name);
		for (size_t v = 0; v < list[i].values; v++) {
			buf_put_z(out, v ? " or " : " ");
			buf_put(out, list[i].any_of[v].len ? list[i].any_of[v] : STR("not set"));
		}
	}
}

struct str flow_condition(const struct guard *g, char *storage, size_t cap)
{
	struct buf out = buf_over(storage, cap);
	put_conditions(&out, g->when, g->when_count);
	if (g->unless_count) {
		buf_put_z(&out, g->when_count ? ", unless " : "unless ");
		put_conditions(&out, g->unless, g->unless_count);
	}
	return buf_str(&out);
}

static void put_due(struct buf *out, unsigned minutes)
{
	unsigned n = minutes % 1440 == 0 ? minutes / 1440 : minutes % 60 == 0 ? minutes / 60 : minutes;
	const char *unit = minutes % 1440 == 0 ? "day" : minutes % 60 == 0 ? "hour" : "minute";
	buf_printf(out, " within %u %s%s", n, unit, n == 1 ? "" : "s");
}

static void put_work(struct buf *out, const struct effect_order *e)
{
	buf_put_z(out, " to ");
	buf_put(out, e->role);
	put_due(out, e->due_minutes);
	buf_put_z(out, ": ");
	buf_put(out, e->rule);
}

struct str flow_effect(const struct effect_order *e, char *storage, size_t cap)
{
	static const char *const words[] = {
		[ORDER_CONSENT] = "consent for ", [ORDER_OPEN_CASE] = "opens a case, ", [ORDER_SET] = "sets ",
		[ORDER_PRIORITY] = "raises the priority to ", [ORDER_ALERT] = "alert ", [ORDER_TASK] = "task ",
		[ORDER_OPT_OUT] = "no more messages", [ORDER_OPT_IN] = "messages again", [ORDER_LANGUAGE] = "sets the language",
		[ORDER_WIPE] = "forgets this conversation", [ORDER_RESUME] = "goes on where the last one stopped",
		[ORDER_FORGET] = "forgets the unfinished conversation", [ORDER_NO_WAY_BACK] = "99 does not lead back from here",
		[ORDER_CHECKIN] = "check-in: ", [ORDER_PAUSE] = "pauses all texts", [ORDER_NUMBER] = "number: ",
		[ORDER_APPOINTMENT] = "appointment: ", [ORDER_ASK_BY_SMS] = "asks by SMS: ",
	};
	struct buf out = buf_over(storage, cap);
	buf_put_z(&out, words[e->kind]);
	buf_put(&out, e->a);
	if (e->kind == ORDER_SET) {
		buf_put_z(&out, " to ");
		buf_put(&out, e->b);
	} else if (e->kind == ORDER_ALERT) {
		buf_put_char(&out, ' ');
		buf_put(&out, e->b);
	}
	if (e->kind == ORDER_ALERT || e->kind == ORDER_TASK)
		put_work(&out, e);
	char storage_when[512];
	struct str when = flow_condition(&e->when, storage_when, sizeof storage_when);
	if (when.len) {
		buf_put_z(&out, str_starts(when, STR("unless")) ? ", " : ", if ");
		buf_put(&out, when);
	}
	return buf_str(&out);
}
