/* What follows from the outcome of a task (domain.md 6.1): the next try, nobody to be reached, a number that is somebody else's, a
 * phone that is not safe.  Inside the item that records the outcome. */
#ifndef GATEWAY_TASK_OUTCOME_H
#define GATEWAY_TASK_OUTCOME_H

#include "db/contact.h"
#include "db/work.h"
#include "gateway/act.h"

bool task_outcome_known(struct str outcome); /* REACHED NO_ANSWER WRONG_PERSON NOT_SAFE REFUSED DONE */
/* After task_done().  Adds to call->answer: "next_task", "offer": "missed" after two in vain, "status" when the case moved. */
int task_outcome_follow(struct act_call *call, const struct work *task, const struct contact *who, struct str outcome)
	__attribute__((warn_unused_result));

#endif
