#include "gateway/lease.h"

#include "db/ledger.h"
#include "db/lease.h"
#include "gateway/calendar.h"

#include <stdio.h>

enum { AT_ONCE = 20 };
#define AGAIN_MS ((int64_t)4 * 3600 * 1000) /* a case that rests may wake: the person writes */
#define CLOSED_AGAIN_MS ((int64_t)24 * 3600 * 1000)

static int give_back(struct gateway *g, const struct lease *l, int64_t now_ms)
{
	char reason[80];
	struct case_change change = case_change_none(); /* by nobody: the history says wasl */
	change.text[CASE_ASSIGNED_TO] = STR("");
	(void)snprintf(reason, sizeof reason, "%s: no act for %u office hours", l->assigned_to, g->config.limits.assignment_hours);
	int rc = case_update(&g->db, str_of(l->ref), &change, now_ms);
	return rc == 0 ? audit_add(&g->db, now_ms, STR("wasl"), STR("case.lease"), str_of(l->ref), str_of(reason)) : rc;
}

static int look(struct gateway *g, const struct lease *l, int64_t now_ms)
{
	int64_t from = l->acted_at > l->snoozed_until ? l->acted_at : l->snoozed_until;
	if (l->closed) /* it may be opened again */
		return lease_look_at(&g->db, str_of(l->ref), now_ms + CLOSED_AGAIN_MS);
	if (from > now_ms)
		return lease_look_at(&g->db, str_of(l->ref), from);
	if (!l->early && l->waiting_at == 0)
		return lease_look_at(&g->db, str_of(l->ref), now_ms + AGAIN_MS);
	if (!l->early && l->waiting_at > from)
		from = l->waiting_at;
	int64_t end = calendar_office_after(&g->config, from, g->config.limits.assignment_hours);
	return end > now_ms ? lease_look_at(&g->db, str_of(l->ref), end) : give_back(g, l, now_ms);
}

int lease_sweep(struct gateway *g, int64_t now_ms)
{
	struct lease due[AT_ONCE];
	int n = g->config.limits.assignment_hours ? leases_due(&g->db, now_ms, due, AT_ONCE) : 0;
	int rc = n < 0 ? n : 0;
	for (int i = 0; rc == 0 && i < n; i++)
		rc = look(g, &due[i], now_ms);
	return rc;
}
