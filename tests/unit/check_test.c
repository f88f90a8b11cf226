/* `flow check`: the shipped definitions are good; each thing that must never stand in a definition is found when it is
 * put there, at its place. */
#include "flows/check.h"
#include "flows/embedded.h"
#include "flows/load.h"
#include "flows/text/buf.h"
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct check_limits limits = { { 160, 80 }, 3, 0 };
static char changed[512 * 1024];

struct hunt {
	const char *path, *says;
	bool found;
	size_t errors;
	char all[8192];
};

static void hunt(const struct finding *f, void *user)
{
	struct hunt *h = user;
	char says[1024], path[512];
	if (!str_copy(f->says, says, sizeof says) || !str_copy(f->path, path, sizeof path))
		return;
	h->errors += f->level == FINDING_ERROR;
	if (h->says && strcmp(path, h->path) == 0 && strstr(says, h->says))
		h->found = true;
	if (f->level != FINDING_NOTE) {
		size_t used = strlen(h->all);
		(void)snprintf(h->all + used, sizeof h->all - used, "%.*s %s: %s\n", STR_ARG(f->file), path, says);
	}
}

/* Loads the shipped definitions with the first `from` behind `after` in file replaced. */
static int load_changed(struct book *book, const char *file, const char *after, const char *from, const char *to)
{
	struct source sources[32];
	size_t count = 0;
	struct err err = { .text = "" };
	for (const struct embedded_file *f = flow_files; f->name && count < 32; f++) {
		sources[count] = (struct source){ str_of(f->name), { f->bytes, f->len } };
		if (file && strcmp(f->name, file) == 0) {
			const char *start = strstr(f->bytes, after), *at = start ? strstr(start, from) : NULL;
			if (!at) {
				check_fail(__FILE__, __LINE__, "%s does not hold %s", file, from);
				return -1;
			}
			struct buf out = buf_over(changed, sizeof changed);
			buf_put(&out, str_span(f->bytes, at));
			buf_put_z(&out, to);
			buf_put(&out, str_span(at + strlen(from), f->bytes + f->len));
			sources[count].bytes = buf_str(&out);
		}
		count++;
	}
	static const struct str optional[] = { { "HEALTH", 6 }, { "NAME", 4 }, { "PIN", 3 } };
	struct load_options options = { .optional_states = optional, .optional_states_count = 3 };
	int rc = book_load(book, sources, count, &options, &err);
	if (rc)
		check_fail(__FILE__, __LINE__, "does not load: %s", err.text);
	return rc;
}

static void expect(const char *file, const char *after, const char *from, const char *to, const char *path,
		   const char *says)
{
	struct book book;
	struct hunt h = { .path = path, .says = says };
	check_begin("found: %s: %s", path, says);
	if (load_changed(&book, file, after, from, to))
		return;
	size_t errors = book_check(&book, &limits, hunt, &h);
	CHECK(errors == h.errors);
	if (!h.found)
		check_fail(__FILE__, __LINE__, "found instead:\n%s", h.all);
	book_free(&book);
}

static void test_shipped(void)
{
	struct book book;
	struct hunt h = { 0 };
	check_begin("the shipped definitions hold no error and no warning");
	if (load_changed(&book, NULL, NULL, NULL, NULL))
		return;
	CHECK_INT(book_check(&book, &limits, hunt, &h), 0);
	CHECK_STR(str_of(h.all), STR(""));
	book_free(&book);
}

static void test_shape(void)
{
	const char *rr = "return_request.json";
	expect(rr, "\"BEGIN\": {", "{\"go\": \"AGE\"}", "{\"when\": {\"intake\": \"open\"}, \"go\": \"AGE\"}", "states.BEGIN.next",
	       "where does it go when no condition holds?");
	expect(rr, "\"COUNTRY\": {", "\"go\": \"COUNTRY_OTHER\"", "\"go\": \"CITY\"", "states.COUNTRY_OTHER", "nothing leads here");
	expect(rr, "\"BEGIN\": {", "{\"go\": \"AGE\"}", "{\"go\": \"START\"}", "states.BEGIN.next", "leads back to itself");
	expect("entry.json", "\"START\": {", "{\"go\": \"MENU\"}", "{\"go\": \"control:MENU\"}", "states.START.next",
	       "leads back to itself");
	expect("control.json", "\"states\": {", "\"HELP\": {", "\"HELPP\": {", "", "\"control\" has no state HELP");
}

/* The example of flows/README.md in short: good, but nobody comes there yet. */
static void test_new_flow(void)
{
	struct book book;
	struct hunt h = { .path = "", .says = "no menu and no other conversation leads here: \"go\": \"visit\"" };
	struct source sources[33];
	size_t count = 0;
	struct err err = { .text = "" };
	check_begin("found: a conversation to which nothing leads");
	for (const struct embedded_file *f = flow_files; f->name && count < 32; f++)
		sources[count++] = (struct source){ str_of(f->name), { f->bytes, f->len } };
	sources[count++] = (struct source){ STR("visit.json"), STR("{\"flow\": \"visit\", \"title\": \"V\", \"initial\": \"BYE\","
								" \"states\": {\"BYE\": {\"final\": true, \"say\": \"bye\"}}}") };
	if (book_load(&book, sources, count, NULL, &err)) {
		check_fail(__FILE__, __LINE__, "%s", err.text);
		return;
	}
	CHECK_INT(book_check(&book, &limits, hunt, &h), 0);
	CHECK(h.found);
	book_free(&book);
}

static void test_codes(void)
{
	const char *rr = "return_request.json";
	expect(rr, "\"START\": {", "\"contact_pref\": \"SHARED\"", "\"contact_perf\": \"SHARED\"", "states.START.next",
	       "did you mean \"contact_pref\"?");
	expect(rr, "\"START\": {", "\"mode\": \"sms\"", "\"mode\": \"SMS\"", "states.START.next", "did you mean \"sms\"?");
	expect(rr, "\"SAFE\": {", "\"no\": 3", "\"no\": 4", "states.SAFE.ask[0]", "\"yes_no\" means options 1 and 4");
	expect(rr, "\"SEX\": {", "\"1\": \"M\"", "\"1\": \"MAN\"", "states.SEX.options[0]", "\"MAN\" is no code of the field");
	expect(rr, "\"SAFE\": {", "\"kind\": \"MINOR\"", "\"kind\": \"MINER\"", "states.SAFE.effects", "did you mean \"MINOR\"?");
	expect(rr, "\"SAFE\": {", "\"role\": \"protection\"", "\"role\": \"protecton\"", "states.SAFE.effects",
	       "did you mean \"protection\"?");
	expect(rr, "\"CONSENT2\": {", "\"2\": \"NO\"", "\"2\": \"NEVER\"", "states.CONSENT2.options[1]", "must be YES or NO");
}

static void test_words(void)
{
	const char *rr = "return_request.json";
	expect(rr, "\"AGE\": {", "Quel age avez-vous ?", "Quel âge avez-vous ?", "states.AGE.ask[0]",
	       "\"â\" is not in the alphabet of simple phones and halves what fits; write \"a\"");
	expect(rr, "\"CONFIRM\": {", "Un conseiller vous contactera.", "Votre billet est pr.", "states.CONFIRM.ask[1]",
	       "\"billet\" promises or presses");
	expect("messages.json", "\"co.done\": {", "C'est noté.", "L'OIM a noté.", "messages.co.done",
	       "\"oim\" says too much for a quiet text");
	expect("messages.json", "\"co.done\": {", "{callback}", "{tel}", "messages.co.done", "write {callback} for {tel}");
	expect("messages.json", "\"co.done\": {", "{callback}", "{calback}", "messages.co.done", "did you mean {callback}?");
	expect(rr, "\"SEX\": {", "Une femme", "Une victime", "states.SEX.ask[0]", "is never sent by SMS");
	expect(rr, "\"SEX\": {", "Une femme", "un  HOMME", "states.SEX.ask[0]", "options 1 and 2 read the same");
	expect(rr, "\"DONE\": {", "\"with\": {\"n\": \"5\"}", "\"with\": {\"m\": \"5\"}", "states.DONE.say[4]", "{n} needs a number");
	expect("control.json", "\"LANG\": {", "OIM/IOM", "OIM", "states.LANG.ask[0]", "has other words for \"lang.choice.ussd\"");
}

static void test_stop_labels(void)
{
	const char *rr = "return_request.json";
	expect(rr, "\"SEX\": {", "Une femme", "arrêt", "states.SEX.ask[0]", "option 2, \"arrêt\", is a word for STOP");
	expect(rr, "\"SEX\": {", "امرأة", "إيقاف", "states.SEX.ask[0]", "is a word for STOP");
	expect(rr, "\"URGENT_ACK\": {", "Arreter ici", "Stop", "states.URGENT_ACK.ask[1]", "option 2, \"Stop\", is a word for STOP");
}

/* é of the alphabet and ç of none: what is sent is measured, not what is written. */
static void test_policies(void)
{
	static char title[256];
	struct book book;
	memset(title, 'x', 150);
	memcpy(title, "\xc3\xa7", 2); /* 149 characters: no more than 80 fit with a ç */
	for (unsigned policy = TRANSLITERATE_AUTO; policy <= TRANSLITERATE_NEVER; policy++) {
		struct hunt h = { .path = "states.SEX.ask[0]", .says = "fits no screen of 160 (or 80)" };
		const struct check_limits one = { { 160, 80 }, 3, 1u << policy };
		check_begin("a screen is measured as policy %u writes it", policy);
		if (load_changed(&book, "return_request.json", "\"SEX\": {", "Vous etes:", title))
			return;
		CHECK_INT(book_check(&book, &one, hunt, &h) > 0, policy == TRANSLITERATE_NEVER);
		CHECK(h.found == (policy == TRANSLITERATE_NEVER));
		book_free(&book);
	}
}

static void test_lengths(void)
{
	static char long_label[400];
	memset(long_label, 'x', 200);
	expect("return_request.json", "\"SEX\": {", "Une femme", long_label, "states.SEX.ask[0]", "fits no screen of 160");
	static char long_title[1200];
	for (size_t i = 0; i < 140; i++)
		memcpy(long_title + 5 * i, "mots ", 6);
	expect("return_request.json", "\"SEX\": {", "Vous etes:", long_title, "states.SEX.ask[0]", "is longer than 3 SMS (GSM-7)");
}

static void test_readers(void)
{
	const char *rr = "return_request.json";
	expect(rr, "\"CONFIRM\": {", "\"contact_pref\": \"NO_CALL\"", "\"contact_pref\": \"SHARED\"", "states.CONFIRM.ask[1]",
	       "promises a call (\"vous contactera\")");
	expect(rr, "\"SAFE\": {", "\"go\": \"SHARED_END\"", "\"go\": \"URGENT\"", "states.SAFE.next",
	       "a shared phone by SMS must hear a quiet last word here");
	expect(rr, "\"RESUME\": {", "\"key\": \"rr.resume.sms\", \"kind\": \"Q\"", "\"key\": \"rr.resume.sms\", \"kind\": \"N\"",
	       "states.RESUME.ask[1]", "so it must be quiet");
	expect(rr, "\"CALLTIME\": {", "{\"when\": {\"mode\": \"ussd\"}, \"go\": \"PIN\"}", "{\"go\": \"PIN\"}", "states.CALLTIME.next", "would stay in the inbox");
}

int main(void)
{
	test_shipped();
	test_shape();
	test_new_flow();
	test_codes();
	test_words();
	test_lengths();
	test_stop_labels();
	test_policies();
	test_readers();
	return check_end();
}
