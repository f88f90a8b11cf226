/* What the command line may ask of a running daemon. */
#ifndef GATEWAY_VERBS_H
#define GATEWAY_VERBS_H

#include "gateway/control.h"

extern const struct control_verb verbs[]; /* ended by name == NULL */

/* State of the channels as JSON, from the database alone; used by the daemon and by a command without one. */
json_t *channels_json(struct db *db, const struct config *config) __attribute__((warn_unused_result));

#endif
