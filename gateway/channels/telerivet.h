/* Telerivet (an Android phone and their cloud): webhooks, sending by their REST API (aggregators.md 11).
 *
 * Configuration: secret (secret_old while it rotates) of the webhook; for sending api_key, project_id and, where a
 * project has several phones, route_id. */
#ifndef GATEWAY_CHANNELS_TELERIVET_H
#define GATEWAY_CHANNELS_TELERIVET_H

#include "gateway/channels/channel.h"

extern const struct adapter telerivet;

#endif
