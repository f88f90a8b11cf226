/* wasl check: everything that would keep `wasl serve` from starting, and what an administrator should know.
 *
 * Each problem is one line on stdout, "file:line: path: what"; warnings begin with "warning: ". */
#include "db/inspect.h"
#include "flows/check.h"
#include "gateway/command.h"
#include "gateway/config.h"
#include "gateway/definitions.h"
#include "gateway/json.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

struct check {
	bool json;
	json_t *list;
	size_t config_errors, data_errors, warnings;
};

static void print(struct check *c, const char *level, const char *what)
{
	if (c->json) {
		json_t *one = json_object();
		json_put_str(one, "level", str_of(level));
		json_put_str(one, "what", str_of(what));
		(void)json_array_append_new(c->list, one);
	} else {
		(void)printf("%s%s\n", level[0] == 'w' ? "warning: " : "", what);
	}
}

static void on_config_error(const char *problem, void *user)
{
	struct check *c = user;
	c->config_errors++;
	print(c, "error", problem);
}

static void on_warning(const char *problem, void *user)
{
	struct check *c = user;
	c->warnings++;
	print(c, "warning", problem);
}

static void on_data_error(const char *problem, void *user)
{
	struct check *c = user;
	c->data_errors++;
	print(c, "error", problem);
}

static void check_database(struct check *c, const struct config *config)
{
	struct db_inspection seen;
	struct err err = { .text = "" }, whole;
	struct stat st;
	if (stat(config->state.at, &st) != 0 || !S_ISDIR(st.st_mode)) {
		err_set(&whole, 0, "%.*s:%u: state: the folder %.*s is not there: make it with mkdir -m 700",
			STR_ARG(config->file), config_line(config, "state"), STR_ARG(config->state));
		on_config_error(whole.text, c);
		return;
	}
	int rc = db_inspect(config->state.at, config->key_file.at, &seen, &err);
	bool of_key = rc == -ENOENT || rc == -EACCES || rc == -EINVAL;
	const char *path = of_key ? "key_file" : "state";
	err_set(&whole, 0, "%.*s:%u: %s: %s", STR_ARG(config->file), config_line(config, path), path, err.text);
	if (of_key)
		on_config_error(whole.text, c);
	else if (rc == -ENODATA)
		on_warning(whole.text, c);
	else if (rc != 0)
		on_data_error(err.text, c);
}

/* A phone that no numbering plan has is reached by nobody at night. */
static void check_duty_phones(struct check *c, const struct config *config, const struct book *book)
{
	for (size_t i = 0; i < config->duty_count; i++) {
		struct phone phone;
		struct err whole;
		char path[40];
		phone_parse(&book->phones, config->duty[i].phone, STR(""), &phone);
		if (phone.kind == PHONE_E164)
			continue;
		(void)snprintf(path, sizeof path, "duty[%zu].phone", i);
		err_set(&whole, 0, "%.*s:%u: %s: is no number of its country: %s", STR_ARG(config->file),
			config_line(config, path), path, phone.reason ? phone.reason : "short code or name");
		on_config_error(whole.text, c);
	}
}

static void on_finding(const struct finding *finding, void *user)
{
	struct err whole;
	bool all = finding->language.len == 0;
	err_set(&whole, 0, "%.*s: %.*s%s%.*s%s: %.*s", STR_ARG(finding->file), STR_ARG(finding->path), all ? "" : " (",
		STR_ARG(finding->language), all ? "" : ")", STR_ARG(finding->says));
	if (finding->level == FINDING_ERROR)
		on_data_error(whole.text, user);
	else if (finding->level == FINDING_WARNING)
		on_warning(whole.text, user);
}

/* The smallest screen and the fewest parts of any channel, however it writes: what fits there fits everywhere. */
static void smallest(const struct config *config, struct check_limits *limits)
{
	struct screen_limit *screen = &limits->screen;
	*limits = (struct check_limits){ { 160, 80 }, config->limits.max_segments, 0 };
	for (size_t i = 0; i < config->channels_count; i++) {
		const struct channel *channel = &config->channels[i];
		limits->policies |= 1u << channel_policy(channel);
		if (channel->ussd && channel->screen.gsm7 < screen->gsm7)
			screen->gsm7 = channel->screen.gsm7;
		if (channel->ussd && channel->screen.ucs2 < screen->ucs2)
			screen->ucs2 = channel->screen.ucs2;
		if (channel->sms && channel->max_segments < limits->max_segments)
			limits->max_segments = channel->max_segments;
	}
}

static void check_flows(struct check *c, const struct config *config)
{
	struct check_limits limits;
	static struct book book; /* large */
	struct err err = { .text = "" };
	if (definitions_load(&book, config, &err) != 0) {
		on_data_error(err.text, c);
		return;
	}
	smallest(config, &limits);
	(void)book_check(&book, &limits, on_finding, c);
	check_duty_phones(c, config, &book);
	book_free(&book);
}

static void check_weights(struct check *c, const struct config *config)
{
	struct weights weights;
	struct err err = { .text = "" };
	if (definitions_weights(&weights, config, &err) != 0)
		on_data_error(err.text, c);
	weights_free(&weights);
}

static int finish(struct check *c)
{
	if (c->json)
		json_print_line(c->list);
	json_decref(c->list);
	size_t errors = c->config_errors + c->data_errors;
	if (errors > 0)
		(void)fprintf(stderr, "wasl check: %zu error%s, %zu warning%s\n", errors, errors == 1 ? "" : "s",
			      c->warnings, c->warnings == 1 ? "" : "s");
	else
		(void)fprintf(stderr, "wasl check: good, %zu warning%s\n", c->warnings, c->warnings == 1 ? "" : "s");
	if (c->config_errors > 0)
		return EX_CONFIG;
	return c->data_errors > 0 ? EX_DATAERR : EX_OK;
}

int command_check(const struct invocation *in)
{
	static struct config config; /* large */
	struct check c = { .json = in->json };
	if (in->argc > 1)
		return command_usage("check", "takes no arguments; for a flow on its own: `wasl flow check FILE`");
	c.list = json_array();
	if (config_load(&config, in->config_path, on_config_error, &c) == 0) {
		(void)config_problems_before_serving(&config, on_config_error, &c);
		(void)config_warnings(&config, on_warning, &c);
		check_flows(&c, &config);
		check_weights(&c, &config);
		check_database(&c, &config);
		config_free(&config);
	}
	return finish(&c);
}
