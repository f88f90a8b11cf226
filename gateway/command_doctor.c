#include "gateway/command.h"
#include "gateway/doctor.h"

#include <stdarg.h>
#include <stdio.h>

void doctor_say(struct doctor *d, enum health health, const char *todo, const char *what, ...)
{
	static const char *const word[] = { "ok", "warn", "fail" };
	struct err text;
	va_list args;
	va_start(args, what);
	(void)vsnprintf(text.text, sizeof text.text, what, args);
	va_end(args);
	d->count[health]++;
	if (!d->json) {
		(void)printf("%-4s  %s%s%s\n", word[health], text.text, todo ? "  -> " : "", todo ? todo : "");
		(void)fflush(stdout); /* aggregators take seconds */
		return;
	}
	json_t *one = json_object();
	json_put_str(one, "health", str_of(word[health]));
	json_put_str(one, "what", str_of(text.text));
	if (todo)
		json_put_str(one, "do", str_of(todo));
	(void)json_array_append_new(d->list, one);
}

static void on_error(const char *problem, void *user)
{
	doctor_say(user, HEALTH_FAIL, "edit the configuration", "%s", problem);
}

static void on_warning(const char *problem, void *user)
{
	doctor_say(user, HEALTH_WARN, "edit the configuration, or live with it", "%s", problem);
}

/* EX_OK, or EX_CONFIG when something is still to be filled in. */
static int with_config(struct doctor *d, const struct config *config)
{
	size_t missing = config_problems_before_serving(config, on_error, d);
	if (missing == 0)
		doctor_say(d, HEALTH_OK, NULL, "configuration %.*s: %zu channels, %zu countries, %zu offices",
			   STR_ARG(config->file), config->channels_count, config->countries_count,
			   config->offices_count);
	(void)config_warnings(config, on_warning, d);
	doctor_paths(d, config);
	doctor_database(d, config);
	doctor_channels(d, config);
	return missing > 0 ? EX_CONFIG : EX_OK;
}

int command_doctor(const struct invocation *in)
{
	static struct config config; /* large */
	struct doctor d = { .json = in->json };
	if (in->argc > 1)
		return command_usage("doctor", "takes no arguments");
	d.list = json_array();
	doctor_versions(&d);
	doctor_clock(&d);
	int code = EX_CONFIG;
	if (config_load(&config, in->config_path, on_error, &d) == 0) {
		code = with_config(&d, &config);
		config_free(&config);
	}
	if (d.json)
		json_print_line(d.list);
	json_decref(d.list);
	if (code != EX_OK)
		return code;
	return d.count[HEALTH_FAIL] > 0 ? EX_UNAVAILABLE : EX_OK;
}
