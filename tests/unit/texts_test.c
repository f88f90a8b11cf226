/* Every text of the definitions against the table of texts that was agreed on (tests/data/messages.tsv), byte for byte:
 * title, line end, "N label" lines. */
#include "flows/embedded.h"
#include "flows/load.h"
#include "flows/text/transliterate.h"
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char table[128 * 1024];
static struct book book;

/* Another text than the agreed one.  wd.done: that one says "is withdrawn" and shows the reference, while a withdrawal by phone
 * stands only once a counsellor has heard it (domain brief, decision 3). */
static const char *const changed[] = { "wd.done", NULL };
/* Written here because the agreed table promises a call to people who said "do not call me"; for navigation; for shared phones by
 * SMS; where a number of questions makes another plural. */
static const char *const added[] = { "rr.urgent.ack.nocall", "rr.confirm.nocall", "rr.minor.end.nocall", "co.done.nocall",
				     "co.closed.nocall", "co.urgent.nocall", "err.3.nocall", "erase.done.nocall",
				     "rr.calltime.nocall", "st.received.nocall", "st.trying.nocall", "st.waiting.nocall",
				     "fb.done.nocall", "fb.serious.nocall", "wd.done.nocall", "ci.verify.pin", "ci.invite.many",
				     "ci.q6.safe.short", "ci.q7.aid.short", "ci.q8.call.short", "rt.menu.sms", "fb.menu.sms", "info.1",
				     "info.2", "info.3", "info.4", "nav.more", "nav.back", "opts.range", NULL };
/* A quiet text carries no published number: {tel} of the table is {callback} here (domain brief, decision 5). */
static const char *const callback[] = { "co.done", "help.quiet", "err.lock", "err.down", "st.callus", "st.closed", "nu.refused", NULL };

static bool among(const char *const *list, struct str key)
{
	for (; *list; list++)
		if (str_eq_z(key, *list))
			return true;
	return false;
}

static void read_table(void)
{
	FILE *f = fopen("tests/data/messages.tsv", "r");
	size_t n = f ? fread(table, 1, sizeof table - 1, f) : 0;
	if (!f || n == 0 || fclose(f)) {
		printf("tests/data/messages.tsv cannot be read\n");
		exit(1);
	}
}

/* Columns: key section channel kind fr en ar es ... */
static bool find_row(struct str key, struct str cells[8])
{
	struct str rest = str_of(table), line;
	while (str_split(&rest, '\n', &line)) {
		size_t n = 0;
		while (n < 8 && str_split(&line, '\t', &cells[n]))
			n++;
		if (n == 8 && str_eq(cells[0], key))
			return true;
	}
	return false;
}

static void expected(struct str key, struct str cell, struct buf *out)
{
	for (size_t i = 0; i < cell.len; i++) {
		struct str rest = str_from(cell, i);
		if (str_starts(rest, STR("\\n"))) {
			buf_put_char(out, '\n');
			i++;
		} else if (among(callback, key) && str_starts(rest, STR("{tel}"))) {
			buf_put_z(out, "{callback}");
			i += 4;
		} else {
			buf_put_char(out, cell.at[i]);
		}
	}
}

static void compose(const struct text *text, const struct option *options, size_t count, int language, struct buf *out)
{
	buf_put(out, text->in[language]);
	for (size_t i = 0; i < count; i++) {
		if (!options[i].label)
			continue;
		if (out->len)
			buf_put_char(out, '\n');
		buf_put_i64(out, options[i].number);
		buf_put_char(out, ' ');
		buf_put(out, options[i].label->in[language]);
	}
}

/* A channel carries the agreed bytes, whether its policy is never or auto: each text is GSM-7 or has no such spelling.  But
 * for the tatweel, which is never sent (text.md 1.8). */
static void compare_sent(struct str agreed, const char *language)
{
	char plain[2048];
	struct buf want = buf_over(plain, sizeof plain);
	for (size_t i = 0; i < agreed.len; i++)
		if (str_starts(str_from(agreed, i), STR("\xd9\x80")))
			i++;
		else
			buf_put_char(&want, agreed.at[i]);
	static const enum transliteration policies[] = { TRANSLITERATE_NEVER, TRANSLITERATE_AUTO };
	for (size_t i = 0; i < 2; i++) {
		char storage[8192];
		struct buf sent = buf_over(storage, sizeof storage);
		enum encoding encoding;
		CHECK_INT(transliterate(agreed, str_of(language), policies[i], &sent, &encoding), 0);
		CHECK_STR(buf_str(&sent), buf_str(&want));
	}
}

static void compare(const struct text *text, const struct option *options, size_t count)
{
	static const struct {
		const char *code;
		size_t cell;
	} columns[] = { { "fr", 4 }, { "en", 5 }, { "ar", 6 }, { "es", 7 } };
	struct str cells[8];
	check_begin("%.*s says what was agreed", STR_ARG(text->key));
	if (among(changed, text->key))
		return;
	if (!find_row(text->key, cells)) {
		CHECK(among(added, text->key));
		return;
	}
	CHECK(!among(added, text->key));
	CHECK(text->quiet == str_eq_z(cells[3], "Q"));
	for (size_t i = 0; i < 4; i++) {
		char got[2048], want[2048];
		struct buf g = buf_over(got, sizeof got), w = buf_over(want, sizeof want);
		compose(text, options, count, book_language(&book, str_of(columns[i].code)), &g);
		expected(text->key, cells[columns[i].cell], &w);
		CHECK_STR(buf_str(&g), buf_str(&w));
		compare_sent(buf_str(&g), columns[i].code);
	}
}

/* Options that the agreed text names itself; others may be put under a shared text (help and "more about us"). */
static bool names_options(struct str key)
{
	struct str cells[8];
	return find_row(key, cells) && memmem(cells[4].at, cells[4].len, "\\n1 ", 4);
}

static void compare_prompt(const struct prompt *prompt)
{
	bool shared = book_message(&book, prompt->text->key) != NULL;
	if (!shared || names_options(prompt->text->key))
		compare(prompt->text, prompt->options, prompt->options_count);
}

int main(void)
{
	struct source sources[32];
	size_t count = 0, compared = 0;
	struct err err = { .text = "" };
	read_table();
	for (const struct embedded_file *f = flow_files; f->name && count < 32; f++)
		sources[count++] = (struct source){ str_of(f->name), { f->bytes, f->len } };
	if (book_load(&book, sources, count, NULL, &err)) {
		printf("%s\n", err.text);
		return 1;
	}
	for (size_t i = 0; i < book.messages_count; i++, compared++)
		if (!names_options(book.messages[i]->key))
			compare(book.messages[i], NULL, 0);
	for (size_t f = 0; f < book.flows_count; f++)
		for (size_t s = 0; s < book.flows[f]->states_count; s++)
			for (size_t p = 0; p < book.flows[f]->states[s].prompts_count; p++, compared++)
				compare_prompt(&book.flows[f]->states[s].prompts[p]);
	check_begin("there is something to compare");
	CHECK(compared > 70);
	book_free(&book);
	return check_end();
}
