/* EnvayaSMS, a phone with a SIM that posts signed forms and asks for what to send (aggregators.md 11).
 *
 * Configuration: password (password_old while it rotates), public_url of the gateway exactly as it stands in the phone.
 * SHA-1 with the secret behind the text is weak: https only. */
#ifndef GATEWAY_CHANNELS_ENVAYASMS_H
#define GATEWAY_CHANNELS_ENVAYASMS_H

#include "gateway/channels/channel.h"

extern const struct adapter envayasms;

#endif
