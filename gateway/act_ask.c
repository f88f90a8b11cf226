/* Two doors to the acts: the control socket of the running daemon, and a command that does it itself when none runs. */
#include "gateway/act.h"
#include "gateway/control.h"
#include "gateway/offline.h"
#include "gateway/outbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static struct act_call call_of(struct gateway *g, const json_t *request, json_t *answer)
{
	struct act_call call = { .g = g, .db = &g->db, .request = request, .answer = answer, .now_ms = gateway_now(g) };
	struct str reason = json_get_str(request, "reason");
	call.user = json_get_str(request, "as");
	call.reason = reason.at ? reason : STR("");
	return call;
}

static const char *name_of(const json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "act"));
	return name ? name : "";
}

/* ---- the daemon's side */

struct act_item {
	struct batch_item item;
	struct control_call *control;
	json_t *request;
	struct act_call call;
};

static int run(struct batch_item *item, struct db *db)
{
	struct act_item *a = (struct act_item *)item;
	(void)db;
	return act_run(name_of(a->request), &a->call);
}

static void done(struct batch_item *item, int result)
{
	struct act_item *a = (struct act_item *)item;
	if (result == 0 && a->call.refused == 0) {
		(void)json_object_set_new(a->call.answer, "ok", json_true());
		outbox_wake(a->call.g);
		if (a->call.settled)
			a->call.settled(a->call.g);
		control_answer(a->control, a->call.answer);
	} else {
		int rc = result ? result : a->call.refused;
		control_refuse(a->control, act_exit_code(rc), a->call.err.text[0] ? a->call.err.text :
			       "the database did not take the change");
		json_decref(a->call.answer);
	}
	json_decref(a->request);
	free(a);
}

void act_verb(struct gateway *g, json_t *request, struct control_call *control)
{
	struct act_item *a = calloc(1, sizeof *a);
	json_t *answer = a ? json_object() : NULL;
	if (!answer) {
		free(a);
		control_answer(control, NULL);
		return;
	}
	*a = (struct act_item){ .item = { .run = run, .done = done }, .control = control, .request = json_incref(request),
				.call = call_of(g, request, answer) };
	batch_add(&g->batch, &a->item);
}

/* ---- without a daemon */

struct here {
	struct gateway *g;
	struct act_call call;
};

static int run_here(struct db *db, void *user)
{
	struct here *h = user;
	(void)db;
	return act_run(name_of(h->call.request), &h->call);
}

static int act_here(const struct config *config, const json_t *request, json_t **answer)
{
	char state[4096];
	struct err err = { .text = "" };
	struct here h = { .g = calloc(1, sizeof *h.g) };
	if (!h.g || !str_copy(config->state, state, sizeof state)) {
		free(h.g);
		return EX_SOFTWARE;
	}
	int rc = gateway_open(h.g, config, state, &err);
	if (rc != 0) {
		fprintf(stderr, "wasl: %s\n", err.text);
		free(h.g);
		return rc == -EBUSY ? EX_TEMPFAIL : rc == -EACCES ? EX_NOPERM : rc == -ENOENT ? EX_NOINPUT :
		       rc == -EBADMSG ? EX_CONFIG : rc == -EUCLEAN ? EX_DATAERR : EX_IOERR;
	}
	*answer = json_object();
	h.call = call_of(h.g, request, *answer);
	rc = change_offline(&h.g->db, run_here, &h);
	if (rc == 0 && db_scrub(&h.g->db, true) < 0) /* what an erasure left behind; the daemon's housekeeping does it there */
		rc = -EIO;
	if (rc == 0)
		rc = h.call.refused;
	if (rc != 0)
		fprintf(stderr, "wasl: %s\n", h.call.err.text[0] ? h.call.err.text : "the database did not take the change");
	h.g->config = (struct config){ 0 }; /* lent by the caller */
	gateway_close(h.g);
	free(h.g);
	return act_exit_code(rc);
}

int act_ask(const struct config *config, json_t *request, json_t **answer)
{
	int code = 0;
	*answer = NULL;
	(void)json_object_set_new(request, "do", json_string("act"));
	int rc = ask_daemon(config, request, answer, &code);
	return rc == 0 ? act_here(config, request, answer) : code;
}
