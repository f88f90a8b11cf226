/* The vectors of tests/data/text/: read, walked, and reported by their id.  Tests run from the repository's root. */
#ifndef TESTS_UNIT_VECTORS_H
#define TESTS_UNIT_VECTORS_H

#include "tests/unit/check.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static inline json_t *vectors_load(const char *name)
{
	char path[128];
	json_error_t error;
	(void)snprintf(path, sizeof path, "tests/data/text/%s", name);
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (!root) {
		printf("%s:%d: %s\n", path, error.line, error.text);
		exit(1);
	}
	return root;
}

static inline struct str vector_str(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	if (!json_is_string(value))
		return (struct str){ NULL, 0 };
	return (struct str){ json_string_value(value), json_string_length(value) };
}

static inline const char *vector_id(const json_t *object)
{
	return json_string_value(json_object_get(object, "id"));
}

static inline long long vector_int(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

#endif
