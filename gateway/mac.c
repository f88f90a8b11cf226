#include "gateway/mac.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static const char *const kind_name[] = { "md5", "sha1", "sha256", "sha512" };

bool mac_kind_named(struct str name, enum mac_kind *out)
{
	for (size_t i = 0; i < sizeof kind_name / sizeof kind_name[0]; i++)
		if (str_eq_z(name, kind_name[i])) {
			*out = (enum mac_kind)i;
			return true;
		}
	return false;
}

static const EVP_MD *algorithm(enum mac_kind kind)
{
	switch (kind) {
	case MAC_MD5:
		return EVP_md5();
	case MAC_SHA1:
		return EVP_sha1();
	case MAC_SHA256:
		return EVP_sha256();
	case MAC_SHA512:
		return EVP_sha512();
	}
	return NULL;
}

int mac_digest(enum mac_kind kind, struct str data, struct mac *out)
{
	unsigned len = 0;
	*out = (struct mac){ .len = 0 };
	if (EVP_Digest(data.len ? data.at : "", data.len, out->bytes, &len, algorithm(kind), NULL) != 1)
		return -EIO;
	out->len = len;
	return 0;
}

int mac_hmac(enum mac_kind kind, struct str key, struct str data, struct mac *out)
{
	unsigned len = 0;
	*out = (struct mac){ .len = 0 };
	if (key.len > INT32_MAX || !HMAC(algorithm(kind), key.len ? key.at : "", (int)key.len,
					 (const unsigned char *)(data.len ? data.at : ""), data.len, out->bytes, &len))
		return -EIO;
	out->len = len;
	return 0;
}

void mac_put_hex(struct buf *out, const struct mac *mac)
{
	buf_put_hex(out, mac->bytes, mac->len);
}

void mac_put_base64(struct buf *out, const struct mac *mac)
{
	base64_put(out, (struct str){ (const char *)mac->bytes, mac->len });
}

/* ---- base64 */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_put(struct buf *out, struct str bytes)
{
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i;
		uint32_t three = (uint32_t)(unsigned char)bytes.at[i] << 16;
		if (left > 1)
			three |= (uint32_t)(unsigned char)bytes.at[i + 1] << 8;
		if (left > 2)
			three |= (unsigned char)bytes.at[i + 2];
		buf_put_char(out, alphabet[three >> 18 & 63]);
		buf_put_char(out, alphabet[three >> 12 & 63]);
		buf_put_char(out, left > 1 ? alphabet[three >> 6 & 63] : '=');
		buf_put_char(out, left > 2 ? alphabet[three & 63] : '=');
	}
}

/* ---- comparing */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool mac_same(const struct mac *mac, enum mac_form form, struct str given)
{
	char wanted[MAC_HEX_MAX], other[MAC_HEX_MAX];
	struct buf out = buf_over(wanted, sizeof wanted);
	if (form == MAC_BASE64)
		mac_put_base64(&out, mac);
	else
		mac_put_hex(&out, mac);
	if (mac->len == 0 || out.full || given.len != out.len)
		return false;
	for (size_t i = 0; i < given.len; i++)
		other[i] = form == MAC_HEX_ANY_CASE ? lower(given.at[i]) : given.at[i];
	return CRYPTO_memcmp(wanted, other, out.len) == 0;
}

/* Digests of both are compared, so that not even the length of the right one shows in the time. */
bool mac_secret_same(struct str wanted, struct str given)
{
	struct mac a, b;
	if (wanted.len == 0 || mac_digest(MAC_SHA256, wanted, &a) != 0 || mac_digest(MAC_SHA256, given, &b) != 0)
		return false;
	return CRYPTO_memcmp(a.bytes, b.bytes, a.len) == 0;
}
