#include "gateway/version.h"

const char *const wasl_version = WASL_VERSION;
