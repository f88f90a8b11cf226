/* wasl channel explain --channel ID [--at TIME] [FILE…]: what the gateway makes of raw requests, without a daemon.
 *
 * The bytes go through a socket into the listener's own HTTP parser and guard, then through adapter, step and engine,
 * against a throw-away database.  One JSON object a request. */
#include "gateway/command.h"
#include "gateway/command_channel.h"
#include "gateway/event_json.h"
#include "gateway/inbound.h"
#include "gateway/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FILE_MAX = 4 << 20, REPLY_MAX = 1 << 18, PATIENCE_MS = 15000 };

struct explain {
	struct gateway g;
	struct http_server *server;
	json_t *out;               /* of the request under way; NULL until it was observed */
};

/* ---- what was seen, as JSON */

static void put_name(json_t *object, const char *key, const char *name)
{
	if (name)
		(void)json_object_set_new(object, key, json_string(name));
}

/* What was dialled counts as typed where it is a path through the menus, and at Infobip, whose "start" names a text. */
static struct str typed(const struct event *e, const struct step_result *step)
{
	bool dialled = e->first_is_code && e->session_rule == SESSION_ANY;
	if (step->turn.inputs == 1)
		return step->turn.input[0];
	return step->turn.is_new && !dialled ? e->text : STR("");
}

/* What the stored history adds to what the vendor says. */
static json_t *seen_event(const struct event *e, const struct step_result *step)
{
	json_t *object = event_json(e);
	if (!object || !step)
		return object;
	if (e->kind == EVENT_REPORT && step->report_status)
		put_name(object, "status", report_status_name(step->report_status));
	if (e->parts > 1)
		(void)json_object_set_new(object, "complete", json_boolean(!step->incomplete));
	if (e->kind != EVENT_USSD)
		return object;
	put_name(object, "event", ussd_event_name(step->turn.is_new ? USSD_NEW : USSD_CONTINUE));
	json_put_str(object, "input", typed(e, step));
	if (step->turn.conflict)
		(void)json_object_set_new(object, "conflict", json_true());
	return object;
}

/* The elements of a batch that wait for an operator, by id where they have one. */
static void put_parked(json_t *object, const struct decoded *decoded)
{
	json_t *parked = json_array();
	for (size_t i = 0; decoded && i < decoded->parked_count; i++)
		(void)json_array_append_new(parked, json_from_str(decoded->parked[i].id));
	if (json_array_size(parked) > 0)
		(void)json_object_set(object, "parked", parked);
	json_decref(parked);
}

static void observed(const struct inbound_trace *trace, void *user)
{
	struct explain *x = user;
	json_t *events = json_array();
	for (size_t i = 0; trace->decoded && i < trace->decoded->count; i++)
		(void)json_array_append_new(events, seen_event(&trace->decoded->events[i], trace->steps ? &trace->steps[i] : NULL));
	json_decref(x->out);
	x->out = json_object();
	put_name(x->out, "outcome", inbound_outcome_name(trace->outcome));
	(void)json_object_set_new(x->out, "http", json_integer(trace->http));
	put_name(x->out, "why", trace->why);
	if (json_array_size(events) > 0)
		(void)json_object_set(x->out, "events", events);
	json_decref(events);
	put_parked(x->out, trace->decoded);
}

/* ---- the reply as it stands on the wire */

static void put_reply(json_t *object, struct str raw)
{
	struct str rest = raw, line;
	json_t *reply = json_object(), *headers = json_object();
	const char *end = raw.len >= 4 ? memmem(raw.at, raw.len, "\r\n\r\n", 4) : NULL;
	uint64_t status = 0;
	if (end && str_split(&rest, '\n', &line) && line.len > 12 && str_to_u64(str_slice(line, 9, 12), &status))
		(void)json_object_set_new(object, "http", json_integer((json_int_t)status));
	while (end && str_split(&rest, '\n', &line) && line.len > 1) {
		struct str name, value = str_trim(line);
		char key[64];
		if (!str_split(&value, ':', &name) || !value.at || !str_copy(name, key, sizeof key))
			continue;
		value = str_trim(value);
		if (str_eq_nocase(name, STR("Content-Type")))
			json_put_str(reply, "content_type", value);
		else if (!str_eq_nocase(name, STR("Date")) && !str_eq_nocase(name, STR("Content-Length")) &&
			 !str_eq_nocase(name, STR("Connection")))
			json_put_str(headers, key, value);
	}
	if (json_object_size(headers) > 0)
		(void)json_object_set(reply, "headers", headers);
	json_decref(headers);
	json_put_str(reply, "body", end ? str_span(end + 4, raw.at + raw.len) : STR(""));
	(void)json_object_set_new(object, "reply", reply);
}

static bool reply_is_whole(struct str raw)
{
	const char *end = raw.len >= 4 ? memmem(raw.at, raw.len, "\r\n\r\n", 4) : NULL;
	if (!end)
		return false;
	struct str head = str_span(raw.at, end + 2), line;
	uint64_t length = 0;
	while (str_split(&head, '\n', &line)) {
		struct str name;
		line = str_trim(line);
		if (str_split(&line, ':', &name) && str_eq_nocase(name, STR("Content-Length")) &&
		    !str_to_u64(str_trim(line), &length))
			return true;
	}
	return (size_t)(raw.at + raw.len - (end + 4)) >= length;
}

/* ---- one request through the socket */

static int before_sleep(void *user)
{
	struct explain *x = user;
	batch_turn(&x->g.batch);
	return -1;
}

static void take_request(struct http_request *request, void *user)
{
	struct explain *x = user;
	inbound_handle(&x->g, request);
}

static struct str converse(struct explain *x, int fd, struct str request, char *reply)
{
	size_t got = 0;
	int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
	bool open = true;
	while (open && clock_monotonic_ms() < until_ms) {
		if (request.len) {
			ssize_t n = send(fd, request.at, request.len, MSG_NOSIGNAL | MSG_DONTWAIT);
			if (n > 0)
				request = str_from(request, (size_t)n);
			else if (errno != EAGAIN)
				request.len = 0; /* refused while it was still being sent: the reply says why */
		}
		if (loop_turn(x->g.loop, 20) != 0)
			break;
		ssize_t n = recv(fd, reply + got, REPLY_MAX - got, MSG_DONTWAIT);
		if (n > 0)
			got += (size_t)n;
		open = n > 0 || (n < 0 && errno == EAGAIN);
		if (reply_is_whole((struct str){ reply, got }))
			break;
	}
	return (struct str){ reply, got };
}

static int explain_one(struct explain *x, struct str request)
{
	static char reply[REPLY_MAX];
	int pair[2];
	x->out = NULL;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
		return EX_OSERR;
	if (http_adopt(x->server, pair[0]) != 0) {
		close(pair[1]);
		return EX_OSERR;
	}
	struct str raw = converse(x, pair[1], request, reply);
	close(pair[1]);
	int turned = loop_turn(x->g.loop, 0); /* lets the listener see that the connection is gone */
	if (!x->out) { /* the guard let it in nowhere */
		x->out = json_object();
		put_name(x->out, "outcome", "malformed");
		(void)json_object_set_new(x->out, "http", json_integer(0));
	}
	put_reply(x->out, raw);
	json_print_line(x->out);
	json_decref(x->out);
	x->out = NULL;
	return turned == 0 ? 0 : EX_OSERR;
}

/* ---- files */

/* Where the first request of bytes ends: behind its head and as much body as it announces.  What announces nothing
 * readable is one request to the end. */
static size_t request_length(struct str bytes)
{
	const char *end = memmem(bytes.at, bytes.len, "\r\n\r\n", 4);
	if (!end)
		return bytes.len;
	struct str head = str_span(bytes.at, end + 2), line;
	uint64_t length = 0;
	size_t head_len = (size_t)(end + 4 - bytes.at), lengths = 0;
	while (str_split(&head, '\n', &line)) {
		struct str name, value = str_trim(line);
		if (!str_split(&value, ':', &name) || !value.at)
			continue;
		if (str_eq_nocase(name, STR("Transfer-Encoding")))
			return bytes.len;
		if (str_eq_nocase(name, STR("Content-Length")) && (lengths++ || !str_to_u64(str_trim(value), &length)))
			return bytes.len;
	}
	return length > bytes.len - head_len ? bytes.len : head_len + (size_t)length;
}

static int explain_bytes(struct explain *x, struct str bytes)
{
	int code = 0;
	while (code == 0 && bytes.len) {
		size_t n = request_length(bytes);
		code = explain_one(x, str_slice(bytes, 0, n));
		bytes = str_from(bytes, n);
	}
	return code;
}

static int explain_file(struct explain *x, const char *name)
{
	bool is_stdin = strcmp(name, "-") == 0;
	FILE *from = is_stdin ? stdin : fopen(name, "re");
	char *bytes = malloc(FILE_MAX);
	int code = EX_NOINPUT;
	if (from && bytes) {
		size_t n = fread(bytes, 1, FILE_MAX, from);
		code = n == FILE_MAX || ferror(from) ? EX_DATAERR : explain_bytes(x, (struct str){ bytes, n });
	}
	if (code == EX_NOINPUT || code == EX_DATAERR)
		fprintf(stderr, "wasl: %s: %s\n", name, code == EX_DATAERR ? "too large or unreadable" : "cannot be opened");
	if (from && !is_stdin)
		fclose(from);
	free(bytes);
	return code;
}

static bool parse_time(const char *text, int64_t *ms)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (rest && *rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (!rest || (strcmp(rest, "Z") != 0 && *rest != '\0'))
		return false;
	*ms = (int64_t)timegm(&tm) * 1000;
	return true;
}

static int open_explain(struct explain *x, const struct config *config, int64_t at_ms)
{
	struct err err = { .text = "" };
	int rc = gateway_open(&x->g, config, NULL, &err);
	if (rc == 0)
		rc = loop_new(&x->g.loop);
	if (rc == 0)
		rc = http_listen(x->g.loop, NULL, &http_limits_default, take_request, x, &x->server, &err);
	if (rc != 0) {
		fprintf(stderr, "wasl: %s\n", err.text[0] ? err.text : strerror(-rc));
		return EX_CONFIG;
	}
	x->g.observe = observed;
	x->g.observer = x;
	x->g.clock_offset_ms = at_ms ? at_ms - clock_wall_ms() : 0;
	loop_before_sleep(x->g.loop, before_sleep, x);
	return 0;
}

int channel_explain(struct config *config, int argc, char **argv)
{
	const char *files[256], *channel = NULL;
	size_t count = 0;
	int64_t at_ms = 0;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--channel") == 0 && i + 1 < argc)
			channel = argv[++i];
		else if (strcmp(argv[i], "--at") == 0 && i + 1 < argc && parse_time(argv[i + 1], &at_ms))
			i++;
		else if (count < 256 && (argv[i][0] != '-' || argv[i][1] == '\0'))
			files[count++] = argv[i];
		else
			return command_usage("channel explain", "takes --channel ID [--at 2026-03-11T09:00:00Z] [FILE…]");
	}
	if (!channel || !config_channel(config, str_of(channel))) {
		fprintf(stderr, "wasl: %s\n", channel ? "the configuration has no such channel" : "channel explain needs --channel ID");
		config_free(config);
		return channel ? EX_CONFIG : EX_USAGE;
	}
	if (count == 0)
		files[count++] = "-";
	struct explain *x = calloc(1, sizeof *x);
	if (!x)
		return EX_OSERR;
	log_setup(LOG_ERROR, false);
	int code = open_explain(x, config, at_ms);
	for (size_t i = 0; code == 0 && i < count; i++)
		code = explain_file(x, files[i]);
	if (x->server)
		http_close(x->server);
	if (x->g.loop)
		loop_free(x->g.loop);
	gateway_close(&x->g);
	free(x);
	return code;
}
