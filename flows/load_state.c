/* What stands inside a state: options, conditions, effects, and where it goes. */
#include "flows/load_json.h"

#include "flows/nearest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- conditions: {"contact_pref": ["SHARED", "NO_CALL"], "mode": "sms"} */

static int load_values(struct reader *r, json_t *value, struct condition *c)
{
	size_t max = sizeof c->any_of / sizeof c->any_of[0];
	size_t count = json_is_array(value) ? json_array_size(value) : 1;
	if (count < 1 || count > max)
		return reader_fail(r, "must hold 1 to %zu values", max);
	for (size_t i = 0; i < count; i++) {
		size_t was = json_is_array(value) ? reader_index(r, i) : r->path_len;
		int rc = reader_copy(r, json_is_array(value) ? json_array_get(value, i) : value, &c->any_of[i]);
		if (rc)
			return rc;
		reader_back(r, was);
	}
	c->values = count;
	return 0;
}

static int load_conditions(struct reader *r, json_t *object, const char *member, struct condition *out, size_t *count)
{
	json_t *all = json_object_get(object, member), *value;
	const char *key;
	if (!all)
		return 0;
	size_t was = reader_key(r, member);
	if (!json_is_object(all) || json_object_size(all) < 1 || json_object_size(all) > CONDITIONS_MAX)
		return reader_fail(r, "must hold 1 to %d conditions: { \"mode\": \"sms\" }", CONDITIONS_MAX);
	json_object_foreach(all, key, value) {
		struct condition *c = &out[(*count)++];
		size_t outside = reader_key(r, key);
		c->name = arena_str(&r->book->arena, str_of(key));
		if (!c->name.at)
			return reader_no_memory(r);
		int rc = load_values(r, value, c);
		if (rc)
			return rc;
		reader_back(r, outside);
	}
	reader_back(r, was);
	return 0;
}

int load_guard(struct reader *r, json_t *object, struct guard *out)
{
	int rc = load_conditions(r, object, "when", out->when, &out->when_count);
	return rc ? rc : load_conditions(r, object, "unless", out->unless, &out->unless_count);
}

int load_bindings(struct reader *r, json_t *object, const char *key, const struct binding **out, size_t *count)
{
	json_t *all = json_object_get(object, key), *value;
	const char *name;
	if (!all)
		return 0;
	size_t was = reader_key(r, key);
	if (!json_is_object(all) || json_object_size(all) < 1 || json_object_size(all) > 8)
		return reader_fail(r, "must hold 1 to 8 values: { \"n\": \"5\" }");
	struct binding *list = arena_array(&r->book->arena, json_object_size(all), sizeof *list);
	if (!list)
		return reader_no_memory(r);
	*out = list;
	json_object_foreach(all, name, value) {
		int rc = reader_str(r, all, name, &list->value);
		list->name = arena_str(&r->book->arena, str_of(name));
		if (rc || !list->name.at)
			return rc ? rc : reader_no_memory(r);
		list++;
		++*count;
	}
	reader_back(r, was);
	return 0;
}

/* ---- effects */

static int load_target(struct reader *r, struct str go, struct transition *out);

struct effect_form {
	const char *name;
	enum effect_order_kind kind;
	const char *a, *b, *words; /* members: a and b in struct effect_order, words in its rule; NULL: none */
	bool role_due;
};

static const struct effect_form forms[] = {
	{ "consent", ORDER_CONSENT, "purpose", NULL, NULL, false },
	{ "open_case", ORDER_OPEN_CASE, "status", NULL, NULL, false },
	{ "set", ORDER_SET, "field", "value", NULL, false },
	{ "priority", ORDER_PRIORITY, "value", NULL, NULL, false },
	{ "alert", ORDER_ALERT, "kind", "level", "rule", true },
	{ "task", ORDER_TASK, "kind", NULL, "words", true },
	{ "opt_out", ORDER_OPT_OUT, NULL, NULL, NULL, false },
	{ "opt_in", ORDER_OPT_IN, NULL, NULL, NULL, false },
	{ "language", ORDER_LANGUAGE, NULL, NULL, NULL, false },
	{ "wipe", ORDER_WIPE, NULL, NULL, NULL, false },
	{ "resume", ORDER_RESUME, NULL, NULL, NULL, false },
	{ "forget_unfinished", ORDER_FORGET, NULL, NULL, NULL, false },
	{ "no_way_back", ORDER_NO_WAY_BACK, NULL, NULL, NULL, false },
	{ "checkin", ORDER_CHECKIN, "what", NULL, NULL, false },
	{ "pause_texts", ORDER_PAUSE, NULL, NULL, NULL, false },
	{ "number", ORDER_NUMBER, "what", NULL, NULL, false },
	{ "appointment", ORDER_APPOINTMENT, "what", NULL, NULL, false },
	{ "ask_by_sms", ORDER_ASK_BY_SMS, "go", NULL, NULL, false },
};
enum { FORMS = sizeof forms / sizeof forms[0] };

static int find_form(struct reader *r, json_t *object, const struct effect_form **form)
{
	struct str name = { 0 };
	int rc = json_is_object(object) ? reader_need(r, object, "effect") :
					  reader_fail(r, "must be an object: { \"effect\": ... }");
	if (rc == 0)
		rc = reader_str(r, object, "effect", &name);
	if (rc)
		return rc;
	for (size_t i = 0; i < FORMS; i++)
		if (str_eq_z(name, forms[i].name)) {
			*form = &forms[i];
			return 0;
		}
	const char *names[FORMS + 1] = { NULL };
	for (size_t i = 0; i < FORMS; i++)
		names[i] = forms[i].name;
	const char *near = nearest(name, names);
	(void)reader_key(r, "effect");
	return near ? reader_fail(r, "there is no such effect; did you mean \"%s\"?", near) :
		      reader_fail(r, "there is no such effect");
}

static int load_part(struct reader *r, json_t *object, const char *member, struct str *out)
{
	if (!member)
		return 0;
	int rc = reader_need(r, object, member);
	return rc ? rc : reader_str(r, object, member, out);
}

static int load_effect(struct reader *r, json_t *object, struct effect_order *out)
{
	const struct effect_form *form = NULL;
	const char *members[12] = { "effect", "when", "unless" };
	size_t n = 3;
	int rc = find_form(r, object, &form);
	if (rc || !form)
		return rc;
	if (form->a)
		members[n++] = form->a;
	if (form->b)
		members[n++] = form->b;
	if (form->words)
		members[n++] = form->words;
	if (form->role_due) {
		members[n++] = "role";
		members[n++] = "due";
	}
	rc = reader_members(r, object, members, 0);
	out->kind = form->kind;
	if (rc == 0)
		rc = load_guard(r, object, &out->when);
	if (rc == 0)
		rc = load_part(r, object, form->a, &out->a);
	if (rc == 0)
		rc = load_part(r, object, form->b, &out->b);
	if (rc == 0)
		rc = load_part(r, object, form->words, &out->rule);
	if (rc == 0 && form->kind == ORDER_ASK_BY_SMS) {
		struct transition target = { 0 };
		rc = load_target(r, out->a, &target);
	}
	if (rc || !form->role_due)
		return rc;
	rc = load_part(r, object, "role", &out->role);
	if (rc == 0)
		rc = reader_need(r, object, "due");
	return rc ? rc : reader_due(r, object, &out->due_minutes);
}

int load_effects(struct reader *r, json_t *object, const struct effect_order **out, size_t *count)
{
	json_t *list, *one;
	size_t i;
	int rc = reader_list(r, object, "effects", 12, &list);
	if (rc || !list)
		return rc;
	struct effect_order *orders = arena_array(&r->book->arena, json_array_size(list), sizeof *orders);
	if (!orders)
		return reader_no_memory(r);
	size_t was = reader_key(r, "effects");
	json_array_foreach(list, i, one) {
		size_t outside = reader_index(r, i);
		rc = load_effect(r, one, &orders[i]);
		if (rc)
			return rc;
		reader_back(r, outside);
	}
	reader_back(r, was);
	*out = orders;
	*count = json_array_size(list);
	return 0;
}

/* ---- where it goes: "SAFE", "counsellor", "counsellor:TOPIC", "back" */

static int find_state(struct reader *r, json_t *states, const char *name)
{
	if (json_object_get(states, name))
		return 0;
	const char *near = reader_nearest(name, states);
	return near ? reader_fail(r, "there is no state \"%s\"; did you mean \"%s\"?", name, near) :
		      reader_fail(r, "there is no state \"%s\"", name);
}

static int find_flow(struct reader *r, struct str flow, struct str state)
{
	for (size_t i = 0; i < r->roots_count; i++) {
		const char *name = json_string_value(json_object_get(r->roots[i], "flow"));
		if (!name || !str_eq_z(flow, name))
			continue;
		return state.len ? find_state(r, json_object_get(r->roots[i], "states"), state.at) : 0;
	}
	const char *names[FLOWS_MAX + 1] = { NULL };
	size_t count = 0;
	for (size_t i = 0; i < r->roots_count && count < FLOWS_MAX; i++) {
		const char *name = json_string_value(json_object_get(r->roots[i], "flow"));
		if (name)
			names[count++] = name;
	}
	const char *near = nearest(flow, names);
	return near ? reader_fail(r, "there is no state or flow of this name; did you mean \"%s\"?", near) :
		      reader_fail(r, "there is no state or flow of this name");
}

static int load_target(struct reader *r, struct str go, struct transition *out)
{
	struct str rest = go, flow;
	if (str_eq_z(go, "back")) {
		out->back = true;
		return 0;
	}
	if (json_object_get(r->states, go.at)) {
		out->state = go;
		return 0;
	}
	if (!str_split(&rest, ':', &flow))
		return reader_fail(r, "must name a state or a flow");
	out->flow = flow;
	out->state = rest.at ? rest : (struct str){ "", 0 };
	if (r->old) /* what has gone since leads to the menu when it comes to it */
		return 0;
	/* A name in capitals was meant for a state of this flow. */
	if (!rest.at && go.len && go.at[0] >= 'A' && go.at[0] <= 'Z')
		return find_state(r, r->states, go.at);
	return find_flow(r, out->flow, out->state);
}

static bool is_off(const struct reader *r, struct str state)
{
	char name[64];
	if (!str_copy(state, name, sizeof name) ||
	    !json_is_true(json_object_get(json_object_get(r->states, name), "optional")))
		return false;
	for (size_t i = 0; r->options && i < r->options->optional_states_count; i++)
		if (str_eq(r->options->optional_states[i], state))
			return false;
	return true;
}

static int load_go(struct reader *r, json_t *object, struct transition *out)
{
	struct str go = { 0 };
	int rc = reader_str(r, object, "go", &go);
	size_t was = reader_key(r, "go");
	if (rc == 0)
		rc = load_target(r, go, out);
	if (rc == 0)
		reader_back(r, was);
	return rc;
}

int load_next(struct reader *r, json_t *object, const struct transition **out, size_t *count)
{
	static const char *const members[] = { "when", "unless", "go", NULL };
	json_t *list = json_object_get(object, "next"), *one;
	bool only = json_object_get(object, "go") != NULL;
	size_t i;
	if (only && list)
		return reader_fail(r, "holds \"go\" and \"next\": one of them is enough");
	if (!only && !list)
		return 0;
	int rc = reader_list(r, object, "next", 16, &list);
	if (rc)
		return rc;
	struct transition *all = arena_array(&r->book->arena, only ? 1 : json_array_size(list), sizeof *all);
	if (!all)
		return reader_no_memory(r);
	*out = all;
	if (only) {
		*count = 1;
		return load_go(r, object, all);
	}
	size_t was = reader_key(r, "next");
	json_array_foreach(list, i, one) {
		size_t outside = reader_index(r, i);
		rc = reader_members(r, one, members, 0);
		if (rc == 0)
			rc = reader_need(r, one, "go");
		if (rc == 0)
			rc = load_guard(r, one, &all[*count].when);
		if (rc == 0)
			rc = load_go(r, one, &all[*count]);
		if (rc)
			return rc;
		if (is_off(r, all[*count].state) && all[*count].flow.len == 0)
			all[*count] = (struct transition){ 0 };
		else
			++*count;
		reader_back(r, outside);
	}
	reader_back(r, was);
	return 0;
}

/* ---- options: {"1": "CALL_OK", "fr": "Oui", …} */

static int load_number(struct reader *r, json_t *object, struct option *out)
{
	const char *key;
	json_t *value;
	const char *number = NULL;
	json_object_foreach(object, key, value) {
		if (key[0] < '0' || key[0] > '9')
			continue;
		if (number)
			return reader_fail(r, "holds two numbers, \"%s\" and \"%s\": one option, one number", number, key);
		number = key;
	}
	if (!number)
		return reader_fail(r, "the number to type is missing: \"1\": \"CODE\"");
	if (number[0] == '0' && number[1] != '\0')
		return reader_fail(r, "the number must be written without a 0 in front");
	out->number = (int)strtol(number, NULL, 10);
	if (out->number >= 98)
		return reader_fail(r, "98 and 99 turn pages");
	return reader_name(r, object, number, &out->code);
}

static int load_label(struct reader *r, json_t *object, struct option *out)
{
	bool any = false;
	for (size_t i = 0; i < r->book->known_count; i++)
		any = any || json_object_get(object, r->book->known_languages[i].at);
	if (!any)
		return 0;
	struct text *label = arena_alloc(&r->book->arena, sizeof *label);
	if (!label)
		return reader_no_memory(r);
	label->key = STR("");
	out->label = label;
	return load_text_in(r, object, label);
}

static int load_option(struct reader *r, json_t *object, struct option *out)
{
	static const char *const members[] = { "sets", "effects", "next", "go", NULL };
	int rc = reader_members(r, object, members, MEMBERS_LANGUAGES | MEMBERS_NUMBERS);
	if (rc == 0)
		rc = load_number(r, object, out);
	if (rc == 0)
		rc = load_label(r, object, out);
	if (rc == 0)
		rc = load_bindings(r, object, "sets", &out->sets, &out->sets_count);
	if (rc == 0)
		rc = load_effects(r, object, &out->effects, &out->effects_count);
	if (rc == 0)
		rc = load_next(r, object, &out->next, &out->next_count);
	return rc;
}

static bool chooses_language(const struct state *state)
{
	for (size_t i = 0; i < state->effects_count; i++)
		if (state->effects[i].kind == ORDER_LANGUAGE)
			return true;
	return false;
}

int load_options(struct reader *r, json_t *list, const struct state *state, struct option **out, size_t *count)
{
	json_t *one;
	size_t i;
	struct option *all = arena_array(&r->book->arena, json_array_size(list), sizeof *all);
	if (!all)
		return reader_no_memory(r);
	*out = all;
	*count = 0;
	json_array_foreach(list, i, one) {
		size_t outside = reader_index(r, i);
		int rc = load_option(r, one, &all[*count]);
		if (rc)
			return rc;
		for (size_t j = 0; j < *count; j++)
			if (all[j].number == all[*count].number)
				return reader_fail(r, "number %d stands twice", all[j].number);
		/* A language the programme does not speak is not offered. */
		if (chooses_language(state) && book_language(r->book, all[*count].code) < 0)
			all[*count] = (struct option){ 0 };
		else
			++*count;
		reader_back(r, outside);
	}
	return 0;
}
