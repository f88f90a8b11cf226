#include "tests/simulation/staff.h"

#include "db/contact.h"
#include "gateway/case_change.h"
#include "gateway/number_change.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/house.h"
#include "tests/simulation/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REFS_MAX = 4096 };

struct staff_counts staff_counts;

/* ---- one change of a case, by the rules of the desk */

struct change {
	const char *ref;
	struct case_assignment set[6];
	size_t count;
};

static int run_change(void *user)
{
	struct change *c = user;
	struct act_call call = { .g = &house,
				 .db = &house.db,
				 .user = STR("amina"),
				 .reason = STR("simulation"),
				 .now_ms = sim_now(),
				 .answer = json_object() };
	int rc = case_assign(&call, str_of(c->ref), c->set, c->count);
	json_decref(call.answer);
	return rc;
}

static bool set(const char *ref, const char *const pairs[][2], size_t count)
{
	struct change c = { .ref = ref, .count = count };
	for (size_t i = 0; i < count; i++)
		c.set[i] = (struct case_assignment){ str_of(pairs[i][0]), str_of(pairs[i][1]) };
	return house_do(run_change, &c) == 0;
}

static const char *today(char out[16])
{
	time_t now = (time_t)(sim_now() / 1000);
	struct tm tm;
	(void)strftime(out, 16, "%Y-%m-%d", gmtime_r(&now, &tm));
	return out;
}

/* ---- the path of a case */

static void depart(const char *ref)
{
	char date[16];
	const char *const pairs[][2] = { { "status", "DEPARTED" }, { "departed_on", today(date) } };
	if (!set(ref, pairs, 2))
		return;
	staff_counts.departed++;
	people_departed(ref);
}

static void come_home(const char *ref)
{
	char date[16];
	const char *const pairs[][2] = { { "status", "RETURNED" },
					 { "returned_on", today(date) },
					 { "return_country", "GN" },
					 { "birth_year", "1990" },
					 { "consent_checkins", sim_dice(10) ? "yes" : "no" } };
	if (set(ref, pairs, 5))
		staff_counts.returned++;
}

static void move_on(const char *ref, const char *status)
{
	static const char *const path[] = { "PARTIAL",	   "NEW",  "ASSIGNED", "CONTACTING", "COUNSELLED",
					    "ELIGIBILITY", "DOCS", "PROJECT",  "READY",	     "BOOKED" };
	const size_t steps = sizeof path / sizeof *path;
	if (strcmp(status, "BOOKED") == 0) {
		depart(ref);
		return;
	}
	if (strcmp(status, "DEPARTED") == 0) {
		come_home(ref);
		return;
	}
	for (size_t i = 0; i + 1 < steps; i++)
		if (strcmp(status, path[i]) == 0) {
			const char *const pairs[][2] = { { "status", sim_dice(40) ? path[i + 1] : "CLOSED" },
							 { "close_reason", "UNREACHABLE" } };
			staff_counts.moved += set(ref, pairs, strcmp(pairs[0][1], "CLOSED") == 0 ? 2 : 1);
			return;
		}
}

struct listed {
	char ref[12], status[24];
};

static void move_cases(void)
{
	static struct listed rows[REFS_MAX];
	sqlite3_stmt *s = NULL;
	size_t count = 0;
	if (sqlite3_prepare_v2(house.db.conn,
			       "SELECT ref, status FROM cases WHERE status NOT IN ('CLOSED', 'RETURNED', 'WITHDRAWN',"
			       " 'REFERRED_PROTECTION') ORDER BY ref",
			       -1, &s, NULL) != SQLITE_OK)
		exit(1);
	while (count < REFS_MAX && sqlite3_step(s) == SQLITE_ROW) {
		(void)snprintf(rows[count].ref, sizeof rows->ref, "%s", (const char *)sqlite3_column_text(s, 0));
		(void)snprintf(rows[count++].status, sizeof rows->status, "%s", (const char *)sqlite3_column_text(s, 1));
	}
	sqlite3_finalize(s);
	for (size_t i = 0; i < count; i++)
		if (sim_dice(strcmp(rows[i].status, "PARTIAL") == 0 ? 20 : 6) == 0)
			move_on(rows[i].ref, rows[i].status);
}

/* ---- a new number, heard by voice */

static int run_number(void *user)
{
	struct listed *claim = user;
	struct point to;
	int rc = point_by_id(&house.db, strtoll(claim->status, NULL, 10), &to);
	if (rc != 1)
		return rc;
	seal_key_forget(&to.key);
	const char *country = str_starts(to.e164, STR("+224")) ? "GN" : "MA";
	return number_change(&house, str_of(claim->ref), to.e164, str_of(country), sim_now());
}

static void confirm_numbers(void)
{
	struct listed claim;
	(void)house_text(
		"SELECT case_ref FROM number_claim WHERE state = 'OPEN' AND case_ref IS NOT NULL ORDER BY claim_id LIMIT 1",
		claim.ref, sizeof claim.ref);
	(void)house_text(
		"SELECT point_id FROM number_claim WHERE state = 'OPEN' AND case_ref IS NOT NULL ORDER BY claim_id LIMIT 1",
		claim.status, sizeof claim.status);
	if (claim.ref[0] && sim_dice(3) == 0 && house_do(run_number, &claim) == 0)
		staff_counts.numbers++;
}

void staff_day(void)
{
	time_t now = (time_t)(sim_now() / 1000);
	struct tm tm;
	gmtime_r(&now, &tm);
	if (tm.tm_wday == 0 || tm.tm_wday == 6)
		return;
	move_cases();
	confirm_numbers();
}
