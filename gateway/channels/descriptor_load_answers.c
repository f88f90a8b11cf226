/* Loading a descriptor: what proves a request, and what is answered. */
#include "gateway/channels/descriptor_members.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- proofs */

static bool only_keys(struct str name, void *user)
{
	(void)user;
	return str_starts(name, STR("key:"));
}

static bool key_value(struct str name, void *user, struct str *value)
{
	char key[64];
	if (!str_copy(str_from(name, 4), key, sizeof key))
		return false;
	*value = channel_key(user, key);
	return true;
}

/* "{{key:hmac_key}}" or the secret itself.  A key that the channel leaves out is an empty secret, which proves nothing. */
static int read_secret(struct loader *l, const json_t *proof, const char *name, struct str *out)
{
	struct str template = json_get_str(proof, name);
	struct err what = { .text = "" };
	struct buf value = buf_new(l->arena, 512);
	*out = STR("");
	if (!template.at)
		return 0;
	if (template_check(template, only_keys, NULL, &what) != 0)
		return loader_fail(l, name, "%s", what.text);
	template_put(&value, template, ESCAPE_NONE, key_value, (void *)(uintptr_t)l->channel);
	if (value.full)
		return loader_fail(l, name, "is longer than 512 bytes");
	*out = buf_str(&value);
	return 0;
}

/* What stands behind "Basic ". */
static int encode_basic(struct loader *l, struct str user, struct str *password)
{
	if (password->len == 0)
		return 0;
	struct buf plain = buf_new(l->arena, user.len + password->len + 1), coded = buf_new(l->arena, 1600);
	buf_put(&plain, user);
	buf_put_char(&plain, ':');
	buf_put(&plain, *password);
	base64_put(&coded, buf_str(&plain));
	*password = buf_str(&coded);
	return plain.full || coded.full ? -ENOMEM : 0;
}

/* "sha256-hex", "sha1-base64" */
static int read_algorithm(struct loader *l, const json_t *object, struct proof *proof)
{
	struct str given, rest, kind, wanted = json_get_str(object, "alg");
	struct buf value = buf_new(l->arena, 64);
	template_put(&value, wanted.at ? wanted : STR(""), ESCAPE_NONE, key_value, (void *)(uintptr_t)l->channel);
	given = rest = value.len ? buf_str(&value) : STR("sha256-hex");
	if (!str_split(&rest, '-', &kind) || !mac_kind_named(kind, &proof->mac) ||
	    !(str_eq(rest, STR("hex")) || str_eq(rest, STR("base64"))))
		return loader_fail(l, "alg", "must be a digest and a form: md5, sha1, sha256 or sha512, -hex or -base64");
	proof->form = str_eq(rest, STR("hex")) ? MAC_HEX_ANY_CASE : MAC_BASE64;
	return given.len ? 0 : -ENOMEM;
}

static const struct member proof_members[] = {
	{ "kind", MEMBER_OTHER, 0 },     { "place", MEMBER_OTHER, 0 },    { "value", MEMBER_OTHER, 0 },
	{ "old", MEMBER_OTHER, 0 }, { "user", MEMBER_OTHER, 0 },     { "password", MEMBER_OTHER, 0 },
	{ "key", MEMBER_OTHER, 0 },      { "alg", MEMBER_OTHER, 0 },      { NULL, MEMBER_OTHER, 0 },
};

static int read_basic(struct loader *l, const json_t *object, struct proof *proof)
{
	struct str user;
	proof->kind = PROOF_BASIC;
	int rc = read_secret(l, object, "user", &user);
	if (rc == 0)
		rc = read_secret(l, object, "password", &proof->secret);
	if (rc == 0)
		rc = encode_basic(l, user, &proof->secret);
	return rc ? rc : encode_basic(l, user, &proof->before);
}

static int read_proof(struct loader *l, const json_t *object, struct proof *proof)
{
	struct str kind = json_get_str(object, "kind"), place = json_get_str(object, "place");
	char unused;
	int rc = loader_members(l, object, proof_members, &unused);
	if (rc == 0)
		rc = read_secret(l, object, "old", &proof->before);
	if (rc != 0)
		return rc;
	bool hmac = str_eq(kind, STR("hmac")), field = str_eq(kind, STR("field"));
	if (str_eq(kind, STR("address"))) {
		proof->kind = PROOF_ADDRESS;
		return 0;
	}
	if (str_eq(kind, STR("basic")))
		return read_basic(l, object, proof);
	if (!hmac && !field)
		return loader_fail(l, "kind", "must be \"field\", \"basic\", \"hmac\" or \"address\"");
	struct buf where = buf_new(l->arena, 128);
	template_put(&where, place.at ? place : STR(""), ESCAPE_NONE, key_value, (void *)(uintptr_t)l->channel);
	if (where.full || where.len == 0 || str_eq(buf_str(&where), STR("h:")))
		return loader_fail(l, "place", "is missing: where the secret stands, such as \"h:X-Signature\"");
	proof->kind = hmac ? PROOF_HMAC : PROOF_FIELD;
	proof->place = buf_str(&where);
	rc = read_secret(l, object, hmac ? "key" : "value", &proof->secret);
	return rc == 0 && hmac ? read_algorithm(l, object, proof) : rc;
}

int loader_proofs(struct loader *l, const json_t *root)
{
	const json_t *auth = json_object_get(root, "auth"), *one;
	size_t i;
	if (!auth)
		return 0;
	if (!json_is_array(auth) || json_array_size(auth) > PROOFS_MAX - 2)
		return loader_fail(l, "auth", "must be a list of at most two proofs");
	size_t mark = loader_enter(l, "%sauth", l->path_len ? "." : "");
	json_array_foreach(auth, i, one) {
		size_t inner = loader_enter(l, "[%zu]", i);
		int rc = read_proof(l, one, &l->proof[l->proofs++]);
		if (rc != 0)
			return rc;
		loader_leave(l, inner);
	}
	loader_leave(l, mark);
	return 0;
}

/* ---- answers */

static bool known_in_answers(struct str name, void *user)
{
	static const char *const names[] = { "text", "session", "to", "id", "from", "from_no_plus" };
	struct rule *rule = user;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_eq_z(name, names[i]))
			return true;
	struct str place = str_from(name, 3);
	if (!str_starts(name, STR("in:")) || place.len == 0)
		return false;
	for (size_t i = 0; i < rule->echoes; i++)
		if (str_eq(rule->echo[i], place))
			return true;
	if (rule->echoes == ECHOES_MAX)
		return false;
	rule->echo[rule->echoes++] = place; /* points into the answer's own text, which is kept */
	return true;
}

static const struct member answer_members[] = {
	{ "body", MEMBER_OTHER, 0 }, { "ctype", MEMBER_OTHER, 0 }, { "headers", MEMBER_OTHER, 0 },
	{ "status", MEMBER_OTHER, 0 }, { NULL, MEMBER_OTHER, 0 },
};

/* Text is said as it stands; an object is JSON. */
static int read_body(struct loader *l, const json_t *object, struct rule *rule, struct answer *answer)
{
	const json_t *body = json_object_get(object, "body");
	struct err what = { .text = "" };
	bool text = !body || json_is_string(body);
	char *json = text ? NULL : json_dumps(body, JSON_COMPACT);
	if (!text && !json)
		return loader_fail(l, "body", "must be text or an object");
	answer->body = loader_keep(l, text ? json_str(body) : str_of(json));
	answer->escape = text ? ESCAPE_NONE : ESCAPE_JSON;
	free(json);
	if (template_check(answer->body, known_in_answers, rule, &what) != 0)
		return loader_fail(l, "body", "%s", what.text);
	return 0;
}

static int read_answer(struct loader *l, const json_t *object, struct rule *rule, struct answer *answer)
{
	char unused;
	struct str type = json_get_str(object, "ctype");
	int rc = loader_members(l, object, answer_members, &unused);
	if (rc == 0)
		rc = read_body(l, object, rule, answer);
	if (rc == 0)
		rc = loader_pairs(l, object, "headers", answer->headers, HEADERS_MAX, &answer->headers_count, known_in_answers, rule);
	if (rc != 0)
		return rc;
	json_int_t status = json_object_get(object, "status") ? json_integer_value(json_object_get(object, "status")) : 200;
	if (status < 200 || status > 299)
		return loader_fail(l, "status", "must be 200 to 299");
	answer->status = (unsigned)status;
	answer->type = type.at ? loader_keep(l, type) : answer->escape == ESCAPE_JSON ? STR("application/json") :
									       STR("text/plain; charset=utf-8");
	return 0;
}

static int read_named(struct loader *l, const json_t *reply, const char *name, struct rule *rule, struct answer *answer)
{
	size_t mark = loader_enter(l, ".reply.%s", name);
	int rc = read_answer(l, json_object_get(reply, name), rule, answer);
	if (rc == 0)
		loader_leave(l, mark);
	return rc;
}

/* "reply": "xhtml"; {"continue": {…}, "end": {…}} for USSD; else one answer, or none for an empty 200. */
int loader_answers(struct loader *l, const json_t *object, struct rule *rule)
{
	static const struct member both[] = { { "continue", MEMBER_OTHER, 0 }, { "end", MEMBER_OTHER, 0 }, { NULL, MEMBER_OTHER, 0 } };
	const json_t *reply = json_object_get(object, "reply");
	char unused;
	rule->over = (struct answer){ .body = STR(""), .type = STR("text/plain; charset=utf-8"), .status = 200 };
	rule->xhtml = str_eq(json_str(reply), STR("xhtml"));
	if (rule->kind != EVENT_USSD && !reply)
		return 0;
	if (rule->xhtml && rule->kind == EVENT_USSD)
		return 0;
	if (json_is_string(reply))
		return loader_fail(l, "reply", "is no reply that Wasl ships for this profile; write {\"continue\": {…}, \"end\": {…}}");
	if (!json_is_object(reply))
		return loader_fail(l, "reply", "is missing: {\"continue\": {\"body\": …}, \"end\": {\"body\": …}}, or \"xhtml\"");
	if (rule->kind != EVENT_USSD) {
		size_t mark = loader_enter(l, ".reply");
		int rc = read_answer(l, reply, rule, &rule->over);
		loader_leave(l, mark);
		return rc;
	}
	size_t mark = loader_enter(l, ".reply");
	int rc = loader_members(l, reply, both, &unused);
	loader_leave(l, mark);
	if (rc == 0)
		rc = read_named(l, reply, "continue", rule, &rule->going_on);
	return rc == 0 ? read_named(l, reply, "end", rule, &rule->over) : rc;
}
