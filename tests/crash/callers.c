#include "tests/crash/callers.h"

#include "flows/text/buf.h"
#include "gateway/definitions.h"
#include "gateway/inbound.h"
#include "tests/unit/check.h"
#include "tests/unit/disk.h"
#include "tests/unit/http_play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOKEN "k7Qm2vXw9pLr4TzB"

enum { PEOPLE = 9, HOPS_MAX_OF_PERSON = 20, AT_ONCE = 4, ROUNDS = 48, PASSIVE_DUE = 1001, TRUNCATE_DUE = 64 * 256 + 1 };

struct person {
	bool ussd, ended;
	const char *const *says;
	size_t said;
	char text[160]; /* USSD: all inputs so far, joined by '*' */
};

struct live {
	struct gateway g;
	struct play play;
	struct callers *callers;
	struct person person[PEOPLE];
	size_t first_of_round;
	uint64_t batches_before; /* of the gateway that was stopped */
	int checkpoint_due; /* 0, or what the log's length is said to be after this batch */
};

static void must(bool done)
{
	if (!done)
		abort();
}

/* ---- what they say */

static const char *const whole_request[] = { "", "1", "1", "2", "1", "1", "1", "1", "3", "2", "0", "1", "1", "1", "1", "1", NULL };
static const char *const in_arabic[] = { "", "3", "1", "3", "1", "1", "2", "4", "2", "1", "2", "1", "2", "2", "3", "2", "1", NULL };
static const char *const a_minor[] = { "", "2", "1", "1", "1", "2", NULL };
static const char *const by_sms[] = { "Bonjour", "1", "1", "2", "1", "1", "1", "1", "je suis perdu*", NULL };
static const char *const all_at_once[] = { "1*1*2*1*1", "1", "STOP", "1", NULL };

static void introduce(struct live *l)
{
	static const char *const *const script[] = { whole_request, in_arabic, a_minor, by_sms, all_at_once };
	for (size_t i = 0; i < PEOPLE; i++)
		l->person[i] = (struct person){ .ussd = i % 5 != 3, .says = script[i % 5] };
}

static void put_encoded(struct buf *b, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (plain)
			buf_put_char(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
}

static void say_by_ussd(struct person *p, size_t who, struct request *r)
{
	struct buf b = buf_over(r->form, sizeof r->form - 1);
	size_t len = strlen(p->text);
	if (p->said > 0 && !(p->said == 1 && len == 0))
		(void)snprintf(p->text + len, sizeof p->text - len, "*%s", p->says[p->said]);
	else
		(void)snprintf(p->text, sizeof p->text, "%s", p->says[p->said]);
	buf_printf(&b, "sessionId=ATUid_%zu&phoneNumber=%%2B2126000001%02zu&networkCode=60401&serviceCode=%%2A384%%23&text=", who, who);
	put_encoded(&b, p->text);
	must(!b.full);
	(void)snprintf(r->provider_id, sizeof r->provider_id, "ATUid_%zu/%zu", who, p->said + 1);
}

static void say_by_sms(struct person *p, size_t who, struct request *r)
{
	struct buf b = buf_over(r->form, sizeof r->form - 1);
	buf_printf(&b, "date=2026-03-11+09%%3A14%%3A05&from=%%2B2126000001%02zu&to=28901&id=in-%zu-%zu&linkId=&text=", who, who, p->said);
	put_encoded(&b, p->says[p->said]);
	must(!b.full);
	(void)snprintf(r->provider_id, sizeof r->provider_id, "in-%zu-%zu", who, p->said);
}

static struct request *next_word(struct live *l, size_t who)
{
	struct person *p = &l->person[who];
	if (p->ended || !p->says[p->said])
		return NULL;
	must(l->callers->count < REQUESTS_MAX);
	struct request *r = &l->callers->request[l->callers->count++];
	*r = (struct request){ .ussd = p->ussd };
	(p->ussd ? say_by_ussd : say_by_sms)(p, who, r);
	p->said++;
	return r;
}

/* ---- the gateway around them */

static void acknowledge(struct request *r, const struct live *l)
{
	r->acknowledged = true;
	r->acknowledged_at = disk_acts();
	r->batch = l->batches_before + l->g.batch.commits;
}

static bool is_of(const struct request *r, const struct event *e)
{
	struct str whole = { r->form, strlen(r->form) };
	char id[80];
	if (!r->ussd)
		return e->kind == EVENT_SMS && str_eq_z(e->id, r->provider_id);
	(void)snprintf(id, sizeof id, "sessionId=%.*s&", (int)e->session.len, e->session.at);
	if (!str_starts(whole, str_of(id)) || e->kind != EVENT_USSD)
		return false;
	char text[200];
	struct buf b = buf_over(text, sizeof text - 1);
	char plain[160];
	must(str_copy(e->text, plain, sizeof plain));
	buf_put_z(&b, "text=");
	put_encoded(&b, plain);
	text[buf_str(&b).len] = '\0';
	return str_ends(whole, str_of(text)) && whole.at[whole.len - strlen(text) - 1] == '&';
}

/* Called in the very moment at which the gateway hands the answer to the HTTP server. */
static void answered(const struct inbound_trace *trace, void *user)
{
	struct live *l = user;
	if (l->checkpoint_due)
		l->g.db.log_pages = l->checkpoint_due;
	if (trace->outcome != INBOUND_ACCEPT || trace->http != 200 || l->callers->too_early)
		return;
	for (size_t i = l->first_of_round; i < l->callers->count; i++)
		if (is_of(&l->callers->request[i], &trace->decoded->events[0]))
			acknowledge(&l->callers->request[i], l);
}

static int before_sleep(void *user)
{
	struct live *l = user;
	if (l->callers->too_early && l->g.batch.first)
		for (size_t i = l->first_of_round; i < l->callers->count; i++)
			acknowledge(&l->callers->request[i], l);
	batch_turn(&l->g.batch);
	must(!l->g.batch.fatal);
	return -1;
}

static void handle(struct http_request *request, void *user)
{
	inbound_handle(&((struct live *)user)->g, request);
}

static void report(const char *problem, void *user)
{
	(void)user;
	fprintf(stderr, "%s\n", problem);
}

static void read_config(struct config *config, const char *state, const char *key_file)
{
	char json[1200];
	(void)snprintf(json, sizeof json,
		       "{\"public_url\": \"http://127.0.0.1:1\", \"state\": \"%s\", \"key_file\": \"%s\","
		       " \"countries\": {\"MA\": {\"sos\": \"112\"}}, \"offices\": [{\"id\": \"RABAT\", \"name\": \"Rabat\","
		       " \"country\": \"MA\", \"regions\": [\"MA-04\"], \"default\": true}], \"channels\": [{\"id\": \"at\","
		       " \"adapter\": \"africastalking\", \"token\": \"" TOKEN "\", \"username\": \"x\", \"api_key\": \"x\","
		       " \"sender\": \"2200\", \"country\": \"MA\", \"base_url\": \"http://127.0.0.1:1\"}]}", state, key_file);
	must(config_parse(config, "powercut", str_of(json), report, NULL) == 0);
}

static void open_house(struct live *l, const char *state, const char *key_file, const char *pragma)
{
	struct config config;
	struct err err = { 0 };
	read_config(&config, state, key_file);
	if (gateway_open(&l->g, &config, state, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	must(!pragma || sqlite3_exec(l->g.db.conn, pragma, NULL, NULL, NULL) == SQLITE_OK);
	l->g.observe = answered;
	l->g.observer = l;
	must(loop_new(&l->g.loop) == 0);
	loop_before_sleep(l->g.loop, before_sleep, l);
	l->play = (struct play){ .loop = l->g.loop };
	must(http_listen(l->g.loop, NULL, &http_limits_default, handle, l, &l->play.server, &err) == 0);
}

static void close_house(struct live *l)
{
	l->batches_before += l->g.batch.commits;
	http_close(l->play.server);
	loop_free(l->g.loop);
	gateway_close(&l->g);
}

/* ---- a round: some of them speak at once */

static int send_request(struct live *l, const struct request *r)
{
	static char bytes[1024];
	int len = snprintf(bytes, sizeof bytes,
			   "POST /cb/at/" TOKEN "/%s HTTP/1.1\r\nHost: gw.example.org\r\nContent-Type: "
			   "application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
			   r->ussd ? "ussd" : "sms", strlen(r->form), r->form);
	int fd = play_adopt(&l->play);
	must(len > 0 && len < (int)sizeof bytes && write(fd, bytes, (size_t)len) == len);
	return fd;
}

static void receive(struct live *l, int fd, struct request *r)
{
	static struct answer_bytes bytes;
	play_read(&l->play, fd, 1, 5000, &bytes);
	struct str body = play_body(&bytes, 0);
	r->status = play_status(&bytes, 0);
	r->answer_len = body.len;
	must(body.len < sizeof r->answer);
	if (body.len)
		memcpy(r->answer, body.at, body.len);
	close(fd);
}

static void hear(struct live *l, size_t who, const struct request *r)
{
	CHECK_INT(r->status, 200);
	if (r->ussd && !str_starts((struct str){ r->answer, r->answer_len }, STR("CON ")))
		l->person[who].ended = true;
}

static void say_again(struct live *l, const struct request *r)
{
	struct request again = *r;
	receive(l, send_request(l, &again), &again);
	CHECK(again.status == r->status && again.answer_len == r->answer_len);
	CHECK(memcmp(again.answer, r->answer, r->answer_len) == 0);
	l->callers->duplicates++;
}

static void round_of(struct live *l, size_t from, size_t how_many)
{
	struct request *said[AT_ONCE] = { NULL };
	size_t who[AT_ONCE] = { 0 }, n = 0;
	int fd[AT_ONCE];
	l->first_of_round = l->callers->count;
	for (size_t i = 0; i < PEOPLE && n < how_many; i++) {
		who[n] = (from + i) % PEOPLE;
		said[n] = next_word(l, who[n]);
		n += said[n] != NULL;
	}
	for (size_t i = 0; i < n; i++)
		fd[i] = send_request(l, said[i]);
	for (size_t i = 0; i < n; i++) {
		receive(l, fd[i], said[i]);
		hear(l, who[i], said[i]);
	}
	l->checkpoint_due = 0;
	if (n && from % 4 == 1)
		say_again(l, said[0]);
}

static void decode_all(struct live *l)
{
	struct callers *c = l->callers;
	for (size_t i = 0; i < c->count; i++) {
		const struct channel *channel = &l->g.config.channels[0];
		const struct hook *hook = channel->adapter->hooks;
		struct http_request request = { .method = HTTP_POST, .body = str_of(c->request[i].form), .headers_count = 1 };
		struct decoded decoded;
		request.headers[0] = (struct http_header){ STR("Content-Type"), STR("application/x-www-form-urlencoded") };
		while (strcmp(hook->name, c->request[i].ussd ? "ussd" : "sms") != 0)
			hook++;
		must(channel->adapter->decode(channel, hook, &request, &l->g.book.phones, &c->arena, &decoded) == 0);
		must(decoded.count == 1);
		c->request[i].event = decoded.events[0];
	}
}

static int64_t number(struct live *l, const char *sql)
{
	sqlite3_stmt *s = NULL;
	must(sqlite3_prepare_v2(l->g.db.conn, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW);
	int64_t n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

/* The day was worth looking at: requests went through to a case, a minor was handed on, answers wait to be sent. */
static void check_the_day(struct live *l)
{
	const struct callers *c = l->callers;
	for (size_t i = 0; i < c->count; i++)
		if (!c->request[i].acknowledged)
			check_fail(__FILE__, __LINE__, "%s was not acknowledged", c->request[i].provider_id);
	CHECK(number(l, "SELECT count(*) FROM v_case WHERE status = 'NEW'") >= 2);
	CHECK(number(l, "SELECT count(*) FROM v_case WHERE status = 'REFERRED_PROTECTION'") >= 1);
	CHECK(number(l, "SELECT count(*) FROM v_alert") >= 1);
	CHECK(number(l, "SELECT count(*) FROM outbox") >= 8);
	CHECK(c->duplicates >= 5);
}

void callers_live(struct callers *c, const char *state, const char *key_file, const char *pragma, void (*ended)(void))
{
	struct live *l = calloc(1, sizeof *l);
	must(l && arena_new(&c->arena, 4 << 20) == 0);
	l->callers = c;
	introduce(l);
	open_house(l, state, key_file, pragma);
	for (size_t i = 0; i < ROUNDS; i++) {
		if (i % 8 == 5)
			l->checkpoint_due = i % 16 == 5 ? PASSIVE_DUE : TRUNCATE_DUE;
		round_of(l, i * 5, c->too_early ? 1 : 1 + i % AT_ONCE);
		if (i == ROUNDS / 2) { /* stopped and started once on the way */
			close_house(l);
			open_house(l, state, key_file, pragma);
		}
	}
	if (!c->too_early) /* then there is one at a time, and fewer come */
		check_the_day(l);
	decode_all(l);
	ended();
	close_house(l);
	free(l);
}

void callers_free(struct callers *c)
{
	arena_free(&c->arena);
}

/* ---- to judge with */

void callers_judge_open(struct gateway *g, const char *key_file)
{
	struct config config;
	struct err err;
	read_config(&config, "/nowhere", key_file);
	must(gateway_open(g, &config, NULL, &err) == 0);
	db_close(&g->db);
}

void callers_judge_close(struct gateway *g)
{
	book_free(&g->book);
	config_free(&g->config);
}
