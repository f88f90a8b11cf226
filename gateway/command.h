/* The commands of CONTRACT 3: one file command_*.c each, one table in main.c.
 *
 * stdout is data, stderr is messages, exit codes are those of sysexits.h.  A command gets its own arguments without
 * the program's name; argv[0] is the command's name.  -c FILE was taken out already. */
#ifndef GATEWAY_COMMAND_H
#define GATEWAY_COMMAND_H

#include <stdbool.h>
#include <sysexits.h>

struct invocation {
	const char *config_path; /* -c FILE, or NULL */
	bool json;               /* --json */
	int argc;
	char **argv;
};

struct command {
	const char *name, *arguments, *does; /* for `wasl help` */
	int (*run)(const struct invocation *in);
};

int command_init(const struct invocation *in);
int command_serve(const struct invocation *in);
int command_check(const struct invocation *in);
int command_doctor(const struct invocation *in);
int command_handset(const struct invocation *in);
int command_flow(const struct invocation *in);
int command_channel(const struct invocation *in);
int command_case(const struct invocation *in);
int command_answers(const struct invocation *in);
int command_query(const struct invocation *in);
int command_text(const struct invocation *in);
int command_outbound(const struct invocation *in);
int command_version(const struct invocation *in);

/* Prints "wasl NAME: what" to stderr and returns EX_USAGE. */
int command_usage(const char *name, const char *what);

#endif
