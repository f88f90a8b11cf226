/* wasl report NAME [--year Y | --from D --to D] [--direction D] [--tag T] [--office O] [--outside [--national]]
 * [--lang fr|en|ar] [--format table|csv|csv-excel-fr|json|xlsx] [--output FILE] */
#include "gateway/act.h"
#include "gateway/command.h"
#include "gateway/definitions.h"
#include "gateway/outfile.h"
#include "gateway/print.h"
#include "gateway/report_write.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct order {
	struct report_ask ask;
	struct str year, from, to, format, output, language;
	const char *name;
};

static int read_arguments(const struct invocation *in, struct order *o)
{
	const struct { const char *name; struct str *to; } options[] = {
		{ "--year", &o->year }, { "--from", &o->from }, { "--to", &o->to }, { "--direction", &o->ask.direction },
		{ "--tag", &o->ask.tag }, { "--office", &o->ask.office }, { "--format", &o->format }, { "--output", &o->output },
		{ "--lang", &o->language },
	};
	const size_t count = sizeof options / sizeof *options;
	for (int i = 1; i < in->argc; i++) {
		size_t k = 0;
		if (strncmp(in->argv[i], "--", 2) != 0) {
			if (o->name)
				return command_usage("report", "one report at a time");
			o->name = in->argv[i];
			continue;
		}
		if (strcmp(in->argv[i], "--outside") == 0 || strcmp(in->argv[i], "--national") == 0) {
			*(in->argv[i][2] == 'o' ? &o->ask.outside : &o->ask.national) = true;
			continue;
		}
		while (k < count && strcmp(in->argv[i], options[k].name) != 0)
			k++;
		if (k == count || i + 1 == in->argc)
			return command_usage("report", "takes NAME, --year or --from and --to, --direction, --tag, --office, --outside, --format, "
					"--lang, --output");
		*options[k].to = str_of(in->argv[++i]);
	}
	if (!o->name)
		return command_usage_word("report", "", report_names);
	for (size_t i = 0; report_names[i]; i++)
		if (strcmp(report_names[i], o->name) == 0)
			return 0;
	return command_usage_word("report", o->name, report_names);
}

/* "": stdout. */
static int write_sheets(const struct report_page *report, const char *path, struct err *err)
{
	struct outfile out;
	if (!path[0] && isatty(1))
		return err_set(err, -EINVAL, "a terminal shows no spreadsheet: --output FILE.xlsx");
	int rc = outfile_open(&out, path[0] ? path : NULL, err);
	if (rc != 0)
		return rc;
	rc = report_write_sheets(report, out.by_fd, "", err);
	if (rc == 0)
		return outfile_keep(&out, err);
	outfile_drop(&out);
	return rc;
}

static void write_stream(const struct report_page *report, struct str format, FILE *to)
{
	if (str_eq_z(format, "json")) {
		json_t *json = report_json(report);
		(void)json_dumpf(json, to, JSON_INDENT(1));
		(void)fputc('\n', to);
		json_decref(json);
	} else if (str_starts(format, STR("csv"))) {
		report_write_csv(report, to, str_eq_z(format, "csv-excel-fr"));
	} else {
		report_write_text(report, to);
	}
}

static int write_out(const struct report_page *report, const struct order *o, struct err *err)
{
	char path[4096];
	struct outfile out;
	if (!str_copy(o->output, path, sizeof path))
		return err_set(err, -ENAMETOOLONG, "the file's path is too long");
	if (str_eq_z(o->format, "xlsx"))
		return write_sheets(report, path, err);
	if (!path[0]) {
		write_stream(report, o->format, stdout);
		return 0;
	}
	int rc = outfile_open(&out, path, err);
	if (rc != 0)
		return rc;
	FILE *to = outfile_stream(&out);
	if (to)
		write_stream(report, o->format, to);
	if (!to || ferror(to))
		rc = err_set(err, -EIO, "%s could not be written", path);
	if (to && fclose(to) != 0 && rc == 0)
		rc = err_set(err, -EIO, "%s could not be written", path);
	if (rc == 0)
		return outfile_keep(&out, err);
	outfile_drop(&out);
	return rc;
}

/* A page of zeros by a slip of the finger looks like a result.  No error: cases keep what the configuration lost. */
static void warn_of_unknown(const struct config *config, const struct report_ask *ask)
{
	if (ask->tag.len && !config_project(config, ask->tag))
		(void)fprintf(stderr, "wasl report: --tag: the configuration has no such project\n");
	if (ask->office.len && !config_has_office(config, ask->office))
		(void)fprintf(stderr, "wasl report: --office: the configuration has no such office\n");
}

/* Small figures that leave the house whole are somebody's choice, and the audit has it. */
static int record_choice(const struct config *config, const struct order *o)
{
	json_t *answer = NULL, *request = json_pack("{s:s, s:s, s:s, s:s}", "act", "export.released", "as", "administrator", "name",
			o->name,
						    "what", "report outside, national figures unmasked");
	int code = act_ask(config, request, &answer);
	json_decref(request);
	json_decref(answer);
	return code;
}

int command_report(const struct invocation *in)
{
	static const char *const formats[] = { "table", "csv", "csv-excel-fr", "json", "xlsx", NULL };
	struct order o = { .format = in->json ? STR("json") : STR("table") };
	struct err err = { .text = "" };
	struct config config;
	struct reader *reader;
	struct weights weights;
	struct report_page report;
	struct timespec now;
	char format[32];
	int code = read_arguments(in, &o);
	if (code != 0)
		return code;
	o.ask.language = report_language_named(o.language);
	if (o.language.len && !str_eq_z(o.language, report_language_names[o.ask.language]))
		return command_usage_word("report", str_copy(o.language, format, sizeof format) ? format : "that", report_language_names);
	bool known = false;
	for (size_t i = 0; formats[i]; i++)
		known |= str_eq_z(o.format, formats[i]);
	if (!known)
		return command_usage_word("report", str_copy(o.format, format, sizeof format) ? format : "that", formats);
	if (!o.year.len && !o.from.len && !o.to.len)
		o.ask.period.from.year = 0; /* the year that is now where the programme is */
	else if (period_parse(o.year, o.from, o.to, &o.ask.period, &err) != 0)
		return command_usage("report", err.text);
	code = open_reader(in, &config, &reader);
	if (code != 0)
		return code;
	warn_of_unknown(&config, &o.ask);
	clock_gettime(CLOCK_REALTIME, &now);
	o.ask.now_ms = (int64_t)now.tv_sec * 1000;
	if (o.ask.period.from.year == 0)
		o.ask.period = period_this_year(config.timezone, o.ask.now_ms);
	if (o.ask.outside && o.ask.national)
		code = record_choice(&config, &o);
	if (code != 0) {
		reader_close(reader);
		config_free(&config);
		return code;
	}
	o.ask.name = str_of(o.name), o.ask.protection = o.ask.complaints = true;
	int rc = definitions_weights(&weights, &config, &err);
	if (rc == 0) {
		o.ask.weights = &weights;
		rc = report_run(reader, &config, &o.ask, NULL, NULL, &report, &err);
		if (rc == 0) {
			rc = write_out(&report, &o, &err);
			report_free(&report);
		}
		weights_free(&weights);
	}
	reader_close(reader);
	config_free(&config);
	return rc == 0 ? 0 : command_fail("report", rc == -EINVAL ? EX_USAGE : command_exit_code(rc), err.text);
}
