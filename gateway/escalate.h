/* Alerts that nobody takes reach the duty phones of the configuration (domain.md, decision 11): "Wasl: 1 urgent", without content.
 *
 * URGENT (children are) at once while the office is closed, else when it is overdue; then the next phone, after
 * escalate_after_minutes each, until somebody takes it.  HIGH once, when it is overdue, in office hours.  At most one text a
 * phone in ten minutes, which then counts all that waits.  Quiet hours do not apply: these phones are on duty. */
#ifndef GATEWAY_ESCALATE_H
#define GATEWAY_ESCALATE_H

#include "gateway/gateway.h"

struct escalation;
int escalation_start(struct gateway *g, struct escalation **out) __attribute__((warn_unused_result));
void escalation_stop(struct escalation *e);

/* One look at what waits, inside an item.  0 or an error of the db floor. */
int escalate(struct gateway *g, int64_t now_ms) __attribute__((warn_unused_result));
/* The phones to tell of an alert of this role and office at that time, first the one that fits best: same role and office, the
 * role of all offices, the role elsewhere, another role; each phone once, only those on duty then.  Returns how many. */
size_t duty_phones(const struct config *config, struct str role, struct str office, int64_t now_ms,
		   const struct duty *out[CONFIG_DUTY_MAX]);

#endif
