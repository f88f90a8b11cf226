/* Holidays as acts of the staff: a day of a country is added, or taken out. */
#include "gateway/holiday_acts.h"

#include "db/holiday.h"
#include "flows/date.h"
#include "gateway/acts.h"
#include "gateway/holidays.h"
#include "gateway/schedule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 60 };
#define DAY_MS ((int64_t)24 * 3600 * 1000)

/* ---- acts */

struct asked {
	struct holiday h;
	const struct country *country;
	int64_t day;
};

static int read_request(struct act_call *call, struct asked *a)
{
	struct str iso, day;
	struct date date;
	int64_t today = call->now_ms / DAY_MS;
	*a = (struct asked){ .day = 0 };
	int rc = act_text(call, "country", 2, false, &iso);
	if (rc == 0)
		rc = act_text(call, "day", 10, false, &day);
	if (rc != 0)
		return rc;
	a->country = config_country(&call->g->config, iso);
	if (!a->country)
		return act_fail(call, -EINVAL, "country: the configuration has no such country");
	if (!date_parse(day, &date))
		return act_refuse(call, -EINVAL, "day", "day: must be a date that exists, such as 2027-03-10");
	a->day = date_to_days(date);
	if (a->day < today - 366 || a->day > today + 5 * 366) /* a slip of a finger */
		return act_refuse(call, -EINVAL, "day-range", "day: must be no more than a year ago and five years ahead");
	return str_copy(iso, a->h.country, sizeof a->h.country) && str_copy(day, a->h.day, sizeof a->h.day) ? 0 : -EINVAL;
}

static void settled(struct gateway *g)
{
	if (holidays_of_desk(&g->db) == 0) /* else the old ones stay until the next change or start */
		schedule_replan(g);
}

static int written(struct act_call *call, const struct asked *a, struct str action)
{
	struct buf object = buf_new(&call->db->arena, 16);
	buf_printf(&object, "%s %s", a->h.country, a->h.day);
	call->settled = settled;
	return act_audit(call, action, buf_str(&object));
}

static int add(struct act_call *call)
{
	struct asked a;
	struct str name;
	int rc = read_request(call, &a);
	if (rc == 0)
		rc = act_text(call, "name", WORDS_MAX, true, &name);
	if (rc != 0)
		return rc;
	if (holidays_has(holidays_of(a.country), a.day))
		return act_refuse(call, -EALREADY, "holiday-already", "this day is a holiday already");
	rc = holidays_has(holidays_of_file(a.country), a.day) ? holiday_delete(call->db, &a.h) :
	     holiday_put(call->db, &a.h, name.at ? str_trim(name) : STR(""), call->user, call->now_ms);
	return rc == 0 ? written(call, &a, STR("holiday.add")) : rc;
}

static int take_away(struct act_call *call)
{
	struct asked a;
	int rc = read_request(call, &a);
	if (rc != 0)
		return rc;
	if (!holidays_has(holidays_of(a.country), a.day))
		return act_fail(call, -ENOENT, "this day is no holiday");
	a.h.off = holidays_has(holidays_of_file(a.country), a.day);
	rc = a.h.off ? holiday_put(call->db, &a.h, STR(""), call->user, call->now_ms) : holiday_delete(call->db, &a.h);
	return rc == 0 ? written(call, &a, STR("holiday.remove")) : rc;
}

const struct act holiday_acts[] = {
	{ "holiday.add", add, false },
	{ "holiday.remove", take_away, false },
	{ NULL, NULL, false },
};

/* ---- the list */

static json_t *item_of(struct str day, const char *from, bool off, struct str name)
{
	json_t *one = json_object();
	json_put_str(one, "day", day);
	(void)json_object_set_new(one, "name", name.len ? json_from_str(name) : json_null());
	(void)json_object_set_new(one, "from", json_string(from));
	(void)json_object_set_new(one, "off", json_boolean(off));
	return one;
}

static json_t *items_of_file(const struct holidays *file)
{
	json_t *items = json_array();
	for (size_t i = 0; file && i < file->count; i++) {
		struct date d = date_of_days(file->days[i]);
		char text[16];
		struct buf b = buf_over(text, sizeof text);
		buf_printf(&b, "%04d-%02d-%02d", d.year, d.month, d.day);
		(void)json_array_append_new(items, item_of(buf_str(&b), "file", false, STR("")));
	}
	return items;
}

struct list {
	json_t *items; /* of the file; those of the desk come in between */
};

static int put_row(const char *const *names, const struct cell *row, size_t columns, void *user)
{
	struct list *l = user;
	size_t i = 0;
	(void)names, (void)columns;
	struct str day = row[0].text, name = row[2].kind == CELL_TEXT ? row[2].text : STR("");
	while (i < json_array_size(l->items) && str_cmp(json_get_str(json_array_get(l->items, i), "day"), day) < 0)
		i++;
	json_t *of_file = json_array_get(l->items, i);
	if (!of_file || !str_eq(json_get_str(of_file, "day"), day))
		of_file = NULL;
	if (row[1].integer && of_file)
		(void)json_object_set_new(of_file, "off", json_true());
	else if (!row[1].integer && !of_file)
		(void)json_array_insert_new(l->items, i, item_of(day, "desk", false, name));
	return 0;
}

json_t *holidays_list(const struct config *config, struct reader *reader)
{
	static const char sql[] = "SELECT day, off, name FROM main.holiday WHERE country = ?1 ORDER BY day";
	json_t *all = json_array();
	for (size_t i = 0; i < config->countries_count; i++) {
		const struct country *c = &config->countries[i];
		struct cell iso = cell_of_text(c->iso);
		struct list l = { .items = items_of_file(holidays_of_file(c)) };
		json_t *one = json_object();
		int rc = reader_ask(reader, sql, &iso, 1, put_row, &l);
		json_put_str(one, "country", c->iso);
		(void)json_object_set_new(one, "items", l.items);
		(void)json_array_append_new(all, one);
		if (rc != 0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}
