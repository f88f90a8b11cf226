#include "gateway/act.h"

#include "db/ledger.h"
#include "gateway/acts.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>

static const struct act *const tables[] = { /* a line a file */
	approval_acts,
	number_acts,
	case_acts,
	merge_acts,
	holiday_acts,
	import_acts,
	export_acts,
	rights_acts,
	user_acts,
	work_acts,
	desk_acts,
	NULL,
};

static const struct act *find(const char *name)
{
	for (size_t t = 0; tables[t]; t++)
		for (const struct act *a = tables[t]; a->name; a++)
			if (str_eq_z(str_of(name), a->name))
				return a;
	return NULL;
}

bool act_user_like(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!((s.at[i] >= 'a' && s.at[i] <= 'z') || (s.at[i] >= 'A' && s.at[i] <= 'Z') ||
		      (s.at[i] >= '0' && s.at[i] <= '9') || s.at[i] == '.' || s.at[i] == '_' || s.at[i] == '-'))
			return false;
	return s.len >= 1 && s.len <= 31;
}

int act_run(const char *name, struct act_call *call)
{
	const struct act *act = find(name);
	call->err = (struct err){ .text = "" };
	call->refused = 0;
	if (!act)
		return act_fail(call, -EINVAL, "there is no act of this name");
	if (!act_user_like(call->user))
		return act_fail(call, -EINVAL, "--as must be a user's name: the audit says who did it");
	if (act->needs_reason && str_trim(call->reason).len == 0)
		return act_refuse(call, -EINVAL, "no-reason", "this needs a --reason: the audit says why it was done");
	if (call->reason.len > 500)
		return act_refuse(call, -EINVAL, "too-long", "the reason is longer than 500 bytes");
	int rc = act->run(call);
	if (rc < 0 && call->err.text[0] == '\0')
		act_fail(call, rc, "%s", rc == -ENOENT ? "there is no such record" : "the database did not take the change");
	return rc;
}

int act_exit_code(int rc)
{
	switch (-rc) {
	case 0: return EX_OK;
	case EINVAL: return EX_DATAERR;
	case ENOENT: return EX_NOINPUT;
	case EPERM: return EX_NOPERM;
	case EEXIST:
	case EALREADY:
	case ESTALE: return EX_CANTCREAT;
	case EAGAIN: return EX_TEMPFAIL;
	default: return EX_IOERR;
	}
}

/* ---- reading a request */

int act_fail(struct act_call *call, int rc, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	err_put(&call->err, NULL, format, args);
	va_end(args);
	return rc;
}

int act_refuse(struct act_call *call, int rc, const char *reason, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	err_put(&call->err, reason, format, args);
	va_end(args);
	return rc;
}

int act_id(struct act_call *call, const char *member, int64_t *id)
{
	const json_t *value = json_object_get(call->request, member);
	uint64_t n = 0;
	if (json_is_integer(value) && json_integer_value(value) > 0)
		n = (uint64_t)json_integer_value(value);
	else if (!json_is_string(value) || !str_to_u64(json_str(value), &n) || n > INT64_MAX)
		n = 0;
	*id = (int64_t)n;
	return n > 0 ? 0 : act_fail(call, -EINVAL, "%s: must be a number from the list", member);
}

int act_text(struct act_call *call, const char *member, size_t most, bool optional, struct str *out)
{
	*out = json_get_str(call->request, member);
	if (!out->at && optional)
		return 0;
	if (!out->at || str_trim(*out).len == 0)
		return act_refuse(call, -EINVAL, "missing", "%s is missing", member);
	if (out->len > most)
		return act_refuse(call, -EINVAL, "too-long", "%s: is longer than %zu bytes", member, most);
	return 0;
}

int act_audit(struct act_call *call, struct str action, struct str object)
{
	return audit_add(call->db, call->now_ms, call->user, action, object, call->reason);
}
