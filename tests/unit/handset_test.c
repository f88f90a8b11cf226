/* The terminal phone without a gateway: lines of a screen, the frame, columns, lines that are typed. */
#include "flows/text/columns.h"
#include "flows/text/utf8.h"
#include "gateway/handset_call.h"
#include "gateway/handset_line.h"
#include "gateway/handset_screen.h"
#include "tests/unit/check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- columns */

static void columns(void)
{
	check_begin("letters are one column, marks and joiners none, CJK and emoji two");
	CHECK_INT(columns_count(STR("Été")), 3);
	CHECK_INT(columns_count(STR("E\u0301te\u0301")), 3);
	CHECK_INT(columns_count(STR("مَرْحَبًا")), 5);
	CHECK_INT(columns_count(STR("a\u200d\u200eb")), 2);
	CHECK_INT(columns_count(STR("中文")), 4);
	CHECK_INT(columns_count(STR("🙂")), 2);
	CHECK_INT(columns_count(STR("ⵣ")), 1);
	CHECK_INT(columns_count(STR("a\xff" "b")), 3);
	CHECK_INT(columns_of(0x1b), 0);
}

/* ---- lines */

/* Lines joined by "|", those on the right with ">" before them. */
static struct str wrapped(struct str text, size_t width)
{
	static char out[4096];
	struct buf b = buf_over(out, sizeof out);
	struct screen_wrap wrap = screen_wrap(text, width);
	struct screen_line line;
	while (screen_wrap_next(&wrap, &line)) {
		if (b.len)
			buf_put_char(&b, '|');
		if (line.right)
			buf_put_char(&b, '>');
		buf_put(&b, line.text);
		CHECK(line.columns <= width);
	}
	return buf_str(&b);
}

static void lines(void)
{
	check_begin("lines break at spaces, and a word that is too long where the screen ends");
	CHECK_STR(wrapped(STR("un deux trois"), 7), STR("un deux|trois"));
	CHECK_STR(wrapped(STR("un deux trois"), 8), STR("un deux|trois"));
	CHECK_STR(wrapped(STR("abcdefghij"), 4), STR("abcd|efgh|ij"));
	CHECK_STR(wrapped(STR("ab cdefghij"), 4), STR("ab|cdef|ghij"));
	CHECK_STR(wrapped(STR("1 Oui\n2 Non"), 22), STR("1 Oui|2 Non"));
	CHECK_STR(wrapped(STR("1 Oui\r\n2 Non"), 22), STR("1 Oui|2 Non"));
	CHECK_STR(wrapped(STR("a\n\nb"), 22), STR("a||b"));

	check_begin("no text is a screen with one empty line");
	struct screen_wrap wrap = screen_wrap(STR(""), 22);
	struct screen_line line;
	CHECK(screen_wrap_next(&wrap, &line) && line.text.len == 0 && line.columns == 0);
	CHECK(!screen_wrap_next(&wrap, &line));

	check_begin("a mark stays with its letter, a wide letter is not cut");
	CHECK_STR(wrapped(STR("abe\u0301d"), 3), STR("abe\u0301|d"));
	CHECK_STR(wrapped(STR("a中文"), 2), STR("a|中|文"));

	check_begin("the first letter says on which side a line stands");
	CHECK_STR(wrapped(STR("1 نعم"), 22), STR(">1 نعم"));
	CHECK_STR(wrapped(STR("1 Français\n3 العربية"), 22), STR("1 Français|>3 العربية"));
	CHECK_STR(wrapped(STR("OIM العربية"), 22), STR("OIM العربية"));
	CHECK_STR(wrapped(STR("+212 600 000 101"), 22), STR("+212 600 000 101"));
	CHECK_STR(wrapped(STR("٣ (AVRR)"), 22), STR("٣ (AVRR)"));
	CHECK_STR(wrapped(STR("كم عمرك؟ كم"), 6), STR(">كم|>عمرك؟|>كم"));
}

static struct str random_text(char *bytes, size_t cap)
{
	static const char *const piece[] = { "a", "mot", " ", " ", "\n", "ع", "َ", "中", "\xff", "\xd8", "\r\n", "\033[2J", "e\u0301" };
	struct buf b = buf_over(bytes, cap);
	for (long n = random() % 60; n > 0; n--)
		buf_put_z(&b, piece[(size_t)random() % (sizeof piece / sizeof *piece)]);
	return buf_str(&b);
}

static void nothing_is_lost(void)
{
	char bytes[512];
	check_begin("of any text nothing but spaces and line ends is lost, in order, and no line is too wide");
	srandom(7);
	for (int round = 0; round < 3000; round++) {
		struct str text = random_text(bytes, sizeof bytes);
		struct screen_wrap wrap = screen_wrap(text, 2 + (size_t)random() % 21);
		struct screen_line line;
		const char *at = text.at;
		while (screen_wrap_next(&wrap, &line)) {
			CHECK(line.columns <= wrap.columns && line.text.at >= at);
			for (; at < line.text.at; at++)
				CHECK(*at == ' ' || *at == '\n' || *at == '\r');
			at = line.text.at + line.text.len;
		}
		for (; at < text.at + text.len; at++)
			CHECK(*at == ' ' || *at == '\n' || *at == '\r');
	}
}

/* ---- the frame */

static size_t occurrences(const char *in, const char *of)
{
	size_t count = 0;
	for (; (in = strstr(in, of)); in += strlen(of))
		count++;
	return count;
}

static char *drawing(struct str text, bool colour)
{
	char *drawn = NULL;
	size_t len;
	FILE *to = open_memstream(&drawn, &len);
	if (!to)
		abort();
	screen_draw(to, text, colour);
	fclose(to);
	return drawn;
}

static void frame(void)
{
	check_begin("a short text stands on a screen of nine lines, on its side");
	char *drawn = drawing(STR("1 Oui\n1 نعم"), false);
	CHECK(strstr(drawn, "  │ 1 Oui                  │\n  │                  1 نعم │\n") != NULL);
	CHECK_INT(occurrences(drawn, "│\n"), SCREEN_LINES);
	CHECK_INT(occurrences(drawn, "\n"), SCREEN_LINES + 2);
	CHECK(strchr(drawn, '\033') == NULL);
	free(drawn);

	check_begin("further lines stand below a rule: there a phone scrolls");
	drawn = drawing(STR("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11"), false);
	CHECK_INT(occurrences(drawn, "│\n"), SCREEN_LINES);
	CHECK_INT(occurrences(drawn, "┊\n"), 2);
	CHECK_INT(occurrences(drawn, "╌┤\n"), 1);
	free(drawn);

	check_begin("nothing of a text steers the terminal");
	drawn = drawing(STR("a\033[2Jb\007\b\xc2\x9b" "1m\u202ec\u2066\xff\x7f\td"), false);
	CHECK(strpbrk(drawn, "\033\007\b\x7f") == NULL && strstr(drawn, "\xc2\x9b") == NULL);
	CHECK(strstr(drawn, "\u202e") == NULL && strstr(drawn, "\u2066") == NULL);
	CHECK(strstr(drawn, "│ a\ufffd[2Jb\ufffd\ufffd\ufffd1m\ufffdc\ufffd\ufffd\ufffd d     │") != NULL);
	CHECK(utf8_valid(str_of(drawn)));
	free(drawn);
}

/* ---- what is typed */

static void codes(void)
{
	check_begin("what is a code");
	CHECK(handset_is_code(STR("*384*2200#")) && handset_is_code(STR("*123#")) && handset_is_code(STR("*384*2200*3*1#")));
	CHECK(!handset_is_code(STR("384#")) && !handset_is_code(STR("*384")) && !handset_is_code(STR("*#")) &&
	      !handset_is_code(STR("")) && !handset_is_code(STR("*38a#")) && !handset_is_code(STR("*1#2#")));
}

static struct line_reader reader;

static void feed(const char *bytes, size_t len)
{
	int ends[2];
	bool ok = pipe2(ends, O_CLOEXEC) == 0 && write(ends[1], bytes, len) == (ssize_t)len;
	if (!ok)
		abort();
	close(ends[1]);
	reader = (struct line_reader){ .fd = ends[0] };
}

static void typed(void)
{
	struct str line = STR("");
	check_begin("lines come one by one, the last without an end too");
	feed("1\r\n\nokay", 8);
	CHECK_INT(line_read(&reader, 0, &line), LINE_READY);
	CHECK_STR(line, STR("1"));
	CHECK_INT(line_read(&reader, 0, &line), LINE_READY);
	CHECK_STR(line, STR(""));
	CHECK_INT(line_read(&reader, 0, &line), LINE_READY);
	CHECK_STR(line, STR("okay"));
	CHECK_INT(line_read(&reader, 0, &line), LINE_END);
	CHECK_INT(line_read(&reader, 0, &line), LINE_END);
	close(reader.fd);

	check_begin("a line up to the ceiling is read, a longer one is skipped whole, the next is not");
	static char bytes[3 * LINE_BYTES_MAX];
	memset(bytes, 'x', sizeof bytes);
	bytes[LINE_BYTES_MAX] = '\n';
	bytes[2 * LINE_BYTES_MAX + 2] = '\n';
	feed(bytes, 2 * LINE_BYTES_MAX + 5);
	CHECK_INT(line_read(&reader, 0, &line), LINE_READY);
	CHECK_INT(line.len, LINE_BYTES_MAX);
	CHECK_INT(line_read(&reader, 0, &line), LINE_TOO_LONG);
	CHECK_INT(line_read(&reader, 0, &line), LINE_READY);
	CHECK_STR(line, STR("xx"));
	CHECK_INT(line_read(&reader, 0, &line), LINE_END);
	close(reader.fd);

	check_begin("waiting ends after its time");
	int ends[2];
	CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
	reader = (struct line_reader){ .fd = ends[0] };
	CHECK_INT(line_read(&reader, 10, &line), LINE_NONE);
	CHECK_INT(write(ends[1], "half", 4), 4);
	CHECK_INT(line_read(&reader, 10, &line), LINE_NONE);
	CHECK_INT(write(ends[1], " done\n", 6), 6);
	CHECK_INT(line_read(&reader, 10, &line), LINE_READY);
	CHECK_STR(line, STR("half done"));
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	columns();
	lines();
	nothing_is_lost();
	frame();
	codes();
	typed();
	return check_end();
}
