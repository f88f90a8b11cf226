/* wasl answers [--case REF] [--flow F] [--from D] [--to D]: the logged answers, oldest first. */
#include "flows/date.h"
#include "gateway/config.h"
#include "gateway/print.h"

#include <string.h>

int command_answers(const struct invocation *in)
{
	static const char *const option[] = { "--case", "--flow", "--from", "--to" };
	struct str value[4] = { STR(""), STR(""), STR(""), STR("") };
	struct config config;
	struct reader *reader;
	for (int i = 1; i < in->argc; i += 2) {
		size_t k = 0;
		while (k < 4 && strcmp(in->argv[i], option[k]) != 0)
			k++;
		if (k == 4 || i + 1 == in->argc)
			return command_usage("answers", "takes --case REF, --flow NAME, --from YYYY-MM-DD, --to YYYY-MM-DD");
		value[k] = str_of(in->argv[i + 1]);
		struct date day;
		if (k >= 2 && !date_parse(str_slice(value[k], 0, 10), &day))
			return command_usage("answers", "--from and --to take a day that exists, such as 2026-03-31");
	}
	int code = open_reader(in, &config, &reader);
	if (code != 0)
		return code;
	code = print_query(reader, "SELECT answered_at, case_ref, flow, state, value, raw, mode, channel, language,"
		" ms_since_session_start FROM v_answer WHERE (?1 = '' OR case_ref = ?1) AND (?2 = '' OR flow = ?2)"
		" AND (?3 = '' OR answered_at >= ?3) AND (?4 = '' OR substr(answered_at, 1, 10) <= ?4) ORDER BY answer_id",
		value, 4, in->json);
	reader_close(reader);
	config_free(&config);
	return code;
}
