/* Message authentication and what goes with it: the only door to libcrypto's digests (the sender's TLS aside).
 *
 * Adapters prove callbacks with it.  All functions are pure.  A signature that a stranger gave is compared by
 * mac_same() only: in constant time for its length, letters' case as said, never decoded before the comparison. */
#ifndef GATEWAY_MAC_H
#define GATEWAY_MAC_H

#include "flows/text/buf.h"

enum mac_kind { MAC_MD5, MAC_SHA1, MAC_SHA256, MAC_SHA512 };

enum { MAC_LEN_MAX = 64, MAC_HEX_MAX = 2 * MAC_LEN_MAX, MAC_BASE64_MAX = 88 };

struct mac {
	unsigned char bytes[MAC_LEN_MAX];
	size_t len; /* 16, 20, 32, 64 */
};

bool mac_kind_named(struct str name, enum mac_kind *out); /* "md5", "sha1", "sha256", "sha512" */

/* 0, or -EIO: libcrypto refused (a policy without MD5, no memory). */
int mac_digest(enum mac_kind kind, struct str data, struct mac *out) __attribute__((warn_unused_result));
int mac_hmac(enum mac_kind kind, struct str key, struct str data, struct mac *out) __attribute__((warn_unused_result));

void mac_put_hex(struct buf *out, const struct mac *mac);    /* lower case */
void mac_put_base64(struct buf *out, const struct mac *mac); /* RFC 4648 4, padded */
void base64_put(struct buf *out, struct str bytes);

enum mac_form { MAC_HEX, MAC_HEX_ANY_CASE, MAC_BASE64 };
/* Is `given` this mac, written so? */
bool mac_same(const struct mac *mac, enum mac_form form, struct str given);

/* Two secrets alike?  In constant time, the lengths' difference included; an empty `wanted` is never alike. */
bool mac_secret_same(struct str wanted, struct str given);

#endif
