/* /healthz: the process lives.  /readyz: it can take callbacks.  /metrics: counters for Prometheus, without any person. */
#ifndef GATEWAY_HEALTH_H
#define GATEWAY_HEALTH_H

#include "gateway/gateway.h"

enum { HEALTH_TEXT_MAX = 16384 };

/* On the line thread, the webhooks' listener.  true: the request was /healthz or /readyz and was answered. */
bool health_handle(struct gateway *g, struct http_request *request);
/* On the line thread: what stands at /readyz or, else, /metrics; returns the status.  webhooks may be NULL. */
unsigned health_text(struct gateway *g, struct str path, const struct http_server *webhooks, struct buf *out);

#endif
