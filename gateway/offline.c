#include "gateway/offline.h"

#include "db/db.h"
#include "gateway/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

int ask_daemon(const struct config *config, const json_t *request, json_t **answer, int *code)
{
	char state[4096];
	*code = EX_CONFIG;
	if (!str_copy(config->state, state, sizeof state))
		return -1;
	int rc = control_ask(state, request, answer);
	if (rc < 0) {
		fprintf(stderr, "wasl: the daemon does not answer: %s\n", strerror(-rc));
		*code = rc == -EACCES ? EX_NOPERM : EX_TEMPFAIL;
		return -1;
	}
	if (rc == 0)
		return 0;
	*code = 0;
	if (!json_is_true(json_object_get(*answer, "ok"))) {
		const char *why = json_string_value(json_object_get(*answer, "error"));
		fprintf(stderr, "wasl: %s\n", why ? why : "refused");
		*code = (int)json_integer_value(json_object_get(*answer, "exit"));
	}
	return 1;
}

int open_offline(const struct config *config, struct db *db)
{
	char state[4096], key_file[4096];
	struct err err;
	if (!str_copy(config->state, state, sizeof state) || !str_copy(config->key_file, key_file, sizeof key_file))
		return EX_CONFIG;
	int rc = db_open(db, state, key_file, &err);
	if (rc == 0)
		return 0;
	fprintf(stderr, "wasl: %s\n", err.text);
	return rc == -EBUSY ? EX_TEMPFAIL : rc == -EACCES ? EX_NOPERM : rc == -ENOENT ? EX_NOINPUT :
	       rc == -EBADMSG ? EX_CONFIG : rc == -EUCLEAN ? EX_DATAERR : EX_IOERR;
}

int change_offline(struct db *db, int (*change)(struct db *db, void *user), void *user)
{
	int rc = db_begin(db);
	if (rc == 0)
		rc = db_item_begin(db);
	if (rc != 0)
		return rc;
	int changed = change(db, user);
	rc = db_item_end(db, changed == 0);
	if (rc == 0)
		rc = db_commit(db);
	else
		db_rollback(db);
	return changed != 0 ? changed : rc;
}
