/* Published vectors: RFC 1321, RFC 2202, RFC 4231, FIPS 180, RFC 4648. */
#include "gateway/mac.h"
#include "tests/unit/check.h"

#include <errno.h>

static bool hex_is(const struct mac *mac, const char *hex)
{
	return mac_same(mac, MAC_HEX, str_of(hex));
}

static void digests(void)
{
	struct mac mac;
	check_begin("digests of published vectors");
	CHECK(mac_digest(MAC_MD5, STR("abc"), &mac) == 0 && hex_is(&mac, "900150983cd24fb0d6963f7d28e17f72"));
	CHECK(mac_digest(MAC_SHA1, STR("abc"), &mac) == 0 && hex_is(&mac, "a9993e364706816aba3e25717850c26c9cd0d89d"));
	CHECK(mac_digest(MAC_SHA256, STR(""), &mac) == 0 &&
	      hex_is(&mac, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
}

static void hmacs(void)
{
	struct mac mac;
	struct str key = STR("Jefe"), data = STR("what do ya want for nothing?");
	check_begin("HMACs of published vectors");
	CHECK(mac_hmac(MAC_MD5, key, data, &mac) == 0 && hex_is(&mac, "750c783e6ab0b503eaa86e310a5db738"));
	CHECK(mac_hmac(MAC_SHA1, key, data, &mac) == 0 && hex_is(&mac, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
	CHECK(mac_hmac(MAC_SHA256, key, data, &mac) == 0 &&
	      hex_is(&mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
	CHECK(mac_hmac(MAC_SHA512, key, data, &mac) == 0 &&
	      hex_is(&mac, "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
			   "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"));
}

static void comparing(void)
{
	struct mac mac;
	check_begin("a signature is compared as written");
	CHECK(mac_hmac(MAC_MD5, STR("Jefe"), STR("what do ya want for nothing?"), &mac) == 0);
	CHECK(mac_same(&mac, MAC_HEX_ANY_CASE, STR("750C783E6AB0B503EAA86E310A5DB738")));
	CHECK(!mac_same(&mac, MAC_HEX, STR("750C783E6AB0B503EAA86E310A5DB738")));
	CHECK(!mac_same(&mac, MAC_HEX, STR("750c783e6ab0b503eaa86e310a5db739")));
	CHECK(!mac_same(&mac, MAC_HEX, STR("750c783e6ab0b503eaa86e310a5db7388")) && !mac_same(&mac, MAC_HEX, STR("")));
	CHECK(mac_same(&mac, MAC_BASE64, STR("dQx4PmqwtQPqqG4xCl23OA==")));
	CHECK(mac_secret_same(STR("s3cret"), STR("s3cret")) && !mac_secret_same(STR("s3cret"), STR("s3creT")));
	CHECK(!mac_secret_same(STR(""), STR("")) && !mac_secret_same(STR("a"), STR("")));
}

static void base64(void)
{
	static const char *const pair[][2] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
					       { "foob", "Zm9vYg==" }, { "foobar", "Zm9vYmFy" } };
	struct arena arena;
	check_begin("base64, padded");
	CHECK(arena_new(&arena, 4096) == 0);
	for (size_t i = 0; i < sizeof pair / sizeof pair[0]; i++) {
		struct buf text = buf_new(&arena, 32);
		base64_put(&text, str_of(pair[i][0]));
		CHECK(str_eq_z(buf_str(&text), pair[i][1]));
	}
	arena_free(&arena);
}

int main(void)
{
	digests();
	hmacs();
	comparing();
	base64();
	return check_end();
}
