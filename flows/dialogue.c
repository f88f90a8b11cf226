#include "flows/dialogue.h"

#include "flows/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct player {
	struct world world;
	enum mode mode;
	dialogue_fn *report;
	void *user;
	unsigned line;           /* being read */
	size_t differences;
	struct str said;         /* the last reply, not looked at yet; lives in the world's arena */
	enum reply_kind reply;
	bool waiting;            /* a reply came and no line has named it yet */
	bool then;               /* behind "then": what must be known */
	bool case_named, opt_out_named;
	bool row_named[WORLD_ROWS_MAX];
	size_t answers_named;
};

__attribute__((format(printf, 2, 3))) static void differ(struct player *p, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	if (vsnprintf(text, sizeof text, format, args) < 0)
		text[0] = '\0';
	va_end(args);
	p->differences++;
	p->report(p->line, text, p->user);
}

/* ---- what was said */

/* "{ref}" stands for 8 digits, "{date}" for dd/mm. */
static size_t wildcard(struct str want, struct str got)
{
	static const struct {
		const char *name, *shape;
	} cards[] = { { "{ref}", "00000000" }, { "{date}", "00/00" } };
	for (size_t c = 0; c < sizeof cards / sizeof cards[0]; c++) {
		struct str shape = str_of(cards[c].shape);
		if (!str_starts(want, str_of(cards[c].name)) || got.len < shape.len)
			continue;
		bool fits = true;
		for (size_t i = 0; i < shape.len; i++)
			fits = fits && (shape.at[i] == '0' ? got.at[i] >= '0' && got.at[i] <= '9' : got.at[i] == shape.at[i]);
		if (fits)
			return shape.len;
	}
	return 0;
}

static bool matches(struct str want, struct str got)
{
	while (want.len > 0) {
		size_t n = wildcard(want, got);
		if (n > 0) {
			want = str_from(want, str_starts(want, STR("{ref}")) ? 5 : 6);
			got = str_from(got, n);
			continue;
		}
		if (got.len == 0 || want.at[0] != got.at[0])
			return str_eq_z(want, "...");
		want = str_from(want, 1);
		got = str_from(got, 1);
	}
	return got.len == 0;
}

static void no_more_waiting(struct player *p)
{
	if (p->waiting && p->reply != REPLY_NONE)
		differ(p, "nobody expected: %.*s", STR_ARG(p->said));
	p->waiting = false;
}

static void expect_said(struct player *p, struct str want, bool end)
{
	if (!p->waiting) {
		differ(p, "nothing was said");
		return;
	}
	p->waiting = false;
	if (p->reply == REPLY_NONE)
		differ(p, "nothing was said");
	else if (!matches(want, p->said))
		differ(p, "said instead:\n%.*s", STR_ARG(p->said));
	else if (p->mode == MODE_USSD && end != (p->reply == REPLY_END))
		differ(p, end ? "the session should have ended here" : "the session ended here");
	else if (p->mode == MODE_USSD && !text_fits(p->said, p->world.screen))
		differ(p, "does not fit the screen");
}

static void hear(struct player *p, const struct outcome *out)
{
	if (!out) {
		differ(p, "the engine refused");
		return;
	}
	p->said = out->text;
	p->reply = out->reply;
	p->waiting = true;
}

static void act(struct player *p, enum input_kind kind, struct str text)
{
	no_more_waiting(p);
	hear(p, world_step(&p->world, p->mode, kind, text));
}

/* ---- the world */

static bool is_yes(struct player *p, struct str value, const char *yes, const char *no)
{
	if (!str_eq_z(value, yes) && !str_eq_z(value, no))
		differ(p, "must be \"%s\" or \"%s\"", yes, no);
	return str_eq_z(value, yes);
}

static void given_case(struct player *p, struct str rest)
{
	struct str pair, name;
	while (str_split(&rest, ' ', &pair)) {
		struct str value = pair;
		if (str_split(&value, '=', &name) && value.at)
			world_case_set(&p->world, name, value);
		else
			differ(p, "must be given as name=value");
	}
}

static void given_person(struct player *p, struct str rest)
{
	struct str pair, name;
	while (str_split(&rest, ' ', &pair)) {
		struct str value = pair;
		if (!str_split(&value, '=', &name) || !value.at || !world_person_set(&p->world, name, value))
			differ(p, "no such thing is known of a person: see tests/dialogue/README.md");
	}
}

static void set(struct player *p, struct str word, struct str rest)
{
	struct world *w = &p->world;
	if (str_eq_z(word, "mode")) {
		no_more_waiting(p);
		p->mode = is_yes(p, rest, "ussd", "sms") ? MODE_USSD : MODE_SMS;
	} else if (str_eq_z(word, "language")) {
		w->language = book_language(w->book, rest);
		if (w->language < 0 && !str_eq_z(rest, "-"))
			differ(p, "the book has no such language");
	} else if (str_eq_z(word, "intake")) {
		w->intake_paused = is_yes(p, rest, "paused", "open");
	} else if (str_eq_z(word, "stopped")) {
		if (!str_copy(rest, w->stopped_country, sizeof w->stopped_country))
			differ(p, "a country has two letters");
	} else if (str_eq_z(word, "office")) {
		w->office_open = is_yes(p, rest, "open", "closed");
	} else if (str_eq_z(word, "ucs2")) {
		w->ucs2 = is_yes(p, rest, "yes", "no");
	} else if (str_eq_z(word, "given")) {
		struct str what;
		(void)str_split(&rest, ' ', &what);
		if (str_eq_z(what, "case") && rest.at)
			given_case(p, rest);
		else if (str_eq_z(what, "person") && rest.at)
			given_person(p, rest);
		else
			differ(p, "must be \"given case name=value ...\" or \"given person name=value ...\"");
	} else {
		differ(p, "this line means nothing: see tests/dialogue/README.md");
	}
}

static void pass_time(struct player *p, struct str rest)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = { { "minutes", 60000 }, { "hours", 3600000 }, { "days", 86400000 } };
	struct str number;
	uint64_t n;
	if (str_split(&rest, ' ', &number) && str_to_u64(number, &n) && n < 10000)
		for (size_t i = 0; i < 3; i++)
			if (str_eq_z(rest, units[i].unit)) {
				p->world.now_ms += (int64_t)n * units[i].ms;
				return;
			}
	differ(p, "must be: ! wait 3 hours");
}

/* "! push contact:APPOINTMENT date=12/03 time=10:00 place=Rabat": the gateway writes first. */
static void push(struct player *p, struct str rest)
{
	struct binding vars[8];
	struct str flow_state, pair;
	size_t n = 0;
	no_more_waiting(p);
	if (!str_split(&rest, ' ', &flow_state))
		return;
	while (rest.at && n < sizeof vars / sizeof *vars && str_split(&rest, ' ', &pair)) {
		vars[n].value = pair;
		if (!str_split(&vars[n].value, '=', &vars[n].name) || !vars[n].value.at)
			differ(p, "must be name=value");
		n++;
	}
	p->mode = MODE_SMS;
	hear(p, world_begin(&p->world, flow_state, vars, n));
}

static void event(struct player *p, struct str rest)
{
	struct str word;
	if (!str_split(&rest, ' ', &word))
		return;
	if (str_eq_z(word, "dial") || str_eq_z(word, "redial")) {
		world_drop(&p->world);
		act(p, INPUT_DIAL, STR(""));
	} else if (str_eq_z(word, "drop")) {
		no_more_waiting(p);
		world_drop(&p->world);
	} else if (str_eq_z(word, "push")) {
		push(p, rest.at ? rest : STR(""));
	} else if (str_eq_z(word, "wait")) {
		pass_time(p, rest.at ? rest : STR(""));
	} else {
		differ(p, "must be dial, drop, redial, push or wait");
	}
}

/* ---- what must be known */

static void expect_case(struct player *p, struct str rest)
{
	struct str pair, name;
	p->case_named = true;
	if (!p->world.has_case) {
		differ(p, "there is no case");
		return;
	}
	while (rest.at && str_split(&rest, ' ', &pair)) {
		struct str value = pair;
		if (!str_split(&value, '=', &name) || !value.at) {
			differ(p, "must be name=value");
			continue;
		}
		const char *got = world_case_field(&p->world, name);
		if (!str_eq_z(value, got ? got : ""))
			differ(p, "%.*s is \"%s\"", STR_ARG(name), got ? got : "");
	}
}

static bool is_answer(const char *row)
{
	return str_starts(str_of(row), STR("answer "));
}

/* Answers stand in the order in which they were given; other rows in any. */
static void expect_row(struct player *p, struct str line)
{
	struct world *w = &p->world;
	bool answer = str_starts(line, STR("answer "));
	for (size_t i = 0; i < w->rows_count; i++) {
		if (p->row_named[i] || is_answer(w->rows[i]) != answer)
			continue;
		/* The end of a row may be left out. */
		struct str row = str_of(w->rows[i]);
		if (str_eq(row, line) || (str_starts(row, line) && row.at[line.len] == ' ')) {
			p->row_named[i] = true;
			return;
		}
		if (answer) {
			differ(p, "the next answer is: %s", w->rows[i]);
			p->row_named[i] = true;
			return;
		}
	}
	differ(p, "there is no such row");
}

static bool is_row(struct str word)
{
	static const char *const rows[] = { "answer", "alert", "task", "consent", "checkin", "number", "pause", "appointment",
					    "source", "ask_by_sms" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq_z(word, rows[i]))
			return true;
	return false;
}

static void expect_known(struct player *p, struct str line)
{
	struct str rest = line, word;
	(void)str_split(&rest, ' ', &word);
	if (str_eq_z(word, "case"))
		expect_case(p, rest);
	else if (is_row(word))
		expect_row(p, line);
	else if (str_eq_z(word, "opted_out")) {
		p->opt_out_named = true;
		if (p->world.opted_out != is_yes(p, rest, "yes", "no"))
			differ(p, "opted_out is %s", p->world.opted_out ? "yes" : "no");
	} else if (str_eq_z(word, "language")) {
		if (p->world.language != book_language(p->world.book, rest))
			differ(p, "another language is set");
	} else
		differ(p, "must be case, answer, alert, task, consent, checkin, number, pause, appointment, source, language or opted_out");
}

static void nothing_else(struct player *p)
{
	for (size_t i = 0; i < p->world.rows_count; i++)
		if (!p->row_named[i])
			differ(p, "nobody expected the row: %s", p->world.rows[i]);
	if (p->world.has_case && !p->case_named)
		differ(p, "nobody expected a case");
	if (p->world.opted_out && !p->opt_out_named)
		differ(p, "nobody expected that the person is opted out");
}

/* ---- lines */

static void play(struct player *p, struct str line)
{
	if (line.at[0] == '>')
		act(p, INPUT_TEXT, line.len > 2 ? str_from(line, 2) : STR(""));
	else if (str_starts(line, STR("! ")))
		event(p, str_from(line, 2));
	else if (str_eq_z(line, "then")) {
		no_more_waiting(p);
		p->then = true;
	} else if (p->then)
		expect_known(p, line);
	else {
		struct str rest = line, word;
		(void)str_split(&rest, ' ', &word);
		set(p, word, rest.at ? rest : STR(""));
	}
}

/* Lines "| …" that follow belong to the text. */
static struct str take_text(struct player *p, struct str first, struct str *rest, struct buf *out)
{
	buf_clear(out);
	buf_put(out, first);
	while (rest->at && rest->len > 0 && rest->at[0] == '|') {
		struct str line;
		(void)str_split(rest, '\n', &line);
		p->line++;
		buf_put_char(out, '\n');
		buf_put(out, line.len > 2 ? str_from(line, 2) : STR(""));
	}
	return buf_str(out);
}

static void read_lines(struct player *p, struct str text)
{
	char storage[4096];
	struct buf said = buf_over(storage, sizeof storage);
	struct str rest = text, line;
	while (str_split(&rest, '\n', &line)) {
		p->line++;
		if (line.len == 0 || line.at[0] == '#')
			continue;
		if (line.at[0] != '<') {
			play(p, line);
			continue;
		}
		unsigned at = p->line;
		bool end = str_starts(line, STR("<<"));
		struct str first = str_from(line, end ? 3 : 2);
		if (str_eq_z(line, "<-")) {
			if (!p->waiting || p->reply != REPLY_NONE)
				differ(p, "something was said: %.*s", STR_ARG(p->said));
			p->waiting = false;
			continue;
		}
		struct str want = take_text(p, first, &rest, &said);
		unsigned behind = p->line;
		p->line = at;
		expect_said(p, want, end);
		p->line = behind;
	}
}

size_t dialogue_run(const struct book *book, struct str text, dialogue_fn *report, void *user)
{
	struct player p = { .report = report, .user = user };
	if (world_init(&p.world, book)) {
		differ(&p, "out of memory");
		return 1;
	}
	read_lines(&p, text);
	no_more_waiting(&p);
	if (p.then)
		nothing_else(&p);
	if (p.world.overflow)
		differ(&p, "more happened than a dialogue can hold");
	world_release(&p.world);
	return p.differences;
}
