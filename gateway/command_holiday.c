/* wasl holiday list · add COUNTRY DAY [--name TEXT] --as USER · remove COUNTRY DAY --as USER: quiet days beside the file's. */
#include "gateway/holiday_acts.h"
#include "gateway/print.h"
#include "gateway/staff_command.h"

#include <stdio.h>
#include <string.h>

static const struct staff_word words[] = {
	{ "list", NULL, NULL, NULL, NULL },
	{ "add", "country day", "as! name", "holiday.add", NULL },
	{ "remove", "country day", "as!", "holiday.remove", NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

static void print_country(const json_t *country)
{
	size_t i;
	json_t *one;
	json_array_foreach(json_object_get(country, "items"), i, one) {
		printf("%s  %s  %-4s  ", json_string_value(json_object_get(country, "country")), json_string_value(json_object_get(one, "day")),
		       json_is_true(json_object_get(one, "off")) ? "none" : json_string_value(json_object_get(one, "from")));
		print_safe(json_get_str(one, "name").at ? json_get_str(one, "name") : STR(""));
		putchar('\n');
	}
}

static int list(const struct invocation *in)
{
	struct config config;
	struct reader *reader;
	size_t i;
	json_t *one;
	int code = open_reader(in, &config, &reader);
	if (code != 0)
		return code;
	json_t *all = holidays_list(&config, reader);
	if (!all)
		code = command_fail("holiday", EX_IOERR, "the database does not answer");
	else if (in->json)
		json_print_line(all);
	else
		json_array_foreach(all, i, one)
			print_country(one);
	json_decref(all);
	reader_close(reader);
	config_free(&config);
	return code;
}

int command_holiday(const struct invocation *in)
{
	return in->argc == 2 && strcmp(in->argv[1], "list") == 0 ? list(in) : staff_command(in, "holiday", words);
}
