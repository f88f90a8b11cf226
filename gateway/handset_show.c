#include "gateway/handset_show.h"

#include "gateway/handset_screen.h"
#include "gateway/json.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RULER_COLUMNS = 48, MEASURE_MAX = 80 };

struct handset_show handset_show(bool json, struct screen_limit limit, struct str number)
{
	const char *term = getenv("TERM");
	bool framed = !json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	return (struct handset_show){ .json = json, .framed = framed, .limit = limit, .number = number,
				      .colour = framed && term && strcmp(term, "dumb") != 0 };
}

/* ---- lengths */

static const char *measure_screen(const struct handset_show *show, struct str text, char out[MEASURE_MAX])
{
	enum encoding encoding;
	size_t units = text_units(text, &encoding);
	unsigned limit = encoding == ENCODING_GSM7 ? show->limit.gsm7 : show->limit.ucs2;
	(void)snprintf(out, MEASURE_MAX, "%zu/%u %s%s", units, limit, encoding_name(encoding),
		       units > limit ? ": longer than the network carries" : "");
	return out;
}

static const char *measure_sms(struct str text, char out[MEASURE_MAX])
{
	struct segments plan;
	enum encoding encoding;
	if (segment_plan(text, &plan) != 0)
		(void)snprintf(out, MEASURE_MAX, "%zu units, longer than SMS can be", text_units(text, &encoding));
	else
		(void)snprintf(out, MEASURE_MAX, "%zu %s, %zu SMS", text_units(text, &encoding), encoding_name(plan.encoding),
			       plan.count);
	return out;
}

/* ---- plain lines */

static void put_ruler(const char *what, struct str name, const char *more)
{
	int columns = printf("---- %s", what);
	columns += (int)screen_put(stdout, name);
	for (columns += printf("%s ", more); columns < RULER_COLUMNS; columns++)
		putchar('-');
	putchar('\n');
}

static void put_plain(struct str text)
{
	struct str line;
	while (str_split(&text, '\n', &line)) {
		(void)screen_put(stdout, str_ends(line, STR("\r")) ? str_slice(line, 0, line.len - 1) : line);
		putchar('\n');
	}
}

/* ---- what arrived */

static void put_lengths(json_t *object, struct str text)
{
	enum encoding encoding;
	size_t units = text_units(text, &encoding);
	json_put_str(object, "text", text);
	(void)json_object_set_new(object, "encoding", json_string(encoding_name(encoding)));
	(void)json_object_set_new(object, "units", json_integer((json_int_t)units));
}

static void print_object(json_t *object)
{
	json_print_line(object);
	json_decref(object);
}

void handset_show_screen(const struct handset_show *show, struct str code, struct str text, bool end)
{
	char measured[MEASURE_MAX];
	(void)measure_screen(show, text, measured);
	if (show->json) {
		json_t *object = json_pack("{s:s, s:b}", "kind", "ussd", "end", end);
		put_lengths(object, text);
		(void)json_object_set_new(object, "fits", json_boolean(text_fits(text, show->limit)));
		print_object(object);
	} else if (show->framed) {
		printf("\n   %s%.*s  %.*s%s\n", show->colour ? "\033[2m" : "", STR_ARG(show->number), STR_ARG(code),
		       show->colour ? "\033[0m" : "");
		screen_draw(stdout, text, show->colour);
		printf("   %s%s\n", measured, end ? ", the session is over" : "");
	} else {
		put_ruler("", code, "");
		put_plain(text);
		put_ruler(measured, STR(""), end ? ", the session is over" : "");
	}
	fflush(stdout);
}

void handset_show_sms(const struct handset_show *show, struct str from, struct str text, int64_t at_ms)
{
	char measured[MEASURE_MAX], clock[16];
	time_t at = (time_t)(at_ms / 1000);
	struct tm local;
	localtime_r(&at, &local);
	(void)strftime(clock, sizeof clock, " %H:%M", &local);
	(void)measure_sms(text, measured);
	if (show->json) {
		json_t *object = json_pack("{s:s, s:I}", "kind", "sms", "at_ms", (json_int_t)at_ms);
		json_put_str(object, "from", from);
		put_lengths(object, text);
		print_object(object);
	} else if (show->framed) {
		printf("\n   %sSMS from ", show->colour ? "\033[2m" : "");
		(void)screen_put(stdout, from);
		printf("%s%s\n", clock, show->colour ? "\033[0m" : "");
		screen_draw(stdout, text, show->colour);
		printf("   %s\n", measured);
	} else {
		put_ruler("SMS from ", from, clock);
		put_plain(text);
		put_ruler(measured, STR(""), "");
	}
	fflush(stdout);
}

void handset_show_sent(const struct handset_show *show, struct str text)
{
	char measured[MEASURE_MAX], note[MEASURE_MAX + 16];
	(void)snprintf(note, sizeof note, "SMS sent: %s", measure_sms(text, measured));
	handset_show_note(show, note);
}

void handset_show_typed(const struct handset_show *show, struct str typed)
{
	if (show->json || show->framed)
		return;
	printf("> ");
	(void)screen_put(stdout, typed);
	putchar('\n');
	fflush(stdout);
}

void handset_show_note(const struct handset_show *show, const char *note)
{
	fflush(stdout);
	fprintf(stderr, "%s%s\n", show->framed ? "   " : "wasl handset: ", note);
}
