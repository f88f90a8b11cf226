/* What aggregators cost: decoding a callback, and sending through libcurl to a sink on this machine.
 *
 *     channels decode PAYLOADS.json…   microseconds a request of each file's adapter, over its inbound cases
 *     channels send SECONDS            sends a second over kept connections; latency beside a vendor that never answers
 *
 * One JSON object a line.  The sink is a process of its own; what the sender's process uses of a core is measured with
 * it, so that the figure holds on a machine whose cores have other work. */
#include "flows/embedded.h"
#include "gateway/channels/channel.h"
#include "gateway/json.h"
#include "gateway/sender.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 5, TIMES = 400, CASES_MAX = 128, SINK_CONNECTIONS = 64, LATENCIES = 2000, WARM_UP = 64 };

static struct arena arena, lasting;

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "channels: %s\n", what);
	exit(1);
}

static struct str or_empty(struct str s)
{
	return s.at ? s : STR("");
}

/* ---- decoding */

static void add_key(struct channel *c, const char *name, const json_t *value)
{
	char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	must(c->keys_count < CHANNEL_KEYS_MAX, "too many keys");
	c->key[c->keys_count].name = str_of(name);
	c->key[c->keys_count++].value = text ? arena_str(&lasting, str_of(text)) : json_str(value);
	free(text);
}

static struct channel channel_from(const json_t *corpus)
{
	const json_t *object = json_object_get(corpus, "channel");
	struct channel c = { .id = json_get_str(object, "id"), .adapter = adapter_named(json_get_str(object, "adapter")),
			     .token = or_empty(json_get_str(object, "token")), .sender = or_empty(json_get_str(object, "sender")),
			     .country = or_empty(json_get_str(object, "country")), .base_url = STR(""), .sms = true, .ussd = true,
			     .public_url = json_get_str(corpus, "public_url") };
	const char *name;
	json_t *value;
	struct err err = { .text = "" };
	must(c.adapter, "no such adapter");
	c.hooks = c.adapter->hooks;
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
		if (!strstr(" id adapter token sender country base_url allow_from ", name))
			add_key(&c, name, value);
	must(!c.adapter->prepare || c.adapter->prepare(&c, &lasting, &err) == 0, err.text);
	return c;
}

struct decoding {
	struct http_request request;
	const struct hook *hook;
};

static const struct hook *hook_of(const struct channel *c, struct str path)
{
	struct str rest = path, part;
	while (str_split(&rest, '/', &part))
		for (const struct hook *hook = c->hooks; hook->name; hook++)
			if (str_eq_z(part, hook->name))
				return hook;
	return NULL;
}

/* false: no request, or one for no hook of the channel. */
static bool read_case(const struct channel *c, const json_t *one, struct decoding *d)
{
	const json_t *headers = json_object_get(one, "headers");
	struct str method = json_get_str(one, "method"), rest = json_get_str(one, "path_or_query"), path;
	const char *name;
	json_t *value;
	if (json_object_get(one, "response") || json_object_get(one, "body_b64") || !rest.at || !method.at)
		return false;
	(void)str_split(&rest, '?', &path);
	*d = (struct decoding){ .request = { .method = str_eq(method, STR("GET")) ? HTTP_GET : HTTP_POST, .path = path,
					     .query = or_empty(rest), .body = or_empty(json_get_str(one, "body")),
					     .now_ms = 1773220465000, .peer.ss_family = AF_INET } };
	((struct sockaddr_in *)(void *)&d->request.peer)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	json_object_foreach((json_t *)(uintptr_t)headers, name, value)
		if (d->request.headers_count < HTTP_HEADERS_MAX && json_is_string(value))
			d->request.headers[d->request.headers_count++] = (struct http_header){ str_of(name), json_str(value) };
	d->hook = hook_of(c, path);
	return d->hook && hook_takes(d->hook, d->request.method);
}

static double decode_us(const struct channel *c, const struct decoding *cases, size_t count, const struct phone_plan *plan)
{
	double best = 1e9;
	for (int round = 0; round < ROUNDS; round++) {
		int64_t began = clock_monotonic_us();
		for (int n = 0; n < TIMES; n++)
			for (size_t i = 0; i < count; i++) {
				struct decoded out = { 0 };
				arena_reset(&arena);
				must(c->adapter->decode(c, cases[i].hook, &cases[i].request, plan, &arena, &out) == 0, "no memory");
			}
		double us = (double)(clock_monotonic_us() - began) / (double)(TIMES * count);
		best = us < best ? us : best;
	}
	return best;
}

static void decode_file(const char *path, const struct phone_plan *plan)
{
	static char bytes[JSON_TEXT_MAX];
	static struct decoding cases[CASES_MAX];
	size_t i, count = 0, len;
	FILE *file = fopen(path, "rb");
	must(file, path);
	len = fread(bytes, 1, sizeof bytes, file);
	(void)fclose(file);
	json_t *corpus = json_parse((struct str){ bytes, len }, NULL), *one;
	must(json_is_object(corpus), path);
	struct channel c = channel_from(corpus);
	json_array_foreach(json_object_get(corpus, "cases"), i, one)
		if (count < CASES_MAX && read_case(&c, one, &cases[count]))
			count++;
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	if (count)
		printf("{\"what\": \"decode\", \"file\": \"%.*s\", \"adapter\": \"%s\", \"cases\": %zu, \"us\": %.2f}\n",
		       (int)strcspn(name, "."), name, c.adapter->name, count, decode_us(&c, cases, count, plan));
	json_decref(corpus);
}

static void decode_all(int argc, char **argv)
{
	struct phone_plan plan;
	struct err err;
	const struct embedded_file *f = flow_files;
	while (f->name && strcmp(f->name, "phones.tsv") != 0)
		f++;
	must(f->name && phone_plan_load(&plan, (struct str){ f->bytes, f->len }, &lasting, &err) == 0, "phones.tsv");
	for (int i = 0; i < argc; i++)
		decode_file(argv[i], &plan);
}

/* ---- the sink: answers each whole request as Africa's Talking does */

static const char body[] =
	"{\"SMSMessageData\":{\"Message\":\"Sent to 1/1 Total Cost: KES 0.8000\",\"Recipients\":[{\"statusCode\":101,"
	"\"number\":\"+212600000101\",\"status\":\"Success\",\"cost\":\"KES 0.8000\",\"messageId\":\"ATXid_1\"}]}}";
static char taken[512];
static size_t taken_len;

struct client {
	int fd;
	size_t len;
	char bytes[8192];
};

static size_t whole_request(const struct client *c)
{
	const char *end = memmem(c->bytes, c->len, "\r\n\r\n", 4);
	const char *length = end ? memmem(c->bytes, (size_t)(end - c->bytes), "Content-Length: ", 16) : NULL;
	size_t need = end ? (size_t)(end - c->bytes) + 4 + (length ? strtoul(length + 16, NULL, 10) : 0) : SIZE_MAX;
	return need <= c->len ? need : 0;
}

static bool serve(struct client *c)
{
	ssize_t n = read(c->fd, c->bytes + c->len, sizeof c->bytes - c->len);
	if (n <= 0)
		return false;
	c->len += (size_t)n;
	for (size_t used; (used = whole_request(c)); c->len -= used) {
		if (write(c->fd, taken, taken_len) != (ssize_t)taken_len)
			return false;
		memmove(c->bytes, c->bytes + used, c->len - used);
	}
	return c->len < sizeof c->bytes;
}

static void run_sink(int listener)
{
	static struct client clients[SINK_CONNECTIONS];
	struct pollfd ready[SINK_CONNECTIONS + 1] = { { .fd = listener, .events = POLLIN } };
	size_t count = 0;
	for (;;) {
		(void)poll(ready, count + 1, -1);
		for (size_t i = count; i > 0; i--)
			if (ready[i].revents && !serve(&clients[i - 1])) {
				(void)close(clients[i - 1].fd);
				clients[i - 1] = clients[--count];
				ready[i].fd = clients[i - 1].fd;
			}
		int fd = ready[0].revents && count < SINK_CONNECTIONS ? accept(listener, NULL, NULL) : -1;
		if (fd < 0)
			continue;
		clients[count] = (struct client){ .fd = fd };
		ready[++count] = (struct pollfd){ .fd = fd, .events = POLLIN };
	}
}

static int listener_on(unsigned *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	must(fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0 && listen(fd, 128) == 0 &&
	     getsockname(fd, (struct sockaddr *)&at, &len) == 0, "no socket");
	*port = ntohs(at.sin_port);
	return fd;
}

/* ---- sending */

static struct run {
	struct loop *loop;
	struct sender *sender;
	struct channel channel;
	struct outgoing message;
	size_t under_way, accepted, others, started, most;
	int64_t until_us;
} run;

struct one { /* a call under way */
	int64_t began_us;
	struct one *next;
};
static struct one ones[SENDER_LANE_CALLS_MAX], *idle;
static int64_t latencies[LATENCIES];
static size_t latencies_count;

static void start_more(void);

static void came_back(const struct http_result *result, void *user)
{
	struct one *one = user;
	struct recipient_result r;
	arena_reset(&arena);
	bool ok = run.channel.adapter->classify(&run.channel, &run.message, result, &arena, &r) == 0 && r.result == SEND_ACCEPTED;
	run.accepted += ok;
	run.others += !ok;
	if (latencies_count < LATENCIES)
		latencies[latencies_count++] = clock_monotonic_us() - one->began_us;
	one->next = idle;
	idle = one;
	run.under_way--;
	start_more();
}

static void start_more(void)
{
	struct http_call call;
	while (idle && run.under_way < run.most && clock_monotonic_us() < run.until_us) {
		struct one *one = idle;
		arena_reset(&arena);
		must(run.channel.adapter->compose(&run.channel, &run.message, &arena, &call) == 0, "not composed");
		one->began_us = clock_monotonic_us();
		must(sender_call(run.sender, STR("fast"), &call, 10000, came_back, one) == 0, "not called");
		idle = one->next;
		run.under_way++;
	}
}

static void send_for(double seconds, size_t most)
{
	run.accepted = run.others = latencies_count = 0;
	run.most = most;
	run.until_us = clock_monotonic_us() + (int64_t)(seconds * 1e6);
	start_more();
	while (run.under_way)
		must(loop_turn(run.loop, 1000) == 0, "the loop");
	must(run.others == 0 && run.accepted > 0, "not every send was accepted");
}

static double cpu_seconds(void)
{
	struct rusage used;
	(void)getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static int by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static int64_t median_latency(double seconds)
{
	send_for(seconds, 1);
	qsort(latencies, latencies_count, sizeof latencies[0], by_size);
	return latencies[latencies_count / 2];
}

static void nothing_came(const struct http_result *result, void *user)
{
	(void)result, (void)user;
}

/* A vendor that takes the connection, and the request, and says nothing. */
static void fill_slow_lane(unsigned port)
{
	char url[64];
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", port);
	struct http_call call = { .method = HTTP_POST, .url = str_of(url), .body = STR("x") };
	for (int i = 0; i < SENDER_LANE_CALLS_MAX; i++)
		must(sender_call(run.sender, STR("slow"), &call, 600000, nothing_came, NULL) == 0, "the slow lane");
}

static void measure(double seconds, unsigned slow_port)
{
	struct sender *alone = run.sender, *beside;
	double ratio[ROUNDS], cpu;
	send_for(seconds / 8, WARM_UP);
	cpu = cpu_seconds();
	int64_t began = clock_monotonic_us();
	send_for(seconds, SENDER_LANE_CALLS_MAX);
	double wall = (double)(clock_monotonic_us() - began) / 1e6;
	cpu = cpu_seconds() - cpu;
	printf("{\"what\": \"send\", \"sends\": %zu, \"per_second\": %.0f, \"per_core_second\": %.0f}\n", run.accepted,
	       (double)run.accepted / wall, (double)run.accepted / cpu);
	must(sender_new(run.loop, &beside) == 0, "a sender");
	run.sender = beside;
	fill_slow_lane(slow_port);
	(void)median_latency(seconds / 8);
	for (int i = 0; i < ROUNDS; i++) { /* in turns: what the machine does besides hits both */
		run.sender = alone;
		double bare = (double)median_latency(seconds / 8);
		run.sender = beside;
		ratio[i] = (double)median_latency(seconds / 8) / bare;
	}
	for (int i = 1; i < ROUNDS; i++)
		for (int k = i; k > 0 && ratio[k] < ratio[k - 1]; k--) {
			double swap = ratio[k];
			ratio[k] = ratio[k - 1], ratio[k - 1] = swap;
		}
	must(sender_lane_room(beside, STR("slow")) == 0, "the slow vendor was not slow");
	printf("{\"what\": \"beside a silent vendor\", \"median_ratio\": %.3f}\n", ratio[ROUNDS / 2]);
	sender_free(beside);
	run.sender = alone;
}

static void send_all(double seconds)
{
	char url[64];
	unsigned port, slow_port;
	int sink = listener_on(&port), slow = listener_on(&slow_port);
	taken_len = (size_t)snprintf(taken, sizeof taken, "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
				     "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
	pid_t child = fork();
	if (child == 0)
		run_sink(sink);
	(void)close(sink);
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
	run.channel = (struct channel){ .id = STR("at"), .adapter = adapter_named(STR("africastalking")), .sender = STR("IOM"),
					.base_url = str_of(url), .token = STR("t"), .public_url = STR("https://gw.example.org") };
	add_key(&run.channel, "username", json_string("iom"));
	add_key(&run.channel, "api_key", json_string("k"));
	run.message = (struct outgoing){ .to = { STR("+212600000101") }, .count = 1, .client_ref = STR("1"), .access = STR(""),
					 .text = STR("OIM : votre dossier est bien recu. Un conseiller vous rappelle.") };
	for (size_t i = 0; i < SENDER_LANE_CALLS_MAX; i++)
		ones[i].next = idle, idle = &ones[i];
	must(loop_new(&run.loop) == 0 && sender_new(run.loop, &run.sender) == 0, "a sender");
	measure(seconds, slow_port);
	sender_free(run.sender);
	loop_free(run.loop);
	(void)close(slow);
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
	must(arena_new(&arena, 4 << 20) == 0 && arena_new(&lasting, 8 << 20) == 0, "no memory");
	if (argc > 2 && strcmp(argv[1], "decode") == 0)
		decode_all(argc - 2, argv + 2);
	else if (argc == 3 && strcmp(argv[1], "send") == 0)
		send_all(strtod(argv[2], NULL));
	else
		must(false, "decode PAYLOADS.json… or send SECONDS");
	return 0;
}
