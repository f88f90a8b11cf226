#include "gateway/demo.h"

/* Nobody here exists.  The numbers follow the patterns of Morocco's mobile numbers, which does not make them free: the
 * demo's channel cannot reach a network.  The first input chooses the language: 1 fr, 2 en, 3 ar, 4 es. */
const struct demo_person demo_people[] = {
	/* a whole request: menu 1, age, consent, safe, urgent, country, city, group, sex, passport, call language, time, send */
	{ "+212600000201", "ussd", 6, { "1", "1", "2", "1", "1", "1", "1", "1", "3", "0", "1", "2", "4", "1", "1" } },
	{ "+212600000202", "ussd", 5, { "1", "1", "2", "1", "1", "1", "3", "1", "2", "2", "2", "1", "2", "2", "1", "2", "1" } },
	{ "+212600000203", "ussd", 5, { "2", "1", "3", "1", "1", "1", "1", "6", "2", "0", "1", "3", "2", "4", "1" } },
	{ "+212600000204", "ussd", 4, { "3", "1", "2", "1", "1", "1", "2", "1", "4", "1", "4", "3", "2", "2", "3", "1", "1" } },
	{ "+212600000205", "ussd", 4, { "4", "1", "2", "1", "1", "1", "1", "4", "4", "0", "2", "1", "7", "4", "1" } },
	/* ill, and travelling with children */
	{ "+212600000206", "ussd", 3, { "1", "1", "2", "1", "1", "1", "2", "1", "1", "1", "3", "2", "2", "2", "4", "1", "1" } },
	/* a shared phone, a phone that must not ring */
	{ "+212600000207", "ussd", 3, { "1", "1", "2", "1", "1", "2", "1", "3", "2", "0", "1", "2", "5", "3", "1" } },
	{ "+212600000208", "ussd", 2, { "1", "1", "2", "1", "1", "3", "1", "1", "1", "0", "2", "2", "1", "4", "1" } },
	/* the session dropped after the city */
	{ "+212600000209", "ussd", 1, { "1", "1", "2", "1", "1", "1", "1", "5", "2" } },
	/* a child, alone */
	{ "+212600000210", "ussd", 1, { "1", "1", "1", "1", "2" } },
	/* afraid to go back: menu 3, third topic */
	{ "+212600000211", "ussd", 1, { "1", "3", "3" } },
	/* no consent: nothing stays */
	{ "+212600000212", "ussd", 1, { "2", "1", "2", "1", "2" } },
	/* by SMS */
	{ "+212600000213", "sms", 0, { "Bonjour", "1", "1", "2", "1", "1", "1", "1", "7", "4", "0", "1", "1", "1", "4", "1" } },
	{ "+212600000214", "sms", 0, { "salam", "3", "3", "1" } },
	{ NULL, NULL, 0, { NULL } },
};
