/* Scores of a check-in: answers -> how a person fares in three dimensions and together, 0 worst to 1 best (domain.md 3.3).
 *
 * An instrument is a set of items with weights, and is data: flows/definitions/weights.json, or the file that the
 * configuration's "weights" names.  What two instruments say is never put into one mean, and none is called RSS but the
 * one that IOM's own sheet defines.  Pure; a struct weights is read-only once flows/load_weights.c made it. */
#ifndef FLOWS_SCORE_H
#define FLOWS_SCORE_H

#include "flows/err.h"
#include "flows/load.h"

enum dimension { DIM_ECONOMIC, DIM_SOCIAL, DIM_PSYCHOSOCIAL, DIMENSIONS };

enum { INSTRUMENTS_MAX = 8, ITEMS_MAX = 64, CODES_MAX = 12, SCORED_WAVES_MAX = 16 };

struct item_code { /* an answer's code and what it is worth */
	struct str code;
	double worth; /* 0..1 */
};

struct item { /* one question of an instrument */
	struct str name;          /* of the answer, without regard to capitals: q1 is v_answer.state Q1 */
	enum dimension dimension;
	double weight;            /* > 0 */
	int64_t best, worst;      /* a scale of whole numbers, best is worth 1, worst 0; both 0: codes */
	struct item_code codes[CODES_MAX];
	size_t codes_count;
};

struct instrument {
	struct str id;            /* SMS8-v1 */
	struct str weights_version;
	double dimension_weight[DIMENSIONS]; /* 0: the instrument has no such dimension */
	struct item items[ITEMS_MAX];
	size_t items_count;
	struct str waves[SCORED_WAVES_MAX];  /* the check-ins that it scores */
	size_t waves_count;
};

struct weights {
	struct arena arena;
	struct instrument *instruments;
	size_t instruments_count;
	double low_below, high_above;         /* bands */
	double alert_below, alert_fall;       /* of the composite; of any dimension since the wave before */
	unsigned same_answers_seconds;        /* all answers the same, sooner than this: a flag of quality */
};

struct scored_answer {
	struct str name, value;   /* value: the option's code or a whole number; "" = not answered */
};

struct score {
	bool known[DIMENSIONS], composite_known;
	double dimension[DIMENSIONS], composite;
	size_t answered;          /* items with a worth */
};

enum band { BAND_LOW, BAND_MIDDLE, BAND_HIGH, BANDS };

/* All or nothing, like book_load(): 0; -EINVAL with err (file, line, path, what to write); -ENOMEM. */
int weights_load(struct weights *weights, struct source file, struct err *err) __attribute__((warn_unused_result));
void weights_free(struct weights *weights);

/* The instrument that scores this wave; NULL: it has no score. */
const struct instrument *weights_for_wave(const struct weights *weights, struct str wave);

/* A later answer to the same item stands.  Codes an item does not know, and "0", are no answer.  A dimension with fewer
 * than half of its items answered is not known; the composite is known when every dimension of the instrument is. */
void score_compute(const struct instrument *instrument, const struct scored_answer *answers, size_t count, struct score *out);

enum band score_band(const struct weights *weights, double composite);
bool score_is_low(const struct weights *weights, const struct score *score);
/* Some dimension that both know fell by at least alert_fall.  Both must be of one instrument and weights_version. */
bool score_fell(const struct weights *weights, const struct score *before, const struct score *now);

#endif
