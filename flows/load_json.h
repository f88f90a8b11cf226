/* How the loader reads JSON: every step knows its file and path, so that every mistake is reported with file, line and
 * path.  Only for flows/load*.c, the one door to Jansson on this floor.
 *
 * All functions that can fail fill reader->err and return -EINVAL (a mistake in the file) or -ENOMEM. */
#ifndef FLOWS_LOAD_JSON_H
#define FLOWS_LOAD_JSON_H

#include "flows/load.h"

#include <jansson.h>

struct reader {
	struct book *book;
	const struct load_options *options;
	struct str file, bytes;      /* what is being read */
	struct err *err;
	char path[256];
	size_t path_len;
	bool old;                    /* an older version: languages may be missing, other flows may have changed */
	json_t *shared;              /* the shared texts that references mean: messages.json, or those stored with it */
	json_t *used_messages;       /* shared texts this flow uses, to be stored with it */
	json_t *const *roots;        /* all flows of the load, for references between flows */
	size_t roots_count;
	json_t *states;              /* of this flow */
};

/* What a person must be told: "file:line: path: what". */
int reader_fail(const struct reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
int reader_no_memory(const struct reader *r);

/* Steps into a member or element; returns what reader_back() needs to step out again. */
size_t reader_key(struct reader *r, const char *key);
size_t reader_index(struct reader *r, size_t index);
void reader_back(struct reader *r, size_t len);

/* A whole file as an object, comments ("//" members) taken out.  The caller drops the reference. */
int reader_parse(struct reader *r, json_t **root) __attribute__((warn_unused_result));

enum { MEMBERS_LANGUAGES = 1, MEMBERS_NUMBERS = 2 };
/* Every member is one of allowed (ends with NULL) or, by flags, a language's code or a number of one or two digits. */
int reader_members(struct reader *r, json_t *object, const char *const *allowed, unsigned flags)
	__attribute__((warn_unused_result));

bool reader_is_language(const struct reader *r, const char *key);

/* Optional members: 0 and *out unchanged when absent.  Strings are copied into the book. */
int reader_str(struct reader *r, json_t *object, const char *key, struct str *out) __attribute__((warn_unused_result));
int reader_name(struct reader *r, json_t *object, const char *key, struct str *out)
	__attribute__((warn_unused_result)); /* a str of 1 to NAME_MAX_LEN bytes without spaces */
int reader_bool(struct reader *r, json_t *object, const char *key, bool *out) __attribute__((warn_unused_result));
int reader_int(struct reader *r, json_t *object, const char *key, int64_t min, int64_t max, int64_t *out)
	__attribute__((warn_unused_result));
int reader_due(struct reader *r, json_t *object, unsigned *minutes) __attribute__((warn_unused_result));
/* Mandatory: says which member is missing. */
int reader_need(struct reader *r, json_t *object, const char *key) __attribute__((warn_unused_result));
int reader_list(struct reader *r, json_t *object, const char *key, size_t max, json_t **out)
	__attribute__((warn_unused_result)); /* *out NULL when absent */

int reader_copy(struct reader *r, const json_t *string, struct str *out) __attribute__((warn_unused_result));
const char *reader_nearest(const char *typed, json_t *object); /* the member of object that was probably meant */

/* ---- the parts (load_text.c, load_state.c, load_flow.c) */

int load_languages(struct reader *r) __attribute__((warn_unused_result));
int load_messages(struct reader *r, json_t *root) __attribute__((warn_unused_result));
int load_text_in(struct reader *r, json_t *object, struct text *text) __attribute__((warn_unused_result));
int load_prompts(struct reader *r, json_t *state, const struct option *options, size_t options_count,
		 struct state *out) __attribute__((warn_unused_result));
int load_options(struct reader *r, json_t *list, const struct state *state, struct option **out, size_t *count)
	__attribute__((warn_unused_result));
int load_bindings(struct reader *r, json_t *object, const char *key, const struct binding **out, size_t *count)
	__attribute__((warn_unused_result));
int load_guard(struct reader *r, json_t *object, struct guard *out) __attribute__((warn_unused_result));
int load_effects(struct reader *r, json_t *object, const struct effect_order **out, size_t *count)
	__attribute__((warn_unused_result));
int load_next(struct reader *r, json_t *object, const struct transition **out, size_t *count)
	__attribute__((warn_unused_result));
int load_flow(struct reader *r, json_t *root) __attribute__((warn_unused_result));

#endif
