/* Saying what a state says: which language, which page, what comes in front, and what the last page of a final text
 * leaves open. */
#include "flows/step.h"

#include <string.h>

static int named_or_first(const struct book *book, const char *code)
{
	int at = book_language(book, str_of(code));
	return at < 0 ? 0 : at;
}

bool step_chooses_language(const struct state *state)
{
	for (size_t i = 0; i < state->effects_count; i++)
		if (state->effects[i].kind == ORDER_LANGUAGE)
			return true;
	return false;
}

/* A channel without UCS-2 would show a question mark for every Arabic letter: French then (text.md 1.8); the person's
 * language stays what it is. */
static bool latin_only(const struct facts *facts)
{
	return !facts->ucs2 || facts->encoding == TRANSLITERATE_ALWAYS;
}

static int carried_language(const struct book *book, const struct facts *facts, int language)
{
	return latin_only(facts) && str_eq_z(book->languages[language], "ar") ? named_or_first(book, "fr") : language;
}

/* Nobody has chosen yet: the language question shows Arabic in its own script where the channel can (text.md 1.8). */
int step_column(const struct step *st)
{
	const struct book *book = st->scope.book;
	if (st->scope.language >= 0)
		return carried_language(book, st->in->facts, st->scope.language);
	if (step_chooses_language(st->state))
		return named_or_first(book, latin_only(st->in->facts) ? "fr" : "ar");
	return carried_language(book, st->in->facts, st->guess >= 0 ? st->guess : 0);
}

static void set_text(struct step *st, enum reply_kind reply, struct str text, const struct text *words)
{
	if (st->in->mode == MODE_SMS) /* screens were, before they were cut into pages */
		text = say_sent(text, &st->scope, step_column(st), st->arena);
	st->out->reply = reply;
	st->out->text = text;
	st->out->text_key = words->key;
	st->out->quiet = words->quiet;
	if (!text.at)
		st->failed = true;
}

static struct str join(struct step *st, struct str a, struct str b)
{
	struct buf out = buf_new(st->arena, a.len + b.len + 1);
	buf_put(&out, a);
	buf_put_char(&out, '\n');
	buf_put(&out, b);
	return out.full ? (struct str){ NULL, 0 } : buf_str(&out);
}

/* err.1 in front of the question; on USSD only where both fit the screen. */
static struct str not_understood(struct step *st, const struct prompt *prompt, struct str screen)
{
	struct str range = say_range(prompt, st->state, &st->scope, step_column(st), st->arena);
	struct str words = say_message("err.1", &st->scope, step_column(st), range, st->arena);
	struct str both = words.at ? join(st, words, screen) : screen;
	if (st->in->mode == MODE_USSD)
		both = say_sent(both, &st->scope, step_column(st), st->arena);
	if (st->in->mode == MODE_SMS || (both.at && text_fits(both, st->in->facts->screen)))
		return both;
	return screen;
}

/* The page that is due; *last: none follows. */
static struct str page_of(struct step *st, const struct speech *speech, enum say_back back, bool *last)
{
	struct pages pages;
	*last = true;
	if (st->in->mode == MODE_SMS)
		return say_whole(speech, st->arena);
	if (say_pages(speech, &st->scope, step_column(st), back, st->arena, &pages) || pages.count == 0)
		return (struct str){ NULL, 0 };
	if (st->now->page >= pages.count)
		st->now->page = (unsigned)pages.count - 1;
	*last = st->now->page + 1 == pages.count;
	return pages.page[st->now->page];
}

void step_show(struct step *st, bool again)
{
	const struct prompt *prompt = say_choose(st->state, &st->scope);
	struct speech speech;
	bool last;
	if (!prompt || say_prompt(prompt, &st->scope, step_column(st), st->arena, &speech)) {
		st->failed = true;
		return;
	}
	bool way_back = st->now->trail_count > 0 || st->now->under_flow[0];
	struct str text = page_of(st, &speech, way_back ? SAY_BACK_STATE : SAY_BACK_PAGE, &last);
	if (again && text.at)
		text = not_understood(st, prompt, text);
	set_text(st, REPLY_CONTINUE, text, prompt->text);
	st->out->asks = true;
}

static void keep_at(struct step *st, struct str state)
{
	struct session walk = *st->now;
	if (str_copy(state, walk.state, sizeof walk.state))
		step_keep(st, &walk);
}

/* Nothing stays open, or what a keyword interrupted does. */
static void close_final(struct step *st)
{
	struct session *s = st->now;
	if (st->state->stays[st->in->mode] && st->interrupted) {
		*s = st->before;
		if (st->open)
			st->out->reply = REPLY_CONTINUE;
		return;
	}
	if (st->state->stays[st->in->mode] && step_pop(st)) { /* the last page of a text that was shown in pages */
		st->out->reply = REPLY_CONTINUE;
		return;
	}
	if (s->under_flow[0])
		step_keep(st, s);
	else if (st->state->resumes_at.len)
		keep_at(st, st->state->resumes_at);
	s->finished = true;
}

void step_say_final(struct step *st)
{
	const struct prompt *prompt = say_choose(st->state, &st->scope);
	struct speech speech;
	bool last;
	if (!prompt) {
		st->out->reply = REPLY_NONE;
		close_final(st);
		return;
	}
	if (say_prompt(prompt, &st->scope, step_column(st), st->arena, &speech)) {
		st->failed = true;
		return;
	}
	struct str text = page_of(st, &speech, SAY_BACK_NOWHERE, &last);
	set_text(st, last ? REPLY_END : REPLY_CONTINUE, text, prompt->text);
	if (last)
		close_final(st);
}

struct str flow_apology(const struct book *book, const struct facts *facts, struct arena *arena)
{
	static const struct session none;
	struct scope scope = { book, facts, &none, MODE_SMS, facts->language, false };
	int column = carried_language(book, facts, facts->language < 0 ? 0 : facts->language);
	struct str words = say_sent(say_message("err.down", &scope, column, STR(""), arena), &scope, column, arena);
	return words.at ? words : STR("OIM/IOM: service en panne / service down");
}
