/* What a failed delivery says about a number (domain.md 5, failures.md O16): "unknown subscriber" once: the number is dead, nothing
 * is sent to it for this person any more; "absent" three times in ten days: a person finds out. */
#ifndef GATEWAY_NUMBER_SIGNAL_H
#define GATEWAY_NUMBER_SIGNAL_H

#include "gateway/gateway.h"

enum number_signal { SIGNAL_NONE, SIGNAL_ABSENT, SIGNAL_UNKNOWN };

/* Of a vendor's word or code, as it stands in message.reason: "AbsentSubscriber", "EC_UNKNOWN_SUBSCRIBER", "30005". */
enum number_signal number_signal_of(struct str reason);
/* A message to this person's number failed for this reason, inside an item.  0 or an error of the db floor. */
int number_signal(struct gateway *g, int64_t contact_id, struct str reason, int64_t now_ms) __attribute__((warn_unused_result));

#endif
