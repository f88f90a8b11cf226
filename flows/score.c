#include "flows/score.h"

#define ALMOST 1e-9 /* 0.75 - 0.5 must count as a fall of 0.25, whatever weights made it */

const struct instrument *weights_for_wave(const struct weights *weights, struct str wave)
{
	for (size_t i = 0; i < weights->instruments_count; i++)
		for (size_t k = 0; k < weights->instruments[i].waves_count; k++)
			if (str_eq(weights->instruments[i].waves[k], wave))
				return &weights->instruments[i];
	return NULL;
}

/* false: no answer. */
static bool worth_of(const struct item *item, struct str value, double *worth)
{
	uint64_t n;
	for (size_t i = 0; i < item->codes_count; i++)
		if (str_eq(item->codes[i].code, value)) {
			*worth = item->codes[i].worth;
			return true;
		}
	int64_t low = item->best < item->worst ? item->best : item->worst;
	int64_t high = item->best < item->worst ? item->worst : item->best;
	if (low == high || !str_to_u64(value, &n) || n > 1000 || (int64_t)n < low || (int64_t)n > high)
		return false;
	*worth = (double)(item->worst - (int64_t)n) / (double)(item->worst - item->best);
	return true;
}

static bool answer_to(const struct item *item, const struct scored_answer *answers, size_t count, double *worth)
{
	for (size_t i = count; i > 0; i--)
		if (str_eq_nocase(item->name, answers[i - 1].name))
			return worth_of(item, answers[i - 1].value, worth);
	return false;
}

void score_compute(const struct instrument *instrument, const struct scored_answer *answers, size_t count, struct score *out)
{
	double sum[DIMENSIONS] = { 0 }, weight[DIMENSIONS] = { 0 }, all = 0, of_all = 0;
	size_t asked[DIMENSIONS] = { 0 }, answered[DIMENSIONS] = { 0 };
	*out = (struct score){ .composite_known = true };
	for (size_t i = 0; i < instrument->items_count; i++) {
		const struct item *item = &instrument->items[i];
		double worth;
		asked[item->dimension]++;
		if (!answer_to(item, answers, count, &worth))
			continue;
		answered[item->dimension]++;
		out->answered++;
		sum[item->dimension] += item->weight * worth;
		weight[item->dimension] += item->weight;
	}
	for (int d = 0; d < DIMENSIONS; d++) {
		if (instrument->dimension_weight[d] <= 0)
			continue;
		out->known[d] = answered[d] > 0 && 2 * answered[d] >= asked[d];
		out->composite_known = out->composite_known && out->known[d];
		if (!out->known[d])
			continue;
		out->dimension[d] = sum[d] / weight[d];
		all += instrument->dimension_weight[d] * out->dimension[d];
		of_all += instrument->dimension_weight[d];
	}
	if (out->composite_known)
		out->composite = all / of_all;
}

enum band score_band(const struct weights *weights, double composite)
{
	if (composite < weights->low_below - ALMOST)
		return BAND_LOW;
	return composite > weights->high_above + ALMOST ? BAND_HIGH : BAND_MIDDLE;
}

bool score_is_low(const struct weights *weights, const struct score *score)
{
	return score->composite_known && score->composite < weights->alert_below - ALMOST;
}

bool score_fell(const struct weights *weights, const struct score *before, const struct score *now)
{
	for (int d = 0; d < DIMENSIONS; d++)
		if (before->known[d] && now->known[d] && before->dimension[d] - now->dimension[d] >= weights->alert_fall - ALMOST)
			return true;
	return false;
}
