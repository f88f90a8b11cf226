/* Who says nothing: an unfinished request by SMS is reminded once after a day, and after three days of silence it is over; what
 * was answered stands as a partial case. */
#include "gateway/schedule.h"

#include "db/checkin.h"
#include "db/session.h"
#include "gateway/calendar.h"
#include "gateway/push.h"

#include <string.h>

#define HOUR_MS ((int64_t)3600 * 1000)
#define REMIND_MS (24 * HOUR_MS)      /* domain.md 2.3 */
#define CLOSE_MS (72 * HOUR_MS)

enum { SESSIONS_AT_ONCE = 8 };

/* Only a request that has consent, of somebody who may be written to: SAFE was answered, and not with "do not call". */
static bool worth_reminding(const struct contact *who, const struct conversation *talk)
{
	return strcmp(talk->session.flow, "return_request") == 0 && talk->session.consented && who->contact_pref[0] != '\0' &&
	       strcmp(who->contact_pref, "NO_CALL") != 0;
}

static int remind(struct gateway *g, int64_t contact_id, int64_t now_ms, bool *wait)
{
	struct contact who;
	struct conversation talk;
	int64_t message_id;
	int rc = contact_by_id(&g->db, contact_id, &who);
	if (rc != 1)
		return rc;
	rc = conversation_sms(&g->db, &who, now_ms - CLOSE_MS, &talk);
	bool worth = rc == 1 && worth_reminding(&who, &talk);
	*wait = worth && calendar_next_permitted(&g->config, str_of(who.country), now_ms) != now_ms;
	seal_key_forget(&who.key);
	if (rc < 0 || !worth || *wait)
		return rc < 0 ? rc : 0;
	struct push push = { .flow_state = STR("return_request:RESUME"), .expires_ms = now_ms + 12 * HOUR_MS };
	rc = push_begin(g, contact_id, &push, now_ms, &message_id);
	return rc == PUSH_QUEUED ? scheduled_text_add(&g->db, message_id, 0, "RESUME") : rc < 0 ? rc : 0;
}

static int remind_all(struct gateway *g, int64_t now_ms, bool *more)
{
	int64_t sessions[SESSIONS_AT_ONCE], contacts[SESSIONS_AT_ONCE];
	int n = sessions_to_remind(&g->db, now_ms - REMIND_MS, now_ms - CLOSE_MS, sessions, contacts, SESSIONS_AT_ONCE);
	int rc = n < 0 ? n : 0;
	bool waits = false;
	for (int i = 0; rc == 0 && i < n; i++) {
		bool wait = false;
		rc = remind(g, contacts[i], now_ms, &wait);
		waits = waits || wait;
		if (rc == 0 && !wait)
			rc = session_reminded(&g->db, sessions[i], now_ms);
	}
	*more = *more || (n == SESSIONS_AT_ONCE && !waits);
	return rc;
}

int schedule_silence(struct gateway *g, int64_t now_ms, bool *more)
{
	int rc = remind_all(g, now_ms, more);
	return rc == 0 ? sessions_close_silent(&g->db, now_ms - CLOSE_MS) : rc;
}
