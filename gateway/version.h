/* The version of this binary, as `git describe` names it at build time. */
#ifndef GATEWAY_VERSION_H
#define GATEWAY_VERSION_H

extern const char *const wasl_version;

#endif
