/* wasl query 'SELECT …': read-only SQL over the views, sealed columns opened with the key. */
#include "gateway/config.h"
#include "gateway/print.h"

int command_query(const struct invocation *in)
{
	struct config config;
	struct reader *reader;
	if (in->argc != 2)
		return command_usage("query", "takes one SELECT in quotes");
	int code = open_reader(in, &config, &reader);
	if (code != 0)
		return code;
	code = print_query(reader, in->argv[1], NULL, 0, in->json);
	reader_close(reader);
	config_free(&config);
	return code;
}
