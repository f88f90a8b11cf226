#include "gateway/health.h"

#include "db/ledger.h"
#include "db/outbox.h"
#include "gateway/outbox.h"
#include "gateway/version.h"

#include <stdlib.h>
#include <sys/statvfs.h>

enum { DISK_FREE_MIN_MB = 64 };

static int64_t disk_free_mb(struct gateway *g)
{
	char path[4096];
	struct statvfs vfs;
	if (!str_copy(g->config.state, path, sizeof path) || statvfs(path, &vfs) != 0)
		return -1;
	return (int64_t)((uint64_t)vfs.f_bavail * vfs.f_frsize / (1024 * 1024));
}

/* NULL: ready; else the first thing that is not. */
static const char *not_ready(struct gateway *g)
{
	int64_t free_mb = disk_free_mb(g);
	if (g->stopping)
		return "stopping\n";
	if (g->batch.fatal)
		return "database: the last commit failed\n";
	if (g->db.failure != 0)
		return "database: the last batch was not written\n";
	if (free_mb >= 0 && free_mb < DISK_FREE_MIN_MB)
		return "disk: almost full\n";
	return NULL;
}

static void put_counter(struct buf *b, const char *name, const char *labels, uint64_t value)
{
	buf_printf(b, "wasl_%s%s %llu\n", name, labels, (unsigned long long)value);
}

static void put_counts(struct buf *b, const struct gateway *g)
{
	const struct gateway_counts *c = &g->counts;
	const struct { const char *label; uint64_t n; } outcome[] = {
		{ "accept", c->accepted }, { "duplicate", c->duplicate }, { "ignore", c->ignored }, { "park", c->parked },
		{ "unaddressable", c->unaddressable }, { "malformed", c->malformed }, { "unauthorised", c->unauthorised },
		{ "unavailable", c->unavailable },
	};
	buf_put_z(b, "# TYPE wasl_callbacks_total counter\n");
	for (size_t i = 0; i < sizeof outcome / sizeof *outcome; i++)
		buf_printf(b, "wasl_callbacks_total{outcome=\"%s\"} %llu\n", outcome[i].label, (unsigned long long)outcome[i].n);
	put_counter(b, "inbound_limited_total", "", c->limited);
	put_counter(b, "ussd_conflicts_total", "", c->conflicts);
	put_counter(b, "orphan_reports_total", "", c->orphan_reports);
	put_counter(b, "people_wiped_total", "", c->wiped);
	put_counter(b, "batches_total", "", g->batch.commits);
	put_counter(b, "batch_items_total", "", g->batch.items);
	put_counter(b, "batch_failures_total", "", g->batch.failures);
	put_counter(b, "batch_longest_microseconds", "", (uint64_t)g->batch.longest_us);
	put_counter(b, "requests_parked", "", g->parked_requests);
	put_counter(b, "sends_under_way", "", outbox_under_way(g));
	put_counter(b, "outbound_brake", "", outbox_braked(g));
}

static void put_outbox(struct buf *b, struct gateway *g)
{
	int64_t waiting = 0, oldest = 0, parked = 0;
	if (outbox_count(&g->db, STR(""), &waiting) == 0)
		put_counter(b, "outbox_messages", "", (uint64_t)waiting);
	int rc = outbox_oldest(&g->db, &oldest);
	int64_t age_ms = rc == 1 ? gateway_now(g) - oldest : 0;
	put_counter(b, "outbox_oldest_seconds", "", age_ms > 0 ? (uint64_t)age_ms / 1000 : 0);
	if (parked_count(&g->db, &parked) == 0)
		put_counter(b, "parked_requests_stored", "", (uint64_t)parked);
}

static void put_metrics(struct gateway *g, const struct http_server *webhooks, struct buf *b)
{
	buf_printf(b, "wasl_build_info{version=\"%s\"} 1\n", wasl_version);
	put_counts(b, g);
	put_outbox(b, g);
	if (webhooks)
		put_counter(b, "http_requests_total", "{listener=\"webhooks\"}", http_counts(webhooks)->requests);
	int64_t free_mb = disk_free_mb(g);
	if (free_mb >= 0)
		put_counter(b, "disk_free_megabytes", "", (uint64_t)free_mb);
}

unsigned health_text(struct gateway *g, struct str path, const struct http_server *webhooks, struct buf *out)
{
	if (str_eq_z(path, "/metrics")) {
		put_metrics(g, webhooks, out);
		return out->full ? 500 : 200;
	}
	const char *why = not_ready(g);
	buf_put_z(out, why ? why : "ready\n");
	return why ? 503 : 200;
}

bool health_handle(struct gateway *g, struct http_request *request)
{
	bool read = request->method == HTTP_GET || request->method == HTTP_HEAD;
	if (read && str_eq_z(request->path, "/healthz")) {
		http_reply_text(request, 200, "alive\n");
		return true;
	}
	if (read && str_eq_z(request->path, "/readyz")) {
		char text[128];
		struct buf b = buf_over(text, sizeof text - 1);
		unsigned status = health_text(g, request->path, NULL, &b);
		text[b.len] = '\0';
		http_reply_text(request, status, text);
		return true;
	}
	return false;
}
