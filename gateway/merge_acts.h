/* The merge of two persons as an approval (gateway/approval.h): object is the reference whose person stays, payload
 * {"other": reference of the one that is taken up, "duplicate": its open case is closed as DUPLICATE}. */
#ifndef GATEWAY_MERGE_ACTS_H
#define GATEWAY_MERGE_ACTS_H

#include "gateway/approval.h"

int merge_carry_out(struct gateway *g, const struct approval *a, int64_t now_ms, struct err *err)
	__attribute__((warn_unused_result));

#endif
