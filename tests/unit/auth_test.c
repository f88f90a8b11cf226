/* Codes, tokens, passwords: against RFC 6238's vectors and what a stored thing must not give away. */
#include "gateway/auth.h"
#include "tests/unit/check.h"

#include <string.h>

/* RFC 6238, appendix B, SHA-1: its codes have eight digits, ours are the last six of them. */
static void test_codes(void)
{
	static const struct { int64_t seconds; const char *code; } vector[] = {
		{ 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" }, { 1234567890, "005924" },
		{ 2000000000, "279037" }, { 20000000000, "353130" },
	};
	struct str secret = STR("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"); /* "12345678901234567890" */
	char code[AUTH_CODE_LEN + 1];
	for (size_t i = 0; i < sizeof vector / sizeof *vector; i++) {
		CHECK(auth_code(secret, vector[i].seconds / 30, code));
		CHECK_STR(str_of(code), str_of(vector[i].code));
	}
	CHECK(!auth_code(STR("no base32!"), 1, code));
}

static void test_code_works_once(void)
{
	char secret[AUTH_SECRET_LEN + 1], code[AUTH_CODE_LEN + 1];
	const int64_t now = 1790000000000, step = now / AUTH_STEP_MS;
	auth_secret_new(secret);
	CHECK(auth_code(str_of(secret), step, code));
	CHECK_INT(auth_code_step(str_of(secret), str_of(code), now, 0), step);
	CHECK_INT(auth_code_step(str_of(secret), str_of(code), now + AUTH_STEP_MS, 0), step);
	CHECK_INT(auth_code_step(str_of(secret), str_of(code), now, step), 0);
	CHECK_INT(auth_code_step(str_of(secret), str_of(code), now + 3 * AUTH_STEP_MS, 0), 0);
	CHECK_INT(auth_code_step(str_of(secret), STR(""), now, 0), 0);
}

static void test_passwords(void)
{
	char stored[AUTH_PASSWORD_STORED], other[AUTH_PASSWORD_STORED];
	CHECK_INT(auth_password_hash(STR("correct horse"), stored), 0);
	CHECK_INT(auth_password_hash(STR("correct horse"), other), 0);
	CHECK(strncmp(stored, "$argon2id$", 10) == 0 && strcmp(stored, other) != 0 && !strstr(stored, "horse"));
	CHECK(auth_password_is(STR("correct horse"), stored));
	CHECK(!auth_password_is(STR("correct horsf"), stored));
	CHECK(!auth_password_is(STR(""), ""));
}

static void test_tokens(void)
{
	char a[AUTH_TOKEN_LEN + 1], b[AUTH_TOKEN_LEN + 1], csrf[AUTH_TOKEN_LEN + 1], again[AUTH_TOKEN_LEN + 1];
	auth_token_new(a);
	auth_token_new(b);
	CHECK_INT((int64_t)strlen(a), AUTH_TOKEN_LEN);
	CHECK(strcmp(a, b) != 0);
	auth_csrf_of(str_of(a), csrf);
	auth_csrf_of(str_of(a), again);
	CHECK(strcmp(csrf, again) == 0 && strcmp(csrf, a) != 0);
	auth_csrf_of(str_of(b), again);
	CHECK(strcmp(csrf, again) != 0);
	CHECK(auth_same(STR("ab"), STR("ab")) && !auth_same(STR("ab"), STR("aB")) && !auth_same(STR(""), STR("")));
}

static void test_recovery(void)
{
	char code[AUTH_RECOVERY_LEN + 1], typed[AUTH_RECOVERY_LEN + 1], hash[17], again[17];
	auth_recovery_new(code);
	for (size_t i = 0; i <= AUTH_RECOVERY_LEN; i++)
		typed[i] = code[i] >= 'A' && code[i] <= 'Z' ? (char)(code[i] + 32) : code[i] == '-' ? ' ' : code[i];
	auth_recovery_hash(str_of(code), hash);
	auth_recovery_hash(str_of(typed), again);
	CHECK(strcmp(hash, again) == 0 && !strstr(hash, code));
}

int main(void)
{
	check_begin("codes are those of RFC 6238");
	test_codes();
	check_begin("a code works once, in its time");
	test_code_works_once();
	check_begin("passwords are kept as argon2id");
	test_passwords();
	check_begin("tokens are random, their CSRF tokens theirs");
	test_tokens();
	check_begin("a recovery code may be typed in small letters");
	test_recovery();
	return check_end();
}
