#include "flows/measure.h"

#include "flows/checker.h"
#include "flows/text/utf8.h"

#include <errno.h>
#include <stdio.h>

struct measuring {
	struct checker c;
	text_cost_fn *report;
	void *user;
	int rc;
};

/* ---- one text */

static struct text_size size_of(struct checker *c, const struct speech *speech, unsigned modes, bool question, size_t l,
				enum transliteration policy)
{
	struct text_size size = { .encoding = ENCODING_GSM7 };
	struct speech sent = *speech;
	struct segments segments;
	struct pages pages;
	if (say_transliterate(&sent, policy, c->book->languages[l], &c->arena))
		return size;
	struct str whole = say_whole(&sent, &c->arena);
	if (!whole.at)
		return size;
	size.units = text_units(whole, &size.encoding);
	if (modes >> MODE_SMS & 1 && segment_plan(whole, &segments) == 0)
		size.segments = segments.count;
	if (modes >> MODE_USSD & 1 && check_pages(c, &sent, question, l, policy, &pages, NULL) == 0)
		size.screens = pages.count;
	return size;
}

/* words: as written. */
static void find_flip(struct str words, struct str lang, struct text_cost *out)
{
	const char *at = words.at, *end = words.at + words.len;
	out->flips = STR("");
	out->cheaper = (struct str){ NULL, 0 };
	while (at < end) {
		const char *from = at;
		int32_t code_point = utf8_next(&at, end);
		enum encoding encoding;
		(void)text_units(str_span(from, at), &encoding);
		if (encoding == ENCODING_GSM7)
			continue;
		struct str cheaper = transliteration_of(code_point, lang);
		if (out->flips.len && cheaper.at)
			continue;
		out->flips = str_span(from, at);
		out->cheaper = cheaper;
		if (!cheaper.at)
			return;
	}
}

static void measure_one(struct measuring *m, const struct text *text, const struct prompt *prompt, unsigned modes,
			bool question)
{
	struct checker *c = &m->c;
	for (size_t l = 0; l < c->book->languages_count; l++) {
		struct speech speech;
		char path[256];
		arena_reset(&c->arena);
		struct text_cost cost = { .file = c->flow ? c->flow->file : STR("messages.json"), .key = text->key,
					  .language = c->book->languages[l] };
		struct str whole = { NULL, 0 };
		if (check_speech(c, text, prompt, l, &speech))
			whole = say_whole(&speech, &c->arena);
		if (!whole.at) {
			m->rc = -ENOMEM;
			return;
		}
		(void)snprintf(path, sizeof path, "%s%.*s%s", c->state ? "states." : "", STR_ARG(c->state ? c->state->name : STR("")),
			       c->place);
		cost.path = str_of(path);
		cost.written = size_of(c, &speech, modes, question, l, TRANSLITERATE_NEVER);
		cost.sent = size_of(c, &speech, modes, question, l, TRANSLITERATE_AUTO);
		find_flip(whole, c->book->languages[l], &cost);
		m->report(&cost, m->user);
	}
}

/* ---- all */

static void measure_flow(struct measuring *m, const struct flow *flow)
{
	m->c.flow = flow;
	for (size_t s = 0; s < flow->states_count; s++) {
		const struct state *state = &flow->states[s];
		m->c.state = state;
		for (size_t p = 0; p < state->prompts_count; p++) {
			const struct prompt *prompt = &state->prompts[p];
			if (book_message(m->c.book, prompt->text->key) == prompt->text && prompt->options_count == 0)
				continue; /* listed with messages.json */
			check_at(&m->c, state->kind == STATE_QUESTION ? ".ask[%zu]" : ".say[%zu]", p);
			unsigned modes = check_modes(prompt) & ~(state->silent ? 1u << MODE_SMS : 0u);
			measure_one(m, prompt->text, prompt, modes, state->kind == STATE_QUESTION);
		}
	}
}

int book_measure(const struct book *book, struct screen_limit screen, text_cost_fn *report, void *user)
{
	struct measuring m = { .c = { .book = book, .limits = { .screen = screen } }, .report = report, .user = user };
	if (arena_new(&m.c.arena, CHECK_ARENA_BYTES))
		return -ENOMEM;
	for (size_t f = 0; f < book->flows_count; f++)
		if (!book->flows[f]->old)
			measure_flow(&m, book->flows[f]);
	m.c.flow = NULL;
	m.c.state = NULL;
	for (size_t i = 0; i < book->messages_count; i++) {
		check_at(&m.c, "messages.%.*s", STR_ARG(book->messages[i]->key));
		measure_one(&m, book->messages[i], NULL, 1u << MODE_USSD | 1u << MODE_SMS, false);
	}
	arena_free(&m.c.arena);
	return m.rc;
}
