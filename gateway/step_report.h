/* The steps of what is not a conversation: a delivery report, an opt-out at the operator.  Inside the batch, as step.h. */
#ifndef GATEWAY_STEP_REPORT_H
#define GATEWAY_STEP_REPORT_H

#include "gateway/step.h"

int step_report(struct gateway *g, const struct channel *channel, const struct event *event, struct step_result *out)
	__attribute__((warn_unused_result));
int step_notice(struct gateway *g, const struct channel *channel, const struct event *event, struct step_result *out)
	__attribute__((warn_unused_result));
int step_end_named_alone(struct gateway *g, const struct channel *channel, const struct event *event, struct step_result *out)
	__attribute__((warn_unused_result));
int step_opt_out(struct gateway *g, const struct event *event) __attribute__((warn_unused_result));
int step_note_inbound(struct gateway *g, const struct channel *channel) __attribute__((warn_unused_result));

#endif
