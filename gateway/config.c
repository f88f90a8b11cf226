#include "gateway/config.h"

#include "gateway/config_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1024 * 1024 };

/* ---- problems */

unsigned config_line(const struct config *config, const char *path)
{
	char at[512];
	if (!str_copy(str_of(path), at, sizeof at))
		return 1;
	for (size_t len = strlen(at);;) {
		unsigned line = json_line_of(config->source, at);
		if (line > 0 || len == 0)
			return line > 0 ? line : 1;
		do
			len--;
		while (len > 0 && at[len] != '.' && at[len] != '[');
		at[len] = '\0';
	}
}

/* In the order of lines; those of one line in the order in which they were found. */
static void report_all(struct loading *r, config_report_fn *report, void *user)
{
	size_t kept = r->problems_count < CONFIG_PROBLEMS_MAX ? r->problems_count : CONFIG_PROBLEMS_MAX;
	bool done[CONFIG_PROBLEMS_MAX] = { false };
	for (size_t n = 0; n < kept; n++) {
		size_t first = CONFIG_PROBLEMS_MAX;
		for (size_t i = 0; i < kept; i++)
			if (!done[i] && (first == CONFIG_PROBLEMS_MAX || r->problems[i].line < r->problems[first].line))
				first = i;
		done[first] = true;
		report(r->problems[first].text, user);
	}
	if (r->problems_count > kept) {
		struct err more;
		err_set(&more, 0, "%.*s: and %zu problems more", STR_ARG(r->config->file), r->problems_count - kept);
		report(more.text, user);
	}
}

/* ---- what depends on more than one key */

static void finish_duty(struct loading *r)
{
	struct config *config = r->config;
	for (size_t i = 0; i < config->duty_count; i++) {
		struct str office = config->duty[i].office;
		size_t mark = loading_enter(r, "duty[%zu].office", i);
		if (office.len && !config_has_office(config, office))
			loading_say(r, "there is no office %s in \"offices\"", shown(office).text);
		loading_leave(r, mark);
	}
}

/* A default that is not installed stands for what is inside the program. */
static void use_built_in(struct config *config)
{
	if (str_eq_z(config->flows, CONFIG_FLOWS_STANDARD) && access(CONFIG_FLOWS_STANDARD, F_OK) != 0)
		config->flows = STR("");
	if (str_ends(config->weights, STR(CONFIG_WEIGHTS_STANDARD)) && access(config->weights.at, F_OK) != 0)
		config->weights = STR("");
}

static void finish_top(struct loading *r)
{
	struct config *config = r->config;
	size_t mark = loading_enter(r, "listen.console");
	if (config->listen_console.len > 0 && str_eq(config->listen_console, config->listen_webhooks) &&
	    !str_ends(config->listen_console, STR(":0")))
		loading_say(r, "is the same as listen.webhooks; staff and aggregators never share a port");
	loading_leave(r, mark);
	mark = loading_enter(r, "programme.languages");
	if (config->languages_count == 0)
		loading_say(r, "must name at least one language");
	loading_leave(r, mark);
	mark = loading_enter(r, "public_url");
	if (config->public_url.at && config->public_url.len == 0)
		loading_say(r, "must not be empty: aggregators call it");
	loading_leave(r, mark);
	while (str_ends(config->public_url, STR("/")))
		config->public_url.len--;
	while (str_ends(config->console_url, STR("/")))
		config->console_url.len--;
}

static void read_whole(struct loading *r, json_t *root)
{
	read_members(r, root, config_keys, r->config, NULL, false);
	finish_top(r);
	finish_countries(r);
	finish_offices(r);
	finish_steps(r);
	finish_prices(r);
	finish_duty(r);
	if (r->problems_count == 0)
		use_built_in(r->config);
}

/* ---- the doors */

static void say_not_json(const struct config *config, const struct err *err, config_report_fn *report, void *user)
{
	struct err whole;
	struct str rest = str_of(err->text), line;
	(void)str_split(&rest, ':', &line); /* "line N: what" */
	err_set(&whole, 0, "%.*s:%.*s:%.*s", STR_ARG(config->file), STR_ARG(str_from(line, 5)), STR_ARG(rest));
	report(whole.text, user);
}

static int parse_into(struct loading *r, config_report_fn *report, void *user)
{
	struct err err = { .text = "" };
	json_t *root = json_parse_own(r->config->source, &err);
	if (!root) {
		say_not_json(r->config, &err, report, user);
		return -EINVAL;
	}
	if (json_is_object(root))
		read_whole(r, root);
	else
		loading_say(r, "the configuration must be an object in { }");
	json_decref(root);
	report_all(r, report, user);
	return r->problems_count > 0 ? -EINVAL : 0;
}

int config_parse(struct config *config, const char *name, struct str json, config_report_fn *report, void *user)
{
	struct loading r = { .config = config };
	int rc = -ENOMEM;
	*config = (struct config){ .file = str_of(name) };
	if (json.len > FILE_MAX) {
		struct err err;
		err_set(&err, 0, "%s:1: the configuration is larger than 1 MB", name);
		report(err.text, user);
		return -EINVAL;
	}
	r.problems = calloc(CONFIG_PROBLEMS_MAX, sizeof *r.problems);
	/* short strings take 16 bytes each, and what files and variables hold comes on top */
	if (r.problems && arena_new(&config->arena, 8 * json.len + 512 * 1024) == 0) {
		config->file = arena_str(&config->arena, str_of(name));
		config->source = arena_str(&config->arena, json);
		rc = config->file.at && config->source.at ? parse_into(&r, report, user) : -ENOMEM;
	}
	if (rc == -ENOMEM)
		report("out of memory", user);
	if (rc != 0)
		config_free(config);
	free(r.problems);
	return rc;
}

void config_free(struct config *config)
{
	if (config->arena.block)
		explicit_bzero(config->arena.block, config->arena.used);
	arena_free(&config->arena);
	*config = (struct config){ 0 };
}

/* The whole file; the caller frees *bytes.  0 or -errno. */
static int read_whole_file(const char *path, char **bytes, size_t *len)
{
	struct stat st;
	int rc = 0, fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	*bytes = NULL, *len = 0;
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0 || !(*bytes = malloc(FILE_MAX + 1)))
		rc = -errno;
	else if (S_ISDIR(st.st_mode))
		rc = -EISDIR;
	while (rc == 0 && *len < FILE_MAX + 1) {
		ssize_t n = read(fd, *bytes + *len, FILE_MAX + 1 - *len);
		if (n < 0)
			rc = -errno;
		if (n <= 0)
			break;
		*len += (size_t)n;
	}
	close(fd);
	return rc;
}

static int say_unreadable(const char *path, int rc, config_report_fn *report, void *user)
{
	struct err err;
	if (rc == -ENOENT && !path)
		err_set(&err, 0, "no configuration: neither ./wasl.json nor " CONFIG_STANDARD_PATH " is there; "
				 "-c FILE names one, `wasl init DIR` writes one");
	else
		err_set(&err, 0, "%s: cannot be read: %s", path ? path : CONFIG_STANDARD_PATH, strerror(-rc));
	report(err.text, user);
	return rc == -ENOENT || rc == -EACCES || rc == -ENOMEM ? rc : -EIO;
}

int config_load(struct config *config, const char *path, config_report_fn *report, void *user)
{
	const char *tried = path ? path : "wasl.json";
	char *bytes;
	size_t len;
	int rc = read_whole_file(tried, &bytes, &len);
	*config = (struct config){ 0 };
	if (rc == -ENOENT && !path) {
		tried = CONFIG_STANDARD_PATH;
		rc = read_whole_file(tried, &bytes, &len);
	}
	if (rc == 0)
		rc = config_parse(config, tried, (struct str){ bytes, len }, report, user);
	else
		rc = say_unreadable(rc == -ENOENT ? path : tried, rc, report, user);
	if (bytes)
		explicit_bzero(bytes, len);
	free(bytes);
	return rc;
}

/* ---- looking things up */

const struct channel *config_channel(const struct config *config, struct str id)
{
	for (size_t i = 0; i < config->channels_count; i++)
		if (str_eq(config->channels[i].id, id))
			return &config->channels[i];
	return NULL;
}

const struct country *config_country(const struct config *config, struct str iso)
{
	for (size_t i = 0; i < config->countries_count; i++)
		if (str_eq(config->countries[i].iso, iso))
			return &config->countries[i];
	return NULL;
}

bool config_has_office(const struct config *config, struct str id)
{
	for (size_t i = 0; i < config->offices_count; i++)
		if (str_eq(config->offices[i].id, id))
			return true;
	return false;
}

const struct office *config_office(const struct config *config, struct str country, struct str region)
{
	const struct office *of_country = NULL, *any = NULL;
	for (size_t i = 0; i < config->offices_count; i++) {
		const struct office *office = &config->offices[i];
		for (size_t j = 0; j < office->regions_count && region.len > 0; j++)
			if (str_eq(office->regions[j], region))
				return office;
		if (office->is_default && !of_country && str_eq(office->country, country))
			of_country = office;
		if (office->is_default && !any)
			any = office;
	}
	return of_country ? of_country : any;
}
