#include "gateway/command.h"
#include "gateway/json.h"
#include "gateway/version.h"

#include <stdio.h>

int command_version(const struct invocation *in)
{
	if (in->argc > 1)
		return command_usage("version", "takes no arguments");
	if (in->json) {
		json_t *version = json_object();
		json_put_str(version, "version", str_of(wasl_version));
		json_print_line(version);
		json_decref(version);
	} else {
		(void)printf("wasl %s\n", wasl_version);
	}
	return EX_OK;
}
