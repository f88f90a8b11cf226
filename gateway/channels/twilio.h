/* Twilio: SMS by form callbacks with X-Twilio-Signature, sending by their REST API (aggregators.md 5).
 *
 * Configuration: auth_token (required: it proves callbacks, and sends; auth_token_old while it rotates), account_sid,
 * sender or messaging_service_sid, public_url of the gateway exactly as Twilio was told. */
#ifndef GATEWAY_CHANNELS_TWILIO_H
#define GATEWAY_CHANNELS_TWILIO_H

#include "gateway/channels/channel.h"
#include "gateway/form.h"

extern const struct adapter twilio;

/* Their signature over this URL and these parameters (form NULL: JSON, whose digest stands in the URL).
 * twilio-python request_validator.py: the URL, then for each name in byte order each distinct value in byte order. */
bool twilio_signature_ok(struct str auth_token, struct str url, const struct form *form, struct str given,
			 struct arena *arena);

/* The inbox; functions of struct adapter (twilio_inbox.c). */
int twilio_poll(const struct channel *channel, struct str cursor, struct arena *arena, struct http_call *out);
int twilio_polled(const struct channel *channel, struct str cursor, const struct http_result *result,
	       const struct phone_plan *phones, struct arena *arena, struct decoded *out, struct event **parked,
	       size_t *parked_count, struct str *next_cursor);

#endif
