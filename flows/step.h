/* The inside of flow_step(): what its parts share (engine.c, answer.c, effect.c).  Lives for one step. */
#ifndef FLOWS_STEP_H
#define FLOWS_STEP_H

#include "flows/say.h"

enum { MOVES_MAX = 50 }; /* transitions for one input: more is a loop */

struct step {
	const struct input *in;
	struct arena *arena;
	struct outcome *out;
	struct session *now;         /* out->now */
	struct session before;       /* as it was when a keyword interrupted: what a text that "stays" goes back to */
	struct scope scope;          /* its session is `now` */
	const struct flow *flow;     /* of `now`; NULL: none */
	const struct state *state;
	const struct option *option; /* chosen in this step, for ORDER_CONSENT and ORDER_LANGUAGE */
	const struct prompt *prompt; /* that was answered in this step */
	unsigned moves;
	bool open;                   /* a question was open when the input came */
	bool interrupted;            /* `before` is set */
	bool no_way_back, resumed, forgotten; /* ordered by an effect of this step */
	bool watched;                /* a danger word was found: one alert a message */
	int guess;                   /* column to answer in where no language was chosen yet; -1: no idea */
	struct effect spare;         /* takes what does not fit, when failed is set */
	bool failed;                 /* arena full or too many effects */
};

/* ---- engine.c: moving */
void step_enter(struct step *st, const struct flow *flow, const struct state *state);
void step_interrupt(struct step *st, struct str control_state);
void step_follow(struct step *st, const struct option *option, const struct state *state);
void step_go_back(struct step *st);        /* to the question behind a keyword's question, or the main menu */
void step_take_up(struct step *st);        /* asks again what the resumed walk asked last */
void step_keep(struct step *st, const struct session *walk); /* left, for later */
bool step_pop(struct step *st);            /* the question behind becomes the open one again */
bool step_locate(struct step *st);         /* flow and state of `now`; false: the book has them no more */

/* ---- speak.c: saying */
void step_show(struct step *st, bool again); /* the open question; again: in front of it, that it was not understood */
void step_say_final(struct step *st);        /* the page of a final state that is due, and what follows */
bool step_chooses_language(const struct state *state);
int step_column(const struct step *st);      /* the language that is spoken, also where none was chosen yet */

/* ---- answer.c: reading */
void step_answer(struct step *st);
void step_overhear(struct step *st); /* INPUT_OVERHEARD */

/* ---- effect.c: consequences */
/* What happened in another conversation since holds in this one: "do not call me" (the stricter word wins), and which
 * case is the person's open one. */
void step_believe(struct step *st);
void step_set_var(struct step *st, struct str name, struct str value);
void step_save(struct step *st, struct str name, struct str value); /* variable and, of an open case, field */
void step_save_words(struct step *st, const struct state *state, struct str words); /* free text: never a variable */
void step_record(struct step *st, struct str value, struct str raw); /* the answer, or hold it */
void step_order(struct step *st, const struct effect_order *orders, size_t count);
void step_language(struct step *st, int language);
void step_cut_way_back(struct step *st);                  /* where it was ordered */
void step_watch_words(struct step *st, struct str words); /* free text: danger words are flagged */
void step_source(struct step *st, struct str point);      /* RETOUR3: the poster of orientation point 3 */
void step_helped(struct step *st);

#endif
