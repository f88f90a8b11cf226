/* wasl channel …: one function a verb, in a file of its own where it is more than a few lines. */
#ifndef GATEWAY_COMMAND_CHANNEL_H
#define GATEWAY_COMMAND_CHANNEL_H

#include "gateway/command.h"
#include "gateway/config.h"
#include "gateway/json.h"

/* Takes the configuration over: its channels are used until the throw-away gateway closes. */
int channel_explain(const struct invocation *in, struct config *config);
int channel_send(const struct invocation *in, const struct config *config);
int channel_poll(const struct invocation *in, const struct config *config);

#endif
