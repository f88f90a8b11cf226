/* The daily work: alerts that nobody takes reach the phones on duty, calls have consequences, and each sees only the own rows. */
#include "db/case_file.h"
#include "db/contact.h"
#include "db/message.h"
#include "db/outbox.h"
#include "db/work.h"
#include "gateway/acts.h"
#include "gateway/calendar.h"
#include "gateway/escalate.h"
#include "gateway/lease.h"
#include "gateway/outbox.h"
#include "gateway/phone_queue.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE ((int64_t)60000)
#define DAY (24 * 60 * MINUTE)
#define MONDAY_10 INT64_C(1781514000000) /* 2026-06-15, 10:00 in Rabat */
static struct gateway g;
static int64_t now_ms = MONDAY_10;
static struct contact who;
static char ref[REF_LEN + 1];

static void begin(void)
{
	if (db_begin(&g.db) != 0 || db_item_begin(&g.db) != 0)
		abort();
}

static void end(bool keep)
{
	CHECK_INT(db_item_end(&g.db, keep), 0);
	CHECK_INT(db_commit(&g.db), 0);
}

static int64_t number(const char *sql)
{
	sqlite3_stmt *s;
	int64_t n = -1;
	if (sqlite3_prepare_v2(g.db.conn, sql, -1, &s, NULL) != SQLITE_OK)
		return -2;
	if (sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

static void raise_alert(const char *level, int64_t due_in)
{
	struct alert_row a = { .case_ref = str_of(ref), .level = str_of(level), .office = STR("OUJDA"), .role = STR("protection"),
			       .kind = STR("FEAR"), .rule = STR("co.topic=3"), .contact_id = who.contact_id, .raised_at = now_ms,
			       .due_at = now_ms + due_in };
	begin();
	CHECK_INT(alert_add(&g.db, &a, &who.key), 0);
	end(true);
}

/* How many texts to duty phones there are after a look at now_ms. */
static int64_t look(void)
{
	begin();
	CHECK_INT(escalate(&g, now_ms), 0);
	end(true);
	return number("SELECT count(*) FROM duty_text");
}

/* The last one: whom, and what. */
static void last_text(const char *phone, const char *text)
{
	struct str to, said;
	begin();
	int64_t id = number("SELECT max(message_id) FROM duty_text");
	CHECK_INT(duty_text_phone(&g.db, id, &to), 1);
	CHECK_STR(to, str_of(phone));
	CHECK_INT(message_text(&g.db, id, &g.db.vault.own, &said), 1);
	CHECK_STR(said, str_of(text));
	end(true);
}

static void test_night(void)
{
	check_begin("by day an urgent alert is the office's until it is overdue");
	raise_alert("URGENT", 120 * MINUTE);
	CHECK_INT(look(), 0);
	now_ms += 119 * MINUTE;
	CHECK_INT(look(), 0);

	check_begin("overdue it goes to the phone of its role and office, then to the next, without content");
	now_ms += 15 * MINUTE;
	CHECK_INT(look(), 1);
	last_text("+212600000901", "Wasl: 1 urgent");
	CHECK_INT(look(), 1);
	now_ms += 21 * MINUTE;
	CHECK_INT(look(), 2);
	last_text("+212600000902", "Wasl: 1 urgent");
	CHECK_INT(number("SELECT count(*) FROM message WHERE contact_id IS NOT NULL OR point_id IS NOT NULL"), 0);
	CHECK_INT(number("SELECT count(*) FROM outbox WHERE rank = 0"), 2);

	check_begin("who takes it ends that");
	begin();
	CHECK_INT(alert_taken(&g.db, number("SELECT max(alert_id) FROM alert"), STR("fatima"), now_ms), 0);
	end(true);
	now_ms += 3 * DAY / 24;
	CHECK_INT(look(), 2);

	check_begin("at night it goes at once; two within ten minutes are one text, then one that counts both");
	now_ms = MONDAY_10 + 14 * 60 * MINUTE;
	raise_alert("URGENT", 120 * MINUTE);
	CHECK_INT(look(), 3);
	last_text("+212600000901", "Wasl: 1 urgent");
	now_ms += 2 * MINUTE;
	raise_alert("URGENT", 120 * MINUTE);
	CHECK_INT(look(), 3);
	now_ms += 8 * MINUTE;
	CHECK_INT(look(), 4);
	last_text("+212600000901", "Wasl: 2 urgent");
	begin();
	CHECK_INT(number("UPDATE alert SET closed_at = 1"), -1);
	end(true);

	check_begin("what is HIGH wakes nobody; in the morning it is told once when it is overdue");
	raise_alert("HIGH", 60 * MINUTE);
	now_ms += 3 * 60 * MINUTE;
	CHECK_INT(look(), 4);
	now_ms = MONDAY_10 + DAY + 60 * MINUTE;
	CHECK_INT(look(), 5);
	last_text("+212600000901", "Wasl: 1 overdue");
	now_ms += 2 * 60 * MINUTE;
	CHECK_INT(look(), 5);
}

static void test_duty(void)
{
	const struct duty *out[CONFIG_DUTY_MAX];
	check_begin("a phone is on duty in its hours, also over midnight; the best fit comes first, each phone once");
	CHECK_INT(duty_phones(&g.config, STR("counsellor"), STR("RABAT"), MONDAY_10, out), 2);
	CHECK_STR(out[0]->phone, STR("+212600000902"));
	CHECK_INT(duty_phones(&g.config, STR("counsellor"), STR("RABAT"), MONDAY_10 + 14 * 60 * MINUTE, out), 3);
	CHECK_STR(out[0]->phone, STR("+212600000903"));
}

/* ---- calls */

static int run(const char *act, json_t *request, const char *user, const char *want_member, const char *want)
{
	json_t *answer = json_object();
	struct act_call call = { .g = &g, .db = &g.db, .user = str_of(user), .reason = STR(""), .now_ms = now_ms, .request = request,
				 .answer = answer };
	begin();
	int rc = act_run(act, &call);
	end(rc == 0);
	if (want_member) {
		struct str got = json_get_str(answer, want_member);
		CHECK_STR(got.at ? got : STR(""), str_of(want));
	}
	json_decref(answer);
	json_decref(request);
	return rc;
}

static int64_t open_task(void)
{
	struct task_row t = { .case_ref = str_of(ref), .kind = STR("CALL_BACK"), .office = STR("OUJDA"), .role = STR("counsellor"),
			      .note = STR("wants a call"), .contact_id = who.contact_id, .created_at = now_ms, .due_at = now_ms };
	begin();
	CHECK_INT(task_add(&g.db, &t, &who.key), 0);
	end(true);
	return number("SELECT max(task_id) FROM task");
}

static int call_in_vain(const char *member, const char *want)
{
	return run("task.done", json_pack("{s:I, s:s}", "id", (json_int_t)number("SELECT max(task_id) FROM task WHERE done_at IS NULL"),
					  "outcome", "NO_ANSWER"), "fatima", member, want);
}

static void test_calls(void)
{
	now_ms = MONDAY_10 + 7 * DAY;
	int64_t id = open_task();
	check_begin("a task is taken by one; another steps in only with a reason");
	CHECK_INT(run("task.take", json_pack("{s:I}", "id", (json_int_t)id), "fatima", NULL, NULL), 0);
	CHECK_INT(run("task.take", json_pack("{s:I}", "id", (json_int_t)id), "karim", NULL, NULL), -EALREADY);
	CHECK_INT(run("task.done", json_pack("{s:I, s:s}", "id", (json_int_t)id, "outcome", "LATER"), "fatima", NULL, NULL), -EINVAL);

	check_begin("no answer: tried again tomorrow; after two the quiet text is offered; three on three days: unreachable");
	CHECK_INT(call_in_vain("status", "CONTACTING"), 0);
	CHECK_INT(run("task.done", json_pack("{s:I, s:s}", "id", (json_int_t)id, "outcome", "DONE"), "fatima", NULL, NULL), -EALREADY);
	CHECK_INT(call_in_vain("offer", "missed"), 0);
	CHECK_INT(call_in_vain("status", ""), 0); /* three, but on one day */
	now_ms += DAY;
	CHECK_INT(call_in_vain("status", ""), 0);
	now_ms += DAY;
	CHECK_INT(call_in_vain("status", "UNREACHABLE"), 0);
	CHECK_INT(number("SELECT count(*) FROM task WHERE done_at IS NULL"), 0);
	CHECK_INT(number("SELECT count(*) FROM case_event WHERE became = 'UNREACHABLE' AND actor = 'wasl'"), 1);

	check_begin("reached again: trying goes on, and the count begins anew");
	(void)open_task();
	CHECK_INT(run("task.done", json_pack("{s:I, s:s, s:s}", "id", (json_int_t)number("SELECT max(task_id) FROM task"), "outcome", "REACHED",
					     "note", "asks for May"), "fatima", "status", "CONTACTING"), 0);
	now_ms += DAY;
	(void)open_task();
	CHECK_INT(call_in_vain("offer", ""), 0);

	check_begin("not safe: nobody calls any more");
	CHECK_INT(run("task.done", json_pack("{s:I, s:s}", "id", (json_int_t)number("SELECT max(task_id) FROM task"), "outcome", "NOT_SAFE"),
		      "fatima", NULL, NULL), 0);
	CHECK_INT(number("SELECT count(*) FROM contact WHERE contact_pref = 'NO_CALL'"), 1);
	CHECK_INT(number("SELECT count(*) FROM cases WHERE contact_pref = 'NO_CALL'"), 1);

	check_begin("another person answered: the number is never written to again, somebody looks for the person");
	(void)open_task();
	CHECK_INT(run("task.done", json_pack("{s:I, s:s}", "id", (json_int_t)number("SELECT max(task_id) FROM task"), "outcome",
					     "WRONG_PERSON"), "fatima", NULL, NULL), 0);
	CHECK_INT(number("SELECT count(*) FROM contact_point WHERE status = 'INVALID'"), 1);
	CHECK_INT(number("SELECT count(*) FROM alert WHERE level = 'DATA' AND closed_at IS NULL"), 1);

	check_begin("an alert is closed with what came of it, and stays closed");
	id = number("SELECT alert_id FROM alert WHERE level = 'DATA'");
	CHECK_INT(run("alert.close", json_pack("{s:I}", "id", (json_int_t)id), "fatima", NULL, NULL), -EINVAL);
	CHECK_INT(run("alert.close", json_pack("{s:I, s:s, s:s}", "id", (json_int_t)id, "outcome", "HANDLED", "action", "new number asked"),
		      "fatima", NULL, NULL), 0);
	CHECK_INT(run("alert.take", json_pack("{s:I}", "id", (json_int_t)id), "karim", NULL, NULL), -EALREADY);
	CHECK_INT(number("SELECT count(*) FROM alert WHERE outcome = 'HANDLED' AND closed_by = 'fatima' AND action IS NOT NULL"), 1);
}

static void test_sharing(void)
{
	json_t *request = json_pack("{s:s, s:s, s:s}", "ref", ref, "service", "HEALTH", "organisation", "MDM"), *answer = json_object();
	struct act_call call = { .g = &g, .db = &g.db, .user = STR("fatima"), .reason = STR("agreed by voice"), .now_ms = now_ms,
				 .request = request, .answer = answer };
	check_begin("nobody is referred without having agreed, and the attempt is in the audit");
	begin();
	int64_t rows = number("SELECT count(*) FROM audit");
	CHECK_INT(act_run("referral.add", &call), 0);
	CHECK_INT(call.refused, -EPERM);
	CHECK_INT(number("SELECT count(*) FROM referral"), 0);
	CHECK_INT(number("SELECT count(*) FROM audit") - rows, 1);
	json_object_set_new(request, "purpose", json_string("SHARING"));
	json_object_set_new(request, "answer", json_string("yes"));
	CHECK_INT(act_run("case.consent", &call), 0);
	CHECK_INT(act_run("referral.add", &call), 0);
	CHECK_INT(call.refused, 0);
	CHECK_INT(number("SELECT count(*) FROM referral WHERE consent = 1 AND made_by = 'fatima'"), 1);
	json_object_set_new(request, "service", json_string("MONEY"));
	CHECK_INT(act_run("referral.add", &call), -EINVAL);
	end(true);
	json_decref(request);
	json_decref(answer);
}

static void complain(const char *problem, void *user)
{
	(void)user;
	fprintf(stderr, "%s\n", problem);
}

/* ---- assignments are leases */

static void set(enum case_text what, const char *to)
{
	struct case_change change = case_change_none();
	change.text[what] = str_of(to);
	change.by = STR("root");
	CHECK_INT(case_update(&g.db, str_of(ref), &change, now_ms), 0);
}

/* Whose it is after a look at this time; what changes is kept. */
static struct str whose(int64_t at_ms)
{
	struct case_row row;
	now_ms = at_ms;
	begin();
	CHECK_INT(lease_sweep(&g, now_ms), 0);
	CHECK_INT(case_by_ref(&g.db, str_of(ref), NULL, &row), 1);
	end(true);
	return arena_str(&g.db.arena, str_of(row.assigned_to));
}

static void test_lease(void)
{
	enum { HOUR = 60 * 60 * 1000 };
	check_begin("office hours: a weekend and a night are none");
	CHECK_INT(calendar_office_after(&g.config, MONDAY_10, 16), MONDAY_10 + 2 * DAY);
	CHECK_INT(calendar_office_after(&g.config, MONDAY_10 + 4 * DAY + 5 * HOUR, 4), MONDAY_10 + 7 * DAY + HOUR);
	CHECK_INT(calendar_office_after(&g.config, MONDAY_10, 0), MONDAY_10);

	check_begin("what nothing is done about goes back after so many of them");
	now_ms = MONDAY_10 + 7 * DAY;
	begin();
	set(CASE_STATUS, "ASSIGNED");
	set(CASE_ASSIGNED_TO, "amina");
	end(true);
	CHECK_STR(whose(MONDAY_10 + 9 * DAY - HOUR), STR("amina"));
	CHECK_STR(whose(MONDAY_10 + 9 * DAY + HOUR), STR(""));
	CHECK_INT(number("SELECT count(*) FROM audit WHERE action = 'case.lease' AND actor = 'wasl'"), 1);

	check_begin("an act of whose it is puts that off, one of somebody else does not");
	begin();
	set(CASE_ASSIGNED_TO, "amina");
	end(true);
	now_ms = MONDAY_10 + 10 * DAY;
	struct note note = { .ref = str_of(ref), .author = STR("amina"), .text = STR("called the embassy") };
	begin();
	CHECK_INT(note_add(&g.db, &who, &note, now_ms), 0);
	end(true);
	now_ms = MONDAY_10 + 11 * DAY;
	note.author = STR("samir");
	begin();
	CHECK_INT(note_add(&g.db, &who, &note, now_ms), 0);
	end(true);
	CHECK_STR(whose(MONDAY_10 + 11 * DAY + 2 * HOUR), STR("amina"));
	CHECK_STR(whose(MONDAY_10 + 14 * DAY + HOUR), STR(""));

	check_begin("once the person was counselled it rests as long as nobody waits");
	begin();
	set(CASE_STATUS, "DOCS");
	set(CASE_ASSIGNED_TO, "amina");
	end(true);
	CHECK_STR(whose(MONDAY_10 + 60 * DAY), STR("amina"));
	struct message m = { .channel = STR("at"), .status = "received", .class = "", .encoding = "GSM-7", .contact_id = who.contact_id,
			     .created_at = now_ms, .text = STR("allo ?") };
	begin();
	CHECK_INT(message_add(&g.db, &m, &who.key), 0);
	end(true);
	CHECK_STR(whose(MONDAY_10 + 61 * DAY), STR("amina"));
	CHECK_STR(whose(MONDAY_10 + 68 * DAY), STR(""));

	check_begin("put aside until a day, its hours begin there; closed, nothing is given back");
	begin();
	set(CASE_ASSIGNED_TO, "amina");
	CHECK_INT(number("UPDATE cases SET snoozed_until = 1788253200000"), -1); /* MONDAY_10 + 78 days */
	end(true);
	CHECK_STR(whose(MONDAY_10 + 77 * DAY), STR("amina"));
	CHECK_STR(whose(MONDAY_10 + 79 * DAY), STR("amina"));
	CHECK_STR(whose(MONDAY_10 + 81 * DAY), STR(""));
	begin();
	set(CASE_ASSIGNED_TO, "amina");
	set(CASE_STATUS, "CLOSED");
	end(true);
	CHECK_STR(whose(MONDAY_10 + 150 * DAY), STR("amina"));
	begin();
	set(CASE_STATUS, "NEW");
	end(true);
	CHECK_STR(whose(MONDAY_10 + 160 * DAY), STR(""));

	check_begin("0 hours: an assignment stands");
	g.config.limits.assignment_hours = 0;
	begin();
	set(CASE_ASSIGNED_TO, "amina");
	end(true);
	CHECK_STR(whose(MONDAY_10 + 300 * DAY), STR("amina"));
}

static void test_phone_with_a_sim(void)
{
	struct err err;
	struct queued_message *out;
	size_t count = 0;
	int64_t now = gateway_now(&g);
	struct message m = { .out = true, .channel = STR("ss"), .status = "queued", .class = "must_arrive", .encoding = "GSM-7",
			     .segments = 1, .created_at = now, .text = STR("Wasl: 1 urgent") };
	check_begin("a phone on duty is told by a phone that comes for its messages, too");
	CHECK_INT(outbox_new(&g, &err), 0);
	begin();
	CHECK_INT(message_add(&g.db, &m, &g.db.vault.own), 0);
	CHECK_INT(duty_text_add(&g.db, m.message_id, STR("+212600000901"), now), 0);
	CHECK_INT(outbox_add(&g.db, m.message_id, STR("ss"), OUTBOX_ANSWER, now, now + DAY), 0);
	CHECK_INT(phone_queue_hand_out(&g, config_channel(&g.config, STR("ss")), &out, &count), 0);
	CHECK_INT(count, 1);
	if (count == 1) {
		CHECK_STR(out[0].to, STR("+212600000901"));
		CHECK_STR(out[0].text, STR("Wasl: 1 urgent"));
	}
	end(true);
	outbox_free(&g);
}

int main(void)
{
	struct err err;
	struct str json = STR("{\"public_url\": \"https://x.example\", \"countries\": {\"MA\": {\"sos\": \"15\"}},"
		" \"duty\": [{\"role\": \"protection\", \"office\": \"OUJDA\", \"phone\": \"+212600000901\"},"
		" {\"role\": \"counsellor\", \"phone\": \"+212600000902\", \"escalate_after_minutes\": 30},"
		" {\"role\": \"counsellor\", \"office\": \"RABAT\", \"phone\": \"+212600000903\", \"hours\": \"17:00-09:00\"}],"
		" \"channels\": [{\"id\": \"at\", \"adapter\": \"africastalking\", \"token\": \"k7Qm2vXw9pLr4TzB\", \"username\": \"u\","
		" \"api_key\": \"k\", \"sender\": \"IOM\", \"country\": \"MA\"},"
		" {\"id\": \"ss\", \"adapter\": \"smssync\", \"secret\": \"secretsecret\"}]}");
	struct config config;
	if (config_parse(&config, "test.json", json, complain, NULL) != 0 || gateway_open(&g, &config, NULL, &err) != 0)
		return 1;
	begin();
	CHECK_INT(contact_add(&g.db, STR("+212600000101"), STR("MA"), now_ms, 0, &who), 0);
	CHECK_INT(case_new_ref(&g.db, ref), 0);
	CHECK_INT(case_open(&g.db, str_of(ref), who.contact_id, STR("FROM_MA"), STR("NEW"), STR(""), STR("OUJDA"), now_ms), 0);
	end(true);
	test_night();
	test_duty();
	test_calls();
	test_sharing();
	test_lease();
	test_phone_with_a_sim();
	seal_key_forget(&who.key);
	gateway_close(&g);
	return check_end();
}
