/* SMSSync (Ushahidi), a phone with a SIM that posts what it gets and asks for what to send (aggregators.md 11).
 *
 * Configuration: secret (secret_old while it rotates).  Nothing is called out: the phone comes for its queue. */
#ifndef GATEWAY_CHANNELS_SMSSYNC_H
#define GATEWAY_CHANNELS_SMSSYNC_H

#include "gateway/channels/channel.h"

extern const struct adapter smssync;

#endif
