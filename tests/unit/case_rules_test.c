/* The life of a case: what a rule may do by itself, what makes a person look, and that the history writes itself. */
#include "db/case_file.h"
#include "gateway/acts.h"
#include "gateway/case_change.h"
#include "gateway/case_rules.h"
#include "gateway/consents.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const statuses[] = { "PARTIAL", "NEW", "ASSIGNED", "CONTACTING", "COUNSELLED", "ELIGIBILITY", "DOCS", "PROJECT",
	"READY", "BOOKED", "DEPARTED", "RETURNED", "CLOSED", "WAITLIST", "ON_HOLD", "WITHDRAWN", "UNREACHABLE", "REFERRED_PROTECTION" };
enum { STATUSES = sizeof statuses / sizeof *statuses };

static struct gateway g;
static int64_t now_ms = 1000000;
static char ref[REF_LEN + 1];
static struct contact who;

static void test_rules(void)
{
	int allowed = 0;
	check_begin("a rule moves a case along ten arrows and no other; none leads to or from a decision");
	for (int from = 0; from < STATUSES; from++)
		for (int to = 0; to < STATUSES; to++)
			if (from != to && case_rule_may(str_of(statuses[from]), str_of(statuses[to]))) {
				allowed++;
				CHECK(to != 15 && to != 17 && (from < 4 || from == 16) && (to < 4 || to == 12 || to == 13 || to == 14 || to == 16));
			}
	CHECK_INT(allowed, 10);

	check_begin("a strange request is looked at by a person");
	CHECK_STR(str_of(case_review_reason(2, 3, false, 1)), STR("children > group"));
	CHECK_STR(str_of(case_review_reason(3, 2, true, 1)), STR("group with children and no shelter"));
	CHECK_STR(str_of(case_review_reason(0, 0, false, 3)), STR("many requests from one number"));
	CHECK(!case_review_reason(3, 3, false, 2));
	CHECK(!case_review_reason(3, 0, true, 1));

	check_begin("each city of the question has its region");
	CHECK_STR(case_region_of_city(STR("OUJDA")), STR("MA-02"));
	CHECK_INT(case_region_of_city(STR("OTHER")).len, 0);
}

static int set(const char *words, const char *reason)
{
	struct case_assignment a[8];
	size_t n = 0;
	struct str rest = str_of(words), word;
	while (str_split(&rest, ' ', &word)) {
		struct str value = word, key;
		if (!str_split(&value, '=', &key))
			abort();
		a[n++] = (struct case_assignment){ key, value };
	}
	json_t *answer = json_object();
	struct act_call call = { .g = &g, .db = &g.db, .user = STR("fatima"), .reason = str_of(reason), .now_ms = ++now_ms, .answer = answer };
	if (db_begin(&g.db) != 0 || db_item_begin(&g.db) != 0)
		abort();
	int rc = case_assign(&call, str_of(ref), a, n);
	CHECK_INT(db_item_end(&g.db, rc == 0), 0);
	CHECK_INT(db_commit(&g.db), 0);
	json_decref(answer);
	return rc;
}

/* One value of the database, by plain SQL. */
static bool says(const char *sql, const char *want)
{
	sqlite3_stmt *s;
	char got[200] = "";
	if (sqlite3_prepare_v2(g.db.conn, sql, -1, &s, NULL) != SQLITE_OK)
		return false;
	if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0))
		(void)snprintf(got, sizeof got, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	if (strcmp(got, want) != 0)
		fprintf(stderr, "  %s: %s\n", sql, got);
	return strcmp(got, want) == 0;
}

static void test_staff(void)
{
	check_begin("staff record any status, with a reason; closing says why; opening again forgets it");
	CHECK_INT(set("status=BOOKED", ""), -EINVAL);
	CHECK_INT(set("status=BOOKED", "seat confirmed by phone"), 0);
	CHECK_INT(set("status=CLOSED", "done"), -EINVAL);
	CHECK_INT(set("close_reason=COMPLETED", "done"), -EINVAL);
	CHECK_INT(set("status=CLOSED close_reason=COMPLETED", "done"), 0);
	CHECK(says("SELECT close_reason || (closed_at IS NOT NULL) FROM cases", "COMPLETED1"));
	CHECK_INT(set("status=READY", "came back"), 0);
	CHECK(says("SELECT (close_reason IS NULL) || (closed_at IS NULL) FROM cases", "11"));
	CHECK_INT(set("status=WITHDRAWN", "said so by voice"), 0);
	CHECK(says("SELECT close_reason FROM cases", "WITHDRAWN"));

	check_begin("taking a new case makes it assigned");
	CHECK_INT(set("status=NEW", "mistake"), 0);
	CHECK_INT(set("assigned_to=fatima", ""), 0);
	CHECK(says("SELECT status FROM cases", "ASSIGNED"));

	check_begin("the history of status and step has a date and a name, whoever writes");
	CHECK_INT(set("step=2", ""), 0);
	CHECK_INT(set("step=2", ""), 0);
	CHECK(says("SELECT group_concat(ifnull(was, '-') || '>' || became || ':' || actor) FROM (SELECT * FROM case_event WHERE field = 'status' ORDER BY event_id)",
		   "->PARTIAL:wasl,PARTIAL>BOOKED:fatima,BOOKED>CLOSED:fatima,CLOSED>READY:fatima,READY>WITHDRAWN:fatima,"
		   "WITHDRAWN>NEW:fatima,NEW>ASSIGNED:fatima"));
	CHECK(says("SELECT count(*) || max(became) FROM case_event WHERE field = 'step'", "12"));

	check_begin("a person has a tag once, with the days it came and went");
	CHECK_INT(set("tags=+FORAS tags=+ORION", ""), 0);
	CHECK_INT(set("tags=+FORAS", ""), 0);
	CHECK_INT(set("tags=-ORION", ""), 0);
	CHECK_INT(set("tags=+ORION", ""), 0);
	CHECK(says("SELECT tags FROM cases", "FORAS ORION"));
	CHECK(says("SELECT group_concat(tag || (removed_at IS NOT NULL)) FROM case_tag", "FORAS0,ORION1,ORION0"));
}

static void test_office(void)
{
	check_begin("the office follows the city, the region, and after the return the country");
	CHECK_INT(set("city=OUJDA", ""), 0);
	CHECK(says("SELECT region || office FROM cases", "MA-02OUJDA"));
	CHECK_INT(set("region=MA-05", ""), 0);
	CHECK(says("SELECT office FROM cases", "KHOURIBGA"));
	CHECK_INT(set("region=MA-11", ""), 0);
	CHECK(says("SELECT office FROM cases", "RABAT"));
	CHECK_INT(set("office=OUJDA region=MA-05", ""), 0);
	CHECK(says("SELECT office FROM cases", "OUJDA"));
	CHECK_INT(set("nationality=GN", ""), 0);
	CHECK_INT(set("status=RETURNED returned_on=2026-05-01", "arrived"), 0);
	CHECK(says("SELECT office FROM cases", "CONAKRY"));
}

static void test_consents(void)
{
	struct case_row row;
	struct case_change change = case_change_none();
	check_begin("a consent is taken back alone: check-ins end, the request and sharing stand");
	if (db_begin(&g.db) != 0 || db_item_begin(&g.db) != 0)
		abort();
	CHECK_INT(case_by_ref(&g.db, str_of(ref), NULL, &row), 1);
	CHECK_INT(consent_record(&g.db, &row, STR("REQUEST"), true, 5, &change), 0);
	CHECK_INT(consent_record(&g.db, &row, STR("SHARING"), true, 6, &change), 0);
	CHECK_INT(change.consent_checkins, -1);
	CHECK_INT(consent_record(&g.db, &row, STR("CHECKINS"), true, 7, &change), 0);
	CHECK_INT(change.consent_checkins, 1);
	CHECK_INT(consent_stands(&g.db, who.contact_id, STR("CHECKINS")), 1);
	CHECK_INT(consent_record(&g.db, &row, STR("CHECKINS"), false, 8, &change), 0);
	CHECK_INT(change.consent_checkins, 0);
	CHECK_INT(consent_stands(&g.db, who.contact_id, STR("CHECKINS")), 0);
	CHECK_INT(consent_stands(&g.db, who.contact_id, STR("REQUEST")), 1);
	CHECK_INT(consent_stands(&g.db, who.contact_id, STR("SHARING")), 1);
	CHECK_INT(consent_stands(&g.db, who.contact_id, STR("RESEARCH")), 0);

	check_begin("a note is corrected by a new one; only one of the same case");
	struct note n = { .ref = str_of(ref), .author = STR("fatima"), .text = STR("wants to wait") };
	CHECK_INT(note_add(&g.db, &who, &n, now_ms), 0);
	n.corrects = n.note_id, n.text = STR("wants to go in May");
	CHECK_INT(note_add(&g.db, &who, &n, now_ms), 0);
	n.corrects = 999;
	CHECK_INT(note_add(&g.db, &who, &n, now_ms), -ENOENT);
	CHECK(says("SELECT count(*) || count(corrects) FROM note", "21"));
	CHECK_INT(db_item_end(&g.db, true), 0);
	CHECK_INT(db_commit(&g.db), 0);
}

static void complain(const char *problem, void *user)
{
	(void)user;
	fprintf(stderr, "%s\n", problem);
}

int main(void)
{
	struct err err;
	struct str json = STR("{\"public_url\": \"https://x.example\", \"countries\": {\"MA\": {\"sos\": \"15\"}, \"GN\": {\"sos\": \"117\"}},"
		" \"offices\": [{\"id\": \"RABAT\", \"country\": \"MA\", \"regions\": [\"MA-04\"], \"default\": true},"
		" {\"id\": \"OUJDA\", \"country\": \"MA\", \"regions\": [\"MA-02\"]},"
		" {\"id\": \"KHOURIBGA\", \"country\": \"MA\", \"regions\": [\"MA-05\"]},"
		" {\"id\": \"CONAKRY\", \"country\": \"GN\", \"default\": true}], \"channels\": []}");
	if (config_parse(&g.config, "test.json", json, complain, NULL) != 0 || db_open(&g.db, NULL, NULL, &err) != 0)
		return 1;
	if (db_begin(&g.db) != 0 || db_item_begin(&g.db) != 0)
		return 1;
	CHECK_INT(contact_add(&g.db, STR("+212600000101"), STR("MA"), now_ms, 0, &who), 0);
	CHECK_INT(case_new_ref(&g.db, ref), 0);
	CHECK_INT(case_open(&g.db, str_of(ref), who.contact_id, STR("FROM_MA"), STR("PARTIAL"), STR(""), STR("RABAT"), now_ms), 0);
	if (db_item_end(&g.db, true) != 0 || db_commit(&g.db) != 0)
		return 1;
	test_rules();
	test_staff();
	test_office();
	test_consents();
	seal_key_forget(&who.key);
	db_close(&g.db);
	config_free(&g.config);
	return check_end();
}
