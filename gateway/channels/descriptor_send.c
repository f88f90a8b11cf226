/* Calls by a descriptor: composed from templates.  Sending is one message a call, and what the answer means; a token and
 * the credit that is left are two values of an answer. */
#include "gateway/channels/descriptor.h"
#include "gateway/channels/inlet.h"

#include <errno.h>
#include <string.h>

static const struct descriptor *descriptor_of(const struct channel *channel)
{
	return channel->prepared;
}

bool descriptor_value(const struct channel *channel, struct str name, struct str *value)
{
	char key[64];
	if (str_eq(name, STR("base_url"))) {
		*value = channel->base_url.len ? channel->base_url : descriptor_of(channel)->base_url;
		while (str_ends(*value, STR("/")))
			value->len--;
		return true;
	}
	if (!str_starts(name, STR("key:")) || !str_copy(str_from(name, 4), key, sizeof key))
		return false;
	*value = channel_key(channel, key);
	return true;
}

/* ---- composing */

struct sending {
	const struct channel *channel;
	const struct outgoing *message;
};

/* One that the administrator wrote down stands before one that was fetched. */
static struct str token_of(const struct sending *s)
{
	struct str own = channel_key(s->channel, "access_token");
	return own.len ? own : s->message->access;
}

static bool value_of(struct str name, void *user, struct str *value)
{
	const struct sending *s = user;
	if (str_eq(name, STR("token")))
		*value = token_of(s);
	else if (str_eq(name, STR("to")))
		*value = s->message->to[0];
	else if (str_eq(name, STR("to_no_plus")))
		*value = str_from(s->message->to[0], str_starts(s->message->to[0], STR("+")));
	else if (str_eq(name, STR("from")))
		*value = s->channel->sender;
	else if (str_eq(name, STR("text")))
		*value = s->message->text;
	else if (str_eq(name, STR("id")))
		*value = s->message->client_ref;
	else
		return descriptor_value(s->channel, name, value);
	return true;
}

/* The base of the URL stands as it is, whatever stands behind it is escaped. */
static void put_url(struct buf *out, struct str template, struct sending *s)
{
	struct str base;
	if (str_starts(template, STR("{{base_url}}")) && value_of(STR("base_url"), s, &base)) {
		buf_put(out, base);
		template = str_from(template, STR("{{base_url}}").len);
	}
	template_put(out, template, ESCAPE_FORM, value_of, s);
}

static void put_pairs(struct buf *out, const struct pair *pairs, size_t count, struct sending *s)
{
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_put_char(out, '&');
		escape_put(out, pairs[i].name, ESCAPE_FORM);
		buf_put_char(out, '=');
		template_put(out, pairs[i].value, ESCAPE_FORM, value_of, s);
	}
}

static int put_headers(struct http_call *call, const struct pair *headers, size_t count, struct sending *s, struct arena *arena)
{
	for (size_t i = 0; i < count; i++) {
		struct buf value = buf_new(arena, RENDERED_MAX / 4);
		template_put(&value, headers[i].value, ESCAPE_HEADER, value_of, s);
		if (value.full)
			return -ENOMEM;
		call->headers[call->headers_count++] = (struct http_header){ headers[i].name, buf_str(&value) };
	}
	return 0;
}

static bool has_all_it_needs(const struct call_spec *spec, const struct sending *s)
{
	char key[64];
	for (size_t i = 0; i < spec->needs_count; i++) {
		bool token = str_eq(spec->needs[i], STR("token"));
		if (token ? !token_of(s).len : !str_copy(spec->needs[i], key, sizeof key) || !channel_key(s->channel, key).len)
			return false;
	}
	return true;
}

static int compose(const struct call_spec *spec, struct sending *s, struct arena *arena, struct http_call *out)
{
	if (!has_all_it_needs(spec, s))
		return -EINVAL;
	struct buf url = buf_new(arena, RENDERED_MAX + 3 * s->message->text.len);
	struct buf body = buf_new(arena, RENDERED_MAX + 6 * s->message->text.len);
	put_url(&url, spec->url, s);
	if (spec->query_count) {
		buf_put_char(&url, memchr(url.at, '?', url.len) ? '&' : '?');
		put_pairs(&url, spec->query, spec->query_count, s);
	}
	if (spec->form_count)
		put_pairs(&body, spec->form, spec->form_count, s);
	else
		template_put(&body, spec->body, ESCAPE_JSON, value_of, s);
	*out = (struct http_call){ .method = spec->method, .url = buf_str(&url), .body = buf_str(&body) };
	return url.full || body.full ? -ENOMEM : put_headers(out, spec->headers, spec->headers_count, s, arena);
}

int descriptor_compose(const struct channel *channel, const struct outgoing *message, struct arena *arena, struct http_call *out)
{
	const struct send_spec *send = descriptor_of(channel)->send;
	struct sending s = { channel, message };
	return !send || message->count != 1 ? -EINVAL : compose(&send->call, &s, arena, out);
}

/* ---- a token, the credit */

static const struct outgoing no_message = { .text = { "", 0 }, .client_ref = { "", 0 }, .access = { "", 0 } };

bool descriptor_logs_in(const struct channel *channel)
{
	const struct ask_spec *login = descriptor_of(channel)->login;
	struct sending s = { channel, &no_message };
	return login && !token_of(&s).len && has_all_it_needs(&login->call, &s);
}

int descriptor_login(const struct channel *channel, struct arena *arena, struct http_call *out)
{
	const struct ask_spec *login = descriptor_of(channel)->login;
	struct sending s = { channel, &no_message };
	return login ? compose(&login->call, &s, arena, out) : -EINVAL;
}

int descriptor_logged_in(const struct channel *channel, const struct http_result *result, struct arena *arena,
			 struct str *token, int64_t *life_s)
{
	const struct ask_spec *login = descriptor_of(channel)->login;
	if (!login || transport_class(result) != SEND_ACCEPTED)
		return -EPROTO;
	json_t *body = json_parse(result->body, NULL);
	int error = call_token(fields_json(body, login->value_at), fields_json(body, login->other_at), arena, token, life_s);
	json_decref(body);
	return error;
}

int descriptor_credit(const struct channel *channel, struct str access, struct arena *arena, struct http_call *out)
{
	const struct ask_spec *credit = descriptor_of(channel)->credit;
	struct outgoing message = no_message;
	struct sending s = { channel, &message };
	message.access = access;
	return credit ? compose(&credit->call, &s, arena, out) : -EINVAL;
}

int descriptor_credited(const struct channel *channel, const struct http_result *result, struct arena *arena,
			struct str *credit)
{
	const struct ask_spec *spec = descriptor_of(channel)->credit;
	if (!spec || transport_class(result) != SEND_ACCEPTED)
		return -EPROTO;
	json_t *body = json_parse(result->body, NULL);
	int error = call_amount(fields_json(body, spec->value_at),
				spec->other_at.len ? fields_json(body, spec->other_at) : NULL, arena, credit);
	json_decref(body);
	return error;
}

/* ---- what came of it */

static const struct class_word *meaning_of(const struct class_word *words, size_t count, struct str word)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq_nocase(words[i].word, word))
			return &words[i];
	for (size_t i = 0; i < count; i++)
		if (str_eq(words[i].word, STR("*")))
			return &words[i];
	return NULL;
}

static bool by_status(const struct send_spec *send, const struct outgoing *message, const struct http_result *result,
		      struct recipient_result *results)
{
	char storage[16];
	struct buf status = buf_over(storage, sizeof storage);
	if (result->curl_code || send->http_count == 0)
		return false;
	buf_printf(&status, "%u", result->status);
	const struct class_word *meaning = meaning_of(send->http, send->http_count, buf_str(&status));
	if (!meaning || meaning->class == SEND_ACCEPTED)
		return false;
	classify_all(message, meaning->class, STR(""), results);
	return true;
}

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Without regard to white space: "status": "ok" and "status":"ok" are the same answer. */
static bool contains(struct str body, struct str wanted, struct arena *arena)
{
	struct buf a = buf_new(arena, body.len), b = buf_new(arena, wanted.len);
	for (size_t i = 0; i < body.len; i++)
		if (!is_white(body.at[i]))
			buf_put_char(&a, body.at[i]);
	for (size_t i = 0; i < wanted.len; i++)
		if (!is_white(wanted.at[i]))
			buf_put_char(&b, wanted.at[i]);
	return !a.full && !b.full && b.len > 0 && memmem(a.at, a.len, b.at, b.len) != NULL;
}

static bool is_an_id(struct str id)
{
	return id.len > 0 && dialect_id_ok(id) && !str_eq_nocase(id, STR("null")) && !str_eq_nocase(id, STR("none"));
}

/* The code decides where there is one; "accepted" needs the vendor's id besides, or it cannot be followed up.  Where the
 * vendor gives none, the words of `check` prove it and our own reference is the id. */
static int read_answer(const struct send_spec *send, const struct outgoing *message, const json_t *body, struct arena *arena,
		       struct recipient_result *result)
{
	bool full = false;
	struct str code = send->code_at.len ? fields_text(fields_json(body, send->code_at), arena, &full) : STR("");
	struct str id = send->id_at.len ? fields_text(fields_json(body, send->id_at), arena, &full) : message->client_ref;
	if (full)
		return -ENOMEM;
	if (send->code_at.len) {
		const struct class_word *meaning = code.len ? meaning_of(send->codes, send->codes_count, code) : NULL;
		result->code = code.len ? dialect_word(code) : STR("");
		result->result = meaning ? meaning->class : SEND_UNKNOWN;
		result->opt_out = meaning && meaning->opt_out;
		if (result->result != SEND_ACCEPTED)
			return 0;
	}
	result->result = is_an_id(id) ? SEND_ACCEPTED : SEND_UNKNOWN;
	result->id = is_an_id(id) ? id : STR("");
	return 0;
}

int descriptor_classify(const struct channel *channel, const struct outgoing *message, const struct http_result *result,
			struct arena *arena, struct recipient_result *results)
{
	const struct send_spec *send = descriptor_of(channel)->send;
	if (by_status(send, message, result, results) || classify_transport(message, result, results))
		return 0;
	classify_all(message, SEND_UNKNOWN, STR(""), results);
	if (send->check.len && !contains(result->body, send->check, arena))
		return 0;
	json_t *body = json_parse(result->body, NULL);
	int error = body || !send->id_at.len ? read_answer(send, message, body, arena, &results[0]) : 0;
	json_decref(body);
	return error;
}
