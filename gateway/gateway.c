#include "gateway/gateway.h"

#include "db/ledger.h"
#include "gateway/crash.h"
#include "gateway/definitions.h"
#include "gateway/holidays.h"
#include "gateway/log.h"

#include <errno.h>
#include <string.h>

/* Conversations live 72 h at most; definitions are kept a week for them. */
#define OLD_FLOWS_MS ((int64_t)7 * 24 * 3600 * 1000)

int64_t gateway_now(const struct gateway *g)
{
	return clock_wall_ms() + __atomic_load_n(&g->clock_offset_ms, __ATOMIC_RELAXED); /* the staff thread asks, too */
}

static int add_old_version(struct str version, struct str name, struct str source, void *user)
{
	struct book *book = user;
	struct err err;
	if (book_flow(book, name, version))
		return 0;
	/* A definition of before that does not load any more costs those who walk on it their place, not the start. */
	if (book_add_version(book, (struct source){ name, source }, &err) != 0)
		log_event(LOG_WARN, "an older definition no longer loads", NULL);
	return 0;
}

/* The current definitions are remembered before anybody walks on them, the older ones are added to the book. */
static int keep_versions(struct gateway *g, struct book *book)
{
	int64_t now_ms = gateway_now(g);
	int rc = db_begin(&g->db);
	if (rc != 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < book->flows_count; i++) {
		const struct flow *flow = book->flows[i];
		if (!flow->old)
			rc = flow_source_add(&g->db, str_of(flow->version), flow->name, flow->source, now_ms);
	}
	if (rc == 0)
		rc = flow_sources_each(&g->db, now_ms - OLD_FLOWS_MS, add_old_version, book);
	if (rc == 0)
		return db_commit(&g->db);
	db_rollback(&g->db);
	return rc;
}

static int load_book(struct gateway *g, struct book *book, struct err *err)
{
	int rc = definitions_load(book, &g->config, err);
	if (rc != 0)
		return rc;
	rc = keep_versions(g, book);
	if (rc != 0) {
		book_free(book);
		return err_set(err, rc, "the database does not keep the definitions: %s", strerror(-rc));
	}
	return 0;
}

/* What the desk decided last beats the file, which says how the gateway begins its life. */
static int take_switches(struct gateway *g, struct err *err)
{
	char intake[16];
	int rc = setting_get(&g->db, "intake", intake, sizeof intake);
	if (rc < 0)
		return err_set(err, rc, "the database does not answer");
	if (rc == 1)
		g->config.intake_paused = strcmp(intake, "paused") == 0;
	return 0;
}

int gateway_open(struct gateway *g, const struct config *config, const char *state, struct err *err)
{
	char key_file[4096];
	*g = (struct gateway){ .config = *config, .clock_offset_ms = crash_clock_offset_ms() };
	if (!str_copy(config->key_file, key_file, sizeof key_file))
		return err_set(err, -1, "key_file: the path is too long");
	int rc = db_open(&g->db, state, state ? key_file : NULL, err);
	if (rc != 0)
		return rc;
	batch_init(&g->batch, &g->db);
	rc = definitions_weights(&g->weights, config, err);
	if (rc == 0)
		rc = take_switches(g, err);
	if (rc == 0 && holidays_of_desk(&g->db) != 0)
		rc = err_set(err, -EIO, "the database does not answer");
	if (rc == 0)
		rc = load_book(g, &g->book, err);
	if (rc != 0) {
		weights_free(&g->weights);
		db_close(&g->db);
	}
	return rc;
}

int gateway_reload_flows(struct gateway *g, struct err *err)
{
	struct book fresh;
	int rc = load_book(g, &fresh, err);
	if (rc != 0)
		return rc;
	book_free(&g->book);
	g->book = fresh;
	return 0;
}

int gateway_reload_weights(struct gateway *g, struct err *err)
{
	struct weights fresh;
	int rc = definitions_weights(&fresh, &g->config, err);
	if (rc != 0)
		return rc;
	weights_free(&g->weights);
	g->weights = fresh;
	return 0;
}

void gateway_close(struct gateway *g)
{
	weights_free(&g->weights);
	book_free(&g->book);
	db_close(&g->db);
	config_free(&g->config);
}
