/* Where a walk stands: a world (flows/world.h) made small and stored, and a key that says whether two of them are the same to
 * every condition that the definitions ask.
 *
 * Conversations are stored packed, as the daemon stores them, so every step of the walk begins with what was unpacked. */
#ifndef TESTS_WALK_NODE_H
#define TESTS_WALK_NODE_H

#include "flows/world.h"

enum { NODE_SESSIONS = 3, NODE_TRAIL = 160 };

struct node {
	struct node *next;     /* in the queue */
	unsigned char *packed; /* the three conversations, one behind the other */
	size_t packed_len, lens[NODE_SESSIONS];
	enum mode mode;
	bool ucs2, intake_paused, office_open, opted_out, has_kept, has_case, acked, helped;
	bool checkin_consent, number_frozen, number_claimed;
	int language;
	unsigned proof_tries;
	int64_t next_id;
	struct screen_limit screen;
	enum transliteration encoding;
	char ref[16], pin[8], birth_year[8], wave[8], checkin_next[8];
	struct world_field fields[WORLD_FIELDS_MAX];
	size_t fields_count;
	char how[NODE_TRAIL]; /* the last inputs that led here, for a person who reads a failure */
};

struct node *node_of(const struct world *w, enum mode mode, const char *how); /* exits when memory is full */
void node_into(const struct node *n, struct world *w);			      /* w was world_init()ed; rows are empty then */
void node_free(struct node *n);

/* What the definitions look at: gathered once from every condition of the book. */
void node_conditions(const struct book *book);
/* Equal keys: the same question is open, on the same page, and every condition that its conversation and the keywords ask
 * holds alike; where nothing is open, every condition of the book. */
void node_key(struct world *w, enum mode mode, struct buf *out);

/* A set of keys: true when it is new. */
bool node_is_new(struct str key);
size_t node_count(void);

#endif
