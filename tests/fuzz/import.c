/* A file to import, CSV or JSON Lines: rows in their order, and each line that is wrong is named. */
#include "gateway/import.h"

#include "tests/fuzz/fuzz.h"

static struct arena arena;
static struct phone_plan plan;
static struct config config;

static void no_problem(const char *line, void *user)
{
	(void)user;
	fprintf(stderr, "%s\n", line);
	abort();
}

static void set_up(void)
{
	struct err err = { .text = "" };
	if (arena_new(&arena, 1 << 20) != 0 || phone_plan_load(&plan, fuzz_embedded("phones.tsv"), &arena, &err) != 0 ||
	    config_parse(&config, "wasl.json", STR("{\"public_url\":\"https://gw.example.org\",\"countries\":{\"MA\":{\"sos\":\"112\"}},\"channels\":[],\"offices\":[{\"id\":\"RABAT\","
			 "\"name\":\"Rabat\",\"country\":\"MA\",\"regions\":[\"MA-04\"],\"default\":true}]}"), no_problem, NULL) != 0)
		abort();
}

static int check_row(const struct import_row *row, void *user)
{
	size_t *last = user;
	FUZZ_CHECK(row->line > *last && row->count <= IMPORT_COLUMNS_MAX);
	*last = row->line;
	for (size_t i = 0; i < row->count; i++)
		FUZZ_CHECK(row->values[i].len);
	return 0;
}

static void problem(size_t line, const char *what, void *user)
{
	FUZZ_CHECK(line > 0 && what[0]);
	++*(size_t *)user;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { .text = "" };
	size_t last = 0, problems = 0, rows;
	if (!arena.block)
		set_up();
	if (size < 1)
		return 0;
	struct str text = { (const char *)data + 1, size - 1 };
	if (import_read(text, check_row, &last, &err) != 0)
		FUZZ_CHECK(err.text[0]);
	FUZZ_CHECK(import_check(&config, &plan, data[0] % 2 ? STR("cases") : STR("historic"), text, problem, &problems, &rows) == problems);
	return 0;
}
