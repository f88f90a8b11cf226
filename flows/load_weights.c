/* weights.json -> struct weights: instruments, their items and weights, bands, thresholds of alerts.  A programme officer
 * writes the file, so every mistake says what to write instead. */
#include "flows/score.h"

#include "flows/engine.h"
#include "flows/load_json.h"

#include <errno.h>
#include <string.h>

enum { WEIGHTS_BYTES = 1 << 20 };

static const char *const dimension_names[] = { "economic", "social", "psychosocial", NULL };

static int read_real(struct reader *r, json_t *object, const char *key, double min, double max, double *out)
{
	json_t *value = json_object_get(object, key);
	int rc = reader_need(r, object, key);
	if (rc)
		return rc;
	if (json_is_number(value) && json_number_value(value) >= min && json_number_value(value) <= max) {
		*out = json_number_value(value);
		return 0;
	}
	(void)reader_key(r, key);
	return reader_fail(r, "must be a number from %g to %g, without quotes", min, max);
}

static int need_name(struct reader *r, json_t *object, const char *key, struct str *out)
{
	int rc = reader_need(r, object, key);
	return rc ? rc : reader_name(r, object, key, out);
}

/* ---- items */

static int read_codes(struct reader *r, json_t *codes, struct item *item)
{
	const char *code;
	json_t *worth;
	if (!json_is_object(codes) || json_object_size(codes) == 0 || json_object_size(codes) > CODES_MAX)
		return reader_fail(r, "must name 1 to %d answers and what each is worth: {\"1\": 1, \"2\": 0}", CODES_MAX);
	json_object_foreach(codes, code, worth) {
		size_t was = reader_key(r, code);
		struct item_code *c = &item->codes[item->codes_count++];
		if (!json_is_number(worth) || json_number_value(worth) < 0 || json_number_value(worth) > 1)
			return reader_fail(r, "an answer is worth a number from 0 (worst) to 1 (best); leave the answer out "
					      "where it says nothing");
		c->worth = json_number_value(worth);
		c->code = arena_str(&r->book->arena, str_of(code));
		if (!c->code.at)
			return reader_no_memory(r);
		reader_back(r, was);
	}
	return 0;
}

static int read_scale(struct reader *r, json_t *object, struct item *item)
{
	json_t *codes = json_object_get(object, "worth");
	if (codes && (json_object_get(object, "best") || json_object_get(object, "worst")))
		return reader_fail(r, "has a scale (\"best\", \"worst\") and a list (\"worth\"): keep one of them");
	if (codes) {
		size_t was = reader_key(r, "worth");
		int rc = read_codes(r, codes, item);
		if (rc == 0)
			reader_back(r, was);
		return rc;
	}
	if (!json_object_get(object, "best") || !json_object_get(object, "worst"))
		return reader_fail(r, "does not say what its answers are worth: \"best\": 1, \"worst\": 5 for a scale, or "
				      "\"worth\": {\"1\": 1, \"2\": 0}");
	int rc = reader_int(r, object, "best", 1, 99, &item->best);
	if (rc == 0)
		rc = reader_int(r, object, "worst", 1, 99, &item->worst);
	return rc == 0 && item->best == item->worst ? reader_fail(r, "\"best\" and \"worst\" are the same number") : rc;
}

static int dimension_named(struct str name)
{
	for (int d = 0; d < DIMENSIONS; d++)
		if (str_eq_z(name, dimension_names[d]))
			return d;
	return -1;
}

static int read_item(struct reader *r, json_t *object, struct item *item)
{
	static const char *const members[] = { "dimension", "weight", "best", "worst", "worth", NULL };
	struct str dimension = { 0 };
	int rc = reader_members(r, object, members, 0);
	if (rc == 0)
		rc = need_name(r, object, "dimension", &dimension);
	if (rc)
		return rc;
	int d = dimension_named(dimension);
	if (d < 0) {
		(void)reader_key(r, "dimension");
		return reader_fail(r, "must be \"economic\", \"social\" or \"psychosocial\"");
	}
	item->dimension = (enum dimension)d;
	rc = read_real(r, object, "weight", 0, 1000, &item->weight);
	if (rc == 0 && item->weight <= 0) {
		(void)reader_key(r, "weight");
		return reader_fail(r, "must be above 0; an item that does not count is left out");
	}
	return rc ? rc : read_scale(r, object, item);
}

static int read_items(struct reader *r, json_t *items, struct instrument *in)
{
	const char *name;
	json_t *object;
	if (!json_is_object(items) || json_object_size(items) == 0 || json_object_size(items) > ITEMS_MAX)
		return reader_fail(r, "must hold 1 to %d questions: {\"q1\": { ... }}", ITEMS_MAX);
	json_object_foreach(items, name, object) {
		size_t was = reader_key(r, name);
		struct item *item = &in->items[in->items_count];
		item->name = arena_str(&r->book->arena, str_of(name));
		if (!item->name.at)
			return reader_no_memory(r);
		for (size_t i = 0; i < in->items_count; i++)
			if (str_eq_nocase(in->items[i].name, item->name))
				return reader_fail(r, "stands here twice");
		int rc = read_item(r, object, item);
		if (rc)
			return rc;
		in->items_count++;
		reader_back(r, was);
	}
	return 0;
}

/* ---- instruments */

static int read_dimensions(struct reader *r, json_t *dimensions, struct instrument *in)
{
	int rc = reader_members(r, dimensions, dimension_names, 0);
	for (int d = 0; rc == 0 && d < DIMENSIONS; d++)
		if (json_object_get(dimensions, dimension_names[d]))
			rc = read_real(r, dimensions, dimension_names[d], 0.000001, 1000, &in->dimension_weight[d]);
	return rc;
}

/* Every dimension that counts has items, and every item counts. */
static int check_dimensions(struct reader *r, const struct instrument *in)
{
	size_t items[DIMENSIONS] = { 0 };
	for (size_t i = 0; i < in->items_count; i++)
		items[in->items[i].dimension]++;
	for (int d = 0; d < DIMENSIONS; d++) {
		if (items[d] > 0 && in->dimension_weight[d] <= 0)
			return reader_fail(r, "questions are %s, but \"dimensions\" gives that no weight", dimension_names[d]);
		if (items[d] == 0 && in->dimension_weight[d] > 0)
			return reader_fail(r, "\"dimensions\" has %s, but no question is of it", dimension_names[d]);
	}
	return 0;
}

static int read_waves(struct reader *r, json_t *object, const struct weights *w, struct instrument *in)
{
	json_t *list, *one;
	size_t i;
	int rc = reader_list(r, object, "waves", SCORED_WAVES_MAX, &list);
	if (rc || !list)
		return rc;
	size_t was = reader_key(r, "waves");
	json_array_foreach(list, i, one) {
		size_t in_list = reader_index(r, i);
		struct str wave = { 0 };
		rc = reader_copy(r, one, &wave);
		if (rc)
			return rc;
		const struct instrument *other = weights_for_wave(w, wave);
		if (other)
			return reader_fail(r, "the check-in %.*s is scored by %.*s already; one instrument scores a check-in",
					   STR_ARG(wave), STR_ARG(other->id));
		in->waves[in->waves_count++] = wave;
		reader_back(r, in_list);
	}
	reader_back(r, was);
	return 0;
}

/* The part of the object under key, read by read() with its path. */
static int read_part(struct reader *r, json_t *object, const char *key, struct instrument *in,
		     int (*read)(struct reader *r, json_t *part, struct instrument *in))
{
	int rc = reader_need(r, object, key);
	if (rc)
		return rc;
	size_t was = reader_key(r, key);
	rc = read(r, json_object_get(object, key), in);
	if (rc == 0)
		reader_back(r, was);
	return rc;
}

static int read_instrument(struct reader *r, const char *id, json_t *object, struct weights *w)
{
	static const char *const members[] = { "title", "weights_version", "waves", "dimensions", "items", NULL };
	struct instrument *in = &w->instruments[w->instruments_count];
	struct str title = { 0 };
	int rc = reader_members(r, object, members, 0);
	in->id = arena_str(&r->book->arena, str_of(id));
	if (rc == 0 && !in->id.at)
		rc = reader_no_memory(r);
	if (rc == 0 && (in->id.len == 0 || in->id.len > NAME_MAX_LEN))
		rc = reader_fail(r, "an instrument's name has 1 to %d letters", NAME_MAX_LEN);
	if (rc == 0)
		rc = reader_str(r, object, "title", &title);
	if (rc == 0)
		rc = need_name(r, object, "weights_version", &in->weights_version);
	if (rc == 0)
		rc = read_waves(r, object, w, in);
	if (rc == 0)
		rc = read_part(r, object, "dimensions", in, read_dimensions);
	if (rc == 0)
		rc = read_part(r, object, "items", in, read_items);
	if (rc == 0)
		rc = check_dimensions(r, in);
	if (rc == 0)
		w->instruments_count++;
	return rc;
}

static int read_instruments(struct reader *r, json_t *root, struct weights *w)
{
	json_t *all = json_object_get(root, "instruments"), *object;
	const char *id;
	int rc = reader_need(r, root, "instruments");
	if (rc)
		return rc;
	size_t was = reader_key(r, "instruments");
	if (!json_is_object(all) || json_object_size(all) == 0 || json_object_size(all) > INSTRUMENTS_MAX)
		return reader_fail(r, "must hold 1 to %d instruments: {\"SMS8-v1\": { ... }}", INSTRUMENTS_MAX);
	w->instruments = arena_array(&r->book->arena, json_object_size(all), sizeof *w->instruments);
	if (!w->instruments)
		return reader_no_memory(r);
	json_object_foreach(all, id, object) {
		size_t in_all = reader_key(r, id);
		rc = read_instrument(r, id, object, w);
		if (rc)
			return rc;
		reader_back(r, in_all);
	}
	reader_back(r, was);
	return 0;
}

/* ---- thresholds */

static int read_bands(struct reader *r, json_t *root, struct weights *w)
{
	static const char *const members[] = { "low_below", "high_above", NULL };
	json_t *bands = json_object_get(root, "bands");
	int rc = reader_need(r, root, "bands");
	if (rc)
		return rc;
	size_t was = reader_key(r, "bands");
	rc = reader_members(r, bands, members, 0);
	if (rc == 0)
		rc = read_real(r, bands, "low_below", 0, 1, &w->low_below);
	if (rc == 0)
		rc = read_real(r, bands, "high_above", 0, 1, &w->high_above);
	if (rc == 0 && w->low_below > w->high_above)
		rc = reader_fail(r, "\"low_below\" is above \"high_above\"");
	if (rc == 0)
		reader_back(r, was);
	return rc;
}

static int read_alerts(struct reader *r, json_t *root, struct weights *w)
{
	static const char *const members[] = { "composite_below", "fall_at_least", "same_answers_seconds", NULL };
	json_t *alerts = json_object_get(root, "alerts");
	int64_t seconds = 0;
	int rc = reader_need(r, root, "alerts");
	if (rc)
		return rc;
	size_t was = reader_key(r, "alerts");
	rc = reader_members(r, alerts, members, 0);
	if (rc == 0)
		rc = read_real(r, alerts, "composite_below", 0, 1, &w->alert_below);
	if (rc == 0)
		rc = read_real(r, alerts, "fall_at_least", 0.01, 1, &w->alert_fall);
	if (rc == 0)
		rc = reader_need(r, alerts, "same_answers_seconds");
	if (rc == 0)
		rc = reader_int(r, alerts, "same_answers_seconds", 0, 3600, &seconds);
	w->same_answers_seconds = (unsigned)seconds;
	if (rc == 0)
		reader_back(r, was);
	return rc;
}

static int read_all(struct reader *r, json_t *root, struct weights *w)
{
	static const char *const members[] = { "instruments", "bands", "alerts", NULL };
	int rc = reader_members(r, root, members, 0);
	if (rc == 0)
		rc = read_instruments(r, root, w);
	if (rc == 0)
		rc = read_bands(r, root, w);
	return rc == 0 ? read_alerts(r, root, w) : rc;
}

int weights_load(struct weights *weights, struct source file, struct err *err)
{
	struct book book = { 0 }; /* the reader keeps what it copies in a book's arena */
	struct reader r = { .book = &book, .file = file.name, .bytes = file.bytes, .err = err };
	json_t *root = NULL;
	*weights = (struct weights){ 0 };
	if (arena_new(&book.arena, WEIGHTS_BYTES) != 0)
		return err_set(err, -ENOMEM, "no memory for the weights");
	int rc = reader_parse(&r, &root);
	if (rc == 0)
		rc = read_all(&r, root, weights);
	json_decref(root);
	weights->arena = book.arena;
	if (rc != 0)
		weights_free(weights);
	return rc;
}

void weights_free(struct weights *weights)
{
	arena_free(&weights->arena);
	*weights = (struct weights){ 0 };
}
