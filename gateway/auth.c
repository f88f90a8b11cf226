#include "gateway/auth.h"

#include "gateway/mac.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* failures.md 4.5: about 90 ms */
enum { PASSES = 3, MEMORY = 64 * 1024 * 1024 };

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

int auth_password_hash(struct str password, char stored[AUTH_PASSWORD_STORED])
{
	_Static_assert(AUTH_PASSWORD_STORED >= crypto_pwhash_STRBYTES, "argon2id strings fit");
	return crypto_pwhash_str(stored, password.at, password.len, PASSES, MEMORY) == 0 ? 0 : -ENOMEM;
}

bool auth_password_is(struct str password, const char *stored)
{
	char nobody[AUTH_PASSWORD_STORED];
	if (stored[0])
		return crypto_pwhash_str_verify(stored, password.at, password.len) == 0;
	(void)!crypto_pwhash_str(nobody, password.at, password.len, PASSES, MEMORY); /* as long */
	return false;
}

/* ---- tokens */

static void put_base64url(const unsigned char bytes[AUTH_HASH_LEN], char text[AUTH_TOKEN_LEN + 1])
{
	(void)sodium_bin2base64(text, AUTH_TOKEN_LEN + 1, bytes, AUTH_HASH_LEN, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void auth_token_new(char token[AUTH_TOKEN_LEN + 1])
{
	unsigned char bytes[AUTH_HASH_LEN];
	randombytes_buf(bytes, sizeof bytes);
	put_base64url(bytes, token);
	sodium_memzero(bytes, sizeof bytes);
}

void auth_token_hash(struct str token, unsigned char hash[AUTH_HASH_LEN])
{
	(void)crypto_hash_sha256(hash, (const unsigned char *)token.at, token.len);
}

void auth_csrf_of(struct str token, char csrf[AUTH_TOKEN_LEN + 1])
{
	static const unsigned char what[] = "wasl csrf";
	unsigned char mac[AUTH_HASH_LEN], key[AUTH_HASH_LEN];
	(void)crypto_generichash(key, sizeof key, (const unsigned char *)token.at, token.len, NULL, 0);
	(void)crypto_generichash(mac, sizeof mac, what, sizeof what, key, sizeof key);
	put_base64url(mac, csrf);
}

bool auth_same(struct str a, struct str b)
{
	return a.len && a.len == b.len && sodium_memcmp(a.at, b.at, a.len) == 0;
}

/* ---- codes of an app */

void auth_secret_new(char secret[AUTH_SECRET_LEN + 1])
{
	unsigned char bytes[AUTH_SECRET_LEN];
	randombytes_buf(bytes, sizeof bytes);
	for (size_t i = 0; i < AUTH_SECRET_LEN; i++)
		secret[i] = base32[bytes[i] & 31];
	secret[AUTH_SECRET_LEN] = '\0';
}

static bool secret_bytes(struct str secret, unsigned char *out, size_t *len)
{
	unsigned bits = 0, held = 0;
	*len = 0;
	for (size_t i = 0; i < secret.len; i++) {
		const char *at = secret.at[i] ? strchr(base32, secret.at[i]) : NULL;
		if (!at || *len >= AUTH_SECRET_LEN)
			return false;
		bits = bits << 5 | (unsigned)(at - base32);
		held += 5;
		if (held >= 8) {
			held -= 8;
			out[(*len)++] = (unsigned char)(bits >> held);
		}
	}
	return *len > 0;
}

/* RFC 4226, 5.3, over the step as the counter */
bool auth_code(struct str secret, int64_t step, char code[AUTH_CODE_LEN + 1])
{
	unsigned char key[AUTH_SECRET_LEN], counter[8];
	size_t key_len;
	struct mac mac;
	if (!secret_bytes(secret, key, &key_len))
		return false;
	for (int i = 0; i < 8; i++)
		counter[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
	if (mac_hmac(MAC_SHA1, (struct str){ (char *)key, key_len }, (struct str){ (char *)counter, sizeof counter }, &mac) != 0)
		return false;
	const unsigned char *at = mac.bytes + (mac.bytes[19] & 15);
	uint32_t number = ((uint32_t)(at[0] & 127) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]) % 1000000;
	(void)snprintf(code, AUTH_CODE_LEN + 1, "%06u", (unsigned)number);
	sodium_memzero(key, sizeof key);
	return true;
}

int64_t auth_code_step(struct str secret, struct str code, int64_t now_ms, int64_t after_step)
{
	char right[AUTH_CODE_LEN + 1];
	int64_t found = 0;
	for (int64_t step = now_ms / AUTH_STEP_MS - 1; step <= now_ms / AUTH_STEP_MS + 1; step++)
		if (auth_code(secret, step, right) && auth_same(str_of(right), code) && step > after_step)
			found = step;
	return found;
}

/* ---- recovery codes */

void auth_recovery_new(char code[AUTH_RECOVERY_LEN + 1])
{
	for (size_t i = 0; i < AUTH_RECOVERY_LEN; i++)
		code[i] = base32[randombytes_uniform(32)];
	code[5] = '-';
	code[AUTH_RECOVERY_LEN] = '\0';
}

void auth_recovery_hash(struct str code, char hash[17])
{
	unsigned char whole[AUTH_HASH_LEN];
	char up[AUTH_RECOVERY_LEN];
	struct buf b = buf_over(up, sizeof up);
	for (size_t i = 0; i < code.len; i++)
		if (code.at[i] != '-' && code.at[i] != ' ')
			buf_put_char(&b, code.at[i] >= 'a' && code.at[i] <= 'z' ? (char)(code.at[i] - 32) : code.at[i]);
	struct str plain = b.full ? STR("") : buf_str(&b);
	(void)crypto_hash_sha256(whole, (const unsigned char *)plain.at, plain.len);
	(void)sodium_bin2hex(hash, 17, whole, 8);
}
