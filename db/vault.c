#include "db/vault.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEAL_VERSION = 1, NONCE_LEN = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
       TAG_LEN = crypto_aead_xchacha20poly1305_ietf_ABYTES, PLACE_MAX = 96 };

static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == VAULT_KEY_LEN, "key length");
static_assert(1 + NONCE_LEN + TAG_LEN == VAULT_SEAL_OVERHEAD, "overhead");
static_assert(sizeof(crypto_secretstream_xchacha20poly1305_state) <= sizeof ((struct vault_stream *)NULL)->state, "stream");
static_assert(crypto_secretstream_xchacha20poly1305_HEADERBYTES == VAULT_STREAM_HEADER_LEN, "stream header");
static_assert(crypto_secretstream_xchacha20poly1305_ABYTES == VAULT_STREAM_OVERHEAD, "stream overhead");
static_assert(crypto_kdf_KEYBYTES == VAULT_KEY_LEN, "master key length");

/* Sub-key numbers are part of the format of every existing database: never renumber. */
enum { SUBKEY_WRAP = 1, SUBKEY_OWN = 2, SUBKEY_INDEX = 3, SUBKEY_SEEN = 4, SUBKEY_AUDIT = 5, SUBKEY_BACKUP = 6 };

static void derive(const unsigned char *master, uint64_t number, unsigned char *out)
{
	(void)crypto_kdf_derive_from_key(out, VAULT_KEY_LEN, number, "waslkey1", master);
}

/* Each sealed column takes a nonce of 24 random bytes: drawn in one go for forty, not by a system call each. */
static void draw_nonce(unsigned char out[NONCE_LEN])
{
	static _Thread_local unsigned char drawn[40 * NONCE_LEN];
	static _Thread_local size_t left;
	if (left == 0) {
		randombytes_buf(drawn, sizeof drawn);
		left = sizeof drawn;
	}
	left -= NONCE_LEN;
	memcpy(out, drawn + left, NONCE_LEN);
}

int vault_from_key(struct vault *vault, const unsigned char *master)
{
	unsigned char key[VAULT_KEY_LEN];
	if (sodium_init() < 0)
		return -EIO;
	if (master)
		memcpy(key, master, sizeof key);
	else
		randombytes_buf(key, sizeof key);
	/* Without the right to lock memory the daemon runs all the same: the host's swap is then the host's duty. */
	(void)sodium_mlock(vault, sizeof *vault);
	derive(key, SUBKEY_WRAP, vault->wrap.bytes);
	derive(key, SUBKEY_OWN, vault->own.bytes);
	derive(key, SUBKEY_INDEX, vault->index);
	derive(key, SUBKEY_SEEN, vault->seen);
	derive(key, SUBKEY_AUDIT, vault->audit);
	derive(key, SUBKEY_BACKUP, vault->backup);
	sodium_memzero(key, sizeof key);
	return 0;
}

static int read_key(int fd, const char *key_file, unsigned char *key, struct err *err)
{
	struct stat st;
	char hex[2 * VAULT_KEY_LEN + 2];
	size_t len;
	const char *end;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return err_set(err, -EINVAL, "%s: the key file is not a plain file", key_file);
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return err_set(err, -EACCES, "%s: others may read the key file; type: chmod 600 %s", key_file, key_file);
	ssize_t got = read(fd, hex, sizeof hex);
	if (got < 2 * VAULT_KEY_LEN || sodium_hex2bin(key, VAULT_KEY_LEN, hex, (size_t)got, "\n", &len, &end) != 0 ||
	    len != VAULT_KEY_LEN)
		got = -1;
	sodium_memzero(hex, sizeof hex);
	return got < 0 ? err_set(err, -EINVAL, "%s: the key file must hold 64 hex digits", key_file) : 0;
}

int vault_open(struct vault *vault, const char *key_file, struct err *err)
{
	unsigned char key[VAULT_KEY_LEN];
	if (sodium_init() < 0)
		return err_set(err, -EIO, "libsodium does not start");
	int fd = open(key_file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		int code = errno;
		return err_set(err, -code, "%s: cannot open the key file: %s", key_file, strerror(code));
	}
	int rc = read_key(fd, key_file, key, err);
	close(fd);
	if (rc == 0)
		rc = vault_from_key(vault, key);
	sodium_memzero(key, sizeof key);
	return rc;
}

void vault_close(struct vault *vault)
{
	sodium_munlock(vault, sizeof *vault); /* wipes, too */
}

void seal_key_forget(struct seal_key *key)
{
	sodium_memzero(key, sizeof *key);
}

/* "column NUL row" in a fixed byte order. */
static size_t place_bytes(struct seal_place place, unsigned char out[PLACE_MAX])
{
	size_t len = strlen(place.column);
	assert(len + 9 <= PLACE_MAX);
	memcpy(out, place.column, len);
	out[len++] = 0;
	for (unsigned shift = 0; shift < 64; shift += 8)
		out[len++] = (unsigned char)((uint64_t)place.row >> shift);
	return len;
}

static void seal_into(const struct seal_key *key, struct seal_place place, struct str plain, unsigned char *out)
{
	unsigned char bound[PLACE_MAX];
	size_t bound_len = place_bytes(place, bound);
	out[0] = SEAL_VERSION;
	draw_nonce(out + 1);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + 1 + NONCE_LEN, NULL, (const unsigned char *)plain.at,
							  plain.len, bound, bound_len, NULL, out + 1, key->bytes);
}

static int unseal_into(const struct seal_key *key, struct seal_place place, struct str sealed, unsigned char *plain)
{
	const unsigned char *in = (const unsigned char *)sealed.at;
	unsigned char bound[PLACE_MAX];
	size_t bound_len = place_bytes(place, bound);
	if (sealed.len < VAULT_SEAL_OVERHEAD || in[0] != SEAL_VERSION)
		return -EBADMSG;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, in + 1 + NONCE_LEN, sealed.len - 1 - NONCE_LEN,
						       bound, bound_len, in + 1, key->bytes) != 0)
		return -EBADMSG;
	return 0;
}

static struct seal_place person_key(int64_t contact_id)
{
	return (struct seal_place){ "contact.key", contact_id };
}

void vault_new_person(const struct vault *vault, int64_t contact_id, struct seal_key *key,
		      unsigned char wrapped[VAULT_WRAPPED_LEN])
{
	randombytes_buf(key->bytes, sizeof key->bytes);
	seal_into(&vault->wrap, person_key(contact_id), (struct str){ (const char *)key->bytes, sizeof key->bytes },
		  wrapped);
}

int vault_unwrap(const struct vault *vault, int64_t contact_id, struct str wrapped, struct seal_key *key)
{
	if (wrapped.len != VAULT_WRAPPED_LEN)
		return -EBADMSG;
	return unseal_into(&vault->wrap, person_key(contact_id), wrapped, key->bytes);
}

struct str vault_seal(const struct seal_key *key, struct seal_place place, struct str plain, struct arena *arena)
{
	unsigned char *out = arena_alloc(arena, plain.len + VAULT_SEAL_OVERHEAD);
	if (!out)
		return (struct str){ NULL, 0 };
	seal_into(key, place, plain, out);
	return (struct str){ (const char *)out, plain.len + VAULT_SEAL_OVERHEAD };
}

int vault_unseal(const struct seal_key *key, struct seal_place place, struct str sealed, struct arena *arena,
		 struct str *plain)
{
	if (sealed.len < VAULT_SEAL_OVERHEAD)
		return -EBADMSG;
	unsigned char *out = arena_alloc(arena, sealed.len - VAULT_SEAL_OVERHEAD + 1);
	if (!out)
		return -ENOMEM;
	int rc = unseal_into(key, place, sealed, out);
	*plain = rc == 0 ? (struct str){ (const char *)out, sealed.len - VAULT_SEAL_OVERHEAD } : (struct str){ NULL, 0 };
	return rc;
}

void vault_number_index(const struct vault *vault, struct str e164, unsigned char out[VAULT_INDEX_LEN])
{
	(void)crypto_generichash(out, VAULT_INDEX_LEN, (const unsigned char *)e164.at, e164.len, vault->index,
				 VAULT_KEY_LEN);
}

static void hash_with_length(crypto_generichash_state *state, struct str part)
{
	uint64_t len = part.len;
	(void)crypto_generichash_update(state, (const unsigned char *)&len, sizeof len);
	(void)crypto_generichash_update(state, (const unsigned char *)part.at, part.len);
}

void vault_fingerprint(const struct vault *vault, const struct str *parts, size_t count,
		       unsigned char out[VAULT_INDEX_LEN])
{
	crypto_generichash_state state;
	(void)crypto_generichash_init(&state, vault->seen, VAULT_KEY_LEN, VAULT_INDEX_LEN);
	for (size_t i = 0; i < count; i++)
		hash_with_length(&state, parts[i]);
	(void)crypto_generichash_final(&state, out, VAULT_INDEX_LEN);
}

void vault_chain(const struct vault *vault, const unsigned char before[VAULT_HASH_LEN], struct str row,
		 unsigned char out[VAULT_HASH_LEN])
{
	crypto_generichash_state state;
	(void)crypto_generichash_init(&state, vault->audit, VAULT_KEY_LEN, VAULT_HASH_LEN);
	(void)crypto_generichash_update(&state, before, VAULT_HASH_LEN);
	hash_with_length(&state, row);
	(void)crypto_generichash_final(&state, out, VAULT_HASH_LEN);
}

void vault_mark(const struct vault *vault, unsigned char out[VAULT_INDEX_LEN])
{
	vault_fingerprint(vault, (struct str[]){ STR("the key of this database") }, 1, out);
}

void vault_anchor(const struct vault *vault, int64_t seq, struct str hash, unsigned char out[VAULT_INDEX_LEN])
{
	struct str number = { (const char *)&seq, sizeof seq };
	vault_fingerprint(vault, (struct str[]){ STR("the audit begins after"), number, hash }, 3, out);
}

/* ---- streams */

static crypto_secretstream_xchacha20poly1305_state *stream_state(struct vault_stream *s)
{
	return (crypto_secretstream_xchacha20poly1305_state *)(void *)s->state;
}

void vault_stream_begin(const struct vault *vault, struct vault_stream *s, unsigned char header[VAULT_STREAM_HEADER_LEN])
{
	(void)crypto_secretstream_xchacha20poly1305_init_push(stream_state(s), header, vault->backup);
}

void vault_stream_push(struct vault_stream *s, struct str plain, bool last, unsigned char *out)
{
	unsigned char tag = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
	(void)crypto_secretstream_xchacha20poly1305_push(stream_state(s), out, NULL, (const unsigned char *)plain.at, plain.len,
							 NULL, 0, tag);
}

int vault_stream_open(const struct vault *vault, struct vault_stream *s, const unsigned char header[VAULT_STREAM_HEADER_LEN])
{
	return crypto_secretstream_xchacha20poly1305_init_pull(stream_state(s), header, vault->backup) == 0 ? 0 : -EBADMSG;
}

int vault_stream_pull(struct vault_stream *s, struct str in, unsigned char *plain, bool *last)
{
	unsigned char tag = 0;
	if (in.len < VAULT_STREAM_OVERHEAD ||
	    crypto_secretstream_xchacha20poly1305_pull(stream_state(s), plain, NULL, &tag, (const unsigned char *)in.at, in.len,
						       NULL, 0) != 0)
		return -EBADMSG;
	*last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	return 0;
}

bool vault_equal(struct str a, struct str b)
{
	return a.len == b.len && sodium_memcmp(a.at, b.at, a.len) == 0;
}

void vault_random(void *out, size_t len)
{
	randombytes_buf(out, len);
}

uint32_t vault_random_below(uint32_t limit)
{
	return randombytes_uniform(limit);
}
