/* `wasl doctor`: findings of one line each, and the rooms that make them (command_doctor*.c).
 *
 * A finding says what is there and, unless all is well, what to do.  It holds no person's data and no secret. */
#ifndef GATEWAY_DOCTOR_H
#define GATEWAY_DOCTOR_H

#include "gateway/config.h"
#include "gateway/json.h"

enum health { HEALTH_OK, HEALTH_WARN, HEALTH_FAIL };

struct doctor {
	bool json;
	json_t *list;
	size_t count[HEALTH_FAIL + 1];
};

/* todo: NULL with HEALTH_OK.  what: as printf. */
void doctor_say(struct doctor *d, enum health health, const char *todo, const char *what, ...)
	__attribute__((format(printf, 4, 5)));

void doctor_versions(struct doctor *d);
void doctor_clock(struct doctor *d);
void doctor_paths(struct doctor *d, const struct config *config);
void doctor_database(struct doctor *d, const struct config *config);
void doctor_channels(struct doctor *d, const struct config *config); /* goes out to each aggregator, 5 s at most */

#endif
