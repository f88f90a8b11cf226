/* Fills a state folder as months of use would: fill STATE KEY_FILE MESSAGES.  People, sealed messages, what was seen and
 * answered, through the same functions as the daemon, in batches of a thousand. */
#include "db/cases.h"
#include "db/message.h"
#include "db/seen.h"
#include "db/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PER_PERSON = 30, BATCH = 1000 };

/* Spread over 2025, so that reports have months to tell apart. */
static int64_t when(uint64_t n)
{
	return 1735732800000 + (int64_t)(n % 30000) * 1000000;
}

/* What happens to a case: a journey, vulnerabilities, an alert. */
static int add_life(struct db *db, uint64_t n, const struct contact *who, const char *ref)
{
	static const char *const countries[] = { "GN", "CI", "CM", "SN", "ML" }, *const bands[] = { "18_39", "40_59", "U18" };
	struct case_change change = case_change_none();
	char on[16];
	(void)snprintf(on, sizeof on, "2025-%02u-15", (unsigned)(n % 12 + 1));
	change.text[CASE_SEX] = n % 5 ? STR("M") : STR("F");
	change.text[CASE_AGE_BAND] = str_of(bands[n % 3]);
	change.text[CASE_RETURN_COUNTRY] = change.text[CASE_HOST_COUNTRY] = str_of(countries[n % 5]);
	change.text[CASE_TAGS] = n % 2 ? STR("FORAS EUIOM_NA") : STR("");
	if (n % 3) {
		change.text[CASE_STATUS] = STR("DEPARTED");
		change.text[CASE_DEPARTED_ON] = change.text[CASE_RETURNED_ON] = str_of(on);
	}
	int rc = case_update(db, str_of(ref), &change, when(n));
	if (rc == 0)
		rc = case_set_sensitive(db, str_of(ref), &who->key, STR("{\"vulnerabilities\":[\"MEDICAL\",\"DESTITUTE\"]}"), when(n));
	struct alert_row alert = { .case_ref = str_of(ref), .level = STR("HIGH"), .office = STR("RABAT"), .role = STR("counsellor"),
				   .kind = n % 7 ? STR("URGENT_NEED") : STR("COMPLAINT"), .rule = STR("topic=OPINION number 1"),
				   .contact_id = who->contact_id, .raised_at = when(n), .due_at = when(n) + 3600000 };
	return rc == 0 ? alert_add(db, &alert, &who->key) : rc;
}

static int add_person(struct db *db, uint64_t n, struct contact *who, struct conversation *talk)
{
	char number[20], ref[REF_LEN + 1];
	unsigned char vendor[VAULT_INDEX_LEN];
	(void)snprintf(number, sizeof number, "+2126%08" PRIu64, n % 100000000);
	vault_number_index(&db->vault, str_of(number), vendor);
	int rc = contact_add(db, str_of(number), STR("MA"), when(n), 0, who);
	if (rc == 0)
		rc = conversation_new(db, who, STR("demo"), vendor, when(n), talk);
	if (rc == 0)
		rc = case_new_ref(db, ref);
	if (rc == 0)
		rc = case_open(db, str_of(ref), who->contact_id, n % 4 ? STR("FROM_MA") : STR("TO_MA"), STR("NEW"), STR("CALL_OK"),
			       STR("RABAT"), when(n));
	return rc == 0 ? add_life(db, n, who, ref) : rc;
}

static int add_hop(struct db *db, const struct contact *who, uint64_t n)
{
	static const char screen[] = "Dans quelle ville etes-vous ?\n1 Rabat/Sale\n2 Casablanca\n3 Oujda\n4 Tanger/Tetouan\n5 Fes/Meknes";
	unsigned char key[VAULT_INDEX_LEN];
	struct replay replay = { 200, STR("text/plain; charset=utf-8"), str_of(screen), 1764000000000 };
	static const char *const states[] = { "AGE", "SAFE", "URGENT", "COUNTRY", "CITY", "GROUP", "SEX", "DOCS", "CALLLANG", "CONFIRM" };
	int64_t at = when(n / PER_PERSON);
	struct message in = { .ussd = true, .channel = STR("demo"), .provider_id = STR("ATUid_fill/1"), .status = "received",
			      .flow = STR("return_request"), .state = STR("CITY"), .contact_id = who->contact_id,
			      .point_id = who->point_id, .created_at = at, .text = STR("2") };
	struct message out = in;
	out.out = true, out.status = "sent", out.text = str_of(screen);
	struct answer_row answer = { .flow = STR("return_request"), .flow_version = STR("0123456789abcdef"), .state = str_of(states[n % 10]),
				     .value = n % 10 == 9 ? STR("SEND") : STR("OUJDA"), .raw = STR("3"), .mode = STR("ussd"), .channel = STR("demo"), .language = STR("fr"),
				     .contact_id = who->contact_id, .run_id = who->contact_id, .answered_at = at };
	vault_fingerprint(&db->vault, (struct str[]){ STR("fill"), { (const char *)&n, sizeof n } }, 2, key);
	int rc = message_add(db, &in, &who->key);
	if (rc == 0)
		rc = message_add(db, &out, &who->key);
	if (rc == 0)
		rc = answer_add(db, &answer, &who->key);
	return rc == 0 ? seen_add(db, key, who->contact_id, &replay) : rc;
}

int main(int argc, char **argv)
{
	struct db db;
	struct err err;
	struct contact who = { 0 };
	struct conversation talk;
	uint64_t messages;
	if (argc != 4 || !str_to_u64(str_of(argv[3]), &messages)) {
		fprintf(stderr, "fill STATE KEY_FILE MESSAGES\n");
		return 64;
	}
	if (db_open(&db, argv[1], argv[2], &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		return 74;
	}
	int rc = 0;
	for (uint64_t n = 0; rc == 0 && n < messages / 2; n++) {
		if (n % BATCH == 0)
			rc = db_begin(&db);
		if (rc == 0)
			rc = db_item_begin(&db);
		if (rc == 0 && n % PER_PERSON == 0)
			rc = add_person(&db, n / PER_PERSON + 10000000, &who, &talk);
		if (rc == 0)
			rc = add_hop(&db, &who, n);
		if (rc == 0)
			rc = db_item_end(&db, true);
		if (rc == 0 && (n % BATCH == BATCH - 1 || n + 1 == messages / 2)) {
			rc = db_commit(&db);
			if (rc == 0)
				rc = db_checkpoint(&db);
		}
	}
	if (rc != 0)
		fprintf(stderr, "fill: error %d\n", -rc);
	db_close(&db);
	return rc == 0 ? 0 : 74;
}
