/* wasl audit verify: does the chain of the audit hold?  Beside a running daemon too; 65 when it does not. */
#include "db/chain.h"
#include "gateway/command.h"
#include "gateway/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int verify(const struct invocation *in, const struct config *config)
{
	char state[4096], key_file[4096];
	struct chain chain;
	struct reader *reader;
	struct err err;
	if (!str_copy(config->state, state, sizeof state) || !str_copy(config->key_file, key_file, sizeof key_file))
		return command_fail("audit", EX_CONFIG, "a path of the configuration is too long");
	int rc = reader_open(state, key_file, &reader, &err);
	if (rc != 0)
		return command_fail("audit", command_exit_code(rc), err.text);
	rc = chain_verify(reader, &chain);
	reader_close(reader);
	if (rc != 0 && rc != -EBADMSG)
		return command_fail("audit", command_exit_code(rc), "the audit could not be read");
	if (in->json)
		printf("{\"holds\":%s,\"rows\":%lld,\"seq\":%lld}\n", rc == 0 ? "true" : "false", (long long)chain.rows, (long long)chain.seq);
	else if (rc == 0)
		printf("the audit holds: %lld rows, the last is %lld\n", (long long)chain.rows, (long long)chain.seq);
	else
		(void)fprintf(stderr, "wasl audit: row %lld was changed, or one before it is missing\n", (long long)chain.seq);
	return rc == 0 ? EX_OK : EX_DATAERR;
}

int command_audit(const struct invocation *in)
{
	struct config *config = calloc(1, sizeof *config);
	if (!config)
		return EX_OSERR;
	int code = in->argc == 2 && strcmp(in->argv[1], "verify") == 0 ? command_config(in, config)
									: command_usage("audit", "takes: verify");
	if (code == 0) {
		code = verify(in, config);
		config_free(config);
	}
	free(config);
	return code;
}
