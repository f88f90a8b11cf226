/* Africa's Talking: SMS and USSD by form callbacks, sending and the inbox by their REST API (aggregators.md 1, 2).
 *
 * africastalking.c reads callbacks and answers them, africastalking_send.c composes calls and reads what they bring.
 * Configuration: username and api_key (both needed for sending and for the inbox), sender, base_url for their
 * sandbox. */
#ifndef GATEWAY_CHANNELS_AFRICASTALKING_H
#define GATEWAY_CHANNELS_AFRICASTALKING_H

#include "gateway/channels/channel.h"

extern const struct adapter africastalking;

/* Their two words for "this person wants nothing from us" (reports, send results). */
bool africastalking_word_is_opt_out(struct str word);

int africastalking_compose(const struct channel *channel, const struct outgoing *message, struct arena *arena,
			   struct http_call *out) __attribute__((warn_unused_result));
int africastalking_classify(const struct channel *channel, const struct outgoing *message,
			    const struct http_result *result, struct arena *arena, struct recipient_result *results)
	__attribute__((warn_unused_result));
int africastalking_poll(const struct channel *channel, struct str cursor, struct arena *arena, struct http_call *out)
	__attribute__((warn_unused_result));
int africastalking_polled(const struct channel *channel, struct str cursor, const struct http_result *result,
			  const struct phone_plan *phones, struct arena *arena, struct decoded *out,
			  struct event **parked, size_t *parked_count, struct str *next_cursor)
	__attribute__((warn_unused_result));
int africastalking_credit(const struct channel *channel, struct str access, struct arena *arena, struct http_call *out)
	__attribute__((warn_unused_result));
int africastalking_credited(const struct channel *channel, const struct http_result *result, struct arena *arena,
			    struct str *credit) __attribute__((warn_unused_result));

#endif
