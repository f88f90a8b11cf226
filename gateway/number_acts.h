/* A change of number as an approval (gateway/approval.h): object is the case's reference, payload {"phone": "+224…"}. */
#ifndef GATEWAY_NUMBER_ACTS_H
#define GATEWAY_NUMBER_ACTS_H

#include "gateway/approval.h"

int number_carry_out(struct gateway *g, const struct approval *a, int64_t now_ms, struct err *err)
	__attribute__((warn_unused_result));

#endif
