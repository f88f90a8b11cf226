/* What must hold after every single step of the exhaustive walk, whatever was typed. */
#ifndef TESTS_WALK_RULES_H
#define TESTS_WALK_RULES_H

#include "flows/world.h"

struct walked {		 /* one step */
	struct world *w; /* as it is now; its rows are those of this step */
	enum mode mode;
	enum input_kind kind;
	struct str typed;
	const struct outcome *out; /* may be NULL: refused */
	struct session before;	   /* of this way in */
	char status[32];	   /* of the case, before */
	int language;		   /* before */
	char ref[16];		   /* of the open case, before; "" = none */
};

void rules_look(struct world *w, enum mode mode, struct walked *before); /* call before the step */
const char *rules_broken(const struct walked *s);			 /* NULL: all hold */
/* The text of the book with this key, or NULL. */
const struct text *rules_text(const struct book *book, struct str key);

#endif
