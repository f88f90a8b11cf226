/* Orange, SMS API for the Middle East and Africa: inbound, receipts, sending with an OAuth token (aggregators.md 7).
 *
 * Configuration: client_id and client_secret, sender_address (the country's fixed pseudo-number, "tel:+2250000"),
 * sender (senderName, listed with the local Orange).  Their callbacks are not signed: token in the URL, allow_from. */
#ifndef GATEWAY_CHANNELS_ORANGE_H
#define GATEWAY_CHANNELS_ORANGE_H

#include "gateway/channels/channel.h"

extern const struct adapter orange;

#endif
