#include "gateway/handset_inbox.h"

#include "gateway/control.h"
#include "gateway/json.h"

static enum inbox_kind ask(const struct inbox *inbox, int64_t after, json_t **answer)
{
	json_t *request = json_pack("{s:s, s:I}", "do", "demo.inbox", "after", (json_int_t)after);
	json_put_str(request, "number", inbox->number);
	int rc = control_ask(inbox->state, request, answer);
	json_decref(request);
	if (rc <= 0)
		return rc == 0 ? INBOX_NO_DAEMON : INBOX_UNKNOWN;
	return json_is_true(json_object_get(*answer, "ok")) ? INBOX_DEMO : INBOX_ELSEWHERE;
}

enum inbox_kind inbox_read(struct inbox *inbox, int64_t after, size_t *count, inbox_message *each, void *user)
{
	json_t *answer = NULL, *one;
	size_t i;
	enum inbox_kind kind = ask(inbox, after, &answer);
	*count = 0;
	if (kind == INBOX_NO_DAEMON) /* the next one counts from the beginning */
		inbox->seen = 0;
	json_array_foreach(json_object_get(answer, "messages"), i, one) {
		int64_t seq = json_integer_value(json_object_get(one, "seq"));
		struct str text = json_get_str(one, "text");
		if (seq > inbox->seen)
			inbox->seen = seq;
		if (each)
			each(text.at ? text : STR(""), json_integer_value(json_object_get(one, "at_ms")), user);
		++*count;
	}
	json_decref(answer);
	return kind;
}
