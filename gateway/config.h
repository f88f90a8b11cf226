/* The configuration: one strict JSON file (CONTRACT 4) -> struct config.
 *
 * Everything lives in the config's arena and is read-only after config_load().  Unknown keys, wrong types, duplicate
 * ids and values out of range are errors that name file, line and key, with a "did you mean"; all of them are
 * reported, not only the first.  Any string may be {"env": "NAME"} or {"file": "PATH"}; keys that begin with "//" are
 * comments.  Paths are relative to the configuration file's folder.  The keys are tables: config_schema.c. */
#ifndef GATEWAY_CONFIG_H
#define GATEWAY_CONFIG_H

#include "gateway/channels/channel.h"

#include <stdio.h>

enum {
	CONFIG_COUNTRIES_MAX = 64, CONFIG_OFFICES_MAX = 64, CONFIG_CHANNELS_MAX = 32, CONFIG_DUTY_MAX = 64,
	CONFIG_WAVES_MAX = 16, CONFIG_REGIONS_MAX = 16, CONFIG_QUIET_DAYS_MAX = 8, CONFIG_STOPPED_MAX = 64,
	CONFIG_LANGUAGES_MAX = 8, CONFIG_OPTIONAL_MAX = 8,
	CONFIG_STEPS = 5, CONFIG_PROJECTS_MAX = 32, CONFIG_TARGETS_MAX = 24, CONFIG_PRICES_MAX = 64,
	CONFIG_PARTNERS_MAX = 128, CONFIG_SERVICES_MAX = 12,
};

#define CONFIG_STANDARD_PATH "/etc/wasl/wasl.json"
#define CONFIG_FLOWS_STANDARD "/usr/share/wasl/flows"
#define CONFIG_WEIGHTS_STANDARD "weights.json"

struct hours { /* minutes since midnight, local; from > to: over midnight; both 0: none */
	unsigned from, to;
};

struct quiet_day {
	unsigned weekday; /* 0 Sunday .. 6 Saturday */
	struct hours hours;
};

struct country {
	struct str iso, timezone, telephone, callback, sos; /* sos: "" until it is set, `check` fails */
	struct str holidays;        /* path; "" none */
	struct hours quiet, office; /* office: "office_hours", default 09:00-17:00, Monday to Friday */
	struct quiet_day quiet_days[CONFIG_QUIET_DAYS_MAX];
	size_t quiet_days_count;
};

struct office {
	struct str id, name, country, regions[CONFIG_REGIONS_MAX];
	size_t regions_count;
	bool is_default; /* one per country */
};

struct duty {
	struct str role, office, phone;
	struct hours hours;
	unsigned escalate_after_minutes;
};

struct step_label { /* of the reintegration procedure */
	struct str fr, en, ar, es;
};

struct project { /* a tag that staff give to cases */
	struct str tag, name, donor, from, to, countries[CONFIG_TARGETS_MAX]; /* days; "" open */
	size_t countries_count; /* 0: all */
};

struct partner { /* to whom people are referred */
	struct str id, name, services[CONFIG_SERVICES_MAX];
	size_t services_count; /* 0: anything */
};

struct price { /* of one SMS segment out; the first that fits counts */
	struct str channel, country, segment, currency; /* country: of the number, "" any; segment: "0.35" */
};

struct wave {
	struct str id;
	unsigned day;
};

struct limits {
	unsigned inbound_per_hour;                 /* SMS of one number; 60 */
	unsigned outbound_unsolicited_per_14_days; /* 3 */
	unsigned max_segments;                     /* 3 */
	unsigned body_bytes, header_bytes;         /* 16384, 8192 */
	unsigned connections, connections_per_address; /* 1024, 64 */
	unsigned parked_requests;                  /* above it: 503 + Retry-After; 4096 */
	unsigned assignment_hours;                 /* office hours without an act, then the case is given back; 16; 0 never */
	unsigned outbox_expire_hours;              /* an answer to an SMS older than this is not sent any more; 12 */
};

struct retention {
	unsigned unconsented_hours, partial_days, bodies_days_after_close, metadata_days, answers_days, complaints_days,
		audit_days, replay_days, case_days_after_close, backup_days;
};

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct config {
	struct arena arena;
	struct str file;           /* as given, for messages */
	struct str source;         /* the JSON text: problems found later name their line too */
	struct str programme_name, programme_country, timezone;
	struct str languages[CONFIG_LANGUAGES_MAX];
	size_t languages_count;
	bool intake_paused;
	struct str intake_stopped_for[CONFIG_STOPPED_MAX];
	size_t intake_stopped_count;
	struct str optional_states[CONFIG_OPTIONAL_MAX]; /* "optional_states": ["HEALTH", "NAME", "PIN"] */
	size_t optional_states_count;
	struct str public_url;     /* without a slash at its end */
	struct str console_url;    /* likewise; "": http:// and listen.console */
	struct str listen_webhooks, listen_console;
	struct str state, key_file; /* paths, here and below: followed by a NUL outside their length */
	struct str flows, weights; /* "" = those inside the program */
	struct country countries[CONFIG_COUNTRIES_MAX];
	size_t countries_count;
	struct office offices[CONFIG_OFFICES_MAX];
	size_t offices_count;
	struct duty duty[CONFIG_DUTY_MAX];
	size_t duty_count;
	struct step_label steps[CONFIG_STEPS];
	size_t steps_count;
	struct project projects[CONFIG_PROJECTS_MAX];
	size_t projects_count;
	struct partner partners[CONFIG_PARTNERS_MAX];
	size_t partners_count;
	struct price prices[CONFIG_PRICES_MAX];
	size_t prices_count;
	struct wave waves[CONFIG_WAVES_MAX];
	size_t waves_count;
	struct channel channels[CONFIG_CHANNELS_MAX];
	size_t channels_count;
	struct limits limits;
	struct retention retention;
	enum log_level log_level;
	bool log_json;
};

typedef void config_report_fn(const char *problem, void *user);

/* path NULL: ./wasl.json, then /etc/wasl/wasl.json.  Calls report for every problem, in the order of lines (text:
 * "file:line: key: what").  0; -ENOENT, -EACCES, -EIO: no file that can be read; -EINVAL: a bad one; -ENOMEM.  Whenever
 * it is not 0, there was at least one report and nothing is to be freed. */
int config_load(struct config *config, const char *path, config_report_fn *report, void *user)
	__attribute__((warn_unused_result));
/* The same from memory, for the demo and for tests; name stands for the file in messages. */
int config_parse(struct config *config, const char *name, struct str json, config_report_fn *report, void *user)
	__attribute__((warn_unused_result));
void config_free(struct config *config); /* secrets are wiped */

/* What keeps `wasl serve` from starting although the file could be read: no channel, a country without sos, a file or
 * folder that is not there.  Returns how many were reported. */
size_t config_problems_before_serving(const struct config *config, config_report_fn *report, void *user);
/* What an administrator should know and may live with. */
size_t config_warnings(const struct config *config, config_report_fn *report, void *user);

/* The line (from 1) of a path such as "countries.MA.sos" or, for what is missing, of what is nearest around it. */
unsigned config_line(const struct config *config, const char *path);

struct config_example {
	const char *token; /* of the example channel */
};
/* What `wasl init` writes: every key with its default and a comment.  Errors stay in the stream (ferror). */
void config_write(FILE *out, const struct config_example *with);

const struct channel *config_channel(const struct config *config, struct str id);
const struct country *config_country(const struct config *config, struct str iso); /* NULL: not of this programme */
bool config_has_office(const struct config *config, struct str id);
/* The office whose catchment holds the region; else the default office of the country; else any default. NULL: none. */
const struct office *config_office(const struct config *config, struct str country, struct str region);

/* The label of step 1 to 5 in "fr", "en", "ar", "es"; "" for no step. */
struct str config_step_label(const struct config *config, int64_t step, struct str language);
const struct price *config_price(const struct config *config, struct str channel, struct str country); /* NULL: none */
const struct project *config_project(const struct config *config, struct str tag); /* NULL: none */
bool config_service(struct str service); /* HEALTH SHELTER FOOD … of referrals */

/* NULL, or what is wrong with a code of ISO 3166-1 alpha-2, of ISO 3166-2 (config_value.c). */
const char *check_country(struct str s);
const char *check_region(struct str s);

#endif
