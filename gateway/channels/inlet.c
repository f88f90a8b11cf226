#include "gateway/channels/inlet.h"

#include "gateway/mac.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void inlet_open(struct inlet *in, const struct channel *channel, const struct hook *hook,
		const struct http_request *request, const struct phone_plan *phones, struct arena *arena,
		struct decoded *out)
{
	*in = (struct inlet){ .channel = channel, .request = request, .phones = phones, .arena = arena, .out = out };
	*out = (struct decoded){ .verdict = VERDICT_ACCEPT };
	if (!hook_takes(hook, request->method))
		(void)inlet_refuse(in, VERDICT_MALFORMED, decoded_wrong_method);
}

int inlet_room(struct inlet *in, size_t events, size_t parked)
{
	in->out->events = arena_array(in->arena, events + 1, sizeof *in->out->events);
	in->out->parked = arena_array(in->arena, parked + 1, sizeof *in->out->parked);
	in->events_max = events;
	in->parked_max = parked;
	return in->out->events && in->out->parked ? 0 : -ENOMEM;
}

int inlet_refuse(struct inlet *in, enum verdict verdict, const char *why)
{
	*in->out = (struct decoded){ .verdict = verdict, .why = why };
	return 0;
}

bool inlet_refused(const struct inlet *in)
{
	return in->out->verdict == VERDICT_MALFORMED || in->out->verdict == VERDICT_UNAUTHORISED;
}

/* ---- fields */

/* What cannot be read proves nothing: where no token stands in the URL either, a stranger sent it, and nothing is kept. */
static int refuse_unread(struct inlet *in, const char *why)
{
	bool stranger = in->channel->adapter->authenticates && !in->channel->token.len;
	return inlet_refuse(in, stranger ? VERDICT_UNAUTHORISED : VERDICT_MALFORMED, why);
}

static int read_form(struct inlet *in, struct str text)
{
	in->form = arena_alloc(in->arena, sizeof *in->form);
	if (!in->form)
		return -ENOMEM;
	int error = form_decode(text, in->arena, in->form);
	if (error != -EINVAL && error != -E2BIG)
		return error;
	in->form->count = 0;
	return refuse_unread(in, "form");
}

int inlet_query(struct inlet *in)
{
	return read_form(in, in->request->query);
}

int inlet_form(struct inlet *in)
{
	if (in->request->method == HTTP_GET || in->request->method == HTTP_HEAD)
		return inlet_query(in);
	struct str type = http_header(in->request, "Content-Type");
	if (type.at && !dialect_media_type_is(type, "application/x-www-form-urlencoded"))
		return refuse_unread(in, "content type");
	return read_form(in, in->request->body);
}

struct str inlet_field(const struct inlet *in, const char *name)
{
	struct str value = form_get(in->form, name);
	return value.at ? value : STR("");
}

struct str inlet_once(struct inlet *in, const char *name)
{
	struct str first = inlet_field(in, name);
	for (size_t i = 0; i < in->form->count; i++)
		if (str_eq_z(in->form->field[i].name, name) && !str_eq(in->form->field[i].value, first))
			(void)inlet_refuse(in, VERDICT_MALFORMED, "repeated field");
	return first;
}

int inlet_json(struct inlet *in, json_t **out)
{
	*out = json_parse(in->request->body, NULL);
	if (!json_is_object(*out)) {
		json_decref(*out);
		*out = NULL;
		return inlet_refuse(in, VERDICT_MALFORMED, "JSON");
	}
	return 0;
}

struct str inlet_string(const struct inlet *in, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	if (json_is_string(value))
		return arena_str(in->arena, json_str(value));
	if (!json_is_integer(value))
		return STR("");
	struct buf text = buf_new(in->arena, 24);
	buf_put_i64(&text, json_integer_value(value));
	return text.full ? (struct str){ NULL, 0 } : buf_str(&text);
}

/* ---- events */

/* "" when it is not printable ASCII or too long. */
static struct str good_id(struct str given)
{
	return dialect_id_ok(given) ? given : STR("");
}

struct event *inlet_event(struct inlet *in, enum event_kind kind)
{
	if (!in->out->events && inlet_room(in, 1, 0) != 0)
		return NULL;
	if (in->out->count >= in->events_max)
		return NULL;
	struct event *event = &in->out->events[in->out->count++];
	dialect_event_init(event, kind);
	return event;
}

int inlet_park(struct inlet *in, const json_t *entry, struct str id)
{
	if (in->out->parked_count >= in->parked_max)
		return -ENOMEM;
	struct event *event = &in->out->parked[in->out->parked_count++];
	char *text = json_dumps(entry, JSON_COMPACT | JSON_ENCODE_ANY);
	dialect_event_init(event, EVENT_SMS);
	event->id = good_id(id);
	event->raw = text ? arena_str(in->arena, str_of(text)) : (struct str){ NULL, 0 };
	free(text);
	return event->raw.at ? 0 : -ENOMEM;
}

int inlet_sender_of(struct inlet *in, struct event *event, struct str given, bool *readable)
{
	*readable = given.len > 0 && given.len <= DIALECT_WORD_MAX;
	return *readable ? dialect_sender(in->channel, in->phones, given, in->arena, event) : 0;
}

int inlet_sender(struct inlet *in, struct event *event, struct str given)
{
	bool readable;
	int error = inlet_sender_of(in, event, given, &readable);
	if (!error && !readable)
		return inlet_refuse(in, VERDICT_MALFORMED, "sender");
	if (!error && event->from.kind != PHONE_E164)
		in->out->verdict = VERDICT_UNADDRESSABLE;
	return error;
}

int inlet_text(struct inlet *in, struct event *event, struct str given)
{
	return dialect_text(in->arena, given, &event->text, &event->raw);
}

int inlet_to(struct inlet *in, struct event *event, struct str given)
{
	struct str raw;
	return dialect_text(in->arena, given.len ? given : in->channel->sender, &event->to, &raw);
}

/* ---- time and secrets */

int64_t inlet_epoch(struct str written)
{
	uint64_t n;
	if (!str_to_u64(str_trim(written), &n) || n == 0 || n > (uint64_t)4102444800000)
		return 0;
	return n < (uint64_t)100000000000 ? (int64_t)n * 1000 : (int64_t)n; /* seconds reach that in the year 5138 */
}

bool inlet_in_window(const struct inlet *in, int64_t ts_ms, int64_t window_s)
{
	int64_t off = ts_ms - in->request->now_ms;
	return ts_ms != 0 && off <= window_s * 1000 && off >= -window_s * 1000;
}

int64_t inlet_seconds(const struct channel *channel, const char *key, int64_t standard)
{
	uint64_t n;
	return str_to_u64(channel_key(channel, key), &n) && n <= 86400 ? (int64_t)n : standard;
}

bool inlet_secret(const struct channel *channel, const char *name, struct str given)
{
	char old[64];
	struct buf b = buf_over(old, sizeof old - 1);
	buf_put_z(&b, name);
	buf_put_z(&b, "_old");
	old[b.len] = '\0';
	bool now = mac_secret_same(channel_key(channel, name), given);
	bool before = mac_secret_same(channel_key(channel, old), given);
	return now || before;
}

/* ---- answers */

static void answer_malformed(const struct hook *hook, const struct decoded *decoded, struct http_response *out)
{
	if (decoded->why != decoded_wrong_method) {
		dialect_answer(out, 400, STR("malformed\n"));
		return;
	}
	dialect_answer(out, 405, STR("method\n"));
	http_add_header(out, "Allow", hook->methods & 1u << HTTP_POST ? STR("POST") : STR("GET"));
}

void inlet_answer(const struct hook *hook, const struct decoded *decoded, const struct reply_to *to,
		  struct http_response *out, struct str type, struct str body)
{
	switch (to->state) {
	case ANSWER_MALFORMED:
		answer_malformed(hook, decoded, out);
		return;
	case ANSWER_UNAVAILABLE:
		dialect_answer(out, 503, STR(""));
		http_add_header(out, "Retry-After", STR("60"));
		return;
	case ANSWERED:
		break;
	}
	*out = (struct http_response){ .status = 200, .body = body };
	http_add_header(out, "Content-Type", type);
}

int inlet_reply_empty(const struct channel *channel, const struct hook *hook, const struct decoded *decoded,
		      const struct reply_to *to, struct arena *arena, struct http_response *out)
{
	(void)channel, (void)arena;
	inlet_answer(hook, decoded, to, out, STR("text/plain; charset=utf-8"), STR(""));
	return 0;
}

/* ---- calls */

void call_header(struct http_call *call, const char *name, struct str value)
{
	call->headers[call->headers_count++] = (struct http_header){ str_of(name), value };
}

struct str call_basic(struct arena *arena, struct str user, struct str password)
{
	struct buf plain = buf_new(arena, user.len + password.len + 1);
	struct buf out = buf_new(arena, 8 + (user.len + password.len + 3) / 3 * 4 + 4);
	buf_put(&plain, user);
	buf_put_char(&plain, ':');
	buf_put(&plain, password);
	buf_put_z(&out, "Basic ");
	base64_put(&out, buf_str(&plain));
	return plain.full || out.full ? (struct str){ NULL, 0 } : buf_str(&out);
}

struct str call_json(struct arena *arena, json_t *object)
{
	char *text = object ? json_dumps(object, JSON_PRESERVE_ORDER) : NULL;
	struct str out = text ? arena_str(arena, str_of(text)) : (struct str){ NULL, 0 };
	free(text);
	json_decref(object);
	return out;
}

struct str call_base(const struct channel *channel, const char *standard)
{
	struct str url = channel->base_url.len ? channel->base_url : str_of(standard);
	while (str_ends(url, STR("/")))
		url.len--;
	return url;
}

struct str call_digits(struct str e164)
{
	return str_from(e164, str_starts(e164, STR("+")));
}

bool call_front_refused(const struct http_result *result)
{
	return !result->curl_code && (result->status == 500 || result->status == 502 || result->status == 503);
}

struct str call_code(struct arena *arena, const json_t *value)
{
	struct str word = json_str(value);
	if (word.at)
		return arena_str(arena, dialect_word(word));
	if (!json_is_integer(value))
		return STR("");
	struct buf text = buf_new(arena, 24);
	buf_put_i64(&text, json_integer_value(value));
	return text.full ? (struct str){ NULL, 0 } : buf_str(&text);
}

/* ---- what calls bring besides messages */

enum { TOKEN_LIFE = 3600, TOKEN_LIFE_MAX = 365 * 86400, AMOUNT_MAX = 40 };

static int64_t life_of(const json_t *value)
{
	uint64_t n = 0;
	if (!value)
		return TOKEN_LIFE;
	if (json_is_integer(value))
		n = json_integer_value(value) > 0 ? (uint64_t)json_integer_value(value) : 0;
	else if (!json_is_string(value) || !str_to_u64(json_str(value), &n))
		n = 0;
	return n > TOKEN_LIFE_MAX ? TOKEN_LIFE_MAX : (int64_t)n;
}

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] <= ' ' || s.at[i] >= 0x7f)
			return false;
	return s.len > 0;
}

int call_token(const json_t *token, const json_t *life, struct arena *arena, struct str *out, int64_t *life_s)
{
	struct str found = json_str(token);
	*life_s = life_of(life);
	if (!found.at || !is_plain(found) || *life_s == 0)
		return -EPROTO;
	*out = arena_str(arena, found);
	return out->at ? 0 : -ENOMEM;
}

int call_amount(const json_t *amount, const json_t *currency, struct arena *arena, struct str *out)
{
	char storage[AMOUNT_MAX];
	struct buf text = buf_over(storage, sizeof storage);
	struct str word = json_str(currency), written = json_str(amount);
	if (word.at && word.len <= 8)
		buf_printf(&text, "%.*s ", STR_ARG(word));
	if (written.at)
		buf_put(&text, written);
	else if (json_is_integer(amount))
		buf_put_i64(&text, json_integer_value(amount));
	else if (json_is_real(amount))
		buf_printf(&text, "%.2f", json_real_value(amount));
	struct str said = dialect_word(buf_str(&text));
	if (text.full || !said.len || (!written.at && !json_is_number(amount)))
		return -EPROTO;
	*out = arena_str(arena, said);
	return out->at ? 0 : -ENOMEM;
}

int call_credited(const struct http_result *result, const char *inside, const char *amount, const char *currency,
		  struct arena *arena, struct str *credit)
{
	if (transport_class(result) != SEND_ACCEPTED)
		return -EPROTO;
	json_t *body = json_parse(result->body, NULL);
	const json_t *object = inside ? json_object_get(body, inside) : body;
	int error = call_amount(json_object_get(object, amount), currency ? json_object_get(object, currency) : NULL, arena, credit);
	json_decref(body);
	return error;
}
