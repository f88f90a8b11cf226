/* Four eyes: who asks does not decide, what was asked for is done with the decision or not at all, and both are in the audit. */
#include "gateway/approval.h"

#include "db/contact.h"
#include "gateway/acts.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static struct gateway g;
static int64_t now_ms = 1000000, person;

static void item(void)
{
	if (db_begin(&g.db) != 0 || db_item_begin(&g.db) != 0)
		abort();
}

static void keep(bool it)
{
	CHECK_INT(db_item_end(&g.db, it), 0);
	CHECK_INT(db_commit(&g.db), 0);
}

static int ask(const char *kind, struct str object, const char *by, int64_t *id)
{
	struct err err;
	struct approval_request r = { .kind = kind, .object = object, .contact_id = person, .payload = STR("{\"phone\":\"+212600000999\"}"),
				      .by = str_of(by), .reason = STR("lost the phone") };
	item();
	int rc = approval_request(&g, &r, now_ms, id, &err);
	keep(rc == 0);
	return rc;
}

static int decide(int64_t id, bool yes, const char *by)
{
	struct err err;
	item();
	int rc = approval_decide(&g, id, yes, str_of(by), STR("seen the papers"), now_ms, &err);
	keep(rc == 0);
	return rc;
}

static int use(int64_t id, const char *kind, struct str object, const char *by)
{
	struct err err;
	item();
	int rc = approval_use(&g, id, kind, object, str_of(by), now_ms, &err);
	keep(rc == 0);
	return rc;
}

static int64_t number_of(enum sql_name name)
{
	int64_t n = 0;
	struct query q = db_query(&g.db, name);
	while (db_row(&q) == 1)
		n++;
	return n;
}

static void state_is(int64_t id, const char *want)
{
	struct approval a;
	item();
	CHECK_INT(approval_by_id(&g.db, id, &a), 1);
	CHECK_STR(str_of(a.state), str_of(want));
	CHECK_STR(a.payload, STR("{\"phone\":\"+212600000999\"}"));
	CHECK_STR(a.reason, STR("lost the phone"));
	keep(true);
}

static void test_two_people(void)
{
	int64_t id, again;
	check_begin("who asked does not decide, in whatever letters; another does, once");
	CHECK_INT(ask("EXPORT_NAMES", STR("cases 2026"), "amina", &id), 0);
	CHECK_INT(ask("EXPORT_NAMES", STR("cases 2026"), "karim", &again), -EEXIST);
	CHECK_INT(decide(id, true, "amina"), -EPERM);
	CHECK_INT(decide(id, true, "Amina"), -EPERM);
	CHECK_INT(decide(id, true, ""), -EPERM);
	state_is(id, "REQUESTED");
	CHECK_INT(decide(id, true, "karim"), 0);
	state_is(id, "APPROVED");
	CHECK_INT(decide(id, false, "karim"), -EALREADY);
	CHECK_INT(decide(id + 1000, true, "karim"), -ENOENT);
	CHECK_INT(number_of(SQL_AUDIT_ALL), 2);

	check_begin("a permission is of its kind, its object and its asker, and is spent once");
	CHECK_INT(use(id, "ERASE", STR("cases 2026"), "amina"), -EPERM);
	CHECK_INT(use(id, "EXPORT_NAMES", STR("cases 2025"), "amina"), -EPERM);
	CHECK_INT(use(id, "EXPORT_NAMES", STR("cases 2026"), "karim"), -EPERM);
	CHECK_INT(use(id, "EXPORT_NAMES", STR("cases 2026"), "amina"), 0);
	CHECK_INT(use(id, "EXPORT_NAMES", STR("cases 2026"), "amina"), -EPERM);
	state_is(id, "USED");
}

static void test_time(void)
{
	int64_t id, other;
	check_begin("after 14 days a request and a permission are over, and may be asked for anew");
	CHECK_INT(ask("EXPORT_NAMES", STR("a"), "amina", &id), 0);
	CHECK_INT(ask("EXPORT_NAMES", STR("b"), "amina", &other), 0);
	CHECK_INT(decide(other, true, "karim"), 0);
	now_ms += APPROVAL_LIVES_MS;
	CHECK_INT(decide(id, true, "karim"), -ESTALE);
	CHECK_INT(use(other, "EXPORT_NAMES", STR("b"), "amina"), -EPERM);
	item();
	CHECK_INT(approval_sweep(&g, now_ms), 0);
	keep(true);
	state_is(id, "EXPIRED");
	state_is(other, "EXPIRED");
	CHECK_INT(decide(id, true, "karim"), -EALREADY);
	CHECK_INT(ask("EXPORT_NAMES", STR("a"), "amina", &id), 0);
	CHECK_INT(decide(id, false, "karim"), 0);
	state_is(id, "REFUSED");
	CHECK_INT(use(id, "EXPORT_NAMES", STR("a"), "amina"), -EPERM);
}

static void test_requests(void)
{
	int64_t id;
	struct err err;
	struct approval_request r = { .kind = "ERASE", .object = STR("12345678"), .by = STR("amina"), .reason = STR(" ") };
	check_begin("a request names its kind, its object and its reason");
	item();
	CHECK_INT(approval_request(&g, &r, now_ms, &id, &err), -EINVAL);
	r.reason = STR("asked by phone"), r.kind = "PARDON";
	CHECK_INT(approval_request(&g, &r, now_ms, &id, &err), -EINVAL);
	r.kind = "ERASE", r.by = STR("amina b");
	CHECK_INT(approval_request(&g, &r, now_ms, &id, &err), -EINVAL);
	r.by = STR("amina"), r.object = STR("");
	CHECK_INT(approval_request(&g, &r, now_ms, &id, &err), -EINVAL);
	keep(true);

	check_begin("an act without a user or without its reason is not run");
	json_t *request = json_pack("{s:i}", "id", 1000000), *answer = json_object();
	struct act_call call = { .g = &g, .db = &g.db, .user = STR(""), .reason = STR("x"), .now_ms = now_ms, .request = request,
				 .answer = answer };
	item();
	CHECK_INT(act_run("approval.approve", &call), -EINVAL);
	call.user = STR("karim"), call.reason = STR("");
	CHECK_INT(act_run("approval.approve", &call), -EINVAL);
	call.reason = STR("x");
	CHECK_INT(act_run("approval.approve", &call), -ENOENT);
	CHECK_INT(act_run("approval.forgive", &call), -EINVAL);
	keep(true);
	json_decref(request);
	json_decref(answer);
}

int main(void)
{
	struct err err;
	struct contact who;
	if (db_open(&g.db, NULL, NULL, &err) != 0)
		return 1;
	item();
	CHECK_INT(contact_add(&g.db, STR("+212600000101"), STR("MA"), now_ms, 0, &who), 0);
	person = who.contact_id;
	seal_key_forget(&who.key);
	keep(true);
	test_two_people();
	test_time();
	test_requests();
	db_close(&g.db);
	return check_end();
}
