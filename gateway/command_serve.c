/* wasl serve [--demo [--state DIR] [--port N]]: the daemon, in the foreground.
 *
 * Started in this order and stopped in the reverse: configuration, database and book, loop, sender, outbox, listeners,
 * control socket, poller, housekeeping, schedule, snapshot, purge; then the service manager is told. */
#include "gateway/command.h"
#include "gateway/console/console.h"
#include "gateway/console/user_acts.h"
#include "gateway/control.h"
#include "gateway/demo.h"
#include "gateway/health.h"
#include "gateway/escalate.h"
#include "gateway/housekeeping.h"
#include "gateway/inbound.h"
#include "gateway/log.h"
#include "gateway/net.h"
#include "gateway/outbox.h"
#include "gateway/poller.h"
#include "gateway/credit.h"
#include "gateway/print.h"
#include "gateway/purge.h"
#include "gateway/schedule.h"
#include "gateway/snapshot.h"
#include "gateway/supervisor.h"
#include "gateway/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STOP_PATIENCE_MS = 5000, DEMO_PORT = 8080 };

struct service {
	struct gateway g;
	struct http_server *webhooks;
	struct console *console;
	struct control *control;
	struct poller *poller;
	struct credits *credits;
	struct housekeeping *housekeeping;
	struct escalation *escalation;
	struct snapshot *snapshot;
	struct purge *purge;
	struct supervisor supervisor;
	struct timer last_patience;
	const char *demo; /* its folder as it was named, or NULL */
	const char *web_dir; /* of the console's pages, while they are written */
	char key_file[4096];
};

struct wish { /* the command line */
	bool demo;
	const char *state;
	unsigned port;
	const char *web_dir;
};

/* ---- requests */

static void webhook_request(struct http_request *request, void *user)
{
	struct service *s = user;
	if (str_starts(request->path, STR("/cb/")))
		inbound_handle(&s->g, request);
	else if (!health_handle(&s->g, request) && !(s->demo && demo_handle(&s->g, request)))
		http_reply_text(request, 404, "");
}

/* Peers that no limit per address applies to: those that a channel names as its aggregator's (the proxy is loopback). */
static bool trusted_peer(const struct sockaddr_storage *peer, void *user)
{
	const struct service *s = user;
	struct in6_addr address;
	if (!net_of_peer(peer, &address))
		return false;
	for (size_t i = 0; i < s->g.config.channels_count; i++) {
		const struct channel *channel = &s->g.config.channels[i];
		for (size_t k = 0; k < channel->allow_from_count; k++)
			if (net_holds(&channel->allow_from[k], &address))
				return true;
	}
	return false;
}

/* ---- the loop's turn: write what came in, answer, then see what may leave */

static int before_sleep(void *user)
{
	struct service *s = user;
	int sleep_ms;
	do {
		batch_turn(&s->g.batch);
		sleep_ms = outbox_turn(&s->g);
	} while (s->g.batch.first && !s->g.batch.fatal);
	if (s->g.batch.fatal)
		loop_stop(s->g.loop);
	if (s->g.stopping && s->g.parked_requests == 0 && outbox_under_way(&s->g) == 0 && console_idle(s->console))
		loop_stop(s->g.loop);
	return sleep_ms;
}

static void patience_is_over(struct timer *timer)
{
	struct service *s = timer->user;
	loop_stop(s->g.loop);
}

/* Takes no more in, lets what is under way come to its end. */
static void asked_to_stop(int signal_number, void *user)
{
	struct service *s = user;
	if (s->g.stopping) {
		loop_stop(s->g.loop);
		return;
	}
	log_event(LOG_INFO, "stopping", "signal=%d", signal_number);
	supervisor_stopping();
	s->g.stopping = true;
	http_quiesce(s->webhooks);
	console_quiesce(s->console);
	s->last_patience = (struct timer){ .fire = patience_is_over, .user = s };
	if (timer_set(s->g.loop, &s->last_patience, STOP_PATIENCE_MS) != 0)
		loop_stop(s->g.loop);
}

/* Each of the two is taken or stays as it was.  The sentence names a file and a place in it, never a person. */
static void asked_to_reload(int signal_number, void *user)
{
	struct service *s = user;
	struct err err;
	(void)signal_number;
	if (gateway_reload_flows(&s->g, &err) == 0)
		log_event(LOG_INFO, "definitions reloaded", NULL);
	else
		log_event(LOG_ERROR, "the old definitions stay", "why=%s", err.text);
	if (gateway_reload_weights(&s->g, &err) == 0)
		log_event(LOG_INFO, "weights reloaded", NULL);
	else
		log_event(LOG_ERROR, "the old weights stay", "why=%s", err.text);
}

/* ---- start and stop */

static int listen_on(struct service *s, struct str address, void (*handle)(struct http_request *, void *),
		     struct http_server **out, struct err *err)
{
	char z[128];
	struct http_limits limits = http_limits_default;
	limits.body_bytes = s->g.config.limits.body_bytes;
	limits.header_bytes = s->g.config.limits.header_bytes;
	limits.connections = s->g.config.limits.connections;
	limits.connections_per_address = s->g.config.limits.connections_per_address;
	limits.trusted = trusted_peer;
	limits.trusted_user = s;
	if (!str_copy(address, z, sizeof z))
		return err_set(err, -EINVAL, "the listen address is too long");
	return http_listen(s->g.loop, z, &limits, handle, s, out, err);
}

static int start_signals(struct service *s)
{
	int rc = loop_on_signal(s->g.loop, SIGTERM, asked_to_stop, s);
	if (rc == 0)
		rc = loop_on_signal(s->g.loop, SIGINT, asked_to_stop, s);
	return rc == 0 ? loop_on_signal(s->g.loop, SIGHUP, asked_to_reload, s) : rc;
}

static int start(struct service *s, const char *state, struct err *err)
{
	struct gateway *g = &s->g;
	err->text[0] = '\0';
	int rc = loop_new(&g->loop);
	if (rc == 0)
		rc = start_signals(s);
	if (rc == 0)
		rc = sender_new(g->loop, &g->sender);
	if (rc == 0)
		rc = outbox_new(g, err);
	if (rc == 0)
		rc = listen_on(s, g->config.listen_webhooks, webhook_request, &s->webhooks, err);
	if (rc == 0)
		rc = console_start(g, &(struct console_wish){ .state = state, .key_file = s->key_file, .web_dir = s->web_dir,
				   .webhooks = s->webhooks, .demo = s->demo != NULL }, &s->console, err);
	if (rc == 0)
		rc = control_open(g, state, verbs, &s->control, err);
	if (rc == 0)
		rc = poller_start(g, &s->poller);
	if (rc == 0)
		rc = credits_start(g, &s->credits);
	if (rc == 0)
		rc = housekeeping_start(g, &s->housekeeping);
	if (rc == 0)
		rc = schedule_start(g);
	if (rc == 0)
		rc = escalation_start(g, &s->escalation);
	if (rc == 0)
		rc = snapshot_start(g, &s->snapshot);
	if (rc == 0)
		rc = purge_start(g, &s->purge);
	if (rc == 0 && s->demo)
		rc = demo_start(g, err);
	if (rc == 0)
		loop_before_sleep(g->loop, before_sleep, s);
	if (rc != 0 && !err->text[0])
		(void)err_set(err, rc, "the daemon does not start: %s", strerror(-rc));
	return rc;
}

static void stop(struct service *s)
{
	struct gateway *g = &s->g;
	supervisor_leave(&s->supervisor);
	demo_stop(g);
	purge_stop(s->purge);
	snapshot_stop(s->snapshot);
	escalation_stop(s->escalation);
	schedule_stop(g);
	housekeeping_stop(s->housekeeping);
	poller_stop(s->poller);
	credits_stop(s->credits);
	control_close(s->control);
	console_stop(s->console);
	if (s->webhooks)
		http_close(s->webhooks);
	if (g->sender)
		sender_free(g->sender);
	outbox_free(g);
	free(s->poller);
	free(s->credits);
	if (g->loop)
		loop_free(g->loop);
}

static int exit_of(int rc)
{
	switch (rc) {
	case -EBUSY: return EX_TEMPFAIL;
	case -EADDRINUSE: return EX_UNAVAILABLE;
	case -EACCES: case -EPERM: return EX_NOPERM;
	case -EINVAL: case -EPROTONOSUPPORT: case -EBADMSG: return EX_CONFIG;
	case -ENOENT: return EX_NOINPUT;
	case -EUCLEAN: return EX_DATAERR;
	case -ENOMEM: return EX_OSERR;
	default: return EX_IOERR;
	}
}

/* ---- the demo's one-time link */

struct link_item {
	struct batch_item item;
	struct gateway *g;
	struct buf link;
	int result;
	char text[256];
};

static int run_link(struct batch_item *item, struct db *db)
{
	struct link_item *l = (struct link_item *)item;
	l->link = buf_over(l->text, sizeof l->text - 1);
	return demo_account_link(db, &l->g->config, gateway_now(l->g), &l->link);
}

static void link_done(struct batch_item *item, int result)
{
	struct link_item *l = (struct link_item *)item;
	l->result = result;
	l->text[l->link.len] = '\0';
}

static void say_link(struct service *s)
{
	struct link_item l = { .item = { .run = run_link, .done = link_done }, .g = &s->g };
	batch_add(&s->g.batch, &l.item);
	batch_turn(&s->g.batch);
	if (l.result == 0)
		printf("The desk, once and within ten minutes: %s\n", l.text);
}

static void say_hello(struct service *s)
{
	const struct config *config = &s->g.config;
	unsigned port = http_port(s->webhooks);
	printf("Wasl listens for aggregators on %.*s, for staff on %.*s.\n", STR_ARG(config->listen_webhooks),
	       STR_ARG(config->listen_console));
	if (s->demo)
		say_link(s);
	if (s->demo)
		printf("\nThis is the demo: invented people, and no SMS leaves this machine.\n"
		       "A phone in the browser: http://%.*s/handset\n\nIn another terminal:\n\n"
		       "  build/wasl handset -c %s/wasl.json --ussd '" DEMO_CODE "'\n"
		       "  build/wasl case list -c %s/wasl.json\n"
		       "  build/wasl answers -c %s/wasl.json\n"
		       "  curl -d 'sessionId=ATUid_1&phoneNumber=%%2B212600000101&serviceCode=*384*2200%%23&text=' \\\n"
		       "       http://127.0.0.1:%u/cb/" DEMO_CHANNEL "/" DEMO_TOKEN "/ussd\n\n"
		       "Texts are not approved by IOM's lawyers nor read by native speakers.  Ctrl-C stops.\n",
		       STR_ARG(config->listen_console), s->demo, s->demo, s->demo, port);
	fflush(stdout);
}

static int serve(struct service *s, const char *state)
{
	struct err err;
	int rc = start(s, state, &err);
	if (rc != 0) {
		fprintf(stderr, "wasl: %s\n", err.text);
		stop(s);
		return exit_of(rc);
	}
	say_hello(s);
	log_event(LOG_INFO, "serving", "pid=%d", (int)getpid());
	supervisor_ready(&s->supervisor, s->g.loop);
	rc = loop_run(s->g.loop);
	bool fatal = s->g.batch.fatal;
	stop(s);
	log_event(LOG_INFO, "stopped", "fatal=%d", fatal);
	return fatal ? EX_IOERR : rc == 0 ? 0 : EX_OSERR;
}

/* ---- the demo's folder */

static int write_file(const char *path, struct str bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	ssize_t n = write(fd, bytes.at, bytes.len);
	return close(fd) == 0 && n == (ssize_t)bytes.len ? 0 : -EIO;
}

static int prepare_demo(const char *state, struct str config)
{
	char path[4200];
	unsigned char key[VAULT_KEY_LEN];
	char hex[2 * VAULT_KEY_LEN + 1];
	struct buf b = buf_over(hex, sizeof hex);
	struct vault any;
	if (mkdir(state, 0700) != 0 && errno != EEXIST)
		return -errno;
	if (vault_from_key(&any, NULL) != 0)
		return -EIO;
	vault_close(&any);
	vault_random(key, sizeof key);
	buf_put_hex(&b, key, sizeof key);
	buf_put_char(&b, '\n');
	(void)snprintf(path, sizeof path, "%s/key", state);
	int rc = write_file(path, buf_str(&b));
	(void)snprintf(path, sizeof path, "%s/wasl.json", state);
	(void)unlink(path);
	return rc == 0 ? write_file(path, config) : rc;
}

static void report_problem(const char *problem, void *user)
{
	(void)user;
	fprintf(stderr, "%s\n", problem);
}

static int open_demo(const struct wish *wish, struct config *config)
{
	struct arena arena;
	char state[4096];
	if (mkdir(wish->state, 0700) != 0 && errno != EEXIST)
		return EX_CANTCREAT;
	if (!realpath(wish->state, state) || arena_new(&arena, 1 << 16) != 0)
		return EX_OSERR;
	struct str json = demo_config(&arena, state, wish->port);
	int rc = json.at ? prepare_demo(state, json) : -ENOMEM;
	if (rc == 0)
		rc = config_parse(config, "the demo's configuration", json, report_problem, NULL);
	arena_free(&arena);
	return rc == 0 ? 0 : EX_CANTCREAT;
}

/* A second `make run` beside a running one finds the lock taken: it says where the first one is. */
static int already_running(const char *state)
{
	json_t *request = json_pack("{s:s}", "do", "status"), *answer = NULL;
	int rc = control_ask(state, request, &answer);
	json_decref(request);
	if (rc != 1)
		return EX_TEMPFAIL;
	printf("The demo is running already, process %lld: aggregators on %s, staff on %s.\n",
	       (long long)json_integer_value(json_object_get(answer, "pid")),
	       json_string_value(json_object_get(answer, "webhooks")), json_string_value(json_object_get(answer, "console")));
	json_decref(answer);
	request = json_pack("{s:s, s:s, s:s}", "do", "act", "act", "demo.link", "as", "demo");
	if (control_ask(state, request, &answer) == 1 && json_is_true(json_object_get(answer, "ok")))
		printf("The desk, once and within ten minutes: %s\n", json_string_value(json_object_get(answer, "link")));
	json_decref(request);
	json_decref(answer);
	return 0;
}

static int parse_wish(const struct invocation *in, struct wish *wish)
{
	uint64_t port;
	for (int i = 1; i < in->argc; i++) {
		const char *value = i + 1 < in->argc ? in->argv[i + 1] : NULL;
		if (strcmp(in->argv[i], "--demo") == 0) {
			wish->demo = true;
		} else if (strcmp(in->argv[i], "--state") == 0 && value) {
			wish->state = in->argv[++i];
		} else if (strcmp(in->argv[i], "--web-dir") == 0 && value) {
			wish->web_dir = in->argv[++i];
		} else if (strcmp(in->argv[i], "--port") == 0 && value && str_to_u64(str_of(value), &port) && port < 65535) {
			wish->port = (unsigned)port;
			i++;
		} else {
			return command_usage("serve", "takes --web-dir DIR, and --demo, with it --state DIR and --port N");
		}
	}
	return 0;
}

int command_serve(const struct invocation *in)
{
	struct wish wish = { .state = "build/demo", .port = DEMO_PORT };
	struct service *s = calloc(1, sizeof *s);
	struct config *config = calloc(1, sizeof *config);
	struct err err;
	char state[4096] = "";
	int code = s && config ? parse_wish(in, &wish) : EX_OSERR;
	if (code == 0 && wish.demo && already_running(wish.state) == 0) { /* before its configuration is written anew */
		free(config);
		free(s);
		return 0;
	}
	if (code == 0)
		code = wish.demo ? open_demo(&wish, config) : open_config(in, config);
	if (code == 0 && config_problems_before_serving(config, report_problem, NULL) != 0)
		code = EX_CONFIG;
	if (code == 0 && (!str_copy(config->state, state, sizeof state) || !str_copy(config->key_file, s->key_file, sizeof s->key_file)))
		code = EX_CONFIG;
	if (code != 0) {
		free(config);
		free(s);
		return code;
	}
	log_setup(config->log_level, config->log_json);
	s->demo = wish.demo ? wish.state : NULL;
	s->web_dir = wish.web_dir;
	int rc = gateway_open(&s->g, config, state, &err);
	if (rc != 0)
		config_free(config);
	if (rc == -EBUSY && wish.demo) {
		code = already_running(state);
	} else if (rc != 0) {
		fprintf(stderr, "wasl: %s\n", err.text);
		code = exit_of(rc);
	} else {
		code = serve(s, state);
		gateway_close(&s->g);
	}
	free(config);
	free(s);
	return code;
}
