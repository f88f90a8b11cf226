/* wasl channel send: one text to some numbers, now, and what came of it (CONTRACT 7).
 *
 * Exit code 0 whenever there is an answer for each number, also "rejected_permanent" or "unknown": a script reads
 * "result".  Only where there is none, and nothing can have been sent, does the code tell:
 *   64 the arguments; 65 a number or text that cannot be sent; 69 the channel cannot send;
 *   70 out of memory; 75 no daemon for a phone to ask, or outbound is off; 78 the channel's configuration
 *
 * Where a phone comes for its messages (smssync, envayasms) they are queued for it: "unknown", with the code "queued". */
#include "db/reader.h"
#include "gateway/command.h"
#include "gateway/command_channel.h"
#include "gateway/json.h"
#include "gateway/offline.h"
#include "gateway/sender.h"
#include "flows/text/utf8.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DEADLINE_MS = 30000, ARENA = 8 * 1024 * 1024, TEXT_MAX = 16 * 1024 };

static const char name[] = "channel send";

struct order { /* what was typed, and then what is to be sent */
	const char *channel_id, *text;
	const char *typed[RECIPIENTS_MAX];
	size_t count;
	const struct channel *channel;
	struct phone to[RECIPIENTS_MAX];
	size_t stopped;              /* so many at the end of to[] said STOP: nothing is sent there */
	struct str final;
	enum encoding encoding;
};

static int read_arguments(struct order *order, int argc, char **argv)
{
	static const struct option options[] = { { "channel", required_argument, NULL, 'c' },
						 { "to", required_argument, NULL, 't' },
						 { "text", required_argument, NULL, 'x' },
						 { NULL, 0, NULL, 0 } };
	int option;
	optind = 0; /* glibc: begin anew */
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'c')
			order->channel_id = optarg;
		else if (option == 'x')
			order->text = optarg;
		else if (option != 't')
			return command_usage("channel", "send takes --channel, --to and --text");
		else if (order->count == RECIPIENTS_MAX)
			return command_usage("channel", "send takes at most 64 numbers");
		else
			order->typed[order->count++] = optarg;
	}
	if (optind < argc)
		return command_usage("channel", "send: a word without --to or --text before it; quote the text");
	if (!order->channel_id || !order->text || order->count == 0)
		return command_usage("channel", "send needs --channel, --to and --text");
	return EX_OK;
}

/* The number itself is not repeated: terminals are photographed. */
static int read_numbers(struct order *order, const struct phone_plan *phones)
{
	for (size_t i = 0; i < order->count; i++) {
		struct phone *to = &order->to[i];
		phone_parse(phones, str_of(order->typed[i]), order->channel->country, to);
		if (to->kind != PHONE_E164) {
			(void)fprintf(stderr, "wasl %s: --to number %zu cannot be sent to: %s\n", name, i + 1,
				      to->kind == PHONE_INVALID && to->reason ? to->reason : "not a person's number");
			return EX_DATAERR;
		}
		for (size_t k = 0; k < i; k++)
			if (str_eq_z(str_of(to->e164), order->to[k].e164))
				return command_fail(name, EX_DATAERR, "a number stands there twice");
	}
	return EX_OK;
}

static int read_text(struct order *order, struct arena *arena)
{
	struct str text = str_of(order->text);
	struct segments segments;
	if (text.len == 0 || text.len > TEXT_MAX || !utf8_valid(text))
		return command_fail(name, EX_DATAERR, "the text must be UTF-8, not empty and not longer than 16 kB");
	struct buf out = buf_new(arena, 8 * text.len + 64);
	if (transliterate(text, STR(""), channel_policy(order->channel), &out, &order->encoding) != 0)
		return command_fail(name, EX_SOFTWARE, "out of memory");
	order->final = buf_str(&out);
	unsigned most = order->channel->max_segments;
	int error = segment_plan(order->final, &segments);
	if (!error && (most == 0 || segments.count <= most))
		return EX_OK;
	(void)fprintf(stderr, "wasl %s: the text is longer than the %u SMS of max_segments\n", name, most);
	return EX_DATAERR;
}

static int check_channel(const struct channel *channel)
{
	if (channel->sink)
		return command_fail(name, EX_UNAVAILABLE, "the demo's channel sends inside the daemon only");
	if (!channel->adapter->compose && !channel->adapter->phone_queue)
		return command_fail(name, EX_UNAVAILABLE, "this aggregator cannot send SMS");
	if (!channel->sms)
		return command_fail(name, EX_UNAVAILABLE, "the channel's modes are without \"sms\"");
	return EX_OK;
}

static int found_row(const char *const *names, const struct cell *row, size_t columns, void *found)
{
	(void)names, (void)columns;
	*(bool *)found = *(bool *)found || row;
	return 0;
}

/* Who said STOP goes to the end of the list. */
static int set_apart(struct reader *reader, struct order *order)
{
	for (size_t i = 0; i + order->stopped < order->count;) {
		unsigned char index[VAULT_INDEX_LEN];
		bool stopped = false;
		struct phone one = order->to[i];
		vault_number_index(reader_vault(reader), str_of(one.e164), index);
		struct cell cell = cell_of_blob(index, sizeof index);
		int rc = reader_ask(reader, "SELECT 1 FROM main.opt_out WHERE number_index = ?", &cell, 1, found_row, &stopped);
		if (rc != 0)
			return rc;
		if (!stopped) {
			i++;
			continue;
		}
		memmove(&order->to[i], &order->to[i + 1], (order->count - i - 1) * sizeof one);
		order->to[order->count - 1] = one;
		order->stopped++;
	}
	return 0;
}

/* The brake holds for every send, and so does STOP.  Without a database nobody has said either. */
static int ask_leave(const struct config *config, struct order *order)
{
	char state[4096], key_file[4096], path[4200];
	struct reader *reader;
	struct err err;
	bool held = false;
	if (!str_copy(config->state, state, sizeof state) || !str_copy(config->key_file, key_file, sizeof key_file))
		return command_fail(name, EX_CONFIG, "a path of the configuration is too long");
	(void)snprintf(path, sizeof path, "%s/wasl.db", state);
	if (access(path, F_OK) != 0)
		return EX_OK;
	int rc = reader_open(state, key_file, &reader, &err);
	if (rc != 0)
		return command_fail(name, command_exit_code(rc), err.text);
	rc = reader_ask(reader, "SELECT 1 FROM main.setting WHERE name = 'outbound' AND value = 'off'", NULL, 0, found_row, &held);
	if (rc == 0)
		rc = set_apart(reader, order);
	reader_close(reader);
	if (rc != 0)
		return command_fail(name, EX_IOERR, "the database does not answer");
	return held ? command_fail(name, EX_TEMPFAIL, "outbound is off: nothing was sent") : EX_OK;
}

/* What the JSON has no place for. */
static void say_why(const struct http_result *result, enum send_class first)
{
	if (result->curl_code)
		(void)fprintf(stderr, "wasl %s: %s\n", name, sender_error_name(result->curl_code));
	else if (transport_class(result) != SEND_ACCEPTED)
		(void)fprintf(stderr, "wasl %s: the aggregator answered %u\n", name, result->status);
	else if (first == SEND_UNKNOWN)
		(void)fprintf(stderr, "wasl %s: the aggregator answered %u, but does not say whether it was taken\n", name,
			      result->status);
}

/* A token, where the adapter needs one.  0; 1: there is none, and results say what that means; else as send_some(). */
static int fetch_token(const struct channel *channel, struct outgoing *message, struct arena *arena,
		       struct recipient_result *results)
{
	struct http_call call;
	struct http_result result = { 0 };
	int64_t life_s;
	message->access = STR("");
	if (!channel_logs_in(channel))
		return 0;
	int error = channel->adapter->login(channel, arena, &call);
	if (!error)
		error = sender_call_and_wait(&call, DEADLINE_MS, arena, &result);
	if (!error)
		error = channel->adapter->logged_in(channel, &result, arena, &message->access, &life_s);
	if (error != -EPROTO)
		return error;
	enum send_class class = transport_class(&result);
	if (class == SEND_ACCEPTED || class == SEND_UNKNOWN) /* nothing was sent */
		class = SEND_TRANSIENT;
	classify_all(message, class, STR(""), results);
	say_why(&result, class);
	return 1;
}

/* One call.  0 when there are results; else nothing has left. */
static int send_once(const struct channel *channel, const struct outgoing *message, struct arena *arena,
		     struct recipient_result *results, bool *token_refused)
{
	struct http_call call;
	struct http_result result;
	int error = channel->adapter->compose(channel, message, arena, &call);
	if (error)
		return error;
	error = sender_call_and_wait(&call, DEADLINE_MS, arena, &result);
	if (error == -ENOMEM) { /* perhaps for the answer */
		classify_all(message, SEND_UNKNOWN, STR(""), results);
		return 0;
	}
	if (error)
		return error;
	if (channel->adapter->classify(channel, message, &result, arena, results) != 0)
		classify_all(message, SEND_UNKNOWN, STR(""), results);
	*token_refused = channel_logs_in(channel) && !result.curl_code && result.status == 401;
	say_why(&result, results[0].result);
	return 0;
}

/* A token that was refused is replaced once. */
static int send_some(const struct channel *channel, struct outgoing *message, struct arena *arena,
		     struct recipient_result *results)
{
	bool token_refused = false;
	for (int tries = 0; tries < 2; tries++) {
		int error = fetch_token(channel, message, arena, results);
		if (error)
			return error < 0 ? error : 0;
		error = send_once(channel, message, arena, results, &token_refused);
		if (error || !token_refused)
			return error;
	}
	return 0;
}

static json_t *result_json(const struct recipient_result *result)
{
	json_t *object = json_object();
	json_put_str(object, "to", result->to);
	json_put_str(object, "result", str_of(send_class_name(result->result)));
	if (result->id.len)
		json_put_str(object, "id", result->id);
	json_t *ids = json_array();
	for (size_t i = 0; result->ids_count > 1 && i < result->ids_count; i++)
		(void)json_array_append_new(ids, json_from_str(result->ids[i]));
	if (json_array_size(ids) > 0)
		(void)json_object_set(object, "ids", ids);
	json_decref(ids);
	if (result->code.len)
		json_put_str(object, "code", result->code);
	if (result->opt_out)
		(void)json_object_set_new(object, "opt_out", json_true());
	return object;
}

static void print_results(const struct recipient_result *results, json_t *recipients, size_t count)
{
	json_t *whole = json_object();
	json_put_str(whole, "result", str_of(send_result_name(results, count)));
	(void)json_object_set_new(whole, "recipients", recipients);
	json_print_line(whole);
	json_decref(whole);
}

static enum send_class class_named(const char *word)
{
	enum send_class class = SEND_ACCEPTED;
	while (class < SEND_UNKNOWN && (!word || strcmp(word, send_class_name(class)) != 0))
		class++;
	return class;
}

static void print_queued(json_t *recipients)
{
	static struct recipient_result results[RECIPIENTS_MAX];
	size_t count = json_array_size(recipients) < RECIPIENTS_MAX ? json_array_size(recipients) : RECIPIENTS_MAX;
	for (size_t i = 0; i < count; i++)
		results[i].result = class_named(json_string_value(json_object_get(json_array_get(recipients, i), "result")));
	(void)fprintf(stderr, "wasl %s: queued for the phone, which comes for it; `wasl channel list` shows the queue\n", name);
	print_results(results, json_incref(recipients), count);
}

/* ref: the outbox takes the numbers of its messages for references, so "gw-1" is never one of those. */
static struct outgoing part_of(const struct order *order, size_t from, struct buf *ref)
{
	buf_clear(ref);
	buf_printf(ref, "gw-%zu", from + 1);
	struct outgoing message = { .text = order->final, .encoding = order->encoding, .client_ref = buf_str(ref) };
	size_t most = order->channel->adapter->recipients_per_call;
	for (size_t i = from; i + order->stopped < order->count && message.count < (most ? most : 1); i++)
		message.to[message.count++] = str_of(order->to[i].e164);
	return message;
}

static int nothing_sent(int error)
{
	if (error == -EINVAL)
		return command_fail(name, EX_CONFIG, "the channel lacks a key, or its base_url is no http URL");
	return command_fail(name, EX_SOFTWARE, "out of memory");
}

static int send_all(const struct order *order, struct arena *arena)
{
	struct recipient_result results[RECIPIENTS_MAX] = { 0 };
	json_t *recipients = json_array();
	char storage[24];
	struct buf ref = buf_over(storage, sizeof storage);
	size_t done = 0;
	while (done + order->stopped < order->count) {
		struct outgoing message = part_of(order, done, &ref);
		size_t mark = arena_mark(arena);
		int error = send_some(order->channel, &message, arena, &results[done]);
		if (error && done == 0) {
			json_decref(recipients);
			return nothing_sent(error);
		}
		if (error)
			classify_all(&message, SEND_TRANSIENT, STR(""), &results[done]);
		for (size_t i = 0; i < message.count; i++, done++)
			(void)json_array_append_new(recipients, result_json(&results[done]));
		arena_back(arena, mark);
	}
	for (; done < order->count; done++) {
		results[done] = (struct recipient_result){ .to = str_of(order->to[done].e164), .result = SEND_REJECTED_PERMANENT,
							   .code = STR("opted_out") };
		(void)json_array_append_new(recipients, result_json(&results[done]));
	}
	print_results(results, recipients, order->count);
	return EX_OK;
}

/* For a phone that comes for its messages: the daemon queues them, and what becomes of them nobody can say yet. */
static int queue_all(const struct config *config, const struct order *order)
{
	int code;
	json_t *answer = NULL, *to = json_array(), *request = json_object();
	json_put_str(request, "do", STR("phone.send"));
	json_put_str(request, "channel", order->channel->id);
	json_put_str(request, "text", order->final);
	for (size_t i = 0; i < order->count; i++)
		(void)json_array_append_new(to, json_string(order->to[i].e164));
	(void)json_object_set_new(request, "to", to);
	int rc = ask_daemon(config, request, &answer, &code);
	json_decref(request);
	if (rc == 0)
		code = command_fail(name, EX_TEMPFAIL, "no daemon runs that the phone could ask; nothing was queued");
	if (rc == 1 && code == 0)
		print_queued(json_object_get(answer, "recipients"));
	json_decref(answer);
	return code;
}

int channel_send(const struct config *config, const struct phone_plan *phones, int argc, char **argv)
{
	static struct order order; /* large */
	struct arena arena;
	order = (struct order){ .channel_id = NULL };
	int code = read_arguments(&order, argc, argv);
	if (code)
		return code;
	order.channel = channel_find(config, name, order.channel_id);
	if (!order.channel)
		return EX_USAGE;
	if (arena_new(&arena, ARENA) != 0)
		return command_fail(name, EX_SOFTWARE, "out of memory");
	code = check_channel(order.channel);
	if (!code)
		code = read_numbers(&order, phones);
	if (!code)
		code = read_text(&order, &arena);
	if (!code && order.channel->adapter->phone_queue) {
		code = queue_all(config, &order);
	} else if (!code) {
		code = ask_leave(config, &order);
		code = code ? code : send_all(&order, &arena);
	}
	arena_free(&arena);
	return code;
}
