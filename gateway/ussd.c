#include "gateway/ussd.h"

#include "flows/text/fold.h"

#include <errno.h>
#include <string.h>

static void hop_hash(const struct vault *vault, const struct conversation *history, struct str text,
		     unsigned char out[HOP_HASH_LEN])
{
	unsigned char full[VAULT_INDEX_LEN];
	struct str conversation = { (const char *)&history->session_id, sizeof history->session_id };
	vault_fingerprint(vault, (struct str[]){ STR("hop text"), conversation, text }, 3, full);
	memcpy(out, full, HOP_HASH_LEN);
}

void ussd_vendor_key(const struct vault *vault, struct str channel, const struct event *event,
		     unsigned char out[VAULT_INDEX_LEN])
{
	vault_fingerprint(vault, (struct str[]){ STR("ussd session"), channel, event->session, str_of(event->from.e164) }, 4,
			  out);
}

void ussd_hop_key(const struct vault *vault, const unsigned char vendor_key[VAULT_INDEX_LEN], const struct event *event,
		  int64_t day, uint64_t number, unsigned char out[VAULT_INDEX_LEN])
{
	bool numbered = !event->cumulative && !event->turn_ids;
	struct str parts[] = { STR("hop"), { (const char *)vendor_key, VAULT_INDEX_LEN }, { (const char *)&day, sizeof day },
			       event->turn_ids ? event->id : event->text,
			       numbered ? (struct str){ (const char *)&number, sizeof number } : STR("") };
	vault_fingerprint(vault, parts, sizeof parts / sizeof *parts, out);
}

/* The longest text of an earlier hop that this text begins with; SIZE_MAX: none. */
static size_t known_prefix(const struct vault *vault, const struct conversation *history, struct str text, size_t *hop)
{
	for (size_t i = history->hops_count; i-- > 0;) {
		const struct hop *h = &history->hops[i];
		unsigned char hash[HOP_HASH_LEN];
		if (h->len > text.len)
			continue;
		/* a prefix ends where a '*' stands: "12" does not go on from "1" */
		if (h->len > 0 && h->len < text.len && text.at[h->len] != '*')
			continue;
		hop_hash(vault, history, str_slice(text, 0, h->len), hash);
		if (memcmp(hash, h->hash, HOP_HASH_LEN) == 0) {
			*hop = i;
			return h->len;
		}
	}
	return SIZE_MAX;
}

/* "3*1" dialled as *384*2200*3*1#: each part is one input, in order. */
static void read_dialled_path(struct str text, struct ussd_turn *out)
{
	struct str rest = text, part;
	out->is_new = true;
	if (text.len == 0)
		return;
	while (out->inputs < USSD_INPUTS_MAX && str_split(&rest, '*', &part))
		out->input[out->inputs++] = part;
}

/* Some vendors use a session's name again (the number itself, at IMImobile).  A new one says so, or follows the old one's
 * end: then what is sent is no answer to the screen that stood there. */
static bool dialled_anew(const struct conversation *talk, const struct event *event)
{
	bool over = talk->ended || talk->session.finished;
	return !event->cumulative && (event->event == USSD_NEW || (event->first_is_code && over));
}

void ussd_read(const struct vault *vault, const struct conversation *history, const struct event *event,
	       struct ussd_turn *out)
{
	*out = (struct ussd_turn){ 0 };
	if (history->hops_count == 0) {
		/* What was dialled is no answer.  Nor is what a session that we lost was asked (failures.md U2): its vendors set
		 * first_is_code, and the first screen is shown again. */
		out->is_new = true;
		if (event->cumulative && !event->first_is_code)
			read_dialled_path(event->text, out);
		else if (!event->first_is_code)
			out->input[0] = event->text, out->inputs = event->text.len ? 1 : 0;
		return;
	}
	out->is_new = dialled_anew(history, event);
	if (out->is_new)
		return;
	out->inputs = 1;
	out->input[0] = event->text;
	if (!event->cumulative)
		return;
	size_t hop = 0, len = known_prefix(vault, history, event->text, &hop);
	out->conflict = len == SIZE_MAX || hop + 1 != history->hops_count;
	if (len != SIZE_MAX)
		out->input[0] = str_from(event->text, len + (len > 0));
}

/* ---- a secret code among what was typed */

/* Four digits, in any script: the form of a PIN. */
static bool may_be_code(struct str part)
{
	char text[16];
	uint64_t n;
	struct buf b = buf_over(text, sizeof text);
	return text_normalise(part, &b) == 0 && b.len == 4 && str_to_u64(buf_str(&b), &n);
}

static struct str mask_codes(struct str typed, struct arena *arena)
{
	struct str rest = typed, part;
	struct buf b = buf_new(arena, typed.len + 1); /* four digits are four bytes or more */
	for (bool first = true; str_split(&rest, '*', &part); first = false) {
		buf_put_z(&b, first ? "" : "*");
		buf_put(&b, may_be_code(part) ? STR("xxxx") : part);
	}
	return b.full ? STR("") : buf_str(&b);
}

static bool has_several(const struct event *event, struct str typed)
{
	return event->cumulative && typed.len && memchr(typed.at, '*', typed.len);
}

struct str ussd_without_codes(const struct event *event, struct str typed, struct arena *arena)
{
	return has_several(event, typed) ? mask_codes(typed, arena) : typed;
}

struct str ussd_words(const struct ussd_turn *turn, const struct event *event, struct arena *arena)
{
	struct str typed = turn->inputs == 1 ? turn->input[0] : turn->is_new ? event->text : STR("");
	bool unsure = turn->conflict || has_several(event, typed);
	return unsure ? mask_codes(typed, arena) : typed;
}

int ussd_note(const struct vault *vault, struct conversation *history, const struct event *event)
{
	if (history->hops_count == HOPS_MAX)
		return -E2BIG;
	struct hop *hop = &history->hops[history->hops_count++];
	hop->len = (uint32_t)event->text.len;
	hop_hash(vault, history, event->text, hop->hash);
	return 0;
}

int ussd_begin_anew(struct db *db, const struct contact *who, struct str channel, const struct event *event, int64_t now_ms,
		    struct conversation *talk)
{
	unsigned char vendor_key[VAULT_INDEX_LEN];
	const struct conversation was = *talk;
	ussd_vendor_key(&db->vault, channel, event, vendor_key);
	int rc = conversation_new(db, who, channel, vendor_key, now_ms, talk);
	memcpy(talk->hops, was.hops, sizeof was.hops);
	talk->hops_count = was.hops_count;
	return rc;
}
