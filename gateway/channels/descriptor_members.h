/* What loads a descriptor shares: the path of what is being read, members by table, and the parts that other files of
 * the loader read.  Internal to descriptor_load*.c and descriptor_members.c. */
#ifndef GATEWAY_CHANNELS_DESCRIPTOR_MEMBERS_H
#define GATEWAY_CHANNELS_DESCRIPTOR_MEMBERS_H

#include "gateway/channels/descriptor.h"

struct loader {
	const struct channel *channel;
	struct arena *arena;
	struct err *err;
	char path[160];
	size_t path_len;
	bool full;               /* the arena was used up */
	struct proof proof[PROOFS_MAX]; /* of all hooks */
	size_t proofs;
};

enum member_type {
	MEMBER_PLACES,     /* struct places: a string, or a list of them */
	MEMBER_CONDITIONS, /* struct conditions: likewise; a number or boolean is compared with the place of "new" */
	MEMBER_POINTER,    /* struct str: a JSON pointer; null: none */
	MEMBER_TEXT,       /* struct str */
	MEMBER_FLAG,       /* bool */
	MEMBER_OTHER,      /* read by other means */
};

struct member {
	const char *name;
	enum member_type type;
	size_t offset;
};

/* -EINVAL, with "path.name: format" in err; name NULL: of the path itself. */
int loader_fail(struct loader *l, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
size_t loader_enter(struct loader *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
void loader_leave(struct loader *l, size_t mark);
/* A copy in the arena, with a NUL behind it; "" and l->full when there is no room. */
struct str loader_keep(struct loader *l, struct str s);
/* Reads each member of the table into base; one that no row has is an error. */
int loader_members(struct loader *l, const json_t *object, const struct member *table, void *base);

int loader_proofs(struct loader *l, const json_t *root);
int loader_answers(struct loader *l, const json_t *object, struct rule *rule);
int loader_send(struct loader *l, const json_t *root, struct descriptor *d);
int loader_asks(struct loader *l, const json_t *root, struct descriptor *d); /* login, credit */
int loader_pull(struct loader *l, const json_t *root, struct descriptor *d);
/* An object of names and templates; `known` is asked about names in texts that are kept already. */
int loader_pairs(struct loader *l, const json_t *object, const char *name, struct pair *pairs, size_t most, size_t *count,
		 bool (*known)(struct str name, void *user), void *user);

#endif
