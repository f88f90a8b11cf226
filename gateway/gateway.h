/* What the parts of the running gateway share: configuration, book, database, batch, sender, the time.
 *
 * Opened once by `serve` (and, against a throw-away database, by `channel explain`), used on the line thread only. */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include "flows/engine.h"
#include "flows/score.h"
#include "gateway/batch.h"
#include "gateway/config.h"
#include "gateway/loop.h"
#include "gateway/sender.h"

struct inbound_trace;
struct schedule;
struct outbox;
struct snapshot;
struct purge;
struct housekeeping;

struct gateway_counts { /* since start, for /metrics */
	uint64_t accepted, duplicate, ignored, parked, unaddressable, malformed, unauthorised, unavailable, limited, conflicts;
	uint64_t wiped, orphan_reports;
};

struct gateway {
	struct config config;
	struct book book;
	struct weights weights;
	struct db db;
	struct batch batch;
	struct loop *loop;
	struct sender *sender;
	struct outbox *outbox;       /* NULL: nothing is sent (`explain`) */
	struct schedule *schedule;   /* NULL: nothing is sent first */
	struct purge *purge;
	struct housekeeping *housekeeping;
	struct snapshot *snapshot;
	bool copying;                /* a backup is being made */
	int64_t clock_offset_ms;     /* `explain --at`, the demo's moved clock */
	int64_t boot_offset_ms;      /* of CLOCK_BOOTTIME: a test in which time passes moves both */
	struct gateway_counts counts;
	size_t parked_requests;
	int64_t inbound_noted_ms[CONFIG_CHANNELS_MAX]; /* as stored in channel_state */
	bool stopping;
	void (*observe)(const struct inbound_trace *trace, void *user); /* `explain` looks on; else NULL */
	void *observer;
};

/* state NULL: a throw-away database in memory.  The configuration is taken over.  0 or negative with err. */
int gateway_open(struct gateway *g, const struct config *config, const char *state, struct err *err)
	__attribute__((warn_unused_result));
void gateway_close(struct gateway *g);
/* Reads the definitions anew: all or nothing, the old ones stay when they do not load. */
int gateway_reload_flows(struct gateway *g, struct err *err) __attribute__((warn_unused_result));

/* The weights anew, likewise. */
int gateway_reload_weights(struct gateway *g, struct err *err) __attribute__((warn_unused_result));

int64_t gateway_now(const struct gateway *g); /* wall clock, ms since 1970 UTC */

#endif
