#include "gateway/console/accounts.h"

#include "db/ledger.h"
#include "gateway/console/call.h"

#include <errno.h>
#include <string.h>

static bool is_user_name(struct str user)
{
	for (size_t i = 0; i < user.len; i++)
		if (!user.at[i] || !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", user.at[i]))
			return false;
	return user.len >= 1 && user.len <= 31;
}

int account_check(const struct config *config, const struct account_wish *wish, struct err *err)
{
	struct str rest = wish->roles, word;
	if (!is_user_name(wish->user))
		return err_because(err, -EINVAL, "user-name", "a user's name is 1 to 31 of A-Z a-z 0-9 . _ -");
	if (wish->name.len == 0 || wish->name.len > 80)
		return err_set(err, -EINVAL, "the person's name is missing or longer than 80 bytes");
	if (rest.len == 0)
		return err_because(err, -EINVAL, "no-role", "a role is needed: operator counsellor protection psea me manager admin auditor");
	while (str_split(&rest, ' ', &word))
		if (policy_roles(word) == 0)
			return err_set(err, -EINVAL, "no such role; there are operator counsellor protection psea me manager admin auditor");
	if (wish->language.len && !str_eq_z(wish->language, "fr") && !str_eq_z(wish->language, "en") && !str_eq_z(wish->language, "ar"))
		return err_set(err, -EINVAL, "language: the desk is in fr, en and ar");
	rest = wish->offices;
	while (wish->offices.len && str_split(&rest, ' ', &word))
		if (!config_has_office(config, word))
			return err_set(err, -EINVAL, "no such office in the configuration");
	return 0;
}

static int give_link(struct db *db, int64_t staff_id, int64_t now_ms, char token[AUTH_TOKEN_LEN + 1])
{
	unsigned char hash[AUTH_HASH_LEN];
	char secret[AUTH_SECRET_LEN + 1];
	auth_token_new(token);
	auth_token_hash(str_of(token), hash);
	auth_secret_new(secret);
	return staff_link_add(db, hash, staff_id, str_of(secret), now_ms + ACCOUNT_LINK_MS);
}

int account_add(struct db *db, const struct account_wish *wish, struct str by, int64_t now_ms, char token[AUTH_TOKEN_LEN + 1])
{
	struct staff staff = { .user = wish->user, .name = wish->name, .roles = wish->roles, .offices = wish->offices,
			       .language = wish->language };
	int rc = staff_add(db, &staff, now_ms);
	if (rc == 0)
		rc = give_link(db, staff.staff_id, now_ms, token);
	return rc != 0 ? rc : audit_add(db, now_ms, by, STR("user.add"), wish->user, wish->roles);
}

int account_reset(struct db *db, struct str user, struct str by, int64_t now_ms, char token[AUTH_TOKEN_LEN + 1])
{
	struct staff staff;
	int rc = staff_by_name(db, user, &staff);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	rc = staff_void(db, staff.staff_id);
	if (rc == 0)
		rc = give_link(db, staff.staff_id, now_ms, token);
	return rc != 0 ? rc : audit_add(db, now_ms, by, STR("user.reset"), staff.user, STR(""));
}

int account_disable(struct db *db, struct str user, struct str by, int64_t now_ms)
{
	struct staff staff;
	int64_t admins = 0;
	int rc = staff_by_name(db, user, &staff);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	staff.state = STR("DISABLED");
	rc = staff_save(db, &staff);
	if (rc == 0)
		rc = staff_sessions_end(db, staff.staff_id);
	if (rc == 0)
		rc = staff_admins(db, &admins);
	if (rc == 0 && admins == 0 && policy_roles(staff.roles) & ROLE_ADMIN)
		return -EPERM;
	return rc != 0 ? rc : audit_add(db, now_ms, by, STR("user.disable"), staff.user, STR(""));
}

void account_codes_new(struct account_codes *out)
{
	struct buf b = buf_over(out->hashes, sizeof out->hashes);
	for (size_t i = 0; i < ACCOUNT_RECOVERY_CODES; i++) {
		char hash[17];
		auth_recovery_new(out->code[i]);
		auth_recovery_hash(str_of(out->code[i]), hash);
		if (i)
			buf_put_char(&b, ' ');
		buf_put_z(&b, hash);
	}
	out->hashes[b.len] = '\0';
}

bool account_password_good(struct str password, struct str user, struct str name)
{
	enum { DIFFERENT = 5 };
	bool seen[256] = { false };
	size_t different = 0;
	for (size_t i = 0; i < password.len; i++) {
		different += !seen[(unsigned char)password.at[i]];
		seen[(unsigned char)password.at[i]] = true;
	}
	return different >= DIFFERENT && !str_eq_nocase(password, user) && !str_eq_nocase(password, name);
}

void account_totp_uri(struct str user, struct str secret, struct buf *out)
{
	buf_put_z(out, "otpauth://totp/Wasl:");
	buf_put(out, user);
	buf_put_z(out, "?secret=");
	buf_put(out, secret);
	buf_put_z(out, "&issuer=Wasl");
}

void account_link(const struct config *config, const char *token, struct buf *out)
{
	if (config->console_url.len) {
		buf_put(out, config->console_url);
	} else {
		buf_put_z(out, "http://");
		buf_put(out, config->listen_console);
	}
	buf_put_z(out, "/#enrol=");
	buf_put_z(out, token);
}
