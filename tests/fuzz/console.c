/* A request of somebody who is signed in to the desk, with every role: routes, queries, bodies, acts.  Each is answered once, with
 * JSON where it says so and headers that cannot be split, and what it would have written is undone.
 *
 * The linker puts these in place of the door (session, Origin), of the listener, of jobs, and of the way to the line thread:
 * a letter runs at once.  The input is a raw HTTP/1.1 request; "{ref}" in its path is the case that is there. */
#include "db/cases.h"
#include "db/contact.h"
#include "gateway/console/call.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/request.h"

#include <errno.h>
#include <sys/stat.h>

static struct gateway gateway;
static struct config config;
static struct console *desk;
typedef void http_handler_fn(struct http_request *request, void *user);

static http_handler_fn *handle;
static void *handle_user;
static char ref[REF_LEN + 1];
static unsigned answers;

bool __wrap_session_find(struct call *call);
bool __wrap_request_is_ours(struct call *call);
int __wrap_http_listen(struct loop *loop, const char *address, const struct http_limits *limits, http_handler_fn *handler, void *user,
		       struct http_server **out, struct err *err);
void __wrap_http_reply(struct http_request *request, const struct http_response *response);
int __wrap_jobs_add(struct jobs *jobs, struct port *port, struct job *job);
void __wrap_mailbox_post(struct mailbox *box, struct port *port, struct letter *letter);

bool __wrap_session_find(struct call *call)
{
	call->session = (struct sitting){ .open = true, .roles = ROLE_ANY, .staff_id = 1, .began_at = call->now_ms, .seen_at = call->now_ms,
					  .user = STR("amina"), .name = STR("Amina"), .role_words = STR("counsellor"), .offices = STR(""),
					  .language = STR("fr") };
	return true;
}

bool __wrap_request_is_ours(struct call *call)
{
	(void)call;
	return true;
}

int __wrap_http_listen(struct loop *loop, const char *address, const struct http_limits *limits, http_handler_fn *handler, void *user,
		       struct http_server **out, struct err *err)
{
	(void)loop, (void)address, (void)limits, (void)err;
	handle = handler, handle_user = user;
	*out = NULL;
	return 0;
}

void __wrap_http_reply(struct http_request *request, const struct http_response *response)
{
	(void)request;
	answers++;
	FUZZ_CHECK(response->status >= 200 && response->status < 600);
	for (size_t i = 0; i < response->headers_count; i++) {
		struct str value = response->headers[i].value;
		FUZZ_CHECK(value.len == 0 || !memchr(value.at, '\n', value.len));
		if (str_eq(response->headers[i].name, STR("Content-Type")) && str_ends(value, STR("json")) && response->body.len) {
			json_t *json = json_parse(response->body, NULL);
			FUZZ_CHECK(json);
			json_decref(json);
		}
	}
}

int __wrap_jobs_add(struct jobs *jobs, struct port *port, struct job *job)
{
	(void)jobs, (void)port, (void)job;
	return -EBUSY;
}

void __wrap_mailbox_post(struct mailbox *box, struct port *port, struct letter *letter)
{
	int rc = 0;
	(void)box, (void)port;
	if (letter->look) {
		letter->look(letter, &gateway);
	} else {
		if (db_begin(&gateway.db) != 0 || db_item_begin(&gateway.db) != 0)
			abort();
		rc = letter->run(letter, &gateway, &gateway.db);
		(void)!db_item_end(&gateway.db, false);
		db_rollback(&gateway.db);
	}
	letter->answered(letter, rc);
}

/* ---- */

static void no_problem(const char *line, void *user)
{
	(void)user;
	fprintf(stderr, "%s\n", line);
	abort();
}

static void one_case(void)
{
	struct contact who;
	if (db_begin(&gateway.db) != 0 || db_item_begin(&gateway.db) != 0 ||
	    contact_add(&gateway.db, STR("+212600000101"), STR("MA"), gateway_now(&gateway), 0, &who) != 0 ||
	    case_new_ref(&gateway.db, ref) != 0 ||
	    case_open(&gateway.db, str_of(ref), who.contact_id, STR("FROM_MA"), STR("NEW"), STR(""), STR("RABAT"), gateway_now(&gateway)) != 0 ||
	    db_item_end(&gateway.db, true) != 0 || db_commit(&gateway.db) != 0)
		abort();
}

static void set_up(void)
{
	static char folder[] = "/tmp/wasl-fuzz-XXXXXX";
	static char key_file[64], json[1024];
	struct err err = { .text = "" };
	if (!mkdtemp(folder))
		abort();
	(void)snprintf(key_file, sizeof key_file, "%s/wasl.key", folder);
	(void)umask(077);
	FILE *key = fopen(key_file, "w");
	if (!key || fprintf(key, "%064d\n", 7) < 0 || fclose(key) != 0)
		abort();
	(void)snprintf(json, sizeof json, "{\"public_url\":\"https://gw.example.org\",\"state\":\"%s\",\"key_file\":\"%s\",\"countries\":"
		       "{\"MA\":{\"sos\":\"112\"}},\"channels\":[],\"offices\":[{\"id\":\"RABAT\",\"name\":\"Rabat\",\"country\":\"MA\","
		       "\"regions\":[\"MA-04\"],\"default\":true}]}", folder, key_file);
	if (config_parse(&config, "wasl.json", str_of(json), no_problem, NULL) != 0 || gateway_open(&gateway, &config, folder, &err) != 0 ||
	    loop_new(&gateway.loop) != 0)
		abort();
	one_case();
	struct console_wish wish = { .state = folder, .key_file = key_file, .web_dir = "" };
	if (console_start(&gateway, &wish, &desk, &err) != 0)
		abort();
}

/* The input with the reference of the case in it. */
static struct str with_ref(struct str in, struct buf *out)
{
	const char *at;
	while ((at = in.len ? memmem(in.at, in.len, "{ref}", 5) : NULL)) {
		buf_put(out, str_slice(in, 0, (size_t)(at - in.at)));
		buf_put_z(out, ref);
		in = str_from(in, (size_t)(at - in.at) + 5);
	}
	buf_put(out, in);
	return buf_str(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char storage[1 << 15];
	struct buf b = buf_over(storage, sizeof storage);
	struct http_request request;
	if (!desk)
		set_up();
	struct str in = with_ref((struct str){ (const char *)data, size }, &b);
	fuzz_request(b.full ? STR("") : in, gateway_now(&gateway), &request);
	if (str_eq_z(request.path, "/api/v1/events")) /* a stream is no answer */
		return 0;
	answers = 0;
	handle(&request, handle_user);
	FUZZ_CHECK(answers == 1);
	return 0;
}
