/* One row of `wasl import cases`: a person and a case. */
#include "gateway/import.h"

#include "db/contact.h"
#include "db/erase.h"
#include "db/import.h"
#include "gateway/case_change.h"
#include "gateway/labels.h"
#include "gateway/period.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns that are not keys of `case set`. */
static const char *const own[] = { "ref", "direction", "phone", "phone_country", "name", "language", "opened_on",
		"contacted_on", "counselled_on",
				   "withdrawn_on", "group_size", "children", "vulnerabilities" };

static bool is_own(struct str name)
{
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (str_eq_z(name, own[i]))
			return true;
	return false;
}

/* ---- checking */

static int check_words(struct str words, bool tags, const struct config *config, struct err *err)
{
	struct str word;
	while (str_split(&words, ' ', &word)) {
		char plus[32] = "+";
		if (!word.len)
			continue;
		if (!tags && !label_is_vulnerability(word))
			return err_set(err, -EINVAL, "vulnerabilities: must be codes such as MEDICAL or VOT_POTENTIAL, separated by a space");
		if (tags && (word.len > 23 || !str_copy(word, plus + 1, sizeof plus - 1)))
			return err_set(err, -EINVAL, "tags: a tag is too long");
		struct case_assignment a = { STR("tags"), str_of(plus) };
		if (tags && case_assignment_check(config, &a, err) != 0)
			return err_set(err, -EINVAL, "tags: must be words such as FORAS, separated by a space");
	}
	return 0;
}

static bool programme_speaks(const struct config *config, struct str language)
{
	for (size_t i = 0; i < config->languages_count; i++)
		if (str_eq(config->languages[i], language))
			return true;
	return false;
}

static int check_own(const struct phone_plan *phones, const struct config *config, const struct import_row *row, struct str name,
		     struct str value, struct err *err)
{
	struct date date;
	uint64_t n;
	struct phone phone;
	if (str_eq_z(name, "ref"))
		return case_ref_valid(value) ? 0 : err_set(err, -EINVAL, "ref: must be 8 digits, the last a check digit");
	if (str_eq_z(name, "direction"))
		return str_eq_z(value, "FROM_MA") || str_eq_z(value, "TO_MA") ? 0 : err_set(err, -EINVAL, "direction: must be FROM_MA or TO_MA");
	if (str_ends(name, STR("_on")))
		return date_parse(value, &date) ? 0 : err_set(err, -EINVAL, "%.*s: must be a date such as 2020-03-31", STR_ARG(name));
	if (str_eq_z(name, "group_size") || str_eq_z(name, "children"))
		return str_to_u64(value, &n) && n <= 99 ? 0 : err_set(err, -EINVAL, "%.*s: must be a number up to 99", STR_ARG(name));
	if (str_eq_z(name, "vulnerabilities"))
		return check_words(value, false, config, err);
	if (str_eq_z(name, "phone")) {
		struct str country = import_value(row, "phone_country");
		phone_parse(phones, value, country.len ? country : config->programme_country, &phone);
		return phone.kind == PHONE_E164 ? 0 : err_set(err, -EINVAL, "phone: %s",
				phone.reason ? phone.reason : "not a number of a person");
	}
	if (str_eq_z(name, "language"))
		return programme_speaks(config, value) ? 0 : err_set(err, -EINVAL, "language: must be a code of programme.languages, such as fr");
	return value.len <= 200 ? 0 : err_set(err, -EINVAL, "%.*s: is too long", STR_ARG(name));
}

int import_check_case(const struct config *config, const struct phone_plan *phones, const struct import_row *row, struct err *err)
{
	for (size_t i = 0; i < row->count; i++) {
		struct str name = row->names[i], value = row->values[i];
		int rc;
		for (size_t k = 0; k < i; k++)
			if (str_eq(row->names[k], name))
				return err_set(err, -EINVAL, "a column stands twice");
		if (is_own(name)) {
			rc = check_own(phones, config, row, name, value, err);
		} else if (str_eq_z(name, "tags")) {
			rc = check_words(value, true, config, err);
		} else {
			struct case_assignment a = { name, value };
			rc = case_assignment_check(config, &a, err);
		}
		if (rc != 0)
			return rc;
	}
	struct str direction = import_value(row, "direction");
	if (!direction.len)
		return err_set(err, -EINVAL, "direction is missing: FROM_MA or TO_MA");
	struct date opened, left;
	struct str on = import_value(row, str_eq_z(direction, "TO_MA") ? "returned_on" : "departed_on");
	if (date_parse(import_value(row, "opened_on"), &opened) && date_parse(on, &left) && date_to_days(left) < date_to_days(opened))
		return err_set(err, -EINVAL, "opened_on is after the journey");
	return 0;
}

/* ---- applying */

/* Noon of that day, so that it is the same day by any clock of the programme's countries; 0: no such value. */
static int64_t instant_of(const struct config *config, const struct import_row *row, const char *name)
{
	struct date date;
	int64_t from, to;
	if (!date_parse(import_value(row, name), &date))
		return 0;
	period_instants((struct period){ date, date }, config->timezone, &from, &to);
	return from + (int64_t)12 * 3600 * 1000;
}

/* The number as the house writes it; e164 "" when the row has none. */
static void number_of(struct act_call *call, const struct import_row *row, struct phone *out)
{
	struct str value = import_value(row, "phone"), country = import_value(row, "phone_country");
	*out = (struct phone){ .kind = PHONE_E164 };
	if (value.len)
		phone_parse(&call->g->book.phones, value, country.len ? country : call->g->config.programme_country, out);
}

int import_unwanted(struct act_call *call, const struct import_row *row)
{
	struct phone phone;
	struct contact who;
	number_of(call, row, &phone);
	if (!phone.e164[0])
		return 0;
	int rc = number_said_stop(call->db, str_of(phone.e164));
	if (rc != 0)
		return rc;
	rc = contact_by_number(call->db, str_of(phone.e164), &who);
	if (rc == 1)
		seal_key_forget(&who.key);
	return rc == 0 ? erased_number(call->db, str_of(phone.e164)) : rc < 0 ? rc : 0; /* who came back by themselves is welcome */
}

static int find_person(struct act_call *call, const struct import_row *row, int64_t opened_ms, struct contact *who)
{
	struct phone phone;
	number_of(call, row, &phone);
	if (!phone.e164[0])
		return contact_add_unreached(call->db, opened_ms, who);
	int rc = contact_by_number(call->db, str_of(phone.e164), who);
	if (rc == 0)
		return contact_add(call->db, str_of(phone.e164), str_of(phone.country), opened_ms, 0, who);
	return rc == 1 ? contact_keep(call->db, who->contact_id) : rc;
}

static int set_person(struct act_call *call, const struct import_row *row, const struct contact *who)
{
	struct str name = import_value(row, "name"), language = import_value(row, "language");
	int rc = name.len ? contact_set_name(call->db, who, name) : 0;
	return rc == 0 && language.len ? contact_set_language(call->db, who->contact_id, language) : rc;
}

/* ["MEDICAL","VOT_POTENTIAL"], each once. */
static int set_vulnerabilities(struct act_call *call, const struct import_row *row, struct str ref, const struct contact *who)
{
	struct str words = import_value(row, "vulnerabilities"), rest = words, word;
	if (!words.len)
		return 0;
	json_t *all = json_array(), *object = json_object();
	while (str_split(&rest, ' ', &word)) {
		bool again = word.len == 0;
		for (size_t i = 0; i < json_array_size(all); i++)
			again |= str_eq(json_str(json_array_get(all, i)), word);
		if (!again)
			(void)json_array_append_new(all, json_from_str(word));
	}
	(void)json_object_set_new(object, "vulnerabilities", all);
	char *text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	struct str kept = text ? arena_str(&call->db->arena, str_of(text)) : (struct str){ NULL, 0 };
	free(text);
	return kept.at ? case_set_sensitive(call->db, ref, &who->key, kept, call->now_ms) : -ENOMEM;
}

static int set_keys(struct act_call *call, const struct import_row *row, struct str ref)
{
	struct case_assignment a[IMPORT_COLUMNS_MAX];
	size_t count = 0;
	struct str words = STR(""), word;
	for (size_t i = 0; i < row->count; i++)
		if (str_eq_z(row->names[i], "tags"))
			words = row->values[i];
		else if (!is_own(row->names[i]))
			a[count++] = (struct case_assignment){ row->names[i], row->values[i] };
	while (str_split(&words, ' ', &word)) {
		char *plus = word.len ? arena_alloc(&call->db->arena, word.len + 2) : NULL;
		if (!plus || count == IMPORT_COLUMNS_MAX)
			continue;
		plus[0] = '+';
		memcpy(plus + 1, word.at, word.len);
		a[count++] = (struct case_assignment){ STR("tags"), { plus, word.len + 1 } };
	}
	return count ? case_assign(call, ref, a, count) : 0;
}

static int set_group(struct act_call *call, const struct import_row *row, struct str ref)
{
	struct case_change change = case_change_none();
	uint64_t n;
	if (str_to_u64(import_value(row, "group_size"), &n))
		change.group_size = (int64_t)n;
	if (str_to_u64(import_value(row, "children"), &n))
		change.children = (int64_t)n;
	return change.group_size >= 0 || change.children >= 0 ? case_update(call->db, ref, &change, call->now_ms) : 0;
}

/* The history at its own dates, not at that of the import. */
static int set_history(struct act_call *call, const struct import_row *row, struct str ref, int64_t opened_ms)
{
	static const struct { const char *column, *status; } dated[] = {
		{ "contacted_on", "CONTACTING" }, { "counselled_on", "COUNSELLED" }, { "departed_on", "DEPARTED" }, { "returned_on", "RETURNED" },
		{ "withdrawn_on", "WITHDRAWN" },
	};
	struct str status = import_value(row, "status");
	bool told = !status.len || str_eq_z(status, "NEW");
	int rc = case_history_clear(call->db, ref);
	if (rc == 0)
		rc = case_history_add(call->db, ref, STR("NEW"), call->user, opened_ms);
	for (size_t i = 0; rc == 0 && i < sizeof dated / sizeof *dated; i++) {
		int64_t at = instant_of(&call->g->config, row, dated[i].column);
		if (at)
			rc = case_history_add(call->db, ref, str_of(dated[i].status), call->user, at);
		told |= at && str_eq_z(status, dated[i].status);
	}
	return rc == 0 && !told ? case_history_add(call->db, ref, status, call->user, opened_ms) : rc;
}

int import_apply_case(struct act_call *call, const struct import_row *row)
{
	char made[REF_LEN + 1];
	struct contact who = { 0 };
	struct case_row there;
	struct str ref = import_value(row, "ref");
	int64_t opened = instant_of(&call->g->config, row, "opened_on");
	if (!opened)
		opened = call->now_ms;
	int rc = ref.len ? case_by_ref(call->db, ref, NULL, &there) : case_new_ref(call->db, made);
	if (ref.len && rc == 1)
		return act_fail(call, -EEXIST, "ref: there is a case of this reference already");
	if (rc < 0)
		return rc;
	if (!ref.len)
		ref = str_of(made);
	rc = find_person(call, row, opened, &who);
	if (rc == 0)
		rc = set_person(call, row, &who);
	if (rc == 0)
		rc = case_open(call->db, ref, who.contact_id, import_value(row, "direction"), STR("NEW"), import_value(row, "contact_pref"),
			       import_value(row, "office"), opened);
	if (rc == 0)
		rc = set_keys(call, row, ref);
	if (rc == 0)
		rc = set_group(call, row, ref);
	if (rc == 0)
		rc = set_vulnerabilities(call, row, ref, &who);
	if (rc == 0)
		rc = set_history(call, row, ref, opened);
	seal_key_forget(&who.key);
	return rc;
}
