#include "gateway/step.h"

#include "db/ledger.h"
#include "db/message.h"
#include "db/parts.h"
#include "gateway/casework.h"
#include "gateway/circumstances.h"
#include "gateway/log.h"
#include "gateway/proof.h"
#include "gateway/step_overheard.h"
#include "gateway/step_reply.h"
#include "gateway/step_report.h"
#include "gateway/step_seen.h"

#include <errno.h>
#include <string.h>

enum { HOUR_MS = 3600 * 1000,
       LOOP_TIMES = 3, LOOP_SENTENCE = 12 }; /* so often answered; in bytes: an answer to a question is shorter */
enum { NUMBER_TAIL = 8 }; /* digits that tell who it is, also in a national form */
#define USSD_WINDOW_MS ((int64_t)24 * HOUR_MS)   /* the same session id later than this is another session (U3) */
#define SMS_WINDOW_MS ((int64_t)72 * HOUR_MS)    /* domain.md 2.3 */
#define FADE_MS ((int64_t)60 * 24 * HOUR_MS)     /* failures.md P8: numbers are given to others */
#define SEEN_AGAIN_MS 10000                      /* how exact "last seen" is */
#define RETRY_WINDOW_MS 1500                     /* CONTRACT 6: no turn id, the same input so soon is a retry */

struct step { /* one event on its way */
	struct gateway *g;
	struct db *db;
	const struct channel *channel;
	const struct event *event;
	int64_t now_ms;
	struct contact who;
	struct conversation talk;
	bool resumable;
	struct circumstances around;
	struct casework work;
	int64_t message_in;
	struct step_result *out;
};

/* ---- who */

static int meet_person(struct step *s, bool known)
{
	int64_t wipe_due = s->now_ms + (int64_t)s->g->config.retention.unconsented_hours * HOUR_MS;
	int rc = 0;
	if (!known)
		rc = contact_add(s->db, str_of(s->event->from.e164), str_of(s->event->from.country), s->now_ms, wipe_due, &s->who);
	else if (s->now_ms - s->who.last_seen >= SEEN_AGAIN_MS) /* else a hop of the same conversation */
		rc = contact_touch(s->db, s->who.contact_id, s->now_ms, wipe_due);
	if (rc == 0 && known && !s->who.faded && s->now_ms - s->who.last_seen >= FADE_MS) {
		rc = point_fade(s->db, s->who.point_id, s->now_ms);
		s->who.faded = true;
	}
	s->out->contact_id = s->who.contact_id;
	return rc;
}

static int find_person(struct step *s)
{
	int rc = contact_by_number(s->db, str_of(s->event->from.e164), &s->who);
	return rc < 0 ? rc : meet_person(s, rc == 1);
}

static int load_facts(struct step *s)
{
	return circumstances_load(s->g, s->channel, &s->who, &s->talk, str_of(s->event->from.country), s->now_ms, &s->around);
}

/* ---- log */

/* A vendor's id stands in the open; where the number is part of it (IMImobile's sessions have no other name), its keyed hash. */
static struct str id_without_number(struct step *s, struct str id)
{
	struct str number = str_of(s->event->from.e164);
	struct str tail = str_from(number, number.len > NUMBER_TAIL ? number.len - NUMBER_TAIL : 0);
	unsigned char hash[VAULT_INDEX_LEN];
	if (!id.len || !tail.len || !memmem(id.at, id.len, tail.at, tail.len))
		return id;
	struct buf b = buf_new(&s->db->arena, 2 * sizeof hash);
	vault_fingerprint(&s->db->vault, &id, 1, hash);
	buf_put_hex(&b, (const char *)hash, sizeof hash);
	return buf_str(&b);
}

static int log_inbound(struct step *s, struct str text, const struct outcome *outcome, const char *status,
		       struct str provider_id)
{
	struct message m = {
		.ussd = s->event->kind == EVENT_USSD, .channel = s->channel->id, .provider_id = id_without_number(s, provider_id),
		.case_ref = str_of(s->work.case_ref), .flow = outcome ? outcome->flow : STR(""),
		.state = outcome ? outcome->state : STR(""), .status = status, .contact_id = s->who.contact_id,
		.point_id = s->who.point_id, .created_at = s->now_ms, .text = text,
		.reason = s->event->partial ? STR("parts are missing") : STR(""),
	};
	int rc = message_add(s->db, &m, &s->who.key);
	s->message_in = m.message_id;
	return rc;
}

static int log_screen(struct step *s, const struct outcome *outcome, struct str provider_id)
{
	enum encoding encoding;
	(void)text_units(outcome->text, &encoding);
	struct message m = {
		.out = true, .ussd = true, .channel = s->channel->id, .provider_id = provider_id,
		.case_ref = str_of(s->work.case_ref), .flow = str_of(outcome->now.flow), .state = str_of(outcome->now.state),
		.status = "sent", .class = "reply", .contact_id = s->who.contact_id, .point_id = s->who.point_id,
		.reply_to = s->message_in, .encoding = encoding_name(encoding), .created_at = s->now_ms, .sent_at = s->now_ms,
		.text = outcome->text,
	};
	return message_add(s->db, &m, &s->who.key);
}

static int queue_reply(struct step *s, const struct outcome *outcome)
{
	struct message m = {
		.case_ref = str_of(s->work.case_ref), .flow = str_of(outcome->now.flow), .state = str_of(outcome->now.state),
		.reply_to = s->message_in, .created_at = s->now_ms, .class = outcome->asks ? "question" : "reply",
	};
	return step_reply(s->g, s->channel, &s->who, outcome->text, &m);
}

/* ---- one step */

static void begin_work(struct step *s, enum mode mode)
{
	s->work = (struct casework){ .g = s->g, .channel = s->channel, .who = &s->who, .mode = mode, .now_ms = s->now_ms,
				     .e164 = str_of(s->event->from.e164), .language = str_of(s->who.language),
				     .unfinished_id = s->around.unfinished_id };
	memcpy(s->work.case_ref, s->around.open_case.ref, sizeof s->work.case_ref);
}

/* A walk that this conversation no longer holds but that a redial may take up again: kept in a row of its own. */
static int keep_left(struct step *s, const struct session *left)
{
	struct conversation kept;
	int rc = conversation_new(s->db, &s->who, s->channel->id, NULL, s->now_ms, &kept);
	if (rc != 0)
		return rc;
	kept.session = *left;
	kept.set_aside = true;
	s->talk.resumable = false; /* that one is it now */
	return conversation_save(s->db, &s->who, &kept, true, s->now_ms);
}

static int ask_engine(struct step *s, enum mode mode, enum input_kind kind, struct str text, const struct outcome **out)
{
	struct input input = { .kind = kind, .mode = mode, .text = text, .facts = &s->around.facts };
	if (kind == INPUT_TEXT) {
		int judged = proof_judge(s->g, &s->who, &s->talk, text, s->now_ms, &s->around);
		if (judged < 0)
			return judged;
	}
	s->talk.session.started_ms = s->talk.started_at;
	*out = flow_step(&s->g->book, &s->talk.session, &input, &s->db->arena);
	if (!*out)
		return -ENOMEM;
	int rc = casework_apply(&s->work, *out);
	s->talk.session = (*out)->now;
	s->resumable = (*out)->resumable;
	if (rc == 0 && (*out)->left && !s->work.wiped)
		rc = keep_left(s, (*out)->left);
	return rc;
}

static int finish(struct step *s)
{
	if (!s->work.wiped)
		return conversation_save(s->db, &s->who, &s->talk, s->resumable, s->now_ms);
	/* Refused: gone at once, unless the last word by SMS still has to leave; then the housekeeping does it. */
	int rc = contact_wipe(s->db, s->who.contact_id, s->now_ms);
	if (rc == 1)
		s->out->contact_id = 0, s->g->counts.wiped++;
	return rc < 0 ? rc : 0;
}

static int of_another_country(struct step *s)
{
	struct effect read = { .kind = EFFECT_TASK, .a = STR("READ"), .b = STR("wrote from a country outside the programme"),
			       .d = STR("counsellor"), .due_minutes = 2 * 24 * 60 };
	return casework_apply_one(&s->work, &read);
}

static bool country_is_ours(const struct step *s)
{
	return config_country(&s->g->config, str_of(s->event->from.country)) != NULL;
}

/* ---- SMS */

/* The keyword that the whole message is, or -1. */
static int keyword_of(const struct step *s)
{
	struct answer answer;
	struct question none = { 0 };
	const struct book *book = &s->g->book;
	match_answer(&book->words, s->event->text, &none, book->languages, book->languages_count, -1, &answer);
	return answer.kind == ANSWER_KEYWORD ? (int)answer.keyword : -1;
}

static bool never_limited(const struct step *s)
{
	int keyword = keyword_of(s);
	return keyword == KEYWORD_STOP || keyword == KEYWORD_URGENT;
}

static int over_the_limit(struct step *s, bool *over)
{
	int64_t n;
	int rc = message_count_inbound(s->db, s->who.contact_id, s->now_ms - HOUR_MS, &n);
	*over = rc == 0 && n >= s->g->config.limits.inbound_per_hour && !never_limited(s);
	return rc;
}

/* An answering machine, or another gateway: the same sentence once more within an hour is kept and not answered, or two machines
 * would talk for ever (failures.md O18).  1, 0, or an error; a person is told once. */
static int goes_round(struct step *s)
{
	struct str text = event_words(s->event);
	bool told = false;
	if (text.len < LOOP_SENTENCE || !memchr(text.at, ' ', text.len) || keyword_of(s) >= 0)
		return 0;
	int rc = message_repeats(s->db, s->who.contact_id, &s->who.key, text, s->now_ms - HOUR_MS, LOOP_TIMES, &told);
	if (rc != 1 || told)
		return rc;
	struct effect read = { .kind = EFFECT_TASK, .a = STR("READ"), .b = STR("the same words again and again: not answered any more"),
			       .d = STR("counsellor"), .due_minutes = 2 * 24 * 60 };
	rc = casework_apply_one(&s->work, &read);
	return rc < 0 ? rc : 1;
}

static int converse_by_sms(struct step *s)
{
	const struct outcome *outcome;
	int rc = conversation_sms(s->db, &s->who, s->now_ms - SMS_WINDOW_MS, &s->talk);
	if (rc == 0)
		rc = conversation_new(s->db, &s->who, s->channel->id, NULL, s->now_ms, &s->talk);
	if (rc >= 0)
		rc = load_facts(s);
	begin_work(s, MODE_SMS);
	if (rc == 0)
		rc = ask_engine(s, MODE_SMS, INPUT_TEXT, s->event->text, &outcome);
	if (rc == 0)
		rc = log_inbound(s, outcome->secret ? STR("****") : event_words(s->event), outcome, "received", s->event->id);
	if (rc == 0 && outcome->reply != REPLY_NONE)
		rc = queue_reply(s, outcome);
	if (rc == 0 && str_eq_z(outcome->text_key, "free.ack"))
		rc = contact_set_acked(s->db, s->who.contact_id, s->now_ms);
	return rc == 0 ? finish(s) : rc;
}

/* Kept for staff.  STOP holds wherever it comes from (failures.md O17), and so does what lifts it. */
static int sms_of_another_country(struct step *s)
{
	int keyword = keyword_of(s), rc = 0;
	if (keyword == KEYWORD_STOP)
		rc = opt_out(s->db, str_of(s->event->from.e164), "keyword", s->now_ms);
	else if (keyword == KEYWORD_START)
		rc = opt_in(s->db, str_of(s->event->from.e164), s->now_ms);
	if (rc == 0)
		rc = log_inbound(s, event_words(s->event), NULL, "parked", s->event->id);
	if (rc == 0)
		rc = step_overheard(s->g, s->channel, &s->who, s->event, s->now_ms);
	return rc == 0 ? of_another_country(s) : rc;
}

/* A short code, a sender's name: kept for an operator, never answered (a loop would follow), never a contact. */
static int from_nobody(struct step *s)
{
	struct message m = { .channel = s->channel->id, .provider_id = s->event->id, .status = "parked",
			     .reason = STR("the sender is no phone number"), .created_at = s->now_ms,
			     .text = event_words(s->event) };
	return message_add(s->db, &m, &s->db->vault.own);
}

static int step_sms(struct step *s)
{
	bool over = false;
	if (s->event->from.kind != PHONE_E164)
		return from_nobody(s);
	int rc = find_person(s);
	if (rc == 0)
		rc = over_the_limit(s, &over);
	begin_work(s, MODE_SMS);
	if (rc == 0 && !over) {
		rc = goes_round(s);
		over = rc == 1;
		rc = rc < 0 ? rc : 0;
	}
	if (rc == 0 && over) {
		s->out->what = STEP_LIMITED;
		s->g->counts.limited++;
		rc = step_overheard(s->g, s->channel, &s->who, s->event, s->now_ms);
		return rc == 0 ? log_inbound(s, event_words(s->event), NULL, "parked", s->event->id) : rc;
	}
	if (rc == 0 && !country_is_ours(s))
		return sms_of_another_country(s);
	return rc == 0 ? converse_by_sms(s) : rc;
}

/* ---- USSD */

static struct str hop_name(struct step *s)
{
	if (s->event->turn_ids)
		return id_without_number(s, s->event->id);
	struct str session = id_without_number(s, s->event->session);
	struct buf b = buf_new(&s->db->arena, session.len + 24);
	buf_put(&b, session);
	buf_printf(&b, "/%zu", s->talk.hops_count);
	return b.full ? STR("") : buf_str(&b);
}

static int one_input(struct step *s, enum input_kind kind, struct str text, const struct outcome **outcome)
{
	int rc = load_facts(s);
	begin_work(s, MODE_USSD);
	if (rc == 0)
		rc = ask_engine(s, MODE_USSD, kind, text, outcome);
	if (rc != 0)
		return rc;
	/* chosen in this very hop: the next input of a dialled path speaks it */
	bool chosen = s->work.language.at != s->who.language;
	return !chosen || str_copy(s->work.language, s->who.language, sizeof s->who.language) ? 0 : -EINVAL;
}

/* The inputs of this hop, one after the other; a conversation that ended takes no more of them. */
static int walk(struct step *s, const struct outcome **outcome)
{
	const struct ussd_turn *turn = &s->out->turn;
	int rc = 0;
	if (turn->is_new || turn->conflict)
		rc = one_input(s, INPUT_DIAL, STR(""), outcome);
	if (turn->conflict) { /* nothing is applied by guess: the screen that stands is shown again (U4) */
		s->g->counts.conflicts++;
		return rc;
	}
	for (size_t i = 0; rc == 0 && i < turn->inputs; i++)
		if (i == 0 || (*outcome)->reply == REPLY_CONTINUE)
			rc = one_input(s, INPUT_TEXT, ussd_without_codes(s->event, turn->input[i], &s->db->arena), outcome);
	return rc;
}

static int converse_by_ussd(struct step *s)
{
	const struct outcome *outcome = NULL;
	struct str hop = hop_name(s), typed = ussd_words(&s->out->turn, s->event, &s->db->arena);
	int rc = walk(s, &outcome);
	if (rc == 0 && !outcome)
		rc = -EINVAL;
	if (rc == 0) /* a PIN is in no log, and in no path that was dialled with it */
		rc = log_inbound(s, outcome->secret ? STR("****") : typed, outcome, "received", hop);
	if (rc == 0)
		rc = log_screen(s, outcome, hop);
	if (rc != 0)
		return rc;
	s->out->ussd_text = outcome->text;
	s->out->ussd_end = outcome->reply != REPLY_CONTINUE;
	return 0;
}

static bool is_retry(const struct step *s)
{
	int64_t since_ms = s->now_ms - s->talk.updated_at; /* below 0: the clock was set back, which proves no retry */
	return !s->event->cumulative && !s->event->turn_ids && s->talk.hops_count > 0 && since_ms >= 0 &&
	       since_ms < RETRY_WINDOW_MS;
}

static int64_t day_of(int64_t ms)
{
	return ms / ((int64_t)24 * HOUR_MS);
}

static int not_ours_by_ussd(struct step *s)
{
	int language = book_language(&s->g->book, str_of(s->who.language));
	struct facts facts = { .language = language < 0 ? 0 : language, .encoding = channel_policy(s->channel) };
	begin_work(s, MODE_USSD);
	circumstances_add_numbers(&s->g->config, s->g->config.programme_country, &facts);
	s->out->ussd_end = true;
	s->out->ussd_text = flow_apology(&s->g->book, &facts, &s->db->arena);
	int rc = log_inbound(s, s->event->text, NULL, "parked", hop_name(s));
	return rc == 0 ? of_another_country(s) : rc;
}

/* A hop of a conversation that is not there: was it, before its person was wiped?  1, 0, or an error.  The key left behind is
 * that of a conversation that begins now. */
static int hop_of_the_gone(struct step *s, const unsigned char vendor_key[VAULT_INDEX_LEN])
{
	int64_t today = day_of(s->now_ms);
	for (int64_t day = today - 1; day <= today; day++) {
		ussd_hop_key(&s->db->vault, vendor_key, s->event, day, 0, s->out->seen_key);
		int rc = seen_find(s->db, s->out->seen_key, &s->out->replay);
		if (rc < 0 || (rc == 1 && s->out->replay.at >= s->now_ms - USSD_WINDOW_MS))
			return rc;
	}
	return 0;
}

static int hop_seen(struct step *s, const unsigned char vendor_key[VAULT_INDEX_LEN])
{
	unsigned char before[VAULT_INDEX_LEN];
	int64_t day = day_of(s->talk.started_at);
	ussd_hop_key(&s->db->vault, vendor_key, s->event, day, s->talk.hops_count, s->out->seen_key);
	int rc = seen_find(s->db, s->out->seen_key, &s->out->replay);
	if (rc != 0 || !is_retry(s))
		return rc;
	ussd_hop_key(&s->db->vault, vendor_key, s->event, day, s->talk.hops_count - 1, before);
	return seen_find(s->db, before, &s->out->replay);
}

/* The person, the conversation, and whether this hop was answered before; then nobody and nothing is made anew. */
static int find_talk(struct step *s, bool *duplicate)
{
	unsigned char vendor_key[VAULT_INDEX_LEN];
	ussd_vendor_key(&s->db->vault, s->channel->id, s->event, vendor_key);
	int known = contact_by_number(s->db, str_of(s->event->from.e164), &s->who);
	int found = known == 1 ? conversation_ussd(s->db, &s->who, vendor_key, s->now_ms - USSD_WINDOW_MS, &s->talk) : known;
	if (found < 0)
		return found;
	int rc = found == 1 ? hop_seen(s, vendor_key) : hop_of_the_gone(s, vendor_key);
	*duplicate = rc == 1;
	if (rc == 0)
		rc = meet_person(s, known == 1);
	if (rc == 0 && found == 0)
		rc = conversation_new(s->db, &s->who, s->channel->id, vendor_key, s->now_ms, &s->talk);
	return rc < 0 ? rc : 0;
}

/* A vendor that says "start" and "response" is told when that does not fit what was before: nothing is stored then. */
static int session_rule(struct step *s)
{
	int open = open_session_find(s->db, s->channel->id, s->event->session, s->now_ms - USSD_WINDOW_MS);
	bool known = s->talk.hops_count > 0;
	if (open < 0)
		return open;
	s->out->refused = (s->event->session_rule == SESSION_KNOWN && (!known || !open)) ||
			  (s->event->session_rule == SESSION_NEW && (known || open));
	s->out->turn.conflict = s->out->refused && open && !known; /* another number's session */
	return s->out->refused ? -EBADMSG : 0;
}

static int step_ussd(struct step *s)
{
	bool duplicate = false;
	int rc = find_talk(s, &duplicate);
	if (rc != 0)
		return rc;
	ussd_read(&s->db->vault, &s->talk, s->event, &s->out->turn);
	if (duplicate) {
		s->out->what = STEP_DUPLICATE;
		return 0;
	}
	rc = s->event->named_alone ? session_rule(s) : 0;
	if (rc == 0 && s->out->turn.is_new && s->talk.hops_count > 0)
		rc = ussd_begin_anew(s->db, &s->who, s->channel->id, s->event, s->now_ms, &s->talk);
	if (rc != 0)
		return rc;
	s->out->keyed = true;
	rc = ussd_note(&s->db->vault, &s->talk, s->event);
	if (rc == -E2BIG) { /* a loop somewhere: the session is closed, the person hears that it is */
		s->out->ussd_end = true;
		s->out->ussd_text = step_apology(s->g, s->channel, s->event, &s->db->arena);
		return 0;
	}
	if (!country_is_ours(s)) {
		rc = not_ours_by_ussd(s);
		return rc == 0 ? finish(s) : rc;
	}
	rc = converse_by_ussd(s);
	if (rc == 0 && s->event->named_alone)
		rc = open_session_put(s->db, s->channel->id, s->event->session, s->out->ussd_end ? OPEN_SESSION_CLOSED : s->now_ms);
	return rc == 0 ? finish(s) : rc;
}

static int step_ussd_end(struct step *s)
{
	unsigned char vendor_key[VAULT_INDEX_LEN];
	int rc = s->event->named_alone ? step_end_named_alone(s->g, s->channel, s->event, s->out) : 0;
	if (rc != 0 || s->event->from.kind != PHONE_E164)
		return rc;
	rc = contact_by_number(s->db, str_of(s->event->from.e164), &s->who);
	if (rc == 1) {
		ussd_vendor_key(&s->db->vault, s->channel->id, s->event, vendor_key);
		rc = conversation_ussd(s->db, &s->who, vendor_key, s->now_ms - USSD_WINDOW_MS, &s->talk);
	}
	if (rc != 1)
		return rc;
	rc = conversation_ended(s->db, s->talk.session_id, s->event->reason, s->now_ms);
	s->out->what = rc == 1 ? STEP_TAKEN : STEP_DUPLICATE;
	return rc < 0 ? rc : 0;
}

/* ---- */

/* One part of a long message: kept until the others are there, then the step of the whole. */
static int step_part(struct step *s)
{
	const struct event *e = s->event;
	struct message_part part = { .channel = s->channel->id, .from = str_of(e->from.e164), .to = e->to, .ref = e->part_ref,
				     .text = e->text, .part = e->part, .parts = e->parts, .ts_ms = e->ts_ms,
				     .now_ms = s->now_ms };
	int rc = part_add(s->db, &part, &s->out->joined);
	if (rc == -EEXIST) /* a reference used again too soon: nothing is dropped */
		return step_sms(s);
	if (rc != 1) {
		s->out->incomplete = rc == 0;
		return rc;
	}
	struct event whole = *e;
	whole.text = s->out->joined;
	whole.raw = STR("");
	s->event = &whole;
	rc = step_sms(s);
	s->event = e;
	return rc;
}

static bool is_part(const struct event *e)
{
	return e->parts > 1 && e->parts <= PARTS_MAX && e->part >= 1 && e->part <= e->parts && e->from.kind == PHONE_E164 &&
	       e->text.len <= PART_BYTES_MAX; /* what no phone has cut is a message of its own */
}

int step_event(struct gateway *g, const struct channel *channel, const struct event *event, struct step_result *out)
{
	struct step s = { .g = g, .db = &g->db, .channel = channel, .event = event, .now_ms = gateway_now(g), .out = out };
	int rc = 0;
	*out = (struct step_result){ 0 };
	switch (event->kind) {
	case EVENT_SMS:
		rc = step_sms_seen(g, channel, event, s.now_ms, out);
		if (rc == 0)
			rc = is_part(event) ? step_part(&s) : step_sms(&s);
		else if (rc == 1)
			rc = 0;
		break;
	case EVENT_USSD:
		rc = step_ussd(&s);
		break;
	case EVENT_USSD_END:
		rc = step_ussd_end(&s);
		break;
	case EVENT_REPORT:
		rc = step_report(g, channel, event, out);
		break;
	case EVENT_OPT_OUT:
		rc = step_opt_out(g, event);
		break;
	case EVENT_NOTICE:
		rc = step_notice(g, channel, event, out);
		break;
	}
	if (rc == 0 && out->what != STEP_DUPLICATE)
		rc = step_note_inbound(g, channel);
	seal_key_forget(&s.who.key);
	return rc;
}

struct str step_apology(struct gateway *g, const struct channel *channel, const struct event *event, struct arena *arena)
{
	struct contact who = { .contact_id = 0 };
	struct facts facts = { .now_ms = gateway_now(g), .screen = channel->screen, .ucs2 = channel->ucs2,
			       .encoding = channel_policy(channel) };
	/* Reading may still work when writing does not; without it the programme's first language speaks. */
	facts.language = contact_by_number(&g->db, str_of(event->from.e164), &who) == 1 ?
				 book_language(&g->book, str_of(who.language)) : 0;
	if (facts.language < 0)
		facts.language = 0;
	seal_key_forget(&who.key);
	circumstances_add_numbers(&g->config, str_of(event->from.country), &facts);
	return flow_apology(&g->book, &facts, arena);
}
