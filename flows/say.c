#include "flows/say.h"

#include <errno.h>

enum { SPEECH_BYTES = 2048 };

const struct prompt *say_choose(const struct state *state, const struct scope *scope)
{
	for (size_t i = 0; i < state->prompts_count; i++)
		if (guard_holds(&state->prompts[i].when, scope))
			return &state->prompts[i];
	return state->prompts_count ? &state->prompts[state->prompts_count - 1] : NULL;
}

/* ---- placeholders */

/* A sentence ends behind . ! ? or the Arabic question mark, with the white space that follows, and at a line end. */
static size_t sentence_end(struct str text, size_t from)
{
	for (size_t i = from; i < text.len; i++) {
		bool stop = text.at[i] == '.' || text.at[i] == '!' || text.at[i] == '?' ||
			    (i > 0 && text.at[i - 1] == '\xd8' && text.at[i] == '\x9f');
		if (text.at[i] == '\n')
			return i + 1;
		if (!stop || (i + 1 < text.len && text.at[i + 1] != ' ' && text.at[i + 1] != '\n'))
			continue;
		while (i + 1 < text.len && (text.at[i + 1] == ' ' || text.at[i + 1] == '\n'))
			i++;
		return i + 1;
	}
	return text.len;
}

/* The name of the placeholder that begins at i; *end is behind its brace.  false: this is no placeholder. */
static bool placeholder_at(struct str text, size_t i, struct str *name, size_t *end)
{
	if (text.at[i] != '{')
		return false;
	for (size_t j = i + 1; j < text.len; j++) {
		if (text.at[j] == '}') {
			*name = str_slice(text, i + 1, j);
			*end = j + 1;
			return name->len > 0;
		}
		if ((text.at[j] < 'a' || text.at[j] > 'z') && text.at[j] != '_')
			return false;
	}
	return false;
}

/* false: a placeholder has no value and `drop` says that the sentence is not said then. */
static bool fill_sentence(struct str text, placeholder_fn *lookup, const void *user, bool drop, struct buf *out)
{
	for (size_t i = 0; i < text.len;) {
		struct str name;
		size_t end;
		if (!placeholder_at(text, i, &name, &end)) {
			buf_put_char(out, text.at[i++]);
			continue;
		}
		struct str value = lookup(name, user);
		if (value.len == 0 && drop)
			return false;
		if (value.at)
			buf_put(out, value);
		i = end;
	}
	return true;
}

int say_fill(struct str text, placeholder_fn *lookup, const void *user, struct buf *out)
{
	size_t begin = out->len;
	for (size_t from = 0, end; from < text.len; from = end) {
		size_t mark = out->len;
		end = sentence_end(text, from);
		if (!fill_sentence(str_slice(text, from, end), lookup, user, true, out) && !out->full)
			out->len = mark;
	}
	while (out->len > begin && (out->at[out->len - 1] == ' ' || out->at[out->len - 1] == '\n'))
		out->len--;
	if (out->len == begin)
		(void)fill_sentence(text, lookup, user, false, out);
	return out->full ? -ENOBUFS : 0;
}

struct filler {
	const struct scope *scope;
	const struct binding *with;
	size_t with_count;
	struct str opts;
};

static struct str find_binding(const struct binding *list, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(list[i].name, name))
			return list[i].value;
	return (struct str){ NULL, 0 };
}

static struct str fill_value(struct str name, const void *user)
{
	const struct filler *f = user;
	struct str value = find_binding(f->with, f->with_count, name);
	if (value.at && value.len > 1 && value.at[0] == '@')
		return scope_value(f->scope, str_from(value, 1));
	if (value.at)
		return value;
	if (str_eq_z(name, "opts"))
		return f->opts;
	if (str_eq_z(name, "ref")) {
		const char *ref = session_var(f->scope->session, name);
		return ref ? str_of(ref) : f->scope->facts->case_ref;
	}
	const char *var = session_var(f->scope->session, name);
	if (var)
		return str_of(var);
	return find_binding(f->scope->facts->placeholders, f->scope->facts->placeholders_count, name);
}

static struct str fill(struct str text, const struct filler *filler, struct arena *arena)
{
	struct buf out = buf_new(arena, SPEECH_BYTES);
	if (!out.at || say_fill(text, fill_value, filler, &out))
		return (struct str){ NULL, 0 };
	return buf_str(&out);
}

/* ---- prompts */

static struct str line_of(const struct option *o, int column, struct arena *arena)
{
	struct buf out = buf_new(arena, 256);
	buf_put_i64(&out, o->number);
	buf_put_char(&out, ' ');
	buf_put(&out, o->label->in[column]);
	return out.full ? (struct str){ NULL, 0 } : buf_str(&out);
}

int say_prompt(const struct prompt *prompt, const struct scope *scope, int column, struct arena *arena,
	       struct speech *out)
{
	struct filler filler = { scope, prompt->with, prompt->with_count, { NULL, 0 } };
	*out = (struct speech){ .text = prompt->text };
	out->title = fill(prompt->text->in[column], &filler, arena);
	if (!out->title.at)
		return -ENOMEM;
	for (size_t i = 0; i < prompt->options_count; i++) {
		if (!prompt->options[i].label)
			continue;
		struct str line = line_of(&prompt->options[i], column, arena);
		if (!line.at)
			return -ENOMEM;
		out->lines[out->lines_count++] = line;
	}
	return 0;
}

struct str say_message(const char *key, const struct scope *scope, int column, struct str opts, struct arena *arena)
{
	struct filler filler = { scope, NULL, 0, opts };
	const struct text *text = book_message(scope->book, str_of(key));
	return text ? fill(text->in[column], &filler, arena) : (struct str){ NULL, 0 };
}

static struct str join_range(int64_t from, int64_t to, const struct scope *scope, int column, struct arena *arena)
{
	char low[24], high[24];
	struct buf a = buf_over(low, sizeof low), b = buf_over(high, sizeof high);
	buf_put_i64(&a, from);
	buf_put_i64(&b, to);
	if (from == to)
		return arena_str(arena, buf_str(&a));
	struct binding ends[2] = { { STR("from"), buf_str(&a) }, { STR("to"), buf_str(&b) } };
	struct filler filler = { scope, ends, 2, { NULL, 0 } };
	const struct text *text = book_message(scope->book, STR("opts.range"));
	return fill(text ? text->in[column] : STR("{from}-{to}"), &filler, arena);
}

struct str say_range(const struct prompt *prompt, const struct state *state, const struct scope *scope, int column,
		     struct arena *arena)
{
	if (state->accept == ACCEPT_NUMBER) {
		uint64_t limit = (uint64_t)state->max;
		const char *at_most = state->at_most.len ? session_var(scope->session, state->at_most) : NULL;
		if (at_most && !str_to_u64(str_of(at_most), &limit))
			limit = (uint64_t)state->max;
		int64_t max = limit < (uint64_t)state->max ? (int64_t)limit : state->max;
		return join_range(state->min, max, scope, column, arena);
	}
	if (state->accept != ACCEPT_CHOICE || prompt->options_count == 0)
		return STR("");
	int low = prompt->options[0].number, high = low;
	for (size_t i = 1; i < prompt->options_count; i++) {
		int n = prompt->options[i].number;
		low = n < low ? n : low;
		high = n > high ? n : high;
	}
	return join_range(low, high, scope, column, arena);
}

struct str say_whole(const struct speech *speech, struct arena *arena)
{
	struct buf out = buf_new(arena, SPEECH_BYTES);
	buf_put(&out, speech->title);
	for (size_t i = 0; i < speech->lines_count; i++) {
		if (out.len)
			buf_put_char(&out, '\n');
		buf_put(&out, speech->lines[i]);
	}
	return out.full ? (struct str){ NULL, 0 } : buf_str(&out);
}

/* ---- as sent */

/* A replacement is at most a few letters for one (two bytes or more), a number's "+" becomes "00". */
static struct str carried(struct str text, enum transliteration policy, struct str lang, struct arena *arena,
			  enum encoding *encoding)
{
	struct buf out = buf_new(arena, text.len * 4 + 16);
	if (!text.at || transliterate(text, lang, policy, &out, encoding))
		return (struct str){ NULL, 0 };
	return buf_str(&out);
}

struct str say_sent(struct str text, const struct scope *scope, int column, struct arena *arena)
{
	enum encoding encoding;
	return carried(text, scope->facts->encoding, scope->book->languages[column], arena, &encoding);
}

int say_transliterate(struct speech *speech, enum transliteration policy, struct str lang, struct arena *arena)
{
	enum encoding encoding = ENCODING_GSM7;
	struct str whole = say_whole(speech, arena);
	if (!carried(whole, policy, lang, arena, &encoding).at)
		return -ENOMEM;
	if (policy == TRANSLITERATE_AUTO && encoding == ENCODING_UCS2)
		policy = TRANSLITERATE_NEVER; /* one letter has no other spelling: then all keep their accents */
	speech->title = carried(speech->title, policy, lang, arena, &encoding);
	bool full = !speech->title.at;
	for (size_t i = 0; i < speech->lines_count; i++) {
		speech->lines[i] = carried(speech->lines[i], policy, lang, arena, &encoding);
		full = full || !speech->lines[i].at;
	}
	return full ? -ENOMEM : 0;
}

static struct str say_nav(const char *key, const struct scope *scope, int column, struct arena *arena)
{
	struct str line = say_sent(say_message(key, scope, column, STR(""), arena), scope, column, arena);
	return line.at ? line : STR("");
}

int say_pages(const struct speech *words, const struct scope *scope, int column, enum say_back back,
	      struct arena *arena, struct pages *out)
{
	struct str none = { "", 0 };
	struct speech sent = *words;
	struct speech *speech = &sent;
	int rc = say_transliterate(speech, scope->facts->encoding, scope->book->languages[column], arena);
	struct nav_lines nav = { .back_if_fits = true, .prev = none, .back = none };
	nav.more = say_nav("nav.more", scope, column, arena);
	if (back != SAY_BACK_NOWHERE)
		nav.prev = say_nav("nav.back", scope, column, arena);
	if (back == SAY_BACK_STATE)
		nav.back = nav.prev;
	if (rc == 0)
		rc = paginate(speech->title, speech->lines, speech->lines_count, scope->facts->screen, &nav, arena, out,
			      NULL);
	if (rc != -EMSGSIZE)
		return rc;
	out->count = 1;
	out->page[0] = say_whole(speech, arena);
	return out->page[0].at ? 0 : -ENOMEM;
}
