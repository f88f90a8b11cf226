#include "tests/unit/plan.h"

#include "flows/embedded.h"

#include <assert.h>
#include <string.h>

struct phone_plan plan_built_in(struct arena *arena)
{
	struct phone_plan plan = { 0 };
	struct err err;
	int error = -1;
	for (const struct embedded_file *file = flow_files; file->name; file++)
		if (strcmp(file->name, "phones.tsv") == 0)
			error = phone_plan_load(&plan, (struct str){ file->bytes, file->len }, arena, &err);
	assert(!error);
	return plan;
}
