/* wasl channel list | explain | send | poll | parked | token. */
#include "gateway/command_channel.h"

#include "db/db.h"
#include "flows/load.h"
#include "gateway/command.h"
#include "gateway/definitions.h"
#include "gateway/offline.h"
#include "gateway/print.h"
#include "gateway/verbs.h"

#include <stdio.h>
#include <string.h>

static void print_channels(const json_t *channels, bool json)
{
	static const char *const column[] = { "id", "adapter", "state", "last_inbound", "last_send", "queue", "accepted",
					      "refused", "last_error", "credit" };
	size_t i;
	json_t *one;
	if (json) {
		json_print_line(channels);
		return;
	}
	for (size_t k = 0; k < sizeof column / sizeof *column; k++)
		printf("%s%s", k ? "\t" : "", column[k]);
	putchar('\n');
	json_array_foreach(channels, i, one) {
		for (size_t k = 0; k < sizeof column / sizeof *column; k++) {
			const json_t *value = json_object_get(one, column[k]);
			if (k)
				putchar('\t');
			if (json_is_string(value))
				print_safe(json_str(value));
			else if (json_is_integer(value))
				printf("%lld", (long long)json_integer_value(value));
			else
				putchar('-');
		}
		putchar('\n');
	}
}

static int channel_list(const struct invocation *in, const struct config *config)
{
	struct db db;
	json_t *answer = NULL, *request = json_pack("{s:s}", "do", "channel.list");
	int code, rc = ask_daemon(config, request, &answer, &code);
	json_decref(request);
	if (rc == 1 && code == 0)
		print_channels(json_object_get(answer, "channels"), in->json);
	json_decref(answer);
	if (rc != 0)
		return code;
	code = open_offline(config, &db);
	if (code != 0)
		return code;
	json_t *channels = channels_json(&db, config);
	if (channels)
		print_channels(channels, in->json);
	db_close(&db);
	json_decref(channels);
	return channels ? 0 : EX_IOERR;
}

/* What was authentic and not understood, opened, oldest first: the only place where it can be read. */
static int channel_parked(const struct invocation *in)
{
	static const char sql[] = "SELECT parked_id,"
		" strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch') AS at, channel, hook, reason,"
		" unseal('parked.body', parked_id, NULL, body) AS body FROM main.parked ORDER BY parked_id";
	struct config config;
	struct reader *reader;
	int code = open_reader(in, &config, &reader);
	if (code != 0)
		return code;
	code = print_own(reader, sql, in->json);
	reader_close(reader);
	config_free(&config);
	return code;
}

/* 27 characters of 64 kinds: 162 bits (CONTRACT 4, failures.md I16). */
static int channel_token(void)
{
	static const char kind[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	struct vault any;
	if (vault_from_key(&any, NULL) != 0)
		return EX_OSERR;
	vault_close(&any);
	for (int i = 0; i < 27; i++)
		putchar(kind[vault_random_below(64)]);
	putchar('\n');
	return 0;
}

static int with_phones(const struct config *config, const char *what, int argc, char **argv)
{
	struct book book;
	struct err err;
	if (definitions_load(&book, config, &err) != 0) {
		fprintf(stderr, "wasl: %s\n", err.text);
		return EX_CONFIG;
	}
	int code = strcmp(what, "send") == 0 ? channel_send(config, &book.phones, argc, argv) :
					       channel_poll(config, &book.phones, argc, argv);
	book_free(&book);
	return code;
}

int command_channel(const struct invocation *in)
{
	struct config config;
	const char *what = in->argc > 1 ? in->argv[1] : "";
	bool list = strcmp(what, "list") == 0, explain = strcmp(what, "explain") == 0;
	if (strcmp(what, "token") == 0)
		return channel_token();
	if (strcmp(what, "parked") == 0)
		return channel_parked(in);
	if (!list && !explain && strcmp(what, "send") != 0 && strcmp(what, "poll") != 0)
		return command_usage("channel", "takes list, explain, send, poll, parked or token");
	int code = open_config(in, &config);
	if (code != 0)
		return code;
	if (explain)
		return channel_explain(&config, in->argc - 1, in->argv + 1);
	code = list ? channel_list(in, &config) : with_phones(&config, what, in->argc - 1, in->argv + 1);
	config_free(&config);
	return code;
}
