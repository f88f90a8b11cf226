#include "gateway/event_json.h"

#include <time.h>

void event_time_put(struct buf *out, int64_t ms)
{
	struct tm tm;
	time_t seconds = (time_t)(ms / 1000);
	if (ms < 0 || !gmtime_r(&seconds, &tm) || tm.tm_year > 9999 - 1900)
		return;
	buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		   tm.tm_min, tm.tm_sec);
	if (ms % 1000)
		buf_printf(out, ".%03d", (int)(ms % 1000));
	buf_put_char(out, 'Z');
}

static void put_unless_empty(json_t *object, const char *key, struct str value)
{
	if (value.len)
		json_put_str(object, key, value);
}

static void put_time(json_t *object, const char *key, int64_t ms)
{
	char storage[40];
	struct buf text = buf_over(storage, sizeof storage);
	if (ms)
		event_time_put(&text, ms);
	put_unless_empty(object, key, buf_str(&text));
}

/* What only one kind of event has. */
static void put_own(json_t *object, const struct event *event)
{
	switch (event->kind) {
	case EVENT_SMS:
		json_put_str(object, "text", event->text);
		break;
	case EVENT_USSD:
		json_put_str(object, "text", event->text);
		json_put_str(object, "event", str_of(ussd_event_name(event->event)));
		break;
	case EVENT_USSD_END:
		json_put_str(object, "event", str_of(ussd_event_name(event->event)));
		put_unless_empty(object, "end_status", event->reason);
		break;
	case EVENT_REPORT:
		put_unless_empty(object, "status", str_of(report_status_name(event->status)));
		put_unless_empty(object, "reason", event->reason);
		put_unless_empty(object, "client_ref", event->client_ref);
		break;
	case EVENT_NOTICE:
		json_put_str(object, "event", event->reason);
		break;
	case EVENT_OPT_OUT:
		put_unless_empty(object, "text", event->text);
		json_put_str(object, "event", event->reason.len ? event->reason : STR("opt_out"));
		break;
	}
}

json_t *event_json(const struct event *event)
{
	json_t *object = json_object();
	if (!object)
		return NULL;
	json_put_str(object, "kind", str_of(event_kind_name(event->kind)));
	put_unless_empty(object, "from", str_of(event->from.e164));
	put_unless_empty(object, "from_raw", event->from_raw);
	put_unless_empty(object, "to", event->to);
	put_unless_empty(object, "id", event->id);
	put_time(object, "ts", event->ts_ms);
	put_unless_empty(object, "session", event->session);
	put_own(object, event);
	if (event->opt_out)
		(void)json_object_set_new(object, "opt_out", json_true());
	return object;
}
