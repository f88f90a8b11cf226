/* /healthz: the process lives.  /readyz: it can take callbacks.  /metrics: counters for Prometheus, without any person. */
#ifndef GATEWAY_HEALTH_H
#define GATEWAY_HEALTH_H

#include "gateway/gateway.h"

/* true: the request was one of these and was answered. */
bool health_handle(struct gateway *g, struct http_request *request, bool with_metrics, const struct http_server *webhooks);

#endif
