/* Vonage (Nexmo), SMS API: inbound by GET, form or JSON, receipts, sending (aggregators.md 6).
 *
 * Configuration: api_key and api_secret for sending; signature_secret (signature_secret_old while it rotates) and
 * signature_method (md5hash, md5, sha1, sha256, sha512) once support has switched signing on; unsigned: "accepted" where
 * it has not; max_skew_seconds (300). */
#ifndef GATEWAY_CHANNELS_VONAGE_H
#define GATEWAY_CHANNELS_VONAGE_H

#include "gateway/channels/channel.h"
#include "gateway/form.h"

extern const struct adapter vonage;

/* Their signature over the parameters besides `sig` (signing-messages.md).  method: as in the configuration. */
bool vonage_signature_ok(struct str method, struct str secret, const struct form *form, struct arena *arena);

#endif
