/* EnvayaSMS, a phone with a SIM that posts signed forms and asks for what to send (aggregators.md 11).
 *
 * Configuration: password (password_old while it rotates), public_url of the gateway exactly as it stands in the phone.
 * SHA-1 with the secret behind the text is weak: https only. */
#ifndef GATEWAY_CHANNELS_ENVAYASMS_H
#define GATEWAY_CHANNELS_ENVAYASMS_H

#include "gateway/channels/channel.h"
#include "gateway/form.h"

extern const struct adapter envayasms;

/* base64(SHA-1(url + ",name=value" of all fields by name + "," + password)): EnvayaSMS.php, compute_signature(). */
bool envayasms_signature_ok(struct str password, struct str url, const struct form *form, struct str given,
			    struct arena *arena);

#endif
