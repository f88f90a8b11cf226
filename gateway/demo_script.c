#include "gateway/demo_script.h"

#include "flows/text/buf.h"

#include <errno.h>
#include <stdlib.h>

#define MINUTE_MS ((int64_t)60 * 1000)
#define DAY_MS (24 * 60 * MINUTE_MS)

enum { LIVES_MAX = 32, LINE_BYTES = 2048 };

struct life { /* a course of events that several people share: the text between two heads */
	struct str name, text;
	unsigned line;
};

struct reading {
	struct demo_script *script;
	struct arena *arena;
	struct err *err;
	struct life lives[LIVES_MAX];
	size_t lives_count;
	int64_t now_ms, begins;         /* begins: days before today, of the person whose lines are read */
	unsigned line;
};

struct str demo_word(const struct demo_person *person, struct str name)
{
	for (size_t i = 0; i < person->words_count; i++)
		if (str_eq(person->words[i].name, name))
			return person->words[i].value;
	return (struct str){ NULL, 0 };
}

static int wrong(struct reading *r, const char *what)
{
	return err_set(r->err, -EINVAL, "the demo's people, line %u: %s", r->line, what);
}

/* The next word of a line; spaces and tabs between them do not count. */
static struct str next_word(struct str *rest)
{
	*rest = str_trim(*rest);
	size_t n = 0;
	while (n < rest->len && rest->at[n] != ' ' && rest->at[n] != '\t')
		n++;
	struct str word = str_slice(*rest, 0, n);
	*rest = str_trim(str_from(*rest, n));
	return word;
}

static bool number_of(struct str s, int64_t *out)
{
	bool minus = s.len > 0 && s.at[0] == '-';
	uint64_t n;
	if (!str_to_u64(str_from(s, minus || (s.len > 0 && s.at[0] == '+')), &n) || n > 100000)
		return false;
	*out = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

/* "09:35" of that day, by UTC; "-40": so many minutes before now. */
static bool time_of(const struct reading *r, int64_t day, struct str s, int64_t *at_ms)
{
	struct str hour;
	uint64_t h, m;
	int64_t ago;
	if (s.len > 1 && s.at[0] == '-' && number_of(s, &ago)) {
		*at_ms = r->now_ms + day * DAY_MS + ago * MINUTE_MS;
		return true;
	}
	if (!str_split(&s, ':', &hour) || !str_to_u64(hour, &h) || !str_to_u64(s, &m) || h > 23 || m > 59)
		return false;
	*at_ms = (r->now_ms / DAY_MS + day) * DAY_MS + ((int64_t)h * 60 + (int64_t)m) * MINUTE_MS;
	return true;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The line with the person's words in it; at == NULL: one is missing.  $CAPITALS are for whoever plays it. */
static struct str fill_in(struct reading *r, const struct demo_person *p, struct str line)
{
	char bytes[LINE_BYTES];
	struct buf b = buf_over(bytes, sizeof bytes);
	for (size_t i = 0; i < line.len; i++) {
		size_t n = 0;
		while (line.at[i] == '$' && i + 1 + n < line.len && is_letter(line.at[i + 1 + n]))
			n++;
		struct str value = n ? demo_word(p, str_slice(line, i + 1, i + 1 + n)) : str_slice(line, i, i + 1);
		if (!value.at)
			return (struct str){ NULL, 0 };
		buf_put(&b, value);
		i += n;
	}
	return b.full ? (struct str){ NULL, 0 } : arena_str(r->arena, buf_str(&b));
}

static int read_deed(struct reading *r, struct str line)
{
	struct demo_script *s = r->script;
	size_t who = s->people_count - 1;
	int64_t day, at;
	line = fill_in(r, &s->people[who], line);
	if (!line.at) /* this person has no such word: the line is not theirs */
		return 0;
	struct str on = next_word(&line), time = next_word(&line), actor = next_word(&line), what = next_word(&line);
	if (!number_of(on, &day) || !time_of(r, r->begins + day, time, &at) || !what.len)
		return wrong(r, "DAY TIME WHO WHAT … is what stands in a line");
	if (at > r->now_ms)
		return 0;
	if (s->deeds_count == DEMO_DEEDS_MAX)
		return wrong(r, "there are too many of them");
	if (str_eq_z(what, "approval.approve"))
		s->people[who].moved = true;
	s->deeds[s->deeds_count++] = (struct demo_deed){ at, r->line, who, actor, what, line };
	return 0;
}

static int read_body_line(struct reading *r, struct str line);

/* A word alone: the life of that name, as if it stood here. */
static int live(struct reading *r, struct str name)
{
	unsigned here = r->line;
	for (size_t i = 0; i < r->lives_count; i++) {
		struct str rest = r->lives[i].text, line;
		if (!str_eq(r->lives[i].name, name))
			continue;
		r->line = r->lives[i].line;
		int rc = 0;
		while (rc == 0 && str_split(&rest, '\n', &line)) {
			r->line++;
			rc = read_body_line(r, str_trim(line));
		}
		r->line = rc == 0 ? here : r->line;
		return rc;
	}
	return wrong(r, "no life of this name stands above");
}

static int read_body_line(struct reading *r, struct str line)
{
	struct str rest = line;
	if (line.len == 0 || line.at[0] == '#')
		return 0;
	struct str first = next_word(&rest);
	return rest.len ? read_deed(r, line) : live(r, first);
}

static int read_person(struct reading *r, struct str rest)
{
	struct demo_script *s = r->script;
	if (s->people_count == DEMO_PEOPLE_MAX)
		return wrong(r, "there are too many people");
	struct demo_person *p = &s->people[s->people_count++];
	*p = (struct demo_person){ .number = next_word(&rest) };
	if (!number_of(next_word(&rest), &r->begins))
		return wrong(r, "person NUMBER DAY …: the day is missing, such as -30");
	if (str_eq_z(p->number, "desk"))
		p->number = STR("");
	while (rest.len) {
		struct str value = next_word(&rest), name;
		if (p->words_count == DEMO_WORDS_MAX || !str_split(&value, '=', &name) || !value.at)
			return wrong(r, "words of a person are name=value");
		p->words[p->words_count++] = (struct demo_word){ name, value };
	}
	return 0;
}

/* A head is a line that begins at its margin; what belongs to it is indented. */
static int read_all(struct reading *r, struct str text)
{
	struct life *open = NULL;
	struct str line;
	bool person = false;
	int rc = 0;
	while (rc == 0 && str_split(&text, '\n', &line)) {
		r->line++;
		bool head = line.len > 0 && line.at[0] != '\t' && line.at[0] != ' ' && line.at[0] != '#';
		struct str rest = line, first = next_word(&rest);
		if (head && str_eq_z(first, "life") && r->lives_count < LIVES_MAX) {
			open = &r->lives[r->lives_count++];
			*open = (struct life){ rest, { text.at, 0 }, r->line };
		} else if (head && str_eq_z(first, "person")) {
			open = NULL;
			person = true;
			rc = read_person(r, rest);
		} else if (head) {
			rc = wrong(r, "a head is \"life NAME\" or \"person NUMBER DAY\"");
		} else if (open) {
			open->text.len = (size_t)(line.at + line.len - open->text.at);
		} else if (person) {
			rc = read_body_line(r, str_trim(line));
		}
	}
	return rc;
}

static int by_time(const void *a, const void *b)
{
	const struct demo_deed *x = a, *y = b;
	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	if (x->who != y->who)
		return x->who < y->who ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

int demo_script_read(struct demo_script *script, struct str text, int64_t now_ms, struct arena *arena, struct err *err)
{
	struct reading r = { .script = script, .arena = arena, .err = err, .now_ms = now_ms };
	script->people_count = script->deeds_count = 0;
	int rc = read_all(&r, text);
	if (rc == 0)
		qsort(script->deeds, script->deeds_count, sizeof *script->deeds, by_time);
	return rc;
}
