/* Reading what came in: a keyword, a page key, an answer to the open question, or free text. */
#include "flows/step.h"

#include "flows/text/fold.h"
#include "flows/text/utf8.h"
#include "flows/words.h"

#include <string.h>

enum { ERRORS_MAX = 3 };

static bool control_has(const struct step *st, struct str state)
{
	const struct flow *control = book_flow(st->scope.book, STR("control"), STR(""));
	return control && flow_state(control, state);
}

static int language_of_keyword(const struct book *b, struct str form)
{
	size_t count;
	const struct word *words = words_find(b->words.list, form, &count);
	for (size_t i = 0; i < count; i++)
		for (size_t l = 0; words[i].kind == WORD_KEYWORD && l < b->languages_count; l++)
			if (words[i].languages >> l & 1)
				return (int)l;
	return -1;
}

/* Nobody chose a language yet: who writes Arabic letters reads them, and "AYUDA" is a word of one language only. */
static void guess_language(struct step *st)
{
	const struct book *b = st->scope.book;
	const char *at = st->in->text.at, *end = at + st->in->text.len;
	while (at < end) {
		int32_t c = utf8_next(&at, end);
		if (c >= 0x600 && c <= 0x6ff)
			st->guess = book_language(b, STR("ar"));
	}
	char storage[128];
	struct buf folded = buf_over(storage, sizeof storage);
	if (st->guess >= 0 || text_fold(st->in->text, &folded) != 0)
		return;
	struct str rest = buf_str(&folded), word;
	st->guess = language_of_keyword(b, rest);
	while (st->guess < 0 && str_split(&rest, ' ', &word)) /* "baja por favor" */
		st->guess = language_of_keyword(b, word);
}

/* true: the word means something here and was done. */
static bool do_keyword(struct step *st, const struct answer *a)
{
	struct str name = str_of(keyword_name(a->keyword));
	if (a->keyword == KEYWORD_NO && st->open && !st->in->facts->number_claimed)
		return false; /* where nobody asked for yes or no, the question is put again */
	if (a->keyword == KEYWORD_LANG && a->language >= 0) {
		name = STR("LANG_SET");
		if (control_has(st, name))
			step_language(st, a->language);
	}
	if (!control_has(st, name))
		return false;
	guess_language(st);
	step_interrupt(st, name);
	if (a->keyword == KEYWORD_HELP)
		step_helped(st);
	return true;
}

static void match(struct step *st, const struct question *question, struct answer *out)
{
	const struct book *b = st->scope.book;
	match_answer(&b->words, st->in->text, question, b->languages, b->languages_count, st->scope.language, out);
}

/* ---- nothing is open */

/* "RETOUR3", "retour 3": the menu's own word with the number of the orientation point whose poster it stands on
 * (domain.md 1, row 6). */
static bool take_source(struct step *st)
{
	char storage[128];
	struct buf folded = buf_over(storage, sizeof storage);
	if (text_fold(st->in->text, &folded))
		return false;
	struct str all = buf_str(&folded), word = all;
	while (word.len > 0 && word.at[word.len - 1] >= '0' && word.at[word.len - 1] <= '9')
		word.len--;
	struct str point = str_from(all, word.len);
	struct str in = str_trim(word);
	if (point.len < 1 || point.len > 3 || in.len == 0)
		return false;
	struct answer a;
	const struct book *b = st->scope.book;
	match_answer(&b->words, in, NULL, b->languages, b->languages_count, -1, &a);
	if (a.kind != ANSWER_KEYWORD || a.keyword != KEYWORD_MENU)
		return false;
	step_source(st, point);
	guess_language(st);
	step_interrupt(st, STR("MENU"));
	return true;
}

static void unasked(struct step *st)
{
	struct answer a;
	match(st, NULL, &a);
	if (a.kind == ANSWER_KEYWORD && do_keyword(st, &a))
		return;
	if (a.kind == ANSWER_MENU)
		step_interrupt(st, STR("MENU"));
	else if (st->in->mode == MODE_USSD) /* a session we do not know (any more) begins like a dial */
		step_interrupt(st, STR("MENU"));
	else if (!take_source(st)) {
		step_watch_words(st, st->in->text);
		st->scope.asks_help = match_mentions(&st->scope.book->words, st->in->text, KEYWORD_HELP);
		step_interrupt(st, STR("FREE"));
	}
}

/* ---- navigation */

static void turn_back(struct step *st)
{
	struct session *s = st->now;
	if (s->page > 0) {
		s->page--;
		step_show(st, false);
		return;
	}
	if (s->under_flow[0]) {
		step_go_back(st);
		return;
	}
	while (s->trail_count > 0) {
		const struct state *before = flow_state(st->flow, str_of(s->trail[--s->trail_count]));
		if (before && before->kind == STATE_QUESTION) {
			step_enter(st, st->flow, before);
			return;
		}
	}
	step_show(st, false);
}

static bool navigate(struct step *st, enum answer_kind kind)
{
	if (kind == ANSWER_MENU)
		step_interrupt(st, STR("MENU"));
	else if (kind == ANSWER_BACK)
		turn_back(st);
	else if (kind != ANSWER_MORE)
		return false;
	else {
		st->now->page += st->in->mode == MODE_USSD;
		step_show(st, false);
	}
	return true;
}

/* ---- a good answer */

static void remember_question(struct step *st)
{
	struct session *s = st->now;
	if (s->under_flow[0])
		return;
	if (s->trail_count == TRAIL_MAX) {
		memmove(s->trail[0], s->trail[1], sizeof s->trail - sizeof s->trail[0]);
		s->trail_count--;
	}
	if (!str_copy(st->state->name, s->trail[s->trail_count++], sizeof s->trail[0]))
		st->failed = true;
}

/* The verdict is the caller's (facts->proof); what was proved holds for this walk. */
static void prove(struct step *st, struct str digits)
{
	const struct state *state = st->state;
	struct str verdict = st->in->facts->proof;
	if (str_eq_z(state->proof, "case_ref"))
		step_set_var(st, STR("claimed"), digits);
	/* what was proved before was about another reference, or is in doubt now */
	step_set_var(st, STR("proved"), str_eq_z(verdict, "right") ? state->proof : STR(""));
}

/* value: the option's code, the number, or the words. */
static void save(struct step *st, const struct option *option, struct str value)
{
	const struct state *state = st->state;
	bool words = state->accept == ACCEPT_TEXT || state->accept == ACCEPT_PATTERN;
	st->out->secret = state->secret && !option;
	if (state->proof.len && !option)
		prove(st, value);
	if (!state->no_answer)
		step_record(st, words && !option ? STR("") : value, st->out->secret ? STR("") : st->in->text);
	if (state->saves.len && !words)
		step_save(st, state->saves, value);
	else if (state->saves.len && !option)
		step_save_words(st, state, value);
	for (size_t i = 0; option && i < option->sets_count; i++)
		step_save(st, option->sets[i].name, option->sets[i].value);
}

static void accept(struct step *st, const struct option *option, struct str value)
{
	const struct state *state = st->state;
	st->option = option;
	st->now->errors = 0;
	save(st, option, value);
	remember_question(st);
	if (option)
		step_order(st, option->effects, option->effects_count);
	step_order(st, state->effects, state->effects_count);
	step_cut_way_back(st);
	if (st->failed)
		return;
	if (st->resumed)
		step_take_up(st);
	else
		step_follow(st, option, state);
}

/* ---- a bad one */

/* Words where a digit was asked for are no mistake of the finger: a person reads them (domain.md 3.4). */
static void read_by_a_person(struct step *st)
{
	static const struct effect_order read = { .kind = ORDER_TASK, .a = { "READ", 4 }, .role = { "counsellor", 10 },
						  .rule = { "free text instead of an answer", 30 }, .due_minutes = 2 * 24 * 60 };
	static const struct effect_order today = { .kind = ORDER_TASK, .a = { "READ", 4 }, .role = { "counsellor", 10 },
						   .rule = { "asks for help among other words: read today", 43 }, .due_minutes = 8 * 60 };
	size_t words = 0;
	struct str rest = str_trim(st->in->text), word;
	if (st->in->mode == MODE_SMS && match_mentions(&st->scope.book->words, st->in->text, KEYWORD_HELP)) {
		step_order(st, &today, 1);
		return;
	}
	while (st->in->mode == MODE_SMS && st->now->errors == 0 && str_split(&rest, ' ', &word))
		words += word.len > 0;
	if (words >= 3)
		step_order(st, &read, 1);
}

static void reject(struct step *st)
{
	struct session *s = st->now;
	step_watch_words(st, st->in->text);
	read_by_a_person(st);
	bool speechless = st->scope.language < 0; /* in which language should we complain? The question says it all */
	s->errors++;
	if (s->errors >= ERRORS_MAX) {
		s->errors = 0;
		step_interrupt(st, STR("UNREADABLE"));
	} else if (s->errors == 2 && st->in->mode == MODE_SMS && !speechless && control_has(st, STR("UNREADABLE_AGAIN"))) {
		step_interrupt(st, STR("UNREADABLE_AGAIN"));
	} else {
		step_show(st, !speechless);
	}
}

static const struct option *option_numbered(const struct prompt *prompt, int number)
{
	for (size_t i = 0; i < prompt->options_count; i++)
		if (prompt->options[i].number == number)
			return &prompt->options[i];
	return NULL;
}

static void accept_number(struct step *st)
{
	const struct state *state = st->state;
	char digits[24];
	struct buf text = buf_over(digits, sizeof digits);
	int64_t n;
	uint64_t limit;
	const char *at_most = state->at_most.len ? session_var(st->now, state->at_most) : NULL;
	if (!match_integer(&st->scope.book->words, st->in->text, &n) || n < state->min || n > state->max ||
	    (at_most && str_to_u64(str_of(at_most), &limit) && (uint64_t)n > limit)) {
		reject(st);
		return;
	}
	buf_put_i64(&text, n);
	accept(st, NULL, buf_str(&text));
}

static void accept_words(struct step *st)
{
	const struct state *state = st->state;
	struct buf text = buf_new(st->arena, st->in->text.len * 4 + 16);
	if (!text.at || text_normalise(st->in->text, &text)) {
		reject(st);
		return;
	}
	struct str words = buf_str(&text);
	if (words.len == 0 || (state->accept == ACCEPT_TEXT && utf8_count(words) > state->longest) ||
	    (state->accept == ACCEPT_PATTERN && !pattern_matches(state->pattern, words)))
		reject(st);
	else {
		step_watch_words(st, words);
		accept(st, NULL, words);
	}
}

static void match_in(struct step *st, const struct prompt *prompt, int column, struct answer *out)
{
	int numbers[OPTIONS_MAX];
	struct str labels[OPTIONS_MAX];
	struct question q = { numbers, labels, prompt ? prompt->options_count : 0, st->state->yes_no };
	for (size_t i = 0; i < q.options; i++) {
		const struct text *label = prompt->options[i].label;
		numbers[i] = prompt->options[i].number;
		labels[i] = label ? label->in[column] : (struct str){ NULL, 0 };
	}
	match(st, &q, out);
}

/* "arabe", "Arabiya": the language that is named; -1: none. */
static int named_language(const struct step *st)
{
	char storage[128];
	struct buf folded = buf_over(storage, sizeof storage);
	size_t count = 0;
	const struct word *words = NULL;
	if (text_fold(st->in->text, &folded) == 0)
		words = words_find(st->scope.book->words.list, buf_str(&folded), &count);
	for (size_t i = 0; i < count; i++)
		if (words[i].kind == WORD_LANGUAGE)
			return words[i].value;
	return -1;
}

/* A language is named in any language, or by its code. */
static const struct option *language_option(struct step *st, const struct prompt *prompt, struct answer *a)
{
	const struct book *b = st->scope.book;
	for (size_t column = 0; column < b->languages_count && a->kind == ANSWER_NONE; column++)
		match_in(st, prompt, (int)column, a);
	int language = a->kind == ANSWER_KEYWORD ? a->language : -1;
	if (a->kind == ANSWER_NONE)
		language = named_language(st);
	for (size_t i = 0; i < prompt->options_count && language >= 0; i++)
		if (str_eq(prompt->options[i].code, b->languages[language]))
			return &prompt->options[i];
	return NULL;
}

static const struct option *read_option(struct step *st, const struct prompt *prompt, struct answer *a)
{
	const struct option *option = NULL;
	match_in(st, prompt, step_column(st), a);
	if (prompt && step_chooses_language(st->state))
		option = language_option(st, prompt, a);
	if (prompt && !option && a->kind == ANSWER_CHOICE)
		option = option_numbered(prompt, a->choice);
	else if (prompt && st->state->yes_no && (a->kind == ANSWER_YES || a->kind == ANSWER_NO))
		option = option_numbered(prompt, a->kind == ANSWER_YES ? st->state->yes : st->state->no);
	return option;
}

static void answer_question(struct step *st)
{
	struct answer a;
	st->prompt = say_choose(st->state, &st->scope);
	const struct option *option = read_option(st, st->prompt, &a);
	if (option)
		accept(st, option, option->code);
	else if (navigate(st, a.kind) || (a.kind == ANSWER_KEYWORD && do_keyword(st, &a)))
		return;
	else if (st->state->accept == ACCEPT_NUMBER)
		accept_number(st);
	else if (st->state->accept == ACCEPT_TEXT || st->state->accept == ACCEPT_PATTERN)
		accept_words(st);
	else
		reject(st);
}

/* ---- the next page of a final text */

static void answer_pages(struct step *st)
{
	struct answer a;
	match(st, NULL, &a);
	if (a.kind == ANSWER_KEYWORD && do_keyword(st, &a))
		return;
	if (a.kind == ANSWER_MENU) {
		step_interrupt(st, STR("MENU"));
		return;
	}
	bool turns = a.kind == ANSWER_MORE || a.kind == ANSWER_BACK;
	if (!turns && st->state->stays[MODE_USSD] && step_pop(st) && step_locate(st) &&
	    st->state->kind == STATE_QUESTION) { /* an answer to the question behind */
		answer_question(st);
		return;
	}
	if (a.kind != ANSWER_BACK)
		st->now->page++;
	else if (st->now->page > 0)
		st->now->page--;
	step_say_final(st);
}

/* An empty message, "?" and the Arabic question mark ask what this is (decision 10). */
static bool asks_what_this_is(struct str text)
{
	struct str words = str_trim(text);
	return words.len == 0 || str_eq_z(words, "?") || str_eq_z(words, "\xd8\x9f");
}

bool flow_proof_asked(const struct book *book, const struct session *session, struct str text, struct arena *arena,
		      struct str *kind, struct str *digits)
{
	const struct flow *flow = session->finished || !session->flow[0] ? NULL :
				  book_flow(book, str_of(session->flow), str_of(session->version));
	const struct state *state = flow ? flow_state(flow, str_of(session->state)) : NULL;
	struct buf normal = buf_new(arena, text.len * 4 + 16);
	if (!state || !state->proof.len || !normal.at || text_normalise(text, &normal))
		return false;
	*kind = state->proof;
	*digits = buf_str(&normal);
	return pattern_matches(state->pattern, *digits);
}

/* Somebody proved elsewhere to be this person (decision 8): what was open here is not gone on with; keywords are heard. */
static bool leave_frozen(struct step *st)
{
	const struct state *frozen = st->open && st->in->facts->number_frozen ? flow_state(st->flow, STR("FROZEN")) : NULL;
	struct answer a;
	if (!frozen)
		return false;
	match(st, NULL, &a);
	if (a.kind != ANSWER_KEYWORD || !do_keyword(st, &a))
		step_enter(st, st->flow, frozen);
	return true;
}

void step_answer(struct step *st)
{
	if (st->in->mode == MODE_SMS && asks_what_this_is(st->in->text))
		step_interrupt(st, STR("EMPTY"));
	else if (leave_frozen(st))
		return;
	else if (!st->open)
		unasked(st);
	else if (st->state->kind == STATE_FINAL)
		answer_pages(st);
	else
		answer_question(st);
}

void step_overhear(struct step *st)
{
	const struct flow *control = book_flow(st->scope.book, STR("control"), STR(""));
	const struct state *urgent = control ? flow_state(control, STR("URGENT")) : NULL;
	struct answer a;
	st->out->reply = REPLY_NONE;
	st->flow = control;
	match(st, NULL, &a);
	if (urgent && a.kind == ANSWER_KEYWORD && a.keyword == KEYWORD_URGENT)
		step_order(st, urgent->effects, urgent->effects_count);
	else
		step_watch_words(st, st->in->text);
}
