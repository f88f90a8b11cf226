/* The proof that two tests of the sender can fail.
 *
 * A second copy of gateway/sender.c is compiled into this program alone, with the guard against silent repetition
 * left out and a certificate of the test's own trusted.  Without the guard the other side gets the request twice, and
 * the caller is told nothing of it; with the certificate trusted TLS works, so that its refusal elsewhere has the
 * reason it should. */
#include <curl/curl.h>

static CURLcode instead_of_guard(CURL *easy);

#undef curl_easy_setopt
#define curl_easy_setopt(easy, option, value) \
	((option) == CURLOPT_PREREQFUNCTION ? instead_of_guard(easy) : (curl_easy_setopt)(easy, option, value))
#define sender_new unguarded_new
#define sender_free unguarded_free
#define sender_call unguarded_call
#define sender_lane_room unguarded_lane_room
#define sender_error_name unguarded_error_name
#define sender_call_and_wait unguarded_call_and_wait
#include "gateway/sender.c" /* NOLINT(bugprone-suspicious-include) */
#undef sender_call_and_wait

int sender_call_and_wait(const struct http_call *call, int deadline_ms, struct arena *arena, struct http_result *out)
	__attribute__((warn_unused_result)); /* the real one */

#include "tests/unit/check.h"
#include "tests/unit/peer.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *trusted; /* a file of certificates, or NULL: the machine's own */

static CURLcode instead_of_guard(CURL *easy)
{
	(void)about_to_write; /* not installed: that is the point */
	return trusted ? (curl_easy_setopt)(easy, CURLOPT_CAINFO, trusted) : CURLE_OK;
}

struct told {
	struct http_result result;
	unsigned times;
};

static void keep(const struct http_result *result, void *user)
{
	struct told *told = user;
	told->result = *result;
	told->times++;
}

static struct told ask(struct loop *loop, struct sender *sender, enum http_method method, const char *url)
{
	struct told told = { .times = 0 };
	struct http_call call = { .method = method, .url = str_of(url), .body = STR("message=x") };
	CHECK_INT(unguarded_call(sender, STR("at"), &call, 5000, keep, &told), 0);
	int64_t until = clock_monotonic_ms() + 10000;
	while (!told.times && clock_monotonic_ms() < until)
		CHECK_INT(loop_turn(loop, 100), 0);
	CHECK_INT(told.times, 1);
	return told;
}

static void repeats_when_let(struct loop *loop)
{
	struct peer peer;
	struct sender *sender;
	char url[64];
	check_begin("without the guard one call delivers the request twice and calls it a success");
	peer_start(&peer);
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u/repeat", peer.port);
	CHECK_INT(unguarded_new(loop, &sender), 0);
	CHECK_INT(ask(loop, sender, HTTP_POST, url).result.status, 201);
	CHECK_INT(peer_count(&peer, "/repeat"), 1);
	struct told told = ask(loop, sender, HTTP_POST, url);
	CHECK_INT(told.result.curl_code, 0);
	CHECK_INT(told.result.status, 201);
	CHECK_INT(peer_count(&peer, "/repeat"), 3);
	unguarded_free(sender);
	peer_stop(&peer);
}

/* ---- TLS: openssl's own server, with a certificate for "localhost" that nobody signed */

static char folder[] = "/tmp/wasl-tls-XXXXXX";
static char key_file[64], certificate_file[64];
extern char **environ;

static pid_t start(char *const argv[], int out)
{
	pid_t pid;
	posix_spawn_file_actions_t files;
	int bad = posix_spawn_file_actions_init(&files);
	bad = bad || posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	bad = bad || (out >= 0 ? posix_spawn_file_actions_adddup2(&files, out, 1) :
				 posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0));
	bad = bad || posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	bad = bad || posix_spawnp(&pid, argv[0], &files, NULL, argv, environ);
	assert(!bad);
	(void)posix_spawn_file_actions_destroy(&files);
	return pid;
}

#define WORD(z) (char *)(uintptr_t)(z)

static void make_certificate(void)
{
	int status;
	char *made = mkdtemp(folder);
	assert(made);
	(void)snprintf(key_file, sizeof key_file, "%s/key.pem", folder);
	(void)snprintf(certificate_file, sizeof certificate_file, "%s/cert.pem", folder);
	char *const argv[] = { WORD("openssl"), WORD("req"), WORD("-x509"), WORD("-newkey"), WORD("ec"),
			       WORD("-pkeyopt"),
			       WORD("ec_paramgen_curve:prime256v1"), WORD("-nodes"), WORD("-days"), WORD("2"),
			       WORD("-subj"), WORD("/CN=localhost"), WORD("-addext"),
			       WORD("subjectAltName=DNS:localhost"), WORD("-keyout"), key_file, WORD("-out"),
			       certificate_file, NULL };
	pid_t pid = start(argv, -1);
	pid_t ended = waitpid(pid, &status, 0);
	assert(ended == pid && status == 0);
}

/* Its first line is "ACCEPT 127.0.0.1:43211". */
static pid_t start_server(unsigned *port)
{
	int out[2];
	char line[256];
	int bad = pipe2(out, O_CLOEXEC);
	assert(!bad);
	char *const argv[] = { WORD("openssl"), WORD("s_server"), WORD("-accept"), WORD("127.0.0.1:0"), WORD("-cert"),
			       certificate_file, WORD("-key"), key_file, WORD("-www"), NULL };
	pid_t pid = start(argv, out[1]);
	(void)close(out[1]);
	FILE *lines = fdopen(out[0], "r");
	*port = 0;
	while (*port == 0 && fgets(line, sizeof line, lines)) {
		int found = sscanf(line, "ACCEPT 127.0.0.1:%u", port);
		assert(found <= 1);
	}
	assert(*port);
	(void)fclose(lines);
	return pid;
}

static void refused_for_certificate(const struct http_result *result)
{
	CHECK_INT(result->curl_code, 60);
	CHECK(result->certificate && !result->request_left);
	CHECK_INT(transport_class(result), SEND_OPERATIONAL);
}

static void certificates(struct loop *loop)
{
	struct sender *sender;
	struct arena arena;
	struct http_result result;
	unsigned port;
	char by_name[64], by_address[64];
	int error = arena_new(&arena, 65536);
	assert(!error);
	make_certificate();
	pid_t server = start_server(&port);
	(void)snprintf(by_name, sizeof by_name, "https://localhost:%u/", port);
	(void)snprintf(by_address, sizeof by_address, "https://127.0.0.1:%u/", port);

	check_begin("a certificate nobody signed: closed, and nothing left");
	struct http_call call = { .method = HTTP_GET, .url = str_of(by_name), .body = STR("") };
	CHECK_INT(sender_call_and_wait(&call, 5000, &arena, &result), 0);
	refused_for_certificate(&result);

	check_begin("the same certificate trusted by the machine: an answer");
	trusted = certificate_file;
	CHECK_INT(unguarded_new(loop, &sender), 0);
	struct told told = ask(loop, sender, HTTP_GET, by_name);
	CHECK_INT(told.result.curl_code, 0);
	CHECK_INT(told.result.status, 200);

	check_begin("trusted, but for another name: closed, and nothing left");
	told = ask(loop, sender, HTTP_GET, by_address);
	refused_for_certificate(&told.result);

	unguarded_free(sender);
	(void)kill(server, SIGTERM);
	(void)waitpid(server, NULL, 0);
	(void)unlink(key_file);
	(void)unlink(certificate_file);
	(void)rmdir(folder);
	arena_free(&arena);
}

int main(void)
{
	struct loop *loop;
	int error = loop_new(&loop);
	assert(!error);
	repeats_when_let(loop);
	certificates(loop);
	loop_free(loop);
	return check_end();
}
