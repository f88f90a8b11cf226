#include "gateway/command.h"

#include "flows/nearest.h"
#include "gateway/config.h"

#include <errno.h>
#include <stdio.h>

int command_usage(const char *name, const char *what)
{
	(void)fprintf(stderr, "wasl %s: %s\nType `wasl help %s`.\n", name, what, name);
	return EX_USAGE;
}

int command_usage_word(const char *name, const char *typed, const char *const *words)
{
	const char *near = nearest(str_of(typed), words);
	(void)fprintf(stderr, "wasl %s: unknown \"%.80s\"", name, typed);
	if (near)
		(void)fprintf(stderr, "; did you mean \"%s\"?", near);
	(void)fprintf(stderr, "\nThere are:");
	for (; *words; words++)
		(void)fprintf(stderr, " %s", *words);
	(void)fprintf(stderr, "\nType `wasl help %s`.\n", name);
	return EX_USAGE;
}

int command_fail(const char *name, int code, const char *what)
{
	(void)fprintf(stderr, "wasl %s: %s\n", name, what);
	return code;
}

int command_exit_code(int negative_errno)
{
	switch (-negative_errno) {
	case 0: return EX_OK;
	case EINVAL:
	case EBADMSG:
	case EUCLEAN:
	case EPROTO:
	case EILSEQ: return EX_DATAERR;
	case ENOENT:
	case ENOTDIR: return EX_NOINPUT;
	case ECONNREFUSED:
	case EPROTONOSUPPORT:
	case ETIMEDOUT: return EX_UNAVAILABLE;
	case EEXIST:
	case ENAMETOOLONG:
	case EISDIR: return EX_CANTCREAT;
	case EBUSY:
	case EAGAIN: return EX_TEMPFAIL;
	case EACCES:
	case EPERM: return EX_NOPERM;
	case EIO:
	case ENOSPC:
	case EROFS: return EX_IOERR;
	default: return EX_SOFTWARE;
	}
}

static void print_problem(const char *problem, void *user)
{
	(void)user;
	(void)fprintf(stderr, "%s\n", problem);
}

int command_config(const struct invocation *in, struct config *config)
{
	switch (-config_load(config, in->config_path, print_problem, NULL)) {
	case 0: return EX_OK;
	case EACCES: return EX_NOPERM;
	case EIO: return EX_IOERR;
	case ENOMEM: return EX_SOFTWARE;
	default: return EX_CONFIG;
	}
}
