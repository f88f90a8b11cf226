/* The parts of `wasl channel`, for command_channel.c.
 *
 * argv[0] is the part's name ("send"), argv[argc] is NULL.  stdout gets JSON, or nothing; stderr says why; the exit code is
 * returned.  None of them touches the database: what is sent, fetched or explained here is in no record. */
#ifndef GATEWAY_COMMAND_CHANNEL_H
#define GATEWAY_COMMAND_CHANNEL_H

#include "gateway/config.h"

/* wasl channel send --channel ID --to +212... [--to ...] --text TEXT */
int channel_send(const struct config *config, const struct phone_plan *phones, int argc, char **argv);
/* wasl channel poll --channel ID [--since CURSOR] */
int channel_poll(const struct config *config, const struct phone_plan *phones, int argc, char **argv);

/* wasl channel explain --channel ID [--at TIME] [FILE...].  Takes the configuration over, as the throw-away gateway that
 * it opens does. */
int channel_explain(struct config *config, int argc, char **argv);

/* The channel of that id, or NULL after a message that lists those there are. */
const struct channel *channel_find(const struct config *config, const char *command, const char *id);

#endif
