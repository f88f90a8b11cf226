/* The commands of CONTRACT 3: one file command_*.c each, one table in main.c.
 *
 * stdout is data, stderr is messages, exit codes are those of sysexits.h.  A command gets its own arguments without
 * the program's name; argv[0] is the command's name.  -c FILE and --json were taken out already; argv[argc] is NULL. */
#ifndef GATEWAY_COMMAND_H
#define GATEWAY_COMMAND_H

#include <stdbool.h>
#include <sysexits.h>

struct config;

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
int command_report(const struct invocation *in);
int command_export(const struct invocation *in);
int command_import(const struct invocation *in);
int command_text(const struct invocation *in);
int command_schedule(const struct invocation *in);
int command_outbound(const struct invocation *in);
int command_person(const struct invocation *in);
int command_erase(const struct invocation *in);
int command_purge(const struct invocation *in);
int command_backup(const struct invocation *in);
int command_restore(const struct invocation *in);
int command_user(const struct invocation *in);
int command_audit(const struct invocation *in);
int command_version(const struct invocation *in);

/* ---- what commands share: command.c */

/* Prints "wasl NAME: what" and where to read on to stderr and returns EX_USAGE. */
int command_usage(const char *name, const char *what);
/* The same for a word that is none of words (ended by NULL), with a "did you mean". */
int command_usage_word(const char *name, const char *typed, const char *const *words);
/* Prints "wasl NAME: what" to stderr and returns code. */
int command_fail(const char *name, int code, const char *what);
/* Loads in->config_path or the default; every problem goes to stderr.  0, and config_free() is the caller's; else the
 * exit code: 78, 77 (not ours to read), 74, 70 (out of memory). */
int command_config(const struct invocation *in, struct config *config) __attribute__((warn_unused_result));
/* A negative errno of the floors below as an exit code. */
int command_exit_code(int negative_errno);

#endif
