/* A descriptor's JSON, checked and made into structs.  What is wrong is said once, with its path; unknown members are
 * errors with a "did you mean". */
#include "gateway/channels/descriptor.h"

#include "flows/nearest.h"
#include "gateway/channels/descriptor_members.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- hooks */

static const struct member rule_members[] = {
	{ "kind", MEMBER_OTHER, 0 },
	{ "method", MEMBER_OTHER, 0 },
	{ "ctype", MEMBER_OTHER, 0 },
	{ "when", MEMBER_CONDITIONS, offsetof(struct rule, when) },
	{ "list", MEMBER_POINTER, offsetof(struct rule, list) },
	{ "id", MEMBER_PLACES, offsetof(struct rule, id) },
	{ "from", MEMBER_PLACES, offsetof(struct rule, from) },
	{ "msisdn", MEMBER_PLACES, offsetof(struct rule, from) },
	{ "to", MEMBER_PLACES, offsetof(struct rule, to) },
	{ "service", MEMBER_PLACES, offsetof(struct rule, to) },
	{ "text", MEMBER_PLACES, offsetof(struct rule, text) },
	{ "date", MEMBER_PLACES, offsetof(struct rule, ts) },
	{ "session", MEMBER_PLACES, offsetof(struct rule, session) },
	{ "turn", MEMBER_PLACES, offsetof(struct rule, turn) },
	{ "status", MEMBER_PLACES, offsetof(struct rule, status) },
	{ "statuses", MEMBER_OTHER, 0 },
	{ "reason", MEMBER_PLACES, offsetof(struct rule, reason) },
	{ "client_ref", MEMBER_PLACES, offsetof(struct rule, client_ref) },
	{ "part_ref", MEMBER_PLACES, offsetof(struct rule, part_ref) },
	{ "part_number", MEMBER_PLACES, offsetof(struct rule, part_number) },
	{ "part_count", MEMBER_PLACES, offsetof(struct rule, part_count) },
	{ "charset", MEMBER_OTHER, 0 },
	{ "charset_at", MEMBER_PLACES, offsetof(struct rule, charset_at) },
	{ "text_required", MEMBER_FLAG, offsetof(struct rule, text_required) },
	{ "id_required", MEMBER_FLAG, offsetof(struct rule, id_required) },
	{ "text_mode", MEMBER_OTHER, 0 },
	{ "first_is_code", MEMBER_FLAG, offsetof(struct rule, first_is_code) },
	{ "new", MEMBER_CONDITIONS, offsetof(struct rule, event[USSD_NEW]) },
	{ "continue", MEMBER_CONDITIONS, offsetof(struct rule, event[USSD_CONTINUE]) },
	{ "end", MEMBER_CONDITIONS, offsetof(struct rule, event[USSD_END]) },
	{ "timeout", MEMBER_CONDITIONS, offsetof(struct rule, event[USSD_TIMEOUT]) },
	{ "end_text", MEMBER_TEXT, offsetof(struct rule, end_text) },
	{ "userid", MEMBER_OTHER, 0 },
	{ "password", MEMBER_OTHER, 0 },
	{ "reply", MEMBER_OTHER, 0 },
	{ "summary", MEMBER_OTHER, 0 },
	{ "reply_strip_leading_ws", MEMBER_FLAG, offsetof(struct rule, strip) },
	/* in the vendors' requests, said for whoever reads the configuration; nothing here trusts them */
	{ "token", MEMBER_OTHER, 0 },
	{ "state", MEMBER_OTHER, 0 },
	{ "lang", MEMBER_OTHER, 0 },
	{ NULL, MEMBER_OTHER, 0 },
};

static int read_kind(struct loader *l, const json_t *object, struct rule *rule)
{
	static const char *const names[] = { "sms", "ussd", "report", "opt_out", NULL };
	static const enum event_kind kinds[] = { EVENT_SMS, EVENT_USSD, EVENT_REPORT, EVENT_OPT_OUT };
	struct str kind = json_get_str(object, "kind");
	for (size_t i = 0; names[i]; i++)
		if (str_eq_z(kind, names[i])) {
			rule->kind = kinds[i];
			return 0;
		}
	return loader_fail(l, "kind", "must be \"sms\", \"ussd\", \"report\" or \"opt_out\"");
}

static int read_accepts(struct loader *l, const json_t *object, struct rule *rule)
{
	struct str type = json_get_str(object, "ctype");
	rule->accepts = FIELDS_FORM | FIELDS_JSON;
	if (!type.at)
		return 0;
	rule->accepts = str_eq(type, STR("application/json")) ? FIELDS_JSON :
			str_eq(type, STR("application/x-www-form-urlencoded")) ? FIELDS_FORM : 0;
	return rule->accepts ? 0 : loader_fail(l, "ctype", "must be \"application/json\" or \"application/x-www-form-urlencoded\"");
}

static int read_statuses(struct loader *l, const json_t *object, struct rule *rule)
{
	const json_t *map = json_object_get(object, "statuses");
	const char *word;
	json_t *value;
	if (rule->kind == EVENT_REPORT && !json_is_object(map))
		return loader_fail(l, "statuses", "must be an object: the vendor's words and what they mean here");
	json_object_foreach((json_t *)(uintptr_t)map, word, value) {
		enum report_status status = REPORT_SENT;
		while (status <= REPORT_REJECTED && !str_eq_z(json_str(value), report_status_name(status)))
			status++;
		if (status > REPORT_REJECTED && !json_is_null(value))
			return loader_fail(l, "statuses", "a word means sent, delivered, failed, expired, rejected or null");
		if (rule->words_count == WORDS_MAX)
			return loader_fail(l, "statuses", "holds more than 32 words");
		rule->words[rule->words_count].word = loader_keep(l, str_of(word));
		rule->words[rule->words_count++].status = json_is_null(value) ? REPORT_NONE : status;
	}
	return 0;
}

static int read_charset(struct loader *l, const json_t *object, struct rule *rule)
{
	struct str name = json_get_str(object, "charset");
	rule->charset = name.at ? charset_named(name) : CHARSET_UTF_8;
	return rule->charset == CHARSET_UNKNOWN ? loader_fail(l, "charset", "is none that Wasl reads") : 0;
}

static int read_text_mode(struct loader *l, const json_t *object, struct rule *rule)
{
	struct str mode = json_get_str(object, "text_mode");
	rule->cumulative = str_eq(mode, STR("cumulative"));
	return !mode.at || rule->cumulative || str_eq(mode, STR("per_step")) ? 0 :
	       loader_fail(l, "text_mode", "must be \"per_step\" or \"cumulative\"");
}

/* "^Map Dialog User Abort": the mark for "begins with" may stand there, nothing else of patterns does. */
static void trim_end_text(struct rule *rule)
{
	rule->end_text = str_from(rule->end_text, str_starts(rule->end_text, STR("^")));
}

static int check_needs(struct loader *l, const struct rule *rule)
{
	if (rule->kind != EVENT_REPORT && rule->from.count == 0)
		return loader_fail(l, "from", "is missing: where the sender's number stands");
	if (rule->kind == EVENT_SMS && rule->text.count == 0)
		return loader_fail(l, "text", "is missing: where the words stand");
	if (rule->kind == EVENT_USSD && rule->session.count == 0)
		return loader_fail(l, "session", "is missing: where the session's id stands");
	if (rule->kind == EVENT_REPORT && (rule->id.count == 0 || rule->status.count == 0))
		return loader_fail(l, rule->id.count ? "status" : "id", "is missing");
	return 0;
}

static int read_credentials(struct loader *l, const json_t *object, struct rule *rule)
{
	static const char *const names[] = { "userid", "password" };
	for (size_t i = 0; i < 2; i++) {
		struct str value = json_get_str(object, names[i]);
		if (!value.at)
			continue;
		if (rule->proofs == PROOFS_MAX)
			return loader_fail(l, names[i], "is one proof too many");
		rule->proof[rule->proofs++] = (struct proof){ .kind = PROOF_FIELD, .place = str_of(names[i]),
							      .secret = loader_keep(l, value), .before = STR("") };
	}
	return 0;
}

static int read_rule(struct loader *l, const json_t *object, struct rule *rule)
{
	*rule = (struct rule){ .list = STR(""), .end_text = STR("") };
	memcpy(rule->proof, l->proof, sizeof l->proof);
	rule->proofs = l->proofs;
	int rc = loader_members(l, object, rule_members, rule);
	if (rc == 0)
		rc = read_kind(l, object, rule);
	if (rc == 0)
		rc = read_accepts(l, object, rule);
	if (rc == 0)
		rc = read_statuses(l, object, rule);
	if (rc == 0)
		rc = read_charset(l, object, rule);
	if (rc == 0)
		rc = read_text_mode(l, object, rule);
	if (rc == 0)
		rc = read_credentials(l, object, rule);
	if (rc == 0)
		rc = loader_answers(l, object, rule);
	trim_end_text(rule);
	return rc ? rc : check_needs(l, rule);
}

static int read_methods(struct loader *l, const json_t *object, unsigned *methods)
{
	struct str method = json_get_str(object, "method");
	*methods = !method.at ? 1u << HTTP_GET | 1u << HTTP_POST :
		   str_eq(method, STR("GET")) ? 1u << HTTP_GET : str_eq(method, STR("POST")) ? 1u << HTTP_POST : 0;
	return *methods ? 0 : loader_fail(l, "method", "must be \"GET\" or \"POST\"; without it both are taken");
}

static bool good_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return name.len > 0 && name.len <= 32;
}

/* One rule, or a list of them. */
static int read_rules(struct loader *l, const json_t *value, struct rules *rules)
{
	size_t count = json_is_array(value) ? json_array_size(value) : 1;
	if (count == 0 || count > RULES_MAX)
		return loader_fail(l, NULL, "must be an object, or a list of one to four");
	rules->rule = arena_array(l->arena, count, sizeof *rules->rule);
	if (!rules->rule)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		size_t mark = json_is_array(value) ? loader_enter(l, "[%zu]", i) : l->path_len;
		int rc = read_rule(l, json_is_array(value) ? json_array_get(value, i) : value, &rules->rule[i]);
		if (rc != 0)
			return rc;
		loader_leave(l, mark);
		rules->count++;
	}
	return 0;
}

static int read_hook(struct loader *l, const char *name, const json_t *value, struct descriptor *d)
{
	struct rules *rules = &d->rules[d->hooks_count];
	struct hook *hook = &d->hooks[d->hooks_count];
	const json_t *first = json_is_array(value) ? json_array_get(value, 0) : value;
	if (d->hooks_count == HOOKS_MAX || !good_name(str_of(name)))
		return loader_fail(l, NULL, "a hook's name is letters, digits, - and _; there are at most 24");
	int rc = read_rules(l, value, rules);
	if (rc == 0)
		rc = read_methods(l, first, &hook->methods);
	if (rc != 0)
		return rc;
	hook->name = loader_keep(l, str_of(name)).at;
	hook->kind = rules->rule[0].kind;
	hook->spec = rules;
	d->hooks_count++;
	return 0;
}

static int read_hooks(struct loader *l, const struct descriptor_source *source, struct descriptor *d)
{
	const json_t *hooks = json_object_get(source->root, "hooks");
	const char *name;
	json_t *value;
	if (!json_is_object(hooks) && !json_object_get(source->root, "send"))
		return loader_fail(l, source->hooks, "is missing: what comes in, by the last part of the URL");
	size_t mark = l->path_len;
	l->path_len = 0;
	(void)loader_enter(l, "%s", source->hooks);
	json_object_foreach((json_t *)(uintptr_t)hooks, name, value) {
		size_t inner = source->one_hook ? l->path_len : loader_enter(l, ".%s", name);
		int rc = read_hook(l, name, value, d);
		if (rc != 0)
			return rc;
		loader_leave(l, inner);
	}
	l->path_len = 0;
	(void)loader_enter(l, "%.*s", (int)mark, source->path);
	return 0;
}

/* ---- the whole */

static const struct member root_members[] = {
	{ "about", MEMBER_OTHER, 0 },
	{ "base_url", MEMBER_TEXT, offsetof(struct descriptor, base_url) },
	{ "auth", MEMBER_OTHER, 0 },
	{ "hooks", MEMBER_OTHER, 0 },
	{ "send", MEMBER_OTHER, 0 },
	{ "pull", MEMBER_OTHER, 0 },
	{ "login", MEMBER_OTHER, 0 },
	{ "credit", MEMBER_OTHER, 0 },
	{ NULL, MEMBER_OTHER, 0 },
};

int descriptor_load(struct channel *channel, const struct descriptor_source *source, struct arena *arena, struct err *err)
{
	struct loader l = { .channel = channel, .arena = arena, .err = err };
	struct descriptor *d = arena_alloc(arena, sizeof *d);
	if (!d)
		return -ENOMEM;
	d->base_url = STR("");
	(void)loader_enter(&l, "%s", source->path);
	int rc = loader_members(&l, source->root, root_members, d);
	if (rc == 0)
		rc = loader_proofs(&l, source->root);
	if (rc == 0)
		rc = read_hooks(&l, source, d);
	if (rc == 0)
		rc = loader_send(&l, source->root, d);
	if (rc == 0)
		rc = loader_pull(&l, source->root, d);
	if (rc == 0)
		rc = loader_asks(&l, source->root, d);
	if (rc == 0 && l.full)
		rc = -ENOMEM;
	channel->prepared = d;
	channel->hooks = d->hooks;
	return rc;
}
