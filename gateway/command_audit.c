/* wasl audit verify [--head SEQ:HASH]: does the chain of the audit hold, and is it still the one that had this head?  Beside a
 * running daemon too; 65 when it does not. */
#include "db/chain.h"
#include "gateway/command.h"
#include "gateway/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_result(const struct invocation *in, const struct chain *chain, int rc)
{
	char text[CHAIN_HEAD_MAX];
	struct buf head = buf_over(text, sizeof text);
	long long rows = chain->rows, seq = chain->seq;
	chain_head(chain->seq, chain->before, &head);
	if (in->json)
		printf("{\"holds\":%s,\"rows\":%lld,\"seq\":%lld,\"head\":\"%.*s\"}\n", rc == 0 ? "true" : "false", rows, seq,
		       STR_ARG(buf_str(&head)));
	else if (rc == 0)
		printf("the audit holds: %lld rows, the last is %lld\nits head, to be kept elsewhere: %.*s\n", rows, seq,
		       STR_ARG(buf_str(&head)));
	else if (rc == -ESTALE)
		(void)fprintf(stderr, "wasl audit: no row has this head: the last rows were taken out, the file is an older one, or the head is"
			      " of rows whose time is over\n");
	else
		(void)fprintf(stderr, "wasl audit: row %lld was changed, or one before it is missing\n", seq);
}

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
	rc = chain_verify(reader, in->argc == 4 ? str_of(in->argv[3]) : (struct str){ NULL, 0 }, &chain);
	reader_close(reader);
	if (rc != 0 && rc != -EBADMSG && rc != -ESTALE)
		return command_fail("audit", command_exit_code(rc), "the audit could not be read");
	print_result(in, &chain, rc);
	return rc == 0 ? EX_OK : EX_DATAERR;
}

int command_audit(const struct invocation *in)
{
	struct config *config = calloc(1, sizeof *config);
	if (!config)
		return EX_OSERR;
	bool good = (in->argc == 2 || (in->argc == 4 && strcmp(in->argv[2], "--head") == 0)) && strcmp(in->argv[1], "verify") == 0;
	int code = good ? command_config(in, config) : command_usage("audit", "takes: verify [--head SEQ:HASH]");
	if (code == 0) {
		code = verify(in, config);
		config_free(config);
	}
	free(config);
	return code;
}
