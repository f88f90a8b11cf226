#include "flows/public_word.h"

struct str public_word(struct str case_status)
{
	static const struct {
		const char *status, *word;
	} words[] = {
		{ "PARTIAL", "received" },   { "NEW", "received" },       { "ASSIGNED", "received" },
		{ "CONTACTING", "trying" },  { "UNREACHABLE", "trying" }, { "COUNSELLED", "progress" },
		{ "ELIGIBILITY", "progress" }, { "DOCS", "progress" },    { "PROJECT", "progress" },
		{ "READY", "waiting" },      { "WAITLIST", "waiting" },   { "ON_HOLD", "waiting" },
		{ "CLOSED", "closed" },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq_z(case_status, words[i].status))
			return str_of(words[i].word);
	return STR("callus");
}
