#include "gateway/handset_screen.h"

#include "flows/text/code_point.h"
#include "flows/text/columns.h"
#include "flows/text/utf8.h"

#include <assert.h>

/* ---- characters */

static bool steers(int32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* What is drawn for a code point (-1: a malformed sequence). */
static int32_t drawn(int32_t c)
{
	if (c == '\t')
		return ' ';
	return steers(c) ? (int32_t)UTF8_REPLACEMENT : c;
}

enum side { SIDE_NONE, SIDE_LEFT, SIDE_RIGHT };

/* Rules P2 and P3 of the bidirectional algorithm (UAX 9): only letters say something about the direction. */
static enum side side_of(int32_t c)
{
	if (!is_letter(c))
		return SIDE_NONE;
	return (c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) || (c >= 0xfe70 && c <= 0xfefc) ||
	       (c >= 0x10800 && c <= 0x10fff) || (c >= 0x1e800 && c <= 0x1efff) ? SIDE_RIGHT : SIDE_LEFT;
}

static bool stands_right(struct str paragraph)
{
	enum side side = SIDE_NONE;
	for (const char *at = paragraph.at, *end = at + paragraph.len; at < end && side == SIDE_NONE;)
		side = side_of(utf8_next(&at, end));
	return side == SIDE_RIGHT;
}

/* ---- lines */

struct screen_wrap screen_wrap(struct str text, size_t columns)
{
	assert(columns >= 2);
	return (struct screen_wrap){ .text = text.at ? text : STR(""), .columns = columns };
}

static bool next_paragraph(struct screen_wrap *w)
{
	if (!str_split(&w->text, '\n', &w->paragraph))
		return false;
	if (str_ends(w->paragraph, STR("\r")))
		w->paragraph.len--;
	w->right = stands_right(w->paragraph);
	return true;
}

/* Where the line that begins the paragraph ends, and where the next one begins. */
static const char *break_line(const struct screen_wrap *w, const char **next)
{
	const char *at = w->paragraph.at, *end = at + w->paragraph.len, *space = NULL;
	for (size_t columns = 0; at < end;) {
		const char *from = at;
		int32_t c = drawn(utf8_next(&at, end));
		columns += columns_of(c);
		if (columns > w->columns && c == ' ') {
			*next = at;
			return from;
		}
		if (columns > w->columns) {
			*next = space ? space + 1 : from;
			return space ? space : from;
		}
		if (c == ' ')
			space = from;
	}
	*next = end;
	return end;
}

bool screen_wrap_next(struct screen_wrap *w, struct screen_line *line)
{
	const char *next;
	if (!w->inside && !next_paragraph(w))
		return false;
	const char *end = break_line(w, &next);
	*line = (struct screen_line){ .text = str_span(w->paragraph.at, end), .right = w->right };
	w->paragraph = str_span(next, w->paragraph.at + w->paragraph.len);
	w->inside = w->paragraph.len > 0;
	for (const char *at = line->text.at; at < end;)
		line->columns += columns_of(drawn(utf8_next(&at, end)));
	return true;
}

/* ---- drawing */

size_t screen_put(FILE *to, struct str line)
{
	size_t columns = 0;
	for (const char *at = line.at, *end = line.at + line.len; at < end;) {
		char bytes[4];
		struct buf b = buf_over(bytes, sizeof bytes);
		int32_t c = drawn(utf8_next(&at, end));
		buf_put_code_point(&b, (uint32_t)c);
		fwrite(b.at, 1, b.len, to);
		columns += columns_of(c);
	}
	return columns;
}

static void put_spaces(FILE *to, size_t count)
{
	while (count--)
		putc(' ', to);
}

static void put_rule(FILE *to, const char *left, const char *stroke, const char *right, bool colour)
{
	fprintf(to, "  %s%s", colour ? "\033[2m" : "", left);
	for (size_t i = 0; i < SCREEN_COLUMNS + 2; i++)
		fputs(stroke, to);
	fprintf(to, "%s%s\n", right, colour ? "\033[0m" : "");
}

static void put_line(FILE *to, const struct screen_line *line, const char *side, bool colour)
{
	size_t room = line->columns < SCREEN_COLUMNS ? SCREEN_COLUMNS - line->columns : 0;
	const char *dim = colour ? "\033[2m" : "", *bright = colour ? "\033[0m" : "";
	fprintf(to, "  %s%s%s ", dim, side, bright);
	put_spaces(to, line->right ? room : 0);
	(void)screen_put(to, line->text);
	put_spaces(to, line->right ? 0 : room);
	fprintf(to, " %s%s%s\n", dim, side, bright);
}

void screen_draw(FILE *to, struct str text, bool colour)
{
	struct screen_wrap wrap = screen_wrap(text, SCREEN_COLUMNS);
	struct screen_line line;
	size_t lines = 0;
	put_rule(to, "╭", "─", "╮", colour);
	for (; screen_wrap_next(&wrap, &line); lines++) {
		if (lines == SCREEN_LINES)
			put_rule(to, "├", "╌", "┤", colour);
		put_line(to, &line, lines < SCREEN_LINES ? "│" : "┊", colour);
	}
	line = (struct screen_line){ .text = STR("") };
	for (; lines < SCREEN_LINES; lines++)
		put_line(to, &line, "│", colour);
	put_rule(to, "╰", "─", "╯", colour);
}
