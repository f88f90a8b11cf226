/* SMS Gateway for Android (capcom6): webhooks of a phone, sending through its API (aggregators.md 11).
 *
 * Configuration: signing_key (signing_key_old while it rotates), max_skew_seconds (300); for sending base_url (the
 * phone's or the cloud's API), username, password; sim (1, 2, 3) where the phone has more than one. */
#ifndef GATEWAY_CHANNELS_SMSGATE_H
#define GATEWAY_CHANNELS_SMSGATE_H

#include "gateway/channels/channel.h"

extern const struct adapter smsgate;

/* The inbox; functions of struct adapter (smsgate_inbox.c). */
int smsgate_poll(const struct channel *channel, struct str cursor, struct arena *arena, struct http_call *out);
int smsgate_polled(const struct channel *channel, struct str cursor, const struct http_result *result,
	       const struct phone_plan *phones, struct arena *arena, struct decoded *out, struct event **parked,
	       size_t *parked_count, struct str *next_cursor);

#endif
