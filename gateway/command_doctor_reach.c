/* Can each aggregator be reached?  A HEAD on its host: name, connection, certificate.  Nothing is sent to anybody. */
#include "gateway/doctor.h"
#include "gateway/sender.h"

#include <string.h>

enum { REACH_MS = 5000, ARENA = 1024 * 1024 };

/* "https://host:port/" of a URL; .at == NULL when it is none. */
static struct str site_of(struct str url, struct arena *arena)
{
	struct str rest = url, host;
	size_t scheme = str_starts(url, STR("https://")) ? 8 : str_starts(url, STR("http://")) ? 7 : 0;
	struct buf b = buf_new(arena, url.len + 1);
	rest = str_from(url, scheme);
	if (scheme == 0 || !str_split(&rest, '/', &host) || host.len == 0)
		return (struct str){ NULL, 0 };
	while (memchr(host.at, '@', host.len)) /* a name and a password are not for the eye */
		host = str_from(host, 1);
	if (host.len == 0 || memchr(host.at, '?', host.len))
		return (struct str){ NULL, 0 };
	buf_put(&b, str_slice(url, 0, scheme));
	buf_put(&b, host);
	buf_put_char(&b, '/');
	return b.full ? (struct str){ NULL, 0 } : buf_str(&b);
}

/* Where the channel would send to: composed as a message, and only its URL used. */
static struct str site_of_channel(const struct channel *channel, struct arena *arena)
{
	struct outgoing message = { .to = { STR("+212600000000") }, .count = 1, .text = STR("x") };
	struct http_call call = { .method = HTTP_GET };
	if (channel->adapter->compose && channel->adapter->compose(channel, &message, arena, &call) == 0)
		return site_of(call.url, arena);
	return channel->base_url.len > 0 ? site_of(channel->base_url, arena) : (struct str){ NULL, 0 };
}

static const char *advice(const struct http_result *result)
{
	enum { NO_PROXY = 5, NO_HOST = 6, NO_CONNECTION = 7, TIMED_OUT = 28, TLS_FAILED = 35 }; /* libcurl's codes */
	if (result->certificate)
		return "its certificate is refused: look at the host's name, the clock and ca-certificates";
	switch (result->curl_code) {
	case NO_PROXY: return "the proxy's name is not known: look at https_proxy";
	case NO_HOST: return "its name is not known here: look at base_url and at DNS";
	case NO_CONNECTION: return "nobody listens there, or a firewall refuses: let this machine out to it";
	case TIMED_OUT: return "no answer in 5 s: let this machine out to it through the firewall";
	case TLS_FAILED: return "no TLS there: look at base_url";
	default: return "look at base_url and at the network";
	}
}

static void reach(struct doctor *d, const struct channel *channel, struct arena *arena)
{
	struct http_call call = { .method = HTTP_HEAD };
	struct http_result result = { .curl_code = 0 };
	call.url = site_of_channel(channel, arena);
	if (!call.url.at) {
		doctor_say(d, HEALTH_OK, NULL, "channel %.*s: only receives", STR_ARG(channel->id));
		return;
	}
	int rc = sender_call_and_wait(&call, REACH_MS, arena, &result);
	if (rc != 0)
		doctor_say(d, HEALTH_FAIL, "libcurl gives no reason; try again", "channel %.*s: %.*s was not asked",
			   STR_ARG(channel->id), STR_ARG(call.url));
	else if (result.curl_code != 0)
		doctor_say(d, HEALTH_FAIL, advice(&result), "channel %.*s: %.*s cannot be reached: %s",
			   STR_ARG(channel->id), STR_ARG(call.url), sender_error_name(result.curl_code));
	else
		doctor_say(d, HEALTH_OK, NULL, "channel %.*s: %.*s answers (%u)", STR_ARG(channel->id),
			   STR_ARG(call.url), result.status);
}

void doctor_channels(struct doctor *d, const struct config *config)
{
	struct arena arena;
	if (arena_new(&arena, ARENA) != 0)
		return;
	for (size_t i = 0; i < config->channels_count; i++) {
		arena_reset(&arena);
		reach(d, &config->channels[i], &arena);
	}
	arena_free(&arena);
}
