#include "gateway/channels/channel.h"

#include "gateway/channels/africastalking.h"
#include "gateway/channels/envayasms.h"
#include "gateway/channels/infobip.h"
#include "gateway/channels/orange.h"
#include "gateway/channels/smsgate.h"
#include "gateway/channels/smssync.h"
#include "gateway/channels/telerivet.h"
#include "gateway/channels/twilio.h"
#include "gateway/channels/vendors.h"
#include "gateway/channels/vonage.h"

static const struct adapter *const adapters[] = {
	&africastalking,
	&kannel,
	&jasmin,
	&twilio,
	&vonage,
	&infobip,
	&orange,
	&smsgate,
	&telerivet,
	&mtn,
	&mtarget,
	&lam,
	&hubtel,
	&ussd_family,
	&orange_ussd,
	&generic,
	&smssync,
	&envayasms,
	NULL,
};

const struct adapter *const *adapters_all(void)
{
	return adapters;
}

const struct adapter *adapter_named(struct str name)
{
	for (size_t i = 0; adapters[i]; i++)
		if (str_eq_z(name, adapters[i]->name))
			return adapters[i];
	return NULL;
}

enum transliteration channel_policy(const struct channel *channel)
{
	return channel->ucs2 ? channel->encoding : TRANSLITERATE_ALWAYS;
}

struct str channel_key(const struct channel *channel, const char *name)
{
	for (size_t i = 0; i < channel->keys_count; i++)
		if (str_eq_z(channel->key[i].name, name))
			return channel->key[i].value;
	return STR("");
}

bool channel_logs_in(const struct channel *channel)
{
	const struct adapter *adapter = channel->adapter;
	return adapter->login && (!adapter->logs_in || adapter->logs_in(channel));
}

struct str channel_callback(const struct channel *channel, const char *hook, struct arena *arena)
{
	if (channel->public_url.len == 0)
		return STR("");
	struct str hook_name = str_of(hook);
	struct buf url = buf_new(arena, channel->public_url.len + channel->id.len + channel->token.len + hook_name.len + 8);
	buf_put(&url, channel->public_url);
	buf_put_z(&url, "/cb/");
	buf_put(&url, channel->id);
	buf_put_z(&url, channel->token.len ? "/" : "");
	buf_put(&url, channel->token);
	buf_put_char(&url, '/');
	buf_put(&url, hook_name);
	return url.full ? (struct str){ NULL, 0 } : buf_str(&url);
}

const char decoded_wrong_method[] = "method";

bool hook_takes(const struct hook *hook, enum http_method method)
{
	return hook->methods & (1u << method);
}

struct str event_words(const struct event *event)
{
	return event->raw.len ? event->raw : event->text;
}

const char *event_kind_name(enum event_kind k)
{
	switch (k) {
	case EVENT_SMS:
		return "sms";
	case EVENT_USSD:
		return "ussd";
	case EVENT_USSD_END:
		return "ussd_end";
	case EVENT_REPORT:
		return "report";
	case EVENT_OPT_OUT:
		return "opt_out";
	case EVENT_NOTICE:
		return "notice";
	}
	return "unknown";
}

const char *ussd_event_name(enum ussd_event e)
{
	switch (e) {
	case USSD_NEW:
		return "new";
	case USSD_CONTINUE:
		return "continue";
	case USSD_END:
		return "end";
	case USSD_TIMEOUT:
		return "timeout";
	}
	return "unknown";
}

const char *report_status_name(enum report_status s)
{
	switch (s) {
	case REPORT_NONE:
		break;
	case REPORT_SENT:
		return "sent";
	case REPORT_DELIVERED:
		return "delivered";
	case REPORT_FAILED:
		return "failed";
	case REPORT_EXPIRED:
		return "expired";
	case REPORT_REJECTED:
		return "rejected";
	}
	return NULL;
}

const char *send_class_name(enum send_class c)
{
	switch (c) {
	case SEND_ACCEPTED:
		return "accepted";
	case SEND_REJECTED_PERMANENT:
		return "rejected_permanent";
	case SEND_TRANSIENT:
		return "transient";
	case SEND_OPERATIONAL:
		return "operational";
	case SEND_UNKNOWN:
		return "unknown";
	}
	return "unknown";
}

const char *send_result_name(const struct recipient_result *results, size_t count)
{
	static const enum send_class by_care[] = { SEND_OPERATIONAL, SEND_UNKNOWN, SEND_TRANSIENT,
						   SEND_REJECTED_PERMANENT };
	size_t of[SEND_UNKNOWN + 1] = { 0 };
	for (size_t i = 0; i < count; i++)
		of[results[i].result]++;
	if (of[SEND_ACCEPTED])
		return of[SEND_ACCEPTED] == count ? "accepted" : "partial";
	for (size_t i = 0; i < sizeof by_care / sizeof by_care[0]; i++)
		if (of[by_care[i]])
			return send_class_name(by_care[i]);
	return "unknown";
}
