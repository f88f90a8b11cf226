/* Search: a number by its blind index, a reference as it is, words by opening and reading what may be seen - names, what people
 * wrote, what colleagues noted -, newest first, up to a bound (failures.md 4.3: a million messages in about a second; the
 * bound keeps one search under a tenth of that). */
#include "gateway/console/queue.h"

#include "flows/text/fold.h"
#include "flows/text/phone.h"

#include <stdlib.h>
#include <string.h>

enum { FOUND_MAX = 50, SCAN_MAX = 50000, SNIPPET_MAX = 160 };

#define FOUND_COLUMNS "c.ref, c.status, c.priority, unseal('contact.name', c.contact_id, c.contact_id, p.name) AS name, c.office," \
	" c.assigned_to"
#define OF_CASES " FROM main.cases c JOIN main.contact p USING (contact_id)"

static void answer_found(struct call *call, json_t *items, int64_t scanned, bool whole)
{
	json_t *answer = items ? json_object() : NULL;
	if (answer) {
		(void)json_object_set_new(answer, "items", items);
		(void)json_object_set_new(answer, "scanned", json_integer(scanned));
		(void)json_object_set_new(answer, "whole", json_boolean(whole));
	}
	call_read(call, "search", json_get_str(call->body, "by"), answer);
}

static void by_ref(struct call *call, struct str q)
{
	static const char sql[] = "SELECT " FOUND_COLUMNS ", NULL AS snippet, NULL AS message_id, c.updated_at AS at" OF_CASES
		" WHERE c.ref = ?4 AND " POLICY_CASE_MINE;
	answer_found(call, ROWS(call, sql, POLICY_CASE_VALUES(call), cell_of_text(q)), 1, true);
}

/* The numbering plans belong to the line thread, which may read them anew. */
static void parse_phone(struct letter *letter, struct gateway *g)
{
	struct call *call = (struct call *)letter;
	struct str country = json_get_str(call->body, "country");
	phone_parse(&g->book.phones, json_get_str(call->body, "q"), country.at ? country : g->config.programme_country, call->extra);
}

/* As dialled here or with the country's code; the number is never kept, only its index is looked up. */
static void by_phone(struct call *call)
{
	static const char sql[] = "SELECT " FOUND_COLUMNS ", NULL AS snippet, NULL AS message_id, c.updated_at AS at" OF_CASES
		" WHERE c.contact_id IN (SELECT n.contact_id FROM main.contact_point n WHERE n.number_index = ?4) AND " POLICY_CASE_MINE
		" ORDER BY c.opened_at DESC LIMIT 50";
	const struct phone *phone = call->extra;
	unsigned char index[VAULT_INDEX_LEN];
	if (!phone->e164[0]) {
		call_bad_because(call, "q", "phone", "This is no telephone number.");
		return;
	}
	vault_number_index(reader_vault(call->c->reader), str_of(phone->e164), index);
	answer_found(call, ROWS(call, sql, POLICY_CASE_VALUES(call), cell_of_blob(index, sizeof index)), 1, true);
}

/* ---- words */

struct scan {
	struct call *call;
	struct str words; /* folded */
	json_t *items;
	int64_t scanned;
};

static bool contains(struct str text, struct str part)
{
	return part.len && text.len >= part.len && memmem(text.at, text.len, part.at, part.len) != NULL;
}

/* All the words, each somewhere in it. */
static bool holds_all(struct str folded, struct str words)
{
	struct str word;
	while (str_split(&words, ' ', &word))
		if (word.len && !contains(folded, word))
			return false;
	return true;
}

static struct str snippet_of(struct str text)
{
	size_t n = text.len < SNIPPET_MAX ? text.len : SNIPPET_MAX;
	while (n > 0 && n < text.len && ((unsigned char)text.at[n] & 0xC0) == 0x80)
		n--;
	return str_slice(text, 0, n);
}

static int look_at(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct scan *s = user;
	struct arena *arena = &s->call->arena;
	(void)names, (void)columns;
	s->scanned++;
	if (row[0].kind != CELL_TEXT)
		return 0;
	size_t mark = arena_mark(arena);
	struct buf folded = buf_new(arena, row[0].text.len * 3 + 16);
	bool found = text_fold(row[0].text, &folded) == 0 && !folded.full && holds_all(buf_str(&folded), s->words);
	arena_back(arena, mark);
	if (!found)
		return 0;
	json_t *one = json_object();
	json_put_str(one, "ref", row[1].text);
	json_put_str(one, "snippet", snippet_of(row[0].text));
	(void)json_object_set_new(one, "message_id", row[2].kind == CELL_INTEGER ? json_integer(row[2].integer) : json_null());
	(void)json_object_set_new(one, "at", json_time(row[3].integer));
	json_put_str(one, "status", row[4].text);
	json_put_str(one, "priority", row[5].text);
	(void)json_object_set_new(one, "name", row[6].kind == CELL_TEXT ? json_from_str(row[6].text) : json_null());
	(void)json_object_set_new(one, "office", row[7].kind == CELL_TEXT ? json_from_str(row[7].text) : json_null());
	(void)json_object_set_new(one, "assigned_to", row[8].kind == CELL_TEXT ? json_from_str(row[8].text) : json_null());
	(void)json_array_append_new(s->items, one);
	return json_array_size(s->items) >= FOUND_MAX;
}

/* Columns as look_at() takes them: text, ref, message_id, at, status, priority, name, office, assigned_to.
 * ?4: how many; ?5: roles. */
#define SCANNED_CASE "c.status, c.priority, unseal('contact.name', c.contact_id, c.contact_id, p.name), c.office, c.assigned_to"

static const char *const scans[] = {
	"SELECT unseal('contact.name', c.contact_id, c.contact_id, p.name), c.ref, NULL, c.opened_at, " SCANNED_CASE OF_CASES
	" WHERE p.name IS NOT NULL AND ?5 = ?5 AND " POLICY_CASE_MINE " ORDER BY c.opened_at DESC LIMIT ?4",
	"SELECT unseal('note.text', n.note_id, n.contact_id, n.text), c.ref, NULL, n.at, " SCANNED_CASE " FROM (SELECT * FROM main.note"
	" ORDER BY note_id DESC LIMIT ?4) n JOIN main.cases c ON c.ref = n.case_ref JOIN main.contact p ON p.contact_id = c.contact_id"
	" WHERE ?5 = ?5 AND " POLICY_CASE_MINE " ORDER BY n.note_id DESC",
	"SELECT unseal('message.text', m.message_id, m.contact_id, m.text), c.ref, m.message_id, m.created_at, " SCANNED_CASE
	" FROM (SELECT * FROM main.message ORDER BY message_id DESC LIMIT ?4) m JOIN main.cases c ON c.ref = (SELECT k.ref FROM"
	" main.cases k WHERE k.contact_id = m.contact_id ORDER BY k.opened_at DESC LIMIT 1) JOIN main.contact p ON"
	" p.contact_id = c.contact_id WHERE m.direction = 'in' AND " POLICY_CASE_MINE " AND " POLICY_MESSAGE_MINE
	" ORDER BY m.message_id DESC",
};

static void by_words(struct call *call, struct str q)
{
	struct buf folded = buf_new(&call->arena, q.len * 3 + 16);
	struct scan s = { .call = call, .items = json_array() };
	int rc = text_fold(q, &folded);
	s.words = buf_str(&folded);
	for (size_t i = 0; rc == 0 && !folded.full && s.words.len && i < sizeof scans / sizeof *scans; i++) {
		struct cell values[] = { POLICY_CASE_VALUES(call), cell_of_i64(SCAN_MAX), cell_of_i64(call->session.roles) };
		rc = reader_ask(call->c->reader, scans[i], values, sizeof values / sizeof *values, look_at, &s);
	}
	if (rc < 0) {
		json_decref(s.items);
		call_answer(call, 200, NULL);
		return;
	}
	answer_found(call, s.items, s.scanned, rc == 0 && s.scanned < SCAN_MAX);
}

void api_search(struct call *call)
{
	struct str by, q;
	if (!call_text(call, "by", 1, 10, false, &by) || !call_text(call, "q", 2, 100, false, &q))
		return;
	if (str_eq_z(by, "ref"))
		by_ref(call, str_trim(q));
	else if (str_eq_z(by, "phone"))
		call_look(call, sizeof(struct phone), parse_phone, by_phone);
	else if (str_eq_z(by, "words"))
		by_words(call, q);
	else
		call_bad(call, "by", "phone, ref or words.");
}
