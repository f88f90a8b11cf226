#include "gateway/channels/dialect.h"

#include "flows/text/utf8.h"

#include <errno.h>
#include <time.h>

void dialect_event_init(struct event *event, enum event_kind kind)
{
	*event = (struct event){ .kind = kind, .from = { .kind = PHONE_INVALID, .reason = "no number" }, .from_raw = STR(""),
				 .to = STR(""), .text = STR(""), .raw = STR(""), .id = STR(""), .session = STR(""),
				 .id_scope = STR(""), .part_ref = STR(""), .client_ref = STR(""), .reason = STR("") };
}

int dialect_text(struct arena *arena, struct str bytes, struct str *text, struct str *raw)
{
	*raw = STR("");
	*text = bytes;
	if (bytes.len == 0 || utf8_valid(bytes))
		return 0;
	struct buf repaired = buf_new(arena, 3 * bytes.len); /* a byte becomes U+FFFD at worst, three bytes */
	(void)utf8_repair(bytes, &repaired);
	if (repaired.full)
		return -ENOMEM;
	*text = buf_str(&repaired);
	*raw = bytes;
	return 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* .at == NULL: the arena is full. */
static struct str with_plus(struct str given, struct arena *arena)
{
	if (given.len < 2 || given.at[0] != ' ' || !is_digit(given.at[1]))
		return given;
	struct buf plus = buf_new(arena, given.len);
	buf_put_char(&plus, '+');
	buf_put(&plus, str_from(given, 1));
	return plus.full ? (struct str){ NULL, 0 } : buf_str(&plus);
}

int dialect_sender(const struct channel *channel, const struct phone_plan *phones, struct str given,
		   struct arena *arena, struct event *event)
{
	struct str number = with_plus(given, arena), raw;
	if (!number.at)
		return -ENOMEM;
	phone_parse(phones, number, channel->country, &event->from);
	/* A network knows its own numbers better than our table: a renumbering must not make a person unreachable. */
	if (event->from.kind == PHONE_INVALID)
		phone_parse_network(phones, number, &event->from);
	if (event->from.kind == PHONE_E164) {
		event->from_raw = STR("");
		return 0;
	}
	return dialect_text(arena, given, &event->from_raw, &raw);
}

static bool printable(struct str s, char first)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < first || s.at[i] > '~')
			return false;
	return true;
}

bool dialect_id_ok(struct str id)
{
	return id.len <= DIALECT_ID_MAX && printable(id, '!');
}

struct str dialect_word(struct str word)
{
	return word.len <= DIALECT_WORD_MAX && printable(word, ' ') ? word : STR("");
}

/* ---- time */

/* Takes exactly this many digits off *s. */
static bool take_number(struct str *s, size_t digits, int *out)
{
	int n = 0;
	if (s->len < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		if (!is_digit(s->at[i]))
			return false;
		n = n * 10 + (s->at[i] - '0');
	}
	*s = str_from(*s, digits);
	*out = n;
	return true;
}

static bool take_char(struct str *s, const char *one_of)
{
	if (s->len == 0)
		return false;
	for (const char *c = one_of; *c; c++)
		if (s->at[0] == *c) {
			*s = str_from(*s, 1);
			return true;
		}
	return false;
}

/* ".445", ".4", ".445123" -> 445, 400, 445; nothing: 0. */
static bool take_fraction(struct str *s, int *ms)
{
	int scale = 100;
	*ms = 0;
	if (!take_char(s, "."))
		return true;
	if (s->len == 0 || !is_digit(s->at[0]))
		return false;
	for (; s->len > 0 && is_digit(s->at[0]); *s = str_from(*s, 1), scale /= 10)
		*ms += (s->at[0] - '0') * scale;
	return true;
}

/* Z, +HH:MM, +HHMM or nothing; in minutes, to be taken off. */
static bool take_offset(struct str *s, int *minutes)
{
	int h, m;
	*minutes = 0;
	if (s->len == 0)
		return true;
	if (take_char(s, "Zz"))
		return s->len == 0;
	int sign = s->at[0] == '-' ? -1 : 1;
	if (!take_char(s, "+-") || !take_number(s, 2, &h))
		return false;
	(void)take_char(s, ":");
	if (!take_number(s, 2, &m) || s->len || h > 14 || m > 59)
		return false;
	*minutes = sign * (h * 60 + m);
	return true;
}

static bool take_date(struct str *s, struct tm *tm)
{
	if (!take_number(s, 4, &tm->tm_year) || !take_char(s, "-") || !take_number(s, 2, &tm->tm_mon) ||
	    !take_char(s, "-") || !take_number(s, 2, &tm->tm_mday))
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon -= 1;
	return tm->tm_year >= 70 && tm->tm_mon >= 0 && tm->tm_mon < 12 && tm->tm_mday >= 1;
}

static bool take_clock(struct str *s, struct tm *tm)
{
	if (!take_number(s, 2, &tm->tm_hour) || !take_char(s, ":") || !take_number(s, 2, &tm->tm_min) ||
	    !take_char(s, ":") || !take_number(s, 2, &tm->tm_sec))
		return false;
	if (tm->tm_sec == 60) /* a leap second: POSIX time has none */
		tm->tm_sec = 59;
	return tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec < 60;
}

int64_t dialect_time(struct str written)
{
	struct tm tm = { 0 };
	int ms, offset;
	struct str s = str_trim(written);
	if (!take_date(&s, &tm) || !take_char(&s, "Tt ") || !take_clock(&s, &tm) || !take_fraction(&s, &ms) ||
	    !take_offset(&s, &offset))
		return 0;
	int day = tm.tm_mday;
	time_t seconds = timegm(&tm);
	if (tm.tm_mday != day) /* 31 February */
		return 0;
	return ((int64_t)seconds - offset * 60) * 1000 + ms;
}

int64_t dialect_instant(struct str written)
{
	uint64_t count;
	struct str s = str_trim(written);
	if (!str_to_u64(s, &count))
		return dialect_time(s);
	if (s.len == 9 || s.len == 10)
		return (int64_t)count * 1000;
	return s.len == 12 || s.len == 13 ? (int64_t)count : 0;
}

/* ---- answers */

bool dialect_media_type_is(struct str content_type, const char *type)
{
	struct str rest = content_type, essence = STR("");
	(void)str_split(&rest, ';', &essence);
	return str_eq_nocase(str_trim(essence), str_of(type));
}

void dialect_answer(struct http_response *out, unsigned status, struct str body)
{
	*out = (struct http_response){ .status = status, .body = body };
	http_add_header(out, "Content-Type", STR("text/plain; charset=utf-8"));
}

int dialect_malformed(struct decoded *out, const char *why)
{
	*out = (struct decoded){ .verdict = VERDICT_MALFORMED, .why = why };
	return 0;
}
