/* The filters of `wasl text`, one function each, and the words and numbering plans that they read: those of the
 * configuration's folder where there is one, else those inside the program. */
#ifndef GATEWAY_COMMAND_TEXT_H
#define GATEWAY_COMMAND_TEXT_H

#include "flows/match.h"
#include "flows/text/phone.h"

#include <jansson.h>

struct invocation;

enum { TEXT_CODES_MAX = 24 };

struct text_context {
	struct arena arena; /* of one line */
	struct arena tables;
	struct words words;
	struct phone_plan phones;
	struct str codes[TEXT_CODES_MAX]; /* the programme's languages, then what people speak */
	size_t codes_count;
};

struct text_filter {
	const char *name;
	/* Fills out from in.  0, or negative with err filled. */
	int (*run)(struct text_context *context, const json_t *in, json_t *out, struct err *err);
};

/* EX_OK, or an exit code with its message on stderr.  context->tables is freed by text_context_free(). */
int text_context_load(struct text_context *context, const struct invocation *in);
void text_context_free(struct text_context *context);

int text_measure(struct text_context *context, const json_t *in, json_t *out, struct err *err);
int text_transliterate(struct text_context *context, const json_t *in, json_t *out, struct err *err);
int text_normalise_line(struct text_context *context, const json_t *in, json_t *out, struct err *err);
int text_fold_line(struct text_context *context, const json_t *in, json_t *out, struct err *err);
int text_match(struct text_context *context, const json_t *in, json_t *out, struct err *err);
int text_paginate(struct text_context *context, const json_t *in, json_t *out, struct err *err);
int text_phone(struct text_context *context, const json_t *in, json_t *out, struct err *err);

#endif
