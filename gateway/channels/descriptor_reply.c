/* Answers to callbacks by a descriptor. */
#include "gateway/channels/descriptor.h"
#include "gateway/channels/xhtml.h"

#include <errno.h>

struct saying { /* what the templates of an answer are filled from */
	const struct note *note;
	const struct event *event; /* NULL: none was read */
	struct str text;
};

static bool echo_value(const struct note *note, struct str name, struct str *value)
{
	for (size_t i = 0; note && i < note->rule->echoes; i++)
		if (str_eq(name, note->rule->echo[i])) {
			*value = note->echo[i];
			return true;
		}
	return false;
}

static bool value_of(struct str name, void *user, struct str *value)
{
	const struct saying *s = user;
	const struct event *e = s->event;
	*value = STR("");
	if (str_eq(name, STR("text")))
		*value = s->text;
	else if (str_starts(name, STR("in:")))
		return echo_value(s->note, str_from(name, 3), value);
	else if (!e)
		return false;
	else if (str_eq(name, STR("session")))
		*value = e->session;
	else if (str_eq(name, STR("to")))
		*value = e->to;
	else if (str_eq(name, STR("id")))
		*value = e->id;
	else if (str_eq(name, STR("from")))
		*value = str_of(e->from.e164);
	else if (str_eq(name, STR("from_no_plus")))
		*value = str_from(str_of(e->from.e164), 1);
	return true;
}

static int put_page(const struct channel *channel, const struct hook *hook, const struct rule *rule, struct str text,
		    bool over, struct arena *arena, struct http_response *out)
{
	struct buf action = buf_new(arena, 1024), page = buf_new(arena, 6 * text.len + 2048);
	struct str input = rule->text.count ? rule->text.at[0] : STR("response");
	buf_put(&action, channel->public_url);
	buf_put_z(&action, "/cb/");
	buf_put(&action, channel->id);
	buf_put_char(&action, '/');
	buf_put(&action, channel->token);
	buf_put_char(&action, '/');
	buf_put_z(&action, hook->name);
	input = str_from(input, str_starts(input, STR("q:")) || str_starts(input, STR("h:")) ? 2 : 0);
	xhtml_put(&page, text, over ? STR("") : buf_str(&action), input);
	*out = (struct http_response){ .status = 200, .body = buf_str(&page) };
	http_add_header(out, "Content-Type", STR("text/html; charset=utf-8"));
	return action.full || page.full ? -ENOMEM : 0;
}

static int put_answer(const struct answer *answer, struct saying *s, struct arena *arena, struct http_response *out)
{
	struct buf body = buf_new(arena, answer->body.len + 6 * s->text.len + 4096);
	template_put(&body, answer->body, answer->escape, value_of, s);
	*out = (struct http_response){ .status = answer->status, .body = buf_str(&body) };
	http_add_header(out, "Content-Type", answer->type);
	for (size_t i = 0; i < answer->headers_count; i++) {
		struct buf value = buf_new(arena, answer->headers[i].value.len + 512);
		template_put(&value, answer->headers[i].value, ESCAPE_HEADER, value_of, s);
		if (value.full)
			return -ENOMEM;
		http_add_header(out, answer->headers[i].name.at, buf_str(&value));
	}
	return body.full ? -ENOMEM : 0;
}

static int refuse(const struct hook *hook, const struct decoded *decoded, struct http_response *out)
{
	if (decoded->why != decoded_wrong_method) {
		dialect_answer(out, 400, STR("malformed\n"));
		return 0;
	}
	bool get = hook->methods & 1u << HTTP_GET, post = hook->methods & 1u << HTTP_POST;
	dialect_answer(out, 405, STR("another method\n"));
	http_add_header(out, "Allow", get && post ? STR("GET, POST") : get ? STR("GET") : STR("POST"));
	return 0;
}

int descriptor_reply(const struct channel *channel, const struct hook *hook, const struct decoded *decoded,
		     const struct reply_to *to, struct arena *arena, struct http_response *out)
{
	const struct note *note = decoded->note;
	const struct rule *rule = note ? note->rule : &((const struct rules *)hook->spec)->rule[0];
	struct saying s = { .note = note, .event = decoded->count ? &decoded->events[0] : NULL, .text = to->ussd_text };
	if (to->state == ANSWER_MALFORMED)
		return refuse(hook, decoded, out);
	bool ussd = rule->kind == EVENT_USSD;
	if (to->state == ANSWER_UNAVAILABLE && !ussd) {
		dialect_answer(out, 503, STR(""));
		http_add_header(out, "Retry-After", STR("60"));
		return 0;
	}
	if (!s.text.at)
		s.text = STR("");
	while (rule->strip && s.text.len && (s.text.at[0] == ' ' || s.text.at[0] == '\n'))
		s.text = str_from(s.text, 1);
	bool over = !ussd || to->ussd_end || to->state == ANSWER_UNAVAILABLE || !s.event || s.event->kind == EVENT_USSD_END;
	if (rule->xhtml)
		return put_page(channel, hook, rule, s.text, over, arena, out);
	return put_answer(over ? &rule->over : &rule->going_on, &s, arena, out);
}
