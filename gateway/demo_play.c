#include "gateway/demo_play.h"

#include "db/cases.h"
#include "db/checkin.h"
#include "db/contact.h"
#include "db/delivery.h"
#include "db/ledger.h"
#include "db/outbox.h"
#include "db/staff.h"
#include "db/work.h"
#include "flows/date.h"
#include "gateway/act.h"
#include "gateway/console/reply.h"
#include "gateway/console/user_acts.h"
#include "gateway/inbound.h"
#include "gateway/outbox.h"
#include "gateway/schedule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define HOP_MS 7500            /* how long somebody reads a screen */
#define TYPES_MS 25000         /* and types an SMS */
#define ARRIVES_MS 4000        /* until the network says that a phone has a text */

enum { DUE_MAX = 16, INPUTS_BYTES = 512, DETAIL_BYTES = 2048, STEPS_MAX = 20000 };

enum network { NETWORK_ON, NETWORK_SILENT, NETWORK_DEAD, NETWORK_REFUSES };

struct player { /* what is known of a person besides the script */
	enum network network;
	int64_t referral_id, appointment_id, approval_id;
};

struct play {
	struct batch_item item;
	struct gateway *g;
	struct db *db;
	const struct demo_script *script;
	struct player players[DEMO_PEOPLE_MAX];
	int64_t offset_ms, now_ms, silence_day, session_id, desk_id, serial;
	struct err *err;
	int result;
};

struct moment { /* a deed while it is done */
	struct play *p;
	const struct demo_deed *deed;
	const struct demo_person *person;
	struct player *player;
	char ref[REF_LEN + 1]; /* "" no case yet */
	int64_t contact_id;
};

/* Time only goes forward: the audit is a chain. */
static void set_clock(struct play *p, int64_t at_ms)
{
	if (at_ms > p->now_ms)
		p->now_ms = at_ms;
	__atomic_store_n(&p->g->clock_offset_ms, p->now_ms - clock_wall_ms(), __ATOMIC_RELAXED);
}

/* ---- the network */

/* The demo's channel that reaches this number. */
static const struct channel *channel_of(const struct gateway *g, struct str number)
{
	struct phone phone;
	phone_parse_network(&g->book.phones, number, &phone);
	for (size_t i = 0; i < g->config.channels_count; i++)
		if (str_eq_z(g->config.channels[i].country, phone.country))
			return &g->config.channels[i];
	return &g->config.channels[0];
}

static enum network network_of(const struct play *p, struct str number)
{
	for (size_t i = 0; i < p->script->people_count; i++) {
		const struct demo_person *one = &p->script->people[i];
		if (str_eq(one->number, number) || str_eq(demo_word(one, STR("new")), number))
			return p->players[i].network;
	}
	return NETWORK_ON;
}

static int report(struct play *p, const struct channel *channel, struct str number, struct str id, enum report_status status)
{
	struct step_result step;
	struct event event = { .kind = EVENT_REPORT, .id = id, .status = status, .to = STR(""), .text = STR(""), .raw = STR(""),
			       .from_raw = STR(""), .id_scope = STR(""), .session = STR(""), .part_ref = STR(""), .client_ref = STR(""),
			       .reason = status == REPORT_FAILED ? STR("DeliveryFailure") : STR("") };
	phone_parse_network(&p->g->book.phones, number, &event.from);
	set_clock(p, p->now_ms + ARRIVES_MS);
	return inbound_take(p->g, channel, &event, &step);
}

static int carry_one(struct play *p, const struct channel *channel, const struct outbox_item *row)
{
	char bytes[32];
	struct point to;
	int rc = point_by_id(p->db, row->point_id, &to);
	if (rc != 1)
		return rc < 0 ? rc : -ENOENT;
	seal_key_forget(&to.key);
	rc = outbox_may_leave(p->g, row, &to, p->now_ms);
	if (rc != 1)
		return rc;
	enum network network = network_of(p, to.e164);
	struct str id = { bytes, (size_t)snprintf(bytes, sizeof bytes, "ATXid_past%lld", (long long)++p->serial) };
	rc = outbox_start(p->db, row->message_id);
	if (rc == 0 && network == NETWORK_REFUSES)
		return outbox_give_up(p->db, row->message_id, "rejected", "InvalidPhoneNumber");
	if (rc == 0)
		rc = delivery_sent(p->db, row->message_id, channel->id, &id, 1, p->now_ms);
	if (rc == 0)
		rc = channel_state_sent(p->db, channel->id, p->now_ms);
	if (rc != 0 || network == NETWORK_SILENT)
		return rc;
	return report(p, channel, to.e164, id, network == NETWORK_DEAD ? REPORT_FAILED : REPORT_DELIVERED);
}

static int carry(struct play *p)
{
	struct outbox_item due[DUE_MAX];
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < p->g->config.channels_count; i++) {
		const struct channel *channel = &p->g->config.channels[i];
		int n = outbox_due(p->db, channel->id, p->now_ms, OUTBOX_FIRST, due, DUE_MAX);
		rc = n < 0 ? n : 0;
		for (int k = 0; rc == 0 && k < n; k++)
			rc = carry_one(p, channel, &due[k]);
	}
	return rc;
}

/* ---- what happens although nobody does anything */

static int next_moment(struct play *p, int64_t until_ms, int64_t *at_ms, int64_t *checkin_id)
{
	struct checkin row;
	int n = checkins_ahead(p->db, until_ms, &row, 1);
	*checkin_id = 0;
	*at_ms = INT64_MAX;
	if (n == 1)
		*at_ms = row.next_at, *checkin_id = row.checkin_id;
	int rc = n < 0 ? n : 0;
	for (size_t i = 0; rc >= 0 && i < p->g->config.channels_count; i++) {
		int64_t due = 0;
		rc = outbox_next_due(p->db, p->g->config.channels[i].id, OUTBOX_FIRST, &due);
		if (rc >= 0 && due && due < *at_ms)
			*at_ms = due, *checkin_id = 0;
	}
	int64_t silence = (p->silence_day + 1) * DAY_MS + DAY_MS / 2;
	if (rc >= 0 && silence < *at_ms)
		*at_ms = silence, *checkin_id = 0;
	return rc < 0 ? rc : 0;
}

static int live_until(struct play *p, int64_t until_ms)
{
	for (int steps = 0; steps < STEPS_MAX; steps++) {
		int64_t at_ms, checkin_id;
		bool more = false;
		size_t mark = arena_mark(&p->db->arena);
		int rc = next_moment(p, until_ms, &at_ms, &checkin_id);
		if (rc != 0 || at_ms > until_ms)
			return rc;
		set_clock(p, at_ms);
		if (checkin_id)
			rc = schedule_step(p->g, checkin_id, p->now_ms);
		if (rc == 0 && p->silence_day < p->now_ms / DAY_MS && p->now_ms % DAY_MS >= DAY_MS / 2) {
			p->silence_day = p->now_ms / DAY_MS;
			rc = schedule_silence(p->g, p->now_ms, &more);
		}
		if (rc == 0)
			rc = carry(p);
		arena_back(&p->db->arena, mark);
		if (rc != 0)
			return rc;
	}
	return -EDEADLK; /* something is due again and again */
}

/* ---- what the person does */

static int whose(struct moment *m)
{
	struct contact who;
	struct case_row row;
	struct str fresh = demo_word(m->person, STR("new"));
	m->ref[0] = '\0';
	m->contact_id = 0;
	if (!m->person->number.len)
		return 0;
	int rc = contact_by_number(m->p->db, m->person->number, &who);
	if (rc == 0 && fresh.at)
		rc = contact_by_number(m->p->db, fresh, &who);
	if (rc != 1)
		return rc;
	m->contact_id = who.contact_id;
	rc = case_of_contact(m->p->db, who.contact_id, NULL, &row);
	seal_key_forget(&who.key);
	if (rc == 1)
		memcpy(m->ref, row.ref, sizeof m->ref);
	return rc < 0 ? rc : 0;
}

static struct str own_number(const struct moment *m)
{
	struct str fresh = demo_word(m->person, STR("new"));
	struct contact who;
	bool moved = fresh.at && contact_by_number(m->p->db, fresh, &who) == 1;
	if (moved)
		seal_key_forget(&who.key);
	return moved ? fresh : m->person->number;
}

static int take(struct moment *m, struct event *event)
{
	struct step_result step;
	struct str number = str_eq_z(m->deed->what, "claims") ? demo_word(m->person, STR("new")) : own_number(m);
	event->to = STR(""), event->raw = STR(""), event->from_raw = STR(""), event->id_scope = STR("");
	event->part_ref = STR(""), event->client_ref = STR(""), event->reason = STR("");
	phone_parse_network(&m->p->g->book.phones, number, &event->from);
	int rc = inbound_take(m->p->g, channel_of(m->p->g, number), event, &step);
	return rc == 0 && step.what != STEP_TAKEN ? err_set(m->p->err, -EINVAL, "was not taken") : rc;
}

/* "1*2*1": the code is dialled, then each is typed; "~" at the end: the session drops. */
static int dials(struct moment *m, struct str inputs)
{
	char session[32];
	size_t end = 0;
	(void)snprintf(session, sizeof session, "ATUid_past%lld", (long long)++m->p->serial);
	for (;;) {
		struct event event = { .kind = EVENT_USSD, .id = STR(""), .text = str_slice(inputs, 0, end), .cumulative = true,
				       .session = str_of(session) };
		size_t mark = arena_mark(&m->p->db->arena);
		int rc = take(m, &event);
		arena_back(&m->p->db->arena, mark);
		if (rc != 0 || end >= inputs.len)
			return rc;
		set_clock(m->p, m->p->now_ms + HOP_MS);
		end += end > 0;
		while (end < inputs.len && inputs.at[end] != '*')
			end++;
	}
}

static int writes(struct moment *m, struct str texts)
{
	struct str text;
	int rc = 0;
	while (rc == 0 && str_split(&texts, '|', &text)) {
		char id[32];
		(void)snprintf(id, sizeof id, "past%lld", (long long)++m->p->serial);
		struct event event = { .kind = EVENT_SMS, .id = str_of(id), .text = str_trim(text), .session = STR("") };
		rc = take(m, &event);
		if (rc == 0 && texts.at) { /* the next one answers what arrives now */
			rc = carry(m->p);
			set_clock(m->p, m->p->now_ms + TYPES_MS);
		}
	}
	return rc;
}

static int network(struct moment *m, struct str word)
{
	static const char *const words[] = { "on", "silent", "dead", "refuses" };
	for (int i = 0; i < 4; i++)
		if (str_eq_z(word, words[i])) {
			m->player->network = (enum network)i;
			return 0;
		}
	return err_set(m->p->err, -EINVAL, "network is on, silent, dead or refuses");
}

/* ---- what staff do */

static void put_date(struct buf *b, int64_t at_ms)
{
	struct date d = date_of_days(at_ms / DAY_MS);
	buf_printf(b, "%04d-%02d-%02d", d.year, d.month, d.day);
}

/* $REF, $TASK, $ALERT … as they are now; @+3: the day in three days. */
static int put_now(struct moment *m, struct str name, struct buf *b)
{
	int64_t task = 0, alert = 0;
	int rc = m->contact_id ? work_open_of_contact(m->p->db, m->contact_id, &task, &alert) : 0;
	const struct { const char *name; int64_t id; } ids[] = {
		{ "TASK", task }, { "ALERT", alert }, { "REFERRAL", m->player->referral_id }, { "APPOINTMENT", m->player->appointment_id },
		{ "APPROVAL", m->player->approval_id }, { "SESSION", m->p->session_id },
	};
	if (str_eq_z(name, "REF"))
		buf_put_z(b, m->ref);
	for (size_t i = 0; rc == 0 && i < sizeof ids / sizeof *ids; i++)
		if (str_eq_z(name, ids[i].name))
			buf_put_i64(b, ids[i].id);
	return rc;
}

static int fill_now(struct moment *m, struct str text, struct buf *b)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < text.len; i++) {
		size_t n = 0;
		char c = text.at[i];
		while (c == '$' && i + 1 + n < text.len && text.at[i + 1 + n] >= 'A' && text.at[i + 1 + n] <= 'Z')
			n++;
		if (n) {
			rc = put_now(m, str_slice(text, i + 1, i + 1 + n), b);
		} else if (c == '@' && i + 2 < text.len && (text.at[i + 1] == '+' || text.at[i + 1] == '-')) {
			uint64_t days = 0;
			for (n = 1; i + 1 + n < text.len && text.at[i + 1 + n] >= '0' && text.at[i + 1 + n] <= '9'; n++)
				days = days * 10 + (uint64_t)(text.at[i + 1 + n] - '0');
			put_date(b, m->p->now_ms + (text.at[i + 1] == '-' ? -(int64_t)days : (int64_t)days) * DAY_MS);
		} else {
			buf_put_char(b, c);
		}
		i += n;
	}
	return b->full ? -ENOSPC : rc;
}

/* "kind=READ; note=…": members of the request.  case.set takes pairs of key and value instead. */
static json_t *request_of(struct moment *m, struct str detail, bool pairs, struct str *reason)
{
	json_t *request = json_object(), *set = json_array();
	struct str part, name;
	json_put_str(request, "ref", str_of(m->ref));
	while (str_split(&detail, ';', &part)) {
		part = str_trim(part);
		if (!str_split(&part, '=', &name) || !part.at)
			continue;
		if (str_eq_z(name, "reason"))
			*reason = part;
		else if (pairs)
			(void)json_array_append_new(set, json_pack("[o, o]", json_from_str(name), json_from_str(part)));
		else
			json_object_set_new(request, arena_str(&m->p->db->arena, name).at, json_from_str(part));
	}
	if (pairs)
		(void)json_object_set(request, "set", set);
	json_decref(set);
	return request;
}

static void keep_id(const json_t *answer, const char *name, int64_t *id)
{
	if (json_integer_value(json_object_get(answer, name)))
		*id = json_integer_value(json_object_get(answer, name));
}

static int act(struct moment *m, const char *name, struct str detail)
{
	struct play *p = m->p;
	struct act_call call = { .g = p->g, .db = p->db, .user = m->deed->actor, .reason = STR("suivi du dossier"), .now_ms = p->now_ms,
				 .answer = json_object() };
	json_t *request = request_of(m, detail, strcmp(name, "case.set") == 0, &call.reason);
	call.request = request;
	int rc = act_run(name, &call);
	keep_id(call.answer, "referral_id", &m->player->referral_id);
	keep_id(call.answer, "appointment_id", &m->player->appointment_id);
	keep_id(call.answer, "approval_id", &m->player->approval_id);
	keep_id(call.answer, "session_id", &p->session_id);
	json_decref(call.answer);
	json_decref(request);
	if (rc == 0 && call.refused)
		rc = -EPERM;
	return rc != 0 ? err_set(p->err, rc, "%s: %s", name, call.err.text) : 0;
}

/* What the desk of the demo has read: the case up to its newest message. */
static int has_read(struct moment *m)
{
	return m->ref[0] ? case_read_put(m->p->db, m->p->desk_id, str_of(m->ref), m->p->db->last_id) : 0;
}

static int replies(struct moment *m, struct str text)
{
	struct reply r;
	int64_t message_id;
	int rc = reply_prepare(m->p->g, m->p->db, m->contact_id, text, true, m->p->now_ms, &r);
	if (rc == 0 && (!r.channel || r.warnings & REPLY_FORBIDS))
		rc = err_set(m->p->err, -EPERM, "this reply is forbidden");
	if (rc == 0)
		rc = reply_queue(m->p->db, &r, str_of(m->ref), m->deed->actor, m->p->now_ms, &message_id);
	seal_key_forget(&r.contact.key);
	return rc;
}

/* "REACHED what was said": the call-back that is open, else one that is made for it. */
static int calls(struct moment *m, struct str rest)
{
	char bytes[DETAIL_BYTES];
	struct str outcome = STR("");
	int64_t task = 0, alert;
	int rc = work_open_of_contact(m->p->db, m->contact_id, &task, &alert);
	if (rc == 0 && !task)
		rc = act(m, "task.add", STR("kind=CALL_BACK"));
	if (rc == 0 && !task)
		rc = work_open_of_contact(m->p->db, m->contact_id, &task, &alert);
	(void)str_split(&rest, ' ', &outcome);
	struct buf b = buf_over(bytes, sizeof bytes);
	buf_printf(&b, "id=%lld; outcome=", (long long)task);
	buf_put(&b, outcome);
	if (rest.at && rest.len) {
		buf_put_z(&b, "; note=");
		buf_put(&b, rest);
	}
	return rc == 0 ? act(m, "task.done", buf_str(&b)) : rc;
}

/* "Title | fr | en | ar | es" */
static int canned(struct moment *m, struct str rest)
{
	struct canned c = { .by = m->deed->actor };
	struct str *const parts[] = { &c.title, &c.fr, &c.en, &c.ar, &c.es };
	for (size_t i = 0; i < 5; i++) {
		if (!str_split(&rest, '|', parts[i]))
			return err_set(m->p->err, -EINVAL, "canned TITLE | fr | en | ar | es");
		*parts[i] = str_trim(*parts[i]);
	}
	return canned_put(m->p->db, &c, m->p->now_ms);
}

/* Everything that is open about this person is dealt with. */
static int tidies(struct moment *m)
{
	for (;;) {
		char bytes[64];
		int64_t task, alert;
		int rc = work_open_of_contact(m->p->db, m->contact_id, &task, &alert);
		if (rc != 0 || (!task && !alert))
			return rc;
		struct buf b = buf_over(bytes, sizeof bytes);
		buf_printf(&b, "id=%lld; outcome=%s", (long long)(alert ? alert : task), alert ? "HANDLED" : "REACHED");
		rc = act(m, alert ? "alert.close" : "task.done", buf_str(&b));
		if (rc != 0)
			return rc;
	}
}

/* ---- all of it */

static int staff_does(struct moment *m, struct str detail)
{
	char name[32];
	struct str what = m->deed->what;
	if (str_eq_z(what, "replies"))
		return replies(m, detail);
	if (str_eq_z(what, "calls"))
		return calls(m, detail);
	if (str_eq_z(what, "tidies"))
		return tidies(m);
	if (str_eq_z(what, "canned"))
		return canned(m, detail);
	return str_copy(what, name, sizeof name) ? act(m, name, detail) : -EINVAL;
}

static int do_deed(struct play *p, const struct demo_deed *deed)
{
	char bytes[DETAIL_BYTES];
	struct buf detail = buf_over(bytes, sizeof bytes);
	struct moment m = { .p = p, .deed = deed, .person = &p->script->people[deed->who], .player = &p->players[deed->who] };
	int rc = whose(&m);
	if (rc == 0)
		rc = fill_now(&m, deed->rest, &detail);
	if (rc != 0)
		return rc;
	struct str text = buf_str(&detail);
	if (!str_eq_z(deed->actor, "-")) {
		rc = staff_does(&m, text);
		return rc == 0 ? has_read(&m) : rc;
	}
	bool by_ussd = str_eq_z(deed->what, "dials") || str_eq_z(deed->what, "claims");
	return by_ussd ? dials(&m, text) : str_eq_z(deed->what, "writes") ? writes(&m, text) :
	       str_eq_z(deed->what, "network") ? network(&m, text) : err_set(p->err, -EINVAL, "dials, claims, writes or network");
}

static int play_all(struct batch_item *item, struct db *db)
{
	struct play *p = (struct play *)item;
	const struct demo_script *script = p->script;
	int64_t now_ms = clock_wall_ms() + p->offset_ms;
	p->db = db;
	p->silence_day = script->deeds_count ? script->deeds[0].at_ms / DAY_MS : now_ms / DAY_MS;
	int rc = demo_account(db, now_ms, &p->desk_id);
	for (size_t i = 0; rc == 0 && i < script->deeds_count; i++) {
		const struct demo_deed *deed = &script->deeds[i];
		size_t mark = arena_mark(&db->arena);
		rc = live_until(p, deed->at_ms);
		if (rc == 0) {
			set_clock(p, deed->at_ms);
			rc = do_deed(p, deed);
		}
		arena_back(&db->arena, mark);
		if (rc != 0) {
			struct err why = *p->err;
			return err_set(p->err, rc, "the demo's people, line %u: %.200s", deed->line, why.text[0] ? why.text : strerror(-rc));
		}
	}
	return rc == 0 ? live_until(p, now_ms) : rc;
}

static void played(struct batch_item *item, int result)
{
	((struct play *)item)->result = result;
}

int demo_play(struct gateway *g, const struct demo_script *script, struct err *err)
{
	struct play p = { .item = { .run = play_all, .done = played }, .g = g, .script = script, .err = err,
			  .offset_ms = g->clock_offset_ms };
	err->text[0] = '\0';
	batch_add(&g->batch, &p.item);
	batch_turn(&g->batch);
	__atomic_store_n(&g->clock_offset_ms, p.offset_ms, __ATOMIC_RELAXED);
	outbox_wake(g);
	if (p.result != 0 && !err->text[0])
		(void)err_set(err, p.result, "the demo's people could not be added: %s", strerror(-p.result));
	return p.result;
}
