#include "gateway/channels/fields.h"

#include <errno.h>

static const struct str nothing = { NULL, 0 };

/* ---- reading */

static bool repeats_a_name(const struct form *form)
{
	for (size_t i = 0; i < form->count; i++)
		for (size_t k = i + 1; k < form->count; k++)
			if (form->field[i].name.len && str_eq(form->field[i].name, form->field[k].name))
				return true;
	return false;
}

static int read_form(struct str bytes, struct arena *arena, struct form *out, const char **why)
{
	int error = form_decode(bytes, arena, out);
	if (error == -ENOMEM)
		return error;
	if (error)
		*why = "form";
	else if (repeats_a_name(out))
		*why = "repeated field";
	else
		return 0;
	return -EINVAL;
}

static bool begins_like_json(struct str body)
{
	struct str s = str_trim(body);
	return s.len > 0 && (s.at[0] == '{' || s.at[0] == '[');
}

/* FIELDS_FORM, FIELDS_JSON, or 0: neither. */
static unsigned kind_of_body(const struct http_request *request)
{
	struct str type = http_header(request, "Content-Type");
	if (type.at && dialect_media_type_is(type, "application/json"))
		return FIELDS_JSON;
	if (type.at && dialect_media_type_is(type, "application/x-www-form-urlencoded"))
		return FIELDS_FORM;
	if (type.at && !dialect_media_type_is(type, "text/plain"))
		return 0;
	if (begins_like_json(request->body))
		return FIELDS_JSON;
	return type.at ? 0 : FIELDS_FORM;
}

static int read_json(struct str body, struct fields *out, const char **why)
{
	out->json = json_parse(body, NULL);
	out->entry = out->json;
	*why = "JSON";
	return out->json ? 0 : -EINVAL;
}

int fields_read(const struct http_request *request, unsigned accepts, struct arena *arena, struct fields *out,
		const char **why)
{
	*out = (struct fields){ .request = request, .arena = arena };
	int error = read_form(request->query, arena, &out->query, why);
	if (error)
		return error;
	if (request->method == HTTP_GET) {
		out->form = out->query;
		return 0;
	}
	unsigned kind = kind_of_body(request) & accepts;
	if (kind == FIELDS_JSON)
		return read_json(request->body, out, why);
	*why = "content type";
	return kind == FIELDS_FORM ? read_form(request->body, arena, &out->form, why) : -EINVAL;
}

void fields_release(struct fields *fields)
{
	json_decref(fields->json);
	fields->json = NULL;
	fields->entry = NULL;
}

/* ---- looking up */

static struct str form_value(const struct form *form, struct str name)
{
	for (size_t i = 0; i < form->count; i++)
		if (str_eq(form->field[i].name, name))
			return form->field[i].value;
	for (size_t i = 0; i < form->count; i++)
		if (str_eq_nocase(form->field[i].name, name))
			return form->field[i].value;
	return nothing;
}

static const json_t *member(const json_t *object, struct str name)
{
	const char *key;
	json_t *value;
	const json_t *similar = NULL;
	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		if (str_eq_z(name, key))
			return value;
		if (str_eq_nocase(name, str_of(key)))
			similar = value;
	}
	return similar;
}

const json_t *fields_json(const json_t *from, struct str place)
{
	struct str part;
	if (!str_starts(place, STR("/")))
		return member(from, place);
	place = str_from(place, 1);
	while (from && str_split(&place, '/', &part)) {
		uint64_t index;
		if (json_is_array(from))
			from = str_to_u64(part, &index) ? json_array_get(from, index) : NULL;
		else
			from = member(from, part);
	}
	return from;
}

struct str fields_text(const json_t *value, struct arena *arena, bool *full)
{
	struct str s = json_str(value);
	if (json_is_boolean(value))
		return json_is_true(value) ? STR("true") : STR("false");
	if (s.at) {
		s = arena_str(arena, s);
	} else if (json_is_integer(value)) {
		struct buf text = buf_new(arena, 24);
		buf_put_i64(&text, json_integer_value(value));
		s = text.full ? nothing : buf_str(&text);
	} else {
		return nothing;
	}
	*full = *full || !s.at;
	return s;
}

static bool is_json_place(const struct fields *f, struct str place)
{
	return f->json && !str_starts(place, STR("q:")) && !str_starts(place, STR("h:"));
}

struct str fields_get(struct fields *f, struct str place)
{
	char name[128];
	if (is_json_place(f, place))
		return fields_text(fields_json(f->entry, place), f->arena, &f->full);
	if (str_starts(place, STR("q:")))
		return form_value(&f->query, str_from(place, 2));
	if (!str_starts(place, STR("h:")))
		return form_value(&f->form, place);
	return str_copy(str_from(place, 2), name, sizeof name) ? http_header(f->request, name) : nothing;
}

bool fields_has(struct fields *f, struct str place)
{
	if (!is_json_place(f, place))
		return fields_get(f, place).at != NULL;
	const json_t *value = fields_json(f->entry, place);
	return value && !json_is_null(value);
}

struct str fields_word(struct fields *f, const char *place)
{
	struct str value = fields_get(f, str_of(place));
	return value.at ? value : STR("");
}
