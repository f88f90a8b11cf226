/* The engine on the definitions the program is shipped with: people who type anything at all, and what must hold
 * whatever they type.  What each conversation says is in tests/dialogue/. */
#include "flows/embedded.h"
#include "flows/lint.h"
#include "flows/load.h"
#include "flows/text/utf8.h"
#include "flows/world.h"
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct book book;

static void load_embedded(void)
{
	static const struct str optional[] = { { "HEALTH", 6 }, { "NAME", 4 }, { "PIN", 3 } };
	struct load_options options = { .optional_states = optional, .optional_states_count = 3 };
	struct source sources[32];
	size_t count = 0;
	struct err err = { .text = "" };
	for (const struct embedded_file *f = flow_files; f->name && count < 32; f++)
		sources[count++] = (struct source){ str_of(f->name), { f->bytes, f->len } };
	if (book_load(&book, sources, count, &options, &err)) {
		printf("%s\n", err.text);
		exit(1);
	}
}

/* ---- anybody */

static uint32_t state_of_dice;

static unsigned dice(unsigned sides)
{
	state_of_dice = state_of_dice * 1664525u + 1013904223u;
	return (state_of_dice >> 8) % sides;
}

static char flood[1600];

/* What is typed: mostly digits, so that people come far; now and then anything. */
static struct str typed(void)
{
	static const char *const rare[] = { "98", "99", "00", "", "x", "STOP", "AIDE", "urgent", "LANGUE", "EN", "MENU", "annuler",
					    "START", "CALL", "effacer", "dossier", "oui", "non", "٣", "?", "Burkina Faso", "1234",
					    "1 2", "\xd8\x9f", "12", "*", "#", "{ref}", "10000007", "10000007", "10000007", "4821", "4821",
					    "1990", "1990", "48217035", "RETOUR3", "plainte", "numero", "je veux mourir ici" };
	static const char *const digits[] = { "0", "1", "1", "1", "1", "1", "2", "3", "4", "5", "6", "7", "8", "9" };
	unsigned n = dice(40);
	if (n == 0)
		return (struct str){ flood, sizeof flood };
	if (n < 5)
		return str_of(rare[dice(sizeof rare / sizeof rare[0])]);
	return str_of(digits[dice(sizeof digits / sizeof digits[0])]);
}

/* Most know what they are asked for; else nobody would ever come far. */
static struct str answered(const char *question)
{
	static const struct {
		const char *key, *answer;
	} known[] = { { "st.pin", "4821" }, { "ci.verify.pin", "4821" }, { "ci.verify", "1990" }, { "st.ref", "10000007" },
		      { "nu.ref", "10000007" }, { "ci.consent", "1" }, { "st.fail", "1" } };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(question, known[i].key) == 0 && dice(10) < 7)
			return str_of(known[i].answer);
	return strncmp(question, "ci.", 3) == 0 && dice(10) < 7 ? STR("2") : typed();
}

/* ---- what must hold */

struct before { /* the world as it was */
	char status[32], pref[16];
	int language;
	bool opted_out;
};

static void copy_field(const struct world *w, const char *name, char *out, size_t cap)
{
	const char *value = w->has_case ? world_case_field(w, str_of(name)) : NULL;
	(void)snprintf(out, cap, "%s", value ? value : "");
}

static struct before look(const struct world *w)
{
	struct before b = { .language = w->language, .opted_out = w->opted_out };
	copy_field(w, "status", b.status, sizeof b.status);
	copy_field(w, "contact_pref", b.pref, sizeof b.pref);
	return b;
}

static bool reads_well(const struct world *w, enum mode mode, const struct outcome *out)
{
	if (out->reply == REPLY_NONE)
		return mode == MODE_SMS && out->text.len == 0;
	bool braces = memchr(out->text.at, '{', out->text.len) || memchr(out->text.at, '}', out->text.len);
	enum encoding encoding;
	(void)text_units(out->text, &encoding);
	if (encoding == ENCODING_UCS2 && (!w->ucs2 || w->encoding == TRANSLITERATE_ALWAYS))
		return false;
	return out->text.len > 0 && !braces && utf8_valid(out->text) &&
	       (mode == MODE_SMS || text_fits(out->text, w->screen));
}

/* "Do not call me" is believed from the moment it was said until the moment it is taken back. */
static bool promises_a_call(const struct before *b, const struct world *w, const struct outcome *out)
{
	return strcmp(b->pref, "NO_CALL") == 0 && w->language >= 0 &&
	       lint_find(book.lint, LINT_CALL, book.languages[w->language], out->text) != NULL;
}

static bool tells_too_much(const struct before *b, enum mode mode, const struct outcome *out)
{
	return mode == MODE_SMS && strcmp(b->pref, "SHARED") == 0 && out->reply != REPLY_NONE && !out->quiet &&
	       strcmp(out->now.flow, "return_request") == 0 && out->now.consented;
}

static bool packs(const struct session *s)
{
	static char bytes[16 * 1024], again[16 * 1024];
	static struct session back;
	struct buf out = buf_over(bytes, sizeof bytes), second = buf_over(again, sizeof again);
	return session_pack(s, &out) == 0 && session_unpack(buf_str(&out), &back) == 0 && session_pack(&back, &second) == 0 &&
	       str_eq(buf_str(&out), buf_str(&second));
}

/* No answer of the request is written before consent or a minor's hand-off. */
static bool answers_have_consent(const struct world *w)
{
	bool allowed = false;
	for (size_t i = 0; i < w->rows_count; i++) {
		struct str row = str_of(w->rows[i]);
		allowed = allowed || str_eq(row, STR("consent REQUEST YES"));
		allowed = allowed || str_eq(row, STR("consent CHECKINS YES")) || w->checkin_consent || str_eq(row, STR("answer ARRIVAL OK"));
		if (str_starts(row, STR("answer ")) && !str_starts(row, STR("answer TOPIC")) && !str_starts(row, STR("answer ARRIVAL")) &&
		    !allowed &&
		    strcmp(world_case_field(w, STR("status")) ? world_case_field(w, STR("status")) : "", "REFERRED_PROTECTION"))
			return false;
	}
	return true;
}

static const char *wrong(const struct before *b, const struct world *w, enum mode mode, const struct outcome *out)
{
	struct before now = look(w);
	if (!reads_well(w, mode, out))
		return "the text does not fit, is empty or holds a placeholder";
	if (strcmp(now.pref, "NO_CALL") == 0 && promises_a_call(b, w, out))
		return "promises a call to a person who said \"do not call me\"";
	if (tells_too_much(b, mode, out))
		return "tells too much on a shared phone";
	if (!packs(&out->now))
		return "the conversation does not survive packing";
	if (!answers_have_consent(w))
		return "an answer was written without consent";
	if (strcmp(b->status, "REFERRED_PROTECTION") == 0 && strcmp(now.status, b->status) != 0)
		return "a protected case was changed by the flow";
	if (out->resumable != session_resumable(&book, &out->now) || (out->left && !session_resumable(&book, out->left)))
		return "what may be taken up again is not what is said";
	if (w->overflow)
		return "more happened than a person can do";
	return NULL;
}

/* Which states were ever shown: a crowd that never comes far proves nothing. */
static bool visited[FLOWS_MAX][128];

static void visit(const struct outcome *out)
{
	for (size_t f = 0; f < book.flows_count; f++)
		for (size_t s = 0; s < book.flows[f]->states_count && s < 128; s++)
			for (size_t p = 0; p < book.flows[f]->states[s].prompts_count; p++)
				if (str_eq(book.flows[f]->states[s].prompts[p].text->key, out->text_key))
					visited[f][s] = true;
}

static void all_visited(void)
{
	for (size_t f = 0; f < book.flows_count; f++)
		for (size_t s = 0; s < book.flows[f]->states_count && s < 128; s++)
			if (book.flows[f]->states[s].prompts_count && !visited[f][s])
				check_fail(__FILE__, __LINE__, "nobody came to %.*s", STR_ARG(book.flows[f]->states[s].name));
}

static const struct binding appointment[] = { { { "date", 4 }, { "12/03", 5 } }, { { "time", 4 }, { "10:00", 5 } },
						{ { "place", 5 }, { "Rabat", 5 } } };

static struct str pushed(const struct world *w)
{
	static const char *const begins[] = { "checkin:INVITE", "checkin:REMIND1", "checkin:REMIND2", "checkin:ARRIVAL", "contact:MISSED",
					      "contact:APPOINTMENT", "number_change:OLD_NOTICE", "number_change:DONE",
					      "number_change:REFUSED", "return_request:RESUME" };
	size_t count = sizeof begins / sizeof *begins;
	return str_of(begins[dice((unsigned)(w->has_case ? count - 1 : count))]); /* who has a case left nothing unfinished */
}

/* Some have a case, a code, a check-in that waits; of one the number is in other hands. */
static void make_somebody(struct world *w)
{
	static const char *const waves[] = { "", "ARR", "M1", "M3", "M12", "M18" };
	static const char *const statuses[] = { "NEW", "CONTACTING", "DOCS", "READY", "BOOKED", "RETURNED", "RETURNED", "CLOSED" };
	(void)snprintf(w->wave, sizeof w->wave, "%s", waves[dice(6)]);
	if (dice(2) == 0)
		(void)snprintf(w->pin, sizeof w->pin, "4821");
	if (dice(2) == 0)
		(void)snprintf(w->birth_year, sizeof w->birth_year, "1990");
	w->checkin_consent = dice(3) == 0;
	w->number_frozen = dice(40) == 0;
	w->number_claimed = dice(20) == 0;
	if (dice(2) == 0)
		return;
	world_case_set(w, STR("status"), str_of(statuses[dice(8)]));
	world_case_set(w, STR("contact_pref"), dice(3) == 0 ? STR("SHARED") : dice(3) == 0 ? STR("NO_CALL") : STR("CALL_OK"));
	world_case_set(w, STR("children"), dice(2) == 0 ? STR("0") : STR("2"));
}

/* One life at one phone.  false, and the step is printed, when something did not hold. */
static bool live(uint32_t seed)
{
	static struct world w; /* large */
	static const struct screen_limit screens[] = { { 160, 80 }, { 182, 80 }, { 140, 70 } };
	enum mode mode = MODE_USSD;
	const char *what = NULL;
	char question[32] = "";
	state_of_dice = seed;
	if (world_init(&w, &book))
		return false;
	w.screen = screens[dice(3)];
	w.ucs2 = dice(4) > 0;
	w.encoding = (enum transliteration)(seed % 3);
	w.intake_paused = dice(6) == 0;
	w.office_open = dice(3) > 0;
	make_somebody(&w);
	for (unsigned i = 0; i < 140 && !what; i++) {
		if (dice(30) == 0)
			mode = mode == MODE_USSD ? MODE_SMS : MODE_USSD;
		if (dice(20) == 0)
			w.now_ms += (int64_t)dice(80) * 3600000;
		bool dials = mode == MODE_USSD && (w.ussd.finished || !w.ussd.flow[0] || dice(30) == 0);
		if (dials)
			world_drop(&w);
		struct before b = look(&w);
		bool written_to = !dials && mode == MODE_SMS && dice(12) == 0;
		const struct outcome *out = written_to ? world_begin(&w, pushed(&w), appointment, 3) : world_step(&w, mode, dials ? INPUT_DIAL : INPUT_TEXT, dials ? STR("") : answered(question));
		if (out) {
			visit(out);
			(void)snprintf(question, sizeof question, "%.*s", STR_ARG(out->text_key));
		}
		if (written_to && out && !out->quiet)
			what = "is sent first and not quiet";
		else
			what = out ? wrong(&b, &w, mode, out) : "the engine refused";
		if (what)
			printf("seed %u, step %u: %s: %.*s\n", seed, i, what, out ? (int)out->text.len : 0,
			       out ? out->text.at : "");
		if (w.rows_count > WORLD_ROWS_MAX - 16)
			break;
	}
	world_release(&w);
	return !what;
}

static void test_anybody(void)
{
	memset(flood, 'a', sizeof flood);
	check_begin("a thousand people type anything: the screen fits, consent rules, nobody is promised what he refused");
	for (uint32_t seed = 1; seed <= 2500; seed++)
		CHECK(live(seed));
	all_visited();
}

/* ---- particular steps */

static const struct outcome *say(struct world *w, enum mode mode, const char *text)
{
	return world_step(w, mode, INPUT_TEXT, str_of(text));
}

static void test_begin(void)
{
	static struct world w;
	check_begin("the gateway can begin a conversation itself, at a state, in the person's language");
	CHECK_INT(world_init(&w, &book), 0);
	w.language = book_language(&book, STR("en"));
	const struct outcome *out = world_step(&w, MODE_SMS, INPUT_BEGIN, STR("counsellor:TOPIC"));
	CHECK(out && str_eq_z(out->text_key, "co.topic.sms") && str_eq_z(out->state, "TOPIC"));
	world_release(&w);
}

static void test_old_version(void)
{
	static struct world w;
	check_begin("a conversation of a version that is gone is over: the next dial begins anew, the next SMS is free text");
	CHECK_INT(world_init(&w, &book), 0);
	w.language = 0;
	CHECK(say(&w, MODE_SMS, "MENU") != NULL);
	CHECK(say(&w, MODE_SMS, "1") != NULL);
	memset(w.sms.version, '0', VERSION_LEN);
	const struct outcome *out = say(&w, MODE_SMS, "2");
	CHECK(out && str_eq_z(out->text_key, "free.ack"));
	w.ussd = w.sms;
	memset(w.ussd.version, '0', VERSION_LEN);
	w.ussd.finished = false;
	out = say(&w, MODE_USSD, "2");
	CHECK(out && str_eq_z(out->text_key, "menu.main"));
	world_release(&w);
}

/* The same definitions with other words for one question. */
static int load_new_words(struct book *changed)
{
	static char bytes[256 * 1024];
	struct source sources[32];
	size_t count = 0;
	for (const struct embedded_file *f = flow_files; f->name && count < 32; f++) {
		sources[count++] = (struct source){ str_of(f->name), { f->bytes, f->len } };
		const char *at = strcmp(f->name, "return_request.json") == 0 ? strstr(f->bytes, "How old are you?") : NULL;
		if (!at)
			continue;
		struct buf out = buf_over(bytes, sizeof bytes);
		buf_put(&out, str_span(f->bytes, at));
		buf_put_z(&out, "Your age, please?");
		buf_put(&out, str_span(at + strlen("How old are you?"), f->bytes + f->len));
		sources[count - 1].bytes = buf_str(&out);
	}
	return book_load(changed, sources, count, NULL, NULL);
}

static void test_finish_on_old_words(void)
{
	static struct world w;
	static struct book changed;
	const struct outcome *out;
	struct err err = { .text = "" };
	check_begin("who is in the middle of a conversation finishes it on the words it began with");
	CHECK_INT(world_init(&w, &book), 0);
	w.language = book_language(&book, STR("en"));
	CHECK(say(&w, MODE_SMS, "MENU") != NULL);
	out = say(&w, MODE_SMS, "1");
	CHECK(out && str_starts(out->text, STR("How old are you?")));
	CHECK_INT(load_new_words(&changed), 0);
	const struct flow *was = book_flow(&book, STR("return_request"), STR(""));
	CHECK_INT(book_add_version(&changed, (struct source){ STR("return_request"), was->source }, &err), 0);
	CHECK_STR(str_of(err.text), STR(""));
	w.book = &changed;
	out = say(&w, MODE_SMS, "?"); /* leaves the question open */
	CHECK(out != NULL);
	out = say(&w, MODE_SMS, "nine");
	CHECK(out && strstr(out->text.at, "How old are you?") != NULL);
	CHECK(say(&w, MODE_SMS, "MENU") != NULL);
	out = say(&w, MODE_SMS, "1");
	CHECK(out && str_starts(out->text, STR("Your age, please?")));
	world_release(&w);
	book_free(&changed);
}

/* All definitions with another title: every version is another one. */
static int load_new_titles(struct book *changed)
{
	static char bytes[1024 * 1024];
	static const struct str mark = { "\"title\": \"", 10 };
	struct source sources[32];
	struct buf all = buf_over(bytes, sizeof bytes);
	size_t count = 0;
	for (const struct embedded_file *f = flow_files; f->name && count < 32; f++) {
		sources[count++] = (struct source){ str_of(f->name), { f->bytes, f->len } };
		const char *at = memmem(f->bytes, f->len, mark.at, mark.len);
		if (!at)
			continue;
		size_t from = all.len;
		buf_put(&all, str_span(f->bytes, at + mark.len));
		buf_put_z(&all, "New: ");
		buf_put(&all, str_span(at + mark.len, f->bytes + f->len));
		sources[count - 1].bytes = str_span(all.at + from, all.at + all.len);
	}
	return book_load(changed, sources, count, NULL, NULL);
}

static void test_nobody_is_stranded(void)
{
	static struct world w;
	static struct book changed;
	struct err err = { .text = "" };
	check_begin("every conversation changed: who stands at any question of the old ones still stands there, and goes on");
	CHECK_INT(load_new_titles(&changed), 0);
	CHECK_INT(world_init(&w, &changed), 0);
	w.language = 0;
	for (size_t f = 0; f < book.flows_count; f++) {
		const struct flow *was = book.flows[f];
		CHECK_INT(book_add_version(&changed, (struct source){ was->name, was->source }, &err), 0);
		CHECK(strcmp(book_flow(&changed, was->name, STR(""))->version, was->version) != 0);
		for (size_t i = 0; i < was->states_count; i++) {
			if (was->states[i].kind != STATE_QUESTION || was->states[i].optional)
				continue;
			w.ussd = (struct session){ .run_id = 7 };
			CHECK(str_copy(was->name, w.ussd.flow, sizeof w.ussd.flow) &&
			      str_copy(str_of(was->version), w.ussd.version, sizeof w.ussd.version) &&
			      str_copy(was->states[i].name, w.ussd.state, sizeof w.ussd.state));
			w.rows_count = 0;
			const struct outcome *out = say(&w, MODE_USSD, "98"); /* the same question again */
			CHECK(out && str_eq_z(was->states[i].name, out->now.state) && strcmp(out->now.version, was->version) == 0);
		}
	}
	world_release(&w);
	book_free(&changed);
}

static void test_pin(void)
{
	static struct world w;
	static const char *const path[] = { "1", "2", "1", "1", "1", "1", "1", "1", "0", "1", "1", "1", "1", "1", "Awa" };
	check_begin("a PIN is no variable, no answer's words and no logged text; it leaves by an effect of its own");
	CHECK_INT(world_init(&w, &book), 0);
	w.language = 0;
	CHECK(world_step(&w, MODE_USSD, INPUT_DIAL, STR("")) != NULL);
	for (size_t i = 0; i < sizeof path / sizeof path[0]; i++)
		CHECK(say(&w, MODE_USSD, path[i]) != NULL);
	CHECK_STR(str_of(w.ussd.state), STR("PIN"));
	CHECK_STR(str_of(world_case_field(&w, STR("name"))), STR("Awa"));
	const struct outcome *out = say(&w, MODE_USSD, "12345");
	CHECK(out && !out->secret && str_eq_z(str_of(out->now.state), "PIN"));
	out = say(&w, MODE_USSD, "٤٣٢١");
	CHECK(out && out->secret);
	bool left = false;
	for (size_t i = 0; out && i < out->effects_count; i++) {
		const struct effect *e = &out->effects[i];
		left = left || (e->kind == EFFECT_SECRET && str_eq_z(e->b, "4321"));
		CHECK(e->kind == EFFECT_SECRET || (!str_eq_z(e->b, "4321") && !str_eq_z(e->c, "4321") && e->c.len < 8));
	}
	CHECK(left);
	for (size_t i = 0; i < w.ussd.vars_count; i++)
		CHECK(strcmp(w.ussd.vars[i].value, "4321") != 0);
	world_release(&w);
}

static void test_placeholders(void)
{
	struct facts facts = { .language = 0 };
	static char block[64 * 1024];
	struct arena arena = { (unsigned char *)block, 0, sizeof block };
	check_begin("a number nobody configured is not shown: its sentence is left out");
	struct str words = flow_apology(&book, &facts, &arena);
	CHECK_STR(words, STR("Le service est en panne."));
	facts.placeholders[0] = (struct binding){ STR("callback"), STR("0500000000") };
	facts.placeholders_count = 1;
	words = flow_apology(&book, &facts, &arena);
	CHECK_STR(words, STR("Le service est en panne. Réessayez dans une heure ou appelez le 0500000000."));

	check_begin("a full arena is refused, not a half outcome");
	struct input in = { .kind = INPUT_DIAL, .mode = MODE_USSD, .text = STR(""), .facts = &facts };
	static const struct session none;
	facts.screen = (struct screen_limit){ 160, 80 };
	for (size_t size = 0; size < 24 * 1024; size += 512) {
		arena = (struct arena){ (unsigned char *)block, 0, size };
		const struct outcome *out = flow_step(&book, &none, &in, &arena);
		CHECK(!out || out->text.len > 40);
	}
}

int main(void)
{
	load_embedded();
	test_anybody();
	test_begin();
	test_old_version();
	test_finish_on_old_words();
	test_nobody_is_stranded();
	test_pin();
	test_placeholders();
	book_free(&book);
	return check_end();
}
