/* wasl channel poll: fetches an aggregator's inbox once and prints what it held (CONTRACT 3).  Nothing is stored, and
 * the inbox is left as it is: the same --since brings the same again where the vendor keeps its messages.
 *
 * Exit code 0 with a page, also an empty one.  Without one nothing is printed:
 *   64 the arguments; 65 the answer is not a page; 69 no inbox there, or credentials, certificate, address refused;
 *   70 out of memory; 75 no answer, or busy: try again; 78 the channel's configuration */
#include "gateway/command.h"
#include "gateway/command_channel.h"
#include "gateway/event_json.h"
#include "gateway/sender.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

enum { DEADLINE_MS = 30000, ARENA = 8 * 1024 * 1024 };

static const char name[] = "channel poll";

const struct channel *channel_find(const struct config *config, const char *command, const char *id)
{
	const struct channel *channel = config_channel(config, str_of(id));
	if (channel)
		return channel;
	(void)fprintf(stderr, "wasl %s: there is no channel \"%.40s\"; there are:", command, id);
	for (size_t i = 0; i < config->channels_count; i++)
		(void)fprintf(stderr, " %.*s", STR_ARG(config->channels[i].id));
	(void)fputc('\n', stderr);
	return NULL;
}

static int read_arguments(int argc, char **argv, const char **id, const char **since)
{
	static const struct option options[] = { { "channel", required_argument, NULL, 'c' },
						 { "since", required_argument, NULL, 's' },
						 { NULL, 0, NULL, 0 } };
	int option;
	*id = NULL;
	*since = "";
	optind = 0; /* glibc: begin anew */
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'c')
			*id = optarg;
		else if (option == 's')
			*since = optarg;
		else
			return command_usage("channel", "poll takes --channel and --since");
	}
	if (optind < argc || !*id)
		return command_usage("channel", "poll needs --channel ID");
	return EX_OK;
}

static int compose(const struct channel *channel, const char *since, struct arena *arena, struct http_call *call)
{
	if (!channel->adapter->poll)
		return command_fail(name, EX_UNAVAILABLE, "this aggregator has no inbox to fetch; it calls back");
	int error = channel->adapter->poll(channel, STR(""), arena, call);
	if (error == -EINVAL)
		return command_fail(name, EX_CONFIG, "the channel lacks a key for fetching");
	if (!error)
		error = channel->adapter->poll(channel, str_of(since), arena, call);
	if (error == -EINVAL)
		return command_usage("channel", "poll: --since is no cursor of this aggregator");
	return error ? command_fail(name, EX_SOFTWARE, "out of memory") : EX_OK;
}

static int failed(const struct http_result *result)
{
	if (result->curl_code)
		(void)fprintf(stderr, "wasl %s: %s\n", name, sender_error_name(result->curl_code));
	else
		(void)fprintf(stderr, "wasl %s: the aggregator answered %u%s\n", name, result->status,
			      transport_class(result) == SEND_ACCEPTED ? ", but with no page of messages" : "");
	switch (transport_class(result)) {
	case SEND_TRANSIENT:
	case SEND_UNKNOWN: /* a fetch may be asked for again */
		return EX_TEMPFAIL;
	case SEND_ACCEPTED: /* but not with a page */
		return EX_DATAERR;
	case SEND_OPERATIONAL:
	case SEND_REJECTED_PERMANENT:
		break;
	}
	return EX_UNAVAILABLE;
}

struct fetched { /* one page, and what it is worth */
	struct decoded page;
	struct event *parked;
	size_t parked_count;
	struct str cursor; /* the next */
};

static void add_page(const struct fetched *one, json_t *messages, json_t *reports, json_t *unread)
{
	const struct decoded *page = &one->page;
	for (size_t i = 0; i < page->count; i++)
		(void)json_array_append_new(page->events[i].kind == EVENT_REPORT ? reports : messages,
					    event_json(&page->events[i]));
	for (size_t i = 0; i < one->parked_count; i++)
		(void)json_array_append_new(unread, json_from_str(one->parked[i].id));
}

static void print_pages(const struct fetched *pages, size_t count)
{
	json_t *whole = json_object(), *messages = json_array(), *reports = json_array(), *unread = json_array();
	for (size_t i = 0; i < count; i++)
		add_page(&pages[i], messages, reports, unread);
	(void)json_object_set_new(whole, "messages", messages);
	(void)json_object_set_new(whole, "reports", reports);
	if (json_array_size(unread))
		(void)json_object_set(whole, "parked", unread);
	json_put_str(whole, "next_cursor", pages[count - 1].cursor);
	json_print_line(whole);
	json_decref(unread);
	json_decref(whole);
}

static int fetch_one(const struct channel *channel, const struct phone_plan *phones, const char *since, struct arena *arena,
		     struct fetched *out)
{
	struct http_call call;
	struct http_result result;
	int code = compose(channel, since, arena, &call);
	if (code)
		return code;
	int error = sender_call_and_wait(&call, DEADLINE_MS, arena, &result);
	if (!error)
		error = channel->adapter->polled(channel, str_of(since), &result, phones, arena, &out->page, &out->parked,
						 &out->parked_count, &out->cursor);
	if (error == -EINVAL)
		return command_fail(name, EX_CONFIG, "base_url is not http or https");
	if (error)
		return command_fail(name, EX_SOFTWARE, "out of memory");
	return out->page.verdict == VERDICT_ACCEPT ? EX_OK : failed(&result);
}

/* An inbox that has messages and reports apart gives both; what came of one is printed though the other did not come,
 * because it may be handed out once only. */
static int fetch(const struct channel *channel, const struct phone_plan *phones, const char *since, struct arena *arena)
{
	struct fetched pages[2] = { 0 };
	size_t count = 0;
	int code = fetch_one(channel, phones, since, arena, &pages[0]);
	bool both = channel->adapter->once && !*since;
	count += code == EX_OK;
	if (both && (code == EX_OK || code == EX_UNAVAILABLE))
		count += fetch_one(channel, phones, "reports", arena, &pages[count]) == EX_OK;
	if (count == 0)
		return code;
	print_pages(pages, count);
	return EX_OK;
}

int channel_poll(const struct config *config, const struct phone_plan *phones, int argc, char **argv)
{
	const char *id, *since;
	struct arena arena;
	int code = read_arguments(argc, argv, &id, &since);
	if (code)
		return code;
	const struct channel *channel = channel_find(config, name, id);
	if (!channel)
		return EX_USAGE;
	if (arena_new(&arena, ARENA) != 0)
		return command_fail(name, EX_SOFTWARE, "out of memory");
	code = fetch(channel, phones, since, &arena);
	arena_free(&arena);
	return code;
}
