/* Callbacks by a descriptor: proved, understood, turned into events. */
#include "gateway/channels/descriptor.h"

#include "gateway/net.h"

#include <errno.h>
#include <stdlib.h>

/* ---- values */

static struct str value_at(struct fields *f, const struct places *places)
{
	for (size_t i = 0; i < places->count; i++) {
		struct str value = fields_get(f, places->at[i]);
		if (value.len)
			return value;
	}
	return STR("");
}

static bool stands_there(struct fields *f, const struct places *places)
{
	for (size_t i = 0; i < places->count; i++)
		if (fields_get(f, places->at[i]).at)
			return true;
	return false;
}

static bool holds(struct fields *f, const struct conditions *conditions)
{
	for (size_t i = 0; i < conditions->count; i++) {
		const struct condition *c = &conditions->any[i];
		if (!c->value.at ? fields_has(f, c->place) : str_eq_nocase(str_trim(fields_get(f, c->place)), c->value))
			return true;
	}
	return false;
}

/* ---- proofs */

static bool basic_holds(const struct http_request *request, struct str wanted)
{
	struct str given = http_header(request, "Authorization");
	return given.len > 6 && str_eq_nocase(str_slice(given, 0, 6), STR("Basic ")) &&
	       mac_secret_same(wanted, str_trim(str_from(given, 6)));
}

static bool signed_with(const struct proof *proof, struct str key, struct str body, struct str given)
{
	struct mac mac;
	return key.len && mac_hmac(proof->mac, key, body, &mac) == 0 && mac_same(&mac, proof->form, given);
}

static bool hmac_holds(const struct proof *proof, struct fields *f)
{
	struct str given = fields_get(f, proof->place), rest = given, kind;
	if (!given.at)
		return false;
	if (str_split(&rest, '=', &kind) && rest.len && str_starts(kind, STR("sha")))
		given = rest; /* "sha256=…", as many write it */
	return signed_with(proof, proof->secret, f->request->body, given) ||
	       signed_with(proof, proof->before, f->request->body, given);
}

/* For vendors whose requests anybody could write: an address of allow_from (which the gateway has checked) or this
 * machine's own. */
static bool address_holds(const struct channel *channel, const struct http_request *request)
{
	struct in6_addr peer;
	return channel->allow_from_count > 0 || (net_of_client(request, &peer) && net_is_loopback(&peer));
}

static bool proof_holds(const struct proof *proof, const struct channel *channel, struct fields *f)
{
	switch (proof->kind) {
	case PROOF_FIELD: {
		struct str given = fields_get(f, proof->place);
		bool now = mac_secret_same(proof->secret, given), before = mac_secret_same(proof->before, given);
		return now || before;
	}
	case PROOF_BASIC:
		return basic_holds(f->request, proof->secret) || basic_holds(f->request, proof->before);
	case PROOF_HMAC:
		return hmac_holds(proof, f);
	case PROOF_ADDRESS:
		return address_holds(channel, f->request);
	}
	return false;
}

/* Signatures, headers and addresses are there to be looked at before the body is understood; what stands in a form only
 * after. */
static bool proved(const struct rule *rule, const struct channel *channel, struct fields *f, bool understood)
{
	for (size_t i = 0; i < rule->proofs; i++) {
		const struct proof *proof = &rule->proof[i];
		bool in_body = proof->kind == PROOF_FIELD && !str_starts(proof->place, STR("h:"));
		if (in_body == understood && !proof_holds(proof, channel, f))
			return false;
	}
	return true;
}

/* ---- one event */

struct reading {
	const struct rule *rule;
	const struct channel *channel;
	const struct phone_plan *phones;
	struct fields *f;
	struct event *event;
	enum verdict *verdict;
	const char **why;
};

static int malformed(const struct reading *r, const char *why)
{
	*r->verdict = VERDICT_MALFORMED;
	*r->why = why;
	return 0;
}

/* required: without a sender there is nobody to talk to; a report is found by its id, a session's end by its session. */
static int read_sender(const struct reading *r, bool required)
{
	struct str given = value_at(r->f, &r->rule->from);
	if (given.len > DIALECT_WORD_MAX || (required && given.len == 0))
		return malformed(r, "from");
	if (given.len == 0)
		return 0;
	int error = dialect_sender(r->channel, r->phones, given, r->f->arena, r->event);
	if (!error && required && r->event->from.kind != PHONE_E164)
		*r->verdict = VERDICT_UNADDRESSABLE;
	return error;
}

static int read_to(const struct reading *r)
{
	struct str raw, given = value_at(r->f, &r->rule->to);
	return dialect_text(r->f->arena, given.len ? given : r->channel->sender, &r->event->to, &raw);
}

/* A charset that the descriptor names, not the request, is what the vendor says of all messages: Arabic text comes as
 * UTF-8 all the same, and by accident Latin-1 is almost never valid UTF-8. */
static enum charset charset_of(const struct reading *r, struct str bytes)
{
	enum charset named = charset_named(value_at(r->f, &r->rule->charset_at));
	if (named != CHARSET_UNKNOWN)
		return named;
	struct str text, raw;
	if (r->rule->charset == CHARSET_LATIN_1 && dialect_text(r->f->arena, bytes, &text, &raw) == 0 && raw.len == 0)
		return CHARSET_UTF_8;
	return r->rule->charset;
}

static int read_text(const struct reading *r)
{
	struct str bytes = value_at(r->f, &r->rule->text);
	if (bytes.len == 0 && r->rule->text_required && !stands_there(r->f, &r->rule->text))
		return malformed(r, "text");
	return charset_decode(charset_of(r, bytes), bytes, r->f->arena, &r->event->text, &r->event->raw);
}

static int read_id(const struct reading *r, bool required)
{
	r->event->id = value_at(r->f, &r->rule->id);
	if (!dialect_id_ok(r->event->id) || (required && r->event->id.len == 0))
		return malformed(r, "id");
	return 0;
}

static bool refused(const struct reading *r)
{
	return *r->verdict == VERDICT_MALFORMED;
}

/* A part of a long message, in "msglong.msgref" of "msglong.msgcount": numbers nobody could mean are refused before
 * anything is kept for them. */
static int read_part(const struct reading *r)
{
	struct str ref = value_at(r->f, &r->rule->part_ref), number = value_at(r->f, &r->rule->part_number);
	struct str count = value_at(r->f, &r->rule->part_count);
	uint64_t n, of;
	if (ref.len == 0 && number.len == 0 && count.len == 0)
		return 0;
	if (!dialect_id_ok(ref) || ref.len == 0 || !str_to_u64(number, &n) || !str_to_u64(count, &of) || of == 0 || of > 255 ||
	    n == 0 || n > of)
		return malformed(r, "part");
	r->event->part = (unsigned)n, r->event->parts = (unsigned)of;
	r->event->part_ref = ref;
	return 0;
}

static int read_sms(const struct reading *r)
{
	int error = read_sender(r, true);
	if (!error && !refused(r))
		error = read_id(r, r->rule->id_required);
	if (!error && !refused(r))
		error = read_text(r);
	if (!error && !refused(r))
		error = read_part(r);
	return error || refused(r) ? error : read_to(r);
}

static int read_report(const struct reading *r)
{
	int error = read_id(r, true);
	if (!error && !refused(r))
		error = read_sender(r, false);
	if (error || refused(r))
		return error;
	struct str word = str_trim(value_at(r->f, &r->rule->status)), reason = value_at(r->f, &r->rule->reason);
	for (size_t i = 0; i < r->rule->words_count; i++)
		if (str_eq_nocase(word, r->rule->words[i].word))
			r->event->status = r->rule->words[i].status;
	r->event->reason = dialect_word(reason.len ? reason : word);
	r->event->client_ref = value_at(r->f, &r->rule->client_ref);
	if (!dialect_id_ok(r->event->client_ref))
		r->event->client_ref = STR("");
	if (r->event->status == REPORT_NONE)
		*r->verdict = VERDICT_IGNORE;
	return 0;
}

static int read_opt_out(const struct reading *r)
{
	int error = read_sender(r, true);
	r->event->opt_out = true;
	if (!error && !refused(r))
		error = read_id(r, false);
	if (!error && !refused(r))
		error = read_text(r);
	return error || refused(r) ? error : read_to(r);
}

static bool names_events(const struct rule *rule)
{
	return rule->event[USSD_NEW].count && rule->event[USSD_CONTINUE].count;
}

/* false: the vendor's word for it is none that we know. */
static bool read_ussd_event(const struct reading *r, enum ussd_event *event)
{
	const struct rule *rule = r->rule;
	static const enum ussd_event order[] = { USSD_END, USSD_TIMEOUT, USSD_NEW, USSD_CONTINUE };
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		if (holds(r->f, &rule->event[order[i]])) {
			*event = order[i];
			return true;
		}
	*event = USSD_CONTINUE; /* the stored history decides */
	return !names_events(rule);
}

static int read_session(const struct reading *r)
{
	r->event->session = value_at(r->f, &r->rule->session);
	if (r->event->session.len == 0 || !dialect_id_ok(r->event->session))
		return malformed(r, "session");
	return 0;
}

/* All the places of `turn` together are unique per hop: SessionId and Sequence. */
static int read_turn(const struct reading *r)
{
	const struct places *turn = &r->rule->turn;
	struct buf id = buf_new(r->f->arena, DIALECT_ID_MAX);
	for (size_t i = 0; i < turn->count; i++) {
		struct str part = fields_get(r->f, turn->at[i]);
		if (part.len == 0)
			return 0;
		if (i)
			buf_put_char(&id, '/');
		buf_put(&id, part);
	}
	if (id.full || !dialect_id_ok(buf_str(&id)))
		return malformed(r, "turn");
	r->event->turn_ids = turn->count > 0;
	r->event->id = buf_str(&id);
	return 0;
}

static bool word_is_missing(const struct reading *r)
{
	return names_events(r->rule) && fields_get(r->f, r->rule->event[USSD_NEW].any[0].place).len == 0;
}

static int read_ussd(const struct reading *r)
{
	const struct rule *rule = r->rule;
	struct event *event = r->event;
	if (word_is_missing(r) && !holds(r->f, &rule->event[USSD_END]))
		return malformed(r, "event");
	bool known = read_ussd_event(r, &event->event);
	int error = read_session(r);
	if (!error && !refused(r))
		error = read_text(r);
	if (!error && !refused(r) && rule->end_text.len && str_starts(event->text, rule->end_text))
		event->event = USSD_END;
	bool over = event->event == USSD_END || event->event == USSD_TIMEOUT;
	if (!error && !refused(r))
		error = read_sender(r, !over);
	if (!error && !refused(r))
		error = read_to(r);
	if (!error && !refused(r) && !over)
		error = read_turn(r);
	event->cumulative = rule->cumulative;
	event->first_is_code = rule->first_is_code;
	if (over) {
		event->kind = EVENT_USSD_END;
		event->text = event->raw = STR("");
		event->reason = dialect_word(value_at(r->f, &rule->reason));
	}
	if (!known && !refused(r))
		*r->verdict = VERDICT_IGNORE;
	return error;
}

int rule_read(const struct rule *rule, struct fields *f, const struct channel *channel, const struct phone_plan *phones,
	      struct event *event, enum verdict *verdict, const char **why)
{
	struct reading r = { rule, channel, phones, f, event, verdict, why };
	int error = 0;
	dialect_event_init(event, rule->kind);
	*verdict = VERDICT_ACCEPT;
	event->ts_ms = dialect_instant(value_at(f, &rule->ts));
	switch (rule->kind) {
	case EVENT_SMS:
		error = read_sms(&r);
		break;
	case EVENT_USSD:
	case EVENT_USSD_END:
		error = read_ussd(&r);
		break;
	case EVENT_REPORT:
		error = read_report(&r);
		break;
	case EVENT_OPT_OUT:
		error = read_opt_out(&r);
		break;
	case EVENT_NOTICE: /* no descriptor names it */
		break;
	}
	return f->full ? -ENOMEM : error;
}

/* ---- the whole request */

static const struct rule *rule_for(const struct rules *rules, struct fields *f)
{
	for (size_t i = 0; i < rules->count; i++)
		if (rules->rule[i].when.count == 0 || holds(f, &rules->rule[i].when))
			return &rules->rule[i];
	return NULL;
}

static int take_note(const struct rule *rule, struct fields *f, struct decoded *out)
{
	struct note *note = arena_alloc(f->arena, sizeof *note);
	if (!note)
		return -ENOMEM;
	note->rule = rule;
	for (size_t i = 0; i < rule->echoes; i++) {
		struct str raw, given = fields_get(f, rule->echo[i]);
		if (dialect_text(f->arena, given.at ? given : STR(""), &note->echo[i], &raw) != 0)
			return -ENOMEM;
	}
	out->note = note;
	return 0;
}

int descriptor_park(const struct event *event, const json_t *entry, struct arena *arena, struct event *parked)
{
	char *text = json_dumps(entry, JSON_COMPACT | JSON_ENCODE_ANY);
	*parked = *event;
	parked->raw = text ? arena_str(arena, str_of(text)) : (struct str){ NULL, 0 };
	free(text);
	return parked->raw.at ? 0 : -ENOMEM;
}

/* Good entries count, whatever stands beside them: a refusal would bring the whole batch back for ever. */
static int read_batch(const struct rule *rule, struct fields *f, const struct channel *channel,
		      const struct phone_plan *phones, struct decoded *out)
{
	const json_t *list = fields_json(f->json, rule->list), *entry;
	size_t i, entries = json_array_size(list);
	if (!json_is_array(list) || entries > EVENTS_IN_REQUEST_MAX) {
		*out = (struct decoded){ .verdict = VERDICT_MALFORMED, .why = "list" };
		return 0;
	}
	out->events = arena_array(f->arena, entries + 1, sizeof *out->events);
	out->parked = arena_array(f->arena, entries + 1, sizeof *out->parked);
	if (!out->events || !out->parked)
		return -ENOMEM;
	json_array_foreach(list, i, entry) {
		enum verdict verdict;
		struct event event;
		f->entry = entry;
		int error = rule_read(rule, f, channel, phones, &event, &verdict, &out->why);
		if (!error && verdict == VERDICT_MALFORMED)
			error = descriptor_park(&event, entry, f->arena, &out->parked[out->parked_count++]);
		else if (verdict != VERDICT_IGNORE)
			out->events[out->count++] = event;
		if (error)
			return error;
	}
	f->entry = f->json;
	out->verdict = out->count ? VERDICT_ACCEPT : out->parked_count ? VERDICT_MALFORMED : VERDICT_IGNORE;
	return 0;
}

static int read_request(const struct rules *rules, struct fields *f, const struct channel *channel,
			const struct phone_plan *phones, struct decoded *out)
{
	const struct rule *rule = rule_for(rules, f);
	out->verdict = VERDICT_MALFORMED;
	out->why = "fields";
	if (!rule)
		return 0;
	if (!proved(rule, channel, f, true)) {
		out->verdict = VERDICT_UNAUTHORISED;
		return 0;
	}
	if (rule->list.len && f->json) {
		int error = read_batch(rule, f, channel, phones, out);
		return error ? error : take_note(rule, f, out);
	}
	struct event *event = arena_alloc(f->arena, sizeof *event);
	if (!event)
		return -ENOMEM;
	int error = rule_read(rule, f, channel, phones, event, &out->verdict, &out->why);
	if (error || out->verdict == VERDICT_MALFORMED)
		return error;
	out->events = event;
	out->count = 1;
	return take_note(rule, f, out);
}

int descriptor_decode(const struct channel *channel, const struct hook *hook, const struct http_request *request,
		      const struct phone_plan *phones, struct arena *arena, struct decoded *out)
{
	const struct rules *rules = hook->spec;
	struct fields f = { .request = request, .arena = arena };
	*out = (struct decoded){ .verdict = VERDICT_MALFORMED, .why = decoded_wrong_method };
	if (!hook_takes(hook, request->method))
		return 0;
	if (!proved(&rules->rule[0], channel, &f, false)) {
		out->verdict = VERDICT_UNAUTHORISED;
		return 0;
	}
	int error = fields_read(request, rules->rule[0].accepts, arena, &f, &out->why);
	if (error == 0)
		error = read_request(rules, &f, channel, phones, out);
	fields_release(&f);
	return error == -EINVAL ? 0 : error;
}
