#include "tests/simulation/people.h"

#include "tests/simulation/clock.h"
#include "tests/simulation/house.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOPS = 40, ACTS_MAX = 1 << 20 };

enum act { DIAL, WRITE, REPLY, REDIAL };

struct person {
	int line; /* index of the phone in use; -1: none */
	char ref[12], pin[8];
	const char *language; /* digit of the language question */
	bool gone_home, has_pin;
	char last_sms[512];
	unsigned sessions;
};

static struct phone_line lines[NUMBERS_MAX];
static struct person *people;
static size_t lines_count, people_count;
struct people_counts people_counts;
const char *const people_planted[] = { "quuxzanzibar", "+2126", "+2246", "je veux mourir", NULL };

/* ---- what will be done, by time: a heap */

struct planned {
	int64_t at_ms;
	uint64_t order; /* of those at the same time: as planned */
	size_t person;
	enum act act;
};

static struct planned *heap;
static size_t planned;
static uint64_t plan_order;
static int64_t end_ms;

static bool before(const struct planned *a, const struct planned *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void plan(size_t person, enum act act, int64_t at_ms)
{
	if (at_ms >= end_ms || planned == ACTS_MAX)
		return;
	size_t i = planned++;
	struct planned p = { at_ms, plan_order++, person, act };
	for (; i > 0 && before(&p, &heap[(i - 1) / 2]); i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = p;
}

static struct planned take(void)
{
	struct planned top = heap[0], moved = heap[--planned];
	size_t i = 0;
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= planned)
			break;
		if (child + 1 < planned && before(&heap[child + 1], &heap[child]))
			child++;
		if (!before(&heap[child], &moved))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = moved;
	return top;
}

int64_t people_next(void)
{
	return planned ? heap[0].at_ms : INT64_MAX;
}

static int64_t in_days(unsigned about)
{
	return (int64_t)(sim_random() % (2 * (uint64_t)about * (uint64_t)DAY_MS));
}

/* ---- phones */

static int new_line(const char *country, int holder)
{
	if (lines_count == NUMBERS_MAX)
		return -1;
	struct phone_line *l = &lines[lines_count];
	*l = (struct phone_line){ .holder = holder };
	(void)snprintf(l->number, sizeof l->number, "%s%07zu", strcmp(country, "GN") == 0 ? "+22462" : "+21260", lines_count);
	return (int)lines_count++;
}

struct phone_line *people_line(const char *number)
{
	size_t i = strlen(number) > 7 ? (size_t)strtoul(number + strlen(number) - 7, NULL, 10) : NUMBERS_MAX;
	return i < lines_count && strcmp(lines[i].number, number) == 0 ? &lines[i] : NULL;
}

static const char *channel_of(const struct phone_line *l)
{
	return strncmp(l->number, "+224", 4) == 0 ? "gn" : "ma";
}

/* ---- reading */

static void learn(struct person *p, const char *text)
{
	for (const char *at = text; *at; at++) {
		size_t n = strspn(at, "0123456789");
		if (n == 8 && at[0] != '0') {
			memcpy(p->ref, at, 8);
			p->ref[8] = '\0';
		}
		at += n;
		if (!*at)
			break;
	}
}

/* The digits that the lines of a screen offer. */
static size_t offered(const char *text, char digits[16])
{
	size_t count = 0;
	for (const char *line = text; line && count < 15; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (line[0] >= '0' && line[0] <= '9' && line[1] == ' ')
			digits[count++] = line[0];
	}
	return count;
}

static const char *any_text(void)
{
	static const char *const texts[] = { "quuxzanzibar ou est mon aide",
					     "merci",
					     "je veux mourir",
					     "bonjour",
					     "?",
					     "",
					     "STOP",
					     "AIDE",
					     "URGENT",
					     "MENU",
					     "START",
					     "APPEL",
					     "ANNULER",
					     "DOSSIER",
					     "NUMERO",
					     "PLAINTE",
					     "NON",
					     "RETOUR2",
					     "1",
					     "2",
					     "xyz",
					     "EFFACER",
					     "0",
					     "00" };
	return texts[sim_dice(sizeof texts / sizeof *texts)];
}

/* What this person answers to this. */
static const char *answer(struct person *p, const char *text)
{
	static char out[64];
	char digits[16];
	size_t count = offered(text, digits);
	out[1] = '\0';
	if (sim_dice(25) == 0)
		return any_text();
	if (strstr(text, "OIM/IOM") && count == 4)
		return p->language;
	if (count > 0) { /* the first ones more often, as people do */
		unsigned a = sim_dice((unsigned)count), b = sim_dice((unsigned)count);
		out[0] = digits[a < b ? a : b];
		return out;
	}
	if (strstr(text, "(8 "))
		return p->ref[0] && sim_dice(8) ? p->ref : sim_dice(2) ? "0" : "11111111";
	if (strstr(text, "4 ") && !strstr(text, "(0 "))
		return p->has_pin && sim_dice(8) == 0 ? "9999" : p->pin;
	if (strchr(text, '?') && sim_dice(3) == 0)
		return "1990";
	(void)snprintf(out, sizeof out, "%u", sim_dice(3));
	return out;
}

/* ---- doing */

static void note_heard(struct phone_line *l, const char *text)
{
	l->heard_ms = sim_now();
	if (strcmp(text, "STOP") == 0) {
		l->stopped = true;
		people_counts.stops++;
	}
	if (strcmp(text, "START") == 0)
		l->stopped = false;
}

/* A whole call of the code: a hop every eight seconds, dropped now and then, taken up again a little later. */
static void dial(size_t index)
{
	struct person *p = &people[index];
	struct phone_line *l = &lines[p->line];
	char session[48], inputs[600] = "";
	struct screen screen;
	(void)snprintf(session, sizeof session, "s%zu-%u", index, p->sessions++);
	people_counts.dials++;
	note_heard(l, "");
	house_ussd(channel_of(l), l->number, session, inputs, &screen);
	for (unsigned hop = 0; hop < HOPS && !screen.ended; hop++) {
		learn(p, screen.text);
		if (sim_dice(40) == 0) {
			people_counts.drops++;
			plan(index, REDIAL, sim_now() + 1 + (int64_t)sim_dice(600) * 1000);
			return;
		}
		sim_clock_set(sim_now() + 4000 + (int64_t)sim_dice(8000));
		const char *typed = answer(p, screen.text);
		size_t len = strlen(inputs);
		if (strstr(screen.text, "4 ") && typed == p->pin)
			p->has_pin = true;
		(void)snprintf(inputs + len, sizeof inputs - len, "%s%s", len ? "*" : "", typed);
		note_heard(l, typed);
		people_counts.screens++;
		house_ussd(channel_of(l), l->number, session, inputs, &screen);
		if (sim_dice(30) == 0) { /* the aggregator repeats itself */
			struct screen again;
			people_counts.repeats++;
			house_ussd(channel_of(l), l->number, session, inputs, &again);
			if (strcmp(again.text, screen.text) != 0 && again.taken)
				printf("a repeated hop was answered otherwise\n");
		}
	}
	learn(p, screen.text);
}

static void write(size_t index, const char *text)
{
	static unsigned long id;
	struct phone_line *l = &lines[people[index].line];
	char name[32];
	(void)snprintf(name, sizeof name, "m%lu", id++);
	people_counts.sms_in++;
	note_heard(l, text);
	house_sms(channel_of(l), l->number, name, text);
	if (sim_dice(20) == 0) {
		people_counts.repeats++;
		house_sms(channel_of(l), l->number, name, text);
	}
}

void people_act(void)
{
	struct planned p = take();
	struct person *who = &people[p.person];
	if (who->line < 0)
		return;
	switch (p.act) {
	case DIAL:
		dial(p.person);
		plan(p.person, sim_dice(3) ? DIAL : WRITE, sim_now() + in_days(45));
		break;
	case REDIAL: dial(p.person); break;
	case WRITE:
		write(p.person, any_text());
		plan(p.person, sim_dice(2) ? DIAL : WRITE, sim_now() + in_days(60));
		break;
	case REPLY: write(p.person, answer(who, who->last_sms)); break;
	}
}

void people_got(const char *number, struct str text)
{
	struct phone_line *l = people_line(number);
	people_counts.sms_out++;
	if (!l || l->holder < 0)
		return;
	struct person *p = &people[l->holder];
	if (!str_copy(text, p->last_sms, sizeof p->last_sms))
		return;
	learn(p, p->last_sms);
	if (sim_dice(10) < 6)
		plan((size_t)l->holder, REPLY, sim_now() + 20000 + (int64_t)sim_dice(36) * 100 * 1000);
}

/* The old SIM is sold again after a while, to somebody who knows nothing of us. */
static void recycle(int line)
{
	for (size_t i = 0; i < people_count; i++)
		if (people[i].line < 0 && !people[i].ref[0]) {
			people[i].line = line;
			lines[line].holder = (int)i;
			people_counts.recycled++;
			plan(i, sim_dice(2) ? DIAL : WRITE, sim_now() + in_days(90));
			return;
		}
}

void people_departed(const char *ref)
{
	for (size_t i = 0; i < people_count; i++) {
		struct person *p = &people[i];
		if (p->line < 0 || strcmp(p->ref, ref) != 0 || p->gone_home)
			continue;
		p->gone_home = true;
		int fresh = sim_dice(4) ? new_line("GN", (int)i) : -1;
		if (fresh < 0)
			return;
		people_counts.moves++;
		lines[p->line].holder = -1;
		if (sim_dice(2))
			recycle(p->line);
		p->line = fresh;
		plan(i, DIAL, sim_now() + in_days(3));
		return;
	}
}

void people_make(unsigned count, int64_t from_ms, int64_t until_ms)
{
	static const char *const languages[] = { "1", "1", "2", "3", "4" };
	end_ms = until_ms;
	people_count = count;
	people = calloc(count, sizeof *people);
	heap = calloc(ACTS_MAX, sizeof *heap);
	if (!people || !heap)
		exit(1);
	for (size_t i = 0; i < count; i++) {
		people[i].language = languages[sim_dice(5)];
		(void)snprintf(people[i].pin, sizeof people[i].pin, "%04u", 1000 + sim_dice(9000));
		people[i].line = i % 10 == 9 ? -1 : new_line("MA", (int)i); /* some get a used number later */
		if (people[i].line >= 0)
			plan(i, sim_dice(4) ? DIAL : WRITE,
			     from_ms + (int64_t)(sim_random() % (uint64_t)((until_ms - from_ms) * 2 / 3)));
	}
}

void people_release(void)
{
	free(people);
	free(heap);
	people = NULL;
	heap = NULL;
	lines_count = people_count = planned = 0;
}
