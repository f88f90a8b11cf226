#include "gateway/number_signal.h"

#include "db/checkin.h"
#include "db/contact.h"
#include "db/outbox.h"
#include "gateway/casework.h"

#include <string.h>

#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define ABSENT_WITHIN_MS (10 * DAY_MS)

enum { ABSENT_TIMES = 3, FAILURES_MAX = 32 };

/* Vendors' words without what joins them, in small letters; parts of the word. */
static const struct {
	const char *part;
	enum number_signal signal;
} words[] = {
	{ "unknownsubscriber", SIGNAL_UNKNOWN },  { "unknownsub", SIGNAL_UNKNOWN },       { "invalidphonenumber", SIGNAL_UNKNOWN },
	{ "invaliddestination", SIGNAL_UNKNOWN }, { "userdoesnotexist", SIGNAL_UNKNOWN }, { "notnetworksub", SIGNAL_UNKNOWN },
	{ "unallocated", SIGNAL_UNKNOWN },        { "nosuchsubscriber", SIGNAL_UNKNOWN }, { "numberporte", SIGNAL_UNKNOWN },
	{ "absent", SIGNAL_ABSENT },              { "userisinactive", SIGNAL_ABSENT },    { "unreachable", SIGNAL_ABSENT },
	{ "notreachable", SIGNAL_ABSENT },
	/* Twilio's codes of five digits */
	{ "30005", SIGNAL_UNKNOWN },              { "30006", SIGNAL_UNKNOWN },            { "30003", SIGNAL_ABSENT },
};

enum number_signal number_signal_of(struct str reason)
{
	char folded[65];
	size_t n = 0;
	for (size_t i = 0; i < reason.len && n < sizeof folded - 1; i++) {
		char c = reason.at[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			folded[n++] = c;
	}
	folded[n] = '\0';
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strstr(folded, words[i].part))
			return words[i].signal;
	return SIGNAL_NONE;
}

static int give_task(struct gateway *g, const struct contact *who, const char *words_for, int64_t now_ms)
{
	struct case_row row;
	int rc = task_is_open(&g->db, who->contact_id, "VERIFY_NUMBER");
	if (rc != 0)
		return rc < 0 ? rc : 0; /* somebody is on it already */
	rc = case_of_contact(&g->db, who->contact_id, NULL, &row);
	if (rc < 0)
		return rc;
	struct str ref = rc == 1 ? str_of(row.ref) : STR("");
	struct task_row task = { .case_ref = ref, .kind = STR("VERIFY_NUMBER"), .office = casework_office(g, ref),
				 .role = STR("counsellor"), .note = str_of(words_for), .contact_id = who->contact_id,
				 .created_at = now_ms, .due_at = now_ms + 5 * DAY_MS };
	return task_add(&g->db, &task, &who->key);
}

static int dead(struct gateway *g, const struct contact *who, int64_t now_ms)
{
	int rc = point_set_status(&g->db, who->point_id, "INVALID", now_ms);
	if (rc == 0)
		rc = outbox_cancel_automatic(&g->db, who->contact_id, "the number is dead");
	return rc == 0 ? give_task(g, who, "the network does not know the number any more", now_ms) : rc;
}

static int absent(struct gateway *g, const struct contact *who, int64_t now_ms)
{
	char reasons[FAILURES_MAX][64];
	int n = point_failures(&g->db, who->point_id, now_ms - ABSENT_WITHIN_MS, reasons, FAILURES_MAX), times = 0;
	for (int i = 0; i < n; i++)
		times += number_signal_of(str_of(reasons[i])) == SIGNAL_ABSENT;
	if (n < 0 || times < ABSENT_TIMES)
		return n < 0 ? n : 0;
	return give_task(g, who, "not reached three times in ten days: is the number still this person's?", now_ms);
}

int number_signal(struct gateway *g, int64_t contact_id, struct str reason, int64_t now_ms)
{
	struct contact who;
	enum number_signal signal = number_signal_of(reason);
	if (signal == SIGNAL_NONE || !contact_id)
		return 0;
	int rc = contact_by_id(&g->db, contact_id, &who);
	if (rc == 1 && who.point_id)
		rc = signal == SIGNAL_UNKNOWN ? dead(g, &who, now_ms) : absent(g, &who, now_ms);
	seal_key_forget(&who.key);
	return rc < 0 ? rc : 0;
}
