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

static int add_person(struct db *db, uint64_t n, struct contact *who, struct conversation *talk)
{
	char number[20], ref[REF_LEN + 1];
	unsigned char vendor[VAULT_INDEX_LEN];
	(void)snprintf(number, sizeof number, "+2126%08" PRIu64, n % 100000000);
	vault_number_index(&db->vault, str_of(number), vendor);
	int rc = contact_add(db, str_of(number), STR("MA"), 1764000000000, 0, who);
	if (rc == 0)
		rc = conversation_new(db, who, STR("demo"), vendor, 1764000000000, talk);
	if (rc == 0)
		rc = case_new_ref(db, ref);
	return rc == 0 ? case_open(db, str_of(ref), who->contact_id, STR("FROM_MA"), STR("NEW"), STR("CALL_OK"), STR("RABAT"),
				   1764000000000) : rc;
}

static int add_hop(struct db *db, const struct contact *who, uint64_t n)
{
	static const char screen[] = "Dans quelle ville etes-vous ?\n1 Rabat/Sale\n2 Casablanca\n3 Oujda\n4 Tanger/Tetouan\n5 Fes/Meknes";
	unsigned char key[VAULT_INDEX_LEN];
	struct replay replay = { 200, STR("text/plain; charset=utf-8"), str_of(screen), 1764000000000 };
	struct message in = { .ussd = true, .channel = STR("demo"), .provider_id = STR("ATUid_fill/1"), .status = "received",
			      .flow = STR("return_request"), .state = STR("CITY"), .contact_id = who->contact_id,
			      .point_id = who->point_id, .created_at = 1764000000000, .text = STR("2") };
	struct message out = in;
	out.out = true, out.status = "sent", out.text = str_of(screen);
	struct answer_row answer = { .flow = STR("return_request"), .flow_version = STR("0123456789abcdef"), .state = STR("CITY"),
				     .value = STR("OUJDA"), .raw = STR("3"), .mode = STR("ussd"), .channel = STR("demo"),
				     .contact_id = who->contact_id, .run_id = who->contact_id, .answered_at = 1764000000000 };
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
