/* Every key of the configuration but the channels' own (config_channels.c): CONTRACT 4, with the defaults and limits
 * of failures.md 4.7 and the retention times of domain.md D9. */
#include "gateway/config_key.h"

#define TEXT(s, member, text_default, good, words_for_people) \
	{ .name = #member, .type = KEY_STR, .offset = offsetof(struct s, member), .standard = text_default, \
	  .check = good, .help = words_for_people }
#define NUMBER(s, member, low, high, number_default, words_for_people) \
	{ .name = #member, .type = KEY_NUMBER, .offset = offsetof(struct s, member), .standard = number_default, \
	  .min = low, .max = high, .help = words_for_people }
#define SECTION(s, member, rows, words_for_people) \
	{ .name = #member, .type = KEY_SECTION, .offset = offsetof(struct s, member), .members = rows, \
	  .help = words_for_people }
#define END { .name = NULL }

static const struct key a_country = { .name = "", .type = KEY_STR, .check = check_country };
static const struct key a_language = { .name = "", .type = KEY_STR, .check = check_language };
static const struct key a_region = { .name = "", .type = KEY_STR, .check = check_region };

/* ---- programme: its members lie in struct config itself */

static const char *const intake_words[] = { "open", "paused", NULL };

static const struct key programme_keys[] = {
	{ .name = "name", .type = KEY_STR, .offset = offsetof(struct config, programme_name),
	  .standard = "\"AVRR Maroc\"", .check = check_one_line, .help = "as staff read it" },
	{ .name = "country", .type = KEY_STR, .offset = offsetof(struct config, programme_country),
	  .check = check_country,
	  .help = "where the programme is at home, ISO 3166-1; without it MA, or the first of the countries below" },
	{ .name = "timezone", .type = KEY_STR, .offset = offsetof(struct config, timezone), .check = check_timezone,
	  .help = "without it that of the country" },
	{ .name = "languages", .type = KEY_LIST, .offset = offsetof(struct config, languages),
	  .count_offset = offsetof(struct config, languages_count), .stride = sizeof(struct str),
	  .most = CONFIG_LANGUAGES_MAX, .element = &a_language, .unique = true,
	  .standard = "[\"fr\", \"ar\", \"en\", \"es\"]",
	  .help = "of the texts, in the order of the language question; every text must exist in each" },
	{ .name = "intake", .type = KEY_FLAG_WORD, .offset = offsetof(struct config, intake_paused),
	  .words = intake_words, .standard = "\"open\"",
	  .help = "\"open\", or \"paused\": new requests go on a waiting list; the switch of the desk beats it" },
	{ .name = "intake_stopped_for", .type = KEY_LIST, .offset = offsetof(struct config, intake_stopped_for),
	  .count_offset = offsetof(struct config, intake_stopped_count), .stride = sizeof(struct str),
	  .most = CONFIG_STOPPED_MAX, .element = &a_country, .unique = true, .standard = "[]",
	  .help = "countries of return on hold, such as [\"ML\"]" },
	END,
};

static const struct key listen_keys[] = {
	{ .name = "webhooks", .type = KEY_STR, .offset = offsetof(struct config, listen_webhooks),
	  .standard = "\"127.0.0.1:8080\"", .check = check_listen,
	  .help = "what the reverse proxy hands callbacks to" },
	{ .name = "console", .type = KEY_STR, .offset = offsetof(struct config, listen_console),
	  .standard = "\"127.0.0.1:8081\"", .check = check_listen,
	  .help = "staff; never on the internet without TLS before it" },
	END,
};

/* ---- countries */

static const char *const weekdays[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL };

static const struct key quiet_day_keys[] = {
	{ .name = "day", .type = KEY_WORD, .offset = offsetof(struct quiet_day, weekday), .words = weekdays,
	  .required = true, .help = "sun mon tue wed thu fri sat" },
	{ .name = "hours", .type = KEY_HOURS, .offset = offsetof(struct quiet_day, hours), .required = true,
	  .help = "such as 12:00-15:00" },
	END,
};
static const struct key a_quiet_day = { .name = "", .type = KEY_SECTION, .members = quiet_day_keys };

const struct key country_keys[] = {
	TEXT(country, timezone, NULL, check_timezone, "needed where Wasl does not know the country's"),
	TEXT(country, telephone, NULL, check_dialled, "{tel} of the texts: the office's published number"),
	TEXT(country, callback, NULL, check_dialled, "{callback} of quiet texts: a number that no list shows as ours"),
	TEXT(country, sos, NULL, check_dialled, "{sos} of the texts: the emergency number; no default, ask locally"),
	{ .name = "quiet_hours", .type = KEY_HOURS, .offset = offsetof(struct country, quiet),
	  .standard = "\"19:00-09:00\"", .help = "local time; nothing unasked for is sent; \"\" = no such hours" },
	{ .name = "quiet_days", .type = KEY_LIST, .offset = offsetof(struct country, quiet_days),
	  .count_offset = offsetof(struct country, quiet_days_count), .stride = sizeof(struct quiet_day),
	  .most = CONFIG_QUIET_DAYS_MAX, .element = &a_quiet_day,
	  .standard = "[{\"day\": \"fri\", \"hours\": \"12:00-15:00\"}]",
	  .help = "further quiet hours, by day of the week" },
	{ .name = "office_hours", .type = KEY_HOURS, .offset = offsetof(struct country, office),
	  .standard = "\"09:00-17:00\"",
	  .help = "Monday to Friday; outside them URGENT says so and the duty phone is texted" },
	{ .name = "holidays", .type = KEY_STR, .offset = offsetof(struct country, holidays), .path = true,
	  .standard = "\"\"", .check = check_path,
	  .help = "a file of quiet days, one date YYYY-MM-DD a line; \"\" = none" },
	END,
};

/* ---- offices, duty, check-ins */

const struct key office_keys[] = {
	{ .name = "id", .type = KEY_STR, .offset = offsetof(struct office, id), .check = check_id, .required = true,
	  .help = "as in reports: letters, digits, - and _" },
	TEXT(office, name, NULL, check_one_line, "without it the id"),
	TEXT(office, country, NULL, check_country, "without it the programme's"),
	{ .name = "regions", .type = KEY_LIST, .offset = offsetof(struct office, regions),
	  .count_offset = offsetof(struct office, regions_count), .stride = sizeof(struct str),
	  .most = CONFIG_REGIONS_MAX, .element = &a_region, .unique = true, .standard = "[]",
	  .help = "ISO 3166-2 regions whose cases go there" },
	{ .name = "default", .type = KEY_BOOL, .offset = offsetof(struct office, is_default), .standard = "false",
	  .help = "takes what no office's regions hold; one a country" },
	END,
};
static const struct key an_office = { .name = "", .type = KEY_SECTION, .members = office_keys };

/* domain.md 1, row 5 */
const char config_offices_of_morocco[] =
	"[{\"id\": \"RABAT\", \"name\": \"Rabat\", \"country\": \"MA\", \"regions\": [\"MA-04\"], \"default\": true},"
	" {\"id\": \"CASABLANCA\", \"name\": \"Casablanca\", \"country\": \"MA\", \"regions\": [\"MA-06\"]},"
	" {\"id\": \"OUJDA\", \"name\": \"Oujda\", \"country\": \"MA\", \"regions\": [\"MA-02\"]},"
	" {\"id\": \"KHOURIBGA\", \"name\": \"Khouribga\", \"country\": \"MA\", \"regions\": [\"MA-05\"]},"
	" {\"id\": \"KELAA\", \"name\": \"El Kelaa des Sraghna\", \"country\": \"MA\", \"regions\": [\"MA-07\"]}]";

/* domain.md 6.4 */
static const char *const role_words[] = { "operator", "counsellor", "protection", "psea", "me", "manager", "admin",
					  "auditor", NULL };

static const struct key duty_keys[] = {
	{ .name = "role", .type = KEY_STR, .offset = offsetof(struct duty, role), .words = role_words, .required = true,
	  .help = "operator counsellor protection psea me manager admin auditor" },
	TEXT(duty, office, "\"\"", NULL, "an office's id; \"\" = all offices"),
	{ .name = "phone", .type = KEY_STR, .offset = offsetof(struct duty, phone), .check = check_e164,
	  .required = true, .secret = true, .help = "+ country code number, without spaces" },
	{ .name = "hours", .type = KEY_HOURS, .offset = offsetof(struct duty, hours), .standard = "\"00:00-24:00\"",
	  .help = "local time; over midnight when the second is earlier" },
	NUMBER(duty, escalate_after_minutes, 5, 1440, "20", "until the next phone of that role is texted"),
	END,
};
static const struct key a_duty = { .name = "", .type = KEY_SECTION, .members = duty_keys };

static const char *const wave_words[] = { "ARR", "M1", "M3", "M6", "M12", "M18", NULL };

static const struct key wave_keys[] = {
	{ .name = "id", .type = KEY_STR, .offset = offsetof(struct wave, id), .words = wave_words, .required = true,
	  .help = "ARR M1 M3 M6 M12 M18" },
	{ .name = "day", .type = KEY_NUMBER, .offset = offsetof(struct wave, day), .min = 1, .max = 1000,
	  .required = true, .help = "days after the return" },
	END,
};
static const struct key a_wave = { .name = "", .type = KEY_SECTION, .members = wave_keys };

static const struct key checkins_keys[] = {
	{ .name = "waves", .type = KEY_LIST, .offset = offsetof(struct config, waves),
	  .count_offset = offsetof(struct config, waves_count), .stride = sizeof(struct wave),
	  .most = CONFIG_WAVES_MAX, .element = &a_wave, .unique = true,
	  .standard = "[{\"id\": \"ARR\", \"day\": 5}, {\"id\": \"M1\", \"day\": 30}, {\"id\": \"M3\", \"day\": 90},"
		      " {\"id\": \"M6\", \"day\": 180}, {\"id\": \"M12\", \"day\": 365}]",
	  .help = "days after the return; M18 at 545 where the project wants it; [] = no check-ins" },
	END,
};

/* ---- limits, retention, log */

static const struct key limits_keys[] = {
	NUMBER(limits, inbound_per_hour, 1, 10000, "60", "SMS of one number; never USSD, STOP, URGENT"),
	NUMBER(limits, outbound_unsolicited_per_14_days, 0, 14, "3", "to one person"),
	NUMBER(limits, max_segments, 1, 10, "3", "SMS parts of one message"),
	NUMBER(limits, body_bytes, 1024, 1048576, "16384", "of a callback; above it 413"),
	NUMBER(limits, header_bytes, 1024, 65536, "8192", "of a callback; above it 431"),
	NUMBER(limits, connections, 8, 65536, "1024", "at the same time"),
	NUMBER(limits, connections_per_address, 1, 65536, "64", "never applied to loopback and allow_from"),
	NUMBER(limits, parked_requests, 16, 65536, "4096", "waiting for the disk; above it 503 and Retry-After"),
	NUMBER(limits, assignment_hours, 0, 400, "16", "office hours without an act of whose case it is, then it goes back to the"
	       " queue: before the first counselling, and while the person waits for an answer; 0 = never"),
	NUMBER(limits, outbox_expire_hours, 1, 168, "12", "an answer to an SMS that is older is not sent any more"),
	END,
};

static const struct key retention_keys[] = {
	NUMBER(retention, unconsented_hours, 1, 72, "24", "what was typed before consent"),
	NUMBER(retention, partial_days, 1, 365, "30", "requests that were never finished"),
	NUMBER(retention, bodies_days_after_close, 1, 3650, "90", "words of messages, after their case was closed"),
	NUMBER(retention, metadata_days, 30, 3650, "730", "messages without their number"),
	NUMBER(retention, answers_days, 30, 3650, "730", "coded answers and scores, after the last check-in"),
	NUMBER(retention, complaints_days, 30, 3650, "730", "complaints"),
	NUMBER(retention, case_days_after_close, 30, 3650, "365",
	       "who it was, after a case was closed and handed over; then only its figures stay"),
	NUMBER(retention, backup_days, 1, 35, "35", "backups in a folder that `wasl backup` is given"),
	NUMBER(retention, audit_days, 365, 7300, "1825", "who did what"),
	NUMBER(retention, replay_days, 7, 365, "90", "stored answers to callbacks, for an aggregator that asks again"),
	END,
};

static const char *const level_words[] = { "debug", "info", "warn", "error", NULL };
static const char *const format_words[] = { "text", "json", NULL };
_Static_assert(LOG_DEBUG == 0 && LOG_ERROR == 3, "the words stand in the enum's order");

static const struct key log_keys[] = {
	{ .name = "level", .type = KEY_WORD, .offset = offsetof(struct config, log_level), .words = level_words,
	  .standard = "\"info\"", .help = "debug info warn error" },
	{ .name = "format", .type = KEY_FLAG_WORD, .offset = offsetof(struct config, log_json), .words = format_words,
	  .standard = "\"text\"", .help = "text json" },
	END,
};

/* ---- the whole */

static const char *const optional_words[] = { "HEALTH", "NAME", "PIN", NULL };
static const struct key an_optional_state = { .name = "", .type = KEY_STR, .words = optional_words };
static const struct key a_channel = { .name = "", .type = KEY_OTHER, .read = read_channel };

/* In the order in which they are read: channels come last, their defaults follow from limits. */
const struct key config_keys[] = {
	{ .name = "programme", .type = KEY_SECTION, .members = programme_keys, .help = "" },
	{ .name = "public_url", .type = KEY_STR, .offset = offsetof(struct config, public_url), .check = check_url,
	  .required = true, .help = "what aggregators call: https, as they see it; some signatures cover it" },
	{ .name = "console_url", .type = KEY_STR, .offset = offsetof(struct config, console_url), .standard = "\"\"",
	  .help = "where staff reach the desk, through the proxy; stands in one-time links; \"\" = listen.console" },
	{ .name = "listen", .type = KEY_SECTION, .members = listen_keys, .help = "address:port, [IPv6]:port" },
	{ .name = "state", .type = KEY_STR, .offset = offsetof(struct config, state), .path = true,
	  .standard = "\"/var/lib/wasl\"", .check = check_path, .help = "folder of the database, mode 0700" },
	{ .name = "key_file", .type = KEY_STR, .offset = offsetof(struct config, key_file), .path = true,
	  .standard = "\"/etc/wasl/wasl.key\"", .check = check_path,
	  .help = "mode 0600; without it nobody can read the database: keep a copy off this machine" },
	{ .name = "flows", .type = KEY_STR, .offset = offsetof(struct config, flows), .path = true,
	  .standard = "\"" CONFIG_FLOWS_STANDARD "\"", .check = check_path,
	  .help = "folder of the conversations; \"\", or the default's where it is missing: those inside the program" },
	{ .name = "optional_states", .type = KEY_LIST, .offset = offsetof(struct config, optional_states),
	  .count_offset = offsetof(struct config, optional_states_count), .stride = sizeof(struct str),
	  .most = CONFIG_OPTIONAL_MAX, .element = &an_optional_state, .unique = true, .standard = "[]",
	  .help = "questions of the return request that are off unless named: HEALTH, NAME, PIN" },
	{ .name = "countries", .type = KEY_OTHER, .read = read_countries, .standard = "{}",
	  .help = "whose numbers may start conversations; sos has no default" },
	{ .name = "offices", .type = KEY_LIST, .offset = offsetof(struct config, offices),
	  .count_offset = offsetof(struct config, offices_count), .stride = sizeof(struct office),
	  .most = CONFIG_OFFICES_MAX, .element = &an_office, .unique = true,
	  .help = "who gets which cases; without them Rabat and its four in Morocco, elsewhere one" },
	{ .name = "duty", .type = KEY_LIST, .offset = offsetof(struct config, duty),
	  .count_offset = offsetof(struct config, duty_count), .stride = sizeof(struct duty),
	  .most = CONFIG_DUTY_MAX, .element = &a_duty, .standard = "[]",
	  .help = "phones that get a text without content when something is urgent, in the order of asking" },
	{ .name = "steps", .type = KEY_LIST, .offset = offsetof(struct config, steps),
	  .count_offset = offsetof(struct config, steps_count), .stride = sizeof(struct step_label),
	  .most = CONFIG_STEPS, .element = &a_step, .standard = config_steps_standard,
	  .help = "the five steps after the return, as the console and reports name them" },
	{ .name = "projects", .type = KEY_LIST, .offset = offsetof(struct config, projects),
	  .count_offset = offsetof(struct config, projects_count), .stride = sizeof(struct project),
	  .most = CONFIG_PROJECTS_MAX, .element = &a_project, .unique = true, .standard = config_projects_standard,
	  .help = "tags that staff give to cases" },
	{ .name = "prices", .type = KEY_LIST, .offset = offsetof(struct config, prices),
	  .count_offset = offsetof(struct config, prices_count), .stride = sizeof(struct price),
	  .most = CONFIG_PRICES_MAX, .element = &a_price, .standard = "[]",
	  .help = "what an SMS segment costs, for `report service`; the first that fits counts; [] = n/d" },
	{ .name = "partners", .type = KEY_LIST, .offset = offsetof(struct config, partners),
	  .count_offset = offsetof(struct config, partners_count), .stride = sizeof(struct partner),
	  .most = CONFIG_PARTNERS_MAX, .element = &a_partner, .unique = true, .standard = "[]",
	  .help = "to whom people are referred, with their consent; [] = any name" },
	{ .name = "checkins", .type = KEY_SECTION, .members = checkins_keys, .help = "after the return" },
	{ .name = "weights", .type = KEY_STR, .offset = offsetof(struct config, weights), .path = true,
	  .standard = "\"" CONFIG_WEIGHTS_STANDARD "\"", .check = check_path,
	  .help = "instruments of the check-ins; where the default's file is missing, those inside the program" },
	SECTION(config, limits, limits_keys, ""),
	SECTION(config, retention, retention_keys, "how long what is kept; IOM decides"),
	{ .name = "log", .type = KEY_SECTION, .members = log_keys, .help = "on stderr; never a person's data" },
	{ .name = "channels", .type = KEY_LIST, .offset = offsetof(struct config, channels),
	  .count_offset = offsetof(struct config, channels_count), .stride = sizeof(struct channel),
	  .most = CONFIG_CHANNELS_MAX, .element = &a_channel, .unique = true, .required = true,
	  .help = "one an aggregator's account" },
	END,
};
