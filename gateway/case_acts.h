/* For the acts that are about a case: the case that the request names in "ref", and its person. */
#ifndef GATEWAY_CASE_ACTS_H
#define GATEWAY_CASE_ACTS_H

#include "db/cases.h"
#include "db/contact.h"
#include "gateway/act.h"

/* 0, -EINVAL, -ENOENT with call->err; seal_key_forget(&who->key) is the caller's. */
int act_case(struct act_call *call, struct case_row *row, struct contact *who) __attribute__((warn_unused_result));

#endif
