#include "gateway/step_report.h"

#include "db/contact.h"
#include "db/delivery.h"
#include "db/ledger.h"
#include "db/parts.h"
#include "gateway/number_signal.h"
#include "gateway/phone_queue.h"

#include <errno.h>
#include <string.h>

#define DAY_MS ((int64_t)24 * 3600 * 1000)

static enum report_status status_named(const char *name)
{
	for (int i = REPORT_SENT; i <= REPORT_REJECTED; i++)
		if (strcmp(report_status_name((enum report_status)i), name) == 0)
			return (enum report_status)i;
	return REPORT_NONE;
}

/* A vendor's word such as DeliveryFailure stands in a plain column: anything else could be about a person. */
static struct str word_of_vendor(struct str reason)
{
	size_t digits = 0;
	for (size_t i = 0; i < reason.len; i++) {
		char c = reason.at[i];
		bool digit = c >= '0' && c <= '9';
		if (!digit && !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.'))
			return STR("other");
		digits += digit;
	}
	return reason.len <= 48 && digits <= 5 ? reason : STR("other");
}

int step_report(struct gateway *g, const struct channel *channel, const struct event *event, struct step_result *out)
{
	enum report_outcome outcome;
	char final[16];
	const char *status = report_status_name(event->status);
	if (!status || !event->id.len) {
		out->what = STEP_IGNORED;
		return 0;
	}
	int rc = event->phone == PHONE_TOOK ? phone_queue_taken(g, channel, event->id) : 0;
	struct report report = { event->id, event->client_ref, status, word_of_vendor(event->reason) };
	if (rc == 0)
		rc = delivery_report(&g->db, channel->id, &report, gateway_now(g), &outcome, final, &out->contact_id);
	if (rc == 0 && outcome == REPORT_CONFLICT)
		g->counts.conflicts++;
	bool lost = rc == 0 && outcome == REPORT_TAKEN && strcmp(final, "sent") != 0 && strcmp(final, "delivered") != 0;
	if (lost)
		rc = number_signal(g, out->contact_id, report.reason, gateway_now(g));
	out->report_status = status_named(final);
	if (rc == 0 && event->opt_out && event->from.kind == PHONE_E164)
		rc = opt_out(&g->db, str_of(event->from.e164), "operator", gateway_now(g));
	return rc;
}

/* A session that the vendor names by its id alone is over: one that never was is refused. */
int step_end_named_alone(struct gateway *g, const struct channel *channel, const struct event *event, struct step_result *out)
{
	int known = open_session_find(&g->db, channel->id, event->session, OPEN_SESSION_CLOSED);
	out->refused = known == 0;
	if (known != 1)
		return known < 0 ? known : -EBADMSG;
	return open_session_end(&g->db, channel->id, event->session);
}

/* Is that session open?  What is to be sent?  I have it. */
int step_notice(struct gateway *g, const struct channel *channel, const struct event *event, struct step_result *out)
{
	if (event->named_alone) {
		int rc = open_session_find(&g->db, channel->id, event->session, gateway_now(g) - DAY_MS);
		out->session_open = rc == 1;
		return rc < 0 ? rc : 0;
	}
	switch (event->phone) {
	case PHONE_ASKS:
		return phone_queue_hand_out(g, channel, &out->queued, &out->queued_count);
	case PHONE_TOOK:
		return phone_queue_taken(g, channel, event->id);
	case PHONE_NOTHING:
		break;
	}
	out->what = STEP_IGNORED;
	return 0;
}

int step_opt_out(struct gateway *g, const struct event *event)
{
	struct str number = str_of(event->from.e164);
	if (event->opt_in) /* an operator lifts its own bar; ours is lifted by the person's START alone */
		return 0;
	return opt_out(&g->db, number, "operator", gateway_now(g));
}

/* "Last inbound" of a channel, exact to a second. */
int step_note_inbound(struct gateway *g, const struct channel *channel)
{
	int64_t now_ms = gateway_now(g);
	size_t i = (size_t)(channel - g->config.channels);
	int64_t *noted = &g->inbound_noted_ms[i];
	if (now_ms / 1000 == *noted / 1000)
		return 0;
	*noted = now_ms;
	return channel_state_inbound(&g->db, channel->id, now_ms);
}
