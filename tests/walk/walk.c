/* The exhaustive walk: every question that can come to stand before somebody, in every language, by keypad and by SMS, and at
 * each of them everything that can be typed.  Places are the same when the same question is open and every condition of the
 * definitions holds alike (tests/walk/node.h); what must hold after each step is in tests/walk/rules.c, who begins in
 * tests/walk/roots.c.
 *
 * Without sanitizers it takes about a minute; the unit tests' crowds (tests/unit/engine_test.c) walk under them. */
#include "flows/guard.h"
#include "flows/say.h"
#include "gateway/definitions.h"
#include "tests/unit/check.h"
#include "tests/walk/node.h"
#include "tests/walk/roots.h"
#include "tests/walk/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATES_MAX = 64, FAILURES_SHOWN = 60, FLOOD = 1600 };

static struct book book;
static struct node *first, **last = &first;
static size_t steps, failures;
static char flood[FLOOD];
static bool seen[FLOWS_MAX][STATES_MAX][LANGUAGES_MAX][2];
static size_t typed_there[FLOWS_MAX][STATES_MAX][LANGUAGES_MAX][2];

/* ---- where we are */

struct place { /* what is open at a node */
	const struct node *node;
	const struct flow *flow; /* NULL: nothing */
	const struct state *state;
	const struct prompt *prompt;
	int language;
};

struct step {			   /* what came of one input */
	const struct outcome *out; /* until the next step */
	struct str key;		   /* of the place it leads to */
};

static struct world world;

/* Each rule once for each state: one mistake is found in thousands of places. */
static bool shown_before(const char *why, const struct place *at)
{
	static struct {
		const char *why;
		const struct state *state;
	} shown[FAILURES_SHOWN];
	static size_t count;
	for (size_t i = 0; i < count; i++)
		if (shown[i].why == why && shown[i].state == at->state)
			return true;
	if (count == FAILURES_SHOWN)
		return true;
	shown[count].why = why;
	shown[count++].state = at->state;
	return false;
}

static void fail(const struct place *at, struct str typed, const char *why, struct str said)
{
	struct str flow = at->flow ? at->flow->name : STR("-"), state = at->state ? at->state->name : STR("-");
	typed.len = typed.len > 60 ? 60 : typed.len;
	failures++;
	if (!shown_before(why, at))
		check_fail(__FILE__, __LINE__, "%s\n    at %.*s:%.*s, typed \"%.*s\"\n    came by %s\n    said: %.*s", why,
			   STR_ARG(flow), STR_ARG(state), STR_ARG(typed), at->node->how, STR_ARG(said));
}

static void look(const struct node *n, struct place *at)
{
	struct facts facts;
	char ref[16];
	node_into(n, &world);
	const struct session *s = n->mode == MODE_USSD ? &world.ussd : &world.sms;
	*at = (struct place){ .node = n, .language = n->language };
	if (s->finished || !s->flow[0])
		return;
	at->flow = book_flow(&book, str_of(s->flow), str_of(s->version));
	at->state = at->flow ? flow_state(at->flow, str_of(s->state)) : NULL;
	if (!at->state)
		return;
	world_facts(&world, n->mode, &facts, ref);
	struct scope scope = { &book, &facts, s, n->mode, n->language, false };
	at->prompt = say_choose(at->state, &scope);
}

static size_t flow_index(const char *name)
{
	for (size_t f = 0; f < book.flows_count; f++)
		if (str_eq_z(book.flows[f]->name, name))
			return f;
	return FLOWS_MAX - 1;
}

static void mark(const struct session *now, int language, enum mode mode, bool typed)
{
	size_t f = flow_index(now->flow);
	const struct flow *flow = f < book.flows_count ? book.flows[f] : NULL;
	for (size_t i = 0; flow && language >= 0 && i < flow->states_count && i < STATES_MAX; i++)
		if (str_eq_z(flow->states[i].name, now->state)) {
			seen[f][i][language][mode] = true;
			typed_there[f][i][language][mode] += typed;
		}
}

/* Finals that leave the question open are known by their text only. */
static struct staying {
	struct str key;
	size_t flow, state;
	const struct state *final;
} staying[64];
static size_t staying_count;

static void gather_staying(void)
{
	for (size_t f = 0; f < book.flows_count; f++)
		for (size_t i = 0; i < book.flows[f]->states_count && i < STATES_MAX; i++) {
			const struct state *state = &book.flows[f]->states[i];
			for (size_t p = 0; state->kind == STATE_FINAL && p < state->prompts_count && staying_count < 64; p++)
				if (state->stays[MODE_USSD] || state->stays[MODE_SMS])
					staying[staying_count++] = (struct staying){ state->prompts[p].text->key, f, i,
										     state };
		}
}

static void mark_text(struct str key, int language, enum mode mode)
{
	for (size_t i = 0; i < staying_count && language >= 0; i++)
		if (staying[i].final->stays[mode] && str_eq(staying[i].key, key))
			seen[staying[i].flow][staying[i].state][language][mode] = true;
}

/* ---- one step */

static void queue(const char *how, enum mode mode)
{
	struct node *n = node_of(&world, mode, how);
	*last = n;
	last = &n->next;
}

static void way(const struct node *n, struct str typed, char out[NODE_TRAIL])
{
	size_t skip = strlen(n->how) + typed.len + 4 > NODE_TRAIL ? strlen(n->how) + typed.len + 4 - NODE_TRAIL : 0;
	skip = skip > strlen(n->how) ? strlen(n->how) : skip;
	(void)snprintf(out, NODE_TRAIL, "%s > %.*s", n->how + skip, (int)(typed.len > 40 ? 40 : typed.len), typed.at);
}

static struct step take(const struct place *at, enum input_kind kind, struct str typed, const struct binding *vars,
			size_t vars_count)
{
	static char key[1024];
	struct buf out = buf_over(key, sizeof key);
	struct walked walked = { .w = &world, .mode = at->node->mode, .kind = kind, .typed = typed };
	struct step step = { NULL, { "", 0 } };
	rules_look(&world, at->node->mode, &walked);
	step.out = kind == INPUT_BEGIN ? world_begin(&world, typed, vars, vars_count)
				       : world_step(&world, at->node->mode, kind, typed);
	walked.out = step.out;
	steps++;
	const char *why = rules_broken(&walked);
	if (why)
		fail(at, typed, why, step.out ? step.out->text : STR(""));
	if (!step.out)
		return step;
	mark(&step.out->now, world.language, at->node->mode, false);
	mark_text(step.out->text_key, world.language, at->node->mode);
	node_key(&world, at->node->mode, &out);
	step.key = buf_str(&out);
	return step;
}

/* From the node, whatever was done before. */
static struct step type(const struct place *at, struct str typed)
{
	node_into(at->node, &world);
	if (at->flow)
		mark(at->node->mode == MODE_USSD ? &world.ussd : &world.sms, at->node->language, at->node->mode, true);
	return take(at, INPUT_TEXT, typed, NULL, 0);
}

static void go_on(const struct place *at, struct str typed, struct step step)
{
	char how[NODE_TRAIL];
	const struct session *s = at->node->mode == MODE_USSD ? &world.ussd : &world.sms;
	if (!step.out || s->errors > 0 || !node_is_new(step.key))
		return;
	way(at->node, typed, how);
	queue(how, at->node->mode);
}

/* ---- what is typed */

static bool is_row(const char *begin)
{
	for (size_t i = 0; i < world.rows_count; i++)
		if (str_starts(str_of(world.rows[i]), str_of(begin)))
			return true;
	return false;
}

static bool is_held(const struct session *s, const struct state *state)
{
	for (size_t i = 0; i < s->held_count; i++)
		if (str_eq_z(state->name, s->held[i].state))
			return true;
	return false;
}

/* What was accepted becomes a row, or waits with the conversation.  Who leaves before consent leaves nothing (domain.md,
 * decision 1). */
static void nothing_lost(const struct place *at, struct str typed, const struct step *step)
{
	char row[64];
	bool left = at->flow->needs_consent && !str_eq_z(at->flow->name, step->out->now.flow) && !step->out->now.consented;
	(void)snprintf(row, sizeof row, "answer %.*s ", STR_ARG(at->state->name));
	if (!at->state->no_answer && !left && !is_row(row) && !is_held(&step->out->now, at->state))
		fail(at, typed, "an answer is lost", step->out->text);
	if (at->state->no_answer && is_row(row))
		fail(at, typed, "a menu choice became an answer", step->out->text);
}

static void same_place(const struct place *at, struct str typed, struct str key, const char *why)
{
	struct step again = type(at, typed);
	if (!again.out || !str_eq(again.key, key))
		fail(at, typed, why, again.out ? again.out->text : STR(""));
}

static void put_digits(struct buf *out, int number, bool arabic)
{
	char digits[12];
	(void)snprintf(digits, sizeof digits, "%d", number);
	for (const char *d = digits; *d; d++) {
		buf_put_char(out, arabic ? '\xd9' : *d);
		if (arabic)
			buf_put_char(out, (char)(0xa0 + (*d - '0')));
	}
}

/* One option: its digit, the digit in Arabic script, its own words, and the digit twice. */
static bool choose(const struct place *at, const struct option *o)
{
	char digits[2][24], kept[1024], open[1024];
	struct buf latin = buf_over(digits[0], sizeof digits[0]), arabic = buf_over(digits[1], sizeof digits[1]);
	struct buf key = buf_over(kept, sizeof kept), was = buf_over(open, sizeof open);
	put_digits(&latin, o->number, false);
	put_digits(&arabic, o->number, true);
	node_into(at->node, &world);
	node_key(&world, at->node->mode, &was);
	struct step step = type(at, buf_str(&latin));
	if (!step.out)
		return false;
	buf_put(&key, step.key);
	nothing_lost(at, buf_str(&latin), &step);
	go_on(at, buf_str(&latin), step);
	take(at, INPUT_TEXT, buf_str(&latin), NULL, 0); /* the same message twice */
	same_place(at, buf_str(&arabic), buf_str(&key), "a digit in Arabic script means something else");
	/* STOP is always STOP, also where an option is called so (flows/README.md). */
	if (o->label && !str_eq_z(o->code, "STOP") && at->language >= 0 && at->node->ucs2 &&
	    at->node->encoding != TRANSLITERATE_ALWAYS)
		same_place(at, o->label->in[at->language], buf_str(&key), "an option's own words mean something else");
	return !str_eq(buf_str(&key), buf_str(&was));
}

/* Free answers: numbers at both ends, words, what proves and what does not. */
static const char *const answers[] = { "0",	   "1",	   "5",	   "9",	   "2026", "48217035",
				       "10000007", "7391", "1234", "1990", "1955", "Awa" };

static bool answer(const struct place *at)
{
	char open[1024];
	struct buf was = buf_over(open, sizeof open);
	bool moved = false;
	node_into(at->node, &world);
	node_key(&world, at->node->mode, &was);
	for (size_t i = 0; at->state->accept != ACCEPT_CHOICE && i < sizeof answers / sizeof *answers; i++) {
		struct step step = type(at, str_of(answers[i]));
		moved = moved || (step.out && !str_eq(step.key, buf_str(&was)));
		go_on(at, str_of(answers[i]), step);
		take(at, INPUT_TEXT, str_of(answers[i]), NULL, 0);
	}
	return moved;
}

/* In every state. */
static const char *const anything[] = {
	"xyzzy",
	"",
	"0",
	"7",
	"00",
	"98",
	"99",
	"98 99",
	"?",
	"\xd8\x9f",
	"*",
	"#",
	"{ref}",
	"1 2",
	"STOP",
	"\xd9\x82\xd9\x81",
	"AIDE",
	"HELP",
	"\xd9\x85\xd8\xb3\xd8\xa7\xd8\xb9\xd8\xaf\xd8\xa9",
	"URGENT",
	"\xd8\xb9\xd8\xa7\xd8\xac\xd9\x84",
	"EFFACER",
	"ANNULER",
	"APPEL",
	"LANGUE",
	"FR",
	"EN",
	"ES",
	"MENU",
	"START",
	"DOSSIER",
	"NUMERO",
	"PLAINTE",
	"NON",
	"oui",
	"RETOUR3",
	"svp stop",
	"je veux mourir ici",
	"\xd9\xa3",
};

static void type_anything(const struct place *at)
{
	for (size_t i = 0; i < sizeof anything / sizeof *anything; i++)
		go_on(at, str_of(anything[i]), type(at, str_of(anything[i])));
	go_on(at, STR("(1600 letters)"), type(at, (struct str){ flood, FLOOD }));
}

static bool told_a_human(void)
{
	return is_row("task CALL_BACK") || is_row("task READ") || is_row("alert UNREADABLE");
}

/* Somebody proves elsewhere to be this person: whoever holds the phone does not go on with what was open here.  false: all of
 * this conversation may be heard on a frozen number. */
static bool frozen_meanwhile(const struct place *at)
{
	static const struct str typed[] = { { "1", 1 }, { "xyzzy", 5 } };
	if (!flow_state(at->flow, STR("FROZEN")))
		return false;
	for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
		node_into(at->node, &world);
		world.number_frozen = true;
		struct step step = take(at, INPUT_TEXT, typed[i], NULL, 0);
		if (!step.out || !str_eq_z(step.out->text_key, "nu.refused"))
			fail(at, typed[i], "a frozen number goes on", step.out ? step.out->text : STR(""));
	}
	return true;
}

static void three_unreadable(const struct place *at)
{
	struct str wrong = at->state->accept == ACCEPT_TEXT ? (struct str){ flood, FLOOD } : STR("xyzzy");
	bool told = false;
	struct step step = type(at, wrong);
	for (unsigned i = 0; i < 2 && step.out; i++) {
		told = told || told_a_human();
		step = take(at, INPUT_TEXT, wrong, NULL, 0);
	}
	if (!step.out || !(told || told_a_human()) || step.out->reply == REPLY_NONE)
		fail(at, wrong, "three unreadable answers lead to nobody", step.out ? step.out->text : STR(""));
}

/* The session is lost, the person dials again; who was in the middle of a request finds the same question. */
static void redial(const struct place *at)
{
	node_into(at->node, &world);
	struct session was = world.ussd;
	const char *age = session_var(&was, STR("age_band")); /* a minor was handed over: nothing goes on by itself */
	bool request = session_resumable(&book, &was) && at->state && at->state->kind == STATE_QUESTION && !(age && strcmp(age, "U18") == 0 && was.consented) &&
		       !world.number_frozen && world.language >= 0 && !was.under_flow[0];
	world_drop(&world);
	struct step step = take(at, INPUT_DIAL, STR(""), NULL, 0);
	go_on(at, STR("(redial)"), step);
	if (!request || !step.out)
		return;
	step = take(at, INPUT_TEXT, STR("1"), NULL, 0);
	if (step.out && str_eq_z(step.out->text_key, "rr.resume"))
		step = take(at, INPUT_TEXT, STR("1"), NULL, 0);
	else if (world.ussd.held_count == 0 && was.held_count > 0)
		fail(at, STR("(redial, 1)"), "what waited for consent is lost", step.out ? step.out->text : STR(""));
	if (!step.out || strcmp(world.ussd.state, was.state) != 0 || world.ussd.held_count != was.held_count ||
	    world.ussd.run_id != was.run_id)
		fail(at, STR("(redial, 1, 1)"), "the request does not go on where it was",
		     step.out ? step.out->text : STR(""));
}

/* ---- the gateway begins */

static void push(const struct place *at, const char *begin)
{
	static const struct binding vars[] = { { { "date", 4 }, { "12/03", 5 } },
					       { { "time", 4 }, { "10:00", 5 } },
					       { { "place", 5 }, { "Rabat", 5 } } };
	node_into(at->node, &world);
	go_on(at, str_of(begin), take(at, INPUT_BEGIN, str_of(begin), vars, sizeof vars / sizeof *vars));
}

static void push_all(const struct place *at)
{
	static const char *const of_case[] = { "contact:MISSED", "contact:APPOINTMENT", "number_change:OLD_NOTICE",
					       "number_change:DONE", "number_change:REFUSED" };
	static const char *const of_wave[] = { "checkin:INVITE", "checkin:REMIND1", "checkin:REMIND2" };
	node_into(at->node, &world);
	if (session_resumable(&book, &world.kept) && world.has_kept)
		push(at, "return_request:RESUME");
	for (size_t i = 0; at->node->has_case && i < sizeof of_case / sizeof *of_case; i++)
		push(at, of_case[i]);
	if (strcmp(at->node->wave, "ARR") == 0)
		push(at, "checkin:ARRIVAL");
	else if (at->node->wave[0])
		for (size_t i = 0; i < sizeof of_wave / sizeof *of_wave; i++)
			push(at, of_wave[i]);
}

/* ---- the walk */

static void expand(const struct node *n)
{
	struct place at;
	look(n, &at);
	if (n->mode == MODE_USSD)
		redial(&at);
	else if (!at.state)
		push_all(&at);
	type_anything(&at);
	if (!at.state || at.state->kind != STATE_QUESTION || !at.prompt)
		return;
	if (frozen_meanwhile(&at) && n->number_frozen)
		return;
	bool moved = answer(&at);
	for (size_t o = 0; o < at.prompt->options_count; o++)
		moved = choose(&at, &at.prompt->options[o]) || moved;
	if (!moved)
		fail(&at, STR(""), "no answer leads anywhere", STR(""));
	three_unreadable(&at);
}

static void begin(struct world *w, enum mode mode, const char *who, void *user)
{
	char key[1024];
	struct buf out = buf_over(key, sizeof key);
	(void)user;
	node_key(w, mode, &out);
	if (!node_is_new(buf_str(&out)))
		return;
	struct node *n = node_of(w, mode, who);
	*last = n;
	last = &n->next;
}

static void walk(void)
{
	roots_each(&book, begin, NULL);
	while (first) {
		struct node *n = first;
		expand(n);
		first = n->next;
		if (!first)
			last = &first;
		node_free(n);
	}
}

/* ---- was it exhaustive? */

/* Not by this way in: what is sent first goes by SMS, a secret code never does; a shared phone is another matter only where
 * what is said stays in its inbox; free text and complaints are written, serious ones are not. */
static bool not_this_way(const struct flow *flow, const struct state *state, enum mode mode)
{
	static const char *const never[2][40] = {
		[MODE_USSD] = { "checkin:ARRIVAL", "checkin:ARRIVED", "checkin:CALLED", "checkin:INVITE", "checkin:LATER", "checkin:REMIND1",
				"checkin:REMIND2", "checkin:STOPPED", "checkin:WRONG", "contact:APPOINTMENT", "contact:CALLED",
				"contact:MISSED", "contact:NO_CALL", "contact:THANKS", "control:EMPTY", "control:FREE_ACK",
				"control:LANG_DONE", "control:UNREADABLE_AGAIN", "entry:HELP_QUIET", "feedback:NOTED",
				"feedback:RECEIVED", "feedback:SHARED", "feedback:TEXT", "number_change:DONE",
				"number_change:OLD_NOTICE", "number_change:REFUSED", "number_change:SHARED",
				"return_request:MINOR_QUIET", "return_request:SHARED_END", "returnee:FROZEN", "status:SHARED",
				"withdraw:SHARED" },
		[MODE_SMS] = { "feedback:DONE", "feedback:SERIOUS", "number_change:FAIL", "number_change:PIN", "return_request:ERASED",
			       "return_request:PIN", "status:PIN", "status:SCREEN" },
	};
	char name[72];
	(void)snprintf(name, sizeof name, "%.*s:%.*s", STR_ARG(flow->name), STR_ARG(state->name));
	if (state->kind == STATE_ROUTE || state->silent)
		return true;
	for (size_t i = 0; never[mode][i]; i++)
		if (strcmp(never[mode][i], name) == 0)
			return true;
	return false;
}

static void all_seen(void)
{
	for (size_t f = 0; f < book.flows_count; f++)
		for (size_t i = 0; i < book.flows[f]->states_count; i++)
			for (int mode = MODE_USSD; mode <= MODE_SMS; mode++)
				for (size_t l = 0; l < book.languages_count; l++)
					if (!seen[f][i][l][mode] &&
					    !not_this_way(book.flows[f], &book.flows[f]->states[i], (enum mode)mode))
						check_fail(__FILE__, __LINE__, "nobody came to %.*s:%.*s in %.*s by %s",
							   STR_ARG(book.flows[f]->name),
							   STR_ARG(book.flows[f]->states[i].name), STR_ARG(book.languages[l]),
							   mode ? "sms" : "ussd");
}

int main(void)
{
	static const struct str optional[] = { { "HEALTH", 6 }, { "NAME", 4 }, { "PIN", 3 } };
	struct load_options options = { .optional_states = optional, .optional_states_count = 3 };
	struct definitions files;
	struct err err = { .text = "" };
	memset(flood, 'a', sizeof flood);
	if (definitions_read(&files, STR(""), &err) || book_load(&book, files.sources, files.count, &options, &err) ||
	    world_init(&world, &book)) {
		printf("%s\n", err.text);
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	node_conditions(&book);
	gather_staying();
	check_begin("at every question, in every language and both ways in, whatever is typed gets an answer that keeps the "
		    "rules");
	walk();
	printf("%zu places, %zu steps, %zu broken\n", node_count(), steps, failures);
	check_begin("the walk comes to every state");
	all_seen();
	world_release(&world);
	definitions_free(&files);
	book_free(&book);
	return check_end();
}
