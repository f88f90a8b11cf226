/* Infobip: SMS by JSON batches, sending by their API v3, the inbox, USSD (aggregators.md 3, 4).
 *
 * infobip.c reads SMS and reports, infobip_send.c composes calls and reads what they bring, infobip_ussd.c is the USSD
 * gateway with its own way of answering: HTTP 200 always, the truth in responseExitCode.
 * Configuration: basic_user and basic_password of the notification profile (each also as …_old while it rotates),
 * api_key and base_url (the account's own host) for sending and for the inbox. */
#ifndef GATEWAY_CHANNELS_INFOBIP_H
#define GATEWAY_CHANNELS_INFOBIP_H

#include "gateway/channels/inlet.h"

extern const struct adapter infobip;

enum { INFOBIP_BATCH_MAX = EVENTS_IN_REQUEST_MAX, INFOBIP_PARKED_MAX = 64 };

/* results[] -> events, what cannot be read -> parked.  0, -ENOMEM; no results: malformed. */
int infobip_read_batch(struct inlet *in, const json_t *body, enum event_kind kind) __attribute__((warn_unused_result));

int infobip_read_ussd(struct inlet *in) __attribute__((warn_unused_result));
int infobip_reply_ussd(const struct decoded *decoded, const struct reply_to *to, struct arena *arena,
		       struct http_response *out) __attribute__((warn_unused_result));

int infobip_compose(const struct channel *channel, const struct outgoing *message, struct arena *arena,
		    struct http_call *out) __attribute__((warn_unused_result));
int infobip_classify(const struct channel *channel, const struct outgoing *message, const struct http_result *result,
		     struct arena *arena, struct recipient_result *results) __attribute__((warn_unused_result));
/* cursor "" or "inbox": the messages; "reports": the delivery reports. */
int infobip_poll(const struct channel *channel, struct str cursor, struct arena *arena, struct http_call *out)
	__attribute__((warn_unused_result));
int infobip_polled(const struct channel *channel, struct str cursor, const struct http_result *result,
		   const struct phone_plan *phones, struct arena *arena, struct decoded *out, struct event **parked,
		   size_t *parked_count, struct str *next_cursor) __attribute__((warn_unused_result));
int infobip_credit(const struct channel *channel, struct str access, struct arena *arena, struct http_call *out);
int infobip_credited(const struct channel *channel, const struct http_result *result, struct arena *arena, struct str *credit);

#endif
