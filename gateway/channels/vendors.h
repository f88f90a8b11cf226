/* The adapters that need no header of their own: nothing but adapters_all() names them. */
#ifndef GATEWAY_CHANNELS_VENDORS_H
#define GATEWAY_CHANNELS_VENDORS_H

#include "gateway/channels/channel.h"

extern const struct adapter kannel, jasmin; /* C: charsets, answers and results with rules of their own */
/* Descriptors (descriptor.h): vendors/NAME.json, and for `generic` what the configuration says. */
extern const struct adapter generic, mtn, mtarget, lam, hubtel, ussd_family, orange_ussd;

#endif
