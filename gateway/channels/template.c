#include "gateway/channels/template.h"

#include <errno.h>
#include <string.h>

static void put_percent(struct buf *out, unsigned char c)
{
	static const char digit[] = "0123456789ABCDEF";
	buf_put_char(out, '%');
	buf_put_char(out, digit[c >> 4]);
	buf_put_char(out, digit[c & 15]);
}

static void put_form(struct buf *out, char c, bool space_is_plus)
{
	bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' ||
		     c == '_' || c == '~';
	if (c == ' ' && space_is_plus)
		buf_put_char(out, '+');
	else if (plain)
		buf_put_char(out, c);
	else
		put_percent(out, (unsigned char)c);
}

static void put_json(struct buf *out, char c)
{
	if (c == '"' || c == '\\') {
		buf_put_char(out, '\\');
		buf_put_char(out, c);
	} else if (c == '\n') {
		buf_put_z(out, "\\n");
	} else if ((unsigned char)c < 0x20 || c == 0x7f) {
		buf_printf(out, "\\u%04x", (unsigned char)c);
	} else {
		buf_put_char(out, c);
	}
}

static void put_xml(struct buf *out, char c)
{
	switch (c) {
	case '<':
		buf_put_z(out, "&lt;");
		break;
	case '>':
		buf_put_z(out, "&gt;");
		break;
	case '&':
		buf_put_z(out, "&amp;");
		break;
	case '"':
		buf_put_z(out, "&quot;");
		break;
	case '\'':
		buf_put_z(out, "&#39;");
		break;
	case '\n':
		buf_put_z(out, "<br/>");
		break;
	default:
		if ((unsigned char)c >= 0x20 && c != 0x7f) /* XML 1.0 knows no other control characters */
			buf_put_char(out, c);
	}
}

void escape_put(struct buf *out, struct str value, enum escape escape)
{
	if (escape == ESCAPE_NONE) {
		buf_put(out, value);
		return;
	}
	for (size_t i = 0; i < value.len; i++) {
		char c = value.at[i];
		if (escape == ESCAPE_FORM || escape == ESCAPE_URL)
			put_form(out, c, escape == ESCAPE_FORM);
		else if (escape == ESCAPE_JSON)
			put_json(out, c);
		else if (escape == ESCAPE_XML)
			put_xml(out, c);
		else if (c >= ' ' && c <= '~')
			buf_put_char(out, c);
	}
}

/* Up to the next "{{", and then the name up to "}}".  false: no more names; *name.at == NULL: it is not closed. */
static bool next_name(struct str *rest, struct str *plain, struct str *name)
{
	const char *open = rest->len >= 2 ? memmem(rest->at, rest->len, "{{", 2) : NULL;
	*name = (struct str){ NULL, 0 };
	*plain = open ? str_span(rest->at, open) : *rest;
	if (!open)
		return false;
	struct str inside = str_span(open + 2, rest->at + rest->len);
	const char *close = inside.len >= 2 ? memmem(inside.at, inside.len, "}}", 2) : NULL;
	if (close) {
		*name = str_trim(str_span(inside.at, close));
		*rest = str_span(close + 2, inside.at + inside.len);
	}
	return true;
}

void template_put(struct buf *out, struct str template, enum escape escape, template_value *value, void *user)
{
	struct str plain, name, found;
	while (next_name(&template, &plain, &name) && name.at) {
		buf_put(out, plain);
		if (value(name, user, &found))
			escape_put(out, found, escape);
	}
	buf_put(out, plain);
}

int template_check(struct str template, bool (*known)(struct str name, void *user), void *user, struct err *err)
{
	struct str plain, name;
	while (next_name(&template, &plain, &name)) {
		if (!name.at)
			return err_set(err, -EINVAL, "\"{{\" is not closed by \"}}\"");
		if (!known(name, user))
			return err_set(err, -EINVAL, "{{%.*s}} is no name that can stand here", name.len > 40 ? 40 : (int)name.len,
				       name.at);
	}
	return 0;
}
