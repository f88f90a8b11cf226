#include "gateway/step_seen.h"

/* Longer than until a box asks again (Kannel: 10 s), shorter than until the next question has come, was read and is answered. */
enum { REPEAT_WINDOW_MS = 15000 };

static int seen_by_content(struct db *db, const struct channel *channel, const struct event *e, int64_t moment,
			   struct step_result *out)
{
	char number[24];
	struct buf b = buf_over(number, sizeof number);
	buf_put_i64(&b, moment);
	struct str content[] = { STR("content"), channel->id, str_of(e->from.e164), e->to, event_words(e), buf_str(&b) };
	vault_fingerprint(&db->vault, content, sizeof content / sizeof *content, out->seen_key);
	return seen_find(db, out->seen_key, &out->replay);
}

/* Neither id nor time: the same words are the same message only at once, or nobody could answer "1" to two questions
 * (failures.md I3).  The key left behind is that of the present moment. */
static int seen_just_now(struct db *db, const struct channel *channel, const struct event *e, int64_t now_ms,
			 struct step_result *out)
{
	int64_t now = now_ms / REPEAT_WINDOW_MS;
	for (int64_t moment = now - 1; moment <= now; moment++) {
		int rc = seen_by_content(db, channel, e, moment, out);
		if (rc < 0 || (rc == 1 && out->replay.at >= now_ms - REPEAT_WINDOW_MS))
			return rc;
	}
	return 0;
}

static int seen_by_id(struct db *db, const struct channel *channel, const struct event *e, struct step_result *out)
{
	struct str id[] = { e->pulled ? STR("pulled id") : STR("id"), channel->id, e->id, e->id_scope };
	vault_fingerprint(&db->vault, id, 3 + (e->id_scope.len > 0), out->seen_key);
	return seen_find(db, out->seen_key, &out->replay);
}

int step_sms_seen(struct gateway *g, const struct channel *channel, const struct event *event, int64_t now_ms,
		  struct step_result *out)
{
	int rc = event->id.len ? seen_by_id(&g->db, channel, event, out) :
		 event->ts_ms || event->pulled ? seen_by_content(&g->db, channel, event, event->ts_ms, out) :
				seen_just_now(&g->db, channel, event, now_ms, out);
	out->keyed = rc == 0;
	if (rc == 1)
		out->what = STEP_DUPLICATE;
	return rc;
}
