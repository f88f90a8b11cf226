#include "tests/walk/roots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct person {
	const char *status, *pref, *more; /* NULL: no case; not asked; "word word": see below */
};

static const char *const statuses[] = { "PARTIAL",   "NEW",	    "CONTACTING",	  "DOCS",   "READY",
					"BOOKED",    "DEPARTED",    "RETURNED",		  "CLOSED", "WAITLIST",
					"WITHDRAWN", "UNREACHABLE", "REFERRED_PROTECTION" };
static const char *const prefs[] = { NULL, "CALL_OK", "SHARED", "NO_CALL" };
/* What else may be so, of people to whom it makes a difference. */
static const char *const of_nobody[] = { "", "paused", "closed", "opted_out", "frozen" };
static const char *const of_phones[] = { "ucs2=no", "narrow" }; /* in French and Arabic */
static const char *const of_somebody[] = { "", "pin" };
static const char *const of_new[] = { "paused", "closed", "frozen", "claimed", "opted_out", "pin tries" };
static const char *const of_new_phones[] = { "ucs2=no", "narrow pin" };
/* The first ones of all preferences, the others of those who may be called. */
static const char *const of_returned[] = {
	"wave=ARR",
	"wave=M3",
	"wave=M3 pin consent",
	"wave=M12 pin consent children",
	"wave=M3 birth_year closed",
	"wave=M1 pin consent",
	"wave=M3 pin",
	"wave=M3 birth_year consent",
	"wave=M12 pin consent next",
	"wave=M18 birth_year consent",
	"wave=SPONT pin consent",
	"wave=M3 pin tries",
	"wave=M3 frozen pin",
};
static const char *const of_returned_phones[] = { "wave=M12 pin consent ucs2=no", "wave=M12 pin children next narrow" };

enum { RETURNED_OF_ALL = 5 };

static void apply_word(struct world *w, struct str word)
{
	if (str_starts(word, STR("wave=")))
		(void)snprintf(w->wave, sizeof w->wave, "%.*s", STR_ARG(str_from(word, 5)));
	else if (str_eq_z(word, "pin"))
		(void)snprintf(w->pin, sizeof w->pin, "7391");
	else if (str_eq_z(word, "birth_year"))
		(void)snprintf(w->birth_year, sizeof w->birth_year, "1990");
	else if (str_eq_z(word, "next"))
		(void)snprintf(w->checkin_next, sizeof w->checkin_next, "12/03");
	else if (str_eq_z(word, "children"))
		world_case_set(w, STR("children"), STR("2"));
	else if (str_eq_z(word, "narrow"))
		w->screen = (struct screen_limit){ 140, 70 };
	w->proof_tries = str_eq_z(word, "tries") ? 4 : w->proof_tries;
	w->checkin_consent = w->checkin_consent || str_eq_z(word, "consent");
	w->intake_paused = w->intake_paused || str_eq_z(word, "paused");
	w->opted_out = w->opted_out || str_eq_z(word, "opted_out");
	w->number_frozen = w->number_frozen || str_eq_z(word, "frozen");
	w->number_claimed = w->number_claimed || str_eq_z(word, "claimed");
	w->office_open = w->office_open && !str_eq_z(word, "closed");
	w->ucs2 = w->ucs2 && !str_eq_z(word, "ucs2=no");
}

static void make(struct world *w, const struct person *p, int language)
{
	struct str rest = str_of(p->more), word;
	w->language = language;
	if (p->status)
		world_case_set(w, STR("status"), str_of(p->status));
	if (p->pref)
		world_case_set(w, STR("contact_pref"), str_of(p->pref));
	while (rest.len > 0 && str_split(&rest, ' ', &word))
		apply_word(w, word);
}

struct caller {
	const struct book *book;
	root_fn *fn;
	void *user;
};

enum spoken { SPOKEN, SPOKEN_OR_NONE, FRENCH_AND_ARABIC };

static bool is_spoken(const struct caller *c, int language, enum spoken which)
{
	if (language < 0)
		return which == SPOKEN_OR_NONE;
	struct str code = c->book->languages[language];
	return which != FRENCH_AND_ARABIC || str_eq_z(code, "fr") || str_eq_z(code, "ar");
}

static void call(const struct caller *c, const struct person *p, enum spoken which)
{
	static struct world w;
	char who[160];
	for (int mode = MODE_USSD; mode <= MODE_SMS; mode++)
		for (int language = -1; language < (int)c->book->languages_count; language++) {
			if (!is_spoken(c, language, which))
				continue;
			if (world_init(&w, c->book))
				exit(1);
			make(&w, p, language);
			struct str code = language < 0 ? STR("-") : c->book->languages[language];
			(void)snprintf(who, sizeof who, "[%s %.*s %s %s %s]", mode == MODE_USSD ? "ussd" : "sms",
				       STR_ARG(code), p->status ? p->status : "nobody", p->pref ? p->pref : "-", p->more);
			c->fn(&w, (enum mode)mode, who, c->user);
			world_release(&w);
		}
}

static void call_each(const struct caller *c, const char *status, const char *pref, const char *const *more, size_t count,
		      enum spoken which)
{
	for (size_t i = 0; i < count; i++)
		call(c, &(struct person){ status, pref, more[i] }, which);
}

#define EACH(list) list, sizeof list / sizeof *list

void roots_each(const struct book *book, root_fn *fn, void *user)
{
	const struct caller c = { book, fn, user };
	call_each(&c, NULL, NULL, EACH(of_nobody), SPOKEN_OR_NONE);
	call_each(&c, NULL, NULL, EACH(of_phones), FRENCH_AND_ARABIC);
	for (size_t s = 0; s < sizeof statuses / sizeof *statuses; s++)
		for (size_t p = 0; p < sizeof prefs / sizeof *prefs; p++)
			call_each(&c, statuses[s], prefs[p], of_somebody, p > 0 ? 2 : 1, SPOKEN);
	for (size_t p = 1; p < sizeof prefs / sizeof *prefs; p++) {
		call_each(&c, "NEW", prefs[p], EACH(of_new), p == 1 ? SPOKEN_OR_NONE : SPOKEN);
		call_each(&c, "RETURNED", prefs[p], of_returned,
			  p == 1 ? sizeof of_returned / sizeof *of_returned : RETURNED_OF_ALL, SPOKEN);
	}
	call_each(&c, "NEW", "CALL_OK", EACH(of_new_phones), FRENCH_AND_ARABIC);
	call_each(&c, "RETURNED", "CALL_OK", EACH(of_returned_phones), FRENCH_AND_ARABIC);
}
