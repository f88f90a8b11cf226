#include "gateway/console/reply.h"

#include "db/message.h"
#include "db/outbox.h"
#include "flows/lint.h"
#include "flows/text/transliterate.h"
#include "gateway/calendar.h"
#include "gateway/outbox.h"

#include <errno.h>
#include <string.h>

#define REPLY_LIVES_MS ((int64_t)24 * 3600 * 1000)

static const char *const warning_names[] = { "quiet_hours", "opted_out", "unsafe", "no_call", "quiet_words", "too_long" };

const char *reply_warning_name(unsigned bit)
{
	for (unsigned i = 0; i < sizeof warning_names / sizeof *warning_names; i++)
		if (bit == 1u << i)
			return warning_names[i];
	return "";
}

/* Where the person wrote last, else the first of the country that sends SMS. */
static const struct channel *channel_for(struct gateway *g, struct db *db, const struct contact *contact)
{
	struct query q = db_query(db, SQL_MESSAGE_LAST_CHANNEL);
	bind_i64(&q, contact->contact_id);
	const struct channel *found = NULL;
	if (db_row(&q) == 1) {
		found = config_channel(&g->config, col_str(&q, 0));
		db_done(&q);
	}
	for (size_t i = 0; !found && i < g->config.channels_count; i++)
		if (g->config.channels[i].adapter->compose)
			found = &g->config.channels[i];
	return found;
}

static int write_as(struct db *db, struct str text, struct str language, enum transliteration policy, struct str *out,
		    struct segments *plan)
{
	enum encoding encoding;
	struct buf b = buf_new(&db->arena, text.len * 4 + 64);
	int rc = transliterate(text, language, policy, &b, &encoding);
	if (rc != 0)
		return rc;
	*out = buf_str(&b);
	return segment_plan(*out, plan);
}

static void add_words(struct gateway *g, struct str text, struct reply *out)
{
	for (size_t i = 0; g->book.lint && i < g->book.lint->count && out->words_count < 8; i++) {
		const struct lint one = { &g->book.lint->words[i], 1 };
		const struct lint_word *found = lint_find_any(&one, LINT_TELLING, text);
		if (found)
			out->words[out->words_count++] = found->word;
	}
	if (out->words_count)
		out->warnings |= REPLY_QUIET_WORDS;
}

/* The last word of the person is older than what still counts as an answer. */
static bool is_no_answer(struct db *db, int64_t contact_id, int64_t now_ms)
{
	int64_t recent = 0;
	return message_count_inbound(db, contact_id, now_ms - ANSWER_AT_ONCE_MS, &recent) != 0 || recent == 0;
}

static bool in_quiet_hours(const struct gateway *g, const struct contact *contact, int64_t now_ms)
{
	return calendar_next_permitted(&g->config, str_of(contact->country), now_ms) != now_ms;
}

static void warn(struct gateway *g, struct db *db, int64_t now_ms, struct reply *out)
{
	const struct contact *c = &out->contact;
	unsigned most = out->channel && out->channel->max_segments ? out->channel->max_segments : g->config.limits.max_segments;
	if (out->plan.count > most)
		out->warnings |= REPLY_TOO_LONG;
	if (c->contact_id == 0)
		return;
	if (c->opted_out)
		out->warnings |= REPLY_OPTED_OUT;
	if (strcmp(c->contact_pref, "SHARED") == 0)
		out->warnings |= REPLY_UNSAFE;
	if (strcmp(c->contact_pref, "NO_CALL") == 0 && is_no_answer(db, c->contact_id, now_ms))
		out->warnings |= REPLY_NO_CALL;
	if (in_quiet_hours(g, c, now_ms))
		out->warnings |= REPLY_QUIET_HOURS;
}

int reply_prepare(struct gateway *g, struct db *db, int64_t contact_id, struct str text, bool replace, int64_t now_ms,
		  struct reply *out)
{
	*out = (struct reply){ 0 };
	int rc = contact_id ? contact_by_id(db, contact_id, &out->contact) : 1;
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	out->channel = channel_for(g, db, &out->contact);
	enum transliteration policy = out->channel ? channel_policy(out->channel) : TRANSLITERATE_AUTO;
	struct str language = str_of(out->contact.language);
	bool must = policy == TRANSLITERATE_ALWAYS;
	rc = write_as(db, text, language, must ? policy : replace ? TRANSLITERATE_AUTO : TRANSLITERATE_NEVER, &out->text, &out->plan);
	if (rc == 0)
		rc = write_as(db, text, language, TRANSLITERATE_AUTO, &out->replaced, &out->replaced_plan);
	if (rc == 0 && out->replaced_plan.encoding == out->plan.encoding)
		out->replaced.at = NULL;
	if (rc == 0) {
		add_words(g, text, out);
		warn(g, db, now_ms, out);
	}
	return rc;
}

int reply_queue(struct db *db, const struct reply *r, struct str ref, struct str user, int64_t now_ms, int64_t *message_id)
{
	struct message m = {
		.out = true, .channel = r->channel->id, .case_ref = ref, .flow = STR("staff"), .state = user, .status = "queued",
		.class = "once_only", .contact_id = r->contact.contact_id, .point_id = r->contact.point_id,
		.encoding = encoding_name(r->plan.encoding), .segments = r->plan.count, .created_at = now_ms, .text = r->text,
	};
	int rc = message_add(db, &m, &r->contact.key);
	*message_id = m.message_id;
	return rc == 0 ? outbox_add(db, m.message_id, r->channel->id, OUTBOX_ANSWER, now_ms + UNDO_MS, now_ms + REPLY_LIVES_MS) : rc;
}
