/* A whole flow: its states, and the version that names it. */
#include "flows/load_json.h"

#include "flows/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const state_members[] = { "ask", "say", "route", "final", "accept", "yes_no", "sensitive", "secret",
					     "answer", "saves", "min", "max", "at_most", "longest", "pattern",
					     "options", "effects", "next", "go", "stays", "silent", "optional",
					     "resumes_at", "stop_here", "sent_first", "proof", NULL };

static int load_kind(struct reader *r, json_t *object, struct state *s)
{
	bool route = false, final = false;
	int rc = reader_bool(r, object, "route", &route);
	if (rc == 0)
		rc = reader_bool(r, object, "final", &final);
	if (rc)
		return rc;
	bool asks = json_object_get(object, "ask") != NULL;
	if (route + final + asks != 1)
		return reader_fail(r, "must be one of three: a question (\"ask\"), \"final\": true, or \"route\": true");
	if (json_object_get(object, "say") && !final)
		return reader_fail(r, "\"say\" belongs to \"final\": true; a question has \"ask\"");
	s->kind = asks ? STATE_QUESTION : final ? STATE_FINAL : STATE_ROUTE;
	return 0;
}

static int load_accept(struct reader *r, json_t *object, struct state *s)
{
	static const char *const names[] = { "choice", "number", "text", "pattern" };
	struct str name = STR("choice");
	int rc = reader_str(r, object, "accept", &name);
	if (rc)
		return rc;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_eq_z(name, names[i])) {
			s->accept = (enum accept)i;
			return 0;
		}
	(void)reader_key(r, "accept");
	return reader_fail(r, "must be \"choice\", \"number\", \"text\" or \"pattern\"");
}

static int load_pattern(struct reader *r, json_t *object, struct state *s)
{
	struct str source = { 0 };
	struct err why = { .text = "" };
	struct pattern *p;
	int rc = reader_need(r, object, "pattern");
	if (rc == 0)
		rc = reader_str(r, object, "pattern", &source);
	if (rc)
		return rc;
	size_t was = reader_key(r, "pattern");
	if (r->book->patterns_count == PATTERNS_MAX)
		return reader_fail(r, "there are more than %d patterns", PATTERNS_MAX);
	rc = pattern_new(source, &p, &why);
	if (rc)
		return rc == -ENOMEM ? reader_no_memory(r) : reader_fail(r, "%s", why.text);
	r->book->patterns[r->book->patterns_count++] = p;
	s->pattern = p;
	reader_back(r, was);
	return 0;
}

static int load_range(struct reader *r, json_t *object, struct state *s)
{
	int64_t longest = 160;
	int rc = 0;
	if (s->accept == ACCEPT_NUMBER) {
		rc = reader_need(r, object, "max");
		if (rc == 0)
			rc = reader_int(r, object, "min", 0, INT32_MAX, &s->min);
		if (rc == 0)
			rc = reader_int(r, object, "max", s->min, INT32_MAX, &s->max);
		if (rc == 0)
			rc = reader_name(r, object, "at_most", &s->at_most);
	} else if (s->accept == ACCEPT_TEXT) {
		rc = reader_int(r, object, "longest", 1, 1600, &longest);
		s->longest = (size_t)longest;
	} else if (s->accept == ACCEPT_PATTERN) {
		rc = load_pattern(r, object, s);
	}
	return rc;
}

/* "stays": true, or the modes: ["sms"]. */
static int load_stays(struct reader *r, json_t *object, struct state *s)
{
	json_t *value = json_object_get(object, "stays"), *mode;
	size_t i;
	if (json_is_true(value))
		s->stays[MODE_USSD] = s->stays[MODE_SMS] = true;
	if (!value || json_is_boolean(value))
		return 0;
	size_t was = reader_key(r, "stays");
	json_array_foreach(value, i, mode) {
		const char *name = json_string_value(mode);
		if (name && strcmp(name, "sms") == 0)
			s->stays[MODE_SMS] = true;
		else if (name && strcmp(name, "ussd") == 0)
			s->stays[MODE_USSD] = true;
		else
			return reader_fail(r, "must be true, [\"sms\"] or [\"ussd\"]");
	}
	if (!s->stays[MODE_USSD] && !s->stays[MODE_SMS])
		return reader_fail(r, "must be true, [\"sms\"] or [\"ussd\"]");
	reader_back(r, was);
	return 0;
}

/* "yes_no": true, or which options they are: {"yes": 1, "no": 3}; {"yes": 1}: "no" is no answer. */
static int load_yes_no(struct reader *r, json_t *object, struct state *s)
{
	static const char *const members[] = { "yes", "no", NULL };
	json_t *value = json_object_get(object, "yes_no");
	int64_t yes = 1, no = 2;
	int rc = 0;
	if (json_is_object(value)) {
		size_t was = reader_key(r, "yes_no");
		no = -1;
		rc = reader_members(r, value, members, 0);
		if (rc == 0)
			rc = reader_int(r, value, "yes", 0, 97, &yes);
		if (rc == 0)
			rc = reader_int(r, value, "no", 0, 97, &no);
		if (rc)
			return rc;
		reader_back(r, was);
		s->yes_no = true;
	} else {
		rc = reader_bool(r, object, "yes_no", &s->yes_no);
	}
	s->yes = (int)yes;
	s->no = (int)no;
	return rc;
}

static int load_resumes_at(struct reader *r, json_t *object, struct state *s)
{
	int rc = reader_name(r, object, "resumes_at", &s->resumes_at);
	if (rc || s->resumes_at.len == 0 || json_object_get(json_object_get(r->states, s->resumes_at.at), "ask"))
		return rc;
	(void)reader_key(r, "resumes_at");
	return reader_fail(r, "must name a question of this conversation");
}

/* Only digits that the pattern knows can be judged; a wrong key must not count as a try. */
static int load_proof(struct reader *r, json_t *object, struct state *s)
{
	int rc = reader_name(r, object, "proof", &s->proof);
	if (rc || s->proof.len == 0)
		return rc;
	size_t was = reader_key(r, "proof");
	bool known = str_eq_z(s->proof, "case_ref") || str_eq_z(s->proof, "pin") || str_eq_z(s->proof, "own_pin") ||
		     str_eq_z(s->proof, "birth_year");
	if (!known)
		return reader_fail(r, "must be \"case_ref\", \"pin\", \"own_pin\" or \"birth_year\"");
	if (s->accept != ACCEPT_PATTERN)
		return reader_fail(r, "needs \"accept\": \"pattern\", so that only what looks like one counts as a try");
	reader_back(r, was);
	return 0;
}

static int load_marks(struct reader *r, json_t *object, struct state *s)
{
	bool answer = true;
	const struct {
		const char *name;
		bool *out;
	} marks[] = { { "sensitive", &s->sensitive }, { "secret", &s->secret },
		      { "silent", &s->silent }, { "optional", &s->optional }, { "stop_here", &s->stop_here },
		      { "sent_first", &s->sent_first }, { "answer", &answer } };
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		int rc = reader_bool(r, object, marks[i].name, marks[i].out);
		if (rc)
			return rc;
	}
	s->no_answer = !answer;
	s->off = s->optional;
	for (size_t i = 0; r->options && i < r->options->optional_states_count; i++)
		if (str_eq(r->options->optional_states[i], s->name))
			s->off = false;
	int rc = reader_name(r, object, "saves", &s->saves);
	if (rc == 0)
		rc = load_yes_no(r, object, s);
	if (rc == 0)
		rc = load_resumes_at(r, object, s);
	if (rc == 0)
		rc = load_proof(r, object, s);
	return rc ? rc : load_stays(r, object, s);
}

/* What must stand together, so that the engine never meets half a state. */
static int check_parts(struct reader *r, json_t *object, const struct state *s)
{
	bool options = false;
	for (size_t i = 0; i < s->prompts_count; i++) {
		options = s->prompts[i].options_count > 0;
		if (s->kind == STATE_QUESTION && s->accept == ACCEPT_CHOICE && !options)
			return reader_fail(r, "a choice needs \"options\"");
		if (s->kind == STATE_FINAL && options)
			return reader_fail(r, "nothing is asked in a final state, so it has no options");
	}
	if (s->kind == STATE_FINAL && s->prompts_count == 0 && !s->silent)
		return reader_fail(r, "\"say\" is missing (or \"silent\": true where nothing is said)");
	if (s->kind == STATE_FINAL && s->next_count)
		return reader_fail(r, "the conversation ends here, so \"next\" and \"go\" lead nowhere");
	if (s->kind == STATE_ROUTE && s->next_count == 0)
		return reader_fail(r, "\"next\" or \"go\" is missing");
	if (s->kind != STATE_QUESTION && json_object_get(object, "options"))
		return reader_fail(r, "only a question has options");
	return 0;
}

static int load_state(struct reader *r, const char *name, json_t *object, struct state *s)
{
	struct option *options = NULL;
	size_t options_count = 0;
	json_t *list;
	s->name = arena_str(&r->book->arena, str_of(name));
	if (!s->name.at)
		return reader_no_memory(r);
	int rc = reader_members(r, object, state_members, 0);
	if (rc == 0)
		rc = load_kind(r, object, s);
	if (rc == 0)
		rc = load_accept(r, object, s);
	if (rc == 0)
		rc = load_range(r, object, s);
	if (rc == 0)
		rc = load_marks(r, object, s);
	if (rc == 0)
		rc = load_effects(r, object, &s->effects, &s->effects_count);
	if (rc == 0)
		rc = reader_list(r, object, "options", OPTIONS_MAX, &list);
	if (rc == 0 && list) {
		size_t was = reader_key(r, "options");
		rc = load_options(r, list, s, &options, &options_count);
		if (rc == 0)
			reader_back(r, was);
	}
	if (rc == 0)
		rc = load_prompts(r, object, options, options_count, s);
	if (rc == 0)
		rc = load_next(r, object, &s->next, &s->next_count);
	return rc ? rc : check_parts(r, object, s);
}

static int load_states(struct reader *r, struct flow *flow)
{
	const char *name;
	json_t *object;
	struct state *list = arena_array(&r->book->arena, json_object_size(r->states), sizeof *list);
	if (!list)
		return reader_no_memory(r);
	flow->states = list;
	size_t was = reader_key(r, "states");
	json_object_foreach(r->states, name, object) {
		size_t outside = reader_key(r, name);
		size_t len = strlen(name);
		if (len < 1 || len > 31 || strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != len)
			return reader_fail(r, "a state's name is 1 to 31 capital letters, digits and '_'");
		int rc = load_state(r, name, object, &list[flow->states_count]);
		if (rc)
			return rc;
		flow->states_count++;
		reader_back(r, outside);
	}
	reader_back(r, was);
	return 0;
}

/* The definition with the words it uses, in one canonical text: what it is stored as, and what its version is the
 * hash of. */
static int store_source(struct reader *r, json_t *root, struct flow *flow)
{
	if (json_object_set(root, "messages", r->used_messages))
		return reader_no_memory(r);
	char *text = json_dumps(root, JSON_COMPACT);
	if (!text)
		return reader_no_memory(r);
	flow->source = arena_str(&r->book->arena, str_of(text));
	free(text);
	if (!flow->source.at)
		return reader_no_memory(r);
	hash_hex(hash_add(hash_start(), flow->source), flow->version);
	return 0;
}

static int load_head(struct reader *r, json_t *root, struct flow *flow)
{
	static const char *const members[] = { "flow", "title", "about", "initial", "needs_consent", "states", NULL };
	static const char *const stored[] = { "flow", "title", "about", "initial", "needs_consent", "states", "messages",
					      NULL };
	int rc = reader_members(r, root, r->old ? stored : members, 0);
	for (size_t i = 0; i < 6 && rc == 0; i++)
		if (strcmp(members[i], "needs_consent") != 0 && strcmp(members[i], "about") != 0)
			rc = reader_need(r, root, members[i]);
	if (rc == 0)
		rc = reader_name(r, root, "flow", &flow->name);
	if (rc == 0)
		rc = reader_str(r, root, "title", &flow->title);
	if (rc == 0)
		rc = reader_str(r, root, "about", &flow->about);
	if (rc == 0)
		rc = reader_name(r, root, "initial", &flow->initial);
	if (rc == 0)
		rc = reader_bool(r, root, "needs_consent", &flow->needs_consent);
	if (rc)
		return rc;
	r->states = json_object_get(root, "states");
	if (!json_is_object(r->states) || json_object_size(r->states) == 0) {
		(void)reader_key(r, "states");
		return reader_fail(r, "must hold at least one state");
	}
	if (!json_object_get(r->states, flow->initial.at)) {
		const char *near = reader_nearest(flow->initial.at, r->states);
		(void)reader_key(r, "initial");
		return reader_fail(r, "there is no state \"%s\"%s%s%s", flow->initial.at, near ? "; did you mean \"" : "",
				   near ? near : "", near ? "\"?" : "");
	}
	return 0;
}

int load_flow(struct reader *r, json_t *root)
{
	struct book *b = r->book;
	struct flow *flow = arena_alloc(&b->arena, sizeof *flow);
	reader_back(r, 0);
	if (!flow || b->flows_count == FLOWS_MAX)
		return reader_no_memory(r);
	flow->title = flow->about = STR("");
	flow->file = arena_str(&b->arena, r->file);
	flow->old = r->old;
	if (!flow->file.at)
		return reader_no_memory(r);
	int rc = load_head(r, root, flow);
	if (rc)
		return rc;
	if (!r->old && book_flow(b, flow->name, STR("")))
		return reader_fail(r, "a flow \"%.*s\" stands in another file already", STR_ARG(flow->name));
	r->used_messages = json_object();
	if (!r->used_messages)
		return reader_no_memory(r);
	rc = load_states(r, flow);
	reader_back(r, 0);
	if (rc == 0)
		rc = store_source(r, root, flow);
	json_decref(r->used_messages);
	r->used_messages = NULL;
	if (rc == 0)
		b->flows[b->flows_count++] = flow;
	return rc;
}
