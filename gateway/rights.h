/* What the acts of the person's rights share with approvals and with a restore. */
#ifndef GATEWAY_RIGHTS_H
#define GATEWAY_RIGHTS_H

#include "gateway/approval.h"

/* How a database that a restore kept aside is called, in the state folder; an erasure removes it. */
#define RESTORE_ASIDE "wasl.db.before-restore-"

/* Carries out an approved ERASE, inside the item of the decision. */
int rights_erase(struct gateway *g, const struct approval *a, int64_t now_ms, struct err *err) __attribute__((warn_unused_result));

#endif
