#include "gateway/case_review.h"

#include "db/case_file.h"
#include "gateway/case_rules.h"
#include "gateway/json.h"

#define YEAR_MS ((int64_t)365 * 24 * 3600 * 1000)
#define REVIEW_MS ((int64_t)2 * 24 * 3600 * 1000)

static bool no_shelter(const struct case_row *row)
{
	json_t *all = row->sensitive.at ? json_parse(row->sensitive, NULL) : NULL;
	bool none = str_eq_z(json_get_str(all, "urgent_need"), "SHELTER");
	json_decref(all);
	return none;
}

int case_review(struct casework *w)
{
	struct db *db = &w->g->db;
	struct case_row row;
	int64_t requests;
	int rc = case_by_ref(db, str_of(w->case_ref), &w->who->key, &row);
	if (rc != 1)
		return rc;
	rc = cases_of_contact_since(db, row.contact_id, w->now_ms - YEAR_MS, &requests);
	const char *why = rc == 0 ? case_review_reason(row.group_size, row.children, no_shelter(&row), requests) : NULL;
	if (!why)
		return rc;
	struct alert_row alert = { .case_ref = str_of(w->case_ref), .level = STR("NORMAL"), .office = str_of(row.office),
				   .role = STR("protection"), .kind = STR("REVIEW"), .rule = str_of(why),
				   .contact_id = w->who->contact_id, .raised_at = w->now_ms, .due_at = w->now_ms + REVIEW_MS };
	return alert_add(db, &alert, &w->who->key);
}
