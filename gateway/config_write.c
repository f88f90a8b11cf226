/* The configuration that `wasl init` writes, out of the same tables that the loader reads: every key with its default
 * and, as a "//" key before it, what it is for. */
#include "gateway/config_key.h"

#include <string.h>

struct writer {
	FILE *out;
	const struct config_example *with;
	unsigned depth;
	bool first; /* nothing stands yet in the object that is open */
};

/* What an example holds other than the default; by path. */
static const struct example {
	const char *path, *json;
} examples[] = {
	{ "public_url", "\"https://gw.example.org\"" },
	{ "programme.country", "\"MA\"" },
	{ "programme.timezone", "\"Africa/Casablanca\"" },
	{ "state", "\"state\"" },
	{ "key_file", "\"wasl.key\"" },
	{ "channels", "[]" },
	{ "countries.MA.timezone", "\"Africa/Casablanca\"" },
	{ "countries.MA.telephone", "\"0537652881\"" },
	{ "countries.MA.callback", "\"0500000000\"" },
	{ "countries.MA.sos", "\"\"" },
	{ "example.id", "\"at\"" },
	{ "example.adapter", "\"africastalking\"" },
	{ "example.sender", "\"3939\"" },
	{ "example.country", "\"MA\"" },
	{ "example.modes", "[\"sms\", \"ussd\"]" },
	{ "example.max_segments", "3" },
};

static const char *example_of(const char *path)
{
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
		if (strcmp(examples[i].path, path) == 0)
			return examples[i].json;
	if (strcmp(path, "offices") == 0)
		return config_offices_of_morocco;
	return NULL;
}

/* ---- pieces */

static void put_json(const json_t *value, FILE *out)
{
	(void)json_dumpf(value, out, JSON_ENCODE_ANY);
}

static void put_string(const char *text, FILE *out)
{
	json_t *value = json_string(text);
	put_json(value, out);
	json_decref(value);
}

static void new_line(struct writer *w)
{
	(void)fputc('\n', w->out);
	for (unsigned i = 0; i < w->depth; i++)
		(void)fputs("  ", w->out);
}

static void begin_member(struct writer *w, const char *before, const char *name)
{
	if (!w->first)
		(void)fputc(',', w->out);
	w->first = false;
	new_line(w);
	(void)fprintf(w->out, "\"%s%s\": ", before, name);
}

static void open_object(struct writer *w)
{
	(void)fputc('{', w->out);
	w->depth++;
	w->first = true;
}

static void close_object(struct writer *w)
{
	w->depth--;
	new_line(w);
	(void)fputc('}', w->out);
	w->first = false;
}

static void put_comment(struct writer *w, const char *name, const char *text)
{
	begin_member(w, "//", name);
	put_string(text, w->out);
}

/* A list of objects gets a line for each. */
static void put_value(struct writer *w, const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL), *one;
	size_t i;
	if (!json_is_array(value) || !json_is_object(json_array_get(value, 0))) {
		put_json(value, w->out);
		json_decref(value);
		return;
	}
	(void)fputc('[', w->out);
	w->depth++;
	json_array_foreach(value, i, one) {
		(void)fputs(i ? "," : "", w->out);
		new_line(w);
		put_json(one, w->out);
	}
	w->depth--;
	new_line(w);
	(void)fputc(']', w->out);
	json_decref(value);
}

/* ---- tables */

static void put_members(struct writer *w, const struct key *keys, const char *path);

static void put_countries(struct writer *w)
{
	begin_member(w, "", "countries");
	open_object(w);
	begin_member(w, "", "MA");
	open_object(w);
	put_members(w, country_keys, "countries.MA.");
	close_object(w);
	put_comment(w, "GN", "a country of return needs its own sos; the rest follows: {\"sos\": \"\"}");
	close_object(w);
}

/* A channel that nobody reads: it stands under a "//" key. */
static void put_channel_example(struct writer *w)
{
	begin_member(w, "// ", "a channel, to be filled in and moved into the list below");
	open_object(w);
	put_members(w, channel_keys, "example.");
	put_comment(w, "username", "of africastalking, as the next one: from the aggregator's console");
	begin_member(w, "", "username");
	put_string("", w->out);
	begin_member(w, "", "api_key");
	(void)fputs("{\"file\": \"africastalking.key\"}", w->out);
	close_object(w);
}

static void put_key(struct writer *w, const struct key *key, const char *path)
{
	const char *value = example_of(path);
	if (key->help[0])
		put_comment(w, key->name, key->help);
	if (strcmp(path, "countries") == 0) {
		put_countries(w);
	} else if (strcmp(path, "example.token") == 0) {
		begin_member(w, "", key->name);
		put_string(w->with->token, w->out);
	} else if (key->type == KEY_SECTION) {
		char below[64];
		struct buf b = buf_over(below, sizeof below);
		buf_put_z(&b, path);
		buf_put_char(&b, '.');
		buf_put_char(&b, '\0');
		begin_member(w, "", key->name);
		open_object(w);
		put_members(w, key->members, b.full ? "" : below);
		close_object(w);
	} else if (value || key->standard) {
		begin_member(w, "", key->name);
		put_value(w, value ? value : key->standard);
	}
}

static void put_members(struct writer *w, const struct key *keys, const char *before)
{
	for (; keys->name; keys++) {
		char path[64];
		struct buf b = buf_over(path, sizeof path);
		buf_put_z(&b, before);
		buf_put_z(&b, keys->name);
		buf_put_char(&b, '\0');
		if (strcmp(path, "channels") == 0)
			put_channel_example(w);
		put_key(w, keys, b.full ? "" : path);
	}
}

void config_write(FILE *out, const struct config_example *with)
{
	struct writer w = { .out = out, .with = with };
	open_object(&w);
	put_comment(&w, "", "Wasl's configuration. A key that begins with // is a comment. Any string may be "
			    "{\"env\": \"NAME\"} or {\"file\": \"PATH\"}; paths count from this file's folder.");
	put_comment(&w, " ", "Before the first start: public_url, countries.MA.sos and a channel. `wasl check` says "
			     "what is missing.");
	put_members(&w, config_keys, "");
	close_object(&w);
	(void)fputc('\n', out);
}
