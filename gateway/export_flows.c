/* The conversations as a FLOIP container (Flow Spec 1.0.0-rc4): one block a state, texts as resources in every language.
 *
 * What the standard has no word for (effects, quiet texts, keywords, one text for USSD and another for SMS by condition) stands in
 * vendor_metadata; an importer that does not know it gets the questions, answers and ways between them. */
#include "gateway/export_floip.h"

#include "gateway/floip_package.h"

#include <stdio.h>
#include <string.h>

static const struct { const char *code, *iso_639_3; } languages[] = {
	{ "fr", "fra" }, { "ar", "ara" }, { "en", "eng" }, { "es", "spa" },
};

static const char *iso_639_3(struct str code)
{
	for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
		if (str_eq_z(code, languages[i].code))
			return languages[i].iso_639_3;
	return "und";
}

static void put_uuid(json_t *object, const char *key, const char *kind, struct str flow, struct str state, struct str part)
{
	char uuid[37];
	floip_uuid((struct str[]){ str_of(kind), flow, state, part }, 4, uuid);
	(void)json_object_set_new(object, key, json_string(uuid));
}

/* Adds the text once and returns its UUID in out. */
static void resource(json_t *resources, const struct book *book, const struct text *text, char out[37])
{
	size_t i;
	json_t *have;
	floip_uuid((struct str[]){ STR("text"), text->key, str_of(text->version) }, 3, out);
	json_array_foreach(resources, i, have)
		if (str_eq_z(json_get_str(have, "uuid"), out))
			return;
	struct str first = STR(" ");
	json_t *values = json_array();
	for (size_t l = book->languages_count; l-- > 0;)
		if (text->in[l].len)
			first = text->in[l];
	for (size_t l = 0; l < book->languages_count; l++) {
		json_t *value = json_pack("{s:s, s:s, s:s, s:[s, s]}", "language_id", iso_639_3(book->languages[l]), "content_type", "TEXT",
					  "mime_type", "text/plain", "modes", "USSD", "SMS");
		json_put_str(value, "value", text->in[l].len ? text->in[l] : first); /* the language question speaks all at once */
		(void)json_array_append_new(values, value);
	}
	(void)json_array_append_new(resources, json_pack("{s:s, s:o}", "uuid", out, "values", values));
}

/* when -> an expression: AND of ORs over contact.NAME. */
static void put_condition(struct buf *b, const struct condition *c)
{
	buf_put_z(b, c->values > 1 ? "OR(" : "");
	for (size_t i = 0; i < c->values; i++) {
		buf_put_z(b, i ? ", " : "");
		buf_put_z(b, "contact.");
		buf_put(b, c->name);
		buf_put_z(b, " = \"");
		buf_put(b, c->any_of[i]);
		buf_put_char(b, '"');
	}
	buf_put_z(b, c->values > 1 ? ")" : "");
}

static void put_guard(struct buf *b, const struct guard *g, struct str also)
{
	size_t parts = g->when_count + (g->unless_count > 0) + (also.len > 0), n = 0;
	buf_put_z(b, parts > 1 ? "AND(" : "");
	if (also.len) {
		buf_put(b, also);
		n++;
	}
	for (size_t i = 0; i < g->when_count; i++) {
		buf_put_z(b, n++ ? ", " : "");
		put_condition(b, &g->when[i]);
	}
	if (g->unless_count) {
		buf_put_z(b, n++ ? ", NOT(AND(" : "NOT(AND(");
		for (size_t i = 0; i < g->unless_count; i++) {
			buf_put_z(b, i ? ", " : "");
			put_condition(b, &g->unless[i]);
		}
		buf_put_z(b, "))");
	}
	buf_put_z(b, parts > 1 ? ")" : "");
}

struct blocks {
	const struct book *book;
	const struct flow *flow;
	json_t *blocks, *resources;
};

static void ui(json_t *block, size_t n)
{
	(void)json_object_set_new(block, "ui_metadata", json_pack("{s:{s:i, s:i}}", "canvas_coordinates", "x", (int)(n % 8) * 240, "y",
								  (int)(n / 8) * 180));
}

/* Another flow is entered by a block of its own. */
static void destination(struct blocks *x, json_t *exit, const struct transition *t)
{
	char uuid[37];
	if (t->flow.len && !str_eq(t->flow, x->flow->name)) {
		size_t i;
		json_t *have;
		floip_uuid((struct str[]){ STR("run"), x->flow->name, t->flow, t->state }, 4, uuid);
		(void)json_object_set_new(exit, "destination_block", json_string(uuid));
		json_array_foreach(x->blocks, i, have)
			if (str_eq_z(json_get_str(have, "uuid"), uuid))
				return;
		json_t *config = json_object(), *block = json_pack("{s:s, s:s}", "uuid", uuid, "type", "Core.RunFlow");
		char name[128], flow_id[37];
		(void)snprintf(name, sizeof name, "Run_%.*s_%.*s", (int)(t->flow.len > 40 ? 40 : t->flow.len), t->flow.at,
			       (int)(t->state.len > 40 ? 40 : t->state.len), t->state.at);
		floip_uuid((struct str[]){ STR("flow"), t->flow }, 2, flow_id);
		(void)json_object_set_new(config, "flow_id", json_string(flow_id));
		(void)json_object_set_new(block, "name", json_string(name));
		(void)json_object_set_new(block, "config", config);
		json_t *end = json_pack("{s:s, s:b}", "name", "Default", "default", 1);
		put_uuid(end, "uuid", "exit", x->flow->name, str_of(name), STR("end"));
		(void)json_object_set_new(block, "exits", json_pack("[o]", end));
		ui(block, json_array_size(x->blocks));
		(void)json_array_append_new(x->blocks, block);
	} else if (t->state.len) {
		put_uuid(exit, "destination_block", "block", x->flow->name, t->state, STR(""));
	}
}

static void add_exit(struct blocks *x, json_t *exits, const struct state *s, const struct transition *t, struct str also, bool last)
{
	char test[2048], name[32];
	struct buf b = buf_over(test, sizeof test);
	(void)snprintf(name, sizeof name, "exit_%zu", json_array_size(exits) + 1);
	json_t *exit = json_pack("{s:s}", "name", last ? "Default" : name);
	put_uuid(exit, "uuid", "exit", x->flow->name, s->name, last ? STR("default") : str_of(name));
	put_guard(&b, &t->when, also);
	if (last)
		(void)json_object_set_new(exit, "default", json_true());
	else
		json_put_str(exit, "test", buf_str(&b));
	destination(x, exit, t);
	(void)json_array_append_new(exits, exit);
}

/* Options with ways of their own first, then those of the state; exactly one default, last. */
static json_t *exits_of(struct blocks *x, const struct state *s)
{
	static const struct transition nowhere;
	json_t *exits = json_array();
	bool closed = false;
	for (size_t p = 0; p < s->prompts_count; p++)
		for (size_t o = 0; o < s->prompts[p].options_count; o++) {
			const struct option *option = &s->prompts[p].options[o];
			char chosen[128];
			struct buf b = buf_over(chosen, sizeof chosen);
			buf_put_z(&b, "block.value = \"");
			buf_put(&b, option->code);
			buf_put_char(&b, '"');
			for (size_t t = 0; t < option->next_count; t++)
				add_exit(x, exits, s, &option->next[t], buf_str(&b), false);
		}
	for (size_t t = 0; t < s->next_count && !closed; t++) {
		const struct guard *g = &s->next[t].when;
		closed = g->when_count == 0 && g->unless_count == 0;
		add_exit(x, exits, s, &s->next[t], STR(""), closed);
	}
	if (!closed)
		add_exit(x, exits, s, &nowhere, STR(""), true);
	return exits;
}

static json_t *config_of(struct blocks *x, const struct state *s)
{
	char uuid[37];
	json_t *config = json_object(), *choices = json_array();
	const struct prompt *prompt = s->prompts_count ? &s->prompts[s->prompts_count - 1] : NULL; /* without a condition, by rule */
	if (prompt && prompt->text) {
		resource(x->resources, x->book, prompt->text, uuid);
		(void)json_object_set_new(config, "prompt", json_string(uuid));
	}
	for (size_t o = 0; s->kind == STATE_QUESTION && s->accept == ACCEPT_CHOICE && prompt && o < prompt->options_count; o++) {
		const struct option *option = &prompt->options[o];
		json_t *choice = json_object(), *test = json_object();
		char digits[24];
		(void)snprintf(digits, sizeof digits, "%d", option->number);
		json_put_str(choice, "name", option->code);
		if (option->label || prompt->text) { /* the prompt itself names an option that has no label */
			resource(x->resources, x->book, option->label ? option->label : prompt->text, uuid);
			(void)json_object_set_new(choice, "prompt", json_string(uuid));
		}
		char expression[64];
		(void)snprintf(expression, sizeof expression, "block.response = \"%s\"", digits);
		(void)json_object_set_new(test, "test_expression", json_string(expression));
		(void)json_object_set_new(choice, "text_tests", json_pack("[o]", test));
		(void)json_array_append_new(choices, choice);
	}
	if (s->kind == STATE_QUESTION && s->accept == ACCEPT_CHOICE)
		(void)json_object_set_new(config, "choices", json_incref(choices));
	json_decref(choices);
	if (s->kind == STATE_QUESTION && s->accept == ACCEPT_NUMBER) {
		(void)json_object_set_new(config, "validation_minimum", json_integer((json_int_t)s->min));
		(void)json_object_set_new(config, "validation_maximum", json_integer((json_int_t)s->max));
	}
	return config;
}

static const char *type_of(const struct state *s)
{
	if (s->kind == STATE_ROUTE)
		return "Core.Case";
	if (s->kind == STATE_FINAL)
		return "MobilePrimitives.Message";
	return s->accept == ACCEPT_CHOICE ? "MobilePrimitives.SelectOneResponse" : s->accept == ACCEPT_NUMBER ?
	       "MobilePrimitives.NumericResponse" : "MobilePrimitives.OpenResponse";
}

static void add_block(struct blocks *x, const struct state *s)
{
	json_t *block = json_object(), *vendor = json_object();
	put_uuid(block, "uuid", "block", x->flow->name, s->name, STR(""));
	json_put_str(block, "name", s->name);
	json_put_str(block, "label", s->name);
	(void)json_object_set_new(block, "type", json_string(type_of(s)));
	(void)json_object_set_new(block, "config", config_of(x, s));
	(void)json_object_set_new(block, "exits", exits_of(x, s));
	(void)json_object_set_new(vendor, "wasl", json_pack("{s:b, s:b, s:b, s:b}", "sensitive", s->sensitive, "secret", s->secret,
							    "sent_first", s->sent_first, "no_answer", s->no_answer));
	(void)json_object_set_new(block, "vendor_metadata", vendor);
	ui(block, json_array_size(x->blocks));
	(void)json_array_append_new(x->blocks, block);
}

static json_t *flow_of(const struct book *book, const struct flow *flow, struct str modified)
{
	struct blocks x = { book, flow, json_array(), json_array() };
	json_t *all = json_object(), *spoken = json_array(), *vendor = json_object();
	char uuid[37];
	floip_uuid((struct str[]){ STR("flow"), flow->name }, 2, uuid);
	(void)json_object_set_new(all, "uuid", json_string(uuid));
	json_put_str(all, "name", flow->name);
	json_put_str(all, "label", flow->title);
	json_put_str(all, "last_modified", modified);
	(void)json_object_set_new(all, "interaction_timeout", json_integer(180));
	(void)json_object_set_new(all, "supported_modes", json_pack("[s, s]", "USSD", "SMS"));
	for (size_t i = 0; i < book->languages_count; i++) {
		json_t *language = json_pack("{s:s, s:s}", "id", iso_639_3(book->languages[i]), "iso_639_3", iso_639_3(book->languages[i]));
		json_put_str(language, "label", book->language_names[i]);
		json_put_str(language, "bcp_47", book->languages[i]);
		(void)json_array_append_new(spoken, language);
	}
	(void)json_object_set_new(all, "languages", spoken);
	for (size_t i = 0; i < flow->states_count; i++)
		add_block(&x, &flow->states[i]);
	put_uuid(all, "first_block_id", "block", flow->name, flow->initial, STR(""));
	(void)json_object_set_new(all, "blocks", x.blocks);
	(void)json_object_set_new(all, "resources", x.resources);
	(void)json_object_set_new(vendor, "wasl", json_pack("{s:s}", "version", flow->version));
	(void)json_object_set_new(all, "vendor_metadata", vendor);
	return all;
}

json_t *floip_container(const struct book *book, struct str modified)
{
	char uuid[37];
	json_t *all = json_object(), *flows = json_array();
	floip_uuid((struct str[]){ STR("container") }, 1, uuid);
	(void)json_object_set_new(all, "specification_version", json_string("1.0.0-rc4"));
	(void)json_object_set_new(all, "uuid", json_string(uuid));
	(void)json_object_set_new(all, "name", json_string("Wasl"));
	(void)json_object_set_new(all, "description", json_string("The conversations of this gateway"));
	for (size_t i = 0; i < book->flows_count; i++)
		if (!book->flows[i]->old)
			(void)json_array_append_new(flows, flow_of(book, book->flows[i], modified));
	(void)json_object_set_new(all, "flows", flows);
	return all;
}
