/* What a text costs and what speaks against it, before it is sent: the same function that sending uses is the judge. */
#include "gateway/console/queue.h"

#include "flows/text/gsm7.h"
#include "flows/text/utf8.h"
#include "gateway/console/reply.h"

#include <stdlib.h>

enum { CULPRITS_MAX = 12 };

/* Each letter that makes it UCS-2, once. */
static json_t *culprits_of(struct str text)
{
	json_t *all = json_array();
	const char *at = text.at, *end = text.at + text.len;
	while (at < end && json_array_size(all) < CULPRITS_MAX) {
		const char *from = at;
		int32_t c = utf8_next(&at, end);
		struct str letter = str_span(from, at);
		bool known = c < 0 || gsm7_width(c) != 0;
		for (size_t i = 0; !known && i < json_array_size(all); i++)
			known = str_eq(json_str(json_array_get(all, i)), letter);
		if (!known)
			(void)json_array_append_new(all, json_from_str(letter));
	}
	return all;
}

static void put_plan(json_t *answer, const struct segments *plan)
{
	json_t *units = json_array(), *starts = json_array();
	for (size_t i = 0; i < plan->count; i++) {
		(void)json_array_append_new(units, json_integer((json_int_t)plan->units[i]));
		(void)json_array_append_new(starts, json_integer((json_int_t)plan->starts[i]));
	}
	(void)json_object_set_new(answer, "encoding", json_string(encoding_name(plan->encoding)));
	(void)json_object_set_new(answer, "segments", json_integer((json_int_t)plan->count));
	(void)json_object_set_new(answer, "units", units);
	(void)json_object_set_new(answer, "starts", starts);
}

static json_t *measured(struct str text, const struct reply *r)
{
	json_t *answer = json_object(), *replaced = json_object(), *warnings = json_array(), *words = json_array();
	struct str better = r->replaced.at ? r->replaced : r->text;
	const struct segments *plan = r->replaced.at ? &r->replaced_plan : &r->plan;
	put_plan(answer, &r->plan);
	(void)json_object_set_new(answer, "culprits", r->plan.encoding == ENCODING_UCS2 ? culprits_of(text) : json_array());
	json_put_str(replaced, "text", better);
	(void)json_object_set_new(replaced, "encoding", json_string(encoding_name(plan->encoding)));
	(void)json_object_set_new(replaced, "segments", json_integer((json_int_t)plan->count));
	(void)json_object_set_new(answer, "replaced", replaced);
	for (unsigned bit = 1; bit <= REPLY_TOO_LONG; bit <<= 1)
		if (r->warnings & bit)
			(void)json_array_append_new(warnings, json_string(reply_warning_name(bit)));
	for (size_t i = 0; i < r->words_count; i++)
		(void)json_array_append_new(words, json_from_str(r->words[i]));
	(void)json_object_set_new(answer, "warnings", warnings);
	(void)json_object_set_new(answer, "words", words);
	return answer;
}

static int work(struct call *call, struct gateway *g, struct db *db)
{
	struct reply r;
	struct str text = json_get_str(call->body, "text");
	int rc = reply_prepare(g, db, call->seen.contact_id, text, false, call->now_ms, &r);
	if (rc == 0)
		call->answer = measured(text, &r);
	seal_key_forget(&r.contact.key);
	return rc;
}

static void tell(struct call *call)
{
	json_t *answer = call->answer;
	call->answer = NULL;
	call_answer(call, 200, answer);
}

void api_measure(struct call *call)
{
	struct str text, ref;
	if (!call_text(call, "text", 0, 6400, false, &text) || !call_text(call, "ref", 8, 8, true, &ref))
		return;
	if (utf8_count(text) > 1600)
		call_bad_because(call, "text", "too-long", "At most 1,600 letters.");
	else if (ref.at && !policy_case(call, ref, false))
		call_not_found(call);
	else
		call_write(call, work, tell);
}
