/* What `wasl check` and `wasl serve` find in a configuration that could be read: what is still to be filled in, and
 * what it names that is not there. */
#include "gateway/config_key.h"
#include "gateway/holidays.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct finder {
	const struct config *config;
	config_report_fn *report;
	void *user;
	size_t count;
};

static void found(struct finder *f, const char *path, const char *what)
{
	struct err err;
	f->count++;
	err_set(&err, 0, "%.*s:%u: %s: %s", STR_ARG(f->config->file), config_line(f->config, path), path, what);
	f->report(err.text, f->user);
}

static void found_in_country(struct finder *f, const struct country *country, const char *key, const char *what)
{
	char path[64];
	(void)snprintf(path, sizeof path, "countries.%.*s.%s", STR_ARG(country->iso), key);
	found(f, path, what);
}

/* ---- what stops `serve` */

static void check_file(struct finder *f, const char *path, struct str file, bool folder)
{
	struct stat st;
	struct err what;
	if (file.len == 0)
		return;
	bool there = stat(file.at, &st) == 0;
	if (there && S_ISDIR(st.st_mode) == folder && access(file.at, folder ? R_OK | X_OK : R_OK) == 0)
		return;
	err_set(&what, 0, "the %s %.*s %s", folder ? "folder" : "file", STR_ARG(file),
		there ? "cannot be read" : "is not there");
	found(f, path, what.text);
}

static bool zone_is_there(struct str timezone)
{
	char path[128];
	if (access("/usr/share/zoneinfo", F_OK) != 0)
		return true; /* `wasl doctor` says that tzdata is missing */
	(void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%.*s", STR_ARG(timezone));
	return access(path, R_OK) == 0;
}

static void check_holidays(struct finder *f, const struct country *country)
{
	struct holidays *days = country->holidays.len ? malloc(sizeof *days) : NULL;
	struct err err = { .text = "" };
	if (days && holidays_read(country, days, &err) != 0)
		found_in_country(f, country, "holidays", err.text);
	free(days);
}

size_t config_problems_before_serving(const struct config *config, config_report_fn *report, void *user)
{
	static const char no_zone[] = "no such time zone is installed; write such as \"Africa/Abidjan\"";
	struct finder f = { .config = config, .report = report, .user = user };
	if (!zone_is_there(config->timezone))
		found(&f, "programme.timezone", no_zone);
	if (config->channels_count == 0)
		found(&f, "channels", "is empty: without one nobody can reach Wasl; `wasl init` writes an example");
	for (size_t i = 0; i < config->countries_count; i++) {
		const struct country *country = &config->countries[i];
		if (country->sos.len == 0)
			found_in_country(&f, country, "sos",
					 "is not set: write what a person in danger dials there, such as \"112\"");
		if (country->telephone.len == 0)
			found_in_country(&f, country, "telephone", "is empty: texts tell people to call it");
		if (!zone_is_there(country->timezone))
			found_in_country(&f, country, "timezone", no_zone);
		check_holidays(&f, country);
	}
	check_file(&f, "flows", config->flows, true);
	check_file(&f, "weights", config->weights, false);
	return f.count;
}

/* ---- what an administrator may live with */

static void warn_of_channel(struct finder *f, size_t i)
{
	const struct channel *channel = &f->config->channels[i];
	const struct adapter *adapter = channel->adapter;
	char path[32];
	(void)snprintf(path, sizeof path, "channels[%zu]", i);
	for (const char *const *own = adapter->keys; own && *own; own++) {
		struct err what;
		bool sends = **own == '!' && channel->sms && adapter->compose, proves = **own == '?';
		if ((!sends && !proves) || channel_key(channel, *own + 1).len > 0)
			continue;
		err_set(&what, 0, "%s is missing: %s", *own + 1, sends ? "this channel cannot send SMS" : "every callback is refused");
		found(f, path, what.text);
	}
	if (channel->poll_seconds > 0 && !adapter->poll)
		found(f, path, "poll_seconds has no effect: this aggregator has no inbox");
	if (channel->country.len > 0 && !config_country(f->config, channel->country))
		found(f, path, "its country is none of \"countries\": numbers there may not start conversations");
}

static bool is_loopback_listen(struct str listen)
{
	return str_starts(listen, STR("127.")) || str_starts(listen, STR("[::1]"));
}

static bool readable_by_all(struct str file)
{
	char path[4096];
	struct stat st;
	return str_copy(file, path, sizeof path) && stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & S_IROTH);
}

size_t config_warnings(const struct config *config, config_report_fn *report, void *user)
{
	struct finder f = { .config = config, .report = report, .user = user };
	if (str_ends(config->public_url, STR("example.org")))
		found(&f, "public_url", "is still the example's");
	if (!is_loopback_listen(config->listen_console))
		found(&f, "listen.console",
		      "is not on loopback: see that TLS and a VPN or client certificates stand before it");
	if (config->channels_count > 0 && readable_by_all(config->file))
		found(&f, "channels",
		      "this file can be read by everybody: tokens belong in a file of mode 0640 or 0600");
	for (size_t i = 0; i < config->countries_count; i++) {
		struct str callback = config->countries[i].callback;
		if (str_eq(callback, STR("0500000000")) || str_eq(callback, STR("+212500000000")))
			found_in_country(&f, &config->countries[i], "callback",
					 "is the default, which nobody answers: write the office's unlisted number");
	}
	if (config->duty_count == 0)
		found(&f, "duty", "is empty: nobody is texted when something is urgent outside office hours");
	for (size_t i = 0; i < config->channels_count; i++)
		warn_of_channel(&f, i);
	return f.count;
}
