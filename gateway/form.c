#include "gateway/form.h"

#include <errno.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Decodes into *to, which moves on.  Never longer than what it is made of. */
static bool unescape(struct str in, char **to, struct str *out)
{
	char *at = *to;
	for (size_t i = 0; i < in.len; i++) {
		char c = in.at[i];
		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int high = i + 2 < in.len ? hex_digit(in.at[i + 1]) : -1;
			int low = i + 2 < in.len ? hex_digit(in.at[i + 2]) : -1;
			if (high < 0 || low < 0)
				return false;
			c = (char)(unsigned char)(high << 4 | low);
			i += 2;
		}
		*at++ = c;
	}
	*out = str_span(*to, at);
	*to = at;
	return true;
}

int form_decode(struct str body, struct arena *arena, struct form *out)
{
	out->count = 0;
	char *to = arena_alloc(arena, body.len + 1);
	if (!to)
		return -ENOMEM;
	struct str piece;
	while (str_split(&body, '&', &piece)) {
		if (!piece.len)
			continue;
		if (out->count == FORM_FIELDS_MAX)
			return -E2BIG;
		struct form_field *field = &out->field[out->count++];
		struct str name;
		(void)str_split(&piece, '=', &name);
		struct str value = piece.at ? piece : (struct str){ "", 0 };
		if (!unescape(name, &to, &field->name) || !unescape(value, &to, &field->value))
			return -EINVAL;
	}
	return 0;
}

struct str form_get(const struct form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++)
		if (str_eq_z(form->field[i].name, name))
			return form->field[i].value;
	return (struct str){ NULL, 0 };
}

static void put_escaped(struct buf *out, struct str s)
{
	static const char digit[] = "0123456789ABCDEF";
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '*' ||
			     c == '-' || c == '.' || c == '_';
		if (plain || c == ' ') {
			buf_put_char(out, plain ? c : '+');
			continue;
		}
		buf_put_char(out, '%');
		buf_put_char(out, digit[(unsigned char)c >> 4]);
		buf_put_char(out, digit[(unsigned char)c & 15]);
	}
}

void form_put(struct buf *out, const char *name, struct str value)
{
	if (out->len)
		buf_put_char(out, '&');
	put_escaped(out, str_of(name));
	buf_put_char(out, '=');
	put_escaped(out, value);
}
