#include "gateway/handset_call.h"

#include "flows/text/utf8.h"
#include "gateway/form.h"
#include "gateway/sender.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { PATIENCE_MS = 10 * 1000, ARENA_BYTES = 1024 * 1024, ID_BYTES = 16 };

#define NETWORK "99999" /* what the vendor's own simulator says */

/* ---- the phone */

static bool is_number(struct str number)
{
	uint64_t digits;
	return number.len >= 9 && number.len <= 16 && str_starts(number, STR("+")) &&
	       !str_starts(number, STR("+0")) && str_to_u64(str_from(number, 1), &digits);
}

/* Where to post when the gateway listens there: an address for all interfaces is reached on loopback. */
static void put_host(struct buf *to, struct str listen)
{
	size_t colon = listen.len;
	while (colon > 0 && listen.at[colon - 1] != ':')
		colon--;
	struct str host = str_slice(listen, 0, colon ? colon - 1 : 0), port = str_from(listen, colon);
	if (host.len == 0 || str_eq_z(host, "0.0.0.0"))
		host = STR("127.0.0.1");
	else if (str_eq_z(host, "[::]"))
		host = STR("[::1]");
	buf_put(to, host);
	buf_put_char(to, ':');
	buf_put(to, port);
}

int handset_init(struct handset *h, const struct channel *channel, struct str listen, struct str number, struct err *err)
{
	*h = (struct handset){ .open = false };
	struct buf address = buf_over(h->address, sizeof h->address - 1);
	buf_put_z(&address, "http://");
	put_host(&address, listen);
	buf_put_z(&address, "/cb/");
	buf_put(&address, channel->id);
	buf_put_char(&address, '/');
	buf_put(&address, channel->token);
	buf_put_char(&address, '/');
	if (!is_number(number) || !str_copy(number, h->number, sizeof h->number))
		return err_set(err, -EINVAL, "a phone's number looks like +212600000101");
	if (address.full || !str_copy(channel->sender, h->sender, sizeof h->sender))
		return err_set(err, -EINVAL, "the channel's id, token or sender is too long for this phone");
	return arena_new(&h->arena, ARENA_BYTES);
}

void handset_release(struct handset *h)
{
	arena_free(&h->arena);
}

/* ---- forms */

static void put_new_id(struct buf *to)
{
	unsigned char bytes[ID_BYTES];
	ssize_t n = getrandom(bytes, sizeof bytes, 0);
	assert(n == (ssize_t)sizeof bytes);
	buf_put_hex(to, bytes, sizeof bytes);
}

static struct str time_text(char (*text)[24])
{
	time_t now = time(NULL);
	struct tm utc;
	gmtime_r(&now, &utc);
	return (struct str){ *text, strftime(*text, sizeof *text, "%Y-%m-%d %H:%M:%S", &utc) };
}

static void put_session(struct buf *form, const struct handset *h)
{
	form_put(form, "sessionId", str_of(h->session));
	form_put(form, "phoneNumber", str_of(h->number));
	form_put(form, "networkCode", STR(NETWORK));
	form_put(form, "serviceCode", str_of(h->service));
}

/* ---- posting */

static struct handset_answer nothing(const char *why)
{
	struct handset_answer answer = { .heard = HEARD_NOTHING };
	(void)snprintf(answer.why, sizeof answer.why, "%s", why);
	return answer;
}

static struct handset_answer refused(unsigned status)
{
	struct handset_answer answer = { .heard = HEARD_NOTHING };
	const char *hint = status == 404 ? ": another token, or an allow_from that leaves this machine out" :
			   status == 413 ? ": it is too long for the gateway" :
			   status == 503 ? ": it cannot write at the moment; /again tries once more" : "";
	(void)snprintf(answer.why, sizeof answer.why, "the gateway answered HTTP %u%s", status, hint);
	return answer;
}

static int post(struct handset *h, const char *hook, struct str form, struct http_result *result)
{
	struct buf url = buf_new(&h->arena, sizeof h->address + 16);
	buf_put_z(&url, h->address);
	buf_put_z(&url, hook);
	if (url.full)
		return -ENOMEM;
	struct http_call call = { .method = HTTP_POST, .url = buf_str(&url), .body = form, .headers_count = 1,
				  .headers = { { STR("Content-Type"), STR("application/x-www-form-urlencoded") } } };
	return sender_call_and_wait(&call, PATIENCE_MS, &h->arena, result);
}

static struct handset_answer read_screen(struct handset *h, struct str body)
{
	struct handset_answer answer = { .heard = str_starts(body, STR("CON ")) ? HEARD_CONTINUE : HEARD_END };
	if (answer.heard == HEARD_END && !str_starts(body, STR("END ")))
		return nothing("the answer begins neither with CON nor with END: the aggregator would end the session");
	struct buf text = buf_new(&h->arena, body.len * 3);
	if (!utf8_repair(str_from(body, 4), &text))
		(void)snprintf(answer.why, sizeof answer.why, "the answer is not UTF-8");
	if (text.full)
		return nothing("the answer is too long");
	answer.text = buf_str(&text);
	return answer;
}

/* Posts what stands in last_form. */
static void post_last(struct handset *h, struct handset_answer *out)
{
	struct http_result result;
	arena_reset(&h->arena);
	int error = post(h, h->last_hook, (struct str){ h->last_form, h->last_len }, &result);
	if (error != 0) {
		*out = nothing(strerror(-error));
	} else if (result.curl_code != 0) {
		*out = (struct handset_answer){ .heard = HEARD_NOTHING };
		(void)snprintf(out->why, sizeof out->why, "the gateway does not answer (%s)", sender_error_name(result.curl_code));
	} else if (result.status < 200 || result.status > 299) {
		*out = refused(result.status);
	} else if (strcmp(h->last_hook, "sms") == 0) {
		*out = (struct handset_answer){ .heard = HEARD_TAKEN };
	} else {
		*out = read_screen(h, result.body);
	}
}

static bool keep_form(struct handset *h, const char *hook, const struct buf *form, struct handset_answer *out)
{
	h->last_hook = form->full ? NULL : hook;
	h->last_len = form->len;
	*out = nothing("it is too long to be sent");
	return !form->full;
}

/* ---- USSD */

static const char *status_name(enum handset_heard how)
{
	switch (how) {
	case HEARD_END: return "Success";
	case HEARD_NOTHING: return "Failed";
	case HEARD_CONTINUE: case HEARD_TAKEN: break;
	}
	return "Incomplete";
}

/* The aggregator tells each session's end once; nobody waits for what the gateway says to it. */
static void notify_end(struct handset *h, enum handset_heard how)
{
	char bytes[HANDSET_TYPED_MAX * 3 + 8192], date[24];
	struct buf form = buf_over(bytes, sizeof bytes);
	char milliseconds[24], hops[12];
	struct http_result result;
	(void)snprintf(milliseconds, sizeof milliseconds, "%lld", (long long)(clock_monotonic_ms() - h->began_ms));
	(void)snprintf(hops, sizeof hops, "%u", h->hops);
	form_put(&form, "date", time_text(&date));
	put_session(&form, h);
	form_put(&form, "status", str_of(status_name(how)));
	form_put(&form, "cost", STR("0"));
	form_put(&form, "durationInMillis", str_of(milliseconds));
	form_put(&form, "hopsCount", str_of(hops));
	form_put(&form, "input", (struct str){ h->typed, h->typed_len });
	form_put(&form, "lastAppResponse", str_of(h->last_screen));
	h->open = false;
	h->ended = true;
	if (!form.full)
		(void)post(h, "ussd-end", buf_str(&form), &result);
}

static void keep_screen(struct handset *h, const struct handset_answer *answer)
{
	struct buf screen = buf_over(h->last_screen, sizeof h->last_screen - 1);
	if (answer->heard != HEARD_NOTHING)
		buf_put_z(&screen, answer->heard == HEARD_CONTINUE ? "CON " : "END ");
	buf_put(&screen, answer->text);
	h->last_screen[screen.full ? 0 : screen.len] = '\0';
}

static void hop(struct handset *h, bool again, struct handset_answer *out)
{
	if (!again) {
		struct buf form = buf_over(h->last_form, sizeof h->last_form);
		put_session(&form, h);
		form_put(&form, "text", (struct str){ h->typed, h->typed_len });
		if (!keep_form(h, "ussd", &form, out))
			return;
		h->hops++;
	}
	post_last(h, out);
	keep_screen(h, out);
	h->open = out->heard == HEARD_CONTINUE && !h->ended;
	if (!h->open && !h->ended)
		notify_end(h, out->heard);
}

/* Whether the code goes on where the service's own ends; *rest is what it types on the way. */
static bool goes_on(const struct handset *h, struct str code, struct str *rest)
{
	size_t stem = strlen(h->service);
	if (stem < 2 || code.len <= stem || !str_starts(code, str_slice(str_of(h->service), 0, stem - 1)) ||
	    code.at[stem - 1] != '*')
		return false;
	*rest = str_slice(code, stem, code.len - 1);
	return true;
}

bool handset_is_code(struct str text)
{
	bool only = text.len >= 3 && text.at[0] == '*' && text.at[text.len - 1] == '#';
	for (size_t i = 1; only && i + 1 < text.len; i++)
		only = text.at[i] == '*' || (text.at[i] >= '0' && text.at[i] <= '9');
	return only;
}

void handset_dial(struct handset *h, struct str code, struct handset_answer *out)
{
	struct str rest = STR("");
	handset_hang_up(h);
	assert(handset_is_code(code) && code.len <= HANDSET_CODE_MAX);
	if (!goes_on(h, code, &rest)) {
		bool fits = str_copy(code, h->service, sizeof h->service);
		assert(fits);
	}
	struct buf session = buf_over(h->session, sizeof h->session - 1);
	buf_put_z(&session, "ATUid_");
	put_new_id(&session);
	session.at[session.len] = '\0';
	memcpy(h->typed, rest.at, rest.len);
	h->typed_len = rest.len;
	h->ended = false;
	h->hops = 0;
	h->began_ms = clock_monotonic_ms();
	hop(h, false, out);
}

void handset_type(struct handset *h, struct str typed, struct handset_answer *out)
{
	struct buf all = buf_over(h->typed, sizeof h->typed);
	assert(h->open && typed.len > 0);
	all.len = h->typed_len;
	if (all.len > 0)
		buf_put_char(&all, '*');
	buf_put(&all, typed);
	if (all.full) {
		*out = nothing("this session has no room for more; /hang and /redial");
		return;
	}
	h->typed_len = all.len;
	hop(h, false, out);
}

void handset_hang_up(struct handset *h)
{
	arena_reset(&h->arena);
	if (h->open)
		notify_end(h, HEARD_CONTINUE);
}

/* ---- SMS, and once more */

void handset_sms(struct handset *h, struct str text, struct handset_answer *out)
{
	struct buf form = buf_over(h->last_form, sizeof h->last_form);
	char bytes[48], date[24];
	struct buf id = buf_over(bytes, sizeof bytes);
	put_new_id(&id);
	form_put(&form, "date", time_text(&date));
	form_put(&form, "from", str_of(h->number));
	form_put(&form, "to", str_of(h->sender));
	form_put(&form, "text", text);
	form_put(&form, "id", buf_str(&id));
	form_put(&form, "networkCode", STR(NETWORK));
	if (keep_form(h, "sms", &form, out))
		post_last(h, out);
}

void handset_again(struct handset *h, struct handset_answer *out)
{
	assert(h->last_hook);
	if (strcmp(h->last_hook, "sms") == 0)
		post_last(h, out);
	else
		hop(h, true, out);
}
