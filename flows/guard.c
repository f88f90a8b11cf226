#include "flows/guard.h"

const char *const fact_names[] = { "mode",	  "language",	  "intake", "office", "opted_out", "case", "case_status",
				   "contact_pref", "unfinished", "asked",  "acked",  "protected", "public_word", "proof",
				   "verify", "wave", "returnee", "checkin_consent", "case_children", "frozen", "claimed_number",
				   "helped", "asks_help", "checkin_next", "new_number", "country_stopped", NULL };

static struct str yes_no(bool b)
{
	return b ? STR("yes") : STR("no");
}

static struct str case_word(const struct facts *f)
{
	if (f->case_status.len == 0)
		return STR("none");
	return str_eq_z(f->case_status, "PARTIAL") ? STR("partial") : STR("open");
}

static bool is_protected(const struct scope *s)
{
	const char *age = session_var(s->session, STR("age_band"));
	return str_eq_z(s->facts->case_status, "REFERRED_PROTECTION") || (age && str_eq_z(str_of(age), "U18"));
}

static bool is_asked(const struct session *s)
{
	return s->under_flow[0] != '\0';
}

static bool country_stopped(const struct scope *s)
{
	const char *country = session_var(s->session, STR("nationality"));
	for (size_t i = 0; country && i < s->facts->stopped_count; i++)
		if (str_eq_z(s->facts->stopped[i], country))
			return true;
	return false;
}

static struct str fact_of_person(const struct facts *f, struct str name)
{
	const struct {
		const char *name;
		struct str value;
	} facts[] = {
		{ "public_word", f->public_word }, { "proof", f->proof }, { "verify", f->verify.len ? f->verify : STR("none") },
		{ "wave", f->wave }, { "checkin_next", f->checkin_next },
		{ "new_number", f->new_ref }, { "returnee", yes_no(f->returnee) },
		{ "checkin_consent", yes_no(f->checkin_consent) }, { "case_children", yes_no(f->case_children) },
		{ "frozen", yes_no(f->number_frozen) }, { "claimed_number", yes_no(f->number_claimed) },
		{ "helped", yes_no(f->helped_lately) },
	};
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		if (str_eq_z(name, facts[i].name))
			return facts[i].value;
	return STR("");
}

static struct str fact(const struct scope *s, struct str name)
{
	const struct facts *f = s->facts;
	if (str_eq_z(name, "mode"))
		return s->mode == MODE_USSD ? STR("ussd") : STR("sms");
	if (str_eq_z(name, "language"))
		return s->language < 0 ? STR("") : s->book->languages[s->language];
	if (str_eq_z(name, "intake"))
		return f->intake_paused ? STR("paused") : STR("open");
	if (str_eq_z(name, "country_stopped"))
		return yes_no(country_stopped(s));
	if (str_eq_z(name, "office"))
		return f->office_open ? STR("open") : STR("closed");
	if (str_eq_z(name, "asks_help"))
		return yes_no(s->asks_help);
	if (str_eq_z(name, "opted_out"))
		return yes_no(f->opted_out);
	if (str_eq_z(name, "case"))
		return case_word(f);
	if (str_eq_z(name, "case_status"))
		return f->case_status;
	if (str_eq_z(name, "contact_pref"))
		return f->contact_pref;
	if (str_eq_z(name, "unfinished"))
		return yes_no(f->unfinished && session_resumable(s->book, f->unfinished));
	if (str_eq_z(name, "asked"))
		return yes_no(is_asked(s->session));
	if (str_eq_z(name, "acked"))
		return yes_no(f->acked_lately);
	if (str_eq_z(name, "protected"))
		return yes_no(is_protected(s));
	return fact_of_person(f, name);
}

struct str scope_value(const struct scope *scope, struct str name)
{
	const char *var = session_var(scope->session, name);
	return var ? str_of(var) : fact(scope, name);
}

bool scope_is(const struct scope *scope, const char *name, const char *value)
{
	return str_eq_z(scope_value(scope, str_of(name)), value);
}

static bool all_hold(const struct condition *conditions, size_t count, const struct scope *scope)
{
	for (size_t i = 0; i < count; i++) {
		struct str value = scope_value(scope, conditions[i].name);
		bool one = false;
		for (size_t v = 0; v < conditions[i].values; v++)
			one = one || str_eq(value, conditions[i].any_of[v]);
		if (!one)
			return false;
	}
	return true;
}

bool guard_holds(const struct guard *guard, const struct scope *scope)
{
	if (!all_hold(guard->when, guard->when_count, scope))
		return false;
	return guard->unless_count == 0 || !all_hold(guard->unless, guard->unless_count, scope);
}
