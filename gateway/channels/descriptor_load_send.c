/* Loading a descriptor: the calls out of it. */
#include "gateway/channels/descriptor_members.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool one_of(struct str name, const char *const *names)
{
	for (; *names; names++)
		if (str_eq_z(name, *names))
			return true;
	return false;
}

static bool known_in_sends(struct str name, void *user)
{
	static const char *const names[] = { "to", "to_no_plus", "from", "text", "id", "token", "base_url", NULL };
	(void)user;
	return one_of(name, names) || str_starts(name, STR("key:"));
}

static bool known_in_pulls(struct str name, void *user)
{
	static const char *const names[] = { "cursor", "base_url", NULL };
	(void)user;
	return one_of(name, names) || str_starts(name, STR("key:"));
}

static int read_template(struct loader *l, const json_t *object, const char *name, bool (*known)(struct str, void *),
			 struct str *out)
{
	struct str s = json_get_str(object, name);
	struct err what = { .text = "" };
	if (!s.len)
		return loader_fail(l, name, "is missing");
	if (template_check(s, known, NULL, &what) != 0)
		return loader_fail(l, name, "%s", what.text);
	*out = loader_keep(l, s);
	return 0;
}

/* https to anywhere, http to this machine only, as base_url (config_value.c). */
static int check_url(struct loader *l, struct str url)
{
	static const char *const here[] = { "http://127.0.0.1", "http://localhost", "http://[::1]" };
	if (str_starts(url, STR("{{base_url}}")) || str_starts(url, STR("https://")))
		return 0;
	for (size_t i = 0; i < sizeof here / sizeof here[0]; i++) {
		struct str rest = str_from(url, strlen(here[i]));
		if (str_starts(url, str_of(here[i])) && (!rest.len || rest.at[0] == ':' || rest.at[0] == '/'))
			return 0;
	}
	return loader_fail(l, "url", "must begin with https:// or {{base_url}}");
}

/* ---- sending */

#define OF_A_CALL { "method", MEMBER_OTHER, 0 }, { "url", MEMBER_OTHER, 0 }, { "headers", MEMBER_OTHER, 0 }, \
		  { "query", MEMBER_OTHER, 0 }, { "form", MEMBER_OTHER, 0 }, { "json", MEMBER_OTHER, 0 }, \
		  { "needs", MEMBER_OTHER, 0 }

static const struct member send_members[] = {
	OF_A_CALL,
	{ "id_path", MEMBER_POINTER, offsetof(struct send_spec, id_at) },
	{ "code_path", MEMBER_POINTER, offsetof(struct send_spec, code_at) },
	{ "response_check", MEMBER_TEXT, offsetof(struct send_spec, check) },
	{ "codes", MEMBER_OTHER, 0 },
	{ "http", MEMBER_OTHER, 0 },
	{ NULL, MEMBER_OTHER, 0 },
};

static int read_classes(struct loader *l, const json_t *object, const char *name, struct class_word *words, size_t *count)
{
	const json_t *map = json_object_get(object, name);
	const char *word;
	json_t *value;
	if (map && !json_is_object(map))
		return loader_fail(l, name, "must be an object of codes and classes");
	json_object_foreach((json_t *)(uintptr_t)map, word, value) {
		struct str given = json_str(value);
		bool opt_out = str_eq(given, STR("opt_out"));
		enum send_class class = opt_out ? SEND_REJECTED_PERMANENT : SEND_ACCEPTED;
		while (!opt_out && class <= SEND_UNKNOWN && !str_eq_z(given, send_class_name(class)))
			class++;
		if (class > SEND_UNKNOWN)
			return loader_fail(l, name, "%s must be accepted, rejected_permanent, opt_out, transient, operational or unknown",
					   word);
		if (*count == WORDS_MAX)
			return loader_fail(l, name, "holds more than %d codes", WORDS_MAX);
		words[(*count)++] = (struct class_word){ loader_keep(l, str_of(word)), class, opt_out };
	}
	return 0;
}

static int read_json_body(struct loader *l, const json_t *object, struct call_spec *send)
{
	const json_t *body = json_object_get(object, "json");
	struct err what = { .text = "" };
	if (!body)
		return 0;
	char *text = json_is_object(body) || json_is_array(body) ? json_dumps(body, 0) : NULL;
	if (!text)
		return loader_fail(l, "json", "must be an object or a list");
	send->body = loader_keep(l, str_of(text));
	free(text);
	if (template_check(send->body, known_in_sends, NULL, &what) != 0)
		return loader_fail(l, "json", "%s", what.text);
	return 0;
}

static int read_needs(struct loader *l, const json_t *object, struct call_spec *send)
{
	const json_t *needs = json_object_get(object, "needs"), *one;
	size_t i;
	if (needs && (!json_is_array(needs) || json_array_size(needs) > HEADERS_MAX))
		return loader_fail(l, "needs", "must be a list of at most %d keys of the channel", HEADERS_MAX);
	json_array_foreach(needs, i, one) {
		if (!json_is_string(one))
			return loader_fail(l, "needs", "must be a list of names");
		send->needs[send->needs_count++] = loader_keep(l, json_str(one));
	}
	return 0;
}

static int read_method(struct loader *l, const json_t *object, struct call_spec *send)
{
	struct str method = json_get_str(object, "method");
	if (method.at && !str_eq(method, STR("GET")) && !str_eq(method, STR("POST")))
		return loader_fail(l, "method", "must be \"GET\" or \"POST\"");
	send->method = str_eq(method, STR("GET")) ? HTTP_GET : HTTP_POST;
	if (send->method == HTTP_GET && (send->form_count || send->body.len))
		return loader_fail(l, "method", "GET has no body: no \"form\" and no \"json\"");
	if (send->form_count && send->body.len)
		return loader_fail(l, "json", "stands beside \"form\"; a call has one body");
	return 0;
}

/* "Accepted" must be read from the answer: by an id, or by words that are only there when it was. */
static int check_proof(struct loader *l, const struct send_spec *send)
{
	if (send->id_at.len == 0 && send->check.len == 0)
		return loader_fail(l, "id_path", "is missing: where the message's id stands in the answer; without an id there must be a "
					    "response_check");
	if (send->code_at.len && send->codes_count == 0)
		return loader_fail(l, "codes", "is missing: what the codes at code_path mean");
	return 0;
}

static int read_call(struct loader *l, const json_t *object, struct call_spec *call)
{
	call->body = STR("");
	int rc = read_template(l, object, "url", known_in_sends, &call->url);
	if (rc == 0)
		rc = check_url(l, call->url);
	if (rc == 0)
		rc = loader_pairs(l, object, "headers", call->headers, HEADERS_MAX, &call->headers_count, known_in_sends, NULL);
	if (rc == 0)
		rc = loader_pairs(l, object, "query", call->query, PAIRS_MAX, &call->query_count, known_in_sends, NULL);
	if (rc == 0)
		rc = loader_pairs(l, object, "form", call->form, PAIRS_MAX, &call->form_count, known_in_sends, NULL);
	if (rc == 0)
		rc = read_json_body(l, object, call);
	if (rc == 0)
		rc = read_method(l, object, call);
	return rc ? rc : read_needs(l, object, call);
}

static int read_send(struct loader *l, const json_t *object, struct send_spec *send)
{
	*send = (struct send_spec){ .id_at = STR(""), .code_at = STR(""), .check = STR("") };
	int rc = loader_members(l, object, send_members, send);
	if (rc == 0)
		rc = read_call(l, object, &send->call);
	if (rc == 0)
		rc = read_classes(l, object, "codes", send->codes, &send->codes_count);
	if (rc == 0)
		rc = read_classes(l, object, "http", send->http, &send->http_count);
	return rc ? rc : check_proof(l, send);
}

int loader_send(struct loader *l, const json_t *root, struct descriptor *d)
{
	const json_t *object = json_object_get(root, "send");
	if (!object)
		return 0;
	struct send_spec *send = arena_alloc(l->arena, sizeof *send);
	if (!send)
		return -ENOMEM;
	size_t mark = loader_enter(l, "%ssend", l->path_len ? "." : "");
	int rc = read_send(l, object, send);
	if (rc == 0)
		loader_leave(l, mark);
	d->send = send;
	return rc;
}

/* ---- a token, the credit */

static const struct member login_members[] = {
	OF_A_CALL,
	{ "token_path", MEMBER_POINTER, offsetof(struct ask_spec, value_at) },
	{ "life_path", MEMBER_POINTER, offsetof(struct ask_spec, other_at) },
	{ NULL, MEMBER_OTHER, 0 },
};

static const struct member credit_members[] = {
	OF_A_CALL,
	{ "amount_path", MEMBER_POINTER, offsetof(struct ask_spec, value_at) },
	{ "currency_path", MEMBER_POINTER, offsetof(struct ask_spec, other_at) },
	{ NULL, MEMBER_OTHER, 0 },
};

static int read_ask(struct loader *l, const json_t *object, const struct member *members, struct ask_spec *ask)
{
	*ask = (struct ask_spec){ .value_at = STR(""), .other_at = STR("") };
	int rc = loader_members(l, object, members, ask);
	if (rc == 0)
		rc = read_call(l, object, &ask->call);
	for (; rc == 0 && members->name; members++)
		if (members->offset == offsetof(struct ask_spec, value_at) && members->type == MEMBER_POINTER && !ask->value_at.len)
			return loader_fail(l, members->name, "is missing: where it stands in the answer");
	return rc;
}

static int load_ask(struct loader *l, const json_t *root, const char *name, const struct member *members,
		    const struct ask_spec **out)
{
	const json_t *object = json_object_get(root, name);
	if (!object)
		return 0;
	struct ask_spec *ask = arena_alloc(l->arena, sizeof *ask);
	if (!ask)
		return -ENOMEM;
	size_t mark = loader_enter(l, "%s%s", l->path_len ? "." : "", name);
	int rc = read_ask(l, object, members, ask);
	if (rc == 0)
		loader_leave(l, mark);
	*out = ask;
	return rc;
}

int loader_asks(struct loader *l, const json_t *root, struct descriptor *d)
{
	int rc = load_ask(l, root, "login", login_members, &d->login);
	return rc ? rc : load_ask(l, root, "credit", credit_members, &d->credit);
}

/* ---- fetching */

static const struct member pull_members[] = {
	{ "url", MEMBER_OTHER, 0 },
	{ "headers", MEMBER_OTHER, 0 },
	{ "list", MEMBER_POINTER, offsetof(struct pull_spec, list) },
	{ "cursor", MEMBER_POINTER, offsetof(struct pull_spec, cursor_at) },
	{ "start", MEMBER_TEXT, offsetof(struct pull_spec, start) },
	{ "as", MEMBER_OTHER, 0 },
	{ NULL, MEMBER_OTHER, 0 },
};

static const struct rule *rule_of_hook(const struct descriptor *d, struct str name)
{
	for (size_t i = 0; i < d->hooks_count; i++)
		if (str_eq_z(name, d->hooks[i].name) && d->rules[i].rule[0].kind == EVENT_SMS)
			return &d->rules[i].rule[0];
	return NULL;
}

static int read_pull(struct loader *l, const json_t *object, const struct descriptor *d, struct pull_spec *pull)
{
	*pull = (struct pull_spec){ .list = STR(""), .cursor_at = STR(""), .start = STR("") };
	int rc = loader_members(l, object, pull_members, pull);
	if (rc == 0)
		rc = read_template(l, object, "url", known_in_pulls, &pull->url);
	if (rc == 0)
		rc = check_url(l, pull->url);
	if (rc == 0)
		rc = loader_pairs(l, object, "headers", pull->headers, HEADERS_MAX, &pull->headers_count, known_in_pulls, NULL);
	pull->rule = rule_of_hook(d, json_get_str(object, "as"));
	return rc == 0 && !pull->rule ? loader_fail(l, "as", "must name a hook of kind \"sms\": each entry is read as one of its") : rc;
}

int loader_pull(struct loader *l, const json_t *root, struct descriptor *d)
{
	const json_t *object = json_object_get(root, "pull");
	if (!object)
		return 0;
	struct pull_spec *pull = arena_alloc(l->arena, sizeof *pull);
	if (!pull)
		return -ENOMEM;
	size_t mark = loader_enter(l, "%spull", l->path_len ? "." : "");
	int rc = read_pull(l, object, d, pull);
	if (rc == 0)
		loader_leave(l, mark);
	d->pull = pull;
	return rc;
}
